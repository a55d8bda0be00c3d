"""What a person says about labels on photos, and improving from it.

Yes, no, keys 1-9, the next one to review.

Knows: what each key means for the chosen photos. Does not know: how labels are stored or learned.
Everything said goes through the undo stack, and from there to the library, which writes it before
it answers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from engine.records import Label, PhotosChanged, ReviewItem, Tag
from engine.verbs import Verbs

if TYPE_CHECKING:
    from desktop_app.window.wiring import Desk


class Judging(QObject):
    """Corrections for the photos that `desk.chosen()` names.

    `labels`: the labels there are, by id.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.desk = desk
        self.window = desk.window
        self.link = desk.link
        self.history = desk.history
        self.labels: dict[int, Label] = {}
        self.link.photos_changed.connect(self._photos_changed)

    def _photos_changed(self, changes: PhotosChanged) -> None:
        if changes.labels:
            self.ask_labels()

    def ask_labels(self) -> None:
        """Learn which labels there are, and which are pinned to keys."""
        self.link.ask(Verbs.labels).then(self._labels_known)

    def _labels_known(self, labels: list[Label]) -> None:
        self.labels = {label.id: label for label in labels}
        names = {label.pinned: label.name for label in labels if label.pinned}
        for action in self.window.actions_.pinned:
            number = action.data()
            action.setText(
                self.tr("“{label}” yes or no").format(label=names[number])
                if number in names
                else self.tr("Pinned label {number}").format(number=number)
            )
            action.setEnabled(number in names)

    def _label(self, label_id: int) -> str:
        label = self.labels.get(label_id)
        return label.name if label else "?"

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
        label = self._label(label_id)
        count = len(yes) + len(no) + len(clear)
        if yes:
            text = self.tr("“{label}” on %Ln photo(s)", "", count).format(label=label)
        elif no:
            text = self.tr("Not “{label}” on %Ln photo(s)", "", count).format(label=label)
        else:
            text = self.tr("Nothing said about “{label}” on %Ln photo(s)", "", count).format(
                label=label
            )
        self.history.push_correction(text, label_id, yes, no, clear, told)

    def add_new_label(self, name: str, photos: list[int]) -> None:
        """Define a label and put it on these photos: one act, one Ctrl+Z."""
        text = self.tr("New label “{label}” on %Ln photo(s)", "", len(photos)).format(label=name)
        self.history.push_labels_added(text, [name], photos)

    def judge(self, present: bool) -> None:
        """Enter and X: in the view of a label, that label.

        Elsewhere, all that the machine suggests for the photos.
        """
        ids = self.desk.chosen()
        if not ids:
            return
        name = self.desk.viewing.label_name().casefold()
        label = next((one for one in self.labels.values() if one.name.casefold() == name), None)
        if label is not None:
            self.correct(label.id, ids if present else [], [] if present else ids, [])
            self._step_on()
        else:
            self.history.push_suggestions_answered(
                ids, present, partial(self._answered, present), self._suggestions_answered
            )

    def _answered(self, present: bool, count: int) -> str:
        if present:
            return self.tr("Accept %Ln suggestion(s)", "", count)
        return self.tr("Reject %Ln suggestion(s)", "", count)

    def _suggestions_answered(self, count: int) -> None:
        if count:
            self._step_on()
        else:
            self.desk.say(self.tr("There is no suggestion to answer on these photos."))

    def _step_on(self) -> None:
        """After a judgement on one photo, the next one: one key a decision."""
        window = self.window
        if window.stack.currentWidget() is window.lightbox:
            window.lightbox.show_next()
        elif (
            window.grid.selected_count() <= 1
            and window.grid.current_row() + 1 < window.model.rowCount()
        ):
            window.grid.set_current_row(window.grid.current_row() + 1)

    def toggle_pinned(self, number: int) -> None:
        """Keys 1-9: the pinned label on all of the photos, or off if all have it."""
        label = next((one for one in self.labels.values() if one.pinned == number), None)
        if label is not None:
            self.toggle(label.id, self.desk.chosen())

    def toggle(self, label_id: int, ids: list[int]) -> None:
        """A label on all of the photos, or off if all have it."""
        if ids:
            self.history.look(Verbs.tags, ids).then(partial(self._toggle, label_id, ids))

    def _toggle(self, label_id: int, ids: list[int], tags: list[Tag]) -> None:
        have = {tag.photo_id for tag in tags if tag.label_id == label_id and tag.present}
        if have.issuperset(ids):
            self.correct(label_id, [], ids, [])
        else:
            self.correct(label_id, [one for one in ids if one not in have] or ids, [], [])

    def add_label(self) -> None:
        """T: the inspector's field for a label of these photos."""
        self.window.with_panels()
        self.window.actions_["right_panel"].setChecked(True)
        self.window.inspector.focus_add_label()

    def next_to_review(self) -> None:
        """N: the next photo of this view about which the machine is unsure."""
        self.link.ask(Verbs.review, 200).then(self._review_known)

    def _review_known(self, items: list[ReviewItem]) -> None:
        rows = self.window.model.rows_of({item.photo_id for item in items})
        if not rows:
            self.desk.say(self.tr("Nothing in this view needs a review."))
            return
        now = (
            self.window.lightbox.row
            if self.desk.front() is self.window.lightbox
            else self.window.grid.current_row()
        )
        row = next((one for one in rows if one > now), rows[0])
        if self.desk.front() is self.window.lightbox:
            self.window.lightbox.show_row(row)
        else:
            self.window.grid.set_current_row(row)
