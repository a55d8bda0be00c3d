"""One photo, as large as its place allows, or a few photos as tiles.

The thumbnail is there at once, the whole picture as soon as it is decoded.

Knows: how a photo is fitted and rounded. Does not know: why it is shown; zoom is the lightbox's.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.parts import theme
from desktop_app.parts.full_images import Pictures
from desktop_app.parts.plain_text import one_line
from desktop_app.parts.thumbnails import LARGE, Thumbnails
from engine.records import Photo


class PhotoView(QWidget):
    """Shows what is at hand of a photo.

    Without `pictures` that is the thumbnail. `clicked` with the left button.
    """

    clicked = Signal()

    def __init__(self, thumbnails: Thumbnails, pictures: Pictures | None = None) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self._pictures = pictures
        self._photo: Photo | None = None
        self._tiles: list[Photo] = []
        self.setMinimumSize(QSize(120, 100))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        thumbnails.arrived.connect(self._arrived)
        if pictures is not None:
            pictures.arrived.connect(self._arrived)

    def show_photos(self, photos: Sequence[Photo]) -> None:
        """One photo as by `show_photo`; of several the first four, as square tiles."""
        self.show_photo(photos[0] if photos else None)
        if len(photos) > 1:
            self._tiles = list(photos[:4])
            self._thumbnails.want(
                self, [photo.thumbnail for photo in self._tiles if photo.thumbnail], LARGE
            )

    def show_photo(self, photo: Photo | None) -> None:
        """This photo, or nothing."""
        self._photo = photo
        self._tiles = []
        self.setAccessibleName(one_line(photo.name) if photo else self.tr("No photo"))
        if photo and photo.thumbnail:
            self._thumbnails.want(self, [photo.thumbnail], LARGE)
        self.update()

    def wanted(self) -> int:
        """The longer side worth decoding, in device pixels."""
        return max(round(max(self.width(), self.height()) * self.devicePixelRatioF()), 256)

    def _arrived(self, path: str) -> None:
        shown = self._tiles or ([self._photo] if self._photo else [])
        if any(path in (photo.path, photo.thumbnail) for photo in shown):
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._photo is None:
            return
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        if self._tiles:
            self._paint_tiles(painter)
            return
        shown = self._pictures.picture(self._photo.path) if self._pictures else None
        thumbnail = (
            self._thumbnails.pixmap(self._photo.thumbnail, LARGE) if self._photo.thumbnail else None
        )
        size = shown.image.size() if shown else thumbnail.size() if thumbnail else QSize()
        if size.isEmpty():
            side = min(self.width(), self.height())
            self._paint_sign(
                painter, QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
            )
            return
        whole = QSize(self._photo.width or size.width(), self._photo.height or size.height())
        # Never larger than the photo has pixels, unless it is tiny: then twice, to be seen at all.
        most = QSize(2 * whole.width(), 2 * whole.height()) if whole.width() < 400 else whole
        fitted = whole.scaled(self.size().boundedTo(most), Qt.AspectRatioMode.KeepAspectRatio)
        box = QRectF(
            (self.width() - fitted.width()) / 2,
            (self.height() - fitted.height()) / 2,
            fitted.width(),
            fitted.height(),
        )
        outline = QPainterPath()
        outline.addRoundedRect(box, 8, 8)
        painter.setClipPath(outline)
        painter.fillRect(box, QColor(theme.tokens().hover))
        if shown:
            painter.drawImage(box, shown.image)
        elif thumbnail:
            painter.drawPixmap(box, thumbnail, QRectF(thumbnail.rect()))

    def _paint_tiles(self, painter: QPainter) -> None:
        gap = 4
        columns = 2
        rows = (len(self._tiles) + 1) // 2
        side = min((self.width() - gap) / columns, (self.height() - gap) / 2)
        left = (self.width() - columns * side - gap) / 2
        top = (self.height() - rows * side - (rows - 1) * gap) / 2
        for place, photo in enumerate(self._tiles):
            box = QRectF(
                left + place % 2 * (side + gap), top + place // 2 * (side + gap), side, side
            )
            thumbnail = self._thumbnails.pixmap(photo.thumbnail, LARGE) if photo.thumbnail else None
            if thumbnail is None:
                self._paint_sign(painter, box)
                continue
            outline = QPainterPath()
            outline.addRoundedRect(box, 6, 6)
            painter.setClipPath(outline)
            whole = QRectF(thumbnail.rect())
            cut = min(whole.width(), whole.height())
            painter.drawPixmap(
                box,
                thumbnail,
                QRectF((whole.width() - cut) / 2, (whole.height() - cut) / 2, cut, cut),
            )
            painter.setClipping(False)

    def _paint_sign(self, painter: QPainter, box: QRectF) -> None:
        """In place of a photo that cannot be seen (yet)."""
        colors = theme.tokens()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.hover))
        painter.drawRoundedRect(box, 8, 8)
        sign = theme.pixmap("photos", 28, colors.muted, self.devicePixelRatioF())
        painter.drawPixmap(box.center() - QPointF(14, 14), sign)
