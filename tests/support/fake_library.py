"""An in-memory stand-in for `engine.library.library.Library`.

For tests of the window that need no model and no disk.

It keeps the same promises (verbs, records, previous words returned by `correct`), so a widget test
reads like use.
"""

from __future__ import annotations

import dataclasses
import threading
from array import array
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from PySide6.QtCore import QEventLoop

from desktop_app.link.engine_link import EngineLink
from engine.messages import message, verbatim
from engine.records import (
    AddReport,
    AlbumenError,
    Answered,
    Correction,
    Counts,
    Failure,
    Folder,
    FolderReport,
    FolderState,
    KeywordsRead,
    Label,
    Measured,
    Merged,
    ModelInfo,
    Photo,
    PhotosChanged,
    PhotoState,
    Progress,
    Restored,
    ReviewItem,
    SearchResult,
    SidecarReport,
    Sort,
    Source,
    Step,
    Storage,
    SyncReport,
    Tag,
    TrainReport,
    Version,
)
from engine.verbs import VERBS, Served, Verbs

DAY = 86_400
T = TypeVar("T")


class MoreVerbs(Verbs, Protocol):
    """What tests ask of a `FakeLibrary` beside the verbs.

    `self` is any library for the types' sake: the link asks verbs of every library, and only a
    `running` one knows these.
    """

    def fail(self: Verbs, sentence: str) -> None:
        """Raise an expected problem."""

    def crash(self: Verbs) -> None:
        """Raise something that nobody expects."""

    def echo(self: Verbs, value: T) -> T:
        """The same value again."""

    def where(self: Verbs) -> int:
        """The thread that answers."""

    def wait(self: Verbs) -> None:
        """Rest until `hold` is set."""

    def count_to(self: Verbs, total: int) -> Generator[Progress, None, int]:
        """Job with `total` steps; returns `total`."""

    def forever(self: Verbs) -> Generator[Progress, None, None]:
        """Job that ends only when it is cancelled."""


ALL_VERBS = VERBS | {name for name in vars(MoreVerbs) if not name.startswith("_")}


class FakeLibrary:
    """`count` photos named photo-0001.jpg ..., ten a day, in one folder; labels `cat` and `dog`.

    The machine tags every third photo `cat` and every fourth `dog`; a query keeps the photos whose
    name contains it.
    """

    def __init__(self, count: int = 30, labels: tuple[str, ...] = ("cat", "dog")) -> None:
        self.thread = threading.get_ident()
        self.closed_in: int | None = None
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.changes = PhotosChanged()
        self.folder_list = [Folder(1, "/photos", FolderState.ONLINE, count)] if count else []
        self.photo_rows = {
            row: Photo(
                id=row,
                path=f"/photos/photo-{row:04d}.jpg",
                name=f"photo-{row:04d}.jpg",
                folder_id=1,
                state=PhotoState.OK,
                size=1000 + row,
                taken_at=(19_000.0 + row // 10) * DAY + row,
                width=640,
                height=480,
                content_hash=f"{row:032x}",
                thumbnail=None,
            )
            for row in range(1, count + 1)
        }
        self.label_list = [Label(number, name) for number, name in enumerate(labels, 1)]
        self.removed_labels: dict[str, list[Label]] = {}
        self.forgotten: dict[str, list[Photo]] = {}
        self.removed_folders: dict[int, tuple[Folder, dict[int, Photo]]] = {}
        self.words: dict[tuple[int, int], bool] = {}
        self.active_version = 6
        self.format = (256, 82)
        self.stored = [2_000_000, 30, 60_000, 5_000_000, 8_000_000]
        self.problems: list[Failure] = []
        self.ignored: list[Failure] = []
        self.excluded: list[str] = []
        self.foreign_words: list[str] = []
        self.sidecars_wanted = False
        self.unwritable: list[Failure] = []
        self.takes_folders = False  # what a running sync says to `sync_also`
        # `wait` rests until it is set: lets a test hold the engine thread still.
        self.hold = threading.Event()
        self.seen = set(self.photo_rows)
        self.closed = False

    # -- the machinery of tests --------------------------------------------------------------------

    def fail(self, sentence: str) -> None:
        raise AlbumenError(verbatim(sentence))

    def crash(self) -> None:
        raise ValueError("a bug")

    def echo(self, value: T) -> T:
        return value

    def where(self) -> int:
        return threading.get_ident()

    def wait(self) -> None:
        self.hold.wait(60)

    def count_to(self, total: int) -> Generator[Progress, None, int]:
        for done in range(1, total + 1):
            yield Progress("encode", done, total, rate=10.0, seconds_left=(total - done) / 10)
        return total

    def forever(self) -> Generator[Progress, None, None]:
        done = 0
        while True:
            done += 1
            yield Progress("encode", done, 1_000_000)

    # -- the verbs of Library ----------------------------------------------------------------------

    def close(self) -> None:
        self.closed_in = threading.get_ident()
        self.closed = True

    def take_changes(self) -> PhotosChanged:
        changes, self.changes = self.changes, PhotosChanged()
        return changes

    def take_work(self) -> Generator[Step, None, None] | None:
        return None

    def add(self, paths: Sequence[str]) -> AddReport:
        self.calls.append(("add", (paths,), {}))
        added = []
        refused = []
        for path in paths:
            if path.startswith("/missing"):
                refused.append(Failure(path, message("'{path}' does not exist.", path=path)))
                continue
            folder = Folder(len(self.folder_list) + 1, path, FolderState.ONLINE, 0)
            self.folder_list.append(folder)
            added.append(folder)
        ids = tuple(folder.id for folder in added)
        return AddReport(tuple(added), (), tuple(refused), (), ids)

    def folders(self) -> list[Folder]:
        return list(self.folder_list)

    def remove_folder(self, folder_id: int) -> PhotosChanged:
        folder = next(folder for folder in self.folder_list if folder.id == folder_id)
        self.folder_list.remove(folder)
        gone = tuple(row for row, photo in self.photo_rows.items() if photo.folder_id == folder_id)
        self.seen.difference_update(gone)
        self.removed_folders[folder_id] = (folder, {row: self.photo_rows.pop(row) for row in gone})
        return PhotosChanged(removed=gone, labels=True)

    def restore_folder(self, folder_id: int) -> PhotosChanged:
        folder, photos = self.removed_folders.pop(folder_id)
        self.folder_list.append(folder)
        self.photo_rows.update(photos)
        return PhotosChanged(added=tuple(photos), labels=True)

    def exclusions(self) -> list[str]:
        return list(self.excluded)

    def set_exclusions(self, patterns: Sequence[str]) -> None:
        self.excluded = list(patterns)

    def sync(self, folder_ids: Sequence[int] | None = None) -> Generator[Step, None, SyncReport]:
        self.calls.append(("sync", (folder_ids,), {}))
        total = len(self.photo_rows)
        for done, row in enumerate(list(self.photo_rows), 1):
            yield Progress("encode", done, total, 10.0, (total - done) / 10)
            yield PhotosChanged(ids=(row,)) if row in self.seen else PhotosChanged(added=(row,))
            self.seen.add(row)
        found = Counter(photo.folder_id for photo in self.photo_rows.values())
        paths = {folder.id: folder.path for folder in self.folder_list}
        looked_at = paths if folder_ids is None else folder_ids
        return SyncReport.of(FolderReport(id_, paths.get(id_, ""), found[id_]) for id_ in looked_at)

    def sync_also(self, folder_ids: Sequence[int]) -> bool:
        self.calls.append(("sync_also", (folder_ids,), {}))
        return self.takes_folders

    def train(
        self, label_ids: Sequence[int] | None = None, activate: bool = True
    ) -> Generator[Step, None, list[TrainReport]]:
        self.calls.append(("train", (label_ids, activate), {}))
        yield Progress("train", 1, 2)
        yield Progress("train", 2, 2)
        label = next(one for one in self.label_list if not label_ids or one.id in label_ids)
        return [
            TrainReport(
                label.name,
                label.id,
                7,
                "residual",
                True,
                activate,
                Measured(17, 24, 0.6),
                Measured(22, 24, 0.4),
                yes=14,
                no=10,
                adds=(1, 2),
                removes=(3,),
                sentence=message(
                    "Checked on your 24 corrections: 17 right before, 22 after; "
                    "would add 2, remove 1."
                ),
                reasons=(message("Learning the words (CoOp) needs four yes and four no."),),
                seconds=0.1,
                held_out=True,
            )
        ]

    def retag(self) -> Generator[Step, None, PhotosChanged]:
        yield Progress("tag", 1, 1)
        change = PhotosChanged(ids=tuple(self.photo_rows), labels=True)
        yield change
        return change

    def use_model(
        self, name_or_path: str = "", device: str = "", precision: str = ""
    ) -> Generator[Step, None, ModelInfo]:
        self.calls.append(("use_model", (name_or_path, device, precision), {}))
        if device == "mps":
            raise AlbumenError(
                "'mps' cannot be used: it needs a Mac with Apple's graphics processor; use cpu."
            )
        if name_or_path.endswith(".txt"):
            raise AlbumenError("'{path}' is not a CLIP model.", path=name_or_path)
        yield Progress("encode", 1, 1)
        return dataclasses.replace(self.models()[0], name=name_or_path)

    def download_model(self, name: str, mirror: str = "") -> Generator[Step, None, ModelInfo]:
        self.calls.append(("download_model", (name, mirror), {}))
        for done in range(5):
            yield Progress("download", done, 5)
        return dataclasses.replace(self.models()[1], installed=True)

    def view(self, query: str = "", sort: Sort = "auto", strictness: float = 0.0) -> SearchResult:
        self.calls.append(("view", (query, sort, strictness), {}))
        rows = list(self.photo_rows.values())
        words = query.split()
        for word in words:
            if word == "is:problem":
                rows = [photo for photo in rows if photo.state is PhotoState.FAILED]
            elif word.startswith("label:"):
                label = next((one for one in self.label_list if one.name == word[6:]), None)
                rows = [photo for photo in rows if label and self._present(photo.id, label.id)]
            elif word.startswith("-label:"):
                label = next((one for one in self.label_list if one.name == word[7:]), None)
                rows = [
                    photo for photo in rows if not (label and self._present(photo.id, label.id))
                ]
            elif ":" not in word:
                rows = [photo for photo in rows if word in photo.name]
        rows.sort(key=lambda photo: photo.name if sort == "name" else -photo.taken_at)
        return SearchResult(
            query,
            array("q", [photo.id for photo in rows]),
            array("f", [1.0] * len(rows) if any(":" not in word for word in words) else []),
            array("i", [int(photo.taken_at // DAY) for photo in rows]),
            len(rows),
            chips=tuple(words),
        )

    def photos(self, ids: Sequence[int]) -> list[Photo]:
        self.calls.append(("photos", (list(ids),), {}))
        return [self.photo_rows[row] for row in ids if row in self.photo_rows]

    def photo_id(self, path: str) -> int:
        for row, photo in self.photo_rows.items():
            if photo.path == path:
                return row
        raise AlbumenError("'{path}' is not in the library.", path=path)

    def similar(self, photo_id: int, n: int = 200) -> SearchResult:
        return self.view(f"like:{photo_id}")

    def similar_to_file(self, path: str, n: int = 200) -> SearchResult:
        self.calls.append(("similar_to_file", (path,), {}))
        return self.view("")

    def _present(self, row: int, label_id: int) -> bool:
        return self.words.get((row, label_id), row % (label_id + 2) == 0)

    def tags(self, photo_ids: Sequence[int]) -> list[Tag]:
        found = []
        for row in photo_ids:
            for label in self.label_list:
                word = self.words.get((row, label.id))
                if word is not None:
                    found.append(Tag(row, label.id, label.name, float(word), Source.PERSON, word))
                elif row % (label.id + 2) == 0:
                    found.append(Tag(row, label.id, label.name, 0.8, Source.MACHINE))
        return found

    def counts(self) -> Counts:
        failed = sum(photo.state is PhotoState.FAILED for photo in self.photo_rows.values())
        words = len(self.words)
        return Counts(
            photos=len(self.photo_rows), review=3, problems=failed, corrections_since_training=words
        )

    def labels(self) -> list[Label]:
        said = list(self.words.items())
        return [
            dataclasses.replace(
                label,
                photos=sum(self._present(row, label.id) for row in self.photo_rows),
                yes=sum(word for (_, label_id), word in said if label_id == label.id),
                no=sum(not word for (_, label_id), word in said if label_id == label.id),
            )
            for label in self.label_list
        ]

    def add_labels(self, names: Sequence[str], group: str | None = None) -> list[Label]:
        self.calls.append(("add_labels", (names,), {"group": group}))
        made = []
        for name in names:
            if not name.strip():
                raise AlbumenError("A label needs a name.")
            known = next((label for label in self.label_list if label.name == name.strip()), None)
            if known is not None:
                made.append(known)
                continue
            made.append(
                Label(
                    max([label.id for label in self.label_list], default=0) + 1, name.strip(), group
                )
            )
            self.label_list.append(made[-1])
        self.changes = PhotosChanged(labels=True)
        return made

    def remove_labels(self, label_ids: Sequence[int]) -> str:
        token = f"labels {len(self.removed_labels)}"
        self.removed_labels[token] = [one for one in self.label_list if one.id in label_ids]
        self.label_list = [one for one in self.label_list if one.id not in label_ids]
        self.changes = PhotosChanged(labels=True)
        return token

    def restore_labels(self, token: str) -> list[Label]:
        back = self.removed_labels.pop(token)
        self.label_list = sorted([*self.label_list, *back], key=lambda label: label.id)
        self.changes = PhotosChanged(labels=True)
        return back

    def rename_label(self, label_id: int, name: str) -> Label:
        self.calls.append(("rename_label", (label_id, name), {}))
        return self._change(label_id, name=name)

    def merge_labels(self, into_id: int, from_id: int) -> Merged:
        into = next(label for label in self.label_list if label.id == into_id)
        moved = tuple(
            photo
            for photo, label in self.words
            if label == from_id and (photo, into_id) not in self.words
        )
        self.words.update({(photo, into_id): self.words[photo, from_id] for photo in moved})
        return Merged(into, self.remove_labels([from_id]), moved)

    def unmerge_labels(self, merged: Merged) -> list[Label]:
        for photo in merged.moved:
            del self.words[photo, merged.into.id]
        return [merged.into, *self.restore_labels(merged.token)]

    def update_label(
        self,
        label_id: int,
        *,
        group: str | Literal["keep"] | None = "keep",
        color: str | None = None,
        pinned: int | None = None,
        threshold: float | None = None,
    ) -> Label:
        asked = {"color": color, "pinned": pinned, "threshold": threshold}
        values: dict[str, Any] = {name: to for name, to in asked.items() if to is not None}
        if group != "keep":
            values["group"] = group
        self.calls.append(("update_label", (label_id,), values))
        if pinned:  # a key stands for one label
            self.label_list = [
                dataclasses.replace(label, pinned=0) if label.pinned == pinned else label
                for label in self.label_list
            ]
        return self._change(label_id, **values)

    def _change(self, label_id: int, **values: Any) -> Label:
        self.label_list = [
            dataclasses.replace(label, **values) if label.id == label_id else label
            for label in self.label_list
        ]
        self.changes = PhotosChanged(labels=True)
        return next(label for label in self.label_list if label.id == label_id)

    def starter_labels(self) -> list[str]:
        return [name for names in self.starter_categories().values() for name in names]

    def starter_categories(self, chinese: bool = False) -> dict[str, list[str]]:
        if chinese:
            return {"Animals": ["猫", "狗"]}
        return {"Animals": ["cat", "dog"], "Nature": ["beach", "mountain"], "Other": ["food"]}

    def correct(
        self,
        label_id: int,
        yes: Sequence[int] = (),
        no: Sequence[int] = (),
        clear: Sequence[int] = (),
    ) -> list[Correction]:
        words = [Correction(row, label_id, True) for row in yes]
        words += [Correction(row, label_id, False) for row in no]
        words += [Correction(row, label_id, None) for row in clear]
        return self.correct_many(words)

    def correct_many(self, corrections: Iterable[Correction]) -> list[Correction]:
        corrections = list(corrections)
        self.calls.append(("correct_many", (corrections,), {}))
        previous = [
            Correction(one.photo_id, one.label_id, self.words.get((one.photo_id, one.label_id)))
            for one in corrections
        ]
        for one in corrections:
            self.words.pop((one.photo_id, one.label_id), None)
            if one.present is not None:
                self.words[one.photo_id, one.label_id] = one.present
        self.changes = PhotosChanged(ids=tuple(one.photo_id for one in corrections), labels=True)
        return previous

    def answer_suggestions(self, photo_ids: Sequence[int], yes: bool) -> Answered:
        self.calls.append(("answer_suggestions", (list(photo_ids), yes), {}))
        words = [
            Correction(tag.photo_id, tag.label_id, yes)
            for tag in self.tags(photo_ids)
            if tag.source is Source.MACHINE
        ]
        return Answered(tuple(words), tuple(self.correct_many(words)) if words else ())

    def versions(self, label_id: int | None = None, here: bool = False) -> list[Version]:
        return [
            Version(
                *(number, 1, "cat", kind, "fake-fp32", (12_000.0 + 1000 * number) * DAY),
                *(number == self.active_version, True, message(sentence)),
            )
            for number, kind, sentence in (
                (7, "residual", "17 -> 22 of 24 right"),
                (6, "zero-shot", "The words of the label, before any correction."),
            )
        ]

    def activate(self, version_id: int) -> PhotosChanged:
        self.calls.append(("activate", (version_id,), {}))
        self.active_version = version_id
        return PhotosChanged(ids=(1, 2, 3), labels=True)

    def review(self, n: int = 20, label_id: int | None = None) -> list[ReviewItem]:
        label = self.label_list[0]
        return [
            ReviewItem(row, label.id, label.name, 0.1, True, message("a close call"))
            for row in self.photo_rows
            if (row, label.id) not in self.words
        ][:n]

    def failures(self) -> list[Failure]:
        return list(self.problems)

    def retry(self, photo_ids: Sequence[int]) -> PhotosChanged:
        self.calls.append(("retry", (list(photo_ids),), {}))
        self.problems = [one for one in self.problems if one.photo_id not in photo_ids]
        return PhotosChanged(ids=tuple(photo_ids))

    def ignore(self, photo_ids: Sequence[int], ignored: bool = True) -> PhotosChanged:
        self.calls.append(("ignore", (list(photo_ids), ignored), {}))
        come, go = (self.ignored, self.problems) if ignored else (self.problems, self.ignored)
        come += [one for one in go if one.photo_id in photo_ids]
        go[:] = [one for one in go if one.photo_id not in photo_ids]
        return PhotosChanged(ids=tuple(photo_ids))

    def forget(self, photo_ids: Sequence[int]) -> str:
        self.calls.append(("forget", (list(photo_ids),), {}))
        token = f"forgotten {len(self.forgotten)}"
        self.forgotten[token] = [self.photo_rows.pop(row) for row in photo_ids]
        self.changes = PhotosChanged(removed=tuple(photo_ids), labels=True)
        return token

    def recall(self, token: str) -> PhotosChanged:
        back = {photo.id: photo for photo in self.forgotten.pop(token)}
        self.photo_rows.update(back)
        return PhotosChanged(added=tuple(back), labels=True)

    def models(self) -> list[ModelInfo]:
        return [
            ModelInfo(
                "starter",
                message("Starter model"),
                True,
                True,
                45_000_000,
                "MIT",
                message("works offline, knows common things"),
            ),
            ModelInfo(
                "ViT-B/16",
                message("CLIP ViT-B/16"),
                False,
                False,
                351_000_000,
                "MIT",
                message("full quality"),
                "openai.com",
            ),
        ]

    def model(self) -> ModelInfo:
        return self.models()[0]

    def prefer(self, ids: Sequence[int]) -> None:
        self.calls.append(("prefer", (ids,), {}))

    def model_name(self) -> str:
        return self.model().name

    def doctor(self) -> dict[str, object]:
        return {"albumen": "0.1.0", "integrity": "ok"}

    def place(self) -> str:
        return "/home/someone/albumen"

    def precisions(self) -> list[str]:
        return ["fp32", "bf16"]

    def thumbnail_format(self) -> tuple[int, int]:
        return self.format

    def set_thumbnail_format(self, side: int, quality: int) -> None:
        self.format = (side, quality)

    def storage(self) -> Generator[Progress, None, Storage]:
        yield Progress("storage", 1, 1)
        return Storage(*self.stored)

    def clear_thumbnails(self) -> Generator[Progress, None, int]:
        yield Progress("storage", 1, 1)
        freed = self.stored[0]
        self.stored[:2] = [0, 0]
        return freed

    def remove_vectors(self) -> Generator[Progress, None, int]:
        yield Progress("storage", 1, 1)
        freed, self.stored[3] = self.stored[3], 0
        return freed

    def keywords(self) -> list[tuple[str, int]]:
        return [(word, 1) for word in self.foreign_words]

    def take_keywords(self) -> Generator[Step, None, KeywordsRead]:
        yield Progress("sidecars", 0, 1)
        before = {label.id for label in self.label_list}
        labels = self.add_labels(self.foreign_words)
        said = [
            Correction(1, label.id, True) for label in labels if (1, label.id) not in self.words
        ]
        new = tuple(label.id for label in labels if label.id not in before)
        return KeywordsRead(new, tuple(self.correct_many(said)))

    def sidecars(self, wanted: bool | None = None) -> bool:
        self.sidecars_wanted = self.sidecars_wanted if wanted is None else wanted
        return self.sidecars_wanted

    def write_sidecars(self) -> Generator[Step, None, SidecarReport]:
        self.calls.append(("write_sidecars", (), {}))
        yield Progress("sidecars", 0, 1)
        return (
            SidecarReport(len(self.words), tuple(self.unwritable))
            if self.sidecars_wanted
            else SidecarReport()
        )

    def export(self, format: Literal["csv", "json"] = "csv") -> str:
        return "[]" if format == "json" else "path,label\n"

    def restore_words(self, file: str = "") -> Restored:
        raise AlbumenError("There are no saved words.")


if TYPE_CHECKING:
    _: type[Served] = FakeLibrary


@contextmanager
def running(library: FakeLibrary) -> Iterator[EngineLink]:
    """An `EngineLink` over `library` in a real engine thread.

    Open when it is handed out and closed afterwards.
    """
    link = EngineLink(lambda: library, verbs=ALL_VERBS)
    ready = QEventLoop()
    link.ready.connect(ready.quit)
    link.start()
    ready.exec()
    try:
        yield link
    finally:
        library.hold.set()
        assert link.close()
