"""What a person does with the files of the chosen photos; and tags as a file.

Open, copy, export, move to the trash.

Knows: which sentence follows. Does not know: how a desktop does these (`desktop_files`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Literal

from PySide6.QtCore import QObject, QSaveFile
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from desktop_app.acts import label_acts, trash
from desktop_app.acts.history import History
from desktop_app.link.engine_link import EngineLink
from desktop_app.parts.banner import BannerStrip
from desktop_app.photos import desktop_files
from desktop_app.window.looking import Looking
from engine.records import Photo, Restored
from engine.verbs import Verbs

_ASKED_ABOVE = 20  # more photos than this are moved to the trash only after a question


class FileActs(QObject):
    """Acts on the files of the photos that `looking` says are chosen.

    Dialogs stand over `window`.
    """

    def __init__(
        self,
        link: EngineLink,
        history: History,
        looking: Looking,
        notices: BannerStrip,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._link = link
        self._history = history
        self._looking = looking
        self._notices = notices
        self._window = window
        self.export = desktop_files.Export(self)
        self.export.progressed.connect(self._export_progressed)
        self.export.finished.connect(self._exported)

    def close(self) -> None:
        """Stop copying after the file in flight."""
        self.export.close()

    def sure_to_leave(self) -> bool:
        """Whether the window may close: asks while photos are being copied."""
        if not self.export.running():
            return True
        box = QMessageBox(self._window)
        box.setText(self.tr("Photos are being copied."))
        box.setInformativeText(self.tr("What was copied so far stays."))
        stop = box.addButton(
            self.tr("Stop copying and quit"), QMessageBox.ButtonRole.DestructiveRole
        )
        box.setDefaultButton(
            box.addButton(self.tr("Go on copying"), QMessageBox.ButtonRole.RejectRole)
        )
        box.exec()
        return box.clickedButton() is stop

    def with_photos(self, act: Callable[[list[Photo]], object]) -> None:
        """Call `act(list[Photo])` with the records of the chosen photos."""
        ids = self._looking.chosen()
        if ids:
            self._link.ask(Verbs.photos, ids).then(act)

    def show_in_folder(self) -> None:
        """The first of the chosen files in the system's file manager."""
        self.with_photos(self._show_in_folder)

    def show_photo_in_folder(self, photo_id: int) -> None:
        """The same for one photo by its id."""
        self._link.ask(Verbs.photos, [photo_id]).then(self._show_in_folder)

    def _show_in_folder(self, photos: list[Photo]) -> None:
        if photos:
            desktop_files.show_in_folder(photos[0].path)

    def copy_path(self) -> None:
        """The paths of the chosen files on the clipboard, one a line."""
        self.with_photos(self._copy_paths)

    def _copy_paths(self, photos: list[Photo]) -> None:
        desktop_files.copy_paths(photos)
        self._notices.say(self.tr("Copied %Ln path(s).", "", len(photos)))

    def open_elsewhere(self) -> None:
        """The first of the chosen photos in the program that the system opens it with."""
        self.with_photos(self._open_elsewhere)

    def _open_elsewhere(self, photos: list[Photo]) -> None:
        if photos and not desktop_files.open_elsewhere(photos[0].path):
            self._notices.say(self.tr("No program opens “{name}”.").format(name=photos[0].name))

    def trash(self) -> None:
        """Move the chosen files to the system's trash."""
        ids = self._looking.chosen()
        if ids and self._sure(len(ids)):
            self._history.look(Verbs.photos, ids).then(self._trash)

    def _sure(self, count: int) -> bool:
        if count > _ASKED_ABOVE:
            box = QMessageBox(self._window)
            box.setText(self.tr("Move %Ln photo(s) to the trash?", "", count))
            box.setInformativeText(
                self.tr("The files can be taken back from there, also with Undo.")
            )
            move = box.addButton(self.tr("Move to trash"), QMessageBox.ButtonRole.AcceptRole)
            box.addButton(QMessageBox.StandardButton.Cancel)
            box.exec()
            return box.clickedButton() is move
        return True

    def _trash(self, photos: list[Photo]) -> None:
        trash.move_to_trash(
            self._history,
            self.tr("Move %Ln photo(s) to the trash", "", len(photos)),
            photos,
            self._moved_to_trash,
        )

    def _moved_to_trash(self, count: int) -> None:
        self._notices.say(
            self.tr("Moved %Ln photo(s) to the trash.", "", count),
            self.tr("Undo"),
            self._history.undo,
        )

    def export_photos(self) -> None:
        """Copy the chosen files into a folder."""
        ids = self._looking.chosen()
        if not ids:
            self._notices.say(self.tr("Select the photos to copy first."))
            return
        folder = QFileDialog.getExistingDirectory(
            self._window, self.tr("Copy photos to"), os.path.expanduser("~")
        )
        if folder:
            self._link.ask(Verbs.photos, ids).then(partial(self._copy_to, folder))

    def _copy_to(self, folder: str, photos: list[Photo]) -> None:
        self.export.start(photos, folder)

    def _export_progressed(self, done: int, total: int) -> None:
        if done % 20 == 0:
            self._notices.say(self.tr("Copying: {done} of {total}").format(done=done, total=total))

    def _exported(self, folder: str, copied: int, trouble: list[str]) -> None:
        text = self.tr("Copied %Ln photo(s) to “{folder}”.", "", copied).format(folder=folder)
        self._notices.say(
            " ".join([text, *trouble[:1]]),
            self.tr("Open folder"),
            partial(desktop_files.open_elsewhere, folder),
        )

    def export_tags(self, kind: Literal["csv", "json"]) -> None:
        """All tags and corrections in one file."""
        start = os.path.join(os.path.expanduser("~"), f"albumen-tags.{kind}")
        path, _filter = QFileDialog.getSaveFileName(
            self._window, self.tr("Export tags"), start, f"*.{kind}"
        )
        if path:
            self._history.look(Verbs.export, kind).then(partial(self._write, path))

    def _write(self, path: str, text: str) -> None:
        file = QSaveFile(path)
        written = (
            file.open(QSaveFile.OpenModeFlag.WriteOnly) and file.write(text.encode("utf-8")) >= 0
        )
        if written and file.commit():
            self._notices.say(self.tr("Exported to “{path}”.").format(path=path))
        else:
            self._notices.say(
                self.tr("“{path}” could not be written: {reason}.").format(
                    path=path, reason=file.errorString()
                )
            )

    def restore_words(self) -> None:
        """Labels and corrections out of a saved file, after the library's database was lost."""
        self._link.ask(Verbs.place).then(self._restore_from)

    def _restore_from(self, place: str) -> None:
        path, _filter = QFileDialog.getOpenFileName(
            self._window,
            self.tr("Bring back saved labels and corrections"),
            os.path.join(place, "backups"),
            self.tr("Saved labels and corrections (words-*.json)"),
        )
        if not path:
            return
        text = self.tr("Bring back saved labels and corrections")
        label_acts.restore_words(self._history, text, path, self._restored)

    def _restored(self, restored: Restored) -> None:
        labels = self.tr("%Ln label(s)", "", len(restored.labels))
        words = self.tr("%Ln correction(s)", "", len(restored.previous))
        parts = [self.tr("Brought back: {labels}, {words}.").format(labels=labels, words=words)]
        if restored.unknown:
            parts.append(
                self.tr(
                    "%Ln correction(s) are about photos that are not in the library.",
                    "",
                    restored.unknown,
                )
            )
        self._notices.say(" ".join(parts))
