"""The library's benchmarks run at toy sizes and give the figures they promise.

No timing fails a test.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine import bench
from engine.__main__ import main
from tests.support.small_library import write_photos

pytestmark = pytest.mark.usefixtures("tiny_starter")


def figures(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(["--json", "bench", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_search(capsys: pytest.CaptureFixture[str]) -> None:
    row = figures(capsys, "search", "--sizes", "3000", "--queries", "3")["3000 photos"]
    assert row["recall at 100"] >= 0.99
    assert {"scan", "fp32", "numpy", "memory"} <= set(row)


def test_scale(capsys: pytest.CaptureFixture[str]) -> None:
    answer = figures(capsys, "scale", "--sizes", "500,1000")
    assert answer["1000 rows"]["search"] > 0 and "growth" in answer


@pytest.mark.slow
def test_start(capsys: pytest.CaptureFixture[str]) -> None:
    answer = figures(capsys, "start", "--photos", "300", "--rounds", "1", "--tiny")
    assert {"open", "list", "model", "search", "torch", "least"} == set(answer["seconds"])


def test_loop(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for number, name in enumerate(("cup", "not cup")):
        write_photos(tmp_path / "cup" / name, 5, first_seed=100 * number)
    answer = figures(
        capsys,
        "loop",
        "--data",
        str(tmp_path),
        "--draws",
        "1",
        "--shots",
        "2",
        "--only",
        "zero-shot,search,learn",
    )
    assert answer["zero-shot accuracy"]["cup"]["photos"] == 10
    assert answer["search"]["second sync"]["added"] == 0
    assert answer["learn"]["held out"] == 6 and len(answer["learn"]["draws"]) == 1
    assert bench.show(answer).startswith("model: starter")


def test_a_missing_folder_and_a_wrong_option(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["bench", "loop", "--data", str(tmp_path / "nowhere")]) == 1
    assert "There is no folder" in capsys.readouterr().err
    assert main(["bench", "search", "--colour", "red"]) == 2
    assert main(["bench", "nothing"]) == 2


def test_every_listed_benchmark_exists() -> None:
    import importlib

    for name in bench.BENCHMARKS:
        module = importlib.import_module(f"engine.bench.{name}")
        assert callable(module.add_arguments) and callable(module.run) and module.__doc__
