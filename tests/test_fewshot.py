"""Tier A: what a few answers do to a head."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.classifier import Head, Scorer
from engine.fewshot import Geometry, Photos, _logistic, _softmax_fit, fit_group, fit_label, moved_threshold

D, SCALE = 24, 50.0


def clouds(kinds: int, each: int, noise: float = 0.35, seed: int = 0) -> tuple[Tensor, Tensor]:
    """(kinds * each, D) unit features around `kinds` random centres, and their kind."""
    generator = torch.Generator().manual_seed(seed)
    centres = F.normalize(torch.randn(kinds, D, generator=generator), dim=1)
    x = centres.repeat_interleave(each, 0) + noise * torch.randn(kinds * each, D, generator=generator) / D**0.5 * 3
    return F.normalize(x, dim=1), torch.arange(kinds).repeat_interleave(each)


def photos(x: Tensor) -> Photos:
    return Photos(x, torch.full((len(x),), 0.1))


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
    head = fit_label(geometry, text, SCALE, photos(x[rows]), kind[rows] == 0, photos(x[4::7]))
    rest = torch.ones(len(x), dtype=torch.bool)
    rest[rows] = False
    scores = z(head, x)
    assert scores[rest & (kind == 0)].mean() > scores[rest & (kind != 0)].max()
    assert head.anchor < 0.4 * SCALE  # the words are hardly trusted
    a, b = head.calibration or (0, 0)
    assert a * head.threshold + b == pytest.approx(0, abs=1e-4)


def test_words_that_are_right_are_trusted() -> None:
    x, kind = clouds(6, 40)
    text = F.normalize(x[kind == 0].mean(0), dim=0)
    rows = torch.tensor([0, 1, 40, 80])
    head = fit_label(Geometry.of(x), text, SCALE, photos(x[rows]), kind[rows] == 0, photos(x[5::9]))
    wrong = fit_label(Geometry.of(x), -text, SCALE, photos(x[rows]), kind[rows] == 0, photos(x[5::9]))
    assert head.anchor > 4 * wrong.anchor


def test_only_yes_and_only_no_are_usable() -> None:
    x, kind = clouds(3, 30)
    for rows, answer in ((torch.tensor([0, 1]), True), (torch.tensor([30, 31]), False)):
        present = torch.full((2,), answer)
        head = fit_label(Geometry.of(x), x[0], SCALE, photos(x[rows]), present, photos(x[10::5]))
        assert head.vector.isfinite().all()
    assert kind[31] == 1


def test_one_wrong_answer_does_not_turn_a_label_round() -> None:
    x, kind = clouds(6, 40)
    geometry = Geometry.of(x)
    rows = torch.tensor([0, 1, 2, 3, 4, 5, 40, 41, 80, 120, 160, 200])
    present = kind[rows] == 0
    present[6] = True  # wrong: photo 40 is of another kind
    head = fit_label(geometry, torch.zeros(D), SCALE, photos(x[rows]), present, photos(x[8::6]))
    scores = z(head, x)
    assert scores[kind == 0][6:].mean() > scores[kind == 1][2:].mean() + 1


def test_a_group_is_learned_together_and_decided_by_the_highest() -> None:
    x, kind = clouds(4, 40)
    texts = F.normalize(torch.randn(4, D, generator=torch.Generator().manual_seed(3)), dim=1)
    rows = torch.cat([torch.arange(k * 40, k * 40 + 4) for k in range(4)])
    heads = fit_group(Geometry.of(x), texts, SCALE, photos(x[rows]), F.one_hot(kind[rows]).bool())
    margins = torch.stack([z(head, x) - head.threshold for head in heads], 1)
    assert (margins.argmax(1) == kind).float().mean() > 0.9


def test_a_no_in_a_group_leaves_the_other_labels_open() -> None:
    x, kind = clouds(3, 40)
    texts = F.normalize(torch.stack([x[kind == k].mean(0) for k in (1, 0, 2)]), dim=1)  # 0 and 1 are called wrongly
    rows = torch.arange(6)
    allowed = torch.ones(6, 3, dtype=torch.bool)
    allowed[:, 1] = False  # 'not this' for photos of kind 0, whose words say label 1
    heads = fit_group(Geometry.of(x), texts, SCALE, photos(x[rows]), allowed)
    margins = torch.stack([z(head, x) - head.threshold for head in heads], 1)
    assert (margins[6:40].argmax(1) != 1).float().mean() > 0.8


def test_newton_finds_the_optimum() -> None:
    generator = torch.Generator().manual_seed(0)
    phi = torch.randn(12, 5, generator=generator)
    start, goal = torch.randn(12, generator=generator), (torch.rand(12, generator=generator) > 0.5).float()
    weights = torch.rand(12, generator=generator) + 0.1
    a = _logistic(phi @ phi.T / 0.2, start, goal, weights)
    d = (phi.T @ a / 0.2).requires_grad_(True)
    loss = (weights * F.binary_cross_entropy_with_logits(start + phi @ d, goal, reduction="none")).sum()
    loss = loss + 0.1 * d.square().sum()
    assert torch.autograd.grad(loss, d)[0].abs().max() < 0.02


def test_the_softmax_fit_finds_the_optimum() -> None:
    generator = torch.Generator().manual_seed(0)
    phi, start = torch.randn(9, 5, generator=generator), torch.randn(9, 3, generator=generator)
    allowed = F.one_hot(torch.arange(9) % 3).bool()
    d = (phi.T @ _softmax_fit(phi @ phi.T, start, allowed)).requires_grad_(True)  # (5, 3)
    logits = start + phi @ d
    loss = F.cross_entropy(logits, torch.arange(9) % 3, label_smoothing=0.05, reduction="sum")
    loss = loss + 0.5 * 0.05 * d.square().sum()
    assert torch.autograd.grad(loss, d)[0].abs().max() < 0.02


def test_held_out_answers_move_the_threshold() -> None:
    head = Head(torch.zeros(D), 1.0, 2.0)
    present = torch.tensor([True, True, True, False, False, False])
    low = torch.tensor([-1.0, -0.5, -0.8, -4.0, -5.0, -3.0])  # the yes photos lie just below the line
    moved, move = moved_threshold(head, low, present)
    assert move > 0.3
    assert moved.threshold == pytest.approx(2.0 - move)
