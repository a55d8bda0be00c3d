"""The library: folders, photos, labels, corrections and what was learned, behind one class.

Knows: the order of things (scan, decode, encode, store, tag, learn) and what a person may ask for.
Does not know: Qt, argparse, SQL (`store`), how a photo is decoded (`decode_pool`), how a score is made (`classifier`) or
learned (`learning`). Every public method is a verb that the window calls by name and that the command line offers.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal

from engine.records import (
    AddReport,
    Correction,
    Counts,
    Failure,
    Folder,
    Label,
    ModelInfo,
    Photo,
    PhotosChanged,
    Progress,
    ReviewItem,
    SearchResult,
    SyncReport,
    Tag,
    TrainReport,
    Version,
)

Sort = Literal["auto", "relevance", "date", "name", "folder"]
Step = Progress | PhotosChanged


class Library:
    """One library directory, opened by one process at a time. Use it from the thread that opened it, and only there.

    Verbs return records. Jobs (`sync`, `train`, `retag`, `use_model`, `download_model`) are generators: each `next` does one
    short step (<= 250 ms where the machine allows), commits it, and yields `Progress` or `PhotosChanged`; the report is the
    generator's return value; `close()` on the generator cancels, and nothing of a finished step is lost.
    What other verbs changed on screen is collected and handed out by `take_changes()`.

    Every expected problem is an `AlbumenError` whose text is one sentence.
    """

    def __init__(self, directory: Path, model: str | None, device: str) -> None:
        raise NotImplementedError

    @classmethod
    def open(cls, directory: str | Path | None = None, *, model: str | None = None, device: str = "auto") -> Library:
        """Open the library in `directory` (None: the user's own), making it when it does not exist.

        `model`: name of the catalogue or a file; None keeps the one used last (at first: "starter"). `device`: auto, cpu,
        cuda, mps. Imports no torch and loads no model: that happens with the first verb that needs one.
        Raises AlbumenError when another program holds the library, when it was made by a newer Albumen (nothing is
        written then), or when its database is damaged.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Release the file lock and the database. Closing twice is fine."""

    def __enter__(self) -> Library:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def take_changes(self) -> PhotosChanged:
        """What verbs (not jobs) changed since the last call; the worker emits it unless it is empty."""
        raise NotImplementedError

    # folders -------------------------------------------------------------------------------------------------------

    def add(self, paths: Sequence[str]) -> AddReport:
        """Watch folders (with everything below them) or single files; `sync` then reads them.

        A file's folder is not added: single files are watched as such. What is already covered by a watched folder is
        `already`; what cannot be used (not there, no photo) is `refused` with a reason.
        """
        raise NotImplementedError

    def folders(self) -> list[Folder]:
        """Watched folders with their state and number of photos, by path."""
        raise NotImplementedError

    def remove_folder(self, folder_id: int) -> PhotosChanged:
        """Stop watching a folder and forget its photos; the files stay as they are.

        Corrections are kept by content: the same photos, added again, have them back.
        """
        raise NotImplementedError

    def exclusions(self) -> list[str]:
        """Patterns (`fnmatch`, on names or whole paths) of folders and files that a scan passes over."""
        raise NotImplementedError

    def set_exclusions(self, patterns: Sequence[str]) -> None:
        """Replace the patterns; the next `sync` forgets what they cover."""
        raise NotImplementedError

    # jobs ----------------------------------------------------------------------------------------------------------

    def sync(self, folder_ids: Sequence[int] | None = None) -> Generator[Step, None, SyncReport]:
        """Job: make the library match the disk: scan, thumbnails, embeddings, tags.

        `folder_ids` None: all. Photos appear as soon as they are found (`PhotosChanged.added`), again when their thumbnail
        exists and again when they are tagged (`ids`). A moved or renamed file keeps its row, an edited one is encoded again,
        a folder that is not there goes offline and forgets nothing. Nothing changed: nothing is decoded.
        """
        raise NotImplementedError

    def train(
        self, label_ids: Sequence[int] | None = None, activate: bool = True
    ) -> Generator[Step, None, list[TrainReport]]:
        """Job 'Improve labels': learn from the corrections given so far; one report per label that has some.

        `label_ids` None: every label with corrections since its last training. Each result is stored as a version;
        accepted ones tag the library at once if `activate`, otherwise when `activate(version)` is called.
        """
        raise NotImplementedError

    def retag(self) -> Generator[Step, None, PhotosChanged]:
        """Job: machine tags of all labels over the whole library again (one matrix product per step)."""
        raise NotImplementedError

    def use_model(self, name_or_path: str) -> Generator[Step, None, ModelInfo]:
        """Job: switch to another model: load it, encode what it has not seen, tag. Vectors of the old one stay.

        If the model cannot be loaded, the old one stays in use and AlbumenError says why.
        """
        raise NotImplementedError

    def download_model(self, name: str) -> Generator[Step, None, ModelInfo]:
        """Job: download a model of the catalogue (resumable, checked); closing the generator cancels."""
        raise NotImplementedError

    # browse --------------------------------------------------------------------------------------------------------

    def view(self, query: str = "", sort: Sort = "auto", strictness: float = 0.0) -> SearchResult:
        """The photos that answer a query, in order.

        Query language (`engine.query`): words (ranked by meaning; file and label names match too), "a phrase", `-word`,
        `label:cat`, `-label:cat`, `folder:name`, `after:2023`, `before:2023-06-01`, `like:ID`, `is:review`, `is:untagged`,
        `is:problem`, `is:pending`, `is:offline`, `is:corrected`, joined by and; `OR` between two parts.
        `sort` "auto": relevance when there are words, else newest first. `strictness` -1 (show more) .. +1 (only sure ones)
        moves the line behind `SearchResult.matched`; rows after it are still returned, ranked.
        """
        raise NotImplementedError

    def photos(self, ids: Sequence[int]) -> list[Photo]:
        """The photos with these ids, in the order given; ids that no longer exist are left out."""
        raise NotImplementedError

    def photo_id(self, path: str) -> int:
        """The id of the photo at `path`; AlbumenError when it is not in the library."""
        raise NotImplementedError

    def similar(self, photo_id: int, n: int = 200) -> SearchResult:
        """The `n` photos most like this one (cosine of embeddings), itself left out."""
        raise NotImplementedError

    def similar_to_file(self, path: str, n: int = 200) -> SearchResult:
        """The `n` photos most like an image file, which need not be in the library."""
        raise NotImplementedError

    def tags(self, photo_ids: Sequence[int]) -> list[Tag]:
        """Tags of these photos: a person's words (yes and no) and the machine's suggestions, corrections winning."""
        raise NotImplementedError

    def counts(self) -> Counts:
        """The numbers of the left dock."""
        raise NotImplementedError

    # labels --------------------------------------------------------------------------------------------------------

    def labels(self) -> list[Label]:
        """All labels with their counts, by name."""
        raise NotImplementedError

    def add_labels(self, names: Sequence[str], group: str | None = None) -> list[Label]:
        """Define labels (existing ones are returned as they are) and tag the library with them at once.

        `group`: name of an exclusive group (exactly one of its labels is on a photo, decided by softmax); given for
        existing labels, moves them into it. A new `not X` beside an existing `X` is put into one group with it.
        AlbumenError for an empty name, one longer than 100 characters, or one with line breaks.
        """
        raise NotImplementedError

    def remove_labels(self, label_ids: Sequence[int]) -> str:
        """Remove labels with their tags and corrections from sight; the token brings all back by `restore_labels`."""
        raise NotImplementedError

    def restore_labels(self, token: str) -> list[Label]:
        """Undo a `remove_labels`."""
        raise NotImplementedError

    def rename_label(self, label_id: int, name: str) -> Label:
        """Give a label another name; corrections and learned versions stay, an untrained label is tagged anew."""
        raise NotImplementedError

    def merge_labels(self, into_id: int, from_id: int) -> Label:
        """Move the corrections of one label to another (which wins where both spoke) and remove the first."""
        raise NotImplementedError

    def update_label(
        self,
        label_id: int,
        *,
        group: str | None | Literal["keep"] = "keep",
        color: str | None = None,
        pinned: int | None = None,
        threshold: float | None = None,
    ) -> Label:
        """Change a label's group ("keep": leave it; None: no group), colour, key (0: none) or dial (-1..+1)."""
        raise NotImplementedError

    def starter_labels(self) -> list[str]:
        """About 60 common labels to offer at first run."""
        raise NotImplementedError

    # corrections ---------------------------------------------------------------------------------------------------

    def correct(
        self, label_id: int, yes: Sequence[int] = (), no: Sequence[int] = (), clear: Sequence[int] = ()
    ) -> list[Correction]:
        """Say that photos have (`yes`) or do not have (`no`) a label, or take back what was said (`clear`).

        On disk before it returns. Returns what had been said before (None: nothing), for `correct_many` to undo it.
        """
        raise NotImplementedError

    def correct_many(self, corrections: Iterable[Correction]) -> list[Correction]:
        """The same for any labels in one transaction; returns the previous words in an order that undoes it."""
        raise NotImplementedError

    # learning ------------------------------------------------------------------------------------------------------

    def versions(self, label_id: int | None = None) -> list[Version]:
        """Stored prompt versions, newest first."""
        raise NotImplementedError

    def activate(self, version_id: int) -> PhotosChanged:
        """Tag the library with this version of its label from now on (also: go back to an older one)."""
        raise NotImplementedError

    def review(self, n: int = 20, label_id: int | None = None) -> list[ReviewItem]:
        """The `n` questions whose answers teach most, least certain first, each with its reason."""
        raise NotImplementedError

    # problems ------------------------------------------------------------------------------------------------------

    def failures(self) -> list[Failure]:
        """Photos that could not be read, with a sentence each; ignored ones are left out."""
        raise NotImplementedError

    def retry(self, photo_ids: Sequence[int]) -> PhotosChanged:
        """Try these again at the next `sync`, as if they had never failed."""
        raise NotImplementedError

    def ignore(self, photo_ids: Sequence[int]) -> PhotosChanged:
        """Do not list these as problems any more."""
        raise NotImplementedError

    def forget(self, photo_ids: Sequence[int]) -> str:
        """Book-keeping after files went to the trash: hide the rows; the token brings them back by `recall`."""
        raise NotImplementedError

    def recall(self, token: str) -> PhotosChanged:
        """Undo a `forget`."""
        raise NotImplementedError

    # about ---------------------------------------------------------------------------------------------------------

    def models(self) -> list[ModelInfo]:
        """The catalogue, with what is installed and what is in use."""
        raise NotImplementedError

    def model(self) -> ModelInfo:
        """The model in use (without loading it)."""
        raise NotImplementedError

    def doctor(self) -> dict[str, object]:
        """Versions, device, model, integrity of the store, sizes: what a bug report needs."""
        raise NotImplementedError

    def export(self, format: Literal["csv", "json"] = "csv") -> str:
        """All effective tags and corrections as one text."""
        raise NotImplementedError

    @property
    def thumbnails_directory(self) -> Path:
        """Where the thumbnails are; `Photo.thumbnail` holds whole paths."""
        raise NotImplementedError
