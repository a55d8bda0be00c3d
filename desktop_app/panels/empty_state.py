"""What is there before any photo is: the first-run page, no match, the overlay of a drag.

Knows: which sentences help. Does not know: folders, queries, the engine.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.link.wording import in_words
from desktop_app.parts import theme
from engine.messages import Message


class EmptyPage(QWidget):
    """First run: one action and one sentence on privacy.

    The whole window takes drops, not only this page.
    """

    add_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("No photos yet"))
        self.picture = QLabel()
        self.picture.setAccessibleName("")
        self.title = theme.plain(self.tr("Drop a folder of photos here"), "title")
        self.sentence = theme.plain(
            self.tr("Photos stay where they are; nothing is uploaded."), "muted"
        )
        self.add = QPushButton(self.tr("Add folder…"))
        self.add.setProperty("look", "primary")
        self.add.setDefault(True)
        self.add.clicked.connect(self.add_requested)
        column = QVBoxLayout(self)
        column.addStretch(2)
        for widget in (self.picture, self.title, self.sentence):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
            column.addSpacing(10)
            if isinstance(widget, QLabel):
                widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addSpacing(8)
        column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self._draw()
        theme.on_change(self._draw)

    def _draw(self) -> None:
        self.picture.setPixmap(
            theme.pixmap("photos", 72, theme.tokens().muted, self.devicePixelRatioF())
        )


class NoResultsPage(QWidget):
    """No photo answers the query."""

    clear_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = theme.plain(self.tr("No photos"), "title", wrap=True)
        self.sentence = theme.plain("", "muted", wrap=True)
        self.clear = QPushButton(self.tr("Show all photos"))
        self.clear.clicked.connect(self.clear_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(40, 20, 40, 20)
        column.addStretch(2)
        column.addWidget(self.picture)
        column.addSpacing(10)
        for label in (self.title, self.sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
            column.addSpacing(8)
        column.addSpacing(8)
        column.addWidget(self.clear, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.setFocusProxy(self.clear)
        self._draw()
        theme.on_change(self._draw)

    def _draw(self) -> None:
        self.picture.setPixmap(
            theme.pixmap("search", 56, theme.tokens().muted, self.devicePixelRatioF())
        )

    def explain(self, query: str, notes: Sequence[Message]) -> None:
        """Say why nothing is there, in the engine's words if it has any."""
        plain = self.tr("Nothing here answers “{query}”.").format(query=query)
        self.sentence.setText("\n".join(map(in_words, notes)) or plain)
        self.setAccessibleName(f"{self.title.text()}. {self.sentence.text()}")


class DropOverlay(QWidget):
    """Covers the window while files are dragged over it, and says what a drop will do.

    It never takes an event.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_over(self) -> None:
        """Cover the whole parent."""
        self.setGeometry(self._covered.rect())
        self.raise_()
        self.show()

    def text(self) -> str:
        return self.tr("Drop to add these photos")

    def sizeHint(self) -> QSize:
        return self._covered.size()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(colors.base))
        painter.setPen(QPen(QColor(colors.accent), 3, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(18, 18, -18, -18), 14, 14)
        icon = theme.pixmap("drop", 56, colors.accent, self.devicePixelRatioF())
        centre = self.rect().center()
        painter.drawPixmap(centre.x() - 28, centre.y() - 70, icon)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 1.4)
        painter.setFont(font)
        painter.setPen(QColor(colors.text))
        line = self.rect().translated(0, 16)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, self.text())
        small = self.font()
        painter.setFont(small)
        painter.setPen(QColor(colors.muted))
        promise = self.tr("They stay where they are; nothing is copied.")
        painter.drawText(line.translated(0, 34), Qt.AlignmentFlag.AlignCenter, promise)
        painter.end()
