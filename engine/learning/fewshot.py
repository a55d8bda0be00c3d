"""Tier A: a label's head from a few answers, in closed form plus a small convex fit.

It takes milliseconds.

The head starts from the words and bends towards the photos that a person answered:

    f(x) = beta (words' score) + alpha phi(x) . m + phi(x) . d + constant

* beta: how far the words are trusted, by MAP (in a group the posterior mean); for a free label
  times how probably they mean anything at all: a photo that a person said yes to scores like the
  label's photos, or, if the words are a pet's name, like any photo of the library (`_meaning`).
* m: the mean of the photos a person said yes to, shrunk by their number (linear discriminant
  analysis with the library's own covariance; Wang et al. 2024, "A Hard-to-Beat Baseline for
  Training-Free CLIP-based Adaptation", arXiv:2402.04087). In a group alpha is chosen together with
  beta, by how well each answer is foretold by the words and all other answers (leave-one-out; Stone
  1974): where the words are right already, the photos add little.
* d: a logistic regression around that, strongly regularised. For a free label also on photos of the
  library that nobody answered, with little weight: most of them do not carry the label.

Some answers are wrong, or show an untypical photo. beta and alpha are judged where every answer is
a slip with probability `SLIP`, so that no single answer can turn them round; inside a group, where
the other labels' photos say what to expect, each answer also weighs as much as it is likely to be
meant (the mixture of meant answers and slips by expectation maximisation: Dawid and Skene 1979,
with one rate for all).

The line of a free label, where it begins to be on a photo, is what yes photos score that the fit
has not seen: photos it was fitted to score higher than any other, so a line at even odds lies too
high for few answers and, because yes and no are answered about as often while most photos do not
carry the label, too low for many.

phi whitens half way, S^(-1/4) (x - mean), S the shrunk covariance of the library's embeddings: full
whitening is better from 8 photos on, none at all with one; half way was best over all. Every
constant below was fixed once on the development tasks of `bench learn`, never per label or user.

Knows tensors only; which answers may be trusted, and whether the result is better, is `learn`'s and
`acceptance`'s.

Letters in shape comments: n answers, U unanswered photos, K labels of a group, N photos, D joint
space.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.clip.zero_shot import Head, Scorer

ALPHA = 10.0  # weight of the mean of the yes photos
# Photos that the prior of that mean weighs (its centre is the library's mean, phi = 0)
MEAN_PRIOR = 0.75
# Logit of a photo that is no nearer to the yes photos than the library's mean is ...
CONSTANT = -2.0
# ... in the limit: a new photo is less like the mean of few photos, so the line begins lower
CONSTANT_PRIOR = 1.5
TRUST_SPREAD = 0.8  # standard deviation of log beta where the words mean something
KAPPA = 0.2  # precision of d
SOFT = 0.05  # softening of the targets
# An answer says nothing about its label with this probability: a slip of the hand, an untypical
# photo.
SLIP = 0.15
UNANSWERED = 256  # photos of the library that stand for those nobody answered
UNANSWERED_WEIGHT = 2.0  # their weight together, in answers per answer ...
# ... but no more than this each: in a small library many of them do carry the label.
UNANSWERED_EACH = 0.03
UNANSWERED_TARGET = 0.02  # how probably one of them carries the label
# The label begins this many spreads of the library's scores below the middle of the yes photos ...
LINE_BELOW = 0.48
LINE_SPREAD = 0.75  # ... (the spread is at least this) ...
# ... as far as the answers move it: this many yes photos stand for the line at logit 0 ...
LINE_PRIOR = 4.0
LINE_MOST = 3.0  # ... and never further than this
# A name that means nothing, and one yes photo: others lie this far below the logit 0.
LONE_LINE = 1.1
# Calibration: the fit is too timid on a whole library, where most photos do not carry the label.
SHARPEN = 3.0

MEANINGFUL = 0.9  # part of the labels whose words mean something to CLIP
# Standard deviation of z, around the default threshold, of photos that show what the words say.
MEANT_SPREAD = 2.5

GROUP_ALPHA = 6.0
GROUP_TRUST_SPREAD = 2.0  # wide: softmax tells at once whether names that mean nothing help
GROUP_KAPPA = 0.1
# Standard deviation of alpha, relative to its usual value: where the words fail, photos may weigh
# more.
GROUP_ALPHA_SPREAD = 1.0
EM_STEPS = 2  # of the mixture of meant answers and slips

_BIAS = 0.3  # the constant feature beside phi, whose mean square length is 1
_TRUSTS = torch.logspace(-2, 0.3, 24)  # beta is searched on this grid ...
# ... and alpha, relative to its usual value
_ALPHAS = torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0])


@dataclass(frozen=True, slots=True)
class Geometry:
    """The library's mean (D,) and half-whitening map (D, D).

    phi(x) = (x - mean) map, of mean square length 1.
    """

    mean: Tensor
    map: Tensor

    @classmethod
    def of(cls, image_features: Tensor) -> Geometry:
        """From the embeddings (N, D) of the library or a sample of some thousands.

        The smaller, the less whitening.
        """
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

    def head(self, direction: Tensor, trust: float, words: Head, constant: float) -> Head:
        """The linear score as a head whose threshold is where that score is 0.

        The score: trust * (z of the words) + features(x) . direction + constant.
        """
        bend = self.map @ direction[:-1]  # (D,)
        offset = constant + float(direction[-1]) * _BIAS - float(self.mean @ bend)
        return Head(trust * words.vector + bend, trust * words.anchor, threshold=-offset)


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

    def scores(self, heads: Sequence[Head]) -> Tensor:
        """z - threshold (N, K)."""
        scorer = Scorer(heads)
        return scorer.scores(self.image_features, self.centre) - scorer.thresholds


def fit_label(
    geometry: Geometry,
    words: Head,
    answered: Photos,
    present: Tensor,
    weights: Tensor,
    unanswered: Photos,
) -> Head:
    """The head of one free label.

    `words`: what it starts from, its zero-shot head or that of a learned prompt; `answered`: n
    photos with `present` (n,) bool and the weight of each answer (n,), usually 1; `unanswered`: a
    sample of the rest of the library (about `UNANSWERED`).

    Its threshold is where the label becomes likelier than not. How far its calibration (a, b) is to
    be believed: `bench learn`, column ECE.
    """
    count = len(answered)
    rest = len(unanswered)
    yes = float(present.sum())
    z = torch.cat([answered.scores([words]), unanswered.scores([words])])[
        :, 0
    ]  # (n+U,), 0 at the threshold
    meaning = _meaning(z[:count][present], z[count:])
    said = meaning * z
    targets = present.float() * (1 - 2 * SOFT) + SOFT  # (n,)
    sign = torch.where(present, 1.0, -1.0)
    posterior, _ = _posterior(
        lambda trusts, _: torch.sigmoid(sign * trusts[..., 0] * said[:count]),
        torch.ones(count),
        TRUST_SPREAD,
    )
    trust = float(_TRUSTS[posterior.sum(1).argmax()])
    # (n+U, D+1)
    phi = geometry.features(torch.cat([answered.image_features, unanswered.image_features]))
    mean = phi[:count][present].sum(0) / (yes + MEAN_PRIOR)  # (D+1,)
    mean[-1] = 0
    constant = CONSTANT * yes / (yes + CONSTANT_PRIOR)
    start = trust * said + ALPHA * phi @ mean + constant  # (n+U,)
    goal = torch.cat([targets, torch.full((rest,), UNANSWERED_TARGET)])
    each = min(UNANSWERED_EACH, UNANSWERED_WEIGHT * count / max(rest, 1))
    weights = torch.cat([weights, torch.full((rest,), each)])
    covariance = phi @ phi.T / KAPPA
    dual = _logistic(covariance, start, goal, weights)
    f = start + covariance @ dual
    if yes > 1:
        held_out = _held_out(covariance, f, dual, weights)[:count][present]
        held_out -= ALPHA * _own_share(phi[:count][present], mean, yes)
        line = _line(held_out, f[count:] if rest else f)
    else:
        line = -LONE_LINE * (1 - meaning) * yes
    beta = trust * meaning
    head = geometry.head(
        ALPHA * mean + phi.T @ dual / KAPPA, beta, words, constant - beta * words.threshold - line
    )
    return replace(head, calibration=(SHARPEN, -SHARPEN * head.threshold))


def _own_share(phi: Tensor, mean: Tensor, count: float) -> Tensor:
    """What each photo's own part in the shrunk mean of `count` photos adds: (m,).

    It adds to the photo's likeness to that mean.
    """
    without = ((count + MEAN_PRIOR) * phi @ mean - phi[:, :-1].square().sum(1)) / (
        count - 1 + MEAN_PRIOR
    )
    return phi @ mean - without


def _held_out(covariance: Tensor, f: Tensor, dual: Tensor, weights: Tensor) -> Tensor:
    """What the logistic regression f (m,) says of each photo had it not seen its answer.

    `dual` is that of `_logistic`. The cavity of the Laplace approximation (Vehtari et al. 2016,
    "Bayesian leave-one-out cross-validation approximations for Gaussian latent variable models").
    No refit, one Cholesky factor.
    """
    p = torch.sigmoid(f)
    curvature = (weights * p * (1 - p)).clamp_min(1e-6)  # (m,)
    root = curvature.sqrt()
    factor = torch.linalg.cholesky(torch.eye(len(f)) + root[:, None] * covariance * root)
    seen = torch.linalg.solve_triangular(factor, root[:, None] * covariance, upper=False)  # (m, m)
    variance = covariance.diagonal() - seen.square().sum(0)  # (m,) of f by the posterior
    cavity: Tensor = f - dual / (1 / variance - curvature).clamp_min(1e-6)
    return cavity


def _line(yes: Tensor, library: Tensor) -> float:
    """Where the label begins, as a score.

    Below the middle of the yes photos, each scored as if nobody had answered it (m,), by a part of
    the spread of the library's own scores (U,). Few answers move the line little, none far.
    """
    # Of the bulk, which does not carry the label.
    spread = 1.4826 * (library - library.median()).abs().median()
    below = LINE_BELOW * float(spread.clamp_min(LINE_SPREAD))
    # The mean of two where they are even: torch's median is the lower.
    middle = float(yes.quantile(0.5))
    return max(-LINE_MOST, min(LINE_MOST, len(yes) / (len(yes) + LINE_PRIOR) * (middle - below)))


def fit_group(
    geometry: Geometry, words: Sequence[Head], answered: Photos, allowed: Tensor, weights: Tensor
) -> list[Head]:
    """The heads of an exclusive group of K labels, learned together by softmax.

    `words`: K heads to start from; `allowed` (n, K) bool: the labels that a photo may carry by what
    a person said: one column for a yes, all but one for a no; `weights` (n,): of the answers,
    usually 1; one above 1 is insisted on.
    """
    said = answered.scores(words)  # (n, K)
    phi = geometry.features(answered.image_features)  # (n, D+1)
    centred = phi * (torch.arange(phi.shape[1]) < phi.shape[1] - 1)  # without the constant feature
    certain = (allowed & (allowed.sum(1, keepdim=True) == 1)).float()  # (n, K)
    # (n,) labels that a slip could have meant
    others = torch.where(certain.sum(1) > 0, allowed.shape[1] - 1, 1)
    meant = torch.ones(len(said))  # (n,)
    for _ in range(EM_STEPS):
        without = _leave_one_out(centred, certain * meant[:, None])  # (n, K)

        def agreement(trust: Tensor, alpha: Tensor, without: Tensor = without) -> Tensor:
            return _log_allowed(trust * said + GROUP_ALPHA * alpha * without, allowed).exp()

        posterior, agreed = _posterior(agreement, others, GROUP_TRUST_SPREAD)
        trust = float(posterior.sum(1) @ _TRUSTS)
        alpha = float(posterior.sum(0) @ _ALPHAS)
        meant = _meant(torch.einsum("ba,ban->n", posterior, agreed), others)
        meant[weights > 1] = 1.0
    alpha *= GROUP_ALPHA
    weights = weights * meant
    share = certain * weights[:, None]  # (n, K)
    means = share.T @ centred / (share.sum(0)[:, None] + MEAN_PRIOR)  # (K, D+1)
    start = trust * said + alpha * phi @ means.T  # (n, K)
    dual = _softmax_fit(phi @ phi.T, start, allowed, weights)  # (n, K): d_k = sum_i dual_ik phi_i
    directions = alpha * means + dual.T @ phi  # (K, D+1)
    return [
        geometry.head(d, trust, head, -trust * head.threshold)
        for d, head in zip(directions, words, strict=True)
    ]


def _meaning(yes: Tensor, library: Tensor) -> float:
    """How probably the words mean something, from zero-shot scores, 0 at the threshold.

    Scores of yes photos (m,) and of any photos (U,). Bayes' rule between a normal around the
    threshold, where photos lie that show what the words say, and the library's own, where they lie
    if the words say nothing. One answer may be wrong, so it proves only so much.
    """
    mean, spread = (
        (library.mean(), library.std()) if len(library) > 1 else (torch.zeros(()), torch.zeros(()))
    )
    spread = spread.clamp_min(MEANT_SPREAD)
    shown = -0.5 * (yes / MEANT_SPREAD).square()  # log densities (m,), up to the same constant
    chance = -0.5 * ((yes - mean) / spread).square() - (spread / MEANT_SPREAD).log()
    evidence = torch.logaddexp(shown + math.log(1 - SOFT), chance + math.log(SOFT)) - chance
    return float(torch.sigmoid(evidence.sum() + math.log(MEANINGFUL / (1 - MEANINGFUL))))


def _leave_one_out(phi: Tensor, share: Tensor) -> Tensor:
    """phi_i . m_k with photo i left out of the shrunk means m (n, K).

    `phi` (n, D+1), `share` (n, K): the weight of photo i in the mean of label k. A label of which
    nothing else is known is as near as the others are on average.
    """
    own = phi.square().sum(1, keepdim=True)  # (n, 1)
    rest = share.sum(0) - share  # (n, K)
    near = (phi @ (share.T @ phi).T - share * own) / (rest + MEAN_PRIOR)  # (n, K)
    known = rest > 1e-6
    # (n, 1)
    average = (near * known).sum(1, keepdim=True) / known.sum(1, keepdim=True).clamp_min(1)
    return torch.where(known, near, average)


def _meant(agreed: Tensor, others: Tensor) -> Tensor:
    """How probably each answer (n,) is meant as it was given, by Bayes' rule.

    `agreed` (n,): how probable it is by all that is known but itself; a slip says any of the
    `others` (n,) as probably.
    """
    return (1 - SLIP) * agreed / _probable(agreed, others)


def _probable(agreed: Tensor, others: Tensor) -> Tensor:
    """Probability (..., n) of what was answered, if some answers are slips."""
    return (1 - SLIP) * agreed + SLIP * (1 - agreed) / others


def _posterior(
    agreement: Callable[[Tensor, Tensor], Tensor], others: Tensor, spread: float
) -> tuple[Tensor, Tensor]:
    """How probable each beta and alpha of the grid is (B, A), and each answer (B, A, n).

    Alpha is relative to its usual value. `agreement`: betas (B, 1, 1) and an alpha -> probability
    (B, n) of each answer; log beta ~ N(0, spread^2).
    """
    # (B, A, n)
    agreed = torch.stack([agreement(_TRUSTS[:, None, None], alpha) for alpha in _ALPHAS], 1)
    likely = _probable(agreed, others).log().sum(-1)  # (B, A)
    prior = (_TRUSTS.log() / spread).square()[:, None] + (
        (_ALPHAS - 1) / GROUP_ALPHA_SPREAD
    ).square()
    return (likely - prior / 2).flatten().softmax(0).view_as(likely), agreed


def _softmax_fit(gram: Tensor, start: Tensor, allowed: Tensor, weights: Tensor) -> Tensor:
    """Softmax regression around `start` (n, K), answers weighted (n,); the dual (n, K).

    By majorisation (Boehning 1992: the curvature of the softmax is at most 1/2, so one Cholesky
    factor serves every step), accelerated (Nesterov 1983, restarted where the step points back:
    O'Donoghue and Candes 2015). A photo with several allowed labels counts for each of them by its
    present probability (expectation maximisation).
    """
    count = start.shape[1]
    root = weights.clamp_min(1e-3).sqrt()[:, None]  # (n, 1)
    factor = torch.linalg.cholesky(root * gram * root.T / 2 + GROUP_KAPPA * torch.eye(len(gram)))
    dual = torch.zeros_like(start)
    ahead = torch.zeros_like(start)
    pace = 1.0
    for _ in range(300):
        logits = start + gram @ ahead
        wanted = (1 - SOFT) * logits.masked_fill(~allowed, float("-inf")).softmax(1) + SOFT / count
        gradient = root.square() * (logits.softmax(1) - wanted) + GROUP_KAPPA * ahead
        new = ahead - root * torch.cholesky_solve(gradient / root, factor)
        moved = new - dual
        change = gram @ moved  # of the logits
        if ((ahead - new) * change).sum() > 0:
            pace = 1.0
        faster = (1 + math.sqrt(1 + 4 * pace * pace)) / 2
        dual = new
        ahead = new + (pace - 1) / faster * moved
        pace = faster
        if change.abs().max() < 3e-3:
            break
    return dual


def _log_allowed(logits: Tensor, allowed: Tensor) -> Tensor:
    """log of the softmax mass (..., n) on the allowed labels, logits (..., n, K)."""
    inside = logits.masked_fill(~allowed, float("-inf")).logsumexp(-1)
    return inside - logits.logsumexp(-1)


def _logistic(covariance: Tensor, start: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Weighted logistic regression as a Gaussian process; returns the dual a (m,).

    f = start + covariance @ a with a ~ its precision. Newton's method in the form that never
    inverts the covariance (Rasmussen and Williams 2006, algorithm 3.1), with step halving.
    """
    count = len(start)
    a = torch.zeros(count)
    f = start.clone()

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
        solved = torch.cholesky_solve(
            (root * (covariance @ b))[:, None], torch.linalg.cholesky(inner)
        )[:, 0]
        step = b - root * solved - a
        size = 1.0
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
