"""Writes and fsyncs fail (a dying disk), injected by strace.

One sentence, nothing acknowledged is lost, and the next start on a healthy disk goes on. Needs
strace and the right to trace.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from engine.library.library import Library
from engine.records import AlbumenError
from tests.support.small_library import finish
from tests.torture import stage

_INJECT = "inject=fsync,fdatasync,pwrite64:error=EIO:when={first}+{step}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--inside", help=argparse.SUPPRESS)


def can_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    return (
        subprocess.run(
            ["strace", "-o", os.devnull, "true"], capture_output=True, check=False
        ).returncode
        == 0
    )


def run(arguments: argparse.Namespace) -> dict[str, object]:
    if arguments.inside:
        return suffer(Path(arguments.inside), arguments.seed)
    if not can_trace():
        return {"skipped": "this needs strace"}
    rng = random.Random(arguments.seed)
    sentences: set[str] = set()
    said: dict[tuple[int, int], bool] = {}
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        stage.Photos().fill(scratch / "photos", range(arguments.files))
        with stage.open_library(scratch) as library:
            library.add([str(scratch / "photos")])
            library.add_labels(["keep"])
            finish(library.sync())
        for i in range(arguments.rounds):
            stage.Photos().fill(scratch / "photos", range(1000 * (i + 1), 1000 * (i + 1) + 20))
            inject = _INJECT.format(first=rng.randrange(1, 120), step=rng.choice((1, 7, 40)))
            trace = [
                "strace",
                "-f",
                "-qq",
                "-o",
                os.devnull,
                "-e",
                "trace=fsync,fdatasync,pwrite64",
                "-e",
                inject,
            ]
            own = [
                sys.executable,
                "-m",
                "tests.torture",
                "ioerrors",
                "--inside",
                str(scratch),
                "--seed",
                str(i),
            ]
            done = subprocess.run([*trace, *own], stdout=subprocess.PIPE, check=True, timeout=300)
            told = json.loads(done.stdout)
            sentences |= set(told["sentences"])
            for photo, label, present in told["said"]:
                said[photo, label] = present
                if present is None:  # refused: whether it reached the disk before is open
                    del said[photo, label]
            with stage.open_library(scratch) as library:
                stage.check(library, scratch / "photos")
                stored = stage.words(library)
                assert {key: stored.get(key) for key in said} == said, (
                    "an acknowledged correction is lost"
                )
        with stage.open_library(scratch) as library:
            stage.settle(library)
            stage.check(library, scratch / "photos")
            assert library.counts().pending == 0
            assert len(library.view().ids) == arguments.files + 20 * arguments.rounds
    assert sentences and all(
        len(sentence) < 300 and "Traceback" not in sentence for sentence in sentences
    )
    return {
        "rounds": arguments.rounds,
        "sentences": sorted(sentence.replace(name, "...") for sentence in sentences),
        "acknowledged corrections": len(said),
        "lost": 0,
    }


def suffer(scratch: Path, seed: int) -> dict[str, object]:
    """Sync and correct on the dying disk; what was acknowledged, and what the person was told."""
    rng = random.Random(seed)
    sentences: list[str] = []
    said: list[tuple[int, int, bool | None]] = []
    try:
        with stage.open_library(scratch) as library:
            label = library.labels()[0].id
            ids = sorted(library.view().ids)
            for i in range(40):
                if i % 10 == 0:
                    sentences += _sync(library)
                photo = rng.choice(ids)
                present = rng.random() < 0.5
                try:
                    library.correct(label, **{"yes" if present else "no": [photo]})
                    said.append((photo, label, present))
                except AlbumenError as error:
                    said.append((photo, label, None))
                    sentences.append(str(error))
    except AlbumenError as error:
        sentences.append(str(error))
    return {"sentences": sentences, "said": said}


def _sync(library: Library) -> list[str]:
    """What the person was told if it failed."""
    try:
        finish(library.sync())
    except AlbumenError as error:
        return [str(error)]
    return []
