"""Colours, icons and the few pieces of style that Qt's own style lacks.

Knows: the light and the dark palette, which icon belongs to which button, and the colours a label
may have. Does not know: any widget by name. Widgets say what they are through the dynamic property
`look` (`chip`, `primary`, `quiet`, `title`, `heading`, `muted`, `card`, `field`); everything else
is drawn by Qt's Fusion style from the palette.

Every text colour keeps a contrast of at least 4.5 : 1 on the surfaces it is drawn on (WCAG 2.2,
1.4.3), every border of a control 3 : 1 (1.4.11); `tests/desktop_app/parts/test_theme.py` computes
both.
"""

from __future__ import annotations

import dataclasses
import os
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from string import Template

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QStyleFactory,
    QWidget,
)
from shiboken6 import isValid


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, as `#rrggbb`.

    `window` is behind panels, `base` behind photos and text fields, `raised` on cards; `muted` is
    text of second rank; `on_accent` is text on `accent`; `outline` borders controls, `border`
    separates.
    """

    dark: bool
    window: str
    base: str
    raised: str
    hover: str
    border: str
    outline: str
    text: str
    muted: str
    accent: str
    on_accent: str
    selected: str
    positive: str
    negative: str
    warning: str


LIGHT = Tokens(
    dark=False,
    window="#f5f5f3",
    base="#ffffff",
    raised="#ffffff",
    hover="#e9e8e4",
    border="#dddcd7",
    outline="#827f79",
    text="#20201e",
    muted="#62605a",
    accent="#925210",
    on_accent="#ffffff",
    selected="#f3e3cd",
    positive="#226b40",
    negative="#a83228",
    warning="#7d5700",
)

#: Neutral greys: a tinted surround shifts how the colours of a photograph are seen.
DARK = Tokens(
    dark=True,
    window="#212123",
    base="#18181a",
    raised="#2a2a2d",
    hover="#343438",
    border="#39393d",
    outline="#88888f",
    text="#ececee",
    muted="#abacb1",
    accent="#f0b355",
    on_accent="#241a0a",
    selected="#4a3a20",
    positive="#7ccf98",
    negative="#f08f85",
    warning="#e4c065",
)

#: What a label may be coloured with; each is told apart from the surfaces of both themes (3 : 1)
#: and by name for screen readers.
LABEL_COLORS = (
    "#c2554d",
    "#b8691c",
    "#8c7a12",
    "#3f8a4a",
    "#2c8a85",
    "#3a7cc4",
    "#7a68cf",
    "#b455a6",
    "#a2665c",
    "#76797f",
)

_ROOT = os.path.dirname(os.path.dirname(__file__))
_ICONS = os.path.join(_ROOT, "icons")
_STYLE = os.path.join(_ROOT, "style.qss")
_ICON_SIZES = (16, 20, 24)
_SPACED = 1.25  # width by height of an icon beside a text


class _Theme(QObject):
    """The theme in force: one per process, because a palette is one per process."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tokens = LIGHT
        self.scheme = "system"
        self.icons: dict[tuple[str, str, bool], QIcon] = {}
        self.bound: weakref.WeakKeyDictionary[QAction | QAbstractButton, tuple[str, str]] = (
            weakref.WeakKeyDictionary()
        )
        self.svg: dict[str, bytes] = {}
        self.listening = False

    def system_changed(self) -> None:
        application = QApplication.instance()
        if self.scheme == "system" and isinstance(application, QApplication):
            apply(application, "system")


_theme = _Theme()


def tokens() -> Tokens:
    """The colours in force, for widgets that paint themselves.

    Ask at paint time, a theme change repaints everything.
    """
    return _theme.tokens


def on_change(slot: Callable[[], object]) -> None:
    """Call `slot` (a bound method of a QObject) after each change of theme."""
    _theme.changed.connect(slot)


def apply(application: QApplication, scheme: str = "system") -> None:
    """Put `scheme` (`system` | `light` | `dark`) on the whole program: palette, style, icons.

    May be called again at any time.

    Platforms that ignore `setColorScheme` get the same colours, because the palette is our own in
    either case.
    """
    if scheme not in ("system", "light", "dark"):
        raise ValueError(f"unknown theme {scheme!r}: system, light or dark")
    hints = QGuiApplication.styleHints()
    if not _theme.listening:
        hints.colorSchemeChanged.connect(_theme.system_changed)
        _theme.listening = True
        fusion = QStyleFactory.create("Fusion")
        application.setStyle(fusion)
    _theme.scheme = scheme
    wanted = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(
        scheme, Qt.ColorScheme.Unknown
    )
    if scheme != "system":
        hints.setColorScheme(wanted)
    elif hints.colorScheme() == Qt.ColorScheme.Unknown:
        hints.unsetColorScheme()
    dark = scheme == "dark" or (scheme == "system" and hints.colorScheme() == Qt.ColorScheme.Dark)
    _theme.tokens = DARK if dark else LIGHT
    application.setPalette(_palette(_theme.tokens))
    application.setStyleSheet(_style_sheet(_theme.tokens))
    _theme.icons.clear()
    for target, (name, ink) in list(_theme.bound.items()):
        if isValid(target):  # Qt may have deleted it while Python still holds it
            _dress(target, name, ink)
    _theme.changed.emit()


def icon(name: str, color: str | None = None, *, spaced: bool = False) -> QIcon:
    """The bundled icon `name` in the theme's text colour (or `color`), paler when disabled.

    `color`: `#rrggbb`.

    `spaced`: with room at its right end, a quarter of its width. For a button or an action use
    `set_icon`, which survives a change of theme.
    """
    colors = _theme.tokens
    ink = color or colors.text
    cached = _theme.icons.get((name, ink, spaced))
    if cached is None:
        cached = QIcon()
        ratio = max(
            (screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0
        )
        for mode, shade in ((QIcon.Mode.Normal, ink), (QIcon.Mode.Disabled, colors.outline)):
            if mode == QIcon.Mode.Normal or color is None:
                drawing = _drawing(name, shade)
                for size in _ICON_SIZES:
                    cached.addPixmap(_paint(drawing, size, ratio, spaced), mode)
        _theme.icons[name, ink, spaced] = cached
    return cached


def pixmap(name: str, size: int, color: str | None = None, ratio: float = 1.0) -> QPixmap:
    """One drawing of an icon, for widgets that paint themselves.

    `size`: logical pixels at device pixel `ratio`.
    """
    return _paint(_drawing(name, color or _theme.tokens.text), size, ratio)


def set_icon(target: QAction | QAbstractButton, name: str, ink: str = "text") -> None:
    """Give an action or button the icon `name`, and again whenever the theme changes.

    `ink`: its colour, a field of `Tokens`.

    (A `QIconEngine` written in Python would need no memory of targets, but PySide6 6.11 crashes
    when Qt clones one.)
    """
    _theme.bound[target] = name, ink
    _dress(target, name, ink)


def _dress(target: QAction | QAbstractButton, name: str, ink: str) -> None:
    color = None if ink == "text" else getattr(_theme.tokens, ink)
    spaced = False
    if isinstance(target, QPushButton):  # it has a text, and Qt puts that nearly against the icon
        spaced = True
        side = target.iconSize().height()
        target.setIconSize(QSize(round(side * _SPACED), side))
    target.setIcon(icon(name, color, spaced=spaced))


def application_icon() -> QIcon:
    """The program's own icon, in its own colours."""
    result = QIcon()
    drawing = _drawing("albumen", "")
    for size in (16, 24, 32, 48, 64, 128, 256):
        result.addPixmap(_paint(drawing, size))
    return result


def label_color(color: str, label_id: int) -> QColor:
    """The colour of a label: the one chosen, else the next of the table: neighbours differ."""
    chosen = QColor(color) if color else QColor()
    return chosen if chosen.isValid() else QColor(LABEL_COLORS[label_id % len(LABEL_COLORS)])


def look(widget: QWidget, name: str) -> None:
    """Say what a widget is (see the module's docstring).

    It is styled anew when it was something else before.
    """
    if widget.property("look") == name:
        return
    widget.setProperty("look", name)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def scrolling(inside: QWidget, name: str) -> QScrollArea:
    """A column that scrolls up and down, without a frame, on the background of what it lies on."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setProperty("look", "bare")
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setAccessibleName(name)
    area.setWidget(inside)
    return area


def plain(text: str = "", kind: str = "", wrap: bool = False) -> QLabel:
    """A QLabel that shows its text literally, whatever it contains, in one of the looks."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setWordWrap(wrap)
    if kind:
        label.setProperty("look", kind)
    return label


def contrast(first: str, second: str) -> float:
    """Contrast ratio 1..21 of two `#rrggbb` colours (WCAG 2.2 relative luminance)."""
    bright, dim = sorted((_luminance(QColor(first)), _luminance(QColor(second))), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(color: QColor) -> float:
    red, green, blue = map(_linear, (color.redF(), color.greenF(), color.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _drawing(name: str, color: str) -> QSvgRenderer:
    if name not in _theme.svg:
        with open(os.path.join(_ICONS, f"{name}.svg"), "rb") as file:
            _theme.svg[name] = file.read()
    return QSvgRenderer(QByteArray(_theme.svg[name].replace(b"currentColor", color.encode())))


def _paint(drawing: QSvgRenderer, size: int, ratio: float = 1.0, spaced: bool = False) -> QPixmap:
    side = round(size * ratio)
    result = QPixmap(QSize(round(side * _SPACED) if spaced else side, side))
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    drawing.render(painter, QRectF(0, 0, side, side))
    painter.end()
    result.setDevicePixelRatio(ratio)
    return result


def _palette(colors: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for where, color in (
        (role.Window, colors.window),
        (role.WindowText, colors.text),
        (role.Base, colors.base),
        (role.AlternateBase, colors.window),
        (role.Text, colors.text),
        (role.PlaceholderText, colors.muted),
        (role.Button, colors.raised),
        (role.ButtonText, colors.text),
        (role.BrightText, colors.negative),
        (role.ToolTipBase, colors.raised),
        (role.ToolTipText, colors.text),
        (role.Highlight, colors.accent),
        (role.HighlightedText, colors.on_accent),
        (role.Accent, colors.accent),
        (role.Link, colors.accent),
        (role.LinkVisited, colors.accent),
        (role.Light, colors.raised),
        (role.Midlight, colors.hover),
        (role.Mid, colors.border),
        (role.Dark, colors.outline),
        (role.Shadow, "#000000"),
    ):
        palette.setColor(where, QColor(color))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(colors.outline))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(colors.border))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Accent, QColor(colors.border))
    return palette


def _style_sheet(colors: Tokens) -> str:
    """`style.qss` in these colours."""
    icons = _ICONS.replace(os.sep, "/")
    name = "dark" if colors.dark else "light"
    drawings = {"chevron": f"{icons}/chevron-{name}.svg", "check": f"{icons}/check-{name}.svg"}
    with open(_STYLE, encoding="utf-8") as file:
        return Template(file.read()).substitute(dataclasses.asdict(colors), **drawings)
