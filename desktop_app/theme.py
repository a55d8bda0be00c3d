"""Colours, icons and the few pieces of style that Qt's own style lacks.

Knows: the light and the dark palette, which icon belongs to which button, and the colours a label may have.
Does not know: any widget by name. Widgets say what they are through the dynamic property `look` (`chip`, `primary`, `quiet`,
`title`, `heading`, `muted`, `card`, `field`); everything else is drawn by Qt's Fusion style from the palette.

Every text colour keeps a contrast of at least 4.5 : 1 on the surfaces it is drawn on (WCAG 2.2, 1.4.3), every border of a
control 3 : 1 (1.4.11); `tests/test_theme.py` computes both.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from dataclasses import dataclass

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
    """The colours of one theme, as `#rrggbb`. `window` is behind panels, `base` behind photos and text fields, `raised` on
    cards; `muted` is text of second rank; `on_accent` is text on `accent`; `outline` borders controls, `border` separates."""

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

#: What a label may be coloured with; each is told apart from the surfaces of both themes (3 : 1) and by name for screen readers.
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

_ICONS = os.path.join(os.path.dirname(__file__), "icons")
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
        self.bound: weakref.WeakKeyDictionary[QAction | QAbstractButton, tuple[str, str]] = weakref.WeakKeyDictionary()
        self.svg: dict[str, bytes] = {}
        self.listening = False

    def system_changed(self) -> None:
        application = QApplication.instance()
        if self.scheme == "system" and isinstance(application, QApplication):
            apply(application, "system")


_theme = _Theme()


def tokens() -> Tokens:
    """The colours in force, for widgets that paint themselves; ask at paint time, a theme change repaints everything."""
    return _theme.tokens


def on_change(slot: Callable[[], object]) -> None:
    """Call `slot` (a bound method of a QObject) after each change of theme."""
    _theme.changed.connect(slot)


def apply(application: QApplication, scheme: str = "system") -> None:
    """Put `scheme` (`system` | `light` | `dark`) on the whole program: palette, style, icons. May be called again at any time.

    Platforms that ignore `setColorScheme` get the same colours, because the palette is our own in either case.
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
    wanted = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(scheme, Qt.ColorScheme.Unknown)
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
    """The bundled icon `name` in the theme's text colour (or `color`, `#rrggbb`), with a paler disabled state.

    `spaced`: with room at its right end, a quarter of its width. For a button or an action use `set_icon`, which
    survives a change of theme.
    """
    colors = _theme.tokens
    ink = color or colors.text
    cached = _theme.icons.get((name, ink, spaced))
    if cached is None:
        cached = QIcon()
        ratio = max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
        for mode, shade in ((QIcon.Mode.Normal, ink), (QIcon.Mode.Disabled, colors.outline)):
            if mode == QIcon.Mode.Normal or color is None:
                drawing = _drawing(name, shade)
                for size in _ICON_SIZES:
                    cached.addPixmap(_paint(drawing, size, ratio, spaced), mode)
        _theme.icons[name, ink, spaced] = cached
    return cached


def pixmap(name: str, size: int, color: str | None = None, ratio: float = 1.0) -> QPixmap:
    """One drawing of an icon: `size` logical pixels at device pixel `ratio`, for widgets that paint themselves."""
    return _paint(_drawing(name, color or _theme.tokens.text), size, ratio)


def set_icon(target: QAction | QAbstractButton, name: str, ink: str = "text") -> None:
    """Give an action or a button the icon `name` in the colour `ink` (a field of `Tokens`), and again whenever the
    theme changes.

    (A `QIconEngine` written in Python would need no memory of targets, but PySide6 6.11 crashes when Qt clones one.)
    """
    _theme.bound[target] = name, ink
    _dress(target, name, ink)


def _dress(target: QAction | QAbstractButton, name: str, ink: str) -> None:
    color = None if ink == "text" else getattr(_theme.tokens, ink)
    spaced = isinstance(target, QPushButton)  # these have a text
    if spaced:  # Qt puts a button's text nearly against its icon
        side = target.iconSize().height()
        target.setIconSize(QSize(round(side * _SPACED), side))
    target.setIcon(icon(name, color, spaced=spaced))


def application_icon() -> QIcon:
    """The program's own icon, in its own colours."""
    result, drawing = QIcon(), _drawing("albumen", "")
    for size in (16, 24, 32, 48, 64, 128, 256):
        result.addPixmap(_paint(drawing, size))
    return result


def label_color(color: str, label_id: int) -> QColor:
    """The colour of a label: the one chosen, else the next one of the table, so that neighbours differ."""
    chosen = QColor(color) if color else QColor()
    return chosen if chosen.isValid() else QColor(LABEL_COLORS[label_id % len(LABEL_COLORS)])


def look(widget: QWidget, name: str) -> None:
    """Say what a widget is (see the module's docstring); re-styles it when it was something else before."""
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
    """A QLabel that shows its text literally whatever it contains, and that has one of the looks."""
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
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


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


def _style_sheet(c: Tokens) -> str:
    """Only for pieces that Fusion has no word for: chips, cards, the two ranks of buttons, fields, slim scroll bars."""
    icons, name = _ICONS.replace(os.sep, "/"), "dark" if c.dark else "light"
    chevron, check = f"{icons}/chevron-{name}.svg", f"{icons}/check-{name}.svg"
    return f"""
QToolBar {{ background: {c.window}; border: none; border-bottom: 1px solid {c.border}; padding: 4px 6px; spacing: 8px; }}
QMainWindow::separator {{ background: {c.border}; width: 1px; height: 1px; }}
QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.outline}; padding: 4px 6px; }}
*[look="title"] {{ font-size: 15pt; font-weight: 600; }}
*[look="heading"] {{ font-weight: 600; }}
*[look="muted"] {{ color: {c.muted}; }}
*[look="positive"] {{ color: {c.positive}; }}
*[look="negative"] {{ color: {c.negative}; }}
*[look="warning"] {{ color: {c.warning}; }}
QFrame[look="card"] {{ background: {c.raised}; border: 1px solid {c.border}; border-radius: 10px; }}
QFrame[look="banner"] {{ background: {c.selected}; border: none; border-radius: 0; }}
QFrame[look="line"] {{ background: {c.border}; border: none; max-height: 1px; min-height: 1px; }}
QPushButton {{ background: {c.raised}; border: 1px solid {c.outline}; border-radius: 7px; padding: 6px 14px; }}
QPushButton:hover {{ background: {c.hover}; }}
QPushButton:pressed, QPushButton:checked {{ background: {c.selected}; }}
QPushButton:focus {{ border: 2px solid {c.accent}; padding: 5px 13px; }}
QPushButton:disabled {{ color: {c.outline}; border-color: {c.border}; }}
QPushButton[look="primary"] {{ background: {c.accent}; color: {c.on_accent}; border: 1px solid {c.accent}; font-weight: 600; }}
QPushButton[look="primary"]:focus {{ border: 2px solid {c.text}; padding: 5px 13px; }}
QPushButton[look="primary"]:disabled {{ background: {c.border}; border-color: {c.border}; color: {c.muted}; }}
QPushButton[look="chip"] {{ background: transparent; border: 1px dashed {c.outline}; border-radius: 11px;
  padding: 3px 10px 3px 7px; color: {c.muted}; }}
QPushButton[look="chip"]:checked {{ background: {c.raised}; border: 1px solid {c.outline}; color: {c.text}; }}
QPushButton[look="chip"]:focus {{ border: 2px solid {c.accent}; padding: 2px 9px 2px 6px; }}
QComboBox {{ background: {c.raised}; border: 1px solid {c.outline}; border-radius: 7px; padding: 4px 10px; min-height: 20px; }}
QComboBox:focus {{ border: 2px solid {c.accent}; padding: 3px 9px; }}
QComboBox:disabled {{ color: {c.outline}; border-color: {c.border}; }}
QComboBox::drop-down {{ border: none; width: 26px; }}
QComboBox::down-arrow {{ image: url("{chevron}"); width: 12px; height: 12px; }}
QComboBox QLineEdit, QComboBox QLineEdit:focus {{ background: transparent; border: none; padding: 0; }}
QComboBox QAbstractItemView {{ background: {c.raised}; border: 1px solid {c.outline}; padding: 3px;
  selection-background-color: {c.selected}; selection-color: {c.text}; }}
QCheckBox::indicator {{ width: 16px; height: 16px; border: 1px solid {c.outline}; border-radius: 4px;
  background: {c.base}; }}
QCheckBox::indicator:checked {{ background: {c.accent}; border-color: {c.accent}; image: url("{check}"); }}
QCheckBox::indicator:focus {{ border: 2px solid {c.accent}; width: 14px; height: 14px; }}
QCheckBox::indicator:checked:focus {{ border-color: {c.text}; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QMenu {{ background: {c.raised}; border: 1px solid {c.border}; padding: 5px; }}
QMenu::separator {{ background: {c.border}; height: 1px; margin: 4px 6px; }}
QSlider:horizontal {{ min-height: 24px; }}
QHeaderView {{ background: {c.window}; }}
QHeaderView::section {{ background: {c.window}; color: {c.muted}; border: none; border-bottom: 1px solid {c.border};
  padding: 6px 8px; }}
QTableView {{ border: 1px solid {c.border}; selection-background-color: {c.selected}; selection-color: {c.text}; }}
QTableView::item {{ padding: 0 6px; }}
QSlider::groove:horizontal {{ background: {c.border}; height: 4px; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {c.accent}; border-radius: 2px; }}
QSlider::sub-page:horizontal:disabled {{ background: {c.outline}; }}
QSlider::handle:horizontal {{ background: {c.raised}; border: 2px solid {c.accent}; width: 12px; margin: -6px 0;
  border-radius: 8px; }}
QSlider::handle:horizontal:focus {{ background: {c.accent}; border-color: {c.text}; }}
QSlider::handle:horizontal:disabled {{ border-color: {c.outline}; }}
QPushButton[look="quiet"] {{ background: transparent; border: 1px solid transparent; color: {c.accent}; padding: 5px 8px; }}
QPushButton[look="quiet"]:hover {{ background: {c.hover}; }}
QPushButton[look="quiet"]:focus {{ border: 1px solid {c.accent}; }}
QPushButton[look="quiet"]:disabled {{ color: {c.outline}; }}
QToolButton[look="flat"] {{ background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px; }}
QToolButton[look="flat"]:hover {{ background: {c.hover}; }}
QToolButton[look="flat"]:checked, QToolButton[look="flat"]:pressed {{ background: {c.selected}; }}
QToolButton[look="flat"]:focus {{ border: 1px solid {c.accent}; }}
QToolButton[look="flat"]::menu-indicator {{ image: none; }}
QToolButton[look="over-photo"] {{ background: {c.raised}; border: 1px solid {c.border}; border-radius: 20px; }}
QToolButton[look="over-photo"]:hover {{ background: {c.hover}; }}
QLineEdit, QPlainTextEdit {{ background: {c.base}; border: 1px solid {c.outline}; border-radius: 7px; padding: 5px 8px;
  selection-background-color: {c.accent}; selection-color: {c.on_accent}; }}
QLineEdit:focus, QPlainTextEdit:focus {{ border: 2px solid {c.accent}; padding: 4px 7px; }}
QFrame[look="field"] {{ background: {c.base}; border: 1px solid {c.outline}; border-radius: 9px; }}
QFrame[look="field"][active="true"] {{ border: 2px solid {c.accent}; }}
QLineEdit[look="bare"], QLineEdit[look="bare"]:focus {{ background: transparent; border: none; padding: 4px 2px; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {c.outline}; border-radius: 3px; margin: 3px; min-height: 36px; min-width: 36px; }}
QScrollBar::handle:disabled {{ background: transparent; }}
QScrollBar::handle:hover {{ background: {c.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QScrollArea[look="bare"], QScrollArea[look="bare"] > QWidget > QWidget {{ background: transparent; border: none; }}
QProgressBar {{ background: {c.border}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
"""
