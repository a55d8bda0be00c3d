"""The window: which part stands where, and which signal goes to which slot. Nothing else.

Knows: every part by name. Does not know: how any of them works; what a person does with photos is
`wiring`'s.
"""

from __future__ import annotations

import logging

from PySide6.QtCore import QByteArray, QEvent, QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QSlider,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.acts.folder_watch import FolderWatch
from desktop_app.acts.history import History
from desktop_app.link.engine_link import EngineLink
from desktop_app.panels.empty_state import DropOverlay, EmptyPage, NoResultsPage
from desktop_app.panels.inspector import Inspector
from desktop_app.panels.library_panel import LibraryPanel
from desktop_app.panels.problems import ProblemsPage
from desktop_app.panels.review import ReviewPanel
from desktop_app.panels.search_bar import SearchBar
from desktop_app.panels.settings_dialog import Preferences
from desktop_app.panels.status import StatusBar
from desktop_app.panels.training_panel import TrainingPanel
from desktop_app.parts import theme
from desktop_app.parts.actions import Actions
from desktop_app.parts.banner import BannerStrip
from desktop_app.parts.full_images import Pictures
from desktop_app.parts.thumbnails import Thumbnails
from desktop_app.photos.lightbox import Lightbox
from desktop_app.photos.photo_grid import LARGEST, SMALLEST, STEP, PhotoGrid
from desktop_app.photos.photo_model import PHOTO_IDS, PhotoModel
from desktop_app.window.wiring import Desk

_log = logging.getLogger(__name__)

#: Below this width of the window (logical pixels) the right panel leaves its place to the photos.
_NARROW = 900


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
        self._narrow = self._right_gave_way = False
        self.setWindowTitle("Albumen")
        self.setAcceptDrops(True)
        self.model = PhotoModel(link, self)
        self.thumbnails = Thumbnails(self, preferences.thumbnail_memory * 2**20)
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
        self.search = SearchBar(link, self.history, preferences)
        self.library_panel = LibraryPanel(link)
        self.inspector = Inspector(link, self.thumbnails, self.pictures)
        self.strip = BannerStrip()
        self.status = StatusBar(link)
        self.actions_ = Actions(self, [self.grid, self.lightbox])
        self._lay_out()
        self.overlay = DropOverlay(self.centralWidget())
        self.desk = Desk(self)
        self._restore()

    # -- layout ------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.stack = QStackedWidget()
        # Else the widest page, seen or not, would keep the window wide.
        self.stack.setMinimumSize(240, 180)
        for page in (
            self.grid,
            self.empty,
            self.lightbox,
            self.no_results,
            self.problems,
            self.review,
            self.training,
        ):
            self.stack.addWidget(page)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.stack, 1)
        column.addWidget(self.status)
        self.setCentralWidget(centre)
        self.left = self._dock(
            "left", self.tr("Library"), self.library_panel, Qt.DockWidgetArea.LeftDockWidgetArea
        )
        self.right = self._dock(
            "right", self.tr("Photo"), self.inspector, Qt.DockWidgetArea.RightDockWidgetArea
        )
        self.resizeDocks([self.left, self.right], [210, 320], Qt.Orientation.Horizontal)
        self._make_toolbar()

    def _dock(self, name: str, title: str, panel: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        dock.setTitleBarWidget(QWidget())  # no title: what it is can be seen
        dock.setWidget(panel)
        self.addDockWidget(area, dock)
        return dock

    def _make_toolbar(self) -> None:
        self.toolbar = QToolBar(self.tr("Toolbar"))
        self.toolbar.setObjectName("toolbar")
        self.toolbar.setMovable(False)
        self.toolbar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.toolbar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toolbar.setIconSize(QSize(20, 20))
        self.actions_.dress("add_folder", "review")
        self.toolbar.addAction(self.actions_["add_folder"])
        self.search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.toolbar.addWidget(self.search)
        self.toolbar.addAction(self.actions_["review"])
        self.size = QSlider(Qt.Orientation.Horizontal)
        self.size.setRange(SMALLEST, LARGEST)
        self.size.setSingleStep(STEP)
        self.size.setPageStep(2 * STEP)
        self.size.setFixedWidth(110)
        self.size.setAccessibleName(self.tr("Size of the photos"))
        self.size.setToolTip(self.tr("Size of the photos (Ctrl and the wheel)"))
        self.toolbar.addWidget(self.size)
        self.menu_button = QToolButton()
        self.menu_button.setText(self.tr("Menu"))
        self.menu_button.setAccessibleName(self.tr("Menu"))
        self.menu_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setProperty("look", "flat")
        self.menu_button.setShortcut("Alt+M")
        theme.set_icon(self.menu_button, "more")
        menu = QMenu(self.menu_button)
        for submenu in self.actions_.menus:
            menu.addMenu(submenu)
        self.menu_button.setMenu(menu)
        self.toolbar.addWidget(self.menu_button)
        for name in ("add_folder", "review"):
            button = self.toolbar.widgetForAction(self.actions_[name])
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setProperty("look", "flat")
        self.addToolBar(self.toolbar)

    def show_page(self, page: QWidget) -> None:
        """Bring a page to the front and give it the focus.

        Side panels only where they mean something.
        """
        focused = self.focusWidget()
        inside = focused is None or self.stack.isAncestorOf(focused)
        self.stack.setCurrentWidget(page)
        self.show_panels()
        self.strip.show_banners(page in (self.grid, self.empty, self.no_results))
        self.search.setEnabled(page is not self.empty)
        self.size.setEnabled(page is self.grid)
        # Nobody needs the photo beside itself.
        self.inspector.preview.setHidden(page is self.lightbox)
        if inside:
            page.setFocus()

    def show_panels(self) -> None:
        """The side panels that the page and the width of the window have room for.

        Around one photo on the full screen, nothing at all.
        """
        page = self.stack.currentWidget()
        bare = self.isFullScreen() and page is self.lightbox
        alone = (
            bare
            or page is self.empty
            or (self._narrow and page in (self.review, self.training, self.problems))
        )
        self.left.setVisible(not alone and self.actions_["left_panel"].isChecked())
        about_photos = page in (self.grid, self.lightbox) and not bare
        self.right.setVisible(about_photos and self.actions_["right_panel"].isChecked())
        self.toolbar.setVisible(not bare)
        self.status.setVisible(not bare)

    def with_panels(self) -> None:
        """Before the focus goes to a panel: leave the full screen if it has none."""
        if self.toolbar.isHidden():
            self.showNormal()

    def open_folders(self, paths: list[str]) -> None:
        """Folders or files from the command line or from a second start; then come to the front."""
        if paths:
            self.desk.adding.add_paths(paths)
        if self.isMinimized():
            self.showNormal()
        self.raise_()
        self.activateWindow()

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
        self._fit_panels()

    def _fit_panels(self) -> None:
        """The right panel hides itself in a narrow window, and returns with the width.

        Whoever calls it meanwhile (F10, T) gets it. The left one makes room for pages that are not
        about choosing photos.
        """
        narrow = self.width() < _NARROW
        shown = self.actions_["right_panel"]
        if narrow and not self._narrow and shown.isChecked():
            self._right_gave_way = True
            shown.setChecked(False)
        elif self._narrow and not narrow and self._right_gave_way:
            self._right_gave_way = False
            shown.setChecked(True)
        if narrow != self._narrow:
            self._narrow = narrow
            self.show_panels()

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
        self.desk.adding.add_urls(mime.urls())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape, where nobody else wanted it, goes one step back.

        To the photos, out of the full screen, to nothing chosen.
        """
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif not self.stack.isAncestorOf(self.focusWidget() or self.stack):
            self.stack.currentWidget().setFocus()
        elif self.isFullScreen():
            self.showNormal()
        elif self.stack.currentWidget() is self.grid:
            self.grid.select_none()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.actions_["full_screen"].setChecked(self.isFullScreen())
            self.show_panels()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close the window; safe at any moment.

        Hide first, then finish what the person began, and let every thread finish its step.
        """
        if not self.urgent and not self.desk.files.sure_to_leave():
            event.ignore()
            return
        self._save()
        self.hide()
        self.closing.emit()
        self.folders.close()
        self.history.close()
        self.desk.close()
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
        actions["left_panel"].setChecked(session.value("left_panel", True, type=bool))
        actions["right_panel"].setChecked(session.value("right_panel", True, type=bool))
        self.grid.set_thumbnail_size(session.value("thumbnail_size", 160, type=int))
        self.size.setValue(self.grid.thumbnail_size())
        # The library is asked after the first paint: until then, the page that was right last time.
        self.show_page(self.grid if session.value("had_photos", False, type=bool) else self.empty)
        self.desk.restore(session.value("query", "", type=str), session.value("photo", 0, type=int))

    def _save(self) -> None:
        session = self.session
        actions = self.actions_
        session.setValue("geometry", self.saveGeometry())
        session.setValue("state", self.saveState())
        session.setValue("left_panel", actions["left_panel"].isChecked())
        session.setValue("right_panel", actions["right_panel"].isChecked() or self._right_gave_way)
        session.setValue("thumbnail_size", self.grid.thumbnail_size())
        session.setValue("had_photos", self.stack.currentWidget() is not self.empty)
        session.setValue("query", self.desk.query)
        session.setValue("photo", self.model.id_at(self.grid.current_row()))
        session.sync()
