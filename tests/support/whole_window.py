"""The whole window over an in-memory library, as fixtures, and what drives it.

The link has a real thread; driving is drops and waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.parts.preferences import Preferences
from desktop_app.window.main_window import MainWindow
from tests.support.fake_library import FakeLibrary, MoreVerbs, running

Key = Qt.Key
NONE = Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary(40)


@pytest.fixture
def session(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def make(qtbot: QtBot, session: QSettings) -> Iterator[Callable[[FakeLibrary], MainWindow]]:
    """Opens windows over libraries, as a start does, and closes them."""
    opened: list[tuple[MainWindow, object]] = []

    def make(library: FakeLibrary) -> MainWindow:
        running_link = running(library)
        link = running_link.__enter__()
        window = MainWindow(link, Preferences(), session)
        opened.append((window, running_link))
        qtbot.addWidget(window)
        window.resize(1100, 700)
        window.show()
        window.activateWindow()
        window.start()  # the library is open already
        qtbot.waitUntil(lambda: window.view._known and not window.folders.running())
        if library.photo_rows:

            def painted() -> bool:  # a session may begin with no rows at all, until it asks again
                rows = window.grid.rows_in_sight()
                return len(rows) > 0 and window.model.entry(rows[0]) is not None

            qtbot.waitUntil(painted)
        return window

    yield make
    for window, running_link in opened:
        window.close()
        running_link.__exit__(None, None, None)


@pytest.fixture
def window(make: Callable[[FakeLibrary], MainWindow], library: FakeLibrary) -> MainWindow:
    window = make(library)
    window.grid.setFocus()
    return window


def urls(*paths: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(path) for path in paths])
    return mime


def drag(window: QWidget, mime: QMimeData) -> bool:
    event = QDragEnterEvent(
        QPoint(300, 300),
        Qt.DropAction.CopyAction | Qt.DropAction.MoveAction,
        mime,
        Qt.MouseButton.LeftButton,
        NONE,
    )
    QApplication.sendEvent(window, event)
    return event.isAccepted()


def drop(window: QWidget, mime: QMimeData) -> QDropEvent:
    event = QDropEvent(
        QPointF(300, 300),
        Qt.DropAction.CopyAction | Qt.DropAction.MoveAction,
        mime,
        Qt.MouseButton.LeftButton,
        NONE,
    )
    drag(window, mime)  # Qt delivers a drop only where a drag was let in
    QApplication.sendEvent(window, event)
    return event


def asked(library: FakeLibrary, verb: str) -> list[tuple[object, ...]]:
    return [args for name, args, _ in library.calls if name == verb]


def settle(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until everything asked so far was answered."""
    for _ in range(3):
        heard: list[object] = []
        window.link.ask(MoreVerbs.echo, 1).then(heard.append)
        qtbot.waitUntil(lambda heard=heard: bool(heard))
