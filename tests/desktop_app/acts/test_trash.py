"""Photos to the trash and back: undone, refused, in the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QFile
from pytestqt.qtbot import QtBot

from desktop_app.acts import trash
from desktop_app.acts.history import History
from desktop_app.acts.trash import from_trash, to_trash
from desktop_app.link.engine_link import EngineLink
from engine.records import Photo, PhotoState
from tests.support.acts import close_while_the_engine_is_busy
from tests.support.acts import history as history
from tests.support.acts import library as library
from tests.support.acts import link as link
from tests.support.fake_library import FakeLibrary


@pytest.fixture
def trash_files() -> Path:
    """The desktop's trash: Qt's own, in the temporary home of the tests."""
    return Path(os.environ["XDG_DATA_HOME"]) / "Trash" / "files"


class RefusingFile(QFile):
    """A file on a drive without a trash."""

    def moveToTrash(self) -> bool:
        return False


def photo(path: Path, one: int) -> Photo:
    return Photo(one, str(path), path.name, 1, PhotoState.OK, 1, 0.0, 1, 1, "", None)


def test_a_file_that_is_gone_already(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="not there any more"):
        to_trash(str(tmp_path / "nowhere.jpg"))


def test_taking_a_file_back_never_overwrites(tmp_path: Path) -> None:
    place = tmp_path / "trashed.jpg"
    path = tmp_path / "a.jpg"
    place.write_bytes(b"old")
    path.write_bytes(b"new")
    with pytest.raises(OSError, match="stays in the trash"):
        from_trash(f"{place}\0{path}")
    assert (place.read_bytes(), path.read_bytes()) == (b"old", b"new")


def test_photos_to_the_trash_and_back(
    qtbot: QtBot,
    history: History,
    link: EngineLink,
    library: FakeLibrary,
    tmp_path: Path,
    trash_files: Path,
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"photo")
    trash.move_to_trash(history, "trash", [photo(path, 1)])
    qtbot.waitUntil(lambda: 1 not in library.photo_rows)
    assert not path.exists() and (trash_files / "a.jpg").read_bytes() == b"photo"
    history.stack.undo()
    qtbot.waitUntil(lambda: 1 in library.photo_rows)
    assert path.read_bytes() == b"photo"
    assert list(trash_files.parent.rglob("a.jpg*")) == []
    history.stack.redo()
    qtbot.waitUntil(lambda: 1 not in library.photo_rows)
    assert not path.exists()


def test_undo_while_the_trash_is_still_busy(
    qtbot: QtBot, history: History, library: FakeLibrary, tmp_path: Path, trash_files: Path
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"photo")
    trash.move_to_trash(history, "trash", [photo(path, 1)])
    history.stack.undo()
    qtbot.waitUntil(
        lambda: any(verb == "forget" for verb, _, _ in library.calls) and 1 in library.photo_rows
    )
    qtbot.waitUntil(path.exists)


def test_a_file_that_cannot_go_to_the_trash_stays(
    qtbot: QtBot,
    history: History,
    library: FakeLibrary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"photo")
    monkeypatch.setattr("desktop_app.acts.trash.QFile", RefusingFile)
    with qtbot.waitSignal(history.problem) as told:
        trash.move_to_trash(history, "trash", [photo(path, 1)])
    assert "“a.jpg” could not be moved to the trash" in told.args[0]
    assert path.read_bytes() == b"photo"
    assert 1 in library.photo_rows
    qtbot.waitUntil(lambda: history.stack.count() == 0)


def test_files_come_back_where_the_library_refuses_to_forget_them(
    qtbot: QtBot,
    history: History,
    library: FakeLibrary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"photo")
    monkeypatch.setattr(library, "forget", lambda _ids: library.fail("The disk is full."))
    with qtbot.waitSignal(history.problem) as told:
        trash.move_to_trash(history, "trash", [photo(path, 1)])
    assert told.args == ["The disk is full."]
    assert path.read_bytes() == b"photo" and history.stack.count() == 0


def test_files_on_their_way_to_the_trash_are_forgotten_while_closing(
    history: History, link: EngineLink, library: FakeLibrary, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"photo")
    trash.move_to_trash(history, "trash", [photo(tmp_path / "a.jpg", 1)])
    library.hold.set()
    close_while_the_engine_is_busy(history, link, library)
    assert not (tmp_path / "a.jpg").exists() and 1 not in library.photo_rows
