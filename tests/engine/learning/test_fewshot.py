"""Tier A: what a few answers do to a head."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.clip.zero_shot import Head, Scorer
from engine.learning.fewshot import (
    _ALPHAS,
    _TRUSTS,
    GROUP_ALPHA_SPREAD,
    GROUP_KAPPA,
    LINE_BELOW,
    LINE_MOST,
    MEAN_PRIOR,
    SLIP,
    SOFT,
    Geometry,
    Photos,
    _held_out,
    _leave_one_out,
    _line,
    _logistic,
    _meaning,
    _meant,
    _own_share,
    _posterior,
    _softmax_fit,
    fit_group,
    fit_label,
)

D = 24
SCALE = 50.0


def clouds(kinds: int, each: int, noise: float = 0.35, seed: int = 0) -> tuple[Tensor, Tensor]:
    """(kinds * each, D) unit features around `kinds` random centres, and their kind."""
    generator = torch.Generator().manual_seed(seed)
    centres = F.normalize(torch.randn(kinds, D, generator=generator), dim=1)
    x = (
        centres.repeat_interleave(each, 0)
        + noise * torch.randn(kinds * each, D, generator=generator) / D**0.5 * 3
    )
    return F.normalize(x, dim=1), torch.arange(kinds).repeat_interleave(each)


def photos(x: Tensor) -> Photos:
    return Photos(x, torch.full((len(x),), 0.1))


def words(text: Tensor) -> Head:
    """The zero-shot head of a free label."""
    return Head(SCALE * text, SCALE)


def group(texts: Tensor) -> list[Head]:
    """The zero-shot heads of a group."""
    return [Head(SCALE * text, SCALE, threshold=0.0) for text in texts]


def z(head: Head, x: Tensor) -> Tensor:
    return Scorer([head]).scores(x, torch.full((len(x),), 0.1))[:, 0]


def test_geometry_whitens_half_way() -> None:
    x, _ = clouds(4, 200)
    geometry = Geometry.of(x)
    phi = geometry.features(x)[:, :-1]
    assert phi.square().sum(1).mean().item() == pytest.approx(1.0, abs=1e-4)

    def ratio(features: Tensor) -> float:
        values = torch.linalg.eigvalsh(torch.cov(features.T))
        return float(values[-1] / values[D // 2])

    assert 1 < ratio(phi) < ratio(x)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_geometry_of_next_to_nothing_is_finite(count: int) -> None:
    geometry = Geometry.of(torch.zeros(count, D) + torch.eye(D)[:count])
    assert geometry.map.isfinite().all()


def test_a_name_that_means_nothing_is_learned_from_photos() -> None:
    x, kind = clouds(6, 40)
    geometry = Geometry.of(x)
    text = F.normalize(torch.randn(D, generator=torch.Generator().manual_seed(7)), dim=0)
    rows = torch.tensor([0, 1, 2, 3, 40, 80, 120, 160])
    head = fit_label(
        geometry, words(text), photos(x[rows]), kind[rows] == 0, torch.ones(8), photos(x[4::7])
    )
    rest = torch.ones(len(x), dtype=torch.bool)
    rest[rows] = False
    scores = z(head, x)
    assert scores[rest & (kind == 0)].mean() > scores[rest & (kind != 0)].max()
    assert head.anchor < 0.4 * SCALE  # the words are hardly trusted
    a, b = head.calibration or (0, 0)
    assert a * head.threshold + b == pytest.approx(0, abs=1e-4)


def test_the_line_suits_a_library_where_few_photos_carry_the_label() -> None:
    """Yes and no are answered equally often, while 5 % of the library carry the label.

    At even odds of the answers the label would spread over the library (F1 0.78).
    """
    found = []
    for seed in range(6):
        x, kind = clouds(20, 60, seed=seed)
        text = F.normalize(torch.randn(D, generator=torch.Generator().manual_seed(7)), dim=0)
        no = torch.randperm(1140, generator=torch.Generator().manual_seed(20))[:20] + 60
        rows = torch.cat([torch.arange(20), no])
        head = fit_label(
            Geometry.of(x),
            words(text),
            photos(x[rows]),
            kind[rows] == 0,
            torch.ones(40),
            photos(x[5::7]),
        )
        tagged = z(head, x) >= head.threshold
        found.append(2 * int((tagged & (kind == 0)).sum()) / (60 + int(tagged.sum())))
    assert sum(found) / 6 > 0.84


def test_what_is_held_out_without_a_refit_is_what_a_refit_says() -> None:
    x, kind = clouds(3, 12, noise=0.6)
    phi = Geometry.of(x).features(x)
    covariance = phi @ phi.T / 0.2
    start = torch.full((36,), -0.5)
    targets = (kind == 0).float() * 0.9 + 0.05
    weights = torch.ones(36)
    dual = _logistic(covariance, start, targets, weights)
    told = _held_out(covariance, start + covariance @ dual, dual, weights)
    refit = torch.empty(36)
    for row in range(36):
        rest = torch.arange(36) != row
        alone = _logistic(covariance[rest][:, rest], start[rest], targets[rest], weights[rest])
        refit[row] = start[row] + covariance[row, rest] @ alone
    torch.testing.assert_close(told, refit, atol=0.15, rtol=0.1)
    assert (told - refit).abs().mean() < 0.2 * (start + covariance @ dual - refit).abs().mean()


def test_a_photos_own_share_in_the_mean_is_taken_out() -> None:
    x, _ = clouds(1, 6)
    phi = Geometry.of(x).features(x)
    mean = phi.sum(0) / (6 + MEAN_PRIOR)
    mean[-1] = 0
    without = (phi.sum(0) - phi[2]) / (5 + MEAN_PRIOR)
    without[-1] = 0
    torch.testing.assert_close(_own_share(phi, mean, 6.0)[2], phi[2] @ mean - phi[2] @ without)


def test_few_answers_move_the_line_little_and_none_moves_it_far() -> None:
    library = torch.linspace(-8, -2, 100)
    few, many = _line(torch.full((2,), 3.0), library), _line(torch.full((20,), 3.0), library)
    assert 0 < few < many < 3.0
    # One slip.
    assert _line(torch.tensor([3.0] * 19 + [-20.0]), library) == pytest.approx(many, abs=0.01)
    assert _line(torch.full((9,), 99.0), library) == LINE_MOST
    assert _line(torch.full((9,), -99.0), library) == -LINE_MOST


def test_the_line_lies_below_the_yes_photos_by_a_part_of_the_librarys_spread() -> None:
    spread = 2.0
    library = spread * torch.distributions.Normal(0, 1).icdf(torch.linspace(0.001, 0.999, 999))
    yes = torch.full((4000,), 1.5)
    assert _line(yes, library) == pytest.approx(1.5 - LINE_BELOW * spread, abs=0.01)
    with_outliers = torch.cat([library, torch.full((100,), 500.0)])
    assert _line(yes, with_outliers) == pytest.approx(_line(yes, library), abs=0.15)


@pytest.mark.parametrize("spread", [0.8, 2.0])
def test_without_answers_trust_is_as_probable_as_was_assumed(spread: float) -> None:
    """log beta ~ N(0, spread^2), alpha ~ N(1, 1), on the grid."""
    posterior, _ = _posterior(lambda trusts, _: torch.ones(len(trusts), 0), torch.ones(0), spread)
    for marginal, points, center, width in (
        (posterior.sum(1), _TRUSTS.log(), 0.0, spread),
        (posterior.sum(0), _ALPHAS, 1.0, GROUP_ALPHA_SPREAD),
    ):
        expected = torch.distributions.Normal(center, width).log_prob(points).softmax(0)
        assert torch.allclose(marginal, expected, atol=1e-5)


def test_words_that_are_right_are_trusted() -> None:
    x, kind = clouds(6, 40)
    text = F.normalize(x[kind == 0].mean(0), dim=0)
    rows = torch.tensor([0, 1, 40, 80])
    head = fit_label(
        Geometry.of(x),
        words(text),
        photos(x[rows]),
        kind[rows] == 0,
        torch.ones(4),
        photos(x[5::9]),
    )
    wrong = fit_label(
        Geometry.of(x),
        words(-text),
        photos(x[rows]),
        kind[rows] == 0,
        torch.ones(4),
        photos(x[5::9]),
    )
    assert head.anchor > 2 * wrong.anchor


def test_only_yes_and_only_no_are_usable() -> None:
    x, kind = clouds(3, 30)
    for rows, answer in ((torch.tensor([0, 1]), True), (torch.tensor([30, 31]), False)):
        present = torch.full((2,), answer)
        head = fit_label(
            Geometry.of(x), words(x[0]), photos(x[rows]), present, torch.ones(2), photos(x[10::5])
        )
        assert head.vector.isfinite().all()
    assert kind[31] == 1


def test_one_wrong_answer_does_not_turn_a_label_round() -> None:
    x, kind = clouds(6, 40)
    geometry = Geometry.of(x)
    rows = torch.tensor([0, 1, 2, 3, 4, 5, 40, 41, 80, 120, 160, 200])
    present = kind[rows] == 0
    present[6] = True  # wrong: photo 40 is of another kind
    head = fit_label(
        geometry, words(torch.zeros(D)), photos(x[rows]), present, torch.ones(12), photos(x[8::6])
    )
    scores = z(head, x)
    assert scores[kind == 0][6:].mean() > scores[kind == 1][2:].mean() + 1


def test_a_group_is_learned_together_and_decided_by_the_highest() -> None:
    x, kind = clouds(4, 40)
    texts = F.normalize(torch.randn(4, D, generator=torch.Generator().manual_seed(3)), dim=1)
    rows = torch.cat([torch.arange(k * 40, k * 40 + 4) for k in range(4)])
    heads = fit_group(
        Geometry.of(x),
        group(texts),
        photos(x[rows]),
        F.one_hot(kind[rows]).bool(),
        torch.ones(len(rows)),
    )
    margins = torch.stack([z(head, x) - head.threshold for head in heads], 1)
    assert (margins.argmax(1) == kind).float().mean() > 0.9


def test_a_no_in_a_group_leaves_the_other_labels_open() -> None:
    x, kind = clouds(3, 40)
    # 0 and 1 are called wrongly
    texts = F.normalize(torch.stack([x[kind == k].mean(0) for k in (1, 0, 2)]), dim=1)
    rows = torch.arange(6)
    allowed = torch.ones(6, 3, dtype=torch.bool)
    allowed[:, 1] = False  # 'not this' for photos of kind 0, whose words say label 1
    heads = fit_group(Geometry.of(x), group(texts), photos(x[rows]), allowed, torch.ones(6))
    margins = torch.stack([z(head, x) - head.threshold for head in heads], 1)
    assert (margins[6:40].argmax(1) != 1).float().mean() > 0.8


def test_newton_finds_the_optimum() -> None:
    generator = torch.Generator().manual_seed(0)
    phi = torch.randn(12, 5, generator=generator)
    start = torch.randn(12, generator=generator)
    goal = (torch.rand(12, generator=generator) > 0.5).float()
    weights = torch.rand(12, generator=generator) + 0.1
    a = _logistic(phi @ phi.T / 0.2, start, goal, weights)
    d = (phi.T @ a / 0.2).requires_grad_(True)
    loss = (
        weights * F.binary_cross_entropy_with_logits(start + phi @ d, goal, reduction="none")
    ).sum()
    loss = loss + 0.1 * d.square().sum()
    assert torch.autograd.grad(loss, d)[0].abs().max() < 0.02


def test_the_softmax_fit_finds_the_optimum() -> None:
    generator = torch.Generator().manual_seed(0)
    phi = torch.randn(9, 5, generator=generator)
    start = torch.randn(9, 3, generator=generator)
    allowed = F.one_hot(torch.arange(9) % 3).bool()
    weights = torch.linspace(0.2, 3, 9)
    d = (phi.T @ _softmax_fit(phi @ phi.T, start, allowed, weights)).requires_grad_(True)  # (5, 3)
    logits = start + phi @ d
    losses = F.cross_entropy(logits, torch.arange(9) % 3, label_smoothing=SOFT, reduction="none")
    loss = (weights * losses).sum() + 0.5 * GROUP_KAPPA * d.square().sum()
    assert torch.autograd.grad(loss, d)[0].abs().max() < 0.02


def test_a_name_means_something_when_yes_photos_score_like_its_label() -> None:
    library = -7 + 2 * torch.randn(200, generator=torch.Generator().manual_seed(0))
    assert _meaning(torch.tensor([0.5]), library) > 0.95
    assert _meaning(torch.tensor([-7.0, -6.0, -8.0]), library) < 0.05
    assert _meaning(torch.tensor([-7.0]), library) > 0.2  # one answer may be a slip of the hand
    assert _meaning(torch.empty(0), library) == pytest.approx(0.9)
    everywhere = torch.zeros(200)  # the whole library shows it: no evidence against the words
    assert _meaning(torch.zeros(8), everywhere) > 0.8
    assert _meaning(torch.zeros(1), torch.empty(0)) > 0.5


def test_leaving_one_out_is_fitting_without_it() -> None:
    x, kind = clouds(3, 4)
    share = F.one_hot(kind).float() * torch.linspace(0.2, 1, 12)[:, None]
    without = _leave_one_out(x, share)
    for i in range(12):
        rest = share.clone()
        rest[i] = 0
        means = rest.T @ x / (rest.sum(0)[:, None] + MEAN_PRIOR)
        torch.testing.assert_close(without[i], means @ x[i], atol=1e-5, rtol=1e-4)
    alone = _leave_one_out(x[[0, 4, 8]], torch.eye(3))
    # Of its own label nothing else is known.
    assert alone[0, 0] == pytest.approx(float(alone[0, 1:].mean()))


def test_a_slip_is_told_by_what_is_known_without_it() -> None:
    others = torch.tensor([9.0, 9.0, 1.0])
    meant = _meant(torch.tensor([0.9, 0.001, 0.5]), others)
    assert meant[0] > 0.99
    assert meant[1] < 0.05
    assert meant[2] == pytest.approx(1 - SLIP)  # nothing is known: the prior


def test_one_slip_turns_neither_words_nor_photos_round() -> None:
    """Words that are right on every answer but one are still believed.

    And photos that add nothing stay out.
    """
    x, kind = clouds(3, 40)
    texts = F.normalize(torch.stack([x[kind == k].mean(0) for k in range(3)]), dim=1)
    rows = torch.arange(12) * 10
    said = kind[rows].clone()
    right = fit_group(
        Geometry.of(x), group(texts), photos(x[rows]), F.one_hot(said, 3).bool(), torch.ones(12)
    )
    said[0] = 2
    slipped = fit_group(
        Geometry.of(x), group(texts), photos(x[rows]), F.one_hot(said, 3).bool(), torch.ones(12)
    )
    assert slipped[0].anchor > 0.5 * right[0].anchor

    def share(heads: list[Head]) -> float:
        margins = torch.stack([z(head, x) - head.threshold for head in heads], 1)
        return float((margins.argmax(1) == kind).float().mean())

    assert share(right) > 0.98
    assert share(slipped) > 0.98


def test_an_answer_that_all_others_contradict_counts_less() -> None:
    x, kind = clouds(3, 40)
    rows = torch.cat([torch.arange(k * 40, k * 40 + 8) for k in range(3)])
    said = kind[rows].clone()
    said[0] = 2  # wrong
    allowed = F.one_hot(said, 3).bool()
    heads = fit_group(
        Geometry.of(x), group(torch.zeros(3, D)), photos(x[rows]), allowed, torch.ones(24)
    )
    insisted = torch.ones(24)
    insisted[0] = 64
    obeyed = fit_group(Geometry.of(x), group(torch.zeros(3, D)), photos(x[rows]), allowed, insisted)

    def belief(heads: list[Head]) -> float:
        return float(
            torch.stack([z(head, x[:1]) - head.threshold for head in heads], 1).softmax(1)[0, 2]
        )

    assert belief(obeyed) > 0.5
    assert belief(obeyed) > belief(heads) + 0.1  # a photo that must not turn wrong


def test_not_cup_starts_from_its_own_threshold() -> None:
    """'not cup' stands for the average word, whose z lies far below that of any name.

    Compared at 0, 'cup' would win everywhere.
    """
    x, kind = clouds(2, 40)
    text = F.normalize(x[kind == 0].mean(0), dim=0)
    cup = Head(SCALE * text, SCALE, threshold=0.0)
    line = float((z(cup, x[:40]).min() + z(cup, x[40:]).max()) / 2)

    def right(threshold: float) -> float:
        pair = [cup, Head(torch.zeros(D), SCALE, threshold=threshold)]
        heads = fit_group(
            Geometry.of(x), pair, photos(x[[0, 40]]), torch.eye(2).bool(), torch.ones(2)
        )
        margins = torch.stack([z(head, x) - head.threshold for head in heads], 1)
        return float((margins.argmax(1) == kind).float().mean())

    average = -0.1 * SCALE  # z of the zero vector
    assert right(average - line) > 0.95
    assert right(average - line + 30) < 0.95
