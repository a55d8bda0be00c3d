"""The lightbox, driven by keys, wheel and mouse.

Its pictures go through the engine's sandboxed decoding.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.parts.full_images import LONGEST, Pictures
from desktop_app.parts.thumbnails import Thumbnails
from desktop_app.photos.lightbox import Lightbox
from desktop_app.photos.photo_model import PhotoModel
from tests.support.fake_library import FakeLibrary, running
from tests.support.raw_files import dng

pytestmark = pytest.mark.slow

Key = Qt.Key
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def library(tmp_path: Path) -> FakeLibrary:
    """Six photos of 1600 x 1200, each of one colour; the newest, row 0, is photo 6.

    Row 5 is no picture.
    """
    library = FakeLibrary(6)
    for one, photo in library.photo_rows.items():
        path = tmp_path / photo.name
        if one == 1:
            path.write_bytes(b"no picture at all")
        else:
            exif = Image.Exif()
            exif[0x0110] = f"Camera {one}"  # Model
            Image.new("RGB", (1600, 1200), (40 * one, 30, 90)).save(path, exif=exif)
        library.photo_rows[one] = dataclasses.replace(
            photo, path=str(path), width=1600, height=1200
        )
    return library


@pytest.fixture
def box(qtbot: QtBot, library: FakeLibrary) -> Iterator[Lightbox]:
    with running(library) as link:
        thumbnails = Thumbnails()
        pictures = Pictures()
        box = Lightbox(PhotoModel(link), thumbnails, pictures)
        qtbot.addWidget(box)
        box.resize(800, 600)
        box.show()
        box._model.show(library.view())
        yield box
        box.close()
        thumbnails.close()
        pictures.close()


def see(qtbot: QtBot, box: Lightbox) -> None:
    """Wait for the picture of the photo shown."""
    qtbot.waitUntil(lambda: box._model.photo(box.row) is not None)
    qtbot.waitUntil(lambda: box._pictures.picture(box._model.photo(box.row).path) is not None)


def wheel(box: Lightbox, delta: int, at: QPointF) -> None:
    event = QWheelEvent(
        at,
        at,
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, event)


def test_steps_to_neighbours_that_are_there_already(qtbot: QtBot, box: Lightbox) -> None:
    box.show_row(1)
    see(qtbot, box)
    assert box.grab().toImage().pixelColor(400, 300).red() == pytest.approx(200, abs=4)
    paths = [box._model.photo(row).path for row in (0, 2)]
    qtbot.waitUntil(lambda: all(box._pictures.picture(path) for path in paths))
    with qtbot.waitSignal(box.row_changed) as told:
        QTest.keyClick(box, Key.Key_Right)
    assert told.args == [2]
    # Without waiting.
    assert box.grab().toImage().pixelColor(400, 300).red() == pytest.approx(160, abs=4)
    QTest.keyClick(box, Key.Key_Left)
    assert (box.row, box.photo_id()) == (1, 5)
    QTest.keyClick(box, Key.Key_End)
    assert box.row == 5
    QTest.keyClick(box, Key.Key_Right)
    assert box.row == 5
    QTest.keyClick(box, Key.Key_Home)
    assert box.row == 0
    QTest.mouseClick(box.next, Qt.MouseButton.LeftButton)
    assert box.row == 1
    assert box.accessibleName() == "Photo 2 of 6: photo-0005.jpg"


def test_why_is_said_in_the_language_of_the_window(
    in_chinese: None, qtbot: QtBot, box: Lightbox
) -> None:
    box.show_row(5)
    qtbot.waitUntil(lambda: box._model.photo(5) is not None)
    path = box._model.photo(5).path
    qtbot.waitUntil(lambda: box._pictures.trouble(path) != "")
    assert box._pictures.trouble(path) == "文件已损坏，或不是 Albumen 能读取的图片格式。"


def test_escape_goes_back_and_lets_the_pictures_go(qtbot: QtBot, box: Lightbox) -> None:
    box.show_row(3)
    see(qtbot, box)
    path = box._model.photo(3).path
    with qtbot.waitSignal(box.closed) as told:
        QTest.keyClick(box, Key.Key_Escape)
    assert told.args == [3]
    assert box._pictures.picture(path) is None


def test_a_photo_that_cannot_be_read_says_why(qtbot: QtBot, box: Lightbox) -> None:
    box.show_row(5)
    qtbot.waitUntil(lambda: box._model.photo(5) is not None)
    path = box._model.photo(5).path
    qtbot.waitUntil(lambda: box._pictures.trouble(path) != "")
    assert "damaged or not a picture" in box._pictures.trouble(path)
    QTest.keyClick(box, Key.Key_Left)  # and the others are still shown
    see(qtbot, box)


def test_zoom_keeps_the_spot_under_the_pointer(qtbot: QtBot, box: Lightbox) -> None:
    box.show_row(0)
    see(qtbot, box)
    assert box.zoom() == pytest.approx(0.5)
    QTest.keyClick(box, Key.Key_Z)
    assert box.zoom() == pytest.approx(1.0)
    QTest.keyClick(box, Key.Key_Z)
    assert box.zoom() == pytest.approx(0.5)
    at = QPointF(200, 150)  # a quarter into the photo

    def spot() -> tuple[float, float]:
        scale, centre = box.zoom(), box._centre
        return centre.x() + (at.x() - 399.5) / scale / 1600, centre.y() + (
            at.y() - 299.5
        ) / scale / 1200

    before = spot()
    for _ in range(4):
        wheel(box, 120, at)
    assert box.zoom() == pytest.approx(0.5 * 1.25**4)
    assert spot() == pytest.approx(before, abs=0.002)
    for _ in range(40):
        wheel(box, 120, at)
    assert box.zoom() == pytest.approx(8.0)
    for _ in range(60):
        wheel(box, -120, at)
    assert box.zoom() == pytest.approx(0.5)
    assert (box._centre.x(), box._centre.y()) == (0.5, 0.5)


def test_the_whole_photo_is_decoded_only_when_somebody_looks_closely(
    qtbot: QtBot, box: Lightbox
) -> None:
    box.show_row(0)
    see(qtbot, box)
    path = box._model.photo(0).path
    assert box._pictures.picture(path).image.width() == 1024
    assert (box._pictures.picture(path).width, box._pictures.picture(path).height) == (1600, 1200)
    QTest.keyClick(box, Key.Key_Plus)
    QTest.mouseDClick(box, Qt.MouseButton.LeftButton, NONE, QPoint(400, 300))
    QTest.mouseDClick(box, Qt.MouseButton.LeftButton, NONE, QPoint(400, 300))
    assert box.zoom() == pytest.approx(1.0)
    qtbot.waitUntil(lambda: box._pictures.picture(path).image.width() == 1600)


def test_dragging_pans_and_stops_at_the_edge(qtbot: QtBot, box: Lightbox) -> None:
    box.show_row(0)
    see(qtbot, box)
    QTest.keyClick(box, Key.Key_Z)
    left = box._centre.x()
    QTest.mousePress(box, Qt.MouseButton.LeftButton, NONE, QPoint(400, 300))
    QTest.mouseMove(box, QPoint(500, 300))
    assert box._centre.x() == pytest.approx(left - 100 / 1600)
    QTest.mouseMove(box, QPoint(5000, 300))
    QTest.mouseRelease(box, Qt.MouseButton.LeftButton, NONE, QPoint(5000, 300))
    assert box._centre.x() == pytest.approx(800 / 2 / 1600)
    QTest.mouseMove(box, QPoint(100, 300))
    assert box._centre.x() == pytest.approx(800 / 2 / 1600)
    QTest.keyClick(box, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert box._centre.x() == pytest.approx(800 / 2 / 1600 + 80 / 1600)
    assert box.row == 0


def test_the_facts_of_the_file(qtbot: QtBot, box: Lightbox) -> None:
    box.show_row(0)
    see(qtbot, box)
    box.toggle_facts()
    lines = dict(box.facts.texts())
    assert lines["Name"] == "photo-0006.jpg"
    assert lines["Pixels"] == "1600 × 1200"
    assert "Camera 6" in lines["Camera"]
    QTest.keyClick(box, Key.Key_Right)
    see(qtbot, box)
    qtbot.waitUntil(lambda: "Camera 5" in dict(box.facts.texts()).get("Camera", ""))
    box.toggle_facts()
    assert not box.facts.isVisible()


def test_it_stays_on_its_photo_when_the_rows_change(
    qtbot: QtBot, box: Lightbox, library: FakeLibrary
) -> None:
    box.show_row(2)
    see(qtbot, box)
    assert box.photo_id() == 4
    del library.photo_rows[6]
    box._model.show(library.view())
    assert (box.row, box.photo_id()) == (1, 4)
    del library.photo_rows[4]
    box._model.show(library.view())
    assert (box.row, box.photo_id()) == (1, 3)
    with qtbot.waitSignal(box.closed):
        box._model.show(library.view("nothing-like-it"))


def test_closing_at_once(qtbot: QtBot, box: Lightbox) -> None:
    for row in range(5):
        box.show_row(row)
    box._pictures.close()
    assert not box._pictures._thread.isRunning()


def test_one_who_wishes_a_picture_does_not_drop_the_wishes_of_another(
    qtbot: QtBot, library: FakeLibrary
) -> None:
    """The panel beside the grid shows a photo while the grid waits for sharper ones."""
    pictures = Pictures()
    arrived = []
    pictures.arrived.connect(arrived.append)
    paths = [library.photo_rows[one].path for one in (2, 3, 4, 5)]
    try:
        pictures._thread._over = True  # nothing is read before both have asked
        pictures.want("the grid", [(path, 200) for path in paths])
        pictures._thread.wait()
        pictures._thread._over = False
        pictures.want("the panel", [(paths[3], 400)])
        qtbot.waitUntil(lambda: set(arrived) == set(paths))
        assert arrived[0] == paths[3]  # who asks last is served first
        assert pictures.picture(paths[3]).image.width() == 400
    finally:
        pictures.close()


def test_nothing_begins_after_closing(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A late answer of the engine may still wish for pictures.

    A thread that it started would outlive the window.
    """
    pictures = Pictures()
    pictures.close()
    monkeypatch.setattr(pictures._thread, "start", lambda: pytest.fail("a thread was started"))
    pictures.want("somebody", [("/a.jpg", 200)])
    assert not pictures._thread._wishes


def test_a_raw_file_shows_its_preview_and_closer_what_the_sensor_saw(
    qtbot: QtBot, tmp_path: Path
) -> None:
    path = str(tmp_path / "a.nef")
    Path(path).write_bytes(
        dng(
            Image.new("RGB", (1600, 1200), (20, 200, 20)),
            Image.new("RGB", (600, 450), (200, 20, 20)),
        )
    )
    pictures = Pictures()
    try:
        for longest, size, channel in ((800, (600, 450), "red"), (LONGEST, (1600, 1200), "green")):
            pictures.want("somebody", [(path, longest)])
            qtbot.waitUntil(lambda size=size: _size(pictures, path) == size)
            shown = pictures.picture(path)
            assert shown is not None and (shown.width, shown.height) == (1600, 1200)
            middle = shown.image.pixelColor(shown.image.width() // 2, shown.image.height() // 2)
            assert getattr(middle, channel)() > 150 and middle.blue() < 100
            assert shown.facts["format"] == "NEF" and shown.facts["camera"] == "Albumen Test Camera"
    finally:
        pictures.close()


def _size(pictures: Pictures, path: str) -> tuple[int, int] | None:
    shown = pictures.picture(path)
    return shown and (shown.image.width(), shown.image.height())
