"""Lists whose rows have a sign, a name and something short at the right end.

Labels with counts, folders, suggestions.

Knows: how such a row is painted, and that user text is drawn literally. Does not know: what a row
stands for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from desktop_app.parts import theme
from desktop_app.parts.plain_text import one_line, tip

_Index = QModelIndex | QPersistentModelIndex
_ROLE = Qt.ItemDataRole.UserRole
_SIDE = 8  # pixels between the edge of the list and the highlight's content
_SIGN = 16  # width of an icon; a dot stands in the middle of it


@dataclass(frozen=True, slots=True)
class Row:
    """`icon`: name of an icon, or `color`: a round spot.

    `right`: short text at the end. `badge`: a key, shown as a small keycap before it. `detail`: a
    second, muted line. `dim`: it is not at hand. `value`: the owner's.
    """

    text: str
    icon: str = ""
    color: QColor | None = None
    right: str = ""
    badge: str = ""
    detail: str = ""
    dim: bool = False
    tool_tip: str = ""
    value: Any = None


class RowList(QListWidget):
    """A list of `Row`s, of one column, never wider than its place."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setItemDelegate(_RowDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        # Headings are widgets: they follow the width.
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.verticalScrollBar().setSingleStep(24)

    def add_row(self, row: Row) -> QListWidgetItem:
        """Append a row."""
        item = QListWidgetItem()
        set_row(item, row)
        self.addItem(item)
        return item


def row_of(item: QListWidgetItem | None) -> Row | None:
    """What an item of a `RowList` shows; None for an item of another kind (a heading)."""
    row = item.data(_ROLE) if item is not None else None
    return row if isinstance(row, Row) else None


def set_row(item: QListWidgetItem, row: Row) -> None:
    """Let an item show something else."""
    item.setData(_ROLE, row)
    item.setData(Qt.ItemDataRole.DisplayRole, one_line(row.text))  # what typing a letter jumps to
    spoken = [one_line(part) for part in (row.text, row.right, row.detail) if part]
    item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(spoken))
    item.setToolTip(tip(row.tool_tip))


class _RowDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        hint = index.data(Qt.ItemDataRole.SizeHintRole)
        if isinstance(hint, QSize):
            return hint
        row = index.data(_ROLE)
        line = option.fontMetrics.height()
        return QSize(80, line + 12 + (line if isinstance(row, Row) and row.detail else 0))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row = index.data(_ROLE)
        if not isinstance(row, Row):
            return  # a heading: a widget of its own
        colors = theme.tokens()
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = option.rect.adjusted(4, 1, -4, -1)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.selected if selected else colors.hover))
            painter.drawRoundedRect(QRectF(box), 6, 6)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(colors.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(box).adjusted(0.75, 0.75, -0.75, -0.75), 6, 6)
        inside = box.adjusted(_SIDE, 0, -_SIDE, 0)
        ink = QColor(colors.muted if row.dim else colors.text)
        self._sign(painter, row, inside, ink)
        words = inside.adjusted(_SIGN + 8, 0, 0, 0) if row.icon or row.color else inside
        words = self._right(painter, row, words, option.font, QColor(colors.muted))
        line = option.fontMetrics.height()
        top = QRect(words)
        if row.detail:
            top.setTop(words.center().y() - line + 1)
            top.setHeight(line)
        self._text(painter, row.text, top, option.font, ink)
        if row.detail:
            small = QFont(option.font)
            small.setPointSizeF(max(option.font.pointSizeF() * 0.88, 7))
            below = QRect(top.left(), top.bottom() + 1, top.width(), line)
            self._text(painter, row.detail, below, small, QColor(colors.muted))
        painter.restore()

    @staticmethod
    def _sign(painter: QPainter, row: Row, inside: QRect, ink: QColor) -> None:
        middle = inside.center().y()
        if row.color is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(row.color)
            painter.drawEllipse(QRectF(inside.left() + 3, middle - 4.5, 10, 10))
        elif row.icon:
            ratio = painter.device().devicePixelRatioF()
            picture = theme.icon(row.icon, ink.name()).pixmap(QSize(_SIGN, _SIGN), ratio)
            painter.drawPixmap(inside.left(), middle - _SIGN // 2 + 1, picture)

    @staticmethod
    def _right(painter: QPainter, row: Row, words: QRect, font: QFont, ink: QColor) -> QRect:
        """Paint what stands at the right end; returns what is left of `words`."""
        painter.setFont(font)
        measure = QFontMetrics(font)
        if row.right:
            width = measure.horizontalAdvance(row.right)
            painter.setPen(ink)
            painter.drawText(
                QRect(words.right() - width, words.top(), width + 1, words.height()),
                int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight),
                row.right,
            )
            words = words.adjusted(0, 0, -width - 8, 0)
        if row.badge:
            side = measure.height()
            key = QRectF(words.right() - side, words.center().y() - side / 2 + 0.5, side, side)
            painter.setPen(QPen(QColor(theme.tokens().outline), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(key, 4, 4)
            small = QFont(font)
            small.setPointSizeF(font.pointSizeF() * 0.85)
            painter.setFont(small)
            painter.setPen(ink)
            painter.drawText(key, int(Qt.AlignmentFlag.AlignCenter), row.badge)
            words = words.adjusted(0, 0, -side - 8, 0)
        return words

    @staticmethod
    def _text(painter: QPainter, text: str, where: QRect, font: QFont, ink: QColor) -> None:
        painter.setFont(font)
        painter.setPen(ink)
        cut = QFontMetrics(font).elidedText(
            one_line(text), Qt.TextElideMode.ElideRight, where.width()
        )
        painter.drawText(
            where, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), cut
        )
