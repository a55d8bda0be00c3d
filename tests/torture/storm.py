"""Storms of files while the program is busy.

Thousands appear, thousands are renamed, others are written slowly or replaced by a new file. All
are found, all keep their tags, none is there twice, the last content counts.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

from engine.disk.watch import FolderWatcher
from engine.library.library import Library
from tests.support.small_library import finish
from tests.torture import stage


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--before", type=int, default=1000, help="files that are there when it begins"
    )
    parser.add_argument("--files", type=int, default=30_000)
    parser.add_argument("--renames", type=int, default=10_000)
    parser.add_argument("--half-written", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)


def run(arguments: argparse.Namespace) -> dict[str, object]:
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "photos")
        photos = stage.Photos()
        photos.fill(folder, range(arguments.before))
        with stage.open_library(Path(scratch)) as library:
            library.add([str(folder)])
            figures: dict[str, object] = {}
            for part in (
                lambda: created(library, folder, photos, arguments.before, arguments.files),
                lambda: renamed(library, folder, arguments.renames, rng),
                lambda: half_written(library, folder, photos, arguments.half_written, rng),
            ):
                done = part()
                print(json.dumps(done), file=sys.stderr)
                figures |= done
            return figures


def created(
    library: Library, folder: Path, photos: stage.Photos, before: int, count: int
) -> dict[str, object]:
    """`count` files are written by another thread while those `before` are read.

    A watcher tells of changes.
    """
    changed = threading.Event()
    notices = []
    watcher = FolderWatcher(lambda _: changed.set(), notices.append)
    watcher.watch([os.fsencode(folder)])
    with watcher._lock:  # what happens before is not told
        assert watcher._lock.wait_for(lambda: bool(watcher._folders), 120)
    written: list[float] = []

    def write() -> None:
        photos.fill(folder, range(before, before + count), settled=False)
        written.append(time.monotonic())

    writer = threading.Thread(target=write)
    found_at = 0.0
    rounds = 0
    started = time.monotonic()
    writer.start()
    try:
        while not found_at:
            rounds += 1
            for _ in library.sync():
                if not found_at and library.counts().photos == before + count:
                    found_at = time.monotonic()
            assert found_at or changed.wait(120), (
                f"only {library.counts().photos} of {before + count} found"
            )
            changed.clear()
    finally:
        watcher.stop()
        writer.join()
    stage.settle(library)
    counts = library.counts()
    assert counts.photos == before + count and counts.problems == 0, counts
    return {
        "storm: files": count,
        "storm: seconds to write them": round(written[0] - started, 1),
        "storm: all found, seconds after the last": round(max(0.0, found_at - written[0]), 1),
        "storm: syncs": rounds,
        "storm: all read, seconds after the last": round(time.monotonic() - written[0], 1),
        "storm: notices": list(map(str, notices)),
    }


def renamed(library: Library, folder: Path, count: int, rng: random.Random) -> dict[str, object]:
    """Random renames: in place, to other folders, names exchanged, whole folders.

    Corrections tell who is who.
    """
    label = library.add_labels(["keep"])[0]
    before = stage.content_of(library)
    ids = sorted(before)
    library.correct(label.id, yes=rng.sample(ids, len(ids) // 2))
    said = stage.words(library)
    paths = sorted(stage.files(folder))
    for i in range(count):
        path = rng.choice(paths)
        index = paths.index(path) if len(paths) < 100 else i % len(paths)
        path = paths[index]
        kind = rng.random()
        if kind < 0.2:
            other = rng.randrange(len(paths))
            if other != index:
                spare = path + b".spare"
                os.rename(path, spare)
                os.rename(paths[other], path)
                os.rename(spare, paths[other])
            continue
        target = os.path.join(
            os.path.dirname(rng.choice(paths)) if kind < 0.6 else os.path.dirname(path),
            b"renamed %d.jpg" % i,
        )
        os.rename(path, target)
        paths[index] = target
    inner = [entry.path for entry in os.scandir(os.fsencode(folder)) if entry.is_dir()]
    for i, path in enumerate(rng.sample(inner, len(inner) // 2)):
        os.rename(path, os.path.join(os.fsencode(folder), b"folder %d" % i))
    started = time.monotonic()
    report = finish(library.sync())
    seconds = time.monotonic() - started
    stage.check(library, folder)
    assert stage.content_of(library) == before, "a photo changed its identity"
    assert stage.words(library) == said, "a correction changed its photo"
    return {
        "renames": count,
        "renames: photos that moved": report.moved,
        "renames: keep their corrections, %": 100.0,
        "renames: duplicates": 0,
        "renames: seconds to sync": round(seconds, 1),
    }


def half_written(
    library: Library, folder: Path, photos: stage.Photos, count: int, rng: random.Random
) -> dict[str, object]:
    """Between the steps of a running sync files grow in pieces.

    Others are saved as `name.tmp` and renamed.
    """
    growing = {folder / f"growing {i}.jpg": photos.bytes(10**6 + i) for i in range(count)}
    saved = [Path(os.fsdecode(path)) for path in rng.sample(sorted(stage.files(folder)), count)]

    def writing() -> object:
        for path, data in growing.items():
            path.write_bytes(data[: rng.randrange(len(data))])
            yield
        for i, path in enumerate(saved):
            temporary = path.with_suffix(".tmp")
            temporary.write_bytes(photos.bytes(2 * 10**6 + i))
            os.replace(temporary, path)
            yield
        for path, data in growing.items():
            path.write_bytes(data)
            yield

    writer = iter(writing())  # type: ignore[call-overload]
    busy = True
    while busy:
        for _ in library.sync():
            busy = next(writer, "end") != "end"
    stage.settle(library)
    stage.check(library, folder)
    hashes = set(stage.content_of(library).values())
    expected = {stage.digest(os.fsencode(path)) for path in [*growing, *saved]}
    assert expected <= hashes, "a file is not known by its final content"
    assert library.counts().problems == 0
    return {
        "half written": count,
        "saved by temp and rename": count,
        "with their final content, %": 100.0,
    }
