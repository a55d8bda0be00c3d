"""What a library takes, against the files themselves.

And that what was given back is made again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.library.library import Library
from engine.records import Storage
from engine.store import disk_usage
from tests.support import raw_sql
from tests.support.small_library import finish, run, write_model, write_photos

pytestmark = pytest.mark.usefixtures("tiny_starter")
PHOTOS = 7


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    write_photos(tmp_path / "photos", PHOTOS)
    with Library.open(tmp_path / "library") as opened:
        opened.add([str(tmp_path / "photos")])
        finish(opened.sync())
        yield opened


def thumbnails(library: Library) -> dict[str, bytes]:
    photos = library.photos(list(library.view().ids))
    return {
        Path(str(photo.thumbnail)).name: Path(str(photo.thumbnail)).read_bytes() for photo in photos
    }


def test_storage(library: Library, tmp_path: Path) -> None:
    made = thumbnails(library)
    steps, taken = run(library.storage())
    database = sum(path.stat().st_size for path in (tmp_path / "library").glob("library.db*"))
    vectors = PHOTOS * 64 * 2
    assert taken == Storage(sum(map(len, made.values())), PHOTOS, vectors, 0, database)
    assert steps[-1].done == steps[-1].total > 0
    assert {step.phase for step in steps} == {"storage"}
    finish(library.use_model(str(write_model(tmp_path / "other.safetensors", seed=8))))
    assert (finish(library.storage()).vectors, finish(library.storage()).other_vectors) == (
        vectors,
        vectors,
    )


def test_vectors_of_other_models(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_usage, "_ROWS", 3)
    assert finish(library.remove_vectors()) == 0
    finish(library.use_model(str(write_model(tmp_path / "other.safetensors", seed=8))))
    (label,) = library.add_labels(["cat"])
    library.correct(label.id, yes=[1], no=[2])
    steps, freed = run(library.remove_vectors())
    assert [step.done for step in steps] == [3, 6, 7] and freed >= 0
    assert {(step.phase, step.total) for step in steps} == {("storage", 7)}
    taken = finish(library.storage())
    assert taken.other_vectors == 0 and taken.vectors == PHOTOS * 64 * 2
    assert [tag.present for tag in library.tags([1, 2]) if tag.source.value == "person"] == [
        True,
        False,
    ]
    assert library._store.integrity() == "ok"
    assert len(library.view("a cat").ids) == PHOTOS


@pytest.mark.parametrize("how", ["cleared", "cut short", "killed", "by hand"])
def test_thumbnails_are_made_again(
    library: Library, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = thumbnails(library)
    vectors = dict(raw_sql.rows(library._store, "SELECT photo_id, vector FROM embeddings"))
    encode = type(library._model.recognition().model).encode_images
    monkeypatch.setattr(
        type(library._model.recognition().model), "encode_images", lambda *_: pytest.fail("encoded")
    )
    if how == "by hand":
        shutil.rmtree(library._store.thumbnails)
        library._store.thumbnails.mkdir()
    elif how == "cut short":
        job = library.clear_thumbnails()
        next(job)
        job.close()
    else:
        steps, freed = run(library.clear_thumbnails())
        assert freed == sum(map(len, before.values()))
        assert {step.phase for step in steps} == {"storage"}
        assert [step.done for step in steps] == list(range(1, steps[-1].total + 1))
        assert not any(library._store.thumbnails.iterdir())
    if how == "killed":  # some are there again, the rest is still missing
        monkeypatch.setattr("engine.library.indexing._BATCH", 2)
        job = library.sync()
        while not any(library._store.thumbnails.iterdir()):
            next(job)
        job.close()
        assert len(list(library._store.thumbnails.rglob("*.jpg"))) < PHOTOS
    finish(library.sync())
    assert thumbnails(library) == before
    assert dict(raw_sql.rows(library._store, "SELECT photo_id, vector FROM embeddings")) == vectors
    monkeypatch.setattr(
        os, "listdir", lambda *_: pytest.fail("looked for thumbnails that nobody deleted")
    )
    finish(library.sync())
    monkeypatch.setattr(type(library._model.recognition().model), "encode_images", encode)
