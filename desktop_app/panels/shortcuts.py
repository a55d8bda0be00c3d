"""The sheet of keyboard shortcuts, made from the actions themselves, so it cannot lie.

Knows: how to lay out names and keys. Does not know: any action by name.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_app.parts import theme
from desktop_app.parts.actions import Actions
from desktop_app.parts.plain_text import without_mnemonic


class ShortcutSheet(QDialog):
    """Every act that has a key, by menu, in two columns."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.resize(760, 560)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 16)
        column.addWidget(theme.plain(self.tr("Keyboard shortcuts"), "title"))
        sheet = QWidget()
        halves = QHBoxLayout(sheet)
        halves.setContentsMargins(0, 8, 12, 0)
        halves.setSpacing(36)
        sections = [
            (without_mnemonic(menu.title()), _with_keys(menu.actions(), actions.captions))
            for menu in actions.menus
        ]
        sections.append(
            (
                self.tr("Pinned labels"),
                _with_keys([one for one in actions.pinned if one.isEnabled()], {}),
            )
        )
        sections = [(title, acts) for title, acts in sections if acts]
        total = sum(len(acts) + 2 for _, acts in sections)
        half = QGridLayout()
        row = 0
        halves.addLayout(half, 1)
        for title, acts in sections:
            if halves.count() == 1 and row + len(acts) / 2 > total / 2:
                half.setRowStretch(row, 1)
                half = QGridLayout()
                row = 0
                halves.addLayout(half, 1)
            row = _add_section(half, row, title, acts)
        half.setRowStretch(row, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setProperty("look", "bare")
        area.setAccessibleName(self.tr("Keyboard shortcuts"))
        area.setWidget(sheet)
        column.addWidget(area, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)


def _add_section(half: QGridLayout, row: int, title: str, acts: list[tuple[str, QAction]]) -> int:
    """Put a heading and its acts into `half` from `row` on; returns the next free row."""
    half.setHorizontalSpacing(16)
    half.setVerticalSpacing(5)
    half.setColumnStretch(0, 1)
    half.addWidget(theme.plain(title, "heading"), row, 0, 1, 2)
    for text, action in acts:
        row += 1
        keys = " · ".join(
            dict.fromkeys(
                key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts()
            )
        )
        half.addWidget(theme.plain(without_mnemonic(text)), row, 0)
        half.addWidget(theme.plain(keys, "muted"), row, 1, Qt.AlignmentFlag.AlignRight)
    half.setRowMinimumHeight(row + 1, 14)
    return row + 2


def _with_keys(actions: list[QAction], captions: Mapping[str, str]) -> list[tuple[str, QAction]]:
    return [(captions.get(one.objectName(), one.text()), one) for one in actions if one.shortcuts()]
