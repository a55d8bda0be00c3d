"""The profile of a command: a file for pstats, a list on stderr, and the answer as without it."""

from __future__ import annotations

import json
import pstats
from pathlib import Path

import pytest

from engine.__main__ import main
from engine.cli.profiled import profiled


def test_what_was_called_stands_in_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def counted() -> int:
        return sum(map(int, "123"))

    file = tmp_path / "profile.out"
    assert profiled(counted, str(file)) == 6
    functions = {name for _, _, name in pstats.Stats(str(file)).stats}  # type: ignore[attr-defined]
    assert "counted" in functions
    said = capsys.readouterr()
    assert said.out == "" and "counted" in said.err and "tottime" in said.err


def test_a_command_that_fails_leaves_its_figures_too(tmp_path: Path) -> None:
    file = tmp_path / "profile.out"
    with pytest.raises(ZeroDivisionError):
        profiled(lambda: 1 // 0, str(file))
    assert pstats.Stats(str(file)).total_calls > 0  # type: ignore[attr-defined]


def test_the_command_answers_as_ever(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--library", str(tmp_path / "library"), "--json"]
    file = tmp_path / "profile.out"
    assert main([*where, "--profile", str(file), "labels", "add", "cat"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"label": "cat", "group": None, "photos": 0}]
    assert file.stat().st_size > 1000


def test_a_place_that_cannot_be_written_is_told_before_anything_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = tmp_path / "library"
    file = tmp_path / "no folder" / "profile.out"
    assert main(["--library", str(library), "--profile", str(file), "labels", "add", "cat"]) == 1
    assert f"albumen: {file} cannot be written" in capsys.readouterr().err
    assert not library.exists()
