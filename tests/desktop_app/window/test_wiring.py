"""What the acts of the window do, driven by keys, over an in-memory library in a real thread."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import SIGNAL, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.parts.actions import Actions
from desktop_app.window.main_window import MainWindow
from engine.records import PhotosChanged, PhotoState
from engine.verbs import Verbs
from tests.support.fake_library import FakeLibrary
from tests.support.whole_window import CTRL, SHIFT, Key, asked, drop, settle, urls
from tests.support.whole_window import library as library
from tests.support.whole_window import make as make
from tests.support.whole_window import session as session
from tests.support.whole_window import window as window


def test_every_action_does_something(qtbot: QtBot, window: MainWindow) -> None:
    """Its menu listens to each action already; somebody else has to."""
    other = QWidget()
    qtbot.addWidget(other)
    plain = Actions(other, [])

    def heard(action: QAction) -> int:
        return action.receivers(SIGNAL("triggered(bool)")) + action.receivers(
            SIGNAL("toggled(bool)")
        )

    acts = window.actions_
    idle = [name for name, one in plain.by_name.items() if heard(acts[name]) <= heard(one)]
    assert idle == []
    assert all(heard(one) for one in acts.pinned)


def test_space_looks_closely_and_escape_comes_back(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.set_current_row(3)
    QTest.keyClick(window.grid, Key.Key_Space)
    assert window.pages.currentWidget() is window.lightbox
    assert window.lightbox.row == 3
    assert window.inspector.preview.isHidden()  # the photo is there, large
    QTest.keyClick(window.lightbox, Key.Key_Right)
    QTest.keyClick(window.lightbox, Key.Key_Escape)
    assert window.pages.currentWidget() is window.grid
    assert window.grid.current_row() == 4 and not window.inspector.preview.isHidden()
    QTest.keyClick(window.grid, Key.Key_Space)
    QTest.keyClick(window.lightbox, Key.Key_Space)
    assert window.pages.currentWidget() is window.grid
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


def test_like_this_and_a_dropped_photo(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    window.grid.set_current_row(2)
    QTest.keyClick(window.grid, Key.Key_L)
    assert window.search.query() == "like:38"
    window.search.file_dropped.emit(library.photo_rows[7].path)
    qtbot.waitUntil(lambda: window.search.query() == "like:7")
    window.search.file_dropped.emit("/elsewhere/cat.jpg")
    qtbot.waitUntil(lambda: asked(library, "similar_to_file") == [("/elsewhere/cat.jpg",)])


def test_zoom_by_slider_and_keys(window: MainWindow) -> None:
    QTest.keyClick(window, Key.Key_Plus, CTRL)
    assert window.grid.thumbnail_size() == 180 == window.toolbar.photo_size.value()
    window.toolbar.photo_size.setValue(240)
    assert window.grid.thumbnail_size() == 240
    QTest.keyClick(window, Key.Key_Minus, CTRL)
    assert window.grid.thumbnail_size() == 220


def test_keys_typed_into_the_search_are_text(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    QTest.keyClick(window, Key.Key_F, CTRL)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "xin t1 ?")
    assert field.text() == "xin t1 ?"
    assert library.words == {} and window.pages.currentWidget() is window.grid


@pytest.mark.slow
def test_counts_in_the_toolbar(qtbot: QtBot, window: MainWindow, library: FakeLibrary) -> None:
    qtbot.waitUntil(lambda: window.actions_["review"].text() == "Review (3)")
    window.correcting.correct(1, [1], [], [])
    qtbot.waitUntil(lambda: window.actions_["improve"].text().startswith("Improve labels (1 "))


def test_review_and_improve_are_pages(qtbot: QtBot, window: MainWindow) -> None:
    QTest.keyClick(window, Key.Key_R, CTRL)
    assert window.pages.currentWidget() is window.review
    assert not window.right.isVisible()
    window.review.closed.emit()
    assert window.pages.currentWidget() is window.grid
    QTest.keyClick(window, Key.Key_I, CTRL)
    assert window.pages.currentWidget() is window.training
    window.training.closed.emit()
    assert window.pages.currentWidget() is window.grid and window.right.isVisible()


@pytest.mark.slow
def test_problems_are_counted_and_listed(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    library.photo_rows[3] = dataclasses.replace(
        library.photo_rows[3], state=PhotoState.FAILED, reason="Damaged."
    )
    library.changes = PhotosChanged(ids=(3,))
    window.link.ask(Verbs.counts)
    qtbot.waitUntil(window.status.problems.isVisible)
    QTest.mouseClick(window.status.problems, Qt.MouseButton.LeftButton)
    assert window.pages.currentWidget() is window.problems
    QTest.keyClick(window.problems.table, Key.Key_Escape)
    assert window.pages.currentWidget() is window.grid


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


def test_a_start_asks_nothing_that_imports_torch(
    qtbot: QtBot, make: Callable[[FakeLibrary], MainWindow], library: FakeLibrary
) -> None:
    """The catalogue of models does: asked for before the photos, it kept them grey for seconds."""
    heard: list[str] = []
    library.model = lambda: heard.append("model")  # type: ignore[method-assign, assignment, return-value]
    library.models = lambda: heard.append("models")  # type: ignore[method-assign, assignment, return-value]
    library.model_name = lambda: heard.append("model_name") or "starter"  # type: ignore[method-assign, func-returns-value]
    window = make(library)
    qtbot.waitUntil(lambda: window.offers.better_model is not None)
    settle(qtbot, window)
    assert set(heard) == {"model_name"}


def test_photos_in_sight_are_read_first(
    qtbot: QtBot, window: MainWindow, library: FakeLibrary
) -> None:
    """Somebody who scrolled into a folder being read should not wait for its turn.

    Until it came, there would be grey tiles.
    """
    assert not asked(library, "prefer")
    for one in (39, 38):
        library.photo_rows[one] = dataclasses.replace(
            library.photo_rows[one], state=PhotoState.PENDING
        )
    window.link.ask(Verbs.correct, 1, yes=[39, 38])
    qtbot.waitUntil(lambda: ([39, 38],) in asked(library, "prefer"))


def test_one_question_at_a_time_and_the_photos_get_the_keys(
    qtbot: QtBot, make: Callable[[FakeLibrary], MainWindow], tmp_path: Path
) -> None:
    """Two banners over the first photos leave no room for the photos.

    A button that goes must not hand its key focus to the next button, where Return would press it.
    """
    library = FakeLibrary(0, labels=())
    window = make(library)
    library.photo_rows = FakeLibrary(12).photo_rows
    drop(window, urls(str(tmp_path)))
    qtbot.waitUntil(lambda: window.model.rowCount() == 12 and window.view.counts.photos == 12)
    qtbot.waitUntil(window.offers.offering_labels)
    card = window.offers.first_labels
    assert card.isVisible()
    settle(qtbot, window)
    window.offers.photos_counted(window.view.counts)
    starter = window.offers.better_model
    assert starter is None or not starter.isVisible()
    QTest.mouseClick(card.later, Qt.MouseButton.LeftButton)
    assert not card.isVisible() and window.grid.hasFocus()
    qtbot.waitUntil(
        lambda: window.offers.better_model is not None and window.offers.better_model.isVisible()
    )
