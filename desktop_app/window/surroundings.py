"""What stands around the page: side panels, toolbar, status bar; and what of it there is room for.

Knows: beside which page a panel means something, and how wide is narrow. Does not know: what is in
a panel.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from desktop_app.panels.inspector import Inspector
from desktop_app.panels.search_bar import SearchBar
from desktop_app.parts.actions import Actions
from desktop_app.window.pages import Pages

#: Below this width of the window (logical pixels) the right panel leaves its place to the photos.
_NARROW = 900


class Surroundings(QObject):
    """Shows and hides what is around `pages`.

    `left`, `right`: the docks of the side panels; `bars`: what is always there, except around one
    photo on the full screen.
    """

    def __init__(
        self,
        window: QMainWindow,
        pages: Pages,
        actions: Actions,
        left: QDockWidget,
        right: QDockWidget,
        bars: tuple[QWidget, ...],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._pages = pages
        self._left = left
        self._right = right
        self._bars = bars
        self._left_wanted = actions["left_panel"]
        self._right_wanted = actions["right_panel"]
        self._narrow = False
        self._right_gave_way = False

    def show(self) -> None:
        """The side panels that the page and the width of the window have room for.

        Around one photo on the full screen, nothing at all.
        """
        pages = self._pages
        page = pages.currentWidget()
        bare = self._window.isFullScreen() and pages.in_lightbox()
        crowded = self._narrow and page in (pages.review, pages.training, pages.problems)
        alone = bare or crowded or page is pages.empty
        self._left.setVisible(not alone and self._left_wanted.isChecked())
        about_photos = page in (pages.grid, pages.lightbox) and not bare
        self._right.setVisible(about_photos and self._right_wanted.isChecked())
        for bar in self._bars:
            bar.setVisible(not bare)

    def fit(self) -> None:
        """The right panel hides itself in a narrow window, and returns with the width.

        Whoever calls it meanwhile (F10, T) gets it. The left one makes room for pages that are not
        about choosing photos.
        """
        narrow = self._window.width() < _NARROW
        if narrow and not self._narrow and self._right_wanted.isChecked():
            self._right_gave_way = True
            self._right_wanted.setChecked(False)
        elif self._narrow and not narrow and self._right_gave_way:
            self._right_gave_way = False
            self._right_wanted.setChecked(True)
        if narrow != self._narrow:
            self._narrow = narrow
            self.show()

    def right_panel_wanted(self) -> bool:
        """Whether the person has the right panel, in a window that is wide enough."""
        return self._right_wanted.isChecked() or self._right_gave_way

    def focus_search(self, search: SearchBar) -> None:
        """Ctrl+F: type what to look for."""
        self._leave_bare_screen()
        search.focus_words()

    def focus_add_label(self, inspector: Inspector) -> None:
        """T: the inspector's field for a label of the chosen photos."""
        self._leave_bare_screen()
        self._right_wanted.setChecked(True)
        inspector.focus_add_label()

    def toggle_info(self) -> None:
        """I: the right panel beside the grid, the facts of the file in the lightbox."""
        if self._pages.in_lightbox():
            self._pages.lightbox.toggle_facts()
        else:
            self._right_wanted.toggle()

    def toggle_full_screen(self) -> None:
        """F11."""
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()

    def _leave_bare_screen(self) -> None:
        """Before the focus goes to a panel: leave the full screen if it has none."""
        if self._bars[0].isHidden():
            self._window.showNormal()
