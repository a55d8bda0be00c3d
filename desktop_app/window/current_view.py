"""Which photos are shown: the query, its answer, the page that fits.

All of it is kept fresh while things change.

Knows: the order of questions and answers (a stale answer is dropped), and how often it is worth
asking again. Does not know: the query language, or what a person does with the photos.
"""

from __future__ import annotations

import re
import time

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_app.acts.folder_watch import FolderWatch
from desktop_app.link.engine_link import EngineLink
from desktop_app.link.wording import in_words
from desktop_app.panels.search_bar import SearchBar
from desktop_app.parts.banner import BannerStrip
from desktop_app.photos.photo_model import PhotoModel
from desktop_app.window.pages import Pages
from engine.records import (
    NEAREST_FOLLOW,
    NO_GOOD_MATCH,
    AddReport,
    Counts,
    Folder,
    FolderState,
    PhotosChanged,
    SearchResult,
    Sort,
)
from engine.verbs import Verbs

#: While photos keep arriving, the view is asked for again at most this often (milliseconds), and
#: less often where answering takes long, up to the second number.
_OFTEN, _SELDOM = 700, 3000
_COUNTS_OFTEN = 1000
_LABEL = re.compile(r"""(?:^|\s)label:(?:"([^"]+)"|(\S+))""", re.IGNORECASE)


class CurrentView(QObject):
    """Asks for views, fills `model` with the answer and brings the page to the front that fits."""

    shown = Signal(object)  #: SearchResult, whenever other rows are shown
    counted = Signal(object)  #: Counts

    def __init__(
        self,
        link: EngineLink,
        folders: FolderWatch,
        model: PhotoModel,
        search: SearchBar,
        pages: Pages,
        notices: BannerStrip,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._model = model
        self._search = search
        self._pages = pages
        self._notices = notices
        self.query = ""
        self.sort: Sort = "auto"
        self.strictness = 0.0
        self.counts = Counts()
        self.folders: list[Folder] = []
        self._request = 0
        self._asked_at = 0.0
        self._fresh_query = True  # the answer on its way is to another query than the one shown
        self._note = ""  # what was said of the query that is shown
        self._photo_to_show = 0
        self._restored = False
        self._known = False  # the library has answered once
        self._refresh_soon = QTimer(self, singleShot=True, interval=_OFTEN)
        self._refresh_soon.timeout.connect(self._refresh)
        self._count_soon = QTimer(self, singleShot=True, interval=_COUNTS_OFTEN)
        self._count_soon.timeout.connect(self.count)
        link.photos_changed.connect(self._photos_changed)
        folders.synchronised.connect(self._synchronised)
        folders.folders_known.connect(self._folders_known)
        pages.currentChanged.connect(self._forget_note)

    # -- asking ------------------------------------------------------------------------------------

    def restore(self, query: str, photo_id: int) -> None:
        """What the last session showed; asked for as soon as the library is open."""
        self.query = query
        self._photo_to_show = photo_id
        self._restored = True

    def open(self, query: str, sort: Sort | None = None, strictness: float | None = None) -> None:
        """Show another view, from its top."""
        self.query = query
        self.sort = sort if sort is not None else self.sort
        self.strictness = strictness if strictness is not None else self.strictness
        self._fresh_query = True
        self._ask()

    def label_name(self) -> str:
        """The label whose view this is (`label:cat`), or an empty text."""
        found = _LABEL.search(self.query)
        return (found.group(1) or found.group(2)) if found else ""

    def _ask(self) -> None:
        self._link.cancel(self._request)
        self._refresh_soon.stop()
        self._asked_at = time.perf_counter()
        asked = self._link.ask(Verbs.view, self.query, self.sort, self.strictness)
        self._request = asked.then(self._answered, self._refused).id

    def _refresh(self) -> None:
        """The same view again; selection and place stay."""
        if self._request:  # the answer is on its way; look again after it
            self._refresh_soon.start()
            return
        self._ask()

    # -- answers -----------------------------------------------------------------------------------

    @Slot(object)
    def _answered(self, result: SearchResult) -> None:
        self._request = 0
        self._known = True
        spent = (time.perf_counter() - self._asked_at) * 1000
        self._refresh_soon.setInterval(min(max(_OFTEN, int(5 * spent)), _SELDOM))
        fresh = self._fresh_query
        restored = self._restored
        self._fresh_query = False
        self._restored = False
        found = len(result.ids) > 0 and (result.matched > 0 or not len(result.scores))
        if restored and self.query and not found:
            # Nobody wants to be greeted by a search that found nothing.
            self._search.set_query("", search=True)
            return
        self.show_result(result, fresh=fresh)

    def show_result(self, result: SearchResult, *, fresh: bool) -> None:
        """Show an answer.

        `fresh`: it answers another question than the one before, so it starts at its top.
        """
        grid = self._pages.grid
        if fresh:
            grid.start_over()
            self._forget_note()
        self._model.show(result)
        self._search.show_result(result)
        if self._photo_to_show:
            grid.set_current_row(self._model.row_of(self._photo_to_show))
            self._photo_to_show = 0
        self.choose_page(fresh=fresh)
        self.shown.emit(result)

    @Slot(str)
    def _refused(self, sentence: str) -> None:
        self._request = 0
        self._fresh_query = False
        self._notices.say(sentence)

    def choose_page(self, *, fresh: bool) -> None:
        """The page that fits what is there: first run, no match, or the grid.

        A page that the person opened stays, unless they asked for another view.
        """
        if not self._known:
            return
        pages = self._pages
        page = pages.currentWidget()
        some = len(self._model.result.ids) > 0
        away = page not in (pages.grid, pages.empty, pages.no_results, pages.lightbox)
        if not fresh and (away or (page is pages.lightbox and some)):
            return
        if some or self.query:
            self._show_answer(self._model.result, fresh)
        elif self.folders or self.counts.photos:
            pages.show_page(pages.grid)  # no photo yet: they are on their way
        else:
            pages.show_page(pages.empty)

    def _show_answer(self, result: SearchResult, fresh: bool) -> None:
        pages = self._pages
        # The engine says "no good match" for the command line; the page and the grid's first header
        # say it too.
        notes = [note for note in result.notes if note not in (NO_GOOD_MATCH, NEAREST_FOLLOW)]
        if not len(result.ids):
            pages.no_results.explain(self.query, notes)
            pages.show_page(pages.no_results)
            return
        pages.show_page(pages.grid)
        if fresh and notes:
            self._notices.say("\n".join(map(in_words, notes)))
            self._note = self._notices.sentence()

    def _forget_note(self) -> None:
        """What was said of a query leaves with the query, and with the page."""
        if self._note and self._notices.sentence() == self._note:
            self._notices.dismiss()
        self._note = ""

    # -- things change -----------------------------------------------------------------------------

    def _photos_changed(self, changes: PhotosChanged) -> None:
        ranked = len(self._model.result.scores) > 0
        rows = changes.added or changes.removed
        stale = rows or (self.query and not ranked) or not self._known
        if stale and not self._refresh_soon.isActive():
            self._refresh_soon.start()
        if not self._count_soon.isActive():
            self._count_soon.start()

    def _synchronised(self) -> None:
        """All is known now: nobody should wait for what is on its way to the screen."""
        if self._refresh_soon.isActive():
            self._refresh()
        self.count()

    def count(self) -> None:
        """Ask for the numbers of the status bar and the toolbar."""
        self._link.ask(Verbs.counts).then(self._counted)

    @Slot(object)
    def _counted(self, counts: Counts) -> None:
        had_some = self.counts.photos > 0
        self.counts = counts
        self.counted.emit(counts)
        if had_some != (counts.photos > 0):
            self.choose_page(fresh=False)

    def _gone(self, folder: Folder) -> str:
        return self.tr(
            "“{folder}” is not there. Reconnect the drive; nothing is forgotten."
        ).format(folder=folder.path)

    def photos_came(self, report: AddReport) -> None:
        """New folders, before anything else tells of them.

        The page of the first run has had its time.
        """
        if report.folders:
            self.folders = [*self.folders, *report.folders]
            self.choose_page(fresh=False)

    @Slot(list)
    def _folders_known(self, folders: list[Folder]) -> None:
        """The folders there are.

        One that went away is said once, with what to do, until it is there again.
        """
        before = {folder.id for folder in self.folders if folder.state is FolderState.OFFLINE}
        gone = [one for one in folders if one.state is FolderState.OFFLINE and one.id not in before]
        self.folders = folders
        if gone:
            self._notices.say(self._gone(gone[0]), stay=True)
        else:
            back = [self._gone(one) for one in folders if one.state is FolderState.ONLINE]
            if self._notices.sentence() in back:
                self._notices.dismiss()
        self.choose_page(fresh=False)
