"""`python -m desktop_app.bench.grid`: what a frame of the grid costs, and the start.

Measured at up to 1,000,000 photos, offscreen, with records and thumbnails at hand: the resize,
zoom, insert or scroll itself plus the repaint that it causes, in milliseconds, median and worst of
some repetitions. `cpu` is the GUI thread's own work (its processor time), `wall` what the clock
says, which on a machine that is busy with other things is a matter of luck. The baseline is Qt's
own QListView in icon mode over the same photos.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: Qt's own icon view is measured beside ours up to this many photos; beyond, one resize takes
#: seconds.
_BASELINE_UP_TO = 100_000

START = """
import sys, time
began = time.perf_counter()
from desktop_app.__main__ import make_application, make_window
application = make_application()
window = make_window({directory!r})
window.show()
while not window.painted:
    application.processEvents()
print(time.perf_counter() - began, time.process_time(), 'torch' in sys.modules, flush=True)
window.close()
"""


def resident() -> float:
    """Memory of this process in MiB; 0 where the system does not say."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except (OSError, ValueError, IndexError):
        return 0.0


def frames(count: int, directory: Path) -> tuple[dict[str, list[tuple[float, float]]], float]:
    """(cpu, wall) milliseconds of each kind of event, and the memory of the view in MiB.

    With `count` photos in a window of 1280 x 800; the memory includes ids and days of the rows.
    """
    from PySide6.QtCore import QItemSelectionModel
    from PySide6.QtGui import QColor, QImage
    from PySide6.QtWidgets import QAbstractItemView, QListView

    from desktop_app.__main__ import make_application
    from desktop_app.link.engine_link import EngineLink
    from desktop_app.parts.thumbnails import Thumbnails
    from desktop_app.photos.photo_grid import PhotoGrid
    from desktop_app.photos.photo_model import Entry, PhotoModel
    from engine.records import AlbumenError, Photo, PhotoState, SearchResult, Source, Tag
    from engine.verbs import Served

    application = make_application()
    pictures = []
    for number in range(40):
        image = QImage(256, 192, QImage.Format.Format_RGB32)
        image.fill(QColor.fromHsv(number * 9, 90, 200))
        pictures.append(str(directory / f"{number}.jpg"))
        image.save(pictures[-1])

    def result(first: int) -> SearchResult:
        days = array("i", [20_000 - row // 40 for row in range(count)])
        return SearchResult("", array("q", range(first, first + count)), array("f"), days, count)

    def no_library() -> Served:
        raise AlbumenError("There is no library behind this grid.")

    class AtHand(PhotoModel):
        """Has every record at once, so that the grid alone is measured."""

        def entry(self, row: int) -> Entry | None:
            one = self.id_at(row)
            tag = Tag(one, 1, "mountain", 1.0, Source.MACHINE)
            name = f"IMG_{one:07d}.jpg"
            return Entry(
                Photo(
                    one,
                    f"/p/{name}",
                    name,
                    1,
                    PhotoState.OK,
                    1,
                    0.0,
                    256,
                    192,
                    "",
                    pictures[one % 40],
                ),
                (tag, tag),
            )

        def want(self, rows: range) -> None:
            """Nothing is missing."""

    link = EngineLink(no_library)  # nobody starts it
    model = AtHand(link)
    thumbnails = Thumbnails()
    grid = PhotoGrid(model, thumbnails)
    grid.resize(1280, 800)
    grid.show()
    before = resident()
    model.show(result(1))
    application.processEvents()
    memory = resident() - before
    deadline = time.perf_counter() + 3
    while time.perf_counter() < deadline and len(thumbnails._pixmaps) < 40:
        application.processEvents()

    def measured(
        act: Callable[[int], object], times: int, view: QAbstractItemView | None = None
    ) -> list[tuple[float, float]]:
        spent = []
        view = view or grid
        for at in range(times):
            began, worked = time.perf_counter(), time.thread_time()
            act(at)
            if view is not grid:
                application.processEvents()  # Qt's own view lays out in an event of its own
            view.viewport().repaint()
            spent.append(
                ((time.thread_time() - worked) * 1000, (time.perf_counter() - began) * 1000)
            )
            application.processEvents()
        return spent

    bar = grid.verticalScrollBar()
    flags = QItemSelectionModel.SelectionFlag
    middle = bar.maximum() // 2
    # Making the list of a million ids is the engine's work, done in its thread; it is not the
    # grid's.
    inserts = [result(2 + at) for at in range(6)]
    figures = {
        "scroll a line": measured(lambda at: bar.setValue(middle + at * 60), 40),
        "jump": measured(lambda at: bar.setValue(at * 7919 * 131 % (bar.maximum() + 1)), 20),
        "resize": measured(lambda at: grid.resize(1280 - at % 2 * 200, 800), 20),
        "zoom": measured(lambda at: grid.set_thumbnail_size(160 + at % 5 * 20), 20),
        "insert": measured(lambda at: model.show(inserts[at]), 6),
        "select all": measured(
            lambda at: grid.selectAll() if at % 2 else grid.clearSelection(), 10
        ),
        "next photo": measured(
            lambda at: grid.selectionModel().setCurrentIndex(
                model.index(count // 2 + at), flags.ClearAndSelect
            ),
            20,
        ),
    }
    if count <= _BASELINE_UP_TO:
        plain = QListView()
        plain.setViewMode(QListView.ViewMode.IconMode)
        plain.setResizeMode(QListView.ResizeMode.Adjust)
        plain.setUniformItemSizes(True)
        plain.setGridSize(grid.visualRect(model.index(0)).size())
        plain.setModel(model)
        plain.resize(1280, 800)
        plain.show()
        application.processEvents()
        figures["QListView: resize"] = measured(
            lambda at: plain.resize(1280 - at % 2 * 200, 800), 4, plain
        )
        plain.close()
    grid.close()
    thumbnails.close()
    return figures, memory


def start(repetitions: int = 5) -> dict[str, object]:
    """From the first line of Python to the first painted window; and whether torch was imported.

    In fresh processes, by clock and by processor (whose time begins with the process, so it
    includes Python's own start).

    The modules are compiled, as an installation leaves them; the first process, which compiles
    them, is not counted.
    """
    wall = []
    cpu = []
    torch = False
    with tempfile.TemporaryDirectory() as compiled:
        for _ in range(repetitions + 1):
            home = tempfile.mkdtemp(dir=compiled)
            environment = dict(
                os.environ, XDG_CONFIG_HOME=home, XDG_DATA_HOME=home, XDG_RUNTIME_DIR=home
            )
            environment["PYTHONPYCACHEPREFIX"] = os.path.join(compiled, "modules")
            environment.pop("PYTHONDONTWRITEBYTECODE", None)
            done = subprocess.run(
                [sys.executable, "-c", START.format(directory=home)],
                capture_output=True,
                text=True,
                env=environment,
                check=True,
            )
            seconds, worked, loaded = done.stdout.split()[-3:]
            wall.append(float(seconds))
            cpu.append(float(worked))
            torch = torch or loaded == "True"
    wall, cpu = wall[1:], cpu[1:]
    return {
        "cpu_median_s": round(statistics.median(cpu), 3),
        "wall_median_s": round(statistics.median(wall), 3),
        "wall_best_s": round(min(wall), 3),
        "torch_imported": torch,
    }


def main() -> int:
    """Measure and print a table (or `--json`)."""
    parser = argparse.ArgumentParser(prog="python -m desktop_app.bench.grid", description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--no-start", action="store_true", help="leave out the start-up time")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    report: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as home:
        os.environ["XDG_CONFIG_HOME"] = home  # nobody's own settings
        for count in options.counts:
            figures, memory = frames(count, Path(home))
            rows: dict[str, object] = {
                name: {
                    "cpu_median_ms": round(statistics.median(cpu for cpu, _wall in values), 2),
                    "cpu_worst_ms": round(max(cpu for cpu, _wall in values), 2),
                    "wall_median_ms": round(statistics.median(wall for _cpu, wall in values), 2),
                    "wall_worst_ms": round(max(wall for _cpu, wall in values), 2),
                }
                for name, values in figures.items()
            }
            rows["memory MiB"] = round(memory, 1)
            report[str(count)] = rows
    if not options.no_start:
        report["start"] = start()
    if options.json:
        print(json.dumps(report, indent=1))
        return 0
    for title, part in report.items():
        print(
            f"{title:16}",
            "" if title == "start" else "cpu median  worst   wall median  worst  (ms)",
        )
        for name, row in part.items():
            print(
                f"  {name:18}",
                *(f"{value:9.2f}" for value in row.values()) if isinstance(row, dict) else [row],
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
