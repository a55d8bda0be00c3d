"""The Problems page: every file that could not be read, why, and what can be done about it.

Knows: the list of failures. Does not know: how reading works; Retry and Ignore are verbs of the
library.
"""

from __future__ import annotations

import os

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop_app.acts.history import History, call
from desktop_app.link.engine_link import EngineLink
from desktop_app.link.wording import in_words
from desktop_app.parts import theme
from desktop_app.parts.plain_text import tip
from desktop_app.photos.photo_model import printable
from engine.records import Failure, PhotosChanged
from engine.verbs import Verbs

_MOST = (
    5000  # rows of the table; nobody reads further, and the buttons work on all that are selected
)


class ProblemsPage(QWidget):
    """A table of failures; the buttons act on the selected ones, or on all if none is selected."""

    closed = Signal()
    retried = Signal()  #: some photos are to be tried again: synchronise now
    show_in_folder_requested = Signal(str)  #: path

    def __init__(self, link: EngineLink, history: History, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._history = history
        self._failures: list[Failure] = []
        self.title = theme.plain(self.tr("Problems"), "title")
        self.sentence = theme.plain("", "muted", wrap=True)
        self.table = QTableWidget(0, 3)
        self.table.setAccessibleName(self.tr("Files that could not be read"))
        self.table.setHorizontalHeaderLabels(
            [self.tr("File"), self.tr("Reason"), self.tr("Attempts")]
        )
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setWordWrap(False)
        self.table.setShowGrid(False)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.doubleClicked.connect(self._show_in_folder)
        self.table.itemSelectionChanged.connect(self._name_buttons)
        self.retry = QPushButton()
        theme.set_icon(self.retry, "refresh")
        self.retry.clicked.connect(self._retry)
        self.ignore = QPushButton()
        self.ignore.clicked.connect(self._ignore)
        self.folder = QPushButton(self.tr("Show in folder"))
        theme.set_icon(self.folder, "folder")
        self.folder.clicked.connect(self._show_in_folder)
        self.back = QPushButton(self.tr("Back to the photos"))
        theme.set_icon(self.back, "back")
        self.back.clicked.connect(self.closed)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.back)
        buttons = QHBoxLayout()
        for button in (self.retry, self.ignore, self.folder):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 18)
        column.addLayout(top)
        column.addWidget(self.sentence)
        column.addWidget(self.table, 1)
        column.addLayout(buttons)
        self._show([])
        link.photos_changed.connect(self._photos_changed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The reason is what people look for: it gets most of the room."""
        super().resizeEvent(event)
        self.table.horizontalHeader().resizeSection(0, min(260, self.width() // 3))

    def refresh(self) -> None:
        """Ask for the failures again."""
        self._link.ask(Verbs.failures).then(self._show)

    def _photos_changed(self, _changes: PhotosChanged) -> None:
        if self.isVisible():
            self.refresh()

    def _show(self, failures: list[Failure]) -> None:
        if failures == self._failures and self.sentence.text():
            return
        self._failures = failures
        shown = failures[:_MOST]
        self.table.setRowCount(len(shown))
        for row, failure in enumerate(shown):
            name = QTableWidgetItem(printable(os.path.basename(failure.path)))
            attempts = QTableWidgetItem(str(failure.attempts))
            attempts.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
            name.setToolTip(tip(printable(failure.path)))
            reason = QTableWidgetItem(in_words(failure.reason))
            reason.setToolTip(tip(reason.text()))
            for column, item in enumerate((name, reason, attempts)):
                self.table.setItem(row, column, item)
        self.table.clearSelection()
        if failures:
            self.sentence.setText(
                self.tr(
                    "%Ln file(s) could not be read. The files are untouched.", "", len(failures)
                )
            )
        else:
            self.sentence.setText(self.tr("Every photo could be read."))
        self._name_buttons()

    def _chosen(self) -> list[Failure]:
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        return [self._failures[row] for row in rows] if rows else self._failures

    def _chosen_ids(self) -> list[int]:
        return [failure.photo_id for failure in self._chosen() if failure.photo_id]

    def _name_buttons(self) -> None:
        some = bool(self.table.selectionModel().selectedRows())
        self.retry.setText(self.tr("Retry") if some else self.tr("Retry all"))
        self.ignore.setText(self.tr("Ignore") if some else self.tr("Ignore all"))
        for button in (self.retry, self.ignore):
            button.setEnabled(bool(self._failures))
        self.folder.setEnabled(bool(self._failures))

    def _retry(self) -> None:
        self._link.ask(Verbs.retry, self._chosen_ids()).then(self._retried)

    def _retried(self, _changes: object) -> None:
        self.retried.emit()
        self.refresh()

    def _ignore(self) -> None:
        ids = self._chosen_ids()
        text = self.tr("Ignore %Ln problem(s)", "", len(ids))
        self._history.push(
            text,
            lambda _back: call(Verbs.ignore, ids),
            lambda _done: call(Verbs.ignore, ids, False),
        )

    def _show_in_folder(self, index: QModelIndex | bool = False) -> None:
        chosen = [self._failures[index.row()]] if isinstance(index, QModelIndex) else self._chosen()
        if chosen:
            self.show_in_folder_requested.emit(chosen[0].path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)
