"""The window: every part of it, made of the parts that it needs, and where each stands.

Knows: every part by name. Does not know: how any of them works, or which signal goes to which slot
(`wiring`).
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QByteArray, QEvent, QPoint, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QDockWidget, QMainWindow, QVBoxLayout, QWidget

from desktop_app.acts.folder_watch import FolderWatch
from desktop_app.acts.history import History
from desktop_app.link.engine_link import EngineLink
from desktop_app.panels.empty_state import DropOverlay, EmptyPage, NoResultsPage
from desktop_app.panels.inspector import Inspector
from desktop_app.panels.library_panel import LibraryPanel
from desktop_app.panels.problems import ProblemsPage
from desktop_app.panels.review import ReviewPanel
from desktop_app.panels.search_bar import SearchBar
from desktop_app.panels.status import StatusBar
from desktop_app.panels.training_panel import TrainingPanel
from desktop_app.parts.actions import Actions
from desktop_app.parts.banner import BannerStrip
from desktop_app.parts.full_images import Pictures
from desktop_app.parts.preferences import Preferences
from desktop_app.parts.thumbnails import Thumbnails
from desktop_app.photos.lightbox import Lightbox
from desktop_app.photos.photo_grid import PhotoGrid
from desktop_app.photos.photo_model import PHOTO_IDS, PhotoModel
from desktop_app.window import wiring
from desktop_app.window.adding import Adding
from desktop_app.window.browsing import Browsing
from desktop_app.window.captions import Captions
from desktop_app.window.correcting import Correcting
from desktop_app.window.current_view import CurrentView
from desktop_app.window.dialogs import Dialogs
from desktop_app.window.file_acts import FileActs
from desktop_app.window.keyword_exchange import KeywordExchange
from desktop_app.window.known_labels import KnownLabels
from desktop_app.window.looking import Looking
from desktop_app.window.offers import Offers
from desktop_app.window.pages import Pages
from desktop_app.window.photo_menu import PhotoMenu
from desktop_app.window.session import flag, number, text
from desktop_app.window.settings import Settings
from desktop_app.window.surroundings import Surroundings
from desktop_app.window.toolbar import Toolbar


class MainWindow(QMainWindow):
    """Composition only.

    `shown_first`: emitted once, after the window was painted for the first time. `closing`: it is
    hidden now, and finishes what was begun.
    """

    shown_first = Signal()
    closing = Signal()

    def __init__(self, link: EngineLink, preferences: Preferences, session: QSettings) -> None:
        super().__init__()
        self.link = link
        self.preferences = preferences
        self.session = session
        self.painted = False
        self.urgent = False  # to be closed without a question: somebody shuts the computer down
        self.setWindowTitle("Albumen")
        self.setAcceptDrops(True)
        self._make_regions()
        self._lay_out()
        self._make_acts()
        self._connect_news()
        self._connect_regions()
        self._connect_menus()
        self._restore()

    # -- parts -------------------------------------------------------------------------------------

    def _make_regions(self) -> None:
        """What can be seen, and what several regions share."""
        link = self.link
        self.model = PhotoModel(link, self)
        self.thumbnails = Thumbnails(self, self.preferences.thumbnail_memory * 2**20)
        self.pictures = Pictures(self)
        self.history = History(link, self)
        self.folders = FolderWatch(link, self)
        self.grid = PhotoGrid(self.model, self.thumbnails, self.pictures)
        self.lightbox = Lightbox(self.model, self.thumbnails, self.pictures)
        self.empty = EmptyPage()
        self.no_results = NoResultsPage()
        self.problems = ProblemsPage(link, self.history)
        self.review = ReviewPanel(link, self.thumbnails, self.pictures)
        self.training = TrainingPanel(link, self.history, self.thumbnails)
        self.search = SearchBar(link, self.history, self.preferences)
        self.library_panel = LibraryPanel(link)
        self.inspector = Inspector(link, self.thumbnails, self.pictures)
        self.strip = BannerStrip()
        self.status = StatusBar(link)
        self.actions_ = Actions(self, [self.grid, self.lightbox])

    def _lay_out(self) -> None:
        self.pages = Pages(
            self.grid,
            self.lightbox,
            self.empty,
            self.no_results,
            self.problems,
            self.review,
            self.training,
        )
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.pages, 1)
        column.addWidget(self.status)
        self.setCentralWidget(centre)
        left = Qt.DockWidgetArea.LeftDockWidgetArea
        right = Qt.DockWidgetArea.RightDockWidgetArea
        self.left = self._dock("left", self.tr("Library"), self.library_panel, left)
        self.right = self._dock("right", self.tr("Photo"), self.inspector, right)
        self.resizeDocks([self.left, self.right], [210, 320], Qt.Orientation.Horizontal)
        self.toolbar = Toolbar(self.actions_, self.search)
        self.addToolBar(self.toolbar)
        self.overlay = DropOverlay(centre)

    def _dock(self, name: str, title: str, panel: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        dock.setTitleBarWidget(QWidget())  # no title: what it is can be seen
        dock.setWidget(panel)
        self.addDockWidget(area, dock)
        return dock

    def _make_acts(self) -> None:
        """What a person does in the window; each part knows those that it is given, and no more."""
        link = self.link
        history = self.history
        strip = self.strip
        bars = (self.toolbar, self.status)
        self.surroundings = Surroundings(
            self, self.pages, self.actions_, self.left, self.right, bars
        )
        self.labels = KnownLabels(link, self)
        self.looking = Looking(self.pages, self.model, self)
        self.view = CurrentView(
            link, self.folders, self.model, self.search, self.pages, strip, self
        )
        self.browsing = Browsing(link, self.search, self.view, self.looking, self.pages, self)
        self.captions = Captions(
            self.actions_, self.status, self.pages, self.model, self.labels, history.stack, self
        )
        self.offers = Offers(link, history, self.labels, self.preferences, strip, self)
        self.adding = Adding(history, self.folders, strip, self)
        self.correcting = Correcting(
            link, history, self.labels, self.view, self.looking, strip, self
        )
        self.file_acts = FileActs(link, history, self.looking, strip, self)
        self.keyword_exchange = KeywordExchange(
            link, history, self.folders, self.preferences, self.offers, strip, self
        )
        self.dialogs = Dialogs(link, history, self.preferences, self.actions_, strip, self)
        self.settings = Settings(
            link,
            self.preferences,
            self.adding,
            self.folders,
            self.keyword_exchange,
            self.thumbnails,
            strip,
            self,
        )

    def _connect_news(self) -> None:
        """What the engine, the disk and the parts tell by themselves."""
        # The link keeps the window. Python collects garbage in whatever thread it is due in; the
        # engine's would take a closed window apart, which only this one may do.
        self.link.ready.connect(partial(MainWindow.start, self))
        self.pages.shown.connect(self._page_shown)
        wiring.connect_notices(self.link, self.history, self.folders, self.strip)
        wiring.connect_captions(self.captions, self.history, self.labels, self.view, self.pages)
        wiring.connect_offers(self.offers, self.adding, self.view, self.pages, self.dialogs)

    def _connect_regions(self) -> None:
        """What a person does in a region."""
        pages = self.pages
        browsing = self.browsing
        pages.grid.context_requested.connect(self._show_photo_menu)
        pages.lightbox.context_requested.connect(self._show_photo_menu)
        wiring.connect_photo_pages(pages, self.link, self.adding, browsing, self.looking)
        wiring.connect_work_pages(pages, self.folders, browsing, self.correcting)
        wiring.connect_photo_size(self.toolbar.photo_size, pages)
        wiring.connect_search(self.search, self.status, self.view, browsing, pages)
        panel = self.library_panel
        wiring.connect_library_panel(panel, self.view, browsing, self.correcting, pages)
        wiring.connect_folder_rows(panel, self.adding, self.dialogs)
        wiring.connect_inspector(
            self.inspector, self.looking, browsing, self.correcting, self.file_acts, pages
        )

    def _connect_menus(self) -> None:
        """What a person does by a menu or a key."""
        actions = self.actions_
        pages = self.pages
        actions["quit"].triggered.connect(self.close)
        wiring.connect_library_menu(actions, self.adding, self.folders, self.file_acts)
        wiring.connect_words_and_choices(
            actions, self.keyword_exchange, self.dialogs, self.settings
        )
        wiring.connect_edit_menu(actions, self.history, pages, self.browsing)
        wiring.connect_photo_menu(
            actions, self.looking, self.browsing, self.correcting, self.file_acts
        )
        wiring.connect_labels_menu(actions, pages, self.dialogs)
        wiring.connect_view_menu(actions, self.looking, self.surroundings, pages)
        wiring.connect_panel_keys(actions, self.surroundings, self.search, self.inspector)
        wiring.connect_help_menu(actions, self.dialogs)

    # -- what concerns all of it -------------------------------------------------------------------

    def start(self) -> None:
        """The library is open: show what it has, then look at the disk."""
        self.view.open(self.view.query)
        self.view.count()
        self.labels.ask()
        self.folders.start()

    def open_folders(self, paths: list[str]) -> None:
        """Folders or files from the command line or from a second start; then come to the front."""
        if paths:
            self.adding.add_paths(paths)
        if self.isMinimized():
            self.showNormal()
        self.raise_()
        self.activateWindow()

    def make_photo_menu(self) -> PhotoMenu:
        """What can be done with the chosen photos. The caller shows and deletes it."""
        menu = PhotoMenu(self.actions_, self.model, self.labels, self.looking.chosen(), self)
        menu.query_requested.connect(self.browsing.open_query)
        menu.label_toggled.connect(self.correcting.toggle)
        return menu

    def _show_photo_menu(self, place: QPoint) -> None:
        menu = self.make_photo_menu()
        menu.exec(place)
        menu.deleteLater()

    def _page_shown(self, page: QWidget) -> None:
        """Around a page stands only what means something there."""
        self.surroundings.show()
        self.strip.show_banners(page in (self.grid, self.empty, self.no_results))
        self.search.setEnabled(page is not self.empty)
        self.toolbar.photo_size.setEnabled(page is self.grid)
        # Nobody needs the photo beside itself.
        self.inspector.preview.setHidden(page is self.lightbox)

    # -- events ------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.painted:
            self.painted = True
            QTimer.singleShot(0, self._first_painted)

    def _first_painted(self) -> None:
        self.shown_first.emit()
        self.actions_.dress()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.overlay.isVisible():
            self.overlay.show_over()
        self.surroundings.fit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        mime = event.mimeData()
        if mime.hasUrls() and not mime.hasFormat(PHOTO_IDS):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.overlay.show_over()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.overlay.hide()
        mime = event.mimeData()
        if not mime.hasUrls() or mime.hasFormat(PHOTO_IDS):
            return
        event.setDropAction(Qt.DropAction.CopyAction)  # never a move: the files stay where they are
        event.accept()
        self.adding.add_urls(mime.urls())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape, where nobody else wanted it, goes one step back.

        To the photos, out of the full screen, to nothing chosen.
        """
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif not self.pages.isAncestorOf(self.focusWidget() or self.pages):
            self.pages.focus_page()
        elif self.isFullScreen():
            self.showNormal()
        elif self.pages.currentWidget() is self.grid:
            self.grid.select_none()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.actions_["full_screen"].setChecked(self.isFullScreen())
            self.surroundings.show()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close the window; safe at any moment.

        Hide first, then finish what the person began, and let every thread finish its step.
        """
        if not self.urgent and not self.file_acts.sure_to_leave():
            event.ignore()
            return
        self._save()
        self.hide()
        self.closing.emit()
        self.folders.close()
        self.history.close()
        self.file_acts.close()
        self.thumbnails.close()
        self.pictures.close()
        super().closeEvent(event)

    # -- session -----------------------------------------------------------------------------------

    def _restore(self) -> None:
        session = self.session
        actions = self.actions_
        screen = self.screen().availableGeometry()
        self.resize(min(1280, screen.width() * 19 // 20), min(800, screen.height() * 9 // 10))
        geometry = session.value("geometry")
        state = session.value("state")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        if isinstance(state, QByteArray):
            self.restoreState(state)
        actions["left_panel"].setChecked(flag(session, "left_panel", True))
        actions["right_panel"].setChecked(flag(session, "right_panel", True))
        self.grid.set_thumbnail_size(number(session, "thumbnail_size", 160))
        self.toolbar.photo_size.setValue(self.grid.thumbnail_size())
        # The library is asked after the first paint: until then, the page that was right last time.
        had_photos = flag(session, "had_photos", False)
        self.pages.show_page(self.grid if had_photos else self.empty)
        query = text(session, "query")
        self.view.restore(query, number(session, "photo", 0))
        self.search.set_query(query, search=False)

    def _save(self) -> None:
        session = self.session
        actions = self.actions_
        session.setValue("geometry", self.saveGeometry())
        session.setValue("state", self.saveState())
        session.setValue("left_panel", actions["left_panel"].isChecked())
        session.setValue("right_panel", self.surroundings.right_panel_wanted())
        session.setValue("thumbnail_size", self.grid.thumbnail_size())
        session.setValue("had_photos", self.pages.currentWidget() is not self.empty)
        session.setValue("query", self.view.query)
        session.setValue("photo", self.model.id_at(self.grid.current_row()))
        session.sync()
