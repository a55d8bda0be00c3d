"""The dialog in which a person changes the choices about the window, and the library's own.

Knows: which choices there are and how they are offered. Does not know: what a choice does; whoever
cares listens to `Preferences.changed` and to the dialog's signals.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.link.engine_link import EngineLink
from desktop_app.link.wording import in_words
from desktop_app.parts import theme
from desktop_app.parts.language import LANGUAGES
from desktop_app.parts.plain_text import ElidedLabel
from desktop_app.parts.preferences import Preferences
from desktop_app.parts.rows import Row, RowList, row_of
from desktop_app.photos.photo_model import data_size
from engine.records import Folder, FolderState, ModelInfo, PhotosChanged, Storage
from engine.verbs import Verbs


class SettingsDialog(QDialog):
    """Every choice takes effect when it is made; there is nothing to confirm."""

    model_dialog_requested = Signal()
    compute_requested = Signal(str, str)  #: device, precision: encode with these
    add_folder_requested = Signal()
    remove_folder_requested = Signal(int)
    exclusions_chosen = Signal(list)  #: patterns
    sidecars_chosen = Signal()  #: they were turned on or off
    thumbnails_cleared = Signal()  #: they are to be made anew

    def __init__(
        self, link: EngineLink, preferences: Preferences, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._preferences = preferences
        self._known_exclusions: list[str] | None = None
        self.setWindowTitle(self.tr("Settings"))
        self.resize(600, 680)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 16)
        column.setSpacing(12)
        column.addWidget(theme.plain(self.tr("Settings"), "title"))
        inside = QWidget()
        self._form = QFormLayout(inside)
        self._form.setContentsMargins(0, 0, 14, 0)
        self._form.setHorizontalSpacing(18)
        self._form.setVerticalSpacing(10)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        area = theme.scrolling(inside, self.tr("Settings"))
        column.addWidget(area, 1)
        self._make_window()
        self._make_recognition()
        self._make_folders()
        self._make_thumbnails()
        self._make_disk()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.theme.setFocus()  # not the page around it: arrows choose
        link.photos_changed.connect(self._photos_changed)
        link.ask(Verbs.model).then(self._model_known, self._model_unknown)
        link.ask(Verbs.folders).then(self._folders_known)
        link.ask(Verbs.exclusions).then(self._exclusions_known)
        link.ask(Verbs.sidecars).then(self._sidecars_known)
        link.ask(Verbs.thumbnail_format).then(self._format_known)
        link.ask(Verbs.place).then(self.place.setText)
        link.ask(Verbs.storage).then(self._storage_known, self._storage_unknown)
        link.ask(Verbs.precisions).then(self._precisions_known, self._precisions_unknown)

    def done(self, result: int) -> None:
        self._save_exclusions()
        super().done(result)

    # -- sections ----------------------------------------------------------------------------------

    def _section(self, title: str) -> QFormLayout:
        heading = theme.plain(title, "heading")
        if self._form.rowCount():
            heading.setContentsMargins(0, 10, 0, 0)
        self._form.addRow(heading)
        return self._form

    def _make_window(self) -> None:
        form = self._section(self.tr("Window"))
        self.theme = self._preference(
            form,
            self.tr("Theme"),
            "theme",
            {
                "system": self.tr("As the system"),
                "light": self.tr("Light"),
                "dark": self.tr("Dark"),
            },
        )
        self.language = self._preference(
            form, self.tr("Language"), "language", {"system": self.tr("As the system"), **LANGUAGES}
        )
        self.restart = theme.plain(
            self.tr("Takes effect the next time Albumen starts."), "muted", wrap=True
        )
        self.restart.hide()
        self.language.currentIndexChanged.connect(self.restart.show)
        form.addRow("", self.restart)

    def _make_recognition(self) -> None:
        form = self._section(self.tr("Recognition"))
        self.model = ElidedLabel()
        self.change_model = self._button(self.tr("Change…"), self.tr("Change the model"))
        self.change_model.clicked.connect(self.model_dialog_requested)
        form.addRow(self.tr("Model"), _beside(self.model, self.change_model))
        devices = {
            "auto": self.tr("Best available"),
            "cpu": self.tr("Processor"),
            "cuda": self.tr("NVIDIA graphics card"),
            "mps": self.tr("Apple graphics"),
        }
        self.device = self._choice(form, self.tr("Compute on"), devices, self._preferences.device)
        self.precision = self._choice(
            form,
            self.tr("Precision"),
            {"auto": self.tr("Best for the device")},
            self._preferences.precision,
        )
        self.device.activated.connect(self._device_chosen)
        self.precision.activated.connect(self._compute)
        self.again = theme.plain(
            self.tr(
                "The photos are looked at again in the background; "
                "until that is done, all goes on as before."
            ),
            "muted",
            wrap=True,
        )
        self.again.hide()
        self.refusal = theme.plain("", "warning", wrap=True)
        self.refusal.hide()
        form.addRow("", self.again)
        form.addRow("", self.refusal)

    def _make_folders(self) -> None:
        form = self._section(self.tr("Folders"))
        self.folders = RowList(self.tr("Folders"))
        self.folders.setFixedHeight(112)
        self.folders.currentItemChanged.connect(self._name_buttons)
        self.add_folder = self._button(self.tr("Add folder…"))
        self.add_folder.clicked.connect(self.add_folder_requested)
        self.remove_folder = self._button(
            self.tr("Remove"), self.tr("Remove the folder from the library (files stay)")
        )
        self.remove_folder.clicked.connect(self._remove_folder)
        form.addRow(self.tr("Watched"), self.folders)
        form.addRow("", _beside(None, self.add_folder, self.remove_folder))
        self.exclusions = QPlainTextEdit()
        self.exclusions.setAccessibleName(self.tr("Folders and files to leave out"))
        self.exclusions.setPlaceholderText(
            self.tr("One pattern per line, for example: *.tmp or Trash/*")
        )
        self.exclusions.setTabChangesFocus(True)
        self.exclusions.setFixedHeight(72)
        form.addRow(self.tr("Leave out"), self.exclusions)
        self.sidecars = QCheckBox(self.tr("Write confirmed labels beside the photos"))
        self.sidecars.setToolTip(
            self.tr("For other programs: photo.jpg.xmp beside photo.jpg, which stays as it is.")
        )
        self.sidecars.setEnabled(False)  # until the library has said whether it does
        self.sidecars.clicked.connect(self._sidecars_chosen)
        form.addRow(self.tr("Sidecars"), self.sidecars)

    def _sidecars_known(self, wanted: bool) -> None:
        self.sidecars.setChecked(wanted)
        self.sidecars.setEnabled(True)

    def _sidecars_chosen(self, wanted: bool) -> None:
        self._link.ask(Verbs.sidecars, wanted)
        self.sidecars_chosen.emit()

    def _make_thumbnails(self) -> None:
        form = self._section(self.tr("Thumbnails"))
        sizes = {
            side: self.tr("{pixels} pixels").format(pixels=side) for side in (192, 256, 384, 512)
        }
        self.thumbnail_size = self._choice(form, self.tr("Size"), sizes, 256)
        qualities = {70: self.tr("Small files"), 82: self.tr("Good"), 92: self.tr("Very good")}
        self.thumbnail_quality = self._choice(form, self.tr("Quality"), qualities, 82)
        for box in (self.thumbnail_size, self.thumbnail_quality):
            box.setEnabled(False)  # until the library has said what it uses
            box.activated.connect(self._format_chosen)
        self.new_only = theme.plain(
            self.tr("For new photos. “Make anew” applies it to all of them."), "muted", wrap=True
        )
        form.addRow("", self.new_only)
        memory = {
            size: self.tr("{megabytes} MB of memory").format(megabytes=size)
            for size in (64, 128, 256, 512)
        }
        self.memory = self._preference(form, self.tr("Keep ready"), "thumbnail_memory", memory)

    def _make_disk(self) -> None:
        form = self._section(self.tr("On the disk"))
        self.place = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        form.addRow(self.tr("Library"), self.place)
        self.database, self.thumbnails, self.vectors = (ElidedLabel("…") for _ in range(3))
        form.addRow(self.tr("Database"), self.database)
        self.clear_thumbnails = self._button(
            self.tr("Make anew"), self.tr("Delete the thumbnails and make them anew")
        )
        self.clear_thumbnails.clicked.connect(self._clear_thumbnails)
        form.addRow(self.tr("Thumbnails"), _beside(self.thumbnails, self.clear_thumbnails))
        self.remove_vectors = self._button(
            self.tr("Clear"), self.tr("Delete what models not in use know of the photos")
        )
        self.remove_vectors.clicked.connect(self._remove_vectors)
        form.addRow(self.tr("Models not in use"), _beside(self.vectors, self.remove_vectors))
        for button in (self.clear_thumbnails, self.remove_vectors):
            button.setEnabled(False)

    def _button(self, text: str, name: str = "") -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(name or text)
        button.setAutoDefault(False)
        return button

    def _choice(
        self, form: QFormLayout, title: str, options: Mapping[Any, str], value: object
    ) -> QComboBox:
        box = _Choice()
        box.setAccessibleName(title)
        for option, text in options.items():
            box.addItem(text, option)
        _choose(box, value)
        form.addRow(title, box)
        return box

    def _preference(
        self, form: QFormLayout, title: str, name: str, options: Mapping[Any, str]
    ) -> QComboBox:
        box = self._choice(form, title, options, getattr(self._preferences, name))
        box.currentIndexChanged.connect(
            lambda _index: self._preferences.set(name, box.currentData())
        )
        return box

    # -- recognition -------------------------------------------------------------------------------

    def _model_known(self, model: ModelInfo) -> None:
        self.model.setText(in_words(model.title))

    def _model_unknown(self, sentence: str) -> None:
        self.model.setText(sentence)

    def _precisions_known(self, precisions: list[str]) -> None:
        names = {
            "fp32": self.tr("fp32: exact"),
            "bf16": self.tr("bf16: faster, half the memory"),
            "fp16": self.tr("fp16: faster, half the memory"),
        }
        for precision in precisions:
            self.precision.addItem(names.get(precision, precision), precision)
        _choose(self.precision, self._preferences.precision)

    def _precisions_unknown(self, _sentence: str) -> None:
        """The device that was chosen is not there; whoever asked the model says so."""

    def _device_chosen(self, _index: int) -> None:
        _choose(self.precision, "auto")  # another device computes in other precisions
        self._compute()

    def _compute(self, _index: int = 0) -> None:
        chosen = self.device.currentData(), self.precision.currentData()
        if chosen != (self._preferences.device, self._preferences.precision):
            self.again.show()
            self.refusal.hide()
            self.compute_requested.emit(*chosen)

    def refuse(self, sentence: str) -> None:
        """What was asked for by `compute_requested` cannot be done; all is as before."""
        self.again.hide()
        self.refusal.setText(sentence)
        self.refusal.show()
        _choose(self.device, self._preferences.device)
        _choose(self.precision, self._preferences.precision)

    # -- folders -----------------------------------------------------------------------------------

    def _photos_changed(self, changes: PhotosChanged) -> None:
        if changes.labels or changes.removed or changes.added:
            self._link.ask(Verbs.folders).then(self._folders_known)

    def _folders_known(self, folders: list[Folder]) -> None:
        kept = self.folder_id()
        self.folders.clear()
        for folder in folders:
            away = folder.state is FolderState.OFFLINE
            item = self.folders.add_row(
                Row(
                    folder.path or self.tr("Single photos"),
                    icon="folder-offline" if away else "folder",
                    right=self.locale().toString(folder.photos),
                    dim=away,
                    tool_tip=folder.path,
                    value=folder.id,
                )
            )
            if folder.id == kept:
                self.folders.setCurrentItem(item)
        self._name_buttons()

    def folder_id(self) -> int:
        """The folder that is chosen in the list, 0 if none is."""
        row = row_of(self.folders.currentItem())
        return row.value if row else 0

    def _name_buttons(self, *_items: object) -> None:
        self.remove_folder.setEnabled(self.folder_id() != 0)

    def _remove_folder(self) -> None:
        self.remove_folder_requested.emit(self.folder_id())

    def _exclusions_known(self, patterns: list[str]) -> None:
        self._known_exclusions = patterns
        self.exclusions.setPlainText("\n".join(patterns))

    def _save_exclusions(self) -> None:
        patterns = [
            line.strip() for line in self.exclusions.toPlainText().splitlines() if line.strip()
        ]
        if self._known_exclusions is not None and patterns != self._known_exclusions:
            self._known_exclusions = patterns
            self.exclusions_chosen.emit(patterns)

    # -- thumbnails and the disk -------------------------------------------------------------------

    def _format_known(self, chosen: tuple[int, int]) -> None:
        for box, value in zip((self.thumbnail_size, self.thumbnail_quality), chosen, strict=True):
            _choose(box, value)
            box.setEnabled(True)

    def _format_chosen(self, _index: int) -> None:
        self._link.ask(
            Verbs.set_thumbnail_format,
            self.thumbnail_size.currentData(),
            self.thumbnail_quality.currentData(),
        )

    def _storage_known(self, storage: Storage) -> None:
        locale = self.locale()
        self.database.setText(data_size(storage.database, locale))
        self.thumbnails.setText(
            self.tr("{size} in {count} files").format(
                size=data_size(storage.thumbnails, locale),
                count=locale.toString(storage.thumbnail_files),
            )
        )
        self.vectors.setText(data_size(storage.other_vectors, locale))
        self.clear_thumbnails.setEnabled(storage.thumbnail_files > 0)
        self.remove_vectors.setEnabled(storage.other_vectors > 0)

    def _storage_unknown(self, sentence: str) -> None:
        self.thumbnails.setText(sentence)

    def _clear_thumbnails(self) -> None:
        self.clear_thumbnails.setEnabled(False)
        self._link.ask(Verbs.clear_thumbnails).then(self._thumbnails_cleared, self._storage_unknown)

    def _thumbnails_cleared(self, _freed: int) -> None:
        self.thumbnails_cleared.emit()
        self._link.ask(Verbs.storage).then(self._storage_known, self._storage_unknown)

    def _remove_vectors(self) -> None:
        self.remove_vectors.setEnabled(False)
        self._link.ask(Verbs.remove_vectors).then(self._vectors_removed, self._storage_unknown)

    def _vectors_removed(self, _freed: int) -> None:
        self._link.ask(Verbs.storage).then(self._storage_known, self._storage_unknown)


class _Choice(QComboBox):
    """A box that lets the wheel scroll the page instead of choosing something by accident."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def _choose(box: QComboBox, value: object) -> None:
    """Show the choice nearest to `value`: the first, if it is none of them and no number."""
    place = box.findData(value)
    if place < 0 and isinstance(value, int):
        place = min(range(box.count()), key=lambda one: abs(box.itemData(one) - value))
    box.setCurrentIndex(max(place, 0))


def _beside(widget: QWidget | None, *buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    if widget is None:
        row.addStretch(1)
    else:
        row.addWidget(widget, 1)
    for button in buttons:
        row.addWidget(button)
    return row
