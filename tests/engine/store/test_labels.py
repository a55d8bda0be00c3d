"""Labels, corrections, tags and versions as rows.

A person's word is never touched by the machine.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.records import AlbumenError, Correction, Label, Source, Tag
from engine.store.database import Store
from engine.store.export import export
from engine.store.labels import Labels, checked_name, fold
from tests.engine.store.test_database import insert


@pytest.fixture
def said(tmp_path: Path) -> Labels:
    """Four photos (ids 1-4) and two labels: 1 cat, 2 dog."""
    opened = Store(tmp_path)
    opened.add_folder(b"/a")
    for i in range(4):
        insert(opened, b"/a/%d.jpg" % i)
    judgements = Labels(opened)
    judgements.add(["cat", "dog"], None)
    return judgements


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
def test_any_line_of_text_is_a_name(said: Labels, name: str) -> None:
    ids, touched = said.add([f" {name} "], None)
    assert ids == touched and said.names()[ids[0]] == (name, None)
    assert said.find(name) == ids[0]
    assert len(said.labels()) == 3


def test_labels_are_found_whatever_their_capitals(said: Labels) -> None:
    assert said.add(["CAT", "Cat"], None) == ([1], [])
    assert (said.find(" dog "), said.find("DOG"), said.find("bird")) == (2, 2, None)
    assert fold("  Two   Words ") == "two words"


def test_corrections_win_and_survive_the_machine(said: Labels) -> None:
    said.replace_tags([(1, 1, 0.5, False), (1, 2, 2.0, False), (2, 1, 1.0, True)], [1, 2], (0, 99))
    assert said.correct([Correction(2, 1, False), Correction(3, 1, True)]) == [
        Correction(3, 1, None),
        Correction(2, 1, None),
    ]
    expected = [
        Tag(1, 2, "dog", 1.0, Source.MACHINE, True, True),
        Tag(1, 1, "cat", 0.5, Source.MACHINE, True, False),
        Tag(2, 1, "cat", 0.0, Source.PERSON, False, False),
        Tag(3, 1, "cat", 1.0, Source.PERSON, True, False),
    ]
    assert said.tags([1, 2, 3, 4, 1]) == expected
    said.replace_tags(
        [(1, 2, 9.0, False), (1, 3, 9.0, False), (1, 1, 0.5, False), (2, 1, 1.0, True)],
        [1, 2],
        (0, 99),
    )
    assert said.tags([1, 2, 3, 4]) == expected
    assert [(label.name, label.photos, label.yes, label.no) for label in said.labels()] == [
        ("cat", 2, 1, 1),
        ("dog", 1, 0, 0),
    ]


def test_what_was_said_before_undoes(said: Labels) -> None:
    said.correct([Correction(1, 1, True)])
    previous = said.correct(
        [Correction(1, 1, False), Correction(2, 1, True), Correction(1, 1, None)]
    )
    assert said.corrections(1) == {2: True}
    redo = said.correct(previous)
    assert said.corrections(1) == {1: True}
    said.correct(redo)
    assert said.corrections(1) == {2: True}


def test_corrections_about_nothing(said: Labels) -> None:
    with pytest.raises(AlbumenError, match="no photo number 99"):
        said.correct([Correction(1, 1, True), Correction(99, 1, True)])
    with pytest.raises(AlbumenError, match="no label number 7"):
        said.correct([Correction(1, 7, True)])
    assert said.corrections(1) == {}


def test_counts_leave_out_what_cannot_be_seen(said: Labels) -> None:
    said.replace_tags([(1, photo, 1.0, False) for photo in (1, 2, 3)], [1], (0, 99))
    said.correct([Correction(3, 1, False), Correction(4, 1, True), Correction(2, 1, True)])
    assert said.labels([1]) == [Label(1, "cat", photos=3, yes=2, no=1)]
    said.store.update_photos("state = 'missing'", [1])
    assert said.labels([1])[0].photos == 2
    said.store.update_photos("hidden = 'x'", [3, 4])
    assert said.labels([1])[0].photos == 1


def test_removed_labels_come_back(said: Labels) -> None:
    said.correct([Correction(1, 1, True)])
    token = said.remove([1])
    assert [label.name for label in said.labels()] == ["dog"] and said.tags([1]) == []
    ((new,), _) = said.add(["cat"], None)
    assert said.corrections(new) == {}
    with pytest.raises(AlbumenError, match="same name exists again"):
        said.restore(token)
    said.remove([new])
    assert said.restore(token) == [1]
    assert said.tags([1]) == [Tag(1, 1, "cat", 1.0, Source.PERSON)]


def test_merge(said: Labels) -> None:
    said.correct([Correction(1, 1, True), Correction(1, 2, False), Correction(2, 2, True)])
    token, moved = said.merge(1, 2)
    assert said.corrections(1) == {1: True, 2: True}
    assert [label.name for label in said.labels()] == ["cat"]
    with pytest.raises(AlbumenError, match="with itself"):
        said.merge(1, 1)
    said.add(["dog"], None)
    with pytest.raises(AlbumenError, match="same name exists again"):
        said.unmerge(1, token, moved)
    assert said.corrections(1) == {1: True, 2: True}  # all or nothing
    said.remove([3])
    assert said.unmerge(1, token, moved) == [2]
    assert (said.corrections(1), said.corrections(2)) == ({1: True}, {1: False, 2: True})


def test_rename(said: Labels) -> None:
    said.update(1, name=" Kitten ")
    assert said.find("kitten") == 1
    said.update(1, name="kitten")
    with pytest.raises(AlbumenError, match="'DOG' already; merge"):
        said.update(1, name="DOG")
    with pytest.raises(AlbumenError, match="is empty"):
        said.update(1, name=" ")


def test_a_key_stands_for_one_label(said: Labels) -> None:
    said.update(1, pinned=3)
    said.update(2, pinned=3)
    assert [(label.name, label.pinned) for label in said.labels()] == [("cat", 0), ("dog", 3)]


def test_versions(said: Labels) -> None:
    model = said.store.model_number("aaa", "starter")
    other = said.store.model_number("bbb", "other")
    first = said.add_version(1, model, "zero-shot", b"v1", (60.0, 3.5), active=True)
    second = said.add_version(
        1, model, "residual", b"v2", (59.0, 1.0), (2.0, -1.0), active=True, report={"sentence": "s"}
    )
    foreign = said.add_version(1, other, "zero-shot", b"v3", (60.0, 3.5), active=True)
    (head,) = said.heads(model)
    assert (head.version, head.vector, head.anchor, head.threshold, head.calibration) == (
        second,
        b"v2",
        59.0,
        1.0,
        (2.0, -1.0),
    )
    assert said.zero_shot(model)[1].version == first
    assert [(v.id, v.active, v.sentence) for v in said.versions(1)] == [
        (foreign, True, ""),
        (second, True, "s"),
        (first, False, ""),
    ]
    assert said.activate(first) == 1
    assert [head.version for head in said.heads(model)] == [first]
    assert [head.version for head in said.heads(other)] == [foreign]
    with pytest.raises(AlbumenError, match="no version 77"):
        said.activate(77)
    said.update(1, name="kitten")  # the old words say nothing about the new name
    assert [version.kind for version in said.versions()] == ["residual"]


def test_what_is_new_to_learn(said: Labels) -> None:
    model = said.store.model_number("aaa", "starter")
    said.correct([Correction(1, 1, True), Correction(2, 1, False)])
    assert said.untrained(model) == {1: 2}
    said.mark_trained(model, [1], 4e9)
    assert said.untrained(model) == {} and said.untrained(model + 1) == {1: 2}


def test_words_in_an_exclusive_group(said: Labels) -> None:
    said.update(1, group_name="pets")
    said.update(2, group_name="pets")
    said.correct([Correction(1, 1, True), Correction(2, 1, False), Correction(3, 2, True)])
    assert said.implied(1) == {1: True, 2: False, 3: False}
    assert said.implied(2) == {1: False, 2: True, 3: True}


def test_export(said: Labels) -> None:
    said.replace_tags([(2, 1, 1.25, False)], [2], (0, 99))
    said.correct([Correction(1, 1, False)])
    assert export(said.store, "csv").splitlines(keepends=True) == [
        "path,label,present,source,score\n",
        "/a/0.jpg,cat,no,person,0.0\n",
        "/a/0.jpg,dog,yes,machine,1.25\n",
    ]
    assert '"label": "dog"' in export(said.store, "json")
