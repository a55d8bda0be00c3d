"""The index benchmark runs and reports what it promises.

On photos and a model too small to mean anything.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from engine.bench import index, made
from tests.support.small_library import write_model


def test_figures_of_every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    small = {
        kind: (format_, (480, 360), options) for kind, (format_, _, options) in index._KINDS.items()
    }
    monkeypatch.setattr(index, "_KINDS", small)
    monkeypatch.setattr(made, "write_model", lambda path, vit_b32: write_model(Path(path)))
    in_one_process = lambda way, folder, model: index._in_this_process(  # noqa: E731
        {"way": way, "folder": str(folder), "model": str(model)}
    )
    monkeypatch.setattr(index, "_measure", in_one_process)
    parser = argparse.ArgumentParser()
    index.add_arguments(parser)
    options = ["--kinds", "jpeg3,phone", "--photos", "6", "--seeds-photos", "3", "--rounds", "1"]
    figures = index.run(parser.parse_args(options))
    for kind in ("jpeg3", "phone"):
        measured = figures[kind]
        assert measured["ratio"] == pytest.approx(
            measured["ours"] / measured["seeds"], rel=0.05, abs=0.01
        )
        assert measured["of the limit"] == pytest.approx(
            measured["ours"] / measured["limit"], rel=0.05, abs=0.01
        )
        assert measured["core-ms to decode"] > 0 and measured["core-ms to encode"] > 0
