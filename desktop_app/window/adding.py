"""Folders and photos come in and go, and what is said about it.

Chosen, dropped, given on the command line.

Knows: what a person wants to hear after a drop. Does not know: how folders are read (`FolderWatch`,
the engine).
"""

from __future__ import annotations

import dataclasses
import os
from functools import partial

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app.acts import folder_acts
from desktop_app.acts.folder_watch import FolderWatch
from desktop_app.acts.history import History
from desktop_app.link.wording import in_words
from desktop_app.parts.banner import BannerStrip
from engine.records import AddReport, Folder, FolderReport, SyncReport


class Adding(QObject):
    """Adds to and removes from the watched `folders`. Dialogs stand over `window`."""

    came = Signal(object)  #: AddReport of folders or photos that are new

    def __init__(
        self, history: History, folders: FolderWatch, notices: BannerStrip, window: QWidget
    ) -> None:
        super().__init__(window)
        self._history = history
        self._folders = folders
        self._notices = notices
        self._window = window
        self._added: AddReport | None = None
        # What was found in its folders so far, by folder.
        self._found: dict[int, FolderReport] = {}
        folders.synchronised.connect(self._synchronised)
        folders.folders_known.connect(self._folders_known)

    def choose_folder(self) -> None:
        """A folder, by a dialog."""
        path = QFileDialog.getExistingDirectory(
            self._window, self.tr("Add folder"), os.path.expanduser("~")
        )
        if path:
            self.add_paths([path])

    def choose_files(self) -> None:
        """Single photos, by a dialog."""
        paths, _filter = QFileDialog.getOpenFileNames(
            self._window, self.tr("Add photos"), os.path.expanduser("~")
        )
        if paths:
            self.add_paths(paths)

    def add_urls(self, urls: list[QUrl]) -> None:
        """What was dropped: folders and files of this computer."""
        paths = [url.toLocalFile() for url in urls if url.isLocalFile()]
        if paths:
            self.add_paths(paths)
        else:
            self._notices.say(self.tr("Only folders and files of this computer can be added."))

    def add_paths(self, paths: list[str]) -> None:
        """Watch these; they are referenced in place, never copied."""
        folder_acts.add_folders(
            self._history,
            self.tr("Add %Ln folder(s) or photo(s)", "", len(paths)),
            [os.path.abspath(path) for path in paths],
            self._folders.hold,
            self._paths_added,
        )

    def _paths_added(self, report: AddReport | None) -> None:
        if report is None:  # taken back
            self._forget()
            self._folders.refresh()
            # Folders that it had taken over are watched by themselves again.
            self._folders.look(None)
            self._folders.release()
            return
        # Another drop before the first was read: one sentence tells of both.
        before = self._added or AddReport()
        if report.to_sync:
            self._added = AddReport(
                before.folders + report.folders,
                photos=before.photos + report.photos,
                to_sync=before.to_sync + report.to_sync,
            )
        if sentences := self._told(report):
            self._notices.say(" ".join(sentences))
        if report.to_sync:
            self._folders.look_now(list(report.to_sync))
            self._folders.refresh()
        self._folders.release()
        if report.folders or report.photos:
            self.came.emit(report)

    def _told(self, report: AddReport) -> list[str]:
        """What was added, what was there already, what was skipped and why."""
        sentences = []
        if len(report.folders) > 3:
            sentences.append(self.tr("Added %Ln folder(s).", "", len(report.folders)))
        elif report.folders:
            names = [os.path.basename(folder.path) or folder.path for folder in report.folders]
            sentences.append(self.tr("Added {names}.").format(names=", ".join(names)))
        if report.already:
            already = self.tr("%Ln of them is already in the library.", "", len(report.already))
            sentences.append(already)
        if report.refused:
            skipped = self.tr("%Ln skipped:", "", len(report.refused))
            sentences.append(f"{skipped} {in_words(report.refused[0].reason)}")
        return sentences

    def _synchronised(self, report: SyncReport) -> None:
        if self._added is None:
            return
        for folder in report.folders:
            if folder.looked_at and folder.folder_id in self._added.to_sync:
                before = self._found.get(folder.folder_id)
                # What a look before the drop found among single photos is not about these.
                if before is not None and folder.path:
                    folder = before.then(folder)
                self._found[folder.folder_id] = folder
        self._tell_when_read()

    def _folders_known(self, folders: list[Folder]) -> None:
        """One that was removed, or taken over by the one above it, is not waited for."""
        if self._added is not None:
            known = {folder.id for folder in folders}
            self._added = dataclasses.replace(
                self._added,
                folders=tuple(folder for folder in self._added.folders if folder.id in known),
                to_sync=tuple(id_ for id_ in self._added.to_sync if id_ in known),
            )
            self._tell_when_read()

    def _forget(self) -> None:
        self._added = None
        self._found = {}

    def _tell_when_read(self) -> None:
        """Say what was added, once all of it has been looked at and nothing of it waits."""
        if self._added is None:
            return
        waited_for = set(self._added.to_sync)
        if not waited_for and not self._found:
            self._forget()
            return
        if waited_for - self._found.keys() or waited_for & self._folders.waiting():
            return
        found = SyncReport.of(self._found.values())
        added = self._added
        self._forget()
        self._notices.say(self._sentence(added, found))

    def _sentence(self, added: AddReport, found: SyncReport) -> str:
        came = found.added + len(added.photos) - found.failed
        photos = self.tr("%Ln photo(s)", "", max(came, 0))
        if added.folders:
            counted = self.tr("%Ln folder(s)", "", len(added.folders))
            parts = [self.tr("Added {folders}, {photos}").format(folders=counted, photos=photos)]
        else:
            parts = [self.tr("Added {photos}").format(photos=photos)]
        if found.failed:
            parts.append(self.tr("%Ln could not be read", "", found.failed))
        if found.skipped:
            parts.append(self.tr("%Ln other file(s) skipped", "", found.skipped))
        return "; ".join(parts) + "."

    def set_exclusions(self, patterns: list[str]) -> None:
        """Leave out what these patterns cover, from now on."""
        text = self.tr("Folders and files to leave out")
        folder_acts.leave_out(self._history, text, patterns, partial(self._folders.look, None))

    def rescan(self, folder_id: int) -> None:
        """Look for changes in one folder, or everywhere (0)."""
        self._folders.look([folder_id] if folder_id else None)

    def remove_folder(self, folder_id: int) -> None:
        """Stop watching; its photos leave the library, the files stay.

        Undo brings it back with all that was said.
        """
        folder_acts.remove_folder(
            self._history,
            self.tr("Remove folder"),
            folder_id,
            partial(self._folder_came_or_went, folder_id),
        )

    def _folder_came_or_went(self, folder_id: int, there: bool) -> None:
        self._folders.refresh()
        if there:
            self._folders.look([folder_id])
