"""The review queue as a page: one photo, one question, one key.

The last ten answers can be changed.

Knows: which question is shown, and what was answered in this sitting. Does not know: how questions
are chosen (the engine's `review` does) or how an answer is stored: it only says what the person
said.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_app.link.engine_link import EngineLink
from desktop_app.link.wording import in_words
from desktop_app.parts import theme
from desktop_app.parts.chips import clear
from desktop_app.parts.full_images import Pictures
from desktop_app.parts.photo_view import PhotoView
from desktop_app.parts.plain_text import caption, quoted
from desktop_app.parts.thumbnails import Thumbnails
from engine.records import Photo, PhotosChanged, ReviewItem
from engine.verbs import Verbs

_AHEAD = 20  # questions asked for at a time
_FEW = 4  # so few left: ask for more
_LAST = 10  # answers that can still be changed here
_ROOMY = 700  # pixels of width
_ENOUGH = 20  # so many answers in a row that changed nothing: say that it stops paying


@dataclass(frozen=True, slots=True)
class _Answer:
    item: ReviewItem
    name: str
    present: bool


class ReviewPanel(QWidget):
    """`start()` asks for questions; answers are emitted as `correction_requested`.

    They are made undoable elsewhere. Whoever does that calls the last argument with True when the
    answer is in force, with False when it was taken back.
    """

    #: Label id, yes, no, clear, told(bool).
    correction_requested = Signal(int, list, list, list, object)
    improve_requested = Signal(list)  #: label ids that were answered
    closed = Signal()

    def __init__(
        self,
        link: EngineLink,
        thumbnails: Thumbnails,
        pictures: Pictures,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._pictures = pictures
        self._label_id: int | None = None
        self._sitting = 0
        self._queue: deque[ReviewItem] = deque()
        self._seen: set[tuple[int, int]] = set()
        self._answers: list[_Answer] = []
        self._agreed = 0  # answers in a row that said what the machine says
        self._request = 0
        self._exhausted = False
        self._photos: dict[int, Photo] = {}
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Review"))
        self.view = PhotoView(thumbnails, pictures)
        self.question = theme.plain("", "title", wrap=True)
        self.question.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.reason = theme.plain("", "muted", wrap=True)
        self.reason.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.yes = self._button(self.tr("Yes"), "tick", "primary", self.accept)
        self.no = self._button(self.tr("No"), "cross", "", self.reject)
        self.skip = self._button(self.tr("Not sure"), "next", "", self.next)
        self.keys = theme.plain(
            self.tr("Enter: yes · X: no · N: not sure · Ctrl+Z: take back"), "muted", wrap=True
        )
        self.keys.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.pays = theme.plain("", "muted", wrap=True)
        self.improve = QPushButton(self.tr("Improve labels"))
        self.improve.clicked.connect(self._improve)
        self.back = QPushButton(self.tr("Back to the photos"))
        self.back.setAccessibleName(self.back.text())
        theme.set_icon(self.back, "back")
        self.back.clicked.connect(self.closed)
        self._last = QVBoxLayout()
        self._last.setSpacing(4)
        self._lay_out()
        link.photos_changed.connect(self._photos_changed)

    def _button(self, text: str, icon: str, look: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if look:
            button.setProperty("look", look)
        theme.set_icon(button, icon, "on_accent" if look else "text")
        button.clicked.connect(act)
        return button

    def _lay_out(self) -> None:
        centre = QVBoxLayout()
        centre.setSpacing(8)
        centre.addWidget(self.view, 1)
        centre.addWidget(self.question)
        centre.addWidget(self.reason)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in (self.yes, self.no, self.skip):
            buttons.addWidget(button)
        buttons.addStretch(1)
        centre.addLayout(buttons)
        centre.addWidget(self.keys)
        self._side = QFrame()
        self._side.setProperty("look", "card")
        self._side.setFixedWidth(264)
        side = QVBoxLayout(self._side)
        side.setContentsMargins(14, 12, 14, 12)
        side.addWidget(theme.plain(self.tr("Your last answers"), "heading"))
        side.addWidget(theme.plain(self.tr("Click one to change it."), "muted", wrap=True))
        side.addLayout(self._last)
        side.addStretch(1)
        side.addWidget(self.pays)
        side.addWidget(self.improve)
        side.addWidget(self.back)
        self._row = QHBoxLayout(self)
        self._row.addLayout(centre, 1)
        self._row.addWidget(self._side)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a small window the photo and the buttons matter more than the list of answers."""
        super().resizeEvent(event)
        small = self.width() < _ROOMY
        edge = 12 if small else 20
        self._row.setContentsMargins(edge, 18, edge, 18)
        self._row.setSpacing(edge)
        self._side.setFixedWidth(176 if small else 264)
        for button in (self.yes, self.no, self.skip):
            button.setMinimumWidth(0 if small else 120)

    # -- questions ---------------------------------------------------------------------------------

    def start(self, label_id: int | None = None) -> None:
        """Begin a sitting: about one label, or about all of them."""
        self._label_id = label_id
        self._sitting += 1
        self._queue.clear()
        self._seen.clear()
        self._answers.clear()
        self._agreed = 0
        self._exhausted = False
        self._show_answers()
        self._show()
        self._ask()

    def item(self) -> ReviewItem | None:
        """The question on the screen."""
        return self._queue[0] if self._queue else None

    def _ask(self) -> None:
        if not self._request:
            asked = self._link.ask(Verbs.review, _AHEAD + len(self._seen), self._label_id)
            self._request = asked.then(self._known, self._refused).id

    def _known(self, items: list[ReviewItem]) -> None:
        self._request = 0
        waiting = {(one.photo_id, one.label_id) for one in self._queue}
        fresh = [one for one in items if (one.photo_id, one.label_id) not in self._seen | waiting]
        self._exhausted = not fresh
        before = self.item()
        self._queue.extend(fresh)
        unknown = [one.photo_id for one in fresh if one.photo_id not in self._photos]
        if unknown:
            self._link.ask(Verbs.photos, unknown).then(self._photos_known)
        if before is None:
            self._show()

    def _refused(self, sentence: str) -> None:
        self._request = 0
        self._exhausted = True
        self._show()
        self.reason.setText(sentence)

    def _photos_known(self, photos: list[Photo]) -> None:
        self._photos.update({photo.id: photo for photo in photos})
        self._show_photo()

    def _photos_changed(self, changes: PhotosChanged) -> None:
        gone = set(changes.removed)
        if gone and any(one.photo_id in gone for one in self._queue):
            self._queue = deque(one for one in self._queue if one.photo_id not in gone)
            if self.isVisible():
                self._show()

    # -- answers -----------------------------------------------------------------------------------

    def accept(self) -> None:
        """Yes: the label belongs on the photo."""
        self._answer(True)

    def reject(self) -> None:
        """No: it does not, and is never suggested there again."""
        self._answer(False)

    def next(self) -> None:
        """Leave this one open."""
        if self._queue:
            item = self._queue.popleft()
            self._seen.add((item.photo_id, item.label_id))
            self._go_on()

    def _answer(self, present: bool) -> None:
        if not self._queue:
            return
        item = self._queue.popleft()
        self._seen.add((item.photo_id, item.label_id))
        photo = self._photos.get(item.photo_id)
        self._answers.append(_Answer(item, photo.name if photo else "", present))
        self._agreed = self._agreed + 1 if present == item.suggested else 0
        self._emit(item, present, None)
        self._show_answers()
        self._go_on()

    def _emit(self, item: ReviewItem, present: bool, before: bool | None) -> None:
        ids = [item.photo_id]
        told = partial(self._said, self._sitting, item, present, before)
        self.correction_requested.emit(
            item.label_id, ids if present else [], [] if present else ids, [], told
        )

    def _change(self, place: int) -> None:
        answer = self._answers[place]
        self._answers[place] = replace(answer, present=not answer.present)
        self._emit(answer.item, not answer.present, answer.present)
        self._show_answers()
        self.setFocus()

    def _said(
        self, sitting: int, item: ReviewItem, present: bool, before: bool | None, said: bool
    ) -> None:
        """An answer is in force, or was taken back: then its question is asked again."""
        answer = present if said else before
        place = next((at for at, one in enumerate(self._answers) if one.item is item), None)
        shown = None if place is None else self._answers[place].present
        if sitting != self._sitting or answer == shown:
            return
        pair = item.photo_id, item.label_id
        if place is None:  # done again
            photo = self._photos.get(item.photo_id)
            self._answers.append(_Answer(item, photo.name if photo else "", bool(answer)))
            self._seen.add(pair)
            self._queue = deque(one for one in self._queue if one is not item)
        elif answer is None:
            del self._answers[place]
            self._seen.discard(pair)
            self._queue.appendleft(item)
        else:
            self._answers[place] = replace(self._answers[place], present=answer)
        self._agreed = 0
        self._show_answers()
        self._show()

    def _go_on(self) -> None:
        self._show()
        if len(self._queue) <= _FEW and not self._exhausted:
            self._ask()

    def _improve(self) -> None:
        self.improve_requested.emit(sorted({answer.item.label_id for answer in self._answers}))

    # -- the screen --------------------------------------------------------------------------------

    def _show(self) -> None:
        item = self.item()
        for widget in (self.yes, self.no, self.skip, self.keys):
            widget.setVisible(item is not None)
        if item is None:
            self.question.setText(
                self.tr("Looking for questions…")
                if self._request or not self._exhausted
                else self.tr("Nothing left to ask.")
            )
            self.reason.setText(
                ""
                if self._request or not self._exhausted
                else self.tr(
                    "Every close call has your answer. Come back when there are new photos."
                )
            )
        else:
            self.question.setText(self.tr("Is this “{label}”?").format(label=quoted(item.label)))
            said = self.tr("Albumen thinks yes") if item.suggested else self.tr("Albumen thinks no")
            self.reason.setText(
                self.tr("{guess}: {reason}").format(guess=said, reason=in_words(item.reason))
            )
        self._show_photo()

    def _show_photo(self) -> None:
        item = self.item()
        self.view.show_photo(self._photos.get(item.photo_id) if item else None)
        ahead = [self._photos.get(one.photo_id) for one in list(self._queue)[:3]]
        if self.isVisible():
            self._pictures.want(
                self, [(photo.path, self.view.wanted()) for photo in ahead if photo]
            )

    def _show_answers(self) -> None:
        clear(self._last)
        first = max(len(self._answers) - _LAST, 0)
        for place in range(len(self._answers) - 1, first - 1, -1):
            answer = self._answers[place]
            button = QPushButton(caption(answer.item.label))
            theme.set_icon(button, "tick" if answer.present else "cross")
            button.setProperty("look", "quiet")
            word = self.tr("yes") if answer.present else self.tr("no")
            button.setAccessibleName(
                self.tr("{label} on {photo}: {word}").format(
                    label=quoted(answer.item.label), photo=quoted(answer.name), word=word
                )
            )
            button.setStyleSheet("text-align: left")
            button.clicked.connect(lambda _checked=False, place=place: self._change(place))
            self._last.addWidget(button)
        count = len(self._answers)
        self.improve.setVisible(count > 0)
        self.improve.setText(self.tr("Improve labels (%Ln answer(s))", "", count))
        self.improve.setAccessibleName(self.improve.text())
        self.pays.setVisible(self._agreed >= _ENOUGH)
        self.pays.setText(
            self.tr(
                "Your last %Ln answers said what Albumen thought already: "
                "more answers would change little.",
                "",
                self._agreed,
            )
        )

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_photo()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Y):
            self.accept()
        elif key in (Qt.Key.Key_X, Qt.Key.Key_Delete):
            self.reject()
        elif key in (Qt.Key.Key_N, Qt.Key.Key_Right):
            self.next()
        elif key == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
