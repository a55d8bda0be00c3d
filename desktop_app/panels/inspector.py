"""The right panel: what is on the chosen photos, who says so, and one click to correct it.

Knows: a suggestion (dashed, with tick and cross) from a person's word (solid), for one photo or
many. Does not know: how a correction is stored or undone; it emits what the person said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop_app.link.engine_link import EngineLink
from desktop_app.link.wording import in_words
from desktop_app.parts import theme
from desktop_app.parts.chips import Chip, FlowLayout, Strength, clear, small_button
from desktop_app.parts.full_images import Pictures
from desktop_app.parts.photo_view import PhotoView
from desktop_app.parts.plain_text import ElidedLabel, quoted
from desktop_app.parts.rows import Row
from desktop_app.parts.search_words import query_of
from desktop_app.parts.suggestions import Suggestions
from desktop_app.parts.thumbnails import Thumbnails
from desktop_app.photos.photo_model import data_size, moment
from engine.records import Counts, Label, Photo, PhotosChanged, PhotoState, Source, Tag
from engine.verbs import Verbs

_PREVIEWED = 4  # of several photos, so many are seen
_WORTHWHILE = 5  # corrections, from which on learning is offered loudly
_MOST = 2000  # photos whose tags are looked at together; an act is about all that are chosen


@dataclass(slots=True)
class _Said:
    """A label over the chosen photos: who says what about which of them."""

    label_id: int
    label: str
    yes: list[int] = field(default_factory=list)
    no: list[int] = field(default_factory=list)
    suggested: list[int] = field(default_factory=list)
    score: float = 0.0
    calibrated: bool = False


class Inspector(QWidget):
    """`show_photos` is called with the chosen ids; everything else is signals."""

    correction_requested = Signal(int, list, list, list)  #: label id, yes, no, clear
    new_label_requested = Signal(str, list)  #: name, photos that it is on
    view_requested = Signal(str)
    similar_requested = Signal(int)
    show_in_folder_requested = Signal(int)
    improve_requested = Signal(list)
    versions_requested = Signal()
    open_requested = Signal(int)

    def __init__(
        self,
        link: EngineLink,
        thumbnails: Thumbnails,
        pictures: Pictures | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._pictures = pictures
        self._ids: list[int] = []
        self._labels: dict[int, Label] = {}
        self._request = 0
        self.setMinimumWidth(240)
        self.setAccessibleName(self.tr("Photo"))
        self.preview = PhotoView(thumbnails, pictures)
        self.preview.setFixedHeight(190)
        self.preview.setCursor(Qt.CursorShape.PointingHandCursor)
        self.preview.clicked.connect(self._open)
        self.name = ElidedLabel("", Qt.TextElideMode.ElideMiddle)
        self.name.setProperty("look", "heading")
        self.facts = theme.plain("", "muted", wrap=True)
        self.folder = ElidedLabel("", Qt.TextElideMode.ElideLeft)
        self.folder.setProperty("look", "muted")
        self.trouble = theme.plain("", "warning", wrap=True)
        self.similar = small_button("similar", self.tr("Photos like this"))
        self.similar.clicked.connect(partial(self._about_first, self.similar_requested))
        self.show_in_folder = small_button("folder", self.tr("Show in folder"))
        self.show_in_folder.clicked.connect(
            partial(self._about_first, self.show_in_folder_requested)
        )
        self.add = QLineEdit()
        self.add.setPlaceholderText(self.tr("Add a label"))
        self.add.setAccessibleName(self.tr("Add a label"))
        self.add.setMaxLength(200)
        self.add.returnPressed.connect(self._entered)
        self.add.textEdited.connect(self._typed)
        self.offers = Suggestions(self.add, self.tr("Labels"))
        self.offers.chosen.connect(self._offer_taken)
        self.improve = QPushButton(self.tr("Improve labels"))
        theme.set_icon(self.improve, "improve")
        self.improve.clicked.connect(lambda: self.improve_requested.emit([]))
        self.versions = QPushButton(self.tr("What was learned"))
        self.versions.setAccessibleName(self.versions.text())
        self.versions.setProperty("look", "quiet")
        self.versions.clicked.connect(self.versions_requested)
        self.suggested, self._suggested_section = self._section(self.tr("Suggested"))
        self.confirmed, self._confirmed_section = self._section(self.tr("Confirmed"))
        self.rejected, self._rejected_section = self._section(self.tr("Not on the photo"))
        self.nothing = theme.plain(self.tr("Choose a photo to see its labels."), "muted", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.note = theme.plain("", "muted", wrap=True)
        self._lay_out()
        # Holding an arrow key asks once, at its end.
        self._soon = QTimer(self, singleShot=True, interval=60)
        self._soon.timeout.connect(self._ask)
        link.photos_changed.connect(self._photos_changed)
        link.ready.connect(self._ask_labels)
        self._ask_labels()
        self._show_nothing()

    def _section(self, title: str) -> tuple[FlowLayout, QWidget]:
        """A place for chips, and the widget with its heading that hides while there are none."""
        section = QWidget()
        chips = QWidget()
        flow = FlowLayout(chips, spacing=6)
        column = QVBoxLayout(section)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        column.addWidget(theme.plain(title, "heading"))
        column.addWidget(chips)
        return flow, section

    def _lay_out(self) -> None:
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 4, 0)
        body.setSpacing(6)
        body.addWidget(self.preview)
        body.addSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.name, 1)
        head.addWidget(self.similar)
        head.addWidget(self.show_in_folder)
        body.addLayout(head)
        body.addWidget(self.facts)
        body.addWidget(self.folder)
        body.addWidget(self.trouble)
        body.addSpacing(8)
        body.addWidget(self.add)
        for section in (self._suggested_section, self._confirmed_section, self._rejected_section):
            body.addWidget(section)
        body.addSpacing(6)
        body.addWidget(self.note)
        body.addStretch(1)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(14, 12, 10, 8)
        column.addWidget(self.nothing)
        column.addWidget(self._body, 1)
        area = theme.scrolling(inside, self.tr("Labels of the photo"))
        foot = QVBoxLayout()
        foot.setContentsMargins(14, 8, 14, 10)
        foot.setSpacing(4)
        foot.addWidget(self.improve)
        foot.addWidget(self.versions)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(area, 1)
        page.addLayout(foot)

    # -- what is shown -----------------------------------------------------------------------------

    def show_photos(self, ids: Sequence[int]) -> None:
        """Show these photos; an empty list shows nothing."""
        self._ids = list(ids)
        if self._ids:
            self._soon.start()
        else:
            self._show_nothing()

    def _show_nothing(self) -> None:
        self._soon.stop()
        self._body.hide()
        self.nothing.show()

    def _ask(self) -> None:
        if self._ids:
            self._link.cancel(self._request)
            self._link.ask(Verbs.photos, self._ids[:_PREVIEWED]).then(
                partial(self._photos_known, self._ids[0])
            )
            self._request = self._link.ask(Verbs.tags, self._ids[:_MOST]).then(self._tags_known).id

    def _ask_labels(self) -> None:
        self._link.ask(Verbs.labels).then(self._labels_known, self._ignore)
        self._link.ask(Verbs.counts).then(self._counted, self._ignore)

    def _about_first(self, requested: SignalInstance, _checked: bool = False) -> None:
        if self._ids:
            requested.emit(self._ids[0])

    def _ignore(self, _sentence: str) -> None:
        """Before the library is open there is nothing to show.

        Whoever opens it says why it cannot be.
        """

    def _photos_changed(self, changes: PhotosChanged) -> None:
        if changes.labels:
            self._ask_labels()
        touched = set(changes.ids)
        if self._ids and (not touched or touched.intersection(self._ids[:_MOST])):
            self._soon.start()

    def _labels_known(self, labels: list[Label]) -> None:
        self._labels = {label.id: label for label in labels}

    def _counted(self, counts: Counts) -> None:
        count = counts.corrections_since_training
        self.improve.setText(
            self.tr("Improve labels (%Ln correction(s))", "", count)
            if count
            else self.tr("Improve labels")
        )
        self.improve.setAccessibleName(self.improve.text())
        theme.look(self.improve, "primary" if count >= _WORTHWHILE else "")
        theme.set_icon(self.improve, "improve", "on_accent" if count >= _WORTHWHILE else "text")

    def _photos_known(self, photo_id: int, photos: list[Photo]) -> None:
        if not photos or not self._ids or self._ids[0] != photo_id:
            return
        photo = photos[0]
        many = len(self._ids) > 1
        self.nothing.hide()
        self._body.show()
        self.preview.show_photos(photos)
        if self._pictures is not None:  # thumbnail files are smaller than the preview
            single = not many and photo.state is PhotoState.OK
            self._pictures.want(self, [(photo.path, self.preview.wanted())] if single else [])
        locale = self.locale()
        self.name.setText(self.tr("%Ln photo(s)", "", len(self._ids)) if many else photo.name)
        self.similar.setVisible(not many)
        self.show_in_folder.setVisible(not many)
        parts = [moment(photo.taken_at, locale)]
        if photo.width:
            parts.append(f"{photo.width} × {photo.height}")
        parts.append(data_size(photo.size, locale))
        self.facts.setText(" · ".join(parts))
        self.facts.setVisible(not many)
        self.folder.setText(photo.path.rpartition("/")[0] or photo.path)
        self.folder.setVisible(not many)
        sentence = {
            PhotoState.FAILED: in_words(photo.reason)
            if photo.reason
            else self.tr("This photo could not be read."),
            PhotoState.OFFLINE: self.tr("Its drive is away. Reconnect it to see the photo."),
            PhotoState.MISSING: self.tr(
                "The file is gone. Its labels are kept in case it comes back."
            ),
        }.get(photo.state, "")
        self.trouble.setText("" if many else sentence)
        self.trouble.setVisible(bool(self.trouble.text()))

    def _tags_known(self, tags: list[Tag]) -> None:
        self._request = 0
        said: dict[int, _Said] = {}
        for tag in tags:
            one = said.setdefault(tag.label_id, _Said(tag.label_id, tag.label))
            if tag.source is Source.PERSON:
                (one.yes if tag.present else one.no).append(tag.photo_id)
            elif tag.present:
                one.suggested.append(tag.photo_id)
                one.score = max(one.score, tag.score)
                one.calibrated = tag.calibrated
        total = min(len(self._ids), _MOST)
        for flow in (self.suggested, self.confirmed, self.rejected):
            clear(flow)
        for one in sorted(said.values(), key=lambda one: (-one.score, one.label.casefold())):
            if one.suggested:
                self.suggested.addWidget(self._suggestion(one, total))
            if one.yes:
                self.confirmed.addWidget(self._word(one, total))
            if one.no and not one.yes and not one.suggested:
                self.rejected.addWidget(self._refusal(one, total))
        self._suggested_section.setVisible(self.suggested.count() > 0)
        self._confirmed_section.setVisible(self.confirmed.count() > 0)
        self._rejected_section.setVisible(self.rejected.count() > 0)
        self.note.setText(self._note(said, total))
        self.note.setVisible(bool(self.note.text()))

    def _note(self, said: dict[int, _Said], total: int) -> str:
        if len(self._ids) > total:
            return self.tr(
                "Only the first %Ln photo(s) were looked at; a label that you add goes on all.",
                "",
                total,
            )
        if not self._labels:
            return self.tr("You have no labels yet. Type one above: any words.")
        if not said:
            return self.tr("None of your labels fits this photo.") if total == 1 else ""
        return ""

    # -- chips -------------------------------------------------------------------------------------

    def _chip(self, one: _Said, count: int, total: int, dashed: bool) -> Chip:
        label = self._labels.get(one.label_id)
        text = (
            one.label
            if count == total
            else self.tr("{label} · {count} of {total}").format(
                label=one.label,
                count=self.locale().toString(count),
                total=self.locale().toString(total),
            )
        )
        color = theme.label_color(label.color if label else "", one.label_id)
        # The number stays.
        chip = Chip(text, color=color, dashed=dashed, cut=Qt.TextElideMode.ElideMiddle)
        chip.make_clickable(self.tr("Show all photos with this label"))
        chip.clicked.connect(lambda: self.view_requested.emit(query_of("label", one.label)))
        return chip

    def _suggestion(self, one: _Said, total: int) -> Chip:
        chip = self._chip(one, len(one.suggested), total, dashed=True)
        strength = Strength(_level(one))
        if one.calibrated:
            strength.setToolTip(
                self.tr("About {count} of 10 such suggestions are right").format(
                    count=round(10 * one.score)
                )
            )
        chip.add(strength)
        accept = small_button(
            "tick", self.tr("Yes, “{label}”").format(label=quoted(one.label)), chip
        )
        accept.clicked.connect(partial(self._say, one.label_id, True, one.suggested))
        chip.add(accept)
        refuse = chip.add_remove(self.tr("No, not “{label}”").format(label=quoted(one.label)))
        refuse.setObjectName("refuse")
        chip.removed.connect(partial(self._say, one.label_id, False, one.suggested))
        return chip

    def _word(self, one: _Said, total: int) -> Chip:
        chip = self._chip(one, len(one.yes), total, dashed=False)
        if len(one.yes) < total:
            accept = small_button(
                "tick", self.tr("“{label}” on all").format(label=quoted(one.label)), chip
            )
            accept.clicked.connect(partial(self._say, one.label_id, True, self._ids))
            chip.add(accept)
        chip.add_remove(self.tr("Remove “{label}”").format(label=quoted(one.label)))
        chip.removed.connect(partial(self._say, one.label_id, False, self._all_or(one.yes, total)))
        return chip

    def _refusal(self, one: _Said, total: int) -> Chip:
        chip = self._chip(one, len(one.no), total, dashed=True)
        theme.look(chip.label, "muted")
        chip.add_remove(self.tr("Forget that it is not “{label}”").format(label=quoted(one.label)))
        chip.removed.connect(partial(self._say, one.label_id, None, self._all_or(one.no, total)))
        return chip

    def _all_or(self, ids: list[int], total: int) -> list[int]:
        """These photos, or every chosen one where all that were looked at are among them."""
        return self._ids if len(ids) == total else ids

    def _say(
        self, label_id: int, present: bool | None, ids: Sequence[int], *_checked: bool
    ) -> None:
        """What the person says about those of the photos that the chip speaks of.

        A tick at 'cat · 2 of 12' is about two.
        """
        ids = list(ids)
        words = {True: (ids, [], []), False: ([], ids, []), None: ([], [], ids)}[present]
        self.correction_requested.emit(label_id, *words)

    def _open(self) -> None:
        if self._ids:
            self.open_requested.emit(self._ids[0])

    # -- a label by name ---------------------------------------------------------------------------

    def focus_add_label(self) -> None:
        """T: type a label for the chosen photos."""
        self.add.setFocus()
        self.add.selectAll()

    def _typed(self, text: str) -> None:
        wanted = text.strip().casefold()
        found = [
            label for label in self._labels.values() if wanted and wanted in label.name.casefold()
        ]
        found.sort(
            key=lambda one: (not one.name.casefold().startswith(wanted), one.name.casefold())
        )
        rows = [
            Row(
                one.name,
                color=theme.label_color(one.color, one.id),
                right=self.locale().toString(one.photos),
                value=one.name,
            )
            for one in found[:8]
        ]
        if wanted and not any(one.name.casefold() == wanted for one in found):
            rows.append(
                Row(
                    self.tr("New label “{name}”").format(name=text.strip()),
                    icon="plus",
                    value=text.strip(),
                )
            )
        self.offers.offer(rows, first=True)

    def _offer_taken(self, name: str) -> None:
        self.add.setText(name)
        self._entered()

    def _entered(self) -> None:
        name = self.add.text().strip()
        if not name or not self._ids:
            return
        self.add.clear()
        self.offers.hide()
        label = next(
            (one for one in self._labels.values() if one.name.casefold() == name.casefold()), None
        )
        if label is not None:
            self._say(label.id, True, self._ids)
        else:
            self.new_label_requested.emit(name, list(self._ids))


def _level(one: _Said) -> int:
    """Bars 1..3 of a suggestion.

    Of the probability where one was fitted, else of the distance above the line.
    """
    steps = (0.7, 0.9) if one.calibrated else (0.7, 2.0)
    return 1 + sum(one.score >= step for step in steps)
