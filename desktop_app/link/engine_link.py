"""The only door between the window and the engine: `ask` a verb, get its answer in the GUI thread.

Knows: which answer belongs to which request. Does not know: what any verb does, or what an answer
looks like.

Signals of a worker that are connected to plain functions run in the worker's thread. Therefore
every signal of `EngineWorker` ends here, in bound methods of a QObject that lives in the GUI
thread, which also calls the callbacks.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Collection, Generator
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar, overload

from PySide6.QtCore import QObject, QThread, Signal, Slot

from desktop_app.link.asked import Asked
from desktop_app.link.engine_worker import EngineWorker, Request
from desktop_app.link.wording import in_words
from engine.messages import Message
from engine.verbs import VERBS, Served, Verbs

_log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


class EngineLink(QObject):
    """Requests to, and news from, the engine thread. Create it in the GUI thread, then `start()`.

    `open_library` is called without arguments IN the engine thread and returns the library; the
    thread, not the window, owns what it returns. `verbs`: the names that may be called on it.
    """

    photos_changed = Signal(object)  #: PhotosChanged
    job_started = Signal(int, str)  #: request id, verb
    job_progress = Signal(int, object)  #: request id, Progress
    job_ended = Signal(int, str)  #: request id, "done" | "cancelled" | "failed"
    problem = Signal(str)  #: one sentence for a person
    ready = Signal()  #: the library is open
    unusable = Signal(str)  #: the library cannot be opened; the sentence says why

    _requested = Signal(object)
    _cancel_requested = Signal(int)
    _pause_requested = Signal()
    _resume_requested = Signal()
    _no_jobs_requested = Signal()
    _close_requested = Signal()

    def __init__(
        self,
        open_library: Callable[[], Served],
        parent: QObject | None = None,
        verbs: Collection[str] = VERBS,
    ) -> None:
        super().__init__(parent)
        self._ids = itertools.count(1)
        self._waiting: dict[int, Asked[Any]] = {}
        self._closed = False
        self._only_acts = False
        self._paused = False
        self._thread = QThread()
        self._thread.setObjectName("engine")
        self._worker = EngineWorker(open_library, verbs)
        self._worker.moveToThread(self._thread)
        self._thread.started.connect(self._worker.open)
        self._requested.connect(self._worker.serve)
        self._cancel_requested.connect(self._worker.cancel)
        self._pause_requested.connect(self._worker.pause)
        self._resume_requested.connect(self._worker.resume)
        self._no_jobs_requested.connect(self._worker.end_jobs)
        self._close_requested.connect(self._worker.close)
        self._worker.opened.connect(self.ready)
        self._worker.unusable.connect(self._unusable)
        self._worker.answered.connect(self._answered)
        self._worker.refused.connect(self._refused)
        self._worker.photos_changed.connect(self.photos_changed)
        self._worker.job_started.connect(self.job_started)
        self._worker.job_progress.connect(self.job_progress)
        self._worker.job_ended.connect(self._job_ended)

    @property
    def paused(self) -> bool:
        """True between `pause()` and `resume()`."""
        return self._paused

    def start(self) -> None:
        """Start the engine thread; requests asked before are served as soon as the library is open.

        Nothing happens once `close` was called: a window may be closed before it was painted for
        the first time.
        """
        if not self._closed:
            self._thread.start()

    # A job first: its generator is a value too.
    @overload
    def ask(
        self,
        verb: Callable[Concatenate[Verbs, P], Generator[Any, Any, R]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Asked[R]: ...
    @overload
    def ask(
        self, verb: Callable[Concatenate[Verbs, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> Asked[R]: ...
    def ask(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Asked[Any]:
        """Call a verb (`Verbs.view`) with these arguments in the engine thread; returns at once.

        `Asked.then` says who hears the answer. An expected problem that nobody asked to hear is
        told by `problem`.
        """
        return self._begin(verb.__name__, args, kwargs, act=False)

    @overload
    def act(
        self,
        verb: Callable[Concatenate[Verbs, P], Generator[Any, Any, R]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Asked[R]: ...
    @overload
    def act(
        self, verb: Callable[Concatenate[Verbs, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> Asked[R]: ...
    def act(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Asked[Any]:
        """The same as part of something a person did, which is answered until the very end."""
        return self._begin(verb.__name__, args, kwargs, act=True)

    def cancel(self, asked: Asked[Any] | int) -> None:
        """Forget a request.

        A job stops before its next step, an answer that is on its way is dropped.
        """
        request_id = asked if isinstance(asked, int) else asked.id
        if request_id in self._waiting:
            self._cancelled(request_id)
            self._cancel_requested.emit(request_id)

    def pause(self) -> None:
        """Jobs (except training) rest after the step in flight; requests are still answered."""
        self._paused = True
        self._pause_requested.emit()

    def resume(self) -> None:
        """Jobs go on."""
        self._paused = False
        self._resume_requested.emit()

    def running(self) -> bool:
        """Whether the engine thread can answer: it was started, and not closed."""
        return self._thread.isRunning()

    def only_acts(self) -> None:
        """The window is closing: from now on only acts are asked and answered.

        Jobs are ended between two steps.
        """
        self._only_acts = True
        for asked in list(self._waiting.values()):
            if not asked.act:
                self._end(asked.id, "dropped")
        self._no_jobs_requested.emit()

    def close(self, patience_ms: int = 30_000) -> bool:
        """Stop jobs between two steps, close the library in its thread, and wait for the thread.

        Never terminates it. Returns False if the engine was still busy after `patience_ms`
        milliseconds. Safe at any moment, also twice.
        """
        self._closed = True
        for request_id in list(self._waiting):
            self._end(request_id, "dropped")
        if not self._thread.isRunning():
            return True
        self._thread.requestInterruption()
        self._close_requested.emit()
        return self._thread.wait(patience_ms)

    # -- the life of a request: each begins and ends here, and is served in `EngineWorker.serve` ---

    def _begin(
        self, verb: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, act: bool
    ) -> Asked[Any]:
        asked: Asked[Any] = Asked(next(self._ids), verb, act)
        if act or not self._only_acts:
            self._waiting[asked.id] = asked
            self._requested.emit(Request(asked.id, verb, args, kwargs))
        return asked

    def _end(
        self, request_id: int, _how: Literal["answered", "refused", "cancelled", "dropped"]
    ) -> Asked[Any] | None:
        """The request, unless it was over before. `dropped`: nobody needs the answer any more."""
        return self._waiting.pop(request_id, None)

    # -- news from the engine thread ---------------------------------------------------------------

    @Slot(int, object)
    def _answered(self, request_id: int, result: object) -> None:
        asked = self._end(request_id, "answered")
        if asked is not None:
            asked.answer(result)

    @Slot(object)
    def _unusable(self, said: Message) -> None:
        self.unusable.emit(in_words(said))

    @Slot(int, object)
    def _refused(self, request_id: int, said: Message) -> None:
        asked = self._end(request_id, "refused")
        if asked is None:
            return
        _log.info("%s: %s", asked.verb, said)
        sentence = in_words(said)  # the one place where a refusal becomes a sentence for a person
        if not asked.refuse(sentence):
            self.problem.emit(sentence)

    @Slot(int, str)
    def _job_ended(self, request_id: int, how: str) -> None:
        self._cancelled(request_id)  # unless it was answered
        self.job_ended.emit(request_id, how)

    def _cancelled(self, request_id: int) -> None:
        asked = self._end(request_id, "cancelled")
        if asked is not None and asked.act:
            asked.refuse("")
