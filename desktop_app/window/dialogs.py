"""The dialogs that an act of the menu opens, except the settings.

Knows: how long each lives. Does not know: what is in one.
"""

from __future__ import annotations

import json

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from desktop_app.acts.history import History
from desktop_app.link.engine_link import EngineLink
from desktop_app.link.wording import in_words
from desktop_app.parts import theme
from desktop_app.parts.actions import Actions
from desktop_app.parts.banner import BannerStrip
from desktop_app.parts.preferences import Preferences
from engine.verbs import Verbs


class Dialogs(QObject):
    """Opens dialogs over `window`.

    Their modules are imported with the first one: a start shows none.
    """

    def __init__(
        self,
        link: EngineLink,
        history: History,
        preferences: Preferences,
        actions: Actions,
        notices: BannerStrip,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._link = link
        self._history = history
        self._preferences = preferences
        self._actions = actions
        self._notices = notices
        self._window = window
        self._models: QWidget | None = None

    def edit_labels(self, label_id: int = 0) -> None:
        """All labels, with this one open if it is not 0."""
        from desktop_app.panels.label_editor import LabelEditor

        editor = LabelEditor(self._link, self._history, self._window)
        editor.label_removed.connect(self._label_removed)
        if label_id:
            editor.edit(label_id)
        editor.exec()
        editor.deleteLater()

    def _label_removed(self, name: str) -> None:
        sentence = self.tr("Removed {labels}.").format(labels=name)
        self._notices.say(sentence, self.tr("Undo"), self._history.undo)

    def show_models(self) -> None:
        """Which model looks at the photos; it stays open beside the window, and is kept."""
        from desktop_app.panels.model_dialog import ModelDialog

        if self._models is None:
            self._models = ModelDialog(self._link, self._preferences, self._window)
        self._models.show()
        self._models.raise_()

    def show_shortcuts(self) -> None:
        """Every act with its keys."""
        from desktop_app.panels.shortcuts import ShortcutSheet

        sheet = ShortcutSheet(self._actions, self._window)
        sheet.exec()
        sheet.deleteLater()

    def show_about(self) -> None:
        """What this is, and what it found on this machine."""
        self._link.ask(Verbs.doctor).then(self._about)

    def _about(self, facts: dict[str, object]) -> None:
        box = QMessageBox(self._window)
        box.setWindowTitle(self.tr("About Albumen"))
        box.setIconPixmap(theme.application_icon().pixmap(64, 64))
        box.setText(self.tr("Albumen: a photo organizer that learns your labels, offline."))
        told = json.dumps(facts, ensure_ascii=False, indent=2, default=in_words)
        box.setDetailedText(told)
        box.exec()
        box.deleteLater()
