"""The sheet shows every act that has a key, in the words and keys of the act itself."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.panels.shortcuts import ShortcutSheet
from desktop_app.parts.actions import Actions


def test_headings_in_chinese_have_no_letters_of_menus(qtbot: QtBot, in_chinese: None) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    sheet = ShortcutSheet(Actions(window, [window]))
    qtbot.addWidget(sheet)
    texts = [label.text() for label in sheet.findChildren(QLabel)]
    assert "图库" in texts
    assert not [text for text in texts if ("(" in text and "&" in text) or text.endswith(")")]


def test_every_key_is_on_the_sheet(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    actions = Actions(window, [window])
    actions.pinned[0].setText("“cats & dogs” yes or no".replace("&", "&&"))
    # What an act says at the moment is not what its key is called.
    actions["undo"].setText("Undo: “cat” on 1 photo")
    sheet = ShortcutSheet(actions)
    qtbot.addWidget(sheet)
    texts = [label.text() for label in sheet.findChildren(QLabel)]
    assert "Add folder" in texts and "Ctrl+O" in texts
    assert "“cats & dogs” yes or no" in texts and "Undo" in texts
    with_keys = [
        action for action in [*actions.by_name.values(), *actions.pinned] if action.shortcuts()
    ]
    for action in with_keys:
        key = action.shortcuts()[0].toString()
        assert any(key in text.split(" · ") for text in texts), action.objectName()
    headings = len(actions.menus) + 1  # every menu has a key, and the pinned labels
    assert len(texts) == 1 + headings + 2 * len(with_keys)
