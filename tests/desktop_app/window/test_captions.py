"""What the status bar and the actions say."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.window.main_window import MainWindow
from tests.support.fake_library import FakeLibrary
from tests.support.whole_window import Key
from tests.support.whole_window import library as library
from tests.support.whole_window import make as make
from tests.support.whole_window import session as session
from tests.support.whole_window import window as window


@pytest.mark.slow
def test_counts_in_the_toolbar(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    qtbot.waitUntil(lambda: window.actions_["review"].text() == "Review (3)")
    window.correcting.correct(1, [1], [], [])
    qtbot.waitUntil(lambda: window.actions_["improve"].text().startswith("Improve labels (1 "))


def test_the_lightbox_speaks_in_the_status_bar(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.set_current_row(2)
    QTest.keyClick(window.grid, Key.Key_Space)
    assert window.status.counts.text().startswith("3 of 40 · photo-0038.jpg")
    QTest.keyClick(window.lightbox, Key.Key_Right)
    assert window.status.counts.text().startswith("4 of 40 · photo-0037.jpg")
    QTest.keyClick(window.lightbox, Key.Key_Plus)
    assert window.status.counts.text().endswith(" %")
    QTest.keyClick(window.lightbox, Key.Key_Escape)
    assert window.status.counts.text().startswith("1 of 40 photo")
