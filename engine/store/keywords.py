"""Words beside the labels: keywords that other programs left in the photos, and those that were
written into sidecars.

Knows: which photos' sidecars do not say what their person says. Does not know: the files
(`engine.images.keywords`, `engine.library.sidecar`), labels.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from engine.store.database import Database
from engine.store.photos import SHOWN


class StaleSidecar(NamedTuple):
    """A photo whose sidecar does not say what its person says.

    `keywords`: those it should have; `before`: those written last, of which only these may be
    taken out again.
    """

    photo_id: int
    path: bytes
    keywords: tuple[str, ...]
    before: tuple[str, ...]


class Keywords:
    """The keywords of one library."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counted(self) -> list[tuple[str, int]]:
        """(keyword, how many photos that can be seen have it), the most frequent first."""
        return self._database.rows(
            f"""SELECT word, count(*) FROM keywords JOIN photos ON photos.id = photo_id
                WHERE {SHOWN} GROUP BY word ORDER BY count(*) DESC, word"""
        )

    def by_photo(self) -> dict[int, list[str]]:
        """The keywords in each photo that has some, by id."""
        found: dict[int, list[str]] = {}
        for photo_id, word in self._database.rows("SELECT photo_id, word FROM keywords"):
            found.setdefault(photo_id, []).append(word)
        return found

    def stale_sidecars(self) -> list[StaleSidecar]:
        """Photos that can be reached and whose sidecar is behind, by path.

        Compared with what was written last.
        """
        rows = self._database.rows(
            f"""WITH said AS (
                SELECT photo_id, json_group_array(name) AS words FROM (
                    SELECT photo_id, name FROM corrections JOIN labels l ON l.id = label_id
                    WHERE present AND removed IS NULL ORDER BY photo_id, l.folded)
                GROUP BY photo_id)
            SELECT p.id, p.path, coalesce(said.words, '[]'), s.path, coalesce(s.keywords, '[]')
                FROM photos p
                LEFT JOIN said ON said.photo_id = p.id LEFT JOIN sidecars s ON s.photo_id = p.id
                WHERE p.id IN (SELECT photo_id FROM said UNION SELECT photo_id FROM sidecars)
                    AND {SHOWN} AND state IN ('ok', 'pending', 'failed')
                    AND (coalesce(said.words, '[]') != coalesce(s.keywords, '[]')
                        OR (s.path != p.path AND said.words IS NOT NULL))
                ORDER BY p.path"""
        )
        # A photo that moved without its sidecar gets a new one: nothing was written beside it yet.
        return [
            StaleSidecar(
                id_,
                path,
                tuple(json.loads(words)),
                tuple(json.loads(before)) if path == written else (),
            )
            for id_, path, words, written, before in rows
        ]

    def mark_written(self, sidecars: Iterable[tuple[int, bytes, Sequence[str]]]) -> None:
        """Remember (photo id, path, keywords) of sidecars that were written.

        Lost with the power: then they are compared and written again.
        """
        with self._database.transaction(durable=False) as connection:
            connection.executemany(
                "REPLACE INTO sidecars (photo_id, path, keywords) VALUES (?, ?, ?)",
                [
                    (photo_id, path, json.dumps(words, ensure_ascii=False))
                    for photo_id, path, words in sidecars
                ],
            )
