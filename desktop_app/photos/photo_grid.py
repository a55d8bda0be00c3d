"""The grid of photos: where the cells are, keys, selection, zoom, drags.

Painting one cell is `photo_cell`'s.

Knows: the viewport, the selection, which rows are in sight (`visible_rows` asks for what they
need). Does not know: queries, tags, the engine.

QListView in icon mode keeps a rectangle per item and needs 160-300 ms for each resize of 100,000
photos. This view is a QListView only for what it brings along (accessibility, selection behaviour,
keys); every position comes from `GridLayout`, by arithmetic, so insert, resize, zoom and scroll
cost the same for a thousand photos and for a million.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyleOptionRubberBand, QWidget

from desktop_app.parts.full_images import Pictures
from desktop_app.parts.thumbnails import Thumbnails
from desktop_app.photos.grid_layout import GridLayout, Groups, groups_of
from desktop_app.photos.photo_cell import PhotoCell
from desktop_app.photos.photo_model import PhotoModel
from desktop_app.photos.timeline import Timeline
from desktop_app.photos.visible_rows import Sight

SMALLEST, LARGEST, STEP = 80, 480, 20

#: A selection up to this size is fetched ahead, so that it can be dragged to other programs with
#: its files.
_DRAGGED_WITH_FILES = 2000

#: A larger selection is not found again among other rows (except 'all'): that would take longer
#: than a frame.
_KEPT_SELECTION = 50_000

_Index = QModelIndex | QPersistentModelIndex
_Move = QAbstractItemView.CursorAction


class PhotoGrid(QListView):
    """Shows a `PhotoModel`.

    `thumbnail_size`: width of the room for a photo, in logical pixels. Without `pictures`, large
    cells show enlarged thumbnails.
    """

    selection_settled = Signal()  #: the selection changed, and the person paused
    opened = Signal(int)  #: row that was double-clicked
    zoomed = Signal(int)  #: thumbnail size
    context_requested = Signal(QPoint)  #: where on the screen
    waiting = Signal(list)  #: ids of photos in sight that were not read yet

    def __init__(
        self,
        model: PhotoModel,
        thumbnails: Thumbnails,
        pictures: Pictures | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._photos = model
        self._thumbnails = thumbnails
        self._size = 160
        self._cell = PhotoCell(self)
        self._layout = GridLayout(Groups((), 0), 1, 1, 1, 0)
        self._groups = Groups((), 0)
        self._rubber: QRect | None = None
        self._kept_all = False
        self._kept: tuple[list[int], int, int, int, int] | None = None
        self.setAccessibleName(self.tr("Photos"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Else every relayout happens twice.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self._settle = QTimer(self, singleShot=True, interval=120)
        self._settle.timeout.connect(self._selection_rests)
        self._look = QTimer(self, singleShot=True, interval=0)
        self._look.timeout.connect(self._look_around)
        self.timeline = Timeline(self, lambda: self._layout)
        self._sight = Sight(self, model, thumbnails, pictures)
        self._sight.arrived.connect(self._picture_arrived)
        self._sight.waiting.connect(self.waiting)
        model.modelAboutToBeReset.connect(self._remember)
        model.result_changed.connect(self._regroup)
        self.setModel(model)
        self.selectionModel().selectionChanged.connect(self._settle.start)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))

    # -- what others ask ---------------------------------------------------------------------------

    def thumbnail_size(self) -> int:
        return self._size

    def set_thumbnail_size(self, size: int) -> None:
        """Zoom; the photo in the middle of the selection, or of the window, stays where it is."""
        size = min(max(size, SMALLEST), LARGEST)
        if size == self._size:
            return
        row, offset = self._anchor()
        self._size = size
        self._relayout()
        self._hold(row, offset)
        self.zoomed.emit(size)

    def zoom_in(self) -> None:
        self.set_thumbnail_size(self._size + STEP)

    def zoom_out(self) -> None:
        self.set_thumbnail_size(self._size - STEP)

    def selected_count(self) -> int:
        """Number of selected photos, by ranges (`selectedIndexes()` of 100,000 costs 0.4 s)."""
        selection = self.selectionModel().selection()
        return sum(
            selection.at(at).bottom() - selection.at(at).top() + 1
            for at in range(selection.count())
        )

    def selected_ids(self) -> array[int]:
        """Ids of the selected photos, in the view's order; the current one if none is selected."""
        ids = self._photos.ids()
        chosen = array("q")
        for first, last in self._selected_rows():
            chosen.extend(ids[first : last + 1])
        if not chosen and self.currentIndex().isValid():
            chosen.append(ids[self.currentIndex().row()])
        return chosen

    def current_row(self) -> int:
        return self.currentIndex().row()

    def set_current_row(self, row: int, select: bool = True) -> None:
        """Move the focus to a row, select it alone, and bring it into sight."""
        index = self._photos.index(row)
        if not index.isValid():
            return
        flag = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(
            index, flag.ClearAndSelect if select else flag.NoUpdate
        )
        self.scrollTo(index)

    def selectAll(self) -> None:
        """One range; QAbstractItemView would ask the model about every row."""
        self._select_rows(range(self._layout.total))

    def select_ids(self, photo_ids: Iterable[int]) -> None:
        """Select exactly those of the photos that are shown."""
        self._select_rows(self._photos.rows_of(photo_ids))

    def select_none(self) -> None:
        """Clear the selection and the current photo's claim on it."""
        self.clearSelection()
        self.setCurrentIndex(QModelIndex())

    def _selected_rows(self) -> list[tuple[int, int]]:
        selection = self.selectionModel().selection()
        return sorted(
            (selection.at(at).top(), selection.at(at).bottom()) for at in range(selection.count())
        )

    def _select_rows(self, rows: Sequence[int]) -> None:
        selection = QItemSelection()
        start = 0
        if isinstance(rows, range) and len(rows):
            selection.select(self._photos.index(rows[0]), self._photos.index(rows[-1]))
            rows = ()
        for place in range(1, len(rows) + 1):
            if place == len(rows) or rows[place] != rows[place - 1] + 1:
                selection.select(
                    self._photos.index(rows[start]), self._photos.index(rows[place - 1])
                )
                start = place
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    # -- other rows: keep selection and place ------------------------------------------------------

    def _remember(self) -> None:
        ids = self._photos.ids()
        chosen: list[int] = []
        if len(ids):
            self._kept_all = 1 < len(ids) == self.selected_count()
            chosen = list(self.selected_ids()) if self.selected_count() <= _KEPT_SELECTION else []
        row, offset = self._anchor()
        current = self.currentIndex().row()
        self._kept = chosen, current, self._photos.id_at(current), self._photos.id_at(row), offset

    def start_over(self) -> None:
        """Before the rows of another query are shown: start at their top, with nothing selected."""
        self.select_none()
        self.verticalScrollBar().setValue(0)

    def _regroup(self) -> None:
        result = self._photos.result
        self._groups = groups_of(
            len(result.ids), result.days, result.matched, ranked=len(result.scores) > 0
        )
        self._relayout()
        if self._kept is None:
            return
        chosen, current_row, current, anchor, offset = self._kept
        self._kept = None
        if self._kept_all:
            self.selectAll()
        elif chosen:
            self.select_ids(chosen)
        row = self._photos.row_of(current) if current else -1
        if row >= 0:
            self.selectionModel().setCurrentIndex(
                self._photos.index(row), QItemSelectionModel.SelectionFlag.NoUpdate
            )
        elif current and len(self._photos.ids()):
            # The photo left this view (it was rejected, or trashed): the one that took its place
            # comes next.
            self.set_current_row(min(current_row, len(self._photos.ids()) - 1), select=bool(chosen))
        place = self._photos.row_of(anchor) if anchor else -1
        if place >= 0 and self.verticalScrollBar().value() > 0:
            self._hold(place, offset)

    # -- layout ------------------------------------------------------------------------------------

    def _relayout(self) -> None:
        width, height, header = self._cell.measure(self._size)
        self._layout = GridLayout(self._groups, self.viewport().width(), width, height, header)
        self.updateGeometries()
        self.viewport().update()
        self._look.start()

    def doItemsLayout(self) -> None:
        """QListView would walk over every row here."""
        self._relayout()

    def updateGeometries(self) -> None:
        bar = self.verticalScrollBar()
        bar.setPageStep(max(self.viewport().height() - self._layout.cell_height // 2, 1))
        bar.setSingleStep(max(self._layout.cell_height // 3, 1))
        bar.setRange(0, max(self._layout.height - self.viewport().height(), 0))
        # Always there, but seen only when there is something to scroll.
        bar.setEnabled(bar.maximum() > 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            row, offset = self._anchor()
            self._relayout()
            self._hold(row, offset)
        else:
            self.updateGeometries()
            self._look.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (
            QEvent.Type.FontChange,
            QEvent.Type.StyleChange,
            QEvent.Type.PaletteChange,
        ):
            self._cell.forget()
            self._relayout()

    def _anchor(self) -> tuple[int, int]:
        """A row that should stay where it is, and where its middle is in the viewport.

        The current row if it is in sight, else the one in the middle of the window (the first one
        at the very top). The middle is measured from the top of the viewport.
        """
        top, height = self.verticalOffset(), self.viewport().height()
        row = self.currentIndex().row()
        if not (0 <= row < self._layout.total):
            row = -1
        if row >= 0:
            middle = self._middle(row) - top
            if 0 <= middle < height:
                return row, middle
        rows = self._layout.rows_between(top, top + height)
        if not len(rows):
            return -1, 0
        row = rows[0] if top == 0 else rows[len(rows) // 2]
        return row, self._middle(row) - top

    def _middle(self, row: int) -> int:
        _x, y, _width, height = self._layout.cell(row)
        return y + height // 2

    def _hold(self, row: int, offset: int) -> None:
        if 0 <= row < self._layout.total:
            self.verticalScrollBar().setValue(self._middle(row) - offset)

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def visualRect(self, index: _Index) -> QRect:
        row = index.row()
        if not index.isValid() or row >= self._layout.total:
            return QRect()
        x, y, width, height = self._layout.cell(row)
        return QRect(x, y - self.verticalOffset(), width, height)

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self._layout.row_at(point.x(), point.y() + self.verticalOffset())
        return self._photos.index(row) if row >= 0 else QModelIndex()

    def scrollTo(
        self, index: _Index, hint: QAbstractItemView.ScrollHint = QListView.ScrollHint.EnsureVisible
    ) -> None:
        if not index.isValid() or index.row() >= self._layout.total:
            return
        _x, y, _width, height = self._layout.cell(index.row())
        bar = self.verticalScrollBar()
        room = self.viewport().height()
        first = index.row() == 0 or y < self._layout.MARGIN + self._layout.header_height + 1
        if hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(y + height // 2 - room // 2)
        elif hint == QAbstractItemView.ScrollHint.PositionAtTop or y < bar.value():
            bar.setValue(0 if first else y - self._layout.MARGIN)
        elif (
            hint == QAbstractItemView.ScrollHint.PositionAtBottom or y + height > bar.value() + room
        ):
            bar.setValue(y + height + self._layout.MARGIN - room)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        if self._rubber is not None:
            self.viewport().update()
        else:
            self.viewport().scroll(dx, dy)
        self._look.start()

    def moveCursor(self, action: _Move, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        total = self._layout.total
        row = self.currentIndex().row()
        if not total:
            return QModelIndex()
        if not self.currentIndex().isValid():
            rows = self._layout.rows_between(
                self.verticalOffset(), self.verticalOffset() + self.viewport().height()
            )
            return self._photos.index(rows[0] if len(rows) else 0)
        page = max(self.viewport().height() // self._layout.cell_height, 1)
        if action in (_Move.MoveRight, _Move.MoveNext):
            row += 1
        elif action in (_Move.MoveLeft, _Move.MovePrevious):
            row -= 1
        elif action == _Move.MoveHome:
            row = 0
        elif action == _Move.MoveEnd:
            row = total - 1
        else:
            lines = {
                _Move.MoveUp: -1,
                _Move.MoveDown: 1,
                _Move.MovePageUp: -page,
                _Move.MovePageDown: page,
            }[action]
            row = self._layout.step_lines(row, lines)
        return self._photos.index(min(max(row, 0), total - 1))

    # -- selection ---------------------------------------------------------------------------------

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """The rubber band takes the cells it touches.

        Everything else takes all photos from the first to the last.
        """
        selection = QItemSelection()
        if self.state() == QAbstractItemView.State.DragSelectingState:
            top = self.verticalOffset()
            band = rect.normalized()
            self._rubber = QRect(band)
            runs = self._layout.rows_in(
                band.left(), band.top() + top, band.right(), band.bottom() + top
            )
            for first, last in runs:
                selection.select(self._photos.index(first), self._photos.index(last))
            self.viewport().update()
        else:
            start, end = self.indexAt(rect.topLeft()), self.indexAt(rect.bottomRight())
            if start.isValid() and end.isValid():
                low, high = sorted((start.row(), end.row()))
                selection.select(self._photos.index(low), self._photos.index(high))
        self.selectionModel().select(selection, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Only what is in sight: a region of 100,000 cells would take seconds."""
        top, height = self.verticalOffset(), self.viewport().height()
        rows = self._layout.rows_between(top, top + height)
        region = QRegion()
        for at in range(selection.count()):
            first = max(selection.at(at).top(), rows.start)
            last = min(selection.at(at).bottom(), rows.stop - 1)
            for row in range(first, last + 1):
                x, y, width, cell_height = self._layout.cell(row)
                region += QRect(x, y - top, width, cell_height)
        return region

    def isIndexHidden(self, index: _Index) -> bool:
        return False

    def keyboardSearch(self, search: str) -> None:
        """Letters are shortcuts here, and a search would walk over every row."""

    def _selection_rests(self) -> None:
        if 0 < self.selected_count() <= _DRAGGED_WITH_FILES:
            self._photos.want_ids(self.selected_ids())
        self.selection_settled.emit()

    # -- mouse, keys, drag -------------------------------------------------------------------------

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self._rubber is not None:
            self._rubber = None
            self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            steps = event.angleDelta().y() / 120
            self.set_thumbnail_size(self._size + round(steps * STEP))
            event.accept()
            return
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter and letters belong to the window's shortcuts; QAbstractItemView would swallow them.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            event.ignore()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the mouse: of the photo under it. By the menu key: of the current photo."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.currentIndex().isValid():
            self.context_requested.emit(
                self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())
            )
        elif self.indexAt(event.pos()).isValid():
            self.context_requested.emit(event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the selection out of the grid.

        Its ids for this window, its files for other programs (never moved: copies only).
        """
        ids = self.selected_ids()
        if not ids:
            return
        drag = QDrag(self)
        drag.setMimeData(self._photos.mime_of(ids))
        picture = self._cell.drag_picture(
            self._photos.entry(self.currentIndex().row()), self._thumbnails, len(ids)
        )
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(24, 24))
        drag.exec(Qt.DropAction.CopyAction)

    # -- what is in sight --------------------------------------------------------------------------

    def rows_in_sight(self) -> range:
        top = self.verticalOffset()
        return self._layout.rows_between(top, top + self.viewport().height())

    def _look_around(self) -> None:
        self._sight.look(self.rows_in_sight(), self._layout.total, self._cell.box())

    def dataChanged(self, first: _Index, last: _Index, roles: Iterable[int] = ()) -> None:
        """Repaint the changed cells and see whether thumbnails came with the records."""
        self._thumbnails.forgive()
        top, bottom = self.visualRect(first), self.visualRect(last)
        self.viewport().update(
            QRect(0, top.top(), self.viewport().width(), bottom.bottom() - top.top() + 1)
        )
        self._look.start()

    def _picture_arrived(self, row: int) -> None:
        self.viewport().update(self.visualRect(self._photos.index(row)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        area = event.rect()
        top = self.verticalOffset()
        painter.fillRect(area, self.palette().color(QPalette.ColorRole.Base))
        for y, group in self._layout.headers_between(area.top() + top, area.bottom() + top):
            line = QRect(0, y - top, self.viewport().width(), self._layout.header_height)
            self._cell.paint_header(painter, line, group)
        selection = self.selectionModel()
        current = self.currentIndex().row()
        focused = self.hasFocus()
        for row in self._layout.rows_between(area.top() + top, area.bottom() + top):
            x, y, width, height = self._layout.cell(row)
            rect = QRect(x, y - top, width, height)
            if not rect.intersects(area):
                continue
            self._cell.paint(
                painter,
                rect,
                self._photos.entry(row),
                self._thumbnails,
                selected=selection.isSelected(self._photos.index(row)),
                current=focused and row == current,
            )
        if self._rubber is not None:
            option = QStyleOptionRubberBand()
            option.initFrom(self)
            option.rect = self._rubber
            self.style().drawControl(QStyle.ControlElement.CE_RubberBand, option, painter, self)
        painter.end()
