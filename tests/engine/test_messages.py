"""Messages: text in a place is no place, pieces are translated, and files keep them whole."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.messages import Message, from_json, lines, message, to_json
from engine.records import AlbumenError

GERMAN = {
    "There is no label '{name}'.": "Das Wort '{name}' gibt es nicht.",
    "It would change {photos}.": "Es würde {photos} ändern.",
    "{count} photos": "{count} Fotos",
}


def german(template: str) -> str:
    return GERMAN.get(template, template)


def test_text_of_people_is_no_place() -> None:
    said = message("There is no label '{name}'.", name="{name} {0} %s")
    assert str(said) == "There is no label '{name} {0} %s'."
    assert said.render(german) == "Das Wort '{name} {0} %s' gibt es nicht."


def test_pieces_are_translated_too() -> None:
    said = message("It would change {photos}.", photos=message("{count} photos", count=3))
    assert str(said) == "It would change 3 photos."
    assert said.render(german) == "Es würde 3 Fotos ändern."


def test_a_place_without_a_value_stays() -> None:
    assert str(message("a photo of a {}, {b}")) == "a photo of a {}, {b}"


values = st.recursive(
    st.text() | st.integers() | st.floats(allow_nan=False),
    lambda inner: st.builds(
        lambda template, values: Message(template, tuple(values.items())),
        st.text(),
        st.dictionaries(st.text(), inner, max_size=3),
    ),
    max_leaves=5,
)


@pytest.mark.slow
@given(st.text(), st.dictionaries(st.text(), values, max_size=3))
def test_files_keep_them(template: str, parameters: dict[str, str | int | float | Message]) -> None:
    said = Message(template, tuple(parameters.items()))
    assert from_json(to_json(said)) == said


def test_the_name_of_a_file_that_is_no_text_can_be_kept() -> None:
    said = message("{path} is damaged.", path="caf\udce9.jpg")
    assert to_json(said).isascii()
    assert from_json(to_json(said)) == said


def test_several_on_lines_of_their_own() -> None:
    assert lines() is None and lines(None, None) is None
    assert lines(None, message("a")) == message("a")
    three = lines(message("{count} photos", count=3), None, message("b"), message("c"))
    assert three is not None and three.render(german) == "3 Fotos\nb\nc"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "The file is empty.",
        "[",
        "[1, {}]",
        "cut off at {7} {text}",
        '["a", {"b": null}]',
        '["a"]',
        "[" * 100_000,
    ],
)
def test_what_an_older_version_wrote_stays_as_it_is(line: str) -> None:
    assert from_json(line) == Message(line)
    assert str(from_json(line)) == line


def test_an_error_is_its_message() -> None:
    error = AlbumenError("There is no label '{name}'.", name="cat")
    assert str(error) == "There is no label 'cat'."
    assert error.message == message("There is no label '{name}'.", name="cat")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is AlbumenError and again.message == error.message
    assert AlbumenError(error.message).message == error.message
