"""Copies of photos into a folder, paths on the clipboard, the file manager.

Originals stay as they are.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop_app.photos import desktop_files
from desktop_app.photos.desktop_files import Export, copy_beside, copy_paths
from engine.records import Photo, PhotoState


def photo(path: Path, one: int = 1) -> Photo:
    return Photo(one, str(path), path.name, 1, PhotoState.OK, 1, 0.0, 1, 1, "", None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def export(qtbot: QtBot) -> Iterator[Export]:
    export = Export()
    yield export
    export.close()


def test_copies_keep_name_content_and_date(
    qtbot: QtBot, export: Export, tmp_path: Path, folder: Path
) -> None:
    paths = []
    for name in ("a.jpg", "été 日本.png"):
        path = tmp_path / name
        path.write_bytes(name.encode() * 1000)
        os.utime(path, (1_000_000, 1_000_000))
        paths.append(path)
    with qtbot.waitSignal(export.finished) as told:
        export.start([photo(path) for path in paths], str(folder))
    assert told.args == [str(folder), 2, []]
    for path in paths:
        copy = folder / path.name
        assert copy.read_bytes() == path.read_bytes()
        assert copy.stat().st_mtime == 1_000_000


def test_nothing_is_overwritten(tmp_path: Path, folder: Path) -> None:
    (folder / "a.jpg").write_bytes(b"mine")
    path = tmp_path / "a.jpg"
    path.write_bytes(b"photo")
    assert copy_beside(str(path), str(folder)) == str(folder / "a (2).jpg")
    assert copy_beside(str(path), str(folder)) == str(folder / "a (3).jpg")
    assert (folder / "a.jpg").read_bytes() == b"mine"


def test_a_photo_that_is_gone_is_named_and_leaves_no_half_copy(
    qtbot: QtBot, export: Export, tmp_path: Path, folder: Path
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"photo")
    with qtbot.waitSignal(export.finished) as told:
        export.start([photo(tmp_path / "gone.jpg"), photo(path)], str(folder))
    assert told.args[1] == 1
    assert told.args[2] == ["“gone.jpg” was not copied: No such file or directory."]
    assert os.listdir(folder) == ["a.jpg"]


def test_what_was_not_copied_is_told_in_the_language_of_the_window(
    qtbot: QtBot, in_chinese: None, export: Export, tmp_path: Path, folder: Path
) -> None:
    with qtbot.waitSignal(export.finished) as told:
        export.start([photo(tmp_path / "gone.jpg")], str(folder))
    assert told.args[2] == ["“gone.jpg”未能复制：No such file or directory。"]


def test_it_stops_when_the_window_closes(
    qtbot: QtBot, export: Export, tmp_path: Path, folder: Path
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"photo" * 100_000)
    export.start([photo(path)] * 5000, str(folder))
    qtbot.waitUntil(lambda: len(os.listdir(folder)) > 1)
    export.close()
    assert len(os.listdir(folder)) < 5000


def test_paths_on_the_clipboard(qtbot: QtBot) -> None:
    copy_paths([photo(Path("/p/a b.jpg")), photo(Path("/p/日.jpg"))])
    mime = QGuiApplication.clipboard().mimeData()
    assert mime.text() == "/p/a b.jpg\n/p/日.jpg"
    assert [url.toLocalFile() for url in mime.urls()] == ["/p/a b.jpg", "/p/日.jpg"]


def test_show_in_folder_opens_the_folder_where_no_file_manager_answers(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(desktop_files.sys, "platform", "linux")
    monkeypatch.setattr(desktop_files, "_ask_file_manager", lambda _path: False)
    monkeypatch.setattr(
        desktop_files.QDesktopServices,
        "openUrl",
        lambda url: bool(opened.append(url.toLocalFile())) or True,
    )
    desktop_files.show_in_folder("/photos/a.jpg")
    assert opened == ["/photos"]


def test_without_a_session_bus_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    assert desktop_files._ask_file_manager("/photos/a.jpg") is False
