"""Saved words against what was said; and that they find their photos again in another library."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.library.library import Library
from engine.records import AlbumenError
from engine.store import words_backup
from tests.support.small_library import finish, write_photos

pytestmark = pytest.mark.usefixtures("tiny_starter")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    write_photos(tmp_path / "photos", 6)
    return tmp_path / "photos"


@pytest.fixture
def library(tmp_path: Path, photos: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library") as opened:
        opened.add([str(photos)])
        finish(opened.sync())
        yield opened


def saved(library: Library) -> list[Path]:
    return words_backup.files(library._store)


def words(library: Library) -> set[tuple[str, str, bool]]:
    """(file name, label, yes or no) of everything a person said."""
    photos = {photo.id: photo.name for photo in library.photos(list(library.view().ids))}
    tags = library.tags(list(photos))
    return {
        (photos[tag.photo_id], tag.label, tag.present)
        for tag in tags
        if tag.source.value == "person"
    }


def say(library: Library) -> None:
    cat, day, _ = library.add_labels(["cat", "day", "not day"])
    library.update_label(cat.id, color="#ff0000", pinned=3, threshold=0.25)
    library.correct(cat.id, yes=[1, 2], no=[3])
    library.correct(day.id, yes=[4])


def test_a_destroyed_database_is_not_the_end(
    library: Library, tmp_path: Path, photos: Path
) -> None:
    say(library)
    before = words(library)
    labels = library.labels()
    library.close()
    (tmp_path / "library" / "library.db").write_bytes(b"destroyed" * 1000)
    with pytest.raises(AlbumenError, match="Bring back saved labels and corrections"):
        Library.open(tmp_path / "library")
    (tmp_path / "library" / "library.db").unlink()
    moved = tmp_path / "elsewhere"
    photos.rename(moved)
    (moved / "photo 001.jpg").rename(moved / "another name.jpg")
    shutil.copy(moved / "photo 000.jpg", moved / "copy.jpg")
    with Library.open(tmp_path / "library") as again:
        again.add([str(moved)])
        finish(again.sync())
        (lost,) = saved(again)  # nothing was said yet: what is there is that of the lost database
        restored = again.restore_words()
        after = {(name.replace("another name", "photo 001"), *rest) for name, *rest in words(again)}
        assert after == before | {("copy.jpg", "cat", True)}  # neither copy is where it was
        found = again.labels()
        assert [(label.name, label.group, label.color, label.pinned) for label in found] == [
            (label.name, label.group, label.color, label.pinned) for label in labels
        ]
        assert {label.threshold for label in found} == {0.0, 0.25}
        assert len(restored.labels) == 3 and restored.unknown == 0
        assert again.restore_words().previous == ()  # twice does no harm
        again.correct_many(restored.previous)
        assert words(again) == set()
    with Library.open(tmp_path / "library") as again:
        assert lost in saved(again) and len(saved(again)) == 2


def test_labels_that_are_there_keep_what_they_have_become(library: Library, tmp_path: Path) -> None:
    say(library)
    library.close()
    with Library.open(tmp_path / "library") as again:
        assert saved(again)
        cat = next(label for label in again.labels() if label.name == "cat")
        again.update_label(cat.id, color="#00ff00", pinned=5, threshold=-0.5)
        (lost,) = (label for label in again.labels() if label.name == "day")
        again.remove_labels([lost.id])
        restored = again.restore_words()
        after = {label.id: label for label in again.labels()}
        kept = after[cat.id]
        assert (kept.color, kept.pinned, kept.threshold) == ("#00ff00", 5, -0.5)
        assert [after[id_].name for id_ in restored.labels] == ["day"]


def test_what_is_said_now_wins_and_the_rest_waits(library: Library, tmp_path: Path) -> None:
    say(library)
    library.close()
    with Library.open(tmp_path / "library") as again:
        (file,) = saved(again)
        (cat,) = (label for label in again.labels() if label.name == "cat")
        again.correct(cat.id, no=[1], clear=[2])
        content = json.loads(file.read_text())
        content["words"].append([0, "0" * 32, "/gone.jpg", 1])
        (tmp_path / "words.json").write_text(json.dumps(content))
        restored = again.restore_words(str(tmp_path / "words.json"))
        assert [word.photo_id for word in restored.previous] == [2] and restored.unknown == 1
        assert ("photo 000.jpg", "cat", False) in words(again)


def test_saved_when_something_is_new(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert words_backup.save(library._store) is None  # no labels
    say(library)
    first = words_backup.save(library._store)
    assert first is not None and words_backup.save(library._store) is None
    library.correct(1, clear=[1])
    second = words_backup.save(library._store)
    assert saved(library) == [second]  # one a day
    days = iter(range(10, 40))

    class Days(words_backup.datetime):  # type: ignore[name-defined,misc]
        @classmethod
        def now(cls, *_: object) -> object:
            return cls(2030, 1, next(days))

    monkeypatch.setattr(words_backup, "datetime", Days)
    for number in range(5):
        library.correct(1, yes=[1], no=[2]) if number % 2 else library.correct(1, no=[1], yes=[2])
        words_backup.save(library._store)
    assert len(saved(library)) == 6
    monkeypatch.setattr(words_backup, "_KEPT", 2)
    library.correct(1, clear=[1, 2])
    words_backup.save(library._store)
    assert [file.name[:10] for file in saved(library)] == ["words-2030", "words-2030"]
    assert not list((tmp_path / "library" / "backups").glob("*.partial"))


def test_a_sync_saves_and_a_full_disk_does_not_keep_it_from_closing(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(library)
    finish(library.sync())
    assert len(saved(library)) == 1
    library.correct(1, clear=[1])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    library.close()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1]",
        '{"albumen words": 1, "labels": [], "words": [[0, "a", "b", true]]}',
        "\x00",
        '{"albumen words": 1}',
    ],
)
def test_files_that_are_no_saved_words(library: Library, tmp_path: Path, text: str) -> None:
    file = tmp_path / "words.json"
    file.write_text(text)
    with pytest.raises(AlbumenError, match="damaged or holds no words"):
        library.restore_words(str(file))
    file.write_text('{"albumen words": 99}')
    with pytest.raises(AlbumenError, match="newer Albumen"):
        library.restore_words(str(file))
    with pytest.raises(AlbumenError, match="cannot be read"):
        library.restore_words(str(tmp_path / "none.json"))
    with pytest.raises(AlbumenError, match="no saved words in"):
        library.restore_words()
