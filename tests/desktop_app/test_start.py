"""Starting: no screen, a second start, the log, unexpected exceptions.

And what is not imported before the first paint.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from desktop_app import __main__ as program
from desktop_app.link.engine_link import EngineLink
from desktop_app.parts.preferences import Preferences
from desktop_app.window.main_window import MainWindow
from engine.store.lock import DirectoryLock
from tests.support.fake_library import FakeLibrary

pytestmark = pytest.mark.slow

FIRST_PAINT = """
import sys
from desktop_app.__main__ import make_application, make_window
application = make_application()
window = make_window(sys.argv[1])
window.show()
while not window.painted:
    application.processEvents()
print(sorted({'torch', 'numpy', 'PIL', 'sqlite3', 'engine.library.library'} & set(sys.modules)))
window.close()
window.link.close()
"""


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in ("QT_QPA_PLATFORM", "DISPLAY")
    }
    clean.pop("WAYLAND_DISPLAY", None)
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={**clean, **environment},
    )


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these always have a screen")
def test_without_a_screen_one_sentence() -> None:
    done = run("-m", "desktop_app")
    assert done.returncode == 1
    assert done.stderr.startswith("albumen: no screen to open a window on.")
    assert "albumen-cli" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="X11 and Wayland only")
@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_a_screen_that_does_not_answer_is_no_abort(variable: str) -> None:
    done = run("-m", "desktop_app", **{variable: ":977"})
    assert done.returncode == 1, done.stderr
    assert "albumen: no screen to open a window on" in done.stderr
    assert "core dumped" not in done.stderr and "Traceback" not in done.stderr


def test_an_unknown_option_is_wrong_usage() -> None:
    done = run("-m", "desktop_app", "--nonsense")
    assert done.returncode == 2
    assert "usage: albumen" in done.stderr


def test_nothing_heavy_is_imported_before_the_first_paint(tmp_path: Path) -> None:
    done = run("-c", FIRST_PAINT, str(tmp_path), QT_QPA_PLATFORM="offscreen")
    assert done.stdout.strip() == "[]", done.stderr


def test_a_second_start_hands_over_and_leaves(qtbot: QtBot, tmp_path: Path) -> None:
    from desktop_app.single_instance import SingleInstance

    first = SingleInstance("")
    assert first.first()
    with qtbot.waitSignal(first.called, timeout=60_000) as told:
        second = subprocess.Popen(
            [sys.executable, "-m", "desktop_app", str(tmp_path)],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )
    assert told.args == [[str(tmp_path)]]
    assert second.wait(timeout=60) == 0
    first.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no polite kill")
def test_a_polite_kill_closes_the_window_and_the_library(tmp_path: Path) -> None:
    home = tmp_path / "library"
    program_ = subprocess.Popen(
        [sys.executable, "-m", "desktop_app", "--library", str(home)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stderr=subprocess.PIPE,
        text=True,
    )
    log = Path(os.environ["XDG_STATE_HOME"]) / "albumen" / "log" / "albumen.log"
    deadline = time.monotonic() + 60
    while not (home.is_dir() and (home / "lock").exists()) and time.monotonic() < deadline:
        assert program_.poll() is None
        time.sleep(0.05)  # another process: there is no signal to wait for
    program_.send_signal(signal.SIGTERM)
    assert program_.wait(timeout=60) == 0
    assert "signal 15" in log.read_text()
    assert (
        program_.stderr.read().replace("This plugin does not support propagateSizeHints()\n", "")
        == ""
    )
    program_.stderr.close()
    DirectoryLock(home).release()  # raises where somebody still holds the library


def test_debug_tells_every_request(tmp_path: Path) -> None:
    program_ = subprocess.Popen(
        [sys.executable, "-m", "desktop_app", "--debug", "--library", str(tmp_path / "library")],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program_.stderr is not None
    first = next(line for line in program_.stderr if " view: " in line)
    program_.send_signal(signal.SIGTERM)
    program_.communicate(timeout=60)
    assert program_.returncode == 0
    assert re.search(r"\d+ view: waited \d+\.\d ms, served in \d+\.\d ms", first)
    log = Path(os.environ["XDG_STATE_HOME"]) / "albumen" / "log" / "albumen.log"
    assert re.search(r" DEBUG .*desktop_app\.link\S*: \d+ view: waited ", log.read_text("utf-8"))


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    link = EngineLink(FakeLibrary)
    window = MainWindow(
        link, Preferences(), QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    )
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()
    assert link.close()


def test_an_exception_nobody_expected_is_logged_and_said(
    qtbot: QtBot, window: MainWindow, caplog: pytest.LogCaptureFixture
) -> None:
    reporter = program.Reporter(window)
    try:
        raise ZeroDivisionError("a bug")
    except ZeroDivisionError as error:
        reporter.report(ZeroDivisionError, error, error.__traceback__)
    qtbot.waitUntil(lambda: "ZeroDivisionError" in window.strip.sentence())
    assert "Your photos are untouched" in window.strip.sentence()
    assert "a bug" in caplog.text


def test_the_same_from_another_thread(
    qtbot: QtBot,
    window: MainWindow,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reporter = program.Reporter(window)
    monkeypatch.setattr(threading, "excepthook", reporter._from_thread)

    def fail() -> None:
        raise KeyError("in a thread")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: "KeyError" in window.strip.sentence())
    assert "in a thread" in caplog.text


def test_the_log_is_a_file_that_does_not_grow_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    before = list(root.handlers)
    level = root.level
    path = program.start_log()
    try:
        assert path.startswith(os.environ["XDG_STATE_HOME"])
        logging.getLogger("albumen").info("a line")
        assert "a line" in Path(path).read_text()
        handler = next(one for one in root.handlers if one not in before)
        assert 0 < handler.maxBytes * (handler.backupCount + 1) <= 4 * 2**20
    finally:
        import faulthandler

        faulthandler.disable()
        for handler in [one for one in root.handlers if one not in before]:
            root.removeHandler(handler)
            handler.close()
        root.setLevel(level)


def test_a_crash_is_written_into_the_log_that_is_in_use(tmp_path: Path) -> None:
    """A full log is closed, and the next file that is opened gets its number: here a photo."""
    program = (
        "import faulthandler, logging, os, sys\n"
        "from desktop_app.__main__ import start_log\n"
        "log = start_log()\n"
        "print(log)\n"
        "handler = logging.getLogger().handlers[-1]\n"
        "number = handler.stream.fileno()\n"
        "close = handler.stream.close\n"
        "def take() -> None:\n"
        "    close()\n"
        "    assert os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND) == number\n"
        "handler.stream.close = take\n"
        "while os.path.getsize(log) < 2**20 - 2000:\n"
        "    logging.info('x' * 1000)\n"
        "logging.info('y' * 3000)\n"
        "assert handler.stream.fileno() != number\n"
        "sys.stdout.flush()\n"
        "faulthandler._sigsegv()\n"
    )
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"a photo")
    run = subprocess.run(
        [sys.executable, "-c", program, str(photo)],
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert photo.read_bytes() == b"a photo"
    log = Path(run.stdout.strip())
    assert "Fatal Python error" in log.read_text(encoding="utf-8"), run.stderr


def test_a_log_that_cannot_be_written_is_no_reason_not_to_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/nowhere")
    assert program.start_log() == ""
    assert "no log can be written" in capsys.readouterr().err


def test_each_library_has_its_own_window_state() -> None:
    assert program._number_of("/a") != program._number_of("/b")
    assert program._number_of("/a") == program._number_of("/a/")
