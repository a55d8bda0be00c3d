"""Image features computed in a thread of its own.

Searches are answered while a batch is in hand.

Knows: how large a part of a batch is, how many threads compute it, how to step back behind what a
person waits for. Does not know: the store, where pixels come from, what becomes of the features.
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
# Images per call, where one takes no longer than a part: one by one they cost twice the processor
# time.
_LEAST = 4
_NICE = 10
# A thread that computes less of the time than this waits for one whose core others have taken.
_HELD_UP = 0.5
# Parts until all threads are tried again; twice as many after each time that it was in vain.
_PATIENCE = 8
_MOST_PATIENCE = 128


class Encoder:
    """Encodes in its thread: `encode`, pixels (B, S, S, 3) -> image features (B, D).

    One batch at a time; use it from one thread.
    """

    def __init__(self, encode: Callable[[Pixels], Tensor]) -> None:
        self._encode = encode
        self._thread = ThreadPoolExecutor(1, "encode", initializer=_step_back)
        self._closed = threading.Event()
        self._seconds_per_image = 0.02
        self._crew: Crew | None = None
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
        """Image features (D,) of each image of the batch, waiting for them.

        Raises what `encode` raised.
        """
        assert self._batch is not None
        batch = self._batch
        self._batch = None
        return batch.result()

    def close(self) -> None:
        """Leave the rest of a batch that is in hand and wait for the part that has begun."""
        self._closed.set()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _run(self, images: Sequence[Pixels]) -> list[Tensor]:
        import torch  # the thread starts before it

        self._crew = crew = self._crew or Crew(torch.get_num_threads())
        features: list[Tensor] = []
        try:
            while len(features) < len(images):
                if self._closed.is_set():
                    raise CancelledError
                some = images[len(features) : len(features) + self._part()]
                if torch.get_num_threads() != crew.threads:
                    torch.set_num_threads(crew.threads)
                # By the thread's own clock: on a busy machine a part is no smaller, it would only
                # be busier.
                computed = time.thread_time()
                started = time.perf_counter()
                features += self._encode(np.stack(some))  # (B, D)
                computed = time.thread_time() - computed
                lasted = time.perf_counter() - started
                crew.worked(computed / max(lasted, 1e-9))
                self._seconds_per_image += 0.5 * (computed / len(some) - self._seconds_per_image)
        finally:
            torch.set_num_threads(crew.all)  # searches and learning count on all of them
        return features

    def _part(self) -> int:
        fit = int(_PART_SECONDS / max(self._seconds_per_image, 1e-6))
        return max(_LEAST, fit) if self._seconds_per_image < _PART_SECONDS else 1


class Crew:
    """How many threads compute a part: all of them, unless another program keeps a core.

    The threads of a part wait for the slowest. They have stepped back, so on a core that another
    program keeps one of them gets a tenth of the time, and all of them with it: with two cores,
    half of the threads are twice as fast then.
    """

    def __init__(self, threads: int) -> None:
        self.all = self.threads = threads
        self._calm = 0
        self._patience = _PATIENCE

    def worked(self, share: float) -> None:
        """Learn that the first thread computed for this share of the time that the part took."""
        if share < _HELD_UP and self.threads > 1:
            if self.threads == self.all and self._calm:  # tried again, in vain
                self._patience = min(2 * self._patience, _MOST_PATIENCE)
            self.threads = self.threads - 1 if self.threads == self.all else self.threads // 2
            self._calm = 0
        elif self.threads < self.all:
            self._calm += 1
            if self._calm % self._patience == 0:
                self.threads = self.all
        else:
            self._calm = 0
            self._patience = _PATIENCE


def _step_back() -> None:
    """Linux keeps a priority per thread, which the threads that this one starts inherit.

    Whatever else the program or the desktop has to do goes first. Elsewhere nothing happens.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with contextlib.suppress(OSError):
            os.setpriority(
                os.PRIO_PROCESS, thread, max(_NICE, os.getpriority(os.PRIO_PROCESS, thread))
            )
