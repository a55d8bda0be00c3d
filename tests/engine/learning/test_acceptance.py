"""Units, folds, the bootstrap bound, flips."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.learning.acceptance import (
    CHANCE,
    SMALL_FOLDS,
    Flips,
    arrangements,
    folds,
    keeps_top,
    lower_bound,
    luck,
    newly_wrong,
    units,
)


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


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=2, max_size=40),
    st.integers(0, 5),
)
def test_folds_never_split_a_unit(pairs: list[tuple[bool, int]], seed: int) -> None:
    present = torch.tensor([answer for answer, _ in pairs]).long()
    unit = torch.tensor([number for _, number in pairs])
    fold = folds(present, unit, seed)
    kinds = [len(unit[present == answer].unique()) for answer in present.unique()]
    if arrangements(kinds) < 1 / CHANCE:
        assert (fold == -1).all()
        return
    assert int(fold.min()) == 0
    assert len(fold.unique()) == int(fold.max()) + 1 <= SMALL_FOLDS  # none is empty
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


def test_the_bound_is_the_same_whenever_it_is_asked_for() -> None:
    gains = torch.linspace(-1, 2, 12)
    first = lower_bound(gains, torch.arange(12), 5)
    torch.rand(7)  # somebody else draws numbers
    assert lower_bound(gains, torch.arange(12), 5) == first


def test_answers_that_hang_together_are_told_from_luck() -> None:
    said = torch.tensor([True] * 4 + [False] * 4)

    def likelihood(logits: torch.Tensor) -> torch.Tensor:
        # (photo, answer)
        return torch.where(said, F.logsigmoid(logits)[:, None], F.logsigmoid(-logits)[:, None])

    apart = torch.tensor([2.0, 1, 3, 2, -2, -1, -3, -2])
    # One arrangement of 70.
    assert luck(likelihood(apart), torch.arange(8), 0) == pytest.approx(1 / 70, abs=0.01)
    mixed = torch.tensor([2.0, -1, 3, -2, 2, -1, 3, -2])
    assert luck(likelihood(mixed), torch.arange(8), 0) > 0.3
    bursts = torch.tensor([0, 0, 1, 1, 2, 2, 3, 3])
    assert luck(likelihood(apart), bursts, 0) > CHANCE  # four photos, however often each was taken


def test_answers_at_random_pass_for_more_than_luck_as_rarely_as_said() -> None:
    generator = torch.Generator().manual_seed(0)
    passed = 0
    for seed in range(300):
        logits = torch.randn(20, generator=generator)
        said = torch.randperm(20, generator=generator) < 10
        likelihood = torch.where(
            said, F.logsigmoid(logits)[:, None], F.logsigmoid(-logits)[:, None]
        )
        passed += luck(likelihood, torch.arange(20), seed) <= CHANCE
    assert passed <= 300 * CHANCE + 3 * (300 * CHANCE) ** 0.5


@pytest.mark.slow
def test_many_answers_at_random_are_told_by_what_they_teach_each_other() -> None:
    """Each photo is foretold by the answers of all others.

    Alike photos that happen to have the same answer agree.
    """
    generator = torch.Generator().manual_seed(0)
    passed = 0
    for seed in range(200):
        x = F.normalize(torch.randn(60, 30, generator=generator), dim=1)
        said = torch.randperm(60, generator=generator) < 30
        alike = (x @ x.T).fill_diagonal_(0)
        logits = 3 * alike @ (said.float() * 2 - 1)  # of every photo, by all but its own answer
        likelihood = torch.where(
            said, F.logsigmoid(logits)[:, None], F.logsigmoid(-logits)[:, None]
        )
        passed += luck(likelihood, torch.arange(60), seed) <= CHANCE
    assert passed <= 200 * CHANCE + 3 * (200 * CHANCE) ** 0.5


def test_too_few_answers_to_tell_from_luck_are_not_held_out() -> None:
    assert (arrangements([3, 4]), arrangements([1, 1, 1, 1]), arrangements([5])) == (35, 24, 1)
    for yes, no, possible in (
        (3, 3, False),
        (4, 4, True),
        (9, 1, False),
        (60, 1, True),
        (6, 0, False),
    ):
        fold = folds(torch.tensor([1] * yes + [0] * no), torch.arange(yes + no), 0)
        assert bool((fold >= 0).all()) == possible
    few = folds(torch.tensor([1] * 4 + [0] * 4), torch.arange(8), 0)
    assert len(few.unique()) == 8  # each is judged by all others
    uneven = folds(torch.tensor([0] * 12 + [1] * 12 + [2]), torch.arange(25), 0)
    # A label with one answer does not keep the others from being checked.
    assert len(uneven.unique()) == SMALL_FOLDS


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
    assert (
        newly_wrong(
            torch.tensor([True, False, True, True]), torch.tensor([False, False, True, False])
        )
        == 2
    )


def test_other_labels_keep_their_best_photos() -> None:
    scores = torch.arange(100.0)
    assert keeps_top(scores, scores + 5)
    swapped = scores.clone()
    swapped[99] = -1.0
    assert keeps_top(scores, swapped)  # one of twenty
    swapped[98] = -2.0
    assert not keeps_top(scores, swapped)
