"""A history over an in-memory library in a real thread, and what its tests wait for.

Import the fixtures by name.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from desktop_app.acts.history import History
from desktop_app.link.engine_link import EngineLink
from tests.support.fake_library import FakeLibrary, running


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


def settle(qtbot: QtBot, history: History) -> None:
    """Wait until every act is done."""
    qtbot.waitUntil(lambda: not history._begun)


def close_while_the_engine_is_busy(
    history: History, link: EngineLink, library: FakeLibrary
) -> None:
    """The engine stands still when closing begins; it is closed right after, as a window does."""
    QTimer.singleShot(0, library.hold.set)
    history.close()
    assert link.close()
