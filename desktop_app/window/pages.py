"""The pages in the middle of the window, one of them in front.

Knows: which pages there are, and what each needs when a person goes there. Does not know: what
stands around a page (`surroundings`), or which one fits the photos there are (`current_view`).
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop_app.panels.empty_state import EmptyPage, NoResultsPage
from desktop_app.panels.problems import ProblemsPage
from desktop_app.panels.review import ReviewPanel
from desktop_app.panels.training_panel import TrainingPanel
from desktop_app.photos.lightbox import Lightbox
from desktop_app.photos.photo_grid import PhotoGrid


class Pages(QStackedWidget):
    """Every page by name; `show_page` brings one to the front."""

    shown = Signal(object)  #: the page, whenever one is brought to the front, the same one too

    def __init__(
        self,
        grid: PhotoGrid,
        lightbox: Lightbox,
        empty: EmptyPage,
        no_results: NoResultsPage,
        problems: ProblemsPage,
        review: ReviewPanel,
        training: TrainingPanel,
    ) -> None:
        super().__init__()
        self.grid = grid
        self.lightbox = lightbox
        self.empty = empty
        self.no_results = no_results
        self.problems = problems
        self.review = review
        self.training = training
        # Else the widest page, seen or not, would keep the window wide.
        self.setMinimumSize(240, 180)
        for page in (grid, empty, lightbox, no_results, problems, review, training):
            self.addWidget(page)

    def in_lightbox(self) -> bool:
        """Whether one photo is looked at, large."""
        return self.currentWidget() is self.lightbox

    def show_page(self, page: QWidget) -> None:
        """Bring a page to the front, with the key focus if a page had it before."""
        focused = self.window().focusWidget()
        inside = focused is None or self.isAncestorOf(focused)
        self.setCurrentWidget(page)
        self.shown.emit(page)
        if inside:
            page.setFocus()

    def focus_page(self) -> None:
        """The page in front takes the key focus."""
        page = self.currentWidget()
        if page is not None:
            page.setFocus()

    def show_problems(self) -> None:
        """The files that could not be read."""
        self.problems.refresh()
        self.show_page(self.problems)
        self.problems.table.setFocus()

    def show_review(self) -> None:
        """One photo after the other to say yes or no to."""
        self.show_page(self.review)
        self.review.start()
        self.review.setFocus()

    def improve(self, label_ids: list[int] | None = None) -> None:
        """Learn from the corrections of these labels, of all if none is named.

        Before and after are shown.
        """
        self.show_page(self.training)
        self.training.improve(label_ids or None)
        self.training.setFocus()

    def show_versions(self) -> None:
        """What was learned so far."""
        self.show_page(self.training)
        self.training.show_versions()
        self.training.setFocus()
