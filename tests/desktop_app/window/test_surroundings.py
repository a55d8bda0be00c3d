"""Side panels and bars: beside which page, in which width, around what on the full screen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSettings
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.window.main_window import MainWindow
from tests.support.fake_library import FakeLibrary
from tests.support.whole_window import CTRL, Key
from tests.support.whole_window import library as library
from tests.support.whole_window import make as make
from tests.support.whole_window import session as session
from tests.support.whole_window import window as window


def test_panels_and_full_screen(window: MainWindow) -> None:
    QTest.keyClick(window, Key.Key_F9)
    assert not window.left.isVisible()
    QTest.keyClick(window, Key.Key_F9)
    assert window.left.isVisible()
    window.grid.setFocus()
    QTest.keyClick(window.grid, Key.Key_I)
    assert not window.right.isVisible()
    QTest.keyClick(window.grid, Key.Key_I)
    assert window.right.isVisible()
    QTest.keyClick(window, Key.Key_F11)
    assert window.isFullScreen()
    QTest.keyClick(window, Key.Key_F11)
    assert not window.isFullScreen()


def test_nothing_but_the_photo_on_the_full_screen(window: MainWindow) -> None:
    window.grid.set_current_row(3)
    QTest.keyClick(window, Key.Key_F11)
    assert window.toolbar.isVisible()  # around many photos, everything stays
    QTest.keyClick(window.grid, Key.Key_Space)
    parts = (window.left, window.right, window.toolbar, window.status)
    assert not any(part.isVisible() for part in parts)
    QTest.keyClick(window.lightbox, Key.Key_Right)
    assert window.lightbox.row == 4 and window.lightbox.hasFocus()
    QTest.keyClick(window.lightbox, Key.Key_Escape)
    assert all(part.isVisible() for part in parts) and window.isFullScreen()
    QTest.keyClick(window.grid, Key.Key_Space)
    QTest.keyClick(window.lightbox, Key.Key_T)  # whoever needs a panel gets it
    assert window.inspector.add.hasFocus() and not window.isFullScreen()
    window.lightbox.setFocus()
    QTest.keyClick(window, Key.Key_F11)
    assert not any(part.isVisible() for part in parts)
    QTest.keyClick(window, Key.Key_F, CTRL)
    assert window.search.isAncestorOf(QApplication.focusWidget()) and not window.isFullScreen()


def test_the_right_panel_gives_way_in_a_narrow_window(
    qtbot: QtBot,
    make: Callable[[FakeLibrary], MainWindow],
    library: FakeLibrary,
    session: QSettings,
) -> None:
    window = make(library)
    window.grid.setFocus()
    assert window.right.isVisible()
    window.resize(760, 600)
    qtbot.waitUntil(lambda: not window.right.isVisible())
    assert window.left.isVisible() and window.grid.hasFocus()
    window.resize(1100, 600)
    qtbot.waitUntil(window.right.isVisible)
    window.resize(760, 600)
    qtbot.waitUntil(lambda: not window.right.isVisible())
    window.grid.set_current_row(3)
    QTest.keyClick(window.grid, Key.Key_T)  # whoever needs it gets it
    assert window.right.isVisible() and window.inspector.add.hasFocus()
    window.actions_["right_panel"].trigger()
    assert not window.right.isVisible()
    window._save()
    assert session.value("right_panel", type=bool)  # what the person has in a wide window
    window.resize(1100, 600)
    qtbot.waitUntil(window.right.isVisible)


def test_a_page_to_itself_in_a_narrow_window(qtbot: QtBot, window: MainWindow) -> None:
    window.pages.show_problems()
    assert window.left.isVisible()
    window.resize(760, 600)
    qtbot.waitUntil(lambda: not window.left.isVisible())
    assert window.problems.table.hasFocus()
    QTest.keyClick(window.problems, Key.Key_Escape)
    assert window.left.isVisible() and not window.right.isVisible()
