"""The toolbar: Add folder, search, Review, the size of the photos, the menu.

Knows: what stands in it. Does not know: what any of it does.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QMenu, QSizePolicy, QSlider, QToolBar, QToolButton

from desktop_app.panels.search_bar import SearchBar
from desktop_app.parts import theme
from desktop_app.parts.actions import Actions
from desktop_app.photos.photo_grid import LARGEST, SMALLEST, STEP


class Toolbar(QToolBar):
    """One row at the top of the window. `photo_size`: the slider, in logical pixels."""

    def __init__(self, actions: Actions, search: SearchBar) -> None:
        super().__init__()
        self.setWindowTitle(self.tr("Toolbar"))
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(20, 20))
        actions.dress("add_folder", "review")
        self.addAction(actions["add_folder"])
        search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(search)
        self.addAction(actions["review"])
        self.photo_size = self._make_photo_size()
        self.addWidget(self.photo_size)
        self.menu_button = self._make_menu(actions)
        self.addWidget(self.menu_button)
        for name in ("add_folder", "review"):
            button = self.widgetForAction(actions[name])
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setProperty("look", "flat")

    def _make_photo_size(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(SMALLEST, LARGEST)
        slider.setSingleStep(STEP)
        slider.setPageStep(2 * STEP)
        slider.setFixedWidth(110)
        slider.setAccessibleName(self.tr("Size of the photos"))
        slider.setToolTip(self.tr("Size of the photos (Ctrl and the wheel)"))
        return slider

    def _make_menu(self, actions: Actions) -> QToolButton:
        button = QToolButton()
        button.setText(self.tr("Menu"))
        button.setAccessibleName(self.tr("Menu"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setProperty("look", "flat")
        button.setShortcut("Alt+M")
        theme.set_icon(button, "more")
        menu = QMenu(button)
        for submenu in actions.menus:
            menu.addMenu(submenu)
        button.setMenu(menu)
        return button
