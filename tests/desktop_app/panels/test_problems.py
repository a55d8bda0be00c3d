"""The Problems page: what could not be read, why, Retry, Ignore, Show in folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.acts.history import History
from desktop_app.panels.problems import ProblemsPage
from engine.messages import message
from engine.records import Failure
from engine.verbs import Verbs
from tests.support.fake_library import FakeLibrary, running


@pytest.fixture
def library() -> FakeLibrary:
    library = FakeLibrary(5)
    library.problems = [
        Failure("/photos/<b>broken.jpg", message("The file is empty."), 3, photo_id=1),
        Failure("/photos/half.jpg", message("The picture is damaged."), 1, photo_id=2),
        Failure("/photos/other.jpg", message("No permission to read it."), 1, photo_id=3),
    ]
    return library


@pytest.fixture
def page(qtbot: QtBot, library: FakeLibrary) -> Iterator[ProblemsPage]:
    with running(library) as link:
        history = History(link)
        page = ProblemsPage(link, history)
        qtbot.addWidget(page)
        page.resize(700, 400)
        page.show()
        page.refresh()
        qtbot.waitUntil(lambda: page.table.rowCount() == 3)
        yield page
        history.close()


def click(button: object) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_names_reasons_and_attempts_as_plain_text(page: ProblemsPage) -> None:
    texts = [[page.table.item(row, column).text() for column in range(3)] for row in range(3)]
    assert texts[0] == ["<b>broken.jpg", "The file is empty.", "3"]
    assert page.sentence.text().startswith("3 file")
    assert page.sentence.textFormat() == Qt.TextFormat.PlainText


def test_retry_one_and_all(qtbot: QtBot, page: ProblemsPage, library: FakeLibrary) -> None:
    assert page.retry.text() == "Retry all"
    page.table.selectRow(1)
    assert page.retry.text() == "Retry"
    with qtbot.waitSignal(page.retried):
        click(page.retry)
    qtbot.waitUntil(lambda: page.table.rowCount() == 2)
    with qtbot.waitSignal(page.retried):
        click(page.retry)
    qtbot.waitUntil(lambda: page.table.rowCount() == 0)
    assert [args[0] for verb, args, _ in library.calls if verb == "retry"] == [[2], [1, 3]]
    assert page.sentence.text() == "Every photo could be read."
    assert not page.retry.isEnabled()


def test_ignore(qtbot: QtBot, page: ProblemsPage, library: FakeLibrary) -> None:
    page.table.selectRow(0)
    click(page.ignore)
    qtbot.waitUntil(lambda: page.table.rowCount() == 2)
    assert [args[0] for verb, args, _ in library.calls if verb == "ignore"] == [[1]]
    page._history.stack.undo()
    qtbot.waitUntil(lambda: page.table.rowCount() == 3)


def test_show_in_folder(qtbot: QtBot, page: ProblemsPage) -> None:
    page.table.selectRow(2)
    with qtbot.waitSignal(page.show_in_folder_requested) as told:
        click(page.folder)
    assert told.args == ["/photos/other.jpg"]


def test_escape_goes_back(qtbot: QtBot, page: ProblemsPage) -> None:
    page.table.setFocus()
    with qtbot.waitSignal(page.closed):
        QTest.keyClick(page.table, Qt.Key.Key_Escape)


def test_it_follows_what_happens(qtbot: QtBot, page: ProblemsPage, library: FakeLibrary) -> None:
    library.problems = library.problems[:1]
    page._link.ask(Verbs.correct, 1, yes=[1])
    qtbot.waitUntil(lambda: page.table.rowCount() == 1)
