"""The verbs about what other programs read and wrote, and what outlives the database.

Knows: what follows when words come in from elsewhere. Does not know: the files (`sidecar`,
`store.export`, `store.words_backup`). `Library` inherits these verbs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from pathlib import Path
from typing import Literal

from engine.library.parts import Parts
from engine.library.sidecar import Sidecars
from engine.records import (
    AlbumenError,
    KeywordsRead,
    PhotosChanged,
    Restored,
    SidecarReport,
    Step,
)
from engine.store import words_backup


class ExchangeVerbs(Parts):
    """Verbs between one library and files of other programs, and its own backups."""

    @property
    def _sidecars(self) -> Sidecars:
        return Sidecars(self._store)

    def export(self, format: Literal["csv", "json"] = "csv") -> str:
        """All effective tags and corrections as one text."""
        from engine.store.export import export

        return export(self._store, format)

    # sidecars
    # ----------------------------------------------------------------------------------------------

    def sidecars(self, wanted: bool | None = None) -> bool:
        """Whether confirmed labels are written into sidecars (`photo.jpg.xmp`) beside the photos.

        Off at first. `wanted` turns it on (the next `sync` or `write_sidecars` writes them) or off
        (files that exist stay).
        """
        if wanted is not None:
            self._sidecars.want(wanted)
        return self._sidecars.wanted

    def write_sidecars(self) -> Generator[Step, None, SidecarReport]:
        """Job: bring the sidecars up to date with what the person confirmed.

        Nothing while they are off.
        """
        return (yield from self._sidecars.run()) if self._sidecars.wanted else SidecarReport()

    def keywords(self) -> list[tuple[str, int]]:
        """Keywords that other programs wrote into the photos.

        With how many have each, the most frequent first.
        """
        return self._store.keywords.counted()

    def take_keywords(self) -> Generator[Step, None, KeywordsRead]:
        """Job: keywords that other programs left become labels, confirmed for their photos.

        They are read from photos and sidecars.
        """
        report = yield from self._sidecars.take_keywords()
        self._followups.labels_changed(report.labels)
        self._followups.collect(
            PhotosChanged(ids=tuple(word.photo_id for word in report.previous), labels=True)
        )
        return report

    # safekeeping
    # ----------------------------------------------------------------------------------------------

    def restore_words(self, file: str = "") -> Restored:
        """Take up labels and corrections from a file that was saved beside the database.

        Default: the newest. For what is said about nothing yet: after the database was lost, and
        its photos were added and synced again.
        """
        kept = words_backup.files(self._store)
        if not file and not kept:
            raise AlbumenError(
                "There are no saved words in {path}.", path=str(self._store.directory / "backups")
            )
        restored = words_backup.restore(self._store, Path(file) if file else kept[0])
        grouped = {id_: of for id_, (_, of) in self._store.labels.names().items()}
        touched = {
            word.label_id for word in restored.previous if grouped[word.label_id] is not None
        }
        self._followups.labels_changed([*restored.labels, *touched.difference(restored.labels)])
        self._followups.collect(
            PhotosChanged(ids=tuple({word.photo_id for word in restored.previous}), labels=True)
        )
        return restored

    def _save_words(self) -> None:
        """Best effort: every word is in the database.

        This is a copy for the day when that is lost.
        """
        with contextlib.suppress(OSError, AlbumenError):
            words_backup.save(self._store)
