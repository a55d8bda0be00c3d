"""The real window under random input while photos come, go and change their names.

Then many closes in mid-work.

`--seconds`: keys, clicks, wheels and sizes at random, whatever is open, from a fixed seed (files
are never chosen: there is no dialog of the system to be clicked by a machine); longer where there
were fewer than `--acts` by then. `--closes`: the window is closed at a random moment of indexing,
over and over on one library. Either way: exit code 0, no message of Qt, no exception, no thread and
no process left.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from tests.support.small_library import write_model
from tests.torture import stage

_CLOSES_EACH = 10  # per process


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--acts", type=int, default=50)
    parser.add_argument("--closes", type=int, default=100)
    parser.add_argument("--files", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--inside", choices=("input", "close"), help=argparse.SUPPRESS)
    parser.add_argument("--scratch", type=Path, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> dict[str, object]:
    if arguments.inside:
        complaints = _Complaints()
        try:
            figures = {"input": under_input, "close": closed_in_mid_work}[arguments.inside](
                arguments.scratch, arguments
            )
        finally:
            sys.excepthook = sys.__excepthook__
            if complaints.heard:
                print("\n".join(complaints.heard[:20]), file=sys.stderr)
        assert not complaints.heard, "see above"
        return figures
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        stage.Photos().fill(scratch / "photos", range(arguments.files))
        write_model(scratch / "model.safetensors")
        figures: dict[str, object] = {}
        if arguments.seconds:
            figures["input"] = _child("input", scratch, arguments, arguments.seed)
        closes = collections.Counter[str]()
        for part in range(0, arguments.closes, _CLOSES_EACH):
            own = argparse.Namespace(
                **vars(arguments) | {"closes": min(_CLOSES_EACH, arguments.closes - part)}
            )
            closes.update(_child("close", scratch, own, arguments.seed + part))
        if arguments.closes:
            figures["closes"] = dict(closes)
            with stage.open_library(scratch) as library:
                stage.settle(library)
                stage.check(library, scratch / "photos")
        return figures


def _child(inside: str, scratch: Path, arguments: argparse.Namespace, seed: int) -> dict[str, Any]:
    places = {
        f"XDG_{kind}_HOME": str(scratch / "home" / kind)
        for kind in ("DATA", "CONFIG", "CACHE", "STATE")
    }
    for place in places.values():
        Path(place).mkdir(parents=True, exist_ok=True)
    own = {
        "QT_QPA_PLATFORM": "offscreen",
        "ALBUMEN_STARTER": str(scratch / "model.safetensors"),
        "HF_HUB_OFFLINE": "1",  # a click may ask for a download
        "HOME": str(scratch / "home"),
    }
    command = [
        sys.executable,
        "-X",
        "faulthandler",
        "-m",
        "tests.torture",
        "soak",
        "--inside",
        inside,
    ]
    command += [
        "--scratch",
        str(scratch),
        "--seconds",
        str(arguments.seconds),
        "--closes",
        str(arguments.closes),
    ]
    command += ["--acts", str(arguments.acts), "--seed", str(seed)]
    done = subprocess.run(
        command, env={**os.environ, **places, **own}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (
        f"{inside}, seed {seed}: exit code {done.returncode}\n{done.stderr[:4000]}"
    )
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


class _Complaints:
    """Everything that should not be said.

    Messages of Qt, exceptions in any thread or destructor.
    """

    def __init__(self) -> None:
        from PySide6.QtCore import QtMsgType, qInstallMessageHandler

        self.heard: list[str] = []
        quiet = (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
        qInstallMessageHandler(
            lambda kind, _, text: None if kind in quiet else self._hear(f"Qt: {text}")
        )
        sys.excepthook = lambda kind, error, trace: self._hear(_told(kind, error, trace))
        threading.excepthook = lambda happened: self._hear(
            _told(happened.exc_type, happened.exc_value, happened.exc_traceback)
        )
        sys.unraisablehook = lambda happened: self._hear(
            _told(happened.exc_type, happened.exc_value, happened.exc_traceback)
        )

    def _hear(self, text: str) -> None:
        if "This plugin does not support" not in text:  # the offscreen platform about itself
            self.heard.append(text)


def _told(kind: Any, error: Any, trace: Any) -> str:
    import traceback

    return "".join(traceback.format_exception(kind, error, trace))


def _left() -> list[str]:
    """Threads of Python beside this one, and child processes.

    (Qt's own threads that once called Python stay in Python's list for ever; that of the engine has
    ended when its link is closed.)
    """
    ours = [
        thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread)
    ]
    threads = [thread.name for thread in ours if thread is not threading.main_thread()]
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    return threads + (children.read_text().split() if children.exists() else [])


def _nothing_left() -> None:
    end = time.monotonic() + 120
    while _left() and time.monotonic() < end:  # a process that was told to end may take a moment
        time.sleep(0.05)
    assert not _left(), _left()


# ---------------------------------------------------------------- random input


def under_input(scratch: Path, arguments: argparse.Namespace) -> dict[str, object]:
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QDesktopServices
    from PySide6.QtWidgets import QFileDialog

    from desktop_app.__main__ import Warmer, make_application, make_window

    for name in ("getExistingDirectory", "getOpenFileName", "getOpenFileNames", "getSaveFileName"):
        nothing = (
            "" if name == "getExistingDirectory" else ([], "") if name.endswith("s") else ("", "")
        )
        setattr(QFileDialog, name, staticmethod(lambda *_, nothing=nothing, **__: nothing))
    QDesktopServices.openUrl = staticmethod(lambda *_: True)  # type: ignore[method-assign]
    application = make_application()
    application.setQuitOnLastWindowClosed(False)
    window = make_window(str(scratch / "soaked"))
    window.actions_["quit"].setEnabled(False)
    window.shown_first.connect(window.link.start)
    window.view.shown.connect(Warmer(window).start)
    window.show()
    window.link.ready.connect(lambda: window.open_folders([str(scratch / "photos")]))
    monkey = _Monkey(random.Random(arguments.seed), window)
    end = time.monotonic() + arguments.seconds
    stop = threading.Event()
    churn = threading.Thread(
        target=_churn, args=(scratch / "photos", random.Random(arguments.seed), stop)
    )
    churn.start()
    resident: list[int] = []

    def over() -> bool:
        return time.monotonic() > end and monkey.acts >= arguments.acts

    def act() -> None:
        if over():
            window.close()
            for (
                widget
            ) in application.topLevelWidgets():  # a dialog may be open: its loop ends with it
                widget.close()
            application.quit()
            return
        QTimer.singleShot(5, act)  # first: the act may open a dialog that has a loop of its own
        if monkey.acts % 500 == 0:
            resident.append(_resident())
        monkey.act()

    QTimer.singleShot(500, act)
    while not over():  # `quit` ends the innermost loop only
        application.exec()
    stop.set()
    churn.join()
    window.close()
    assert window.link.close(120_000), "the engine did not stop"
    application.processEvents()
    _nothing_left()
    half = len(resident) // 2
    return {
        "seconds": arguments.seconds,
        "acts": dict(monkey.kinds),
        "MB at half time and at the end": [resident[half] >> 20, _resident() >> 20],
        "messages of Qt, exceptions, threads and processes left": 0,
        "exit code": 0,
    }


class _Monkey:
    """One random act at a time, on whatever is open."""

    def __init__(self, dice: random.Random, window: Any) -> None:
        self._dice = dice
        self._window = window
        self.acts = 0
        self.kinds = collections.Counter[str]()

    def act(self) -> None:
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtGui import QWheelEvent
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication, QWidget

        dice = self._dice
        self.acts += 1
        if not self._window.isVisible():
            self._window.show()
        top = QApplication.activePopupWidget() or QApplication.activeModalWidget() or self._window
        if top is not self._window and dice.random() < 0.15:
            self.kinds["escape"] += 1
            QTest.keyClick(top, Qt.Key.Key_Escape)
            return
        seen = [
            widget
            for widget in top.findChildren(QWidget)
            if widget.isVisible() and not widget.size().isEmpty()
        ]
        widget = dice.choice([top, *seen])
        place = QPoint(dice.randrange(widget.width()), dice.randrange(widget.height()))
        modifier = dice.choice(
            [Qt.KeyboardModifier.NoModifier] * 4
            + [_modifier(name) for name in ("Control", "Shift")]
        )
        kind = dice.choices(
            ("key", "click", "double", "right", "wheel", "drag", "resize"), (40, 25, 4, 3, 15, 5, 1)
        )[0]
        self.kinds[kind] += 1
        button = Qt.MouseButton.LeftButton
        if kind == "key":
            key = dice.choice(_keys())
            if not (
                key in (Qt.Key.Key_Q, Qt.Key.Key_W)
                and modifier == Qt.KeyboardModifier.ControlModifier
            ):
                QTest.keyClick(QApplication.focusWidget() or top, key, modifier)
        elif kind == "click":
            QTest.mouseClick(widget, button, modifier, place)
        elif kind == "double":
            QTest.mouseDClick(widget, button, modifier, place)
        elif kind == "right":
            QTest.mouseClick(widget, Qt.MouseButton.RightButton, modifier, place)
        elif kind == "wheel":
            turn = QPoint(0, dice.choice((-120, 120, -960, 960)))
            buttons = Qt.MouseButton.NoButton
            phase = Qt.ScrollPhase.NoScrollPhase
            point = widget.mapToGlobal(place).toPointF()
            event = QWheelEvent(
                place.toPointF(), point, QPoint(), turn, buttons, modifier, phase, False
            )
            QApplication.sendEvent(widget, event)
        elif kind == "drag":
            QTest.mousePress(widget, button, modifier, place)
            QTest.mouseMove(
                widget,
                QPoint(place.x() + dice.randrange(-80, 80), place.y() + dice.randrange(-80, 80)),
            )
            QTest.mouseRelease(widget, button, modifier, place)
        else:
            self._window.resize(dice.randrange(400, 1800), dice.randrange(300, 1200))


def _modifier(name: str) -> Any:
    from PySide6.QtCore import Qt

    return getattr(Qt.KeyboardModifier, f"{name}Modifier")


def _keys() -> list[Any]:
    from PySide6.QtCore import Qt

    named = (
        "Return Escape Space Left Right Up Down Home End PageUp "
        "PageDown Tab Backspace Delete F1 Plus Minus Slash"
    )
    letters = "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z 0 1 2 3 4 5 6 7 8 9"
    return [getattr(Qt.Key, f"Key_{name}") for name in f"{named} {named} {letters}".split()]


def _churn(folder: Path, dice: random.Random, stop: threading.Event) -> None:
    """Photos come, change their names and go, a few a second."""
    photos = stage.Photos()
    number = 10**6
    (folder / "new").mkdir(exist_ok=True)
    while not stop.wait(0.15):
        number += 1
        photos.write(folder / "new" / f"{number}.jpg", number, settled=False)
        if number % 5 == 0:
            path = dice.choice(sorted(folder.rglob("*.jpg")))
            path.rename(path.with_name(f"renamed {number}.jpg"))
        if number % 11 == 0:
            dice.choice(sorted(folder.rglob("*.jpg"))).unlink()


def _resident() -> int:
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if status.exists() else 0


# ---------------------------------------------------------------- closing


def closed_in_mid_work(scratch: Path, arguments: argparse.Namespace) -> dict[str, object]:
    from desktop_app.__main__ import Warmer, make_application, make_window

    dice = random.Random(arguments.seed)
    application = make_application()
    application.setQuitOnLastWindowClosed(False)
    photos = stage.Photos()
    counts = collections.Counter[str]()
    for close in range(arguments.closes):
        first = 10_000 * (arguments.seed + close + 1)
        photos.fill(scratch / "photos", range(first, first + 60))  # so that there is work
        window = make_window(str(scratch / "library"))
        warmer = Warmer(window)
        window.shown_first.connect(window.link.start)
        window.view.shown.connect(warmer.start)
        window.show()
        began: list[bool] = []
        window.link.ready.connect(
            lambda window=window: window.open_folders([str(scratch / "photos")])
        )
        window.link.job_started.connect(lambda *_, began=began: began.append(True))
        moment = time.monotonic() + dice.uniform(0.0, 2.0)
        while time.monotonic() < moment:
            application.processEvents()
            time.sleep(0.001)
        counts["closed"] += 1
        counts["while a job was running"] += bool(began) and window.folders.running() > 0
        window.close()
        assert window.link.close(120_000), "the engine did not stop"
        window.deleteLater()
        application.processEvents()
        if warmer._thread is not None:
            warmer._thread.join()
        _nothing_left()
    return counts  # type: ignore[return-value]
