"""Folders and photos come in by real drops over a real library.

What is said about it, labels offered, taken back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from desktop_app.__main__ import open_library
from desktop_app.link.engine_link import EngineLink
from desktop_app.panels.first_labels import FirstLabels
from desktop_app.parts.preferences import Preferences
from desktop_app.window.main_window import MainWindow
from engine.library.indexing import Indexing, Steps
from engine.records import Progress, SyncReport
from tests.support.small_library import write_photos

LONG = 60_000


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, tiny_starter: Path) -> Iterator[MainWindow]:
    link = EngineLink(partial(open_library, str(tmp_path / "library"), None, "cpu"))
    window = MainWindow(
        link, Preferences(), QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    )
    qtbot.addWidget(window)
    window.shown_first.connect(link.start)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: window.view._known, timeout=LONG)
    yield window
    window.close()
    assert link.close()


def drop(window: MainWindow, *paths: Path) -> None:
    mime = QMimeData()
    copy = Qt.DropAction.CopyAction
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    button = Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(300, 300), copy, mime, button, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), copy, mime, button, none))


def test_what_a_drop_of_folders_and_photos_brought(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    write_photos(first, 3)
    write_photos(second, 2, first_seed=10)
    (single, _other) = write_photos(third, 2, first_seed=20)
    (second / "broken.jpg").write_bytes(b"no picture")
    (second / "notes.txt").write_text("no photo")
    files = sorted(tmp_path.rglob("*.jpg"))
    drop(window, first, second, single)
    # no translator here
    sentence = "Added 2 folder(s), 6 photo(s); 1 could not be read; 1 other file(s) skipped."
    qtbot.waitUntil(lambda: window.strip.sentence() == sentence, timeout=LONG)
    qtbot.waitUntil(lambda: window.model.rowCount() == 7, timeout=LONG)
    assert all(path.exists() for path in files)  # referenced in place
    drop(window, first)
    qtbot.waitUntil(lambda: "already in the library" in window.strip.sentence(), timeout=LONG)
    assert window.history.stack.index() == 1  # nothing new is no act


def test_one_photo_is_looked_at_at_once_and_leaves_with_undo(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    (single, _other) = write_photos(tmp_path / "photos", 2)
    drop(window, single)
    qtbot.waitUntil(lambda: window.strip.sentence() == "Added 1 photo(s).", timeout=LONG)
    qtbot.waitUntil(lambda: window.model.rowCount() == 1, timeout=LONG)
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.model.rowCount() == 0, timeout=LONG)
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.empty, timeout=LONG)
    QTest.keyClick(
        window,
        Qt.Key.Key_Z,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    qtbot.waitUntil(lambda: window.model.rowCount() == 1, timeout=LONG)


def test_common_labels_are_offered_once_and_tag_at_once(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    write_photos(tmp_path / "photos", 3)
    drop(window, tmp_path / "photos")
    qtbot.waitUntil(lambda: bool(window.findChildren(FirstLabels)), timeout=LONG)
    (card,) = window.findChildren(FirstLabels)
    qtbot.waitUntil(lambda: len(card.names()) > 50, timeout=LONG)
    assert card.isVisible() and "Animals" in [one.text() for one in card.categories]
    card.none.click()
    for button in card.buttons:
        button.setChecked(button.property("name") in ("dog", "beach"))
    card.add.click()
    assert not card.isVisible()
    qtbot.waitUntil(
        lambda: {one.name for one in window.labels.by_id.values()} == {"beach", "dog"},
        timeout=LONG,
    )
    qtbot.waitUntil(
        lambda: window.strip.sentence() == "Added 1 folder(s), 3 photo(s).", timeout=LONG
    )
    write_photos(tmp_path / "more", 1, first_seed=30)
    drop(window, tmp_path / "more")
    qtbot.waitUntil(lambda: "1 folder(s), 1 photo(s)" in window.strip.sentence(), timeout=LONG)
    assert not card.isVisible()


def test_two_drops_in_a_row_are_told_as_one(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    write_photos(tmp_path / "first", 3)
    write_photos(tmp_path / "second", 2, first_seed=10)
    drop(window, tmp_path / "first")
    drop(window, tmp_path / "second")
    qtbot.waitUntil(
        lambda: window.strip.sentence() == "Added 2 folder(s), 5 photo(s).", timeout=LONG
    )


def test_a_drop_while_a_watched_folder_is_read_is_seen_at_once_and_counted_alone(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tmp_path / "first"
    write_photos(first, 1)
    drop(window, first)
    qtbot.waitUntil(
        lambda: window.strip.sentence() == "Added 1 folder(s), 1 photo(s).", timeout=LONG
    )
    qtbot.waitUntil(lambda: not window.folders.running(), timeout=LONG)
    goes_on = threading.Event()
    run = Indexing.run

    def slow(self: Indexing, enough: Callable[[], bool]) -> Steps:
        while not goes_on.is_set():
            if enough():
                return
            yield Progress("decode", 0, 1)
        yield from run(self, enough=enough)

    monkeypatch.setattr(Indexing, "run", slow)
    reports: list[SyncReport] = []
    window.folders.synchronised.connect(reports.append)
    write_photos(first, 4, first_seed=50)
    # What the watcher asks for, without its waiting.
    window.adding.rescan(window.view.folders[0].id)
    qtbot.waitUntil(lambda: window.model.rowCount() == 4, timeout=LONG)
    write_photos(tmp_path / "second", 2, first_seed=10)
    drop(window, tmp_path / "second")
    # While the first is still being read.
    qtbot.waitUntil(lambda: window.model.rowCount() == 6, timeout=LONG)
    assert not reports
    goes_on.set()
    qtbot.waitUntil(
        lambda: window.strip.sentence() == "Added 1 folder(s), 2 photo(s).", timeout=LONG
    )
    assert reports[0].added == 5  # one look told of both


def test_a_folder_that_is_removed_before_it_is_read_is_not_waited_for(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()
    run = Indexing.run

    def slow(self: Indexing, enough: Callable[[], bool]) -> Steps:
        while not goes_on.is_set():
            if enough():
                return
            yield Progress("decode", 0, 1)
        yield from run(self, enough=enough)

    monkeypatch.setattr(Indexing, "run", slow)
    write_photos(tmp_path / "first", 3)
    write_photos(tmp_path / "second", 2, first_seed=10)
    drop(window, tmp_path / "first")
    qtbot.waitUntil(lambda: window.model.rowCount() == 3, timeout=LONG)
    window.link.cancel(window.folders.running())  # it was found, and will never be read
    qtbot.waitUntil(lambda: not window.folders.running(), timeout=LONG)
    window.adding.remove_folder(window.view.folders[0].id)
    qtbot.waitUntil(lambda: window.model.rowCount() == 0, timeout=LONG)
    goes_on.set()
    drop(window, tmp_path / "second")
    qtbot.waitUntil(
        lambda: window.strip.sentence() == "Added 1 folder(s), 2 photo(s).", timeout=LONG
    )


def test_a_folder_chosen_by_dialog(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_photos(tmp_path / "photos", 2)
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda *_args: str(tmp_path / "photos")
    )
    QTest.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.model.rowCount() == 2, timeout=LONG)


def test_a_taken_over_folder_comes_back(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    """Adding the folder above watches both as one; undo watches the inner one again."""
    inner, above = tmp_path / "all" / "inner", tmp_path / "all"
    write_photos(inner, 2)
    write_photos(above / "other", 1, first_seed=9)
    drop(window, inner)
    qtbot.waitUntil(lambda: window.model.rowCount() == 2, timeout=LONG)
    qtbot.waitUntil(lambda: not window.folders.running(), timeout=LONG)
    drop(window, above)
    qtbot.waitUntil(lambda: window.model.rowCount() == 3, timeout=LONG)
    qtbot.waitUntil(lambda: [one.path for one in window.view.folders] == [str(above)], timeout=LONG)
    window.history.stack.undo()
    qtbot.waitUntil(lambda: [one.path for one in window.view.folders] == [str(inner)], timeout=LONG)
    qtbot.waitUntil(lambda: window.model.rowCount() == 2, timeout=LONG)
