"""Contrast is computed, not assumed; icons exist and follow the theme."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app import theme

SOURCE = Path(theme.__file__).parent


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_contrast(tokens: theme.Tokens) -> None:
    """WCAG 2.2: text 4.5 : 1 (1.4.3), borders of controls and spots 3 : 1 (1.4.11)."""
    for ink in (tokens.text, tokens.muted, tokens.accent, tokens.positive, tokens.negative, tokens.warning):
        for paper in (tokens.window, tokens.base, tokens.raised):
            assert theme.contrast(ink, paper) >= 4.5, (ink, paper)
    for ink in (tokens.text, tokens.muted):
        assert theme.contrast(ink, tokens.selected) >= 4.5
    assert theme.contrast(tokens.on_accent, tokens.accent) >= 4.5
    for paper in (tokens.window, tokens.base, tokens.raised):
        assert theme.contrast(tokens.outline, paper) >= 3.0
        for color in theme.LABEL_COLORS:
            assert theme.contrast(color, paper) >= 3.0, (color, paper)


def test_every_icon_that_is_named_exists(qtbot: QtBot) -> None:
    named = set()
    for file in SOURCE.glob("*.py"):
        named |= set(re.findall(r"""(?:set_icon\([^,]+, |small_button\(|icon=)"([a-z-]+)\"""", file.read_text("utf-8")))
    assert named >= {"tick", "cross", "search"}
    drawn = {file.stem for file in (SOURCE / "icons").glob("*.svg")}
    assert named <= drawn


def test_icons_follow_the_theme(qtbot: QtBot) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    button = QPushButton()
    qtbot.addWidget(button)
    theme.apply(application, "light")
    theme.set_icon(button, "trash")
    light = button.icon().pixmap(16).toImage()
    theme.apply(application, "dark")
    assert button.icon().pixmap(16).toImage() != light
    assert application.palette().window().color().name() == theme.DARK.window
    theme.apply(application, "light")


def test_an_unknown_theme_is_a_bug() -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    with pytest.raises(ValueError, match="unknown theme"):
        theme.apply(application, "sepia")


def test_a_label_has_always_the_same_colour() -> None:
    assert theme.label_color("", 7) == theme.label_color("no colour", 7)
    assert theme.label_color("#3a7cc4", 7).name() == "#3a7cc4"
    first = {theme.label_color("", one).name() for one in range(1, len(theme.LABEL_COLORS) + 1)}
    assert len(first) == len(theme.LABEL_COLORS)  # so many labels are told apart


def test_an_icon_on_the_accent_stays_so_in_another_theme(qtbot: QtBot) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    button = QPushButton("Improve")
    qtbot.addWidget(button)
    theme.apply(application, "light")
    theme.set_icon(button, "tick", "on_accent")
    theme.apply(application, "dark")
    image = button.icon().pixmap(button.iconSize()).toImage()
    inks = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }
    theme.apply(application, "light")
    assert inks == {theme.DARK.on_accent}
    assert button.iconSize().width() > button.iconSize().height()  # air between the icon and the text
