"""Offers under a field, driven by the field's own keys and by clicks.

Rows show user text literally.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.parts.rows import Row, row_of
from desktop_app.parts.suggestions import Suggestions

Key = Qt.Key


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    window = QWidget()
    window.resize(400, 300)
    column = QVBoxLayout(window)
    field = QLineEdit()
    column.addWidget(field)
    column.addWidget(QLineEdit())
    column.addStretch(1)
    window.offers = Suggestions(field, "Offers")  # type: ignore[attr-defined]
    window.field = field  # type: ignore[attr-defined]
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    field.setFocus()
    yield window


def offers_of(window: QWidget, *, first: bool = False) -> tuple[Suggestions, QLineEdit, list[str]]:
    offers, field = window.offers, window.field  # type: ignore[attr-defined]
    taken: list[str] = []
    offers.chosen.connect(taken.append)
    offers.offer([Row("cat", value="CAT"), Row('<img src="x">\n&dog', value="DOG")], first=first)
    return offers, field, taken


def test_arrows_and_return(window: QWidget) -> None:
    offers, field, taken = offers_of(window)
    assert offers.isVisible() and field.hasFocus()
    assert offers.currentRow() == -1
    QTest.keyClick(field, Key.Key_Down)
    QTest.keyClick(field, Key.Key_Down)
    assert offers.currentRow() == 1
    QTest.keyClick(field, Key.Key_Up)
    QTest.keyClick(field, Key.Key_Return)
    assert taken == ["CAT"] and not offers.isVisible() and field.hasFocus()


def test_return_without_a_choice_belongs_to_the_field(window: QWidget) -> None:
    _offers, field, taken = offers_of(window)
    entered: list[bool] = []
    field.returnPressed.connect(lambda: entered.append(True))
    QTest.keyClick(field, Key.Key_Return)
    assert entered == [True] and taken == []


def test_the_first_one_where_it_is_wanted(window: QWidget) -> None:
    _offers, field, taken = offers_of(window, first=True)
    QTest.keyClick(field, Key.Key_Tab)
    assert taken == ["CAT"] and field.hasFocus()


def test_escape_and_leaving_hide(window: QWidget) -> None:
    offers, field, taken = offers_of(window)
    QTest.keyClick(field, Key.Key_Escape)
    assert not offers.isVisible() and window.isVisible()
    offers.offer([Row("cat", value="CAT")])
    field.clearFocus()
    assert not offers.isVisible()
    offers.offer([])
    assert not offers.isVisible() and taken == []


def test_a_click_takes_one_and_its_text_is_literal(window: QWidget) -> None:
    offers, _field, taken = offers_of(window)
    item = offers.item(1)
    row = row_of(item)
    assert row is not None and row.text == '<img src="x">\n&dog'
    assert item.text() == '<img src="x">↵&dog'
    QTest.mouseClick(
        offers.viewport(), Qt.MouseButton.LeftButton, pos=offers.visualItemRect(item).center()
    )
    assert taken == ["DOG"]
