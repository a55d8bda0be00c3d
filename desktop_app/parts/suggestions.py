"""A list of offers under a text field, driven by the field's own keys.

The focus never leaves what is being typed.

Knows: arrows, Return, Tab, Escape, clicks. Does not know: what is offered; the owner of the field
decides that.

Why not QCompleter: it completes the whole text, its popup grabs the keyboard, and Return in it
reaches the field twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidgetItem, QWidget

from desktop_app.parts import theme
from desktop_app.parts.rows import Row, RowList, row_of

_MOST = 9  # rows in sight


class Suggestions(RowList):
    """Offers for `field`; `chosen(value)` with the `Row.value` of the offer that was taken.

    It lies over the window.
    """

    chosen = Signal(str)

    def __init__(self, field: QLineEdit, name: str, under: QWidget | None = None) -> None:
        self._field = field  # before all else: Qt calls `eventFilter` while the list is being made
        super().__init__(name)
        self._under = under or field
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setObjectName("suggestions")
        self.hide()
        self._colour()
        theme.on_change(self._colour)
        field.installEventFilter(self)
        self.itemPressed.connect(self._take)

    def _colour(self) -> None:
        colors = theme.tokens()
        self.setStyleSheet(
            f"#suggestions {{ background: {colors.raised}; border: 1px solid {colors.outline};"
            " border-radius: 9px; padding: 3px 0; }"
        )

    def offer(self, rows: Sequence[Row], *, first: bool = False) -> None:
        """Show these; an empty list hides.

        `first`: Return takes the first one unless another is chosen.
        """
        self.clear()
        if not rows:
            self.hide()
            return
        if self.parentWidget() is not self._field.window():
            self.setParent(self._field.window())
        for row in rows:
            self.add_row(row)
        self.setCurrentRow(0 if first else -1)
        self._place()
        self.show()
        self.raise_()

    def _place(self) -> None:
        width = max(self._under.width(), 200)
        height = sum(self.sizeHintForRow(row) for row in range(min(self.count(), _MOST))) + 10
        below = self._under.mapTo(self.window(), QPoint(0, self._under.height() + 3))
        room = self.window().height() - below.y() - 8
        if room < min(height, 120):  # the field stands at the lower end: offer above it
            above = self._under.mapTo(self.window(), QPoint(0, -3))
            height = min(height, above.y() - 8)
            below = above - QPoint(0, height)
        else:
            height = min(height, room)
        self.setGeometry(
            below.x(), below.y(), min(width, self.window().width() - below.x() - 8), height
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self._field:
            return super().eventFilter(watched, event)
        kind = event.type()
        if kind in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self.hide()
        elif kind == QEvent.Type.ShortcutOverride and self.isVisible():
            if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
                event.accept()  # Escape belongs to the offers first, not to a dialog around them
                return True
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self.isVisible():
            return self._key(event.key())
        return False

    def _key(self, key: int) -> bool:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(key))
        if step is not None:
            row = self.currentRow() + step
            self.setCurrentRow(row if row < self.count() else -1)
            return True
        if key == Qt.Key.Key_Escape:
            self.hide()
            return True
        if (
            key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
            and self.currentItem() is not None
        ):
            self._take(self.currentItem())
            return True
        return False

    def _take(self, item: QListWidgetItem) -> None:
        row = row_of(item)
        self.hide()
        if row is not None:
            self.chosen.emit(str(row.value))
