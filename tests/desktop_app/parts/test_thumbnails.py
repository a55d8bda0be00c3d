"""Thumbnails: read in other threads, last wish first, bounded, no endless tries."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from desktop_app.parts import thumbnails as module
from desktop_app.parts.thumbnails import Box, Thumbnails, fitted, read_scaled

SMALL, WIDE = (128, 128), (1000, 750)
ME = "somebody"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    paths = []
    for number in range(30):
        image = QImage(256, 192, QImage.Format.Format_RGB32)
        image.fill(QColor.fromHsv(number * 12, 255, 200))
        paths.append(str(tmp_path / f"{number}.jpg"))
        assert image.save(paths[-1])
    return paths


@pytest.fixture
def thumbnails(qtbot: QtBot) -> Iterator[Thumbnails]:
    thumbnails = Thumbnails()
    yield thumbnails
    thumbnails.close()


def test_they_arrive_scaled_to_what_is_needed(
    qtbot: QtBot, thumbnails: Thumbnails, files: list[str]
) -> None:
    thumbnails.want(ME, files[:3], SMALL)
    qtbot.waitUntil(lambda: all(thumbnails.pixmap(path, SMALL) for path in files[:3]))
    assert size(thumbnails, files[0], SMALL) == (128, 96)
    assert thumbnails.used() == 3 * 128 * 96 * 4
    thumbnails.want(ME, files[:1], (128, 60))  # the box counts, not the longer side
    qtbot.waitUntil(lambda: size(thumbnails, files[0], (128, 60)) == (80, 60))
    thumbnails.want(ME, files[:1], WIDE)  # never enlarged
    qtbot.waitUntil(lambda: size(thumbnails, files[0], WIDE) == (256, 192))


def test_sizes_lie_side_by_side(qtbot: QtBot, thumbnails: Thumbnails, files: list[str]) -> None:
    """A panel that shows a photo larger must not blur it in the grid.

    Until a size was read, the best other one does.
    """
    path = files[0]
    thumbnails.want(ME, [path], SMALL)
    qtbot.waitUntil(lambda: thumbnails.pixmap(path, SMALL) is not None)
    assert size(thumbnails, path, WIDE) == (128, 96)
    thumbnails.want(ME, [path], WIDE)
    qtbot.waitUntil(lambda: size(thumbnails, path, WIDE) == (256, 192))
    assert size(thumbnails, path, SMALL) == (128, 96)
    assert size(thumbnails, path, (100, 100)) == (128, 96)  # the next larger one
    assert size(thumbnails, path, (2000, 2000)) == (256, 192)  # the largest
    assert thumbnails.pixmap(files[1], SMALL) is None


def test_one_who_wishes_does_not_drop_the_wishes_of_another(
    qtbot: QtBot, thumbnails: Thumbnails, files: list[str]
) -> None:
    thumbnails.want("the grid", files, SMALL)
    thumbnails.want("the panel", files[:1], WIDE)
    qtbot.waitUntil(lambda: all(thumbnails.pixmap(path, SMALL) for path in files))
    assert size(thumbnails, files[0], WIDE) == (256, 192)


def test_a_sharper_one_from_elsewhere_takes_its_place(
    qtbot: QtBot, thumbnails: Thumbnails, files: list[str]
) -> None:
    thumbnails.want(ME, files[:1], WIDE)
    qtbot.waitUntil(lambda: thumbnails.pixmap(files[0], WIDE) is not None)
    image = QImage(2000, 1000, QImage.Format.Format_RGB32)
    assert fitted(image, WIDE).width() == 1000
    thumbnails.put(files[0], WIDE, fitted(image, WIDE))
    assert size(thumbnails, files[0], WIDE) == (1000, 500)
    assert thumbnails.used() == 1000 * 500 * 4
    thumbnails.want(ME, files[:1], WIDE)  # and is not read anew
    assert thumbnails._wishes == []


def test_what_was_scrolled_away_is_not_read(
    qtbot: QtBot, thumbnails: Thumbnails, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    thumbnails._pool.setMaxThreadCount(1)
    read: list[str] = []
    scrolled = threading.Event()
    plain = module.read_scaled

    def read_scaled(path: str, box: Box) -> QImage:
        read.append(path)
        assert scrolled.wait(60)
        return plain(path, box)

    monkeypatch.setattr(module, "read_scaled", read_scaled)
    thumbnails.want(ME, files[:20], SMALL)
    thumbnails.want(ME, files[25:28], SMALL)
    scrolled.set()
    qtbot.waitUntil(lambda: all(thumbnails.pixmap(path, SMALL) for path in files[25:28]))
    thumbnails._pool.waitForDone()
    assert len(read) <= 3 + 2  # those wished last, and at most what both readers had begun before


def test_memory_stays_in_its_budget(qtbot: QtBot, files: list[str]) -> None:
    one = 128 * 96 * 4
    thumbnails = Thumbnails(budget=5 * one)
    for path in files:
        thumbnails.want(ME, [path], SMALL)
        qtbot.waitUntil(lambda path=path: thumbnails.pixmap(path, SMALL) is not None)
    assert thumbnails.used() == 5 * one
    assert [path for path in files if thumbnails.pixmap(path, SMALL)] == files[-5:]
    thumbnails.want(ME, files[-5:-4], SMALL)  # looked at again: not the next one to go
    thumbnails.want(ME, files[:1], SMALL)
    qtbot.waitUntil(lambda: thumbnails.pixmap(files[0], SMALL) is not None)
    assert [path for path in files if thumbnails.pixmap(path, SMALL)] == [
        files[0],
        files[-5],
        *files[-3:],
    ]
    thumbnails.close()


def test_a_broken_file_is_tried_once(
    qtbot: QtBot, thumbnails: Thumbnails, tmp_path: Path, files: list[str]
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    thumbnails.want(ME, [str(broken), str(tmp_path / "nowhere.jpg"), files[0]], SMALL)
    qtbot.waitUntil(
        lambda: len(thumbnails._broken) == 2 and thumbnails.pixmap(files[0], SMALL) is not None
    )
    thumbnails.want(ME, [str(broken)], SMALL)
    assert thumbnails._wishes == []
    broken.write_bytes(Path(files[1]).read_bytes())
    thumbnails.forgive()
    thumbnails.want(ME, [str(broken)], SMALL)
    qtbot.waitUntil(lambda: thumbnails.pixmap(str(broken), SMALL) is not None)


def test_it_closes_while_reading(qtbot: QtBot, thumbnails: Thumbnails, files: list[str]) -> None:
    thumbnails.want(ME, files, (64, 64))
    thumbnails.close()
    assert thumbnails._pool.activeThreadCount() == 0
    qtbot.waitUntil(lambda: thumbnails._readers == 0)
    thumbnails.want(ME, files, (32, 32))  # as a late answer of the engine may
    assert thumbnails._readers == 0 and thumbnails._wishes == []


def test_an_unreadable_file_is_a_null_image(tmp_path: Path) -> None:
    assert read_scaled(str(tmp_path / "nowhere.jpg"), SMALL).isNull()


def size(thumbnails: Thumbnails, path: str, box: Box) -> tuple[int, int]:
    pixmap = thumbnails.pixmap(path, box)
    assert pixmap is not None
    return pixmap.width(), pixmap.height()
