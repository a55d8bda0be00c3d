"""Words in names, against literal rows, before and after changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.search import name_index
from engine.search.name_index import NameIndex
from engine.store.store import Store
from tests.support import raw_sql
from tests.support.raw_sql import insert_photo

PATHS = {
    1: b"/home/Holiday 2023/IMG_2 Red-Cup.jpg",
    2: b"/home/Holiday 2023/deep/vacation.jpg",
    3: "/home/winter/我的猫.jpg".encode(),
    4: b"/home/winter/cat2.jpg",
    5: b"/home/winter/caf\xe9 red cup.png",
    6: b"/home/winter/new\nline.jpg",
}


@pytest.fixture
def known(tmp_path: Path) -> NameIndex:
    store = Store(tmp_path)
    store.folders.add(b"/home")
    for path in PATHS.values():
        insert_photo(store, path)
    return NameIndex(store)


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("cat", [4]),  # not vaCATion
        ("red cup", [1, 5]),
        ("cup", [1, 5]),
        ("猫", [3]),
        ("img", [1]),
        ("2", [1]),
        ("jpg", [1, 2, 3, 4, 6]),
        ("line", [6]),
        ("holiday", []),  # a folder is no name
        ("a.c", []),
        ("nothing", []),
    ],
)
def test_named(known: NameIndex, words: str, ids: list[int]) -> None:
    assert sorted(known.named(words).tolist()) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("holiday", [1, 2]),
        ("DEEP", [2]),
        ("/home/winter", [3, 4, 5, 6]),
        ("jpg", []),
        ("2023/d", [2]),
    ],
)
def test_in_folder(known: NameIndex, text: str, ids: list[int]) -> None:
    assert sorted(known.in_folder(text).tolist()) == ids


def test_changes(known: NameIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sorted(known.named("cat").tolist()) == [4]
    store = known._store
    raw_sql.update_photos(store, "name = 'dog.jpg', path = CAST('/home/pets/dog.jpg' AS BLOB)", [4])
    raw_sql.update_photos(store, "hidden = 'x'", [1])
    new = insert_photo(store, b"/home/pets/cat.jpg")
    known.refresh([4, 1, new])
    for _ in range(2):
        assert sorted(known.named("cat").tolist()) == [new]
        assert sorted(known.named("cup").tolist()) == [5]
        assert sorted(known.in_folder("pets").tolist()) == [4, new]
        assert sorted(known.in_folder("holiday").tolist()) == [2]
        monkeypatch.setattr(name_index, "_CHANGED_KEPT", 0)
        known.refresh([new])  # too many changes: everything is read again
        assert known._named is None and known._foldered is None


def test_places(known: NameIndex) -> None:
    assert known.places("name")[list(PATHS)].argsort().tolist() == [
        4,
        3,
        0,
        5,
        1,
        2,
    ]  # caf?, cat2, IMG_2, new, va, 猫
    assert known.places("folder")[list(PATHS)].argsort().tolist() == [0, 1, 4, 3, 5, 2]
    store = known._store
    ten, nine = insert_photo(store, b"/home/img 10.jpg"), insert_photo(store, b"/home/IMG 9.jpg")
    known.refresh([ten, nine])
    for sort in ("name", "folder"):
        assert known.places(sort)[nine] + 1 == known.places(sort)[ten]
    assert known.places("folder")[nine] == 0 and known.places("name")[nine] == 2
    assert sorted(known.in_folder("home").tolist()) == [*PATHS, ten, nine]


def test_an_empty_library(tmp_path: Path) -> None:
    empty = NameIndex(Store(tmp_path))
    assert empty.named("cat").tolist() == [] and empty.in_folder("a").tolist() == []
    assert empty.places("name").tolist() == empty.places("folder").tolist() == []


def test_the_first_photo_of_a_library_that_was_searched_while_empty(tmp_path: Path) -> None:
    store = Store(tmp_path)
    index = NameIndex(store)
    assert index.named("cat").tolist() == index.in_folder("pets").tolist() == []
    store.folders.add(b"/home")
    first = insert_photo(store, b"/home/pets/cat.jpg")
    index.refresh([first])
    assert index.named("cat").tolist() == index.in_folder("pets").tolist() == [first]
    assert index.places("name")[first] == 0
