"""Model, index, heads and store kept in step: what is encoded once stays encoded once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.clip import zero_shot
from engine.library.library import Library
from engine.search import recognition
from engine.search.recognition import Recognition
from tests.support import raw_sql
from tests.support.small_library import finish, write_photos

pytestmark = pytest.mark.usefixtures("tiny_starter")


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory, tiny_model_file: Path) -> Path:
    directory = tmp_path_factory.mktemp("recognition")
    write_photos(directory / "photos", 6)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALBUMEN_STARTER", str(tiny_model_file))
        with Library.open(directory / "library") as library:
            library.add([str(directory / "photos")])
            finish(library.sync())
            library.add_labels(["cat", "dog"])
    return directory / "library"


@pytest.fixture
def library(synced: Path, tmp_path: Path) -> Iterator[Library]:
    shutil.copytree(synced, tmp_path / "library")
    with Library.open(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def known(library: Library) -> Recognition:
    return library._model.recognition()


def test_stored_vectors_are_unit_and_half(known: Recognition) -> None:
    x = known.index.image_features
    assert x.dtype == torch.float16 and x.shape == (6, 64)
    assert torch.allclose(x.float().norm(dim=1), torch.ones(6), atol=2e-3)
    assert torch.allclose(known.index.centre, known.vocabulary.centre(x), atol=1e-5)


def test_scores_are_the_classifiers(known: Recognition) -> None:
    query = known.query_vector("a red car")
    matched = zero_shot.match(
        known.vocabulary, query, known.index.image_features, known.index.centre
    )
    scores = known.scores("a red car")
    line = zero_shot.good_match_line(matched.scores[: zero_shot.BEST_MATCHES].tolist())
    assert np.allclose(np.sort(scores)[::-1], matched.scores - line, atol=1e-3)
    assert int((scores >= 0).sum()) == matched.good
    assert np.allclose(known.scores("a red car", 1.0), scores - zero_shot.DIAL, atol=1e-5)


def test_vector_of_a_photo(known: Recognition) -> None:
    vector = known.vector(3)
    assert vector is not None and torch.equal(
        vector, known.index.image_features[known.index.rows([3])[0]]
    )
    assert known.vector(99) is None


def test_every_row_has_its_vector(known: Recognition) -> None:
    for row, photo_id in enumerate(known.index.ids.tolist()):
        vector = known.vector(photo_id)
        assert vector is not None and torch.equal(vector, known.index.image_features[row])


@pytest.mark.parametrize("good", [True, False])
def test_whether_there_are_good_matches_is_asked_before_the_persons_wish(
    known: Recognition, monkeypatch: pytest.MonkeyPatch, good: bool
) -> None:
    query = known.query_vector("a red car")
    matched = zero_shot.match(
        known.vocabulary, query, known.index.image_features, known.index.centre
    )
    best = float(matched.scores[: zero_shot.BEST_MATCHES].mean())
    monkeypatch.setattr(zero_shot, "BEST_MATCH_THRESHOLD", best + (-0.05 if good else 0.05))
    usual = known.scores("a red car")
    line = zero_shot.MATCH_THRESHOLD if good else zero_shot.LONE_MATCH_THRESHOLD
    assert np.allclose(np.sort(usual)[::-1], matched.scores - line, atol=1e-3)
    for strictness in (-1.0, -0.1, 0.1, 1.0):
        moved = usual - np.float32(zero_shot.DIAL * strictness)
        assert np.allclose(known.scores("a red car", strictness), moved, atol=1e-4)


def test_a_label_that_nobody_taught_changes_no_search(known: Recognition, library: Library) -> None:
    before = known.scores("cat")
    library.rename_label(1, "bird")  # 'cat' is a word like any other now
    assert np.array_equal(known.scores("cat"), before)


def test_new_words_take_longer_than_tags(known: Recognition) -> None:
    two = known.tagging_seconds([1, 2])
    three = known.tagging_seconds([1, 2, 77])  # 77: a label whose words were never encoded
    assert two > 0 and three - two > 10 * two
    assert known.tagging_seconds([1, 2, 77, 78]) - three == pytest.approx(three - two)


def test_label_words_are_encoded_once(
    known: Recognition, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = known.text_vectors(["cat", "bird"])
    monkeypatch.setattr(zero_shot, "text_features", lambda *_: pytest.fail("encoded again"))
    assert torch.equal(known.text_vectors(["bird", "cat"]), first.flip(0))
    again = library._model.load("starter")
    assert torch.equal(again.text_vectors(["cat"]), first[:1])
    assert torch.equal(again.vocabulary.features, known.vocabulary.features)


def test_the_vocabulary_is_encoded_once_for_each_model(
    known: Recognition, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(known.vocabulary.words) > 100
    monkeypatch.setattr(zero_shot, "_vocabularies", {})  # as in a program that starts
    monkeypatch.setattr(zero_shot, "encode_vocabulary", lambda *_: pytest.fail("encoded again"))
    again = library._model.load("starter")
    list(again.get_ready())
    assert torch.equal(again.vocabulary.features, known.vocabulary.features)


def test_a_new_vocabulary_moves_every_centre(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw_sql.update_photos(library._store, "hidden = 'x'", [2])
    before = dict(raw_sql.rows(library._store, "SELECT photo_id, centre FROM embeddings"))
    monkeypatch.setattr(zero_shot, "vocabulary_words", lambda: ("cat", "sunset", "kitchen"))
    monkeypatch.setattr(zero_shot, "_vocabularies", {})
    renewed = library._model.load("starter")
    assert len(renewed.index) == 5
    assert torch.allclose(
        renewed.index.centre, renewed.vocabulary.centre(renewed.index.image_features), atol=1e-5
    )
    after = dict(raw_sql.rows(library._store, "SELECT photo_id, centre FROM embeddings"))
    # Also of the photo that is out of sight.
    assert all(after[photo] != before[photo] for photo in before)


def test_what_the_first_photo_needs_is_made_in_short_steps(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And only once.

    A search in between gets all of it; what changed in between is not overlooked.
    """
    library.add_labels([f"thing {number}" for number in range(9)])
    monkeypatch.setattr(zero_shot, "_vocabularies", {})
    for table in ("text_features", "versions"):
        raw_sql.execute(library._store, f"DELETE FROM {table}")
    stored = library._store.embeddings
    portions = stored.portions
    monkeypatch.setattr(stored, "portions", lambda model: portions(model, portion=2))
    fresh = library._model.load("starter")
    steps = list(fresh.get_ready())
    assert len(steps) == 31 + 3 + 3  # 959 words and 30 with a "not", 11 labels, 6 photos
    assert len(fresh.heads) == 11 and not list(fresh.get_ready())
    assert sorted(fresh.index.ids) == [1, 2, 3, 4, 5, 6]

    searched = library._model.load("starter")
    loading = searched.get_ready()
    next(loading)
    assert len(searched.index) == 6
    list(loading)

    changed = library._model.load("starter")
    loading = changed.get_ready()
    next(loading)
    raw_sql.update_photos(library._store, "hidden = 'x'", [1])
    list(loading)
    assert sorted(changed.index.ids) == [2, 3, 4, 5, 6]


def test_the_index_follows_the_store(known: Recognition, library: Library) -> None:
    assert sorted(known.index.ids) == [1, 2, 3, 4, 5, 6]
    raw_sql.update_photos(library._store, "state = 'missing'", [2, 5])
    known.reread([2, 5])
    assert sorted(known.index.ids) == [1, 3, 4, 6]
    raw_sql.update_photos(library._store, "state = 'ok'", [5])
    known.reread([2, 5])
    assert sorted(known.index.ids) == [1, 3, 4, 5, 6]


def test_tags_are_replaceable(known: Recognition, library: Library) -> None:
    before = library.tags(range(1, 7))
    library._store.tags.replace([(1, 1, 99.0, False)], [1, 2], (0, 99))
    assert list(known.tag_labels()) == [6]
    assert library.tags(range(1, 7)) == before
    known.tag_photos([1, 2, 3])
    assert library.tags(range(1, 7)) == before


def test_the_library_is_tagged_in_steps(
    known: Recognition, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Portions give what one piece gives.

    Whatever is between their ids, and whatever happens between two steps.
    """
    library.add_labels(["day", "night"], group="time")
    known = library._model.recognition()

    def tags() -> list[
        tuple[object, ...]
    ]:  # a product's last digits depend on how many rows it has
        return sorted(
            (tag.photo_id, tag.label_id, round(tag.score, 4)) for tag in library.tags(range(1, 7))
        )

    before = tags()
    known.index.remove([1])  # the last row takes its place: rows are no longer in the order of ids
    known.reread([1])
    library._store.tags.replace([(1, photo, 99.0, False) for photo in range(1, 7)], [1, 2], (0, 99))
    monkeypatch.setattr(recognition, "_PORTION", 2)
    assert list(known.tag_labels()) == [2, 4, 6]
    assert tags() == before
    steps = known.tag_labels()
    next(steps)
    library.remove_labels([2])
    library.forget([5])
    assert list(steps) == [4, 6]
    assert (
        raw_sql.number(
            library._store, "SELECT count(*) FROM tags WHERE label_id = 2 OR photo_id = 5"
        )
        == 0
    )
