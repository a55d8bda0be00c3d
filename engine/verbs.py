"""Everything that a window may ask a library for: the verbs, with their arguments and answers.

Knows: names and types, so that a question is checked where it is asked. Does not know: what a verb
does; `engine.library.library.Library` does that, and tells about it at length.

A verb that returns a generator is a job: each `next` does one short step and yields it, and the
answer is what the generator returns.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Literal, Protocol

from engine.records import (
    AddReport,
    Answered,
    Correction,
    Counts,
    Failure,
    Folder,
    KeywordsRead,
    Label,
    Merged,
    ModelInfo,
    Photo,
    PhotosChanged,
    Progress,
    Restored,
    ReviewItem,
    SearchResult,
    SidecarReport,
    Sort,
    Step,
    Storage,
    SyncReport,
    Tag,
    TrainReport,
    Version,
)


class Verbs(Protocol):
    """What may be asked of a library. Every expected problem is an `AlbumenError`."""

    # folders
    # ----------------------------------------------------------------------------------------------

    def add(self, paths: Sequence[str]) -> AddReport:
        """Watch folders or single files; `sync` then reads them."""

    def folders(self) -> list[Folder]:
        """Watched folders, by path."""

    def remove_folder(self, folder_id: int) -> PhotosChanged:
        """Stop watching a folder and forget its photos."""

    def restore_folder(self, folder_id: int) -> PhotosChanged:
        """Undo a `remove_folder`."""

    def exclusions(self) -> list[str]:
        """Patterns of names that a scan passes over."""

    def set_exclusions(self, patterns: Sequence[str]) -> None:
        """Replace the patterns."""

    # jobs
    # ----------------------------------------------------------------------------------------------

    def sync(self, folder_ids: Sequence[int] | None = None) -> Generator[Step, None, SyncReport]:
        """Job: make the library match the disk (None: all folders)."""

    def sync_also(self, folder_ids: Sequence[int]) -> bool:
        """Hand folders to the `sync` under way; whether it takes them."""

    def train(
        self, label_ids: Sequence[int] | None = None, activate: bool = True
    ) -> Generator[Step, None, list[TrainReport]]:
        """Job: learn from the corrections; a report per label that has some."""

    def retag(self) -> Generator[Step, None, PhotosChanged]:
        """Job: machine tags of all labels again."""

    def use_model(
        self, name_or_path: str = "", device: str = "", precision: str = ""
    ) -> Generator[Step, None, ModelInfo]:
        """Job: switch to another model, device or precision ("": as it is)."""

    def download_model(self, name: str, mirror: str = "") -> Generator[Step, None, ModelInfo]:
        """Job: download a model of the catalogue."""

    def storage(self) -> Generator[Progress, None, Storage]:
        """Job: what the library takes on the disk."""

    def clear_thumbnails(self) -> Generator[Progress, None, int]:
        """Job: delete all thumbnails; bytes that gave back."""

    def remove_vectors(self) -> Generator[Progress, None, int]:
        """Job: delete vectors of models that are not in use; bytes that gave back."""

    # browse
    # ----------------------------------------------------------------------------------------------

    def view(self, query: str = "", sort: Sort = "auto", strictness: float = 0.0) -> SearchResult:
        """The photos that answer a query, in order."""

    def prefer(self, ids: Sequence[int]) -> None:
        """A person looks at these photos: read them before others."""

    def photos(self, ids: Sequence[int]) -> list[Photo]:
        """The photos with these ids, in the order given."""

    def photo_id(self, path: str) -> int:
        """The id of the photo at `path`."""

    def similar(self, photo_id: int, n: int = 200) -> SearchResult:
        """The photos most like this one."""

    def similar_to_file(self, path: str, n: int = 200) -> SearchResult:
        """The photos most like an image file."""

    def tags(self, photo_ids: Sequence[int]) -> list[Tag]:
        """A person's words and the machine's suggestions."""

    def counts(self) -> Counts:
        """The numbers of the left panel."""

    # labels
    # ----------------------------------------------------------------------------------------------

    def labels(self) -> list[Label]:
        """All labels with their counts, by name."""

    def add_labels(self, names: Sequence[str], group: str | None = None) -> list[Label]:
        """Define labels, and tag the library with them."""

    def remove_labels(self, label_ids: Sequence[int]) -> str:
        """Remove labels; the token brings them back."""

    def restore_labels(self, token: str) -> list[Label]:
        """Undo a `remove_labels`."""

    def rename_label(self, label_id: int, name: str) -> Label:
        """Give a label another name."""

    def merge_labels(self, into_id: int, from_id: int) -> Merged:
        """Move the corrections of one label to another, and remove the first."""

    def unmerge_labels(self, merged: Merged) -> list[Label]:
        """Undo a `merge_labels`."""

    def update_label(
        self,
        label_id: int,
        *,
        group: str | Literal["keep"] | None = "keep",
        color: str | None = None,
        pinned: int | None = None,
        threshold: float | None = None,
    ) -> Label:
        """Change a label's group, colour, key or dial."""

    def starter_labels(self) -> list[str]:
        """Common labels to offer at first run."""

    def starter_categories(self, chinese: bool = False) -> dict[str, list[str]]:
        """The same by category."""

    # corrections
    # ----------------------------------------------------------------------------------------------

    def correct(
        self,
        label_id: int,
        yes: Sequence[int] = (),
        no: Sequence[int] = (),
        clear: Sequence[int] = (),
    ) -> list[Correction]:
        """Say that photos have a label or not, or nothing; what had been said before."""

    def correct_many(self, corrections: Iterable[Correction]) -> list[Correction]:
        """The same for any labels at once."""

    def answer_suggestions(self, photo_ids: Sequence[int], yes: bool) -> Answered:
        """Say yes or no to all that the machine suggests for these photos."""

    # learning
    # ----------------------------------------------------------------------------------------------

    def versions(self, label_id: int | None = None, here: bool = False) -> list[Version]:
        """Stored prompt versions, newest first."""

    def activate(self, version_id: int) -> PhotosChanged:
        """Tag the library with this version from now on."""

    def review(self, n: int = 20, label_id: int | None = None) -> list[ReviewItem]:
        """The questions whose answers teach most."""

    # problems
    # ----------------------------------------------------------------------------------------------

    def failures(self) -> list[Failure]:
        """Photos that could not be read."""

    def retry(self, photo_ids: Sequence[int]) -> PhotosChanged:
        """Try these again at the next `sync`."""

    def ignore(self, photo_ids: Sequence[int], ignored: bool = True) -> PhotosChanged:
        """Do not list these as problems any more, or list them again."""

    def forget(self, photo_ids: Sequence[int]) -> str:
        """Hide rows whose files went to the trash; the token brings them back."""

    def recall(self, token: str) -> PhotosChanged:
        """Undo a `forget`."""

    # about
    # ----------------------------------------------------------------------------------------------

    def models(self) -> list[ModelInfo]:
        """The catalogue of models."""

    def model(self) -> ModelInfo:
        """The model in use."""

    def model_name(self) -> str:
        """Its name, known at once."""

    def doctor(self) -> dict[str, object]:
        """What a bug report needs."""

    def place(self) -> str:
        """The library's directory, as text for display."""

    def precisions(self) -> list[str]:
        """The precisions of the device in use."""

    def thumbnail_format(self) -> tuple[int, int]:
        """Long side in pixels and JPEG quality."""

    def set_thumbnail_format(self, side: int, quality: int) -> None:
        """Choose both."""

    def export(self, format: Literal["csv", "json"] = "csv") -> str:
        """All effective tags and corrections as one text."""

    # what other programs read, and what is kept
    # ----------------------------------------------------------------------------------------------

    def sidecars(self, wanted: bool | None = None) -> bool:
        """Whether confirmed labels are written into sidecars; `wanted` decides it."""

    def write_sidecars(self) -> Generator[Step, None, SidecarReport]:
        """Job: bring the sidecars up to date."""

    def keywords(self) -> list[tuple[str, int]]:
        """Keywords that other programs left, with how many photos have each."""

    def take_keywords(self) -> Generator[Step, None, KeywordsRead]:
        """Job: those keywords become labels."""

    def restore_words(self, file: str = "") -> Restored:
        """Labels and corrections of a saved file (default: the newest)."""


#: The names of the verbs: nothing else of a library is ever called for a window.
VERBS = frozenset(name for name in vars(Verbs) if not name.startswith("_"))


class Served(Verbs, Protocol):
    """A library as the thread needs it that serves a window."""

    def take_changes(self) -> PhotosChanged:
        """What verbs (not jobs) changed since the last call."""

    def take_work(self) -> Generator[Step, None, None] | None:
        """Job: what verbs left to do; None where there is nothing."""

    def close(self) -> None:
        """Release everything; closing twice is fine."""
