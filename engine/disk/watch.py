"""Noticing that a watched folder changed, without ever relying on being told.

Knows: file system events (watchdog), how to wait until a burst of them is over, when to look
without one. Does not know: what changed (`scan` finds out), the store, Qt. All it ever says is
'this folder changed'.

Events get lost: queues overflow, watch limits are reached, network drives send none, a drive is
mounted over a watched folder. So every folder is also reported every `rescan_seconds`, again half a
minute after a storm, every `poll_seconds` where the system refuses to watch it, and whenever the
directory behind its path becomes another one, appears or disappears.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from engine.images.decode import is_candidate
from engine.messages import Message, message

# A folder that leaves the watched one and comes back makes watchdog warn about its own
# book-keeping.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\.")

STORM_EVENTS = 5000
STORM_RESCAN_SECONDS = 30.0
GLANCE_SECONDS = 5.0

# Reading a photo must not look like a change, so opening and plain closing are not asked for. Linux
# says when a written file is closed; elsewhere every write counts and the wait for quiet does the
# rest.
_EVENTS: list[type[FileSystemEvent]] = [
    *(
        FileCreatedEvent,
        FileMovedEvent,
        FileDeletedEvent,
        DirCreatedEvent,
        DirMovedEvent,
        DirDeletedEvent,
    ),
    FileClosedEvent if sys.platform == "linux" else FileModifiedEvent,
]
_LIMITS = (errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ENOMEM)


@dataclass(slots=True, eq=False)
class _Watched:
    """One folder and its clocks (monotonic seconds; None: not running)."""

    path: bytes
    rescan_at: float
    glance_at: float
    identity: tuple[int, int] | None = None
    watch: Any = None
    limited: bool = False
    first_event: float | None = None
    last_event: float | None = None
    events: int = 0
    again_at: float | None = None


class FolderWatcher:
    """Watch folders and call `on_change(folder)` when one may have changed.

    The call comes from this object's own thread.

    A change is reported once `quiet_seconds` have passed without another, at the latest
    `longest_delay` after the first; so is a folder that is watched from now on.
    `on_notice(message)`: something a person should know (a limit of the system was reached), from
    the same thread. `watch(paths)` replaces the set of folders and returns at once; `stop()` ends
    every thread. `clock` and `observer` are there for tests.
    """

    def __init__(
        self,
        on_change: Callable[[bytes], None],
        on_notice: Callable[[Message], None] = lambda said: None,
        *,
        quiet_seconds: float = 1.0,
        longest_delay: float = 5.0,
        rescan_seconds: float = 600.0,
        poll_seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        observer: Callable[[], Any] = Observer,
    ) -> None:
        self._on_change = on_change
        self._on_notice = on_notice
        self._quiet = quiet_seconds
        self._longest = longest_delay
        self._rescan = rescan_seconds
        self._poll = poll_seconds
        self._clock = clock
        self._new_observer = observer
        self._observer: Any = None
        # Guards _wanted, _stopping and the event clocks of _folders.
        self._lock = threading.Condition()
        self._wanted: list[bytes] = []
        self._folders: dict[bytes, _Watched] = {}
        self._noticed = False
        self._stopping = False
        self._thread: threading.Thread | None = None

    def watch(self, paths: Iterable[bytes]) -> None:
        """Watch exactly these folders from now on. A folder that does not exist is waited for."""
        with self._lock:
            self._wanted = list(dict.fromkeys(paths))
            self._lock.notify_all()
            if self._thread is None and not self._stopping:
                self._thread = threading.Thread(
                    target=self._run, name="folder-watcher", daemon=True
                )
                self._thread.start()

    def stop(self) -> None:
        """Stop watching; after it returns no call is made any more. A second call does nothing."""
        with self._lock:
            self._stopping = True
            self._lock.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    # ------------------------------------------------------------ the watcher's own thread

    def _run(self) -> None:
        try:
            while True:
                with self._lock:
                    if self._stopping:
                        return
                pause = self.step()
                with self._lock:
                    if not self._stopping and set(self._wanted) == set(self._folders):
                        self._lock.wait(pause)
        finally:
            if self._observer is not None:
                self._observer.stop()
                self._observer.join()

    def step(self) -> float:
        """One round of the watcher's thread: take up new folders, report what is due.

        Seconds until the next round.
        """
        with self._lock:
            wanted = list(self._wanted)
        for path in [path for path in self._folders if path not in wanted]:
            self._unschedule(self._folders.pop(path))
        for path in wanted:
            if path not in self._folders:
                now = self._clock()
                folder = _Watched(
                    path, rescan_at=now + self._rescan, glance_at=now + GLANCE_SECONDS
                )
                folder.identity = _identity(path)
                self._schedule(folder)
                # What came since somebody looked and before the watch stood was told to nobody. (A
                # large tree takes seconds, in which the photos are not kept waiting.)
                folder.first_event = folder.last_event = self._clock()
                with self._lock:
                    self._folders[path] = folder
                    self._lock.notify_all()
        for folder in list(self._folders.values()):
            if self._is_due(folder):
                self._on_change(folder.path)
        now = self._clock()
        with self._lock:
            moments = [
                moment for folder in self._folders.values() for moment in self._moments(folder)
            ]
        return max(0.01, min(moments, default=now + GLANCE_SECONDS) - now)

    def _moments(self, folder: _Watched) -> list[float]:
        moments = [folder.rescan_at, folder.glance_at]
        if folder.again_at is not None:
            moments.append(folder.again_at)
        if folder.first_event is not None and folder.last_event is not None:
            moments.append(min(folder.last_event + self._quiet, folder.first_event + self._longest))
        return moments

    def _is_due(self, folder: _Watched) -> bool:
        now = self._clock()
        due = False
        with self._lock:
            if folder.first_event is not None and folder.last_event is not None:
                due = now >= min(
                    folder.last_event + self._quiet, folder.first_event + self._longest
                )
            if due:
                if folder.events >= STORM_EVENTS:
                    folder.again_at = now + STORM_RESCAN_SECONDS
                folder.first_event = folder.last_event = None
                folder.events = 0
        if folder.again_at is not None and now >= folder.again_at:
            folder.again_at = None
            self._reschedule(folder)  # folders made during the storm may have no watch
            due = True
        if now >= folder.glance_at:
            folder.glance_at = now + GLANCE_SECONDS
            identity = _identity(folder.path)
            if identity != folder.identity:
                folder.identity = identity
                self._reschedule(folder)
                due = True
        if now >= folder.rescan_at:
            self._reschedule(folder)
            due = True
        if due:
            folder.rescan_at = now + (self._poll if folder.limited else self._rescan)
        return due

    # ------------------------------------------------------------ watchdog

    def _reschedule(self, folder: _Watched) -> None:
        self._unschedule(folder)
        self._schedule(folder)

    def _schedule(self, folder: _Watched) -> None:
        folder.limited = False
        if folder.identity is None:
            return
        try:
            if self._observer is None:
                self._observer = self._new_observer()
                self._observer.start()
            folder.watch = self._observer.schedule(
                _Handler(self, folder),
                os.fsdecode(folder.path),
                recursive=True,
                event_filter=_EVENTS,
            )
            self._probe()
        except OSError as error:
            if error.errno in _LIMITS:
                folder.limited = True
                folder.rescan_at = min(folder.rescan_at, self._clock() + self._poll)
                self._notice_limit()
            # anything else: the folder went away in this moment, or its file system cannot be
            # watched; glances and rescans go on

    def _unschedule(self, folder: _Watched) -> None:
        if folder.watch is not None:
            with contextlib.suppress(KeyError, OSError):
                self._observer.unschedule(folder.watch)
            folder.watch = None

    def _probe(self) -> None:
        """OSError when the system has no watch left.

        Newer watchdogs keep silent when a SUBfolder could not be watched, so one more folder is
        tried.
        """
        with tempfile.TemporaryDirectory(prefix="albumen-") as directory:
            self._observer.unschedule(self._observer.schedule(FileSystemEventHandler(), directory))

    def _notice_limit(self) -> None:
        if not self._noticed:
            self._noticed = True
            self._on_notice(
                message(
                    "The system's limit of watched folders is reached, so changes are looked for "
                    "every {seconds} seconds; raise fs.inotify.max_user_watches to see them at "
                    "once.",
                    seconds=f"{self._poll:g}",
                )
            )

    def note_event(self, folder: _Watched) -> None:
        """Called by watchdog's thread: something below the folder changed."""
        now = self._clock()
        with self._lock:
            folder.events += 1
            folder.last_event = now
            if folder.first_event is None:
                folder.first_event = now
                self._lock.notify_all()


class _Handler(FileSystemEventHandler):
    """Filters the events of one folder.

    Photos and folders count, hidden ones and other programs' files do not.
    """

    def __init__(self, watcher: FolderWatcher, folder: _Watched) -> None:
        self._watcher = watcher
        self._folder = folder

    def dispatch(self, event: FileSystemEvent) -> None:
        for name in (event.src_path, event.dest_path):
            path = os.fsencode(name)
            if path and self._counts(path, event.is_directory):
                self._watcher.note_event(self._folder)
                return

    def _counts(self, path: bytes, is_directory: bool) -> bool:
        below = path[len(self._folder.path) :]
        return os.fsencode(os.sep) + b"." not in below and (is_directory or is_candidate(path))


def _identity(path: bytes) -> tuple[int, int] | None:
    """Which directory is behind the path now (device, inode), or None.

    A drive that comes or goes changes it.
    """
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
