"""The library's database file.

Opened by one process, migrated safely, read and written by one connection.

Knows: the SQL about folders, photos, embeddings and settings; the file lock, the backup before a
migration, which errors of SQLite a person can do something about. Does not know: labels and what
was said about them (`labels`), what is on disk (`scan`), tensors.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.records import AlbumenError, Failure, Folder, FolderState, Photo, PhotoState
from engine.store.lock import DirectoryLock

SCHEMA_VERSION = 2
"""Steps in `migrations.STEPS`; written here too so that opening a current library does not import
sqlite-utils."""

_APPLICATION_ID = 0x414C424D
_BACKUPS_KEPT = 3
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


class Store:
    """One open database.

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
                f"The library folder {directory} cannot be made ({error.strerror})."
            ) from error
        self._lock = DirectoryLock(directory)
        try:
            _refuse_foreign(self.path)
            self.connection = sqlite3.connect(self.path, isolation_level=None, timeout=5)
            try:
                self._prepare()
            except BaseException:
                self.connection.close()
                raise
        except sqlite3.Error as error:
            self._lock.release()
            raise AlbumenError(_sentence(error, self.path)) from error
        except BaseException:
            self._lock.release()
            raise

    def _prepare(self) -> None:
        connection = self.connection
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise AlbumenError(_newer(self.path, version))
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
        from sqlite_utils import Database

        from engine.store.migrations import migrations

        if version:
            self.backup(
                self.directory / "backups" / f"version-{version}-{datetime.now():%Y%m%d-%H%M%S}.db"
            )
            _keep_newest(self.directory / "backups", _BACKUPS_KEPT)
        database = Database(self.connection)
        # The steps and the number move together: a kill in between leaves the old version.
        with database.atomic():
            migrations.apply(database)
            self.connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def backup(self, target: Path) -> None:
        """Copy the database to `target` through SQLite's backup API.

        The copy is checked and then gets its name.
        """
        target.parent.mkdir(exist_ok=True)
        partial = target.with_suffix(".partial")
        partial.unlink(missing_ok=True)
        copy = sqlite3.connect(partial)
        try:
            self.connection.backup(copy)
            (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
        finally:
            copy.close()
        if verdict != "ok":
            partial.unlink(missing_ok=True)
            raise AlbumenError(
                f"The library {self.path} is damaged ({verdict}); {_remedy(self.path)}."
            )
        os.replace(partial, target)

    def integrity(self) -> str:
        """'ok', or what SQLite's integrity check found first."""
        (verdict,) = self.connection.execute("PRAGMA integrity_check(1)").fetchone()
        return str(verdict)

    def close(self) -> None:
        """Close the database and release the lock. Twice is fine."""
        self.connection.close()
        self._lock.release()

    @contextmanager
    def transaction(self, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction; nested ones join the outer one.

        `durable`: on the disk itself when it ends (a person's word). False: consistent at any time,
        but the last of them may be lost with the power (what a machine can do again). Raises
        AlbumenError for a full disk and its like.
        """
        connection = self.connection
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
            raise AlbumenError(_sentence(error, self.path)) from error

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query; AlbumenError when the file is damaged."""
        try:
            return self.connection.execute(sql, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            raise AlbumenError(_sentence(error, self.path)) from error

    def number(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """The first column of the first row."""
        return int(self.rows(sql, parameters)[0][0])

    # settings
    # ----------------------------------------------------------------------------------------------

    def get(self, key: str, default: str = "") -> str:
        """A fact of the library, or `default`."""
        found = self.rows("SELECT value FROM settings WHERE key = ?", (key,))
        return str(found[0][0]) if found else default

    def set(self, key: str, value: str) -> None:
        """Remember a fact of the library."""
        with self.transaction() as connection:
            connection.execute("REPLACE INTO settings (key, value) VALUES (?, ?)", (key, value))

    # folders
    # ----------------------------------------------------------------------------------------------

    def folders(self) -> list[Folder]:
        """Watched folders by path, with the photos that can be seen.

        Single files, if there are any, come as one folder without a path.
        """
        return [
            Folder(id_, os.fsdecode(path), FolderState(state), photos)
            for id_, path, state, photos in self.rows(
                """SELECT id, path, state,
                    (SELECT count(*) FROM photos
                        WHERE folder_id = folders.id AND photos.hidden IS NULL
                        AND photos.state != 'missing')
                    FROM folders WHERE removed IS NULL ORDER BY path"""
            )
            if path or photos
        ]

    def roots(self) -> list[tuple[int, bytes]]:
        """(id, path) of the watched folders; path b'' stands for single files."""
        return self.rows("SELECT id, path FROM folders WHERE removed IS NULL ORDER BY path")

    def add_folder(self, path: bytes) -> int:
        """Watch a folder (b'': single files); returns its id.

        `recall` brings back photos of a removed one.
        """
        with self.transaction() as connection:
            connection.execute(
                """INSERT INTO folders (path, kind) VALUES (?, ?)
                    ON CONFLICT (path) DO UPDATE SET removed = NULL, state = 'online'""",
                (path, "folder" if path else "files"),
            )
            folder_id = self.number("SELECT id FROM folders WHERE path = ?", (path,))
            if path:  # what was watched by itself below it now belongs to it
                inside = (
                    folder_id,
                    path.rstrip(b"/\\") + b"/",
                    path.rstrip(b"/\\") + b"0",
                    folder_id,
                )
                connection.execute(
                    """UPDATE photos SET folder_id = ? WHERE path > ? AND path < ? AND folder_id IN
                        (SELECT id FROM folders WHERE removed IS NULL AND id != ?)""",
                    inside if os.sep == "/" else (folder_id, path + b"\\", path + b"]", folder_id),
                )
        return folder_id

    def remove_folder(self, folder_id: int) -> list[int]:
        """Stop watching: its photos go out of sight, nothing is deleted.

        Returns the ids that could be seen.
        """
        token = f"folder {folder_id}"
        with self.transaction() as connection:
            seen = [
                row[0]
                for row in self.rows(
                    f"SELECT id FROM photos WHERE folder_id = ? AND {SHOWN}", (folder_id,)
                )
            ]
            connection.execute("UPDATE folders SET removed = ? WHERE id = ?", (token, folder_id))
            connection.execute(
                "UPDATE photos SET hidden = ? WHERE folder_id = ? AND hidden IS NULL",
                (token, folder_id),
            )
        return seen

    def restore_folder(self, folder_id: int) -> list[int]:
        """Undo `remove_folder`; returns the ids that can be seen again."""
        with self.transaction() as connection:
            connection.execute("UPDATE folders SET removed = NULL WHERE id = ?", (folder_id,))
            return self.recall(f"folder {folder_id}")

    def absorb_folder(self, folder_id: int, into: int) -> None:
        """A watched folder turned out to lie inside another one: one row is enough."""
        with self.transaction() as connection:
            connection.execute(
                "UPDATE photos SET folder_id = ? WHERE folder_id = ?", (into, folder_id)
            )
            connection.execute("DELETE FROM folders WHERE id = ?", (folder_id,))

    def set_folder_state(self, folder_id: int, state: FolderState) -> bool:
        """Remember whether a folder can be reached; True when that changed."""
        with self.transaction(durable=False) as connection:
            cursor = connection.execute(
                "UPDATE folders SET state = ? WHERE id = ? AND state != ?",
                (state.value, folder_id, state.value),
            )
        return cursor.rowcount > 0

    # photos
    # ----------------------------------------------------------------------------------------------

    def photos(self, ids: Sequence[int]) -> list[Photo]:
        """The photos with these ids, in the order given; unknown ids are left out."""
        found: dict[int, Photo] = {}
        for some in _portions(ids):
            marks = ",".join("?" * len(some))
            for row in self.rows(f"{_PHOTO} WHERE id IN ({marks})", some):
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
            reason=reason,
            attempts=attempts,
        )

    def thumbnail(self, content_hash: str) -> Path:
        """Where the thumbnail of this content is kept, whether it exists or not."""
        return self.thumbnails / content_hash[:2] / f"{content_hash}.jpg"

    def id_of(self, path: bytes) -> int | None:
        """The id of the photo at a path, if it can be seen."""
        found = self.rows(f"SELECT id FROM photos WHERE path = ? AND {SHOWN}", (path,))
        return int(found[0][0]) if found else None

    def find(self, path: str) -> int | None:
        """The id of the photo that a person means by a path: relative, with ~, or through links."""
        text = os.path.expanduser(path)
        found = self.id_of(os.fsencode(os.path.abspath(text)))
        return self.id_of(os.fsencode(os.path.realpath(text))) if found is None else found

    def paths(self, ids: Sequence[int], condition: str = "1") -> dict[int, bytes]:
        """Paths by photo id, of those that meet a condition."""
        found: dict[int, bytes] = {}
        for some in _portions(ids):
            marks = ",".join("?" * len(some))
            found.update(
                self.rows(
                    f"SELECT id, path FROM photos WHERE {condition} AND id IN ({marks})", some
                )
            )
        return found

    def failures(self) -> list[Failure]:
        """Photos that could not be read and that nobody chose to ignore, by path."""
        return [
            Failure(os.fsdecode(path), reason, attempts, id_)
            for id_, path, reason, attempts in self.rows(
                f"""SELECT id, path, reason, attempts FROM photos
                    WHERE {NOT_OK} = 'failed' AND ignored = 0 ORDER BY path"""
            )
        ]

    def recall(self, token: str) -> list[int]:
        """Bring back what was hidden under a token; returns the ids."""
        ids = [row[0] for row in self.rows("SELECT id FROM photos WHERE hidden = ?", (token,))]
        self.update_photos("hidden = NULL", ids)
        return ids

    def update_photos(self, assignment: str, ids: Sequence[int], *values: object) -> None:
        """`UPDATE photos SET assignment` on these ids.

        `assignment` is written in this program, never by a person.
        """
        with self.transaction() as connection:
            connection.executemany(
                f"UPDATE photos SET {assignment} WHERE id = ?", [(*values, id_) for id_ in ids]
            )

    # embeddings
    # ----------------------------------------------------------------------------------------------

    def model_number(self, model_id: str, name: str) -> int:
        """The number that stands for a model id in this file, given out on first use."""
        found = self.rows("SELECT id FROM models WHERE model_id = ?", (model_id,))
        if found:
            return int(found[0][0])
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO models (model_id, name) VALUES (?, ?)", (model_id, name)
            )
        return self.model_number(model_id, name)

    def embeddings(
        self, model: int, unseen: bool = False, portion: int = 8192
    ) -> Iterator[list[tuple[int, bytes, float]]]:
        """(photo id, vector, centre) of every photo that can be seen, in portions.

        `unseen`: of all photos.
        """
        # Where one model is all there is, reading the table from end to end takes half the time of
        # going by its index.
        scanned = "+" if self.number("SELECT count(*) FROM models") == 1 else ""
        hidden = "" if unseen else f"AND photo_id NOT IN (SELECT id FROM photos WHERE {UNSEEN})"
        cursor = self.connection.execute(
            f"""SELECT photo_id, vector, centre FROM embeddings WHERE {scanned}model = ?
                {hidden}""",
            (model,),
        )
        while some := cursor.fetchmany(portion):
            yield some

    def embeddings_of(self, model: int, ids: Sequence[int]) -> list[tuple[int, bytes, float]]:
        """The same of these photos, as far as they have one and can be seen."""
        found = []
        for some in _portions(ids):
            found += self.rows(
                f"""SELECT photo_id, vector, centre FROM embeddings
                    JOIN photos ON photos.id = photo_id
                    WHERE model = ? AND {SHOWN} AND photo_id IN ({",".join("?" * len(some))})""",
                (model, *some),
            )
        return found

    def embeddings_by_content(self, model: int, hashes: Sequence[str]) -> list[tuple[str, bytes]]:
        """(content hash, vector) of contents that a model has encoded, each once."""
        marks = ",".join("?" * len(hashes))
        return self.rows(
            f"""SELECT content_hash, vector FROM photos
                JOIN embeddings ON photo_id = id AND model = ?
                WHERE content_hash != '' AND content_hash IN ({marks}) GROUP BY content_hash""",
            (model, *hashes),
        )

    def embedding_count(self, model: int) -> int:
        """How many photos a model has encoded, seen or not."""
        return self.number("SELECT count(*) FROM embeddings WHERE model = ?", (model,))

    def embedded(self) -> bool:
        """True when any photo was encoded by any model."""
        return bool(self.number("SELECT EXISTS (SELECT 1 FROM embeddings)"))

    def vocabulary_of(self, model: int) -> str:
        """Digest of the words that a model's stored centres were made with."""
        return str(self.rows("SELECT vocabulary FROM models WHERE id = ?", (model,))[0][0])

    def put_centres(self, model: int, vocabulary: str, rows: Iterable[tuple[float, int]]) -> None:
        """Replace all (centre, photo id) of a model after the vocabulary changed."""
        with self.transaction(durable=False) as connection:
            connection.executemany(
                f"UPDATE embeddings SET centre = ? WHERE photo_id = ? AND model = {model}", rows
            )
            connection.execute("UPDATE models SET vocabulary = ? WHERE id = ?", (vocabulary, model))

    def put_embeddings(self, model: int, rows: Iterable[tuple[int, bytes, float]]) -> None:
        """Store (photo id, vector, centre) rows of a model."""
        with self.transaction(durable=False) as connection:
            connection.executemany(
                "REPLACE INTO embeddings (model, photo_id, vector, centre) VALUES (?, ?, ?, ?)",
                [(model, *row) for row in rows],
            )

    def text_features(self, model: int, key: str) -> bytes | None:
        """Stored text features (float32), or None."""
        found = self.rows(
            "SELECT features FROM text_features WHERE model = ? AND key = ?", (model, key)
        )
        return bytes(found[0][0]) if found else None

    def put_text_features(self, model: int, features: Iterable[tuple[str, bytes]]) -> None:
        """Remember text features of a model."""
        with self.transaction(durable=False) as connection:
            connection.executemany(
                "REPLACE INTO text_features (model, key, features) VALUES (?, ?, ?)",
                [(model, key, data) for key, data in features],
            )


def display_name(path: bytes) -> str:
    """A file's name as text for people: undecodable bytes are shown, not lost."""
    return os.path.basename(path).decode("utf-8", "replace")


def local_day(seconds: float) -> int:
    """Days since the epoch of a moment, by the clock on this machine's wall."""
    local = time.localtime(seconds)
    return datetime(local.tm_year, local.tm_mon, local.tm_mday).toordinal() - _EPOCH


_EPOCH = datetime(1970, 1, 1).toordinal()


def _portions(ids: Sequence[int], size: int = 500) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _refuse_foreign(path: Path) -> None:
    """Look at the header before SQLite opens (and so may write) the file."""
    try:
        with open(path, "rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        return
    except OSError as error:
        raise AlbumenError(f"The library {path} cannot be read ({error.strerror}).") from error
    if not header:
        return
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise AlbumenError(f"{path} is damaged or no library; {_remedy(path)}.")
    version = int.from_bytes(header[60:64], "big")
    application = int.from_bytes(header[68:72], "big")
    if application not in (0, _APPLICATION_ID) or (version and not application):
        raise AlbumenError(
            f"{path} is a database of another program, not a library of Albumen; "
            "choose another folder."
        )
    if version > SCHEMA_VERSION:
        raise AlbumenError(_newer(path, version))


def _newer(path: Path, version: int) -> str:
    return (
        f"The library {path} was made by a newer Albumen (schema {version}, "
        f"this one knows {SCHEMA_VERSION}); install the newer version "
        "to open it. Nothing was changed."
    )


def _sentence(error: sqlite3.Error, path: Path) -> str:
    """What an error of SQLite means to a person."""
    text = str(error)
    if "disk is full" in text:
        return (
            f"The disk that holds the library {path} is full; make room and go on, "
            "nothing that was saved is lost."
        )
    if "disk I/O error" in text or "unable to open" in text:
        return (
            f"The library {path} could not be read or written ({text}); "
            "check the disk and its permissions."
        )
    if "readonly" in text:
        return f"The library {path} may not be written; check its permissions."
    if "locked" in text:
        return f"The library {path} is in use by another program."
    return f"The library {path} is damaged ({text}); {_remedy(path)}."


def _remedy(path: Path) -> str:
    if any(path.parent.glob("backups/words-*.json")):
        return (
            "move it away, start Albumen, add your folders, then 'albumen-cli restore' brings back "
            "your labels and corrections from the folder 'backups' beside it"
        )
    if any(path.parent.glob("backups/*.db")):
        return "put back a copy from the folder 'backups' beside it"
    return "move it away and a new one is made; the photos themselves are untouched"


def _keep_newest(directory: Path, n: int) -> None:
    for old in sorted(directory.glob("version-*.db"), key=lambda file: file.stat().st_mtime)[:-n]:
        old.unlink()
