"""Small rounded pieces (a label, a part of a query), and a layout where they flow like words.

Knows: how a suggestion (dashed) differs from a person's word (solid). Does not know: what a click
on one does.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLayout,
    QLayoutItem,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from desktop_app.parts import theme
from desktop_app.parts.plain_text import ElidedLabel, tip


def small_button(icon_name: str, name: str, parent: QWidget | None = None) -> QToolButton:
    """A flat button with an icon only; `name`, what it does, is tool tip and accessible name."""
    button = QToolButton(parent)
    theme.set_icon(button, icon_name)
    button.setProperty("look", "flat")
    button.setAutoRaise(True)
    button.setToolTip(tip(name))
    button.setAccessibleName(name)
    button.setIconSize(QSize(16, 16))
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


class Dot(QWidget):
    """A round spot in a label's colour."""

    def __init__(self, color: QColor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color = color
        self.setFixedSize(10, 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color)
        painter.drawEllipse(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))


class Strength(QWidget):
    """How far a suggestion is above its line, as three bars.

    There is no percentage, because a score is not one.
    """

    def __init__(self, level: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._level = level
        self.setFixedSize(17, 14)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for bar in range(3):
            painter.setBrush(QColor(colors.accent if bar < self._level else colors.border))
            height = 5.0 + 4 * bar
            painter.drawRoundedRect(QRectF(bar * 6, self.height() - height, 4, height), 1.5, 1.5)


class Chip(QFrame):
    """A rounded frame around one name.

    `dashed`: the machine's suggestion; solid: a person's word.
    """

    clicked = Signal()
    removed = Signal()

    def __init__(
        self,
        text: str,
        *,
        color: QColor | None = None,
        dashed: bool = False,
        cut: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__()
        self._dashed = dashed
        self._hovered = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        self._row = row
        row.setContentsMargins(10, 3, 6, 3)
        row.setSpacing(6)
        if color is not None:
            row.addWidget(Dot(color))
        self.label = ElidedLabel(text, cut)
        self.label.setMinimumHeight(22)
        row.addWidget(self.label, 1)
        self.setAccessibleName(self.label.text())

    def add(self, widget: QWidget) -> None:
        """Put `widget` at the end of the chip."""
        self._row.addWidget(widget)

    def add_remove(self, name: str) -> QToolButton:
        """A small cross at the end that emits `removed`; `name` says what it does."""
        button = small_button("cross", name, self)
        button.setIconSize(QSize(12, 12))
        button.clicked.connect(self.removed)
        self.add(button)
        return button

    def make_clickable(self, name: str) -> None:
        """Let a click or Return on the chip emit `clicked`; `name` says what that does."""
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleDescription(name)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = self.focusPolicy() != Qt.FocusPolicy.NoFocus
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QPen(QColor(colors.outline), 1)
        if self._dashed:
            edge.setDashPattern([3, 3])
        if self.hasFocus():
            edge = QPen(QColor(colors.accent), 2)
        painter.setPen(edge if self._dashed or self.hasFocus() else Qt.PenStyle.NoPen)
        fill = QColor(colors.raised if self._dashed else colors.selected)
        painter.setBrush(QColor(colors.hover) if self._hovered else fill)
        inside = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        radius = min(inside.height() / 2, 15)
        painter.drawRoundedRect(inside, radius, radius)


class FlowLayout(QLayout):
    """Widgets one after another, a new line where the width ends.

    Nothing is ever wider than the layout.
    """

    def __init__(self, parent: QWidget | None = None, spacing: int = 6) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), dry=True)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, dry=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize(0, 0)
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size.grownBy(self.contentsMargins())

    def _place(self, rect: QRect, dry: bool) -> int:
        margins = self.contentsMargins()
        rect = rect.marginsRemoved(margins)
        x, y = rect.x(), rect.y()
        line = 0
        for item in self._items:
            if item.isEmpty():
                continue
            wanted = item.sizeHint()
            width = min(wanted.width(), rect.width())
            if x > rect.x() and x + width > rect.right() + 1:
                x, y = rect.x(), y + line + self.spacing()
                line = 0
            if not dry:
                item.setGeometry(QRect(QPoint(x, y), QSize(width, wanted.height())))
            x += width + self.spacing()
            line = max(line, wanted.height())
        return y + line - rect.y() + margins.top() + margins.bottom()


def clear(layout: QLayout) -> None:
    """Take every widget out of a layout and delete it."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)
