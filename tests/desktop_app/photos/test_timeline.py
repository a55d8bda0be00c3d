"""The years beside the scroll bar, and the date while it is dragged."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.parts.thumbnails import Thumbnails
from desktop_app.photos.photo_cell import header_text
from desktop_app.photos.photo_grid import PhotoGrid
from desktop_app.photos.photo_model import PhotoModel
from engine.records import SearchResult
from tests.support.fake_library import FakeLibrary, running


@pytest.fixture
def grid(qtbot: QtBot) -> Iterator[PhotoGrid]:
    """2,400 photos, one every two days: 2013 to 2026."""
    thumbnails = Thumbnails()
    with running(FakeLibrary(0)) as link:
        grid = PhotoGrid(PhotoModel(link), thumbnails)
        qtbot.addWidget(grid)
        grid.resize(820, 600)
        grid.show()
        days = array("i", [20_600 - 2 * row for row in range(2400)])
        grid._photos.show(SearchResult("", array("q", range(1, 2401)), array("f"), days, 2400))
        yield grid
        thumbnails.close()


def point_at_the_bar(grid: PhotoGrid) -> None:
    where = QPointF(5, 300)
    QApplication.sendEvent(grid.verticalScrollBar(), QEnterEvent(where, where, where))


def test_years_stand_beside_the_bar_under_the_pointer(grid: PhotoGrid) -> None:
    assert grid.timeline.years() == []
    point_at_the_bar(grid)
    assert grid.timeline.years() == list(range(2026, 2012, -1))
    QTest.mouseMove(grid.timeline, QPoint(20, 300))
    assert grid.timeline.grab().toImage().pixelColor(2, 2).isValid()  # painted without a complaint
    QApplication.sendEvent(grid.timeline, QEvent(QEvent.Type.Leave))
    assert grid.timeline.years() == []


def test_a_click_on_a_year_goes_there(grid: PhotoGrid) -> None:
    point_at_the_bar(grid)
    mark = next(one for one in grid.timeline._marks if one.year == 2019)
    QTest.mouseClick(grid.timeline, Qt.MouseButton.LeftButton, pos=QPoint(20, mark.at))
    (_, first), *_ = grid._layout.headers_between(
        grid.verticalOffset(), grid.verticalOffset() + 100
    )
    assert header_text(first) == "December 2019"


def test_they_go_with_the_pointer_but_not_to_themselves(
    grid: PhotoGrid, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at_the_bar(grid)
    inside = grid.timeline.mapToGlobal(QPoint(5, 5))
    monkeypatch.setattr(QCursor, "pos", lambda: inside)
    QApplication.sendEvent(grid.verticalScrollBar(), QEvent(QEvent.Type.Leave))
    assert grid.timeline.isVisible()
    monkeypatch.setattr(QCursor, "pos", lambda: grid.mapToGlobal(QPoint(-50, 5)))
    QApplication.sendEvent(grid.verticalScrollBar(), QEvent(QEvent.Type.Leave))
    assert not grid.timeline.isVisible()


def test_few_photos_need_no_years(grid: PhotoGrid) -> None:
    grid._photos.show(
        SearchResult("", array("q", [1, 2]), array("f"), array("i", [20_000, 10_000]), 2)
    )
    point_at_the_bar(grid)
    assert not grid.timeline.isVisible()


def test_the_date_while_the_bar_is_dragged(grid: PhotoGrid) -> None:
    bar = grid.verticalScrollBar()
    point_at_the_bar(grid)
    bar.setSliderDown(True)
    bar.setSliderPosition(bar.maximum())
    assert grid.timeline.where.isVisible()
    assert grid.timeline.where.text() == header_text(grid._groups[-1])
    # Not over the years.
    assert grid.timeline.where.geometry().right() < grid.timeline.geometry().left()
    bar.setSliderDown(False)
    assert not grid.timeline.where.isVisible()
