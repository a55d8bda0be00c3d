"""Drawn training pictures: every label, seeded, none alike, none blank.

Night is dark and made of the corpus' days.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.starter.corpus import Source
from engine.starter.synthetic_images import LABELS, drawn_source


@pytest.fixture(scope="module")
def day() -> Source:
    pixels = np.random.default_rng(0).integers(60, 255, (4, 80, 80, 3)).astype(np.uint8)
    return Source("scenes", pixels, ("street", "house", "coast", "forest"))


def test_each_label_is_drawn_and_no_picture_is_blank_or_twice(day: Source, tmp_path: Path) -> None:
    drawn = drawn_source([day], tmp_path, seed=0, count=3)
    # Three days are streets, houses or coasts; the forest is none.
    assert sorted(drawn.labels) == sorted([*LABELS] * 3)
    assert drawn.pixels.shape == (len(drawn.labels), 80, 80, 3)
    assert drawn.pixels.reshape(len(drawn.labels), -1).std(axis=1).min() > 5
    assert len({picture.tobytes() for picture in drawn.pixels}) == len(drawn.labels)


def test_night_is_darker_than_the_day_it_was_made_of(day: Source, tmp_path: Path) -> None:
    drawn = drawn_source([day], tmp_path, seed=0, count=3)
    nights = [row for row, label in enumerate(drawn.labels) if label == "night"]
    assert drawn.pixels[nights].mean() < 0.6 * day.pixels.mean()
    without = drawn_source([], tmp_path / "no-photographs", seed=0, count=3)
    assert "night" not in without.labels


def test_the_seed_decides_and_a_second_run_reads_the_first(day: Source, tmp_path: Path) -> None:
    first = drawn_source([day], tmp_path / "a", seed=1, count=2)
    same = drawn_source([day], tmp_path / "b", seed=1, count=2)
    other = drawn_source([day], tmp_path / "b", seed=2, count=2)
    assert np.array_equal(first.pixels, same.pixels) and not np.array_equal(
        first.pixels, other.pixels
    )
    before = sorted(file.stat().st_mtime_ns for file in (tmp_path / "a").iterdir())
    assert isinstance(drawn_source([day], tmp_path / "a", seed=1, count=2).pixels, np.memmap)
    assert sorted(file.stat().st_mtime_ns for file in (tmp_path / "a").iterdir()) == before
