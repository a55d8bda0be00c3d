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
_LEFT = "soon"

T = TypeVar("T")


class Followups:
    """What one library does after each change.

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
        self._collected = PhotosChanged()
        self._left: set[int] = set()  # labels that the library is to be tagged with
        self._working = False

    def take_changes(self) -> PhotosChanged:
        """What was collected since the last call, as one change."""
        changes = self._collected
        self._collected = PhotosChanged()
        return changes

    def collect(self, change: PhotosChanged) -> None:
        """Keep for `take_changes` what a verb changed that answers with something else."""
        self._counts.clear()
        self._collected = self._collected.joined(change)

    def rows_changed(self, change: PhotosChanged) -> PhotosChanged:
        """A verb has shown, hidden or changed photos: everything is in step with the store again.

        The change is handed back.
        """
        self._keep_up(change)
        self._counts.clear()
        return change

    def following(self, job: Generator[Step, None, T]) -> Generator[Step, None, T]:
        """The same job; everything is in step with what it yields, the counts when it has ended."""
        try:
            while True:
                step = next(job)
                if isinstance(step, PhotosChanged):
                    self._keep_up(step)
                    self._counts.lag()
                yield step
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        finally:
            job.close()
            self._counts.clear()

    def _keep_up(self, change: PhotosChanged) -> None:
        self._search.refresh([*change.ids, *change.added, *change.removed])
        if self._model.loaded is not None:
            self._model.loaded.reread([*change.added, *change.removed])

    def labels_changed(self, label_ids: Sequence[int]) -> list[Label]:
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
                self._leave(label_ids)
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
        self.collect(PhotosChanged(ids=tuple(sorted(moved)), labels=True))
        return self._store.labels.counted(label_ids)

    def _leave(self, label_ids: Sequence[int]) -> None:
        """Leave tagging to `take_work`; should the program end before, the next sync does it."""
        self._left.update(label_ids)
        if self._store.get(TAGGED_BY) == str(self._model.number()):
            self._store.set(TAGGED_BY, _LEFT)

    def take_work(self) -> Generator[Step, None, None] | None:
        """The job that does what verbs left to do; None where nothing is, or somebody has it."""
        if not self._left or self._working:
            return None
        self._working = True
        return self._work()

    def _work(self) -> Generator[Step, None, None]:
        recognition = self._model.recognition()
        try:
            while self._left:  # more may come between two steps
                label_ids = sorted(self._left)
                for _ in recognition.prepare(label_ids):
                    yield Progress("tag", 0, len(recognition.index))
                self._left.difference_update(label_ids)
                for done in recognition.tag_labels(label_ids):
                    yield Progress("tag", done, len(recognition.index))
                self._counts.clear()
                yield PhotosChanged(ids=tuple(recognition.index.ids.tolist()), labels=True)
            if self._store.get(TAGGED_BY) == _LEFT and recognition is self._model.loaded:
                self._store.set(TAGGED_BY, str(recognition.number))
        finally:
            self._working = False
