"""The whole window, driven as a person does.

First minutes, panels, the session, closing at any moment.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QSettings, Qt, QUrl
from PySide6.QtGui import QDragLeaveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from desktop_app.link.engine_link import EngineLink
from desktop_app.parts import theme
from desktop_app.parts.preferences import Preferences
from desktop_app.photos.photo_grid import LARGEST
from desktop_app.photos.photo_model import PHOTO_IDS
from desktop_app.window.main_window import MainWindow
from engine.records import AlbumenError
from engine.verbs import Verbs
from tests.support.fake_library import ALL_VERBS, FakeLibrary, MoreVerbs
from tests.support.whole_window import Key, asked, drag, drop, settle, urls
from tests.support.whole_window import library as library
from tests.support.whole_window import make as make
from tests.support.whole_window import session as session
from tests.support.whole_window import window as window


def test_first_run_then_a_dropped_folder(
    qtbot: QtBot, make: Callable[[FakeLibrary], MainWindow], tmp_path: Path
) -> None:
    library = FakeLibrary(0, labels=())
    window = make(library)
    assert window.pages.currentWidget() is window.empty
    assert not window.left.isVisible() and not window.right.isVisible()
    mime = urls(str(tmp_path), "/missing/folder")
    library.photo_rows = FakeLibrary(12).photo_rows
    event = drop(window, mime)
    assert not window.overlay.isVisible()
    assert event.dropAction() == Qt.DropAction.CopyAction  # never a move
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.grid)
    qtbot.waitUntil(lambda: asked(library, "add") == [([str(tmp_path), "/missing/folder"],)])
    qtbot.waitUntil(lambda: window.model.rowCount() == 12)
    assert window.left.isVisible() and window.right.isVisible()
    qtbot.waitUntil(lambda: "12 photo" in window.strip.sentence())


def test_what_was_skipped_is_said(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    drop(window, urls("/missing/folder"))
    qtbot.waitUntil(lambda: "'/missing/folder' does not exist." in window.strip.sentence())


def test_the_overlay_leaves_with_the_drag(window: MainWindow) -> None:
    drag(window, urls("/somewhere"))
    assert window.overlay.isVisible()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.overlay.isVisible()


def test_a_link_from_the_web_is_refused_with_a_sentence(qtbot: QtBot, window: MainWindow) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/a.jpg")])
    drop(window, mime)
    assert "this computer" in window.strip.sentence()


def test_photos_of_this_window_are_not_added_again(
    window: MainWindow, library: FakeLibrary
) -> None:
    mime = urls("/photos/photo-0001.jpg")
    mime.setData(PHOTO_IDS, QByteArray(b"1"))
    assert not drag(window, mime)
    drop(window, mime)
    assert asked(library, "add") == []


def test_a_library_that_cannot_be_opened(qtbot: QtBot, session: QSettings) -> None:
    def broken() -> None:
        raise AlbumenError("The library was made by a newer Albumen; install the newer one again.")

    link = EngineLink(broken)
    window = MainWindow(link, Preferences(), session)
    qtbot.addWidget(window)
    window.shown_first.connect(link.start)
    window.show()
    qtbot.waitUntil(
        lambda: window.strip.sentence().startswith("The library was made by a newer Albumen")
    )
    window.close()
    assert link.close()


def test_folders_from_a_second_start(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary, tmp_path: Path
) -> None:
    window.open_folders([str(tmp_path)])
    qtbot.waitUntil(lambda: asked(library, "add") == [([str(tmp_path)],)])
    window.open_folders([])
    assert len(asked(library, "add")) == 1


def test_the_next_session_goes_on_where_this_one_ended(
    qtbot: QtBot, make: Callable[[FakeLibrary], MainWindow], library: FakeLibrary
) -> None:
    window = make(library)
    window.browsing.open_query("photo-00")
    qtbot.waitUntil(lambda: window.view.query == "photo-00")
    settle(qtbot, window)
    window.grid.set_thumbnail_size(240)
    window.grid.set_current_row(25)
    window.actions_["left_panel"].setChecked(False)
    chosen = window.model.id_at(25)
    window.close()
    window.session.sync()
    again = make(FakeLibrary(40))
    assert again.search.query() == "photo-00"
    qtbot.waitUntil(lambda: again.model.id_at(again.grid.current_row()) == chosen)
    assert again.grid.thumbnail_size() == 240
    assert not again.left.isVisible()
    assert again.pages.currentWidget() is again.grid


def test_a_damaged_session_is_no_reason_not_to_start(
    qtbot: QtBot,
    make: Callable[[FakeLibrary], MainWindow],
    library: FakeLibrary,
    session: QSettings,
    tmp_path: Path,
) -> None:
    """As an editor, or a version to come, may leave the file."""
    (tmp_path / "window.ini").write_text(
        "[General]\ngeometry=wide\nstate=7\nleft_panel=@Invalid()\nright_panel=left, right\n"
        "thumbnail_size=99999999999999\nhad_photos=some\nquery=photo-00, photo-01\nphoto=abc\n",
        encoding="utf-8",
    )
    session.sync()
    window = make(library)
    assert window.grid.thumbnail_size() == LARGEST
    assert window.search.query() == "" == window.view.query
    assert window.model.rowCount() == 40


@pytest.mark.parametrize("verb", [MoreVerbs.forever, MoreVerbs.wait, Verbs.sync])
def test_closing_at_any_moment(
    qtbot: QtBot, session: QSettings, verb: Callable[..., object]
) -> None:
    library = FakeLibrary(2000)
    link = EngineLink(lambda: library, verbs=ALL_VERBS)
    window = MainWindow(link, Preferences(), session)
    qtbot.addWidget(window)
    window.shown_first.connect(link.start)
    window.show()
    qtbot.waitSignal(link.ready).wait()
    link.ask(verb)
    window.grid.selectAll()
    window.close()
    library.hold.set()
    assert link.close()
    assert library.closed_in == library.thread or library.closed


def test_every_control_has_a_name(window: MainWindow) -> None:
    nameless = [
        widget
        for widget in window.findChildren(QAbstractButton)
        if not (widget.text() or widget.accessibleName() or widget.toolTip())
        and not widget.objectName().startswith("qt_")
    ]
    assert [(widget, widget.parent()) for widget in nameless] == []


def test_tab_reaches_the_photos(window: MainWindow) -> None:
    window.search.focus_words()
    for _ in range(60):
        if window.grid.hasFocus():
            break
        QTest.keyClick(QApplication.focusWidget(), Key.Key_Tab)
    assert window.grid.hasFocus()


@pytest.mark.parametrize("styled", [False, True])
def test_the_status_bar_keeps_its_height(qtbot: QtBot, window: MainWindow, styled: bool) -> None:
    """Else all photos jump whenever a job begins or ends."""
    if styled:
        window.setStyleSheet(theme._style_sheet(theme.LIGHT))
        QApplication.processEvents()
    quiet = window.status.height()
    window.status.show_problems(3)
    window.status.pause.show()
    qtbot.waitUntil(window.status.problems.isVisible)
    QApplication.processEvents()
    assert window.status.height() == quiet


def test_escape_goes_one_step_back(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.set_current_row(3)
    QTest.keyClick(window.grid, Key.Key_T)
    assert window.inspector.add.hasFocus()
    QTest.keyClick(window.inspector.add, Key.Key_Escape)
    assert window.grid.hasFocus() and window.grid.selected_count() == 1
    window.library_panel.setFocus()
    window.toolbar.photo_size.setFocus()
    QTest.keyClick(window.toolbar.photo_size, Key.Key_Escape)
    assert window.grid.hasFocus()
    window.surroundings.toggle_full_screen()
    assert window.isFullScreen()
    QTest.keyClick(window.grid, Key.Key_Escape)
    assert not window.isFullScreen() and window.grid.selected_count() == 1
    QTest.keyClick(window.grid, Key.Key_Escape)
    assert window.grid.selected_count() == 0 and window.grid.hasFocus()
