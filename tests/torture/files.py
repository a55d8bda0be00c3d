"""Hostile files through the decoding processes and a whole library.

Nothing dies, nothing is lost, nothing hangs.

Prints: files given, indexed, failed (the two add up to the first), processes that died or were
stopped, slowest file, largest process; then the same through `sync`, and a second `sync`, which may
not decode anything. A death of the program itself would end the run.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from pathlib import Path

from engine.disk import scan
from engine.images.decode import Decoded
from engine.images.decode_pool import DecodePool
from engine.library.library import Library
from engine.records import Failure
from tests.support.small_library import finish, write_model
from tests.torture import corpus


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cuts", type=int, default=20, help="truncations of each sound picture")
    parser.add_argument("--flips", type=int, default=14, help="other damages of each")
    parser.add_argument("--no-bombs", dest="bombs", action="store_false")
    parser.add_argument("--workers", type=int)


def run(arguments: argparse.Namespace) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "photos")
        given = corpus.write(
            folder, arguments.seed, arguments.cuts, arguments.flips, arguments.bombs
        )
        return {
            "given": given,
            **through_pool(folder, given, arguments.workers),
            **through_library(folder, given),
        }


def through_pool(folder: Path, given: int, workers: int | None = None) -> dict[str, object]:
    paths = [file.path for step in scan.walk(os.fsencode(folder)) for file in step]
    started = time.monotonic()
    indexed = 0
    reasons = Counter[str]()
    with DecodePool(64, workers) as pool:
        for path, answer in zip(paths, pool.decode(paths), strict=True):
            if isinstance(answer, Decoded):
                assert answer.path == path and answer.pixels.shape == (64, 64, 3)
                indexed += 1
            else:
                assert (
                    isinstance(answer, Failure)
                    and os.fsencode(answer.path) == path
                    and answer.reason
                )
                reasons[str(answer.reason).split("(")[0].strip()] += 1
        statistics = pool.statistics
    assert len(paths) == given == indexed + reasons.total(), (len(paths), given, indexed, reasons)
    return {
        "indexed": indexed,
        "failed": reasons.total(),
        "decoding processes that died": statistics.deaths,
        "decoding processes stopped in time": statistics.overdue,
        "slowest file": os.fsdecode(os.path.basename(statistics.slowest)),
        "slowest file, seconds": round(statistics.slowest_seconds, 2),
        "largest process, MiB": statistics.peak_memory >> 20,
        "seconds": round(time.monotonic() - started, 1),
        "reasons": dict(reasons.most_common()),
    }


def through_library(folder: Path, given: int) -> dict[str, object]:
    model = write_model(folder.parent / "model.safetensors")
    with Library.open(folder.parent / "library", model=str(model)) as library:
        library.add([str(folder)])
        first = finish(library.sync())
        failures = library.failures()
        assert first.added == given, (first, given)
        shown = library.counts()
        assert len(failures) == first.failed and all(
            failure.path and failure.reason for failure in failures
        )
        second = finish(library.sync())
        assert (second.added, second.updated, second.moved, second.removed, second.failed) == (
            0,
            0,
            0,
            0,
            0,
        ), second
        return {
            "library: given": first.added,
            "library: indexed": first.added - first.failed,
            "library: failed": first.failed,
            "library: photos": shown.photos,
            "library: problems": shown.problems,
            "library: seconds": round(first.seconds, 1),
            "library: second sync, seconds": round(second.seconds, 2),
        }
