"""Folders and photos come in and go: chosen, dropped, given on the command line; and what is said about it.

Knows: what a person wants to hear after a drop. Does not know: how folders are read (`FolderWatch`, the engine).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtWidgets import QFileDialog

from desktop_app.engine_words import in_words
from desktop_app.label_editor import FirstLabels
from desktop_app.undo import Call, call
from engine.records import AddReport, SyncReport

if TYPE_CHECKING:
    from desktop_app.desk import Desk


class Adding(QObject):
    """Adds to and removes from the watched folders of `desk`'s window."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.desk, self.window, self.link, self.history = desk, desk.window, desk.link, desk.history
        self._added: AddReport | None = None
        self._before = 0  # the look that was under way when it was added
        self._earlier = SyncReport()
        self._first_labels: FirstLabels | None = None
        self.window.folders.synchronised.connect(self._synchronised)

    def choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self.window, self.tr("Add folder"), os.path.expanduser("~"))
        if path:
            self.add_paths([path])

    def choose_files(self) -> None:
        paths, _filter = QFileDialog.getOpenFileNames(self.window, self.tr("Add photos"), os.path.expanduser("~"))
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
        self.link.ask("add", [os.path.abspath(path) for path in paths], then=self._paths_added)

    def _paths_added(self, report: AddReport) -> None:
        if report.folders:
            self._added, self._before = report, self.window.folders.running()
            names = ", ".join(os.path.basename(folder.path) or folder.path for folder in report.folders[:3])
            parts = [self.tr("Added {names}.").format(names=names)]
            if len(report.folders) > 3:
                parts = [self.tr("Added %n folder(s).", "", len(report.folders))]
        else:
            parts = []
        if report.already:
            parts.append(self.tr("%n of them is already in the library.", "", len(report.already)))
        if report.refused:
            reasons = in_words(report.refused[0].reason)
            parts.append(self.tr("%n skipped:", "", len(report.refused)) + " " + reasons)
        if parts:
            self.desk.say(" ".join(parts))
        if report.folders:
            self.desk.viewing.folders = [*self.desk.viewing.folders, *report.folders]
            self.desk.viewing.choose_page(fresh=False)
            self.window.folders.look([folder.id for folder in report.folders])
            self.window.folders.refresh()
            if not self.desk.judging.labels:
                self._offer_labels()

    def _offer_labels(self) -> None:
        if self._first_labels is None:
            self._first_labels = FirstLabels(self.link, self.window)
            self._first_labels.finished.connect(self._first_labels.hide)
            self.window.strip.add(self._first_labels)
        self._first_labels.show()

    def _synchronised(self, report: SyncReport, job: int) -> None:
        self.desk.viewing.count()
        if self._added is None:
            return
        if job == self._before:  # it may have met the new folder already, or not
            self._earlier = report
            return
        earlier, self._earlier = self._earlier, SyncReport()
        added = report.added + earlier.added
        failed, skipped = max(report.failed, earlier.failed), max(report.skipped, earlier.skipped)
        folders, self._added = self._added.folders, None
        parts = [
            self.tr("Added {folders}, {photos}").format(
                folders=self.tr("%n folder(s)", "", len(folders)),
                photos=self.tr("%n photo(s)", "", max(added - failed, 0)),
            )
        ]
        if failed:
            parts.append(self.tr("%n could not be read", "", failed))
        if skipped:
            parts.append(self.tr("%n other file(s) skipped", "", skipped))
        self.desk.say("; ".join(parts) + ".")

    def rescan(self, folder_id: int) -> None:
        """Look for changes in one folder, or everywhere (0)."""
        self.window.folders.look([folder_id] if folder_id else None)

    def remove_folder(self, folder_id: int) -> None:
        """Stop watching; its photos leave the library, the files stay. Undo adds it again: corrections come back."""
        paths = [folder.path for folder in self.desk.viewing.folders if folder.id == folder_id]
        ids = {"folder": folder_id}

        def forward(added: AddReport | None) -> Call:
            if added is not None and added.folders:
                ids["folder"] = added.folders[0].id
            return call("remove_folder", ids["folder"])

        self.history.push(
            self.tr("Remove folder"), forward, lambda _changes: call("add", paths), after_undo=self._paths_added
        )
