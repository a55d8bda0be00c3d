"""Units, folds, the bootstrap bound, flips."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.acceptance import FOLDS, Flips, folds, keeps_top, lower_bound, newly_wrong, units, usual_bound


def test_near_duplicates_and_bursts_are_one_unit_also_in_chains() -> None:
    base = F.normalize(torch.eye(6)[:4] + 0.01, dim=1)
    near = F.normalize(base[0] + 0.1 * base[1], dim=0)  # cosine above 0.95 with photo 0
    burst = F.normalize(base[2] + 0.5 * base[3], dim=0)  # cosine about 0.9 with photo 2
    x = torch.stack([base[0], base[1], near, base[2], burst, base[3]])
    hours = torch.tensor([0.0, 9e4, 2e5, 3e5, 3e5 + 2, 5e5], dtype=torch.float64)
    unit = units(x, hours)
    assert unit[0] == unit[2]
    assert unit[3] == unit[4]
    assert len(unit.unique()) == 4
    apart = units(x, torch.arange(6).double() * 1e5)
    assert apart[3] != apart[4]  # alike, but not at once and no duplicate


def test_photos_copied_at_once_are_no_burst() -> None:
    assert len(units(torch.eye(5), torch.zeros(5, dtype=torch.float64)).unique()) == 5


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=2, max_size=40), st.integers(0, 5))
def test_folds_never_split_a_unit_and_hold_both_answers(pairs: list[tuple[bool, int]], seed: int) -> None:
    present = torch.tensor([answer for answer, _ in pairs]).long()
    unit = torch.tensor([number for _, number in pairs])
    fold = folds(present, unit, seed)
    kinds = [len(unit[present == answer].unique()) for answer in present.unique()]
    if len(kinds) < 2 or min(kinds) < 2:
        assert (fold == -1).all()
        return
    assert int(fold.min()) >= 0
    assert int(fold.max()) < min(FOLDS, min(kinds))
    for u in unit.unique():
        assert len(fold[unit == u].unique()) == 1


def test_folds_are_stratified() -> None:
    present = torch.tensor([1] * 10 + [0] * 5)
    fold = folds(present, torch.arange(15), 3)
    for f in range(5):
        assert int((present[fold == f] == 1).sum()) == 2
        assert int((present[fold == f] == 0).sum()) == 1


def test_the_bound_wants_a_sure_gain_and_counts_a_burst_once() -> None:
    assert lower_bound(torch.full((8,), 0.1), torch.arange(8), 0) > 0.09
    noisy = torch.tensor([2.0, -1.0, -1.0, -1.0, 1.5, -0.9, 0.3, -0.2])
    assert lower_bound(noisy, torch.arange(8), 0) < 0
    # Ten good answers of one burst weigh as much as one photo.
    gains = torch.tensor([1.0] * 10 + [-0.4] * 4)
    assert lower_bound(gains, torch.arange(14), 0) > 0
    assert lower_bound(gains, torch.tensor([0] * 10 + [1, 2, 3, 4]), 0) < 0


def test_a_few_answers_are_read_in_the_light_of_what_learning_usually_gains() -> None:
    assert usual_bound(torch.tensor([-0.03, -0.03]), torch.arange(2), 2, 0) > 0
    assert usual_bound(torch.tensor([-0.2, -0.1]), torch.arange(2), 2, 0) < 0
    assert usual_bound(torch.full((40,), -0.03), torch.arange(40), 2, 0) < 0
    burst = torch.tensor([-0.03] * 40)
    assert usual_bound(burst, torch.zeros(40).long(), 2, 0) > 0  # forty photos of one burst prove no more than one
    noise = torch.tensor([1.0, -0.96] * 20)
    assert usual_bound(noise[:4], torch.arange(4), 2, 0) > 0
    assert usual_bound(noise, torch.arange(40), 2, 0) < 0  # forty answers are asked to be sure


def test_flips_leave_out_what_a_person_decided() -> None:
    before = torch.tensor([True, True, False, False])
    after = torch.tensor([False, True, True, True])
    flips = Flips.between(before, after, torch.tensor([3]))
    assert flips.adds.tolist() == [2]
    assert flips.removes.tolist() == [0]
    assert not flips.too_many(answers=1, photos=10)
    many = Flips(torch.arange(4), torch.arange(0))
    assert many.too_many(answers=1, photos=100)
    assert not many.too_many(answers=1, photos=1000)  # under 2 % of the library


def test_newly_wrong_counts_only_what_was_right() -> None:
    assert newly_wrong(torch.tensor([True, False, True, True]), torch.tensor([False, False, True, False])) == 2


def test_other_labels_keep_their_best_photos() -> None:
    scores = torch.arange(100.0)
    assert keeps_top(scores, scores + 5)
    swapped = scores.clone()
    swapped[99] = -1.0
    assert keeps_top(scores, swapped)  # one of twenty
    swapped[98] = -2.0
    assert not keeps_top(scores, swapped)
