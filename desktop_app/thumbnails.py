"""Thumbnails in memory: read and scaled in other threads, bounded, forgotten when nobody looks at them any more.

Knows: which thumbnail files were read at which size, and which are still wanted.
Does not know: photos, how a thumbnail file is made (the engine does that), or where it is painted.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QObject, QRunnable, QSize, Qt, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage, QImageReader, QPixmap

_READERS = 2


class Thumbnails(QObject):
    """`pixmap(path)` is what is at hand, at whatever size; `want(paths, side)` reads what is missing, last wish first.

    `side` is the longer side in device pixels. `budget` bounds the pixels kept, in bytes.
    """

    arrived = Signal(str)  #: the path of a thumbnail that was read
    _read = Signal(str, int, QImage)
    _idle = Signal()

    def __init__(self, parent: QObject | None = None, budget: int = 128 * 2**20) -> None:
        super().__init__(parent)
        self._budget, self._used = budget, 0
        self._pixmaps: OrderedDict[str, tuple[int, QPixmap]] = OrderedDict()
        self._broken: set[str] = set()
        # Shared with the readers without a lock, because a reader that loses the interpreter while it holds one would
        # stop the GUI thread: list.pop and set.add are atomic, and a photo read twice does no harm.
        self._wishes: list[tuple[str, int]] = []  # the next one to read is the last
        self._under_way: set[str] = set()
        self._readers = 0  # of the GUI thread only
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(_READERS)
        self._read.connect(self._keep)
        self._idle.connect(self._reader_left)

    def pixmap(self, path: str) -> QPixmap | None:
        """The thumbnail if it was read, perhaps at another size than wanted now."""
        found = self._pixmaps.get(path)
        return found[1] if found else None

    def want(self, paths: Sequence[str], side: int) -> None:
        """Read these, the first one first. What was wished before and not begun is dropped: it was scrolled away."""
        missing = []
        for path in paths:
            found = self._pixmaps.get(path)
            if found is not None:
                self._pixmaps.move_to_end(path)
            if (found is None or found[0] != side) and path not in self._broken:
                missing.append((path, side))
        self._wishes = [wish for wish in reversed(missing) if wish[0] not in self._under_way]
        self._start_readers()

    def _start_readers(self) -> None:
        for _ in range(min(_READERS - self._readers, len(self._wishes))):
            self._readers += 1
            self._pool.start(_Reader(self))

    def forget(self, path: str) -> None:
        """Read this one anew when it is wanted: the file was written again."""
        self._broken.discard(path)
        found = self._pixmaps.pop(path, None)
        if found is not None:
            self._used -= _bytes(found[1])

    def forgive(self) -> None:
        """Try files again that could not be read before."""
        self._broken.clear()

    def set_budget(self, budget: int) -> None:
        """Keep at most `budget` bytes of pixels."""
        self._budget = budget
        self._shrink()

    def used(self) -> int:
        """Bytes of pixels kept."""
        return self._used

    def close(self) -> None:
        """Drop every wish and wait for the readers (each reads one small file)."""
        self._wishes = []
        self._pool.waitForDone()

    def _next(self) -> tuple[str, int] | None:
        """Called by readers, in their threads."""
        try:
            wish = self._wishes.pop()
        except IndexError:
            return None
        self._under_way.add(wish[0])
        return wish

    @Slot()
    def _reader_left(self) -> None:
        self._readers -= 1
        self._start_readers()  # for a wish that came while it was leaving

    @Slot(str, int, QImage)
    def _keep(self, path: str, side: int, image: QImage) -> None:
        self._under_way.discard(path)
        if image.isNull():
            self._broken.add(path)
            return
        self.forget(path)
        pixmap = QPixmap.fromImage(image)
        self._pixmaps[path] = (side, pixmap)
        self._used += _bytes(pixmap)
        self._shrink()
        self.arrived.emit(path)

    def _shrink(self) -> None:
        while self._used > self._budget and len(self._pixmaps) > 1:
            _path, (_side, pixmap) = self._pixmaps.popitem(last=False)
            self._used -= _bytes(pixmap)


class _Reader(QRunnable):
    """Reads wishes until there are none. Thumbnails are the engine's own small JPEGs, so Qt may decode them here."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails

    def run(self) -> None:
        while (wish := self._thumbnails._next()) is not None:
            path, side = wish
            self._thumbnails._read.emit(path, side, read_scaled(path, side))
        self._thumbnails._idle.emit()


def read_scaled(path: str, side: int) -> QImage:
    """A thumbnail file as an image, its longer side at most `side` device pixels; a null image if it is unreadable."""
    image = QImageReader(path).read()
    if image.isNull():
        return image
    if max(image.width(), image.height()) > side:
        image = image.scaled(
            QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
    return image.convertToFormat(QImage.Format.Format_RGB32)


def _bytes(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
