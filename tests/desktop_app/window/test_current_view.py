"""Which photos are shown, driven in the whole window.

Queries, stale answers, new photos, drives that go away.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.photos.photo_cell import header_text
from desktop_app.window.main_window import MainWindow
from engine.messages import message
from engine.records import Folder, FolderState, PhotosChanged, SearchResult
from engine.verbs import Verbs
from tests.support.fake_library import FakeLibrary, MoreVerbs
from tests.support.whole_window import library as library
from tests.support.whole_window import make as make
from tests.support.whole_window import session as session
from tests.support.whole_window import settle
from tests.support.whole_window import window as window


def test_a_query_shows_its_photos_and_a_label_its_own(qtbot: QtBot, window: MainWindow) -> None:
    window.browsing.open_query("photo-000")
    qtbot.waitUntil(lambda: window.model.rowCount() == 9)
    window.library_panel.view_requested.emit("label:cat")
    qtbot.waitUntil(lambda: window.model.rowCount() == 13)
    assert window.search.query() == "label:cat"
    assert window.view.label_name() == "cat"


def test_no_match_is_said_and_everything_comes_back(qtbot: QtBot, window: MainWindow) -> None:
    window.browsing.open_query("zebra")
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.no_results)
    QTest.mouseClick(window.no_results.clear, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: window.pages.currentWidget() is window.grid and window.model.rowCount() == 40
    )
    assert window.search.query() == ""


def test_no_good_match_is_said_above_the_closest(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = library.view

    def view(query: str = "", sort: str = "auto", strictness: float = 0.0) -> SearchResult:
        result = plain("", sort, strictness)
        if not query:
            return result
        scores = type(result.scores)("f", [0.1] * len(result.ids))
        return dataclasses.replace(result, query=query, scores=scores, matched=0)

    monkeypatch.setattr(library, "view", view)
    window.browsing.open_query("zebra")
    qtbot.waitUntil(lambda: window.model.result.query == "zebra")
    assert window.pages.currentWidget() is window.grid
    assert window.model.rowCount() == 40
    ((_, group),) = window.grid._layout.headers_between(0, 1000)
    assert header_text(group) == "No good match. These come closest:"
    assert window.status.counts.text() == "No good match, the closest first"


def test_a_stale_answer_is_dropped(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    shown: list[str] = []
    window.view.shown.connect(lambda result: shown.append(result.query))
    window.link.ask(MoreVerbs.wait)
    for query in ("photo-0001", "photo-0002", "photo-0003"):
        window.browsing.open_query(query)
    library.hold.set()
    qtbot.waitUntil(lambda: window.model.rowCount() == 1)
    assert shown == ["photo-0003"]


@pytest.mark.slow
def test_new_photos_appear_by_themselves_and_nothing_jumps(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    window.grid.set_current_row(20)
    chosen = list(window.grid.selected_ids())
    photo = library.photo_rows[40]
    library.photo_rows[41] = dataclasses.replace(
        photo, id=41, name="new.jpg", taken_at=photo.taken_at + 86_400 * 9
    )
    library.changes = PhotosChanged(added=(41,))
    window.link.ask(Verbs.counts)
    qtbot.waitUntil(lambda: window.model.rowCount() == 41)
    assert window.model.id_at(0) == 41
    assert list(window.grid.selected_ids()) == chosen
    assert window.grid.current_row() == 21


def test_a_drive_that_went_away_is_said_once_and_nothing_goes(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    library.folder_list = [Folder(1, "/media/stick", FolderState.OFFLINE, 40)]
    window.folders.refresh()
    qtbot.waitUntil(lambda: "Reconnect the drive" in window.strip.sentence())
    assert window.model.rowCount() == 40
    window.strip.dismiss()
    window.folders.refresh()
    settle(qtbot, window)
    assert window.strip.sentence() == ""


def test_a_drive_that_is_back_is_not_asked_for_any_more(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    library.folder_list = [Folder(1, "/media/stick", FolderState.OFFLINE, 40)]
    window.folders.refresh()
    qtbot.waitUntil(lambda: "Reconnect the drive" in window.strip.sentence())
    library.folder_list = [Folder(1, "/media/stick", FolderState.ONLINE, 40)]
    window.folders.refresh()
    qtbot.waitUntil(lambda: window.strip.sentence() == "")


def test_a_search_that_finds_nothing_does_not_greet_the_next_session(
    qtbot: QtBot, make: Callable[[FakeLibrary], MainWindow], library: FakeLibrary
) -> None:
    window = make(library)
    window.browsing.open_query("zebra")
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.no_results)
    window.close()
    again = make(FakeLibrary(40))
    qtbot.waitUntil(
        lambda: again.model.rowCount() == 40 and again.pages.currentWidget() is again.grid
    )
    assert again.search.query() == ""


def test_what_is_said_of_a_query_leaves_with_it(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = library.view

    def view(query: str = "", sort: str = "auto", strictness: float = 0.0) -> SearchResult:
        result = plain("", sort, strictness)
        note = message("'{words}' was searched as '{english}'.", words=query, english="dog")
        return dataclasses.replace(result, query=query, notes=(note,) if query else ())

    monkeypatch.setattr(library, "view", view)
    for leave in (lambda: window.browsing.open_query(""), window.pages.show_review):
        window.browsing.open_query("狗")
        qtbot.waitUntil(lambda: "searched as" in window.strip.sentence())
        leave()
        qtbot.waitUntil(lambda: window.strip.sentence() == "")
