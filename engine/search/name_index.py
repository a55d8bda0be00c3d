"""File and folder names of all photos, and the order they give.

Searched in milliseconds whatever their number.

Knows: names as one long text (a line per photo) and folders as numbers. Does not know: what a query
means, dates. A million names take some 20 MB this way; what changed since they were read is asked
of the store.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from engine.store.store import Store

Ids = npt.NDArray[np.int64]
T = TypeVar("T")
# Photos, or a twentieth of all, that may have changed before everything is read again.
_CHANGED_KEPT = 1000
_SEPARATOR = os.fsencode(os.sep)


class NameIndex:
    """The names in one store.

    NameIndex and folders are read apart: most searches need the first alone.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._named: tuple[Ids, str, Ids] | None = (
            None  # ids, their names as lines, where each line starts
        )
        self._foldered: tuple[Ids, npt.NDArray[np.int32], list[str]] | None = (
            None  # ids, folder of each, folders
        )
        self._places: dict[str, Ids] = {}
        self._changed: set[int] = set()

    def refresh(self, ids: Iterable[int]) -> None:
        """These photos changed in the store."""
        self._places.clear()
        loaded = max(
            (len(part[0]) for part in (self._named, self._foldered) if part is not None), default=-1
        )
        if loaded >= 0:
            self._changed.update(ids)
            if len(self._changed) > max(_CHANGED_KEPT, loaded // 20):
                self._forget()

    def _forget(self) -> None:
        self._named = self._foldered = None
        self._changed = set()

    def named(self, words: str) -> Ids:
        """Ids (K,) of photos in whose file name the words (casefolded) stand.

        As whole words, or anywhere in scripts that are written without blanks.
        """
        ids, text, starts = self._names()
        pattern = re.escape(words).replace(r"\ ", r"[\W_]+")
        if words.isascii():
            pattern = rf"(?<![^\W\d_]){pattern}(?![^\W\d_])"
        found = re.compile(pattern)
        # Plain search finds candidates, the pattern judges them.
        anchor = max(words.split(), key=len)
        hits = []
        at = text.find(anchor)
        while at >= 0:
            row = int(np.searchsorted(starts, at, "right")) - 1
            end = text.index("\n", at)
            if found.search(text, int(starts[row]), end):
                hits.append(row)
            at = text.find(anchor, end)
        fresh = [id_ for id_, name, _ in self._changed_rows() if found.search(name.casefold())]
        return self._with_changed(ids[hits], fresh)

    def in_folder(self, text: str) -> Ids:
        """Ids (K,) of photos in whose folder's path the text stands, capitals aside."""
        ids, numbers, folders = self._folders()
        wanted = text.casefold()
        holds = np.array([wanted in folder for folder in folders], bool)
        fresh = [id_ for id_, _, path in self._changed_rows() if wanted in _folder(path)]
        return self._with_changed(ids[holds[numbers]] if len(ids) else ids, fresh)

    def places(self, sort: str) -> Ids:
        """Place of each photo, by id, in the order of the names or of the folders.

        'img 9' comes before 'img 10'; a folder's own photos before those of the folders in it. Kept
        until photos change.
        """
        if sort not in self._places:
            if self._changed:
                self._forget()
            ids, text, _ = self._names()
            order: Ids = np.array(_sorted(_natural(text).split("\n")[:-1]), np.int64)
            if sort == "folder":
                by_name = _inverse(order)
                ids, numbers, folders = self._folders()
                by_folder = _inverse(
                    np.array(_sorted([_natural(folder) for folder in folders]), np.int64)
                )
                order = np.lexsort((by_name, by_folder[numbers])) if len(ids) else order
            places = np.zeros(int(ids.max()) + 1 if len(ids) else 0, np.int64)
            places[ids[order]] = np.arange(len(order))
            self._places[sort] = places
        return self._places[sort]

    def _with_changed(self, ids: Ids, fresh: Sequence[int]) -> Ids:
        kept = ids[~np.isin(ids, list(self._changed))] if self._changed else ids
        return np.concatenate([kept, np.array(fresh, np.int64)])

    def _changed_rows(self) -> list[tuple[int, str, bytes]]:
        return self._store.photos.names_and_paths(sorted(self._changed))

    def _names(self) -> tuple[Ids, str, Ids]:
        if self._named is None:
            ids, names = _columns(self._store.photos.names())
            lines = [name.casefold().replace("\n", " ") + "\n" for name in names]
            starts = np.cumsum([0, *map(len, lines)], dtype=np.int64)[:-1]
            self._named = ids, "".join(lines), starts
        return self._named

    def _folders(self) -> tuple[Ids, npt.NDArray[np.int32], list[str]]:
        if self._foldered is None:
            ids, paths = _columns(self._store.photos.all_paths())
            known: dict[bytes, int] = {}
            numbers = [
                known.setdefault(path[: path.rfind(_SEPARATOR)], len(known)) for path in paths
            ]
            self._foldered = ids, np.array(numbers, np.int32), [_text(folder) for folder in known]
        return self._foldered


def _columns(rows: Sequence[tuple[int, T]]) -> tuple[Ids, Sequence[T]]:
    ids, values = zip(*rows, strict=True) if rows else ((), ())
    return np.array(ids, np.int64), values


def _folder(path: bytes) -> str:
    return _text(path[: path.rfind(_SEPARATOR)])


def _text(path: bytes) -> str:
    return os.fsdecode(path).casefold()


def _natural(text: str) -> str:
    """A form that puts 'img 9' before 'img 10', of one name or of as many as there are lines."""
    return re.sub(r"\d+", lambda digits: digits.group().zfill(20), text)


def _sorted(keys: Sequence[str]) -> list[int]:
    return sorted(range(len(keys)), key=keys.__getitem__)


def _inverse(order: Ids) -> Ids:
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return places
