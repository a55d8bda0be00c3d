"""A library whose file is damaged where SQLite does not stumble over it.

It is not migrated, and no backup pretends to be one.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from engine.library.library import Library
from engine.records import AlbumenError

FROZEN = Path(__file__).parents[2] / "fixtures" / "library-v1.db"


def _unsettle(database: Path) -> None:
    """Let an index lack a row: every query still runs, only the integrity check finds it."""
    connection = sqlite3.connect(database)
    index = connection.execute(
        "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master WHERE name = ?",
        ("photos_by_folder",),
    ).fetchone()
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("DELETE FROM sqlite_master WHERE name = ?", (index[1],))
    connection.commit()
    connection.close()
    connection = sqlite3.connect(database)  # knows nothing of the index
    connection.execute("UPDATE photos SET folder_id = folder_id + 1 WHERE id = 1")
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", index)
    connection.commit()
    connection.close()


def test_a_copy_that_fails_its_check_is_no_backup(tmp_path: Path) -> None:
    file = tmp_path / "library.db"
    shutil.copy(FROZEN, file)
    _unsettle(file)
    for _ in range(2):
        with pytest.raises(AlbumenError, match="is damaged") as told:
            Library.open(tmp_path)
        assert str(file) in str(told.value) and "photos_by_folder" in str(told.value)
        assert list((tmp_path / "backups").iterdir()) == []
    with sqlite3.connect(file) as left:  # as it was: nothing was migrated
        assert left.execute("PRAGMA user_version").fetchone() == (1,)


def test_a_sound_one_is_copied_before_it_is_migrated(tmp_path: Path) -> None:
    shutil.copy(FROZEN, tmp_path / "library.db")
    Library.open(tmp_path).close()
    (backup,) = (tmp_path / "backups").glob("*.db")
    with sqlite3.connect(backup) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (1,)
        assert copy.execute("SELECT count(*) FROM photos").fetchone() == (3,)
