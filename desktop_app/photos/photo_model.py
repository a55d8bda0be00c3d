"""The photos of one view as a Qt list model.

Ids lie in a column; records are fetched page by page through the link.

Knows: which id is on which row, which records are at hand, and which of them changed.
Does not know: how a photo looks, where it is on the screen, or how a query is answered.
"""

from __future__ import annotations

import html
import os
import re
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from PySide6.QtCore import (
    QAbstractListModel,
    QDateTime,
    QLocale,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QTimer,
    QUrl,
    Signal,
)

from desktop_app.link.engine_link import EngineLink
from desktop_app.link.wording import in_words
from engine.records import Photo, PhotosChanged, PhotoState, SearchResult, Source, Tag
from engine.verbs import Verbs

#: Photos inside a drag: ASCII ids joined by commas. The files themselves travel as urls beside it.
PHOTO_IDS = "application/x-albumen-photos"

_PAGE = 128  # rows asked for at once
_KEPT = 6000  # records at hand (about 1 kB each)
_IN_FLIGHT = 3  # questions to the engine at a time; the newest wish is served first

_SURROGATES = re.compile("[\ud800-\udfff]")

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Entry:
    """A photo with the tags it carries, a person's before the machine's."""

    photo: Photo
    tags: tuple[Tag, ...]


class PhotoModel(QAbstractListModel):
    """Rows are the ids of a `SearchResult`.

    `entry(row)` gives the record or None; whoever paints calls `want` with the rows in sight, and
    `dataChanged` tells when their records arrive or change.
    """

    result_changed = Signal()  #: other rows than before (after modelReset)

    def __init__(self, link: EngineLink, parent: Any = None) -> None:
        super().__init__(parent)
        self._link = link
        self._ids: array[int] = array("q")
        self._result = SearchResult("", self._ids)
        self._entries: OrderedDict[int, Entry] = OrderedDict()
        self._stale: set[int] = set()
        # Asked for, and the library had nothing: not asked again until it changes.
        self._nowhere: set[int] = set()
        self._wanted: range = range(0)
        self._asked: set[int] = set()
        self._questions = 0
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._fetch)
        link.photos_changed.connect(self._photos_changed)

    # -- what is shown -----------------------------------------------------------------------------

    @property
    def result(self) -> SearchResult:
        return self._result

    def show(self, result: SearchResult) -> None:
        """Show other rows. Records that are at hand stay at hand."""
        if len(self._ids) and memoryview(result.ids).cast("B") == memoryview(self._ids).cast("B"):
            self._result = result
            self.result_changed.emit()
            return
        self.beginResetModel()
        self._result = result
        self._ids = result.ids
        self._wanted = range(0)
        self._nowhere.clear()
        self.endResetModel()
        self.result_changed.emit()

    def ids(self) -> array[int]:
        """Photo ids by row (N,)."""
        return self._ids

    def id_at(self, row: int) -> int:
        """Photo id of a row, 0 outside."""
        return self._ids[row] if 0 <= row < len(self._ids) else 0

    def row_of(self, photo_id: int) -> int:
        """Row of a photo, or -1."""
        rows = self.rows_of((photo_id,))
        return rows[0] if rows else -1

    def rows_of(self, photo_ids: Iterable[int]) -> list[int]:
        """Rows of those of the photos that are shown, ascending."""
        import numpy as np

        wanted = np.fromiter(photo_ids, dtype=np.int64)
        if not len(wanted) or not len(self._ids):
            return []
        ids = np.frombuffer(self._ids, dtype=np.int64)
        # One by one while that is cheaper: a comparison of a million takes half a millisecond,
        # sorting them fifty.
        found = ids == wanted[0] if len(wanted) == 1 else np.isin(ids, wanted)
        rows: list[int] = np.flatnonzero(found).tolist()
        return rows

    # -- records -----------------------------------------------------------------------------------

    def entry(self, row: int) -> Entry | None:
        """The record of a row if it is at hand."""
        return self._entries.get(self._ids[row]) if 0 <= row < len(self._ids) else None

    def photo(self, row: int) -> Photo | None:
        """The photo of a row if it is at hand."""
        entry = self.entry(row)
        return entry.photo if entry else None

    def want(self, rows: range) -> None:
        """Fetch what is missing of these rows.

        Wishes of before that are not under way are forgotten.
        """
        self._wanted = rows
        if not self._soon.isActive() and any(self._missing(self._ids[row]) for row in rows):
            self._soon.start()

    def want_ids(self, photo_ids: Sequence[int]) -> None:
        """Fetch these too (a selection that may be dragged), beside what is in sight."""
        missing = [one for one in photo_ids if self._missing(one)]
        for start in range(0, len(missing), _PAGE):
            self._ask(missing[start : start + _PAGE])

    def _missing(self, photo_id: int) -> bool:
        if photo_id in self._asked or photo_id in self._nowhere:
            return False
        return photo_id not in self._entries or photo_id in self._stale

    def _fetch(self) -> None:
        if self._questions >= _IN_FLIGHT:
            return
        missing = [
            self._ids[row]
            for row in self._wanted
            if row < len(self._ids) and self._missing(self._ids[row])
        ]
        for start in range(0, len(missing), _PAGE):
            if self._questions >= _IN_FLIGHT:
                break
            self._ask(missing[start : start + _PAGE])

    def _ask(self, photo_ids: list[int]) -> None:
        self._questions += 1
        self._asked.update(photo_ids)
        # Now, so that a change on the way makes them stale again.
        self._stale.difference_update(photo_ids)
        page = _Page(self, photo_ids)
        self._link.ask(Verbs.photos, photo_ids).then(page.photos, page.failed)

    def _arrived(self, page: list[int], photos: list[Photo], tags: list[Tag]) -> None:
        self._questions -= 1
        self._asked.difference_update(page)
        self._nowhere.update(set(page) - {photo.id for photo in photos})
        by_photo: dict[int, list[Tag]] = {}
        for tag in tags:
            if tag.present:
                by_photo.setdefault(tag.photo_id, []).append(tag)
        changed = set()
        for photo in photos:
            own = sorted(
                by_photo.get(photo.id, ()),
                key=lambda tag: (tag.source is Source.MACHINE, -tag.score),
            )
            entry = Entry(photo, tuple(own))
            if self._entries.get(photo.id) != entry:
                self._entries[photo.id] = entry
                changed.add(photo.id)
            self._entries.move_to_end(photo.id)
        while len(self._entries) > max(_KEPT, 2 * len(self._wanted)):
            self._entries.popitem(last=False)
        self._tell(changed)
        self._soon.start()

    def _tell(self, photo_ids: set[int]) -> None:
        """dataChanged for those of the photos that are in sight, one signal per run of rows."""
        rows = [row for row in self._wanted if row < len(self._ids) and self._ids[row] in photo_ids]
        start = 0
        for place in range(1, len(rows) + 1):
            if place == len(rows) or rows[place] != rows[place - 1] + 1:
                self.dataChanged.emit(self.index(rows[start]), self.index(rows[place - 1]))
                start = place

    def _photos_changed(self, changes: PhotosChanged) -> None:
        self._nowhere.clear()
        touched = [one for one in (*changes.ids, *changes.added) if one in self._entries]
        self._stale.update(touched)
        for gone in changes.removed:
            self._entries.pop(gone, None)
            self._stale.discard(gone)
        if touched or changes.labels:
            if changes.labels and not changes.ids and not changes.added:
                # A label was renamed or removed: every caption may differ.
                self._stale.update(self._entries)
            self._soon.start()

    # -- Qt's questions ----------------------------------------------------------------------------

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._ids)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return (
            Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        )

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entry(index.row()) if index.isValid() else None
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.photo.name if entry else ""
        if role == Qt.ItemDataRole.UserRole:
            return self.id_at(index.row()) if index.isValid() else None
        if entry is None:
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            text = self.describe(entry, "\n")
            # A tool tip that looks like HTML is shown as HTML: a file may be named <img src=...>.
            return f"<p style='white-space:pre'>{html.escape(text)}</p>"
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return self.describe(entry, ", ")
        return None

    def describe(self, entry: Entry, separator: str) -> str:
        """Name, date, size, tags and state as plain text."""
        photo = entry.photo
        locale = QLocale()
        parts = [printable(photo.name), moment(photo.taken_at, locale)]
        if photo.width:
            parts.append(f"{photo.width} × {photo.height}")
        if entry.tags:
            parts.append(", ".join(tag.label for tag in entry.tags))
        state = self.state_text(photo)
        return separator.join([*parts, state] if state else parts)

    def describe_lines(self, row: int) -> list[tuple[str, str]]:
        """What the library knows about a row, as (name, value) for people.

        Empty while its record is on the way.
        """
        entry = self.entry(row)
        if entry is None:
            return []
        photo = entry.photo
        locale = QLocale()
        lines = [
            (self.tr("Name"), photo.name),
            (self.tr("Folder"), os.path.dirname(photo.path)),
            (self.tr("Date"), moment(photo.taken_at, locale)),
            (self.tr("Size"), data_size(photo.size, locale)),
        ]
        if photo.width:
            lines.append((self.tr("Pixels"), f"{photo.width} × {photo.height}"))
        state = self.state_text(photo)
        return [*lines, (self.tr("State"), state)] if state else lines

    def state_text(self, photo: Photo) -> str:
        """The state of a photo in words; empty where nothing is the matter."""
        if photo.state is PhotoState.PENDING:
            return self.tr("not looked at yet")
        if photo.state is PhotoState.FAILED:
            return in_words(photo.reason) if photo.reason else self.tr("cannot be read")
        if photo.state is PhotoState.OFFLINE:
            return self.tr("its drive is away")
        if photo.state is PhotoState.MISSING:
            return self.tr("the file is gone")
        return ""

    def mimeTypes(self) -> list[str]:
        return [PHOTO_IDS, "text/uri-list"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        return self.mime_of([self._ids[index.row()] for index in indexes])

    def mime_of(self, photo_ids: Sequence[int]) -> QMimeData:
        """A drag of these photos.

        Their ids for this window, and their files where every record is at hand.
        """
        mime = QMimeData()
        mime.setData(PHOTO_IDS, ",".join(map(str, photo_ids)).encode("ascii"))
        entries = [self._entries.get(one) for one in photo_ids]
        if all(entries):
            mime.setUrls([file_url(entry.photo.path) for entry in entries if entry])
        return mime


class _Page:
    """One question for records and their tags; both answers make the entries."""

    def __init__(self, model: PhotoModel, photo_ids: list[int]) -> None:
        self._model = model
        self._ids = photo_ids
        self._photos = list[Photo]()

    def photos(self, photos: list[Photo]) -> None:
        self._photos = photos
        self._model._link.ask(Verbs.tags, self._ids).then(self.tags, self.failed)

    def tags(self, tags: list[Tag]) -> None:
        self._model._arrived(self._ids, self._photos, tags)

    def failed(self, _sentence: str) -> None:
        self._model._arrived(self._ids, self._photos, [])


def moment(seconds: float, locale: QLocale) -> str:
    """A moment (seconds since the epoch) as people write it.

    The month by its name, for 9/1 is two days in two countries.
    """
    when = QDateTime.fromMSecsSinceEpoch(int(seconds * 1000))
    day = re.sub(r"[,،\s]*dddd[,،\s]*", "", locale.dateFormat(QLocale.FormatType.LongFormat))
    return f"{locale.toString(when.date(), day)} {locale.toString(when.time(), 'HH:mm')}"


def data_size(count: int, locale: QLocale) -> str:
    """A number of bytes as people write it ('80 kB', '4.2 MB', '605 MB', '1.7 GB').

    In thousands, as drives and models are sold, and with two digits that say something.
    """
    unit = 1000 ** min(max(len(str(count)) - 1, 0) // 3, 4)
    digits = 1 if unit > 1000 and count < 10 * unit else 0
    return locale.formattedDataSize(count, digits, QLocale.DataSizeFormat.DataSizeSIFormat)


def printable(text: str) -> str:
    """`text` without lone surrogates (bytes of a name that is not UTF-8), which Qt cannot show.

    They become U+FFFD.
    """
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def file_url(path: str) -> QUrl:
    """The url of a file, also of one whose name is not UTF-8."""
    if os.name == "posix":
        return QUrl.fromEncoded(f"file://{quote(os.fsencode(path))}".encode("ascii"))
    return QUrl.fromLocalFile(path)
