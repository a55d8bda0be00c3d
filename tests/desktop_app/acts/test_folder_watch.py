"""Folders are looked at after a start, when they change, on request; one at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.acts.folder_watch import FolderWatch
from desktop_app.link.engine_link import EngineLink
from engine.records import Folder, FolderReport, FolderState, SyncReport
from engine.verbs import Verbs
from tests.support.fake_library import FakeLibrary, MoreVerbs, running


@pytest.fixture
def library(tmp_path: Path) -> FakeLibrary:
    library = FakeLibrary(5)
    library.folder_list = [Folder(1, str(tmp_path), FolderState.ONLINE, 5)]
    return library


@pytest.fixture
def link(library: FakeLibrary) -> Iterator[EngineLink]:
    with running(library) as link:
        yield link


@pytest.fixture
def watch(qtbot: QtBot, link: EngineLink) -> Iterator[FolderWatch]:
    watch = FolderWatch(link)
    yield watch
    watch.close()


def looks(library: FakeLibrary) -> list[list[int] | None]:
    return [args[0] for verb, args, _ in library.calls if verb == "sync"]


def test_everything_is_looked_at_after_a_start(
    qtbot: QtBot, watch: FolderWatch, library: FakeLibrary
) -> None:
    with qtbot.waitSignal(watch.synchronised) as told:
        watch.start()
    report = FolderReport(1, library.folder_list[0].path, added=5)
    assert told.args == [SyncReport.of([report])]
    assert looks(library) == [None]
    with qtbot.waitSignal(watch.folders_known) as told:
        watch.refresh()
    assert told.args == [library.folder_list]


@pytest.mark.slow
def test_a_new_photo_in_a_watched_folder_starts_a_look(
    qtbot: QtBot,
    watch: FolderWatch,
    library: FakeLibrary,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with qtbot.waitSignal(watch.synchronised):
        watch.start()
    qtbot.waitUntil(lambda: watch._watcher is not None and bool(watch._watcher._folders))
    written = tmp_path_factory.mktemp("elsewhere") / "new.jpg"
    written.write_bytes(b"photo")
    with qtbot.waitSignal(watch.synchronised):
        # One event: writing would be several, with any time between them.
        written.rename(tmp_path / "new.jpg")
    assert looks(library)[1:] == [[1]]


def test_wishes_during_a_look_become_one_more_look(
    qtbot: QtBot, watch: FolderWatch, link: EngineLink, library: FakeLibrary
) -> None:
    link.ask(MoreVerbs.wait)
    watch.look([1])
    watch.look([2])
    watch.look([3, 2])
    library.hold.set()
    qtbot.waitUntil(lambda: len(looks(library)) == 2 and not watch.running())
    assert looks(library) == [[1], [2, 3]]
    watch.look([1])
    watch.look([1])
    watch.look(None)
    qtbot.waitUntil(lambda: len(looks(library)) == 5 and not watch.running())
    assert looks(library)[2:] == [[1], [1], None]


def test_a_new_folder_is_looked_at_before_everything(
    qtbot: QtBot, watch: FolderWatch, link: EngineLink, library: FakeLibrary
) -> None:
    """The look after a start may take minutes.

    It must not meet a folder whose own look tells what was in it.
    """
    link.ask(MoreVerbs.wait)
    watch.look(None)
    watch.hold()
    watch.look(None)
    assert not watch.running()
    watch.look([7])
    watch.release()
    library.hold.set()
    qtbot.waitUntil(lambda: len(looks(library)) == 2 and not watch.running())
    assert looks(library) == [[7], None]


def test_a_look_at_named_folders_is_not_broken_off(
    qtbot: QtBot, watch: FolderWatch, link: EngineLink, library: FakeLibrary
) -> None:
    link.ask(MoreVerbs.wait)
    watch.look([1])
    watch.hold()
    watch.release()
    library.hold.set()
    qtbot.waitUntil(lambda: not watch.running())
    assert looks(library) == [[1]]


@pytest.mark.parametrize("taken", [True, False])
def test_a_dropped_folder_joins_the_look_that_runs(
    qtbot: QtBot, watch: FolderWatch, link: EngineLink, library: FakeLibrary, taken: bool
) -> None:
    """That look may take hours. If it ends at the very moment, the folder is looked at after it."""
    library.takes_folders = taken
    link.ask(MoreVerbs.wait)
    watch.look([1])
    watch.look_now([2])
    assert watch.waiting() == {2}
    library.hold.set()
    qtbot.waitUntil(lambda: len(looks(library)) == (1 if taken else 2) and not watch.running())
    assert looks(library) == ([[1]] if taken else [[1], [2]])
    watch.look_now([3])  # nothing runs: a look of its own
    qtbot.waitUntil(lambda: looks(library)[-1] == [3] and not watch.running())
    assert {args[0][0] for verb, args, _ in library.calls if verb == "sync_also"} == {2}


def test_a_look_that_does_not_read_yet_is_asked_again(
    qtbot: QtBot, watch: FolderWatch, library: FakeLibrary
) -> None:
    # a job that still compares its folder with the disk
    watch._running = 99
    watch._waiting = {2}
    library.takes_folders = True
    watch._handed_over([2], False)
    qtbot.waitUntil(lambda: not watch.waiting())
    watch._running = 0  # it has ended meanwhile, and [2] has had its own look
    watch._handed_over([2], False)
    assert [args for verb, args, _ in library.calls if verb == "sync_also"] == [([2],)]


def test_folders_that_a_failed_look_had_taken_get_their_own(
    qtbot: QtBot, watch: FolderWatch, library: FakeLibrary
) -> None:
    watch._running = 99
    watch._waiting = {2}
    watch._handed_over([2], True)
    with qtbot.waitSignal(watch.synchronised):
        watch._job_ended(99, "failed")
    assert looks(library) == [[2]]
    qtbot.waitUntil(lambda: not watch.running())
    assert looks(library) == [[2]]  # once


def test_cancel_means_quiet(
    qtbot: QtBot, watch: FolderWatch, link: EngineLink, library: FakeLibrary
) -> None:
    link.ask(MoreVerbs.wait)
    watch.look([1])
    watch.look([2])
    link.pause()
    library.hold.set()
    job = watch._running
    link.cancel(job)
    with qtbot.waitSignal(link.job_ended):
        link.resume()
    assert not watch.running()
    watch.look([1])
    with qtbot.waitSignal(watch.synchronised):
        pass
    assert looks(library)[-1] == [1]


def test_after_closing_nothing_is_watched_any_more(
    qtbot: QtBot, watch: FolderWatch, link: EngineLink, library: FakeLibrary
) -> None:
    """The window closes while the engine answers which folders there are.

    No thread may be left that tells a window that is gone.
    """
    link.ask(MoreVerbs.wait)
    watch.refresh()
    watch.close()
    library.hold.set()
    with qtbot.waitSignal(link.photos_changed):
        link.ask(Verbs.correct, 1, yes=[1])
    assert watch._watcher is None


def test_a_change_from_another_thread_arrives_here(
    qtbot: QtBot, watch: FolderWatch, library: FakeLibrary
) -> None:
    watch._folders(library.folder_list)
    watch._folder_changed(b"/somewhere/else")
    assert not watch.running()
    watch._folder_changed(os.fsencode(library.folder_list[0].path))
    assert watch.running()
