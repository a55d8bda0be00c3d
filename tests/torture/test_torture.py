"""Short forms of the trials of `tests.torture`, so that none is broken unnoticed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.torture import ioerrors, limits, stage
from tests.torture.__main__ import figures_of


def here(name: str, *options: str) -> dict[str, object]:
    """The figures of a trial, run in this process."""
    return figures_of(name, list(options))


def alone(name: str, *options: str) -> dict[str, object]:
    """The figures of a trial that forks, mounts or is traced.

    In a process of its own, as a person would run it.
    """
    command = [sys.executable, "-m", "tests.torture", name, *options]
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=root, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr[-3000:]
    result: dict[str, object] = json.loads(done.stdout)
    return result


def test_hostile_files() -> None:
    figures = here("files", "--cuts", "1", "--flips", "1", "--no-bombs")
    assert figures["indexed"] + figures["failed"] == figures["given"] > 500  # type: ignore[operator]
    assert figures["indexed"] > 150 and figures["failed"] > 150  # type: ignore[operator]
    assert (
        figures["library: indexed"] == figures["indexed"]
        and figures["library: failed"] == figures["failed"]
    )


def test_storm() -> None:
    figures = here(
        "storm", "--before", "600", "--files", "300", "--renames", "200", "--half-written", "10"
    )
    assert figures["renames: photos that moved"] > 100  # type: ignore[operator]


def test_unplugged_drive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "can_mount", lambda: False)  # the command does it with real mounts
    figures = here("unplug", "--files", "20")
    assert figures and all(lost == [0, 0, 0] for lost in figures.values())


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
def test_kills() -> None:
    figures = alone("kill", "--rounds", "1", "--files", "40", "--seconds", "1")
    assert set(figures) == {"sync", "correct", "train", "model"}


@pytest.mark.skipif(not stage.can_mount(), reason="needs the right to mount")
def test_full_disk() -> None:
    refused, acknowledged, lost = alone("diskfull")["corrections refused, acknowledged, lost"]  # type: ignore[misc]
    assert refused > 0 and refused + acknowledged == 50 and lost == 0


@pytest.mark.skipif(not limits.can_lower(), reason="needs user namespaces")
def test_no_folder_may_be_watched() -> None:
    figures = alone("limits", "--poll-seconds", "0.2")
    assert (figures["changes"], figures["missed"]) == (12, 0)


@pytest.mark.skipif(not ioerrors.can_trace(), reason="needs strace")
def test_dying_disk() -> None:
    figures = alone("ioerrors", "--rounds", "1", "--files", "20")
    assert figures["sentences"] and figures["lost"] == 0


def test_originals_are_not_touched() -> None:
    figures = here("originals", "--files", "30", "--damages", "0")
    assert figures["files"] > 150 and figures["files changed, added or gone"] == 0  # type: ignore[operator]


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_no_socket_is_opened() -> None:
    figures = alone("offline")
    assert figures["loops"] == ["cli", "window"] and figures["sockets opened by the loops"] == 0


def test_random_input_and_closing_in_mid_work() -> None:
    figures = alone("soak", "--seconds", "2", "--acts", "60", "--closes", "2", "--files", "60")
    assert figures["closes"]["closed"] == 2  # type: ignore[index]
    assert sum(figures["input"]["acts"].values()) >= 60  # type: ignore[index]


def test_unknown_names_are_told() -> None:
    command = [sys.executable, "-m", "tests.torture", "nonsense"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "storm" in done.stderr
