"""Every act of the window as a QAction: its words, shortcut, icon, and the menu it stands in.

Knows: names and keys. Does not know: what an act does; the window connects each one by name.
The sheet of shortcuts (F1) is made from these actions, so it cannot lie.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.parts import theme

_Key = QKeySequence.StandardKey


@dataclass(frozen=True, slots=True)
class _Act:
    name: str
    text: str
    keys: tuple[str | _Key, ...] = ()
    icon: str = ""
    # Only while the grid or the lightbox has the focus: single keys must not eat typed text.
    photos: bool = False
    checkable: bool = False


class Actions(QObject):
    """The window's actions by name; `menus` in order.

    Those marked for photos are added to `photo_areas` only.
    """

    def __init__(self, window: QWidget, photo_areas: list[QWidget]) -> None:
        super().__init__(window)
        self.by_name: dict[str, QAction] = {}
        self.menus: list[QMenu] = []
        # The words of the table; an act may show more ("Review (12)").
        self.captions: dict[str, str] = {}
        self._icons: dict[str, str] = {}
        for title, acts in self._table().items():
            menu = QMenu(title, window)
            self.menus.append(menu)
            for act in acts:
                if act is None:
                    menu.addSeparator()
                    continue
                action = QAction(act.text, window)
                action.setObjectName(act.name)
                action.setCheckable(act.checkable)
                keys = [QKeySequence(key) for key in act.keys]
                action.setShortcuts([key for key in keys if not key.isEmpty()])
                self.captions[act.name] = act.text
                self._icons[act.name] = act.icon
                menu.addAction(action)
                if act.photos:
                    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                    for area in photo_areas:
                        area.addAction(action)
                else:
                    window.addAction(action)
                self.by_name[act.name] = action
        self.pinned = [self._pinned(number, window, photo_areas) for number in range(1, 10)]

    def __getitem__(self, name: str) -> QAction:
        return self.by_name[name]

    def dress(self, *names: str) -> None:
        """Give these acts (all, if none is named) their icons.

        Only what is seen at once has to have one at once: drawing forty icons takes as long as
        everything else that makes the window.
        """
        for name in names or self._icons:
            if self._icons[name]:
                theme.set_icon(self.by_name[name], self._icons[name])

    def _table(self) -> dict[str, list[_Act | None]]:
        """Menus with their acts; None is a separator."""
        return {
            self.tr("&Library"): [
                _Act("add_folder", self.tr("Add folder…"), (_Key.Open,), "add-folder"),
                _Act("add_files", self.tr("Add photos…"), ("Ctrl+Shift+O",)),
                _Act("rescan", self.tr("Look for changes"), (_Key.Refresh,), "refresh"),
                None,
                _Act(
                    "export_photos",
                    self.tr("Copy selected photos to a folder…"),
                    ("Ctrl+E",),
                    "export",
                ),
                _Act("export_csv", self.tr("Export tags as CSV…")),
                _Act("export_json", self.tr("Export tags as JSON…")),
                _Act("restore_words", self.tr("Bring back saved labels and corrections…")),
                _Act("keywords", self.tr("Make labels of keywords in photos")),
                None,
                _Act("models", self.tr("Model…"), (), "model"),
                _Act("settings", self.tr("Settings…"), ("Ctrl+,",), "settings"),
                _Act("quit", self.tr("Quit"), ("Ctrl+Q",)),
            ],
            self.tr("&Edit"): [
                _Act("undo", self.tr("Undo"), (_Key.Undo,), "undo"),
                _Act("redo", self.tr("Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
                None,
                _Act("select_all", self.tr("Select all"), (_Key.SelectAll,), photos=True),
                _Act("select_none", self.tr("Select none"), ("Ctrl+D",), photos=True),
                None,
                _Act("search", self.tr("Search"), (_Key.Find,), "search"),
                _Act("all_photos", self.tr("Show all photos"), ("Alt+Home",), "photos"),
            ],
            self.tr("&Photo"): [
                _Act("look", self.tr("Look at the photo"), ("Space",), photos=True),
                _Act("similar", self.tr("Photos like this"), ("L",), "similar", photos=True),
                None,
                _Act(
                    "accept",
                    self.tr("Accept suggested labels"),
                    ("Return", "Enter"),
                    "tick",
                    photos=True,
                ),
                _Act("reject", self.tr("Reject suggested labels"), ("X",), "cross", photos=True),
                _Act(
                    "next_to_review", self.tr("Next photo to review"), ("N",), "next", photos=True
                ),
                _Act("add_label", self.tr("Add a label"), ("T",), "label", photos=True),
                None,
                _Act(
                    "show_in_folder",
                    self.tr("Show in folder"),
                    ("Ctrl+Shift+F",),
                    "folder",
                    photos=True,
                ),
                _Act(
                    "copy_path",
                    self.tr("Copy path"),
                    ("Ctrl+Shift+C", _Key.Copy),
                    "copy",
                    photos=True,
                ),
                _Act(
                    "open_elsewhere",
                    self.tr("Open in another program"),
                    ("Ctrl+Return",),
                    "open-external",
                    photos=True,
                ),
                _Act("trash", self.tr("Move to trash"), (_Key.Delete,), "trash", photos=True),
            ],
            self.tr("&Labels"): [
                _Act("review", self.tr("Review"), ("Ctrl+R",), "review"),
                _Act("improve", self.tr("Improve labels"), ("Ctrl+I",), "improve"),
                _Act("labels", self.tr("Edit labels…"), ("Ctrl+L",), "edit"),
                _Act("versions", self.tr("What was learned…"), (), "history"),
            ],
            self.tr("&View"): [
                _Act("zoom_in", self.tr("Larger photos"), ("Ctrl++", "Ctrl+="), "zoom-in"),
                _Act("zoom_out", self.tr("Smaller photos"), ("Ctrl+-",), "zoom-out"),
                None,
                _Act("left_panel", self.tr("Left panel"), ("F9",), "left-panel", checkable=True),
                _Act("info", self.tr("Info"), ("I",), "info", photos=True, checkable=True),
                _Act(
                    "right_panel", self.tr("Right panel"), ("F10",), "right-panel", checkable=True
                ),
                _Act(
                    "full_screen", self.tr("Full screen"), ("F11",), "full-screen", checkable=True
                ),
                None,
                _Act("problems", self.tr("Problems"), (), "problem"),
            ],
            self.tr("&Help"): [
                _Act("shortcuts", self.tr("Keyboard shortcuts"), ("F1", "?"), "keyboard"),
                _Act("about", self.tr("About Albumen")),
            ],
        }

    def _pinned(self, number: int, window: QWidget, photo_areas: list[QWidget]) -> QAction:
        """Keys 1-9: labels that were pinned to them; the window gives them the label's name."""
        action = QAction(self.tr("Pinned label {number}").format(number=number), window)
        action.setObjectName(f"pinned_{number}")
        action.setData(number)
        action.setShortcut(QKeySequence(str(number)))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        for area in photo_areas:
            area.addAction(action)
        return action
