"""Is a learned version better?

Held-out answers, a permutation test, a bootstrap bound, and what else would change.

Knows: how answers are split so that no burst stands on both sides, whether luck explains how well
they agree, how certain a gain is, which photos flip. Does not know how a version was learned
(`fewshot`, `prompt_tuning`), nor what is said to the person (`learn`).

Letters in shape comments: n answers, N photos of the library, D joint space.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

NEAR_DUPLICATE = 0.95  # cosine at and above which two photos are one
BURST_SECONDS = 5.0  # photos this close in time ...
# ... and this alike are one burst (time alone would merge a folder that was copied at once)
BURST_COSINE = 0.85
FOLDS = 5
SMALL_FOLDS = 10  # where an answer has fewer units than that
# Answers at random that agree as well more often than this: then the given ones prove nothing.
CHANCE = 0.02
# Answers at random of so many units pass about as often as `CHANCE` says without a correction.
FEW = 16
RESAMPLES = 1000
CONFIDENCE = 0.8  # one-sided, of the bootstrap's lower bound
FLIPS_PER_ANSWER = 3  # a version may change this many tags per answer ...
FLIPS_OF_LIBRARY = 0.02  # ... or this part of the library, whichever is more
TOP = 20  # other labels keep their first 20 photos ...
TOP_KEPT = 0.95  # ... but for one of them


def units(image_features: Tensor, taken_at: Tensor) -> Tensor:
    """Unit of each answered photo, (n,) int64 counted from 0.

    Bursts and near-duplicates (chains of them) are one unit.

    `image_features` (n, D) of unit length, `taken_at` (n,) float64 seconds.
    """
    cosines = image_features.float() @ image_features.float().T  # (n, n)
    close = (taken_at[:, None] - taken_at).abs() <= BURST_SECONDS
    linked = (cosines >= NEAR_DUPLICATE) | (close & (cosines >= BURST_COSINE))
    unit = torch.arange(len(cosines))
    while True:  # every photo takes the lowest number among its neighbours until nothing changes
        lowest = torch.where(linked, unit, len(unit)).amin(1) if len(unit) else unit
        lowest = torch.minimum(lowest, unit)
        if torch.equal(lowest, unit):
            break
        unit = lowest
    numbered: Tensor = torch.unique(unit, return_inverse=True)[1]
    return numbered


def folds(present: Tensor, unit: Tensor, seed: int) -> Tensor:
    """Fold of each answer, (n,) int64.

    Grouped (a unit is never split) and stratified (the answers spread evenly).

    `FOLDS` folds where every answer has so many units; with fewer, one unit or a few at a time (at
    most `SMALL_FOLDS` folds), so that what is held out is judged by nearly all of the rest. -1
    everywhere where no outcome could be told from luck (`arrangements`).
    """
    kinds = [len(torch.unique(unit[present == answer])) for answer in torch.unique(present)]
    if arrangements(kinds) < 1 / CHANCE:
        return torch.full((len(unit),), -1)
    count = FOLDS if min(kinds) >= FOLDS else min(SMALL_FOLDS, len(torch.unique(unit)))
    generator = torch.Generator().manual_seed(seed)
    members = [(unit == u).nonzero()[:, 0] for u in torch.unique(unit)]
    members = [members[i] for i in torch.randperm(len(members), generator=generator)]
    members.sort(key=len, reverse=True)  # stable: large units first, equal ones in random order
    fold = torch.empty(len(unit), dtype=torch.long)
    answers = torch.unique(present)
    load = torch.zeros(count, len(answers))  # answers of each kind per fold
    for rows in members:
        adds = torch.stack([(present[rows] == answer).sum() for answer in answers]).float()
        best = int((load * adds).sum(1).mul(1e3).add(load.sum(1)).argmin())
        fold[rows] = best
        load[best] += adds
    return fold


def arrangements(kinds: Sequence[int]) -> int:
    """In how many ways so many units of each kind could have been given to the same photos."""
    found = 1
    total = 0
    for count in kinds:
        total += count
        found *= math.comb(total, count)
    return found


def luck(likelihood: Tensor, unit: Tensor, seed: int) -> float:
    """How probably the answers agree so well if they had nothing to do with the photos.

    The version never saw them: a permutation test (Fisher 1935) over units. `likelihood` (n, n):
    log-likelihood, on photo i, of the answer that was given to photo j.

    What was learned is not learned anew for each permutation. But what is said of a photo was
    learned from all the others: two alike photos that happen to have the same answer foretell each
    other, every pair counts twice, and the agreement varies more than that of fixed predictions
    does, up to sqrt(2) times. Where answers are few, the one that is held out is missing from the
    rest, which leans the other way, and that makes up for it.
    """
    numbers = torch.unique(unit)
    # (u,) a unit's first answer
    first = torch.stack([(unit == number).nonzero()[0, 0] for number in numbers])
    table = torch.stack([likelihood[unit == number].mean(0) for number in numbers])[
        :, first
    ]  # (u, u)
    generator = torch.Generator().manual_seed(seed)
    orders = torch.rand(RESAMPLES, len(numbers), generator=generator).argsort(1)  # (R, u)
    shuffled = table.gather(1, orders.T).sum(0)  # (R,)
    wider = math.sqrt(2 - FEW / max(FEW, len(numbers)))
    shuffled = shuffled.mean() + wider * (shuffled - shuffled.mean())
    as_good = shuffled >= table.diagonal().sum() - 1e-4
    return float((1 + as_good.sum()) / (1 + RESAMPLES))


def lower_bound(gains: Tensor, unit: Tensor, seed: int, confidence: float = CONFIDENCE) -> float:
    """The bound that the mean gain per unit exceeds with this confidence.

    By the bootstrap over units (Efron 1979).

    `gains` (n,): log-loss before minus after, of each held-out answer.
    """
    per_unit = _per_unit(gains, unit)
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randint(len(per_unit), (RESAMPLES, len(per_unit)), generator=generator)
    return float(per_unit[drawn].mean(1).quantile(1 - confidence))


def _per_unit(gains: Tensor, unit: Tensor) -> Tensor:
    """Mean gain of each unit (units,): a burst counts once."""
    place = torch.unique(unit, return_inverse=True)[1]
    return torch.zeros(int(place.max()) + 1).index_add(0, place, gains) / torch.bincount(place)


@dataclass(frozen=True, slots=True)
class Flips:
    """Rows of the library whose machine tag would appear or vanish."""

    adds: Tensor
    removes: Tensor

    @classmethod
    def between(cls, before: Tensor, after: Tensor, answered: Tensor) -> Flips:
        """`before`, `after`: (N,) bool.

        `answered`: rows that a person decided, whose tags no machine changes.
        """
        changed = before != after
        changed[answered] = False
        return cls((changed & after).nonzero()[:, 0], (changed & before).nonzero()[:, 0])

    def too_many(self, answers: int, photos: int) -> bool:
        """More than max(3 n, 2 %): a person should look first."""
        return len(self.adds) + len(self.removes) > max(
            FLIPS_PER_ANSWER * answers, FLIPS_OF_LIBRARY * photos
        )


def newly_wrong(before: Tensor, after: Tensor) -> int:
    """How many answers the present version gets right and the new one would not.

    `before`, `after`: (n,) bool, right.
    """
    return int((before & ~after).sum())


def keeps_top(before: Tensor, after: Tensor) -> bool:
    """Whether a label that nobody corrected keeps its first photos.

    Scores (N,) of both versions.
    """
    top = min(TOP, len(before))
    kept = torch.isin(before.topk(top).indices, after.topk(top).indices).sum()
    return int(kept) >= TOP_KEPT * top
