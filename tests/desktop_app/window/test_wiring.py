"""Every action does something, and typed text stays text; driven in the whole window."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import SIGNAL
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.parts.actions import Actions
from desktop_app.window.main_window import MainWindow
from engine.records import PhotoState
from engine.verbs import Verbs
from tests.support.fake_library import FakeLibrary
from tests.support.whole_window import CTRL, Key, asked
from tests.support.whole_window import library as library
from tests.support.whole_window import make as make
from tests.support.whole_window import session as session
from tests.support.whole_window import window as window


def test_every_action_does_something(qtbot: QtBot, window: MainWindow) -> None:
    """Its menu listens to each action already; somebody else has to."""
    other = QWidget()
    qtbot.addWidget(other)
    plain = Actions(other, [])

    def heard(action: QAction) -> int:
        return action.receivers(SIGNAL("triggered(bool)")) + action.receivers(
            SIGNAL("toggled(bool)")
        )

    acts = window.actions_
    idle = [name for name, one in plain.by_name.items() if heard(acts[name]) <= heard(one)]
    assert idle == []
    assert all(heard(one) for one in acts.pinned)


def test_keys_typed_into_the_search_are_text(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    QTest.keyClick(window, Key.Key_F, CTRL)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "xin t1 ?")
    assert field.text() == "xin t1 ?"
    assert library.words == {} and window.pages.currentWidget() is window.grid


def test_photos_in_sight_are_read_first(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    """Somebody who scrolled into a folder being read should not wait for its turn.

    Until it came, there would be grey tiles.
    """
    assert not asked(library, "prefer")
    for one in (39, 38):
        library.photo_rows[one] = dataclasses.replace(
            library.photo_rows[one], state=PhotoState.PENDING
        )
    window.link.ask(Verbs.correct, 1, yes=[39, 38])
    qtbot.waitUntil(lambda: ([39, 38],) in asked(library, "prefer"))
