"""The door to the engine, with a real thread: answers, jobs, pause, cancel, closing."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop_app.link.engine_link import EngineLink
from engine.records import AlbumenError, PhotosChanged, Progress
from engine.verbs import Verbs
from tests.support.fake_library import ALL_VERBS, FakeLibrary, MoreVerbs


class Ear(QObject):
    """Collects what it is told, and in which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Any] = []
        self.threads: set[int] = set()

    def hear(self, value: object) -> None:
        self.heard.append(value)
        self.threads.add(threading.get_ident())


@pytest.fixture
def libraries() -> list[FakeLibrary]:
    return []


@pytest.fixture
def link(qtbot: QtBot, libraries: list[FakeLibrary]) -> Iterator[EngineLink]:
    def open_library() -> FakeLibrary:
        libraries.append(FakeLibrary())
        return libraries[0]

    link = EngineLink(open_library, verbs=ALL_VERBS)
    with qtbot.waitSignal(link.ready):
        link.start()
    yield link
    libraries[0].hold.set()
    assert link.close()


def test_an_answer_comes_back_in_the_gui_thread(
    qtbot: QtBot, link: EngineLink, libraries: list[FakeLibrary]
) -> None:
    ear = Ear()
    link.ask(MoreVerbs.echo, 42).then(ear.hear)
    qtbot.waitUntil(lambda: ear.heard == [42])
    assert ear.threads == {threading.get_ident()}
    link.ask(MoreVerbs.where).then(ear.hear)
    qtbot.waitUntil(lambda: len(ear.heard) == 2)
    assert ear.heard[1] == libraries[0].thread != threading.get_ident()


def test_answers_keep_the_order_of_the_questions(qtbot: QtBot, link: EngineLink) -> None:
    ear = Ear()
    for number in range(50):
        link.ask(MoreVerbs.echo, number).then(ear.hear)
    qtbot.waitUntil(lambda: len(ear.heard) == 50)
    assert ear.heard == list(range(50))


def test_an_expected_problem_is_one_sentence(qtbot: QtBot, link: EngineLink) -> None:
    ear = Ear()
    with qtbot.waitSignal(link.problem) as told:
        link.ask(MoreVerbs.fail, "The disk is full.")
    assert told.args == ["The disk is full."]
    link.ask(MoreVerbs.fail, "Mine.").or_else(ear.hear)
    qtbot.waitUntil(lambda: ear.heard == ["Mine."])


def test_a_bug_is_told_without_a_traceback(
    qtbot: QtBot, link: EngineLink, caplog: pytest.LogCaptureFixture
) -> None:
    with qtbot.waitSignal(link.problem) as told:
        link.ask(MoreVerbs.crash)
    assert "ValueError" in told.args[0] and "Traceback" not in told.args[0]
    assert "a bug" in caplog.text


def test_what_is_no_verb_is_refused(
    qtbot: QtBot, link: EngineLink, libraries: list[FakeLibrary]
) -> None:
    def no_such_verb(_library: Verbs) -> None: ...

    for verb in (FakeLibrary._present, FakeLibrary.close, FakeLibrary.take_changes, no_such_verb):
        with qtbot.waitSignal(link.problem) as told:
            link.ask(verb)
        assert "LookupError" in told.args[0]
    assert not libraries[0].closed
    plain = EngineLink(FakeLibrary)  # as the window makes it
    with qtbot.waitSignal(plain.ready):
        plain.start()
    with qtbot.waitSignal(plain.problem) as told:
        plain.ask(MoreVerbs.echo, 1)
    assert "LookupError" in told.args[0]
    assert plain.close()


def test_several_may_hear_one_answer(qtbot: QtBot, link: EngineLink) -> None:
    heard: list[str] = []
    asked = link.ask(MoreVerbs.echo, "it")
    asked.then(lambda it: heard.append(f"first {it}")).then(lambda it: heard.append(f"then {it}"))
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard == ["first it", "then it"]
    asked = link.ask(MoreVerbs.fail, "No.").or_else(heard.append).or_else(heard.append)
    qtbot.waitUntil(lambda: len(heard) == 4)
    assert heard[2:] == ["No.", "No."]


def test_who_comes_too_late_is_told_so(qtbot: QtBot, link: EngineLink) -> None:
    ear = Ear()
    asked = link.ask(MoreVerbs.echo, 1).then(ear.hear)
    refused = link.ask(MoreVerbs.fail, "No.").or_else(ear.hear)
    qtbot.waitUntil(lambda: ear.heard == [1, "No."])
    with pytest.raises(RuntimeError, match=r"echo.* was answered before"):
        asked.then(ear.hear)
    with pytest.raises(RuntimeError, match=r"fail.* was answered before"):
        refused.or_else(ear.hear)


def test_who_asks_for_a_dropped_answer_hears_nothing(qtbot: QtBot, link: EngineLink) -> None:
    ear = Ear()
    link.only_acts()
    link.ask(MoreVerbs.echo, "question").then(ear.hear, ear.hear)
    link.act(MoreVerbs.echo, "act").then(ear.hear)
    qtbot.waitUntil(lambda: ear.heard == ["act"])


def test_a_job_reports_progress_and_returns_its_report(qtbot: QtBot, link: EngineLink) -> None:
    ear, progress, ended = Ear(), Ear(), Ear()
    link.job_progress.connect(lambda _id, step: progress.hear(step))
    link.job_ended.connect(lambda _id, how: ended.hear(how))
    link.ask(MoreVerbs.count_to, 200).then(ear.hear)
    qtbot.waitUntil(lambda: ended.heard == ["done"])
    assert ear.heard == [200]
    assert progress.heard[-1].done == 200
    assert all(isinstance(step, Progress) for step in progress.heard)


def test_requests_are_told_with_their_times(
    qtbot: QtBot, link: EngineLink, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "desktop_app.link")
    ended = Ear()
    link.job_ended.connect(lambda _id, how: ended.hear(how))
    question = link.ask(MoreVerbs.echo, 1)
    job = link.ask(MoreVerbs.count_to, 3)
    qtbot.waitUntil(lambda: ended.heard == ["done"])
    told = dict(message.split(": ", 1) for message in caplog.messages)
    ms = r"\d+\.\d ms"
    assert re.fullmatch(f"waited {ms}, served in {ms}", told[f"{question.id} echo"])
    steps = f"waited {ms}, served in {ms} by 4 steps, the longest {ms}, done"
    assert re.fullmatch(steps, told[f"{job.id} count_to"])


def test_questions_are_answered_while_a_job_runs(qtbot: QtBot, link: EngineLink) -> None:
    ear, ended = Ear(), Ear()
    link.job_ended.connect(lambda _id, how: ended.hear(how))
    with qtbot.waitSignal(link.job_started):
        job = link.ask(MoreVerbs.forever).then(ear.hear)
    for number in range(5):
        link.ask(MoreVerbs.echo, number).then(ear.hear)
    qtbot.waitUntil(lambda: ear.heard == [0, 1, 2, 3, 4])
    assert not ended.heard
    link.cancel(job)
    qtbot.waitUntil(lambda: ended.heard == ["cancelled"])
    assert ear.heard == [0, 1, 2, 3, 4]


def test_training_does_not_wait_for_indexing_and_indexing_goes_on_afterwards(
    qtbot: QtBot, link: EngineLink
) -> None:
    ear, ended = Ear(), Ear()
    link.job_ended.connect(lambda _id, how: ended.hear(how))
    with qtbot.waitSignal(link.job_started):
        first = link.ask(MoreVerbs.forever)
    second = link.ask(MoreVerbs.count_to, 3)
    link.ask(Verbs.train, [1], activate=False).then(ear.hear)
    qtbot.waitUntil(lambda: len(ear.heard) == 1)
    assert ear.heard[0][0].label == "cat"
    link.cancel(second)
    link.cancel(first)
    qtbot.waitUntil(lambda: ended.heard == ["done", "cancelled", "cancelled"])


def test_pause_rests_jobs_but_not_questions(qtbot: QtBot, link: EngineLink) -> None:
    progress, ear = Ear(), Ear()
    link.job_progress.connect(lambda _id, step: progress.hear(step.done))
    job = link.ask(MoreVerbs.forever)
    qtbot.waitUntil(lambda: len(progress.heard) >= 1)
    link.pause()
    assert link.paused
    link.ask(MoreVerbs.echo, 1).then(ear.hear)
    qtbot.waitUntil(lambda: ear.heard == [1])
    before = list(progress.heard)
    for number in range(20):  # twenty round trips: a running job would have stepped between them
        link.ask(MoreVerbs.echo, number).then(ear.hear)
    qtbot.waitUntil(lambda: len(ear.heard) == 21)
    assert progress.heard == before
    link.resume()
    qtbot.waitUntil(lambda: len(progress.heard) > len(before))
    link.cancel(job)


def test_a_request_that_waits_can_be_dropped(
    qtbot: QtBot, link: EngineLink, libraries: list[FakeLibrary]
) -> None:
    ear = Ear()
    link.ask(MoreVerbs.wait)
    dropped = link.ask(MoreVerbs.echo, "dropped").then(ear.hear)
    link.ask(MoreVerbs.echo, "kept").then(ear.hear)
    by_number = link.ask(MoreVerbs.echo, "dropped too").then(ear.hear)
    link.cancel(dropped)
    link.cancel(by_number.id)
    link.cancel(0)  # nothing
    libraries[0].hold.set()
    qtbot.waitUntil(lambda: "kept" in ear.heard)
    assert ear.heard == ["kept"]


def test_changes_of_a_verb_are_told(qtbot: QtBot, link: EngineLink) -> None:
    with qtbot.waitSignal(link.photos_changed) as told:
        link.ask(Verbs.correct, 1, yes=[5, 6])
    assert told.args == [PhotosChanged(ids=(5, 6), labels=True)]
    with qtbot.waitSignal(link.photos_changed) as told:
        link.ask(Verbs.activate, 7)
    assert told.args == [PhotosChanged(ids=(1, 2, 3), labels=True)]


def test_an_answer_for_a_deleted_widget_is_dropped(
    qtbot: QtBot, link: EngineLink, libraries: list[FakeLibrary]
) -> None:
    from shiboken6 import delete

    gone = Ear()
    ear = Ear()
    link.ask(MoreVerbs.wait)
    link.ask(MoreVerbs.echo, 1).then(gone.hear)
    link.ask(MoreVerbs.echo, 1).then(partial(partial(Ear.hear, gone)))  # bound to nobody
    link.ask(MoreVerbs.echo, 1).then(partial(partial(gone.hear)))
    link.ask(MoreVerbs.fail, "No.").or_else(partial(gone.hear))
    link.ask(MoreVerbs.echo, 2).then(ear.hear)
    delete(gone)
    libraries[0].hold.set()
    qtbot.waitUntil(lambda: ear.heard == [2])
    assert gone.heard == [1]


def test_closing_in_the_middle_of_a_job(qtbot: QtBot) -> None:
    libraries: list[FakeLibrary] = []

    def open_library() -> FakeLibrary:
        libraries.append(FakeLibrary())
        return libraries[0]

    link = EngineLink(open_library, verbs=ALL_VERBS)
    link.start()
    with qtbot.waitSignal(link.job_started):
        link.ask(MoreVerbs.forever)
    for number in range(10):
        link.ask(MoreVerbs.echo, number)
    assert link.close()
    assert libraries[0].closed_in == libraries[0].thread
    assert link.close()


def test_only_acts_are_answered_while_closing(
    qtbot: QtBot, link: EngineLink, libraries: list[FakeLibrary]
) -> None:
    ear, ended = Ear(), Ear()
    link.job_ended.connect(lambda _id, how: ended.hear(how))
    with qtbot.waitSignal(link.job_started):
        link.ask(MoreVerbs.forever).then(ear.hear)
    link.ask(MoreVerbs.wait)
    link.ask(MoreVerbs.echo, "view").then(ear.hear)
    link.act(MoreVerbs.echo, "act").then(ear.hear)
    link.only_acts()
    link.ask(MoreVerbs.echo, "late view").then(ear.hear)
    link.act(MoreVerbs.echo, "late act").then(ear.hear)
    link.act(MoreVerbs.count_to, 3).then(ear.hear, ear.hear)
    libraries[0].hold.set()
    qtbot.waitUntil(lambda: ended.heard == ["cancelled", "cancelled"])
    assert ear.heard == ["act", "late act", ""]


def test_closing_before_the_thread_started_and_right_after(qtbot: QtBot) -> None:
    link = EngineLink(FakeLibrary)
    assert link.close()
    link.start()  # a window that was closed before it was painted
    assert not link._thread.isRunning() and link.close()
    link = EngineLink(FakeLibrary)
    link.start()
    assert link.close()


def test_a_library_that_cannot_be_opened(qtbot: QtBot) -> None:
    def broken(sentence: str = "The library was written by a newer Albumen.") -> Callable[[], Any]:
        raise AlbumenError(sentence)

    link = EngineLink(broken)
    with qtbot.waitSignal(link.unusable) as told:
        link.start()
    assert told.args == ["The library was written by a newer Albumen."]
    with qtbot.waitSignal(link.problem) as told:
        link.ask(Verbs.counts)
    assert told.args == ["The library was written by a newer Albumen."]
    assert link.close()
