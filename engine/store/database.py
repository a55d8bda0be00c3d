"""The library's database file.

Opened by one process, migrated safely, read and written by one connection.

Knows: the file lock, the backup before a migration, transactions, which errors of SQLite a person
can do something about. Does not know: what is in the tables (the modules beside it). Only this room
uses it: who wants rows asks a module that knows what they mean.
"""

from __future__ import annotations

import os
import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from engine.messages import Message, message
from engine.records import AlbumenError
from engine.store.lock import DirectoryLock

T = TypeVar("T")

SCHEMA_VERSION = 2
"""Steps in `migrations.STEPS`; written here too so that opening a current library does not import
sqlite-utils."""

_APPLICATION_ID = 0x414C424D
_BACKUPS_KEPT = 3


class Database:
    """One open file.

    Every write happens in `transaction`; every error of SQLite becomes an AlbumenError there.
    """

    def __init__(self, directory: Path) -> None:
        """Open `directory`/library.db, making both when they are not there.

        Raises AlbumenError (see `Library.open`).
        """
        self.directory = directory
        self.path = directory / "library.db"
        self.thumbnails = directory / "thumbnails"
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self.thumbnails.mkdir(exist_ok=True)
        except OSError as error:
            raise AlbumenError(
                "The library folder {path} cannot be made ({detail}).",
                path=str(directory),
                detail=error.strerror or str(error),
            ) from error
        self._lock = DirectoryLock(directory)
        try:
            _refuse_foreign(self.path)
            self._connection = sqlite3.connect(self.path, isolation_level=None, timeout=5)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
        except sqlite3.Error as error:
            self._lock.release()
            raise _expected(error, self.path) from error
        except BaseException:
            self._lock.release()
            raise

    def _prepare(self) -> None:
        connection = self._connection
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise _newer(self.path, version)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if version < SCHEMA_VERSION:
            self._migrate(version)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("SELECT count(*) FROM settings").fetchone()

    def _migrate(self, version: int) -> None:
        """Bring the schema up to date.

        A checked backup of a file that holds anything, then all pending steps at once.
        """
        from sqlite_utils import Database as Migrated

        from engine.store.migrations import migrations

        if version:
            self.backup(
                self.directory / "backups" / f"version-{version}-{datetime.now():%Y%m%d-%H%M%S}.db"
            )
            _keep_newest(self.directory / "backups", _BACKUPS_KEPT)
        database = Migrated(self._connection)
        # The steps and the number move together: a kill in between leaves the old version.
        with database.atomic():
            migrations.apply(database)
            self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def backup(self, target: Path) -> None:
        """Copy the database to `target` through SQLite's backup API.

        The copy is checked and then gets its name.
        """
        target.parent.mkdir(exist_ok=True)
        partial = target.with_suffix(".partial")
        partial.unlink(missing_ok=True)
        copy = sqlite3.connect(partial)
        try:
            self._connection.backup(copy)
            (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
        finally:
            copy.close()
        if verdict != "ok":
            partial.unlink(missing_ok=True)
            raise _damaged(self.path, verdict)
        os.replace(partial, target)

    def integrity(self) -> str:
        """'ok', or what SQLite's integrity check found first."""
        (verdict,) = self._connection.execute("PRAGMA integrity_check(1)").fetchone()
        return str(verdict)

    def close(self) -> None:
        """Close the database and release the lock. Twice is fine."""
        self._connection.close()
        self._lock.release()

    @contextmanager
    def transaction(self, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction; nested ones join the outer one.

        `durable`: on the disk itself when it ends (a person's word). False: consistent at any time,
        but the last of them may be lost with the power (what a machine can do again). Raises
        AlbumenError for a full disk and its like.
        """
        connection = self._connection
        if connection.in_transaction:
            yield connection
            return
        try:
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # Does nothing where the error itself has ended the transaction.
                connection.rollback()
                raise
        except sqlite3.IntegrityError:
            raise  # a bug, not the world
        except sqlite3.Error as error:
            raise _expected(error, self.path) from error

    def changes(self) -> int:
        """How many rows were written since the file was opened: who remembers it sees changes."""
        return self._connection.total_changes

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query; AlbumenError when the file is damaged."""
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            raise _expected(error, self.path) from error

    def number(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """The first column of the first row."""
        return int(self.rows(sql, parameters)[0][0])

    def ids(self, sql: str, parameters: Sequence[object] = ()) -> array[int]:
        """The first column of all rows, (N,) int64."""
        return array("q", chain.from_iterable(self.rows(sql, parameters)))

    def portions(
        self, sql: str, parameters: Sequence[object] = (), size: int = 8192
    ) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a query, so many at a time; AlbumenError when the file is damaged."""
        try:
            cursor = self._connection.execute(sql, parameters)
            while some := cursor.fetchmany(size):
                yield some
        except sqlite3.DatabaseError as error:
            raise _expected(error, self.path) from error

    def compact(self) -> None:
        """Give the room of deleted rows back to the disk.

        Where there is no room to write the file anew, it stays for new rows.
        """
        try:
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.OperationalError:
            pass


def sqlite_version() -> str:
    """The version of SQLite in this program."""
    return sqlite3.sqlite_version


def in_portions(values: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """The values, so many at a time: a query takes only so many parameters."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def marks(values: Sequence[object]) -> str:
    """A question mark for each value, as `IN (...)` takes them."""
    return ",".join("?" * len(values))


def _refuse_foreign(path: Path) -> None:
    """Look at the header before SQLite opens (and so may write) the file."""
    try:
        with open(path, "rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        return
    except OSError as error:
        raise AlbumenError(
            "The library {path} cannot be read ({detail}).",
            path=str(path),
            detail=error.strerror or str(error),
        ) from error
    if not header:
        return
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise AlbumenError(
            "{path} is damaged or no library; {remedy}.", path=str(path), remedy=_remedy(path)
        )
    version = int.from_bytes(header[60:64], "big")
    application = int.from_bytes(header[68:72], "big")
    if application not in (0, _APPLICATION_ID) or (version and not application):
        raise AlbumenError(
            "{path} is a database of another program, not a library of Albumen; choose another "
            "folder.",
            path=str(path),
        )
    if version > SCHEMA_VERSION:
        raise _newer(path, version)


def _newer(path: Path, version: int) -> AlbumenError:
    return AlbumenError(
        "The library {path} was made by a newer Albumen (schema {version}, this one knows "
        "{known}); install the newer version to open it. Nothing was changed.",
        path=str(path),
        version=version,
        known=SCHEMA_VERSION,
    )


def _expected(error: sqlite3.Error, path: Path) -> AlbumenError:
    """What an error of SQLite means to a person."""
    text = str(error)
    match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF:  # without what it adds
        case sqlite3.SQLITE_FULL:
            return AlbumenError(
                "The disk that holds the library {path} is full; make room and go on, nothing that "
                "was saved is lost.",
                path=str(path),
            )
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN:
            return AlbumenError(
                "The library {path} could not be read or written ({detail}); check the disk and "
                "its permissions.",
                path=str(path),
                detail=text,
            )
        case sqlite3.SQLITE_READONLY:
            return AlbumenError(
                "The library {path} may not be written; check its permissions.", path=str(path)
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return AlbumenError("The library {path} is in use by another program.", path=str(path))
    return _damaged(path, text)


def _damaged(path: Path, detail: str) -> AlbumenError:
    return AlbumenError(
        "The library {path} is damaged ({detail}); {remedy}.",
        path=str(path),
        detail=detail,
        remedy=_remedy(path),
    )


def _remedy(path: Path) -> Message:
    if any(path.parent.glob("backups/words-*.json")):
        return message(
            "move it away, start Albumen and add your folders; then 'Bring back saved labels and "
            "corrections' in the menu 'Library' finds them in the folder 'backups' beside it"
        )
    if any(path.parent.glob("backups/*.db")):
        return message("put back a copy from the folder 'backups' beside it")
    return message("move it away and a new one is made; the photos themselves are untouched")


def _keep_newest(directory: Path, n: int) -> None:
    for old in sorted(directory.glob("version-*.db"), key=lambda file: file.stat().st_mtime)[:-n]:
        old.unlink()
