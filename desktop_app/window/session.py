"""What the last session left in its file, each value as what it is.

Knows: how QSettings keeps numbers and switches. Does not know: which values there are.
"""

from __future__ import annotations

from PySide6.QtCore import QSettings


def flag(session: QSettings, name: str, default: bool) -> bool:
    """A switch, as it was left."""
    return bool(session.value(name, default, type=bool))


def number(session: QSettings, name: str, default: int) -> int:
    """A whole number; the default where something else was written by hand."""
    try:
        return int(str(session.value(name, default)))
    except ValueError:
        return default


def text(session: QSettings, name: str) -> str:
    """A text; empty if there is none."""
    return str(session.value(name, "", type=str))
