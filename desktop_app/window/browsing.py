"""From one view to another: all photos, those like this one, back from another page.

Knows: which query an act means. Does not know: the query language, or how an answer is shown.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop_app.link.engine_link import EngineLink
from desktop_app.panels.search_bar import SearchBar
from desktop_app.window.current_view import CurrentView
from desktop_app.window.looking import Looking
from desktop_app.window.pages import Pages
from engine.records import SearchResult
from engine.verbs import Verbs


class Browsing(QObject):
    """Opens views, as if their queries had been typed into `search`."""

    def __init__(
        self,
        link: EngineLink,
        search: SearchBar,
        view: CurrentView,
        looking: Looking,
        pages: Pages,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._search = search
        self._view = view
        self._looking = looking
        self._pages = pages

    def open_query(self, query: str) -> None:
        """Show a view, as if it had been typed."""
        self._search.set_query(query, search=True)

    def show_all(self) -> None:
        """All photos, in the grid."""
        self.open_query("")
        self.show_grid()

    def show_grid(self) -> None:
        """Back from another page to the photos."""
        self._pages.show_page(self._pages.grid)
        self._view.choose_page(fresh=True)
        self._pages.grid.setFocus()

    def leave_lightbox(self, row: int) -> None:
        """Back to the grid, at the photo that was looked at; -1: there was none."""
        self.show_grid()
        if row >= 0:
            self._pages.grid.set_current_row(row)

    def show_like(self, photo_id: int) -> None:
        """Photos like this one."""
        self.open_query(f"like:{photo_id}")

    def show_similar(self) -> None:
        """Photos like the first one that is chosen."""
        chosen = self._looking.chosen()
        if chosen:
            self.show_like(chosen[0])

    def search_by_file(self, path: str) -> None:
        """A dropped photo as the query: by its id if it is in the library."""
        self._link.ask(Verbs.photo_id, path).then(self.show_like, lambda _s: self._like_file(path))

    def _like_file(self, path: str) -> None:
        self._link.ask(Verbs.similar_to_file, path).then(self._like_file_found)

    def _like_file_found(self, result: SearchResult) -> None:
        self._view.show_result(result, fresh=True)
