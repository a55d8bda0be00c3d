"""Photos that were found but not read yet.

They get thumbnails, the facts of their files, embeddings and tags.

Knows: in which order and in steps of which size, and what survives a kill between any two of them:
every step is one transaction and leaves rows that the next run takes up. Does not know: what is on
disk (`sync`), how files are decoded (`decode_pool`), pixels encoded (`encoder`, `recognition`).

Three things go on at once: processes decode what comes next, a thread encodes a batch, and this one
writes down what is there, in steps so short that a search asked meanwhile is answered at once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.images.decode import Decoded
from engine.images.decode_pool import DecodePool
from engine.library.encoder import Encoder
from engine.library.import_torch import warming
from engine.library.tally import Tally
from engine.records import AlbumenError, Failure, PhotosChanged, Progress, Step
from engine.store import disk_usage
from engine.store.files import FileFacts
from engine.store.store import Store

if TYPE_CHECKING:
    from torch import Tensor

    from engine.search.recognition import Recognition

Steps = Generator[Step, None, None]
Batch = list[tuple[int, Decoded]]

_BATCH = 32  # photos per transaction: what a kill can cost
# Photos whose paths are asked for at once: so late what somebody looks at can come first.
_AHEAD = 64
_LOOKED_AT = 100_000  # rows per step of looking for photos to read: a tenth of a second
_WAIT = 0.03  # seconds of a step in which there is nothing to do but to wait
# A photo that failed is tried again after an hour, after a day, then only when asked.
_PATIENCE = (
    3600.0,
    86400.0,
)


class Indexing:
    """One store's photos, read by one model.

    `number` tells which model that is without loading it; `recognition` loads it on first need;
    `pool` gives the decoding processes for an input resolution; `preferred` holds the photos that a
    person is looking at, and may change at any time.
    In `tally` is counted what they turned out to be.
    """

    def __init__(
        self,
        store: Store,
        number: Callable[[], int],
        recognition: Callable[[], Recognition],
        pool: Callable[[int], DecodePool],
        preferred: Sequence[int],
        tally: Tally,
    ) -> None:
        self._store = store
        self._number = number
        self._recognition = recognition
        self._pool = pool
        self._preferred = preferred
        self._tally = tally
        self._tags = True

    def run(self, tags: bool = True, enough: Callable[[], bool] = lambda: False) -> Steps:
        """Thumbnails, embeddings and (if `tags`) tags for every photo that lacks an embedding.

        In batches. `enough`: whether to end with the photos in hand; another run goes on.
        """
        self._tags = tags
        ids = yield from self._to_do()
        if not ids:
            disk_usage.thumbnails_complete(self._store)
            return
        for _ in warming():
            yield Progress("decode", 0, len(ids))
        recognition = self._recognition()
        for _ in recognition.get_ready():
            yield Progress("decode", 0, len(ids))
        encoder = Encoder(recognition.model.encode_images)
        pace = _Pace(len(ids))
        todo: dict[bytes, int] = {}
        batch: Batch = []
        failures: list[tuple[int, Failure]] = []
        in_hand: _InHand | None = None
        try:
            for answer in self._pool(recognition.model.input_resolution).decode(
                self._paths(ids, todo, enough), wait=_WAIT
            ):
                if in_hand is not None and encoder.done(0):
                    yield from self._store_features(recognition, encoder, in_hand, pace)
                    in_hand = None
                if answer is None:
                    yield pace.progress("decode")
                elif isinstance(answer, Failure):
                    failures.append((todo.pop(os.fsencode(answer.path)), answer))
                else:
                    batch.append((todo.pop(answer.path), answer))
                if len(batch) + len(failures) >= _BATCH:
                    in_hand = yield from self._take(
                        recognition, encoder, in_hand, batch, failures, pace
                    )
                    batch = []
                    failures = []
            in_hand = yield from self._take(recognition, encoder, in_hand, batch, failures, pace)
            yield from self._store_features(recognition, encoder, in_hand, pace)
        finally:
            encoder.close()
        if not enough():
            disk_usage.thumbnails_complete(self._store)

    def _to_do(self) -> Generator[Progress, None, list[int]]:
        """Ids of the photos that lack an embedding, newest first, as they are shown.

        Then those that lack a thumbnail.
        """
        now = time.time()
        patience = (now - _PATIENCE[0], now - _PATIENCE[1])
        model = self._number()
        end = self._store.photos.end()
        found: list[tuple[float, int]] = []
        for start in range(1, end, _LOOKED_AT):
            found += self._store.files.to_read(model, start, start + _LOOKED_AT - 1, patience)
            if start + _LOOKED_AT < end:
                yield Progress("scan", start, end - 1)
        found.sort(reverse=True)
        return list(
            dict.fromkeys((*(id_ for _, id_ in found), *disk_usage.without_thumbnail(self._store)))
        )

    def _paths(
        self, ids: Sequence[int], todo: dict[bytes, int], enough: Callable[[], bool]
    ) -> Iterator[bytes]:
        """Paths of these photos, in portions while the pool asks for more.

        First those that somebody looks at now.
        """
        left = set(ids)
        at = 0
        while left and not enough():
            some = [id_ for id_ in self._preferred if id_ in left][:_AHEAD]
            while len(some) < _AHEAD and at < len(ids):
                if ids[at] in left and ids[at] not in some:
                    some.append(ids[at])
                at += 1
            left.difference_update(some)
            paths = self._store.photos.paths(some, shown=True)
            for id_ in some:
                if path := paths.get(id_):  # else it went out of sight meanwhile
                    todo[path] = id_
                    yield path

    def _take(
        self,
        recognition: Recognition,
        encoder: Encoder,
        in_hand: _InHand | None,
        batch: Batch,
        failures: Sequence[tuple[int, Failure]],
        pace: _Pace,
    ) -> Generator[Step, None, _InHand]:
        """One batch: failures and thumbnails first, so that the photos can be looked at.

        Then it is the encoder's turn, as soon as the batch before is stored: a kill costs one
        batch.
        """
        self._write_thumbnails([decoded for _, decoded in batch])
        moved = self._write_decoded(batch, failures)
        gone = [move.new for move in moved]
        back = [move.old for move in moved if move.unseen]
        batch = [entry for entry in batch if entry[0] not in gone]
        pace.done += len(moved) + len(failures)
        seen = [id_ for id_, _ in batch] + [id_ for id_, _ in failures]
        if back and self._tags:
            recognition.seen_again(back)
        yield PhotosChanged((*seen, *(move.old for move in moved)), tuple(back), tuple(gone))
        if in_hand is not None:
            yield from self._store_features(recognition, encoder, in_hand, pace)
        vectors = recognition.known_content([decoded.content_hash for _, decoded in batch])
        strangers: dict[str, np.ndarray] = {}  # content hash -> pixels, each content once
        for _, decoded in batch:
            if decoded.content_hash not in vectors:
                strangers[decoded.content_hash] = decoded.pixels
        encoder.start(list(strangers.values()))
        return _InHand(
            [(id_, decoded.content_hash) for id_, decoded in batch], vectors, list(strangers)
        )

    def _store_features(
        self, recognition: Recognition, encoder: Encoder, in_hand: _InHand, pace: _Pace
    ) -> Steps:
        """Wait for the batch that is being encoded, and store it with its tags."""
        while not encoder.done(_WAIT):
            yield pace.progress("encode")
        vectors = in_hand.vectors | dict(zip(in_hand.strangers, encoder.features(), strict=True))
        if in_hand.contents:
            with self._store.transaction(durable=False):
                ids = [id_ for id_, _ in in_hand.contents]
                recognition.store_photos(
                    ids, [vectors[content] for _, content in in_hand.contents], self._tags
                )
                self._store.files.mark_read(ids)
            yield PhotosChanged(ids=tuple(ids), labels=True)
        pace.done += len(in_hand.contents)
        yield pace.progress("encode")

    def _write_thumbnails(self, photos: Iterable[Decoded]) -> None:
        for decoded in photos:
            target = self._store.photos.thumbnail(decoded.content_hash)
            try:
                if not target.exists():
                    target.parent.mkdir(exist_ok=True)
                    partial = target.with_suffix(".partial")
                    partial.write_bytes(decoded.thumbnail)
                    os.replace(partial, target)
            except OSError as error:
                raise AlbumenError(
                    "The thumbnail {path} could not be written ({detail}); make room on the disk, "
                    "then choose 'Look for changes'.",
                    path=str(target),
                    detail=error.strerror or str(error),
                ) from error

    def _write_decoded(
        self, batch: Sequence[tuple[int, Decoded]], failures: Sequence[tuple[int, Failure]]
    ) -> list[_Moved]:
        """What decoding told about the files.

        Returns rows that turned out to be older ones that moved.
        """
        moved: list[_Moved] = []
        with self._store.transaction(durable=False):
            known = self._store.files.contents([id_ for id_, _ in (*batch, *failures)])
            for id_, decoded in batch:
                before, folder_id = known[id_]
                if not before and (move := self._moved_from(id_, decoded.content_hash)):
                    self._store.files.merge(move.new, move.old)
                    self._tally.found_again(move.new, folder_id, move.old)
                    moved.append(move)
                    continue
                if before and before != decoded.content_hash:
                    self._store.embeddings.remove(id_)
                    self._tally.of(folder_id).updated += 1
                self._store.files.write_facts(id_, _facts(decoded))
            self._store.files.mark_failed([(id_, failure.reason) for id_, failure in failures])
            for id_, _ in failures:
                self._tally.of(known[id_][1]).failed += 1
        return moved

    def _moved_from(self, id_: int, content: str) -> _Moved | None:
        """The row of the same content whose file is gone, although no scan has noticed yet."""
        for old, path, folder, missing in self._store.files.with_same_content(id_, content):
            if not os.path.lexists(path) and (not folder or os.path.isdir(folder)):
                return _Moved(id_, old, missing)
        return None


def _facts(decoded: Decoded) -> FileFacts:
    taken_at = decoded.mtime_ns / 1e9 if decoded.taken_at is None else decoded.taken_at
    return FileFacts(
        decoded.content_hash,
        decoded.width,
        decoded.height,
        taken_at,
        decoded.size,
        decoded.mtime_ns,
        decoded.keywords,
    )


class _Moved(NamedTuple):
    """A new row that is an old one at another place; `unseen`: nobody could see the old one."""

    new: int
    old: int
    unseen: bool


class _InHand(NamedTuple):
    """A batch that is being encoded.

    (photo id, content hash) of each photo, vectors that were known before, and the contents that
    the encoder has, in its order.
    """

    contents: list[tuple[int, str]]
    vectors: dict[str, Tensor]
    strangers: list[str]


class _Pace:
    """How fast it goes, for the person."""

    def __init__(self, total: int) -> None:
        self.done = 0
        self._total = total
        self._started = time.monotonic()

    def progress(self, phase: str) -> Progress:
        elapsed = time.monotonic() - self._started
        rate = self.done / elapsed if self.done else 0.0
        return Progress(
            phase, self.done, self._total, rate, (self._total - self.done) / rate if rate else None
        )
