"""What follows a choice in the settings.

Knows: who acts on which choice. Does not know: the choices themselves (`settings_dialog`).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from desktop_app.acts.folder_watch import FolderWatch
from desktop_app.link.engine_link import EngineLink
from desktop_app.parts import theme
from desktop_app.parts.banner import BannerStrip
from desktop_app.parts.preferences import Preferences
from desktop_app.parts.thumbnails import Thumbnails
from desktop_app.window.adding import Adding
from desktop_app.window.keyword_exchange import KeywordExchange
from engine.records import ModelInfo
from engine.verbs import Verbs

if TYPE_CHECKING:
    from desktop_app.panels.settings_dialog import SettingsDialog


class Settings(QObject):
    """Opens the dialog over `window`, and does what was chosen there."""

    models_requested = Signal()

    def __init__(
        self,
        link: EngineLink,
        preferences: Preferences,
        adding: Adding,
        folders: FolderWatch,
        keywords: KeywordExchange,
        thumbnails: Thumbnails,
        notices: BannerStrip,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._link = link
        self._preferences = preferences
        self._adding = adding
        self._folders = folders
        self._keywords = keywords
        self._thumbnails = thumbnails
        self._notices = notices
        self._window = window
        preferences.changed.connect(self._preference_changed)

    def show(self) -> None:
        """The dialog, until it is closed. Its module is imported with it: a start shows none."""
        from desktop_app.panels.settings_dialog import SettingsDialog

        dialog = SettingsDialog(self._link, self._preferences, self._window)
        dialog.model_dialog_requested.connect(self.models_requested)
        dialog.compute_requested.connect(partial(self._compute, dialog))
        dialog.add_folder_requested.connect(self._adding.choose_folder)
        dialog.remove_folder_requested.connect(self._adding.remove_folder)
        dialog.exclusions_chosen.connect(self._adding.set_exclusions)
        dialog.thumbnails_cleared.connect(self._thumbnails_cleared)
        dialog.sidecars_chosen.connect(self._keywords.write)
        dialog.exec()
        dialog.deleteLater()

    def _compute(self, dialog: SettingsDialog, device: str, precision: str) -> None:
        """Another device or precision is a switch of the model.

        It is remembered once every photo is known to it.
        """

        def refused(sentence: str) -> None:
            if isValid(dialog):
                dialog.refuse(sentence)
            else:
                self._notices.say(sentence)

        self._link.ask(Verbs.use_model, "", device, precision).then(
            partial(self._computes, device, precision), refused
        )

    def _computes(self, device: str, precision: str, _model: ModelInfo) -> None:
        self._preferences.set("device", device)
        self._preferences.set("precision", precision)

    def _thumbnails_cleared(self) -> None:
        self._thumbnails.clear()
        self._folders.look(None)

    def _preference_changed(self, name: str) -> None:
        """Some show at once."""
        application = QApplication.instance()
        if name == "theme" and isinstance(application, QApplication):
            theme.apply(application, self._preferences.theme)
        elif name == "thumbnail_memory":
            self._thumbnails.set_budget(self._preferences.thumbnail_memory * 2**20)
