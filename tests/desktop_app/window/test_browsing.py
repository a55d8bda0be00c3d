"""From one view to another, in the whole window."""

from __future__ import annotations

from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.window.main_window import MainWindow
from tests.support.fake_library import FakeLibrary
from tests.support.whole_window import Key, asked
from tests.support.whole_window import library as library
from tests.support.whole_window import make as make
from tests.support.whole_window import session as session
from tests.support.whole_window import window as window


def test_like_this_and_a_dropped_photo(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    window.grid.set_current_row(2)
    QTest.keyClick(window.grid, Key.Key_L)
    assert window.search.query() == "like:38"
    window.search.file_dropped.emit(library.photo_rows[7].path)
    qtbot.waitUntil(lambda: window.search.query() == "like:7")
    window.search.file_dropped.emit("/elsewhere/cat.jpg")
    qtbot.waitUntil(lambda: asked(library, "similar_to_file") == [("/elsewhere/cat.jpg",)])
