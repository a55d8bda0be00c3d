"""The status bar: how many photos, what the engine does and how long it will take.

Pause, Cancel and the number of problems stand there too.

Knows: the words for numbers, rates and times. Does not know: what a job does; it is told by the
link's signals.
"""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QLocale, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from desktop_app.link.engine_link import EngineLink
from desktop_app.parts import theme
from desktop_app.parts.plain_text import ElidedLabel
from desktop_app.photos.photo_model import data_size
from engine.records import Progress

#: Jobs shorter than this never show a progress bar (milliseconds): it would only flicker.
_PATIENCE = 400


class StatusBar(QWidget):
    """One line at the bottom of the window."""

    problems_requested = Signal()

    def __init__(self, link: EngineLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._jobs: dict[int, str] = {}  # running and not yet ended, in the order of their start
        self._shown = 0
        self._progress: Progress | None = None  # what is shown of it
        self._clock = QElapsedTimer()
        self.counts = ElidedLabel()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedSize(80, 8)
        self.progress.setAccessibleName(self.tr("Progress"))
        self.activity = ElidedLabel()
        self.activity.setProperty("look", "muted")
        self.activity.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.pause = QToolButton()
        self.cancel = QToolButton()
        for button in (self.pause, self.cancel):
            button.setProperty("look", "flat")
        self.pause.clicked.connect(self._toggle_pause)
        self.cancel.setText(self.tr("Cancel"))
        self.cancel.setToolTip(self.tr("Stop this; what is finished stays"))
        self.cancel.setAccessibleName(self.cancel.toolTip())
        theme.set_icon(self.cancel, "cross")
        self.cancel.clicked.connect(self._cancel)
        self.problems = QPushButton(flat=True)
        self.problems.setProperty("look", "quiet")
        theme.set_icon(self.problems, "problem")
        self.problems.clicked.connect(self.problems_requested)
        self.problems.hide()
        row = QHBoxLayout(self)
        self._row = row
        row.setContentsMargins(14, 3, 12, 3)
        row.setSpacing(8)
        row.addWidget(self.counts)
        row.addSpacing(12)
        row.addWidget(self.progress)
        row.addWidget(self.activity, 1)
        row.addWidget(self.pause)
        row.addWidget(self.cancel)
        row.addWidget(self.problems)
        self._show_job(None)
        self._show_pause()
        link.job_started.connect(self._started)
        link.job_progress.connect(self._progressed)
        link.job_ended.connect(self._ended)

    def event(self, event: QEvent) -> bool:
        """As high without its buttons as with them, in any style and font.

        What stands above must not jump.
        """
        if event.type() == QEvent.Type.LayoutRequest:
            margins = self._row.contentsMargins()
            tallest = max(
                button.sizeHint().height() for button in (self.pause, self.cancel, self.problems)
            )
            self.setMinimumHeight(tallest + margins.top() + margins.bottom())
        return super().event(event)

    # -- counts ------------------------------------------------------------------------------------

    def show_counts(self, shown: int, selected: int, matched: int = -1) -> None:
        """Say how many photos are shown, selected and good matches.

        `shown` photos in the view, `selected` of them selected; the first `matched` are good
        matches (-1: all).
        """
        text = self.tr("%Ln photo(s)", "", shown)
        if matched == 0 and not selected:
            text = self.tr("No good match, the closest first")
        elif 0 < matched < shown and not selected:
            text = self.tr("%Ln good match(es)", "", matched)
        if selected:
            text = self.tr("{selected} of {photos} selected").format(
                selected=QLocale().toString(selected), photos=text
            )
        self.show_caption(text)

    def show_caption(self, text: str) -> None:
        """What is seen above, in one line."""
        self.counts.setText(text)

    def show_problems(self, count: int) -> None:
        """How many photos could not be read; 0 hides the button."""
        self.problems.setText(self.tr("%Ln problem(s)", "", count))
        self.problems.setVisible(count > 0)

    # -- jobs --------------------------------------------------------------------------------------

    def busy(self) -> bool:
        """True while a job runs or rests."""
        return bool(self._jobs)

    def _started(self, job: int, verb: str) -> None:
        if not self._jobs:
            self._clock.start()
        self._jobs[job] = verb

    def _progressed(self, job: int, progress: Progress) -> None:
        if job not in self._jobs:
            return
        # Training goes first: while it runs, the others rest and have nothing to tell.
        if self._clock.elapsed() >= _PATIENCE or self._shown:
            self._shown = job
            self._show_job(progress)

    def _ended(self, job: int, _how: str) -> None:
        self._jobs.pop(job, None)
        if job == self._shown or not self._jobs:
            self._shown = 0
            self._show_job(None)

    def _show_job(self, progress: Progress | None) -> None:
        self._progress = progress
        for widget in (self.progress, self.cancel):
            widget.setVisible(progress is not None)
        # What rests must be seen to rest, also when nothing was begun yet: a drop would seem to do
        # nothing.
        self.pause.setVisible(progress is not None or self._link.paused)
        if progress is None:
            self.activity.setText(self.tr("Paused") if self._link.paused else "")
            return
        known = progress.total > 0
        self.progress.setRange(0, 1000 if known else 0)
        if known:
            self.progress.setValue(min(progress.done * 1000 // progress.total, 1000))
        self.activity.setText(self.words(progress))

    def words(self, progress: Progress) -> str:
        """One line: what, how far, how long still, how fast."""
        locale = QLocale()
        doing = {
            "scan": self.tr("Looking for photos"),
            "decode": self.tr("Making thumbnails"),
            "encode": self.tr("Looking at photos"),
            "tag": self.tr("Tagging"),
            "train": self.tr("Learning from your corrections"),
            "download": self.tr("Downloading"),
            "sidecars": self.tr("Sidecars"),
        }.get(progress.phase, progress.phase)
        parts = [doing]
        rate = ""
        if progress.phase == "download" and not progress.done and not progress.total:
            pass  # the server is being asked
        elif progress.phase == "download":
            done = data_size(progress.done, locale)
            parts.append(
                self.tr("{done} of {total}").format(
                    done=done, total=data_size(progress.total, locale)
                )
                if progress.total
                else done
            )
            if progress.rate > 0:
                rate = self.tr("{size}/s").format(size=data_size(int(progress.rate), locale))
        elif progress.total > 0:
            parts.append(
                self.tr("{done} of {total}").format(
                    done=locale.toString(progress.done), total=locale.toString(progress.total)
                )
            )
            if progress.rate > 0:
                number = locale.toString(progress.rate, "f", 1 if progress.rate < 10 else 0)
                rate = self.tr("{number} a second").format(number=number)
        elif progress.done:
            parts.append(locale.toString(progress.done))
        if self._link.paused and progress.phase != "train":
            parts.append(self.tr("paused"))
            rate = ""
        elif progress.seconds_left is not None and progress.total > 0:
            parts.append(self.time_left(progress.seconds_left))
        parts += [rate] if rate else []  # last: where the line is cut, it is what is missed least
        return " · ".join(parts)

    def time_left(self, seconds: float) -> str:
        """A time that a person would say, rounded and short: 'a few seconds left', '3 min left'."""
        if seconds < 10:
            return self.tr("a few seconds left")
        if seconds < 90:
            return self.tr("%Ln s left", "", round(seconds / 10) * 10)
        if seconds < 90 * 60:
            return self.tr("%Ln min left", "", round(seconds / 60))
        return self.tr("%Ln h left", "", round(seconds / 3600))

    def _toggle_pause(self) -> None:
        if self._link.paused:
            self._link.resume()
        else:
            self._link.pause()
        self._show_job(self._progress)
        self._show_pause()

    def _show_pause(self) -> None:
        paused = self._link.paused
        self.pause.setToolTip(
            self.tr("Go on") if paused else self.tr("Pause; searching and browsing go on")
        )
        self.pause.setAccessibleName(self.tr("Go on") if paused else self.tr("Pause"))
        theme.set_icon(self.pause, "resume" if paused else "pause")

    def _cancel(self) -> None:
        if self._shown:
            self._link.cancel(self._shown)
