"""What the model in use says about the library's photos.

Embeddings in memory, label heads, machine tags, ranking.

Knows: how model, index, heads and store are kept in step. Does not know: how a score is made
(`zero_shot`), SQL (`engine.store`), files, what a person is shown. Importing it imports torch;
`active_model` does so on first need.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import repeat

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.clip import weights, zero_shot
from engine.clip.chinese import in_english
from engine.clip.zero_shot import Head, Scorer, Vocabulary
from engine.images.decode_pool import DecodePool
from engine.messages import message, to_json
from engine.records import AlbumenError, Failure
from engine.search.embedding_index import EmbeddingIndex, pack, unpack
from engine.store.store import Store
from engine.store.versions import StoredHead

_BEFORE = message("The words of the label, before any correction.")
_ROOM = 16384
_PORTION = 8192  # photos tagged per step over the whole library: about a tenth of a second
# Labels whose text features are made per step: two tenths of a second where the text encoder is
# large.
_NAMES = 4
_SECONDS_PER_TAG = 3e-7  # a photo with a label, measured with 100,000 photos and 60 labels
_SECONDS_PER_WEIGHT = 4e-10  # of the text encoder, for one short text
_LARGEST_ID = 2**63 - 1


class Recognition:
    """One model over one library.

    Everything is loaded when first needed and kept until the object goes.
    """

    def __init__(self, store: Store, name: str, device: str, precision: str = "auto") -> None:
        """Load the model `name`. Raises AlbumenError when it cannot be."""
        self._store = store
        self.model = weights.load(name, device, precision)
        self.number = store.embeddings.model_number(self.model.model_id, name)
        self._vocabulary: Vocabulary | None = None
        self._index: EmbeddingIndex | None = None
        self._heads: list[StoredHead] | None = None
        self._queries: dict[str, Tensor] = {}

    # vectors
    # ----------------------------------------------------------------------------------------------

    @property
    def vocabulary(self) -> Vocabulary:
        """The wide vocabulary in this model's space; encoded once and kept in the store."""
        if self._vocabulary is None:
            words = zero_shot.vocabulary_words()
            key = _vocabulary_key()
            stored = self._store.embeddings.text_features(self.number, key)
            if stored is None:
                features = zero_shot.vocabulary(self.model).features
                self._store.embeddings.put_text_features(self.number, [(key, as_bytes(features))])
            else:
                features = _tensor(stored).view(len(words), -1)
            self._vocabulary = Vocabulary(
                words, features, float(self.model.clip.logit_scale.detach().exp())
            )
        return self._vocabulary

    @property
    def index(self) -> EmbeddingIndex:
        """The embeddings of all photos that can be seen."""
        for _ in self._load():
            pass
        assert self._index is not None
        return self._index

    def _load(self) -> Iterator[None]:
        """Load the index in short steps; given up when the store changes between two of them."""
        if self._index is not None:
            return
        self._renew_centres()
        index = EmbeddingIndex(self.model.embed_dim)
        count = self._store.embeddings.count(self.number)
        index.reserve(count + count // 4 + _ROOM)  # room to grow costs no memory before it is used
        before = self._store.changes()
        for rows in self._store.embeddings.portions(self.number):
            index.put(*self._read(rows))
            yield
            if self._index is not None or self._store.changes() != before:
                return
        self._index = index

    def get_ready(self) -> Iterator[None]:
        """Have made and loaded, in short steps, what the first photo or search needs."""
        if (
            self._vocabulary is None
            and self._store.embeddings.text_features(self.number, _vocabulary_key()) is None
        ):
            yield from zero_shot.encode_vocabulary(self.model)
        yield from self.prepare(
            self._store.labels.names().keys() - self._store.versions.zero_shot(self.number).keys()
        )
        yield from self._load()

    def _renew_centres(self) -> None:
        """The vocabulary changes with the program.

        The centre that is stored with each embedding follows it.
        """
        digest = _digest(self.vocabulary.words)
        if self._store.embeddings.vocabulary_of(self.number) == digest:
            return
        renewed: list[tuple[float, int]] = []
        for rows in self._store.embeddings.portions(self.number, unseen=True):
            ids, vectors, _ = self._read(rows)
            renewed += zip(self.vocabulary.centre(vectors).tolist(), ids, strict=True)
        self._store.embeddings.put_centres(self.number, digest, renewed)

    def _read(self, rows: Sequence[tuple[int, bytes, float]]) -> tuple[list[int], Tensor, Tensor]:
        ids, blobs, centres = zip(*rows, strict=True)
        return list(ids), unpack(blobs, self.model.embed_dim), torch.tensor(centres)

    def text_vectors(self, names: Sequence[str]) -> Tensor:
        """Zero-shot vectors (L, D) of label names.

        Encoded once and kept in the store, under what the model reads.
        """
        prefix = _digest(zero_shot.TEMPLATES)
        names = [in_english(name) for name in names]
        keys = [f"{prefix} {name}" for name in names]
        known = {key: self._store.embeddings.text_features(self.number, key) for key in keys}
        new = [name for name, key in zip(names, keys, strict=True) if known[key] is None]
        if new:
            made = dict(zip(new, zero_shot.text_features(self.model, new), strict=True))
            rows = [(f"{prefix} {name}", as_bytes(vector)) for name, vector in made.items()]
            self._store.embeddings.put_text_features(self.number, rows)
            known |= dict(rows)
        return torch.stack([_tensor(known[key] or b"") for key in keys])

    def query_vector(self, words: str) -> Tensor:
        """The unit text feature (D,) of a query.

        What was asked lately is remembered, in memory only.
        """
        if words not in self._queries:
            if len(self._queries) > 256:
                self._queries.clear()
            self._queries[words] = zero_shot.text_features(
                self.model, [words], zero_shot.QUERY_TEMPLATES
            )[0]
        return self._queries[words]

    # photos come and go
    # --------------------------------------------------------------------------------------------

    def known_content(self, hashes: Sequence[str]) -> dict[str, Tensor]:
        """Vectors (D,) of contents that this model has encoded before, by content hash."""
        rows = self._store.embeddings.by_content(self.number, hashes)
        return dict(
            zip(
                (row[0] for row in rows),
                unpack([row[1] for row in rows], self.model.embed_dim),
                strict=True,
            )
        )

    def store_photos(self, ids: Sequence[int], vectors: Sequence[Tensor], tag: bool = True) -> None:
        """Keep the image features, one (D,) each, of newly encoded photos, and tag them."""
        features = torch.stack([vector.half() for vector in vectors])  # (B, D)
        centre = self.vocabulary.centre(features)  # (B,)
        self.index.put(ids, features, centre)
        self._store.embeddings.put(
            self.number, zip(ids, pack(features), centre.tolist(), strict=True)
        )
        if tag:
            self.tag_photos(ids)

    def reread(self, ids: Sequence[int]) -> None:
        """Follow the store after photos went out of sight or came back.

        Their rows still have embeddings.
        """
        if self._index is None or not ids:
            return
        rows = self._store.embeddings.of(self.number, ids)
        self._index.remove(set(ids) - {row[0] for row in rows})
        if rows:
            self._index.put(*self._read(rows))

    def seen_again(self, ids: Sequence[int]) -> None:
        """Photos that nobody saw for a time are there again.

        Labels may have changed meanwhile: they are tagged anew.
        """
        self.reread(ids)
        self.tag_photos(ids)

    # tags
    # ----------------------------------------------------------------------------------------------

    @property
    def heads(self) -> list[StoredHead]:
        """What tags now, one head per label.

        Labels that this model has not met get their zero-shot version first.
        """
        if self._heads is None:
            names = self._store.labels.names()
            new = sorted(set(names) - set(self._store.versions.zero_shot(self.number)))
            if new:
                members = Counter(group for _, group in names.values())
                groups = [names[id_][1] if members[names[id_][1]] > 1 else None for id_ in new]
                self._make_zero_shot(new, [names[id_][0] for id_ in new], groups)
            self._heads = self._store.versions.heads(self.number)
        return self._heads

    def _make_zero_shot(
        self, label_ids: Sequence[int], names: Sequence[str], groups: Sequence[str | None]
    ) -> None:
        read = [in_english(name) for name in names]
        made = zero_shot.zero_shot_heads(self.vocabulary, read, self.text_vectors(read), groups)
        active = {head.label_id for head in self._store.versions.heads(self.number)}
        with self._store.transaction(durable=False):
            for id_, head in zip(label_ids, made, strict=True):
                self._store.versions.add(
                    *(
                        id_,
                        self.number,
                        "zero-shot",
                        as_bytes(head.vector),
                        (head.anchor, head.threshold),
                    ),
                    active=id_ not in active,
                    report={"sentence": to_json(_BEFORE)},
                )

    def prepare(self, label_ids: Collection[int]) -> Iterator[None]:
        """Have the text features of these labels made, a few per step."""
        names = [name for id_, (name, _) in self._store.labels.names().items() if id_ in label_ids]
        for start in range(0, len(names), _NAMES):
            self.text_vectors(names[start : start + _NAMES])
            yield

    def tagging_seconds(self, label_ids: Sequence[int]) -> float:
        """About how long `tag_labels` takes on a usual computer, text features and all."""
        new = set(label_ids) - set(self._store.versions.zero_shot(self.number))
        texts = (
            len(new)
            * len(zero_shot.TEMPLATES)
            * sum(p.numel() for p in self.model.clip.transformer.parameters())
        )
        return _SECONDS_PER_TAG * len(self.index) * len(label_ids) + _SECONDS_PER_WEIGHT * texts

    def heads_changed(self) -> None:
        """A label, a version or a dial changed in the store."""
        self._heads = None

    def tag_photos(self, ids: Sequence[int]) -> None:
        """Tag these photos with all labels."""
        rows = torch.from_numpy(self.index.rows(ids))
        self._store.tags.replace_on(ids, self._tag_rows(rows[rows >= 0], self.heads))

    def tag_labels(self, label_ids: Sequence[int] | None = None) -> Iterator[int]:
        """Tag the whole library with these labels (None: all).

        And with the rivals in their exclusive groups.

        Each step tags a few thousand photos, in the order of their ids, in one transaction, and
        yields how many are done: the store keeps tags by photo as well as by label, and so touches
        each page once.
        """
        groups = {
            head.group for head in self.heads if label_ids is None or head.label_id in label_ids
        } - {None}
        ids = np.sort(self.index.ids)
        last = -1
        for start in range(0, len(ids), _PORTION):
            some = ids[start : start + _PORTION]
            end = int(some[-1]) if start + _PORTION < len(ids) else _LARGEST_ID
            rows = torch.from_numpy(self.index.rows(some))
            chosen = [  # asked anew: between two steps labels and photos may go
                head
                for head in self.heads
                if label_ids is None or head.label_id in label_ids or head.group in groups
            ]
            found = self._tag_rows(rows[rows >= 0], chosen)
            self._store.tags.replace(found, [head.label_id for head in chosen], (last + 1, end))
            last = end
            yield start + len(some)

    def _tag_rows(
        self, rows: Tensor, heads: Sequence[StoredHead]
    ) -> list[tuple[int, int, float, bool]]:
        """(label id, photo id, score, calibrated) of what the heads put on photos.

        The photos are those in these rows of the index.
        """
        if not heads or not len(rows):
            return []
        scorer = Scorer([tensor_head(head) for head in heads])
        z = scorer.scores(self.index.image_features[rows], self.index.centre[rows])  # (N, L)
        dials = torch.tensor([head.dial for head in heads])  # (L,)
        groups = [head.group for head in heads]
        # (N, L)
        present = zero_shot.decide(self._as_said(z, rows, heads), scorer.thresholds, groups, dials)
        found: list[tuple[int, int, float, bool]] = []
        ids = torch.from_numpy(self.index.ids)[rows]  # (N,)
        for column, head in enumerate(heads):
            at = present[:, column].nonzero()[:, 0]
            here = z[at, column]
            if head.calibration is None:
                scores = here - head.threshold - zero_shot.DIAL * head.dial
            else:
                scores = zero_shot.probability(here, tensor_head(head))
            calibrated = head.calibration is not None
            found += zip(
                repeat(head.label_id),
                ids[at].tolist(),
                scores.tolist(),
                repeat(calibrated),
                strict=False,
            )
        return found

    def _as_said(self, z: Tensor, rows: Tensor, heads: Sequence[StoredHead]) -> Tensor:
        """z (N, L) with a person's words put in for labels of exclusive groups.

        Who says 'cup' has said that 'not cup' is wrong, and who says no to 'cup' leaves the photo
        to the others of its group.
        """
        columns = {
            head.label_id: column for column, head in enumerate(heads) if head.group is not None
        }
        said = [word for label_id in columns for word in self._store.corrections.words(label_id)]
        if not said:
            return z
        z = z.clone()
        place = np.full(len(self.index), -1, np.int64)  # row of the index -> row of z
        place[rows.numpy()] = np.arange(len(rows))
        places = np.append(place, -1)[self.index.rows([photo_id for _, photo_id, _ in said])]
        for at, (label_id, _, present) in zip(places.tolist(), said, strict=True):
            if at >= 0:
                z[at, columns[label_id]] = torch.inf if present else -torch.inf
        return z

    # ranking
    # ----------------------------------------------------------------------------------------------

    def scores(self, words: str, strictness: float = 0.0) -> npt.NDArray[np.float32]:
        """(N,) per row of the index: z above the line of a good match.

        A label of that name that learned lends its head.
        """
        label_id = self._store.labels.find(words)
        head = next(
            (head for head in self.heads if head.label_id == label_id and head.kind != "zero-shot"),
            None,
        )
        if head is None:
            scale = self.vocabulary.logit_scale
            line = zero_shot.MATCH_THRESHOLD
            ranking = Head(scale * self.query_vector(words), scale)
        else:
            ranking = tensor_head(head)
            line = head.threshold + zero_shot.DIAL * head.dial
        anchors = (ranking.anchor * self.index.centre).numpy() + np.float32(
            line + zero_shot.DIAL * strictness
        )
        scores = self.index.products(ranking.vector, anchors)
        if head is None:  # 'no good match' depends on the best photos, whatever the strictness
            best = torch.from_numpy(scores).topk(min(zero_shot.BEST_MATCHES, len(scores))).values
            best += line + zero_shot.DIAL * strictness
            scores -= np.float32(zero_shot.good_match_line(best.tolist()) - line)
        return scores

    def vector(self, photo_id: int) -> Tensor | None:
        """The image features (D,) of a photo, or None while it has none."""
        (row,) = self.index.rows([photo_id])
        return None if row < 0 else self.index.image_features[int(row)]

    def vector_of_file(self, path: str, pool: DecodePool) -> Tensor:
        """The image features (D,) of a file, in the library or not.

        AlbumenError when it cannot be read.
        """
        (decoded,) = pool.decode([os.fsencode(os.path.abspath(path))])
        if decoded is None or isinstance(decoded, Failure):
            raise AlbumenError(
                "{path} cannot be compared: {reason}",
                path=path,
                reason=decoded.reason if decoded else message("it was not read"),
            )
        return self.model.encode_images(np.stack([decoded.pixels]))[0]


def _vocabulary_key() -> str:
    """Under which the store keeps the features of the vocabulary."""
    return f"vocabulary {_digest(zero_shot.vocabulary_words())}"


def tensor_head(head: StoredHead) -> Head:
    """A stored head as the tensors that `zero_shot` and `engine.learning` work with."""
    return Head(_tensor(head.vector), head.anchor, head.threshold, head.calibration)


def as_bytes(tensor: Tensor) -> bytes:
    """A tensor as the store keeps vectors of labels: float32, little-endian."""
    return tensor.numpy(force=True).astype("<f4").tobytes()


def _tensor(data: bytes) -> Tensor:
    return torch.from_numpy(np.frombuffer(data, "<f4").astype(np.float32))


def _digest(texts: Sequence[str]) -> str:
    return hashlib.blake2b("\n".join(texts).encode(), digest_size=8).hexdigest()
