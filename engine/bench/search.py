"""Text queries: how fast, how exact, how near to the speed of memory.

    python -m engine bench search [--sizes 10000,100000,1000000] [--queries 50]
        [--while-indexing 100000]

For each size, top 100 of N x 512, medians and 95th percentiles over the queries, all ways in turn
within one run:

* scan: what search does (`EmbeddingIndex.products`): one half-precision product, the first thousand
  refined, the best hundred
* fp32: the same in single precision (torch), and in numpy, as most programs do it: twice the memory
* memory: reading as many bytes once (`torch.sum`): nothing that looks at every vector can be faster

Recall is against the single-precision vectors. `--while-indexing N`: a `sync` of new photos runs
into a library of N with ViT-B/32's geometry; every now and then a text that was never asked before
is searched, as the window does it: at any moment, answered when the step in hand is done. `answer`:
from that moment until the result is there.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.bench import made
from engine.search.embedding_index import EmbeddingIndex

_TOP = 100
_DIM = 512


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine bench search`."""
    parser.add_argument(
        "--sizes", default="10000,100000,1000000", help="numbers of photos (default %(default)s)"
    )
    parser.add_argument(
        "--queries", type=int, default=50, help="queries per size (default %(default)s)"
    )
    parser.add_argument(
        "--while-indexing", type=int, default=0, metavar="N", help="also: searches during a sync"
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """{"N photos": {way: {"median_ms", "p95_ms"}, "recall", "GB/s"}}."""
    figures: dict[str, Any] = {"threads": torch.get_num_threads()}
    for size in map(int, filter(None, args.sizes.split(","))):
        figures[f"{size} photos"] = _measure(size, args.queries)
    if args.while_indexing:
        figures["while indexing"] = _while_indexing(args.while_indexing)
    return figures


def _measure(size: int, count: int) -> dict[str, Any]:
    half = torch.cat(list(made.vectors(size, _DIM)))  # (N, D)
    index = EmbeddingIndex(_DIM)
    index.reserve(size)
    index.put(range(size), half, torch.zeros(size))
    single = half.float()
    plain = single.numpy()
    flat = half.view(torch.int16).view(-1).view(torch.int64)
    queries = made.queries(count, _DIM)

    def scan(query: Tensor) -> Tensor:
        scores = index.products(query)
        best = np.argpartition(scores, -_TOP)[-_TOP:]
        return torch.from_numpy(best[np.argsort(-scores[best])])

    def fp32(query: Tensor) -> Tensor:
        return (single @ query).topk(_TOP).indices

    def numpy(query: Tensor) -> Tensor:
        scores = plain @ query.numpy()
        best = np.argpartition(scores, -_TOP)[-_TOP:]
        return torch.from_numpy(best[np.argsort(-scores[best])])

    ways: dict[str, Callable[[Tensor], Tensor]] = {"scan": scan, "fp32": fp32, "numpy": numpy}
    ways["memory"] = lambda _: flat.sum()
    times: dict[str, list[float]] = {name: [] for name in ways}
    hits = 0
    for turn, query in enumerate([queries[0], *queries]):  # the first turn warms up
        found = {}
        for name, way in ways.items():
            started = time.perf_counter()
            found[name] = way(query)
            if turn:
                times[name].append((time.perf_counter() - started) * 1e3)
        if turn:
            hits += len(set(found["scan"].tolist()) & set(found["fp32"].tolist()))
    row: dict[str, Any] = {
        name: {
            "median_ms": round(statistics.median(some), 3),
            "p95_ms": round(float(np.percentile(some, 95)), 3),
        }
        for name, some in times.items()
    }
    row["recall at 100"] = round(hits / (_TOP * count), 5)
    row["scan, GB/s"] = round(size * _DIM * 2 / row["scan"]["median_ms"] / 1e6, 2)
    row["memory, GB/s"] = round(size * _DIM * 2 / row["memory"]["median_ms"] / 1e6, 2)
    row["times faster than numpy"] = round(row["numpy"]["median_ms"] / row["scan"]["median_ms"], 2)
    return row


def _while_indexing(size: int) -> dict[str, Any]:
    from PIL import Image

    from engine.library.library import Library

    words = [
        " ".join(some) for some in itertools.product(_LOOKS, _THINGS, _PLACES)
    ]  # none is asked twice
    dice = random.Random(0)
    dice.shuffle(words)
    asked = iter(words)
    with (
        tempfile.TemporaryDirectory(prefix="albumen-search-") as directory,
        made.installed(Path(directory)) as model,
    ):
        scratch = Path(directory)
        made.library(scratch / "library", size, model, labels=60)
        photos = scratch / "photos"
        photos.mkdir()
        grain = Image.effect_noise((2048, 1536), 60).convert("RGB")
        for number in range(_PHOTOS):
            grain.rotate(number).save(photos / f"{number}.jpg", quality=85)
        with Library.open(scratch / "library") as library:
            library.view("everything is loaded")

            def search() -> float:
                started = time.perf_counter()
                library.view(next(asked))
                return (time.perf_counter() - started) * 1e3

            quiet = [search() for _ in range(20)]
            (folder,) = library.add([str(photos)]).folders
            waits: list[float] = []
            steps: list[float] = []
            job = library.sync([folder.id])
            began = time.perf_counter()
            moment = began + _BETWEEN
            while True:
                started = time.perf_counter()
                if next(job, None) is None:
                    break
                steps.append((time.perf_counter() - started) * 1e3)
                if time.perf_counter() >= moment:
                    late = (time.perf_counter() - moment) * 1e3
                    waits.append(late + search())
                    moment = time.perf_counter() + _BETWEEN * dice.uniform(0.5, 1.5)
            seconds = time.perf_counter() - began

    def of(some: list[float]) -> dict[str, float]:
        return {
            "median_ms": round(statistics.median(some), 1),
            "p95_ms": round(float(np.percentile(some, 95)), 1),
        }

    return {
        "photos": size,
        "photos/s indexed meanwhile": round(_PHOTOS / seconds, 1),
        "searches": len(waits),
        "quiet": of(quiet),
        "answer": of(waits) | {"longest_ms": round(max(waits), 1)},
        "steps": of(steps) | {"longest_ms": round(max(steps), 1)},
    }


_PHOTOS = 400
_BETWEEN = 0.4  # seconds between two searches, more or less
_LOOKS = (
    "small",
    "old",
    "bright",
    "blurred",
    "lonely",
    "wet",
    "broken",
    "painted",
    "huge",
    "sleeping",
)
_THINGS = (
    "dog",
    "red car",
    "child",
    "boat",
    "flower",
    "old man",
    "bridge",
    "cake",
    "guitar",
    "horse",
    "tent",
    "cat",
)
_PLACES = (
    "on a beach",
    "in the snow",
    "at night",
    "in a kitchen",
    "by a lake",
    "under trees",
    "in the city",
    "at a party",
)
