"""The photos as files: rows that follow the disk.

Knows: how what was found on the disk and in the files becomes rows, in transactions that a kill
cannot tear. Does not know: how folders are walked, who moved where, how a file is read.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from engine.messages import Message, to_json
from engine.records import PhotoState
from engine.store.database import Database, in_portions, marks
from engine.store.photos import SHOWN, UNSEEN

Row = tuple[bytes, int, int, int, str, str, int]
"""A row as a file: path, size in bytes, mtime in ns, photo id, state, content hash, attempts."""

_ROW = "SELECT path, size, mtime_ns, id, state, content_hash, attempts FROM photos"
_ENCODED = "EXISTS (SELECT 1 FROM embeddings WHERE photo_id = photos.id)"
_READ_BEFORE = f"CASE WHEN {_ENCODED} THEN 'ok' ELSE 'pending' END"

# Parameters: the moments before which a first and a second failure must lie, the model.
_TO_READ = f"""{SHOWN} AND (state = 'pending'
    OR (state = 'failed' AND ignored = 0 AND (
        (attempts = 1 AND tried_at < ?) OR (attempts = 2 AND tried_at < ?)))
    OR (state = 'ok' AND NOT EXISTS (
        SELECT 1 FROM embeddings WHERE model = ? AND photo_id = photos.id)))"""


class FoundFile(NamedTuple):
    """A file on the disk, and the watched folder it is in. `size`: bytes; `mtime_ns`: of its last
    change."""

    path: bytes
    folder_id: int
    size: int
    mtime_ns: int


class FileFacts(NamedTuple):
    """What reading a file told: its content, pixels after rotation, when it was taken (seconds),
    bytes, mtime and the keywords of other programs in it."""

    content_hash: str
    width: int
    height: int
    taken_at: float
    size: int
    mtime_ns: int
    keywords: Sequence[str] = ()


class Files:
    """The files of one library's photos."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # what is known
    # ----------------------------------------------------------------------------------------------

    def ids_in(self, folder_id: int) -> Sequence[int]:
        """Ids (N,) of a folder's photos, save those that a person removed from sight."""
        return self._database.ids(
            "SELECT id FROM photos WHERE folder_id = ? AND hidden IS NULL", (folder_id,)
        )

    def rows(self, ids: Iterable[int]) -> list[Row]:
        """These photos' rows, save those that a person removed from sight; by id."""
        wanted = ",".join(map(str, ids))
        return self._database.rows(f"{_ROW} WHERE id IN ({wanted}) AND hidden IS NULL")

    def rows_at(self, paths: Sequence[bytes]) -> list[Row]:
        """The rows of photos at these paths, save those that a person removed from sight."""
        found: list[Row] = []
        for some in in_portions(paths):
            found += self._database.rows(
                f"{_ROW} WHERE path IN ({marks(some)}) AND hidden IS NULL", some
            )
        return found

    def rows_out_of_sight(self) -> list[Row]:
        """The rows that nobody can see, removed or missing."""
        return self._database.rows(f"{_ROW} WHERE {UNSEEN}")

    # what a scan found
    # ----------------------------------------------------------------------------------------------

    def add(self, files: Iterable[FoundFile]) -> list[int]:
        """A row for each new file, to be read; returns their ids in the same order."""
        ids: list[int] = []
        with self._database.transaction(durable=False) as connection:
            for file in files:
                taken_at = file.mtime_ns / 1e9
                id_ = connection.execute(
                    """INSERT INTO photos (path, folder_id, size, mtime_ns, name, taken_at, day)
                        VALUES (?, ?, ?, ?, ?, ?, ?)""",
                    (*file, _display_name(file.path), taken_at, _local_day(taken_at)),
                ).lastrowid
                assert id_ is not None
                ids.append(id_)
        return ids

    def add_single(self, file: FoundFile) -> int:
        """A row, to be read, for a file that a person named; one that was out of sight comes back.

        On the disk when it returns. Returns the id.
        """
        taken_at = file.mtime_ns / 1e9
        with self._database.transaction() as connection:
            connection.execute(
                """INSERT INTO photos (path, folder_id, size, mtime_ns, name, taken_at, day)
                    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE
                    SET hidden = NULL, folder_id = excluded.folder_id, state = 'pending'""",
                (*file, _display_name(file.path), taken_at, _local_day(taken_at)),
            )
        return self._database.number("SELECT id FROM photos WHERE path = ?", (file.path,))

    def add_read(self, files: Iterable[tuple[FoundFile, FileFacts]], first_id: int) -> None:
        """Rows of photos that were read elsewhere, with ids from `first_id` on."""
        with self._database.transaction(durable=False) as connection:
            connection.executemany(
                """INSERT INTO photos (id, path, folder_id, size, mtime_ns, name, content_hash,
                    width, height, taken_at, day, state)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'ok')""",
                (
                    (
                        *(id_, *file, _display_name(file.path), facts.content_hash),
                        *(facts.width, facts.height, facts.taken_at, _local_day(facts.taken_at)),
                    )
                    for id_, (file, facts) in enumerate(files, first_id)
                ),
            )

    def renew(self, files: Iterable[tuple[int, FoundFile]], unchanged: bool) -> None:
        """The files of known photos, by id, are there as found.

        `unchanged`: with the content that they had, so what was encoded is not encoded again.
        """
        state = _READ_BEFORE if unchanged else "'pending'"
        with self._database.transaction(durable=False) as connection:
            connection.executemany(
                f"""UPDATE photos SET folder_id = ?, size = ?, mtime_ns = ?, hidden = NULL,
                    state = {state}, attempts = 0, reason = '', ignored = 0 WHERE id = ?""",
                ((file.folder_id, file.size, file.mtime_ns, id_) for id_, file in files),
            )

    def move(self, files: Sequence[tuple[int, FoundFile]]) -> list[tuple[int, int]]:
        """The photos with these ids are the files found, all at once: they may take each other's
        paths.

        Returns (id, folder id) of other rows that held one of the paths: what they showed is gone
        from there, they are missing now.
        """
        replaced: list[tuple[int, int]] = []
        with self._database.transaction(durable=False) as connection:
            connection.executemany(
                "UPDATE photos SET path = ? WHERE id = ?",
                [(b"\0moving %d" % id_, id_) for id_, _ in files],
            )
            for id_, file in files:
                for lost, folder_id in self._database.rows(
                    "SELECT id, folder_id FROM photos WHERE path = ?", (file.path,)
                ):
                    connection.execute(
                        "UPDATE photos SET path = ?, state = 'missing' WHERE id = ?",
                        (b"\0replaced %d %s" % (lost, file.path), lost),
                    )
                    replaced.append((lost, folder_id))
                connection.execute(
                    f"""UPDATE photos SET path = ?, folder_id = ?, size = ?, mtime_ns = ?, name = ?,
                        hidden = NULL, state = {_READ_BEFORE} WHERE id = ?""",
                    (*file, _display_name(file.path), id_),
                )
        return replaced

    def set_state(self, state: PhotoState, ids: Sequence[int]) -> None:
        """Put these photos into a state."""
        with self._database.transaction(durable=False) as connection:
            connection.executemany(
                "UPDATE photos SET state = ? WHERE id = ?", [(state.value, id_) for id_ in ids]
            )

    # what reading told
    # ----------------------------------------------------------------------------------------------

    def to_read(
        self, model: int, first: int, last: int, tried_before: tuple[float, float]
    ) -> list[tuple[float, int]]:
        """(taken at, id) of photos with ids from `first` to `last` that a model has to read.

        `tried_before`: the moments (seconds) before which a first and a second failure must lie
        for another attempt.
        """
        return self._database.rows(
            f"SELECT taken_at, id FROM photos WHERE id BETWEEN ? AND ? AND {_TO_READ}",
            (first, last, *tried_before, model),
        )

    def contents(self, ids: Sequence[int]) -> dict[int, tuple[str, int]]:
        """(content hash, folder id) by photo id; the hash of one that was never read is ""."""
        found: dict[int, tuple[str, int]] = {}
        for some in in_portions(ids):
            found |= {
                id_: (content, folder_id)
                for id_, content, folder_id in self._database.rows(
                    f"SELECT id, content_hash, folder_id FROM photos WHERE id IN ({marks(some)})",
                    some,
                )
            }
        return found

    def with_same_content(
        self, photo_id: int, content: str
    ) -> list[tuple[int, bytes, bytes, bool]]:
        """(id, path, path of the folder, missing) of other photos with this content.

        Only of folders that can be reached, and that a person has not removed from sight.
        """
        return [
            (id_, path, folder, state == PhotoState.MISSING)
            for id_, path, folder, state in self._database.rows(
                """SELECT photos.id, photos.path, folders.path, photos.state FROM photos
                    JOIN folders ON folders.id = folder_id
                    WHERE content_hash = ? AND content_hash != '' AND photos.id != ?
                    AND hidden IS NULL AND photos.state IN ('ok', 'missing')
                    AND folders.state = 'online'""",
                (content, photo_id),
            )
        ]

    def merge(self, new: int, old: int) -> None:
        """A new row is an old one at another place.

        The old one goes there, with all that was said about either.
        """
        with self._database.transaction(durable=False) as connection:
            (there,) = self._database.rows(
                "SELECT path, name, folder_id, size, mtime_ns FROM photos WHERE id = ?", (new,)
            )
            connection.execute(
                "UPDATE OR IGNORE corrections SET photo_id = ? WHERE photo_id = ?", (old, new)
            )
            for table in ("corrections", "tags", "embeddings"):
                connection.execute(f"DELETE FROM {table} WHERE photo_id = ?", (new,))
            connection.execute("DELETE FROM photos WHERE id = ?", (new,))
            connection.execute(
                """UPDATE photos SET path = ?, name = ?, folder_id = ?, size = ?, mtime_ns = ?,
                    state = 'ok' WHERE id = ?""",
                (*there, old),
            )

    def write_facts(self, photo_id: int, facts: FileFacts) -> None:
        """What a photo's file told."""
        with self._database.transaction(durable=False) as connection:
            connection.execute(
                """UPDATE photos SET content_hash = ?, width = ?, height = ?, taken_at = ?,
                    size = ?, mtime_ns = ?, day = ? WHERE id = ?""",
                (*facts[:-1], _local_day(facts.taken_at), photo_id),
            )
            connection.execute("DELETE FROM keywords WHERE photo_id = ?", (photo_id,))
            connection.executemany(
                "INSERT OR IGNORE INTO keywords (photo_id, word) VALUES (?, ?)",
                [(photo_id, word) for word in facts.keywords],
            )

    def mark_read(self, ids: Sequence[int]) -> None:
        """These photos have been read to the end."""
        with self._database.transaction(durable=False) as connection:
            connection.executemany(
                "UPDATE photos SET state = 'ok', reason = '', attempts = 0 WHERE id = ?",
                [(id_,) for id_ in ids],
            )

    def mark_failed(self, reasons: Iterable[tuple[int, Message]]) -> None:
        """These photos, (id, why), could not be read now."""
        now = time.time()
        with self._database.transaction(durable=False) as connection:
            connection.executemany(
                """UPDATE photos SET state = 'failed', reason = ?, attempts = attempts + 1,
                    tried_at = ? WHERE id = ?""",
                [(to_json(reason), now, id_) for id_, reason in reasons],
            )


def _display_name(path: bytes) -> str:
    """A file's name as text for people: undecodable bytes are shown, not lost."""
    return os.path.basename(path).decode("utf-8", "replace")


def _local_day(seconds: float) -> int:
    """Days since the epoch of a moment, by the clock on this machine's wall."""
    local = time.localtime(seconds)
    return datetime(local.tm_year, local.tm_mon, local.tm_mday).toordinal() - _EPOCH


_EPOCH = datetime(1970, 1, 1).toordinal()
