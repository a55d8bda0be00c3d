"""Labels as rows: names, groups, counts; removed ones come back."""

from __future__ import annotations

import pytest

from engine.records import AlbumenError, Correction, Label, Source, Tag
from engine.store.labels import checked_name, fold
from engine.store.store import Store
from tests.support.raw_sql import update_photos


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
