"""A change is reported once, soon and from one thread.

What the system does not report is looked for.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from watchdog.events import DirCreatedEvent, DirMovedEvent, FileCreatedEvent, FileMovedEvent

from engine.disk import watch
from engine.disk.watch import FolderWatcher
from engine.messages import Message


class Observer:
    """Watchdog's observer as the watcher uses it, moved by hand."""

    def __init__(self) -> None:
        self.handlers: dict[str, Any] = {}
        self.limit = 100
        self.scheduled = 0
        self.stopped = False

    def start(self) -> None: ...

    def join(self) -> None: ...

    def stop(self) -> None:
        self.stopped = True

    def schedule(
        self, handler: Any, path: str, recursive: bool = False, event_filter: Any = None
    ) -> str:
        if len(self.handlers) >= self.limit:
            raise OSError(errno.ENOSPC, "inotify watch limit reached")
        self.scheduled += 1
        self.handlers[path] = handler
        return path

    def unschedule(self, watch: str) -> None:
        del self.handlers[watch]


class Bench:
    """A watcher whose clock and observer are in the test's hand.

    `step` is one round of its thread.
    """

    def __init__(self, **options: Any) -> None:
        self.now = 1000.0
        self.observer = Observer()
        self.changes: list[bytes] = []
        self.notices: list[Message] = []
        self.watcher = FolderWatcher(
            self.changes.append,
            self.notices.append,
            clock=lambda: self.now,
            observer=lambda: self.observer,
            **{"rescan_seconds": 600.0, "poll_seconds": 60.0, **options},
        )

    def watch(self, *paths: Path) -> None:
        """Watch exactly these; the first report, of what came before the watch stood, is over."""
        wanted = [os.fsencode(path) for path in paths]
        new = [path for path in wanted if path not in self.watcher._folders]
        with self.watcher._lock:
            self.watcher._wanted = wanted
        self.step()
        assert self.changes == []
        self.step(1.1)
        assert self.changes == new
        self.changes.clear()

    def step(self, seconds: float = 0.0) -> float:
        self.now += seconds
        return self.watcher.step()

    def event(
        self,
        folder: Path,
        path: str = "a.jpg",
        kind: Callable[..., Any] = FileCreatedEvent,
        to: str = "",
    ) -> None:
        handler = self.observer.handlers[str(folder)]
        handler.dispatch(kind(str(folder / path), str(folder / to) if to else ""))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_burst_is_reported_once_when_it_is_over(tmp_path: Path, bench: Bench) -> None:
    bench.watch(tmp_path)
    bench.step()
    assert bench.changes == []
    for _ in range(5):
        bench.event(tmp_path)
        assert bench.step(0.5) > 0 and bench.changes == []
    pause = bench.step(0.4)
    assert bench.changes == [] and pause == pytest.approx(0.1, abs=0.01)
    bench.step(0.1)
    assert bench.changes == [os.fsencode(tmp_path)]
    bench.step(3.0)
    assert len(bench.changes) == 1


def test_endless_writing_is_reported_all_the_same(tmp_path: Path, bench: Bench) -> None:
    bench.watch(tmp_path)
    bench.step()
    for _ in range(56):
        bench.event(tmp_path)
        bench.step(0.1)
    assert len(bench.changes) == 1


def test_only_photos_and_folders_count(tmp_path: Path, bench: Bench) -> None:
    bench.watch(tmp_path)
    bench.step()
    bench.event(tmp_path, "notes.txt")
    bench.event(tmp_path, ".cache/a.jpg")
    bench.event(tmp_path, ".hidden", DirCreatedEvent)
    bench.event(tmp_path, "a.jpg.part")
    bench.step(2.0)
    assert bench.changes == []
    for event in (
        lambda: bench.event(tmp_path, "sub", DirCreatedEvent),
        lambda: bench.event(tmp_path, "sub", DirMovedEvent, "sub2"),
        lambda: bench.event(tmp_path, "a.jpg.part", FileMovedEvent, "a.jpg"),
        lambda: bench.event(tmp_path, "a.jpg", FileMovedEvent, "a.txt"),
    ):
        bench.changes.clear()
        event()
        bench.step(1.1)
        assert len(bench.changes) == 1


def test_each_folder_for_itself_and_unwatched_ones_no_more(tmp_path: Path, bench: Bench) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    a.mkdir(), b.mkdir()
    bench.watch(a, b)
    bench.step()
    bench.event(b)
    bench.step(1.1)
    assert bench.changes == [os.fsencode(b)]
    bench.changes.clear()
    bench.watch(a)
    bench.step()
    assert list(bench.observer.handlers) == [str(a)]
    bench.step(700)
    assert bench.changes == [os.fsencode(a)]


def test_every_folder_is_looked_at_now_and_then(tmp_path: Path, bench: Bench) -> None:
    bench.watch(tmp_path)
    bench.step()
    for i in range(3):
        bench.step(599.0)
        assert len(bench.changes) == i
        bench.step(1.1)
        assert len(bench.changes) == i + 1


def test_after_a_storm_it_looks_again(
    tmp_path: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "STORM_EVENTS", 10)
    bench.watch(tmp_path)
    bench.step()
    for _ in range(11):
        bench.event(tmp_path)
    bench.step(1.1)
    scheduled = bench.observer.scheduled
    bench.step(watch.STORM_RESCAN_SECONDS + 0.1)
    assert len(bench.changes) == 2
    assert bench.observer.scheduled > scheduled  # folders made during the storm get their watches
    bench.step(watch.STORM_RESCAN_SECONDS + 0.1)
    assert len(bench.changes) == 2


@pytest.mark.parametrize("limit", [0, 1])
def test_at_the_limit_a_notice_is_given_once_and_folders_are_polled(
    tmp_path: Path, bench: Bench, limit: int
) -> None:
    """0: the folder itself cannot be watched.

    1: it can, but there is none left for a folder below it.
    """
    bench.observer.limit = limit
    bench.watch(tmp_path)
    bench.step()
    assert (
        len(bench.notices) == 1
        and "max_user_watches" in str(bench.notices[0])
        and "60 seconds" in str(bench.notices[0])
    )
    for i in range(3):
        bench.step(60.1)
        assert len(bench.changes) == i + 1
    bench.observer.limit = 100  # raised: watched again from the next look on
    bench.step(60.1)
    bench.step(60.1)
    assert len(bench.changes) == 4 and len(bench.notices) == 1
    bench.event(tmp_path)
    bench.step(1.1)
    assert len(bench.changes) == 5


def test_a_drive_that_comes_and_goes(tmp_path: Path, bench: Bench) -> None:
    drive = tmp_path / "drive"
    bench.watch(drive)
    bench.step()
    assert bench.observer.handlers == {} and bench.changes == []
    drive.mkdir()
    bench.step(watch.GLANCE_SECONDS)
    assert len(bench.changes) == 1 and list(bench.observer.handlers) == [str(drive)]
    drive.rename(tmp_path / "unplugged")
    bench.step(watch.GLANCE_SECONDS)
    assert len(bench.changes) == 2 and bench.observer.handlers == {}
    drive.mkdir()  # the empty mount point, then the drive over it: another directory each time
    bench.step(watch.GLANCE_SECONDS)
    drive.rmdir()
    (tmp_path / "unplugged").rename(drive)
    bench.step(watch.GLANCE_SECONDS)
    bench.step(watch.GLANCE_SECONDS)
    assert len(bench.changes) == 4


# ---------------------------------------------------------------- with the real thing


class Calls:
    """What a watcher reports, and a way to wait for it."""

    def __init__(self) -> None:
        self.reported = threading.Event()
        self.folders: list[bytes] = []
        self.threads: set[str] = set()

    def __call__(self, folder: bytes) -> None:
        self.folders.append(folder)
        self.threads.add(threading.current_thread().name)
        self.reported.set()

    def wait(self) -> bool:
        happened = self.reported.wait(60)
        self.reported.clear()
        return happened


@pytest.fixture
def real() -> Iterator[tuple[FolderWatcher, Calls]]:
    calls = Calls()
    before = set(threading.enumerate())
    watcher = FolderWatcher(calls, quiet_seconds=0.02)
    yield watcher, calls
    watcher.stop()
    watcher.stop()
    left = set(threading.enumerate()) - before
    assert not [thread.name for thread in left if "folder-watcher" in thread.name]


def when_ready(watcher: FolderWatcher, folders: int) -> None:
    """Wait until the watcher's thread has taken the folders up."""
    with watcher._lock:
        assert watcher._lock.wait_for(
            lambda: len([f for f in watcher._folders.values() if f.watch]) == folders, 60
        )


def test_real_changes_are_noticed(tmp_path: Path, real: tuple[FolderWatcher, Calls]) -> None:
    watcher, calls = real
    watcher.watch([os.fsencode(tmp_path)])
    when_ready(watcher, 1)
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    assert calls.wait()
    (tmp_path / "sub" / "deep" / "a.jpg").write_bytes(b"x")
    assert calls.wait()
    (tmp_path / "sub" / "deep" / "a.jpg").rename(tmp_path / "b.jpg")
    assert calls.wait()
    (tmp_path / "b.jpg").unlink()
    assert calls.wait()
    assert set(calls.folders) == {os.fsencode(tmp_path)} and calls.threads == {"folder-watcher"}


def test_reading_photos_is_no_change(
    tmp_path: Path, real: tuple[FolderWatcher, Calls], monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher, calls = real
    heard: set[str] = set()
    dispatch = watch._Handler.dispatch
    monkeypatch.setattr(
        watch._Handler,
        "dispatch",
        lambda self, event: (heard.add(event.src_path), dispatch(self, event)),
    )
    (tmp_path / "a.jpg").write_bytes(b"x")
    other = tmp_path / "other"
    other.mkdir()
    watcher.watch([os.fsencode(tmp_path)])
    when_ready(watcher, 1)
    for _ in range(50):
        (tmp_path / "a.jpg").read_bytes()
        list(os.scandir(tmp_path))
    (tmp_path / "b.jpg").write_bytes(b"x")  # comes after all of the above in the same queue
    assert calls.wait()
    assert heard == {str(tmp_path / "b.jpg")}


def test_stop_before_start_and_no_calls_after(tmp_path: Path) -> None:
    calls = Calls()
    watcher = FolderWatcher(calls)
    watcher.stop()
    watcher.watch([os.fsencode(tmp_path)])
    assert watcher._thread is None and calls.folders == []
