"""A small library for tests: a random CLIP and photos that are cheap to make.

The CLIP loads in milliseconds.

The model knows nothing, but it is deterministic: equal pixels give equal vectors, different ones
different vectors.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from PIL import Image

T = TypeVar("T")
LONG_AGO = 1_600_000_000  # seconds: files that have settled


def write_model(path: Path, seed: int = 5) -> Path:
    """A random CLIP of 64 pixels and 64 dimensions as a safetensors file."""
    from engine.clip import checkpoint  # here: who only wants photos needs no torch
    from tests.support.random_clip import random_clip

    checkpoint.write(path, random_clip(seed=seed).state_dict(), {"activation": "quickgelu"})
    return path


def write_photo(
    path: Path, seed: int, size: tuple[int, int] = (96, 64), when: float = LONG_AGO
) -> Path:
    """A JPEG of coarse random blocks, last written at `when`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    blocks = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    Image.fromarray(blocks).resize(size, Image.Resampling.BICUBIC).save(path, quality=90)
    os.utime(path, (when, when))
    return path


def write_photos(folder: Path, n: int, first_seed: int = 0) -> list[Path]:
    """`n` different photos, taken a day after each other."""
    return [
        write_photo(folder / f"photo {i:03}.jpg", first_seed + i, when=LONG_AGO + 86400 * i)
        for i in range(n)
    ]


def write_colours(root: Path, colours: Mapping[str, tuple[int, int, int]], n: int) -> Path:
    """`root` with a folder per class: n pictures each of its colour, with noise."""
    random = np.random.default_rng(0)
    for name, colour in colours.items():
        (root / name).mkdir(parents=True)
        for number in range(n):
            pixels = np.clip(random.normal(colour, 30, (40, 36, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(root / name / f"{number}.png")
    return root


def finish(job: Generator[Any, None, T]) -> T:
    """Run a job to its end and return its report."""
    return run(job)[1]


def run(job: Generator[Any, None, T]) -> tuple[list[Any], T]:
    """Run a job to its end: (everything it yielded, its report)."""
    steps = []
    while True:
        try:
            steps.append(next(job))
        except StopIteration as end:
            return steps, end.value
