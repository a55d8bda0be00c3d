"""What follows when photos or labels change.

Columns, counts, vectors and tags are kept in step, and the screen is told.

Knows: which parts of a library remember something about photos. Does not know: why anything changed
(`library`).
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TypeVar

from engine.library.active_model import ActiveModel
from engine.library.counts import CachedCounts
from engine.records import Label, PhotosChanged, Progress, Step
from engine.search.search import Search
from engine.store.store import Store

_AT_ONCE = 0.25  # seconds that a verb may take for tagging, about: a search may wait for it

TAGGED_BY = "tagged by"
"""Setting: the number of the model whose tags all photos have, something else while some have
not."""
_OWED = "soon"

T = TypeVar("T")


class Followups:
    """Of one library.

    `leave_work`: somebody takes `take_work`, so what takes long is left to it.
    """

    leave_work = False

    def __init__(
        self,
        store: Store,
        model: ActiveModel,
        search: Search,
        counts: CachedCounts,
    ) -> None:
        self._store = store
        self._model = model
        self._search = search
        self._counts = counts
        self._untold = PhotosChanged()
        self._owed: set[int] = set()  # labels that the library is to be tagged with
        self._working = False

    def take_untold(self) -> PhotosChanged:
        """What `tell` was told since the last call."""
        changes = self._untold
        self._untold = PhotosChanged()
        return changes

    def tell(self, change: PhotosChanged) -> None:
        """Something changed on screen."""
        self._counts.clear()
        self._untold = self._untold.joined(change)

    def follow(self, ids: Sequence[int]) -> None:
        """Photos went out of sight, came back, or changed their state, and more may."""
        self._search.refresh(ids)
        self._counts.lag()
        if self._model.loaded is not None:
            self._model.loaded.reread(ids)

    def followed(self, change: PhotosChanged) -> PhotosChanged:
        """The same for all photos of a change, which is handed back; the counts are exact again."""
        self.follow([*change.ids, *change.added, *change.removed])
        self._counts.clear()
        return change

    def watched(self, job: Generator[Step, None, T]) -> Generator[Step, None, T]:
        """The same job; columns and counts follow what it reports."""
        try:
            while True:
                step = next(job)
                if isinstance(step, PhotosChanged):
                    self._search.refresh([*step.ids, *step.added, *step.removed])
                    self._counts.lag()
                yield step
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        finally:
            job.close()
            self._counts.clear()

    def retag(self, label_ids: Sequence[int]) -> list[Label]:
        """Labels are new or different.

        Tag the library with them, all or nothing, or leave it to `take_work` where it would take
        long; the labels as they are then.
        """
        if self._model.loaded is not None:
            self._model.loaded.heads_changed()
        moved: set[int] = set()
        if label_ids and self._store.embeddings.any():
            recognition = self._model.recognition()
            if self.leave_work and (
                self._working or recognition.tagging_seconds(label_ids) > _AT_ONCE
            ):
                self._owe(label_ids)
            else:
                with self._store.transaction(durable=False):
                    before = {id_: set(self._store.tags.tagged(id_)) for id_ in label_ids}
                    for _ in recognition.tag_labels(label_ids):
                        pass
                    moved = moved.union(
                        *(
                            before[id_].symmetric_difference(self._store.tags.tagged(id_))
                            for id_ in label_ids
                        )
                    )
        self.tell(PhotosChanged(ids=tuple(sorted(moved)), labels=True))
        return self._store.labels.counted(label_ids)

    def _owe(self, label_ids: Sequence[int]) -> None:
        """Should the program end before, the next sync tags with all labels."""
        self._owed.update(label_ids)
        if self._store.get(TAGGED_BY) == str(self._model.number()):
            self._store.set(TAGGED_BY, _OWED)

    def take_work(self) -> Generator[Step, None, None] | None:
        """The job that does what verbs left to do; None where nothing is, or somebody has it."""
        if not self._owed or self._working:
            return None
        self._working = True
        return self._work()

    def _work(self) -> Generator[Step, None, None]:
        recognition = self._model.recognition()
        try:
            while self._owed:  # more may come between two steps
                label_ids = sorted(self._owed)
                for _ in recognition.prepare(label_ids):
                    yield Progress("tag", 0, len(recognition.index))
                self._owed.difference_update(label_ids)
                for done in recognition.tag_labels(label_ids):
                    yield Progress("tag", done, len(recognition.index))
                self._counts.clear()
                yield PhotosChanged(ids=tuple(recognition.index.ids.tolist()), labels=True)
            if self._store.get(TAGGED_BY) == _OWED and recognition is self._model.loaded:
                self._store.set(TAGGED_BY, str(recognition.number))
        finally:
            self._working = False
