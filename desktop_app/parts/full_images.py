"""Whole photos for the lightbox: decoded in the engine's sandboxed processes, prefetched, bounded.

Knows: which pictures are at hand at which size, and which are wanted next.
Does not know: zoom, keys, painting.

Why not QImageReader in a thread: a decoder that crashes on a broken file would take the window
along, and Qt lacks HEIC, AVIF, JPEG 2000 and RAW files. The engine's decoding processes read every
format that the library reads, may not write or reach the network, and can be killed; what arrives
here is plain RGB.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QThread, Signal, Slot
from PySide6.QtGui import QImage

from desktop_app.link.wording import in_words
from engine.messages import Message
from engine.records import Failure

#: Longest side that is ever decoded. A larger photo is shown at this size, which no screen can tell
#: at 100 %.
LONGEST = 12_000

_SECONDS = 30.0  # for one file: somebody waits, and very large photos take their time
_MEMORY = 4 * 2**30


@dataclass(frozen=True, slots=True)
class Shown:
    """A decoded photo: `image` (longer side as asked), the size of the whole, EXIF for people."""

    image: QImage
    width: int
    height: int
    facts: dict[str, str]


class Pictures(QObject):
    """Whole pictures, decoded in another thread.

    `want(who, [(path, longest), ...])`: decode these in this order, forgetting what `who` wished
    before. `arrived(path)` when one is there, `failed(path, reason)` when it cannot be.
    `picture(path)` is the largest version at hand.
    """

    arrived = Signal(str)
    failed = Signal(str, str)
    _decoded = Signal(str, int, object)
    _refused = Signal(str, object)

    def __init__(self, parent: QObject | None = None, budget: int = 384 * 2**20) -> None:
        super().__init__(parent)
        self._budget = budget
        self._kept: OrderedDict[str, tuple[int, Shown]] = OrderedDict()
        self._trouble: dict[str, str] = {}
        # By who wishes, the one who asked last at the end.
        self._wishes: dict[object, list[tuple[str, int]]] = {}
        self._decoded.connect(self._keep)
        self._refused.connect(self._refuse)
        self._thread = _Reader(self)

    def picture(self, path: str) -> Shown | None:
        found = self._kept.get(path)
        return found[1] if found else None

    def trouble(self, path: str) -> str:
        """Why this photo cannot be shown; empty if it can or was not tried."""
        return self._trouble.get(path, "")

    def want(self, who: object, wishes: Sequence[tuple[str, int]]) -> None:
        """`wishes`: (path, longer side in device pixels), most urgent first.

        Whoever asks last is served first.
        """
        for path, _longest in wishes:
            if path in self._kept:
                self._kept.move_to_end(path)
        self._wishes.pop(who, None)
        self._wishes[who] = list(wishes)
        asked: dict[str, int] = {}  # what an earlier wish brings, a later one need not read again
        urgent = []
        for path, longest in (wish for own in reversed(self._wishes.values()) for wish in own):
            if self._missing(path, longest) and asked.get(path, 0) < longest:
                asked[path] = longest
                urgent.append((path, longest))
        self._thread.wish(urgent)

    def _missing(self, path: str, longest: int) -> bool:
        found = self._kept.get(path)
        return (found is None or found[0] < longest) and path not in self._trouble

    def forget(self) -> None:
        """Let go of every picture (the lightbox was closed)."""
        self._wishes.clear()
        self._thread.wish([])
        self._kept.clear()
        self._trouble.clear()

    def close(self) -> None:
        """End the thread and its decoding processes; returns when both are gone."""
        self._thread.finish()

    @Slot(str, int, object)
    def _keep(self, path: str, longest: int, shown: Shown) -> None:
        # A smaller one may have been on its way.
        if path not in self._kept or self._kept[path][0] < longest:
            self._kept[path] = (longest, shown)
        self._kept.move_to_end(path)
        while (
            len(self._kept) > 1
            and sum(one.image.sizeInBytes() for _l, one in self._kept.values()) > self._budget
        ):
            self._kept.popitem(last=False)
        self.arrived.emit(path)

    @Slot(str, object)
    def _refuse(self, path: str, reason: Message) -> None:
        self._trouble[path] = in_words(reason)
        self.failed.emit(path, self._trouble[path])


class _Reader(QThread):
    """One thread that owns the decoding process; it starts with the first wish."""

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self.setObjectName("pictures")
        self._pictures = pictures
        self._changed = threading.Condition()  # guards the two below
        self._wishes: list[tuple[str, int]] = []
        self._over = False

    def wish(self, wishes: list[tuple[str, int]]) -> None:
        with self._changed:
            if self._over:  # the window closes: a thread that began now could outlive it
                return
            self._wishes = wishes
            self._changed.notify()
        if wishes and not self.isRunning():
            self.start()

    def finish(self) -> None:
        with self._changed:
            self._over = True
            self._wishes = []
            self._changed.notify()
        self.wait()

    def run(self) -> None:
        from engine.images.decode_pool import DecodePool

        with DecodePool(resolution=1, workers=1, memory_limit=_MEMORY, seconds=_SECONDS) as pool:
            while True:
                with self._changed:
                    while not self._wishes and not self._over:
                        self._changed.wait()
                    if self._over:
                        return
                    path, longest = self._wishes.pop(0)
                answer = pool.view(os.fsencode(path), min(longest, LONGEST))
                if isinstance(answer, Failure):
                    self._pictures._refused.emit(path, answer.reason)
                    continue
                width, height = answer.width, answer.height
                decoded = QImage(
                    answer.pixels, width, height, 3 * width, QImage.Format.Format_RGB888
                )
                # A copy, in the format that is painted fastest.
                image = decoded.convertToFormat(QImage.Format.Format_RGB32)
                shown = Shown(image, answer.full_width, answer.full_height, dict(answer.facts))
                self._pictures._decoded.emit(path, longest, shown)
