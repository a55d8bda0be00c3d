"""What is said about labels, undone and done again: corrections, suggestions, labels, versions."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from desktop_app.acts import label_acts
from desktop_app.acts.history import History
from desktop_app.link.engine_link import EngineLink
from tests.support.acts import close_while_the_engine_is_busy, settle
from tests.support.acts import history as history
from tests.support.acts import library as library
from tests.support.acts import link as link
from tests.support.fake_library import FakeLibrary, MoreVerbs


def test_a_correction_and_back_and_forth(
    qtbot: QtBot, history: History, link: EngineLink, library: FakeLibrary
) -> None:
    library.words = {(1, 1): False}
    label_acts.correct(history, "cat", 1, [1, 2], [3], [])
    settle(qtbot, history)
    assert library.words == {(1, 1): True, (2, 1): True, (3, 1): False}
    history.stack.undo()
    settle(qtbot, history)
    assert library.words == {(1, 1): False}
    history.stack.redo()
    settle(qtbot, history)
    assert library.words == {(1, 1): True, (2, 1): True, (3, 1): False}


def test_nothing_said_is_nothing_to_undo(history: History) -> None:
    label_acts.correct(history, "cat", 1, [], [], [])
    assert history.stack.count() == 0


def test_labels_come_back_with_their_ids(
    qtbot: QtBot, history: History, link: EngineLink, library: FakeLibrary
) -> None:
    label_acts.add_labels(history, "add", ["bird", "fish"])
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
    label_acts.add_labels(history, "add", ["cat", "bird"], [5])
    settle(qtbot, history)
    assert library.words == {(5, 1): True, (5, 3): True}
    history.stack.undo()
    settle(qtbot, history)
    assert [label.name for label in library.label_list] == ["cat", "dog"]
    assert library.words == {}
    history.stack.redo()
    settle(qtbot, history)
    assert library.words == {(5, 1): True, (5, 3): True}


def test_removed_labels_come_back(
    qtbot: QtBot, history: History, link: EngineLink, library: FakeLibrary
) -> None:
    label_acts.remove_labels(history, "remove", [1])
    settle(qtbot, history)
    assert [label.name for label in library.label_list] == ["dog"]
    history.stack.undo()
    settle(qtbot, history)
    assert [label.name for label in library.label_list] == ["cat", "dog"]


def test_versions(qtbot: QtBot, history: History, link: EngineLink, library: FakeLibrary) -> None:
    label_acts.activate_version(history, "cat", 1, 7)
    history.stack.undo()
    history.stack.redo()
    settle(qtbot, history)
    assert [args for verb, args, _ in library.calls if verb == "activate"] == [(7,), (6,), (7,)]


def answer_suggestions(history: History, photos: list[int], yes: bool, told: list[int]) -> None:
    label_acts.answer_suggestions(
        history, photos, yes, lambda count: f"{count} answers", told.append
    )


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
    label_acts.correct(history, "dog", 2, [3], [], [])
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
    label_acts.correct(history, "dog", 2, [3], [], [])
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
