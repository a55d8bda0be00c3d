"""Which photos acts are about: chosen in the grid, or looked at in the lightbox."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.window.main_window import MainWindow
from tests.support.whole_window import CTRL, SHIFT, Key
from tests.support.whole_window import library as library
from tests.support.whole_window import make as make
from tests.support.whole_window import session as session
from tests.support.whole_window import window as window


def test_space_looks_closely_and_escape_comes_back(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.set_current_row(3)
    QTest.keyClick(window.grid, Key.Key_Space)
    assert window.pages.currentWidget() is window.lightbox
    assert window.lightbox.row == 3
    assert window.inspector.preview.isHidden()  # the photo is there, large
    QTest.keyClick(window.lightbox, Key.Key_Right)
    QTest.keyClick(window.lightbox, Key.Key_Escape)
    assert window.pages.currentWidget() is window.grid
    assert window.grid.current_row() == 4 and not window.inspector.preview.isHidden()
    QTest.keyClick(window.grid, Key.Key_Space)
    QTest.keyClick(window.lightbox, Key.Key_Space)
    assert window.pages.currentWidget() is window.grid
    assert window.grid.hasFocus()


def test_the_selection_reaches_the_inspector_and_the_status_bar(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[list[int]] = []
    monkeypatch.setattr(window.inspector, "show_photos", shown.append)
    window.grid.set_current_row(0)
    QTest.keyClick(window.grid, Key.Key_Right, SHIFT)
    qtbot.waitUntil(lambda: shown == [[40, 39]])
    assert window.status.counts.text().startswith("2 of 40")
    QTest.keyClick(window.grid, Key.Key_A, CTRL)
    qtbot.waitUntil(lambda: len(shown[-1]) == 40)
    QTest.keyClick(window.grid, Key.Key_D, CTRL)
    assert window.grid.selected_count() == 0


def test_zoom_by_slider_and_keys(window: MainWindow) -> None:
    QTest.keyClick(window, Key.Key_Plus, CTRL)
    assert window.grid.thumbnail_size() == 180 == window.toolbar.photo_size.value()
    window.toolbar.photo_size.setValue(240)
    assert window.grid.thumbnail_size() == 240
    QTest.keyClick(window, Key.Key_Minus, CTRL)
    assert window.grid.thumbnail_size() == 220
