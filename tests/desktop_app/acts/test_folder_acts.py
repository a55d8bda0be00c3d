"""Folders that come and go, and what is left out of them, undone and done again."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from desktop_app.acts import folder_acts
from desktop_app.acts.history import History
from desktop_app.link.engine_link import EngineLink
from tests.support.acts import history as history
from tests.support.acts import library as library
from tests.support.acts import link as link
from tests.support.acts import settle
from tests.support.fake_library import FakeLibrary


def test_adding_nothing_new_is_nothing_to_undo(
    qtbot: QtBot, history: History, link: EngineLink
) -> None:
    folder_acts.add_folders(history, "add", ["/missing"], lambda: None, lambda report: None)
    settle(qtbot, history)
    assert not history.stack.canUndo()


def test_a_removed_folder_comes_back_with_its_photos(
    qtbot: QtBot, history: History, library: FakeLibrary
) -> None:
    there: list[bool] = []
    photos = dict(library.photo_rows)
    folder_acts.remove_folder(history, "remove", 1, there.append)
    settle(qtbot, history)
    assert library.folder_list == [] and library.photo_rows == {} and there == [False]
    history.undo()
    settle(qtbot, history)
    assert [folder.id for folder in library.folder_list] == [1]
    assert library.photo_rows == photos and there == [False, True]


def test_what_is_left_out_is_exchanged_for_what_was(
    qtbot: QtBot, history: History, library: FakeLibrary
) -> None:
    changed: list[list[str]] = []
    library.excluded = ["*.png"]
    folder_acts.leave_out(history, "out", ["a*", "b*"], lambda: changed.append(library.excluded))
    settle(qtbot, history)
    history.undo()
    settle(qtbot, history)
    history.redo()
    settle(qtbot, history)
    assert changed == [["a*", "b*"], ["*.png"], ["a*", "b*"]]
