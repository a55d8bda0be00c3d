"""Tier A: a label's head from a few answers, in closed form plus a small convex fit. Milliseconds, no iteration by
hand.

The head starts from the text and bends towards the photos that a person answered:

    f(x) = beta A (z_text(x) - threshold) + alpha phi(x) . m + phi(x) . d + constant

* beta in (0, 2]: how far the words are trusted, by MAP from the answers (a pet's name means nothing to CLIP: beta ->
0); * m: the mean of the photos a person said yes to, shrunk by their number (linear discriminant analysis with the
library's
  own covariance; Wang et al. 2024, "A Hard-to-Beat Baseline for Training-Free CLIP-based Adaptation",
  arXiv:2402.04087);
* d: a logistic regression around that, strongly regularised, on yes, no and (with little weight) photos of the library
  that nobody answered: most of them do not carry the label.

phi whitens half way, S^(-1/4) (x - mean), S the shrunk covariance of the library's embeddings: full whitening is better
from 8 photos on, none at all with one; half way was best over all. Wrong answers are expected (targets are softened).
Every constant below was fixed once on the development tasks of `bench learn`, never per label or user.

Knows tensors only; which answers may be trusted, and whether the result is better, is `learning` and `acceptance`.

Letters in shape comments: n answers, U unanswered photos, K labels of a group, N photos, D joint space.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.classifier import DEFAULT_THRESHOLD, Head

SLOPE = 0.7  # A: logit of a zero-shot tag per unit of z, fitted on the development tasks
ALPHA = 12.0  # weight of the mean of the yes photos
MEAN_PRIOR = 0.75  # photos that the prior of that mean weighs (its centre is the library's mean, phi = 0)
CONSTANT = -2.0  # logit of a photo that is no nearer to the yes photos than the library's mean is
TRUST_SPREAD = 1.3  # standard deviation of log beta
KAPPA = 0.2  # precision of d
SOFT = 0.05  # an answer is wrong with this probability
UNANSWERED = 256  # photos of the library that stand for those nobody answered
UNANSWERED_WEIGHT = 2.0  # their weight together, in answers per answer ...
UNANSWERED_EACH = 0.03  # ... but no more than this each: in a small library many of them do carry the label
UNANSWERED_TARGET = 0.02  # how probably one of them carries the label
SHARPEN = 2.0  # calibration: the fit is too timid on a whole library, where most photos do not carry the label
MOVE_SPREAD = 0.6  # standard deviation of how far held-out answers move a threshold

GROUP_ALPHA = 8.0
GROUP_TRUST_SPREAD = 2.0
GROUP_KAPPA = 0.05

_BIAS = 0.3  # the constant feature beside phi, whose mean square length is 1
_TRUSTS = torch.logspace(-2, 0.3, 24)  # beta is searched on this grid


@dataclass(frozen=True, slots=True)
class Geometry:
    """The library's mean (D,) and half-whitening map (D, D): phi(x) = (x - mean) map, of mean square length 1."""

    mean: Tensor
    map: Tensor

    @classmethod
    def of(cls, image_features: Tensor) -> Geometry:
        """From the embeddings (N, D) of the library or a sample of some thousands; the smaller, the less whitening."""
        x = image_features.float()
        count, size = x.shape
        if count < 2:
            return cls(torch.zeros(size), torch.eye(size))
        mean = x.mean(0)
        centred = x - mean  # (N, D)
        values, directions = torch.linalg.eigh(centred.T @ centred / count)  # (D,), (D, D)
        shrink = min(1.0, max(0.1, size / (2 * count)))
        values = (1 - shrink) * values.clamp_min(0) + shrink * values.mean().clamp_min(1e-8)
        whiten = directions * values**-0.25  # (D, D)
        return cls(mean, whiten / (centred @ whiten).square().sum(1).mean().sqrt())

    def features(self, image_features: Tensor) -> Tensor:
        """(N, D) -> phi with the constant feature behind it (N, D+1)."""
        phi = (image_features.float() - self.mean) @ self.map
        return torch.cat([phi, torch.full((len(phi), 1), _BIAS)], 1)

    def head(self, direction: Tensor, trust: float, text: Tensor, scale: float, constant: float) -> Head:
        """The linear score trust * scale * (x . text - centre) + features(x) . direction + constant as a head whose
        threshold is where that score is 0."""
        bend = self.map @ direction[:-1]  # (D,)
        offset = constant + float(direction[-1]) * _BIAS - float(self.mean @ bend)
        return Head(trust * scale * text + bend, trust * scale, threshold=-offset)


@dataclass(frozen=True, slots=True)
class Photos:
    """Image features (N, D) float32 with their vocabulary `centre` (N,)."""

    image_features: Tensor
    centre: Tensor

    def __len__(self) -> int:
        return len(self.centre)

    def take(self, rows: Tensor) -> Photos:
        """The photos of these rows (index or mask)."""
        return Photos(self.image_features[rows], self.centre[rows])

    def text_scores(self, text: Tensor, scale: float) -> Tensor:
        """Zero-shot z (N,) or (N, K) of unit text features (D,) or (K, D)."""
        centre = self.centre if text.dim() == 1 else self.centre[:, None]
        return scale * (self.image_features @ text.movedim(-1, 0) - centre)


def fit_label(
    geometry: Geometry, text: Tensor, scale: float, answered: Photos, present: Tensor, unanswered: Photos
) -> Head:
    """The head of one free label. `text` (D,): its unit text feature; `scale`: CLIP's logit scale; `answered`: n photos
    with `present` (n,) bool; `unanswered`: a sample of the rest of the library (about `UNANSWERED`).

    Its threshold is where the label becomes likelier than not by the answers it was fitted to; `moved_threshold`
    corrects it by held-out ones. How far its calibration (a, b) is to be believed: `bench learn`, column ECE.
    """
    zero_shot = SLOPE * (answered.text_scores(text, scale) - DEFAULT_THRESHOLD)  # (n,)
    targets = present.float() * (1 - 2 * SOFT) + SOFT  # (n,)

    def loss(trusts: Tensor) -> Tensor:
        logits = trusts[:, None] * zero_shot
        wanted = targets.expand_as(logits)
        return F.binary_cross_entropy_with_logits(logits, wanted, reduction="none").sum(1)

    trust = _trust(loss, TRUST_SPREAD)
    phi = geometry.features(torch.cat([answered.image_features, unanswered.image_features]))  # (n+U, D+1)
    mean = phi[: len(answered)][present].sum(0) / (present.sum() + MEAN_PRIOR)  # (D+1,)
    mean[-1] = 0
    text_z = torch.cat([answered.text_scores(text, scale), unanswered.text_scores(text, scale)])
    start = trust * SLOPE * (text_z - DEFAULT_THRESHOLD) + ALPHA * phi @ mean + CONSTANT  # (n+U,)
    rest = len(unanswered)
    goal = torch.cat([targets, torch.full((rest,), UNANSWERED_TARGET)])
    each = min(UNANSWERED_EACH, UNANSWERED_WEIGHT * len(answered) / max(rest, 1))
    weights = torch.cat([torch.ones(len(answered)), torch.full((rest,), each)])
    bend = phi.T @ _logistic(phi @ phi.T / KAPPA, start, goal, weights) / KAPPA  # (D+1,)
    constant = CONSTANT - trust * SLOPE * DEFAULT_THRESHOLD
    head = geometry.head(ALPHA * mean + bend, trust * SLOPE, text, scale, constant)
    return Head(head.vector, head.anchor, head.threshold, (SHARPEN, -SHARPEN * head.threshold))


def moved_threshold(head: Head, held_out: Tensor, present: Tensor) -> tuple[Head, float]:
    """The head with its threshold moved to where held-out answers want it, and by how much (in units of z, down is +).

    `held_out` (n,): z - threshold of each answer under a head that was not fitted to it. By MAP around where it is: the
    answers are about half yes, the library is not, so they are believed only so far (`spread`, standard deviation of
    the move).
    """
    moves = torch.linspace(-3, 3, 121)  # (M,)
    targets = present.float() * (1 - 2 * SOFT) + SOFT
    logits = held_out + moves[:, None]  # (M, n)
    loss = F.binary_cross_entropy_with_logits(logits, targets.expand_as(logits), reduction="none").sum(1)
    move = float(moves[(loss + moves.square() / (2 * MOVE_SPREAD**2)).argmin()])
    return with_threshold(head, head.threshold - move), move


def with_threshold(head: Head, threshold: float) -> Head:
    """The head with another threshold; its calibration follows."""
    return replace(head, threshold=threshold, calibration=(SHARPEN, -SHARPEN * threshold))


def fit_group(geometry: Geometry, texts: Tensor, scale: float, answered: Photos, allowed: Tensor) -> list[Head]:
    """The heads of an exclusive group, learned together by softmax. `texts` (K, D); `allowed` (n, K) bool: the labels
    that a photo may carry by what a person said: one column for a yes, all but one for a no.
    """
    z = answered.text_scores(texts, scale)  # (n, K)

    def loss(trusts: Tensor) -> Tensor:
        return -(_log_allowed(trusts[:, None, None] * z, allowed)).sum(1)

    trust = _trust(loss, GROUP_TRUST_SPREAD)
    phi = geometry.features(answered.image_features)  # (n, D+1)
    certain = (allowed & (allowed.sum(1, keepdim=True) == 1)).float()  # (n, K)
    means = certain.T @ phi / (certain.sum(0)[:, None] + MEAN_PRIOR)  # (K, D+1)
    means[:, -1] = 0
    start = trust * z + GROUP_ALPHA * phi @ means.T  # (n, K)
    dual = _softmax_fit(phi @ phi.T, start, allowed)  # (n, K): d_k = sum_i dual_ik phi_i
    directions = GROUP_ALPHA * means + dual.T @ phi  # (K, D+1)
    return [geometry.head(d, trust, text, scale, 0.0) for d, text in zip(directions, texts, strict=True)]


def _softmax_fit(gram: Tensor, start: Tensor, allowed: Tensor) -> Tensor:
    """Softmax regression around `start` (n, K) by majorisation (Boehning 1992): the curvature of the softmax is at most
    1/2, so one Cholesky factor of gram / 2 + kappa serves every step and each step lowers the loss. A photo with several
    allowed labels counts for each of them by its present probability (expectation maximisation). (n, K).
    """
    count = start.shape[1]
    dual = torch.zeros_like(start)
    factor = torch.linalg.cholesky(gram / 2 + GROUP_KAPPA * torch.eye(len(gram)))
    for _ in range(300):
        logits = start + gram @ dual
        wanted = (1 - SOFT) * logits.masked_fill(~allowed, float("-inf")).softmax(1) + SOFT / count
        gradient = logits.softmax(1) - wanted + GROUP_KAPPA * dual
        step = torch.cholesky_solve(gradient, factor)
        dual = dual - step
        if (gram @ step).abs().max() < 1e-3:
            break
    return dual


def _log_allowed(logits: Tensor, allowed: Tensor) -> Tensor:
    """log of the softmax mass (..., n) on the allowed labels, logits (..., n, K)."""
    inside = logits.masked_fill(~allowed, float("-inf")).logsumexp(-1)
    return inside - logits.logsumexp(-1)


def _trust(loss: Callable[[Tensor], Tensor], spread: float) -> float:
    """beta by MAP on a grid: loss(betas (G,)) -> (G,) summed over the answers, log beta ~ N(0, spread^2)."""
    total = loss(_TRUSTS) + _TRUSTS.log().square() / (2 * MOVE_SPREAD**2)
    return float(_TRUSTS[total.argmin()])


def _logistic(covariance: Tensor, start: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Weighted logistic regression as a Gaussian process: f = start + covariance @ a with a ~ its precision; returns a
    (m,). Newton's method in the form that never inverts the covariance (Rasmussen and Williams 2006, algorithm 3.1),
    with step halving.
    """
    count = len(start)
    a, f = torch.zeros(count), start.clone()

    def objective(f: Tensor, a: Tensor) -> float:
        data = weights * F.binary_cross_entropy_with_logits(f, targets, reduction="none")
        return float(data.sum() + 0.5 * a @ (f - start))

    value = objective(f, a)
    for _ in range(30):
        p = torch.sigmoid(f)
        curvature = (weights * p * (1 - p)).clamp_min(1e-6)  # (m,)
        root = curvature.sqrt()
        inner = torch.eye(count) + root[:, None] * covariance * root
        b = curvature * (f - start) + weights * (targets - p)
        solved = torch.cholesky_solve((root * (covariance @ b))[:, None], torch.linalg.cholesky(inner))[:, 0]
        step, size = b - root * solved - a, 1.0
        while size > 0.01:
            new_a = a + size * step
            new_f = start + covariance @ new_a
            if (new_value := objective(new_f, new_a)) <= value:
                break
            size /= 2
        else:
            return a
        gained = value - new_value
        a, f, value = new_a, new_f, new_value
        if gained < 1e-4:
            break
    return a
