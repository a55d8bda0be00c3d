"""Labels, corrections, tags and versions as rows.

A person's word is never touched by the machine.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.messages import verbatim
from engine.records import AlbumenError, Correction, Label, Source, Tag
from engine.store.export import export
from engine.store.labels import checked_name, fold
from engine.store.store import Store
from tests.support.raw_sql import insert_photo, update_photos


@pytest.fixture
def said(tmp_path: Path) -> Store:
    """Four photos (ids 1-4) and two labels: 1 cat, 2 dog."""
    opened = Store(tmp_path)
    opened.folders.add(b"/a")
    for i in range(4):
        insert_photo(opened, b"/a/%d.jpg" % i)
    opened.labels.add(["cat", "dog"], None)
    return opened


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("word " * 200, "may have 100 characters, this one has 999"),
        ("two\nlines", "one line of text"),
        ("\u202eturned", "one line of text"),
        ("nul\0", "one line of text"),
    ],
)
def test_names_that_cannot_be(name: str, sentence: str) -> None:
    with pytest.raises(AlbumenError, match=sentence):
        checked_name(name)


@pytest.mark.parametrize(
    "name", ["猫", "<img src=x>", "'; DROP TABLE labels; --", "👨‍👩‍👧", "it's", "%", "a_b"]
)
def test_any_line_of_text_is_a_name(said: Store, name: str) -> None:
    ids, touched = said.labels.add([f" {name} "], None)
    assert ids == touched and said.labels.names()[ids[0]] == (name, None)
    assert said.labels.find(name) == ids[0]
    assert len(said.labels.counted()) == 3


def test_labels_are_found_whatever_their_capitals(said: Store) -> None:
    assert said.labels.add(["CAT", "Cat"], None) == ([1], [])
    assert (said.labels.find(" dog "), said.labels.find("DOG"), said.labels.find("bird")) == (
        2,
        2,
        None,
    )
    assert fold("  Two   Words ") == "two words"


def test_corrections_win_and_survive_the_machine(said: Store) -> None:
    said.tags.replace([(1, 1, 0.5, False), (1, 2, 2.0, False), (2, 1, 1.0, True)], [1, 2], (0, 99))
    assert said.corrections.correct([Correction(2, 1, False), Correction(3, 1, True)]) == [
        Correction(3, 1, None),
        Correction(2, 1, None),
    ]
    expected = [
        Tag(1, 2, "dog", 1.0, Source.MACHINE, True, True),
        Tag(1, 1, "cat", 0.5, Source.MACHINE, True, False),
        Tag(2, 1, "cat", 0.0, Source.PERSON, False, False),
        Tag(3, 1, "cat", 1.0, Source.PERSON, True, False),
    ]
    assert said.tags.of([1, 2, 3, 4, 1]) == expected
    said.tags.replace(
        [(1, 2, 9.0, False), (1, 3, 9.0, False), (1, 1, 0.5, False), (2, 1, 1.0, True)],
        [1, 2],
        (0, 99),
    )
    assert said.tags.of([1, 2, 3, 4]) == expected
    assert [(label.name, label.photos, label.yes, label.no) for label in said.labels.counted()] == [
        ("cat", 2, 1, 1),
        ("dog", 1, 0, 0),
    ]


def test_what_was_said_before_undoes(said: Store) -> None:
    said.corrections.correct([Correction(1, 1, True)])
    previous = said.corrections.correct(
        [Correction(1, 1, False), Correction(2, 1, True), Correction(1, 1, None)]
    )
    assert said.corrections.about(1) == {2: True}
    redo = said.corrections.correct(previous)
    assert said.corrections.about(1) == {1: True}
    said.corrections.correct(redo)
    assert said.corrections.about(1) == {2: True}


def test_corrections_about_nothing(said: Store) -> None:
    with pytest.raises(AlbumenError, match="no photo number 99"):
        said.corrections.correct([Correction(1, 1, True), Correction(99, 1, True)])
    with pytest.raises(AlbumenError, match="no label number 7"):
        said.corrections.correct([Correction(1, 7, True)])
    assert said.corrections.about(1) == {}


def test_counts_leave_out_what_cannot_be_seen(said: Store) -> None:
    said.tags.replace([(1, photo, 1.0, False) for photo in (1, 2, 3)], [1], (0, 99))
    said.corrections.correct(
        [Correction(3, 1, False), Correction(4, 1, True), Correction(2, 1, True)]
    )
    assert said.labels.counted([1]) == [Label(1, "cat", photos=3, yes=2, no=1)]
    update_photos(said, "state = 'missing'", [1])
    assert said.labels.counted([1])[0].photos == 2
    update_photos(said, "hidden = 'x'", [3, 4])
    assert said.labels.counted([1])[0].photos == 1


def test_removed_labels_come_back(said: Store) -> None:
    said.corrections.correct([Correction(1, 1, True)])
    token = said.labels.remove([1])
    assert [label.name for label in said.labels.counted()] == ["dog"] and said.tags.of([1]) == []
    ((new,), _) = said.labels.add(["cat"], None)
    assert said.corrections.about(new) == {}
    with pytest.raises(AlbumenError, match="same name exists again"):
        said.labels.restore(token)
    said.labels.remove([new])
    assert said.labels.restore(token) == [1]
    assert said.tags.of([1]) == [Tag(1, 1, "cat", 1.0, Source.PERSON)]


def test_merge(said: Store) -> None:
    said.corrections.correct(
        [Correction(1, 1, True), Correction(1, 2, False), Correction(2, 2, True)]
    )
    token, moved = said.corrections.merge(1, 2)
    assert said.corrections.about(1) == {1: True, 2: True}
    assert [label.name for label in said.labels.counted()] == ["cat"]
    with pytest.raises(AlbumenError, match="with itself"):
        said.corrections.merge(1, 1)
    said.labels.add(["dog"], None)
    with pytest.raises(AlbumenError, match="same name exists again"):
        said.corrections.unmerge(1, token, moved)
    assert said.corrections.about(1) == {1: True, 2: True}  # all or nothing
    said.labels.remove([3])
    assert said.corrections.unmerge(1, token, moved) == [2]
    assert (said.corrections.about(1), said.corrections.about(2)) == (
        {1: True},
        {1: False, 2: True},
    )


def test_rename(said: Store) -> None:
    said.labels.update(1, name=" Kitten ")
    assert said.labels.find("kitten") == 1
    said.labels.update(1, name="kitten")
    with pytest.raises(AlbumenError, match="'DOG' already; merge"):
        said.labels.update(1, name="DOG")
    with pytest.raises(AlbumenError, match="is empty"):
        said.labels.update(1, name=" ")


def test_a_key_stands_for_one_label(said: Store) -> None:
    said.labels.update(1, pinned=3)
    said.labels.update(2, pinned=3)
    assert [(label.name, label.pinned) for label in said.labels.counted()] == [
        ("cat", 0),
        ("dog", 3),
    ]


def test_versions(said: Store) -> None:
    model = said.embeddings.model_number("aaa", "starter")
    other = said.embeddings.model_number("bbb", "other")
    first = said.versions.add(1, model, "zero-shot", b"v1", (60.0, 3.5), active=True)
    second = said.versions.add(
        1, model, "residual", b"v2", (59.0, 1.0), (2.0, -1.0), active=True, report={"sentence": "s"}
    )
    foreign = said.versions.add(1, other, "zero-shot", b"v3", (60.0, 3.5), active=True)
    (head,) = said.versions.heads(model)
    assert (head.version, head.vector, head.anchor, head.threshold, head.calibration) == (
        second,
        b"v2",
        59.0,
        1.0,
        (2.0, -1.0),
    )
    assert said.versions.zero_shot(model)[1].version == first
    assert [(v.id, v.active, v.sentence) for v in said.versions.listed(1)] == [
        (foreign, True, None),
        (second, True, verbatim("s")),  # as an older version stored it
        (first, False, None),
    ]
    assert said.versions.activate(first) == 1
    assert [head.version for head in said.versions.heads(model)] == [first]
    assert [head.version for head in said.versions.heads(other)] == [foreign]
    with pytest.raises(AlbumenError, match="no version 77"):
        said.versions.activate(77)
    said.labels.update(1, name="kitten")  # the old words say nothing about the new name
    assert [version.kind for version in said.versions.listed()] == ["residual"]


def test_a_version_says_what_it_was_learned_from_and_whether_it_was_accepted(said: Store) -> None:
    model = said.embeddings.model_number("aaa", "starter")
    words = said.versions.add(1, model, "zero-shot", b"v1", (60.0, 3.5), active=True)
    report = {"learned_from": [1, 3], "sentence": "Better."}
    better = said.versions.add(1, model, "residual", b"v2", (59.0, 1.0), report=report)
    worse = said.versions.add(1, model, "residual", b"v3", (59.0, 1.0), accepted=False)
    assert said.versions.learned_from(better) == {1, 3}
    assert said.versions.learned_from(words) == said.versions.learned_from(worse) == frozenset()
    assert [(one.id, one.active, one.accepted) for one in said.versions.listed(1, model)] == [
        (worse, False, False),
        (better, False, True),
        (words, True, True),
    ]


def test_what_is_new_to_learn(said: Store) -> None:
    model = said.embeddings.model_number("aaa", "starter")
    said.corrections.correct([Correction(1, 1, True), Correction(2, 1, False)])
    assert said.corrections.untrained(model) == {1: 2}
    said.corrections.mark_trained(model, [1], 4e9)
    assert said.corrections.untrained(model) == {} and said.corrections.untrained(model + 1) == {
        1: 2
    }


def test_words_in_an_exclusive_group(said: Store) -> None:
    said.labels.update(1, group_name="pets")
    said.labels.update(2, group_name="pets")
    said.corrections.correct(
        [Correction(1, 1, True), Correction(2, 1, False), Correction(3, 2, True)]
    )
    assert said.corrections.implied(1) == {1: True, 2: False, 3: False}
    assert said.corrections.implied(2) == {1: False, 2: True, 3: True}


@pytest.mark.parametrize(
    ("names", "group", "grouped"),
    [
        (["bird"], None, [("bird", None)]),
        (["not bird"], None, [("not bird", None)]),  # there is no 'bird'
        (["Not  cat"], None, [("cat", "cat"), ("Not cat", "cat")]),
        (["cup", "not cup"], None, [("cup", "cup"), ("not cup", "cup")]),
        (["not cup", "cup"], None, [("not cup", "cup"), ("cup", "cup")]),
        (["not dog"], None, [("not dog", "pets")]),  # where dog is
        (["not cat"], "mine", [("not cat", "mine")]),
        (["cat"], None, [("cat", None)]),  # as it is
    ],
)
def test_not_x_excludes_x(
    said: Store, names: list[str], group: str | None, grouped: list[tuple[str, str | None]]
) -> None:
    said.labels.update(2, group_name="pets")
    assert said.labels.with_rivals(names, group) == grouped


def test_rivals_are_the_others_of_a_group(said: Store) -> None:
    said.labels.add(["bird", "car", "bike"], None)  # 3, 4, 5
    for label_id, group in ((1, "pets"), (2, "pets"), (3, "pets"), (4, "wheels")):
        said.labels.update(label_id, group_name=group)
    assert sorted(said.labels.rivals([1])) == [2, 3]
    assert said.labels.rivals([1, 3, 4]) == [2]
    assert said.labels.rivals([4]) == said.labels.rivals([5]) == said.labels.rivals([99]) == []
    assert said.labels.rivals([1, 2, 3]) == []


def test_who_enters_or_leaves_a_group_moves_the_lines_of_all_in_it(said: Store) -> None:
    """Zero-shot versions of a group are made of all its names, so they are void then."""
    model = said.embeddings.model_number("aaa", "starter")
    said.labels.add(["bird"], None)

    def with_words() -> set[int]:
        for label_id in {1, 2, 3} - set(said.versions.zero_shot(model)):
            said.versions.add(label_id, model, "zero-shot", b"v", (60.0, 3.5), active=True)
        return set(said.versions.zero_shot(model))

    said.labels.update(1, group_name="pets")
    assert with_words() == {1, 2, 3}
    for change, kept in (
        ({"color": "#ff0000"}, {1, 2, 3}),
        ({"group_name": "pets"}, {3}),  # 2 comes to 1
        ({"group_name": None}, {3}),  # and leaves it
        ({"name": "puppy"}, {1, 3}),
    ):
        assert with_words() == {1, 2, 3}
        said.labels.update(2, **change)  # type: ignore[arg-type]
        assert set(said.versions.zero_shot(model)) == kept
    said.versions.add(1, model, "residual", b"w", (60.0, 3.5), active=True)
    said.labels.update(2, group_name="pets")
    assert [version.kind for version in said.versions.listed(1)] == ["residual"]  # what was learned


def test_export(said: Store) -> None:
    said.tags.replace([(2, 1, 1.25, False)], [2], (0, 99))
    said.corrections.correct([Correction(1, 1, False)])
    assert export(said, "csv").splitlines(keepends=True) == [
        "path,label,present,source,score\n",
        "/a/0.jpg,cat,no,person,0.0\n",
        "/a/0.jpg,dog,yes,machine,1.25\n",
    ]
    assert '"label": "dog"' in export(said, "json")
