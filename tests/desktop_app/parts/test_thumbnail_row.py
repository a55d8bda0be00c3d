"""The line of small photos: as many as fit, then how many more; a click opens one."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.parts.thumbnail_row import SIDE, ThumbnailRow
from desktop_app.parts.thumbnails import Thumbnails
from tests.support.fake_library import FakeLibrary, running


@pytest.fixture
def library(tmp_path: Path) -> FakeLibrary:
    library = FakeLibrary(9)
    Image.new("RGB", (64, 48), "red").save(tmp_path / "red.jpg")
    library.photo_rows = {
        row: dataclasses.replace(photo, thumbnail=str(tmp_path / "red.jpg"))
        for row, photo in library.photo_rows.items()
    }
    return library


def test_shows_what_fits_and_opens_what_is_clicked(qtbot: QtBot, library: FakeLibrary) -> None:
    thumbnails = Thumbnails()
    with running(library) as link:
        row = ThumbnailRow(link, thumbnails, [4, 5, 6, 7, 8])
        qtbot.addWidget(row)
        row.resize(4 * SIDE, SIDE)  # room for three and the count
        row.show()
        qtbot.waitUntil(lambda: len(row._photos) == 5 and thumbnails.used() > 0)
        color = row.grab().toImage().pixelColor(SIDE // 2, SIDE // 2)
        assert color.red() > 200 and color.green() < 60
        with qtbot.waitSignal(row.opened) as opened:
            QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(SIDE + 20, 20))
        assert opened.args == [5]
        with qtbot.assertNotEmitted(row.opened):  # the count is no photo
            QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(4 * SIDE - 20, 20))
    thumbnails.close()
