"""Which photos a person is about: those chosen in the grid, or the one that is looked at, large.

Knows: whether the grid or the lightbox is in front, and how to go on in it. Does not know: what is
done with the photos.
"""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QObject, Signal

from desktop_app.photos.lightbox import Lightbox
from desktop_app.photos.photo_grid import PhotoGrid
from desktop_app.photos.photo_model import PhotoModel
from desktop_app.window.pages import Pages


class Looking(QObject):
    """The grid and the lightbox as one place. Rows are rows of `model`."""

    #: list[int]: ids of the photos that acts are about now, once the person paused
    settled = Signal(object)

    def __init__(self, pages: Pages, model: PhotoModel, parent: QObject) -> None:
        super().__init__(parent)
        self._pages = pages
        self._grid = pages.grid
        self._lightbox = pages.lightbox
        self._model = model
        self._grid.selection_settled.connect(self._selection_settled)
        self._lightbox.row_changed.connect(self._lightbox_moved)

    def chosen(self) -> list[int]:
        """Ids that an act is about: the photo in the lightbox, or the selected ones."""
        if self._pages.in_lightbox():
            return [self._lightbox.photo_id()]
        return list(self._grid.selected_ids())

    def front(self) -> PhotoGrid | Lightbox:
        """The one of grid and lightbox that acts are about."""
        return self._lightbox if self._pages.in_lightbox() else self._grid

    def toggle_lightbox(self) -> None:
        """Space: the current photo, large, and back."""
        if self._pages.in_lightbox():
            self._lightbox.close_lightbox()
        else:
            self.open_lightbox(max(self._grid.current_row(), 0))

    def open_lightbox(self, row: int) -> None:
        """One photo, large; nothing happens for a row that is not there."""
        if 0 <= row < self._model.rowCount():
            self._pages.show_page(self._lightbox)
            self._lightbox.show_row(row)
            self._lightbox.setFocus()

    def open_photo(self, photo_id: int) -> None:
        """The same by id."""
        self.open_lightbox(self._model.row_of(photo_id))

    def step_on(self) -> None:
        """After a judgement on one photo, the next one: one key a decision."""
        grid = self._grid
        if self._pages.in_lightbox():
            self._lightbox.show_next()
        elif grid.selected_count() <= 1 and grid.current_row() + 1 < self._model.rowCount():
            grid.set_current_row(grid.current_row() + 1)

    def go_to_next_of(self, photo_ids: Collection[int]) -> bool:
        """Go on to the next of these photos, after the last one to the first.

        False if none is shown.
        """
        rows = self._model.rows_of(photo_ids)
        if not rows:
            return False
        in_lightbox = self._pages.in_lightbox()
        now = self._lightbox.row if in_lightbox else self._grid.current_row()
        row = next((one for one in rows if one > now), rows[0])
        if in_lightbox:
            self._lightbox.show_row(row)
        else:
            self._grid.set_current_row(row)
        return True

    def zoom_in(self) -> None:
        """Larger photos, or a closer look at the one."""
        self.front().zoom_in()

    def zoom_out(self) -> None:
        """The other way."""
        self.front().zoom_out()

    def _selection_settled(self) -> None:
        if not self._pages.in_lightbox():
            self.settled.emit(list(self._grid.selected_ids()))

    def _lightbox_moved(self, row: int) -> None:
        self.settled.emit([self._model.id_at(row)])
