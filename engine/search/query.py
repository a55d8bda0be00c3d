"""The search language: from what a person types to parts that can be evaluated, and back to chips.

Knows: quotes, minus, OR, `key:value`, dates. Does not know: photos, labels, SQL, the model. Nothing
a person types is an error: what cannot be understood is searched as words or left out with a note.

    dog on a beach            words, ranked by meaning (file and label names match too)
    "red car" beach           each phrase must match
    -snow  -"red car"         without photos that match
    label:cat  -label:"my cat"
    folder:holiday            a part of the folder's path
    after:2023  before:2023-06-01    on or after the first day of the period; before it
    like:123                  like the photo with this id
    is:untagged               also review, problem, pending, offline, missing, corrected,
                              duplicate (the same file twice)
    cat OR dog label:pet      OR separates alternatives; what stands side by side must all hold
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from engine.messages import Message, message

STATES = (
    "review",
    "untagged",
    "problem",
    "pending",
    "offline",
    "missing",
    "corrected",
    "duplicate",
)
KEYS = ("label", "folder", "after", "before", "like", "is")

# With the colons, quotes and minus that a Chinese keyboard or a clever word processor puts there.
_TOKEN = re.compile(r'([-－]?)(?:([A-Za-z]+)[:：])?(?:["“”]([^"“”]*)["“”]?|(\S+))')
_QUOTE = re.compile('["“”]')
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a query.

    `kind`: 'words' or one of KEYS. `value`: the text, without quotes; for `after` and `before`
    `day` is the first day of the period, for `like` `photo_id` the id.
    """

    kind: str
    value: str
    negated: bool = False
    day: int = 0
    photo_id: int = 0

    def __str__(self) -> str:
        """The part as one would type it where no other words stand beside it."""
        several = " " in self.value and (self.kind != "words" or self.negated)
        return self.typed(
            several or (self.kind == "words" and any(map(_says_more, self.value.split(" "))))
        )

    def typed(self, quoted: bool) -> str:
        """The part as one would type it."""
        value = f'"{self.value}"' if quoted else self.value
        return (
            ("-" if self.negated else "")
            + ("" if self.kind == "words" else f"{self.kind}:")
            + value
        )


@dataclass(frozen=True, slots=True)
class Query:
    """`branches`: alternatives, in each of which all parts must hold.

    No branches: everything. `notes`: sentences about what was left out.
    """

    branches: tuple[tuple[Part, ...], ...] = ()
    notes: tuple[Message, ...] = ()

    @property
    def ranked(self) -> bool:
        """True when some part orders the photos by meaning or likeness."""
        return any(ranks(part) for branch in self.branches for part in branch)

    @property
    def chips(self) -> tuple[str, ...]:
        """The query as understood, one text per part.

        Joined with blanks it is a query that means the same.
        """
        chips: list[str] = []
        for branch in self.branches:
            chips += ["OR"] if chips else []
            texts = [part for part in branch if part.kind == "words" and not part.negated]
            chips += [
                part.typed(quoted=True) if len(texts) > 1 and part in texts else str(part)
                for part in branch
            ]
        return tuple(chips)


def _says_more(word: str) -> bool:
    """True when a word means something else outside of quotes: OR, -dog, label:cat."""
    key = re.match(r"([A-Za-z]+)[:：]", word)
    return (
        word == "OR" or word.startswith(("-", "－")) or (key is not None and key[1].lower() in KEYS)
    )


def ranks(part: Part) -> bool:
    """True when the part gives a score, not only yes or no."""
    return part.kind in ("words", "like") and not part.negated


def parse(text: str) -> Query:
    """Understand what a person typed. Never raises."""
    branches: list[list[Part]] = [[]]
    notes: list[Message] = []
    loose: list[
        str
    ] = []  # words that stand side by side are one text: 'dog on a beach' means more than its words

    def flush() -> None:
        if loose:
            branches[-1].append(Part("words", " ".join(loose)))
            loose.clear()

    for match in _TOKEN.finditer(text):
        minus, key, quoted, bare = match.groups()
        value = bare if quoted is None else quoted
        key = (key or "").lower()
        if key and key not in KEYS:
            value = match.group()[len(minus) :]
            key = ""
        if not key:
            value = _QUOTE.sub("", value)  # one that stands alone says nothing
        value = " ".join(value.split())
        # 'label:'
        unfinished = quoted is None and value.endswith((":", "：")) and value[:-1].lower() in KEYS
        if unfinished or not value.strip("-－"):
            continue
        if not key and value == "OR" and quoted is None and not minus:
            flush()
            branches.append([])
        elif not key and quoted is None and not minus:
            loose.append(value)
        elif not key:
            if minus:
                branches[-1].append(Part("words", value, negated=True))
            else:
                flush()
                branches[-1].append(Part("words", value))
        elif (part := _part(key, value, bool(minus), notes)) is not None:
            branches[-1].append(part)
    flush()
    kept = tuple(_words_first(branch) for branch in branches if branch)
    return Query(kept, tuple(notes))


def _words_first(branch: list[Part]) -> tuple[Part, ...]:
    """Loose words are collected behind the parts they were mixed with.

    A person reads them first.
    """
    return tuple(sorted(branch, key=lambda part: part.kind != "words" or part.negated))


def _part(key: str, value: str, negated: bool, notes: list[Message]) -> Part | None:
    if key in ("after", "before"):
        day = _first_day(value)
        if day is None:
            notes.append(
                message(
                    "'{key}:{value}' is no date; write {key}:2023, {key}:2023-06 or "
                    "{key}:2023-06-01.",
                    key=key,
                    value=value,
                )
            )
            return None
        return Part(key, value, negated, day=day)
    if key == "like":
        if not value.isdecimal() or len(value) > 15:
            notes.append(message("'like:{value}' needs the number of a photo.", value=value))
            return None
        return Part(key, value, negated, photo_id=int(value))
    if key == "is":
        state = value.lower().removesuffix("s") if value.lower() == "problems" else value.lower()
        if state not in STATES:
            notes.append(
                message(
                    "'is:{value}' is not known; there are {names}.",
                    value=value,
                    names=", ".join("is:" + name for name in STATES),
                )
            )
            return None
        return Part(key, state, negated)
    return Part(key, value, negated)


def _first_day(text: str) -> int | None:
    """Days since the epoch of the first day of a year, month or day; None when it is no date."""
    match = _DATE.match(text)
    if not match:
        return None
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        return date(year, month, day).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError:
        return None
