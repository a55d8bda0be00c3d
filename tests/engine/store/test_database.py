"""The database file.

Made, migrated with a backup, refused when newer or foreign, safe when the disk is full.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from engine.records import AlbumenError
from engine.store import database, migrations
from engine.store.store import Store
from tests.support.frozen_library import freeze
from tests.support.raw_sql import insert_photo, number, rows

FROZEN = Path(__file__).parents[2] / "fixtures" / "library-v1.db"


def test_the_two_places_that_count_the_steps_agree() -> None:
    assert database.SCHEMA_VERSION == migrations.SCHEMA_VERSION
    assert [step.__name__ for step in migrations.STEPS] == [
        migration.name for migration in migrations.migrations.pending(_empty())
    ]


def _empty():  # type: ignore[no-untyped-def]
    from sqlite_utils import Database

    return Database(memory=True)


def test_how_the_file_is_opened(opened: Store) -> None:
    assert number(opened, "PRAGMA user_version") == database.SCHEMA_VERSION
    assert number(opened, "PRAGMA application_id") == migrations.APPLICATION_ID
    assert rows(opened, "PRAGMA journal_mode") == [("wal",)]
    assert rows(opened, "PRAGMA foreign_keys") == [(1,)]
    assert opened.integrity() == "ok"


def test_a_current_library_opens_without_the_migration_package(tmp_path: Path) -> None:
    Store(tmp_path).close()
    code = """
import sys
from engine.library.library import Library
Library.open(sys.argv[1]).counts()
print([name for name in ('sqlite_utils', 'torch', 'PIL', 'PySide6') if name in sys.modules])
"""
    child = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert child.stdout == "[]\n"


def test_newer_schema_is_refused_unwritten(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with sqlite3.connect(tmp_path / "library.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = (tmp_path / "library.db").read_bytes()
    with pytest.raises(AlbumenError, match="newer Albumen"):
        Store(tmp_path)
    assert (tmp_path / "library.db").read_bytes() == before
    assert not list(tmp_path.glob("library.db-*"))


@pytest.mark.parametrize(
    "content", [b"no database at all", b"SQLite format 3\0" + bytes(50), bytes(4096)]
)
def test_a_file_that_is_no_library(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "library.db").write_bytes(content)
    with pytest.raises(AlbumenError, match="damaged or no library"):
        Store(tmp_path)
    assert (tmp_path / "library.db").read_bytes() == content


def test_a_database_of_another_program(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "library.db") as connection:
        connection.execute("CREATE TABLE theirs (a)")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    with pytest.raises(AlbumenError, match="another program"):
        Store(tmp_path)


def test_a_damaged_page_is_a_sentence(tmp_path: Path) -> None:
    opened = Store(tmp_path)
    opened.folders.add(b"/a")
    for i in range(300):
        insert_photo(opened, b"/a/%d.jpg" % i)
    opened.close()
    content = bytearray((tmp_path / "library.db").read_bytes())
    content[4096:] = b"\xaa" * (len(content) - 4096)
    (tmp_path / "library.db").write_bytes(content)
    with pytest.raises(AlbumenError, match=r"damaged \(.*\); move it away and a new one is made"):
        Store(tmp_path).folders.watched()


def test_a_full_disk_is_a_sentence_and_the_store_goes_on(opened: Store) -> None:
    opened.folders.add(b"/a")
    pages = number(opened, "PRAGMA page_count")
    opened._database._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(AlbumenError, match="full; make room"):
        for i in range(1000):
            insert_photo(opened, b"/a/%d.jpg" % i)
    opened._database._connection.execute("PRAGMA max_page_count = 1073741823")
    insert_photo(opened, b"/a/late.jpg")
    assert opened.photos.id_of(b"/a/late.jpg") is not None and opened.integrity() == "ok"


def test_library_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AlbumenError, match="cannot be made"):
        Store(tmp_path / "file" / "library")


def test_frozen_library_of_version_1_opens(tmp_path: Path) -> None:
    """The file was written by the first release.

    Never make it again: it stands for the libraries of users.
    """
    shutil.copy(FROZEN, tmp_path / "library.db")
    opened = Store(tmp_path)
    assert number(opened, "PRAGMA user_version") == database.SCHEMA_VERSION
    assert [folder.path for folder in opened.folders.watched()] == ["/pictures"]
    assert [photo.name for photo in opened.photos.records([1, 2, 3])] == [
        "dog.jpg",
        "cup.jpg",
        "caf\ufffd.jpg",
    ]
    assert rows(opened, "SELECT photo_id, present FROM corrections ORDER BY photo_id") == [
        (1, 1),
        (2, 0),
    ]
    assert rows(opened, "SELECT name FROM labels ORDER BY id") == [("dog",), ("cup",)]
    assert opened.integrity() == "ok"


FROZEN_ONES = sorted(FROZEN.parent.glob("library-v*.db"))


def test_every_version_before_this_one_is_frozen() -> None:
    frozen = {int(file.stem.removeprefix("library-v")) for file in FROZEN_ONES}
    assert frozen >= set(range(1, database.SCHEMA_VERSION))


@pytest.mark.parametrize("file", FROZEN_ONES, ids=lambda file: file.stem)
def test_a_frozen_library_opens_with_all_that_was_said(file: Path, tmp_path: Path) -> None:
    with sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True) as old:
        said = old.execute("SELECT photo_id, label_id, present FROM corrections").fetchall()
        names = old.execute("SELECT name FROM labels").fetchall()
        kinds = old.execute("SELECT id, kind FROM versions").fetchall()
    old.close()
    assert said and names and kinds
    shutil.copy(file, tmp_path / "library.db")
    opened = Store(tmp_path)
    assert number(opened, "PRAGMA user_version") == database.SCHEMA_VERSION
    assert rows(opened, "SELECT photo_id, label_id, present FROM corrections") == said
    assert rows(opened, "SELECT name FROM labels") == names
    assert rows(opened, "SELECT id, kind FROM versions") == kinds
    assert opened.integrity() == "ok"


@pytest.mark.slow
def test_a_library_of_today_can_be_frozen_once(tmp_path: Path) -> None:
    file = freeze(tmp_path)
    assert file.name == f"library-v{database.SCHEMA_VERSION}.db"
    with pytest.raises(FileExistsError, match="frozen already"):
        freeze(tmp_path)
    (tmp_path / "again").mkdir()
    shutil.copy(file, tmp_path / "again" / "library.db")
    opened = Store(tmp_path / "again")
    assert rows(opened, "SELECT name FROM labels") == [("cat",), ("cup",)]
    assert number(opened, "SELECT count(*) FROM photos WHERE state = 'ok'") == 8
    assert number(opened, "SELECT count(*) FROM corrections") == 8
    assert rows(opened, "SELECT kind FROM versions WHERE kind != 'zero-shot'") != []


def test_migration_makes_a_checked_backup_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(FROZEN, tmp_path / "library.db")
    _pretend_a_next_version(monkeypatch, "CREATE TABLE later (a)")
    opened = Store(tmp_path)
    assert number(opened, "PRAGMA user_version") == database.SCHEMA_VERSION
    assert rows(opened, "SELECT count(*) FROM later") == [(0,)]
    (backup,) = (tmp_path / "backups").iterdir()
    with sqlite3.connect(backup) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (1,)
        assert copy.execute("SELECT count(*) FROM corrections").fetchone() == (2,)
    copy.close()


def test_failed_migration_leaves_the_old_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(FROZEN, tmp_path / "library.db")
    with monkeypatch.context() as patch:
        _pretend_a_next_version(patch, "CREATE TABLE later (a)", "this is no SQL")
        with pytest.raises(AlbumenError):
            Store(tmp_path)
    opened = Store(tmp_path)
    assert number(opened, "PRAGMA user_version") == database.SCHEMA_VERSION
    assert rows(opened, "SELECT name FROM sqlite_master WHERE name = 'later'") == []


def _pretend_a_next_version(monkeypatch: pytest.MonkeyPatch, *statements: str) -> None:
    from sqlite_utils.migrations import Migrations

    future = Migrations("albumen")
    for step in migrations.STEPS:
        future()(step)

    @future()
    def next_version(database) -> None:  # type: ignore[no-untyped-def]
        for statement in statements:
            database.conn.execute(statement)

    monkeypatch.setattr(migrations, "migrations", future)
    monkeypatch.setattr(database, "SCHEMA_VERSION", database.SCHEMA_VERSION + 1)


def test_only_the_newest_backups_are_kept(tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    for i in range(5):
        file = tmp_path / "backups" / f"version-1-2026010{i}.db"
        file.write_bytes(b"")
        os.utime(file, (i, i))
    database._keep_newest(tmp_path / "backups", 3)
    assert sorted(file.name[-4] for file in (tmp_path / "backups").iterdir()) == ["2", "3", "4"]


KILLED = """
import os, signal, sys
from pathlib import Path
from sqlite_utils.migrations import Migrations
from engine.store import database, migrations
from engine.store.store import Store
future = Migrations("albumen")
for step in migrations.STEPS:
    future()(step)
@future()
def next_version(db):
    db.conn.execute("CREATE TABLE later (a)")
    db.conn.execute("DELETE FROM corrections")
    if sys.argv[2] == "in the migration":
        os.kill(os.getpid(), signal.SIGKILL)
migrations.migrations = future
database.SCHEMA_VERSION += 1
if sys.argv[2] == "in the backup":
    os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
Store(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("moment", ["in the backup", "in the migration"])
def test_kill_during_a_migration(tmp_path: Path, moment: str) -> None:
    shutil.copy(FROZEN, tmp_path / "library.db")
    child = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), moment], capture_output=True, check=False
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    opened = Store(tmp_path)
    assert (
        number(opened, "PRAGMA user_version") == database.SCHEMA_VERSION
        and opened.integrity() == "ok"
    )
    assert rows(opened, "SELECT count(*) FROM corrections") == [(2,)]
    assert rows(opened, "SELECT name FROM sqlite_master WHERE name = 'later'") == []
