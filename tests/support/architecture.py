"""`python -m tests.support.architecture OUT.svg`: the rooms of Albumen and the arrows between them.

Rooms and arrows are read from the code that is there (import-linter's own graph of imports), floors
from the contracts in pyproject.toml, words from each room's docstring: nothing is drawn by hand. An
arrow says that modules of one room import modules of the other; one that follows from others (a
room may be reached through a third) is left out, or nothing could be seen.

Knows: where boxes stand and how an arrow gets round them. Does not know: any room by name.
"""

from __future__ import annotations

import argparse
import ast
import itertools
import math
import random
import textwrap
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("desktop_app", "engine", "resources")

Arrow = tuple[str, str]
Points = list[tuple[float, float]]

WIDTH, HEIGHT, GAP, FLOOR = 196, 66, 30, 104  # of a box; between boxes; from floor to floor
MARGIN, HEAD, CANAL = 24, 46, 60  # round everything; for a title; between window and engine
_TRIES, _ROUNDS, _ROUTED = 12, 3000, 4  # of moving boxes; so many of the tries get their curves
_BULGES = sorted(
    itertools.product(range(-400, 401, 40), repeat=2), key=lambda two: sum(map(abs, two))
)
_INK, _PALE, _PAPER = "#1f2328", "#57606a", "#ffffff"
_COLOURS = {"desktop_app": "#fbe9d7", "engine": "#dfeaf7", "resources": "#e6efdf"}
_TITLES = {
    "desktop_app": "desktop_app: the window (Qt, no torch, no SQL)",
    "engine": "engine: no Qt",
    "resources": "",
}


@dataclass(frozen=True, slots=True)
class Box:
    """A room on the picture: its upper left corner, in pixels."""

    name: str
    x: float
    y: float

    @property
    def middle(self) -> float:
        """Of its width."""
        return self.x + WIDTH / 2

    def holds(self, x: float, y: float) -> bool:
        """Whether a point is inside, or too near to be told apart."""
        return self.x - 5 < x < self.x + WIDTH + 5 and self.y - 5 < y < self.y + HEIGHT + 5


def room_of(module: str) -> str:
    """`engine.clip.model` -> `engine.clip`; a package itself is no room but what stands beside."""
    return ".".join(module.split(".")[:2])


def arrows() -> set[Arrow]:
    """Who imports whom, by rooms, without what a package's own `__init__` is imported for."""
    import grimp

    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    found = {
        (room_of(module), room_of(imported))
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
    }
    bare = {"desktop_app", "engine"}
    return {(a, b) for a, b in found if a != b and not bare & {a, b}}


def without_detours(found: Iterable[Arrow]) -> set[Arrow]:
    """The arrows that do not follow from others (the transitive reduction of a graph without
    circles)."""
    found = set(found)
    next_to: dict[str, set[str]] = {}
    for source, target in found:
        next_to.setdefault(source, set()).add(target)

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            new = next_to.get(waiting.pop(), set()) - seen
            seen |= new
            waiting += new
        return seen

    behind = {room: reached(room) for room in next_to}
    return {
        (source, target)
        for source, target in found
        if not any(target in behind.get(via, ()) for via in next_to[source] - {target})
    }


def floors(package: str) -> list[list[str]]:
    """The rooms of a package from the upper floor to the lowest, as import-linter's contract has
    them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for contract in settings["tool"]["importlinter"]["contracts"]:
        if contract["type"] == "layers" and contract.get("containers") == [package]:
            return [
                [f"{package}.{name.strip()}" for name in floor.split("|")]
                for floor in contract["layers"]
            ]
    raise LookupError(f"no contract says which floors {package} has")


def saying(room: str) -> str:
    """The first words of a room's docstring: a clause, without the command that may stand first."""
    path = ROOT.joinpath(*room.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = " ".join((ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split())
    if text.startswith("`") and "`: " in text:
        text = text.split("`: ", 1)[1]
    for end in (". ", ": ", "; ", " ("):
        text = text.split(end, 1)[0]
    return text.rstrip(".").replace("`", "")


# -- where everything stands -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands: boxes by room, a curve for each arrow, the size of the paper."""

    boxes: dict[str, Box]
    curves: dict[Arrow, Points]
    width: float
    height: float
    faults: int  # points of curves that lie under a box or beside the paper


def layout(drawn: Sequence[Arrow]) -> Layout:
    """The window on the left, the engine on the right, what ships with them below the engine.

    The floor of a room is given, its place on the floor is looked for: boxes are moved to and fro,
    always in the same order, as long as fewer arrows run through boxes or through each other.
    """
    rows = {package: floors(package) for package in ("desktop_app", "engine")}
    rows["engine"] = [[], *rows["engine"], ["resources"]]  # arrows from the window lead downwards
    heights = {
        room: MARGIN + HEAD + number * FLOOR
        for package in rows.values()
        for number, row in enumerate(package)
        for room in row
    }
    ranges: dict[str, tuple[float, float]] = {}
    left = float(MARGIN)
    for package in rows.values():
        longest = max(len(row) for row in package)
        width = longest * WIDTH + (longest + 1) * GAP
        ranges |= {room: (left, left + width - WIDTH) for row in package for room in row}
        left += width + CANAL
    start = {
        room: ranges[room][0] + at * (WIDTH + GAP) + GAP
        for package in rows.values()
        for row in package
        for at, room in enumerate(row)
    }
    neighbours = [row for package in rows.values() for row in package]
    tries = [_settled(start, ranges, heights, neighbours, drawn, seed) for seed in range(_TRIES)]
    tries.sort(key=lambda x: _tangle(x, heights, neighbours, drawn))
    size = (left - CANAL + MARGIN, max(heights.values()) + HEIGHT + MARGIN)
    return min(
        (
            _routed({room: Box(room, x, heights[room]) for room, x in found.items()}, drawn, size)
            for found in tries[:_ROUTED]
        ),
        key=lambda made: (_clashes(made.boxes.values()), made.faults),
    )


def _clashes(boxes: Iterable[Box]) -> int:
    """How many pairs of boxes stand on each other."""
    return sum(
        one.y == other.y and abs(one.x - other.x) < WIDTH
        for one, other in itertools.combinations(boxes, 2)
    )


def _routed(placed: dict[str, Box], drawn: Sequence[Arrow], size: tuple[float, float]) -> Layout:
    """All curves between boxes that stand."""
    shifts = _shifts(drawn, placed)
    curves: dict[Arrow, Points] = {}
    faults = 0
    for arrow in drawn:
        others = [box for room, box in placed.items() if room not in arrow]
        ends = (placed[arrow[0]], placed[arrow[1]])
        curves[arrow] = route(ends, shifts[arrow], others, size[0])
        faults += _faults(curves[arrow], others, size[0])
    return Layout(placed, curves, size[0], size[1], faults)


def _settled(
    x: dict[str, float],
    ranges: Mapping[str, tuple[float, float]],
    heights: Mapping[str, float],
    rows: Sequence[Sequence[str]],
    drawn: Sequence[Arrow],
    seed: int,
) -> dict[str, float]:
    """Places (the left edge of each box) among which no single move makes less of a tangle."""
    chance = random.Random(seed)
    rooms = sorted(x)
    least = _tangle(x, heights, rows, drawn)
    for round_ in range(_ROUNDS):
        room = chance.choice(rooms)
        low, high = ranges[room]
        tried = x | {room: chance.uniform(low, high)}
        row = next(row for row in rows if room in row)
        if round_ % 3 == 0:  # two of one floor change their places
            other = chance.choice(row)
            tried = x | {room: x[other], other: x[room]}
        elif round_ % 3 == 1:  # a floor moves as a whole
            by = chance.uniform(-WIDTH, WIDTH)
            tried = x | {one: min(max(x[one] + by, low), high) for one in row}
        tangle = _tangle(tried, heights, rows, drawn)
        if tangle < least:
            x, least = tried, tangle
    return {room: round(place) for room, place in x.items()}


def _tangle(
    x: Mapping[str, float],
    heights: Mapping[str, float],
    rows: Sequence[Sequence[str]],
    drawn: Sequence[Arrow],
) -> float:
    """How bad a picture would be: boxes on boxes, arrows through boxes, arrows through arrows,
    length, in that order."""
    bad = 0.0
    for row in rows:
        edges = sorted(x[room] for room in row)
        bad += sum(
            2000.0 + 20 * (WIDTH + GAP - (b - a))
            for a, b in itertools.pairwise(edges)
            if b - a < WIDTH + GAP
        )
    lines = [
        (
            x[source] + WIDTH / 2,
            heights[source] + HEIGHT,
            x[target] + WIDTH / 2,
            heights[target],
        )
        for source, target in drawn
    ]
    for (source, target), (x0, y0, x1, y1) in zip(drawn, lines, strict=True):
        bad += abs(x1 - x0) * 0.25
        for room, y in heights.items():
            if room in (source, target) or not y0 < y + HEIGHT / 2 < y1:
                continue
            at = x0 + (x1 - x0) * (y + HEIGHT / 2 - y0) / (y1 - y0)
            away = max(x[room] - at, at - x[room] - WIDTH)
            bad += 600.0 if away < 0 else max(0.0, 30.0 - away)
    bad += sum(120.0 for one, other in itertools.combinations(lines, 2) if _cross(one, other))
    return bad


Line = tuple[float, float, float, float]


def _cross(one: Line, other: Line) -> bool:
    """Whether two straight lines cross between their ends."""

    def side(line: Line, x: float, y: float) -> float:
        x0, y0, x1, y1 = line
        return (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)

    return (
        side(one, *other[:2]) * side(one, *other[2:]) < 0
        and side(other, *one[:2]) * side(other, *one[2:]) < 0
    )


def _curve(
    start: tuple[float, float], end: tuple[float, float], bulges: tuple[float, float]
) -> Points:
    """The four points of a Bezier curve that leaves downwards and arrives from above; `bulges`: how
    far it swings to the side, at first and at last."""
    reach = max(18.0, (end[1] - start[1]) * 0.35)
    return [
        start,
        (start[0] + bulges[0], start[1] + reach),
        (end[0] + bulges[1], end[1] - reach),
        end,
    ]


def _along(points: Points, steps: int = 40) -> Iterable[tuple[float, float]]:
    for step in range(1, steps):
        t = step / steps
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        yield (
            sum(weight * x for weight, (x, _) in zip(weights, points, strict=True)),
            sum(weight * y for weight, (_, y) in zip(weights, points, strict=True)),
        )


def route(
    ends: tuple[Box, Box], shift: tuple[float, float], others: Sequence[Box], width: float
) -> Points:
    """The straightest curve from the lower edge of one box to the upper edge of another that
    touches the fewest others and stays on the paper. `shift`: of its ends from the middle of the
    edges."""
    source, target = ends
    start = (source.middle + shift[0], source.y + HEIGHT)
    end = (target.middle + shift[1], target.y)

    least = math.inf
    for bulges in _BULGES:
        curve = _curve(start, end, bulges)
        if (faults := _faults(curve, others, width)) < least:
            least = faults
            best = curve
        if not least:
            break
    return best


def _faults(curve: Points, others: Sequence[Box], width: float) -> int:
    """How much of a curve cannot be seen: points under boxes, or beside the paper."""
    low = min(y for _, y in curve)
    high = max(y for _, y in curve)
    near = [box for box in others if low < box.y + HEIGHT and box.y < high]
    return sum(
        not 8 < x < width - 8 or any(box.holds(x, y) for box in near) for x, y in _along(curve)
    )


def _shifts(drawn: Sequence[Arrow], placed: Mapping[str, Box]) -> dict[Arrow, tuple[float, float]]:
    """Arrows that leave or enter one box share its edge, in the order of where they go or come
    from."""
    shifts: dict[Arrow, list[float]] = {arrow: [0.0, 0.0] for arrow in drawn}
    for end in (0, 1):
        for room in placed:
            here = [arrow for arrow in drawn if arrow[end] == room]
            here.sort(key=lambda arrow: placed[arrow[1 - end]].middle)
            step = min(34.0, (WIDTH - 40) / max(1, len(here)))
            for number, arrow in enumerate(here):
                shifts[arrow][end] = (number - (len(here) - 1) / 2) * step
    return {arrow: (first, second) for arrow, (first, second) in shifts.items()}


# -- the picture -----------------------------------------------------------------------------------


def svg() -> str:
    """The whole picture; the same code always gives the same text."""
    drawn = sorted(without_detours(arrows()))
    made = layout(drawn)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {made.width:.0f} {made.height:.0f}" '
        'font-family="Helvetica, Arial, sans-serif" role="img">',
        "<title>The rooms of Albumen and which of them import which</title>",
        f"<desc>{'; '.join(f'{source} to {target}' for source, target in drawn)}</desc>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        f'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="{_PALE}"/></marker></defs>',
        f'<rect width="{made.width:.0f}" height="{made.height:.0f}" fill="{_PAPER}"/>',
    ]
    for curve in made.curves.values():
        start, *rest = (f"{x:.0f} {y:.0f}" for x, y in curve)
        lines.append(
            f'<path d="M{start}C{", ".join(rest)}" fill="none" stroke="{_PALE}" '
            'stroke-width="1.3" marker-end="url(#tip)"/>'
        )
    for package, title in _TITLES.items():
        x = min(box.x for room, box in made.boxes.items() if room.split(".")[0] == package)
        y = min(box.y for room, box in made.boxes.items() if room.split(".")[0] == package)
        lines.append(_text(x, y - HEAD + 16, title, 16, bold=True) if title else "")
    for box in made.boxes.values():
        lines += _drawn(box)
    return "\n".join([line for line in lines if line] + ["</svg>", ""])


def _drawn(box: Box) -> list[str]:
    package, _, name = box.name.partition(".")
    lines = textwrap.wrap(saying(box.name), 31, max_lines=2, placeholder=" …")
    return [
        f'<rect x="{box.x:.0f}" y="{box.y:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="7" '
        f'fill="{_COLOURS[package]}" stroke="{_PALE}"/>',
        _text(box.x + 12, box.y + 22, name or package, 15, bold=True),
        *(_text(box.x + 12, box.y + 40 + 14 * row, line, 11) for row, line in enumerate(lines)),
    ]


def _text(x: float, y: float, text: str, size: int, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" fill="{_INK}"{weight}>'
        f"{escape(text)}</text>"
    )


def main() -> int:
    """Write the picture."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.support.architecture",
        description="The rooms of Albumen and the arrows between them, read from the code, as SVG.",
    )
    parser.add_argument("out", type=Path, metavar="OUT.svg")
    out: Path = parser.parse_args().out
    out.write_text(svg(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
