"""What the engine says to people, as values: a sentence with named places, and what fills them.

Knows: how a sentence is put together, and how it is kept in a file. Does not know: who reads it.
The command line formats a message as it is; the window translates the template first, then fills
it. So nobody ever has to take a finished sentence apart, neither to translate it nor to decide.

Places are named for what stands in them: `name`, `path`, `number`, `count`, `limit`; `detail` for
the words of the system or of a library, which stay as they are; `reason`, `objection`, `remedy`,
`photos`, `answers` for pieces that are messages. No template names a command, an option or a
variable of the environment: a window has none (`engine.cli.wording` has what the command line says
instead).
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Union

_PLACE = re.compile(r"\{(\w+)\}")

#: What may stand in a place: text, a number, or a piece that is a message itself.
Value = Union[str, int, float, "Message"]


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence, or a piece of one. Frozen, hashable, picklable; two are equal when they say the
    same.

    `template`: English, with places in braces ("There is no label '{name}'."); it is always a
    literal in the code, because translations are found by it. `parameters`: (name, value) pairs in
    the order in which they were given. Make one with `message`.
    """

    template: str
    parameters: tuple[tuple[str, Value], ...] = ()

    def __str__(self) -> str:
        """The sentence in English."""
        return self.render()

    def render(self, translate: Callable[[str], str] = str) -> str:
        """The sentence, its template and those of its pieces led through `translate` first. A place
        without a parameter stays as it is; text in parameters is never taken for a place."""
        values = dict(self.parameters)

        def fill(place: re.Match[str]) -> str:
            if place[1] not in values:
                return place[0]
            value = values[place[1]]
            return value.render(translate) if isinstance(value, Message) else str(value)

        return _PLACE.sub(fill, translate(self.template))


def message(template: str, /, **parameters: Value) -> Message:
    """A message from its template and what stands in the places."""
    return Message(template, tuple(parameters.items()))


def as_message(said: str | Message, /, **parameters: Value) -> Message:
    """A message as it is, or the one that a template makes."""
    return said if isinstance(said, Message) else message(said, **parameters)


def verbatim(text: str) -> Message:
    """Text that is nobody's template (from the system, from a library): it stays as it is in
    every language."""
    return message("{text}", text=text)


def lines(*said: Message | None) -> Message | None:
    """Several messages as one, each on a line of its own; None where there is none."""
    there = [one for one in said if one is not None]
    if not there:
        return None
    return functools.reduce(
        lambda above, below: message("{above}\n{below}", above=above, below=below), there
    )


def to_json(said: Message) -> str:
    """A message as a line of JSON in ASCII: `[template, {name: value, ...}]`, pieces alike. In
    ASCII, because the name of a file need not be text that could be written as UTF-8."""
    return json.dumps(_plain(said))


def from_json(line: str) -> Message:
    """What `to_json` wrote. Anything else is a sentence that an older version stored: a message
    without parameters. It says what it said, and is translated where the whole of it is still a
    template. No error is raised."""
    try:
        return _message(json.loads(line))
    except (ValueError, TypeError, RecursionError):
        return Message(line)


def _plain(said: Message) -> list[object]:
    values = {
        name: _plain(value) if isinstance(value, Message) else value
        for name, value in said.parameters
    }
    return [said.template, values]


def _message(plain: object) -> Message:
    match plain:
        case [str(template), dict(values)]:
            return message(
                template,
                **{
                    name: _message(value) if isinstance(value, list) else _scalar(value)
                    for name, value in values.items()
                },
            )
    raise ValueError("no message")


def _scalar(value: object) -> str | int | float:
    if isinstance(value, str | int | float):
        return value
    raise ValueError("no value of a message")
