"""What a person says about labels on photos.

Yes, no, keys 1-9, the next one to review.

Knows: what each key means for the chosen photos. Does not know: how labels are stored or learned.
Everything said goes through the undo stack, and from there to the library, which writes it before
it answers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from desktop_app.acts import label_acts
from desktop_app.acts.history import History
from desktop_app.link.engine_link import EngineLink
from desktop_app.parts.banner import BannerStrip
from desktop_app.window.current_view import CurrentView
from desktop_app.window.known_labels import KnownLabels
from desktop_app.window.looking import Looking
from engine.records import ReviewItem, Tag
from engine.verbs import Verbs


class Correcting(QObject):
    """Corrections for the photos that `looking` says are chosen."""

    def __init__(
        self,
        link: EngineLink,
        history: History,
        labels: KnownLabels,
        view: CurrentView,
        looking: Looking,
        notices: BannerStrip,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._history = history
        self._labels = labels
        self._view = view
        self._looking = looking
        self._notices = notices

    def correct(
        self,
        label_id: int,
        yes: list[int],
        no: list[int],
        clear: list[int],
        told: Callable[[bool], object] = lambda _said: None,
    ) -> None:
        """Say yes or no about a label; on disk at once, and one Ctrl+Z takes it back.

        `told` hears when that happens.
        """
        label = self._labels.name(label_id)
        count = len(yes) + len(no) + len(clear)
        if yes:
            text = self.tr("“{label}” on %Ln photo(s)", "", count).format(label=label)
        elif no:
            text = self.tr("Not “{label}” on %Ln photo(s)", "", count).format(label=label)
        else:
            text = self.tr("Nothing said about “{label}” on %Ln photo(s)", "", count)
            text = text.format(label=label)
        label_acts.correct(self._history, text, label_id, yes, no, clear, told)

    def add_new_label(self, name: str, photos: list[int]) -> None:
        """Define a label and put it on these photos: one act, one Ctrl+Z."""
        text = self.tr("New label “{label}” on %Ln photo(s)", "", len(photos)).format(label=name)
        label_acts.add_labels(self._history, text, [name], photos)

    def judge(self, present: bool) -> None:
        """Enter and X: in the view of a label, that label.

        Elsewhere, all that the machine suggests for the photos.
        """
        ids = self._looking.chosen()
        if not ids:
            return
        label = self._labels.named(self._view.label_name())
        if label is not None:
            self.correct(label.id, ids if present else [], [] if present else ids, [])
            self._looking.step_on()
        else:
            label_acts.answer_suggestions(
                self._history,
                ids,
                present,
                partial(self._answered, present),
                self._suggestions_answered,
            )

    def _answered(self, present: bool, count: int) -> str:
        if present:
            return self.tr("Accept %Ln suggestion(s)", "", count)
        return self.tr("Reject %Ln suggestion(s)", "", count)

    def _suggestions_answered(self, count: int) -> None:
        if count:
            self._looking.step_on()
        else:
            self._notices.say(self.tr("There is no suggestion to answer on these photos."))

    def toggle_pinned(self, number: int) -> None:
        """Keys 1-9: the pinned label on all of the photos, or off if all have it."""
        label = self._labels.pinned(number)
        if label is not None:
            self.toggle(label.id, self._looking.chosen())

    def toggle(self, label_id: int, ids: list[int]) -> None:
        """A label on all of the photos, or off if all have it."""
        if ids:
            self._history.look(Verbs.tags, ids).then(partial(self._toggle, label_id, ids))

    def _toggle(self, label_id: int, ids: list[int], tags: list[Tag]) -> None:
        have = {tag.photo_id for tag in tags if tag.label_id == label_id and tag.present}
        if have.issuperset(ids):
            self.correct(label_id, [], ids, [])
        else:
            self.correct(label_id, [one for one in ids if one not in have] or ids, [], [])

    def next_to_review(self) -> None:
        """N: the next photo of this view about which the machine is unsure."""
        self._link.ask(Verbs.review, 200).then(self._review_known)

    def _review_known(self, items: list[ReviewItem]) -> None:
        if not self._looking.go_to_next_of({item.photo_id for item in items}):
            self._notices.say(self.tr("Nothing in this view needs a review."))
