"""How text that people wrote is put on the screen: literally.

That is: file names, labels, groups, sentences from files.

Knows: which widgets of Qt guess that a text might be HTML, or take `&` for an underline, and how to
talk them out of it. Does not know: any widget of Albumen.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtGui import Qt as QtText  # PySide6 keeps the functions about rich text here
from PySide6.QtWidgets import QLabel, QMessageBox, QSizePolicy, QWidget

#: Unicode isolates: a right-to-left name inside a left-to-right sentence cannot reorder what stands
#: around it.
_ISOLATE, _END = "\u2068", "\u2069"


def one_line(text: str) -> str:
    """`text` in one printable line: controls become visible symbols."""
    shown = []
    for character in text:
        code = ord(character)
        if character in "\n\r\u2028\u2029\x0b\x0c\x85":
            shown.append("↵")
        elif character == "\t":
            shown.append(" ")
        elif code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000:
            shown.append("�")
        else:
            shown.append(character)
    return "".join(shown)


def quoted(text: str) -> str:
    """`text` for use inside a sentence: one line, and its writing direction kept to itself."""
    return f"{_ISOLATE}{one_line(text)}{_END}"


def caption(text: str) -> str:
    """`text` for an action, menu, button or tab, where a single `&` would be a mnemonic."""
    return one_line(text).replace("&", "&&")


def without_mnemonic(text: str) -> str:
    """What a caption reads as outside a menu.

    `&File` -> File, `文件(&F)` -> 文件, `&&` -> &, no dots at its end.
    """
    text = re.sub(r"\s*\(&\w\)", "", text).replace("&&", "\0").replace("&", "").replace("\0", "&")
    return text.rstrip("…")


def tip(text: str) -> str:
    """`text` for a tool tip or 'what's this', which else draw what looks like HTML as HTML."""
    return QtText.convertFromPlainText(text) if QtText.mightBeRichText(text) else text


class ElidedLabel(QLabel):
    """One line of user text that gives way.

    It is cut with an ellipsis where it does not fit, and then has a tool tip.
    """

    def __init__(
        self,
        text: str = "",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(one_line(text))
        self.setAccessibleName(one_line(text))
        self._update_tip()
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(
            min(hint.width(), QFontMetrics(self.font()).horizontalAdvance("mm…")), hint.height()
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._update_tip()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        text = QFontMetrics(self.font()).elidedText(
            self.text(), self._mode, self.contentsRect().width()
        )
        flags = int(self.alignment()) | int(Qt.TextFlag.TextSingleLine)
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            flags,
            self.palette(),
            self.isEnabled(),
            text,
            self.foregroundRole(),
        )

    def _update_tip(self) -> None:
        cut = QFontMetrics(self.font()).horizontalAdvance(self.text()) > self.contentsRect().width()
        self.setToolTip(tip(self.text()) if cut else "")


def ask(parent: QWidget, title: str, question: str, action: str, detail: str = "") -> bool:
    """A question with one action and Cancel (the default); True when the action was chosen.

    All texts are shown literally.
    """
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(title)
    box.setText(question)
    if detail:
        box.setInformativeText(detail)
    button = box.addButton(caption(action), QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    return box.clickedButton() is button
