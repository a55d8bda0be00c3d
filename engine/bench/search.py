"""Text queries: how fast, how exact, how near to the speed of memory.

    python -m engine bench search [--sizes 10000,100000,1000000] [--queries 50] [--while-indexing 100000]

For each size, top 100 of N x 512, medians and 95th percentiles over the queries, all ways in turn within one run:

* scan: what search does: one half-precision product, the first thousand refined, the best hundred
* fp32: the same in single precision (torch), and in numpy, as most programs do it
* memory: reading as many bytes once (`torch.sum`): nothing that looks at every vector can be faster

Recall is against the single-precision vectors. `--while-indexing N`: a `sync` of new photos runs into a library of N;
searches are asked between its steps, as the window does; what counts is the wait for the step plus the answer.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.bench import made

_TOP = 100
_DIM = 512
_REFINED = 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine bench search`."""
    parser.add_argument("--sizes", default="10000,100000,1000000", help="numbers of photos (default %(default)s)")
    parser.add_argument("--queries", type=int, default=50, help="queries per size (default %(default)s)")
    parser.add_argument("--while-indexing", type=int, default=0, metavar="N", help="also: searches during a sync")


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
    single = half.float()
    plain = single.numpy()
    flat = half.view(torch.int16).view(-1).view(torch.int64)
    queries = made.queries(count, _DIM)

    def scan(query: Tensor) -> Tensor:
        scores = F.linear(half, query.half()[None])[:, 0].float()  # (N,)
        rows = scores.topk(min(_REFINED, size)).indices
        return rows[(half[rows].float() @ query).topk(_TOP).indices]

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
        name: {"median_ms": round(statistics.median(some), 3), "p95_ms": round(float(np.percentile(some, 95)), 3)}
        for name, some in times.items()
    }
    row["recall at 100"] = round(hits / (_TOP * count), 5)
    row["scan, GB/s"] = round(size * _DIM * 2 / row["scan"]["median_ms"] / 1e6, 2)
    row["memory, GB/s"] = round(size * _DIM * 2 / row["memory"]["median_ms"] / 1e6, 2)
    row["times faster than numpy"] = round(row["numpy"]["median_ms"] / row["scan"]["median_ms"], 2)
    return row


def _while_indexing(size: int) -> dict[str, Any]:
    from PIL import Image

    from engine.library import Library

    words = ["dog", "beach", "a red car", "snow", "food", "city at night"]
    with tempfile.TemporaryDirectory(prefix="albumen-search-") as directory:
        scratch = Path(directory)
        model = made.write_model(scratch / "model.safetensors")
        made.library(scratch / "library", size, model, labels=60)
        photos = scratch / "photos"
        photos.mkdir()
        for number in range(300):
            Image.effect_noise((640, 480), 50 + number / 10).save(photos / f"{number}.jpg")
        with Library.open(scratch / "library") as library:
            for query in words:
                library.view(query)  # the model is loaded
            quiet = []
            for query in words * 3:
                started = time.perf_counter()
                library.view(query)
                quiet.append((time.perf_counter() - started) * 1e3)
            (folder,) = library.add([str(photos)]).folders
            waits: list[float] = []
            steps: list[float] = []
            job = library.sync([folder.id])
            asked = 0
            while True:
                started = time.perf_counter()
                try:
                    next(job)
                except StopIteration:
                    break
                stepped = time.perf_counter()
                library.view(words[asked % len(words)])
                asked += 1
                steps.append((stepped - started) * 1e3)
                waits.append((time.perf_counter() - started) * 1e3)
    return {
        "photos": size,
        "searches": len(waits),
        "quiet, median_ms": round(statistics.median(quiet), 1),
        "step and answer, median_ms": round(statistics.median(waits), 1),
        "step and answer, p95_ms": round(float(np.percentile(waits, 95)), 1),
        "step alone, p95_ms": round(float(np.percentile(steps, 95)), 1),
    }
