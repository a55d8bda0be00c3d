"""The labels that there are, as the library last told them.

Knows: their ids, names and keys. Does not know: which photos have one.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop_app.link.engine_link import EngineLink
from engine.records import Label, PhotosChanged
from engine.verbs import Verbs


class KnownLabels(QObject):
    """`by_id`: every label by its id, asked for again whenever labels change."""

    changed = Signal()  #: `by_id` was filled anew

    def __init__(self, link: EngineLink, parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self.by_id: dict[int, Label] = {}
        link.photos_changed.connect(self._photos_changed)

    def ask(self) -> None:
        """Learn which labels there are, and which are pinned to keys."""
        self._link.ask(Verbs.labels).then(self._known)

    def name(self, label_id: int) -> str:
        """What a label is called; a question mark for one that is not there any more."""
        label = self.by_id.get(label_id)
        return label.name if label else "?"

    def named(self, name: str) -> Label | None:
        """The label of this name; capitals do not matter."""
        name = name.casefold()
        return next((one for one in self.by_id.values() if one.name.casefold() == name), None)

    def pinned(self, number: int) -> Label | None:
        """The label that is pinned to this key, 1-9."""
        return next((one for one in self.by_id.values() if one.pinned == number), None)

    def _photos_changed(self, changes: PhotosChanged) -> None:
        if changes.labels:
            self.ask()

    def _known(self, labels: list[Label]) -> None:
        self.by_id = {label.id: label for label in labels}
        self.changed.emit()
