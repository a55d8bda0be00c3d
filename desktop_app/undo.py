"""Everything a person did that can be taken back: corrections, labels, versions, the trash.

Knows: for each act, which verb takes it back, with what its own answer said. Does not know: widgets, or how the engine
stores anything. Acts go through the link in order, so an undo pressed at once waits for the answer it needs.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QFile, QObject, QRunnable, QThreadPool, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack
from shiboken6 import isValid

from desktop_app.engine_link import EngineLink
from engine.records import Correction, Photo

_log = logging.getLogger(__name__)

#: A verb with its arguments, made from what the opposite verb answered (None the first time).
Call = tuple[str, tuple[Any, ...], dict[str, Any]]
Maker = Callable[[Any], Call]


def call(verb: str, *args: Any, **kwargs: Any) -> Call:
    """A verb with its arguments."""
    return verb, args, kwargs


class _Act(QUndoCommand):
    """One act: `forward` and `back` make the calls, each from the answer of the other."""

    def __init__(
        self,
        history: History,
        text: str,
        forward: Maker,
        back: Maker,
        *,
        answer: Any = None,
        is_done: bool = False,
        after_undo: Callable[[Any], object] | None = None,
    ) -> None:
        super().__init__(text)
        self._history, self._forward, self._back = history, forward, back
        self._after_undo = after_undo
        self._answer: Any = answer
        self._skip = is_done
        self._busy = False
        self._next: list[Maker] = []
        self._going: Maker = forward

    def redo(self) -> None:
        if self._skip:
            self._skip = False
        else:
            self._go(self._forward)

    def undo(self) -> None:
        self._go(self._back)

    def _go(self, maker: Maker) -> None:
        if self._busy:  # the answer that this call is made from is on its way
            self._next.append(maker)
            return
        self._busy, self._going = True, maker
        verb, args, kwargs = maker(self._answer)
        self._history.link.ask(verb, *args, **kwargs, then=self._done, failed=self._failed)

    def _done(self, answer: Any) -> None:
        self._busy, self._answer = False, answer
        if self._going is self._back and self._after_undo is not None:
            self._after_undo(answer)
        if self._next:
            self._go(self._next.pop(0))

    def _failed(self, sentence: str) -> None:
        self._busy, self._next = False, []
        self._history.drop(self)
        self._history.problem.emit(sentence)


class History(QObject):
    """The undo stack of the window. Every `push_...` does the act at once and remembers how to take it back."""

    problem = Signal(str)  #: an act could not be done or taken back; the sentence says why

    def __init__(self, link: EngineLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.link = link
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(1000)
        self.pool = QThreadPool(self)
        self.pool.setMaxThreadCount(1)

    def push(self, text: str, forward: Maker, back: Maker, after_undo: Callable[[Any], object] | None = None) -> None:
        """Do `forward(None)` now; undo is `back(answer of forward)`, redo `forward(answer of back)`. `after_undo` is
        called with what an undo answered."""
        self.stack.push(_Act(self, text, forward, back, after_undo=after_undo))

    def push_done(self, text: str, answer: Any, forward: Maker, back: Maker) -> None:
        """Remember an act that was done already and answered `answer`."""
        self.stack.push(_Act(self, text, forward, back, answer=answer, is_done=True))

    def push_correction(
        self, text: str, label_id: int, yes: Sequence[int], no: Sequence[int], clear: Sequence[int]
    ) -> None:
        """Say yes or no about a label for many photos, or take back what was said."""
        words = [Correction(one, label_id, True) for one in yes]
        words += [Correction(one, label_id, False) for one in no]
        words += [Correction(one, label_id, None) for one in clear]
        self.push_words(text, words)

    def push_words(self, text: str, words: list[Correction]) -> None:
        """The same for several labels at once."""
        if words:
            self.push(
                text, lambda _before: call("correct_many", words), lambda before: call("correct_many", list(before))
            )

    def push_labels_added(self, text: str, names: list[str], group: str | None = None) -> None:
        """Define labels; undo removes exactly the new ones and redo brings back the same ones, with their ids."""
        self.push(
            text,
            lambda token: call("add_labels", names, group) if token is None else call("restore_labels", token),
            lambda made: call("remove_labels", [label.id for label in made]),
        )

    def push_labels_removed(self, text: str, token: Any) -> None:
        """Labels were removed with this token."""
        self.push_done(
            text,
            token,
            lambda made: call("remove_labels", [label.id for label in made]),
            lambda answer: call("restore_labels", answer),
        )

    def push_version(self, text: str, new: int, old: int) -> None:
        """Another prompt version of a label was made active."""
        self.push_done(text, None, lambda _a: call("activate", new), lambda _a: call("activate", old))

    def push_trash(self, text: str, photos: Sequence[Photo]) -> None:
        """Move files to the system's trash, and take their rows out of sight."""
        self.stack.push(_Trash(self, text, photos))

    def drop(self, command: QUndoCommand) -> None:
        """An act that failed is no act: take it off the stack without doing anything."""
        if not isValid(command):
            return  # pushed off the end of the stack meanwhile
        command.setObsolete(True)
        index = self.stack.index()
        if index and self.stack.command(index - 1) is command:
            self.stack.undo()
        elif index < self.stack.count() and self.stack.command(index) is command:
            self.stack.redo()

    def close(self) -> None:
        """Wait for files that are on their way to or from the trash."""
        self.stack.blockSignals(True)  # it would tell, while it is deleted, that it is empty
        self.pool.waitForDone()


class _Trash(QUndoCommand):
    """Files to the trash and back. They are moved in another thread: a network drive may take its time."""

    def __init__(self, history: History, text: str, photos: Sequence[Photo]) -> None:
        super().__init__(text)
        self._history = history
        self._photos = {photo.id: photo.path for photo in photos}
        self._places: dict[int, str] = {}  # photo id -> path in the trash
        self._token: Any = None
        self._mover: _Mover | None = None
        self._next: list[Callable[[], None]] = []
        self._busy = False

    def redo(self) -> None:
        self._start(self._to_trash)

    def undo(self) -> None:
        self._start(self._from_trash)

    def _start(self, act: Callable[[], None]) -> None:
        if self._busy:
            self._next.append(act)
            return
        self._busy = True
        act()

    def _finish(self, _answer: Any = None) -> None:
        self._busy = False
        if self._next:
            self._start(self._next.pop(0))

    def _to_trash(self) -> None:
        self._mover = _Mover(dict(self._photos), to_trash, self._moved_to_trash)
        self._history.pool.start(self._mover.task)

    def _moved_to_trash(self, places: dict[int, str], trouble: list[str]) -> None:
        if trouble:
            self._history.problem.emit(trouble[0])
        self._places = places
        if not places:
            self._busy = False
            self._history.drop(self)
            return
        self._history.link.ask("forget", list(places), then=self._forgotten, failed=self._failed)

    def _forgotten(self, token: Any) -> None:
        self._token = token
        self._finish()

    def _from_trash(self) -> None:
        moves = {one: f"{place}\0{self._photos[one]}" for one, place in self._places.items()}
        self._mover = _Mover(moves, from_trash, self._moved_back)
        self._history.pool.start(self._mover.task)

    def _moved_back(self, _places: dict[int, str], trouble: list[str]) -> None:
        if trouble:
            self._history.problem.emit(trouble[0])
        self._history.link.ask("recall", self._token, then=self._finish, failed=self._failed)

    def _failed(self, sentence: str) -> None:
        self._history.problem.emit(sentence)
        self._finish()


class _Mover(QObject):
    """Runs `move` on each file in the pool and tells the GUI thread what became of them."""

    _done = Signal(object, object)

    def __init__(
        self, files: dict[int, str], move: Callable[[str], str], then: Callable[[dict[int, str], list[str]], None]
    ) -> None:
        super().__init__()
        self._then = then
        self._done.connect(self._tell)
        self.task = _Task(files, move, self._done)

    @Slot(object, object)
    def _tell(self, places: dict[int, str], trouble: list[str]) -> None:
        self._then(places, trouble)


class _Task(QRunnable):
    def __init__(self, files: dict[int, str], move: Callable[[str], str], done: Any) -> None:
        super().__init__()
        self._files, self._move, self._done = files, move, done

    def run(self) -> None:
        places, trouble = {}, []
        for one, path in self._files.items():
            try:
                places[one] = self._move(path)
            except OSError as error:
                _log.warning("%s", error)
                trouble.append(str(error))
        self._done.emit(places, trouble)


def to_trash(path: str) -> str:
    """Move a file to the system's trash; returns its place there. OSError with a sentence if that is not possible: then
    the file is left where it is, never deleted."""
    if not os.path.lexists(path):
        raise OSError(f"'{os.path.basename(path)}' is not there any more.")
    file = QFile(path)
    if not file.moveToTrash():
        raise OSError(f"'{os.path.basename(path)}' could not be moved to the trash: {file.errorString()}. It stays.")
    return file.fileName()


def from_trash(move: str) -> str:
    """Put a file back. `move`: its place in the trash, NUL, where it was. Never overwrites what is there now."""
    place, path = move.split("\0")
    name = os.path.basename(path)
    if os.path.lexists(path):
        raise OSError(f"'{name}' stays in the trash: another file has its name now.")
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if not QFile.rename(place, path):
            raise OSError("the system refused")
    except OSError as error:
        raise OSError(f"'{name}' could not be taken out of the trash: {error}.") from error
    info = os.path.join(os.path.dirname(os.path.dirname(place)), "info", os.path.basename(place) + ".trashinfo")
    if os.path.isfile(info):  # the freedesktop trash keeps a note beside each file
        os.unlink(info)
    return path
