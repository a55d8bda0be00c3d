"""Yes and no by keys in the whole window.

One label, suggestions, pinned labels, the next photo to review.
"""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.parts.plain_text import without_mnemonic
from desktop_app.window.main_window import MainWindow
from engine.verbs import Verbs
from tests.support.fake_library import FakeLibrary
from tests.support.whole_window import CTRL, SHIFT, Key, asked, settle
from tests.support.whole_window import library as library
from tests.support.whole_window import make as make
from tests.support.whole_window import session as session
from tests.support.whole_window import window as window


@pytest.mark.slow
def test_one_key_a_decision_in_the_view_of_a_label(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    window.browsing.open_query("label:cat")
    qtbot.waitUntil(lambda: window.model.rowCount() == 13)
    window.grid.setFocus()
    window.grid.set_current_row(0)
    assert window.model.id_at(0) == 39
    QTest.keyClick(window.grid, Key.Key_Return)
    settle(qtbot, window)
    assert library.words == {(39, 1): True}
    assert window.grid.current_row() == 1
    QTest.keyClick(window.grid, Key.Key_X)
    settle(qtbot, window)
    assert library.words == {(39, 1): True, (36, 1): False}
    qtbot.waitUntil(lambda: window.model.rowCount() == 12)  # the rejected one left the view
    QTest.keyClick(window, Key.Key_Z, CTRL)
    settle(qtbot, window)
    assert library.words == {(39, 1): True}
    QTest.keyClick(window, Key.Key_Z, CTRL | SHIFT)
    settle(qtbot, window)
    assert library.words == {(39, 1): True, (36, 1): False}


def test_enter_elsewhere_accepts_what_is_suggested(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    window.grid.select_ids([12, 9, 4, 5])  # 12: cat, dog; 9: cat; 4: dog; 5: nothing
    QTest.keyClick(window.grid, Key.Key_Return)
    qtbot.waitUntil(lambda: "4 suggestion" in window.actions_["undo"].text())
    assert library.words == {(12, 1): True, (12, 2): True, (9, 1): True, (4, 2): True}
    assert asked(library, "answer_suggestions") == [([12, 9, 5, 4], True)]  # one question
    assert len(asked(library, "correct_many")) == 1
    QTest.keyClick(window, Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: library.words == {})
    window.grid.select_ids([5])
    QTest.keyClick(window.grid, Key.Key_X)
    qtbot.waitUntil(lambda: "no suggestion" in window.strip.sentence())


def test_pinned_labels_by_number(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    window.link.ask(Verbs.update_label, 2, pinned=1)
    qtbot.waitUntil(lambda: window.labels.by_id[2].pinned == 1)
    window.grid.select_ids([5, 8])  # the machine says dog on 8
    QTest.keyClick(window.grid, Key.Key_1)
    qtbot.waitUntil(lambda: library.words == {(5, 2): True})
    QTest.keyClick(window.grid, Key.Key_1)  # now both have it: off
    qtbot.waitUntil(lambda: library.words == {(5, 2): False, (8, 2): False})
    assert not window.actions_.pinned[1].isEnabled()


def test_an_ampersand_in_a_pinned_label_is_read_out(qtbot: QtBot, window: MainWindow) -> None:
    window.link.ask(Verbs.rename_label, 2, "cats & dogs")
    window.link.ask(Verbs.update_label, 2, pinned=1)
    qtbot.waitUntil(lambda: window.actions_.pinned[0].isEnabled())
    assert without_mnemonic(window.actions_.pinned[0].text()) == "“cats & dogs” yes or no"


def test_n_goes_to_the_next_photo_to_review(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    library.words = {(40, 1): True, (39, 1): False, (38, 1): True}
    window.grid.set_current_row(0)
    QTest.keyClick(window.grid, Key.Key_N)
    qtbot.waitUntil(lambda: window.grid.current_row() == 3)


def test_corrections_of_the_panels_go_through_undo(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    window.inspector.correction_requested.emit(1, [1, 2], [], [])
    window.library_panel.correction_requested.emit(2, [3], [], [])
    window.review.correction_requested.emit(1, [], [4], [], lambda _said: None)
    settle(qtbot, window)
    assert library.words == {(1, 1): True, (2, 1): True, (3, 2): True, (4, 1): False}
    for _ in range(3):
        QTest.keyClick(window, Key.Key_Z, CTRL)
    settle(qtbot, window)
    assert library.words == {}
    assert not window.actions_["undo"].isEnabled()
