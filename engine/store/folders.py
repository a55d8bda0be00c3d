"""The watched folders as rows.

Knows: that a removed folder keeps its row and its photos, out of sight. Does not know: what is in a
folder (`files`), whether it can be reached (`disk`).
"""

from __future__ import annotations

import os

from engine.records import Folder, FolderState
from engine.store.database import Database
from engine.store.photos import SHOWN


class Folders:
    """The watched folders of one library."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def watched(self) -> list[Folder]:
        """Watched folders by path, with the photos that can be seen.

        Single files, if there are any, come as one folder without a path.
        """
        return [
            Folder(id_, os.fsdecode(path), FolderState(state), photos)
            for id_, path, state, photos in self._database.rows(
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
        return self._database.rows(
            "SELECT id, path FROM folders WHERE removed IS NULL ORDER BY path"
        )

    def add(self, path: bytes) -> int:
        """Watch a folder (b'': single files); returns its id.

        `bring_back` shows the photos of a removed one again.
        """
        with self._database.transaction() as connection:
            connection.execute(
                """INSERT INTO folders (path, kind) VALUES (?, ?)
                    ON CONFLICT (path) DO UPDATE SET removed = NULL, state = 'online'""",
                (path, "folder" if path else "files"),
            )
            folder_id = self._database.number("SELECT id FROM folders WHERE path = ?", (path,))
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

    def remove(self, folder_id: int) -> list[int]:
        """Stop watching: its photos go out of sight, nothing is deleted.

        Returns the ids that could be seen.
        """
        token = _token(folder_id)
        with self._database.transaction() as connection:
            seen = list(
                self._database.ids(
                    f"SELECT id FROM photos WHERE folder_id = ? AND {SHOWN}", (folder_id,)
                )
            )
            connection.execute("UPDATE folders SET removed = ? WHERE id = ?", (token, folder_id))
            connection.execute(
                "UPDATE photos SET hidden = ? WHERE folder_id = ? AND hidden IS NULL",
                (token, folder_id),
            )
        return seen

    def restore(self, folder_id: int) -> list[int]:
        """Undo `remove`; returns the ids that can be seen again."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE folders SET removed = NULL WHERE id = ?", (folder_id,))
            return self.bring_back(folder_id)

    def absorb(self, folder_id: int, into: int) -> None:
        """A watched folder turned out to lie inside another one: one row is enough."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE photos SET folder_id = ? WHERE folder_id = ?", (into, folder_id)
            )
            connection.execute("DELETE FROM folders WHERE id = ?", (folder_id,))

    def set_state(self, folder_id: int, state: FolderState) -> bool:
        """Remember whether a folder can be reached; True when that changed."""
        with self._database.transaction(durable=False) as connection:
            cursor = connection.execute(
                "UPDATE folders SET state = ? WHERE id = ? AND state != ?",
                (state.value, folder_id, state.value),
            )
        return cursor.rowcount > 0

    def bring_back(self, folder_id: int) -> list[int]:
        """Show again the photos that went out of sight with a folder; returns their ids."""
        token = (_token(folder_id),)
        with self._database.transaction() as connection:
            ids = list(self._database.ids("SELECT id FROM photos WHERE hidden = ?", token))
            connection.execute("UPDATE photos SET hidden = NULL WHERE hidden = ?", token)
        return ids

    def scan_token(self, folder_id: int) -> str:
        """What `scan.walk` left in the folder's memory; "" at first."""
        return str(
            self._database.rows("SELECT scan_token FROM folders WHERE id = ?", (folder_id,))[0][0]
        )

    def set_scan_token(self, folder_id: int, token: str) -> None:
        """Remember for the next `scan.walk`."""
        with self._database.transaction(durable=False) as connection:
            connection.execute("UPDATE folders SET scan_token = ? WHERE id = ?", (token, folder_id))


def _token(folder_id: int) -> str:
    """Under which the photos of a removed folder are hidden."""
    return f"folder {folder_id}"
