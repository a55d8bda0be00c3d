"""Text that people wrote is shown literally, on one line, whatever it contains."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.parts.plain_text import (
    ElidedLabel,
    caption,
    one_line,
    quoted,
    tip,
    without_mnemonic,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\r\tc", "a↵b↵ c"),
        ("\x07bell \x9f\ud83d", "�bell ��"),
        ("<img src=x>", "<img src=x>"),
        ("夜\u2028", "夜↵"),
    ],
)
def test_one_line(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_writing_direction_is_kept_to_itself() -> None:
    assert quoted("\u202egpj.exe") == "\u2068\u202egpj.exe\u2069"


def test_ampersands_do_not_underline() -> None:
    assert caption("cats & dogs") == "cats && dogs"


def test_tool_tips_show_html_as_text() -> None:
    assert tip("plain & simple") == "plain & simple"
    assert "&lt;b&gt;" in tip("<b>bold</b>")


def test_elided_label(qtbot: QtBot) -> None:
    label = ElidedLabel("<b>a very long name that does not fit</b>\nat all")
    qtbot.addWidget(label)
    label.show()
    label.resize(80, 20)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == "<b>a very long name that does not fit</b>↵at all"
    assert "&lt;b&gt;" in label.toolTip()
    label.resize(2000, 20)
    assert label.toolTip() == ""
    assert label.minimumSizeHint().width() < 80


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("&Library", "Library"),
        ("图库(&L)", "图库"),
        ("Add folder…", "Add folder"),
        ("cats && &dogs", "cats & dogs"),
    ],
)
def test_a_caption_outside_a_menu(text: str, read: str) -> None:
    assert without_mnemonic(text) == read
