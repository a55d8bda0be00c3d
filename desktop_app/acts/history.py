"""The undo stack: what a person did, and how it is taken back and done again.

Knows: the order of acts. They go through the link one after the other, so an undo pressed at once
waits for the answer it needs; and an act that was begun is finished, also when the window is closed
in the middle of it. Does not know: widgets, or which acts there are (`label_acts`, `folder_acts`,
`trash`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
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

from desktop_app.acts.file_moves import Mover, Moves
from desktop_app.link.asked import Asked
from desktop_app.link.engine_link import EngineLink
from engine.messages import verbatim
from engine.records import AlbumenError
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
            wanted = self._calls.throw(AlbumenError(verbatim(sentence)))
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

    def push_done(
        self,
        text: str,
        forward: Callable[[Undone], Calls[Done]],
        back: Callable[[Done], Calls[Undone]],
        done: Done,
    ) -> None:
        """The same for what was done already: `done` is what `forward` would have answered."""
        self.stack.push(_Act(self, text, forward, back, done))

    def push_here(self, text: str, do: Callable[[], object], undo: Callable[[], object]) -> None:
        """Do something in the window itself, now."""
        self.stack.push(_Here(text, do, undo))

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
