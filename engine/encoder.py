"""Image features computed in a thread of its own, so that searches are answered while a batch is in hand.

Knows: how large a part of a batch is, how to step back behind what a person waits for, how fast it goes. Does not know:
the store, where pixels come from, what becomes of the features.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from torch import Tensor

Pixels = npt.NDArray[np.uint8]

_PART_SECONDS = 0.5  # aim of one call of the network: so long closing may take
_LEAST = 4  # images per call, where one takes no longer than a part: one by one they cost twice the processor time
_NICE = 10


class Encoder:
    """`encode`: pixels (B, S, S, 3) -> image features (B, D). One batch at a time; use it from one thread."""

    def __init__(self, encode: Callable[[Pixels], Tensor]) -> None:
        self._encode = encode
        self._thread = ThreadPoolExecutor(1, "encode", initializer=_step_back)
        self._closed = threading.Event()
        self._seconds_per_image = 0.02
        self._batch: Future[list[Tensor]] | None = None

    def start(self, images: Sequence[Pixels]) -> None:
        """Begin a batch of pixels, (S, S, 3) each."""
        assert self._batch is None
        self._batch = self._thread.submit(self._run, images)

    def done(self, seconds: float) -> bool:
        """Whether the batch is through, waiting for it at most so long."""
        assert self._batch is not None
        return bool(wait([self._batch], seconds).done)

    def features(self) -> list[Tensor]:
        """Image features (D,) of each image of the batch, waiting for them; raises what `encode` raised."""
        assert self._batch is not None
        batch, self._batch = self._batch, None
        return batch.result()

    def close(self) -> None:
        """Leave the rest of a batch that is in hand and wait for the part that has begun."""
        self._closed.set()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _run(self, images: Sequence[Pixels]) -> list[Tensor]:
        features: list[Tensor] = []
        while len(features) < len(images):
            if self._closed.is_set():
                raise CancelledError
            some = images[len(features) : len(features) + self._part()]
            started = time.thread_time()  # on a busy machine a part is no smaller: it would only be busier
            features += self._encode(np.stack(some))  # (B, D)
            seconds = (time.thread_time() - started) / len(some)
            self._seconds_per_image += 0.5 * (seconds - self._seconds_per_image)
        return features

    def _part(self) -> int:
        fit = int(_PART_SECONDS / max(self._seconds_per_image, 1e-6))
        return max(_LEAST, fit) if self._seconds_per_image < _PART_SECONDS else 1


def _step_back() -> None:
    """Linux keeps a priority per thread, which the threads that this one starts inherit: whatever else the program or
    the desktop has to do goes first. Elsewhere nothing happens."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, max(_NICE, os.getpriority(os.PRIO_PROCESS, thread)))
