"""What the status bar and the actions say about the state of things.

How many photos, how many to review, what undo would take back.

Knows: the words, and which number stands where. Does not know: how anything is counted.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QUndoStack

from desktop_app.panels.status import StatusBar
from desktop_app.parts.actions import Actions
from desktop_app.parts.plain_text import caption
from desktop_app.photos.photo_model import PhotoModel
from desktop_app.window.known_labels import KnownLabels
from desktop_app.window.pages import Pages
from engine.records import Counts


class Captions(QObject):
    """Keeps those words true. `stack`: what undo and redo would do."""

    def __init__(
        self,
        actions: Actions,
        status: StatusBar,
        pages: Pages,
        model: PhotoModel,
        labels: KnownLabels,
        stack: QUndoStack,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._status = status
        self._pages = pages
        self._model = model
        self._labels = labels
        self._stack = stack
        self.name_undo()

    def show_counts(self, *_what_changed: object) -> None:
        """The status bar: photos shown and selected; in the lightbox, the photo's caption."""
        pages = self._pages
        page = pages.currentWidget()
        if pages.in_lightbox():
            self._status.show_caption(pages.lightbox.caption())
        elif page in (pages.grid, pages.empty):
            result = self._model.result
            matched = result.matched if len(result.scores) else -1
            self._status.show_counts(len(result.ids), pages.grid.selected_count(), matched)
        else:
            self._status.show_caption("")  # how many are selected elsewhere is no news here

    def counted(self, counts: Counts) -> None:
        """Photos to review, corrections to learn from, problems."""
        review = self.tr("Review")
        if counts.review:
            number = self._status.locale().toString(counts.review)
            review = self.tr("Review ({count})").format(count=number)
        self._actions["review"].setText(review)
        improve = self.tr("Improve labels")
        if new := counts.corrections_since_training:
            improve = self.tr("Improve labels (%Ln correction(s))", "", new)
        self._actions["improve"].setText(improve)
        self._status.show_problems(counts.problems)

    def name_pinned(self) -> None:
        """Keys 1-9 are called after the labels that are pinned to them."""
        for action in self._actions.pinned:
            number = action.data()
            label = self._labels.pinned(number)
            if label is None:
                action.setText(self.tr("Pinned label {number}").format(number=number))
            else:
                action.setText(self.tr("“{label}” yes or no").format(label=caption(label.name)))
            action.setEnabled(label is not None)

    def name_undo(self, *_what_changed: object) -> None:
        """Undo and redo are called after what they would do."""
        undo = self._actions["undo"]
        redo = self._actions["redo"]
        _name(undo, self._stack.undoText(), self.tr("Undo"), self.tr("Undo: {act}"))
        _name(redo, self._stack.redoText(), self.tr("Redo"), self.tr("Redo: {act}"))
        undo.setEnabled(self._stack.canUndo())
        redo.setEnabled(self._stack.canRedo())


def _name(action: QAction, act: str, plain: str, named: str) -> None:
    action.setText(named.format(act=caption(act)) if act else plain)
