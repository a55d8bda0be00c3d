"""The engine thread: it creates the `Library`, answers requests by verb name, and closes it again.

Knows: the order in which work is done. Verbs that return a value are answered at once; verbs that
return a generator become jobs, advanced one step per tick of a 0 ms timer, so that every other
request is answered between two steps. Does not know: any verb of the library, SQL, torch, or a
widget. It talks to the window only through signals that `EngineLink` receives; nothing here ever
runs in the GUI thread.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Generator
from dataclasses import dataclass, field
from types import GeneratorType
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QThread, QTimer, Signal, Slot

from desktop_app.link.times import Times
from engine.messages import Message, verbatim
from engine.records import AlbumenError, PhotosChanged, Progress
from engine.verbs import Served, Verbs

_log = logging.getLogger(__name__)

#: Progress and changes are told at most this often (seconds): a job with short steps must not flood
#: the GUI thread.
TELL_EVERY = 0.1
_LONG = 0.25  # seconds: a verb that keeps others waiting so long is written down

#: Jobs of different lanes do not wait for each other. Training is short and somebody waits for it,
#: so it goes first; a download is waiting for the network, so it takes turns with the library's own
#: work, which is done in order.
_FIRST = "first"
_NETWORK = "network"
_LIBRARY = "library"
_LANES = {
    Verbs.train.__name__: _FIRST,
    Served.take_work.__name__: _FIRST,
    Verbs.download_model.__name__: _NETWORK,
}


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a library verb, as posted by the window."""

    id: int
    verb: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    asked: float = field(default_factory=time.perf_counter)


@dataclass(slots=True)
class _Job:
    id: int
    verb: str
    steps: Generator[Any, None, Any]
    times: Times
    started: bool = False
    told: float = 0.0
    progress: Progress | None = None


def bug_sentence(error: BaseException) -> str:
    """What a person reads when something happened that nobody expected.

    The traceback is in the log.
    """
    kind = type(error).__name__
    sentence = QCoreApplication.translate(
        "EngineWorker",
        "Something went wrong inside Albumen ({kind}). "
        "Your photos are untouched; details are in the log.",
    )
    return sentence.format(kind=kind)


def _bug(error: BaseException) -> Message:
    return verbatim(bug_sentence(error))


class EngineWorker(QObject):
    """Lives in the engine thread.

    `open_library` is called there, once; its result is closed there too. `verbs`: the names that a
    request may call on it.
    """

    opened = Signal()
    unusable = Signal(object)  #: Message, as everything that is refused
    answered = Signal(int, object)
    refused = Signal(int, object)
    photos_changed = Signal(object)
    job_started = Signal(int, str)
    job_progress = Signal(int, object)
    job_ended = Signal(int, str)
    closed = Signal()

    def __init__(self, open_library: Callable[[], Served], verbs: Collection[str]) -> None:
        super().__init__()
        self._open_library = open_library
        self._verbs = verbs
        self._library: Served | None = None
        self._trouble: Message | None = None
        self._lanes: dict[str, deque[_Job]] = {
            _FIRST: deque(),
            _NETWORK: deque(),
            _LIBRARY: deque(),
        }
        self._paused = False
        self._no_jobs = False
        self._turn = _LIBRARY
        self._dropped: set[int] = set()
        self._changes = PhotosChanged()
        self._changes_told = 0.0
        self._tick: QTimer | None = None

    # -- called in the engine thread, through queued signals ---------------------------------------

    @Slot()
    def open(self) -> None:
        """Open the library.

        On an expected problem every later request is refused with its sentence.
        """
        self._tick = QTimer(self)
        self._tick.setInterval(0)
        self._tick.timeout.connect(self._step)
        try:
            self._library = self._open_library()
        except AlbumenError as error:
            self._trouble = error.message
        except Exception as error:
            _log.exception("the library could not be opened")
            self._trouble = _bug(error)
        if self._library is None:
            self.unusable.emit(self._trouble)
        else:
            self.opened.emit()
            self._tell_changes(force=True)

    @Slot(object)
    def serve(self, request: Request) -> None:
        """Answer one request, or queue it as a job if the verb returns a generator."""
        if request.id in self._dropped:
            self._dropped.discard(request.id)
            return
        if self._library is None:
            self.refused.emit(
                request.id,
                self._trouble or verbatim(self.tr("The library is closed.")),
            )
            return
        times = Times(request.asked)
        try:
            with times:
                result = self._verb(self._library, request.verb)(*request.args, **request.kwargs)
        except AlbumenError as error:
            self.refused.emit(request.id, error.message)
        except Exception as error:
            _log.exception("the verb %s failed", request.verb)
            self.refused.emit(request.id, _bug(error))
        else:
            if isinstance(result, GeneratorType):
                self._queue(_Job(request.id, request.verb, result, Times(request.asked)))
                return
            if isinstance(result, PhotosChanged):
                self._note(result)
            self.answered.emit(request.id, result)
        level = logging.INFO if times.busy > _LONG else logging.DEBUG
        _log.log(level, "%d %s: %s", request.id, request.verb, times)
        self._tell_changes(force=True)
        self._take_work()

    def _verb(self, library: Served, name: str) -> Callable[..., Any]:
        """What a request may call; the only place where a name becomes a method."""
        if name not in self._verbs:
            raise LookupError(f"{name} is no verb")
        verb: Callable[..., Any] = getattr(library, name)
        return verb

    def _take_work(self) -> None:
        """What the verb left to do becomes a job of its own, which nobody asked for by number."""
        if self._library is None or self._no_jobs:
            return
        steps = self._library.take_work()
        if steps is not None:
            times = Times(time.perf_counter())
            self._queue(_Job(-1, Served.take_work.__name__, steps, times))

    @Slot(int)
    def cancel(self, request_id: int) -> None:
        """Stop a job between two steps, or drop a request that was not served yet.

        What finished steps committed stays.
        """
        for lane in self._lanes.values():
            for job in lane:
                if job.id == request_id:
                    lane.remove(job)
                    self._end(job, "cancelled")
                    return
        self._dropped.add(request_id)

    @Slot()
    def pause(self) -> None:
        """Let jobs rest between two steps, except training, for which somebody is waiting."""
        self._paused = True

    @Slot()
    def resume(self) -> None:
        """Let them go on."""
        self._paused = False
        self._wake()

    @Slot()
    def end_jobs(self) -> None:
        """End every job between two steps, now and from now on; requests are still answered."""
        self._no_jobs = True
        if self._tick is not None:
            self._tick.stop()
        for lane in self._lanes.values():
            while lane:
                self._end(lane.popleft(), "cancelled")

    @Slot()
    def close(self) -> None:
        """End every job, close the library, end the thread's event loop."""
        self.end_jobs()
        if self._library is not None:
            try:
                self._library.close()
            except Exception:
                _log.exception("the library did not close cleanly")
            self._library = None
        self.closed.emit()
        QThread.currentThread().quit()

    # -- jobs --------------------------------------------------------------------------------------

    def _queue(self, job: _Job) -> None:
        if self._no_jobs:
            self._end(job, "cancelled")
            return
        self._lane(job).append(job)
        self._wake()

    def _lane(self, job: _Job) -> deque[_Job]:
        return self._lanes[_LANES.get(job.verb, _LIBRARY)]

    def _next_job(self) -> _Job | None:
        if self._lanes[_FIRST]:
            return self._lanes[_FIRST][0]
        if self._paused:
            return None
        ready = [lane for lane in (_LIBRARY, _NETWORK) if self._lanes[lane]]
        if not ready:
            return None
        self._turn = ready[-1] if self._turn == ready[0] else ready[0]
        return self._lanes[self._turn][0]

    def _wake(self) -> None:
        if self._tick is not None and not self._tick.isActive():
            self._tick.start()

    @Slot()
    def _step(self) -> None:
        """Advance one job by one step.

        Requests that arrived meanwhile are served before the next tick.
        """
        job = None if QThread.currentThread().isInterruptionRequested() else self._next_job()
        if job is None:
            if self._tick is not None:
                self._tick.stop()
            self._tell_changes(force=True)
            return
        if not job.started:
            job.started = True
            self.job_started.emit(job.id, job.verb)
        lane = self._lane(job)
        try:
            with job.times:
                step = next(job.steps)
        except StopIteration as finished:
            lane.remove(job)
            self._tell_changes(force=True)
            self.answered.emit(job.id, finished.value)
            self._end(job, "done")
            self._take_work()
        except AlbumenError as error:
            lane.remove(job)
            self.refused.emit(job.id, error.message)
            self._end(job, "failed")
        except Exception as error:
            _log.exception("the job %s failed", job.verb)
            lane.remove(job)
            self.refused.emit(job.id, _bug(error))
            self._end(job, "failed")
        else:
            now = time.perf_counter()
            if isinstance(step, PhotosChanged):
                self._note(step)
            elif isinstance(step, Progress):
                job.progress = step
            if job.progress is not None and now - job.told >= TELL_EVERY:
                self.job_progress.emit(job.id, job.progress)
                job.progress = None
                job.told = now
            self._tell_changes(force=False)

    def _end(self, job: _Job, how: str) -> None:
        if job.progress is not None:
            self.job_progress.emit(job.id, job.progress)
        try:
            job.steps.close()
        except Exception:
            _log.exception("the job %s did not stop cleanly", job.verb)
        self._tell_changes(force=True)
        _log.debug("%d %s: %s, %s", job.id, job.verb, job.times, how)
        if job.started or how == "cancelled":
            self.job_ended.emit(job.id, how)

    # -- what changed ------------------------------------------------------------------------------

    def _note(self, changes: PhotosChanged) -> None:
        self._changes = self._changes.joined(changes)

    def _tell_changes(self, *, force: bool) -> None:
        now = time.perf_counter()
        if not force and now - self._changes_told < 3 * TELL_EVERY:
            return
        if self._library is not None:
            self._note(self._library.take_changes())
        if self._changes != PhotosChanged():
            changes = self._changes
            self._changes = PhotosChanged()
            self._changes_told = now
            self.photos_changed.emit(changes)
