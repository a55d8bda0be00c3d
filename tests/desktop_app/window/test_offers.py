"""What the window offers by itself: one question at a time, and nothing that delays a start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.window.main_window import MainWindow
from tests.support.fake_library import FakeLibrary
from tests.support.whole_window import drop, settle, urls
from tests.support.whole_window import library as library
from tests.support.whole_window import make as make
from tests.support.whole_window import session as session
from tests.support.whole_window import window as window


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
