"""What a person chose about this machine's window, and the dialog that changes it.

Knows: the settings file (window state and choices only; facts of the library live in the library). Does not know: what
a choice does; whoever cares listens to `changed`.
"""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtWidgets import (
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

from desktop_app import theme
from desktop_app.engine_link import EngineLink
from desktop_app.engine_words import in_words
from desktop_app.language import LANGUAGES
from desktop_app.plain_text import ElidedLabel
from engine.records import ModelInfo

_DEFAULTS: dict[str, Any] = {
    "theme": "system",
    "language": "system",
    "device": "auto",
    "sort": "auto",
    "strictness": 0.0,
    "history": [],
    "saved_searches": [],
    "starter_banner_dismissed": False,
}


class Preferences(QObject):
    """The choices, read once and written at once. `changed(name)` is emitted when one takes another value.

    Values are kept as JSON, because QSettings gives lists of one entry and booleans back as text.
    """

    changed = Signal(str)

    def __init__(self, settings: QSettings | None = None) -> None:
        super().__init__()
        self._settings = settings or QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, "albumen", "settings"
        )
        self._values = {name: self._read(name) for name in _DEFAULTS}

    def _read(self, name: str) -> Any:
        default = _DEFAULTS[name]
        try:
            value = json.loads(self._settings.value(name, ""))
        except (TypeError, ValueError):  # absent, or written by hand: the default is always right
            return default
        return value if isinstance(value, type(default)) else default

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_values"][name]
        except KeyError:
            raise AttributeError(name) from None

    def set(self, name: str, value: Any) -> None:
        """Choose `value`; KeyError for a name that is no preference."""
        if value == self._values[name]:
            return
        self._values[name] = value
        self._settings.setValue(name, json.dumps(value))
        self._settings.sync()
        self.changed.emit(name)


class SettingsDialog(QDialog):
    """Every choice takes effect when it is made; there is nothing to confirm."""

    model_dialog_requested = Signal()

    def __init__(self, link: EngineLink, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link, self._preferences = link, preferences
        self._known_exclusions: list[str] | None = None
        self.setWindowTitle(self.tr("Settings"))
        self.setMinimumWidth(520)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 16)
        column.setSpacing(14)
        column.addWidget(theme.plain(self.tr("Settings"), "title"))
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(18)
        self._form.setVerticalSpacing(10)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        column.addLayout(self._form)
        self.theme = self._choice(
            self.tr("Theme"),
            "theme",
            {"system": self.tr("As the system"), "light": self.tr("Light"), "dark": self.tr("Dark")},
        )
        self.language = self._choice(self.tr("Language"), "language", {"system": self.tr("As the system"), **LANGUAGES})
        self.restart = theme.plain(self.tr("Takes effect the next time Albumen starts."), "muted", wrap=True)
        self._form.addRow("", self.restart)
        self.device = self._choice(
            self.tr("Compute on"),
            "device",
            {
                "auto": self.tr("Best available"),
                "cpu": self.tr("Processor"),
                "cuda": self.tr("NVIDIA graphics card"),
                "mps": self.tr("Apple graphics"),
            },
        )
        self.restart.setVisible(False)
        self.model = ElidedLabel()
        self.change_model = QPushButton(self.tr("Change…"))
        self.change_model.setAccessibleName(self.tr("Change the model"))
        self.change_model.clicked.connect(self.model_dialog_requested)
        row = QHBoxLayout()
        row.addWidget(self.model, 1)
        row.addWidget(self.change_model)
        self._form.addRow(self.tr("Model"), row)
        self.exclusions = QPlainTextEdit()
        self.exclusions.setAccessibleName(self.tr("Folders and files to leave out"))
        self.exclusions.setPlaceholderText(self.tr("One pattern per line, for example: *.tmp or Trash/*"))
        self.exclusions.setTabChangesFocus(True)
        self.exclusions.setFixedHeight(96)
        self._form.addRow(self.tr("Leave out"), self.exclusions)
        self.place = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._form.addRow(self.tr("Library"), self.place)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        link.ask("model", then=self._model_known, failed=self._model_unknown)
        link.ask("exclusions", then=self._exclusions_known)
        link.ask("place", then=self.place.setText)

    def done(self, result: int) -> None:
        self._save_exclusions()
        super().done(result)

    def _choice(self, title: str, name: str, options: dict[str, str]) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(title)
        for value, text in options.items():
            box.addItem(text, value)
        box.setCurrentIndex(max(box.findData(getattr(self._preferences, name)), 0))
        box.currentIndexChanged.connect(lambda _index: self._chosen(name, box))
        self._form.addRow(title, box)
        return box

    def _chosen(self, name: str, box: QComboBox) -> None:
        self._preferences.set(name, box.currentData())
        if name in ("language", "device"):
            self.restart.setVisible(True)

    def _model_known(self, model: ModelInfo) -> None:
        self.model.setText(in_words(model.title))

    def _model_unknown(self, sentence: str) -> None:
        self.model.setText(sentence)

    def _exclusions_known(self, patterns: list[str]) -> None:
        self._known_exclusions = patterns
        self.exclusions.setPlainText("\n".join(patterns))

    def _save_exclusions(self) -> None:
        patterns = [line.strip() for line in self.exclusions.toPlainText().splitlines() if line.strip()]
        if self._known_exclusions is not None and patterns != self._known_exclusions:
            self._known_exclusions = patterns
            self._link.ask("set_exclusions", patterns)
