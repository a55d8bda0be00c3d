"""All that a library keeps, behind one class: a part for each thing that it knows about.

Knows: which parts there are, and the few facts of the library as a whole. Does not know: the SQL of
any part, which stays in this room.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.store.corrections import Corrections
from engine.store.database import SCHEMA_VERSION, Database, sqlite_version
from engine.store.embeddings import Embeddings
from engine.store.files import Files
from engine.store.folders import Folders
from engine.store.keywords import Keywords
from engine.store.labels import Labels
from engine.store.photos import Photos
from engine.store.tags import Tags
from engine.store.versions import Versions


class Store:
    """One open library directory.

    `folders`, `photos` (as a person sees them), `files` (the same photos as the disk has them),
    `embeddings`, `labels`, `corrections`, `tags`, `versions`, `keywords`: what stands in it.
    """

    schema = SCHEMA_VERSION
    """The number of the schema that this program writes."""

    sqlite_version = sqlite_version()
    """Of the database's own program."""

    def __init__(self, directory: Path) -> None:
        """Open `directory`/library.db, making both when they are not there.

        Raises AlbumenError (see `Library.open`).
        """
        self._database = database = Database(directory)
        self.directory = directory
        self.path = database.path
        self.thumbnails = database.thumbnails
        self.folders = Folders(database)
        self.photos = Photos(database)
        self.files = Files(database)
        self.embeddings = Embeddings(database)
        self.labels = Labels(database)
        self.corrections = Corrections(database, self.labels, self.photos)
        self.tags = Tags(database)
        self.versions = Versions(database)
        self.keywords = Keywords(database)

    def close(self) -> None:
        """Close the database and release the lock. Twice is fine."""
        self._database.close()

    @contextmanager
    def transaction(self, durable: bool = True) -> Iterator[None]:
        """All that is written inside is written whole or not at all; nested ones join the outer.

        `durable`: on the disk itself when it ends (a person's word). False: consistent at any time,
        but the last of them may be lost with the power (what a machine can do again). Raises
        AlbumenError for a full disk and its like.
        """
        with self._database.transaction(durable):
            yield

    def get(self, key: str, default: str = "") -> str:
        """A fact of the library, or `default`."""
        found = self._database.rows("SELECT value FROM settings WHERE key = ?", (key,))
        return str(found[0][0]) if found else default

    def set(self, key: str, value: str) -> None:
        """Remember a fact of the library."""
        with self._database.transaction() as connection:
            connection.execute("REPLACE INTO settings (key, value) VALUES (?, ?)", (key, value))

    def changes(self) -> int:
        """How many rows were written since the library was opened: a mark of its state."""
        return self._database.changes()

    def integrity(self) -> str:
        """'ok', or what SQLite's integrity check found first."""
        return self._database.integrity()

    def compact(self) -> None:
        """Give the room of deleted rows back to the disk, where it has room to write anew."""
        self._database.compact()
