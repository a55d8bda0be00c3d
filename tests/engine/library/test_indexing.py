"""Photos are read in the order in which they are wanted, each content once.

And a job that is stopped leaves nothing behind.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.clip.weights import LoadedModel
from engine.images.decode_pool import DecodePool
from engine.library.library import Library
from engine.records import AlbumenError, PhotoState
from tests.support import raw_sql
from tests.support.small_library import finish, write_photos
from tests.torture.stage import counting_encodes

pytestmark = pytest.mark.usefixtures("tiny_starter")
PHOTOS = 7


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A library of seven photos that nobody has read, in batches of two."""
    monkeypatch.setattr("engine.library.indexing._BATCH", 2)
    write_photos(tmp_path / "photos", PHOTOS)  # each taken a day after the one before
    with Library.open(tmp_path / "library") as opened:
        opened.add([str(tmp_path / "photos")])
        yield opened


def states(library: Library) -> list[PhotoState]:
    return [photo.state for photo in library.photos(range(1, PHOTOS + 1))]


def encoding_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("encode")]


def test_equal_files_in_different_batches_are_encoded_once(
    library: Library, tmp_path: Path
) -> None:
    for number in range(5):
        shutil.copy2(
            tmp_path / "photos" / "photo 003.jpg", tmp_path / "photos" / f"copy {number}.jpg"
        )
    with counting_encodes() as sizes:
        report = finish(library.sync())
    assert report.added == PHOTOS + 5 and sum(sizes) == PHOTOS
    assert raw_sql.number(library._store, "SELECT count(*) FROM embeddings") == PHOTOS + 5
    assert not encoding_threads()


def test_an_encoder_that_fails_stops_the_job_and_loses_no_finished_batch(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = LoadedModel.encode_images
    calls: list[int] = []

    def encode(self: LoadedModel, pixels: object) -> object:
        calls.append(1)
        if len(calls) == 3:
            raise AlbumenError("too little memory for one image")
        return original(self, pixels)  # type: ignore[arg-type]

    monkeypatch.setattr(LoadedModel, "encode_images", encode)
    with pytest.raises(AlbumenError, match="too little memory"):
        finish(library.sync())
    assert states(library).count(PhotoState.OK) == 4 and not encoding_threads()
    finish(library.sync())
    assert states(library) == [PhotoState.OK] * PHOTOS


def test_a_job_that_is_closed_waits_for_its_thread(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()
    original = LoadedModel.encode_images

    def encode(self: LoadedModel, pixels: object) -> object:
        begun.set()
        return original(self, pixels)  # type: ignore[arg-type]

    monkeypatch.setattr(LoadedModel, "encode_images", encode)
    job = library.sync()
    while not begun.is_set():
        next(job)
    job.close()
    assert not encoding_threads()
    finish(library.sync())
    assert states(library) == [PhotoState.OK] * PHOTOS


def test_what_somebody_looks_at_is_read_first(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Newest first; what is preferred meanwhile comes at once, and everything comes once."""
    monkeypatch.setattr("engine.library.indexing._AHEAD", 2)
    asked: list[str] = []
    original = DecodePool.decode

    def decode(
        self: DecodePool, given: Iterator[bytes], wait: float | None = None
    ) -> Iterator[object]:
        for path in given:
            asked.append(os.path.basename(os.fsdecode(path)))
            yield from original(self, [path], wait)

    monkeypatch.setattr(DecodePool, "decode", decode)
    job = library.sync()
    while len(asked) < 2:
        next(job)
    ids = {photo.name: photo.id for photo in library.photos(range(1, PHOTOS + 1))}
    library.prefer([ids["photo 001.jpg"], 99, ids["photo 006.jpg"], ids["photo 000.jpg"]])
    finish(job)
    numbers = [int(name[6:9]) for name in asked]
    assert numbers == [6, 5, 1, 0, 4, 3, 2]
