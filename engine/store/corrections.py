"""What a person said about photos: yes or no to a label.

A person's word is written and deleted by a person's word only. Knows: what follows from a word for
the other labels of a group, and what is new since a training. Does not know: what the machine says
(`tags`), how anything is learned.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterable, Sequence

from engine.records import AlbumenError, Correction
from engine.store.database import Database
from engine.store.labels import Labels
from engine.store.photos import Photos


class Corrections:
    """The corrections of one library."""

    def __init__(self, database: Database, labels: Labels, photos: Photos) -> None:
        self._database = database
        self._labels = labels
        self._photos = photos

    def correct(self, corrections: Sequence[Correction]) -> list[Correction]:
        """Write a person's words in one durable transaction.

        Returns the words before, in an order that undoes it.
        """
        self._labels.require({correction.label_id for correction in corrections})
        known = self._photos.paths(sorted({correction.photo_id for correction in corrections}))
        for correction in corrections:
            if correction.photo_id not in known:
                raise AlbumenError(
                    "There is no photo number {number} in this library.",
                    number=correction.photo_id,
                )
        previous = []
        now = time.time()
        with self._database.transaction() as connection:
            for correction in corrections:
                key = (correction.label_id, correction.photo_id)
                found = self._database.rows(
                    "SELECT present FROM corrections WHERE label_id = ? AND photo_id = ?", key
                )
                before = bool(found[0][0]) if found else None
                previous.append(Correction(correction.photo_id, correction.label_id, before))
                if correction.present is None:
                    connection.execute(
                        "DELETE FROM corrections WHERE label_id = ? AND photo_id = ?", key
                    )
                elif correction.present != before:
                    # Saying the same again is nothing new to learn from.
                    connection.execute(
                        "REPLACE INTO corrections (label_id, photo_id, present, made_at) "
                        "VALUES (?, ?, ?, ?)",
                        (*key, int(correction.present), now),
                    )
        return previous[::-1]

    def about(self, label_id: int) -> dict[int, bool]:
        """What a person said about a label: photo id -> yes or no."""
        return {photo_id: present for _, photo_id, present in self.words(label_id)}

    def words(self, label_id: int) -> list[tuple[int, int, bool]]:
        """(label id, photo id, yes or no) of everything a person said about a label."""
        rows = self._database.rows(
            "SELECT photo_id, present FROM corrections WHERE label_id = ?", (label_id,)
        )
        return [(label_id, photo_id, bool(present)) for photo_id, present in rows]

    def implied(self, label_id: int) -> dict[int, bool]:
        """What follows for a label.

        Its own corrections, and those of the others in its exclusive group: yes to one is no to the
        rest, and no to all the rest is yes.
        """
        names = self._labels.names()
        group = names[label_id][1]
        own = self.about(label_id)
        if group is None:
            return own
        rivals = [
            self.about(id_) for id_, (_, of) in names.items() if of == group and id_ != label_id
        ]
        follows: dict[int, bool] = {}
        for photo_id in set().union(*rivals):
            words = [rival.get(photo_id) for rival in rivals]
            if True in words:
                follows[photo_id] = False
            elif None not in words:
                follows[photo_id] = True
        return follows | own

    def answered(self) -> set[tuple[int, int]]:
        """(photo id, label id) of everything a person has said."""
        return set(self._database.rows("SELECT photo_id, label_id FROM corrections"))

    def untrained(self, model: int | None) -> dict[int, int]:
        """Labels with corrections that came after their last training for a model -> how many."""
        return dict(
            self._database.rows(
                """SELECT label_id, count(*) FROM corrections c JOIN labels l ON l.id = label_id
                    WHERE removed IS NULL AND made_at > coalesce(
                        (SELECT trained_at FROM trainings t
                            WHERE t.label_id = c.label_id AND t.model = ?), 0)
                    GROUP BY label_id""",
                (model,),
            )
        )

    def mark_trained(self, model: int, label_ids: Sequence[int], moment: float) -> None:
        """Remember that training for a model looked at these labels' corrections up to a moment."""
        with self._database.transaction(durable=False) as connection:
            connection.executemany(
                "REPLACE INTO trainings (label_id, model, trained_at) VALUES (?, ?, ?)",
                [(id_, model, moment) for id_ in label_ids],
            )

    def merge(self, into_id: int, from_id: int) -> tuple[str, tuple[int, ...]]:
        """Give what a person said about one label to another, and remove the first.

        The other wins where both spoke; the first's own words stay under the token. Returns (token,
        photo ids that `into_id` had no word about before).
        """
        self._labels.require([into_id, from_id])
        if into_id == from_id:
            raise AlbumenError("A label cannot be merged with itself.")
        with self._database.transaction() as connection:
            moved = sorted(self.about(from_id).keys() - self.about(into_id).keys())
            connection.execute(
                """INSERT OR IGNORE INTO corrections (label_id, photo_id, present, made_at)
                    SELECT ?, photo_id, present, made_at FROM corrections WHERE label_id = ?""",
                (into_id, from_id),
            )
            return self._labels.remove([from_id]), tuple(moved)

    def unmerge(self, into_id: int, token: str, moved: Iterable[int]) -> list[int]:
        """Undo `merge`: take the `moved` words from `into_id` and bring the removed label back.

        Returns its id in a list. AlbumenError where a label of the same name was made meanwhile:
        then nothing is changed.
        """
        self._labels.require([into_id])
        with self._database.transaction() as connection:
            back = self._labels.restore(token)
            connection.executemany(
                "DELETE FROM corrections WHERE label_id = ? AND photo_id = ?",
                [(into_id, id_) for id_ in moved],
            )
        return back

    def photos(self) -> array[int]:
        """Ids (N,) of photos that somebody said something about."""
        return self._database.ids("SELECT DISTINCT photo_id FROM corrections")

    def total(self) -> int:
        """How many there are."""
        return self._database.number("SELECT count(*) FROM corrections")

    def fingerprint(self) -> list[tuple[int, float | None, float]]:
        """One row that changes when a word does: how many, the moment of the last, the yeses."""
        return self._database.rows("SELECT count(*), max(made_at), total(present) FROM corrections")

    def with_contents(self) -> list[tuple[int, str, bytes, int]]:
        """(label id, content hash, path, yes or no) of each, in the order in which they were said.

        By the content a word finds its photo in another library.
        """
        return self._database.rows(
            """SELECT label_id, content_hash, path, present FROM corrections
                JOIN photos ON photos.id = photo_id
                WHERE label_id IN (SELECT id FROM labels WHERE removed IS NULL) ORDER BY made_at"""
        )
