"""The library: folders, photos, labels, corrections and what was learned, behind one class.

Knows: the order of things (scan, decode, encode, store, tag, learn) and what a person may ask for.
Does not know: Qt, argparse, SQL (`engine.store`), how a photo is decoded (`decode_pool`), how a
score is made (`zero_shot`) or learned (`engine.learning`). Every public method is a verb
(`engine.verbs`): the window asks for them, the command line offers most, notebooks call them.
"""

from __future__ import annotations

import glob
import json
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import platformdirs

from engine.library.active_model import ActiveModel
from engine.library.exchange_verbs import ExchangeVerbs
from engine.library.followups import TAGGED_BY
from engine.library.label_verbs import LabelVerbs
from engine.library.photo_verbs import PhotoVerbs
from engine.library.tally import Tally
from engine.records import (
    AddReport,
    AlbumenError,
    Folder,
    ModelInfo,
    PhotosChanged,
    Progress,
    ReviewItem,
    SearchResult,
    Step,
    Storage,
    SyncReport,
    TrainReport,
)
from engine.store.store import Store

if TYPE_CHECKING:  # what imports torch is imported by the first verb that needs it
    from engine.images.decode_pool import DecodePool
    from engine.library.indexing import Indexing
    from engine.library.sync import Sync
    from engine.library.train_job import TrainJob
    from engine.search.recognition import Recognition
    from engine.verbs import Served


class Library(PhotoVerbs, LabelVerbs, ExchangeVerbs):
    """One library directory, opened by one process at a time.

    Use it from the thread that opened it, and only there. The verbs about labels, corrections and
    versions are those of `LabelVerbs`, those about photos and files of other programs stand in
    `PhotoVerbs` and `ExchangeVerbs`.

    Verbs return records. Jobs (`sync`, `train`, `retag`, `use_model`, `download_model`) are
    generators: each `next` does one short step (<= 250 ms where the machine allows), commits it,
    and yields `Progress` or `PhotosChanged`; the report is the generator's return value; `close()`
    on the generator cancels, and nothing of a finished step is lost. What other verbs changed on
    screen is collected and handed out by `take_changes()`.

    Every expected problem is an `AlbumenError` whose text is one sentence.
    """

    def __init__(self, directory: Path, model: str | None, device: str, precision: str) -> None:
        store = Store(directory)
        super().__init__(store, ActiveModel(store, model, device, precision))
        self._decoding: DecodePool | None = None
        self._preferred: list[int] = []
        self._syncing: Sync | None = None

    @classmethod
    def open(
        cls,
        directory: str | Path | None = None,
        *,
        model: str | None = None,
        device: str = "auto",
        precision: str = "auto",
    ) -> Library:
        """Open the library in `directory` (None: the user's own), making it when it does not exist.

        `model`: name of the catalogue or a file; None keeps the one used last (at first:
        "starter"). `device`: auto, cpu, cuda, mps. `precision`: auto, fp32, bf16, fp16, of the
        image encoder. Imports no torch and loads no model: that happens with the first verb that
        needs one. Raises AlbumenError when another program holds the library, when it was made by a
        newer Albumen (nothing is written then), or when its database is damaged.
        """
        where = (
            Path(directory)
            if directory is not None
            else platformdirs.user_data_path("albumen") / "library"
        )
        return cls(where.expanduser().absolute(), model, device, precision)

    def close(self) -> None:
        """Release the file lock, the database and the model's memory. Closing twice is fine."""
        self._model.loaded = None
        if self._decoding is not None:
            self._decoding.close()
            self._decoding = None
        self._save_words()
        self._store.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def leave_work(self) -> None:
        """From now on verbs leave to `take_work` what would take long.

        Somebody asks for it after each verb.
        """
        self._followups.leave_work = True

    def take_work(self) -> Generator[Step, None, None] | None:
        """Job: what verbs left to do; None where there is nothing.

        For example tagging a large library with new labels.
        """
        return self._followups.take_work()

    def take_changes(self) -> PhotosChanged:
        """What verbs (not jobs) changed since the last call.

        The worker emits it unless it is empty.
        """
        return self._followups.take_changes()

    # folders
    # ----------------------------------------------------------------------------------------------

    def add(self, paths: Sequence[str]) -> AddReport:
        """Watch folders (with everything below them) or single files; `sync` then reads them.

        A file's folder is not added: single files are watched as such. What is already covered by a
        watched folder is `already`; what cannot be used (not there, no photo) is `refused` with a
        reason.
        """
        from engine.library.add_paths import add_paths

        report, new = add_paths(self._store, paths)
        self._followups.collect(self._followups.rows_changed(PhotosChanged(added=tuple(new))))
        return report

    def folders(self) -> list[Folder]:
        """Watched folders with their state and number of photos, by path."""
        return self._store.folders.watched()

    def remove_folder(self, folder_id: int) -> PhotosChanged:
        """Stop watching a folder and forget its photos; the files stay as they are.

        Corrections are kept by content: the same photos, added again, have them back.
        """
        if folder_id not in dict(self._store.folders.roots()):
            raise AlbumenError(
                "There is no folder number {number}; it may have been removed.", number=folder_id
            )
        gone = self._store.folders.remove(folder_id)
        return self._followups.rows_changed(PhotosChanged(removed=tuple(gone), labels=True))

    def restore_folder(self, folder_id: int) -> PhotosChanged:
        """Undo a `remove_folder`, also while its drive is away."""
        return self._recalled(self._store.folders.restore(folder_id))

    def exclusions(self) -> list[str]:
        """Patterns of folders and files that a scan passes over.

        As of `fnmatch`, on names or whole paths.
        """
        return list(json.loads(self._store.get("exclusions", "[]")))

    def set_exclusions(self, patterns: Sequence[str]) -> None:
        """Replace the patterns; the next `sync` forgets what they cover."""
        self._store.set(
            "exclusions", json.dumps([pattern.strip() for pattern in patterns if pattern.strip()])
        )

    # jobs
    # ----------------------------------------------------------------------------------------------

    def sync(self, folder_ids: Sequence[int] | None = None) -> Generator[Step, None, SyncReport]:
        """Job: make the library match the disk: scan, thumbnails, embeddings, tags.

        `folder_ids` None: all. Photos appear as soon as they are found (`PhotosChanged.added`),
        again when their thumbnail exists and again when they are tagged (`ids`). A moved or renamed
        file keeps its row, an edited one is encoded again, a folder that is not there goes offline
        and forgets nothing. Nothing changed: nothing is decoded. The report tells of each folder
        what was done in it.
        """
        from engine.library.sync import Sync

        tally = Tally(self._store.photos.end())
        indexing = self._indexing(self._model.number, self._model.recognition, tally)
        job = Sync(self._store, indexing, self._model.recognition, self._pool, tally)
        own = glob.escape(str(self._store.directory))
        fresh = not self._store.embeddings.any()
        self._syncing = job
        try:
            report = yield from self._followups.following(
                job.run(folder_ids, [*self.exclusions(), own])
            )
        finally:
            self._syncing = None
        if self._store.embeddings.any() and self._store.get(TAGGED_BY) != str(self._model.number()):
            if fresh:  # every photo was tagged as it came
                self._store.set(TAGGED_BY, str(self._model.number()))
            else:
                yield from self.retag()
        self._save_words()
        if report.added + report.updated + report.moved + report.removed + report.failed:
            yield PhotosChanged(labels=True)  # the numbers are exact again
        yield from self.write_sidecars()
        return report

    def sync_also(self, folder_ids: Sequence[int]) -> bool:
        """Hand folders to the `sync` that is reading photos.

        It looks at them as soon as those in hand are read, goes on, and reports of them too. False
        if no `sync` takes folders now.
        """
        return self._syncing is not None and self._syncing.also(folder_ids)

    def train(
        self, label_ids: Sequence[int] | None = None, activate: bool = True
    ) -> Generator[Step, None, list[TrainReport]]:
        """Job 'Improve labels': learn from the corrections given so far.

        One report per label that has some.

        `label_ids` None: every label with corrections since its last training. Each result is
        stored as a version; accepted ones tag the library at once if `activate`, otherwise when
        `activate(version)` is called.
        """
        if label_ids is not None:
            self._store.labels.require(label_ids)
        return (yield from self._followups.following(self._training().run(label_ids, activate)))

    def retag(self) -> Generator[Step, None, PhotosChanged]:
        """Job: machine tags of all labels over the whole library again.

        Some thousand photos per step.
        """
        recognition = self._model.recognition()
        recognition.heads_changed()
        for done in recognition.tag_labels():
            yield Progress("tag", done, len(recognition.index))
        self._store.set(TAGGED_BY, str(recognition.number))
        self._counts.clear()
        change = PhotosChanged(ids=tuple(recognition.index.ids.tolist()), labels=True)
        yield change
        return change

    def use_model(
        self, name_or_path: str = "", device: str = "", precision: str = ""
    ) -> Generator[Step, None, ModelInfo]:
        """Job: switch to another model, device or precision ("": as it is).

        Load it, encode what it has not seen, tag. Vectors of the old one stay, and it is in use
        until the new one knows every photo.

        If the model cannot be loaded, the old one stays in use and AlbumenError says why.
        """
        from engine.clip.catalogue import canonical

        name_or_path = canonical(name_or_path) if name_or_path else self._model.name
        yield Progress("encode", 0, 0, detail=name_or_path)
        new = self._model.load(name_or_path, device, precision)
        yield from self._followups.following(
            self._indexing(lambda: new.number, lambda: new, Tally()).run(tags=False)
        )
        self._model.switch(name_or_path, new, device, precision)
        yield from self.retag()
        return self.model()

    def download_model(self, name: str, mirror: str = "") -> Generator[Step, None, ModelInfo]:
        """Job: download a model of the catalogue.

        Resumable and checked, from the hub or a `mirror` of it; closing the generator cancels.
        """
        from engine.clip import weights
        from engine.clip.catalogue import canonical

        yield from weights.download(name, mirror=mirror)
        return next(info for info in self.models() if info.name == canonical(name))

    def storage(self) -> Generator[Progress, None, Storage]:
        """Job: what the library takes on the disk."""
        from engine.store import disk_usage

        return (yield from disk_usage.measure(self._store, self._model.last_number()))

    def clear_thumbnails(self) -> Generator[Progress, None, int]:
        """Job: delete all thumbnails; the next `sync` makes them again.

        Returns how many bytes that gave back.
        """
        from engine.store import disk_usage

        return (yield from disk_usage.clear_thumbnails(self._store))

    def remove_vectors(self) -> Generator[Progress, None, int]:
        """Job: delete the vectors of models that are not in use.

        Going back to one encodes the library anew. Labels, corrections and versions stay. Returns
        how many bytes that gave back.
        """
        from engine.store import disk_usage

        return (yield from disk_usage.remove_vectors(self._store, self._model.number()))

    # browse
    # ----------------------------------------------------------------------------------------------

    def prefer(self, ids: Sequence[int]) -> None:
        """A person looks at these photos.

        A running or coming `sync` reads them before others, in this order.
        """
        self._preferred[:] = ids

    def similar_to_file(self, path: str, n: int = 200) -> SearchResult:
        """The `n` photos most like an image file, which need not be in the library."""
        recognition = self._model.recognition()
        vector = recognition.vector_of_file(path, self._pool(recognition.model.input_resolution))
        return self._search.like(vector, n)

    # learning
    # ----------------------------------------------------------------------------------------------

    def review(self, n: int = 20, label_id: int | None = None) -> list[ReviewItem]:
        """The `n` questions whose answers teach most, least certain first, each with its reason."""
        return self._training().questions(n, label_id)

    # about
    # ----------------------------------------------------------------------------------------------

    def models(self) -> list[ModelInfo]:
        """The catalogue, with what is installed and what is in use."""
        return self._model.catalogue()

    def model(self) -> ModelInfo:
        """The model in use (without loading it)."""
        return next(info for info in self.models() if info.active)

    def model_name(self) -> str:
        """Its name in the catalogue, or the path of its file.

        Known at once, where `model()` reads the catalogue.
        """
        return self._model.name

    def doctor(self) -> dict[str, object]:
        """Versions, device, model, integrity of the store, sizes: what a bug report needs."""
        from engine.library.diagnosis import examine

        return examine(self._store, self._model.name, self._model.device, self.counts())

    def place(self) -> str:
        """The library's directory, as text for display."""
        return str(self._store.directory)

    def precisions(self) -> list[str]:
        """The `precision`s that `Library.open` takes on the device in use; "auto" is the first."""
        return self._model.precisions()

    def thumbnail_format(self) -> tuple[int, int]:
        """Long side in pixels and JPEG quality of thumbnails that are made from now on."""
        from engine.images.decode import THUMBNAIL

        side, quality = json.loads(self._store.get("thumbnail format", json.dumps(THUMBNAIL)))
        return side, quality

    def set_thumbnail_format(self, side: int, quality: int) -> None:
        """Choose both; existing thumbnails stay until `clear_thumbnails`.

        AlbumenError outside 128-512 and 50-95.
        """
        if not (128 <= side <= 512 and 50 <= quality <= 95):
            raise AlbumenError("Thumbnails may have 128 to 512 pixels and a quality of 50 to 95.")
        self._store.set("thumbnail format", json.dumps([side, quality]))
        if self._decoding is not None:
            self._decoding.thumbnail = (side, quality)

    # inside
    # ----------------------------------------------------------------------------------------------

    def _pool(self, resolution: int) -> DecodePool:
        """The decoding processes; 0 takes them for whatever resolution they are."""
        if self._decoding is None or resolution not in (0, self._decoding.resolution):
            from engine.images.decode_pool import DecodePool

            if self._decoding is not None:
                self._decoding.close()
            self._decoding = DecodePool(resolution or 224, thumbnail=self.thumbnail_format())
        return self._decoding

    def _indexing(
        self, number: Callable[[], int], recognition: Callable[[], Recognition], tally: Tally
    ) -> Indexing:
        from engine.library.indexing import Indexing

        return Indexing(self._store, number, recognition, self._pool, self._preferred, tally)

    def _training(self) -> TrainJob:
        from engine.library.train_job import TrainJob

        return TrainJob(self._store, self._model.recognition(), self._search.taken_at)


if TYPE_CHECKING:
    _: type[Served] = Library  # the promise that the window relies on
