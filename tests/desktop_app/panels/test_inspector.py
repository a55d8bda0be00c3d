"""The right panel driven by clicks and keys.

Suggestions, a person's words, many photos, a label by name.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLayout, QToolButton
from pytestqt.qtbot import QtBot

from desktop_app.panels.inspector import Inspector
from desktop_app.parts.chips import Chip
from desktop_app.parts.thumbnails import LARGE, Thumbnails
from engine.records import Label, PhotosChanged
from tests.support.fake_library import FakeLibrary, running

Key = Qt.Key


@pytest.fixture
def library() -> FakeLibrary:
    """Photo 12 is suggested as cat (1) and dog (2).

    `sofa` (3) was confirmed on it, `<b>x</b>` (4) rejected.
    """
    library = FakeLibrary(30)
    library.label_list += [Label(3, "sofa"), Label(4, "<b>x</b>")]
    library.words = {(12, 3): True, (12, 4): False}
    return library


@pytest.fixture
def panel(qtbot: QtBot, library: FakeLibrary) -> Iterator[Inspector]:
    thumbnails = Thumbnails()
    with running(library) as link:
        panel = Inspector(link, thumbnails)
        qtbot.addWidget(panel)
        panel.resize(320, 800)
        panel.show()
        qtbot.waitUntil(lambda: len(panel._labels) == 4)
        yield panel
    thumbnails.close()


def chips(layout: QLayout) -> list[Chip]:
    return [layout.itemAt(place).widget() for place in range(layout.count())]


def texts(layout: QLayout) -> list[str]:
    return [chip.label.text() for chip in chips(layout)]


def show(qtbot: QtBot, panel: Inspector, ids: list[int]) -> None:
    panel.show_photos(ids)
    qtbot.waitUntil(
        lambda: not panel._soon.isActive() and panel._request == 0 and panel.preview.isVisible()
    )
    qtbot.waitUntil(lambda: panel.suggested.count() + panel.confirmed.count() > 0)


def said(panel: Inspector) -> list[tuple[object, ...]]:
    heard: list[tuple[object, ...]] = []
    panel.correction_requested.connect(lambda *words: heard.append(words))
    return heard


def press(chip: Chip, start: str) -> None:
    button = next(
        one for one in chip.findChildren(QToolButton) if one.accessibleName().startswith(start)
    )
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_machine_apart_from_person(qtbot: QtBot, panel: Inspector) -> None:
    assert panel.nothing.isVisible()
    show(qtbot, panel, [12])
    assert sorted(texts(panel.suggested)) == ["cat", "dog"]
    assert texts(panel.confirmed) == ["sofa"]
    assert texts(panel.rejected) == ["<b>x</b>"]  # literally
    assert panel.name.text() == "photo-0012.jpg"
    assert "640 × 480" in panel.facts.text()


def test_one_click_corrects(qtbot: QtBot, panel: Inspector) -> None:
    show(qtbot, panel, [12])
    heard = said(panel)
    cat = next(chip for chip in chips(panel.suggested) if chip.label.text() == "cat")
    press(cat, "Yes")
    press(cat, "No")
    press(chips(panel.confirmed)[0], "Remove")
    press(chips(panel.rejected)[0], "Forget")
    assert heard == [(1, [12], [], []), (1, [], [12], []), (3, [], [12], []), (4, [], [], [12])]


def test_many_photos_in_three_states(qtbot: QtBot, panel: Inspector) -> None:
    show(qtbot, panel, [12, 15, 16])  # cat on 12 and 15, dog on 12 and 16, sofa only on 12
    assert {"cat · 2 of 3", "dog · 2 of 3"} <= set(texts(panel.suggested))
    assert texts(panel.confirmed) == ["sofa · 1 of 3"]
    assert panel.name.text().startswith("3 photo")
    heard = said(panel)
    press(chips(panel.confirmed)[0], "“\u2068sofa")  # on all
    assert heard == [(3, [12, 15, 16], [], [])]


def test_a_tick_is_about_the_photos_that_the_chip_counts(qtbot: QtBot, panel: Inspector) -> None:
    show(qtbot, panel, [12, 15, 16])
    heard = said(panel)
    cat = next(chip for chip in chips(panel.suggested) if chip.label.text().startswith("cat"))
    press(cat, "Yes")
    press(cat, "No")
    press(chips(panel.confirmed)[0], "Remove")
    press(chips(panel.rejected)[0], "Forget")
    assert heard == [
        (1, [12, 15], [], []),
        (1, [], [12, 15], []),
        (3, [], [12], []),
        (4, [], [], [12]),
    ]


def test_several_photos_are_seen_as_tiles(
    qtbot: QtBot, panel: Inspector, library: FakeLibrary, tmp_path: Path
) -> None:
    for row, color in ((12, Qt.GlobalColor.red), (15, Qt.GlobalColor.green)):
        path = str(tmp_path / f"{row}.png")
        tile = QImage(80, 40, QImage.Format.Format_RGB32)
        tile.fill(color)
        tile.save(path)
        library.photo_rows[row] = dataclasses.replace(library.photo_rows[row], thumbnail=path)
    show(qtbot, panel, [12, 15])
    view = panel.preview
    qtbot.waitUntil(
        lambda: all(view._thumbnails.pixmap(photo.thumbnail or "", LARGE) for photo in view._tiles)
    )
    seen = view.grab().toImage()
    middle = seen.height() // 2
    colors = {seen.pixelColor(x, middle).name() for x in range(seen.width())}
    assert {"#ff0000", "#00ff00"} <= colors


def test_a_known_label_by_name(qtbot: QtBot, panel: Inspector) -> None:
    show(qtbot, panel, [12])
    heard = said(panel)
    panel.focus_add_label()
    QTest.keyClicks(panel.add, "so")
    assert panel.offers.isVisible()
    QTest.keyClick(panel.add, Key.Key_Return)  # takes the first offer
    assert heard == [(3, [12], [], [])]
    assert panel.add.text() == ""


def test_a_new_label_is_made(qtbot: QtBot, panel: Inspector, library: FakeLibrary) -> None:
    show(qtbot, panel, [12, 15])
    wanted: list[tuple[str, list[int]]] = []
    panel.new_label_requested.connect(lambda name, ids: wanted.append((name, ids)))
    panel.focus_add_label()
    committed = QInputMethodEvent()
    committed.setCommitString("我们的狗")  # as an input method for Chinese does
    QApplication.sendEvent(panel.add, committed)
    QTest.keyClick(panel.add, Key.Key_Return)
    assert wanted == [("我们的狗", [12, 15])]
    assert panel.add.text() == ""


def test_a_chip_leads_to_its_photos(qtbot: QtBot, panel: Inspector) -> None:
    show(qtbot, panel, [12])
    with qtbot.waitSignal(panel.view_requested) as view:
        QTest.mouseClick(chips(panel.confirmed)[0], Qt.MouseButton.LeftButton)
    assert view.args == ["label:sofa"]


def test_it_follows_changes(qtbot: QtBot, panel: Inspector, library: FakeLibrary) -> None:
    show(qtbot, panel, [12])
    library.words[12, 1] = True
    panel._link.photos_changed.emit(PhotosChanged(ids=(12,), labels=True))
    qtbot.waitUntil(lambda: "cat" in texts(panel.confirmed))
    qtbot.waitUntil(lambda: panel.improve.text() == "Improve labels (3 correction(s))")
    assert not panel.improve.property("look")  # so few are no reason to shout
    library.words.update({(row, 1): True for row in (1, 2, 4)})
    panel._link.photos_changed.emit(PhotosChanged(labels=True))
    qtbot.waitUntil(lambda: panel.improve.property("look") == "primary")
    panel.show_photos([])
    assert panel.nothing.isVisible() and not panel.preview.isVisible()


def test_a_huge_selection_asks_for_a_part_and_acts_on_all(
    qtbot: QtBot, panel: Inspector, library: FakeLibrary
) -> None:
    asked: list[int] = []
    original = library.tags
    library.tags = lambda ids: (asked.append(len(ids)), original(ids))[1]  # type: ignore[method-assign]
    ids = [12, *range(31, 5031)]
    show(qtbot, panel, ids)
    assert asked[-1] == 2000 and "2,000" in panel.note.text().replace("2000", "2,000")
    heard = said(panel)
    press(chips(panel.confirmed)[0], "“\u2068sofa")
    assert heard == [(3, ids, [], [])]
