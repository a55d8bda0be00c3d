"""Keeps the library in step with the disk.

It looks after a drop, when a folder changes, when a drive comes back, and when it is asked to.

Knows: which folders wait to be looked at, and that one `sync` runs at a time.
Does not know: how folders are watched (`engine.disk.watch`) or compared (`Library.sync`).
"""

from __future__ import annotations

import logging
import os
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_app.link.engine_link import EngineLink
from desktop_app.link.wording import in_words
from engine.messages import Message
from engine.records import Folder, PhotosChanged, SyncReport
from engine.verbs import Verbs

if TYPE_CHECKING:
    from engine.disk.watch import FolderWatcher

_log = logging.getLogger(__name__)

_AGAIN_MS = 300  # until a sync that takes no folders yet is asked again


class FolderWatch(QObject):
    """`start()` looks at everything once and then at whatever changes; `look(ids)` looks now."""

    synchronised = Signal(object)  #: SyncReport
    folders_known = Signal(list)  #: list[Folder], whenever they may have changed
    notice = Signal(str)
    _changed = Signal(object)
    _noticed = Signal(object)

    def __init__(self, link: EngineLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._watcher: FolderWatcher | None = None
        self._by_path: dict[bytes, int] = {}
        self._waiting: set[int] = set()
        self._everything = False  # after those, every folder
        self._running = 0
        self._taken: set[int] = set()  # folders that the running look took up on its way
        self._at_everything = False  # that is what is running
        self._held = 0  # times
        self._closed = False
        self._changed.connect(self._folder_changed)
        self._noticed.connect(self._tell)
        link.job_ended.connect(self._job_ended)
        link.photos_changed.connect(self._photos_changed)

    def start(self) -> None:
        """Look at every folder, then watch them."""
        self.refresh()
        self.look(None)

    def refresh(self) -> None:
        """Learn which folders there are now, and watch exactly those."""
        self._link.ask(Verbs.folders).then(self._folders)

    def look(self, folder_ids: list[int] | None) -> None:
        """Synchronise these folders as soon as the sync that is running has ended.

        All of them (None) after those that were named.
        """
        if folder_ids is None:
            self._everything = True
        else:
            self._waiting.update(folder_ids)
        self._next()

    def look_now(self, folder_ids: list[int]) -> None:
        """Synchronise these folders, of which somebody wants to see the photos, at once.

        The sync that is running may take hours, but takes them up between two photos.
        """
        if self._running:
            self._hand_over(folder_ids)
        self.look(folder_ids)

    def _hand_over(self, folder_ids: list[int]) -> None:
        self._link.ask(Verbs.sync_also, folder_ids).then(partial(self._handed_over, folder_ids))

    def _handed_over(self, folder_ids: list[int], taken: bool) -> None:
        if taken:
            self._waiting.difference_update(folder_ids)
            self._taken.update(folder_ids)
        elif self._running and not self._closed and self._waiting.issuperset(folder_ids):
            # It does not read yet.
            QTimer.singleShot(_AGAIN_MS, self, partial(self._hand_over, folder_ids))

    def hold(self) -> None:
        """A folder is being added: until `release`, no look at everything begins.

        One that runs is begun anew later: the new folder comes first then.
        """
        self._held += 1
        if self._running and self._at_everything:
            self._link.cancel(self._running)
            self._running = 0
            self._everything = True

    def release(self) -> None:
        self._held = max(self._held - 1, 0)
        self._next()

    def running(self) -> int:
        """The job that is looking now, 0 if none is."""
        return self._running

    def waiting(self) -> frozenset[int]:
        """Folders that were named and are to be looked at after that."""
        return frozenset(self._waiting)

    def close(self) -> None:
        """Stop watching, for good: an answer that is on its way must not begin it anew."""
        self._closed = True
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher = None

    def _next(self) -> None:
        if self._running or not (self._waiting or (self._everything and not self._held)):
            return
        ids = sorted(self._waiting) or None
        self._waiting.clear()
        self._at_everything = ids is None
        self._everything = self._everything and ids is not None
        self._running = self._link.ask(Verbs.sync, ids).then(self._synchronised).id

    @Slot(object)
    def _synchronised(self, report: SyncReport) -> None:
        self.synchronised.emit(report)
        self.refresh()

    def _job_ended(self, job: int, how: str) -> None:
        if job != self._running:
            return
        self._running = 0
        if how == "failed":  # who handed folders over waits for them
            self._waiting |= self._taken
        self._taken = set()
        if how == "cancelled":
            self._waiting.clear()  # the person wants quiet; the next change or F5 looks again
            self._everything = False
        self._next()

    def _photos_changed(self, changes: PhotosChanged) -> None:
        if changes.removed and not self._running:
            self.refresh()

    @Slot(object)
    def _folders(self, folders: list[Folder]) -> None:
        if self._closed:
            return
        # Photos that were added one by one are in a folder without a path: nothing tells when they
        # change.
        self._by_path = {os.fsencode(folder.path): folder.id for folder in folders if folder.path}
        self.folders_known.emit(folders)
        if self._watcher is None:
            if not self._by_path:
                return
            # Late: imported by the engine thread long before.
            from engine.disk.watch import FolderWatcher

            # Both are called from the watcher's thread: they may only emit.
            self._watcher = FolderWatcher(self._changed.emit, self._noticed.emit)
        self._watcher.watch(list(self._by_path))

    @Slot(object)
    def _tell(self, notice: Message) -> None:
        self.notice.emit(in_words(notice))

    @Slot(object)
    def _folder_changed(self, path: bytes) -> None:
        folder_id = self._by_path.get(path)
        _log.info("changed: %s", os.fsdecode(path))
        if folder_id is not None:
            self.look([folder_id])
