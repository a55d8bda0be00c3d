"""What a person did and can take back: corrections, labels, folders, versions, the trash.

Knows: for each act, which verbs do it and which take it back, with what the verbs themselves
answered. Does not know: widgets, or how the engine stores anything. Acts go through the link in
order, so an undo pressed at once waits for the answer it needs; and an act that was begun is
finished, also when the window is closed in the middle of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from PySide6.QtCore import (
    QCoreApplication,
    QDeadlineTimer,
    QEventLoop,
    QObject,
    QThreadPool,
    QTimer,
    Signal,
)
from PySide6.QtGui import QUndoCommand, QUndoStack
from shiboken6 import isValid

from desktop_app.acts.trash import Mover, Moves, from_trash, to_trash
from desktop_app.link.asked import Asked
from desktop_app.link.engine_link import EngineLink
from engine.records import AddReport, AlbumenError, Answered, Correction, Photo
from engine.verbs import Verbs

_log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
Done = TypeVar("Done")
Undone = TypeVar("Undone")


@dataclass(frozen=True, slots=True)
class Call:
    """A verb with its arguments."""

    verb: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


#: Several calls in order: `answer = yield from call(...)` or `yield from moved(...)`; a refused one
#: raises AlbumenError there. What is returned is the answer of the whole.
Calls = Generator[Call | Moves, Any, R]


class Nothing:
    """Returned by the calls of an act that did nothing: there is nothing to undo then."""


NOTHING = Nothing()

#: Makes a direction of an act from the answer of the other direction (None the first time).
_Maker = Callable[[Any], Calls[Any]]


# A job first: its generator is a value too.
@overload
def call(
    verb: Callable[Concatenate[Verbs, P], Generator[Any, Any, R]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> Calls[R]: ...
@overload
def call(
    verb: Callable[Concatenate[Verbs, P], R], *args: P.args, **kwargs: P.kwargs
) -> Calls[R]: ...
def call(verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Calls[Any]:
    """Call a verb (`Verbs.correct_many`) with these arguments; its answer."""
    return (yield Call(verb, args, kwargs))


def moved(moves: Moves) -> Calls[tuple[dict[int, str], list[str]]]:
    """Move files; (new place by id, sentences about those that stayed)."""
    places, trouble = yield moves
    return places, trouble


class _Act(QUndoCommand):
    """One act: `forward` and `back` make the calls, each from the answer of the other."""

    def __init__(
        self, history: History, text: str, forward: _Maker, back: _Maker, done: Any = None
    ) -> None:
        """`done`: the answer of `forward`, where that was done before the act came to be one."""
        super().__init__(text)
        self._history = history
        self._forward = forward
        self._back = back
        self._answer: Any = done
        self._was_done = done is not None
        self._busy = False
        self._next: list[_Maker] = []
        self._calls: Calls[Any]

    def redo(self) -> None:
        if self._was_done:  # the stack does what is pushed
            self._was_done = False
        else:
            self._go(self._forward)

    def undo(self) -> None:
        self._go(self._back)

    def _go(self, maker: _Maker) -> None:
        if self._busy:  # the answer that this direction is made from is on its way
            self._next.append(maker)
            return
        self._busy = True
        self._history.begin(self)
        self._calls = maker(self._answer)
        self._step(None)

    def _step(self, answer: Any) -> None:
        try:
            wanted = self._calls.send(answer)
        except StopIteration as end:
            self._done(end.value)
        except AlbumenError as error:  # said by the calls themselves
            self._end(str(error))
        except Exception:
            self._end("")
            raise
        else:
            self._do(wanted)

    def _do(self, wanted: Call | Moves) -> None:
        if isinstance(wanted, Moves):
            self._history.move(wanted, self._step)
        else:
            asked = self._history.link.act(wanted.verb, *wanted.args, **wanted.kwargs)
            asked.then(self._step, self._failed)

    def _done(self, answer: Any) -> None:
        self._busy = False
        self._answer = answer
        if answer is NOTHING:
            self._next = []
            self._history.drop(self)
        elif self._next:
            self._go(self._next.pop(0))
            return
        self._history.ended(self)

    def _failed(self, sentence: str) -> None:
        """A call was refused: the calls may put right what they did before it."""
        try:
            wanted = self._calls.throw(AlbumenError(sentence))
        except (AlbumenError, StopIteration):
            self._end(sentence)
        else:
            self._do(wanted)

    def _end(self, sentence: str) -> None:
        self._busy = False
        self._next = []
        self._history.drop(self)
        if sentence:
            self._history.problem.emit(sentence)
        self._history.ended(self)


class _Here(QUndoCommand):
    """An act of the window itself, which the engine need not know."""

    def __init__(self, text: str, do: Callable[[], object], undo: Callable[[], object]) -> None:
        super().__init__(text)
        self._do = do
        self._undo = undo

    def redo(self) -> None:
        self._do()

    def undo(self) -> None:
        self._undo()


class Look(Generic[R]):
    """What an act depends on, asked of the library."""

    def __init__(self, history: History, asked: Asked[R]) -> None:
        self._history = history
        self._asked = asked

    def then(self, does: Callable[[R], object]) -> None:
        """`does` the act with the answer."""
        self._history.after(self._asked, does)


class History(QObject):
    """The undo stack of the window.

    Every `push...` does the act at once and remembers how to take it back.
    """

    problem = Signal(str)  #: an act could not be done or taken back; the sentence says why

    def __init__(self, link: EngineLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.link = link
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(1000)
        self.pool = QThreadPool(self)
        self.pool.setMaxThreadCount(1)
        self._begun: set[object] = set()
        self._looks = 0
        self._after_looks: list[Callable[[], object]] = []

    def undo(self) -> None:
        """Take the last act back. One whose `look` is still on its way counts as the last one."""
        self._in_turn(self.stack.undo)

    def redo(self) -> None:
        """Do again what was taken back."""
        self._in_turn(self.stack.redo)

    def _in_turn(self, act: Callable[[], object]) -> None:
        if self._looks:
            self._after_looks.append(act)
        else:
            act()

    def look(
        self, verb: Callable[Concatenate[Verbs, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> Look[R]:
        """Ask what an act depends on; `look(...).then(does)` does it.

        Belongs to the act: it is answered also while the window closes.
        """
        return Look(self, self.link.act(verb, *args, **kwargs))

    def after(self, asked: Asked[R], does: Callable[[R], object]) -> None:
        """The act that begins with this answer counts as begun from now on."""
        token = object()
        self._looks += 1
        self.begin(token)
        asked.then(partial(self._seen, token, does), partial(self._not_seen, token))

    def _seen(self, token: object, does: Callable[[R], object], answer: R) -> None:
        try:
            does(answer)
        finally:
            self._not_seen(token, "")

    def _not_seen(self, token: object, sentence: str) -> None:
        self._looks -= 1
        while self._after_looks and not self._looks:
            self._after_looks.pop(0)()
        if sentence:
            self.problem.emit(sentence)
        self.ended(token)

    def begin(self, act: object) -> None:
        """`close` waits for this act until `ended`."""
        self._begun.add(act)

    def ended(self, act: object) -> None:
        """It is finished, or came to nothing."""
        self._begun.discard(act)

    def move(
        self, moves: Moves, then: Callable[[tuple[dict[int, str], list[str]]], object]
    ) -> None:
        """Move files in the pool; `then` hears in the GUI thread what became of them."""
        self.pool.start(Mover(moves, then, self).task)

    def push(
        self,
        text: str,
        forward: Callable[[Undone | None], Calls[Done | Nothing]],
        back: Callable[[Done], Calls[Undone]],
    ) -> None:
        """Do `forward(None)` now; undo is `back(its answer)`, redo `forward(answer of back)`."""
        self.stack.push(_Act(self, text, forward, back))

    def push_here(self, text: str, do: Callable[[], object], undo: Callable[[], object]) -> None:
        """Do something in the window itself, now."""
        self.stack.push(_Here(text, do, undo))

    def push_correction(
        self,
        text: str,
        label_id: int,
        yes: Sequence[int],
        no: Sequence[int],
        clear: Sequence[int],
        told: Callable[[bool], object] = lambda _said: None,
    ) -> None:
        """Say yes or no about a label for many photos, or take back what was said.

        `told` hears whether it is said now: True, or False after an undo.
        """
        words = [Correction(one, label_id, True) for one in yes]
        words += [Correction(one, label_id, False) for one in no]
        words += [Correction(one, label_id, None) for one in clear]
        self.push_words(text, words, told)

    def push_words(
        self,
        text: str,
        words: list[Correction],
        told: Callable[[bool], object] = lambda _said: None,
    ) -> None:
        """The same for several labels at once."""

        def forward(_undone: object) -> Calls[list[Correction]]:
            try:
                before = yield from call(Verbs.correct_many, words)
            except AlbumenError:
                told(False)
                raise
            told(True)
            return before

        def back(before: list[Correction]) -> Calls[None]:
            yield from call(Verbs.correct_many, list(before))
            told(False)

        if words:
            self.push(text, forward, back)

    def push_suggestions_answered(
        self,
        photos: Sequence[int],
        yes: bool,
        text: Callable[[int], str],
        told: Callable[[int], object],
    ) -> None:
        """Say yes or no to all that the machine suggests for these photos.

        An act only if there was a suggestion: what was undone can be done again otherwise.
        `text(number of suggestions)` names the act, `told` hears that number.
        """

        def answered(done: Answered) -> None:
            count = len(done.words)
            if count:
                self.stack.push(_Act(self, text(count), forward(done.words), back, done.previous))
            told(count)

        def forward(words: Sequence[Correction]) -> Callable[[object], Calls[list[Correction]]]:
            return lambda _undone: call(Verbs.correct_many, words)

        def back(previous: Sequence[Correction]) -> Calls[list[Correction]]:
            return call(Verbs.correct_many, previous)

        self.look(Verbs.answer_suggestions, list(photos), yes).then(answered)

    def push_labels_added(self, text: str, names: list[str], photos: Sequence[int] = ()) -> None:
        """Define labels, and say yes to them on `photos`.

        Undo removes exactly those that were new, with what was said about them since; redo brings
        back the same ones, with their ids.
        """
        act = _LabelsAdded(names, photos)
        self.push(text, act.forward, act.back)

    def push_labels_removed(self, text: str, label_ids: Sequence[int]) -> None:
        """Remove labels; what was said about them comes back with them."""
        self.push(
            text,
            lambda _back: call(Verbs.remove_labels, list(label_ids)),
            lambda token: call(Verbs.restore_labels, token),
        )

    def push_labels_merged(self, text: str, into_id: int, from_id: int) -> None:
        """Let what was said about one label count for another, and remove it."""
        self.push(
            text,
            lambda _back: call(Verbs.merge_labels, into_id, from_id),
            lambda merged: call(Verbs.unmerge_labels, merged),
        )

    def push_version(
        self,
        text: str,
        label_id: int,
        version: int,
        told: Callable[[bool | None], object] = lambda _accepted: None,
    ) -> None:
        """Make another version of a label the one that tags.

        Undo goes back to the one that was in force. `told` hears True, or None after an undo.
        """

        def forward(_back: object) -> Calls[int]:
            told(True)
            try:
                versions = yield from call(Verbs.versions, label_id)
                yield from call(Verbs.activate, version)
            except AlbumenError:
                told(None)
                raise
            return next((one.id for one in versions if one.active), version)

        def back(before: int) -> Calls[None]:
            yield from call(Verbs.activate, before)
            told(None)

        self.push(text, forward, back)

    def push_folders_added(
        self,
        text: str,
        paths: list[str],
        begun: Callable[[], object],
        told: Callable[[AddReport | None], object],
    ) -> None:
        """Watch folders or take single photos in.

        `begun` is called before, `told` hears what came of it; or None after an undo, or where
        nothing came of it.
        """
        act = _FoldersAdded(paths, begun, told)
        self.push(text, act.forward, act.back)

    def push_folder_removed(
        self, text: str, folder_id: int, told: Callable[[bool], object]
    ) -> None:
        """Stop watching a folder; its photos come back as they were, even while its drive is away.

        `told` hears whether the folder is there now.
        """

        def forward(_back: object) -> Calls[None]:
            yield from call(Verbs.remove_folder, folder_id)
            told(False)

        def back(_gone: object) -> Calls[None]:
            yield from call(Verbs.restore_folder, folder_id)
            told(True)

        self.push(text, forward, back)

    def push_trash(
        self,
        text: str,
        photos: Sequence[Photo],
        told: Callable[[int], object] = lambda _moved: None,
    ) -> None:
        """Move files to the system's trash, and take their rows out of sight.

        `told` hears how many were moved there.
        """
        act = _Trashed({photo.id: photo.path for photo in photos}, told, self.problem.emit)
        self.push(text, act.forward, act.back)

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

    def close(self, patience_ms: int = 30_000) -> None:
        """Finish the acts that were begun; nothing else is asked of the engine any more.

        Callable more than once.
        """
        self.link.only_acts()
        deadline = QDeadlineTimer(patience_ms)
        waker = QTimer()
        waker.start(100)  # `processEvents` looks at no deadline by itself
        # Not QEventLoop.exec: that would be left at once after QApplication.quit, which may come
        # before the act's end.
        flags = (
            QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents
            | QEventLoop.ProcessEventsFlag.WaitForMoreEvents
        )
        while self._begun and self.link.running() and not deadline.hasExpired():
            QCoreApplication.processEvents(flags)
        if self._begun:
            _log.error("%d acts are not finished", len(self._begun))
        self.stack.blockSignals(True)  # it would tell, while it is deleted, that it is empty
        self.pool.waitForDone()


@dataclass(slots=True)
class _LabelsAdded:
    """New labels by name.

    A name may be known already, and a new one may move a known one into a group with it.
    """

    names: list[str]
    photos: Sequence[int]

    def forward(self, undone: _NewLabels | None) -> Calls[_NewLabels]:
        if undone is not None:
            if undone.token is not None:
                yield from call(Verbs.restore_labels, undone.token)
            for label_id, (_old, new) in undone.groups.items():
                yield from call(Verbs.update_label, label_id, group=new)
            if undone.words:
                yield from call(Verbs.correct_many, undone.words)
            return undone
        known = {label.id: label for label in (yield from call(Verbs.labels))}
        labels = yield from call(Verbs.add_labels, self.names)
        asked = {_folded(name) for name in self.names}
        made = _NewLabels([label.id for label in labels if label.id not in known])
        for label in labels:
            if label.id in known and known[label.id].group != label.group:
                made.groups[label.id] = (known[label.id].group, label.group)
            if _folded(label.name) in asked:
                made.words += [Correction(photo, label.id, True) for photo in self.photos]
        if made.words:
            made.before = yield from call(Verbs.correct_many, made.words)
        return made

    def back(self, made: _NewLabels) -> Calls[_NewLabels]:
        if made.before:
            yield from call(Verbs.correct_many, made.before)
        made.token = (yield from call(Verbs.remove_labels, made.ids)) if made.ids else None
        for label_id, (old, _new) in made.groups.items():
            yield from call(Verbs.update_label, label_id, group=old)
        return made


class _NewLabels:
    """What defining labels did.

    `ids` of the new ones, known ones that changed their group, words that were said.
    """

    def __init__(self, ids: list[int]) -> None:
        self.ids = ids
        self.groups: dict[int, tuple[str | None, str | None]] = {}
        self.words: list[Correction] = []
        self.before: list[Correction] = []
        self.token: str | None = None


def _folded(name: str) -> str:
    """Names that differ in capitals and blanks only are one label's."""
    return " ".join(name.split()).casefold()


@dataclass(slots=True)
class _FoldersAdded:
    """New folders and photos by path.

    A folder takes watched ones that lie inside it over; undo gives them back.
    """

    paths: list[str]
    begun: Callable[[], object]
    told: Callable[[AddReport | None], object]

    def forward(self, _undone: object) -> Calls[tuple[AddReport, list[str]] | Nothing]:
        self.begun()
        try:
            before = yield from call(Verbs.folders)
            report = yield from call(Verbs.add, self.paths)
        except AlbumenError:
            self.told(None)
            raise
        self.told(report)
        if not (report.folders or report.photos):
            return NOTHING
        return report, [folder.path for folder in before if folder.path]

    def back(self, done: tuple[AddReport, list[str]]) -> Calls[None]:
        report, before = done
        for folder in report.folders:
            yield from call(Verbs.remove_folder, folder.id)
        if report.photos:
            yield from call(Verbs.forget, list(report.photos))
        now = yield from call(Verbs.folders)
        taken_over = set(before) - {folder.path for folder in now}
        if taken_over:
            yield from call(Verbs.add, sorted(taken_over))
        self.told(None)


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
