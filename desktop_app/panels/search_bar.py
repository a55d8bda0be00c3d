"""The search bar: words and filters in one field, and the query as chips.

It offers words while one types, and holds the choice of strictness and order.

Knows: how a query is typed (`label:`, `-`, quotes), what was searched before and what a person
saved. Does not know: what a query finds, or how it is understood: the chips are the engine's
answer.
"""

from __future__ import annotations

import os
import re
from array import array
from functools import partial

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QDragEnterEvent, QDropEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QSlider,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from desktop_app.acts.history import History
from desktop_app.link.engine_link import EngineLink
from desktop_app.parts import chips, search_words, theme
from desktop_app.parts.plain_text import quoted
from desktop_app.parts.preferences import Preferences
from desktop_app.parts.suggestions import Suggestions
from desktop_app.photos.photo_model import PHOTO_IDS
from engine.records import Folder, Label, PhotosChanged, SearchResult
from engine.verbs import Verbs

_TYPING_PAUSE = 400  # ms after the last key before a query is tried
_TRIED_FROM = 3  # letters of a word, where words are made of letters
_REMEMBERED = 50
_STEPS = 4  # of the strictness dial, to either side
# What is being typed at the cursor.
_TOKEN = re.compile(r'(?:^|(?<=\s))-?(?:[A-Za-z]+:)?(?:"[^"]*"?|\S*)$')


class SearchBar(QWidget):
    """Says by signals what is to be shown in place of the view.

    `search_requested(query, sort, strictness)`: another view is wanted. `file_dropped(path)`: a
    photo from elsewhere is to be the query. `left()`: the person is done here, and the photos
    should take the keys.
    """

    search_requested = Signal(str, str, float)
    file_dropped = Signal(str)
    left = Signal()

    def __init__(
        self,
        link: EngineLink,
        history: History,
        preferences: Preferences,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._history = history
        self._preferences = preferences
        self._labels: list[Label] = []
        self._folders: list[Folder] = []
        self._result = SearchResult("", array("q"))
        self._searched = ""  # the query that was asked for last
        self._file = ""  # name of a photo from elsewhere that is the query now
        self.setAcceptDrops(True)
        self.setAccessibleName(self.tr("Search"))
        self._make_field()
        self._make_dial()
        self._make_sort()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.field, 1)
        row.addWidget(self.dial)
        row.addWidget(self.sort)
        self._pause = QTimer(self, singleShot=True, interval=_TYPING_PAUSE)
        self._pause.timeout.connect(self._try)
        self._offering = False  # offers were wanted for what is in the field now
        self._stale = True  # labels and folders for the offers are asked for when somebody types
        link.photos_changed.connect(self._photos_changed)
        self._show_buttons()

    # -- parts -------------------------------------------------------------------------------------

    def _make_field(self) -> None:
        self.field = QFrame()
        self.field.setProperty("look", "field")
        self.field.setMinimumWidth(160)
        self.field.setCursor(Qt.CursorShape.IBeamCursor)
        self.field.installEventFilter(self)
        self._sign = QLabel()
        self._draw_sign()
        theme.on_change(self._draw_sign)
        self.words = QLineEdit()
        self.words.setProperty("look", "bare")
        self.words.setAccessibleName(self.tr("Search photos"))
        self.words.setPlaceholderText(self.tr("Search: words, label:cat, folder:, after:2023"))
        self.words.setAcceptDrops(False)  # a photo dropped here is a query, not its path as text
        self.words.textEdited.connect(self._typed)
        self.words.returnPressed.connect(self._entered)
        self.words.installEventFilter(self)
        self._parts = QWidget()
        self._parts.setAccessibleName(self.tr("The search in parts"))
        self._parts_row = QHBoxLayout(self._parts)
        self._parts_row.setContentsMargins(0, 0, 0, 0)
        self._parts_row.setSpacing(5)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.words)
        self._pages.addWidget(self._parts)
        self._pages.setFixedHeight(32)
        self.save = chips.small_button("star", self.tr("Save this search"))
        self.save.setCheckable(True)
        self.save.clicked.connect(self._toggle_saved)
        self.clear_button = chips.small_button("cross", self.tr("Clear the search"))
        self.clear_button.clicked.connect(self._clear)
        row = QHBoxLayout(self.field)
        row.setContentsMargins(10, 1, 5, 1)
        row.setSpacing(6)
        row.addWidget(self._sign)
        row.addWidget(self._pages, 1)
        row.addWidget(self.save)
        row.addWidget(self.clear_button)
        self.offers = Suggestions(self.words, self.tr("Suggestions"), self.field)
        self.offers.chosen.connect(self._take_offer)

    def _draw_sign(self) -> None:
        self._sign.setPixmap(
            theme.pixmap("search", 16, theme.tokens().muted, self.devicePixelRatioF())
        )

    def _make_dial(self) -> None:
        self.dial = chips.small_button("dial", self.tr("How strict the search is"))
        self.dial.setIconSize(QSize(20, 20))
        self.dial.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.strictness = QSlider(Qt.Orientation.Horizontal)
        self.strictness.setRange(-_STEPS, _STEPS)
        self.strictness.setPageStep(1)
        self.strictness.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.strictness.setTickInterval(_STEPS)
        self.strictness.setAccessibleName(self.tr("How strict the search is"))
        self.strictness.setValue(round(self._preferences.strictness * _STEPS))
        self.strictness.valueChanged.connect(self._strictness_changed)
        box = QWidget()
        box.setMinimumWidth(270)
        column = QVBoxLayout(box)
        column.setContentsMargins(14, 10, 14, 10)
        column.addWidget(theme.plain(self.tr("What counts as a match"), "heading"))
        column.addWidget(self.strictness)
        ends = QHBoxLayout()
        ends.addWidget(theme.plain(self.tr("more photos"), "muted"))
        ends.addStretch(1)
        ends.addWidget(theme.plain(self.tr("only sure ones"), "muted"))
        column.addLayout(ends)
        menu = QMenu(self.dial)
        action = QWidgetAction(menu)
        action.setDefaultWidget(box)
        menu.addAction(action)
        menu.aboutToShow.connect(self.strictness.setFocus)
        self.dial.setMenu(menu)

    def _make_sort(self) -> None:
        self.sort = chips.small_button("sort", self.tr("Order of the photos"))
        self.sort.setIconSize(QSize(20, 20))
        self.sort.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.sort)
        group = QActionGroup(menu)
        for name, text in (
            ("auto", self.tr("Best match first, else newest")),
            ("date", self.tr("Newest first")),
            ("oldest", self.tr("Oldest first")),
            ("name", self.tr("By name")),
            ("folder", self.tr("By folder")),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setData(name)
            action.setChecked(name == self._preferences.sort)
            group.addAction(action)
        group.triggered.connect(self._sort_changed)
        self.sort.setMenu(menu)

    # -- from the window ---------------------------------------------------------------------------

    def query(self) -> str:
        """The query as it would be typed."""
        return self.words.text().strip()

    def set_query(self, query: str, search: bool = True) -> None:
        """Show `query` in the field, and ask for its photos unless `search` is False."""
        self._pause.stop()
        self._no_offers()
        self._file = ""
        self.words.setText(query)
        if search:
            self._ask()
        self._show_parts()

    def show_result(self, result: SearchResult) -> None:
        """The answer that is on the screen now: its chips say how the query was understood."""
        self._result = result
        self._show_parts()

    def focus_words(self) -> None:
        """Ctrl+F: edit the query."""
        self._pages.setCurrentWidget(self.words)
        self.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.words.selectAll()

    # -- searching ---------------------------------------------------------------------------------

    def _try(self) -> None:
        """Search while typing, but not for the first letters of a word.

        Nothing would match them well.
        """
        word = self._token()
        if not word.isascii() or ":" in word or not 0 < len(word.strip('-"')) < _TRIED_FROM:
            self._search()

    def _search(self) -> None:
        """What is in the field, unless it is what was asked for already."""
        self._pause.stop()
        if self.query() != self._searched or self._file:
            self._ask()

    def _ask(self) -> None:
        self._searched = self.query()
        self._file = ""
        self.search_requested.emit(
            self._searched, self._preferences.sort, self._preferences.strictness
        )
        self._show_buttons()

    def _typed(self) -> None:
        self._pause.start()
        self._show_buttons()
        self._offer()

    def _entered(self) -> None:
        self._no_offers()
        self._search()
        self._remember()
        self.left.emit()

    def _clear(self) -> None:
        self.set_query("")
        self.focus_words()
        self._offer()

    def _remember(self) -> None:
        query = self.query()
        if query:
            before = [one for one in self._history_kept() if one != query]
            self._preferences.set("history", [query, *before][:_REMEMBERED])

    def _history_kept(self) -> list[str]:
        return [one for one in self._preferences.history if isinstance(one, str)]

    def _saved(self) -> list[str]:
        return [one for one in self._preferences.saved_searches if isinstance(one, str)]

    def _toggle_saved(self) -> None:
        query = self.query()
        saved = self._saved()
        if query in saved:
            text = self.tr("Forget the search “{query}”")
            then = [one for one in saved if one != query]
        else:
            text = self.tr("Save the search “{query}”")
            then = [query, *saved]
        self._history.push_here(
            text.format(query=query),
            partial(self._set_saved, then),
            partial(self._set_saved, saved),
        )

    def _set_saved(self, saved: list[str]) -> None:
        self._preferences.set("saved_searches", saved)
        self._show_buttons()

    def _strictness_changed(self, value: int) -> None:
        self._preferences.set("strictness", value / _STEPS)
        self._ask()

    def _sort_changed(self, action: QAction) -> None:
        self._preferences.set("sort", action.data())
        self._ask()

    # -- offers ------------------------------------------------------------------------------------

    def _photos_changed(self, changes: PhotosChanged) -> None:
        self._stale = self._stale or changes.labels or bool(changes.added or changes.removed)

    def _learn_names(self) -> None:
        if self._stale:
            self._stale = False
            self._link.ask(Verbs.labels).then(self._labels_known)
            self._link.ask(Verbs.folders).then(self._folders_known)

    def _labels_known(self, labels: list[Label]) -> None:
        self._labels = sorted(labels, key=lambda label: -label.photos)
        if self.words.hasFocus() and self._offering:  # somebody waits for them
            self._offer()

    def _folders_known(self, folders: list[Folder]) -> None:
        self._folders = folders

    def _token(self) -> str:
        """What is being typed at the cursor."""
        found = _TOKEN.search(self.words.text()[: self.words.cursorPosition()])
        return found.group() if found else ""

    def _offer(self) -> None:
        self._offering = True
        self._learn_names()
        token = self._token()
        saved = self._saved()
        history = self._history_kept()
        if self.words.text().strip():
            rows = search_words.offers(token, self.query(), self._labels, self._folders, history)
        else:
            rows = search_words.earlier(saved, history)
        self.offers.offer(rows)

    def _no_offers(self) -> None:
        self._offering = False
        self.offers.hide()

    def _take_offer(self, value: str) -> None:
        if value.startswith("="):
            self.set_query(value[1:])
            self._remember()
            return
        text, cursor = self.words.text(), self.words.cursorPosition()
        before = text[: cursor - len(self._token())] + value[1:]
        self.words.setText(before + text[cursor:].lstrip())
        self.words.setCursorPosition(len(before))
        if value.endswith(":"):
            self._offer()
        else:
            self._search()
            self._remember()

    # -- chips -------------------------------------------------------------------------------------

    def _show_parts(self) -> None:
        """The query as chips while nobody types; as text otherwise."""
        self._show_buttons()
        understood = self._result.chips if self._result.query.strip() == self.query() else ()
        if self.words.hasFocus() or not (understood or self._file):
            self._pages.setCurrentWidget(self.words)
            return
        chips.clear(self._parts_row)
        texts = list(understood)
        if self._file:
            self._add_chip(self.tr("like {file}").format(file=quoted(self._file)), "", [])
        for place, text in enumerate(texts):
            if text == "OR":
                self._parts_row.addWidget(theme.plain(self.tr("or"), "muted"))
            else:
                self._add_chip(*search_words.in_words(text), search_words.without(texts, place))
        self._parts_row.addStretch(1)
        self._pages.setCurrentWidget(self._parts)

    def _add_chip(self, text: str, label: str, rest: list[str]) -> None:
        known = next((one for one in self._labels if one.name.casefold() == label.casefold()), None)
        chip = chips.Chip(text, color=theme.label_color(known.color, known.id) if known else None)
        chip.setFixedHeight(26)
        chip.make_clickable(self.tr("Edit the search"))
        chip.clicked.connect(self.focus_words)
        chip.add_remove(self.tr("Without “{part}”").format(part=quoted(text)))
        chip.removed.connect(lambda: self.set_query(" ".join(rest)))
        self._parts_row.addWidget(chip)

    def _show_buttons(self) -> None:
        something = bool(self.query() or self._file)
        self.clear_button.setVisible(something)
        self.save.setVisible(bool(self.query()))
        saved = self.query() in self._saved()
        self.save.setChecked(saved)
        text = self.tr("Forget this saved search") if saved else self.tr("Save this search")
        self.save.setToolTip(text)
        self.save.setAccessibleName(text)
        theme.set_icon(self.save, "star-filled" if saved else "star")

    # -- events ------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if (
            watched is self.field
            and kind == QEvent.Type.MouseButtonPress
            and isinstance(event, QMouseEvent)
        ):
            self.focus_words()
            return True
        if watched is self.words:
            if kind == QEvent.Type.FocusIn:
                self._set_active(True)
                if not self.words.text():
                    QTimer.singleShot(0, self._offer_at_rest)
                else:
                    self._learn_names()
            elif kind == QEvent.Type.FocusOut:
                self._set_active(False)
                # Not now: the event belongs to the field that would be hidden.
                QTimer.singleShot(0, self._show_parts)
            elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                return self._key(event.key())
        return super().eventFilter(watched, event)

    def _offer_at_rest(self) -> None:
        if self.words.hasFocus() and not self.words.text():
            self._offer()

    def _key(self, key: int) -> bool:
        if key == Qt.Key.Key_Down:
            self._offer()
            return True
        if key == Qt.Key.Key_Escape:
            self._pause.stop()
            self.words.setText(self._searched)
            self.left.emit()
            return True
        return False

    def _set_active(self, active: bool) -> None:
        self.field.setProperty("active", "true" if active else "false")
        self.field.style().unpolish(self.field)
        self.field.style().polish(self.field)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        mime = event.mimeData()
        files = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
        if mime.hasFormat(PHOTO_IDS) or (len(files) == 1 and os.path.isfile(files[0])):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._set_active(True)
        else:
            event.ignore()  # folders are for the window

    def dragLeaveEvent(self, event: QEvent) -> None:
        self._set_active(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._set_active(False)
        mime = event.mimeData()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if mime.hasFormat(PHOTO_IDS):
            first = bytes(mime.data(PHOTO_IDS).data()).split(b",")[0]
            if first.isdigit():
                self.set_query(f"like:{int(first)}")
            return
        path = next(url.toLocalFile() for url in mime.urls() if url.isLocalFile())
        self.set_query("", search=False)
        self._searched = ""
        self._file = os.path.basename(path)
        self.file_dropped.emit(path)
        self._show_parts()
