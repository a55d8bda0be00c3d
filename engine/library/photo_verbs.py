"""The verbs about photos: which there are, what is on them, which could not be read.

Knows: what follows from hiding and showing photos. Does not know: how photos come in and are read
(`library`), SQL (`engine.store`), what a query means (`search`). `Library` inherits these verbs.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from engine.library.parts import Parts
from engine.records import (
    AlbumenError,
    Counts,
    Failure,
    Photo,
    PhotosChanged,
    SearchResult,
    Sort,
    Tag,
)


class PhotoVerbs(Parts):
    """Verbs over the photos of one library."""

    # browse
    # ----------------------------------------------------------------------------------------------

    def view(self, query: str = "", sort: Sort = "auto", strictness: float = 0.0) -> SearchResult:
        """The photos that answer a query, in order.

        Query language (`engine.search.query`): words (ranked by meaning; file and label names match
        too), "a phrase", `-word`, `label:cat`, `-label:cat`, `folder:name`, `after:2023`,
        `before:2023-06-01`, `like:ID`, `is:review`, `is:untagged`, `is:problem`, `is:pending`,
        `is:offline`, `is:corrected`, joined by and; `OR` between two parts. `sort` "auto":
        relevance when there are words, else newest first. `strictness` -1 (show more) .. +1 (only
        sure ones) moves the line behind `SearchResult.matched`; rows after it are still returned,
        ranked.
        """
        return self._search.answer(query, sort, strictness)

    def photos(self, ids: Sequence[int]) -> list[Photo]:
        """The photos with these ids, in the order given; ids that no longer exist are left out."""
        return self._store.photos.records(ids)

    def photo_id(self, path: str) -> int:
        """The id of the photo at `path`; AlbumenError when it is not in the library."""
        found = self._store.photos.find(path)
        if found is None:
            raise AlbumenError(
                "The photo {path} is not in the library; add its folder first.", path=path
            )
        return found

    def similar(self, photo_id: int, n: int = 200) -> SearchResult:
        """The `n` photos most like this one (cosine of embeddings), itself left out."""
        vector = self._model.recognition().vector(photo_id)
        if vector is None:
            raise AlbumenError(
                "This photo has not been read yet, so nothing can be compared with it; try again "
                "once it has been."
            )
        return self._search.like(vector, n, leave_out=photo_id)

    def tags(self, photo_ids: Sequence[int]) -> list[Tag]:
        """Tags of these photos.

        A person's words (yes and no) and the machine's suggestions, corrections winning.
        """
        return self._store.tags.of(photo_ids)

    def counts(self) -> Counts:
        """The numbers of the left panel."""
        return self._counts.counts()

    # problems
    # ----------------------------------------------------------------------------------------------

    def failures(self) -> list[Failure]:
        """Photos that could not be read, with a sentence each; ignored ones are left out."""
        return self._store.photos.failures()

    def retry(self, photo_ids: Sequence[int]) -> PhotosChanged:
        """Try these again at the next `sync`, as if they had never failed."""
        self._store.photos.retry(photo_ids)
        return self._followups.rows_changed(PhotosChanged(ids=tuple(photo_ids)))

    def ignore(self, photo_ids: Sequence[int], ignored: bool = True) -> PhotosChanged:
        """Do not list these as problems any more (`ignored` False: list them again)."""
        self._store.photos.ignore(photo_ids, ignored)
        return self._followups.rows_changed(PhotosChanged(ids=tuple(photo_ids)))

    def forget(self, photo_ids: Sequence[int]) -> str:
        """Book-keeping after files went to the trash: hide the rows.

        The token brings them back by `recall`.
        """
        token = f"forgotten {time.time_ns()}"
        self._store.photos.hide(photo_ids, token)
        self._followups.collect(
            self._followups.rows_changed(PhotosChanged(removed=tuple(photo_ids), labels=True))
        )
        return token

    def recall(self, token: str) -> PhotosChanged:
        """Undo a `forget`."""
        return self._recalled(self._store.photos.recall(token))

    def _recalled(self, ids: Sequence[int]) -> PhotosChanged:
        change = self._followups.rows_changed(
            PhotosChanged(ids=tuple(ids), added=tuple(ids), labels=True)
        )
        if self._store.embeddings.any():
            self._model.recognition().tag_photos(ids)
        return change
