"""Where each photo of a long list is on the canvas, by arithmetic: nothing is stored per photo.

Knows: groups (days or months with a header, or one group without), columns, lines, and back from a
point to a row. Does not know: Qt views, photos, painting. All lengths are pixels of the canvas,
whose top is 0. Costs O(number of groups) to lay out and O(log groups) to look up, so a million
photos take as long as a thousand. numpy is imported with the first photos, not with the window: it
would be a quarter of the time to the first paint.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

#: With fewer photos a day than this, on average, headers go by month: a header for each photo tells
#: nothing.
_DAYS_WORTH_A_HEADER = 4


@dataclass(frozen=True, slots=True)
class Group:
    """`count` rows from `first` on, under one header.

    `day`: days since the epoch, None without a date; `month`: the group is the whole month of
    `day`; `weak`: the rows behind the line of good matches.
    """

    first: int
    count: int
    day: int | None = None
    month: bool = False
    weak: bool = False


class Groups(Sequence[Group]):
    """Groups in columns.

    A library of decades has thousands of days, and they are laid out at every frame of a resize.
    """

    def __init__(
        self,
        firsts: Sequence[int],
        total: int,
        days: Sequence[int] = (),
        *,
        month: bool = False,
        weak: bool = False,
    ) -> None:
        """Groups from their first rows and days.

        `firsts`: first row of each group (G,); `days`: days since 1970 (G,) or none; `weak`:
        whether the last group is weak.
        """
        self.firsts = list(firsts)
        self.days = list(days)
        self.month = month
        self.weak = weak
        self.total = total

    def __len__(self) -> int:
        return len(self.firsts)

    @overload
    def __getitem__(self, at: int) -> Group: ...
    @overload
    def __getitem__(self, at: slice) -> list[Group]: ...
    def __getitem__(self, at: int | slice) -> Group | list[Group]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        day = self.days[at] if self.days else None
        weak = self.weak and at in (-1, len(self) - 1)
        end = self.total if at in (-1, len(self) - 1) else self.firsts[at + 1]
        return Group(self.firsts[at], end - self.firsts[at], day, self.month, weak)


def groups_of(total: int, days: array[int], matched: int, ranked: bool) -> Groups:
    """Groups of a result: by meaning, by date, or one group.

    By meaning where `ranked` (good matches, then the rest), else by date if `days` (N,) descend or
    ascend throughout, else one group. `days`: days since the epoch per row; `matched`: number of
    good matches, none of which may be there: then the one group is weak.
    """
    import numpy as np

    if total == 0:
        return Groups((), 0)
    if ranked:
        if matched < total:
            return Groups((0, matched) if matched else (0,), total, weak=True)
        return Groups((0,), total)
    if len(days) != total:
        return Groups((0,), total)
    values = np.frombuffer(days, dtype=np.int32) if days.itemsize == 4 else np.asarray(days)
    steps = np.diff(values)
    if not (np.all(steps <= 0) or np.all(steps >= 0)):
        return Groups((0,), total)
    starts = np.concatenate(([0], np.flatnonzero(steps) + 1))
    month = len(starts) > 1 and total < _DAYS_WORTH_A_HEADER * len(starts)
    if month:
        months = values[starts].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        starts = starts[np.concatenate(([0], np.flatnonzero(np.diff(months)) + 1))]
    return Groups(starts.tolist(), total, values[starts].tolist(), month=month)


class GridLayout:
    """Positions of `groups` in a viewport `width` pixels wide.

    Cells of `cell_width` x `cell_height`.
    """

    MARGIN = 8

    def __init__(
        self, groups: Groups, width: int, cell_width: int, cell_height: int, header: int
    ) -> None:
        self.groups = groups
        self.cell_width, self.cell_height, self.header_height = cell_width, cell_height, header
        room = max(width - 2 * self.MARGIN, cell_width)
        self.columns = max(room // cell_width, 1)
        # Cells share what is left over, so that the right edge is straight.
        self._lefts = [
            self.MARGIN + column * room // self.columns for column in range(self.columns + 1)
        ]
        self._firsts = groups.firsts
        self.total = groups.total
        self._tops, self._heads, self.height = self._stack() if groups else ([], [], 0)

    def _stack(self) -> tuple[list[int], list[int], int]:
        """Top of each group (G,), height of its header (G,), and the height of the whole canvas."""
        import numpy as np

        groups = self.groups
        counts = np.diff(np.array([*groups.firsts, groups.total], dtype=np.int64))
        heads = np.full(len(counts), self.header_height if groups.days else 0)
        if groups.weak:
            heads[-1] = self.header_height
        lines = -(-counts // self.columns)
        ends = np.cumsum(heads + lines * self.cell_height) + self.MARGIN
        tops: list[int] = np.concatenate(([self.MARGIN], ends[:-1])).tolist()
        return tops, heads.tolist(), int(ends[-1]) + self.MARGIN

    def _count(self, group: int) -> int:
        return (
            self._firsts[group + 1] if group + 1 < len(self._firsts) else self.total
        ) - self._firsts[group]

    def cell(self, row: int) -> tuple[int, int, int, int]:
        """x, y, width, height of the cell of `row` on the canvas."""
        group = bisect_right(self._firsts, row) - 1
        line, column = divmod(row - self._firsts[group], self.columns)
        y = self._tops[group] + self._heads[group] + line * self.cell_height
        x = self._lefts[column]
        return x, y, self._lefts[column + 1] - x, self.cell_height

    def row_at(self, x: int, y: int) -> int:
        """The row whose cell contains the point, or -1."""
        group = bisect_right(self._tops, y) - 1
        if group < 0 or y >= self.height - self.MARGIN or x < self.MARGIN:
            return -1
        offset = y - self._tops[group] - self._heads[group]
        column = self.column_at(x)
        if offset < 0 or x >= self._lefts[-1]:
            return -1
        row = offset // self.cell_height * self.columns + column
        return self._firsts[group] + row if row < self._count(group) else -1

    def column_at(self, x: int) -> int:
        """The column under `x`, at least 0 and at most the last one."""
        return min(max(bisect_right(self._lefts, x) - 1, 0), self.columns - 1)

    def rows_between(self, top: int, bottom: int) -> range:
        """All rows with a cell that touches the canvas lines `top` to `bottom`; may be empty.

        Both lines are included.
        """
        return range(self._row_below(top), self._row_below(bottom + 1, partly=True))

    def _row_below(self, y: int, partly: bool = False) -> int:
        """The first row whose cell ends below `y`.

        With `partly`, the first whose cell starts at or below `y`.
        """
        group = bisect_right(self._tops, y) - 1
        if group < 0:
            return 0
        offset = y - self._tops[group] - self._heads[group]
        line = max(-(-offset // self.cell_height) if partly else offset // self.cell_height, 0)
        return self._firsts[group] + min(line * self.columns, self._count(group))

    def headers_between(self, top: int, bottom: int) -> list[tuple[int, Group]]:
        """(y, group) of every header that touches the canvas lines `top` .. `bottom`."""
        first = max(bisect_right(self._tops, top) - 1, 0)
        found = []
        for index in range(first, len(self.groups)):
            y = self._tops[index]
            if y > bottom:
                break
            if self._heads[index] and y + self._heads[index] > top:
                found.append((y, self.groups[index]))
        return found

    def group_at(self, y: int) -> Group | None:
        """The group that the canvas line `y` lies in."""
        return self.groups[max(bisect_right(self._tops, y) - 1, 0)] if self.groups else None

    def years(self) -> list[tuple[int, int]]:
        """(y, year) where each year begins, from the top; nothing where groups have no dates."""
        import numpy as np

        if not self.groups.days:
            return []
        years = (
            np.array(self.groups.days, dtype="datetime64[D]")
            .astype("datetime64[Y]")
            .astype(np.int64)
            + 1970
        )
        starts = np.flatnonzero(np.diff(years, prepend=years[0] - 1))
        return [(self._tops[group], int(years[group])) for group in starts.tolist()]

    def rows_in(self, left: int, top: int, right: int, bottom: int) -> list[tuple[int, int]]:
        """Cells that a rectangle touches, as (first, last) runs of rows.

        Whole lines are joined into one run.
        """
        first_column, last_column = self.column_at(left), self.column_at(right)
        if right < self.MARGIN or left >= self._lefts[-1]:
            return []
        runs: list[tuple[int, int]] = []
        for index in range(max(bisect_right(self._tops, top) - 1, 0), len(self.groups)):
            start = self._tops[index] + self._heads[index]
            if self._tops[index] > bottom:
                break
            first_row = self._firsts[index]
            count = self._count(index)
            first_line = max((top - start) // self.cell_height, 0)
            last_line = min((bottom - start) // self.cell_height, (count - 1) // self.columns)
            if bottom < start or last_line < first_line:
                continue
            if first_column == 0 and last_column == self.columns - 1:
                lines = [(first_line * self.columns, last_line * self.columns + last_column)]
            else:
                lines = [
                    (line * self.columns + first_column, line * self.columns + last_column)
                    for line in range(first_line, last_line + 1)
                ]
            for first, last in lines:
                if first < count:
                    runs.append((first_row + first, first_row + min(last, count - 1)))
        return runs

    def step_lines(self, row: int, lines: int) -> int:
        """The row `lines` lines below (above, if negative), in the same column.

        Or the last one of a short line.
        """
        group = bisect_right(self._firsts, row) - 1
        line, column = divmod(row - self._firsts[group], self.columns)
        while True:
            count = (self._count(group) - 1) // self.columns + 1
            if 0 <= line + lines < count:
                inside = min((line + lines) * self.columns + column, self._count(group) - 1)
                return self._firsts[group] + inside
            if lines > 0:
                if group + 1 == len(self.groups):
                    return self.total - 1 if line + 1 < count or lines > 1 else row
                lines -= count - line
                line = 0
                group += 1
            else:
                if group == 0:
                    return 0 if lines < -1 or line else row
                lines += line + 1
                group -= 1
                line = (self._count(group) - 1) // self.columns
