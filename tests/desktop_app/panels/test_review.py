"""The review page driven by keys and clicks over an in-memory library."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.acts import label_acts
from desktop_app.acts.history import History
from desktop_app.panels.review import ReviewPanel
from desktop_app.parts.full_images import Pictures
from desktop_app.parts.thumbnails import Thumbnails
from tests.support.fake_library import FakeLibrary, running

Key = Qt.Key


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary(30)


@pytest.fixture
def panel(qtbot: QtBot, library: FakeLibrary) -> Iterator[ReviewPanel]:
    thumbnails = Thumbnails()
    pictures = Pictures()
    with running(library) as link:
        panel = ReviewPanel(link, thumbnails, pictures)
        qtbot.addWidget(panel)
        panel.resize(900, 600)
        panel.show()
        panel.start()
        qtbot.waitUntil(lambda: panel.item() is not None)
        yield panel
    thumbnails.close()
    pictures.close()


def said(panel: ReviewPanel) -> list[tuple[int, list[int], list[int], list[int]]]:
    heard: list[tuple[int, list[int], list[int], list[int]]] = []
    panel.correction_requested.connect(lambda *words: heard.append(words[:4]))
    return heard


def last_answers(panel: ReviewPanel) -> list[QPushButton]:
    buttons = [panel._last.itemAt(place).widget() for place in range(panel._last.count())]
    return [button for button in buttons if isinstance(button, QPushButton)]


def test_one_key_a_decision(panel: ReviewPanel) -> None:
    heard = said(panel)
    assert "cat" in panel.question.text()
    QTest.keyClick(panel, Key.Key_Return)
    QTest.keyClick(panel, Key.Key_X)
    QTest.keyClick(panel, Key.Key_N)  # not sure: nothing is said
    QTest.keyClick(panel, Key.Key_Enter)
    assert heard == [(1, [1], [], []), (1, [], [2], []), (1, [4], [], [])]
    item = panel.item()
    assert item is not None and item.photo_id == 5


def test_buttons_do_what_keys_do(panel: ReviewPanel) -> None:
    heard = said(panel)
    panel.yes.click()
    panel.no.click()
    panel.skip.click()
    assert heard == [(1, [1], [], []), (1, [], [2], [])]


def test_an_answer_can_be_changed(panel: ReviewPanel) -> None:
    QTest.keyClick(panel, Key.Key_Return)
    QTest.keyClick(panel, Key.Key_X)
    heard = said(panel)
    newest, oldest = last_answers(panel)
    assert newest.accessibleName().endswith("no") and oldest.accessibleName().endswith("yes")
    oldest.click()
    assert heard == [(1, [], [1], [])]
    assert last_answers(panel)[1].accessibleName().endswith("no")


def test_an_answer_that_is_taken_back_is_asked_again(
    qtbot: QtBot, panel: ReviewPanel, library: FakeLibrary
) -> None:
    history = History(panel._link)
    panel.correction_requested.connect(partial(label_acts.correct, history, "answer"))
    QTest.keyClick(panel, Key.Key_Return)
    QTest.keyClick(panel, Key.Key_X)
    history.undo()
    qtbot.waitUntil(lambda: len(last_answers(panel)) == 1)
    assert panel.item() is not None and panel.item().photo_id == 2
    assert library.words == {(1, 1): True}
    history.redo()
    qtbot.waitUntil(lambda: len(last_answers(panel)) == 2)
    assert panel.item() is not None and panel.item().photo_id == 3
    assert library.words == {(1, 1): True, (2, 1): False}
    last_answers(panel)[1].click()  # the first one: no after all
    history.undo()
    qtbot.waitUntil(lambda: not history._begun)
    assert [one.accessibleName().rsplit(" ", 1)[-1] for one in last_answers(panel)] == ["no", "yes"]
    history.close()


def test_an_answer_that_cannot_be_kept_is_asked_again(
    qtbot: QtBot, panel: ReviewPanel, library: FakeLibrary
) -> None:
    history = History(panel._link)
    library.correct_many = lambda _words: library.fail("The disk is full.")  # type: ignore[method-assign]
    panel.correction_requested.connect(partial(label_acts.correct, history, "answer"))
    QTest.keyClick(panel, Key.Key_Return)
    qtbot.waitUntil(lambda: not last_answers(panel))
    assert panel.item() is not None and panel.item().photo_id == 1
    history.close()


def test_undo_after_the_sitting_changes_nothing_here(qtbot: QtBot, panel: ReviewPanel) -> None:
    history = History(panel._link)
    panel.correction_requested.connect(partial(label_acts.correct, history, "answer"))
    QTest.keyClick(panel, Key.Key_Return)
    panel.start()
    qtbot.waitUntil(lambda: panel.item() is not None)
    item = panel.item()
    history.undo()
    qtbot.waitUntil(lambda: not history._begun)
    assert panel.item() is item and not last_answers(panel)
    history.close()


def test_only_the_last_ten_are_listed(panel: ReviewPanel) -> None:
    for _ in range(12):
        QTest.keyClick(panel, Key.Key_X)
    assert len(last_answers(panel)) == 10


def test_says_when_answers_stop_paying(qtbot: QtBot, panel: ReviewPanel) -> None:
    assert not panel.pays.isVisible()
    for _ in range(20):  # the fake suggests yes each time
        qtbot.waitUntil(lambda: panel.item() is not None)
        QTest.keyClick(panel, Key.Key_Return)
    assert panel.pays.isVisible()
    qtbot.waitUntil(lambda: panel.item() is not None)
    QTest.keyClick(panel, Key.Key_X)
    assert not panel.pays.isVisible()


def test_asks_for_more_and_says_when_nothing_is_left(qtbot: QtBot, panel: ReviewPanel) -> None:
    asked = {1}
    for _ in range(30):
        qtbot.waitUntil(lambda: panel.item() is not None)
        item = panel.item()
        assert item is not None
        asked.add(item.photo_id)
        QTest.keyClick(panel, Key.Key_N)
    qtbot.waitUntil(lambda: panel.question.text() == "Nothing left to ask.")
    assert asked == set(range(1, 31))
    assert not panel.yes.isVisible()


def test_escape_leaves_and_improve_names_the_labels(panel: ReviewPanel, qtbot: QtBot) -> None:
    QTest.keyClick(panel, Key.Key_Return)
    with qtbot.waitSignal(panel.improve_requested) as improve:
        panel.improve.click()
    assert improve.args == [[1]]
    with qtbot.waitSignal(panel.closed):
        QTest.keyClick(panel, Key.Key_Escape)
