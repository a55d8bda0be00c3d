"""Pages of the window: review, learning, problems, and back."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.window.main_window import MainWindow
from engine.messages import message
from engine.records import PhotosChanged, PhotoState
from engine.verbs import Verbs
from tests.support.fake_library import FakeLibrary
from tests.support.whole_window import CTRL, Key
from tests.support.whole_window import library as library
from tests.support.whole_window import make as make
from tests.support.whole_window import session as session
from tests.support.whole_window import window as window


def test_review_and_improve_are_pages(qtbot: QtBot, window: MainWindow) -> None:
    QTest.keyClick(window, Key.Key_R, CTRL)
    assert window.pages.currentWidget() is window.review
    assert not window.right.isVisible()
    window.review.closed.emit()
    assert window.pages.currentWidget() is window.grid
    QTest.keyClick(window, Key.Key_I, CTRL)
    assert window.pages.currentWidget() is window.training
    window.training.closed.emit()
    assert window.pages.currentWidget() is window.grid and window.right.isVisible()


@pytest.mark.slow
def test_problems_are_counted_and_listed(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    library.photo_rows[3] = dataclasses.replace(
        library.photo_rows[3], state=PhotoState.FAILED, reason=message("Damaged.")
    )
    library.changes = PhotosChanged(ids=(3,))
    window.link.ask(Verbs.counts)
    qtbot.waitUntil(window.status.problems.isVisible)
    QTest.mouseClick(window.status.problems, Qt.MouseButton.LeftButton)
    assert window.pages.currentWidget() is window.problems
    QTest.keyClick(window.problems.table, Key.Key_Escape)
    assert window.pages.currentWidget() is window.grid
