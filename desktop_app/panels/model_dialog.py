"""Which model looks at the photos: catalogue, download, file; and the starter's banner.

Knows: how a model is described to a person. Does not know: files, hubs or checksums; the engine's
`weights` does.
"""

from __future__ import annotations

import os
import re
from functools import partial

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_app.link.engine_link import EngineLink
from desktop_app.link.wording import in_words
from desktop_app.parts import theme
from desktop_app.parts.chips import clear, small_button
from desktop_app.parts.plain_text import ElidedLabel, quoted
from desktop_app.parts.preferences import Preferences
from desktop_app.photos.photo_model import data_size
from engine.records import ModelInfo, Progress
from engine.verbs import Verbs


class ModelDialog(QDialog):
    """One card per model.

    A download continues where it stopped; a switch encodes the library in the background.
    """

    def __init__(
        self, link: EngineLink, preferences: Preferences, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._preferences = preferences
        self._jobs: dict[int, ModelCard] = {}
        self.cards: dict[str, ModelCard] = {}
        self.setWindowTitle(self.tr("Model"))
        self.resize(660, 620)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 16)
        column.setSpacing(10)
        column.addWidget(theme.plain(self.tr("Model"), "title"))
        column.addWidget(
            theme.plain(
                self.tr(
                    "A better model finds more and makes fewer mistakes, and needs more time "
                    "for each photo. Labels and corrections stay; the photos are looked at again "
                    "in the background. A download is the only time Albumen uses the network."
                ),
                "muted",
                wrap=True,
            )
        )
        self.message = theme.plain("", "warning", wrap=True)
        self.message.hide()
        column.addWidget(self.message)
        inside = QWidget()
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 10, 0)
        self._list.setSpacing(8)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setProperty("look", "bare")
        area.setAccessibleName(self.tr("Models"))
        area.setWidget(inside)
        column.addWidget(area, 1)
        self.mirror = QLineEdit(preferences.mirror)
        self.mirror.setAccessibleName(self.tr("Download from"))
        self.mirror.setPlaceholderText(os.environ.get("HF_ENDPOINT") or "https://huggingface.co")
        self.mirror.setToolTip(
            self.tr("Address of a mirror, where huggingface.co cannot be reached")
        )
        self.mirror.editingFinished.connect(self._mirror_chosen)
        source = QHBoxLayout()
        source.setSpacing(12)
        source.addWidget(theme.plain(self.tr("Download from")))
        source.addWidget(self.mirror, 1)
        column.addLayout(source)
        foot = QHBoxLayout()
        self.use_file = QPushButton(self.tr("Use a file…"))
        self.use_file.setAccessibleName(self.tr("Use a model file that I have"))
        theme.set_icon(self.use_file, "folder")
        self.use_file.clicked.connect(self.choose_file)
        foot.addWidget(self.use_file)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        foot.addWidget(buttons, 1)
        column.addLayout(foot)
        link.job_progress.connect(self._progress)
        link.job_ended.connect(self._ended)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Ask again what there is. Cards whose job is under way stay as they are."""
        if not self._jobs:
            self._link.ask(Verbs.models).then(self._models_known, self._say)

    def _models_known(self, models: list[ModelInfo]) -> None:
        if self._jobs:  # a job was begun after the question: its card stays, its end asks again
            return
        clear(self._list)
        self.cards = {}
        for model in models:
            card = ModelCard(model)
            card.download_requested.connect(partial(self._download, card))
            card.use_requested.connect(partial(self._use, card))
            card.cancel_requested.connect(partial(self._cancel, card))
            self.cards[model.name] = card
            self._list.addWidget(card)
        self._list.addStretch(1)

    def choose_file(self) -> None:
        """Use weights that the person has: a safetensors file or an official archive."""
        path, _filter = QFileDialog.getOpenFileName(
            self,
            self.tr("Use a model file"),
            "",
            self.tr("CLIP weights (*.safetensors *.pt);;All files (*)"),
        )
        if path:
            self.message.hide()
            self._link.ask(Verbs.use_model, path).then(self._used, self._say)

    def _mirror_chosen(self) -> None:
        address = self.mirror.text().strip().rstrip("/")
        if address and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", address):
            self._say(self.tr("A mirror is an address like https://example.org."))
            return
        self.message.hide()
        self._preferences.set("mirror", address)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Return ends the field, not the dialog.
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    def _download(self, card: ModelCard) -> None:
        mirror = self._preferences.mirror
        asked = self._link.ask(Verbs.download_model, card.model.name, mirror=mirror)
        self._begin(card, asked.then(self._downloaded, self._say).id)

    def _use(self, card: ModelCard) -> None:
        asked = self._link.ask(Verbs.use_model, card.model.name)
        self._begin(card, asked.then(self._used, self._say).id)

    def _begin(self, card: ModelCard, request: int) -> None:
        self.message.hide()
        card.begin()
        self._jobs[request] = card

    def _cancel(self, card: ModelCard) -> None:
        for request, working in list(self._jobs.items()):
            if working is card:
                del self._jobs[request]
                self._link.cancel(request)
        card.end()
        self.refresh()

    def _progress(self, request: int, progress: Progress) -> None:
        card = self._jobs.get(request)
        if card is not None:
            card.show_progress(progress)

    def _ended(self, request: int, _how: str) -> None:
        card = self._jobs.pop(request, None)
        if card is not None:
            card.end()
            self.refresh()

    def _downloaded(self, model: ModelInfo) -> None:
        """What was downloaded is meant to be used."""
        card = self.cards.get(model.name)
        if card is not None:
            self._use(card)

    def _used(self, _model: ModelInfo) -> None:
        self.refresh()

    def _say(self, sentence: str) -> None:
        self.message.setText(sentence)
        self.message.show()


class ModelCard(QFrame):
    """Name, quality, size and licence of a model, and what can be done with it now."""

    download_requested = Signal()
    use_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, model: ModelInfo) -> None:
        super().__init__()
        self.model = model
        self.setProperty("look", "card")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(14)
        told = QVBoxLayout()
        told.setSpacing(2)
        name = ElidedLabel(in_words(model.title))
        name.setProperty("look", "heading")
        told.addWidget(name)
        size = data_size(model.size, QLocale()) if model.size else ""
        quality = in_words(model.quality) if model.quality else ""
        facts = " · ".join(part for part in (quality, size, model.licence) if part)
        told.addWidget(theme.plain(facts, "muted", wrap=True))
        if model.note:
            told.addWidget(theme.plain(in_words(model.note), wrap=True))
        title = quoted(name.text())
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of {model}").format(model=title))
        self.left = theme.plain("", "muted")
        told.addWidget(self.bar)
        told.addWidget(self.left)
        row.addLayout(told, 1)
        self.state = theme.plain(self.tr("In use"), "positive")
        self.act = QPushButton()
        self.act.clicked.connect(self._act)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.setAccessibleName(self.tr("Cancel {model}").format(model=title))
        self.cancel.clicked.connect(self.cancel_requested)
        for widget in (self.state, self.act, self.cancel):
            row.addWidget(widget)
        self.end()

    def _act(self) -> None:
        if self.model.installed:
            self.use_requested.emit()
        else:
            self.download_requested.emit()

    def begin(self) -> None:
        """A job about this model was asked for."""
        self.bar.setRange(0, 0)
        self.bar.show()
        self.left.setText(self.tr("Waiting…"))
        self.left.show()
        self.act.hide()
        self.cancel.show()

    def show_progress(self, progress: Progress) -> None:
        self.bar.setRange(0, 1000 if progress.total else 0)
        if progress.total:
            self.bar.setValue(round(1000 * min(progress.done / progress.total, 1.0)))
        locale = QLocale()
        if progress.phase == "download":
            text = self.tr("{done} of {total}").format(
                done=data_size(progress.done, locale), total=data_size(progress.total, locale)
            )
        else:
            text = self.tr("Looking at the photos again: {done} of {total}").format(
                done=locale.toString(progress.done), total=locale.toString(progress.total)
            )
        self.left.setText(text)

    def end(self) -> None:
        """No job is under way."""
        self.bar.hide()
        self.left.hide()
        self.cancel.hide()
        self.state.setVisible(self.model.active)
        self.act.setVisible(not self.model.active)
        self.act.setText(self.tr("Use") if self.model.installed else self.tr("Download"))
        title = quoted(in_words(self.model.title))
        self.act.setAccessibleName(
            self.tr("Use {model}").format(model=title)
            if self.model.installed
            else self.tr("Download {model}").format(model=title)
        )


class StarterBanner(QFrame):
    """Says what the starter model is, while it is in use and the sentence is not dismissed."""

    models_requested = Signal()
    dismissed = Signal()

    def __init__(self, link: EngineLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self.setProperty("look", "banner")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 8, 6)
        self.text = theme.plain(
            self.tr(
                "Starter model: works offline, knows common things; download CLIP for full quality."
            ),
            wrap=True,
        )
        row.addWidget(self.text, 1)
        self.better = QPushButton(self.tr("Better model…"))
        self.better.setAccessibleName(self.better.text())
        self.better.clicked.connect(self.models_requested)
        row.addWidget(self.better)
        close = small_button("cross", self.tr("Dismiss"), self)
        close.clicked.connect(self._dismiss)
        row.addWidget(close)
        self.hide()

    def check(self) -> None:
        """Show if the starter model is in use, hide otherwise."""
        self._link.ask(Verbs.model_name).then(self._name_known)

    def _name_known(self, name: str) -> None:
        self.setVisible(name == "starter")

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()
