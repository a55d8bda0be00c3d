"""Contrast is computed, not assumed; icons exist and follow the theme."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.parts import theme

SOURCE = Path(theme.__file__).parents[1]


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_contrast(tokens: theme.Tokens) -> None:
    """WCAG 2.2: text 4.5 : 1 (1.4.3), borders of controls and spots 3 : 1 (1.4.11)."""
    for paper in (tokens.window, tokens.base, tokens.raised, tokens.hover, tokens.selected):
        for ink in (
            tokens.text,
            tokens.muted,
            tokens.accent,
            tokens.positive,
            tokens.negative,
            tokens.warning,
        ):
            assert theme.contrast(ink, paper) >= 4.5, (ink, paper)
        assert theme.contrast(tokens.outline, paper) >= 3.0, paper
    assert theme.contrast(tokens.on_accent, tokens.accent) >= 4.5
    for paper in (tokens.window, tokens.base, tokens.raised):
        for color in theme.LABEL_COLORS:
            assert theme.contrast(color, paper) >= 3.0, (color, paper)


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_contrast_of_every_rule(tokens: theme.Tokens) -> None:
    """Whatever a rule of the style sheet writes on whatever it fills.

    What is disabled is exempt (WCAG 2.2, 1.4.3).
    """
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", theme._style_sheet(tokens))
    names = "color|background|selection-color|selection-background-color"
    assert len(rules) > 40
    filled: dict[str, str] = {}  # by selector without its states: what a state does not fill anew
    pairs = 0
    for selector, body in rules:
        found = dict(re.findall(rf"(?:^|;|\s)({names}): ([^;]+);", body + ";"))
        for one in selector.split(","):
            plain = re.sub(r":(?!:)[a-z]+", "", one.strip())
            if found.get("background", "transparent") != "transparent":
                filled.setdefault(plain, found["background"])
            if ":disabled" in one:
                continue
            papers = (
                [filled[plain]] if plain in filled else [tokens.window, tokens.base, tokens.raised]
            )
            if found.get("background", "transparent") != "transparent":
                papers = [found["background"]]
            for ink, on in (
                ("color", papers),
                ("selection-color", [found.get("selection-background-color", "")]),
            ):
                for paper in on if ink in found else ():
                    pairs += 1
                    assert theme.contrast(found[ink], paper) >= 4.5, (one, found[ink], paper)
    assert pairs > 20


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_contrast_of_the_palette(tokens: theme.Tokens) -> None:
    palette = theme._palette(tokens)
    role = QPalette.ColorRole
    for ink, paper in (
        (role.WindowText, role.Window),
        (role.Text, role.Base),
        (role.Text, role.AlternateBase),
        (role.PlaceholderText, role.Base),
        (role.ButtonText, role.Button),
        (role.ToolTipText, role.ToolTipBase),
        (role.HighlightedText, role.Highlight),
        (role.Link, role.Window),
    ):
        assert theme.contrast(palette.color(ink).name(), palette.color(paper).name()) >= 4.5, (
            ink,
            paper,
        )


def test_every_icon_that_is_named_exists(qtbot: QtBot) -> None:
    named = set()
    for file in SOURCE.rglob("*.py"):
        named |= set(
            re.findall(
                r"""(?:set_icon\([^,]+, |small_button\(|icon=)"([a-z-]+)\"""",
                file.read_text("utf-8"),
            )
        )
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
    # Air between the icon and the text.
    assert button.iconSize().width() > button.iconSize().height()
