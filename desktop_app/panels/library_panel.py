"""The left panel: the whole library and its heaps, labels with counts, folders with their state.

Knows: which row stands for which query, and that photos dropped on a label get it. Does not know:
how a query is answered, or what happens to folders; it emits what the person wants.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QMenu, QVBoxLayout, QWidget

from desktop_app.link.engine_link import EngineLink
from desktop_app.parts import theme
from desktop_app.parts.chips import small_button
from desktop_app.parts.rows import Row, RowList, row_of, set_row
from desktop_app.parts.search_words import query_of
from desktop_app.photos.photo_model import PHOTO_IDS
from engine.records import Counts, Folder, FolderState, Label, PhotosChanged
from engine.verbs import Verbs

# So many labels that no photo has stand behind one row, else they push the folders out of sight;
# and stay there while so many are left: rows that jump out between two photos help nobody.
_FOLDED = 6
_STILL_FOLDED = 2
_OFTEN = 300  # milliseconds: while photos arrive, numbers are asked for at most this often


@dataclass(frozen=True, slots=True)
class _Place:
    """What a row stands for.

    `kind`: `query` | `review` | `problems` | `label` | `new` | `folder` | `fold`.
    """

    kind: str
    query: str = ""
    id: int = 0
    path: str = ""


class LibraryPanel(QWidget):
    """One list of places; a click or Return goes there."""

    view_requested = Signal(str)
    correction_requested = Signal(int, list, list, list)  #: label id, yes, no, clear
    add_folder_requested = Signal()
    edit_labels_requested = Signal(int)  #: label id, or 0 for all
    problems_requested = Signal()
    review_requested = Signal()
    rescan_requested = Signal(int)
    remove_folder_requested = Signal(int)
    show_in_folder_requested = Signal(str)

    def __init__(self, link: EngineLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._query = ""
        self._counts = Counts()
        self._labels: list[Label] = []
        self._folders: list[Folder] = []
        self._fold = self._unfolded = False
        # What the rows stand for; while it stays, only their texts change.
        self._shape: Sequence[object] = ()
        self.setMinimumWidth(180)
        self.setAccessibleName(self.tr("Library"))
        self.list = _Places(self.tr("Library, labels and folders"))
        self.list.itemClicked.connect(self._go)
        self.list.itemActivated.connect(self._go)
        self.list.photos_dropped.connect(self._dropped)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 8, 4, 4)
        column.addWidget(self.list)
        self._soon = QTimer(self, singleShot=True, interval=_OFTEN)
        self._soon.timeout.connect(self.refresh)
        link.photos_changed.connect(self._photos_changed)
        link.ready.connect(self.refresh)
        theme.on_change(self._fill)
        self._fill()

    # -- numbers -----------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask for labels, folders and numbers."""
        self._link.ask(Verbs.labels).then(self._labels_known)
        self._link.ask(Verbs.folders).then(self._folders_known)
        self._link.ask(Verbs.counts).then(self._counts_known)

    def _photos_changed(self, _changes: PhotosChanged) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _labels_known(self, labels: list[Label]) -> None:
        self._labels = sorted(labels, key=lambda one: (one.pinned or 10, one.name.casefold()))
        self._fill()

    def _folders_known(self, folders: list[Folder]) -> None:
        self._folders = sorted(folders, key=lambda one: os.path.basename(one.path).casefold())
        self._fill()

    def _counts_known(self, counts: Counts) -> None:
        self._counts = counts
        self._fill()

    # -- rows --------------------------------------------------------------------------------------

    def _rows(self) -> list[Row | str]:
        """Rows in order; a text is a heading."""
        number = self.locale().toString
        counts = self._counts
        rows: list[Row | str] = [
            Row(
                self.tr("All photos"),
                icon="photos",
                right=number(counts.photos),
                value=_Place("query"),
            ),
            Row(
                self.tr("Needs review"),
                icon="review",
                right=number(counts.review),
                value=_Place("review"),
            ),
            Row(
                self.tr("Untagged"),
                icon="untagged",
                right=number(counts.untagged),
                value=_Place("query", "is:untagged"),
            ),
        ]
        if counts.problems:
            rows.append(
                Row(
                    self.tr("Problems"),
                    icon="problem",
                    right=number(counts.problems),
                    value=_Place("problems"),
                )
            )
        rows.append("labels")
        rows += self._label_rows()
        rows.append("folders")
        for folder in self._folders:
            away = folder.state is FolderState.OFFLINE
            rows.append(
                Row(
                    os.path.basename(folder.path) or folder.path or self.tr("Single photos"),
                    icon="folder-offline" if away else "folder",
                    right=number(folder.photos),
                    dim=away,
                    detail=self.tr("Reconnect the drive") if away else "",
                    tool_tip=folder.path,
                    value=_Place(
                        "folder",
                        query_of("folder", folder.path) if folder.path else "",
                        folder.id,
                        folder.path,
                    ),
                )
            )
        return rows

    def _label_rows(self) -> list[Row]:
        """Labels, pinned ones first; many without photos, or a word about them, behind one row."""
        number = self.locale().toString
        idle = [one for one in self._labels if not (one.photos or one.pinned or one.yes or one.no)]
        self._fold = fold = (
            (_STILL_FOLDED if self._fold else _FOLDED) <= len(idle) < len(self._labels)
        )
        shown = [one for one in self._labels if one not in idle] if fold else self._labels
        last = idle if fold and self._unfolded else []
        rows = [
            Row(
                label.name,
                color=theme.label_color(label.color, label.id),
                right=number(label.photos),
                badge=str(label.pinned) if label.pinned else "",
                value=_Place("label", query_of("label", label.name), label.id),
            )
            for label in [*shown, *last]
        ]
        if not rows:
            rows.append(Row(self.tr("Add labels…"), icon="plus", dim=True, value=_Place("new")))
        if fold:
            text = (
                self.tr("Fewer labels")
                if self._unfolded
                else self.tr("%Ln label(s) without photos", "", len(idle))
            )
            rows.insert(
                len(shown),
                Row(
                    text, icon="back" if self._unfolded else "more", dim=True, value=_Place("fold")
                ),
            )
        return rows

    def _fill(self) -> None:
        rows = self._rows()
        shape = [(row.value, bool(row.detail)) if isinstance(row, Row) else row for row in rows]
        if shape == self._shape:
            for place, row in enumerate(rows):
                if isinstance(row, Row):
                    set_row(self.list.item(place), row)
            return
        self._shape = shape
        focused = self.list.currentRow()
        scrolled = self.list.verticalScrollBar().value()
        self.list.clear()
        for row in rows:
            if isinstance(row, Row):
                self.list.add_row(row)
            else:
                self._add_heading(row)
        self.list.setCurrentRow(min(focused, self.list.count() - 1))
        self.list.verticalScrollBar().setValue(scrolled)
        self._mark()

    def _add_heading(self, name: str) -> None:
        labels = name == "labels"
        text = self.tr("Labels") if labels else self.tr("Folders")
        act = self.tr("Edit labels") if labels else self.tr("Add folder")
        item = QListWidgetItem()
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setSizeHint(QSize(80, 38))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, text)
        self.list.addItem(item)
        heading = QWidget()
        row = QHBoxLayout(heading)
        row.setContentsMargins(12, 8, 6, 0)
        row.addWidget(theme.plain(text, "muted"), 1)
        button = small_button("edit" if labels else "plus", act, heading)
        button.clicked.connect(self._edit_all if labels else self.add_folder_requested)
        row.addWidget(button)
        self.list.setItemWidget(item, heading)

    def _edit_all(self) -> None:
        self.edit_labels_requested.emit(0)

    def set_current(self, query: str) -> None:
        """Mark the row whose photos are shown, if there is one."""
        self._query = query.strip()
        self._mark()

    def _mark(self) -> None:
        for place in range(self.list.count()):
            item = self.list.item(place)
            row = row_of(item)
            if row is not None:
                there = row.value.kind in ("query", "label", "folder") and _same(
                    row.value.query, self._query
                )
                item.setSelected(there)

    # -- acts --------------------------------------------------------------------------------------

    def _go(self, item: QListWidgetItem) -> None:
        row = row_of(item)
        if row is None:
            return
        place: _Place = row.value
        if place.kind == "review":
            self.review_requested.emit()
        elif place.kind == "problems":
            self.problems_requested.emit()
        elif place.kind == "new":
            self.edit_labels_requested.emit(0)
        elif place.kind == "fold":
            self._unfolded = not self._unfolded
            self._fill()
        else:
            self.view_requested.emit(place.query)
        self._mark()

    def _dropped(self, item: QListWidgetItem, ids: list[int]) -> None:
        row = row_of(item)
        if row is not None and row.value.kind == "label":
            self.correction_requested.emit(row.value.id, ids, [], [])

    def _show_menu(self, where: QPoint) -> None:
        menu = self.menu_of(row_of(self.list.itemAt(where)))
        if menu is not None:
            menu.exec(self.list.viewport().mapToGlobal(where))
            menu.deleteLater()

    def menu_of(self, row: Row | None) -> QMenu | None:
        """What can be done with a label or a folder; None for other rows."""
        if row is None or row.value.kind not in ("label", "folder"):
            return None
        place: _Place = row.value
        menu = QMenu(self)
        if place.kind == "label":
            menu.addAction(self.tr("Edit…")).triggered.connect(
                lambda: self.edit_labels_requested.emit(place.id)
            )
            return menu
        look = menu.addAction(self.tr("Look for changes"))
        look.triggered.connect(lambda: self.rescan_requested.emit(place.id))
        if place.path:
            show = menu.addAction(self.tr("Show in folder"))
            show.triggered.connect(lambda: self.show_in_folder_requested.emit(place.path))
        menu.addSeparator()
        remove = menu.addAction(self.tr("Remove from the library (files stay)"))
        remove.triggered.connect(lambda: self.remove_folder_requested.emit(place.id))
        return menu


class _Places(RowList):
    """The list, which takes photos that are dropped on a label."""

    photos_dropped = Signal(object, list)  #: item, photo ids

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.setAcceptDrops(True)
        self.setDragDropMode(QListWidget.DragDropMode.DropOnly)
        self.setProperty("look", "bare")
        self.viewport().setAutoFillBackground(False)

    def _label_at(self, event: QDropEvent) -> QListWidgetItem | None:
        item = self.itemAt(event.position().toPoint())
        row = row_of(item)
        return item if row is not None and row.value.kind == "label" else None

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.setAccepted(event.mimeData().hasFormat(PHOTO_IDS))

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        item = self._label_at(event) if event.mimeData().hasFormat(PHOTO_IDS) else None
        self.setCurrentRow(-1 if item is None else self.row(item))
        event.setDropAction(Qt.DropAction.CopyAction)
        event.setAccepted(item is not None)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        item = self._label_at(event)
        if item is None or not event.mimeData().hasFormat(PHOTO_IDS):
            return
        ids = [
            int(one)
            for one in bytes(event.mimeData().data(PHOTO_IDS).data()).decode("ascii").split(",")
            if one
        ]
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.photos_dropped.emit(item, ids)


def _same(first: str, second: str) -> bool:
    return first.replace('"', "").casefold() == second.replace('"', "").casefold()
