"""Every verb at a million rows, and what grows worse than the library.

    python -m engine bench scale [--sizes 10000,100000,1000000]

Made libraries without files, 512 dimensions, 60 labels. Seconds of: `make` (writing the rows),
`open` to first list, sort by name, first search (all vectors into memory), search, filter (label,
date), counts, tag all (60 labels), one label after training (re-tag), one correction. `growth`:
time per row at the largest size against the smallest but one; 1 is linear.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.bench import made
from engine.library.library import Library


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine bench scale`."""
    parser.add_argument(
        "--sizes", default="10000,100000,1000000", help="rows (default %(default)s)"
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """{"N rows": {verb: seconds}, "growth": {verb: ratio}}."""
    sizes = [int(size) for size in args.sizes.split(",")]
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="albumen-scale-") as directory:
        model = made.write_model(Path(directory) / "model.safetensors")
        for size in sizes:
            figures[f"{size} rows"] = _measure(Path(directory) / str(size), size, model)
    if len(sizes) > 1:
        small, large = sizes[-2], sizes[-1]
        before, after = figures[f"{small} rows"], figures[f"{large} rows"]
        figures["growth"] = {
            verb: round(after[verb] / large / (before[verb] / small), 2)
            for verb in before
            if verb != "database_mb" and before[verb] > 0.005
        }
    return figures


def _measure(directory: Path, size: int, model: Path) -> dict[str, float]:
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(verb: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        seconds[verb] = round(time.perf_counter() - started, 4)

    def median(verb: str, act: Callable[[], object]) -> None:
        times = []
        for _ in range(5):
            started = time.perf_counter()
            act()
            times.append(time.perf_counter() - started)
        seconds[verb] = round(statistics.median(times), 4)

    with timed("make"):
        made.library(directory, size, model)
    with timed("open and list"):
        library = Library.open(directory)
        assert len(library.view().ids) == size
    with library:
        with timed("list by name"):
            library.view("", sort="name")
        with timed("first search"):
            library.view("dog")
        with timed("tag all, 60 labels"):
            library.add_labels(library.starter_labels()[:60])
        with timed("counts"):
            library.counts()
            library.labels()
        median("search", lambda: library.view("a red car on a beach"))
        median("search with filter", lambda: library.view("dog label:cat after:2015"))
        median("filter", lambda: library.view("label:cat -label:dog after:2015"))
        label = library.labels()[0]
        head = next(
            head for head in library._model.recognition().heads if head.label_id == label.id
        )
        version = library._store.versions.add(
            label.id,
            library._model.recognition().number,
            "residual",
            head.vector,
            (head.anchor, head.threshold),
        )
        with timed("re-tag one label"):
            library.activate(version)
        median("correct one photo", lambda: library.correct(label.id, yes=[size // 2]))
        median(
            "photos of a screen",
            lambda: [dataclasses.astuple(photo) for photo in library.photos(range(1, 101))],
        )
        median("tags of a screen", lambda: library.tags(range(1, 101)))
        with timed("re-tag all"):
            for _ in library.retag():
                pass
        seconds["database_mb"] = round(library._store.path.stat().st_size / 1e6)
    return seconds
