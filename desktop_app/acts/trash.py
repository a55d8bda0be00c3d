"""Files to the system's trash and back, in a thread of their own.

A network drive may take its time.

Knows: files. Does not know: the library, or why they are moved (`undo.py`).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication, QFile, QObject, QRunnable, Signal, Slot

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Moves:
    """Files to be moved, in a thread of their own: a network drive may take its time.

    `move` gets each of `files` and returns its new place, or raises OSError. The answer: (new place
    by id, sentences about those that stayed).
    """

    files: Mapping[int, str]
    move: Callable[[str], str]


class Mover(QObject):
    """Has the pool do `Moves`, tells the GUI thread what became of the files, and is gone."""

    _done = Signal(object, object)

    def __init__(
        self,
        moves: Moves,
        then: Callable[[tuple[dict[int, str], list[str]]], object],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._then = then
        self._done.connect(self._tell)
        self.task = _Task(moves, self._done)

    @Slot(object, object)
    def _tell(self, places: dict[int, str], trouble: list[str]) -> None:
        self.deleteLater()
        self._then((places, trouble))


class _Task(QRunnable):
    def __init__(self, moves: Moves, done: Any) -> None:
        super().__init__()
        self._moves = moves
        self._done = done

    def run(self) -> None:
        places = {}
        trouble = []
        for one, path in self._moves.files.items():
            try:
                places[one] = self._moves.move(path)
            except OSError as error:
                _log.warning("%s", error)
                trouble.append(str(error))
        self._done.emit(places, trouble)


def to_trash(path: str) -> str:
    """Move a file to the system's trash; returns its place there.

    OSError with a sentence if that is not possible: then the file is left where it is, never
    deleted.
    """
    if not os.path.lexists(path):
        raise OSError(
            QCoreApplication.translate("Trash", "“{name}” is not there any more.").format(
                name=os.path.basename(path)
            )
        )
    file = QFile(path)
    if not file.moveToTrash():
        sentence = QCoreApplication.translate(
            "Trash", "“{name}” could not be moved to the trash: {reason}. It stays where it is."
        )
        raise OSError(sentence.format(name=os.path.basename(path), reason=file.errorString()))
    return file.fileName()


def from_trash(move: str) -> str:
    """Put a file back.

    `move`: its place in the trash, NUL, where it was. Never overwrites what is there now.
    """
    place, path = move.split("\0")
    name = os.path.basename(path)
    if os.path.lexists(path):
        raise OSError(
            QCoreApplication.translate(
                "Trash", "“{name}” stays in the trash: another file has its name now."
            ).format(name=name)
        )
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if not QFile.rename(place, path):
            raise OSError(QCoreApplication.translate("Trash", "the system refused"))
    except OSError as error:
        sentence = QCoreApplication.translate(
            "Trash", "“{name}” could not be taken out of the trash: {reason}."
        )
        raise OSError(sentence.format(name=name, reason=error)) from error
    info = os.path.join(
        os.path.dirname(os.path.dirname(place)), "info", os.path.basename(place) + ".trashinfo"
    )
    if os.path.isfile(info):  # the freedesktop trash keeps a note beside each file
        os.unlink(info)
    return path
