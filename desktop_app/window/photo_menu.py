"""The context menu of the chosen photos.

Knows: which acts are about photos, and which labels the chosen ones carry. Does not know: what an
act does.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.parts.actions import Actions
from desktop_app.parts.plain_text import caption
from desktop_app.parts.search_words import query_of
from desktop_app.photos.photo_model import PhotoModel
from desktop_app.window.known_labels import KnownLabels

#: Chosen photos whose labels are counted for the ticks; an act is about all of them.
_LOOKED_AT = 500


class PhotoMenu(QMenu):
    """A menu for the photos with the ids `chosen`. The caller shows and deletes it."""

    query_requested = Signal(str)  #: a view that was asked for
    label_toggled = Signal(int, object)  #: label id, list[int]: photo ids

    def __init__(
        self,
        actions: Actions,
        model: PhotoModel,
        labels: KnownLabels,
        chosen: list[int],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._chosen = chosen
        self.addActions([actions["look"], actions["similar"]])
        if len(chosen) == 1:
            self._add_folder(model)
        self.addSeparator()
        self.addActions([actions["accept"], actions["reject"], actions["add_label"]])
        self._add_labels(model, labels)
        self.addSeparator()
        for name in ("show_in_folder", "copy_path", "open_elsewhere", "export_photos"):
            self.addAction(actions[name])
        self.addSeparator()
        self.addAction(actions["trash"])

    def _add_folder(self, model: PhotoModel) -> None:
        photo = model.photo(model.row_of(self._chosen[0]))
        if photo is None:
            return
        action = self.addAction(self.tr("All photos of its folder"))
        action.setObjectName("folder_photos")
        query = query_of("folder", os.path.dirname(photo.path))
        action.triggered.connect(lambda: self.query_requested.emit(query))

    def _add_labels(self, model: PhotoModel, labels: KnownLabels) -> None:
        """Every label, those on the photos first and ticked if all have it.

        A click puts it on all, or takes it off.
        """
        rows = model.rows_of(self._chosen[:_LOOKED_AT])
        entries = [entry for row in rows if (entry := model.entry(row)) is not None]
        carried = Counter(tag.label_id for entry in entries for tag in entry.tags if tag.present)
        submenu = self.addMenu(self.tr("Labels"))
        submenu.setObjectName("labels")
        submenu.setEnabled(bool(labels.by_id))
        ordered = sorted(
            labels.by_id.values(), key=lambda one: (not carried[one.id], one.name.casefold())
        )
        for place, label in enumerate(ordered):
            if place and carried[ordered[place - 1].id] and not carried[label.id]:
                submenu.addSeparator()
            action = submenu.addAction(caption(label.name))
            action.setCheckable(True)
            action.setChecked(carried[label.id] > 0 and carried[label.id] == len(entries))
            action.triggered.connect(partial(self._toggle, label.id))

    def _toggle(self, label_id: int, *_checked: bool) -> None:
        self.label_toggled.emit(label_id, self._chosen)
