"""What Chinese words say to a text tower that was taught English: a dictionary of everyday words
and a little grammar.

CLIP's tokenizer cuts a Chinese word into bytes that its text tower never saw with a picture, and so
does every model that Albumen opens. Here the longest known words are looked up in
`resources/chinese.txt` and put into the order of an English phrase: 桌子上的红色杯子 is
'red cup on table'. Simplified characters. Knows words; does not know labels, queries, models.

Names must not be taken apart: two known words of one character that touch (雪球, a cat's name) are
a word that the dictionary lacks, unless one of them is a colour, a size or a link. What is not
known is told, never guessed.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise

import resources

_OF = "的"


@dataclass(frozen=True, slots=True)
class Reading:
    """`english`: what was understood, in English, with words of other scripts as they stand; "" if
    nothing was. `unknown`: the Chinese pieces without a meaning, in order."""

    english: str
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Word:
    """`kind`: "" a word; 'after' and 'light' as in the file; 'other' not Chinese; 'unknown' Chinese
    without a meaning."""

    text: str
    english: str
    kind: str = ""

    @property
    def touchy(self) -> bool:
        """True for a word of one character that stands alone or not at all."""
        return self.joins and self.kind == ""

    @property
    def joins(self) -> bool:
        """True for a word of one character that may be a part of a longer one."""
        return len(self.text) == 1 and self.kind in ("", "light") and bool(self.english)


def in_english(text: str) -> str:
    """`text` in English where it holds Chinese and all of that is known; else `text` itself."""
    if text.isascii():
        return text
    reading = read(text)
    return text if reading.unknown or not reading.english else reading.english


def read(text: str) -> Reading:
    """What a phrase says. Text without Chinese is read as it stands."""
    words = _names_apart(_words(unicodedata.normalize("NFKC", text)))
    if all(word.kind in ("other", "unknown") for word in words):
        english = "" if any(word.kind == "unknown" for word in words) else text
        return Reading(english, _unknown(words))
    return Reading(_phrase(words), _unknown(words))


def known() -> dict[str, str]:
    """The dictionary: Chinese word -> English ("" where it adds nothing to a picture)."""
    return {text: word.english for text, word in _dictionary().items()}


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, _Word]:
    words = {}
    for line in resources.path("chinese.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            text, english, kind, *_ = *line.split("\t"), "", ""
            words[text] = _Word(text, english, kind)
    return words


@lru_cache(maxsize=1)
def _longest() -> int:
    return max(map(len, _dictionary()))


def _words(text: str) -> list[_Word]:
    """The longest known word at each place; what lies between, by script."""
    words: list[_Word] = []
    at = 0
    while at < len(text):
        for end in range(min(at + _longest(), len(text)), at, -1):
            if text[at:end] in _dictionary():
                words.append(_dictionary()[text[at:end]])
                break
        else:
            end = at + 1
            kind = (
                "unknown" if unicodedata.name(text[at], "").startswith("CJK UNIFIED") else "other"
            )
            if words and words[-1].kind == kind:
                words[-1] = _Word(words[-1].text + text[at], "", kind)
            else:
                words.append(_Word(text[at], "", kind))
        at = end
    return words


def _names_apart(words: list[_Word]) -> list[_Word]:
    """The same, with single characters that are likely part of a name or of a word that is not here
    as unknown."""
    lost = {place for place, word in enumerate(words) if word.kind == "unknown"}
    for place, (word, after) in enumerate(pairwise(words)):
        if word.touchy and after.touchy:
            lost |= {place, place + 1}
    edge = lost
    while edge:  # beside what is unknown, a single character is part of it
        beside = {
            place for one in edge for place in (one - 1, one + 1) if 0 <= place < len(words)
        } - lost
        edge = {place for place in beside if words[place].joins}
        lost = lost | edge
    meaning = [place for place in range(len(words)) if words[place].english and place not in lost]
    if len(meaning) > 1 and all(words[place].kind == "light" for place in meaning):
        lost.update(meaning)  # 小白, 大黄: pets
    return [
        _Word(word.text, "", "unknown") if place in lost else word
        for place, word in enumerate(words)
    ]


def _unknown(words: list[_Word]) -> tuple[str, ...]:
    runs = groupby(words, key=lambda word: word.kind == "unknown")
    return tuple("".join(word.text for word in run) for lost, run in runs if lost)


def _phrase(words: list[_Word]) -> str:
    """English in its order: what stands before 的 goes in front, or behind where it is a place or
    what somebody does."""
    parts: list[list[str]] = [[]]
    behind = [False]
    for word in words:
        if word.text == _OF:
            parts.append([])
            behind.append(False)
        elif word.kind == "after":
            if parts[-1]:
                parts[-1][-1] = f"{word.english} {parts[-1][-1]}"
                behind[-1] = True
        elif word.kind == "other":
            parts[-1].extend(filter(_says_something, word.text.split()))
        elif word.english:
            parts[-1].append(word.english)
            behind[-1] = behind[-1] or parts[-1][0].startswith("without")
            behind[-1] = behind[-1] or (len(parts[-1]) > 1 and parts[-1][0].endswith("ing"))
    phrase = " ".join(parts.pop())
    behind.pop()
    while parts:
        part = " ".join(parts.pop())
        phrase = f"{phrase} {part}" if behind.pop() else f"{part} {phrase}"
    return " ".join(phrase.split())


def _says_something(piece: str) -> bool:
    return any(map(str.isalnum, piece))
