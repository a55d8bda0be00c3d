"""Thumbnails: read in other threads, last wish first, bounded, and not tried for ever when broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from desktop_app import thumbnails as module
from desktop_app.thumbnails import Thumbnails, read_scaled


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


def test_they_arrive_scaled_to_what_is_needed(qtbot: QtBot, thumbnails: Thumbnails, files: list[str]) -> None:
    thumbnails.want(files[:3], 128)
    qtbot.waitUntil(lambda: all(thumbnails.pixmap(path) for path in files[:3]))
    assert (thumbnails.pixmap(files[0]).width(), thumbnails.pixmap(files[0]).height()) == (128, 96)
    assert thumbnails.used() == 3 * 128 * 96 * 4
    thumbnails.want(files[:1], 1000)  # never enlarged
    qtbot.waitUntil(lambda: thumbnails.pixmap(files[0]).width() == 256)
    assert thumbnails.pixmap(files[1]).width() == 128


def test_what_was_scrolled_away_is_not_read(
    qtbot: QtBot, thumbnails: Thumbnails, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    thumbnails._pool.setMaxThreadCount(1)
    read: list[str] = []
    plain = module.read_scaled
    monkeypatch.setattr(module, "read_scaled", lambda path, side: (read.append(path), plain(path, side))[1])
    thumbnails.want(files[:20], 128)
    thumbnails.want(files[25:28], 128)
    qtbot.waitUntil(lambda: all(thumbnails.pixmap(path) for path in files[25:28]))
    thumbnails._pool.waitForDone()
    assert len(read) <= 3 + 2  # those wished last, and at most what both readers had begun before


def test_memory_stays_in_its_budget(qtbot: QtBot, thumbnails: Thumbnails, files: list[str]) -> None:
    one = 128 * 96 * 4
    thumbnails.set_budget(5 * one)
    for path in files:
        thumbnails.want([path], 128)
        qtbot.waitUntil(lambda path=path: thumbnails.pixmap(path) is not None)
    assert thumbnails.used() == 5 * one
    assert [path for path in files if thumbnails.pixmap(path)] == files[-5:]
    thumbnails.want(files[-5:-4], 128)  # looked at again: the last to go
    thumbnails.set_budget(one)
    assert [path for path in files if thumbnails.pixmap(path)] == files[-5:-4]


def test_a_broken_file_is_tried_once(qtbot: QtBot, thumbnails: Thumbnails, tmp_path: Path, files: list[str]) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    thumbnails.want([str(broken), str(tmp_path / "nowhere.jpg"), files[0]], 128)
    qtbot.waitUntil(lambda: len(thumbnails._broken) == 2 and thumbnails.pixmap(files[0]) is not None)
    thumbnails.want([str(broken)], 128)
    assert thumbnails._wishes == []
    broken.write_bytes(Path(files[1]).read_bytes())
    thumbnails.forgive()
    thumbnails.want([str(broken)], 128)
    qtbot.waitUntil(lambda: thumbnails.pixmap(str(broken)) is not None)


def test_it_closes_while_reading(qtbot: QtBot, thumbnails: Thumbnails, files: list[str]) -> None:
    thumbnails.want(files, 64)
    thumbnails.close()
    assert thumbnails._pool.activeThreadCount() == 0
    qtbot.waitUntil(lambda: thumbnails._readers == 0)


def test_an_unreadable_file_is_a_null_image(tmp_path: Path) -> None:
    assert read_scaled(str(tmp_path / "nowhere.jpg"), 100).isNull()
