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
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot
from shiboken6 import isValid

from desktop_app.link.engine_words import in_words
from desktop_app.link.engine_worker import EngineWorker, Request

_log = logging.getLogger(__name__)

Callback = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A request that was not answered yet."""

    verb: str
    then: Callback | None
    failed: Callback | None
    act: bool


class EngineLink(QObject):
    """Requests to, and news from, the engine thread. Create it in the GUI thread, then `start()`.

    `open_library` is called without arguments IN the engine thread and returns the library; the
    thread, not the window, owns what it returns.
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

    def __init__(self, open_library: Callable[[], Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids = itertools.count(1)
        self._waiting: dict[int, _Waiting] = {}
        self._closed = self._only_acts = False
        self._paused = False
        self._thread = QThread()
        self._thread.setObjectName("engine")
        self._worker = EngineWorker(open_library)
        self._worker.moveToThread(self._thread)
        self._thread.started.connect(self._worker.open)
        self._requested.connect(self._worker.serve)
        self._cancel_requested.connect(self._worker.cancel)
        self._pause_requested.connect(self._worker.pause)
        self._resume_requested.connect(self._worker.resume)
        self._no_jobs_requested.connect(self._worker.end_jobs)
        self._close_requested.connect(self._worker.close)
        self._worker.opened.connect(self.ready)
        self._worker.unusable.connect(self.unusable)
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
        the first time."""
        if not self._closed:
            self._thread.start()

    def ask(
        self,
        verb: str,
        *args: Any,
        then: Callback | None = None,
        failed: Callback | None = None,
        act: bool = False,
        **kwargs: Any,
    ) -> int:
        """Call `Library.<verb>(*args, **kwargs)` in the engine thread; returns the request id at
        once.

        `then(result)` is called in the GUI thread; for a job (a verb that returns a generator) the
        result is what the generator returned. An expected problem calls `failed(sentence)`, or
        emits `problem` where `failed` is None. Nothing is called after a cancel, or if the QObject
        a callback is bound to was deleted meanwhile. `act`: part of something a person did, which
        is answered until the very end; a cancel calls its `failed` with an empty text.
        """
        request = Request(next(self._ids), verb, args, kwargs)
        if act or not self._only_acts:
            self._waiting[request.id] = _Waiting(verb, then, failed, act)
            self._requested.emit(request)
        return request.id

    def cancel(self, request_id: int) -> None:
        """Forget a request: a job stops before its next step, an answer that is on its way is
        dropped."""
        if request_id in self._waiting:
            self._cancelled(request_id)
            self._cancel_requested.emit(request_id)

    def pause(self) -> None:
        """Jobs (except training) rest after the step in flight; requests are still answered."""
        self._paused = True
        self._pause_requested.emit()

    def resume(self) -> None:
        self._paused = False
        self._resume_requested.emit()

    def running(self) -> bool:
        """Whether the engine thread can answer: it was started, and not closed."""
        return self._thread.isRunning()

    def only_acts(self) -> None:
        """The window is closing: from now on jobs are ended between two steps, and only acts are
        asked and answered."""
        self._only_acts = True
        self._waiting = {one: waiting for one, waiting in self._waiting.items() if waiting.act}
        self._no_jobs_requested.emit()

    def close(self, patience_ms: int = 30_000) -> bool:
        """Stop jobs between two steps, close the library in its thread, and wait for the thread;
        never terminates it.

        Returns False if the engine was still busy after `patience_ms` milliseconds. Safe at any
        moment, also twice.
        """
        self._closed = True
        self._waiting.clear()
        if not self._thread.isRunning():
            return True
        self._thread.requestInterruption()
        self._close_requested.emit()
        return self._thread.wait(patience_ms)

    @Slot(int, object)
    def _answered(self, request_id: int, result: object) -> None:
        waiting = self._waiting.pop(request_id, None)
        if waiting is not None:
            _call(waiting.then, result)

    @Slot(int, str)
    def _refused(self, request_id: int, sentence: str) -> None:
        waiting = self._waiting.pop(request_id, None)
        if waiting is None:
            return
        _log.info("%s: %s", waiting.verb, sentence)
        sentence = in_words(sentence)
        if waiting.failed is None:
            self.problem.emit(sentence)
        else:
            _call(waiting.failed, sentence)

    @Slot(int, str)
    def _job_ended(self, request_id: int, how: str) -> None:
        self._cancelled(request_id)  # unless it was answered
        self.job_ended.emit(request_id, how)

    def _cancelled(self, request_id: int) -> None:
        waiting = self._waiting.pop(request_id, None)
        if waiting is not None and waiting.act:
            _call(waiting.failed, "")


def _call(callback: Callback | None, value: object) -> None:
    if callback is None:
        return
    receiver = getattr(
        getattr(callback, "func", callback), "__self__", None
    )  # also behind a functools.partial
    if isinstance(receiver, QObject) and not isValid(receiver):
        return
    callback(value)
