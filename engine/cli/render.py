"""How the command line's answers look to a person.

Plain text, from the same values that JSON carries. Does not know: where a value comes from.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from engine.cli.wording import said
from engine.messages import Message
from engine.records import Progress


def progress(step: Progress) -> str:
    """One line: 'encode 320 of 2075, 41/s, 43 s left'."""
    parts = [f"{step.phase} {step.done}" + (f" of {step.total}" if step.total else "")]
    if step.rate:
        parts.append(f"{step.rate:.0f}/s" if step.rate >= 10 else f"{step.rate:.1f}/s")
    if step.seconds_left is not None:
        parts.append(f"{_duration(step.seconds_left)} left")
    detail = said(step.detail) if isinstance(step.detail, Message) else step.detail
    return ", ".join(parts) + (f"  {detail}" if detail else "")


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def table(rows: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
    """A list of equal records as columns; one record as 'name: value' lines."""
    if isinstance(rows, Mapping):
        return "\n".join(f"{name}: {_cell(name, value)}" for name, value in rows.items())
    if not rows:
        return "(none)"
    heads = list(rows[0])
    cells = [heads, *([_cell(head, row[head]) for head in heads] for row in rows)]
    widths = [min(max(_width(line[i]) for line in cells), 60) for i in range(len(heads))]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in cells
    )


def _width(text: str) -> int:
    """Columns of a terminal that a text takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _cell(name: str, value: Any) -> str:
    """One value as a person reads it.

    Its name says what kind of number it is (JSON carries the number itself).
    """
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "made_at":
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(value))
    if name == "size" or name.endswith("_bytes"):
        size, unit = next(one for one in _UNITS if value >= one[0] or one[0] == 1)
        return f"{value / size:.{int(size == 1e9)}f} {unit}"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "bytes"))


def added(answer: Mapping[str, Any]) -> str:
    """What `add` did."""
    lines = [f"Watching {path}" for path in answer["folders"]]
    lines += [f"Took {answer['photos']} single photos."] if answer["photos"] else []
    new = ["Now 'sync' reads and tags them."] if lines else []
    return "\n".join(
        [*lines, *(f"{path} is in the library already." for path in answer["already"]), *new]
    )


def synced(answer: Mapping[str, Any]) -> str:
    """What `sync` did in all; then in each folder, where it did something in more than one."""
    total = {name: value for name, value in answer.items() if name != "folders"}
    busy = [
        {"folder": folder.pop("path") or "(single photos)", **folder}
        for folder in map(dict[str, Any], answer["folders"])
        if any(value for name, value in folder.items() if name != "path")
    ]
    return "\n\n".join([table(total), *([table(busy)] if len(busy) > 1 else [])])


def tags(rows: Sequence[Mapping[str, Any]]) -> str:
    """One photo a line; a person's words carry a star."""
    return "\n".join(
        f"{row['path']}: "
        + (
            ", ".join(
                tag["label"] + ("*" if tag["source"] == "person" else "") for tag in row["tags"]
            )
            or "-"
        )
        for row in rows
    )


def ranking(rows: Sequence[Mapping[str, Any]]) -> str:
    """Score and path, best first; a star for a score where a file's name or a person says so."""
    return "\n".join(_score(row["score"]) + row["path"] for row in rows)


def _score(score: float | None) -> str:
    if score is None:
        return ""
    return f"{'*':>8}  " if score > _SAID else f"{score:8.3f}  "


_SAID = 500.0  # no likeness is as large: such scores stand for what was said (`Library.view`)


def corrected(answer: Mapping[str, Any]) -> str:
    """What is on disk now."""
    total = answer["total"]
    return f"Saved. '{answer['label']}' has {total['yes']} yes and {total['no']} no in all."


def trained(reports: Sequence[Mapping[str, Any]]) -> str:
    """The sentence of each report, and whether it is in use now.

    If not, how to use it, with the reasons why not more.
    """
    if not reports:
        return "No label has new corrections."
    lines = []
    for report in reports:
        version = report["version"]
        use = "in use now" if report["active"] else f"not in use; 'activate {version}' tags with it"
        lines.append(f"{report['label']}: {report['sentence']}")
        lines += [f"    Version {version}, {use}."] if version else []
        lines += [f"    {reason}" for reason in report["reasons"]]
    return "\n".join(lines)


def failures(rows: Sequence[Mapping[str, Any]]) -> str:
    """The photos that could not be read, as a table."""
    return table(rows) if rows else "Every photo could be read."


def classified(rows: Sequence[Mapping[str, Any]]) -> str:
    """Each image with its labels, likeliest first."""
    return "\n".join(
        f"{row['path']}: "
        + ", ".join(
            f"{name} {p:.3f}" for name, p in sorted(row["probs"].items(), key=lambda item: -item[1])
        )
        for row in rows
    )


def tree(value: Any, indent: str = "") -> str:
    """Nested values as indented lines."""
    if isinstance(value, Mapping):
        return "\n".join(
            f"{indent}{name}:\n{tree(inner, indent + '  ')}"
            if _nested(inner)
            else f"{indent}{name}: {_cell(name, inner)}"
            for name, inner in value.items()
        )
    if isinstance(value, list):
        return "\n".join(
            tree(inner, indent) if _nested(inner) else f"{indent}{_cell('', inner)}"
            for inner in value
        )
    return f"{indent}{_cell('', value)}"


def _nested(value: object) -> bool:
    return isinstance(value, Mapping | list) and bool(value)
