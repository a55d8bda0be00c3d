"""What models made of the photos and of words: vectors, side by side for each model, never mixed.

Knows: which photos a model has encoded. Does not know: tensors (a vector is bytes here), what a
vector is good for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.store.database import Database, in_portions, marks
from engine.store.photos import SHOWN, UNSEEN


class Embeddings:
    """The vectors in one library."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def model_number(self, model_id: str, name: str) -> int:
        """The number that stands for a model id in this file, given out on first use."""
        found = self._database.rows("SELECT id FROM models WHERE model_id = ?", (model_id,))
        if found:
            return int(found[0][0])
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO models (model_id, name) VALUES (?, ?)", (model_id, name)
            )
        return self.model_number(model_id, name)

    def portions(
        self, model: int, unseen: bool = False, portion: int = 8192
    ) -> Iterator[list[tuple[int, bytes, float]]]:
        """(photo id, vector, centre) of every photo that can be seen, in portions.

        `unseen`: of all photos.
        """
        # Where one model is all there is, reading the table from end to end takes half the time of
        # going by its index.
        scanned = "+" if self._database.number("SELECT count(*) FROM models") == 1 else ""
        hidden = "" if unseen else f"AND photo_id NOT IN (SELECT id FROM photos WHERE {UNSEEN})"
        return self._database.portions(
            f"""SELECT photo_id, vector, centre FROM embeddings WHERE {scanned}model = ?
                {hidden}""",
            (model,),
            portion,
        )

    def of(self, model: int, ids: Sequence[int]) -> list[tuple[int, bytes, float]]:
        """The same of these photos, as far as they have one and can be seen."""
        found = []
        for some in in_portions(ids):
            found += self._database.rows(
                f"""SELECT photo_id, vector, centre FROM embeddings
                    JOIN photos ON photos.id = photo_id
                    WHERE model = ? AND {SHOWN} AND photo_id IN ({marks(some)})""",
                (model, *some),
            )
        return found

    def by_content(self, model: int, hashes: Sequence[str]) -> list[tuple[str, bytes]]:
        """(content hash, vector) of contents that a model has encoded, each once."""
        return self._database.rows(
            f"""SELECT content_hash, vector FROM photos
                JOIN embeddings ON photo_id = id AND model = ?
                WHERE content_hash != '' AND content_hash IN ({marks(hashes)})
                GROUP BY content_hash""",
            (model, *hashes),
        )

    def count(self, model: int) -> int:
        """How many photos a model has encoded, seen or not."""
        return self._database.number("SELECT count(*) FROM embeddings WHERE model = ?", (model,))

    def any(self) -> bool:
        """True when any photo was encoded by any model."""
        return bool(self._database.number("SELECT EXISTS (SELECT 1 FROM embeddings)"))

    def vocabulary_of(self, model: int) -> str:
        """Digest of the words that a model's stored centres were made with."""
        return str(
            self._database.rows("SELECT vocabulary FROM models WHERE id = ?", (model,))[0][0]
        )

    def put_centres(self, model: int, vocabulary: str, rows: Iterable[tuple[float, int]]) -> None:
        """Replace all (centre, photo id) of a model after the vocabulary changed."""
        with self._database.transaction(durable=False) as connection:
            connection.executemany(
                f"UPDATE embeddings SET centre = ? WHERE photo_id = ? AND model = {model}", rows
            )
            connection.execute("UPDATE models SET vocabulary = ? WHERE id = ?", (vocabulary, model))

    def put(self, model: int, rows: Iterable[tuple[int, bytes, float]]) -> None:
        """Store (photo id, vector, centre) rows of a model."""
        with self._database.transaction(durable=False) as connection:
            connection.executemany(
                "REPLACE INTO embeddings (model, photo_id, vector, centre) VALUES (?, ?, ?, ?)",
                [(model, *row) for row in rows],
            )

    def text_features(self, model: int, key: str) -> bytes | None:
        """Stored text features (float32), or None."""
        found = self._database.rows(
            "SELECT features FROM text_features WHERE model = ? AND key = ?", (model, key)
        )
        return bytes(found[0][0]) if found else None

    def put_text_features(self, model: int, features: Iterable[tuple[str, bytes]]) -> None:
        """Remember text features of a model."""
        with self._database.transaction(durable=False) as connection:
            connection.executemany(
                "REPLACE INTO text_features (model, key, features) VALUES (?, ?, ?)",
                [(model, key, data) for key, data in features],
            )

    def total(self) -> int:
        """How many vectors there are, of all models."""
        return self._database.number("SELECT count(*) FROM embeddings")

    def sizes(self) -> list[tuple[int, int, int]]:
        """(model, photos that it has encoded, bytes of a vector) of each model."""
        return self._database.rows(
            """SELECT id, (SELECT count(*) FROM embeddings WHERE model = models.id),
                coalesce((SELECT length(vector) FROM embeddings WHERE model = models.id LIMIT 1), 0)
                FROM models"""
        )

    def count_others(self, model: int) -> int:
        """How many vectors there are of all models but one."""
        return self._database.number("SELECT count(*) FROM embeddings WHERE model != ?", (model,))

    def remove_others(self, model: int, most: int) -> None:
        """Delete vectors of all models but one, at most so many."""
        with self._database.transaction(durable=False) as connection:
            connection.execute(
                """DELETE FROM embeddings WHERE rowid IN
                    (SELECT rowid FROM embeddings WHERE model != ? LIMIT ?)""",
                (model, most),
            )

    def remove(self, photo_id: int) -> None:
        """Delete what all models made of a photo: its content is another now."""
        with self._database.transaction(durable=False) as connection:
            connection.execute("DELETE FROM embeddings WHERE photo_id = ?", (photo_id,))
