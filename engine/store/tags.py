"""Which photos have which labels: the machine's tags, which may be replaced at any time.

Where a person has spoken, the person's word stands in the machine's place. Knows: which tags are so
close to their line that they are worth a question. Does not know: how a score is made.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from engine.records import Source, Tag
from engine.store.database import Database, in_portions, marks

UNCERTAIN = 0.8
"""A machine tag this little above its line is worth a question, in units of z (log-odds)."""
_UNCERTAIN_PROBABILITY = 0.69  # the same for a calibrated tag: sigmoid(0.8)

_UNCERTAIN = (
    "SELECT photo_id FROM tags t WHERE "
    f"score < CASE WHEN calibrated THEN {_UNCERTAIN_PROBABILITY} ELSE {UNCERTAIN} END"
)
_INSERT_TAG = "INSERT INTO tags (label_id, photo_id, score, calibrated) VALUES (?, ?, ?, ?)"
TagRow = tuple[int, int, float, bool]
"""A machine tag as stored: label id, photo id, score, calibrated."""

_CORRECTED = "SELECT photo_id FROM corrections"
_NOT_SPOKEN_OF = """NOT EXISTS
    (SELECT 1 FROM corrections c WHERE c.label_id = t.label_id AND c.photo_id = t.photo_id)"""


class Tags:
    """The tags of one library."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, photo_ids: Sequence[int]) -> list[Tag]:
        """Tags of these photos, corrections winning.

        Photos in the order given, a person's words first, then by score.
        """
        found: dict[int, list[Tag]] = {id_: [] for id_ in photo_ids}
        for some in in_portions(photo_ids):
            for photo_id, label_id, name, score, calibrated, person, present in self._database.rows(
                f"""SELECT photo_id, label_id, name, score, calibrated, person, present
                    FROM effective_tags JOIN labels ON labels.id = label_id
                    WHERE photo_id IN ({marks(some)}) AND removed IS NULL
                    ORDER BY person DESC, score DESC, folded""",
                some,
            ):
                source = Source.PERSON if person else Source.MACHINE
                found[photo_id].append(
                    Tag(photo_id, label_id, name, score, source, bool(present), bool(calibrated))
                )
        return [tag for id_ in dict.fromkeys(photo_ids) for tag in found[id_]]

    def replace(
        self, rows: Iterable[TagRow], label_ids: Sequence[int], between: tuple[int, int]
    ) -> None:
        """Write machine tags in the place of all those of these labels.

        On photos with ids `between` two (both included).
        """
        with self._database.transaction(durable=False) as connection:
            connection.executemany(
                "DELETE FROM tags WHERE label_id = ? AND photo_id BETWEEN ? AND ?",
                [(id_, *between) for id_ in label_ids],
            )
            connection.executemany(_INSERT_TAG, rows)

    def replace_on(self, photo_ids: Sequence[int], rows: Iterable[TagRow]) -> None:
        """Write machine tags in the place of all those of these photos."""
        with self._database.transaction(durable=False) as connection:
            connection.executemany(
                "DELETE FROM tags WHERE photo_id = ?", [(id_,) for id_ in photo_ids]
            )
            connection.executemany(_INSERT_TAG, rows)

    def tagged(self, label_id: int) -> array[int]:
        """Ids (N,) of photos that the machine tags with a label now."""
        return self._database.ids("SELECT photo_id FROM tags WHERE label_id = ?", (label_id,))

    def with_label(self, label_id: int) -> array[int]:
        """Ids (N,) of photos that have a label, by the machine or by a person, who wins."""
        return self._database.ids(
            "SELECT photo_id FROM effective_tags WHERE label_id = ? AND present", (label_id,)
        )

    # Asking of each of a million tags whether somebody spoke about it takes many times as long as
    # asking this of the few photos with corrections: so these two come in two parts each.

    def uncertain(self) -> array[int]:
        """Ids (N,) of photos with a machine tag close to its line.

        Of those with corrections `uncertain_besides_words` tells.
        """
        return self._database.ids(_UNCERTAIN)

    def uncertain_besides_words(self) -> array[int]:
        """Ids (N,) of photos with corrections, and a tag close to its line that none is about."""
        return self._database.ids(
            f"{_UNCERTAIN} AND photo_id IN ({_CORRECTED}) AND {_NOT_SPOKEN_OF}"
        )

    def labelled(self) -> array[int]:
        """Ids (N,) of photos with a label by the machine.

        Of those with corrections `labelled_by_words` tells.
        """
        return self._database.ids("SELECT DISTINCT photo_id FROM tags")

    def labelled_by_words(self) -> array[int]:
        """Ids (N,) of photos with corrections that have a label: a yes, or a tag without a no."""
        return self._database.ids(
            f"""SELECT photo_id FROM tags t
                WHERE photo_id IN ({_CORRECTED}) AND {_NOT_SPOKEN_OF}
                UNION ALL SELECT photo_id FROM corrections
                WHERE present AND label_id IN (SELECT id FROM labels WHERE removed IS NULL)"""
        )

    def all_of_shown(self) -> list[tuple[bytes, str, int, int, float]]:
        """(path, label, present, by a person, score) of every photo that can be seen, by path."""
        return self._database.rows(
            """SELECT path, l.name, present, person, score FROM effective_tags t
                JOIN photos ON photos.id = photo_id JOIN labels l ON l.id = label_id
                WHERE hidden IS NULL AND state != 'missing' AND removed IS NULL
                ORDER BY path, person DESC, l.folded"""
        )
