"""A query in words: how a part is typed, how it is read to people, what may be offered.

Knows: the words of the query language (`label:`, `is:`, `-`, quotes). Does not know: fields, chips,
what a query finds.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QLocale

from desktop_app.parts import theme
from desktop_app.parts.rows import Row
from engine.records import Folder, Label

_OFFERED = 8  # of one kind
_PART = re.compile(r"(-?)(?:(label|folder|after|before|like|is):)?(.*)$", re.DOTALL)


def query_of(kind: str, value: str) -> str:
    """`kind:value` as it is typed, in quotes where it has to be."""
    plain = re.fullmatch(r'[^\s"]+', value) is not None or '"' in value
    return f"{kind}:{value}" if plain else f'{kind}:"{value}"'


def in_words(part: str) -> tuple[str, str]:
    """A part of a query for people, and the name of the label it is about."""
    found = _PART.match(part)
    minus, kind, value = found.groups() if found else ("", "", part)
    value = value.strip('"')
    if kind == "folder":
        folder = os.path.basename(value.rstrip("/\\")) or value
        text = QCoreApplication.translate("SearchBar", "in {folder}").format(folder=folder)
    elif kind == "like":
        text = QCoreApplication.translate("SearchBar", "like photo {number}").format(number=value)
    elif kind == "after":
        text = QCoreApplication.translate("SearchBar", "since {date}").format(date=value)
    elif kind == "before":
        text = QCoreApplication.translate("SearchBar", "before {date}").format(date=value)
    elif kind == "is":
        text = _states().get(value, value)
    else:
        text = value
    if minus:
        text = QCoreApplication.translate("SearchBar", "not: {part}").format(part=text)
    return text, value if kind == "label" else ""


def without(parts: list[str], place: int) -> list[str]:
    """The parts of a query but one; an OR that has nothing on one side goes with it."""
    kept: list[str] = []
    for part in parts[:place] + parts[place + 1 :]:
        if part == "OR" and (not kept or kept[-1] == "OR"):
            continue
        kept.append(part)
    while kept and kept[-1] == "OR":
        kept.pop()
    return kept


def earlier(saved: Sequence[str], history: Sequence[str]) -> list[Row]:
    """For an empty field: saved searches, then earlier ones.

    The value of a row is `=` and the query.
    """
    mark = QCoreApplication.translate("SearchBar", "saved")
    rows = [Row(one, icon="star-filled", right=mark, value=f"={one}") for one in saved[:_OFFERED]]
    others = [one for one in history if one not in saved]
    return rows + [Row(one, icon="history", value=f"={one}") for one in others[:_OFFERED]]


def offers(
    token: str,
    query: str,
    labels: Sequence[Label],
    folders: Sequence[Folder],
    history: Sequence[str],
) -> list[Row]:
    """What `token`, the end of `query`, may become.

    Values are `+` and the token, or `=` and a whole query.
    """
    minus, typed = ("-", token[1:]) if token.startswith("-") else ("", token)
    kind, colon, start = typed.partition(":")
    kind, start = kind.lower(), (start if colon else kind).strip('"').casefold()
    if not colon:
        if not start:
            return []
        names = _labels(minus, start, labels) + _folders(minus, start, folders)
        return names + _keys(minus, start) + _again(query.casefold(), history)
    if kind == "label":
        return _labels(minus, start, labels)
    if kind == "folder":
        return _folders(minus, start, folders)
    if kind == "is":
        return [
            Row(f"is:{name}", icon="info", right=text, value=f"+{minus}is:{name} ")
            for name, text in _states().items()
            if name.startswith(start)
        ]
    return []


def _labels(minus: str, start: str, labels: Sequence[Label]) -> list[Row]:
    return [
        Row(
            label.name,
            color=theme.label_color(label.color, label.id),
            right=_count(label.photos),
            value=f"+{minus}{query_of('label', label.name)} ",
        )
        for label in labels
        if start in label.name.casefold()
    ][:_OFFERED]


def _folders(minus: str, start: str, folders: Sequence[Folder]) -> list[Row]:
    return [
        Row(
            os.path.basename(folder.path) or folder.path,
            icon="folder",
            right=_count(folder.photos),
            value=f"+{minus}{query_of('folder', folder.path)} ",
        )
        for folder in folders
        if folder.path and start in folder.path.casefold()
    ][:_OFFERED]


def _keys(minus: str, start: str) -> list[Row]:
    keys = {
        "label:": QCoreApplication.translate("SearchBar", "photos with a label"),
        "folder:": QCoreApplication.translate("SearchBar", "photos in a folder"),
        "after:": QCoreApplication.translate("SearchBar", "taken in 2023 or later: after:2023"),
        "before:": QCoreApplication.translate("SearchBar", "taken earlier: before:2023-06"),
        "is:": QCoreApplication.translate("SearchBar", "untagged, corrected, …"),
    }
    return [
        Row(minus + key, icon="search", right=text, value=f"+{minus}{key}")
        for key, text in keys.items()
        if key.startswith(start)
    ]


def _again(query: str, history: Sequence[str]) -> list[Row]:
    return [
        Row(one, icon="history", value=f"={one}")
        for one in history
        if one.casefold().startswith(query) and one.casefold() != query
    ][:3]


def _states() -> dict[str, str]:
    """The values of `is:`."""
    return {
        "review": QCoreApplication.translate("SearchBar", "to be reviewed"),
        "untagged": QCoreApplication.translate("SearchBar", "without a label"),
        "corrected": QCoreApplication.translate("SearchBar", "corrected by you"),
        "duplicate": QCoreApplication.translate("SearchBar", "the same file more than once"),
        "problem": QCoreApplication.translate("SearchBar", "not readable"),
        "offline": QCoreApplication.translate("SearchBar", "on a drive that is away"),
        "missing": QCoreApplication.translate("SearchBar", "missing"),
        "pending": QCoreApplication.translate("SearchBar", "not looked at yet"),
    }


def _count(number: int) -> str:
    return QLocale().toString(number) if number else ""
