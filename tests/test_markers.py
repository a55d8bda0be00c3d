"""The markers hold what they promise: nothing outside of the repository is read in passing, and
nothing slow slips into the fast subset."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OUTSIDE = ROOT.parent / "shared" / "design.md"

TESTS = """
import pytest

@pytest.mark.external
def test_photographs(shared_data): pass

def test_library(tiny_starter): pass

def test_plain(): pass

@pytest.mark.slow
def test_known(): pass

@pytest.mark.scratch
def test_install(): raise AssertionError
"""


def ran(tmp_path: Path, text: str, *options: str) -> tuple[int, str]:
    """Exit code and output of pytest over these tests, with our hooks."""
    (tmp_path / "test_given.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-p"]
    command += ["tests.conftest", "--rootdir", str(tmp_path), "-p", "no:cacheprovider", "-vv"]
    done = subprocess.run(
        [*command, *options, str(tmp_path / "test_given.py")],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("path", [OUTSIDE, os.fsencode(OUTSIDE), os.path.relpath(OUTSIDE)])
def test_reading_outside_without_saying_so_is_refused(path: str | bytes | Path) -> None:
    with pytest.raises(PermissionError, match="mark the test external"):
        open(path).close()
    with pytest.raises(PermissionError, match="mark the test external"):
        os.listdir(path)


@pytest.mark.external
def test_a_test_that_says_so_may_read_outside() -> None:
    if not OUTSIDE.exists():
        pytest.skip("there is nothing beside this repository")
    assert OUTSIDE.read_text("utf-8")


@pytest.mark.slow
def test_photographs_need_the_marker(tmp_path: Path) -> None:
    code, said = ran(tmp_path, "def test_given(shared_data): pass")
    assert code == pytest.ExitCode.USAGE_ERROR and "mark it as external" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("chosen", "passed"),
    [
        ("not slow", {"photographs", "plain"}),
        ("slow", {"library", "known"}),
        ("not slow and not external", {"plain"}),
    ],
)
def test_what_is_chosen(tmp_path: Path, chosen: str, passed: set[str]) -> None:
    _, said = ran(tmp_path, TESTS, "-m", chosen)
    names = ("photographs", "library", "plain", "known", "install")
    done = {name for name in names for how in ("PASSED", "SKIPPED") if f"test_{name} {how}" in said}
    assert done - {"install"} == passed
    assert "AssertionError" not in said


@pytest.mark.slow
def test_an_installation_runs_only_when_it_is_named(tmp_path: Path) -> None:
    code, said = ran(tmp_path, TESTS)
    assert code == 0 and "test_install SKIPPED" in said and "-m scratch" in said
    code, said = ran(tmp_path, TESTS, "-m", "scratch")
    assert code == 1 and "test_install FAILED" in said


@pytest.mark.slow
def test_long_tests_without_the_marker_are_named(tmp_path: Path) -> None:
    long = "import time\ndef test_long(): time.sleep(1.1)\ndef test_short(): pass\n"
    _, said = ran(tmp_path, long)
    named = said.partition("not marked slow")[2]
    assert "test_long" in named and "test_short" not in named
