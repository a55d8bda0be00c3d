"""'Improve labels' driven by clicks in memory: nothing is in force before Accept."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.acts.history import History
from desktop_app.panels.training_panel import ReportCard, TrainingPanel
from desktop_app.parts.thumbnail_row import ThumbnailRow
from desktop_app.parts.thumbnails import Thumbnails
from engine.messages import message
from engine.records import Measured, Progress, TrainReport
from tests.support.fake_library import FakeLibrary, running


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary(30)


@pytest.fixture
def panel(qtbot: QtBot, library: FakeLibrary) -> Iterator[TrainingPanel]:
    thumbnails = Thumbnails()
    with running(library) as link:
        history = History(link)
        panel = TrainingPanel(link, history, thumbnails)
        qtbot.addWidget(panel)
        panel.resize(900, 700)
        panel.show()
        yield panel
        history.close()
    thumbnails.close()


def texts(widget: QLabel | ReportCard | TrainingPanel) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def bars(card: ReportCard) -> list[str]:
    """What the bars of before and after say to those who hear them."""
    names = [child.accessibleName() for child in card.findChildren(QWidget)]
    return [name for name in names if name.startswith("Right on corrections kept out")]


def test_before_after_then_accept(qtbot: QtBot, panel: TrainingPanel, library: FakeLibrary) -> None:
    panel.improve([1])
    assert panel.bar.isVisible()
    qtbot.waitUntil(lambda: bool(panel.cards) and panel.cards[0].isVisible())
    assert not panel.bar.isVisible()
    assert ("train", ([1], False), {}) in library.calls  # shown first, not put in force
    card = panel.cards[0]
    # Once: the numbers are on the bars, and above the photos that would change.
    assert texts(card)[2:5] == [
        "Checked on 24 correction(s), each kept out of learning in its turn.",
        "Would get the label: 2",
        "Would lose the label: 1",
    ]
    assert len(bars(card)) == 1
    rows = card.findChildren(ThumbnailRow)
    assert [row._ids for row in rows] == [[1, 2], [3]]
    assert not [call for call in library.calls if call[0] == "activate"]
    card.accept.click()
    qtbot.waitUntil(lambda: library.active_version == 7)
    assert not card.accept.isVisible()
    assert "Accepted: the library is tagged with it now." in texts(card)
    panel._history.stack.undo()
    qtbot.waitUntil(lambda: library.active_version == 6 and card.accept.isVisible())
    panel._history.stack.redo()
    qtbot.waitUntil(lambda: library.active_version == 7 and not card.accept.isVisible())


def test_a_version_that_cannot_be_taken_is_asked_about_again(
    qtbot: QtBot, panel: TrainingPanel, library: FakeLibrary
) -> None:
    panel.improve([1])
    qtbot.waitUntil(lambda: bool(panel.cards) and panel.cards[0].isVisible())
    library.activate = lambda _version: library.fail("The disk is full.")  # type: ignore[method-assign]
    with qtbot.waitSignal(panel._history.problem):
        panel.cards[0].accept.click()
    assert panel.cards[0].accept.isVisible()
    assert not panel._history.stack.canUndo()


def test_not_now_changes_nothing(qtbot: QtBot, panel: TrainingPanel, library: FakeLibrary) -> None:
    panel.improve(None)
    qtbot.waitUntil(lambda: bool(panel.cards) and panel.cards[0].isVisible())
    panel.cards[0].not_now.click()
    assert not [call for call in library.calls if call[0] == "activate"]
    assert not panel.cards[0].accept.isVisible()
    panel._history.stack.undo()
    assert panel.cards[0].accept.isVisible()
    panel._history.stack.redo()
    assert not panel.cards[0].accept.isVisible()
    panel.show_versions()  # the cards are gone: an undo then has nothing to show
    panel._history.stack.undo()


def test_a_version_that_failed_a_gate_is_not_offered(
    qtbot: QtBot, panel: TrainingPanel, library: FakeLibrary
) -> None:
    def train(label_ids: list[int] | None = None, activate: bool = True) -> Iterator[Progress]:
        reports: list[TrainReport] = yield from FakeLibrary.train(library, label_ids, activate)
        return [
            dataclasses.replace(
                reports[0],
                kind="unchanged",
                accepted=False,
                reasons=(message("It got no better."),),
            )
        ]

    library.train = train  # type: ignore[method-assign]
    panel.improve(None)
    qtbot.waitUntil(lambda: bool(panel.cards) and panel.cards[0].isVisible())
    assert not panel.cards[0].accept.isVisible()
    assert "It got no better." in texts(panel.cards[0])
    assert "Nothing was clearly better than what you have, so nothing changes." in texts(panel)
    assert not panel.cards[0].findChildren(ThumbnailRow)  # it would change nothing


def test_too_few_answers_to_check_leave_it_to_the_person(
    qtbot: QtBot, panel: TrainingPanel, library: FakeLibrary
) -> None:
    def train(label_ids: list[int] | None = None, activate: bool = True) -> Iterator[Progress]:
        reports: list[TrainReport] = yield from FakeLibrary.train(library, label_ids, activate)
        reason = message(
            "Learning from your photos: 1 correction cannot be checked: "
            "look at them before you accept it."
        )
        measured = Measured(0, 1, 0.7)  # of the answer that it was learned from: no figure to show
        return [
            dataclasses.replace(
                *reports,
                accepted=False,
                reasons=(reason,),
                before=measured,
                after=measured,
                held_out=False,
            )
        ]

    library.train = train  # type: ignore[method-assign]
    panel.improve(None)
    qtbot.waitUntil(lambda: bool(panel.cards) and panel.cards[0].isVisible())
    card = panel.cards[0]
    sentence = (
        "What was learned may be luck: there are too few answers to be sure. "
        "Look at what would change, then decide."
    )
    assert sentence in texts(panel)
    assert [row._ids for row in card.findChildren(ThumbnailRow)] == [[1, 2], [3]]
    assert bars(card) == []
    assert not panel.accept_all.isVisible()
    panel.accept_all.click()  # 'all' never means what could not be checked
    assert card.accept.isVisible() and card.accept.text() == "Use it anyway"
    card.accept.click()
    qtbot.waitUntil(lambda: library.active_version == 7)


def test_cancel_stops_between_two_steps(
    qtbot: QtBot, panel: TrainingPanel, library: FakeLibrary
) -> None:
    library.train = lambda *_args: library.forever()  # type: ignore[method-assign]
    panel.improve(None)
    qtbot.waitUntil(lambda: panel.bar.maximum() == 1_000_000)
    panel.cancel.click()
    assert not panel.bar.isVisible()
    assert "Stopped. Nothing was changed." in texts(panel)


def test_a_problem_is_told_on_the_page(
    qtbot: QtBot, panel: TrainingPanel, library: FakeLibrary
) -> None:
    library.train = lambda *_args: library.fail("Nobody has corrected 'cat' yet.")  # type: ignore[method-assign]
    panel.improve([1])
    qtbot.waitUntil(lambda: "Nobody has corrected 'cat' yet." in texts(panel))
    assert not panel.bar.isVisible()


def test_versions_one_click_back(qtbot: QtBot, panel: TrainingPanel, library: FakeLibrary) -> None:
    panel.show_versions()
    assert panel.versions.isHidden()  # all versions are here already
    qtbot.waitUntil(lambda: "In use" in texts(panel))
    use = next(button for button in panel.findChildren(QPushButton) if button.text() == "Use this")
    use.click()
    qtbot.waitUntil(lambda: library.active_version == 7)
    panel._history.stack.undo()
    qtbot.waitUntil(lambda: library.active_version == 6)


def test_labels_that_nothing_was_learned_for_are_only_counted(
    qtbot: QtBot, panel: TrainingPanel, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = library.versions()
    words_alone = [
        dataclasses.replace(first[1], id=number, label_id=number, label=f"label {number}")
        for number in (8, 9)
    ]
    monkeypatch.setattr(
        library,
        "versions",
        lambda label_id=None, here=False: [*first, *words_alone][-1 if label_id else 0 :],
    )
    panel.show_versions()
    qtbot.waitUntil(
        lambda: "2 label(s) go by the name alone: nothing was learned yet." in texts(panel)
    )
    assert "cat" in texts(panel) and "label 8" not in texts(panel)
    panel.show_versions(9)  # asked for one label, its only version is shown
    qtbot.waitUntil(lambda: "label 9" in texts(panel))


def test_escape_goes_back(qtbot: QtBot, panel: TrainingPanel) -> None:
    with qtbot.waitSignal(panel.closed):
        QTest.keyClick(panel, Qt.Key.Key_Escape)
