"""A line of small photos that shows what a sentence is about.

Knows: ids and a place for each. Does not know: why these photos.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop_app.link.engine_link import EngineLink
from desktop_app.parts import theme
from desktop_app.parts.plain_text import one_line, tip
from desktop_app.parts.thumbnails import LARGE, Thumbnails
from engine.records import Photo
from engine.verbs import Verbs

SIDE = 72
_GAP = 6


class ThumbnailRow(QWidget):
    """As many of `photo_ids` as fit on one line, then '+ n'. `opened(photo id)` on a click.

    `marked` strikes the photos through in the colour of a removal (they would lose a label).
    """

    opened = Signal(int)

    def __init__(
        self,
        link: EngineLink,
        thumbnails: Thumbnails,
        photo_ids: Sequence[int],
        *,
        marked: bool = False,
    ) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self._ids = list(photo_ids)
        self._marked = marked
        self._photos: list[Photo] = []
        self.setFixedHeight(SIDE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("%Ln photo(s)", "", len(self._ids)))
        thumbnails.arrived.connect(self._arrived)
        link.ask(Verbs.photos, self._ids[:40]).then(self._photos_known)

    def sizeHint(self) -> QSize:
        return QSize(6 * (SIDE + _GAP), SIDE)

    def _photos_known(self, photos: list[Photo]) -> None:
        self._photos = photos
        paths = [photo.thumbnail for photo in photos if photo.thumbnail]
        self._thumbnails.want(self, paths, LARGE)
        self.update()

    def _arrived(self, path: str) -> None:
        if any(photo.thumbnail == path for photo in self._photos):
            self.update()

    def _shown(self) -> int:
        fits = max((self.width() + _GAP) // (SIDE + _GAP), 1)
        return len(self._photos) if len(self._ids) <= fits else min(fits - 1, len(self._photos))

    def _photo_at(self, x: float) -> Photo | None:
        place = int(x // (SIDE + _GAP))
        return self._photos[place] if 0 <= place < self._shown() else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        photo = self._photo_at(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and photo is not None:
            self.opened.emit(photo.id)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            photo = self._photo_at(event.pos().x())
            QToolTip.showText(event.globalPos(), tip(one_line(photo.name)) if photo else "", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        shown = self._shown()
        for place, photo in enumerate(self._photos[:shown]):
            box = QRectF(place * (SIDE + _GAP), 0, SIDE, SIDE)
            outline = QPainterPath()
            outline.addRoundedRect(box, 6, 6)
            painter.save()
            painter.setClipPath(outline)
            painter.fillRect(box, QColor(colors.hover))
            pixmap = self._thumbnails.pixmap(photo.thumbnail, LARGE) if photo.thumbnail else None
            if pixmap is not None:
                side = min(pixmap.width(), pixmap.height())
                source = QRectF(
                    (pixmap.width() - side) / 2, (pixmap.height() - side) / 2, side, side
                )
                painter.setOpacity(0.55 if self._marked else 1.0)
                painter.drawPixmap(box, pixmap, source)
            painter.restore()
        rest = len(self._ids) - shown
        if rest > 0 and self._photos:
            painter.setPen(QColor(colors.muted))
            box = QRectF(shown * (SIDE + _GAP), 0, SIDE, SIDE)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "+" + self.locale().toString(rest))
