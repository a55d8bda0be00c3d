"""The model of a view: pages fetched when looked at, only changes told, nothing asked twice."""

from __future__ import annotations

import dataclasses
import os
from array import array
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QDate, QDateTime, QLocale, Qt, QTime
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from desktop_app.link.engine_link import EngineLink
from desktop_app.photos.photo_model import PhotoModel, data_size, file_url, moment, printable
from engine.messages import message
from engine.records import Photo, PhotosChanged, PhotoState, SearchResult
from engine.verbs import Verbs
from tests.support.fake_library import FakeLibrary, MoreVerbs, running


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary(500)


@pytest.fixture
def link(library: FakeLibrary) -> Iterator[EngineLink]:
    with running(library) as link:
        yield link


@pytest.fixture
def model(qtbot: QtBot, link: EngineLink, library: FakeLibrary) -> PhotoModel:
    model = PhotoModel(link)
    model.show(library.view())
    library.calls.clear()
    return model


def asked(library: FakeLibrary) -> list[int]:
    return [one for verb, args, _ in library.calls if verb == "photos" for one in args[0]]


def test_qt_finds_no_fault(qtbot: QtBot, model: PhotoModel, library: FakeLibrary) -> None:
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    with qtbot.waitSignal(model.dataChanged):
        model.want(range(10))
    model.show(library.view("photo-00"))
    assert model.rowCount() == 99
    assert tester.model() is model


def test_only_what_is_looked_at_is_fetched(
    qtbot: QtBot, model: PhotoModel, library: FakeLibrary
) -> None:
    assert model.entry(0) is None
    with qtbot.waitSignal(model.dataChanged) as told:
        model.want(range(20, 40))
    assert (told.args[0].row(), told.args[1].row()) == (20, 39)
    assert sorted(asked(library)) == sorted(model.ids()[20:40])
    assert model.photo(20).id == model.id_at(20)
    assert model.entry(19) is None and model.entry(40) is None
    model.want(range(20, 41))  # one more: only that one is asked for
    qtbot.waitUntil(lambda: model.entry(40) is not None)
    assert asked(library)[20:] == [model.id_at(40)]


def test_scrolling_on_forgets_wishes(
    qtbot: QtBot, model: PhotoModel, library: FakeLibrary, link: EngineLink
) -> None:
    link.ask(MoreVerbs.wait)  # the engine is busy while somebody scrolls through everything
    for first in range(0, 480, 20):
        model.want(range(first, first + 20))
        qtbot.wait(1)
    library.hold.set()
    qtbot.waitUntil(lambda: model.entry(479) is not None)
    # The last page, and the few questions that were on their way.
    assert len(asked(library)) <= 4 * 20 + 20


def test_only_changed_rows_are_told(
    qtbot: QtBot, model: PhotoModel, link: EngineLink, library: FakeLibrary
) -> None:
    model.want(range(50))
    qtbot.waitUntil(lambda: model.entry(49) is not None)
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    rows = [3, 4, 5, 9, 200]
    link.ask(Verbs.correct, 1, yes=[model.id_at(row) for row in rows])
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == [(3, 5), (9, 9)]
    assert [tag.label for tag in model.entry(3).tags] == ["cat"]
    link.ask(Verbs.correct, 1, yes=[model.id_at(3)])  # nothing new: nothing to repaint
    link.ask(Verbs.correct, 2, yes=[model.id_at(4)])
    qtbot.waitUntil(lambda: len(told) == 3)
    assert told[2] == (4, 4)


def test_a_person_s_tags_stand_first_and_rejected_ones_do_not_stand_at_all(
    qtbot: QtBot, model: PhotoModel, link: EngineLink
) -> None:
    row = model.row_of(12)  # the machine says cat (12 % 3) and dog (12 % 4)
    link.ask(Verbs.correct, 2, yes=[12])
    model.want(range(row, row + 1))
    qtbot.waitUntil(lambda: model.entry(row) is not None)
    assert [tag.label for tag in model.entry(row).tags] == ["dog", "cat"]
    link.ask(Verbs.correct, 1, no=[12])
    qtbot.waitUntil(lambda: [tag.label for tag in model.entry(row).tags] == ["dog"])


def test_a_renamed_label_changes_every_caption(
    qtbot: QtBot, model: PhotoModel, link: EngineLink
) -> None:
    row = model.row_of(3)
    model.want(range(row, row + 1))
    qtbot.waitUntil(lambda: model.entry(row) is not None)
    link.ask(Verbs.rename_label, 1, "tiger")
    qtbot.waitUntil(lambda: model.entry(row).tags[0].label == "tiger")


def test_photos_that_are_gone_are_not_asked_for_again_and_again(
    qtbot: QtBot, model: PhotoModel, library: FakeLibrary
) -> None:
    gone = model.id_at(5)
    del library.photo_rows[gone]
    model.want(range(10))
    qtbot.waitUntil(lambda: model.entry(9) is not None)
    model.want(range(11))
    qtbot.waitUntil(lambda: model.entry(10) is not None)
    assert asked(library).count(gone) == 1
    assert model.entry(5) is None


def test_a_record_that_changed_on_its_way_is_asked_for_again(
    qtbot: QtBot, model: PhotoModel
) -> None:
    model.want(range(10))
    qtbot.waitUntil(lambda: model.entry(9) is not None)
    model._ask([model.id_at(0)])
    model._photos_changed(PhotosChanged(ids=(model.id_at(0),)))
    assert model.id_at(0) in model._stale


def test_memory_is_bounded(
    model: PhotoModel, monkeypatch: pytest.MonkeyPatch, library: FakeLibrary
) -> None:
    monkeypatch.setattr("desktop_app.photos.photo_model._KEPT", 100)
    for first in range(0, 400, 50):
        page = list(model.ids()[first : first + 50])
        model._arrived(page, library.photos(page), [])
    assert len(model._entries) == 100
    assert model.entry(399) is not None and model.entry(0) is None


def test_rows_of_ids(model: PhotoModel) -> None:
    assert model.row_of(500) == 0
    assert model.row_of(12_345) == -1
    assert model.rows_of([1, 500, 499, 777]) == [0, 1, 499]
    assert model.rows_of([]) == []
    assert model.id_at(-1) == 0 == model.id_at(500)


def test_the_same_rows_again_are_no_reset(
    qtbot: QtBot, model: PhotoModel, library: FakeLibrary
) -> None:
    with qtbot.assertNotEmitted(model.modelReset):
        model.show(library.view())
    with qtbot.waitSignal(model.modelReset):
        model.show(SearchResult("", array("q", [1])))


def test_words_for_every_state(model: PhotoModel) -> None:
    photo = Photo(
        1,
        "/p/a.jpg",
        "a.jpg",
        1,
        PhotoState.FAILED,
        1,
        0.0,
        0,
        0,
        "",
        None,
        reason=message("It is empty."),
    )
    assert model.state_text(photo) == "It is empty."
    states = {model.state_text(dataclasses.replace(photo, state=state)) for state in PhotoState}
    assert len(states) == 5 and "" in states


def test_names_that_are_not_utf_8_can_be_shown_and_opened() -> None:
    name = os.fsdecode(b"/p/\xff\xe4?.jpg")
    assert printable(name) == "/p/\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}?.jpg"
    assert file_url(name).toEncoded().data() == b"file:///p/%FF%E4%3F.jpg"
    assert file_url("/p/日 本.jpg").toLocalFile() == "/p/日 本.jpg"


def test_data_of_a_row_that_is_not_at_hand(model: PhotoModel) -> None:
    index = model.index(3)
    assert model.data(index) == ""
    assert model.data(index, Qt.ItemDataRole.ToolTipRole) is None
    assert model.data(index, Qt.ItemDataRole.UserRole) == model.id_at(3)
    assert model.describe_lines(3) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("en_US", "March 5, 2024 09:07"),
        ("en_GB", "5 March 2024 09:07"),
        ("zh_CN", "2024年3月5日 09:07"),
        ("de_DE", "5. März 2024 09:07"),
    ],
)
def test_the_month_of_a_date_has_its_name(name: str, text: str) -> None:
    seconds = QDateTime(QDate(2024, 3, 5), QTime(9, 7)).toSecsSinceEpoch()
    assert moment(seconds, QLocale(name)) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (900, "900 bytes"),
        (61_312, "61 kB"),
        (4_200_000, "4.2 MB"),
        (605_000_000, "605 MB"),
        (1_712_000_000, "1.7 GB"),
    ],
)
def test_a_size_has_the_digits_that_say_something(count: int, text: str) -> None:
    assert data_size(count, QLocale("en_GB")) == text
