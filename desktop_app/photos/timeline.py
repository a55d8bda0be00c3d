"""Finding the way through decades by the scroll bar.

Years stand beside it under the pointer, and the date while it is dragged.

Knows: where the years begin on the canvas, and which spot of the scroll bar that is. Does not know:
photos, queries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QColor, QCursor, QFont, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from desktop_app.parts import theme
from desktop_app.photos.grid_layout import GridLayout
from desktop_app.photos.photo_cell import header_text

_SHORTEST_HANDLE = 36  # pixels, as the style sheet has it
_SCREENS = 3  # a canvas of fewer needs no years


@dataclass(frozen=True, slots=True)
class _Mark:
    year: int
    top: int  # of the year, on the canvas
    at: int  # pixels from the top of the viewport


class Timeline(QWidget):
    """Lies over the right edge of `view`, and hides with the pointer.

    `layout()` describes the canvas of the view.
    """

    def __init__(self, view: QAbstractScrollArea, layout: Callable[[], GridLayout]) -> None:
        super().__init__(view)
        self._view = view
        self._layout = layout
        self._marks: list[_Mark] = []
        self._near: _Mark | None = None
        self.where = theme.plain()  # the date beside the handle while it is dragged
        self.where.setParent(view)
        self.where.setProperty("look", "card")
        self.where.setAutoFillBackground(True)
        self.where.setMargin(8)
        self.where.hide()
        self.hide()
        self.setAccessibleName(self.tr("Years"))
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        bar = view.verticalScrollBar()
        bar.installEventFilter(self)
        bar.sliderMoved.connect(self._show_where)
        bar.sliderReleased.connect(self.where.hide)

    def eventFilter(self, bar: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Enter:
            self._open()
        elif event.type() == QEvent.Type.Leave and not self.rect().contains(
            self.mapFromGlobal(QCursor.pos())
        ):
            self.hide()
        return False

    def years(self) -> list[int]:
        """The years that are named now, from the top."""
        return [mark.year for mark in self._marks] if self.isVisible() else []

    def _open(self) -> None:
        viewport = self._view.viewport()
        layout = self._layout()
        room = viewport.height()
        years = layout.years() if layout.height > _SCREENS * room else []
        handle = max(room * room // max(layout.height, 1), _SHORTEST_HANDLE)
        line = self.fontMetrics().height() + 4
        self._marks = []
        self._near = None
        for top, year in years:
            at = handle // 2 + top * (room - handle) // max(layout.height - room, 1)
            if (not self._marks or at - self._marks[-1].at >= line) and at + line // 2 <= room:
                self._marks.append(_Mark(year, top, at))
        if len(years) > 1:
            width = self.fontMetrics().horizontalAdvance("0000") + 22
            self.setGeometry(viewport.x() + viewport.width() - width, viewport.y(), width, room)
            self.show()
            self.raise_()

    def _show_where(self, value: int) -> None:
        """The day or month that the scroll bar has come to.

        Through years of photos nobody finds the way by inches.
        """
        viewport = self._view.viewport()
        bar = self._view.verticalScrollBar()
        group = self._layout().group_at(value + viewport.height() // 2)
        if group is None or group.day is None:
            return
        self.where.setText(header_text(group))
        self.where.adjustSize()
        right = viewport.width() - (self.width() if self.isVisible() else 0)
        y = (viewport.height() - self.where.height()) * value // max(bar.maximum(), 1)
        self.where.move(right - self.where.width() - 6, y)
        self.where.show()
        self.where.raise_()

    # -- the pointer -------------------------------------------------------------------------------

    def _nearest(self, y: float) -> _Mark | None:
        return min(self._marks, key=lambda mark: abs(mark.at - y), default=None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._near = self._nearest(event.position().y())
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Not for the photos below."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        mark = self._nearest(event.position().y())
        if mark is not None:
            self._view.verticalScrollBar().setValue(mark.top)

    def leaveEvent(self, event: QEvent) -> None:
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.tokens()
        painter = QPainter(self)
        back = QColor(colors.window)
        back.setAlphaF(0.94)
        painter.fillRect(self.rect(), back)
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        line = self.fontMetrics().height()
        for mark in self._marks:
            near = mark is self._near
            painter.setFont(bold if near else self.font())
            painter.setPen(QColor(colors.accent if near else colors.muted))
            where = QRect(0, mark.at - line // 2, self.width(), line)
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, str(mark.year))
        painter.end()
