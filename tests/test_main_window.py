"""The whole window, driven as a person does: drops, keys, clicks, typing; an in-memory library in a real thread."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_app import photo_acts
from desktop_app.engine_link import EngineLink
from desktop_app.main_window import MainWindow
from desktop_app.photo_cell import header_text
from desktop_app.photo_model import PHOTO_IDS
from desktop_app.settings import Preferences
from engine.records import AlbumenError, Folder, FolderState, PhotosChanged, PhotoState, SearchResult
from tests.fake_library import FakeLibrary, running

Key, NONE = Qt.Key, Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary(40)


@pytest.fixture
def session(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def make(qtbot: QtBot, session: QSettings) -> Iterator[Callable[[FakeLibrary], MainWindow]]:
    """Opens windows over libraries, as a start does, and closes them."""
    opened: list[tuple[MainWindow, object]] = []

    def make(library: FakeLibrary) -> MainWindow:
        running_link = running(library)
        link = running_link.__enter__()
        window = MainWindow(link, Preferences(), session)
        opened.append((window, running_link))
        qtbot.addWidget(window)
        window.resize(1100, 700)
        window.show()
        window.activateWindow()
        window.desk.start()  # the library is open already
        qtbot.waitUntil(lambda: window.desk.viewing._known and not window.folders.running())
        if library.photo_rows:

            def painted() -> bool:  # a session may begin with no rows at all, until it asks again
                rows = window.grid.rows_in_sight()
                return len(rows) > 0 and window.model.entry(rows[0]) is not None

            qtbot.waitUntil(painted)
        return window

    yield make
    for window, running_link in opened:
        window.close()
        running_link.__exit__(None, None, None)


@pytest.fixture
def window(make: Callable[[FakeLibrary], MainWindow], library: FakeLibrary) -> MainWindow:
    window = make(library)
    window.grid.setFocus()
    return window


def urls(*paths: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(path) for path in paths])
    return mime


def drag(window: QWidget, mime: QMimeData) -> bool:
    event = QDragEnterEvent(
        QPoint(300, 300), Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, mime, Qt.MouseButton.LeftButton, NONE
    )
    QApplication.sendEvent(window, event)
    return event.isAccepted()


def drop(window: QWidget, mime: QMimeData) -> QDropEvent:
    event = QDropEvent(
        QPointF(300, 300), Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, mime, Qt.MouseButton.LeftButton, NONE
    )
    drag(window, mime)  # Qt delivers a drop only where a drag was let in
    QApplication.sendEvent(window, event)
    return event


def asked(library: FakeLibrary, verb: str) -> list[tuple[object, ...]]:
    return [args for name, args, _ in library.calls if name == verb]


def settle(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until everything asked so far was answered."""
    for _ in range(3):
        heard: list[object] = []
        window.link.ask("echo", 1, then=heard.append)
        qtbot.waitUntil(lambda heard=heard: bool(heard))


# -- first minutes --------------------------------------------------------------------------------------------------


def test_first_run_then_a_dropped_folder(
    qtbot: QtBot, make: Callable[[FakeLibrary], MainWindow], tmp_path: Path
) -> None:
    library = FakeLibrary(0, labels=())
    window = make(library)
    assert window.stack.currentWidget() is window.empty
    assert not window.left.isVisible() and not window.right.isVisible()
    mime = urls(str(tmp_path), "/missing/folder")
    library.photo_rows = FakeLibrary(12).photo_rows
    event = drop(window, mime)
    assert not window.overlay.isVisible()
    assert event.dropAction() == Qt.DropAction.CopyAction  # never a move
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.grid)
    assert asked(library, "add") == [([str(tmp_path), "/missing/folder"],)]
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


def test_photos_of_this_window_are_not_added_again(window: MainWindow, library: FakeLibrary) -> None:
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
    qtbot.waitUntil(lambda: window.strip.sentence().startswith("The library was made by a newer Albumen"))
    window.close()
    assert link.close()


# -- browsing -------------------------------------------------------------------------------------------------------


def test_space_looks_closely_and_escape_comes_back(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.set_current_row(3)
    QTest.keyClick(window.grid, Key.Key_Space)
    assert window.stack.currentWidget() is window.lightbox
    assert window.lightbox.row == 3
    assert window.inspector.preview.isHidden()  # the photo is there, large
    QTest.keyClick(window.lightbox, Key.Key_Right)
    QTest.keyClick(window.lightbox, Key.Key_Escape)
    assert window.stack.currentWidget() is window.grid
    assert window.grid.current_row() == 4 and not window.inspector.preview.isHidden()
    QTest.keyClick(window.grid, Key.Key_Space)
    QTest.keyClick(window.lightbox, Key.Key_Space)
    assert window.stack.currentWidget() is window.grid
    assert window.grid.hasFocus()


def test_the_selection_reaches_the_inspector_and_the_status_bar(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[list[int]] = []
    monkeypatch.setattr(window.inspector, "show_photos", shown.append)
    window.grid.set_current_row(0)
    QTest.keyClick(window.grid, Key.Key_Right, SHIFT)
    qtbot.waitUntil(lambda: shown == [[40, 39]])
    assert window.status.counts.text().startswith("2 of 40")
    QTest.keyClick(window.grid, Key.Key_A, CTRL)
    qtbot.waitUntil(lambda: len(shown[-1]) == 40)
    QTest.keyClick(window.grid, Key.Key_D, CTRL)
    assert window.grid.selected_count() == 0


def test_a_query_shows_its_photos_and_a_label_its_own(qtbot: QtBot, window: MainWindow) -> None:
    window.desk.open_query("photo-000")
    qtbot.waitUntil(lambda: window.model.rowCount() == 9)
    window.library_panel.view_requested.emit("label:cat")
    qtbot.waitUntil(lambda: window.model.rowCount() == 13)
    assert window.search.query() == "label:cat"
    assert window.desk.viewing.label_name() == "cat"


def test_no_match_is_said_and_everything_comes_back(qtbot: QtBot, window: MainWindow) -> None:
    window.desk.open_query("zebra")
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.no_results)
    QTest.mouseClick(window.no_results.clear, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.grid and window.model.rowCount() == 40)
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
    window.desk.open_query("zebra")
    qtbot.waitUntil(lambda: window.model.result.query == "zebra")
    assert window.stack.currentWidget() is window.grid
    assert window.model.rowCount() == 40
    ((_, group),) = window.grid._layout.headers_between(0, 1000)
    assert header_text(group) == "No good match. These come closest:"
    assert window.status.counts.text() == "No good match, the closest first"


def test_a_stale_answer_is_dropped(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    shown: list[str] = []
    window.desk.viewing.shown.connect(lambda result: shown.append(result.query))
    window.link.ask("wait")
    for query in ("photo-0001", "photo-0002", "photo-0003"):
        window.desk.open_query(query)
    library.hold.set()
    qtbot.waitUntil(lambda: window.model.rowCount() == 1)
    assert shown == ["photo-0003"]


def test_new_photos_appear_by_themselves_and_nothing_jumps(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    window.grid.set_current_row(20)
    chosen = list(window.grid.selected_ids())
    photo = library.photo_rows[40]
    library.photo_rows[41] = dataclasses.replace(photo, id=41, name="new.jpg", taken_at=photo.taken_at + 86_400 * 9)
    library.changes = PhotosChanged(added=(41,))
    window.link.ask("counts")
    qtbot.waitUntil(lambda: window.model.rowCount() == 41)
    assert window.model.id_at(0) == 41
    assert list(window.grid.selected_ids()) == chosen
    assert window.grid.current_row() == 21


def test_like_this_and_a_dropped_photo(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    window.grid.set_current_row(2)
    QTest.keyClick(window.grid, Key.Key_L)
    assert window.search.query() == "like:38"
    window.search.file_dropped.emit(library.photo_rows[7].path)
    qtbot.waitUntil(lambda: window.search.query() == "like:7")
    window.search.file_dropped.emit("/elsewhere/cat.jpg")
    qtbot.waitUntil(lambda: asked(library, "similar_to_file") == [("/elsewhere/cat.jpg",)])


def test_panels_and_full_screen(window: MainWindow) -> None:
    QTest.keyClick(window, Key.Key_F9)
    assert not window.left.isVisible()
    QTest.keyClick(window, Key.Key_F9)
    assert window.left.isVisible()
    window.grid.setFocus()
    QTest.keyClick(window.grid, Key.Key_I)
    assert not window.right.isVisible()
    QTest.keyClick(window.grid, Key.Key_I)
    assert window.right.isVisible()
    QTest.keyClick(window, Key.Key_F11)
    assert window.isFullScreen()
    QTest.keyClick(window, Key.Key_F11)
    assert not window.isFullScreen()


def test_zoom_by_slider_and_keys(window: MainWindow) -> None:
    QTest.keyClick(window, Key.Key_Plus, CTRL)
    assert window.grid.thumbnail_size() == 180 == window.size.value()
    window.size.setValue(240)
    assert window.grid.thumbnail_size() == 240
    QTest.keyClick(window, Key.Key_Minus, CTRL)
    assert window.grid.thumbnail_size() == 220


# -- correcting -----------------------------------------------------------------------------------------------------


def test_one_key_a_decision_in_the_view_of_a_label(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    window.desk.open_query("label:cat")
    qtbot.waitUntil(lambda: window.model.rowCount() == 13)
    window.grid.setFocus()
    window.grid.set_current_row(0)
    assert window.model.id_at(0) == 39
    QTest.keyClick(window.grid, Key.Key_Return)
    settle(qtbot, window)
    assert library.words == {(39, 1): True}
    assert window.grid.current_row() == 1
    QTest.keyClick(window.grid, Key.Key_X)
    settle(qtbot, window)
    assert library.words == {(39, 1): True, (36, 1): False}
    qtbot.waitUntil(lambda: window.model.rowCount() == 12)  # the rejected one left the view
    QTest.keyClick(window, Key.Key_Z, CTRL)
    settle(qtbot, window)
    assert library.words == {(39, 1): True}
    QTest.keyClick(window, Key.Key_Z, CTRL | SHIFT)
    settle(qtbot, window)
    assert library.words == {(39, 1): True, (36, 1): False}


def test_enter_elsewhere_accepts_what_is_suggested(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    window.grid.select_ids([12, 9, 4, 5])  # 12: cat, dog; 9: cat; 4: dog; 5: nothing
    QTest.keyClick(window.grid, Key.Key_Return)
    qtbot.waitUntil(lambda: len(library.words) == 4)
    assert library.words == {(12, 1): True, (12, 2): True, (9, 1): True, (4, 2): True}
    assert "4 suggestion" in window.actions_["undo"].text()
    QTest.keyClick(window, Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: library.words == {})
    window.grid.select_ids([5])
    QTest.keyClick(window.grid, Key.Key_X)
    qtbot.waitUntil(lambda: "no suggestion" in window.strip.sentence())


def test_pinned_labels_by_number(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    window.link.ask("update_label", 2, pinned=1)
    qtbot.waitUntil(lambda: window.desk.judging.labels[2].pinned == 1)
    window.grid.select_ids([5, 8])  # the machine says dog on 8
    QTest.keyClick(window.grid, Key.Key_1)
    qtbot.waitUntil(lambda: library.words == {(5, 2): True})
    QTest.keyClick(window.grid, Key.Key_1)  # now both have it: off
    qtbot.waitUntil(lambda: library.words == {(5, 2): False, (8, 2): False})
    assert not window.actions_.pinned[1].isEnabled()


def test_keys_typed_into_the_search_are_text(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    QTest.keyClick(window, Key.Key_F, CTRL)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "xin t1 ?")
    assert field.text() == "xin t1 ?"
    assert library.words == {} and window.stack.currentWidget() is window.grid


def test_n_goes_to_the_next_photo_to_review(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    library.words = {(40, 1): True, (39, 1): False, (38, 1): True}
    window.grid.set_current_row(0)
    QTest.keyClick(window.grid, Key.Key_N)
    qtbot.waitUntil(lambda: window.grid.current_row() == 3)


def test_corrections_of_the_panels_go_through_undo(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    window.inspector.correction_requested.emit(1, [1, 2], [], [])
    window.library_panel.correction_requested.emit(2, [3], [], [])
    window.review.correction_requested.emit(1, [], [4], [], lambda _said: None)
    settle(qtbot, window)
    assert library.words == {(1, 1): True, (2, 1): True, (3, 2): True, (4, 1): False}
    for _ in range(3):
        QTest.keyClick(window, Key.Key_Z, CTRL)
    settle(qtbot, window)
    assert library.words == {}
    assert not window.actions_["undo"].isEnabled()


def test_counts_in_the_toolbar(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    qtbot.waitUntil(lambda: window.actions_["review"].text() == "Review (3)")
    window.desk.judging.correct(1, [1], [], [])
    qtbot.waitUntil(lambda: window.actions_["improve"].text().startswith("Improve labels (1 "))


def test_review_and_improve_are_pages(qtbot: QtBot, window: MainWindow) -> None:
    QTest.keyClick(window, Key.Key_R, CTRL)
    assert window.stack.currentWidget() is window.review
    assert not window.right.isVisible()
    window.review.closed.emit()
    assert window.stack.currentWidget() is window.grid
    QTest.keyClick(window, Key.Key_I, CTRL)
    assert window.stack.currentWidget() is window.training
    window.training.closed.emit()
    assert window.stack.currentWidget() is window.grid and window.right.isVisible()


# -- files and folders ----------------------------------------------------------------------------------------------


@pytest.fixture
def real_files(library: FakeLibrary, tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for one, photo in library.photo_rows.items():
        path = folder / photo.name
        path.write_bytes(photo.name.encode())
        library.photo_rows[one] = dataclasses.replace(photo, path=str(path))
    return folder


def test_delete_moves_to_the_trash_and_undo_brings_it_back(
    qtbot: QtBot, real_files: Path, window: MainWindow, library: FakeLibrary
) -> None:
    window.grid.select_ids([40, 39])
    QTest.keyClick(window.grid, Key.Key_Delete)
    qtbot.waitUntil(lambda: window.model.rowCount() == 38)
    assert not (real_files / "photo-0040.jpg").exists()
    assert "Moved 2 photo" in window.strip.sentence()
    QTest.mouseClick(window.strip.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.model.rowCount() == 40)
    assert (real_files / "photo-0040.jpg").read_bytes() == b"photo-0040.jpg"


def test_copies_of_the_selection(
    qtbot: QtBot, real_files: Path, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(out))
    window.grid.select_ids([1, 2, 3])
    QTest.keyClick(window, Key.Key_E, CTRL)
    qtbot.waitUntil(lambda: "Copied 3 photo" in window.strip.sentence())
    assert sorted(path.name for path in out.iterdir()) == ["photo-0001.jpg", "photo-0002.jpg", "photo-0003.jpg"]


def test_the_path_on_the_clipboard(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.select_ids([1])
    QTest.keyClick(window.grid, Key.Key_C, CTRL)
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == "/photos/photo-0001.jpg")


def test_tags_as_a_file(qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tags.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(path), ""))
    window.actions_["export_csv"].trigger()
    qtbot.waitUntil(lambda: "Exported" in window.strip.sentence())
    assert path.read_text() == "path,label\n"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: ("/nowhere/tags.csv", ""))
    window.actions_["export_csv"].trigger()
    qtbot.waitUntil(lambda: "could not be written" in window.strip.sentence())


def test_show_in_folder(qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(photo_acts, "show_in_folder", shown.append)
    window.grid.select_ids([5])
    QTest.keyClick(window.grid, Key.Key_F, CTRL | SHIFT)
    qtbot.waitUntil(lambda: shown == ["/photos/photo-0005.jpg"])


def test_problems_are_counted_and_listed(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    library.photo_rows[3] = dataclasses.replace(library.photo_rows[3], state=PhotoState.FAILED, reason="Damaged.")
    library.changes = PhotosChanged(ids=(3,))
    window.link.ask("counts")
    qtbot.waitUntil(window.status.problems.isVisible)
    QTest.mouseClick(window.status.problems, Qt.MouseButton.LeftButton)
    assert window.stack.currentWidget() is window.problems
    QTest.keyClick(window.problems.table, Key.Key_Escape)
    assert window.stack.currentWidget() is window.grid


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


def test_a_folder_is_removed_and_undo_brings_it_back(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    window.library_panel.remove_folder_requested.emit(1)
    qtbot.waitUntil(lambda: library.folder_list == [])
    qtbot.waitUntil(lambda: window.model.rowCount() == 0)
    QTest.keyClick(window, Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: [folder.path for folder in library.folder_list] == ["/photos"])
    qtbot.waitUntil(lambda: window.model.rowCount() == 40)


def test_folders_from_a_second_start(qtbot: QtBot, window: MainWindow, library: FakeLibrary, tmp_path: Path) -> None:
    window.open_folders([str(tmp_path)])
    qtbot.waitUntil(lambda: asked(library, "add") == [([str(tmp_path)],)])
    window.open_folders([])
    assert len(asked(library, "add")) == 1


# -- the session ----------------------------------------------------------------------------------------------------


def test_the_next_session_goes_on_where_this_one_ended(
    qtbot: QtBot, make: Callable[[FakeLibrary], MainWindow], library: FakeLibrary
) -> None:
    window = make(library)
    window.desk.open_query("photo-00")
    qtbot.waitUntil(lambda: window.desk.viewing.query == "photo-00")
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
    assert again.stack.currentWidget() is again.grid


def test_a_search_that_finds_nothing_does_not_greet_the_next_session(
    qtbot: QtBot, make: Callable[[FakeLibrary], MainWindow], library: FakeLibrary
) -> None:
    window = make(library)
    window.desk.open_query("zebra")
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.no_results)
    window.close()
    again = make(FakeLibrary(40))
    qtbot.waitUntil(lambda: again.model.rowCount() == 40 and again.stack.currentWidget() is again.grid)
    assert again.search.query() == ""


@pytest.mark.parametrize("verb", ["forever", "wait", "sync"])
def test_closing_at_any_moment(qtbot: QtBot, session: QSettings, verb: str) -> None:
    library = FakeLibrary(2000)
    link = EngineLink(lambda: library)
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


# -- for everybody --------------------------------------------------------------------------------------------------


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


# -- room and rank ----------------------------------------------------------------------------------------------------


def test_the_right_panel_gives_way_in_a_narrow_window(
    qtbot: QtBot, make: Callable[[FakeLibrary], MainWindow], library: FakeLibrary, session: QSettings
) -> None:
    window = make(library)
    window.grid.setFocus()
    assert window.right.isVisible()
    window.resize(760, 600)
    qtbot.waitUntil(lambda: not window.right.isVisible())
    assert window.left.isVisible() and window.grid.hasFocus()
    window.resize(1100, 600)
    qtbot.waitUntil(window.right.isVisible)
    window.resize(760, 600)
    qtbot.waitUntil(lambda: not window.right.isVisible())
    window.grid.set_current_row(3)
    QTest.keyClick(window.grid, Key.Key_T)  # whoever needs it gets it
    assert window.right.isVisible() and window.inspector.add.hasFocus()
    window.actions_["right_panel"].trigger()
    assert not window.right.isVisible()
    window._save()
    assert session.value("right_panel", type=bool)  # what the person has in a wide window
    window.resize(1100, 600)
    qtbot.waitUntil(window.right.isVisible)


def test_a_page_to_itself_in_a_narrow_window(qtbot: QtBot, window: MainWindow) -> None:
    window.desk.show_problems()
    assert window.left.isVisible()
    window.resize(760, 600)
    qtbot.waitUntil(lambda: not window.left.isVisible())
    assert window.problems.table.hasFocus()
    QTest.keyClick(window.problems, Key.Key_Escape)
    assert window.left.isVisible() and not window.right.isVisible()


def test_one_question_at_a_time_and_the_photos_get_the_keys(
    qtbot: QtBot, make: Callable[[FakeLibrary], MainWindow], tmp_path: Path
) -> None:
    """Two banners over the first photos leave no room for the photos; and a button that goes must not hand its key
    focus to the next button, where Return would press it."""
    library = FakeLibrary(0, labels=())
    window = make(library)
    library.photo_rows = FakeLibrary(12).photo_rows
    drop(window, urls(str(tmp_path)))
    qtbot.waitUntil(lambda: window.model.rowCount() == 12 and window.desk.viewing.counts.photos == 12)
    card = window.desk.adding._first_labels
    assert card.isVisible()
    settle(qtbot, window)
    window.desk._counted(window.desk.viewing.counts)
    starter = window.desk._dialogs.get("starter")
    assert starter is None or not starter.isVisible()
    QTest.mouseClick(card.later, Qt.MouseButton.LeftButton)
    assert not card.isVisible() and window.grid.hasFocus()
    qtbot.waitUntil(lambda: "starter" in window.desk._dialogs and window.desk._dialogs["starter"].isVisible())


def test_the_lightbox_speaks_in_the_status_bar(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.set_current_row(2)
    QTest.keyClick(window.grid, Key.Key_Space)
    assert window.status.counts.text().startswith("3 of 40 · photo-0038.jpg")
    QTest.keyClick(window.lightbox, Key.Key_Right)
    assert window.status.counts.text().startswith("4 of 40 · photo-0037.jpg")
    QTest.keyClick(window.lightbox, Key.Key_Plus)
    assert window.status.counts.text().endswith(" %")
    QTest.keyClick(window.lightbox, Key.Key_Escape)
    assert window.status.counts.text().startswith("1 of 40 photo")


def test_the_status_bar_keeps_its_height(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    """Else all photos jump whenever a job begins or ends."""
    quiet = window.status.height()
    window.status.show_problems(3)
    window.status.pause.show()
    qtbot.waitUntil(window.status.problems.isVisible)
    QApplication.processEvents()
    assert window.status.height() == quiet


def test_a_start_asks_nothing_that_imports_torch(
    qtbot: QtBot, make: Callable[[FakeLibrary], MainWindow], library: FakeLibrary
) -> None:
    """The catalogue of models does: asked for before the photos, it kept them grey for seconds."""
    heard: list[str] = []
    library.model = lambda: heard.append("model")  # type: ignore[method-assign, assignment, return-value]
    library.models = lambda: heard.append("models")  # type: ignore[method-assign, assignment, return-value]
    library.model_name = lambda: heard.append("model_name") or "starter"  # type: ignore[method-assign, func-returns-value]
    window = make(library)
    qtbot.waitUntil(lambda: "starter" in window.desk._dialogs)
    settle(qtbot, window)
    assert set(heard) == {"model_name"}


def test_photos_in_sight_are_read_first(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    """Somebody who scrolled into a folder being read should not look at grey tiles until its turn comes."""
    assert not asked(library, "prefer")
    for one in (39, 38):
        library.photo_rows[one] = dataclasses.replace(library.photo_rows[one], state=PhotoState.PENDING)
    window.link.ask("correct", 1, yes=[39, 38])
    qtbot.waitUntil(lambda: ([39, 38],) in asked(library, "prefer"))


def test_escape_goes_one_step_back(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.set_current_row(3)
    QTest.keyClick(window.grid, Key.Key_T)
    assert window.inspector.add.hasFocus()
    QTest.keyClick(window.inspector.add, Key.Key_Escape)
    assert window.grid.hasFocus() and window.grid.selected_count() == 1
    window.library_panel.setFocus()
    window.size.setFocus()
    QTest.keyClick(window.size, Key.Key_Escape)
    assert window.grid.hasFocus()
    window.desk.toggle_full_screen()
    assert window.isFullScreen()
    QTest.keyClick(window.grid, Key.Key_Escape)
    assert not window.isFullScreen() and window.grid.selected_count() == 1
    QTest.keyClick(window.grid, Key.Key_Escape)
    assert window.grid.selected_count() == 0 and window.grid.hasFocus()
