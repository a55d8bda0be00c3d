"""The values that cross layers: what the engine tells the window and the command line.

Knows: the shape of every answer, and the one exception class for expected problems. Does not know:
SQL, torch, Qt, files. Everything here is frozen, slotted and picklable, so it may cross threads
freely.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from engine.messages import Message, Value, as_message, message, verbatim


class AlbumenError(Exception):
    """An expected problem, as a `Message`: what happened, to which file, what to do now.

    Raise it with a literal template and what stands in its places:
    `AlbumenError("There is no label '{name}'.", name=name)`. Its text is the sentence in English;
    the window shows `message` in its own language. Anything else that is raised is a bug and may
    show a traceback in the log.
    """

    def __init__(self, said: str | Message, /, **parameters: Value) -> None:
        self.message = as_message(said, **parameters)
        super().__init__(str(self.message))

    def __reduce__(self) -> tuple[type[AlbumenError], tuple[object, ...]]:
        return type(self), (self.message,)


class UnusableValue(AlbumenError, ValueError):  # noqa: N818 - what it is, for those who read it
    """An argument that cannot be used: a ValueError for programs, a sentence for people."""


def said_by(error: Exception) -> Message:
    """What any exception says: the message of an expected one, the text of another."""
    return error.message if isinstance(error, AlbumenError) else verbatim(str(error))


class PhotoState(StrEnum):
    """Where a photo stands.

    `pending` (seen, not encoded), `ok`, `failed`, `offline` (its drive is away), `missing`.
    """

    PENDING = "pending"
    OK = "ok"
    FAILED = "failed"
    OFFLINE = "offline"
    MISSING = "missing"


class FolderState(StrEnum):
    """`online`: readable now.

    `offline`: its path is gone (a drive that was unplugged), nothing of it is forgotten.
    """

    ONLINE = "online"
    OFFLINE = "offline"


class Source(StrEnum):
    """Who says that a label is on a photo."""

    MACHINE = "machine"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Folder:
    """A watched folder. `path` is text for display (undecodable bytes escaped)."""

    id: int
    path: str
    state: FolderState
    photos: int


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of the library.

    `path` is `os.fsdecode`d (surrogateescape), so `os.fsencode(path)` opens the file.

    `taken_at` is seconds since the epoch (EXIF, else the file's mtime). `thumbnail` is the path of
    a JPEG that exists once the photo was decoded, or None. `width`, `height` are pixels after EXIF
    rotation (0 until decoded).
    """

    id: int
    path: str
    name: str
    folder_id: int
    state: PhotoState
    size: int
    taken_at: float
    width: int
    height: int
    content_hash: str
    thumbnail: str | None
    reason: Message | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Label:
    """A word or phrase that the user defined.

    `group`: name of an exclusive group (cup / not cup: exactly one wins, by softmax), or None.
    `threshold`: the person's dial for this label, -1 (miss fewer) .. +1 (fewer mistakes), 0 by
    default. `pinned`: key 1-9, or 0. `photos`: photos that carry it now. `yes`, `no`: corrections
    given.
    """

    id: int
    name: str
    group: str | None = None
    color: str = ""
    pinned: int = 0
    threshold: float = 0.0
    photos: int = 0
    yes: int = 0
    no: int = 0


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge of two labels did, and all that is needed to take it back.

    The label `into` that stays, the `token` of the one that was removed, and the photos whose
    corrections `into` got from it (`moved`).
    """

    into: Label
    token: str
    moved: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """A label on a photo. `present` False: a person rejected it (it never comes back by itself).

    `score`: for machine tags the standardised score z minus the label's threshold (>= 0 means
    tagged), or the probability where `calibrated`; 1.0 / 0.0 for a person's word.
    """

    photo_id: int
    label_id: int
    label: str
    score: float
    source: Source
    present: bool = True
    calibrated: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said.

    `present`: True yes, False no, None: said nothing (used to express an undo).
    """

    photo_id: int
    label_id: int
    present: bool | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What answering suggestions did.

    `words`: what is said now, one for each suggestion; `previous`: what had been said before
    (`Library.correct_many` of them undoes it). Both are empty where nothing was suggested.
    """

    words: tuple[Correction, ...] = ()
    previous: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """One short step of a long job.

    `seconds_left` is None until it can be estimated. `phase`: `scan`, `decode`, `encode`, `tag`,
    `train`, `download`, `storage`, `sidecars`; `detail`: a name, which is the same
    in every language, or a sentence.
    """

    phase: str
    done: int
    total: int
    rate: float = 0.0
    seconds_left: float | None = None
    detail: str | Message = ""


@dataclass(frozen=True, slots=True)
class Storage:
    """Bytes on the disk.

    Thumbnails (and how many there are), vectors of the model in use and of others, the whole
    database with those vectors.
    """

    thumbnails: int
    thumbnail_files: int
    vectors: int
    other_vectors: int
    database: int


@dataclass(frozen=True, slots=True)
class PhotosChanged:
    """Which photos changed on disk or in the store, so that the screen refreshes only those.

    `ids`: rows whose content or tags changed; `added`, `removed`: rows that appeared or left;
    `labels`: counts changed.
    """

    ids: tuple[int, ...] = ()
    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    labels: bool = False

    def joined(self, other: PhotosChanged) -> PhotosChanged:
        """This change and a later one as one, each id once, in the order they came.

        The last word counts: a row that left and came back has come, one that came and left again
        has left.
        """
        if self == PhotosChanged():
            return other
        if other == PhotosChanged():
            return self
        left = set(other.removed)
        came = set(other.added)
        return PhotosChanged(
            tuple(dict.fromkeys((*(id_ for id_ in self.ids if id_ not in left), *other.ids))),
            tuple(dict.fromkeys((*(id_ for id_ in self.added if id_ not in left), *other.added))),
            tuple(
                dict.fromkeys((*(id_ for id_ in self.removed if id_ not in came), *other.removed))
            ),
            self.labels or other.labels,
        )


#: What a job yields.
Step = Progress | PhotosChanged


@dataclass(frozen=True, slots=True)
class FolderReport:
    """What a `sync` did in one folder, as counts of photos; `skipped`: files that are no photos.

    `path`: text for display, "" for that of the photos that were added one by one. `looked_at`: it
    was compared with the disk; if not, photos of it that had been found earlier were read (and
    `path` is "").
    """

    folder_id: int
    path: str = ""
    added: int = 0
    updated: int = 0
    moved: int = 0
    removed: int = 0
    failed: int = 0
    skipped: int = 0
    looked_at: bool = True

    def then(self, later: FolderReport) -> FolderReport:
        """This and what a later `sync` did in the same folder, as one.

        The later one has skipped the same files again.
        """
        return FolderReport(
            self.folder_id,
            later.path or self.path,
            self.added + later.added,
            self.updated + later.updated,
            self.moved + later.moved,
            self.removed + later.removed,
            self.failed + later.failed,
            later.skipped if later.looked_at else self.skipped,
            self.looked_at or later.looked_at,
        )


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What `sync` did, in all and in each folder, those handed to it meanwhile included.

    Counts of photos; `skipped`: files that are no photos. `folders`: in the order in which they
    were looked at first; the counts are their sums.
    """

    added: int = 0
    updated: int = 0
    moved: int = 0
    removed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    folders: tuple[FolderReport, ...] = ()

    @classmethod
    def of(cls, folders: Iterable[FolderReport], seconds: float = 0.0) -> SyncReport:
        """The sum of what was done in each folder."""
        each = tuple(folders)
        return cls(
            sum(folder.added for folder in each),
            sum(folder.updated for folder in each),
            sum(folder.moved for folder in each),
            sum(folder.removed for folder in each),
            sum(folder.failed for folder in each),
            sum(folder.skipped for folder in each),
            seconds,
            each,
        )


@dataclass(frozen=True, slots=True)
class AddReport:
    """What a drop brought.

    Folders now watched, ids of single `photos` taken in, and what was skipped, with reasons.
    `to_sync`: ids of the folders whose `sync` reads all that is new (single photos are in one of
    their own).
    """

    folders: tuple[Folder, ...] = ()
    already: tuple[str, ...] = ()
    refused: tuple[Failure, ...] = ()
    photos: tuple[int, ...] = ()
    to_sync: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be used: `reason` is a sentence for a person.

    `photo_id` is 0 where no row exists.
    """

    path: str
    reason: Message
    attempts: int = 1
    photo_id: int = 0


@dataclass(frozen=True, slots=True)
class SidecarReport:
    """What writing sidecars did.

    Files that changed, and those that could not be written, each with a sentence.
    """

    written: int = 0
    failed: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    """What restoring saved words did.

    `labels` that are new, the words before (`Library.correct_many` of them undoes it), and how many
    words are about photos that are not in the library.
    """

    labels: tuple[int, ...] = ()
    previous: tuple[Correction, ...] = ()
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class KeywordsRead:
    """What reading sidecars did.

    `labels` that are new, the words before (`Library.correct_many` of them undoes it), and sidecars
    that could not be read.
    """

    labels: tuple[int, ...] = ()
    previous: tuple[Correction, ...] = ()
    failed: tuple[Failure, ...] = ()


#: How a view is ordered; "auto": by relevance when there are words, else the newest first.
Sort = Literal["auto", "relevance", "date", "oldest", "name", "folder"]

# The two notes of a search by words that no photo answers well; the window marks the line instead.
NO_GOOD_MATCH = message("No good match.")
NEAREST_FOLLOW = message("No good match. The nearest photos follow.")


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The rows of a view, in order. Columns, not objects, so that a million rows stay small.

    `ids`: photo ids (int64); `scores`: parallel float32, empty when not ranked by meaning; `days`:
    parallel int32 days since the epoch of `taken_at` (local time) for the date headers; `matched`:
    how many of the first rows are good matches (all of them when no words were given; 0 = 'no good
    match'). `notes`: sentences for the person (unknown label, the model knows English only, ...).
    `chips`: the query as understood, one text per part.
    """

    query: str
    ids: array[int]
    scores: array[float] = field(default_factory=lambda: array("f"))
    days: array[int] = field(default_factory=lambda: array("i"))
    matched: int = 0
    notes: tuple[Message, ...] = ()
    chips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of the left panel."""

    photos: int = 0
    pending: int = 0
    review: int = 0
    untagged: int = 0
    problems: int = 0
    corrections_since_training: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """One side of before/after on held-out corrections.

    `right` of `total` answers right, and the mean log-loss.
    """

    right: int
    total: int
    log_loss: float


@dataclass(frozen=True, slots=True)
class TrainReport:
    """What 'Improve labels' did for one label.

    `version`: id of the prompt version (of the current one when unchanged); `kind`: `unchanged` |
    `threshold` | `residual` (Tier A) | `coop` (Tier B); `accepted`: it passed every gate of
    acceptance; `active`: it tags the library now.
    `before`, `after`: on the held-out corrections; where `held_out` is False none could be held
    out, and they are no figures to be shown. `adds`, `removes`: photo ids whose machine tag would
    change. `sentence`: the whole in plain words with counts. `reasons`: why a stronger kind was not
    offered, one sentence each.
    """

    label: str
    label_id: int
    version: int
    kind: str
    accepted: bool
    active: bool
    before: Measured
    after: Measured
    yes: int
    no: int
    sentence: Message
    adds: tuple[int, ...] = ()
    removes: tuple[int, ...] = ()
    reasons: tuple[Message, ...] = ()
    seconds: float = 0.0
    held_out: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """A stored prompt version of a label.

    `made_at`: seconds since the epoch. `sentence`: its report in one line, where it has one.
    """

    id: int
    label_id: int
    label: str
    kind: str
    model_id: str
    made_at: float
    active: bool
    accepted: bool
    sentence: Message | None = None


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One question of the review queue.

    Is `label` on the photo? `suggested`: what the machine says now; `reason`: why it is asked ('a
    close call', 'unlike anything you answered', 'random check').
    """

    photo_id: int
    label_id: int
    label: str
    score: float
    suggested: bool
    reason: Message


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model of the catalogue or a file.

    `installed`: usable without network. `title`: what a person reads. `quality`: words for the
    dialog. `note`: what a person should know about the model in use (it does not run as was to be
    expected), one sentence a line.
    """

    name: str
    title: Message
    installed: bool
    active: bool
    size: int = 0
    licence: str = ""
    quality: Message | None = None
    source: str = ""
    model_id: str = ""
    input_resolution: int = 0
    embedding_size: int = 0
    note: Message | None = None
