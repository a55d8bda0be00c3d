"""What a person does with the files of the chosen photos; and tags as a file.

Open, copy, export, move to the trash.

Knows: which sentence follows. Does not know: how a desktop does these (`desktop_files`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QSaveFile
from PySide6.QtWidgets import QFileDialog, QMessageBox

from desktop_app.acts.history import NOTHING, Calls, Nothing, call
from desktop_app.photos import desktop_files
from engine.records import Correction, Photo, Restored
from engine.verbs import Verbs

if TYPE_CHECKING:
    from desktop_app.window.wiring import Desk

_ASKED_ABOVE = 20  # more photos than this are moved to the trash only after a question


class FileActs(QObject):
    """Acts on the files of the photos that `desk.chosen()` names."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.desk = desk
        self.window = desk.window
        self.link = desk.link
        self.history = desk.history
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
        box = QMessageBox(self.window)
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
        ids = self.desk.chosen()
        if ids:
            self.link.ask(Verbs.photos, ids).then(act)

    def show_in_folder(self) -> None:
        self.with_photos(self._show_in_folder)

    def show_photo_in_folder(self, photo_id: int) -> None:
        """The same for one photo by its id."""
        self.link.ask(Verbs.photos, [photo_id]).then(self._show_in_folder)

    def _show_in_folder(self, photos: list[Photo]) -> None:
        if photos:
            desktop_files.show_in_folder(photos[0].path)

    def copy_path(self) -> None:
        self.with_photos(self._copy_paths)

    def _copy_paths(self, photos: list[Photo]) -> None:
        desktop_files.copy_paths(photos)
        self.desk.say(self.tr("Copied %Ln path(s).", "", len(photos)))

    def open_elsewhere(self) -> None:
        self.with_photos(self._open_elsewhere)

    def _open_elsewhere(self, photos: list[Photo]) -> None:
        if photos and not desktop_files.open_elsewhere(photos[0].path):
            self.desk.say(self.tr("No program opens “{name}”.").format(name=photos[0].name))

    def trash(self) -> None:
        ids = self.desk.chosen()
        if ids and self._sure(len(ids)):
            self.history.look(Verbs.photos, ids).then(self._trash)

    def _sure(self, count: int) -> bool:
        if count > _ASKED_ABOVE:
            box = QMessageBox(self.window)
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
        self.history.push_trash(
            self.tr("Move %Ln photo(s) to the trash", "", len(photos)), photos, self._moved_to_trash
        )

    def _moved_to_trash(self, count: int) -> None:
        self.window.strip.say(
            self.tr("Moved %Ln photo(s) to the trash.", "", count),
            self.tr("Undo"),
            self.history.undo,
        )

    def export_photos(self) -> None:
        ids = self.desk.chosen()
        if not ids:
            self.desk.say(self.tr("Select the photos to copy first."))
            return
        folder = QFileDialog.getExistingDirectory(
            self.window, self.tr("Copy photos to"), os.path.expanduser("~")
        )
        if folder:
            self.link.ask(Verbs.photos, ids).then(partial(self._copy_to, folder))

    def _copy_to(self, folder: str, photos: list[Photo]) -> None:
        self.export.start(photos, folder)

    def _export_progressed(self, done: int, total: int) -> None:
        if done % 20 == 0:
            self.desk.say(self.tr("Copying: {done} of {total}").format(done=done, total=total))

    def _exported(self, folder: str, copied: int, trouble: list[str]) -> None:
        text = self.tr("Copied %Ln photo(s) to “{folder}”.", "", copied).format(folder=folder)
        self.window.strip.say(
            " ".join([text, *trouble[:1]]),
            self.tr("Open folder"),
            partial(desktop_files.open_elsewhere, folder),
        )

    def export_tags(self, kind: Literal["csv", "json"]) -> None:
        """All tags and corrections in one file."""
        start = os.path.join(os.path.expanduser("~"), f"albumen-tags.{kind}")
        path, _filter = QFileDialog.getSaveFileName(
            self.window, self.tr("Export tags"), start, f"*.{kind}"
        )
        if path:
            self.history.look(Verbs.export, kind).then(partial(self._write, path))

    def _write(self, path: str, text: str) -> None:
        file = QSaveFile(path)
        written = (
            file.open(QSaveFile.OpenModeFlag.WriteOnly) and file.write(text.encode("utf-8")) >= 0
        )
        if written and file.commit():
            self.desk.say(self.tr("Exported to “{path}”.").format(path=path))
        else:
            self.desk.say(
                self.tr("“{path}” could not be written: {reason}.").format(
                    path=path, reason=file.errorString()
                )
            )

    def restore_words(self) -> None:
        """Labels and corrections out of a saved file, after the library's database was lost."""
        self.link.ask(Verbs.place).then(self._restore_from)

    def _restore_from(self, place: str) -> None:
        path, _filter = QFileDialog.getOpenFileName(
            self.window,
            self.tr("Bring back saved labels and corrections"),
            os.path.join(place, "backups"),
            self.tr("Saved labels and corrections (words-*.json)"),
        )
        if not path:
            return

        def forward(
            undone: tuple[Restored, str | None, list[Correction]] | None,
        ) -> Calls[Restored | Nothing]:
            if undone is None:
                restored = yield from call(Verbs.restore_words, path)
                self._restored(restored)
                return restored if restored.labels or restored.previous else NOTHING
            before, token, words = undone
            if token is not None:
                yield from call(Verbs.restore_labels, token)
            return Restored(before.labels, tuple((yield from call(Verbs.correct_many, words))))

        def back(restored: Restored) -> Calls[tuple[Restored, str | None, list[Correction]]]:
            words = yield from call(Verbs.correct_many, list(restored.previous))
            token = (
                (yield from call(Verbs.remove_labels, list(restored.labels)))
                if restored.labels
                else None
            )
            return restored, token, words

        self.history.push(self.tr("Bring back saved labels and corrections"), forward, back)

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
        self.desk.say(" ".join(parts))
