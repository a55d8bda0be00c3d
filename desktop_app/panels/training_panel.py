"""'Improve labels': progress, an honest before and after, every version with a way back.

It also shows which photos would change.

Knows: how a report reads. Does not know: how anything is learned or judged; the engine's reports
say that.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from desktop_app.acts import label_acts
from desktop_app.acts.history import History
from desktop_app.link.engine_link import EngineLink
from desktop_app.link.wording import in_words
from desktop_app.parts import theme
from desktop_app.parts.chips import clear
from desktop_app.parts.plain_text import ElidedLabel, quoted
from desktop_app.parts.thumbnail_row import ThumbnailRow
from desktop_app.parts.thumbnails import Thumbnails
from desktop_app.photos.photo_model import moment
from engine.records import Measured, PhotosChanged, Progress, TrainReport, Version
from engine.verbs import Verbs


class TrainingPanel(QWidget):
    """A page of the centre.

    `improve` learns and shows reports, `show_versions` shows what was learned so far.
    """

    closed = Signal()
    view_requested = Signal(str)  #: a query: the photos that a report talks about

    def __init__(
        self,
        link: EngineLink,
        history: History,
        thumbnails: Thumbnails,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._history = history
        self._thumbnails = thumbnails
        self._request = 0
        self._versions_of: int | None = None
        self._showing_versions = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.title = theme.plain("", "title")
        self.sentence = theme.plain("", "muted", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of learning"))
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.setAccessibleName(self.tr("Cancel learning"))
        self.cancel.clicked.connect(self._cancel)
        self.accept_all = QPushButton(self.tr("Accept all"))
        self.accept_all.setAccessibleName(self.accept_all.text())
        self.accept_all.setProperty("look", "primary")
        self.accept_all.clicked.connect(self._accept_all)
        self.versions = QPushButton(self.tr("All versions"))
        self.versions.setAccessibleName(self.versions.text())
        theme.set_icon(self.versions, "history")
        self.versions.clicked.connect(lambda: self.show_versions())
        self.back = QPushButton(self.tr("Back to the photos"))
        self.back.setAccessibleName(self.back.text())
        theme.set_icon(self.back, "back")
        self.back.clicked.connect(self.closed)
        self.cards: list[ReportCard] = []
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 10, 0)
        self._list.setSpacing(12)
        self._lay_out()
        link.job_progress.connect(self._progress)
        link.photos_changed.connect(self._photos_changed)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        for button in (self.accept_all, self.versions, self.back):
            head.addWidget(button)
        work = QHBoxLayout()
        work.addWidget(self.bar, 1)
        work.addWidget(self.cancel)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._list)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setProperty("look", "bare")
        area.setAccessibleName(self.tr("Reports"))
        area.setWidget(inside)
        page = QVBoxLayout(self)
        page.setContentsMargins(24, 18, 24, 18)
        page.setSpacing(10)
        page.addLayout(head)
        page.addWidget(self.sentence)
        page.addLayout(work)
        page.addWidget(area, 1)

    # -- learning ----------------------------------------------------------------------------------

    def improve(self, label_ids: list[int] | None) -> None:
        """Learn from the corrections of these labels, or of all with new ones.

        Nothing is in force until Accept.
        """
        if self._request:
            return
        self._clear(self.tr("Improve labels"))
        self.sentence.setText(
            self.tr("Learning from your corrections. The photos are not read again.")
        )
        self.bar.setRange(0, 0)
        self._working(True)
        asked = self._link.ask(Verbs.train, label_ids, False)
        self._request = asked.then(self._learned, self._failed).id

    def _working(self, working: bool) -> None:
        self.bar.setVisible(working)
        self.cancel.setVisible(working)

    def _clear(self, title: str) -> None:
        clear(self._list)
        self.cards = []
        self._showing_versions = False
        self.versions.show()
        self.title.setText(title)
        self.setAccessibleName(title)
        self.accept_all.hide()
        self._working(False)

    def _progress(self, request: int, progress: Progress) -> None:
        if request != self._request or not request:
            return
        self.bar.setRange(0, max(progress.total, 1) if progress.total else 0)
        self.bar.setValue(progress.done)
        if progress.detail:
            self.sentence.setText(
                self.tr("Learning from your corrections: {what}").format(
                    what=quoted(progress.detail)
                    if isinstance(progress.detail, str)
                    else in_words(progress.detail)
                )
            )

    def _cancel(self) -> None:
        self._link.cancel(self._request)
        self._request = 0
        self._working(False)
        self.sentence.setText(self.tr("Stopped. Nothing was changed."))

    def _failed(self, sentence: str) -> None:
        self._request = 0
        self._working(False)
        self.sentence.setText(sentence)

    def _learned(self, reports: list[TrainReport]) -> None:
        self._request = 0
        self._working(False)
        offered = [report for report in reports if _offered(report)]
        if not reports:
            self.sentence.setText(
                self.tr("No label has new corrections. Say yes or no to a few tags first.")
            )
        elif offered:
            self.sentence.setText(
                self.tr(
                    "%Ln label(s) can get better. "
                    "Look at what would change, then accept it or not.",
                    "",
                    len(offered),
                )
            )
        elif any(map(_to_look_at, reports)):
            self.sentence.setText(
                self.tr(
                    "What was learned may be luck: there are too few answers to be sure. "
                    "Look at what would change, then decide."
                )
            )
        else:
            self.sentence.setText(
                self.tr("Nothing was clearly better than what you have, so nothing changes.")
            )
        for report in sorted(reports, key=lambda one: (not _offered(one), not _to_look_at(one))):
            card = ReportCard(self._link, self._thumbnails, report)
            card.decided.connect(partial(self._decide, card))
            card.opened.connect(lambda photo_id: self.view_requested.emit(f"like:{photo_id}"))
            self.cards.append(card)
            self._list.addWidget(card)
        self.accept_all.setVisible(len(offered) > 1)

    def _decide(self, card: ReportCard, accept: bool) -> None:
        """Accept or Not now, as an act: undo asks again, as long as the report is still there."""
        report = card.report
        label = quoted(card.report.label)

        def show(decided: bool | None) -> None:
            if isValid(card):
                card.show_decision(decided)

        if accept:
            text = self.tr("Accept what was learned about “{label}”").format(label=label)
            label_acts.activate_version(self._history, text, report.label_id, report.version, show)
        else:
            text = self.tr("Not now: “{label}”").format(label=label)
            self._history.push_here(text, partial(show, False), partial(show, None))

    def _accept_all(self) -> None:
        for card in self.cards:
            if _offered(card.report):
                card.decide(True)
        self.accept_all.hide()

    def _use(self, version: Version) -> None:
        text = self.tr("Another version of “{label}”").format(label=quoted(version.label))
        label_acts.activate_version(self._history, text, version.label_id, version.id)

    # -- versions ----------------------------------------------------------------------------------

    def show_versions(self, label_id: int | None = None) -> None:
        """Every version of a label, or of all labels; one click goes back to any."""
        if self._request:
            return
        self._clear(self.tr("What was learned"))
        self.sentence.setText(
            self.tr("Every version is kept. Your corrections stay whichever is in use.")
        )
        self._showing_versions = True
        self._versions_of = label_id
        self.versions.setVisible(label_id is not None)
        self._link.ask(Verbs.versions, label_id, True).then(self._versions_known)

    def _photos_changed(self, changes: PhotosChanged) -> None:
        if changes.labels and self._showing_versions and self.isVisible():
            self._link.ask(Verbs.versions, self._versions_of, True).then(self._versions_known)

    def _versions_known(self, versions: list[Version]) -> None:
        if not self._showing_versions:
            return
        clear(self._list)
        labels: dict[str, list[Version]] = {}
        for version in versions:
            labels.setdefault(version.label, []).append(version)
        learned = {
            label: own
            for label, own in labels.items()
            if len(own) > 1 or self._versions_of is not None
        }
        for label in sorted(learned, key=str.casefold):
            self._list.addWidget(self._versions_card(label, learned[label]))
        if not versions:
            self.sentence.setText(self.tr("There are no labels yet."))
        elif len(learned) < len(labels):
            others = self.tr(
                "%Ln label(s) go by the name alone: nothing was learned yet.",
                "",
                len(labels) - len(learned),
            )
            self._list.addWidget(theme.plain(others, "muted", wrap=True))

    def _versions_card(self, label: str, versions: list[Version]) -> QFrame:
        card = QFrame()
        card.setProperty("look", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(16, 12, 16, 12)
        name = ElidedLabel(label)
        name.setProperty("look", "heading")
        column.addWidget(name)
        for version in sorted(versions, key=lambda one: -one.made_at):
            row = QHBoxLayout()
            row.setSpacing(12)
            text = f"{moment(version.made_at, self.locale())} · {self._kind(version.kind)}"
            told = QVBoxLayout()
            told.setSpacing(1)
            told.addWidget(ElidedLabel(text))
            if version.sentence and version.kind != "zero-shot":
                told.addWidget(theme.plain(in_words(version.sentence), "muted", wrap=True))
            row.addLayout(told, 1)
            if version.active:
                row.addWidget(theme.plain(self.tr("In use"), "positive"))
            else:
                use = QPushButton(self.tr("Use this"))
                use.setAccessibleName(self.tr("Use the version {version}").format(version=text))
                use.clicked.connect(lambda _checked=False, one=version: self._use(one))
                row.addWidget(use)
            column.addLayout(row)
        return card

    def _kind(self, kind: str) -> str:
        return {
            "zero-shot": self.tr("the name alone"),
            "threshold": self.tr("stricter or less strict than before"),
            "residual": self.tr("learned from your photos"),
            "coop": self.tr("learned from your photos, with words of its own (CoOp)"),
        }.get(kind, kind)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


class ReportCard(QFrame):
    """The report of one label: counts before and after, what would change, Accept and Not now."""

    decided = Signal(bool)  #: accepted, or not now
    opened = Signal(int)  #: a photo of the preview

    def __init__(self, link: EngineLink, thumbnails: Thumbnails, report: TrainReport) -> None:
        super().__init__()
        self.report = report
        self.setProperty("look", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(8)
        head = QHBoxLayout()
        name = ElidedLabel(report.label)
        name.setProperty("look", "heading")
        head.addWidget(name, 1)
        given = self.tr("{yes} yes, {no} no").format(
            yes=self.locale().toString(report.yes), no=self.locale().toString(report.no)
        )
        head.addWidget(theme.plain(given, "muted"))
        column.addLayout(head)
        if report.held_out:
            column.addWidget(_Comparison(report.before, report.after))
        if report.held_out and report.kind != "unchanged":
            column.addWidget(theme.plain(self._checked(), "muted", wrap=True))
        else:
            column.addWidget(theme.plain(in_words(report.sentence), wrap=True))
        for ids, marked in ((report.adds, False), (report.removes, True)):
            if ids and report.kind != "unchanged":
                text = (
                    self.tr("Would lose the label: {count}")
                    if marked
                    else self.tr("Would get the label: {count}")
                )
                column.addWidget(
                    theme.plain(text.format(count=self.locale().toString(len(ids))), "heading")
                )
                row = ThumbnailRow(link, thumbnails, ids, marked=marked)
                row.opened.connect(self.opened)
                column.addWidget(row)
        for reason in report.reasons:
            column.addWidget(theme.plain(in_words(reason), "muted", wrap=True))
        if _to_look_at(report):
            self.accept = QPushButton(self.tr("Use it anyway"))
            self.accept.setAccessibleName(
                self.tr("Use it anyway for {label}").format(label=quoted(report.label))
            )
        else:
            self.accept = QPushButton(self.tr("Accept"))
            self.accept.setAccessibleName(
                self.tr("Accept for {label}").format(label=quoted(report.label))
            )
            self.accept.setProperty("look", "primary")
        self.accept.clicked.connect(lambda: self.decide(True))
        self.not_now = QPushButton(self.tr("Not now"))
        self.not_now.setAccessibleName(
            self.tr("Not now for {label}").format(label=quoted(report.label))
        )
        self.not_now.clicked.connect(lambda: self.decide(False))
        self.state = theme.plain("", "muted")
        foot = QHBoxLayout()
        foot.addWidget(self.state, 1)
        foot.addWidget(self.not_now)
        foot.addWidget(self.accept)
        column.addLayout(foot)
        self._open = _offered(report) or _to_look_at(report)
        for button in (self.accept, self.not_now):
            button.setVisible(self._open)
        if not self._open:
            self.state.setText(
                self.tr("In use already.")
                if report.active and report.kind != "unchanged"
                else self.tr("Stays as it is.")
            )

    def _checked(self) -> str:
        """What the bars stand for; what would change is below them."""
        text = self.tr(
            "Checked on %Ln correction(s), each kept out of learning in its turn.",
            "",
            self.report.after.total,
        )
        if self.report.adds or self.report.removes:
            return text
        return " ".join([text, self.tr("No photo would get or lose the label now.")])

    def decide(self, accept: bool) -> None:
        """Accept or leave it, unless that was decided."""
        if self._open:
            self.decided.emit(accept)

    def show_decision(self, accepted: bool | None) -> None:
        """What was decided; None: nothing (any more)."""
        self._open = accepted is None
        self.accept.setVisible(self._open)
        self.not_now.setVisible(self._open)
        self.state.setText(
            {
                True: self.tr("Accepted: the library is tagged with it now."),
                False: self.tr("Not now. It stays among the versions."),
                None: "",
            }[accepted]
        )


class _Comparison(QWidget):
    """Two bars with counts: right answers before and after, of the held-out corrections."""

    def __init__(self, before: Measured, after: Measured) -> None:
        super().__init__()
        self._rows = (
            (self.tr("before"), before, False),
            (self.tr("after"), after, True),
        )
        self.setFixedHeight(48)
        self.setMinimumWidth(220)
        self.setAccessibleName(
            self.tr(
                "Right on corrections kept out of learning: "
                "before {before} of {total}, after {after} of {total}"
            ).format(before=before.right, after=after.right, total=after.total)
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = painter.fontMetrics()
        names = max(metrics.horizontalAdvance(name) for name, _, _ in self._rows) + 12
        texts = [
            self.tr("{right} of {total} right").format(right=one.right, total=one.total)
            for _, one, _ in self._rows
        ]
        room = max(metrics.horizontalAdvance(text) for text in texts) + 12
        length = min(max(self.width() - names - room, 40), 420)
        for row, ((name, measured, after), text) in enumerate(zip(self._rows, texts, strict=True)):
            top = row * 24
            painter.setPen(QColor(colors.muted))
            painter.drawText(QRectF(0, top, names, 22), Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.border))
            painter.drawRoundedRect(QRectF(names, top + 7, length, 8), 4, 4)
            painter.setBrush(QColor(colors.accent if after else colors.outline))
            share = measured.right / measured.total if measured.total else 0.0
            painter.drawRoundedRect(QRectF(names, top + 7, max(length * share, 8), 8), 4, 4)
            painter.setPen(QColor(colors.text))
            painter.drawText(
                QRectF(names + length + 12, top, room, 22), Qt.AlignmentFlag.AlignVCenter, text
            )


def _offered(report: TrainReport) -> bool:
    """True for a version that passed every gate and is not in force yet."""
    return report.accepted and not report.active and report.kind != "unchanged"


def _to_look_at(report: TrainReport) -> bool:
    """True for a version of which the answers are too few to be sure.

    The engine shows what it would change and leaves it to a person.
    """
    return not report.accepted and not report.active and report.kind != "unchanged"
