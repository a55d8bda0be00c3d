"""The disk of the library fills up in the middle of a sync.

One clear sentence, the program goes on, and once there is room the same sync ends. A correction
that finds no room is refused, not forgotten. Needs the right to mount (root on Linux): the library
lies on a file system of a few MiB that nobody else sees.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from engine.library.library import Library
from engine.records import AlbumenError
from tests.support.small_library import finish, write_photos
from tests.torture import stage


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=600)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> dict[str, object]:
    if not arguments.inside:
        if not stage.can_mount():
            return {"skipped": "this needs the right to mount a small file system"}
        result: dict[str, object] = json.loads(
            stage.in_private_mounts("diskfull", ["--files", str(arguments.files)])
        )
        return result
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        disk = scratch / "library"
        disk.mkdir()
        stage.mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk))
        try:
            return filled(scratch, disk, arguments.files)
        finally:
            stage.unmount(disk)


def filled(scratch: Path, disk: Path, count: int) -> dict[str, object]:
    write_photos(scratch / "photos", count)
    with stage.open_library(scratch) as library:
        library.add([str(scratch / "photos")])
        label = library.add_labels(["keep"])[0]
        sentences = [_sentence_of(lambda: finish(library.sync())) for _ in range(3)]
        assert all("make room" in sentence for sentence in sentences), sentences
        ids = sorted(library.view().ids)
        assert len(ids) == library.counts().photos  # it still answers
        ballast = disk / "ballast"
        with open(ballast, "wb", buffering=0) as file:
            while _written(file):
                pass
        said, refused = _corrections(library, label.id, ids)
        assert stage.words(library) == said, "a correction was acknowledged but is not there"
        stage.mount("-o", "remount,size=200m", str(disk))
        ballast.unlink()
        library.correct(label.id, yes=ids[-1:])
        finish(library.sync())
        stage.settle(library)
        stage.check(library, scratch / "photos")
        counts = library.counts()
        assert (counts.photos, counts.pending, counts.problems) == (count, 0, 0), counts
    with stage.open_library(scratch) as library:
        assert stage.words(library) == {**said, (ids[-1], label.id): True}
    return {
        "sentence": sentences[0].replace(str(scratch), "..."),
        "photos known when it was full": len(ids),
        "corrections refused, acknowledged, lost": [refused, len(said), 0],
        "photos after there was room": count,
    }


def _sentence_of(work: object) -> str:
    try:
        work()  # type: ignore[operator]
    except AlbumenError as error:
        return str(error)
    raise AssertionError("the disk did not fill up")


def _written(file: object) -> bool:
    try:
        return bool(file.write(bytes(4096)))  # type: ignore[attr-defined]
    except OSError:
        return False


def _corrections(
    library: Library, label_id: int, ids: list[int]
) -> tuple[dict[tuple[int, int], bool], int]:
    """Correct one photo after the other on the full disk.

    Returns (those acknowledged, how many were refused).
    """
    said: dict[tuple[int, int], bool] = {}
    refused = 0
    for photo_id in ids[:50]:
        try:
            library.correct(label_id, no=[photo_id])
        except AlbumenError as error:
            assert "full" in str(error), error
            refused += 1
        else:
            said[photo_id, label_id] = False
    return said, refused
