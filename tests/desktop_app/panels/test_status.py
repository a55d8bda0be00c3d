"""The status bar: counts, what is being done, how long it takes, Pause, Cancel, problems."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.link.engine_link import EngineLink
from desktop_app.panels import status
from desktop_app.panels.status import StatusBar
from engine.records import Progress
from tests.support.fake_library import FakeLibrary, MoreVerbs, running


@pytest.fixture
def link() -> Iterator[EngineLink]:
    with running(FakeLibrary()) as link:
        yield link


@pytest.fixture
def bar(qtbot: QtBot, link: EngineLink, monkeypatch: pytest.MonkeyPatch) -> StatusBar:
    monkeypatch.setattr(status, "_PATIENCE", 0)
    bar = StatusBar(link)
    qtbot.addWidget(bar)
    bar.show()
    return bar


def click(button: object) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_nothing_is_shown_while_nothing_is_done(bar: StatusBar) -> None:
    assert not bar.progress.isVisible() and not bar.pause.isVisible() and not bar.cancel.isVisible()
    assert not bar.problems.isVisible() and not bar.busy()


def test_counts(bar: StatusBar) -> None:
    bar.show_counts(812, 0)
    assert bar.counts.text().startswith("812 photo")
    bar.show_counts(812, 3)
    assert bar.counts.text().startswith("3 of 812 photo")


def test_progress_with_rate_and_time(bar: StatusBar) -> None:
    words = bar.words(Progress("encode", 120, 900, rate=40.0, seconds_left=22.0))
    assert words == "Looking at photos · 120 of 900 · 20 s left · 40 a second"
    assert bar.words(Progress("scan", 512, 0)) == "Looking for photos · 512"
    assert bar.words(Progress("encode", 1, 10)) == "Looking at photos · 1 of 10"
    download = bar.words(
        Progress("download", 50_000_000, 605_000_000, rate=2_000_000, seconds_left=300)
    )
    assert download == "Downloading · 50 MB of 605 MB · 5 min left · 2.0 MB/s"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "a few seconds"),
        (32, "30 s left"),
        (89, "90 s left"),
        (100, "2 min left"),
        (3600, "60 min left"),
        (9000, "2 h left"),
    ],
)
def test_time_left_is_rounded_as_people_do(bar: StatusBar, seconds: float, words: str) -> None:
    assert words in bar.time_left(seconds)


def test_a_job_can_be_paused_and_goes_on(qtbot: QtBot, bar: StatusBar, link: EngineLink) -> None:
    link.ask(MoreVerbs.forever)
    qtbot.waitUntil(bar.pause.isVisible)
    assert bar.progress.isVisible()
    click(bar.pause)
    assert link.paused
    assert bar.activity.text().endswith("paused")
    assert bar.pause.accessibleName() == "Go on"
    click(bar.pause)
    assert not link.paused
    qtbot.waitUntil(lambda: not bar.activity.text().endswith("paused"))


def test_a_job_can_be_cancelled(qtbot: QtBot, bar: StatusBar, link: EngineLink) -> None:
    link.ask(MoreVerbs.forever)
    qtbot.waitUntil(bar.cancel.isVisible)
    assert bar.busy()
    with qtbot.waitSignal(link.job_ended) as told:
        click(bar.cancel)
    assert told.args[1] == "cancelled"
    qtbot.waitUntil(lambda: not bar.busy() and not bar.progress.isVisible())
    assert bar.activity.text() == ""


def test_short_jobs_do_not_flicker(
    qtbot: QtBot, bar: StatusBar, link: EngineLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "_PATIENCE", 60_000)
    with qtbot.waitSignal(link.job_ended):
        link.ask(MoreVerbs.count_to, 50)
    assert not bar.progress.isVisible()


def test_problems_are_a_button(qtbot: QtBot, bar: StatusBar) -> None:
    bar.show_problems(3)
    assert bar.problems.text().startswith("3 problem")
    with qtbot.waitSignal(bar.problems_requested):
        click(bar.problems)
    bar.show_problems(0)
    assert not bar.problems.isVisible()


def test_every_control_has_a_name(bar: StatusBar) -> None:
    bar.show_counts(812, 0)
    bar.activity.setText("Looking at photos")
    for widget in (bar.counts, bar.progress, bar.activity, bar.pause, bar.cancel):
        assert widget.accessibleName()


def test_while_paused_it_says_so_even_with_nothing_to_do(
    qtbot: QtBot, bar: StatusBar, link: EngineLink
) -> None:
    job = link.ask(MoreVerbs.forever)
    qtbot.waitUntil(bar.pause.isVisible)
    click(bar.pause)
    link.cancel(job)
    qtbot.waitUntil(lambda: not bar.progress.isVisible())
    assert bar.pause.isVisible() and bar.activity.text() == "Paused"
    link.ask(MoreVerbs.forever)  # a drop while paused: nothing starts, and it can be seen why
    click(bar.pause)
    qtbot.waitUntil(bar.progress.isVisible)


def test_a_download_whose_size_is_not_known_yet(bar: StatusBar) -> None:
    assert bar.words(Progress("download", 0, 0, detail="asking")) == "Downloading"
