"""The published methods that `bench learn` compares with, as their papers give them.

Each takes cached image features of unit length and returns scores; none is tuned per task. Not part
of the product.

Letters in shape comments: n answered images, N images, K classes, S seeds, D joint space.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.clip.coop import PromptLearner, PromptTree, Recipe, TextEncoder
from engine.clip.model import CLIP


def nearest_mean(shots: Tensor, targets: Tensor, images: Tensor, classes: int) -> Tensor:
    """Cosine to the mean of each class (Snell et al. 2017, arXiv:1703.05175): (N, K)."""
    means = torch.stack([shots[targets == c].mean(0) for c in range(classes)])  # (K, D)
    return images @ F.normalize(means, dim=-1).T


def linear_probe(shots: Tensor, targets: Tensor, images: Tensor, classes: int) -> Tensor:
    """Logistic regression with L2: logits (N, K).

    The probe of Radford et al. 2021, C = 0.316 as in its code.
    """
    weight = torch.zeros(classes, shots.shape[1], requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = F.cross_entropy(
            shots @ weight.T + bias, targets, reduction="sum"
        ) + weight.square().sum() / (2 * 0.316)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return (images @ weight.T + bias).detach()


def tip_adapter(
    shots: Tensor,
    targets: Tensor,
    images: Tensor,
    text: Tensor,
    scale: float,
    alpha: float = 1.0,
    beta: float = 5.5,
) -> Tensor:
    """Zero-shot logits plus a cache of the shots.

    Zhang et al. 2022, arXiv:2207.09519; alpha and beta of its config.
    """
    affinity = torch.exp(-beta * (1 - images @ shots.T))  # (N, n)
    return scale * images @ text.T + alpha * affinity @ F.one_hot(targets, len(text)).float()


def coop(
    clip: CLIP,
    names: Sequence[str],
    shots: Tensor,
    targets: Tensor,
    per_class: int,
    n_ctx: int = 16,
) -> Tensor:
    """Text features (S, K, D) of CoOp by the official recipe, S seeds side by side.

    `shots` (S, n, D), `targets` (S, n).

    The recipe of `coop.train_prompts` (SGD, batches of 32, its schedule, random context of 16
    vectors, cross-entropy); the seeds share one pass through the text encoder and nothing else, so
    the result is that of S separate runs. Images are not augmented: features are cached.
    """
    seeds, count = targets.shape
    learners = []
    for seed in range(seeds):
        torch.manual_seed(seed)
        learners.append(PromptLearner(names, clip, n_ctx=n_ctx))
    tree = learners[0].tree()
    encoder = TextEncoder(clip)
    # (S, n_ctx, C)
    ctx = torch.stack([learner.ctx.detach() for learner in learners]).requires_grad_(True)
    start = learners[0].token_prefix.expand(seeds, -1, -1)
    suffixes = tree.suffixes.expand(seeds, -1, -1)
    recipe = Recipe.official(per_class)
    optimiser = torch.optim.SGD(
        [ctx], lr=recipe.lr, momentum=recipe.momentum, weight_decay=recipe.weight_decay
    )
    generators = [torch.Generator().manual_seed(seed) for seed in range(seeds)]
    batch = min(recipe.batch_size, count)
    scale = float(clip.logit_scale.exp())

    def features() -> Tensor:
        prefix = torch.cat([start, ctx], 1)  # (S, 1 + n_ctx, C)
        # (S, K, D)
        return F.normalize(encoder.encode_tree(PromptTree(prefix, suffixes, tree.lengths)), dim=-1)

    for epoch in range(1, recipe.epochs + 1):
        optimiser.param_groups[0]["lr"] = recipe.lr_at(epoch)
        # (S, n)
        order = torch.stack(
            [torch.randperm(count, generator=generator) for generator in generators]
        )
        for rows in torch.split(order, batch, dim=1)[: count // batch]:  # (S, B)
            x = shots.gather(1, rows[:, :, None].expand(-1, -1, shots.shape[2]))  # (S, B, D)
            logits = scale * torch.einsum("sbd,skd->sbk", x, features())
            wanted = targets.gather(1, rows)
            losses = F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), reduction="none").view(
                seeds, -1
            )
            optimiser.zero_grad()
            losses.mean(1).sum().backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    with torch.no_grad():
        return features()
