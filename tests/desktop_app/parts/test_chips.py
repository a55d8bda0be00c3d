"""Chips by keys and clicks; the flow of chips keeps to its width."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.parts.chips import Chip, FlowLayout, Strength, clear


def test_a_chip_by_keys(qtbot: QtBot) -> None:
    chip = Chip("<b>cat</b>", dashed=True)
    qtbot.addWidget(chip)
    chip.make_clickable("Show")
    chip.add_remove("Remove")
    chip.show()
    assert chip.label.text() == "<b>cat</b>" and chip.label.textFormat() == Qt.TextFormat.PlainText
    with qtbot.waitSignal(chip.clicked):
        QTest.keyClick(chip, Qt.Key.Key_Return)
    with qtbot.waitSignal(chip.removed):
        QTest.keyClick(chip, Qt.Key.Key_Delete)


def test_flow_wraps_and_gives_way(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    flow = FlowLayout(holder, 6)
    made = [
        Chip(text)
        for text in (
            "one",
            "two",
            "three",
            "a name that is longer than the whole line of chips is wide",
        )
    ]
    for chip in made:
        flow.addWidget(chip)
    holder.resize(200, 400)
    holder.show()
    flow.setGeometry(QRect(0, 0, 200, 400))
    assert all(chip.geometry().right() < 200 for chip in made)
    assert made[0].y() == made[1].y() < made[3].y()
    assert flow.heightForWidth(200) > flow.heightForWidth(2000)
    clear(flow)
    assert flow.count() == 0


def test_strength_draws_its_bars(qtbot: QtBot) -> None:
    images = []
    for level in (1, 2, 3):
        bars = Strength(level)
        qtbot.addWidget(bars)
        images.append(bars.grab().toImage())
    assert images[0] != images[1] != images[2]
