"""Queries against literal rows.

The model is replaced by a table of scores: what meaning says is given.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.records import NEAREST_FOLLOW, NO_GOOD_MATCH, Correction, SearchResult
from engine.search.search import Search
from engine.store.store import Store
from tests.support import raw_sql

# id: path, day taken, state
PHOTOS = {
    1: (b"/home/Holiday 2023/IMG_2.jpg", date(2023, 7, 1), "ok"),
    2: (b"/home/Holiday 2023/IMG_10.jpg", date(2023, 7, 2), "ok"),
    3: (b"/home/winter/red cup.jpg", date(2022, 12, 24), "ok"),
    4: (b"/home/winter/vacation.jpg", date(2022, 12, 25), "ok"),
    5: (b"/home/winter/\xe7\x8c\xab.jpg", date(2021, 1, 1), "ok"),
    6: (b"/home/broken.jpg", date(2020, 1, 1), "failed"),
    7: (b"/home/gone.jpg", date(2024, 1, 1), "missing"),
    8: (b"/home/new.jpg", date(2024, 2, 1), "pending"),
}
MEANING = {
    "dog": {1: 2.0, 2: -1.0, 3: 0.5, 4: -3.0, 5: -4.0},
    "beach": {1: 1.0, 2: 3.0, 3: -2.0, 4: -3.0, 5: -4.0},
    "cat": {1: -1.0, 2: -2.0, 3: -3.0, 4: -4.0, 5: -5.0},
    "red cup": {1: 0.1, 2: -2.0, 3: -3.0, 4: -4.0, 5: -5.0},
}


class Meaning:
    """Stands for `Recognition`: scores per word from the table; photos 1-5 have embeddings."""

    index = SimpleNamespace(
        ids=np.array([5, 4, 3, 2, 1]),
        products=lambda vector: np.array(
            [1 - abs(id_ - vector) / 10 for id_ in (5, 4, 3, 2, 1)], np.float32
        ),
    )

    def scores(self, words: str, strictness: float) -> Any:
        table = MEANING.get(words, {})
        return np.array([table.get(id_, -9.0) for id_ in self.index.ids], np.float32) - np.float32(
            strictness
        )

    def vector(self, photo_id: int) -> Any:
        return photo_id if photo_id in self.index.ids else None


#: The same file twice; and once beside a row that nobody sees any more.
CONTENT = {2: "twice", 5: "twice", 4: "also missing", 7: "also missing", 6: "", 8: ""}


@pytest.fixture
def search(tmp_path: Path) -> Search:
    store = Store(tmp_path)
    store.folders.add(b"/home")
    for id_, (path, taken, state) in PHOTOS.items():
        name = path.rsplit(b"/", 1)[-1].decode()
        day = taken.toordinal() - date(1970, 1, 1).toordinal()
        raw_sql.execute(
            store,
            """INSERT INTO photos (id, folder_id, path, name, size, mtime_ns,
                taken_at, day, state, content_hash)
                VALUES (?, 1, ?, ?, 1, 1, ?, ?, ?, ?)""",
            (id_, path, name, day * 86400.0, day, state, CONTENT.get(id_, f"own {id_}")),
        )
    store.labels.add(["cat", "pet", "猫"], None)
    store.tags.replace_on(
        [], [(1, 4, 2.0, False), (1, 5, 0.1, False), (2, 1, 1.0, False), (3, 5, 3.0, False)]
    )
    store.corrections.correct([Correction(3, 1, True), Correction(5, 1, False)])
    return Search(store, Meaning)  # type: ignore[arg-type]


NO_WORDS = [
    ("", [8, 2, 1, 4, 3, 5, 6]),
    ("label:cat", [4, 3]),
    ("label:CAT -label:cat", []),
    ("-label:cat", [8, 2, 1, 5, 6]),
    ("label:pet OR label:猫", [1, 5]),
    ("folder:holiday", [2, 1]),
    ('folder:"holiday 2023"', [2, 1]),
    ("-folder:holiday -folder:winter", [8, 6]),
    ("after:2023", [8, 2, 1]),
    ("after:2022-12-25 before:2023-07-02", [1, 4]),
    ("-after:2022", [5, 6]),
    ("is:problem", [6]),
    ("is:pending", [8]),
    ("is:missing", [7]),
    ("is:corrected", [3, 5]),
    ("is:untagged", [2]),
    ("is:duplicate", [2, 5]),
    ("is:review", []),
    ("is:offline", []),
    ("label:nothing", []),
]


@pytest.mark.parametrize(("query", "ids"), NO_WORDS)
def test_yes_or_no(search: Search, query: str, ids: list[int]) -> None:
    result = search.answer(query, "auto", 0.0)
    assert (list(result.ids), list(result.scores), result.matched) == (ids, [], len(ids))


RANKED = [
    # best first; how many are good
    ("dog", [1, 3, 2, 4, 5], 2),
    ('"dog" beach', [1, 2, 3, 4, 5], 1),  # both must match: the smaller score counts
    ("dog OR beach", [2, 1, 3, 4, 5], 3),
    ("dog -beach", [3, 4, 5], 1),  # without good matches of beach
    ("dog label:cat", [3, 4], 1),
    ("dog after:2023", [1, 2], 1),
    ("beach OR label:猫", [2, 1, 5, 3, 4], 3),
    ("cat", [3, 1, 2, 4, 5], 1),  # 3 was confirmed; 5, refused, is last
    ("red cup", [3, 1, 2, 4, 5], 2),  # the name of a file says so
    ("new", [8, 1, 2, 3, 4, 5], 1),  # not even encoded yet
    ("vacat", [1, 2, 3, 4, 5], 0),  # a part of a name is no name
    ("like:2", [2, 1, 3, 4, 5], 1),
    ("like:2 folder:winter", [3, 4, 5], 0),
    ("dog like:3", [3, 2, 1, 4, 5], 1),  # the smaller of both
]


@pytest.mark.parametrize(("query", "ids", "matched"), RANKED)
def test_ranked(search: Search, query: str, ids: list[int], matched: int) -> None:
    result = search.answer(query, "auto", 0.0)
    assert (list(result.ids), result.matched) == (ids, matched)
    assert list(result.scores) == sorted(result.scores, reverse=True)


def test_strictness_moves_the_line_not_the_order(search: Search) -> None:
    assert [
        search.answer("dog", "auto", strictness).matched for strictness in (-1.0, 0.0, 1.0)
    ] == [
        3,
        2,
        1,
    ]
    assert search.answer("dog", "auto", 1.0).ids == search.answer("dog", "auto", -1.0).ids


def test_only_good_matches_are_sorted_otherwise(search: Search) -> None:
    assert list(search.answer("dog", "date", 0.0).ids) == [1, 3]
    assert list(search.answer("dog", "name", 0.0).ids) == [1, 3]


def test_orders(search: Search) -> None:
    assert list(search.answer("folder:h", "name", 0.0).ids) == [
        6,
        1,
        2,
        8,
        3,
        4,
        5,
    ]  # IMG_2 before IMG_10
    assert list(search.answer("", "folder", 0.0).ids) == [6, 8, 1, 2, 3, 4, 5]
    newest = list(search.answer("", "date", 0.0).ids)
    assert list(search.answer("", "oldest", 0.0).ids) == newest[::-1]
    assert list(search.answer("folder:h", "oldest", 0.0).days) == sorted(
        search.answer("folder:h", "date", 0.0).days
    )


def test_what_was_never_read_is_not_without_a_label(search: Search) -> None:
    before = list(search.answer("is:untagged", "name", 0.0).ids)
    # Its drive went away before it was read.
    raw_sql.update_photos(search._store, "state = 'offline', content_hash = ''", [8])
    search.refresh([8])
    assert list(search.answer("is:untagged", "name", 0.0).ids) == before
    assert 8 in search.answer("is:offline", "name", 0.0).ids


def said(result: SearchResult) -> list[str]:
    return list(map(str, result.notes))


def test_no_good_match_is_said(search: Search) -> None:
    assert search.answer("xylophone", "auto", 0.0).notes == (NEAREST_FOLLOW,)
    assert str(NEAREST_FOLLOW) == "No good match. The nearest photos follow."
    assert search.answer("xylophone label:pet before:2000", "auto", 0.0).notes == (NO_GOOD_MATCH,)
    assert search.answer("dog", "auto", 0.0).notes == ()


def test_other_scripts_are_looked_for_in_names(search: Search) -> None:
    raw_sql.update_photos(search._store, "name = 'кошка.jpg'", [5])
    search.refresh([5])
    result = search.answer("кошка", "auto", 0.0)
    assert (list(result.ids), result.matched) == ([5], 1)
    assert said(result) == [
        "The model understands English: 'кошка' was looked for in labels and file names only.",
    ]
    note = said(search.answer("雪球", "auto", 0.0))[0]
    assert note.startswith("The model understands English: '雪球' was looked")


def test_chinese_is_searched_in_english_and_in_names(search: Search) -> None:
    result = search.answer("狗", "auto", 0.0)
    assert (list(result.ids), result.matched) == ([1, 3, 2, 4, 5], 2)  # as 'dog'
    assert said(result) == ["'狗' was searched as 'dog'."]
    cats = search.answer("猫", "auto", 0.0)
    assert list(cats.ids) == [5, 1, 2, 3, 4]  # the name of a file says so
    assert search.answer("红色的杯子", "auto", 0.0).ids[0] == 3  # 'red cup.jpg' is one too
    assert list(search.answer("狗 -海滩", "auto", 0.0).ids) == [3, 4, 5]
    partly = search.answer("外滩的狗", "auto", 0.0)
    assert list(partly.ids) == [1, 3, 2, 4, 5]
    assert said(partly) == [
        "'外滩的狗' was searched as 'dog'; for '外滩' the English is not known.",
    ]


def test_notes(search: Search) -> None:
    assert said(search.answer("label:nothing", "auto", 0.0)) == ["There is no label 'nothing'."]
    assert "no photo 99" in said(search.answer("like:99", "auto", 0.0))[0]
    assert search.answer("dog label:cat", "auto", 0.0).chips == ("dog", "label:cat")


def test_changes_are_followed(search: Search) -> None:
    search.answer("", "name", 0.0)
    raw_sql.update_photos(search._store, "hidden = 'x'", [2])
    raw_sql.update_photos(
        search._store,
        "state = 'ok', day = 19000, taken_at = 19000 * 86400.0, name = 'zebra.jpg'",
        [7],
    )
    search.refresh([2, 7])
    assert list(search.answer("", "auto", 0.0).ids) == [8, 1, 4, 3, 7, 5, 6]
    assert list(search.answer("", "auto", 0.0).days)[4] == 19000
    assert search.answer("zebra", "auto", 0.0).ids[0] == 7
    assert search.number("") == 7


def test_relevance_is_what_a_ranked_query_is_sorted_by_anyway(search: Search) -> None:
    assert search.answer("dog", "relevance", 0.0) == search.answer("dog", "auto", 0.0)
    assert list(search.answer("label:cat", "relevance", 0.0).ids) == [4, 3]  # newest first


def test_a_number_says_nothing_about_what_is_not_there(search: Search) -> None:
    assert search.number("label:nothing") == 0
    assert search.number("label:nothing OR is:pending") == 1


def test_a_word_about_a_photo_that_the_search_was_not_told_of_yet(search: Search) -> None:
    """While photos are added, the store is ahead of the search: it is no error, and no match."""
    shown = list(search.answer("cat", "auto", 0.0).ids)
    for yes in (True, False):
        late = raw_sql.insert_photo(search._store, b"/home/late %d.jpg" % yes)
        search._store.corrections.correct([Correction(late, 1, yes)])
        assert list(search.answer("cat", "auto", 0.0).ids) == shown
        assert late not in search.answer("label:cat", "auto", 0.0).ids
    search.refresh([late - 1, late])
    assert search.answer("cat", "auto", 0.0).ids[0] == late - 1
    assert late - 1 in search.answer("label:cat", "auto", 0.0).ids


def test_no_words_no_model(search: Search) -> None:
    search._recognition = lambda: pytest.fail("the model was loaded")
    search.answer("label:cat folder:winter after:2020 is:corrected", "name", 0.0)


def test_a_model_that_has_read_nothing_says_so(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Meaning, "index", SimpleNamespace(ids=np.array([], int)))
    assert "The model in use has not read any photo yet; search again once it has." in said(
        search.answer("dog", "auto", 0.0)
    )
