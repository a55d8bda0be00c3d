"""The whole loop in the window with the real engine.

Drop, thumbnails, tags, search, correct, undo, quit, start again.

The model is tiny and random: what it says means nothing, but everything around it is the real
thing, down to the sandboxed decoding of real files.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.__main__ import open_library
from desktop_app.link.engine_link import EngineLink
from desktop_app.parts.preferences import Preferences
from desktop_app.parts.thumbnails import LARGE
from desktop_app.window.main_window import MainWindow
from engine.records import Photo, PhotoState, Source
from engine.verbs import Verbs

LONG = 60_000


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Ten photos of two days in two folders, one file that is no photo, one text file."""
    folder = tmp_path / "photos"
    (folder / "été 日本").mkdir(parents=True)
    for number in range(10):
        name = f"{number}.jpg" if number < 6 else f"été 日本/{number}.png"
        image = Image.effect_noise((320, 240), 40 + number).convert("RGB")
        image.paste((25 * number, 120, 200 - 20 * number), (40, 40, 200, 200))
        image.save(folder / name)
        os.utime(folder / name, (1_700_000_000 + number // 5 * 86_400,) * 2)
    (folder / "broken.jpg").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("no photo")
    return folder


@pytest.fixture
def start(qtbot: QtBot, tmp_path: Path, tiny_starter: Path) -> Iterator[Callable[[], MainWindow]]:
    """Starts the window over the same library, as often as it is called."""
    links: list[EngineLink] = []

    def start() -> MainWindow:
        link = EngineLink(partial(open_library, str(tmp_path / "library"), None, "cpu"))
        links.append(link)
        session = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
        window = MainWindow(link, Preferences(), session)
        qtbot.addWidget(window)
        window.shown_first.connect(link.start)
        # Room for every photo in any theme: only rows in sight are fetched.
        window.resize(1400, 1200)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(lambda: window.view._known, timeout=LONG)
        return window

    yield start
    for link in links:
        assert link.close()


def drop(window: MainWindow, folder: Path) -> None:
    mime = QMimeData()
    actions = Qt.DropAction.CopyAction
    mime.setUrls([QUrl.fromLocalFile(str(folder))])
    button = Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(300, 300), actions, mime, button, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), actions, mime, button, none))


def test_from_a_drop_to_the_next_start(
    qtbot: QtBot, start: Callable[[], MainWindow], photos: Path
) -> None:
    before = {path: path.read_bytes() for path in photos.rglob("*") if path.is_file()}
    window = start()
    assert window.pages.currentWidget() is window.empty
    drop(window, photos)
    qtbot.waitUntil(lambda: "could not be read" in window.strip.sentence(), timeout=LONG)
    qtbot.waitUntil(lambda: window.model.rowCount() == 11)
    assert window.pages.currentWidget() is window.grid

    # Room for the photos.
    QTest.mouseClick(window.offers.first_labels.later, Qt.MouseButton.LeftButton)
    window.grid.setFocus()
    qtbot.waitUntil(
        lambda: all(
            entry is not None and entry.photo.state in (PhotoState.OK, PhotoState.FAILED)
            for entry in map(window.model.entry, range(11))
        ),
        timeout=LONG,
    )
    thumbnails = [
        window.model.photo(row).thumbnail for row in range(11) if window.model.photo(row).thumbnail
    ]
    qtbot.waitUntil(lambda: all(window.thumbnails.pixmap(path, LARGE) for path in thumbnails))
    assert len(thumbnails) == 10

    labels: list[object] = []
    window.link.ask(Verbs.add_labels, ["square", "noise"]).then(labels.extend)
    qtbot.waitUntil(lambda: len(window.labels.by_id) == 2, timeout=LONG)
    square = next(one for one in window.labels.by_id.values() if one.name == "square")
    row = next(row for row in range(11) if window.model.photo(row).name == "3.jpg")
    photo_id = window.model.id_at(row)
    window.correcting.correct(square.id, [photo_id], [], [])
    qtbot.waitUntil(
        lambda: any(
            tag.label == "square" and tag.source is Source.PERSON
            for tag in window.model.entry(row).tags
        )
    )
    window.browsing.open_query("label:square")
    qtbot.waitUntil(
        lambda: window.model.row_of(photo_id) >= 0 and window.view.label_name() == "square"
    )
    window.grid.setFocus()
    window.grid.select_ids([photo_id])
    QTest.keyClick(window.grid, Qt.Key.Key_X)
    qtbot.waitUntil(lambda: window.model.row_of(photo_id) == -1)
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.model.row_of(photo_id) >= 0)

    window.browsing.open_query("3.jpg")
    qtbot.waitUntil(
        lambda: window.model.rowCount() > 0 and window.view.query == "3.jpg", timeout=LONG
    )
    window.pages.show_problems()
    qtbot.waitUntil(lambda: window.problems.table.rowCount() == 1)
    assert window.problems.table.item(0, 0).text() == "broken.jpg"
    window.browsing.show_all()
    qtbot.waitUntil(lambda: window.model.rowCount() == 11)
    window.close()
    assert window.link.close()

    again = start()
    qtbot.waitUntil(
        lambda: again.model.rowCount() == 11 and not again.folders.running(), timeout=LONG
    )
    row = again.model.row_of(photo_id)
    again.grid.set_current_row(row)
    qtbot.waitUntil(lambda: again.model.entry(row) is not None, timeout=LONG)
    assert [tag.label for tag in again.model.entry(row).tags if tag.source is Source.PERSON] == [
        "square"
    ]
    again.close()
    assert {path: path.read_bytes() for path in photos.rglob("*") if path.is_file()} == before


def quit_and_start_again(qtbot: QtBot, start: Callable[[], MainWindow], window: MainWindow) -> None:
    """Nothing of what was dropped is lost or doubled."""
    window.close()
    assert window.link.close()
    again = start()
    qtbot.waitUntil(
        lambda: again.model.rowCount() == 11 and not again.folders.running(), timeout=LONG
    )
    found: list[Photo] = []
    again.link.ask(Verbs.photos, list(again.model.result.ids)).then(found.extend)
    qtbot.waitUntil(lambda: len(found) == 11, timeout=LONG)
    assert len({photo.path for photo in found}) == 11
    again.close()


def test_quitting_right_after_a_drop_loses_nothing(
    qtbot: QtBot, start: Callable[[], MainWindow], photos: Path
) -> None:
    window = start()
    drop(window, photos)
    quit_and_start_again(qtbot, start, window)


def test_quitting_in_the_middle_of_indexing_loses_nothing(
    qtbot: QtBot, start: Callable[[], MainWindow], photos: Path
) -> None:
    window = start()
    drop(window, photos)
    qtbot.waitUntil(lambda: window.model.rowCount() > 0, timeout=LONG)
    quit_and_start_again(qtbot, start, window)


def test_a_photo_that_appears_in_the_folder_appears_in_the_window(
    qtbot: QtBot, start: Callable[[], MainWindow], photos: Path
) -> None:
    window = start()
    drop(window, photos)
    qtbot.waitUntil(
        lambda: window.model.rowCount() == 11 and not window.folders.running(), timeout=LONG
    )
    qtbot.waitUntil(
        lambda: window.folders._watcher is not None and bool(window.folders._watcher._folders)
    )
    Image.new("RGB", (64, 64), (200, 30, 30)).save(photos / "new.jpg")
    qtbot.waitUntil(lambda: window.model.rowCount() == 12, timeout=LONG)
    (photos / "new.jpg").unlink()
    window.close()
