"""The search language, as a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.search.query import KEYS, STATES, Part, parse

CASES = [
    ("", []),
    ("dog on a beach", [[Part("words", "dog on a beach")]]),
    ('"red car" beach', [[Part("words", "red car"), Part("words", "beach")]]),
    ('"unclosed quote', [[Part("words", "unclosed quote")]]),
    ("beach -snow", [[Part("words", "beach"), Part("words", "snow", negated=True)]]),
    ('-"red car"', [[Part("words", "red car", negated=True)]]),
    ("label:cat", [[Part("label", "cat")]]),
    ("LABEL:Cat", [[Part("label", "Cat")]]),
    ('-label:"my cat" dog', [[Part("words", "dog"), Part("label", "my cat", negated=True)]]),
    ("folder:holiday", [[Part("folder", "holiday")]]),
    ("after:1971", [[Part("after", "1971", day=365)]]),
    ("before:1970-02", [[Part("before", "1970-02", day=31)]]),
    ("after:1970-01-02", [[Part("after", "1970-01-02", day=1)]]),
    ("like:42", [[Part("like", "42", photo_id=42)]]),
    ("is:untagged", [[Part("is", "untagged")]]),
    ("is:problems", [[Part("is", "problem")]]),
    (
        "cat OR dog label:pet",
        [[Part("words", "cat")], [Part("words", "dog"), Part("label", "pet")]],
    ),
    ("cat or dog", [[Part("words", "cat or dog")]]),
    ("OR", []),
    ("label:", []),
    ('label:""', []),
    ("time 12:30", [[Part("words", "time 12:30")]]),
    ("http://x", [[Part("words", "http://x")]]),
    ("-", []),
    ("猫", [[Part("words", "猫")]]),
    (
        "label:cat dog label:pet",
        [[Part("words", "dog"), Part("label", "cat"), Part("label", "pet")]],
    ),
]


@pytest.mark.parametrize(("text", "branches"), CASES, ids=[text or "empty" for text, _ in CASES])
def test_what_is_understood(text: str, branches: list[list[Part]]) -> None:
    query = parse(text)
    assert [list(branch) for branch in query.branches] == branches
    assert query.notes == ()


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (
            "after:soon",
            "'after:soon' is no date; write after:2023, after:2023-06 or after:2023-06-01.",
        ),
        ("before:2023-02-30", "'before:2023-02-30' is no date"),
        ("like:me", "needs the number of a photo"),
        ("is:nice", "'is:nice' is not known"),
    ],
)
def test_what_is_not_understood_is_said(text: str, note: str) -> None:
    query = parse(f"dog {text}")
    assert query.branches == ((Part("words", "dog"),),)
    assert note in str(query.notes[0])


@pytest.mark.parametrize("text", [text for text, branches in CASES if branches])
def test_chips_are_a_query_that_means_the_same(text: str) -> None:
    query = parse(text)
    again = parse(" ".join(query.chips))
    assert again.branches == query.branches


@pytest.mark.parametrize(
    ("text", "chips"),
    [
        ('"-dog"', ('"-dog"',)),  # the name of a file, not 'without dogs'
        ('"label:cat"', ('"label:cat"',)),
        ('"OR"', ('"OR"',)),
        ('"say －dog"', ('"say －dog"',)),
        ('"red dog"', ("red dog",)),  # needs no quotes where nothing else is searched
        ('-"red car" -snow', ('-"red car"', "-snow")),
        ('label:"my cat" label:pet', ('label:"my cat"', "label:pet")),
    ],
)
def test_chips_have_quotes_where_words_would_mean_something_else(
    text: str, chips: tuple[str, ...]
) -> None:
    assert parse(text).chips == chips
    assert parse(" ".join(chips)).branches == parse(text).branches


def test_ranked() -> None:
    assert parse("dog").ranked and parse("like:3").ranked
    assert not parse("label:dog -snow is:untagged").ranked


@given(
    st.lists(
        st.sampled_from(
            [
                *'"“”:：-－ \t\n()*\\\0',
                "OR",
                *KEYS,
                "dog",
                "猫",
                "é",
                "\u202e",
                "2023",
                "13",
                *STATES,
            ]
        )
    )
)
def test_nothing_a_person_types_is_an_error(pieces: list[str]) -> None:
    query = parse("".join(pieces))
    # What the chips say is what was meant.
    assert parse(" ".join(query.chips)).branches == query.branches
