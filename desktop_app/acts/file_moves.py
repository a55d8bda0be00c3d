"""Files that are moved in a thread of their own: a network drive may take its time.

Knows: how the GUI thread hears of it. Does not know: where files go, or why (`trash`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QRunnable, Signal, Slot

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
