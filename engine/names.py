"""File and folder names of all photos, searched in milliseconds whatever their number.

Knows: names as one long text (a line per photo) and folders as numbers. Does not know: what a query means, the order of
photos. A million names take some 20 MB this way; what changed since they were read is asked of the store.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from engine.store import SHOWN, Store

Ids = npt.NDArray[np.int64]
_CHANGED_KEPT = 1000  # photos, or a twentieth of all, that may have changed before everything is read again


class Names:
    """The names in one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ids: Ids | None = None
        self._text = ""
        self._starts: Ids = np.zeros(0, np.int64)
        self._folder: npt.NDArray[np.int32] = np.zeros(0, np.int32)
        self._folders: list[str] = []
        self._changed: set[int] = set()

    def refresh(self, ids: Iterable[int]) -> None:
        """These photos changed in the store."""
        if self._ids is not None:
            self._changed.update(ids)
            if len(self._changed) > max(_CHANGED_KEPT, len(self._ids) // 20):
                self._ids = None

    def named(self, words: str) -> Ids:
        """Ids (K,) of photos in whose file name the words (casefolded) stand: as whole words, or anywhere in scripts
        that are written without blanks."""
        ids = self._load()
        pattern = re.escape(words).replace(r"\ ", r"[\W_]+")
        if words.isascii():
            pattern = rf"(?<![^\W\d_]){pattern}(?![^\W\d_])"
        found = re.compile(pattern)
        anchor = max(words.split(), key=len)  # plain search finds candidates, the pattern judges them
        hits = []
        at = self._text.find(anchor)
        while at >= 0:
            row = int(np.searchsorted(self._starts, at, "right")) - 1
            end = self._text.index("\n", at)
            if found.search(self._text, int(self._starts[row]), end):
                hits.append(row)
            at = self._text.find(anchor, end)
        fresh = [id_ for id_, name, _ in self._changed_rows() if found.search(name.casefold())]
        return self._with_changed(ids[hits], fresh)

    def in_folder(self, text: str) -> Ids:
        """Ids (K,) of photos in whose folder's path the text stands, capitals aside."""
        ids = self._load()
        wanted = text.casefold()
        holds = np.array([wanted in folder for folder in self._folders], bool)
        fresh = [id_ for id_, _, path in self._changed_rows() if wanted in _folder(path)]
        return self._with_changed(ids[holds[self._folder]] if len(ids) else ids, fresh)

    def _with_changed(self, ids: Ids, fresh: Sequence[int]) -> Ids:
        kept = ids[~np.isin(ids, list(self._changed))] if self._changed else ids
        return np.concatenate([kept, np.array(fresh, np.int64)])

    def _changed_rows(self) -> list[tuple[int, str, bytes]]:
        rows: list[tuple[int, str, bytes]] = []
        changed = sorted(self._changed)
        for start in range(0, len(changed), 500):
            some = changed[start : start + 500]
            marks = ",".join("?" * len(some))
            rows += self._store.rows(f"SELECT id, name, path FROM photos WHERE {SHOWN} AND id IN ({marks})", some)
        return rows

    def _load(self) -> Ids:
        if self._ids is None:
            rows = self._store.rows(f"SELECT id, name, path FROM photos WHERE {SHOWN}")
            lines = [name.casefold().replace("\n", " ") + "\n" for _, name, _ in rows]
            self._text = "".join(lines)
            self._starts = np.cumsum([0, *map(len, lines)], dtype=np.int64)[:-1]
            numbers: dict[bytes, int] = {}
            folders = (numbers.setdefault(os.path.dirname(path), len(numbers)) for _, _, path in rows)
            self._folder = np.fromiter(folders, np.int32, len(rows))
            self._folders = [_folder(folder + b"/") for folder in numbers]
            self._changed = set()
            self._ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        return self._ids


def _folder(path: bytes) -> str:
    return os.fsdecode(os.path.dirname(path)).casefold()
