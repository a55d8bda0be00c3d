"""Files and folders from the whole window: trash, copies, paths, export, removal."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from desktop_app.photos import desktop_files
from desktop_app.window.main_window import MainWindow
from tests.support.fake_library import FakeLibrary
from tests.support.whole_window import CTRL, SHIFT, Key
from tests.support.whole_window import library as library
from tests.support.whole_window import make as make
from tests.support.whole_window import session as session
from tests.support.whole_window import window as window


@pytest.fixture
def real_files(library: FakeLibrary, tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for one, photo in library.photo_rows.items():
        path = folder / photo.name
        path.write_bytes(photo.name.encode())
        library.photo_rows[one] = dataclasses.replace(photo, path=str(path))
    return folder


@pytest.mark.slow
def test_delete_moves_to_the_trash_and_undo_brings_it_back(
    qtbot: QtBot, real_files: Path, window: MainWindow, library: FakeLibrary
) -> None:
    window.grid.select_ids([40, 39])
    QTest.keyClick(window.grid, Key.Key_Delete)
    qtbot.waitUntil(lambda: window.model.rowCount() == 38)
    assert not (real_files / "photo-0040.jpg").exists()
    assert "Moved 2 photo" in window.strip.sentence()
    QTest.mouseClick(window.strip.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.model.rowCount() == 40)
    assert (real_files / "photo-0040.jpg").read_bytes() == b"photo-0040.jpg"


def test_copies_of_the_selection(
    qtbot: QtBot,
    real_files: Path,
    window: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(out))
    window.grid.select_ids([1, 2, 3])
    QTest.keyClick(window, Key.Key_E, CTRL)
    qtbot.waitUntil(lambda: "Copied 3 photo" in window.strip.sentence())
    assert sorted(path.name for path in out.iterdir()) == [
        "photo-0001.jpg",
        "photo-0002.jpg",
        "photo-0003.jpg",
    ]


def test_closing_asks_while_photos_are_being_copied(
    qtbot: QtBot,
    real_files: Path,
    window: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "out"
    go_on = Event()
    asked = []
    out.mkdir()
    copy = desktop_files.copy_beside
    monkeypatch.setattr(desktop_files, "copy_beside", lambda *paths: (go_on.wait(60), copy(*paths)))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(out))
    window.grid.select_ids([1, 2, 3])
    QTest.keyClick(window, Key.Key_E, CTRL)
    qtbot.waitUntil(window.file_acts.export.running)

    def answer(box: QMessageBox) -> None:
        asked.append(box.text())
        stop = next(one for one in box.buttons() if one.text() == "Stop copying and quit")
        (box.defaultButton() if len(asked) == 1 else stop).click()
        go_on.set()

    monkeypatch.setattr(QMessageBox, "exec", answer)
    assert not window.close() and window.isVisible() and len(asked) == 1
    qtbot.waitUntil(lambda: "Copied 3 photo" in window.strip.sentence())
    qtbot.waitUntil(lambda: not window.file_acts.export.running())
    go_on.clear()
    QTest.keyClick(window, Key.Key_E, CTRL)
    qtbot.waitUntil(window.file_acts.export.running)
    assert window.close() and len(asked) == 2
    assert {path.name for path in out.iterdir()} >= {f"photo-000{one}.jpg" for one in (1, 2, 3)}
    # No halves.
    assert all(path.read_bytes().decode().split(".")[0] == path.name[:10] for path in out.iterdir())


def test_the_path_on_the_clipboard(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.select_ids([1])
    QTest.keyClick(window.grid, Key.Key_C, CTRL)
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == "/photos/photo-0001.jpg")


def test_tags_as_a_file(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tags.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(path), ""))
    window.actions_["export_csv"].trigger()
    qtbot.waitUntil(lambda: "Exported" in window.strip.sentence())
    assert path.read_text() == "path,label\n"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: ("/nowhere/tags.csv", ""))
    window.actions_["export_csv"].trigger()
    qtbot.waitUntil(lambda: "could not be written" in window.strip.sentence())


def test_show_in_folder(qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(desktop_files, "show_in_folder", shown.append)
    window.grid.select_ids([5])
    QTest.keyClick(window.grid, Key.Key_F, CTRL | SHIFT)
    qtbot.waitUntil(lambda: shown == ["/photos/photo-0005.jpg"])


@pytest.mark.slow
def test_a_folder_is_removed_and_undo_brings_it_back(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    window.library_panel.remove_folder_requested.emit(1)
    qtbot.waitUntil(lambda: library.folder_list == [])
    qtbot.waitUntil(lambda: window.model.rowCount() == 0)
    QTest.keyClick(window, Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: [folder.path for folder in library.folder_list] == ["/photos"])
    qtbot.waitUntil(lambda: window.model.rowCount() == 40)
