"""One photo, large: step with the arrows, zoom with the wheel, drag to pan, facts at the side.

Knows: zoom, place, and which neighbours to fetch ahead. Does not know: decoding (`full_images`),
tags, the engine.
"""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QLocale,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFormLayout, QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop_app.parts import theme
from desktop_app.parts.full_images import LONGEST, Pictures
from desktop_app.parts.thumbnails import LARGE, Thumbnails
from desktop_app.photos.photo_model import PhotoModel, printable

_LARGEST_ZOOM = 8.0  # screen pixels per photo pixel
_ZOOM_STEP = 1.25
_AHEAD = 2
_PANEL_WIDTH = 280


class Lightbox(QWidget):
    """Shows rows of a `PhotoModel` one at a time.

    `show_row` opens it; `closed` tells the row it was left on.
    """

    closed = Signal(int)
    row_changed = Signal(int)
    looked = Signal()  #: `caption` may have changed
    context_requested = Signal(QPoint)  #: where on the screen

    def __init__(
        self,
        model: PhotoModel,
        thumbnails: Thumbnails,
        pictures: Pictures,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._thumbnails = thumbnails
        self._pictures = pictures
        self._row = -1
        self._id = 0
        self._direction = 1
        self._zoom = 0.0  # device pixels per photo pixel; 0: the whole photo fits
        self._centre = QPointF(0.5, 0.5)  # of the view, in the photo: 0..1
        self._grip: QPoint | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.facts = _Facts(self)
        self.facts.hide()
        self.previous = self._side_button("back", self.tr("Previous photo"))
        self.previous.clicked.connect(self.show_previous)
        self.next = self._side_button("next", self.tr("Next photo"))
        self.next.clicked.connect(self.show_next)
        self.leave = self._side_button("cross", self.tr("Back to the grid"))
        self.leave.clicked.connect(self.close_lightbox)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._fetch)
        pictures.arrived.connect(self._arrived)
        pictures.failed.connect(self._failed)
        thumbnails.arrived.connect(self._thumbnail_arrived)
        model.dataChanged.connect(self._data_changed)
        model.result_changed.connect(self._rows_changed)

    def _side_button(self, icon: str, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("look", "over-photo")
        button.setIconSize(QSize(24, 24))
        button.setFixedSize(40, 40)
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.set_icon(button, icon)
        return button

    # -- which photo -------------------------------------------------------------------------------

    @property
    def row(self) -> int:
        """The row shown, -1 if none."""
        return self._row

    def photo_id(self) -> int:
        return self._id

    def show_row(self, row: int) -> None:
        """Show the photo of a row, whole."""
        if not 0 <= row < self._model.rowCount():
            return
        self._direction = 1 if row >= self._row else -1
        changed = row != self._row or self._model.id_at(row) != self._id
        self._row = row
        self._id = self._model.id_at(row)
        if changed:
            self._zoom, self._centre = 0.0, QPointF(0.5, 0.5)
            self.row_changed.emit(row)
        self._look()

    def show_next(self) -> None:
        self.show_row(min(self._row + 1, self._model.rowCount() - 1))

    def show_previous(self) -> None:
        self.show_row(max(self._row - 1, 0))

    def show_first(self) -> None:
        self.show_row(0)

    def show_last(self) -> None:
        self.show_row(self._model.rowCount() - 1)

    def close_lightbox(self) -> None:
        """Back to the grid; the large pictures are let go."""
        row = self._row
        self._row = -1
        self._id = 0
        self._pictures.forget()
        self.closed.emit(row)

    def toggle_facts(self) -> None:
        """Show or hide what the camera wrote into the file."""
        self.facts.setVisible(not self.facts.isVisible())
        self._place()
        self._look()

    def _look(self) -> None:
        """Paint, and fetch what is missing.

        This photo, then the neighbours in the direction of travel.
        """
        self._model.want(range(max(self._row - 16, 0), min(self._row + 17, self._model.rowCount())))
        photo = self._model.photo(self._row)
        self.setAccessibleName(
            self.tr("Photo {number} of {total}: {name}").format(
                number=self._row + 1,
                total=self._model.rowCount(),
                name=printable(photo.name) if photo else "",
            )
        )
        shown = self._pictures.picture(photo.path) if photo else None
        if photo is not None and self.facts.isVisible():
            self.facts.show_photo(
                self._model.describe_lines(self._row), shown.facts if shown else {}
            )
        self.update()
        self._soon.start()
        self.looked.emit()

    def _fetch(self) -> None:
        if self._row < 0 or not self.isVisible():
            return
        wishes = []
        for step in (
            0,
            self._direction,
            -self._direction,
            *(self._direction * far for far in range(2, _AHEAD + 1)),
        ):
            photo = self._model.photo(self._row + step) if self._row + step >= 0 else None
            if photo is not None:
                wishes.append((photo.path, self._longest() if step == 0 else self._screen_side()))
        self._pictures.want(self, wishes)

    def _screen_side(self) -> int:
        """Longer side that fills this window, rounded up.

        So a small change of size needs no new decoding.
        """
        side = max(self._view().width(), self._view().height()) * self.devicePixelRatioF()
        return int(-(-side // 256) * 256)

    def _longest(self) -> int:
        photo = self._model.photo(self._row)
        if self._zoom and photo is not None:
            needed = self._zoom * max(photo.width, photo.height)
            if needed > self._screen_side():
                return LONGEST  # once closer, everything: further zooming then needs no decoding
        return self._screen_side()

    def _arrived(self, path: str) -> None:
        photo = self._model.photo(self._row)
        if photo is not None and photo.path == path:
            shown = self._pictures.picture(path)
            if shown is not None and self.facts.isVisible():
                self.facts.show_photo(self._model.describe_lines(self._row), shown.facts)
            self.update()

    def _failed(self, path: str, _reason: str) -> None:
        self._arrived(path)

    def _thumbnail_arrived(self, path: str) -> None:
        photo = self._model.photo(self._row)
        if photo is not None and photo.thumbnail == path:
            self.update()

    def _data_changed(self) -> None:
        if self.isVisible() and self._row >= 0:
            self._look()

    def _rows_changed(self) -> None:
        """Other rows: stay on the photo if it is among them."""
        if self._row < 0:
            return
        row = self._model.row_of(self._id)
        if row >= 0:
            self._row = row
            self._look()
        elif self._model.rowCount():
            self.show_row(min(self._row, self._model.rowCount() - 1))
        else:
            self.close_lightbox()

    # -- zoom and pan ------------------------------------------------------------------------------

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Closer or further; the point `at` of the window stays over the same spot of the photo.

        `at` None: the middle of the window.
        """
        size = self._photo_size()
        if size.isEmpty():
            return
        fit = self._fit_zoom()
        old = self._zoom or fit
        new = min(max(old * factor, fit), max(_LARGEST_ZOOM * self.devicePixelRatioF(), fit))
        view = QRectF(self._view())
        point = at or view.center()
        ratio = self.devicePixelRatioF()
        offset = (point - view.center()) * ratio
        spot = QPointF(
            self._centre.x() + offset.x() / old / size.width(),
            self._centre.y() + offset.y() / old / size.height(),
        )
        self._zoom = new if new > fit * 1.001 else 0.0
        self._centre = QPointF(
            spot.x() - offset.x() / new / size.width(), spot.y() - offset.y() / new / size.height()
        )
        self._keep_inside()
        self._soon.start()
        self.update()
        self.looked.emit()

    def zoom_in(self) -> None:
        self.zoom_by(_ZOOM_STEP)

    def zoom_out(self) -> None:
        self.zoom_by(1 / _ZOOM_STEP)

    def zoom_fit(self) -> None:
        """The whole photo."""
        self._zoom, self._centre = 0.0, QPointF(0.5, 0.5)
        self.update()
        self.looked.emit()

    def toggle_actual_size(self, at: QPointF | None = None) -> None:
        """One photo pixel per screen pixel, or the whole photo again."""
        if self._zoom:
            self.zoom_fit()
        else:
            self.zoom_by(1.0 / self._fit_zoom() if self._fit_zoom() else 1.0, at)

    def caption(self) -> str:
        """'4 of 812 · IMG_1.jpg · cat, dog · 200 %'.

        Where, what, its labels, and how close if not whole.
        """
        locale = QLocale()
        entry = self._model.entry(self._row)
        number = self.tr("{number} of {total}").format(
            number=locale.toString(self._row + 1), total=locale.toString(self._model.rowCount())
        )
        name = entry.photo.name if entry else ""
        tags = ", ".join(tag.label for tag in entry.tags) if entry else ""
        percent = f"{round(self.zoom() / self.devicePixelRatioF() * 100)} %" if self._zoom else ""
        return " · ".join(part for part in (number, name, tags, percent) if part)

    def zoom(self) -> float:
        """Device pixels per photo pixel."""
        return self._zoom or self._fit_zoom()

    def _photo_size(self) -> QSize:
        photo = self._model.photo(self._row)
        shown = self._pictures.picture(photo.path) if photo else None
        if shown is not None:
            return QSize(shown.width, shown.height)
        return QSize(photo.width, photo.height) if photo else QSize()

    def _fit_zoom(self) -> float:
        size = self._photo_size()
        view = self._view()
        if size.isEmpty():
            return 0.0
        ratio = self.devicePixelRatioF()
        return min(
            view.width() * ratio / size.width(), view.height() * ratio / size.height(), ratio
        )

    def _keep_inside(self) -> None:
        size = self._photo_size()
        view = self._view()
        ratio = self.devicePixelRatioF()
        half_x = view.width() * ratio / 2 / self.zoom() / size.width()
        half_y = view.height() * ratio / 2 / self.zoom() / size.height()
        self._centre = QPointF(
            0.5 if half_x >= 0.5 else min(max(self._centre.x(), half_x), 1 - half_x),
            0.5 if half_y >= 0.5 else min(max(self._centre.y(), half_y), 1 - half_y),
        )

    def _view(self) -> QRect:
        """The part of the widget that the photo may fill."""
        width = self.width() - (_PANEL_WIDTH if self.facts.isVisible() else 0)
        return QRect(0, 0, max(width, 1), max(self.height(), 1))

    # -- events ------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colors.base))
        photo = self._model.photo(self._row)
        if photo is None:
            painter.end()
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        shown = self._pictures.picture(photo.path)
        size = self._photo_size()
        view = self._view()
        ratio = self.devicePixelRatioF()
        painter.setClipRect(view)
        if not size.isEmpty():
            scale = self.zoom() / ratio
            target = QRectF(0, 0, size.width() * scale, size.height() * scale)
            target.moveTopLeft(
                QRectF(view).center()
                - QPointF(self._centre.x() * target.width(), self._centre.y() * target.height())
            )
            if shown is not None:
                painter.drawImage(target, shown.image)
            elif (
                photo.thumbnail
                and (thumbnail := self._thumbnails.pixmap(photo.thumbnail, LARGE)) is not None
            ):
                painter.drawPixmap(target.toRect(), thumbnail)
        trouble = self._pictures.trouble(photo.path)
        if trouble:
            painter.setPen(QColor(colors.text))
            painter.drawText(view, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, trouble)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()
        if self._zoom and self._row >= 0:
            self._keep_inside()
        self._soon.start()

    def _place(self) -> None:
        view = self._view()
        middle = view.center().y() - 20
        self.previous.move(10, middle)
        self.next.move(view.right() - 50, middle)
        self.leave.move(view.right() - 50, 10)
        self.facts.setGeometry(self.width() - _PANEL_WIDTH, 0, _PANEL_WIDTH, self.height())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._place()
        self._soon.start()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_by(1 + event.value(), event.position())
                return True
            if event.gestureType() == Qt.NativeGestureType.SmartZoomNativeGesture:
                self.toggle_actual_size(event.position())
                return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120
        if steps:
            self.zoom_by(_ZOOM_STEP**steps, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._zoom:
            self._grip = event.position().toPoint()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.BackButton:
            self.show_previous()
        elif event.button() == Qt.MouseButton.ForwardButton:
            self.show_next()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            return
        place = event.position().toPoint()
        moved, self._grip = place - self._grip, place
        size = self._photo_size()
        scale = self.zoom() / self.devicePixelRatioF()
        self._centre -= QPointF(moved.x() / scale / size.width(), moved.y() / scale / size.height())
        self._keep_inside()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.toggle_actual_size(event.position())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.context_requested.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        pan = {
            Qt.Key.Key_Left: QPointF(-1, 0),
            Qt.Key.Key_Right: QPointF(1, 0),
            Qt.Key.Key_Up: QPointF(0, -1),
            Qt.Key.Key_Down: QPointF(0, 1),
        }.get(Qt.Key(key))
        act = {
            Qt.Key.Key_Left: self.show_previous,
            Qt.Key.Key_Up: self.show_previous,
            Qt.Key.Key_PageUp: self.show_previous,
            Qt.Key.Key_Right: self.show_next,
            Qt.Key.Key_Down: self.show_next,
            Qt.Key.Key_PageDown: self.show_next,
            Qt.Key.Key_Home: self.show_first,
            Qt.Key.Key_End: self.show_last,
            Qt.Key.Key_Escape: self.close_lightbox,
            Qt.Key.Key_Plus: self.zoom_in,
            Qt.Key.Key_Equal: self.zoom_in,
            Qt.Key.Key_Minus: self.zoom_out,
            Qt.Key.Key_0: self.zoom_fit,
            Qt.Key.Key_Z: self.toggle_actual_size,
        }.get(Qt.Key(key))
        if pan is not None and shift and self._zoom:
            size = self._photo_size()
            scale = self.zoom()
            self._centre += QPointF(
                pan.x() * 80 / scale / size.width(), pan.y() * 80 / scale / size.height()
            )
            self._keep_inside()
            self.update()
        elif act is not None:
            act()
        else:
            super().keyPressEvent(event)


class _Facts(QFrame):
    """What the file and the camera say, as lines of plain text."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.setAccessibleName(self.tr("About this photo"))
        self._names = {
            "format": self.tr("Format"),
            "camera": self.tr("Camera"),
            "lens": self.tr("Lens"),
            "exposure": self.tr("Exposure"),
            "aperture": self.tr("Aperture"),
            "iso": self.tr("ISO"),
            "focal_length": self.tr("Focal length"),
            "gps": self.tr("Place"),
            "software": self.tr("Software"),
        }
        self._lines: list[tuple[str, str]] = []
        self._form = QFormLayout()
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.addWidget(theme.plain(self.tr("About this photo"), "heading"))
        column.addLayout(self._form)
        column.addStretch(1)

    def show_photo(self, lines: list[tuple[str, str]], facts: dict[str, str]) -> None:
        """`lines`: what the library knows; `facts`: what the camera wrote."""
        lines = lines + [(name, facts[key]) for key, name in self._names.items() if facts.get(key)]
        if lines == self._lines:
            return
        self._lines = lines
        while self._form.rowCount():
            self._form.removeRow(0)
        for name, value in lines:
            text = theme.plain(printable(value), wrap=True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            self._form.addRow(theme.plain(name, "muted"), text)

    def texts(self) -> list[tuple[str, str]]:
        """The lines shown."""
        return list(self._lines)
