"""Undo and redo of every kind of act; files to the trash and back.

Also when pressed faster than the engine answers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QFile, QTimer
from pytestqt.qtbot import QtBot

from desktop_app.acts.history import History, call
from desktop_app.link.engine_link import EngineLink
from engine.records import Photo, PhotoState
from engine.verbs import Verbs
from tests.support.fake_library import FakeLibrary, MoreVerbs, running


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary(10)


@pytest.fixture
def link(library: FakeLibrary) -> Iterator[EngineLink]:
    with running(library) as link:
        yield link


@pytest.fixture
def history(qtbot: QtBot, link: EngineLink) -> Iterator[History]:
    history = History(link)
    yield history
    history.close()


@pytest.fixture
def trash() -> Path:
    """The desktop's trash: Qt's own, in the temporary home of the tests."""
    return Path(os.environ["XDG_DATA_HOME"]) / "Trash" / "files"


class RefusingFile(QFile):
    """A file on a drive without a trash."""

    def moveToTrash(self) -> bool:
        return False


def settle(qtbot: QtBot, history: History) -> None:
    """Wait until every act is done."""
    qtbot.waitUntil(lambda: not history._begun)


def test_a_correction_and_back_and_forth(
    qtbot: QtBot, history: History, link: EngineLink, library: FakeLibrary
) -> None:
    library.words = {(1, 1): False}
    history.push_correction("cat", 1, [1, 2], [3], [])
    settle(qtbot, history)
    assert library.words == {(1, 1): True, (2, 1): True, (3, 1): False}
    history.stack.undo()
    settle(qtbot, history)
    assert library.words == {(1, 1): False}
    history.stack.redo()
    settle(qtbot, history)
    assert library.words == {(1, 1): True, (2, 1): True, (3, 1): False}


def test_undo_pressed_before_the_answer(
    qtbot: QtBot, history: History, link: EngineLink, library: FakeLibrary
) -> None:
    link.ask(MoreVerbs.wait)
    history.push_correction("cat", 1, [1], [], [])
    history.push_correction("dog", 2, [1], [], [])
    history.stack.undo()
    history.stack.undo()
    history.stack.redo()
    library.hold.set()
    settle(qtbot, history)
    assert library.words == {(1, 1): True}


def test_nothing_said_is_nothing_to_undo(history: History) -> None:
    history.push_correction("cat", 1, [], [], [])
    assert history.stack.count() == 0


def test_labels_come_back_with_their_ids(
    qtbot: QtBot, history: History, link: EngineLink, library: FakeLibrary
) -> None:
    history.push_labels_added("add", ["bird", "fish"])
    settle(qtbot, history)
    ids = {label.name: label.id for label in library.label_list}
    history.stack.undo()
    settle(qtbot, history)
    assert [label.name for label in library.label_list] == ["cat", "dog"]
    history.stack.redo()
    settle(qtbot, history)
    assert {label.name: label.id for label in library.label_list} == ids


def test_undo_of_new_labels_leaves_those_that_were_there(
    qtbot: QtBot, history: History, link: EngineLink, library: FakeLibrary
) -> None:
    history.push_labels_added("add", ["cat", "bird"], [5])
    settle(qtbot, history)
    assert library.words == {(5, 1): True, (5, 3): True}
    history.stack.undo()
    settle(qtbot, history)
    assert [label.name for label in library.label_list] == ["cat", "dog"]
    assert library.words == {}
    history.stack.redo()
    settle(qtbot, history)
    assert library.words == {(5, 1): True, (5, 3): True}


def test_an_act_of_the_window_alone(history: History) -> None:
    done: list[str] = []
    history.push_here("x", lambda: done.append("do"), lambda: done.append("undo"))
    history.stack.undo()
    history.stack.redo()
    assert done == ["do", "undo", "do"]


def test_adding_nothing_new_is_nothing_to_undo(
    qtbot: QtBot, history: History, link: EngineLink
) -> None:
    history.push_folders_added("add", ["/missing"], lambda: None, lambda report: None)
    settle(qtbot, history)
    assert not history.stack.canUndo()


def test_removed_labels_come_back(
    qtbot: QtBot, history: History, link: EngineLink, library: FakeLibrary
) -> None:
    history.push_labels_removed("remove", [1])
    settle(qtbot, history)
    assert [label.name for label in library.label_list] == ["dog"]
    history.stack.undo()
    settle(qtbot, history)
    assert [label.name for label in library.label_list] == ["cat", "dog"]


def test_versions(qtbot: QtBot, history: History, link: EngineLink, library: FakeLibrary) -> None:
    history.push_version("cat", 1, 7)
    history.stack.undo()
    history.stack.redo()
    settle(qtbot, history)
    assert [args for verb, args, _ in library.calls if verb == "activate"] == [(7,), (6,), (7,)]


def test_an_act_that_fails_is_not_on_the_stack(
    qtbot: QtBot, history: History, link: EngineLink
) -> None:
    with qtbot.waitSignal(history.problem) as told:
        history.push(
            "broken",
            lambda _a: call(MoreVerbs.fail, "The disk is full."),
            lambda _a: call(MoreVerbs.echo, 1),
        )
    assert told.args == ["The disk is full."]
    assert history.stack.count() == 0
    assert not history.stack.canUndo()


# -- closing in the middle -------------------------------------------------------------------------


def close_while_the_engine_is_busy(
    history: History, link: EngineLink, library: FakeLibrary
) -> None:
    """The engine stands still when closing begins; it is closed right after, as a window does."""
    QTimer.singleShot(0, library.hold.set)
    history.close()
    assert link.close()


def test_an_act_of_several_calls_is_finished_while_closing(
    history: History, link: EngineLink, library: FakeLibrary
) -> None:
    link.ask(MoreVerbs.wait)
    history.push_labels_added("add", ["bird"], [5])
    history.push_folders_added("folder", ["/"], lambda: None, lambda report: None)
    close_while_the_engine_is_busy(history, link, library)
    assert [label.name for label in library.label_list] == ["cat", "dog", "bird"]
    assert library.words == {(5, 3): True}
    assert [verb for verb, _, _ in library.calls if verb == "add"] == ["add"]


def test_an_undo_pressed_just_before_closing_is_done(
    history: History, link: EngineLink, library: FakeLibrary
) -> None:
    link.ask(MoreVerbs.wait)
    history.push_labels_added("add", ["bird"], [5])
    history.undo()
    close_while_the_engine_is_busy(history, link, library)
    assert [label.name for label in library.label_list] == ["cat", "dog"]
    assert library.words == {}


def test_an_act_that_looks_first_is_finished_while_closing(
    history: History, link: EngineLink, library: FakeLibrary
) -> None:
    link.ask(MoreVerbs.wait)
    history.look(Verbs.tags, [3]).then(
        lambda tags: history.push_correction("cat", tags[0].label_id, [3], [], [])
    )
    close_while_the_engine_is_busy(history, link, library)
    assert library.words == {(3, 1): True}


def answer_suggestions(history: History, photos: list[int], yes: bool, told: list[int]) -> None:
    history.push_suggestions_answered(photos, yes, lambda count: f"{count} answers", told.append)


def test_suggestions_are_answered_undone_and_answered_again(
    qtbot: QtBot, history: History, link: EngineLink, library: FakeLibrary
) -> None:
    library.words[9, 1] = False  # what was said stays
    told: list[int] = []
    answer_suggestions(history, [3, 4, 9], True, told)
    qtbot.waitUntil(lambda: told == [2])
    assert library.words == {(3, 1): True, (4, 2): True, (9, 1): False}
    assert history.stack.undoText() == "2 answers"
    library.calls.clear()
    history.undo()
    qtbot.waitUntil(lambda: library.words == {(9, 1): False})
    library.words[3, 2] = True  # said meanwhile: the same suggestions are answered again
    history.redo()
    qtbot.waitUntil(lambda: len(library.words) == 4)
    history.undo()
    qtbot.waitUntil(lambda: library.words == {(9, 1): False, (3, 2): True})
    assert [verb for verb, _, _ in library.calls] == ["correct_many"] * 3
    assert told == [2] and history.stack.count() == 1


def test_no_suggestion_is_no_act_and_what_was_undone_can_be_done_again(
    qtbot: QtBot, history: History, link: EngineLink, library: FakeLibrary
) -> None:
    history.push_correction("dog", 2, [3], [], [])
    history.undo()
    qtbot.waitUntil(lambda: library.words == {} and len(library.calls) == 2)
    told: list[int] = []
    answer_suggestions(history, [5], False, told)
    qtbot.waitUntil(lambda: told == [0])
    assert history.stack.count() == 1 and history.stack.canRedo()
    history.redo()
    qtbot.waitUntil(lambda: library.words == {(3, 2): True})


def test_an_undo_pressed_before_the_suggestions_are_answered_is_theirs(
    qtbot: QtBot, history: History, link: EngineLink, library: FakeLibrary
) -> None:
    history.push_correction("dog", 2, [3], [], [])
    link.ask(MoreVerbs.wait)
    told: list[int] = []
    answer_suggestions(history, [9], True, told)
    history.undo()
    library.hold.set()
    qtbot.waitUntil(lambda: told == [1] and library.words == {(3, 2): True})
    assert history.stack.index() == 1 and history.stack.count() == 2


def test_suggestions_are_answered_while_closing(
    history: History, link: EngineLink, library: FakeLibrary
) -> None:
    link.ask(MoreVerbs.wait)
    answer_suggestions(history, [9], False, [])
    close_while_the_engine_is_busy(history, link, library)
    assert library.words == {(9, 1): False}


def test_files_on_their_way_to_the_trash_are_forgotten_while_closing(
    history: History, link: EngineLink, library: FakeLibrary, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"photo")
    history.push_trash("trash", [photo(tmp_path / "a.jpg", 1)])
    library.hold.set()
    close_while_the_engine_is_busy(history, link, library)
    assert not (tmp_path / "a.jpg").exists() and 1 not in library.photo_rows


def test_a_long_act_is_cancelled_by_closing(
    history: History, link: EngineLink, library: FakeLibrary
) -> None:
    told: list[str] = []
    history.problem.connect(told.append)
    history.push(
        "endless", lambda _back: call(MoreVerbs.forever), lambda _done: call(MoreVerbs.echo, 1)
    )
    library.hold.set()
    close_while_the_engine_is_busy(history, link, library)
    assert history.stack.count() == 0 and told == []


def test_an_act_that_is_cancelled_is_not_on_the_stack(
    qtbot: QtBot, history: History, link: EngineLink
) -> None:
    jobs: list[int] = []
    link.job_started.connect(lambda job, _verb: jobs.append(job))
    history.push(
        "endless", lambda _back: call(MoreVerbs.forever), lambda _done: call(MoreVerbs.echo, 1)
    )
    qtbot.waitUntil(lambda: len(jobs) == 1)
    link.cancel(jobs[0])
    assert history.stack.count() == 0


def test_undo_waits_for_an_act_that_looks_first(
    qtbot: QtBot, history: History, link: EngineLink, library: FakeLibrary
) -> None:
    history.push_correction("dog", 2, [3], [], [])
    link.ask(MoreVerbs.wait)
    history.look(Verbs.tags, [3]).then(lambda _tags: history.push_correction("cat", 1, [3], [], []))
    history.undo()
    library.hold.set()
    settle(qtbot, history)
    assert library.words == {(3, 2): True}


# -- the trash -------------------------------------------------------------------------------------


def photo(path: Path, one: int) -> Photo:
    return Photo(one, str(path), path.name, 1, PhotoState.OK, 1, 0.0, 1, 1, "", None)


def test_photos_to_the_trash_and_back(
    qtbot: QtBot,
    history: History,
    link: EngineLink,
    library: FakeLibrary,
    tmp_path: Path,
    trash: Path,
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"photo")
    history.push_trash("trash", [photo(path, 1)])
    qtbot.waitUntil(lambda: 1 not in library.photo_rows)
    assert not path.exists() and (trash / "a.jpg").read_bytes() == b"photo"
    history.stack.undo()
    qtbot.waitUntil(lambda: 1 in library.photo_rows)
    assert path.read_bytes() == b"photo"
    assert list(trash.parent.rglob("a.jpg*")) == []
    history.stack.redo()
    qtbot.waitUntil(lambda: 1 not in library.photo_rows)
    assert not path.exists()


def test_undo_while_the_trash_is_still_busy(
    qtbot: QtBot, history: History, library: FakeLibrary, tmp_path: Path, trash: Path
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"photo")
    history.push_trash("trash", [photo(path, 1)])
    history.stack.undo()
    qtbot.waitUntil(
        lambda: any(verb == "forget" for verb, _, _ in library.calls) and 1 in library.photo_rows
    )
    qtbot.waitUntil(path.exists)


def test_a_file_that_cannot_go_to_the_trash_stays(
    qtbot: QtBot,
    history: History,
    library: FakeLibrary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"photo")
    monkeypatch.setattr("desktop_app.acts.trash.QFile", RefusingFile)
    with qtbot.waitSignal(history.problem) as told:
        history.push_trash("trash", [photo(path, 1)])
    assert "“a.jpg” could not be moved to the trash" in told.args[0]
    assert path.read_bytes() == b"photo"
    assert 1 in library.photo_rows
    qtbot.waitUntil(lambda: history.stack.count() == 0)


def test_files_come_back_where_the_library_refuses_to_forget_them(
    qtbot: QtBot,
    history: History,
    library: FakeLibrary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"photo")
    monkeypatch.setattr(library, "forget", lambda _ids: library.fail("The disk is full."))
    with qtbot.waitSignal(history.problem) as told:
        history.push_trash("trash", [photo(path, 1)])
    assert told.args == ["The disk is full."]
    assert path.read_bytes() == b"photo" and history.stack.count() == 0
