"""The grid, driven by keys, clicks, wheel and rubber band.

Over a real engine thread with an in-memory library.
"""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QContextMenuEvent, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.link.engine_link import EngineLink
from desktop_app.parts.full_images import Pictures
from desktop_app.parts.thumbnails import Thumbnails
from desktop_app.photos.photo_grid import LARGEST, SMALLEST, PhotoGrid
from desktop_app.photos.photo_model import PHOTO_IDS, PhotoModel
from engine.messages import message
from engine.records import PhotoState, SearchResult
from engine.verbs import Verbs
from tests.support.fake_library import FakeLibrary, running

Key = Qt.Key
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary(95)  # ten a day, by id // 10


@pytest.fixture
def link(library: FakeLibrary) -> Iterator[EngineLink]:
    with running(library) as link:
        yield link


@pytest.fixture
def grid(qtbot: QtBot, link: EngineLink, library: FakeLibrary) -> Iterator[PhotoGrid]:
    thumbnails = Thumbnails()
    grid = PhotoGrid(PhotoModel(link), thumbnails)
    qtbot.addWidget(grid)
    grid.resize(820, 600)
    grid.show()
    grid._photos.show(library.view())
    grid.setFocus()
    qtbot.waitUntil(lambda: grid._photos.entry(0) is not None)
    yield grid
    thumbnails.close()


def selected(grid: PhotoGrid) -> list[int]:
    return sorted(grid._photos.row_of(one) for one in grid.selected_ids())


def press(
    grid: PhotoGrid, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> int:
    QTest.keyClick(grid, key, modifier)
    return grid.current_row()


def centre(grid: PhotoGrid, row: int) -> QPoint:
    return grid.visualRect(grid.model().index(row)).center()


def click(
    grid: PhotoGrid, row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, modifier, centre(grid, row))


def test_photos_stand_in_days_newest_first(grid: PhotoGrid) -> None:
    headers = grid._layout.headers_between(0, 10_000)
    # ids 95..90 are of the last day (id // 10), then ten a day.
    assert [group.count for _y, group in headers] == [6, 10, 10, 10, 10, 10, 10, 10, 10, 9]
    assert grid._photos.id_at(0) == 95


def test_arrows_home_end_and_pages(grid: PhotoGrid) -> None:
    columns = grid._layout.columns
    assert columns == 4
    grid.set_current_row(0)
    assert press(grid, Key.Key_Right) == 1
    assert press(grid, Key.Key_Down) == 5
    # Over the end of the first day, into the same column of the next.
    assert press(grid, Key.Key_Down) == 7
    assert press(grid, Key.Key_Up) == 5
    assert press(grid, Key.Key_Left) == 4
    assert press(grid, Key.Key_End) == 94
    assert grid.rows_in_sight().stop == 95
    assert press(grid, Key.Key_PageUp) < 94
    assert press(grid, Key.Key_Home) == 0
    assert grid.verticalOffset() == 0
    assert press(grid, Key.Key_PageDown) > 4
    assert selected(grid) == [grid.current_row()]


def test_the_first_arrow_takes_the_first_photo_in_sight(grid: PhotoGrid) -> None:
    grid.verticalScrollBar().setValue(900)
    grid.select_none()
    first = grid.rows_in_sight()[0]
    assert press(grid, Key.Key_Right) == first


def test_shift_selects_in_a_line_and_ctrl_one_by_one(grid: PhotoGrid) -> None:
    click(grid, 1)
    press(grid, Key.Key_Right, SHIFT)
    press(grid, Key.Key_Down, SHIFT)
    # Row 2 is above the short line's end: 2 -> 5 (last of the line).
    assert selected(grid) == [1, 2, 3, 4, 5]
    click(grid, 0)
    click(grid, 7, SHIFT)
    assert selected(grid) == list(range(8))  # a line through two days, no rectangle
    click(grid, 3, CTRL)
    assert selected(grid) == [0, 1, 2, 4, 5, 6, 7]
    click(grid, 3, CTRL)
    assert selected(grid) == list(range(8))
    click(grid, 2)
    assert selected(grid) == [2]


def test_all_and_none(grid: PhotoGrid) -> None:
    grid.selectAll()
    assert grid.selected_count() == 95
    grid.select_none()
    assert grid.selected_count() == 0
    assert list(grid.selected_ids()) == []


def test_the_rubber_band_takes_what_it_touches(grid: PhotoGrid) -> None:
    view = grid.viewport()
    # Beside the short line: empty.
    start = grid.visualRect(grid.model().index(5)).bottomRight() + QPoint(40, 0)
    end = centre(grid, 1)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for step in range(1, 6):
        QTest.mouseMove(view, start + (end - start) * step / 5)
    QApplication.processEvents()
    assert grid._rubber is not None
    assert selected(grid) == [1, 2, 5]
    image = grid.viewport().grab().toImage()
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    assert selected(grid) == [1, 2, 5]
    assert grid._rubber is None
    assert grid.viewport().grab().toImage() != image  # the band is gone
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    assert grid.selected_count() == 0


def test_zoom_by_keys_slider_and_wheel_keeps_the_current_photo_in_place(
    qtbot: QtBot, grid: PhotoGrid
) -> None:
    grid.set_current_row(50)
    before = centre(grid, 50).y()
    with qtbot.waitSignal(grid.zoomed) as told:
        grid.zoom_in()
    assert told.args == [180]
    assert abs(centre(grid, 50).y() - before) <= 1
    for delta, expected in ((120, 200), (-240, 160)):
        event = QWheelEvent(
            QPointF(100, 100),
            QPointF(100, 100),
            QPoint(),
            QPoint(0, delta),
            Qt.MouseButton.NoButton,
            CTRL,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(grid.viewport(), event)
        assert grid.thumbnail_size() == expected
    grid.set_thumbnail_size(10_000)
    assert grid.thumbnail_size() == LARGEST
    grid.set_thumbnail_size(1)
    assert grid.thumbnail_size() == SMALLEST
    grid.set_thumbnail_size(160)
    assert abs(centre(grid, 50).y() - before) <= 1


def test_resizing_keeps_the_photo_in_the_middle(grid: PhotoGrid) -> None:
    grid.verticalScrollBar().setValue(1500)
    row = grid.rows_in_sight()[len(grid.rows_in_sight()) // 2]
    grid.resize(1000, 600)
    QApplication.processEvents()
    assert row in grid.rows_in_sight()
    assert abs(centre(grid, row).y() - 300) < 150


def test_new_photos_do_not_move_what_is_looked_at(grid: PhotoGrid, library: FakeLibrary) -> None:
    grid.set_current_row(60)
    click(grid, 60)
    chosen = list(grid.selected_ids())
    place = centre(grid, 60).y()
    for one in range(96, 120):
        newest = dataclasses.replace(library.photo_rows[95], id=one, name=f"photo-{one:04d}.jpg")
        library.photo_rows[one] = dataclasses.replace(
            newest, taken_at=newest.taken_at + 86_400 * (one - 95)
        )
    grid._photos.show(library.view())
    assert grid.model().rowCount() == 119
    assert list(grid.selected_ids()) == chosen
    row = grid._photos.row_of(chosen[0])
    assert grid.current_row() == row == 84
    assert abs(centre(grid, row).y() - place) <= 1


def test_everything_stays_selected_when_there_is_more(
    grid: PhotoGrid, library: FakeLibrary
) -> None:
    grid.selectAll()
    library.photo_rows[96] = dataclasses.replace(library.photo_rows[95], id=96)
    grid._photos.show(library.view())
    assert grid.selected_count() == 96


def test_a_photo_that_leaves_the_view_hands_on_to_its_successor(
    grid: PhotoGrid, library: FakeLibrary
) -> None:
    click(grid, 2)
    successor = grid._photos.id_at(3)
    del library.photo_rows[grid._photos.id_at(2)]
    grid._photos.show(library.view())
    assert grid.current_row() == 2
    assert list(grid.selected_ids()) == [successor]


def test_a_new_query_starts_at_the_top(grid: PhotoGrid, library: FakeLibrary) -> None:
    grid.set_current_row(80)
    grid.start_over()
    grid._photos.show(library.view("photo-00"))
    assert grid.verticalOffset() == 0
    assert list(grid.selected_ids()) == []


def test_good_matches_are_apart_from_weaker_ones(grid: PhotoGrid) -> None:
    ids = array("q", range(1, 31))
    grid._photos.show(
        SearchResult("cat", ids, array("f", [1.0] * 30), array("i", [1] * 30), matched=6)
    )
    headers = grid._layout.headers_between(0, 10_000)
    assert [(group.first, group.weak) for _y, group in headers] == [(6, True)]


def test_double_click_opens_and_enter_is_left_to_the_window(qtbot: QtBot, grid: PhotoGrid) -> None:
    click(grid, 3)
    with qtbot.waitSignal(grid.opened) as told:
        QTest.mouseDClick(
            grid.viewport(),
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            centre(grid, 3),
        )
    assert told.args == [3]
    grid.set_current_row(3)
    with qtbot.assertNotEmitted(grid.opened):
        press(grid, Key.Key_Return)


def test_letters_do_not_search(grid: PhotoGrid) -> None:
    grid.set_current_row(5)
    for key in (Key.Key_P, Key.Key_X, Key.Key_1):
        assert press(grid, key) == 5


def test_the_context_menu_by_mouse_and_by_key(qtbot: QtBot, grid: PhotoGrid) -> None:
    grid.set_current_row(4)
    with qtbot.waitSignal(grid.context_requested) as told:
        place = centre(grid, 1)
        QApplication.sendEvent(
            grid.viewport(),
            QContextMenuEvent(
                QContextMenuEvent.Reason.Mouse, place, grid.viewport().mapToGlobal(place)
            ),
        )
    assert told.args == [grid.viewport().mapToGlobal(place)]
    with qtbot.waitSignal(grid.context_requested) as told:
        QApplication.sendEvent(
            grid,
            QContextMenuEvent(
                QContextMenuEvent.Reason.Keyboard, QPoint(), grid.mapToGlobal(QPoint())
            ),
        )
    assert told.args == [grid.viewport().mapToGlobal(centre(grid, 4))]


def test_a_drag_carries_ids_and_files(grid: PhotoGrid, library: FakeLibrary) -> None:
    click(grid, 0)
    click(grid, 1, CTRL)
    mime = grid._photos.mime_of(grid.selected_ids())
    assert mime.data(PHOTO_IDS).data() == b"95,94"
    assert [url.toLocalFile() for url in mime.urls()] == [
        library.photo_rows[95].path,
        library.photo_rows[94].path,
    ]
    assert grid.dragDropMode() == PhotoGrid.DragDropMode.DragOnly


def test_a_selection_is_fetched_so_that_it_can_be_dragged(qtbot: QtBot, grid: PhotoGrid) -> None:
    with qtbot.waitSignal(grid.selection_settled):
        grid.selectAll()
    qtbot.waitUntil(lambda: len(grid._photos.mime_of(grid.selected_ids()).urls()) == 95)


def paint_of(grid: PhotoGrid, row: int) -> QImage:
    return grid.viewport().grab(grid.visualRect(grid.model().index(row))).toImage()


def test_states_tags_selection_and_focus_can_be_seen(
    qtbot: QtBot, grid: PhotoGrid, library: FakeLibrary, link: EngineLink
) -> None:
    plain = paint_of(grid, 0)
    for state in (PhotoState.FAILED, PhotoState.OFFLINE):
        library.photo_rows[95] = dataclasses.replace(
            library.photo_rows[95], state=state, reason=message("damaged")
        )
        with qtbot.waitSignal(grid._photos.dataChanged):
            link.ask(Verbs.correct, 2, clear=[95])
        assert paint_of(grid, 0) != plain
    library.photo_rows[95] = dataclasses.replace(library.photo_rows[95], state=PhotoState.OK)
    with qtbot.waitSignal(grid._photos.dataChanged):
        link.ask(Verbs.correct, 1, yes=[95])
    confirmed = paint_of(grid, 0)
    assert confirmed != plain
    grid.set_current_row(5)
    grid.selectionModel().select(
        grid.model().index(0), QItemSelectionModel.SelectionFlag.ClearAndSelect
    )
    chosen = paint_of(grid, 0)
    assert chosen != confirmed
    grid.set_current_row(0)
    assert grid.hasFocus()
    assert paint_of(grid, 0) != chosen


def test_thumbnails_are_read_for_what_is_in_sight(
    qtbot: QtBot, grid: PhotoGrid, library: FakeLibrary, link: EngineLink, tmp_path: Path
) -> None:
    path = tmp_path / "red.jpg"
    image = QImage(256, 128, QImage.Format.Format_RGB32)
    image.fill(QColor(250, 0, 0))
    assert image.save(str(path))
    library.photo_rows[94] = dataclasses.replace(library.photo_rows[94], thumbnail=str(path))
    with qtbot.waitSignal(grid._thumbnails.arrived):
        link.ask(Verbs.correct, 1, clear=[94])
    seen = paint_of(grid, 1)
    reds = [seen.pixelColor(x, seen.height() // 2) for x in range(seen.width())]
    assert max(color.red() - color.green() for color in reds) > 200


def test_large_cells_show_the_photo_itself_once_the_view_rests(
    qtbot: QtBot, library: FakeLibrary, link: EngineLink, tmp_path: Path
) -> None:
    """A thumbnail file of 256 pixels, enlarged to 400, is a blur.

    The photos in sight are read again, only those.
    """
    small, whole = str(tmp_path / "small.jpg"), str(tmp_path / "whole.png")
    for path, width, color in ((small, 256, QColor(250, 0, 0)), (whole, 1000, QColor(0, 200, 0))):
        image = QImage(width, width // 2, QImage.Format.Format_RGB32)
        image.fill(color)
        assert image.save(path)
    library.photo_rows[95] = dataclasses.replace(
        library.photo_rows[95], path=whole, thumbnail=small, width=1000, height=500
    )
    thumbnails = Thumbnails()
    pictures = Pictures()
    grid = PhotoGrid(PhotoModel(link), thumbnails, pictures)
    qtbot.addWidget(grid)
    grid.resize(820, 600)
    grid.show()
    grid._photos.show(library.view())
    qtbot.waitUntil(lambda: thumbnails.pixmap(small, grid._cell.box()) is not None)
    qtbot.waitUntil(lambda: not grid._sight._rest.isActive())
    assert pictures.picture(whole) is None  # at this size the file is enough
    grid.set_thumbnail_size(400)
    qtbot.waitUntil(lambda: pictures.picture(whole) is not None)
    assert thumbnails.pixmap(small, (400, 300)).size() == QSize(400, 200)
    middle = paint_of(grid, 0).pixelColor(208, 156)
    assert middle.green() > 150 > middle.red()
    grid.set_thumbnail_size(160)
    assert thumbnails.pixmap(small, (160, 120)).size() == QSize(160, 80)
    grid.close()
    pictures.close()
    thumbnails.close()


def test_it_is_accessible(grid: PhotoGrid) -> None:
    interface = QAccessible.queryAccessibleInterface(grid)
    assert interface.text(QAccessible.Text.Name) == "Photos"
    assert interface.childCount() >= 95
    text = grid.model().data(grid.model().index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert text.startswith("photo-0095.jpg, ")


def test_a_name_that_looks_like_html_is_text(
    qtbot: QtBot, grid: PhotoGrid, library: FakeLibrary, link: EngineLink
) -> None:
    library.photo_rows[95] = dataclasses.replace(library.photo_rows[95], name="<img src=x>&.jpg")
    with qtbot.waitSignal(grid._photos.dataChanged):
        link.ask(Verbs.correct, 1, clear=[95])
    tip = grid.model().data(grid.model().index(0), Qt.ItemDataRole.ToolTipRole)
    assert "&lt;img src=x&gt;&amp;.jpg" in tip and "<img" not in tip


def test_a_hundred_thousand_rows_answer_at_once(qtbot: QtBot, grid: PhotoGrid) -> None:
    count = 100_000
    result = SearchResult(
        "",
        array("q", range(1, count + 1)),
        array("f"),
        array("i", [30_000 - row // 50 for row in range(count)]),
        count,
    )
    grid._photos.show(result)
    grid.selectAll()
    assert grid.selected_count() == count
    assert press(grid, Key.Key_End) == count - 1
    assert grid.visualRect(grid.model().index(count - 1)).intersects(grid.viewport().rect())
    assert len(grid.rows_in_sight()) < 100
    grid.changeEvent(QEvent(QEvent.Type.FontChange))
    assert grid.visualRect(grid.model().index(count - 1)).isValid()
