"""The arithmetic of the grid, against a slow layout that walks over every photo."""

from __future__ import annotations

from array import array

import pytest

from desktop_app.photos.grid_layout import GridLayout, Group, Groups, groups_of


def slow_cells(layout: GridLayout, room: int) -> dict[int, tuple[int, int, int, int]]:
    """Every cell, one after the other, as a person would set them."""
    cells = {}
    y = layout.MARGIN
    for group in layout.groups:
        y += layout.header_height if group.day is not None or group.weak else 0
        for place in range(group.count):
            line, column = divmod(place, layout.columns)
            left, right = (
                layout.MARGIN + at * room // layout.columns for at in (column, column + 1)
            )
            cells[group.first + place] = (
                left,
                y + line * layout.cell_height,
                right - left,
                layout.cell_height,
            )
        y += ((group.count - 1) // layout.columns + 1) * layout.cell_height
    return cells


def test_years_begin_where_their_first_group_does() -> None:
    first_of_2024 = 19_723  # days since 1970
    layout = GridLayout(
        Groups((0, 5, 9), 12, (first_of_2024 + 40, first_of_2024, first_of_2024 - 1)),
        433,
        100,
        120,
        30,
    )
    assert layout.years() == [
        (layout.MARGIN, 2024),
        (layout.headers_between(0, 10_000)[2][0], 2023),
    ]
    assert GridLayout(Groups((0, 4), 34, weak=True), 433, 100, 120, 30).years() == []
    assert GridLayout(Groups((), 0), 433, 100, 120, 30).years() == []


GROUPS = {
    "one": Groups((0,), 23),
    "days": Groups((0, 7, 8, 20), 23, (30, 29, 20, 1)),
    "weak": Groups((0, 4), 34, weak=True),
}


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("width", [50, 433, 1200])
def test_cells_points_and_rows_agree_with_the_slow_layout(name: str, width: int) -> None:
    layout = GridLayout(GROUPS[name], width, 100, 120, 30)
    cells = slow_cells(layout, max(width - 16, 100))
    assert layout.total == len(cells)
    for row, (x, y, w, h) in cells.items():
        assert layout.cell(row) == (x, y, w, h)
        for point in ((x, y), (x + w - 1, y + h - 1), (x + w // 2, y + h // 2)):
            assert layout.row_at(*point) == row
    assert layout.height == max(y + h for _x, y, _w, h in cells.values()) + layout.MARGIN
    for top in range(-50, layout.height + 50, 37):
        for bottom in (top, top + 90, top + 400):
            touching = [row for row, (_x, y, _w, h) in cells.items() if y <= bottom and y + h > top]
            assert list(layout.rows_between(top, bottom)) == touching
            for left, right in ((0, width), (120, 150), (210, 390)):
                inside = {
                    row
                    for row in touching
                    if cells[row][0] <= max(right, layout.MARGIN)
                    and cells[row][0] + cells[row][2] > left
                }
                runs = layout.rows_in(left, top, right, bottom)
                assert {row for first, last in runs for row in range(first, last + 1)} == inside


def test_points_beside_every_cell_belong_to_no_row() -> None:
    layout = GridLayout(GROUPS["days"], 433, 100, 120, 30)
    assert layout.row_at(2, 60) == -1  # left margin
    assert layout.row_at(20, 12) == -1  # on a header
    assert layout.row_at(20, 5000) == -1
    x, y, w, _h = layout.cell(7)  # the only photo of its day: the rest of its line is empty
    assert layout.row_at(x + w + 5, y + 5) == -1
    assert GridLayout(Groups((), 0), 433, 100, 120, 30).row_at(20, 20) == -1


@pytest.mark.parametrize("name", GROUPS)
def test_stepping_by_lines_moves_to_the_nearest_cell_of_the_line_below(name: str) -> None:
    layout = GridLayout(GROUPS[name], 433, 100, 120, 30)
    cells = slow_cells(layout, 417)
    lines = sorted({y for _x, y, _w, _h in cells.values()})
    for row, (x, y, _w, _h) in cells.items():
        place = lines.index(y)
        for step in (-3, -1, 1, 2, 5):
            target = place + step
            if 0 <= target < len(lines):
                in_line = [other for other, cell in cells.items() if cell[1] == lines[target]]
                expected = max(
                    (other for other in in_line if cells[other][0] <= x), default=in_line[0]
                )
                assert layout.step_lines(row, step) == expected, (row, step)
    assert layout.step_lines(0, -1) == 0
    assert layout.step_lines(layout.total - 1, 1) == layout.total - 1
    assert layout.step_lines(0, 10_000) == layout.total - 1
    assert layout.step_lines(layout.total - 1, -10_000) == 0


def test_groups_by_day_by_month_and_by_meaning() -> None:
    days = array("i", [20_000] * 5 + [19_999] * 4 + [19_990] * 6)
    by_day = [Group(0, 5, 20_000), Group(5, 4, 19_999), Group(9, 6, 19_990)]
    assert list(groups_of(15, days, 15, ranked=False)) == by_day
    # 2024-10-04, 10-03, 09-24, 08-15, 08-14.
    sparse = array("i", [20_000, 19_999, 19_990, 19_950, 19_949])
    assert list(groups_of(5, sparse, 5, ranked=False)) == [
        Group(0, 2, 20_000, month=True),
        Group(2, 1, 19_990, month=True),
        Group(3, 2, 19_950, month=True),
    ]
    mixed = array("i", [5, 9, 1])
    assert list(groups_of(3, mixed, 3, ranked=False)) == [Group(0, 3)]
    assert list(groups_of(10, array("i", range(10)), 4, ranked=True)) == [
        Group(0, 4),
        Group(4, 6, weak=True),
    ]
    assert list(groups_of(10, array("i", range(10)), 0, ranked=True)) == [Group(0, 10, weak=True)]
    assert list(groups_of(10, array("i", range(10)), 10, ranked=True)) == [Group(0, 10)]
    assert list(groups_of(0, array("i"), 0, ranked=False)) == []


def test_a_million_photos_need_nothing_per_photo() -> None:
    days = array("i", sorted((19_000 - row // 60 for row in range(1_000_000)), reverse=True))
    layout = GridLayout(groups_of(len(days), days, len(days), ranked=False), 1280, 170, 200, 30)
    x, y, w, h = layout.cell(999_999)
    assert layout.row_at(x + w // 2, y + h // 2) == 999_999
    assert layout.height < 2**31
    assert len(layout.groups) == 1_000_000 // 60 + 1
