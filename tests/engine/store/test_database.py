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
import time
from pathlib import Path

import pytest

from engine.records import AlbumenError, Folder, FolderState, Photo, PhotoState
from engine.store import database, migrations
from engine.store.files import _local_day
from engine.store.store import Store
from tests.support.raw_sql import execute, insert_photo, number, rows, update_photos

FROZEN = Path(__file__).parents[2] / "fixtures" / "library-v1.db"


@pytest.fixture
def opened(tmp_path: Path) -> Store:
    return Store(tmp_path)


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


def test_folders(opened: Store) -> None:
    first, second = opened.folders.add(b"/b"), opened.folders.add(b"/a\xff")
    insert_photo(opened, b"/b/1.jpg", folder=first)
    insert_photo(opened, b"/b/2.jpg", "missing", folder=first)
    assert opened.folders.watched() == [
        Folder(second, "/a\udcff", FolderState.ONLINE, 0),
        Folder(first, "/b", FolderState.ONLINE, 1),
    ]
    assert opened.folders.add(b"/b") == first
    assert opened.folders.set_state(first, FolderState.OFFLINE) is True
    assert opened.folders.set_state(first, FolderState.OFFLINE) is False


def test_a_removed_folder_comes_back_with_its_photos(opened: Store) -> None:
    folder = opened.folders.add(b"/a")
    photo = insert_photo(opened, b"/a/1.jpg", folder=folder)
    assert opened.folders.remove(folder) == [photo]
    assert opened.folders.watched() == [] and opened.photos.id_of(b"/a/1.jpg") is None
    assert opened.folders.add(b"/a") == folder
    assert opened.folders.bring_back(folder) == [photo]
    assert opened.photos.id_of(b"/a/1.jpg") == photo


def test_photos_in_the_order_asked(opened: Store) -> None:
    opened.folders.add(b"/a")
    one, two = (
        insert_photo(opened, b"/a/1.jpg", content="ab" * 16),
        insert_photo(opened, b"/a/caf\xe9.jpg", "failed"),
    )
    assert opened.photos.records([two, 99, one]) == [
        Photo(
            two, "/a/caf\udce9.jpg", "caf\ufffd.jpg", 1, PhotoState.FAILED, 10, 30.5, 0, 0, "", None
        ),
        Photo(one, "/a/1.jpg", "1.jpg", 1, PhotoState.OK, 10, 30.5, 0, 0, "ab" * 16, None),
    ]
    update_photos(opened, "width = ?", [one], 4)
    assert opened.photos.records([one])[0].thumbnail == str(
        opened.thumbnails / "ab" / f"{'ab' * 16}.jpg"
    )


def test_embeddings_of_two_models_are_never_mixed(opened: Store) -> None:
    opened.folders.add(b"/a")
    photos = [insert_photo(opened, b"/a/%d.jpg" % i, content=f"{i:032}") for i in range(3)]
    one = opened.embeddings.model_number("aaa", "starter")
    two = opened.embeddings.model_number("bbb", "other")
    assert opened.embeddings.model_number("aaa", "starter") == one != two
    opened.embeddings.put(one, [(photos[0], b"x", 0.5), (photos[1], b"y", 0.25)])
    opened.embeddings.put(two, [(photos[0], b"z", 1.0)])
    assert list(opened.embeddings.portions(one)) == [
        [(photos[0], b"x", 0.5), (photos[1], b"y", 0.25)]
    ]
    assert opened.embeddings.of(two, photos) == [(photos[0], b"z", 1.0)]
    assert opened.embeddings.by_content(one, [f"{0:032}", f"{2:032}"]) == [(f"{0:032}", b"x")]
    update_photos(opened, "state = 'missing'", photos[:1])
    assert list(opened.embeddings.portions(one)) == [[(photos[1], b"y", 0.25)]]
    opened.embeddings.put_centres(one, "words", [(0.75, photos[0])])
    assert list(opened.embeddings.portions(one, unseen=True)) == [
        [(photos[0], b"x", 0.75), (photos[1], b"y", 0.25)]
    ]
    assert opened.embeddings.vocabulary_of(one) == "words"


def test_settings_and_text_features(opened: Store) -> None:
    assert opened.get("model", "starter") == "starter"
    opened.set("model", "other")
    assert opened.get("model") == "other"
    model = opened.embeddings.model_number("aaa", "starter")
    assert opened.embeddings.text_features(model, "cat") is None
    opened.embeddings.put_text_features(model, [("cat", b"1234")])
    assert opened.embeddings.text_features(model, "cat") == b"1234"


def test_a_failed_transaction_leaves_nothing(opened: Store) -> None:
    with pytest.raises(ZeroDivisionError), opened.transaction():
        execute(opened, "INSERT INTO settings VALUES ('a', 'b')")
        _ = 1 / 0
    assert opened.get("a") == ""


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


def test_local_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        assert _local_day(0.0) == 0 and _local_day(12 * 3600) == 1
        assert _local_day(-86400.0 * 3650) == -3650
    finally:
        monkeypatch.undo()
        time.tzset()


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
