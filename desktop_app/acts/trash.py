"""Photos to the system's trash and back.

Knows: files, and the verbs that take rows out of sight. Does not know: widgets.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QFile

from desktop_app.acts.file_moves import Moves
from desktop_app.acts.history import NOTHING, Calls, History, Nothing, call, moved
from engine.records import AlbumenError, Photo
from engine.verbs import Verbs


def move_to_trash(
    history: History,
    text: str,
    photos: Sequence[Photo],
    told: Callable[[int], object] = lambda _moved: None,
) -> None:
    """Move files to the system's trash, and take their rows out of sight.

    `told` hears how many were moved there.
    """
    act = _Trashed({photo.id: photo.path for photo in photos}, told, history.problem.emit)
    history.push(text, act.forward, act.back)


@dataclass(slots=True)
class _Trashed:
    """Files in the trash. `files`: photo id -> path."""

    files: dict[int, str]
    told: Callable[[int], object]
    trouble: Callable[[str], object]

    def forward(self, _back: object) -> Calls[tuple[dict[int, str], str] | Nothing]:
        places = yield from self._moved(Moves(self.files, to_trash))
        if not places:
            return NOTHING
        try:
            token = yield from call(Verbs.forget, list(places))
        except AlbumenError:
            yield from self._moved(self._home(places))
            raise
        self.told(len(places))
        return places, token

    def back(self, done: tuple[dict[int, str], str]) -> Calls[None]:
        places, token = done
        yield from self._moved(self._home(places))
        yield from call(Verbs.recall, token)

    def _home(self, places: dict[int, str]) -> Moves:
        return Moves(
            {one: f"{place}\0{self.files[one]}" for one, place in places.items()}, from_trash
        )

    def _moved(self, moves: Moves) -> Calls[dict[int, str]]:
        places, trouble = yield from moved(moves)
        if trouble:
            self.trouble(trouble[0])
        return places


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
