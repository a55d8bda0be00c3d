"""The order of acts: undo pressed before an answer, acts that fail, closing in the middle."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from desktop_app.acts import folder_acts, label_acts
from desktop_app.acts.history import History, call
from desktop_app.link.engine_link import EngineLink
from engine.verbs import Verbs
from tests.support.acts import close_while_the_engine_is_busy, settle
from tests.support.acts import history as history
from tests.support.acts import library as library
from tests.support.acts import link as link
from tests.support.fake_library import FakeLibrary, MoreVerbs


def test_undo_pressed_before_the_answer(
    qtbot: QtBot, history: History, link: EngineLink, library: FakeLibrary
) -> None:
    link.ask(MoreVerbs.wait)
    label_acts.correct(history, "cat", 1, [1], [], [])
    label_acts.correct(history, "dog", 2, [1], [], [])
    history.stack.undo()
    history.stack.undo()
    history.stack.redo()
    library.hold.set()
    settle(qtbot, history)
    assert library.words == {(1, 1): True}


def test_an_act_of_the_window_alone(history: History) -> None:
    done: list[str] = []
    history.push_here("x", lambda: done.append("do"), lambda: done.append("undo"))
    history.stack.undo()
    history.stack.redo()
    assert done == ["do", "undo", "do"]


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


def test_an_act_of_several_calls_is_finished_while_closing(
    history: History, link: EngineLink, library: FakeLibrary
) -> None:
    link.ask(MoreVerbs.wait)
    label_acts.add_labels(history, "add", ["bird"], [5])
    folder_acts.add_folders(history, "folder", ["/"], lambda: None, lambda report: None)
    close_while_the_engine_is_busy(history, link, library)
    assert [label.name for label in library.label_list] == ["cat", "dog", "bird"]
    assert library.words == {(5, 3): True}
    assert [verb for verb, _, _ in library.calls if verb == "add"] == ["add"]


def test_an_undo_pressed_just_before_closing_is_done(
    history: History, link: EngineLink, library: FakeLibrary
) -> None:
    link.ask(MoreVerbs.wait)
    label_acts.add_labels(history, "add", ["bird"], [5])
    history.undo()
    close_while_the_engine_is_busy(history, link, library)
    assert [label.name for label in library.label_list] == ["cat", "dog"]
    assert library.words == {}


def test_an_act_that_looks_first_is_finished_while_closing(
    history: History, link: EngineLink, library: FakeLibrary
) -> None:
    link.ask(MoreVerbs.wait)
    history.look(Verbs.tags, [3]).then(
        lambda tags: label_acts.correct(history, "cat", tags[0].label_id, [3], [], [])
    )
    close_while_the_engine_is_busy(history, link, library)
    assert library.words == {(3, 1): True}


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
    label_acts.correct(history, "dog", 2, [3], [], [])
    link.ask(MoreVerbs.wait)
    history.look(Verbs.tags, [3]).then(
        lambda _tags: label_acts.correct(history, "cat", 1, [3], [], [])
    )
    history.undo()
    library.hold.set()
    settle(qtbot, history)
    assert library.words == {(3, 2): True}
