"""What a person said about one label or one exclusive group, as tensors; and how a version agrees.

Yes, no and unanswered photos are kept apart; bursts are one unit (`acceptance`). Knows nothing of
how versions are learned or chosen (`learn`), and nothing of the store.

Letters in shape comments: n answers, N photos of the library, K labels of a group, D joint space.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.clip.zero_shot import Head, Scorer
from engine.learning import acceptance, fewshot
from engine.learning.fewshot import Geometry, Photos

_TEMPERATURES = torch.logspace(-1.5, 0.5, 20)


@dataclass(frozen=True, slots=True)
class Collection:
    """The library as tensors.

    `photo_ids`: (N,) int64; `image_features`: (N, D) any float type, unit length; `centre`: (N,) of
    `Vocabulary.centre`; `taken_at`: (N,) float64 seconds (bursts are photos seconds apart).
    """

    photo_ids: Tensor
    image_features: Tensor
    centre: Tensor
    taken_at: Tensor

    def photos(self, rows: Tensor) -> Photos:
        """These rows, in float32."""
        return Photos(self.image_features[rows].float(), self.centre[rows])


@dataclass(frozen=True, slots=True)
class Subject:
    """A label to be learned.

    Its corrections {photo id: yes / no}, the head that tags now, and its zero-shot head.

    `group`: name of its exclusive group; pass every label of the group in the same call, they are
    learned together. `learned_from`: photo ids whose corrections the current head was learned from;
    it is not judged on these. Corrections of photos that are not in the collection (no embedding
    yet) are ignored.
    """

    label_id: int
    name: str
    corrections: Mapping[int, bool]
    current: Head
    zero_shot: Head
    group: str | None = None
    learned_from: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """`rows` (n,) of the answered photos.

    `allowed` (n, K) bool: which labels the answer leaves possible (for a free label K = 1: yes or
    no); `unit`, `fold` (n,); `fresh` (n,) bool: the current version was not learned from it.
    """

    subjects: Sequence[Subject]
    collection: Collection
    geometry: Geometry
    rows: Tensor
    answered: Photos
    allowed: Tensor
    unit: Tensor
    fold: Tensor
    fresh: Tensor
    unanswered: Photos

    @classmethod
    def of(
        cls, subjects: Sequence[Subject], collection: Collection, geometry: Geometry, seed: int
    ) -> Case:
        ids = sorted({photo for subject in subjects for photo in subject.corrections})
        wanted = torch.tensor(ids, dtype=torch.long)
        order = torch.argsort(collection.photo_ids)
        place = torch.searchsorted(collection.photo_ids[order], wanted).clamp_max(len(order) - 1)
        rows = order[place] if len(order) and len(ids) else torch.empty(0, dtype=torch.long)
        known = (
            collection.photo_ids[rows] == wanted if len(rows) else torch.empty(0, dtype=torch.bool)
        )
        rows = rows[known]
        kept = [photo for photo, there in zip(ids, known.tolist(), strict=False) if there]
        allowed = torch.ones(len(kept), len(subjects), dtype=torch.bool)
        for column, subject in enumerate(subjects):
            for row, photo in enumerate(kept):
                answer = subject.corrections.get(photo)
                if answer and len(subjects) > 1:
                    allowed[row] &= torch.arange(len(subjects)) == column
                elif answer is False:
                    allowed[row, column] = False
        contradictory = (
            ~allowed.any(1) if len(subjects) > 1 else torch.zeros(len(kept), dtype=torch.bool)
        )
        rows = rows[~contradictory]
        allowed = allowed[~contradictory]
        kept = [photo for photo, bad in zip(kept, contradictory.tolist(), strict=True) if not bad]
        answered = collection.photos(rows)
        unit = acceptance.units(answered.image_features, collection.taken_at[rows])
        kind = allowed.long().argmax(1) if len(subjects) > 1 else allowed[:, 0].long()
        learned_from = frozenset().union(*(subject.learned_from for subject in subjects))
        rest = torch.ones(len(order), dtype=torch.bool)
        rest[rows] = False
        others = rest.nonzero()[:, 0]
        drawn = torch.randperm(len(others), generator=torch.Generator().manual_seed(seed))[
            : fewshot.UNANSWERED
        ]
        return cls(
            subjects,
            collection,
            geometry,
            rows,
            answered,
            allowed,
            unit,
            acceptance.folds(kind, unit, seed),
            torch.tensor([photo not in learned_from for photo in kept], dtype=torch.bool),
            collection.photos(others[drawn]),
        )

    @property
    def nothing_new(self) -> bool:
        """Whether the present version was learned from exactly these answers."""
        learned_from = set().union(*(subject.learned_from for subject in self.subjects))
        return len(self.rows) > 0 and learned_from == set(
            self.collection.photo_ids[self.rows].tolist()
        )

    @property
    def is_group(self) -> bool:
        return len(self.subjects) > 1

    @property
    def words(self) -> list[Head]:
        """The zero-shot heads (K)."""
        return [subject.zero_shot for subject in self.subjects]

    def fit(self, words: Sequence[Head], weights: Tensor) -> list[Head]:
        """Tier A around these K heads, from the answers weighted (n,).

        Weight 0 holds an answer out.
        """
        train = weights > 0
        answered = self.answered.take(train)
        allowed = self.allowed[train]
        weights = weights[train]
        if self.is_group:
            return fewshot.fit_group(self.geometry, words, answered, allowed, weights)
        return [
            fewshot.fit_label(
                self.geometry, words[0], answered, allowed[:, 0], weights, self.unanswered
            )
        ]

    def logits(self, heads: Sequence[Head], rows: Tensor | None = None) -> Tensor:
        """(n, K): z - threshold of the answered photos (or these of them).

        In the heads' calibrated unit if any.
        """
        photos = self.answered if rows is None else self.answered.take(rows)
        scorer = Scorer(heads)
        unit = torch.tensor([head.calibration[0] if head.calibration else 1.0 for head in heads])
        return (scorer.scores(photos.image_features, photos.centre) - scorer.thresholds) * unit

    def losses(self, logits: Tensor) -> Tensor:
        """Log-loss (..., n) of the answers under logits (..., n, K).

        A certain error costs no more than an answer that is wrong one time in a hundred.
        """
        if self.is_group:
            inside = logits.masked_fill(~self.allowed, float("-inf")).logsumexp(
                -1
            ) - logits.logsumexp(-1)
            p = inside.exp()
        else:
            p = torch.sigmoid(torch.where(self.allowed[:, 0], logits[..., 0], -logits[..., 0]))
        return -torch.log(0.98 * p + 0.01)

    def likelihoods(self, logits: Tensor) -> Tensor:
        """(n, n): log-likelihood on photo i of the answer to photo j, under logits (n, K)."""
        if self.is_group:
            p = logits.softmax(1) @ self.allowed.float().T
        else:
            p = torch.sigmoid(torch.where(self.allowed[:, 0], logits, -logits))
        return torch.log(0.98 * p + 0.01)

    def right(self, logits: Tensor) -> Tensor:
        """(n,) bool: which answers the decision agrees with."""
        if self.is_group:
            return self.allowed.gather(1, logits.argmax(1, keepdim=True))[:, 0]
        return (logits[:, 0] >= 0) == self.allowed[:, 0]

    def library_tags(self, heads: Sequence[Head]) -> tuple[Tensor, Tensor]:
        """Tags (N, K) bool and scores (N, K) of the whole library."""
        scorer = Scorer(heads)
        z = (
            scorer.scores(self.collection.image_features, self.collection.centre)
            - scorer.thresholds
        )
        if self.is_group:
            return F.one_hot(z.argmax(1), z.shape[1]).bool(), z
        return z >= 0, z

    def rescaled(self, logits: Tensor) -> Tensor:
        """Logits with the temperature and (free labels) the shift that suit the answers best.

        The answers are no fair sample of the library: yes and no are about as many, while most
        photos do not carry the label. Without this, a version whose threshold suits the library
        would lose on log-loss against one that knows less; and no version is to win only because
        CLIP is overconfident. Thresholds are judged by the answers they get right.
        """
        if not len(logits):
            return logits
        shifts = torch.zeros(1) if self.is_group else torch.linspace(-6, 6, 25)
        scaled = _TEMPERATURES[:, None, None, None] * logits + shifts[:, None, None]  # (T, M, n, K)
        losses = self.losses(scaled).sum(-1) + shifts.square() / 50  # (T, M)
        best: Tensor = scaled.flatten(0, 1)[losses.argmin()]
        return best
