"""The strip above the photos: one sentence at a time.

Each can be dismissed, and has at most one button.

Knows: how to show a sentence. Does not know: what sentences there are. Longer-lived banners of
others may be added.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.parts import theme

#: A sentence that asks for nothing leaves by itself after this time (milliseconds), long enough to
#: be read twice.
_READING_TIME = 12_000


class BannerStrip(QWidget):
    """A message line, and below it the banners that `add` brought."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._act: Callable[[], object] | None = None
        self._frame = QFrame()
        self._frame.setProperty("look", "banner")
        self.text = theme.plain(wrap=True)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.action = QPushButton()
        self.action.setAccessibleName(self.tr("Do this"))
        self.action.clicked.connect(self._do)
        self.close_button = QToolButton()
        self.close_button.setProperty("look", "flat")
        theme.set_icon(self.close_button, "cross")
        self.close_button.setToolTip(self.tr("Dismiss"))
        self.close_button.setAccessibleName(self.tr("Dismiss"))
        self.close_button.clicked.connect(self.dismiss)
        row = QHBoxLayout(self._frame)
        row.setContentsMargins(14, 6, 8, 6)
        row.addWidget(self.text, 1)
        row.addWidget(self.action)
        row.addWidget(self.close_button)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._rows.addWidget(self._frame)
        self._banners = QWidget()
        self._added = QVBoxLayout(self._banners)
        self._added.setContentsMargins(0, 0, 0, 0)
        self._added.setSpacing(0)
        self._rows.addWidget(self._banners)
        self._leave = QTimer(self, singleShot=True, interval=_READING_TIME)
        self._leave.timeout.connect(self.dismiss)
        self._frame.hide()

    def add(self, banner: QWidget) -> None:
        """A banner that shows and hides itself."""
        self._added.addWidget(banner)

    def show_banners(self, visible: bool) -> None:
        """Whether there is a place for banners now; the message line always has one."""
        self._banners.setVisible(visible)

    def say(
        self,
        sentence: str,
        action: str = "",
        act: Callable[[], object] | None = None,
        *,
        stay: bool = False,
    ) -> None:
        """Show a sentence, instead of the one before. `stay`: until it is dismissed or done."""
        self.text.setText(sentence)
        self._frame.setAccessibleName(sentence)
        self._act = act
        self.action.setText(action)
        self.action.setAccessibleName(action)
        self.action.setVisible(act is not None)
        self._frame.show()
        if stay:
            self._leave.stop()
        else:
            self._leave.start()

    def sentence(self) -> str:
        """What is shown now; empty if nothing is."""
        return self.text.text() if not self._frame.isHidden() else ""

    def dismiss(self) -> None:
        self._leave.stop()
        self._act = None
        self._frame.hide()

    def _do(self) -> None:
        act = self._act
        self.dismiss()
        if act is not None:
            act()
