"""What the window offers by itself: common labels for the first photos, a better model.

Knows: one question at a time. Does not know: what becomes of an answer.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.acts.history import History
from desktop_app.link.engine_link import EngineLink
from desktop_app.parts.banner import BannerStrip
from desktop_app.parts.preferences import Preferences
from desktop_app.window.known_labels import KnownLabels
from engine.records import Counts

if TYPE_CHECKING:  # a start shows none: their modules are imported with the first one
    from desktop_app.panels.first_labels import FirstLabels
    from desktop_app.panels.model_dialog import StarterBanner


class Offers(QObject):
    """Cards and banners in the strip above the photos; each is made when it is first needed."""

    labels_answered = Signal()  #: the card with the first labels is gone
    models_requested = Signal()

    def __init__(
        self,
        link: EngineLink,
        history: History,
        labels: KnownLabels,
        preferences: Preferences,
        strip: BannerStrip,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._link = link
        self._history = history
        self._labels = labels
        self._preferences = preferences
        self._strip = strip
        self._window = window
        self.first_labels: FirstLabels | None = None
        self.better_model: StarterBanner | None = None

    def offering_labels(self) -> bool:
        """Whether the card with the first labels is open: other offers wait."""
        return self.first_labels is not None and not self.first_labels.isHidden()

    def photos_came(self) -> None:
        """Offer common labels, if there is none yet."""
        if self._labels.by_id:
            return
        if self.first_labels is None:
            from desktop_app.panels.first_labels import FirstLabels

            self.first_labels = FirstLabels(self._link, self._history, self._window)
            self.first_labels.finished.connect(self._labels_chosen)
            self._strip.add(self.first_labels)
        self.first_labels.show()
        self._withdraw_better_model()

    def photos_counted(self, counts: Counts) -> None:
        """Offer a better model, once there are photos."""
        if counts.photos:
            self._offer_better_model()

    def _labels_chosen(self) -> None:
        if self.first_labels is not None:
            self.first_labels.hide()
        self.labels_answered.emit()

    def _offer_better_model(self) -> None:
        """The banner that says what the built-in model is.

        It stays until it is dismissed or another model is in use.
        """
        if self.offering_labels():
            self._withdraw_better_model()
            return
        if self._preferences.starter_banner_dismissed:
            return
        if self.better_model is None:
            # Late: a start needs none.
            from desktop_app.panels.model_dialog import StarterBanner

            self.better_model = StarterBanner(self._link)
            self.better_model.models_requested.connect(self.models_requested)
            self.better_model.dismissed.connect(
                partial(self._preferences.set, "starter_banner_dismissed", True)
            )
            self._strip.add(self.better_model)
            self._link.job_ended.connect(self._job_ended)
        self.better_model.check()

    def _job_ended(self, _job: int, _how: str) -> None:
        self._offer_better_model()  # another may be in use now

    def _withdraw_better_model(self) -> None:
        """Take that banner away until the next job ends or photos are counted."""
        if self.better_model is not None:
            self.better_model.hide()
