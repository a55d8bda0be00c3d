"""What the rows in sight need, and who still waits.

Their records, their thumbnails, sharper pictures where cells are large.

Knows: which rows somebody looks at, and what is asked for first. Does not know: where cells are,
painting.

Thumbnail files are small. Where a cell is larger, the photos in sight are read again by
`full_images` once the view rests, and take the place of their enlarged thumbnails.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.parts.full_images import Pictures
from desktop_app.parts.thumbnails import Box, Thumbnails, fitted
from desktop_app.photos.photo_model import PhotoModel
from engine.records import Photo, PhotoState

#: How long the view rests before photos in sight are read at their size (milliseconds).
_REST = 200


class Sight(QObject):
    """`look(...)` whenever other rows are in sight. `view` is the widget they are seen in."""

    arrived = Signal(int)  #: row in sight whose picture is there now, or sharper
    waiting = Signal(list)  #: ids of photos in sight that were not read yet

    def __init__(
        self, view: QWidget, model: PhotoModel, thumbnails: Thumbnails, pictures: Pictures | None
    ) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._thumbnails = thumbnails
        self._pictures = pictures
        self._rows = range(0)
        self._box: Box = (0, 0)
        self._waits = QTimer(self, singleShot=True, interval=_REST)
        self._waits.timeout.connect(self._tell_who_waits)
        self._rest = QTimer(self, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self._want_sharper)
        thumbnails.arrived.connect(self._thumbnail_arrived)
        if pictures is not None:
            pictures.arrived.connect(self._picture_arrived)

    def look(self, rows: range, total: int, box: Box) -> None:
        """Ask for what `rows` (of `total`) need first, then for a screenful around them.

        `box`: the room for a photo.
        """
        self._rows = rows
        self._box = box
        around = range(max(rows.start - len(rows), 0), min(rows.stop + len(rows), total))
        self._model.want(around)
        order = [
            *rows,
            *range(rows.stop, around.stop),
            *range(rows.start - 1, around.start - 1, -1),
        ]
        photos = [photo for row in order if (photo := self._model.photo(row)) is not None]
        self._thumbnails.want(self, [photo.thumbnail for photo in photos if photo.thumbnail], box)
        self._rest.start()
        if not self._waits.isActive():
            self._waits.start()

    def _photos(self) -> list[tuple[int, Photo]]:
        """Rows in sight whose records are at hand."""
        return [(row, photo) for row in self._rows if (photo := self._model.photo(row)) is not None]

    def _tell_who_waits(self) -> None:
        """Whoever reads photos should begin with those that somebody looks at."""
        ids = [photo.id for _row, photo in self._photos() if photo.state is PhotoState.PENDING]
        if ids:
            self.waiting.emit(ids)

    def _want_sharper(self) -> None:
        """Read the photos in sight that are shown larger than their thumbnail file is."""
        if self._pictures is not None and self._view.isVisible():
            wishes = [
                (photo.path, side)
                for _row, photo in self._photos()
                if (side := self._missing_side(photo))
            ]
            self._pictures.want(self, wishes)

    def _missing_side(self, photo: Photo) -> int:
        """Longer side that `photo` has on the screen, in device pixels.

        0 where its thumbnail has as many.
        """
        pixmap = self._thumbnails.pixmap(photo.thumbnail, self._box) if photo.thumbnail else None
        if pixmap is None or photo.state is not PhotoState.OK:
            return 0
        whole = QSize(photo.width, photo.height)
        shown = whole.scaled(QSize(*self._box), Qt.AspectRatioMode.KeepAspectRatio).boundedTo(whole)
        return max(shown.width(), shown.height()) if pixmap.width() + 1 < shown.width() else 0

    def _picture_arrived(self, path: str) -> None:
        shown = self._pictures.picture(path) if self._pictures and self._view.isVisible() else None
        if shown is None:
            return
        for _row, photo in self._photos():
            if photo.path == path and photo.thumbnail and self._missing_side(photo):
                self._thumbnails.put(photo.thumbnail, self._box, fitted(shown.image, self._box))

    def _thumbnail_arrived(self, path: str) -> None:
        for row, photo in self._photos():
            if photo.thumbnail == path:
                self.arrived.emit(row)
                self._rest.start()
