"""The context menu of the chosen photos.

Knows: which acts are about photos, and which labels the chosen ones carry. Does not know: what an
act does.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu

from desktop_app.parts.plain_text import caption
from desktop_app.parts.search_words import query_of

if TYPE_CHECKING:
    from desktop_app.window.wiring import Desk

_LOOKED_AT = (
    500  # chosen photos whose labels are counted for the ticks; an act is about all of them
)


def photo_menu(desk: Desk) -> QMenu:
    """A menu for `desk.chosen()`. The caller shows and deletes it."""
    window = desk.window
    chosen = desk.chosen()
    acts = window.actions_
    menu = QMenu(window)
    menu.addActions([acts["look"], acts["similar"]])
    photo = window.model.photo(window.model.row_of(chosen[0])) if len(chosen) == 1 else None
    if photo is not None:
        folder = menu.addAction(QCoreApplication.translate("PhotoMenu", "All photos of its folder"))
        folder.setObjectName("folder_photos")
        query = query_of("folder", os.path.dirname(photo.path))
        folder.triggered.connect(lambda: desk.open_query(query))
    menu.addSeparator()
    menu.addActions([acts["accept"], acts["reject"], acts["add_label"]])
    _add_labels(desk, menu, chosen)
    for names in (("show_in_folder", "copy_path", "open_elsewhere", "export_photos"), ("trash",)):
        menu.addSeparator()
        menu.addActions([acts[name] for name in names])
    return menu


def _add_labels(desk: Desk, menu: QMenu, chosen: list[int]) -> None:
    """Every label, those on the photos first and ticked if all have it.

    A click puts it on all, or takes it off.
    """
    model = desk.window.model
    looked_at = chosen[:_LOOKED_AT]
    entries = [entry for row in model.rows_of(looked_at) if (entry := model.entry(row)) is not None]
    carried = Counter(tag.label_id for entry in entries for tag in entry.tags if tag.present)
    submenu = menu.addMenu(QCoreApplication.translate("PhotoMenu", "Labels"))
    submenu.setObjectName("labels")
    submenu.setEnabled(bool(desk.judging.labels))
    labels = sorted(
        desk.judging.labels.values(), key=lambda one: (not carried[one.id], one.name.casefold())
    )
    for place, label in enumerate(labels):
        if place and carried[labels[place - 1].id] and not carried[label.id]:
            submenu.addSeparator()
        action = submenu.addAction(caption(label.name))
        action.setCheckable(True)
        action.setChecked(carried[label.id] > 0 and carried[label.id] == len(entries))
        action.triggered.connect(partial(_toggle, desk, label.id, chosen))


def _toggle(desk: Desk, label_id: int, chosen: list[int], *_checked: bool) -> None:
    desk.judging.toggle(label_id, chosen)
