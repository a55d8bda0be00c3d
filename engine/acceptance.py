"""Is a learned version better? Held-out answers, a bootstrap bound, and what else it would change.

Knows: how answers are split so that no burst stands on both sides, how certain a gain is, which photos flip. Does not
know how a version was learned (`fewshot`, `prompt_tuning`), nor what is said to the person (`learning`).

Letters in shape comments: n answers, N photos of the library, D joint space.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

NEAR_DUPLICATE = 0.95  # cosine at and above which two photos are one
BURST_SECONDS = 5.0  # photos this close in time ...
BURST_COSINE = 0.85  # ... and this alike are one burst (time alone would merge a folder that was copied at once)
FOLDS = 5
RESAMPLES = 1000
CONFIDENCE = 0.8  # one-sided, of the bootstrap's lower bound
PRIOR_GAIN = 0.05  # log-loss that an answer usually gains, on the development tasks of `bench learn` ...
PRIOR_UNITS = 4  # ... and how many units this knowledge weighs
SURE_UNITS = 20  # units of each kind from which a bound of full confidence is asked for
FLIPS_PER_ANSWER = 3  # a version may change this many tags per answer ...
FLIPS_OF_LIBRARY = 0.02  # ... or this part of the library, whichever is more
TOP = 20  # other labels keep their first 20 photos ...
TOP_KEPT = 0.95  # ... but for one of them


def units(image_features: Tensor, taken_at: Tensor) -> Tensor:
    """Unit of each answered photo, (n,) int64 counted from 0: bursts and near-duplicates (chains of them) are one unit.

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
    """Fold of each answer, (n,) int64: grouped (a unit is never split) and stratified (yes and no spread evenly).

    At most `FOLDS` folds, and no more than there are units of the rarer answer; -1 everywhere if either answer has
    fewer than two units: then nothing can be held out honestly.
    """
    kinds = [len(torch.unique(unit[present == answer])) for answer in torch.unique(present)]
    if len(kinds) < 2 or min(kinds) < 2:
        return torch.full((len(unit),), -1)
    count = min(FOLDS, min(kinds))
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


def lower_bound(gains: Tensor, unit: Tensor, seed: int, confidence: float = CONFIDENCE) -> float:
    """The bound that the mean gain per unit exceeds with this confidence, by the bootstrap over units (Efron 1979).

    `gains` (n,): log-loss before minus after, of each held-out answer.
    """
    per_unit = _per_unit(gains, unit)
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randint(len(per_unit), (RESAMPLES, len(per_unit)), generator=generator)
    return float(per_unit[drawn].mean(1).quantile(1 - confidence))


def usual_bound(gains: Tensor, unit: Tensor, kinds: int, seed: int) -> float:
    """The same in the light of what learning usually gains: shrinkage towards `PRIOR_GAIN` (Efron and Morris 1975),
    which weighs `PRIOR_UNITS` units, and a confidence that grows from one half with the number of units of each of the
    `kinds` of answers (yes and no, or the labels of a group).

    A bound that is sure of each single case refuses nearly everything at two or three answers, most of it wrongly: two
    answers prove nothing, and the versions that were held out learned from even fewer. Twenty can be held to it.
    """
    count = len(torch.unique(unit))
    confidence = 0.5 + (CONFIDENCE - 0.5) * min(1.0, count / (kinds * SURE_UNITS))
    return lower_bound(gains + PRIOR_UNITS * PRIOR_GAIN / count, unit, seed, confidence)


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
        """`before`, `after`: (N,) bool; `answered`: rows that a person decided, whose tags no machine changes."""
        changed = before != after
        changed[answered] = False
        return cls((changed & after).nonzero()[:, 0], (changed & before).nonzero()[:, 0])

    def too_many(self, answers: int, photos: int) -> bool:
        """More than max(3 n, 2 %): a person should look first."""
        return len(self.adds) + len(self.removes) > max(FLIPS_PER_ANSWER * answers, FLIPS_OF_LIBRARY * photos)


def newly_wrong(before: Tensor, after: Tensor) -> int:
    """How many answers the present version gets right and the new one would not; `before`, `after`: (n,) bool, right."""
    return int((before & ~after).sum())


def keeps_top(before: Tensor, after: Tensor) -> bool:
    """Whether a label that nobody corrected keeps its first photos; scores (N,) of both versions."""
    top = min(TOP, len(before))
    kept = torch.isin(before.topk(top).indices, after.topk(top).indices).sum()
    return int(kept) >= TOP_KEPT * top
