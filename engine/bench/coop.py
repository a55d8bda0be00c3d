"""How much faster a step of prompt learning is than the published way, with the same gradients.

    python -m engine bench coop [--classes 10,50] [--rounds 3]

ViT-B/32's geometry with random weights (speed does not depend on them), 16 context vectors, batches of 32. Four ways,
in turn within each round, so that whatever else the computer does hits all of them:

* published: read the batch's photos (JPEGs of 640 x 480, random crop), encode them, and all prompts over the whole
  context (77 tokens), as KaiyangZhou/CoOp does
* cached: image features are constants
* cut: and nothing behind the longest prompt's end is computed
* packed: and the common prefix is computed once (`TextEncoder.encode_tree`)

Beside the time that passed stands the processor's time: on a computer that does other things at once, short steps on
several threads wait for each other far longer than they work, and only the second is a property of the program.
"""

from __future__ import annotations

import argparse
import io
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from engine.classifier import vocabulary_words
from engine.clip import CLIP
from engine.coop import CustomCLIP, PromptLearner
from engine.datasets import random_crop
from engine.images import to_model_input

_BATCH = 32


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine bench coop`."""
    parser.add_argument("--classes", default="10,50", help="numbers of classes (default %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="threads of torch (1; 0: as torch chooses)")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each way (default %(default)s)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Milliseconds per step of each way, the ratio to the published one, and how far its gradient is from that."""
    if args.threads:
        torch.set_num_threads(args.threads)
    clip = CLIP(
        embed_dim=512, input_resolution=224, vision_layers=12, vision_width=768, vision_patch_size=32,
        context_length=77, vocab_size=49408, transformer_width=512, transformer_heads=8, transformer_layers=12,
    ).eval()  # fmt: skip
    return {f"{count} classes": _measure(clip, count, args.rounds) for count in map(int, str(args.classes).split(","))}


def _measure(clip: CLIP, classes: int, rounds: int) -> dict[str, Any]:
    torch.manual_seed(0)
    words = vocabulary_words()
    names = [words[number * len(words) // classes] for number in range(classes)]  # everyday words from all over
    learner = PromptLearner(clip, names, n_ctx=16)
    model = CustomCLIP(clip, learner)
    optimiser = torch.optim.SGD([learner.ctx], lr=0.0, momentum=0.9)  # the same point again and again
    targets = torch.arange(_BATCH) % classes
    cached = F.normalize(torch.randn(_BATCH, clip.embed_dim), dim=-1)  # (B, D)
    photos, random = [_jpeg(number) for number in range(_BATCH)], np.random.default_rng(0)
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
        crops = [random_crop(Image.open(io.BytesIO(photo)).convert("RGB"), 224, random) for photo in photos]
        with torch.no_grad():
            clip.encode_image(to_model_input(np.stack(crops)))
        step(cached, whole_context())  # the cached features here too, so that the gradients can be compared

    ways: dict[str, Callable[[], None]] = {
        "published": published,
        "cached": lambda: step(cached, whole_context()),
        "cut": lambda: step(cached, model.text_encoder(learner(), learner.eot)),
        "packed": lambda: step(cached, model.text_encoder.encode_tree(learner.tree())),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    cpu_seconds: dict[str, list[float]] = {name: [] for name in ways}
    gradients: dict[str, Tensor] = {}
    ways["packed"]()  # threads and kernels are warm before the first measurement
    for _ in range(rounds):
        for name, way in ways.items():
            started, cpu_started = time.perf_counter(), time.process_time()
            way()
            seconds[name].append(time.perf_counter() - started)
            cpu_seconds[name].append(time.process_time() - cpu_started)
            assert learner.ctx.grad is not None
            gradients[name] = learner.ctx.grad.clone()
    reference = gradients["published"]
    passed = {name: statistics.median(values) for name, values in seconds.items()}
    worked = {name: statistics.median(values) for name, values in cpu_seconds.items()}
    return {
        name: {
            "ms": round(1000 * passed[name], 1),
            "times faster": round(passed["published"] / passed[name], 1),
            "processor ms": round(1000 * worked[name], 1),
            "times less work": round(worked["published"] / worked[name], 1),
            "gradient differs by": f"{float((gradients[name] - reference).norm() / reference.norm()):.1e}",
        }
        for name in ways
    }


def _jpeg(number: int) -> bytes:
    """A photo-like JPEG: smooth shapes with some noise."""
    random = np.random.default_rng(number)
    coarse = Image.fromarray(random.integers(0, 256, (12, 16, 3), dtype=np.uint8)).resize((640, 480))
    noisy = np.clip(np.asarray(coarse) + random.normal(0, 8, (480, 640, 3)), 0, 255).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(noisy).save(stream, "JPEG", quality=90)
    return stream.getvalue()
