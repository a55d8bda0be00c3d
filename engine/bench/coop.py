"""How much faster a step of prompt learning is than the published way, with the same gradients.

    python -m engine bench coop [--classes 10,50] [--rounds 3]

ViT-B/32's geometry with random weights (speed does not depend on them), 16 context vectors, batches of 32. Four ways,
in turn within each round, so that whatever else the computer does hits all of them:

* published: encode the batch's photos, all prompts over the whole context (77 tokens), as KaiyangZhou/CoOp does
* cached: image features are constants
* cut: and nothing behind the longest prompt's end is computed
* packed: and the common prefix is computed once (`TextEncoder.encode_tree`)
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.clip import CLIP
from engine.coop import CustomCLIP, PromptLearner

_BATCH = 32
_NAMES = "dog|polar bear|fire engine|cup|pocket watch|tree|river|great white shark|bicycle|acoustic guitar"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine bench coop`."""
    parser.add_argument("--classes", default="10,50", help="numbers of classes (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each way (default %(default)s)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Milliseconds per step of each way, the ratio to the published one, and how far its gradient is from that."""
    clip = CLIP(
        embed_dim=512, input_resolution=224, vision_layers=12, vision_width=768, vision_patch_size=32,
        context_length=77, vocab_size=49408, transformer_width=512, transformer_heads=8, transformer_layers=12,
    ).eval()  # fmt: skip
    return {f"{count} classes": _measure(clip, count, args.rounds) for count in map(int, str(args.classes).split(","))}


def _measure(clip: CLIP, classes: int, rounds: int) -> dict[str, Any]:
    torch.manual_seed(0)
    names = [f"{name} {number}" if number else name for number in range(99) for name in _NAMES.split("|")][:classes]
    learner = PromptLearner(clip, names, n_ctx=16)
    model = CustomCLIP(clip, learner)
    optimiser = torch.optim.SGD([learner.ctx], lr=0.0, momentum=0.9)  # the same point again and again
    pixels = torch.randn(_BATCH, 3, 224, 224)
    targets = torch.arange(_BATCH) % classes
    with torch.no_grad():
        cached = F.normalize(clip.encode_image(pixels), dim=-1)  # (B, D)
    padding = clip.token_embedding.weight[0].expand(classes, clip.context_length - learner.length, -1)

    def step(image_features: Tensor, text_features: Tensor) -> None:
        logits = clip.logit_scale.exp() * image_features @ F.normalize(text_features, dim=-1).t()
        optimiser.zero_grad()
        F.cross_entropy(logits, targets).backward()  # type: ignore[no-untyped-call]
        optimiser.step()

    def whole_context() -> Tensor:
        prompts = torch.cat([learner(), padding], dim=1)  # (K, 77, C)
        return model.text_encoder(prompts, learner.eot)  # type: ignore[no-any-return]

    def published() -> None:
        with torch.no_grad():
            image_features = F.normalize(clip.encode_image(pixels), dim=-1)
        step(image_features, whole_context())

    ways: dict[str, Callable[[], None]] = {
        "published": published,
        "cached": lambda: step(cached, whole_context()),
        "cut": lambda: step(cached, model.text_encoder(learner(), learner.eot)),
        "packed": lambda: step(cached, model.text_encoder.encode_tree(learner.tree())),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    gradients: dict[str, Tensor] = {}
    ways["packed"]()  # threads and kernels are warm before the first measurement
    for _ in range(rounds):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - started)
            assert learner.ctx.grad is not None
            gradients[name] = learner.ctx.grad.clone()
    reference = gradients["published"]
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    return {
        name: {
            "ms": round(1000 * medians[name], 1),
            "times faster": round(medians["published"] / medians[name], 1),
            "gradient differs by": f"{float((gradients[name] - reference).norm() / reference.norm()):.1e}",
        }
        for name in ways
    }
