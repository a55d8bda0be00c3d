"""Rows that follow the disk."""

from __future__ import annotations

import time

import pytest

from engine.messages import message
from engine.records import Correction, PhotoState
from engine.store.files import FileFacts, FoundFile, _local_day
from engine.store.store import Store
from tests.support.raw_sql import rows


def test_local_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        assert _local_day(0.0) == 0 and _local_day(12 * 3600) == 1
        assert _local_day(-86400.0 * 3650) == -3650
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.fixture
def three(opened: Store) -> list[int]:
    """Ids of three new photos in folder 1: a.jpg, b.jpg, c.jpg."""
    folder = opened.folders.add(b"/p")
    return opened.files.add([FoundFile(b"/p/%c.jpg" % name, folder, 10, 20) for name in b"abc"])


def places(opened: Store) -> dict[bytes, int]:
    """Path -> id of all rows."""
    return dict(rows(opened, "SELECT path, id FROM photos"))


def facts(content: str, *keywords: str) -> FileFacts:
    return FileFacts(content, 4, 3, 86_400.0 * 5, 11, 21, keywords)


def test_until_it_is_read_a_photo_was_taken_when_its_file_was_written(opened: Store) -> None:
    folder = opened.folders.add(b"/p")
    written = 1_700_000_000 * 10**9
    new = opened.files.add([FoundFile(b"/p/a.jpg", folder, 10, written)])
    single = opened.files.add_single(FoundFile(b"/p/b.jpg", folder, 10, written))
    assert [photo.taken_at for photo in opened.photos.records([*new, single])] == [1.7e9] * 2


def test_new_files_are_to_be_read_once(opened: Store, three: list[int]) -> None:
    model = opened.embeddings.model_number("m", "model")
    assert [id_ for _, id_ in opened.files.to_read(model, 1, 99, (0.0, 0.0))] == three
    assert [id_ for _, id_ in opened.files.to_read(model, 2, 2, (0.0, 0.0))] == [three[1]]
    assert opened.files.rows(three[:1]) == [(b"/p/a.jpg", 10, 20, three[0], "pending", "", 0)]
    opened.files.write_facts(three[0], facts("aa", "cat", "cat", "dog"))
    opened.embeddings.put(model, [(three[0], b"v", 0.5)])
    opened.files.mark_read(three[:1])
    opened.files.mark_failed([(three[1], message("Why."))])
    (photo, failed, _) = opened.photos.records(three)
    assert (photo.state, photo.width, photo.taken_at, photo.size) == ("ok", 4, 432_000.0, 11)
    assert opened.keywords.by_photo() == {three[0]: ["cat", "dog"]}
    assert (failed.state, failed.reason, failed.attempts) == ("failed", message("Why."), 1)
    assert [id_ for _, id_ in opened.files.to_read(model, 1, 99, (0.0, 9e9))] == [three[2]]
    waited = opened.files.to_read(model, 1, 99, (9e9, 0.0))  # long enough after the first failure
    assert [id_ for _, id_ in waited] == three[1:]
    assert opened.files.contents(three) == {
        three[0]: ("aa", 1),
        three[1]: ("", 1),
        three[2]: ("", 1),
    }


def test_files_that_take_each_others_names(opened: Store, three: list[int]) -> None:
    a, b, c = three
    other = opened.folders.add(b"/q")
    moves = [
        (a, FoundFile(b"/p/b.jpg", 1, 10, 20)),
        (b, FoundFile(b"/p/a.jpg", 1, 10, 20)),
    ]
    assert opened.files.move(moves) == []
    assert places(opened) == {b"/p/a.jpg": b, b"/p/b.jpg": a, b"/p/c.jpg": c}
    assert opened.files.move([(a, FoundFile(b"/p/c.jpg", other, 10, 20))]) == [(c, 1)]
    (moved, replaced) = opened.photos.records([a, c])
    assert (moved.path, moved.name, moved.folder_id) == ("/p/c.jpg", "c.jpg", other)
    assert replaced.state is PhotoState.MISSING and opened.files.rows_at([b"/p/c.jpg"])[0][3] == a
    assert [row[3] for row in opened.files.rows_out_of_sight()] == [c]


def test_files_that_are_back(opened: Store, three: list[int]) -> None:
    a, b, c = three
    model = opened.embeddings.model_number("m", "model")
    opened.embeddings.put(model, [(a, b"v", 0.5), (b, b"w", 0.5)])
    opened.photos.hide(three, "token")
    assert list(opened.files.ids_in(1)) == [] and opened.files.rows(three) == []
    opened.files.renew(
        [(a, FoundFile(b"/p/a.jpg", 1, 12, 22)), (c, FoundFile(b"/p/c.jpg", 1, 1, 2))], True
    )
    opened.files.renew([(b, FoundFile(b"/p/b.jpg", 1, 12, 22))], False)
    states = [photo.state for photo in opened.photos.records(three)]
    assert states == ["ok", "pending", "pending"]  # c was never encoded, b is another picture now
    assert list(opened.files.ids_in(1)) == three


def test_a_new_row_that_is_an_old_one(opened: Store, three: list[int]) -> None:
    old, new, _ = three
    ((label,), _) = opened.labels.add(["cat"], None)
    opened.files.write_facts(old, facts("aa"))
    opened.files.mark_read([old])
    opened.files.set_state(PhotoState.MISSING, [old])
    assert opened.files.with_same_content(new, "aa") == [(old, b"/p/a.jpg", b"/p", True)]
    assert opened.files.with_same_content(old, "aa") == []
    opened.corrections.correct([Correction(new, label, True)])
    opened.files.merge(new, old)
    assert places(opened) == {b"/p/b.jpg": old, b"/p/c.jpg": three[2]}
    assert opened.corrections.about(label) == {old: True}
    assert opened.photos.records([old])[0].state is PhotoState.OK


def test_a_single_file_that_was_removed_from_sight_comes_back(opened: Store) -> None:
    folder = opened.folders.add(b"")
    file = FoundFile(b"/somewhere/caf\xe9.jpg", folder, 10, 86_400 * 10**9)
    id_ = opened.files.add_single(file)
    opened.photos.hide([id_], "token")
    assert opened.files.add_single(file) == id_ and opened.photos.id_of(file.path) == id_
    assert opened.photos.records([id_])[0].name == "caf\ufffd.jpg"


def test_rows_of_photos_that_were_read_elsewhere(opened: Store) -> None:
    folder = opened.folders.add(b"/p")
    file = FoundFile(b"/p/a.jpg", folder, 10, 20)
    opened.files.add_read([(file, facts("aa"))], first_id=7)
    (photo,) = opened.photos.records([7])
    assert (photo.state, photo.content_hash, photo.name) == ("ok", "aa", "a.jpg")
    assert list(opened.photos.dates()) == [[(7, 432_000.0, _local_day(432_000.0))]]
    assert opened.photos.end() == 8
