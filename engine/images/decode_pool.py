"""The sandboxed decoding processes.

Many files in, pixels out in the same order, whatever the files contain.

Knows: how to start, feed, time, kill and replace decoding processes, and who is to blame when one
dies. Does not know: how a picture is decoded (`decode`), what a process may do (`decode_child`),
the store, Qt, torch.

Each process is an ordinary child with two pipes, started by `subprocess`: nothing of the program's
main module is imported again (multiprocessing would), no helper process stays behind, and when the
program is killed the pipe ends and so does the child. Photos come back as plain bytes through the
pipe: 165 KB take 0.04 ms, and shared memory, measured, took longer.
"""

from __future__ import annotations

import collections
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, cast

from engine.images.decode import THUMBNAIL, Decoded, Picture, RawPhoto
from engine.images.decode_child import REPLY, REQUEST
from engine.messages import Message, from_json, message, verbatim
from engine.records import AlbumenError, Failure

_START_SECONDS = 60.0  # a cold start from a slow disk
# After a kill that did nothing (a read from a dead network drive cannot be interrupted)
_ABANDON_SECONDS = 2.0
_RETRY_SECONDS = 1.0  # when no process could be started
# A look at the clock that comes so late: this program, or the whole machine, stood still.
_LATE_SECONDS = 0.5
_IN_FLIGHT = 2  # per process: the next file is there when one is done
_LONGEST_PATH = 2**14
_LONGEST_TEXT = 2**16
_LONGEST_REASON = 2000
_LARGEST_THUMBNAIL = 2**20
_CODE = (
    "import sys; root = sys.argv.pop(1); root in sys.path or sys.path.append(root)\n"
    "from engine.images.decode_child import main; main(sys.argv[1:])"
)
FROZEN_CHILD = "--decode"
"""First argument of a frozen program that is to be a decoding process."""

# A photo, a content hash, a picture for the screen, or why there is none.
Answer = Decoded | str | Picture | Failure


@dataclass(slots=True)
class Statistics:
    """What the pool saw.

    Processes that died or were stopped for taking too long, the largest memory of one in bytes (0
    where the system does not tell), and the slowest file with its seconds.
    """

    deaths: int = 0
    overdue: int = 0
    peak_memory: int = 0
    slowest: bytes = b""
    slowest_seconds: float = 0.0


@dataclass(slots=True, eq=False)
class _Task:
    command: bytes
    path: bytes
    size: tuple[int, int]  # long side of the thumbnail or picture, JPEG quality of a thumbnail
    answer: Answer | None = None
    dropped: bool = False  # nobody waits for it any more

    def fail(self, reason: Message) -> None:
        self.answer = Failure(os.fsdecode(self.path), reason)


@dataclass(slots=True, eq=False)
class _Child:
    process: subprocess.Popen[bytes]
    deadline: float
    tasks: collections.deque[_Task] = field(default_factory=collections.deque)
    ready: bool = False
    idle: bool = False
    overdue: bool = False
    gone: bool = False


class DecodePool:
    """Decode files in sandboxed processes.

    `resolution`: S of the model's input. `workers`: processes, one per core by default.
    `memory_limit`: bytes of address space per process (not enforced by macOS and Windows).
    `seconds`: longest time for one file. `look_ahead`: how many photos may be decoded or waiting
    beyond the one that is taken next (S * S * 3 bytes each). `thumbnail`: long side and JPEG
    quality of the thumbnails; may be set at any time, for files not yet asked for.

    Processes start with the first file and leave by themselves after half a minute without one. Use
    it from one thread; `close` may be called from any.
    """

    def __init__(
        self,
        resolution: int,
        workers: int | None = None,
        memory_limit: int = 2 * 2**30,
        seconds: float = 10.0,
        look_ahead: int = 64,
        thumbnail: tuple[int, int] = THUMBNAIL,
    ) -> None:
        self.resolution = resolution
        self.thumbnail = thumbnail
        self.workers = workers or _cores()
        self.seconds = seconds
        self.look_ahead = max(look_ahead, _IN_FLIGHT * self.workers)
        self.statistics = Statistics()
        self._memory_limit = memory_limit
        self._changed = threading.Condition()  # guards everything below
        self._queue: collections.deque[_Task] = collections.deque()
        self._children: list[_Child] = []
        self._failed_starts = 0
        self._closed = False

    def __enter__(self) -> DecodePool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def decode(
        self, paths: Iterable[bytes], wait: float | None = None
    ) -> Iterator[Decoded | Failure | None]:
        """One answer per path, in the order given: the photo, or why it cannot be read.

        A file that kills or outlasts its process is the one that fails; the others are decoded by
        the next process.

        `wait`: where given, None is yielded whenever nothing was ready for that many seconds, so
        that the caller's steps stay short while one file hangs. Closing the iterator drops what was
        not taken. Raises AlbumenError when no decoding process can be started at all.
        """
        for _, answer in self._answers(b"D", paths, wait):
            yield cast("Decoded | Failure | None", answer)

    def hash(
        self, paths: Iterable[bytes], wait: float | None = None
    ) -> Iterator[tuple[bytes, str] | Failure | None]:
        """Content hashes of files in the order given, as (path, hash) or Failure.

        A hash is 32 hexadecimal digits; else as `decode`.
        """
        for path, answer in self._answers(b"H", paths, wait):
            yield (path, answer) if isinstance(answer, str) else cast("Failure | None", answer)

    def view(self, path: bytes, longest: int) -> Picture | Failure:
        """One picture for the screen: upright, sRGB, its long side at most `longest` pixels.

        Blocks until it is there, at most as long as one file may take (and the files before it).
        Raises like `decode`.
        """
        task = _Task(b"V", path, (longest, 0))
        self._submit(task)
        self._wait_for(task, None)
        return cast("Picture | Failure", task.answer)

    def close(self) -> None:
        """Stop every process now. The pool cannot be used again; a second call does nothing."""
        with self._changed:
            self._closed = True
            self._queue.clear()
            children = self._children
            self._children = []
            for child in children:
                child.gone = True
                child.process.kill()
            self._changed.notify_all()
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(_ABANDON_SECONDS)

    # ------------------------------------------------------------ the caller's side

    def _answers(
        self, command: bytes, paths: Iterable[bytes], wait: float | None
    ) -> Iterator[tuple[bytes, Answer | None]]:
        window: collections.deque[_Task] = collections.deque()
        source: Iterator[bytes] | None = iter(paths)
        try:
            while True:
                while source is not None and len(window) < self.look_ahead:
                    path = next(source, None)
                    if path is None:
                        source = None
                    else:
                        window.append(_Task(command, path, self.thumbnail))
                        self._submit(window[-1])
                if not window:
                    return
                if self._wait_for(window[0], wait):
                    task = window.popleft()
                    yield task.path, task.answer
                else:
                    yield b"", None
        finally:
            with self._changed:
                for task in window:
                    task.dropped = True

    def _submit(self, task: _Task) -> None:
        if len(task.path) > _LONGEST_PATH:
            task.fail(message("Its name is too long to be opened."))
            return
        with self._changed:
            if self._closed:
                raise RuntimeError("the decode pool is closed")
            self._queue.append(task)
            self._feed()

    def _wait_for(self, task: _Task, wait: float | None) -> bool:
        """Block until the task is answered (True) or `wait` seconds went by (False).

        Stop overdue processes meanwhile.
        """
        until = None if wait is None else time.monotonic() + wait
        with self._changed:
            while task.answer is None:
                if self._closed:
                    raise RuntimeError("the decode pool is closed")
                if self._failed_starts >= 3:
                    self._failed_starts = 0
                    raise AlbumenError(
                        "Photos cannot be read: the decoding process does not start; "
                        "check that the installation is complete."
                    )
                self._feed()  # a process that could not be started a moment ago may start now
                now = time.monotonic()
                if until is not None and now >= until:
                    return False
                moments = [self._look_at_clock(child, now) for child in list(self._children)]
                if task.answer is None:
                    moments += (
                        [now + _RETRY_SECONDS] if until is None else [now + _RETRY_SECONDS, until]
                    )
                    self._changed.wait(max(0.0, min(moments) - now))
        return True

    # ------------------------------------------------------------ with the lock held

    def _look_at_clock(self, child: _Child, now: float) -> float:
        """Stop the child if its file took too long; the moment of the next look."""
        if not child.tasks or now < child.deadline:
            return child.deadline if child.tasks else now + 1.0
        if child.overdue:
            self._bury(child)
        elif now > child.deadline + _LATE_SECONDS:
            # So did the file's process, perhaps: its time begins anew.
            child.deadline = now + (self.seconds if child.ready else _START_SECONDS)
        else:
            child.overdue = True
            child.deadline = now + _ABANDON_SECONDS
            child.process.kill()
        return child.deadline

    def _feed(self) -> None:
        """Hand waiting tasks to processes that have room, starting processes as needed."""
        while self._queue:
            if self._queue[0].dropped:
                self._queue.popleft()
                continue
            child = min(self._children, key=lambda child: len(child.tasks), default=None)
            if (
                (child is None or child.tasks)
                and len(self._children) < self.workers
                and self._failed_starts < 3
            ):
                child = self._start()
            if child is None or len(child.tasks) >= _IN_FLIGHT:
                return
            self._give(child, self._queue.popleft())

    def _give(self, child: _Child, task: _Task) -> None:
        if not child.tasks and child.ready:
            child.deadline = time.monotonic() + self.seconds
        child.tasks.append(task)
        stdin = cast("IO[bytes]", child.process.stdin)
        try:
            stdin.write(REQUEST.pack(task.command, *task.size, len(task.path)) + task.path)
            stdin.flush()
        except OSError:  # it died; its reader will notice and hand the task on
            child.idle = len(child.tasks) == 1

    def _start(self) -> _Child | None:
        root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        limits = (str(self.resolution), str(self._memory_limit), str(self.seconds))
        options: dict[str, Any] = {
            "process_group": 0
        }  # Ctrl-C in the terminal reaches the program only
        if sys.platform == "win32":
            options = {
                "creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
            }
        command = [sys.executable, "-P", "-W", "ignore", "-c", _CODE, root]
        if getattr(sys, "frozen", False):  # there is no interpreter, only this program
            command = [sys.executable, FROZEN_CHILD]
        try:
            process = subprocess.Popen(
                [*command, *limits],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                **options,
            )
        except OSError:  # no memory or no process to be had
            self._failed_starts += not self._children
            self._changed.notify_all()
            return None
        child = _Child(process, time.monotonic() + _START_SECONDS)
        self._children.append(child)
        threading.Thread(
            target=self._listen, args=(child,), name="decode-pool", daemon=True
        ).start()
        return child

    def _bury(self, child: _Child) -> None:
        """A child is gone, or as good as gone.

        Blame its file if there is one, give the rest to others.
        """
        if child.gone:
            return
        child.gone = True
        self._children.remove(child)
        if not child.ready:
            self._failed_starts += 1
        elif child.tasks and not child.idle:
            guilty = child.tasks.popleft()
            if child.overdue or time.monotonic() >= child.deadline:
                self.statistics.overdue += 1
                self._note(guilty.path, self.seconds, 0)
                guilty.fail(
                    message(
                        "It could not be read within {seconds} seconds.",
                        seconds=f"{self.seconds:g}",
                    )
                )
            else:
                self.statistics.deaths += 1
                guilty.fail(
                    message("Its contents made the decoder crash; the file is damaged or hostile.")
                )
        self._queue.extendleft(reversed(child.tasks))
        child.tasks.clear()
        if not self._closed:
            self._feed()
        self._changed.notify_all()

    def _hear(
        self, child: _Child, kind: bytes, text: bytes, pixels: bytes, thumbnail: bytes
    ) -> None:
        """One frame of a child. ValueError (or KeyError, TypeError) when it makes no sense."""
        child.deadline = time.monotonic() + self.seconds
        if kind == b"R":
            child.ready = True
            self._failed_starts = 0
        elif kind == b"B":
            child.idle = True
        elif kind == b"A":
            answer = json.loads(text)
            task = child.tasks[0]
            task.answer = self._understood(task, answer, pixels, thumbnail)
            child.tasks.popleft()
            self._note(task.path, float(answer["seconds"]), int(answer["peak"]))
            self._feed()
            self._changed.notify_all()
        elif kind != b"T":
            raise ValueError("unknown frame")

    def _understood(
        self, task: _Task, answer: dict[str, Any], pixels: bytes, thumbnail: bytes
    ) -> Answer:
        if "reason" in answer:
            return Failure(os.fsdecode(task.path), _reason(str(answer["reason"])))
        if task.command == b"H":
            return str(answer["hash"])
        if task.command == b"V":
            width, height, full_width, full_height = (int(number) for number in answer["size"])
            if width * height * 3 != len(pixels):
                raise ValueError("not as many pixels as it says")
            facts = {str(key): str(text) for key, text in answer["facts"].items()}
            return Picture(task.path, width, height, pixels, full_width, full_height, facts)
        width, height, taken_at, content_hash, size, mtime_ns, words = answer["photo"]
        photo = RawPhoto(
            pixels,
            thumbnail,
            int(width),
            int(height),
            None if taken_at is None else float(taken_at),
            f"{int(content_hash, 16):032x}",
            int(size),
            int(mtime_ns),
            tuple(str(word) for word in words),
        )
        return photo.decoded(task.path, self.resolution)

    def _note(self, path: bytes, seconds: float, peak: int) -> None:
        self.statistics.peak_memory = max(self.statistics.peak_memory, peak)
        if seconds > self.statistics.slowest_seconds:
            self.statistics.slowest = path
            self.statistics.slowest_seconds = seconds

    # ------------------------------------------------------------ one thread per child

    def _listen(self, child: _Child) -> None:
        source = cast("IO[bytes]", child.process.stdout)
        with contextlib.suppress(
            OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError
        ):
            while True:
                kind, *lengths = REPLY.unpack(_exactly(source, REPLY.size))
                side = max(self.resolution, child.tasks[0].size[0] if child.tasks else 0)
                largest = (_LONGEST_TEXT, 3 * side * side, _LARGEST_THUMBNAIL)
                if any(length > limit for length, limit in zip(lengths, largest, strict=True)):
                    raise ValueError("frame too large")
                parts = [_exactly(source, length) for length in lengths]
                with self._changed:
                    if child.gone:
                        break
                    self._hear(child, kind, *parts)
        child.process.kill()  # it is gone, or it talks nonsense
        child.process.wait()
        with self._changed:
            self._bury(child)
        for pipe in (child.process.stdin, source):
            with contextlib.suppress(OSError):
                cast("IO[bytes]", pipe).close()


def _exactly(source: IO[bytes], length: int) -> bytes:
    data = source.read(length)
    if len(data) != length:
        raise EOFError
    return data


def _reason(line: str) -> Message:
    """A message of a process that nobody trusts: one that could become long is taken as text.

    Pieces with places of their own multiply what stands in them; one without is like text.
    """
    said = from_json(line)
    flat = not any(isinstance(value, Message) and value.parameters for _, value in said.parameters)
    return said if flat and len(line) <= _LONGEST_REASON else verbatim(line[:_LONGEST_REASON])


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
