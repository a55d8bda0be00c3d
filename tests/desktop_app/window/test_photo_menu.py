"""The context menu of photos: what it offers, and that a label in it is put on and taken off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from desktop_app.parts.preferences import Preferences
from desktop_app.window.main_window import MainWindow
from engine.records import Label
from tests.support.fake_library import FakeLibrary, running


@pytest.fixture
def library() -> FakeLibrary:
    # The machine tags every third zebra, every fourth cat.
    return FakeLibrary(24, labels=("zebra", "cat", "R&D"))


@pytest.fixture
def window(qtbot: QtBot, library: FakeLibrary, tmp_path: Path) -> Iterator[MainWindow]:
    with running(library) as link:
        window = MainWindow(
            link, Preferences(), QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
        )
        qtbot.addWidget(window)
        window.resize(1100, 700)
        window.show()
        window.start()
        qtbot.waitUntil(lambda: window.model.entry(0) is not None and len(window.labels.by_id) == 3)
        yield window
        window.close()


def see(qtbot: QtBot, window: MainWindow) -> None:
    """Scroll to the end, so that every record is at hand."""
    window.grid.verticalScrollBar().setValue(window.grid.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: all(window.model.entry(row) is not None for row in range(24)))


def labels(menu: QMenu) -> list[QAction]:
    submenu = menu.findChild(QMenu, "labels")
    assert submenu is not None
    return submenu.actions()


def test_labels_of_the_photos_come_first_and_are_ticked_where_all_have_them(
    qtbot: QtBot, window: MainWindow
) -> None:
    see(qtbot, window)
    window.grid.select_ids([12, 8])  # 12: zebra and cat; 8: cat
    found = labels(window.make_photo_menu())
    assert [(one.text(), one.isChecked()) for one in found] == [
        ("cat", True),
        ("zebra", False),
        ("", False),  # a line
        ("R&&D", False),
    ]


def test_a_label_is_put_on_all_and_taken_off(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    see(qtbot, window)
    window.grid.select_ids([12, 8])
    labels(window.make_photo_menu())[3].trigger()
    qtbot.waitUntil(
        lambda: library.words.get((12, 3)) is True and library.words.get((8, 3)) is True
    )
    qtbot.waitUntil(
        lambda: (
            sum(tag.label_id == 3 for tag in window.model.entry(window.model.row_of(8)).tags) == 1
        )
    )
    ticked = [one for one in labels(window.make_photo_menu()) if one.isChecked()]
    assert [one.text() for one in ticked] == ["cat", "R&&D"]
    ticked[1].trigger()
    qtbot.waitUntil(
        lambda: library.words.get((12, 3)) is False and library.words.get((8, 3)) is False
    )
    window.history.stack.undo()
    qtbot.waitUntil(lambda: library.words.get((12, 3)) is True)


def test_one_photo_leads_to_its_folder(qtbot: QtBot, window: MainWindow) -> None:
    see(qtbot, window)
    window.grid.select_ids([12])
    menu = window.make_photo_menu()
    menu.findChild(QAction, "folder_photos").trigger()
    assert window.search.query() == "folder:/photos"
    window.grid.select_ids([12, 8])
    assert window.make_photo_menu().findChild(QAction, "folder_photos") is None


def test_without_labels_the_submenu_rests(window: MainWindow) -> None:
    window.labels.by_id = {}
    window.grid.select_ids([12])
    submenu = window.make_photo_menu().findChild(QMenu, "labels")
    assert submenu is not None and not submenu.isEnabled()
    window.labels.by_id = {1: Label(1, "zebra")}
    assert window.make_photo_menu().findChild(QMenu, "labels").isEnabled()
