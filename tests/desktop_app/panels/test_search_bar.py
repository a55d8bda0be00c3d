"""The search bar driven by keys, clicks and drops.

Words, offers, chips, history, saved searches, order, strictness.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.acts.history import History
from desktop_app.panels.search_bar import SearchBar
from desktop_app.parts.chips import Chip
from desktop_app.parts.preferences import Preferences
from desktop_app.parts.rows import row_of
from desktop_app.parts.search_words import query_of
from desktop_app.photos.photo_model import PHOTO_IDS
from engine.records import Label, SearchResult
from tests.support.fake_library import FakeLibrary, running

Key = Qt.Key


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    return Preferences(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def window(qtbot: QtBot, preferences: Preferences) -> Iterator[QWidget]:
    """A window with the bar and, below it, something else that can take the focus."""
    library = FakeLibrary(20)
    library.label_list.append(Label(3, "our sofa"))
    with running(library) as link:
        window = QWidget()
        column = QVBoxLayout(window)
        history = History(link)
        window.bar = SearchBar(link, history, preferences)
        window.other = QLineEdit()
        column.addWidget(window.bar)
        column.addWidget(window.other)
        column.addStretch(1)
        qtbot.addWidget(window)
        window.resize(700, 500)
        window.show()
        window.activateWindow()
        window.other.setFocus()
        window.searches = []
        window.bar.search_requested.connect(lambda *what: window.searches.append(what))
        yield window
        history.close()


def offers(bar: SearchBar) -> list[str]:
    rows = [row_of(bar.offers.item(place)) for place in range(bar.offers.count())]
    return [row.text for row in rows if row] if bar.offers.isVisible() else []


def chips(bar: SearchBar) -> list[Chip]:
    found = [bar._parts_row.itemAt(place).widget() for place in range(bar._parts_row.count())]
    return [one for one in found if isinstance(one, Chip)]


def answer(window: QWidget, qtbot: QtBot, query: str, *parts: str) -> None:
    """Show an answer while nobody types, so that it is drawn as chips."""
    window.bar.set_query(query, search=False)
    window.other.setFocus()
    window.bar.show_result(SearchResult(query, array("q"), chips=parts))
    qtbot.waitUntil(lambda: len(chips(window.bar)) == len([part for part in parts if part != "OR"]))


def test_typing_searches_after_a_pause_and_return_at_once(qtbot: QtBot, window: QWidget) -> None:
    bar = window.bar
    bar.focus_words()
    QTest.keyClicks(bar.words, "sunset")
    assert window.searches == []
    qtbot.waitUntil(lambda: window.searches == [("sunset", "auto", 0.0)])
    QTest.keyClicks(bar.words, " sea")
    with qtbot.waitSignal(bar.left):
        QTest.keyClick(bar.words, Key.Key_Return)
    assert window.searches[-1] == ("sunset sea", "auto", 0.0)
    assert len(window.searches) == 2


@pytest.mark.slow
def test_the_first_letters_of_a_word_are_not_searched(qtbot: QtBot, window: QWidget) -> None:
    """'No good match for s' in place of the photos tells nobody anything.

    Whoever means it presses Return.
    """
    bar = window.bar
    bar.focus_words()
    QTest.keyClicks(bar.words, "sea")
    qtbot.waitUntil(lambda: len(window.searches) == 1)
    QTest.keyClicks(bar.words, " su")
    qtbot.waitUntil(lambda: not bar._pause.isActive())
    assert window.searches == [("sea", "auto", 0.0)]
    QTest.keyClick(bar.words, Key.Key_Return)
    assert window.searches[-1] == ("sea su", "auto", 0.0)
    bar.words.setFocus()
    bar.words.clear()
    QTest.keyClicks(bar.words, "x")
    QTest.keyClick(bar.words, Key.Key_Backspace)  # an empty field is all photos again
    qtbot.waitUntil(lambda: window.searches[-1][0] == "")


def test_chinese_can_be_typed(qtbot: QtBot, window: QWidget) -> None:
    window.bar.focus_words()
    committed = QInputMethodEvent()
    committed.setCommitString("日落")
    QApplication.sendEvent(window.bar.words, committed)
    qtbot.waitUntil(lambda: window.searches == [("日落", "auto", 0.0)])


def test_labels_are_offered(qtbot: QtBot, window: QWidget) -> None:
    bar = window.bar
    bar.focus_words()
    QTest.keyClicks(bar.words, "beach label:so")
    qtbot.waitUntil(lambda: offers(bar) == ["our sofa"])
    QTest.keyClick(bar.words, Key.Key_Down)
    QTest.keyClick(bar.words, Key.Key_Return)
    assert bar.query() == 'beach label:"our sofa"'
    assert window.searches[-1][0] == 'beach label:"our sofa"'
    QTest.keyClicks(bar.words, "-label:ca")
    qtbot.waitUntil(lambda: offers(bar) == ["cat"])
    QTest.keyClick(bar.words, Key.Key_Escape)
    assert offers(bar) == [] and bar.words.hasFocus()


def test_the_query_as_chips(qtbot: QtBot, window: QWidget) -> None:
    answer(window, qtbot, "sunset -label:cat after:2023", "sunset", "-label:cat", "after:2023")
    bar = window.bar
    assert [chip.label.text() for chip in chips(bar)] == ["sunset", "not: cat", "since 2023"]
    chips(bar)[1].removed.emit()
    assert window.searches[-1][0] == "sunset after:2023"
    answer(window, qtbot, "sunset", "sunset")
    QTest.mouseClick(chips(bar)[0], Qt.MouseButton.LeftButton)
    assert bar._pages.currentWidget() is bar.words  # a click edits


def test_history_and_saved_searches(
    qtbot: QtBot, window: QWidget, preferences: Preferences
) -> None:
    bar = window.bar
    bar.focus_words()
    QTest.keyClicks(bar.words, "sunset")
    QTest.keyClick(bar.words, Key.Key_Return)
    bar.save.click()
    assert (preferences.history, preferences.saved_searches) == (["sunset"], ["sunset"])
    bar.set_query("snow")
    bar.focus_words()
    QTest.keyClick(bar.words, Key.Key_Return)
    bar.clear_button.click()
    qtbot.waitUntil(lambda: offers(bar) == ["sunset", "snow"])
    QTest.keyClick(bar.words, Key.Key_Down)
    QTest.keyClick(bar.words, Key.Key_Return)
    assert window.searches[-1][0] == "sunset"
    bar.save.click()
    assert preferences.saved_searches == []
    bar._history.stack.undo()
    assert preferences.saved_searches == ["sunset"]
    assert bar.save.accessibleName() == "Forget this saved search"
    bar._history.stack.undo()
    assert preferences.saved_searches == []


def test_order_and_strictness_ask_again(window: QWidget, preferences: Preferences) -> None:
    bar = window.bar
    bar.set_query("sea")
    actions = {action.data(): action for action in bar.sort.menu().actions()}
    actions["name"].trigger()
    assert window.searches[-1] == ("sea", "name", 0.0)
    bar.strictness.setValue(bar.strictness.maximum())
    assert window.searches[-1] == ("sea", "name", 1.0)
    assert (preferences.sort, preferences.strictness) == ("name", 1.0)


def drop(widget: QWidget, mime: QMimeData) -> None:
    none = Qt.KeyboardModifier.NoModifier
    left = Qt.MouseButton.LeftButton
    act = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(60, 10), act, mime, left, none)
    QApplication.sendEvent(widget, enter)
    if enter.isAccepted():
        QApplication.sendEvent(widget, QDropEvent(QPointF(60, 10), act, mime, left, none))


def test_a_dropped_photo_is_the_query(qtbot: QtBot, window: QWidget, tmp_path: Path) -> None:
    own = QMimeData()
    own.setData(PHOTO_IDS, b"17")
    drop(window.bar, own)
    assert window.searches[-1][0] == "like:17"
    (tmp_path / "holiday.jpg").touch()
    foreign = QMimeData()
    foreign.setUrls([QUrl.fromLocalFile(str(tmp_path / "holiday.jpg"))])
    with qtbot.waitSignal(window.bar.file_dropped) as dropped:
        drop(window.bar, foreign)
    assert dropped.args == [str(tmp_path / "holiday.jpg")]


def test_quotes_where_they_have_to_be() -> None:
    assert [query_of("label", name) for name in ("cat", "our sofa", "猫")] == [
        "label:cat",
        'label:"our sofa"',
        "label:猫",
    ]
