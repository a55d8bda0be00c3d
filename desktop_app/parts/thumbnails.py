"""Thumbnails in memory: read and scaled in other threads, bounded.

They are forgotten when nobody looks at them any more.

Knows: which thumbnail files were read for which box, and who still wants which.
Does not know: photos, how a thumbnail file is made (the engine does that), or where it is painted.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QObject, QRunnable, QSize, Qt, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage, QImageReader, QPixmap

_READERS = 2

#: Width and height in device pixels that a thumbnail is fitted into.
Box = tuple[int, int]

#: The box of whoever shows a photo as large as its thumbnail file allows.
LARGE: Box = (512, 512)


class Thumbnails(QObject):
    """`pixmap(path, box)` is what is at hand.

    `want(who, paths, box)` reads what is missing, the last wish first.

    Each size is kept by itself: the panel that shows a photo larger must not blur it in the grid.
    `budget` bounds the pixels kept, in bytes.
    """

    arrived = Signal(str)  #: the path of a thumbnail that was read
    _read = Signal(str, object, QImage)
    _idle = Signal()

    def __init__(self, parent: QObject | None = None, budget: int = 128 * 2**20) -> None:
        super().__init__(parent)
        self._budget = budget
        self._used = 0
        self._pixmaps: OrderedDict[tuple[str, Box], QPixmap] = OrderedDict()
        self._boxes: dict[str, list[Box]] = {}  # of the pixmaps, by path
        self._broken: set[str] = set()
        # Shared with the readers without a lock, because a reader that loses the interpreter while
        # it holds one would stop the GUI thread: list.pop and set.add are atomic, and a photo read
        # twice does no harm.
        self._wishes: list[tuple[object, str, Box]] = []  # the next one to read is the last
        self._under_way: set[tuple[str, Box]] = set()
        self._readers = 0  # of the GUI thread only
        self._closed = False
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(_READERS)
        self._read.connect(self._keep)
        self._idle.connect(self._reader_left)

    def pixmap(self, path: str, box: Box) -> QPixmap | None:
        """The thumbnail for `box`; None if there is none.

        Until it was read: the next larger one, else the largest.
        """
        found = self._pixmaps.get((path, box))
        if found is None and path in self._boxes:
            larger = [one for one in self._boxes[path] if one[0] >= box[0]]
            found = self._pixmaps[path, min(larger) if larger else max(self._boxes[path])]
        return found

    def want(self, who: object, paths: Sequence[str], box: Box) -> None:
        """Read these, the first one first.

        What `who` wished before and is not begun is dropped: it was scrolled away.
        """
        if self._closed:  # a reader that began now would speak to a window that is gone
            return
        missing = []
        for path in paths:
            key = path, box
            if key in self._pixmaps:
                self._pixmaps.move_to_end(key)
            elif path not in self._broken and key not in self._under_way:
                missing.append((who, path, box))
        self._wishes = [wish for wish in self._wishes if wish[0] is not who] + missing[::-1]
        self._start_readers()

    def put(self, path: str, box: Box, image: QImage) -> None:
        """Keep `image` for `box`: it was read elsewhere, sharper than the thumbnail file is."""
        self._forget((path, box))
        pixmap = self._pixmaps[path, box] = QPixmap.fromImage(image)
        self._boxes.setdefault(path, []).append(box)
        self._used += _bytes(pixmap)
        self._shrink()
        self.arrived.emit(path)

    def set_budget(self, budget: int) -> None:
        """Keep at most `budget` bytes of pixels."""
        self._budget = budget
        self._shrink()

    def clear(self) -> None:
        """Forget everything: the files are made anew."""
        for key in list(self._pixmaps):
            self._forget(key)
        self._broken.clear()

    def forgive(self) -> None:
        """Try files again that could not be read before."""
        self._broken.clear()

    def used(self) -> int:
        """Bytes of pixels kept."""
        return self._used

    def close(self) -> None:
        """Drop every wish, also those to come, and wait for the readers.

        Each of them reads one small file.
        """
        self._closed = True
        self._wishes = []
        self._pool.waitForDone()

    def _start_readers(self) -> None:
        for _ in range(min(_READERS - self._readers, len(self._wishes))):
            self._readers += 1
            self._pool.start(_Reader(self))

    def _next(self) -> tuple[str, Box] | None:
        """Called by readers, in their threads."""
        try:
            _who, path, box = self._wishes.pop()
        except IndexError:
            return None
        self._under_way.add((path, box))
        return path, box

    @Slot()
    def _reader_left(self) -> None:
        self._readers -= 1
        self._start_readers()  # for a wish that came while it was leaving

    @Slot(str, object, QImage)
    def _keep(self, path: str, box: Box, image: QImage) -> None:
        self._under_way.discard((path, box))
        if image.isNull():
            self._broken.add(path)
        else:
            self.put(path, box, image)

    def _shrink(self) -> None:
        while self._used > self._budget and len(self._pixmaps) > 1:
            self._forget(next(iter(self._pixmaps)))

    def _forget(self, key: tuple[str, Box]) -> None:
        pixmap = self._pixmaps.pop(key, None)
        if pixmap is None:
            return
        self._used -= _bytes(pixmap)
        path, box = key
        self._boxes[path].remove(box)
        if not self._boxes[path]:
            del self._boxes[path]


class _Reader(QRunnable):
    """Reads wishes until there are none.

    Thumbnails are the engine's own small JPEGs, so Qt may decode them here.
    """

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails

    def run(self) -> None:
        while (wish := self._thumbnails._next()) is not None:
            path, box = wish
            self._thumbnails._read.emit(path, box, read_scaled(path, box))
        self._thumbnails._idle.emit()


def read_scaled(path: str, box: Box) -> QImage:
    """A thumbnail file as an image that fits into `box`, never enlarged.

    A null image if it is unreadable.
    """
    image = QImageReader(path).read()
    if image.isNull():
        return image
    return fitted(image, box).convertToFormat(QImage.Format.Format_RGB32)


def fitted(image: QImage, box: Box) -> QImage:
    """`image` itself where it fits into `box`, else scaled down to it."""
    if image.width() <= box[0] and image.height() <= box[1]:
        return image
    return image.scaled(
        QSize(*box), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


def _bytes(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
