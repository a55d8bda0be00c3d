"""Folders and photos come in and go, and what is said about it.

Chosen, dropped, given on the command line.

Knows: what a person wants to hear after a drop. Does not know: how folders are read (`FolderWatch`,
the engine).
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtWidgets import QFileDialog

from desktop_app.acts.history import Calls, call
from desktop_app.link.engine_words import in_words
from desktop_app.panels.first_labels import FirstLabels
from engine.records import AddReport, Photo, SyncReport
from engine.verbs import Verbs

if TYPE_CHECKING:
    from desktop_app.window.wiring import Desk


class Adding(QObject):
    """Adds to and removes from the watched folders of `wiring`'s window."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.desk = desk
        self.window = desk.window
        self.link = desk.link
        self.history = desk.history
        self._added: AddReport | None = None
        self._before = (
            0  # the look at other folders that was under way when the first of it was added
        )
        self._earlier = SyncReport()
        self._not_ours = SyncReport()  # what that look had done before it took up what was added
        self._first_labels: FirstLabels | None = None
        self.window.folders.synchronised.connect(self._synchronised)
        self.window.folders.joined.connect(self._joined)

    def choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(
            self.window, self.tr("Add folder"), os.path.expanduser("~")
        )
        if path:
            self.add_paths([path])

    def choose_files(self) -> None:
        paths, _filter = QFileDialog.getOpenFileNames(
            self.window, self.tr("Add photos"), os.path.expanduser("~")
        )
        if paths:
            self.add_paths(paths)

    def add_urls(self, urls: list[QUrl]) -> None:
        """What was dropped: folders and files of this computer."""
        paths = [url.toLocalFile() for url in urls if url.isLocalFile()]
        if paths:
            self.add_paths(paths)
        else:
            self.desk.say(self.tr("Only folders and files of this computer can be added."))

    def add_paths(self, paths: list[str]) -> None:
        """Watch these; they are referenced in place, never copied."""
        self.history.push_folders_added(
            self.tr("Add %Ln folder(s) or photo(s)", "", len(paths)),
            [os.path.abspath(path) for path in paths],
            self.window.folders.hold,
            self._paths_added,
        )

    def _paths_added(self, report: AddReport | None) -> None:
        if report is None:  # taken back
            self._added = None
            self._earlier = SyncReport()
            self._not_ours = SyncReport()
            self.window.folders.refresh()
            # Folders that it had taken over are watched by themselves again.
            self.window.folders.look(None)
            self.window.folders.release()
            return
        # Another drop before the first was read: one sentence tells of both.
        if self._added is not None:
            folders = self._added.folders + report.folders
            photos = self._added.photos + report.photos
            self._added = AddReport(folders, photos=photos)
        elif report.folders or report.photos:
            self._added = report
            self._before = self.window.folders.running()
        if report.folders:
            names = ", ".join(
                os.path.basename(folder.path) or folder.path for folder in report.folders[:3]
            )
            parts = [self.tr("Added {names}.").format(names=names)]
            if len(report.folders) > 3:
                parts = [self.tr("Added %Ln folder(s).", "", len(report.folders))]
        else:
            parts = []
        if report.already:
            parts.append(self.tr("%Ln of them is already in the library.", "", len(report.already)))
        if report.refused:
            reasons = in_words(report.refused[0].reason)
            parts.append(self.tr("%Ln skipped:", "", len(report.refused)) + " " + reasons)
        if parts:
            self.desk.say(" ".join(parts))
        if report.folders:
            self.desk.viewing.folders = [*self.desk.viewing.folders, *report.folders]
            self.desk.viewing.choose_page(fresh=False)
        new = [folder.id for folder in report.folders]
        if report.photos:
            self.history.look(Verbs.photos, list(report.photos[:1])).then(partial(self._look, new))
        else:
            self._look(new, [])
        if (report.folders or report.photos) and not self.desk.judging.labels:
            self._offer_labels()

    def _look(self, folders: list[int], photos: list[Photo]) -> None:
        """Read what is new. Photos that were added one by one are in a folder of their own."""
        if folders or photos:
            self.window.folders.look_now([*folders, *(photo.folder_id for photo in photos)])
            self.window.folders.refresh()
        self.window.folders.release()

    def _offer_labels(self) -> None:
        if self._first_labels is None:
            self._first_labels = FirstLabels(self.link, self.history, self.window)
            self._first_labels.finished.connect(self._labels_chosen)
            self.window.strip.add(self._first_labels)
        self._first_labels.show()
        self.desk.withdraw_better_model()  # one question at a time

    def offering_labels(self) -> bool:
        """Whether the card with the first labels is open: other offers wait."""
        return self._first_labels is not None and not self._first_labels.isHidden()

    def _labels_chosen(self) -> None:
        if self._first_labels is not None:
            self._first_labels.hide()
        self.window.grid.setFocus()  # not to whatever button comes next
        self.desk.viewing.count()

    def _joined(self, before: SyncReport) -> None:
        if self._before and self._before == self.window.folders.running():
            # The look at something else is now the one that tells of this.
            self._before = 0
            self._not_ours = before

    def _synchronised(self, report: SyncReport, job: int) -> None:
        self.desk.viewing.count()
        if self._added is None or job == self._before:
            return
        others, self._not_ours = self._not_ours, SyncReport()
        added = report.added - others.added + self._earlier.added
        failed = report.failed - others.failed + self._earlier.failed
        # A folder that is looked at twice skips the same files.
        skipped = max(report.skipped - others.skipped, self._earlier.skipped)
        if self.window.folders.waiting():
            self._earlier = SyncReport(added, failed=failed, skipped=skipped)
            return
        self._earlier = SyncReport()
        added += len(self._added.photos)
        folders, self._added = self._added.folders, None
        photos = self.tr("%Ln photo(s)", "", max(added - failed, 0))
        if folders:
            counted = self.tr("%Ln folder(s)", "", len(folders))
            parts = [self.tr("Added {folders}, {photos}").format(folders=counted, photos=photos)]
        else:
            parts = [self.tr("Added {photos}").format(photos=photos)]
        if failed:
            parts.append(self.tr("%Ln could not be read", "", failed))
        if skipped:
            parts.append(self.tr("%Ln other file(s) skipped", "", skipped))
        self.desk.say("; ".join(parts) + ".")

    def set_exclusions(self, patterns: list[str]) -> None:
        """Leave out what these patterns cover, from now on."""

        def exchange(back: list[str] | None) -> Calls[list[str]]:
            before = yield from call(Verbs.exclusions)
            yield from call(Verbs.set_exclusions, patterns if back is None else back)
            self.rescan(0)
            return before

        self.history.push(self.tr("Folders and files to leave out"), exchange, exchange)

    def rescan(self, folder_id: int) -> None:
        """Look for changes in one folder, or everywhere (0)."""
        self.window.folders.look([folder_id] if folder_id else None)

    def remove_folder(self, folder_id: int) -> None:
        """Stop watching; its photos leave the library, the files stay.

        Undo brings it back with all that was said.
        """
        self.history.push_folder_removed(
            self.tr("Remove folder"), folder_id, partial(self._folder_came_or_went, folder_id)
        )

    def _folder_came_or_went(self, folder_id: int, there: bool) -> None:
        self.window.folders.refresh()
        if there:
            self.window.folders.look([folder_id])
