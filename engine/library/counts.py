"""The numbers beside labels and folders: counted once, kept until something changes.

While a job runs they may lag behind a little, so that counting takes at most a tenth of the time,
whatever the size of the library. Knows: when to count again. Does not know: how (`engine.store`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from engine.records import Counts, Label
from engine.search.search import Search
from engine.store.store import Store

T = TypeVar("T")
_LAG = 10  # times as long as counting takes


@dataclass(slots=True)
class _Kept(Generic[T]):
    count: Callable[[], T]
    value: T | None = None
    seconds: float = 0.0
    made_at: float = 0.0
    stale: bool = True

    def now(self) -> T:
        started = time.monotonic()
        if self.value is None or (self.stale and started - self.made_at > _LAG * self.seconds):
            self.value = self.count()
            self.made_at = time.monotonic()
            self.seconds = self.made_at - started
            self.stale = False
        return self.value


class CachedCounts:
    """Counts of one library. `model` gives the number of the model used last."""

    def __init__(self, store: Store, search: Search, model: Callable[[], int]) -> None:
        self._store = store
        self._search = search
        self._model = model
        self._counts = _Kept(self._count)
        self._labels = _Kept(store.labels.counted)

    def counts(self) -> Counts:
        """The numbers of the left panel."""
        return self._counts.now()

    def labels(self) -> list[Label]:
        """All labels with their counts."""
        return list(self._labels.now())

    def lag(self) -> None:
        """Something changed, and more will: the numbers may wait."""
        self._counts.stale = self._labels.stale = True

    def clear(self) -> None:
        """Something changed: the next answer counts again."""
        self._counts.value = self._labels.value = None

    def _count(self) -> Counts:
        photos, pending, review, untagged, problems = (
            self._search.number(query)
            for query in ("", "is:pending", "is:review", "is:untagged", "is:problem")
        )
        return Counts(
            photos,
            pending,
            review,
            untagged,
            problems,
            sum(self._store.corrections.untrained(self._model()).values()),
        )
