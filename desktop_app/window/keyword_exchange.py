"""Words (keywords, labels) to and from other programs.

Keywords in photos become labels, confirmed labels go into sidecars beside them.

Knows: when to offer and when to write. Does not know: XMP, files (`engine.library.sidecar`).
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from desktop_app.acts import label_acts
from desktop_app.acts.folder_watch import FolderWatch
from desktop_app.acts.history import History
from desktop_app.link.engine_link import EngineLink
from desktop_app.link.wording import in_words
from desktop_app.parts.banner import BannerStrip
from desktop_app.parts.preferences import Preferences
from desktop_app.window.offers import Offers
from engine.records import Failure, KeywordsRead, PhotosChanged, SidecarReport
from engine.verbs import Verbs

#: Milliseconds without another correction until sidecars are written: one write for a row of key
#: presses.
_SETTLED = 3_000


class KeywordExchange(QObject):
    """The exchange of words with other programs."""

    def __init__(
        self,
        link: EngineLink,
        history: History,
        folders: FolderWatch,
        preferences: Preferences,
        offers: Offers,
        notices: BannerStrip,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._history = history
        self._preferences = preferences
        self._offers = offers
        self._notices = notices
        self._due = QTimer(self, singleShot=True, interval=_SETTLED)
        self._due.timeout.connect(self.write)
        link.photos_changed.connect(self._changed)
        folders.synchronised.connect(self._synchronised)

    # -- keywords become labels --------------------------------------------------------------------

    def _synchronised(self) -> None:
        if not self._preferences.keywords_offered and not self._offers.offering_labels():
            self._link.ask(Verbs.keywords).then(self._offer)

    def _offer(self, keywords: list[tuple[str, int]]) -> None:
        if keywords:
            self._preferences.set("keywords_offered", True)  # once; the menu has it for later
            self._notices.say(
                self.tr("Your photos carry %Ln keyword(s) of other programs.", "", len(keywords)),
                self.tr("Make labels of them"),
                self.take_keywords,
                stay=True,
            )

    def take_keywords(self) -> None:
        """Make labels of the keywords in photos and sidecars, and confirm them.

        Only where nothing was said yet.
        """
        label_acts.take_keywords(self._history, self.tr("Make labels of keywords"), self._taken)

    def _taken(self, report: KeywordsRead) -> None:
        if report.previous:
            labels = self.tr("%Ln new label(s)", "", len(report.labels))
            words = self.tr("%Ln confirmation(s)", "", len(report.previous))
            text = self.tr("From keywords: {labels}, {words}.").format(labels=labels, words=words)
            self._notices.say(self._with(text, report.failed), self.tr("Undo"), self._history.undo)
        else:
            self._notices.say(
                self._with(
                    self.tr("No new keywords were found in the photos or beside them."),
                    report.failed,
                )
            )

    # -- labels go into sidecars -------------------------------------------------------------------

    def _changed(self, change: PhotosChanged) -> None:
        if change.labels:
            self._due.start()

    def write(self) -> None:
        """Bring the sidecars up to date; the library does nothing while they are off."""
        self._due.stop()
        self._link.ask(Verbs.write_sidecars).then(self._written)

    def _written(self, report: SidecarReport) -> None:
        if report.failed:
            self._notices.say(self._with(self.tr("Sidecars:"), report.failed))

    def _with(self, text: str, failures: tuple[Failure, ...]) -> str:
        if not failures:
            return text
        first = f"{failures[0].path}: {in_words(failures[0].reason)}"
        return " ".join([text, self.tr("%Ln problem(s), the first one:", "", len(failures)), first])
