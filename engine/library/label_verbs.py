"""The verbs about labels, corrections and versions.

What a person says about photos, and what follows at once.

Knows: which labels must be tagged anew after which act. Does not know: photos on the disk, jobs
(`library`), SQL (`engine.store`), how a score is made (`zero_shot`) or learned (`engine.learning`).
`Library` inherits these verbs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import resources
from engine.library.parts import Parts
from engine.records import (
    AlbumenError,
    Answered,
    Correction,
    Label,
    Merged,
    PhotosChanged,
    Source,
    Version,
)


class LabelVerbs(Parts):
    """Verbs over the labels of one library."""

    # labels
    # ----------------------------------------------------------------------------------------------

    def labels(self) -> list[Label]:
        """All labels with their counts, by name."""
        return self._counts.labels()

    def add_labels(self, names: Sequence[str], group: str | None = None) -> list[Label]:
        """Define labels and tag the library with them at once.

        Existing ones are returned as they are.

        `group`: name of an exclusive group (exactly one of its labels is on a photo, decided by
        softmax); given for existing labels, moves them into it. A new `not X` beside an existing
        `X` is put into one group with it. AlbumenError for an empty name, one longer than 100
        characters, or one with line breaks.
        """
        ids: list[int] = []
        touched: list[int] = []
        with self._store.transaction():  # one for all: each waits for the disk
            for name, group_of in self._store.labels.with_rivals(names, group):
                found, new = self._store.labels.add([name], group_of)
                ids += [id_ for id_ in found if id_ not in ids]
                touched += new
        self._followups.labels_changed(touched)
        return self._store.labels.counted(ids)

    def remove_labels(self, label_ids: Sequence[int]) -> str:
        """Remove labels with their tags and corrections from sight.

        The token brings all back by `restore_labels`.
        """
        rivals = self._store.labels.rivals(label_ids)
        token = self._store.labels.remove(label_ids)
        self._followups.labels_changed(rivals)
        return token

    def restore_labels(self, token: str) -> list[Label]:
        """Undo a `remove_labels`."""
        ids = self._store.labels.restore(token)
        return self._followups.labels_changed(ids)

    def rename_label(self, label_id: int, name: str) -> Label:
        """Give a label another name.

        Corrections and learned versions stay, an untrained label is tagged anew.
        """
        self._store.labels.update(label_id, name=name)
        return self._followups.labels_changed([label_id])[0]

    def merge_labels(self, into_id: int, from_id: int) -> Merged:
        """Move the corrections of one label to another and remove the first.

        The other wins where both spoke; what is returned takes it back by `unmerge_labels`.
        """
        rivals = self._store.labels.rivals([into_id, from_id])
        token, moved = self._store.corrections.merge(into_id, from_id)
        self._followups.labels_changed([into_id, *rivals])
        return Merged(self._store.labels.counted([into_id])[0], token, moved)

    def unmerge_labels(self, merged: Merged) -> list[Label]:
        """Undo a `merge_labels`; returns the label that stayed and the one that is back."""
        back = self._store.corrections.unmerge(merged.into.id, merged.token, merged.moved)
        ids = [merged.into.id, *back]
        self._followups.labels_changed([*ids, *self._store.labels.rivals(ids)])
        return self._store.labels.counted(ids)

    def update_label(
        self,
        label_id: int,
        *,
        group: str | Literal["keep"] | None = "keep",
        color: str | None = None,
        pinned: int | None = None,
        threshold: float | None = None,
    ) -> Label:
        """Change a label's group, colour, key or dial.

        Group "keep": leave it, None: no group; key 0: none; dial: -1..+1.
        """
        dial = None if threshold is None else min(max(threshold, -1.0), 1.0)
        asked: dict[str, str | float | None] = {"color": color, "pinned": pinned, "threshold": dial}
        values: dict[str, str | float | None] = {
            name: value for name, value in asked.items() if value is not None
        }
        if group != "keep":
            values["group_name"] = (group or "").strip() or None
        rivals = self._store.labels.rivals([label_id])
        if values:
            self._store.labels.update(label_id, **values)
        self._counts.clear()
        if values.keys() & {"group_name", "threshold"}:
            self._followups.labels_changed([label_id, *rivals])
        return self._store.labels.counted([label_id])[0]

    def starter_labels(self) -> list[str]:
        """About 60 common labels to offer at first run."""
        return [name for names in self.starter_categories().values() for name in names]

    def starter_categories(self, chinese: bool = False) -> dict[str, list[str]]:
        """The same by category (`resources/starter_labels.txt`).

        `chinese`: named in Chinese, which is understood.
        """
        categories: dict[str, list[str]] = {}
        for line in resources.path("starter_labels.txt").read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                names = categories.setdefault(line.strip("[] "), [])
            elif line.strip() and not line.startswith("#"):
                english, _, translated = line.partition("\t")
                names.append(translated if chinese else english)
        return categories

    # corrections
    # ----------------------------------------------------------------------------------------------

    def correct(
        self,
        label_id: int,
        yes: Sequence[int] = (),
        no: Sequence[int] = (),
        clear: Sequence[int] = (),
    ) -> list[Correction]:
        """Say that photos have (`yes`) or do not have (`no`) a label.

        `clear` takes back what was said.

        On disk before it returns. Returns what had been said before (None: nothing), for
        `correct_many` to undo it.
        """
        words = [(yes, True), (no, False), (clear, None)]
        said = [
            Correction(photo_id, label_id, present) for ids, present in words for photo_id in ids
        ]
        if len({correction.photo_id for correction in said}) < len(said):
            raise AlbumenError(
                "A photo cannot be corrected to yes and to no at once; name each photo once."
            )
        return self.correct_many(said)

    def correct_many(self, corrections: Iterable[Correction]) -> list[Correction]:
        """The same for any labels in one transaction.

        Returns the previous words in an order that undoes it.
        """
        said = list(corrections)
        previous = self._store.corrections.correct(said)
        names = self._store.labels.names()
        grouped = sorted({word.photo_id for word in said if names[word.label_id][1] is not None})
        # In an exclusive group one word decides about the others.
        if grouped and self._store.embeddings.any():
            self._model.recognition().tag_photos(grouped)
        self._counts.clear()
        self._followups.collect(
            PhotosChanged(ids=tuple(word.photo_id for word in previous), labels=True)
        )
        return previous

    def answer_suggestions(self, photo_ids: Sequence[int], yes: bool) -> Answered:
        """Say yes or no to everything that the machine suggests for these photos, as one act.

        What a person has said about them stays. On disk before it returns.
        """
        words = [
            Correction(tag.photo_id, tag.label_id, yes)
            for tag in self._store.tags.of(photo_ids)
            if tag.present and tag.source is Source.MACHINE
        ]
        previous = self.correct_many(words) if words else []
        return Answered(tuple(words), tuple(previous))

    # learning
    # ----------------------------------------------------------------------------------------------

    def versions(self, label_id: int | None = None, here: bool = False) -> list[Version]:
        """Stored prompt versions, newest first.

        `here`: only those that the model in use can tag with.
        """
        return self._store.versions.listed(label_id, self._model.last_number() if here else None)

    def activate(self, version_id: int) -> PhotosChanged:
        """Tag the library with this version of its label from now on, also an older one."""
        label_id = self._store.versions.head(version_id).label_id
        if self._store.versions.model_of(version_id) != self._model.recognition().number:
            raise AlbumenError(
                "Version {number} belongs to another model; switch to that model first.",
                number=version_id,
            )
        self._store.versions.activate(version_id)
        self._followups.labels_changed([label_id])
        return self._followups.take_changes()
