"""The photos as a person sees them: who they are, where, when, in which state.

Knows: which photos can be seen, and the columns that lists and searches are made of. Does not know:
how rows follow the disk (`files`), labels (`labels`, `tags`), what a query means.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.messages import from_json
from engine.records import Failure, Photo, PhotoState
from engine.store.database import Database, in_portions, marks

SHOWN = "hidden IS NULL AND state != 'missing'"
"""Condition of a photo that a person can see: not removed by them, and not gone from an online
folder. Written as in the schema, word by word, because only so SQLite finds the index."""
UNSEEN = "(hidden IS NOT NULL OR state = 'missing')"
NOT_OK = "state != 'ok' AND hidden IS NULL AND state"
"""Begins a condition on the state of the few photos that are not simply there, e.g. `NOT_OK =
'failed'`."""

_PHOTO = """SELECT id, path, name, folder_id, state, size, taken_at, width, height,
    content_hash, reason, attempts
    FROM photos"""


class Photos:
    """The photos of one library."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # rows
    # ----------------------------------------------------------------------------------------------

    def records(self, ids: Sequence[int]) -> list[Photo]:
        """The photos with these ids, in the order given; unknown ids are left out."""
        found: dict[int, Photo] = {}
        for some in in_portions(ids):
            for row in self._database.rows(f"{_PHOTO} WHERE id IN ({marks(some)})", some):
                found[row[0]] = self._photo(row)
        return [found[id_] for id_ in ids if id_ in found]

    def _photo(self, row: tuple[Any, ...]) -> Photo:
        (
            id_,
            path,
            name,
            folder_id,
            state,
            size,
            taken_at,
            width,
            height,
            content_hash,
            reason,
            attempts,
        ) = row
        return Photo(
            id=id_,
            path=os.fsdecode(path),
            name=name,
            folder_id=folder_id,
            state=PhotoState(state),
            size=size,
            taken_at=taken_at,
            width=width,
            height=height,
            content_hash=content_hash,
            thumbnail=str(self.thumbnail(content_hash)) if width else None,
            reason=from_json(reason) if reason else None,
            attempts=attempts,
        )

    def thumbnail(self, content_hash: str) -> Path:
        """Where the thumbnail of this content is kept, whether it exists or not."""
        return self._database.thumbnails / content_hash[:2] / f"{content_hash}.jpg"

    def id_of(self, path: bytes) -> int | None:
        """The id of the photo at a path, if it can be seen."""
        found = self._database.rows(f"SELECT id FROM photos WHERE path = ? AND {SHOWN}", (path,))
        return int(found[0][0]) if found else None

    def find(self, path: str) -> int | None:
        """The id of the photo that a person means by a path: relative, with ~, or through links."""
        text = os.path.expanduser(path)
        found = self.id_of(os.fsencode(os.path.abspath(text)))
        return self.id_of(os.fsencode(os.path.realpath(text))) if found is None else found

    def paths(self, ids: Sequence[int], shown: bool = False) -> dict[int, bytes]:
        """Paths by photo id; `shown`: only of photos that can be seen."""
        condition = SHOWN if shown else "1"
        found: dict[int, bytes] = {}
        for some in in_portions(ids):
            found.update(
                self._database.rows(
                    f"SELECT id, path FROM photos WHERE {condition} AND id IN ({marks(some)})", some
                )
            )
        return found

    def failures(self) -> list[Failure]:
        """Photos that could not be read and that nobody chose to ignore, by path."""
        return [
            Failure(os.fsdecode(path), from_json(reason), attempts, id_)
            for id_, path, reason, attempts in self._database.rows(
                f"""SELECT id, path, reason, attempts FROM photos
                    WHERE {NOT_OK} = 'failed' AND ignored = 0 ORDER BY path"""
            )
        ]

    # what a person does
    # ----------------------------------------------------------------------------------------------

    def hide(self, ids: Sequence[int], token: str) -> None:
        """Take photos out of sight; `recall` with the token brings them back."""
        self._update("hidden = ?", ids, token)

    def recall(self, token: str) -> list[int]:
        """Bring back what was hidden under a token; returns the ids."""
        ids = list(self._database.ids("SELECT id FROM photos WHERE hidden = ?", (token,)))
        self._update("hidden = NULL", ids)
        return ids

    def retry(self, ids: Sequence[int]) -> None:
        """Let these be read again as if they had never failed."""
        self._update("state = 'pending', attempts = 0, ignored = 0, reason = ''", ids)

    def ignore(self, ids: Sequence[int], ignored: bool) -> None:
        """List these as problems no more, or again."""
        self._update("ignored = ?", ids, int(ignored))

    def _update(self, assignment: str, ids: Sequence[int], *values: object) -> None:
        with self._database.transaction() as connection:
            connection.executemany(
                f"UPDATE photos SET {assignment} WHERE id = ?", [(*values, id_) for id_ in ids]
            )

    # columns of those that can be seen
    # ----------------------------------------------------------------------------------------------

    def end(self) -> int:
        """One more than the largest id of a photo; 1 where there is none."""
        return self._database.number("SELECT coalesce(max(id), 0) + 1 FROM photos")

    def dates(self, ids: Sequence[int] | None = None) -> Iterator[list[tuple[int, float, int]]]:
        """(id, taken at, day) of all photos (None) or of these, in portions."""
        columns = f"SELECT id, taken_at, day FROM photos WHERE {SHOWN}"
        if ids is None:
            yield from self._database.portions(columns, size=65_536)
            return
        for some in in_portions(ids):
            yield self._database.rows(f"{columns} AND id IN ({marks(some)})", some)

    def names(self) -> list[tuple[int, str]]:
        """(id, file name) of all, by id."""
        return self._database.rows(f"SELECT id, name FROM photos WHERE {SHOWN} ORDER BY id")

    def all_paths(self) -> list[tuple[int, bytes]]:
        """(id, path) of all, by id."""
        return self._database.rows(f"SELECT id, path FROM photos WHERE {SHOWN} ORDER BY id")

    def names_and_paths(self, ids: Sequence[int]) -> list[tuple[int, str, bytes]]:
        """(id, file name, path) of these."""
        found = []
        for some in in_portions(ids):
            found += self._database.rows(
                f"SELECT id, name, path FROM photos WHERE {SHOWN} AND id IN ({marks(some)})", some
            )
        return found

    def reachable(self) -> list[tuple[int, bytes]]:
        """(id, path) of those whose files can be reached, by path."""
        return self._database.rows(
            f"SELECT id, path FROM photos WHERE {SHOWN} AND state != 'offline' ORDER BY path"
        )

    def any_reachable(self) -> bool:
        """Whether there is one whose file can be reached."""
        return bool(
            self._database.number(
                f"SELECT EXISTS (SELECT 1 FROM photos WHERE {SHOWN} AND state != 'offline')"
            )
        )

    def contents(self) -> list[tuple[int, str]]:
        """(id, content hash) of those that were read, newest first."""
        return self._database.rows(
            f"""SELECT id, content_hash FROM photos WHERE {SHOWN} AND state = 'ok' AND width
                ORDER BY taken_at DESC, id DESC"""
        )

    # which photos
    # ----------------------------------------------------------------------------------------------

    def in_state(self, state: PhotoState) -> array[int]:
        """Ids (N,) of photos in a state other than `ok`."""
        return self._database.ids(f"SELECT id FROM photos WHERE {NOT_OK} = '{state.value}'")

    def problems(self) -> array[int]:
        """Ids (N,) of photos that could not be read and that nobody chose to ignore."""
        return self._database.ids(
            f"SELECT id FROM photos WHERE {NOT_OK} = 'failed' AND ignored = 0"
        )

    def unread(self) -> array[int]:
        """Ids (N,) of photos that nothing can be said about yet."""
        return self._database.ids(
            f"""SELECT id FROM photos WHERE {NOT_OK} IN ('pending', 'failed', 'offline')
                AND (state != 'offline' OR content_hash = '')"""
        )

    def duplicates(self) -> array[int]:
        """Ids (N,) of photos whose content another one has too."""
        # Counted over the index alone first: few contents occur twice, and only their rows have to
        # be looked at.
        return self._database.ids(
            f"""SELECT id FROM photos WHERE content_hash IN (
                SELECT content_hash FROM photos WHERE {SHOWN} AND content_hash IN (
                    SELECT content_hash FROM photos WHERE content_hash != ''
                        GROUP BY content_hash HAVING count(*) > 1)
                GROUP BY content_hash HAVING count(*) > 1)"""
        )

    def with_content(self, hashes: Sequence[str]) -> list[tuple[int, bytes, str]]:
        """(id, path, content hash) of photos with one of these contents."""
        return self._database.rows(
            f"""SELECT id, path, content_hash FROM photos
                WHERE content_hash IN ({marks(hashes)}) AND content_hash != '' AND {SHOWN}""",
            hashes,
        )

    def never_read_at(self, paths: Sequence[bytes]) -> dict[bytes, int]:
        """Ids by path of photos at these paths that nobody has read yet."""
        return dict(
            self._database.rows(
                f"""SELECT path, id FROM photos
                    WHERE path IN ({marks(paths)}) AND content_hash = '' AND {SHOWN}""",
                paths,
            )
        )
