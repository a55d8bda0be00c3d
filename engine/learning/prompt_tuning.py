"""Tier B: CoOp that does not forget what the words meant.

Plain CoOp (`coop`) learns its context from the answers alone; with few of them it is below
zero-shot on some tasks, and its softmax assumes one class per photo. Here the context starts at "a
photo of a", each label's own tokens may move a little as well (a name that means nothing to CLIP
can acquire a meaning), and the loss holds everything near what it was:

    class-balanced masked binary cross-entropy on yes and no
                                            (softmax over the allowed labels inside a group)
    + PULL / n (1 - cos(w, w0))             the learned text stays near its own words
                                            (KgCoOp, arXiv:2303.13283)
    + RETAIN (1 - cos) on vocabulary words  the context does not spoil other words

Full batch, few steps, Adam, averaged weights: deterministic, so there is no unlucky seed. All folds
of the held-out check are learned at once as variants of the same prompts
(`TextEncoder.encode_tree`).

Knows tensors and prompts; nothing of the library, of versions, of acceptance.

Letters in shape comments: n answers, K labels, V variants (folds), D joint space, C text width, R
retained words.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.clip.coop import PromptLearner, PromptTree, TextEncoder
from engine.clip.zero_shot import Head, Vocabulary
from engine.learning.fewshot import Photos
from engine.messages import message
from engine.records import Progress

if TYPE_CHECKING:
    from engine.clip.weights import LoadedModel

CTX_INIT = "a photo of a"
STEPS = 40
LR = 0.02  # of Adam, in units of the token embeddings' own standard deviation
PULL = 8.0
RETAIN = 2.0
RETAINED_WORDS = 8
NAME_FREEDOM = 0.5  # how far a name's own tokens may move, relative to the context's freedom
AVERAGE = 0.9  # decay of the averaged weights


@dataclass(frozen=True, slots=True)
class Tuned:
    """`text_features` (V, K, D) of the length of the words' own, `ctx` (V, n, C)."""

    text_features: Tensor
    ctx: Tensor


def tune(
    model: LoadedModel,
    vocabulary: Vocabulary,
    names: Sequence[str],
    words: Sequence[Head],
    photos: Photos,
    answers: Tensor,
    variants: Tensor,
    exclusive: bool,
    seed: int = 0,
) -> Generator[Progress, None, Tuned]:
    """Learn the prompts of K labels, V variants at once; yields after every step.

    `words`: the K zero-shot heads; `photos`: the n answered ones; `answers` (n, K): free labels: 1
    yes, 0 no, -1 nothing said; exclusive group: 1 allowed, 0 not; `variants` (V, n) bool: the
    answers that each variant may see. Raises AlbumenError if a name is too long for the model's
    context.
    """
    encoder = TextEncoder(model.clip)
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randperm(len(vocabulary.words), generator=generator)[:RETAINED_WORDS]
    retained = [vocabulary.words[i] for i in drawn.tolist()]
    learner = PromptLearner([*names, *retained], model.clip, ctx_init=CTX_INIT)
    tree = learner.tree()
    # Tokens of the labels' names, before those of the retained words.
    own = sum(tree.lengths[: len(names)])
    unit = float(model.clip.token_embedding.weight.detach().float().std())
    count = len(variants)
    detail = message("learning words for {names}", names=", ".join(names)[:60])
    device = learner.ctx.device
    photos = Photos(photos.image_features.to(device), photos.centre.to(device))
    answers = answers.to(device)
    variants = variants.to(device)
    meant = torch.stack([head.vector / head.anchor for head in words]).to(device)  # (K, D)
    thresholds = torch.tensor([head.threshold for head in words], device=device)  # (K,)
    start = learner.ctx.detach()
    rest = tree.suffixes.detach()
    # (V, n, C), in units of `unit`
    moved = torch.zeros(count, *start.shape, device=device, requires_grad=True)
    # (V, T, C)
    renamed = torch.zeros(count, own, start.shape[1], device=device, requires_grad=True)

    def features(moved: Tensor, renamed: Tensor) -> Tensor:
        """(V, K + R, D) of unit length."""
        prefix = torch.cat([learner.token_prefix.expand(count, -1, -1), start + unit * moved], 1)
        names_part = rest[:own] + NAME_FREEDOM * unit * renamed
        suffixes = torch.cat([names_part, rest[own:].expand(count, -1, -1)], 1)
        return F.normalize(encoder.encode_tree(PromptTree(prefix, suffixes, tree.lengths)), dim=-1)

    with torch.no_grad():
        anchors = features(moved, renamed)  # what the prompts mean before anything is learned
    answered = variants[:, :, None] & (answers >= 0)  # (V, n, K)
    seen = variants.sum(1).clamp_min(1)  # (V,)
    scale = vocabulary.logit_scale
    # The anchors are one template; the words' own features are the mean of several. What is learned
    # is the difference.
    optimiser = _Adam((moved, renamed))
    average = [moved.detach().clone(), renamed.detach().clone()]
    for step in range(STEPS):
        text = features(moved, renamed)  # (V, K + R, D)
        shifted = _shifted(meant, text[:, : len(names)], anchors[:, : len(names)])  # (V, K, D)
        z = (
            scale
            * (torch.einsum("nd,vkd->vnk", photos.image_features, shifted) - photos.centre[:, None])
            - thresholds
        )
        # (V,)
        fit = _group_loss(z, answers, variants) if exclusive else _label_loss(z, answers, answered)
        drift = 1 - (text * anchors).sum(-1)  # (V, K + R)
        pull = drift[:, : len(names)].sum(1) * PULL / seen
        loss = (fit + pull + RETAIN * drift[:, len(names) :].mean(1)).sum()
        optimiser.step(torch.autograd.grad(loss, (moved, renamed)))
        for mean, value in zip(average, (moved, renamed), strict=True):
            mean.lerp_(value.detach(), 1 - AVERAGE if step else 1.0)
        yield Progress("train", step + 1, STEPS, detail=detail)
    with torch.no_grad():
        text = features(average[0], average[1])[:, : len(names)]
        return Tuned(
            _shifted(meant, text, anchors[:, : len(names)]).cpu(), (start + unit * average[0]).cpu()
        )


class _Adam:
    """Adam (Kingma and Ba 2015, arXiv:1412.6980).

    Ten lines instead of `torch.optim`, whose first use imports torch's compiler: seconds in which a
    person waits for the first progress.
    """

    def __init__(self, parameters: Sequence[Tensor]) -> None:
        self.parameters = parameters
        self.moments = [(torch.zeros_like(p), torch.zeros_like(p)) for p in parameters]
        self.steps = 0

    @torch.no_grad()
    def step(self, gradients: Sequence[Tensor]) -> None:
        """One step in place."""
        self.steps += 1
        for parameter, gradient, (first, second) in zip(
            self.parameters, gradients, self.moments, strict=True
        ):
            first.lerp_(gradient, 1 - 0.9)
            second.lerp_(gradient.square(), 1 - 0.999)
            unbiased = (second / (1 - 0.999**self.steps)).sqrt() + 1e-8
            parameter.sub_(LR / (1 - 0.9**self.steps) * first / unbiased)


def _shifted(words: Tensor, text: Tensor, anchors: Tensor) -> Tensor:
    """The words' features (K, D) moved by what the prompts (V, K, D) learned.

    By what they learned beyond their start, of the same length (1, but for 'not X', which stands
    for the average word).
    """
    shifted: Tensor = F.normalize(words + text - anchors, dim=-1) * words.norm(dim=-1, keepdim=True)
    return shifted


def _label_loss(z: Tensor, answers: Tensor, answered: Tensor) -> Tensor:
    """Class-balanced masked binary cross-entropy (V,), mean over labels.

    z (V, n, K), 0 at the threshold.
    """
    losses = F.binary_cross_entropy_with_logits(
        z, answers.clamp_min(0).float().expand_as(z), reduction="none"
    )
    total = torch.zeros(z.shape[0], z.shape[2], device=z.device)
    for answer in (0, 1):
        mask = answered & (answers == answer)  # (V, n, K)
        total = total + (losses * mask).sum(1) / mask.sum(1).clamp_min(1)
    return total.mean(1)


def _group_loss(z: Tensor, answers: Tensor, variants: Tensor) -> Tensor:
    """Mean cross-entropy (V,) on the allowed labels."""
    inside = z.masked_fill(answers == 0, float("-inf")).logsumexp(2) - z.logsumexp(2)  # (V, n)
    return -(inside * variants).sum(1) / variants.sum(1).clamp_min(1)
