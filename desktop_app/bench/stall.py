"""`python -m desktop_app.bench.stall`: how long the window stands still during indexing.

A timer of the GUI thread beats every 20 ms while the real engine adds, decodes, encodes and tags
generated photos in a temporary library. The longest gap between two beats is what a person would
feel. Whenever a beat is late, it is written down what each thread is doing, so that the cause is
known, not guessed.

On a machine that is busy with other programs, threads of ours wait for a processor. Linux counts
that wait per thread; `own_ms` is a gap without the longest such wait of any of our threads during
it: what it would be on a quiet machine.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import glob
import json
import os
import random
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from engine.records import SyncReport
from engine.verbs import Verbs

BEAT = 0.020
LATE = 0.060


def make_photos(folder: Path, count: int, side: int) -> None:
    """`count` JPEGs of `side` x 3/4 `side` pixels, no two alike; from a fixed seed."""
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter

    chance = random.Random(7)
    for number in range(count):
        image = QImage(side, side * 3 // 4, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        gradient = QLinearGradient(QPointF(0, 0), QPointF(side, side))
        gradient.setColorAt(0, QColor.fromHsv(chance.randrange(360), 160, 220))
        gradient.setColorAt(1, QColor.fromHsv(chance.randrange(360), 200, 90))
        painter.fillRect(image.rect(), gradient)
        for _ in range(12):
            painter.setBrush(QColor.fromHsv(chance.randrange(360), 180, 200))
            spot = QPointF(chance.random() * side, chance.random() * side)
            painter.drawEllipse(spot, chance.random() * side / 5, chance.random() * side / 5)
        painter.end()
        image.save(str(folder / f"{number:05d}.jpg"), quality=85)


class Stethoscope:
    """Listens to the beats.

    When one is late, faulthandler's own thread, which needs no lock of Python's, writes down what
    every thread is doing: so a C function that holds the interpreter is caught as well.
    """

    def __init__(self, log: IO[str]) -> None:
        # Seconds: by the clock, and without waiting for a processor.
        self.gaps: list[tuple[float, float]] = []
        # Both, the moment, and what the threads did.
        self.worst: list[tuple[float, float, float, list[str]]] = []
        self._waited = waits()
        self._log = log
        self._read = 0
        self._last = self._began = time.perf_counter()

    def beat(self) -> None:
        now = time.perf_counter()
        gap = now - self._last
        waited = waits()
        longest = max(
            (spent - self._waited.get(thread, 0.0) for thread, spent in waited.items()), default=0.0
        )
        own = max(gap - longest, 0.0)
        self._waited = waited
        self.gaps.append((gap, own))
        if gap > LATE:
            self._log.flush()
            with open(self._log.name) as dump:
                dump.seek(self._read)
                text = dump.read()
                self._read = dump.tell()
            self.worst.append((own, gap, now - self._began, doing(text)))
        faulthandler.dump_traceback_later(LATE, file=self._log)
        self._last = time.perf_counter()


def waits() -> dict[str, float]:
    """Seconds that each of our threads has waited for a processor so far.

    Empty where the system does not count it.
    """
    found = {}
    for thread in glob.glob("/proc/self/task/*/schedstat"):
        with contextlib.suppress(OSError, ValueError, IndexError), open(thread) as file:
            found[thread] = int(file.read().split()[1]) / 1e9
    return found


def doing(dump: str) -> list[str]:
    """One line per thread of a dump of faulthandler.

    Its innermost frames, and the innermost one of ours.
    """
    lines = []
    for block in dump.split("\n\n"):
        frames = re.findall(r'File "([^"]+)", line (\d+) in (\S+)', block)
        if not frames:
            continue
        own = [frame for frame in frames if "/desktop_app/" in frame[0] or "/engine/" in frame[0]]
        shown = [*frames[:2], *own[:2]]
        text = " < ".join(
            f"{Path(file).name}:{line} {name}" for file, line, name in dict.fromkeys(shown)
        )
        if own and not re.match(
            r"threading.py:\d+ wait|decode_pool.py:\d+ _exactly|watch.py", text
        ):
            lines.append(text)
    return lines


def measure(count: int, side: int, timeout: float) -> dict[str, object]:
    """Index `count` photos in a window and count the late beats."""
    from PySide6.QtCore import Qt, QTimer

    from desktop_app.__main__ import Warmer, make_application, make_window

    with tempfile.TemporaryDirectory() as home:
        for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
            os.environ[variable] = os.path.join(home, variable.lower())
        application = make_application()
        photos = Path(home) / "photos"
        photos.mkdir()
        make_photos(photos, count, side)
        window = make_window(os.path.join(home, "library"))
        # faulthandler writes to it until the end.
        log = open(os.path.join(home, "late"), "w+")  # noqa: SIM115
        heart = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=round(BEAT * 1000))

        window.shown_first.connect(window.link.start)
        window.view.shown.connect(Warmer(window).start)
        window.show()
        ready: list[bool] = []
        window.link.ready.connect(lambda: ready.append(True))
        while not ready:
            application.processEvents()
        window.link.ask(Verbs.add_labels, ["mountain", "beach", "cat", "food", "night", "portrait"])
        ears = Stethoscope(log)
        heart.timeout.connect(ears.beat)
        heart.start()
        began = time.perf_counter()
        window.open_folders([str(photos)])
        reports: list[SyncReport] = []
        window.folders.synchronised.connect(reports.append)
        place = 0
        while (
            sum(report.added for report in reports) < count
            and time.perf_counter() - began < timeout
        ):
            application.processEvents()
            time.sleep(0.001)
            # Somebody scrolls meanwhile: thumbnails are read and painted.
            place += 7
            bar = window.grid.verticalScrollBar()
            if place % 70 == 0 and bar.maximum():
                bar.setValue(place % bar.maximum())
        seconds = time.perf_counter() - began
        heart.stop()
        faulthandler.cancel_dump_traceback_later()
        window.close()
        window.link.close()
        late = sorted((gap * 1000 for gap, _own in ears.gaps), reverse=True)
        own = sorted((own * 1000 for _gap, own in ears.gaps), reverse=True)
        worst = [
            {
                "own_ms": round(own * 1000),
                "ms": round(gap * 1000),
                "after_s": round(at, 1),
                "threads": threads,
            }
            for own, gap, at, threads in sorted(ears.worst, reverse=True)[:8]
        ]
        return {
            "photos": count,
            "indexed_s": round(seconds, 1),
            "finished": sum(report.added for report in reports) == count,
            "longest_own_ms": round(own[0], 1),
            "own_over_100_ms": sum(gap > 100 for gap in own),
            "longest_ms": round(late[0], 1),
            "median_ms": round(statistics.median(late), 1),
            "over_100_ms": sum(gap > 100 for gap in late),
            "over_50_ms": sum(gap > 50 for gap in late),
            "beats": len(late),
            "worst": worst,
        }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m desktop_app.bench.stall", description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument(
        "--side", type=int, default=1024, help="longer side of the generated photos"
    )
    parser.add_argument("--timeout", type=float, default=900)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    print(json.dumps(measure(options.count, options.side, options.timeout), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
