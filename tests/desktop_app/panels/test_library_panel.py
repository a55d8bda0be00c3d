"""The left panel: places with numbers, clicks, keys, drops on a label, drives that are away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from desktop_app.panels.library_panel import LibraryPanel
from desktop_app.parts.rows import Row, row_of
from desktop_app.photos.photo_model import PHOTO_IDS
from engine.records import Folder, FolderState, Label, PhotosChanged
from tests.support.fake_library import FakeLibrary, running


@pytest.fixture
def library() -> FakeLibrary:
    library = FakeLibrary(24)
    library.label_list.append(Label(3, '<img src="x">', pinned=1))
    library.folder_list.append(Folder(2, "/media/drive/holiday in May", FolderState.OFFLINE, 7))
    return library


@pytest.fixture
def panel(qtbot: QtBot, library: FakeLibrary) -> Iterator[LibraryPanel]:
    with running(library) as link:
        panel = LibraryPanel(link)
        qtbot.addWidget(panel)
        panel.resize(220, 700)
        panel.show()
        panel.refresh()
        qtbot.waitUntil(
            lambda: "24" in {row.right for row in rows(panel)} and len(rows(panel)) == 8
        )
        yield panel


def rows(panel: LibraryPanel) -> list[Row]:
    found = [row_of(panel.list.item(place)) for place in range(panel.list.count())]
    return [row for row in found if row is not None]


def click(panel: LibraryPanel, text: str) -> None:
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=centre(panel, text))


def centre(panel: LibraryPanel, text: str) -> QPoint:
    for place in range(panel.list.count()):
        row = row_of(panel.list.item(place))
        if row is not None and row.text == text:
            return panel.list.visualItemRect(panel.list.item(place)).center()
    raise AssertionError(text)


def test_rows_with_numbers(panel: LibraryPanel) -> None:
    assert [(row.text, row.right, row.badge) for row in rows(panel)] == [
        ("All photos", "24", ""),
        ("Needs review", "3", ""),
        ("Untagged", "0", ""),
        ('<img src="x">', "4", "1"),
        ("cat", "8", ""),
        ("dog", "6", ""),
        ("holiday in May", "7", ""),
        ("photos", "24", ""),
    ]
    away = next(row for row in rows(panel) if row.text == "holiday in May")
    assert away.dim and away.detail == "Reconnect the drive"


def test_many_labels_without_photos_stand_behind_one_row(
    qtbot: QtBot, panel: LibraryPanel, library: FakeLibrary
) -> None:
    # Ids that tag no photo.
    library.label_list += [Label(100 + number, f"idle {number}") for number in range(7)]
    panel.refresh()
    qtbot.waitUntil(lambda: "7 label(s) without photos" in [row.text for row in rows(panel)])
    texts = [row.text for row in rows(panel)]
    assert texts[3:7] == ['<img src="x">', "cat", "dog", "7 label(s) without photos"]
    assert texts[7:] == ["holiday in May", "photos"]
    panel.list.setFocus()
    panel.list.setCurrentRow(
        next(i for i in range(panel.list.count()) if panel.list.item(i).text().startswith("7 "))
    )
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert [row.text for row in rows(panel)][6:9] == ["Fewer labels", "idle 0", "idle 1"]
    click(panel, "Fewer labels")
    assert len(rows(panel)) == 9
    for number in (100, 101):  # somebody spoke about them
        library.words[5, number] = False
    panel.refresh()
    qtbot.waitUntil(lambda: "idle 0" in [row.text for row in rows(panel)])
    # Fewer now, but nothing jumps out.
    assert "5 label(s) without photos" in [row.text for row in rows(panel)]


def test_without_labels_the_way_to_them(
    qtbot: QtBot, panel: LibraryPanel, library: FakeLibrary
) -> None:
    library.label_list.clear()
    panel.refresh()
    qtbot.waitUntil(lambda: "Add labels…" in [row.text for row in rows(panel)])
    with qtbot.waitSignal(panel.edit_labels_requested) as asked:
        click(panel, "Add labels…")
    assert asked.args == [0]


def test_a_click_goes_there(qtbot: QtBot, panel: LibraryPanel) -> None:
    views: list[str] = []
    panel.view_requested.connect(views.append)
    for text in ("cat", "Untagged", "holiday in May", '<img src="x">', "All photos"):
        click(panel, text)
    assert views == [
        "label:cat",
        "is:untagged",
        'folder:"/media/drive/holiday in May"',
        'label:<img src="x">',
        "",
    ]
    with qtbot.waitSignal(panel.review_requested):
        click(panel, "Needs review")


def test_return_goes_there(qtbot: QtBot, panel: LibraryPanel) -> None:
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Home)
    for _ in range(2):
        QTest.keyClick(panel.list, Qt.Key.Key_Down)
    with qtbot.waitSignal(panel.view_requested) as view:
        QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert view.args == ["is:untagged"]


def test_the_row_of_the_view_is_marked(panel: LibraryPanel) -> None:
    panel.set_current('label:"cat"')
    assert [row_of(item).text for item in panel.list.selectedItems()] == ["cat"]
    panel.set_current("sunset")
    assert not panel.list.selectedItems()


def drop(panel: LibraryPanel, text: str, mime: QMimeData) -> QDropEvent:
    where = centre(panel, text)
    act = Qt.DropAction.CopyAction
    none = Qt.KeyboardModifier.NoModifier
    left = Qt.MouseButton.LeftButton
    viewport = panel.list.viewport()
    QApplication.sendEvent(viewport, QDragEnterEvent(where, act, mime, left, none))
    move = QDragMoveEvent(where, act, mime, left, none)
    QApplication.sendEvent(viewport, move)
    event = QDropEvent(QPointF(where), act, mime, left, none)
    if move.isAccepted():
        QApplication.sendEvent(viewport, event)
    return event


def test_photos_dropped_on_a_label_get_it(qtbot: QtBot, panel: LibraryPanel) -> None:
    mime = QMimeData()
    mime.setData(PHOTO_IDS, b"3,5,8")
    heard: list[tuple[object, ...]] = []
    panel.correction_requested.connect(lambda *words: heard.append(words))
    drop(panel, "cat", mime)
    drop(panel, "All photos", mime)  # no label: nothing
    foreign = QMimeData()
    foreign.setText("3,5,8")
    drop(panel, "cat", foreign)
    assert heard == [(1, [3, 5, 8], [], [])]


def test_numbers_follow_and_the_place_stays(
    qtbot: QtBot, panel: LibraryPanel, library: FakeLibrary
) -> None:
    panel.list.setCurrentRow(2)
    library.words[1, 1] = True
    panel._link.photos_changed.emit(PhotosChanged(ids=(1,), labels=True))
    qtbot.waitUntil(lambda: ("cat", "9") in {(row.text, row.right) for row in rows(panel)})
    assert panel.list.currentRow() == 2


def test_headings_have_their_buttons(qtbot: QtBot, panel: LibraryPanel) -> None:
    edit, add = (
        next(one for one in panel.findChildren(QToolButton) if one.accessibleName() == name)
        for name in ("Edit labels", "Add folder")
    )
    with qtbot.waitSignal(panel.edit_labels_requested) as asked:
        edit.click()
    assert asked.args == [0]
    with qtbot.waitSignal(panel.add_folder_requested):
        add.click()


def test_menus(qtbot: QtBot, panel: LibraryPanel) -> None:
    by_text = {row.text: row for row in rows(panel)}
    assert panel.menu_of(by_text["All photos"]) is None
    menu = panel.menu_of(by_text["cat"])
    assert menu is not None
    with qtbot.waitSignal(panel.edit_labels_requested) as asked:
        menu.actions()[0].trigger()
    assert asked.args == [1]
    menu = panel.menu_of(by_text["photos"])
    assert menu is not None
    look, show, _separator, remove = menu.actions()
    with qtbot.waitSignal(panel.rescan_requested) as rescan:
        look.trigger()
    with qtbot.waitSignal(panel.show_in_folder_requested) as folder:
        show.trigger()
    with qtbot.waitSignal(panel.remove_folder_requested) as removed:
        remove.trigger()
    assert (rescan.args, folder.args, removed.args) == ([1], ["/photos"], [1])
