"""The table of acts: every specified shortcut, none twice, single keys only beside photos."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.parts.actions import Actions

SPECIFIED = {
    "Ctrl+O": "add_folder",
    "Ctrl+F": "search",
    "T": "add_label",
    "Return": "accept",
    "X": "reject",
    "N": "next_to_review",
    "Space": "look",
    "Del": "trash",
    "Ctrl+Z": "undo",
    "Ctrl+Shift+Z": "redo",
    "Ctrl+A": "select_all",
    "Ctrl+D": "select_none",
    "F5": "rescan",
    "F9": "left_panel",
    "I": "info",
    "F11": "full_screen",
    "Ctrl+,": "settings",
    "F1": "shortcuts",
    "?": "shortcuts",
    "Ctrl+Q": "quit",
    **{str(number): f"pinned_{number}" for number in range(1, 10)},
}


@pytest.fixture
def actions(qtbot: QtBot) -> Actions:
    window = QWidget()
    area = QWidget()
    qtbot.addWidget(window)
    qtbot.addWidget(area)
    actions = Actions(window, [area])
    actions.dress()
    # keeps both alive
    actions.area = area
    actions.window = window
    return actions


def by_key(actions: Actions) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for action in [*actions.by_name.values(), *actions.pinned]:
        for key in action.shortcuts():
            found.setdefault(key.toString(QKeySequence.SequenceFormat.PortableText), []).append(
                action.objectName()
            )
    return found


def test_every_specified_shortcut_is_there(actions: Actions) -> None:
    keys = by_key(actions)
    assert {key: keys.get(key) for key in SPECIFIED} == {
        key: [name] for key, name in SPECIFIED.items()
    }


def test_no_key_means_two_things(actions: Actions) -> None:
    assert {key: names for key, names in by_key(actions).items() if len(names) > 1} == {}


def test_keys_without_a_modifier_work_only_beside_photos(actions: Actions) -> None:
    for action in [*actions.by_name.values(), *actions.pinned]:
        for key in action.shortcuts():
            text = key.toString(QKeySequence.SequenceFormat.PortableText)
            if "+" in text or text.startswith("F") or text == "?":
                continue
            assert action.shortcutContext() == Qt.ShortcutContext.WidgetWithChildrenShortcut, text
            assert action in actions.area.actions()


def test_every_act_stands_in_one_menu_with_words(actions: Actions) -> None:
    standing = [
        action for menu in actions.menus for action in menu.actions() if not action.isSeparator()
    ]
    assert sorted(action.objectName() for action in standing) == sorted(actions.by_name)
    assert all(action.text() for action in standing)


def test_every_icon_exists() -> None:
    """Also those that other modules ask for: their names are plain words in the source."""
    names = set()
    for module in Path(str(files("desktop_app"))).rglob("*.py"):
        text = module.read_text(encoding="utf-8")
        names |= set(
            re.findall(r'(?:set_icon\([^,\n]+, |theme\.pixmap\(|theme\.icon\()"([\w-]+)"', text)
        )
        names |= set(re.findall(r'\("([a-z-]+)", colors\.', text))
    assert len(names) > 5
    for name in names:
        assert (files("desktop_app") / "icons" / f"{name}.svg").is_file(), name
