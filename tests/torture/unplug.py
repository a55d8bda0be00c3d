"""A drive is unplugged and comes back: its mount point is empty for a while.

No row and no tag is lost, nothing is encoded again. With the right to mount (root on Linux) by real
mounts that nobody else sees; else folders are exchanged.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from engine.records import FolderState, PhotoState
from tests.support.small_library import finish
from tests.torture import stage


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> dict[str, object]:
    if stage.can_mount() and not arguments.inside:
        result: dict[str, object] = json.loads(
            stage.in_private_mounts("unplug", ["--files", str(arguments.files)])
        )
        return result
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        if not arguments.inside:
            return unplugged(scratch, arguments.files, *_exchanged(scratch), above=False)
        drive = scratch / "drive"
        mount_point = scratch / "media" / "stick"
        drive.mkdir()
        mount_point.mkdir(parents=True)
        stage.mount("-t", "tmpfs", "tmpfs", str(drive))
        try:
            plug = lambda: stage.mount("--bind", str(drive), str(mount_point))  # noqa: E731
            plug()
            return unplugged(scratch, arguments.files, lambda: stage.unmount(mount_point), plug)
        finally:
            stage.unmount(mount_point)
            stage.unmount(drive)


def _exchanged(scratch: Path) -> tuple[Callable[[], object], Callable[[], object]]:
    stick = scratch / "media" / "stick"
    away = scratch / "away"
    stick.mkdir(parents=True)

    def plug() -> None:
        stick.rmdir()
        away.rename(stick)

    def unplug() -> None:
        stick.rename(away)
        stick.mkdir()

    return unplug, plug


def unplugged(
    scratch: Path,
    count: int,
    unplug: Callable[[], object],
    plug: Callable[[], object],
    above: bool = True,
) -> dict[str, object]:
    """The drive is a watched folder itself, then (`above`) a part of one.

    Only a real mount differs from a folder.
    """
    results: dict[str, object] = {}
    stick = scratch / "media" / "stick"
    stage.Photos().fill(stick, range(count))
    for watched in (stick, stick.parent)[: 1 + above]:
        stage.Photos().write(scratch / "media" / "on the disk.jpg", 10**6)
        home = scratch / f"library of {watched.name}"
        home.mkdir()
        with stage.open_library(home) as library:
            library.add([str(watched)])
            finish(library.sync())
            label = library.add_labels(["keep"])[0]
            ids = sorted(
                photo.id
                for photo in library.photos(list(library.view().ids))
                if "stick" in photo.path
            )
            assert len(ids) == count
            library.correct(label.id, yes=ids[::2], no=ids[1::2])
            before = stage.content_of(library)
            said = stage.words(library)
            with stage.counting_encodes() as encoded:
                unplug()
                for _ in range(2):
                    report = finish(library.sync())
                    assert (report.removed, report.added, report.failed) == (0, 0, 0), report
                assert stage.content_of(library) == before and stage.words(library) == said
                states = {photo.state for photo in library.photos(ids)}
                assert states == {PhotoState.OFFLINE}, states
                if watched == stick:
                    assert library.folders()[0].state == FolderState.OFFLINE
                plug()
                report = finish(library.sync())
                assert (report.removed, report.added, report.updated, report.failed) == (
                    0,
                    0,
                    0,
                    0,
                ), report
                assert {photo.state for photo in library.photos(ids)} == {PhotoState.OK}
                assert stage.content_of(library) == before and stage.words(library) == said
                assert encoded == [], "photos were encoded again"
            kind = "the drive itself" if watched == stick else "a folder above it"
            results[f"watched: {kind}: rows deleted, tags deleted, encoded again"] = [
                0,
                0,
                sum(encoded),
            ]
    return results
