"""The README's two commands, run as a person would run them: in a copy of the repository, word for
word, until the window stands and the tests are found.

It installs everything into fresh environments, which takes a minute or more and asks a package
index: it runs only when the marker is named, `python -m pytest -m scratch tests/test_readme.py`.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.scratch,
    pytest.mark.skipif(sys.platform == "win32", reason="the commands are those of a POSIX shell"),
]

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 900  # seconds: for an index, and for several gigabytes where torch brings CUDA


def commands() -> list[str]:
    blocks = re.findall(
        r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    return [block.strip() for block in blocks[:2]]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that git knows, and nothing that was built here."""
    there = tmp_path_factory.mktemp("copy")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    for name in filter(None, os.fsdecode(listed.stdout).split("\0")):
        if (ROOT / name).is_file():
            (there / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, there / name)
    return there


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """The environment of a person who has no Albumen yet: nothing of this checkout is on a path."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "VIRTUAL_ENV")
    }
    return kept | {
        "HOME": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "QT_QPA_PLATFORM": "offscreen",
    }


def test_the_first_installs_and_starts_the_window(copy: Path, surroundings: dict[str, str]) -> None:
    install, _, start = commands()[0].rpartition(" && ")
    assert start == ".venv/bin/albumen"
    done = subprocess.run(
        install, shell=True, cwd=copy, env=surroundings, capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    typed = list((copy / ".venv").rglob("site-packages/*/py.typed"))
    assert {"engine", "desktop_app"} <= {path.parent.name for path in typed}

    log = Path(surroundings["XDG_STATE_HOME"]) / "albumen" / "log" / "albumen.log"
    if sys.platform == "darwin":
        log = Path(surroundings["HOME"]) / "Library" / "Logs" / "albumen" / "albumen.log"
    with subprocess.Popen(start, cwd=copy, env=surroundings, stderr=subprocess.PIPE) as window:
        library = Path(surroundings["XDG_DATA_HOME"]) / "albumen" / "library" / "library.db"
        until = time.monotonic() + 60
        while window.poll() is None and time.monotonic() < until:
            if library.exists() or (sys.platform == "darwin" and log.exists()):
                break
            time.sleep(0.1)  # another program's start: there is nothing to wait for but its files
        assert window.poll() is None, window.stderr and window.stderr.read()
        window.send_signal(signal.SIGTERM)  # as a click on the cross
        _, said = window.communicate(timeout=60)
    said = said.replace(b"This plugin does not support propagateSizeHints()\n", b"")
    assert window.returncode == 0 and not said, said
    assert "started" in log.read_text("utf-8")
    assert "Traceback" not in log.read_text("utf-8")


def test_the_second_installs_what_the_tests_need_and_finds_them(
    copy: Path, surroundings: dict[str, str]
) -> None:
    line = commands()[1]
    assert line.endswith("-m pytest")
    done = subprocess.run(
        f"{line} --collect-only", shell=True, cwd=copy, env=surroundings, capture_output=True,
        text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "tests/engine/store/test_labels.py" in done.stdout
    assert "error" not in done.stdout.splitlines()[-1]
