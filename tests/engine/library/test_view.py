"""What a search shows, asked at the front door, on real files and a model that knows nothing.

Each test is a promise that a broken line of the engine once passed by.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.library.library import Library
from tests.support.small_library import finish, write_photo, write_photos

pytestmark = pytest.mark.usefixtures("tiny_starter")


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory, tiny_model_file: Path) -> Path:
    """A synced library of the six photos in `photos`. Nobody changes either."""
    directory = tmp_path_factory.mktemp("synced")
    write_photos(directory / "photos", 6)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALBUMEN_STARTER", str(tiny_model_file))
        with Library.open(directory / "library") as opened:
            opened.add([str(directory / "photos")])
            finish(opened.sync())
    return directory


@pytest.fixture
def library(synced: Path, tmp_path: Path) -> Iterator[Library]:
    """A copy of it."""
    shutil.copytree(synced / "library", tmp_path / "library")
    with Library.open(tmp_path / "library") as opened:
        yield opened


def names(library: Library, query: str) -> list[str]:
    """Names of the photos that a query shows, in order of the name."""
    return [photo.name for photo in library.photos(list(library.view(query, sort="name").ids))]


# a person's word
# --------------------------------------------------------------------------------------------------


def test_a_no_sinks_the_best_photo_below_all_others(library: Library) -> None:
    (label,) = library.add_labels(["cat"])
    before = library.view("cat")
    best = before.ids[0]
    library.correct(label.id, yes=[best])
    assert library.view("cat").matched == before.matched + 1
    library.correct(label.id, no=[best])
    after = library.view("cat")
    assert list(after.ids) == [*before.ids[1:], best]
    assert after.matched == before.matched
    library.correct(label.id, clear=[best])
    assert library.view("cat").ids == before.ids


def test_a_no_outweighs_a_name_that_says_so(tmp_path: Path) -> None:
    write_photos(tmp_path / "photos", 4)
    write_photo(tmp_path / "photos" / "cat.jpg", seed=50)
    with Library.open(tmp_path / "library") as library:
        library.add([str(tmp_path / "photos")])
        finish(library.sync())
        named = library.photo_id(str(tmp_path / "photos" / "cat.jpg"))
        (label,) = library.add_labels(["cat"])
        assert library.view("cat").ids[0] == named
        library.correct(label.id, no=[named])
        after = library.view("cat")
        assert after.ids[-1] == named and after.matched < len(after.ids)


# how many
# --------------------------------------------------------------------------------------------------


def test_a_thousand_more_than_what_matched(library: Library, tmp_path: Path) -> None:
    """Behind the good matches a search goes on: far, and not through the whole library."""
    weakest = library.view("dog", strictness=1.0).ids[-1]
    library.close()
    _photocopy(tmp_path / "library" / "library.db", weakest, 1300)
    with Library.open(tmp_path / "library") as larger:
        (label,) = larger.add_labels(["dog"])
        for confirmed in (0, 1, 3):
            larger.correct(label.id, yes=list(range(7, 7 + confirmed)))
            found = larger.view("dog", strictness=1.0)
            assert found.scores[-1] < 0
            assert len(found.ids) == found.matched + 1000
        assert set(found.ids[:3]) == {7, 8, 9}
        assert len(larger.view("").ids) == 1306


def _photocopy(database: Path, photo_id: int, n: int) -> None:
    """`n` more rows of a photo with its embedding; without files."""
    connection = sqlite3.connect(database)
    columns = "folder_id, name, size, mtime_ns, taken_at, day, state, content_hash"
    for i in range(n):
        (copy,) = connection.execute(
            f"""INSERT INTO photos ({columns}, path)
                SELECT {columns}, CAST(path || ? AS BLOB) FROM photos WHERE id = ? RETURNING id""",
            (f" {i}", photo_id),
        ).fetchone()
        connection.execute(
            """INSERT INTO embeddings SELECT model, ?, vector, centre
                FROM embeddings WHERE photo_id = ?""",
            (copy, photo_id),
        )
    connection.commit()
    connection.close()


# capitals, of every language
# --------------------------------------------------------------------------------------------------

SAME = [("straße", "STRASSE"), ("ὀδυσσεύς", "ὈΔΥΣΣΕΎΣ"), ("ﬁsh", "FISH")]


@pytest.mark.parametrize(("small", "large"), SAME)
def test_labels_that_differ_in_capitals_only_are_one(
    library: Library, small: str, large: str
) -> None:
    (first,) = library.add_labels([small])
    assert library.add_labels([large]) == library.labels() == [first]
    library.correct(first.id, yes=[2])
    library.correct(first.id, no=[1, 3, 4, 5, 6])
    assert list(library.view(f"label:{large}").ids) == [2]


@pytest.mark.parametrize(("small", "large"), SAME)
def test_names_are_found_whatever_their_capitals(tmp_path: Path, small: str, large: str) -> None:
    photos = tmp_path / "photos"
    for seed, name in enumerate((f"{small} 1.jpg", f"{large} 2.jpg", "else.jpg")):
        write_photo(photos / name, seed)
    write_photo(photos / f"in {large} now" / "deep.jpg", 4)
    with Library.open(tmp_path / "library") as library:
        library.add([str(photos)])
        finish(library.sync())

        def found(words: str) -> set[str]:
            """Names of the photos that stand first because their names say so."""
            result = library.view(words)
            lifted = sum(score > 500 for score in result.scores)
            return {photo.name for photo in library.photos(list(result.ids[:lifted]))}

        for words in (small, large):
            assert found(words) == {f"{small} 1.jpg", f"{large} 2.jpg"}
            assert names(library, f"folder:{words}") == ["deep.jpg"]
        # Names that changed since are looked through by another way.
        os.rename(photos / "else.jpg", photos / f"{large} 3.jpg")
        (photos / f"new {large}").mkdir()
        os.rename(photos / f"{small} 1.jpg", photos / f"new {large}" / "moved.jpg")
        finish(library.sync())
        for words in (small, large):
            assert found(words) == {f"{large} 2.jpg", f"{large} 3.jpg"}
            assert names(library, f"folder:{words}") == ["deep.jpg", "moved.jpg"]
