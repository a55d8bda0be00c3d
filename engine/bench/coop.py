"""How much faster a step of prompt learning is than the published way, with the same gradients.

    python -m engine bench coop [--classes 10,50] [--rounds 3]

ViT-B/32's geometry with random weights (speed does not depend on them), 16 context vectors, batches
of 32. Four ways, in turn within each round, so that whatever else the computer does hits all of
them:

* published: what KaiyangZhou/CoOp and openai/CLIP compute, operation by operation: read the batch's
  photos (JPEGs of 640 x 480, random crop), encode them, and encode all prompts over the whole
  context of 77 tokens
* cached: image features are constants
* cut: and nothing behind the longest prompt's end is computed, nor the last block but where a
  prompt ends
* packed: and the common prefix is computed once (`TextEncoder.encode_tree`)

Beside the time that passed stands the processor's time: on a computer that does other things at
once, short steps on several threads wait for each other far longer than they work, and only the
second is a property of the program.
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

from engine.clip.coop import CustomCLIP, PromptLearner
from engine.clip.model import CLIP, ResidualAttentionBlock, Transformer, VisionTransformer
from engine.clip.zero_shot import vocabulary_words
from engine.evaluate.datasets import random_crop
from engine.images.decode import to_model_input

_BATCH = 32
Ways = dict[
    str, tuple[int, Callable[[], None]]
]  # name -> how often in a round (short ones vary more), one step


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine bench coop`."""
    parser.add_argument(
        "--classes", default="10,50", help="numbers of classes (default %(default)s)"
    )
    parser.add_argument(
        "--threads", type=int, default=1, help="threads of torch (1; 0: as torch chooses)"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="measurements of each way (default %(default)s)"
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Milliseconds per step of each way, ratio to the published one, distance of its gradient."""
    if args.threads:
        torch.set_num_threads(args.threads)
    clip = CLIP(
        embed_dim=512,
        input_resolution=224,
        vision_layers=12,
        vision_width=768,
        vision_patch_size=32,
        context_length=77,
        vocab_size=49408,
        transformer_width=512,
        transformer_heads=8,
        transformer_layers=12,
    ).eval()
    return {
        f"{count} classes": _measure(clip, count, args.rounds)
        for count in map(int, str(args.classes).split(","))
    }


def _measure(clip: CLIP, classes: int, rounds: int) -> dict[str, Any]:
    torch.manual_seed(0)
    words = vocabulary_words()
    names = [
        words[number * len(words) // classes] for number in range(classes)
    ]  # everyday words from all over
    learner = PromptLearner(names, clip, n_ctx=16)
    model = CustomCLIP(learner, clip)
    # The same point again and again.
    optimiser = torch.optim.SGD([learner.ctx], lr=0.0, momentum=0.9)
    targets = torch.arange(_BATCH) % classes
    cached = F.normalize(torch.randn(_BATCH, clip.embed_dim), dim=-1)  # (B, D)
    photos = [_jpeg(number) for number in range(_BATCH)]
    random = np.random.default_rng(0)
    # (77, 77)
    causal = torch.full((clip.context_length, clip.context_length), float("-inf")).triu(1)
    padding = clip.token_embedding.weight[0].expand(
        classes, clip.context_length - learner.length, -1
    )

    eot = learner.tokenized_prompts.argmax(dim=-1)  # (K,)

    def step(image_features: Tensor, text_features: Tensor) -> None:
        logits = clip.logit_scale.exp() * image_features @ F.normalize(text_features, dim=-1).t()
        optimiser.zero_grad()
        F.cross_entropy(logits, targets).backward()  # type: ignore[no-untyped-call]
        optimiser.step()

    def whole_context() -> Tensor:
        prompts = torch.cat([learner(), padding], dim=1)  # (K, 77, C)
        # (K, 77, C)
        x = _published_blocks(clip.transformer, prompts + clip.positional_embedding, causal)
        ends = clip.ln_final(x)[torch.arange(classes), eot]  # (K, C)
        return ends @ clip.text_projection  # type: ignore[no-any-return]

    def published() -> None:
        crops = [
            random_crop(Image.open(io.BytesIO(photo)).convert("RGB"), 224, random)
            for photo in photos
        ]
        with torch.no_grad():
            _published_image_encoder(clip, to_model_input(np.stack(crops)))
        # The cached features here too, so that the gradients can be compared.
        step(cached, whole_context())

    ways: Ways = {
        "published": (1, published),
        "cached": (1, lambda: step(cached, whole_context())),
        "cut": (3, lambda: step(cached, model.text_encoder(learner(), learner.tokenized_prompts))),
        "packed": (10, lambda: step(cached, model.text_encoder.encode_tree(learner.tree()))),
    }
    return _compared(ways, learner, rounds)


def _compared(ways: Ways, learner: PromptLearner, rounds: int) -> dict[str, Any]:
    """Times of every way, each round all of them; ratios and gradients against the first."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    cpu_seconds: dict[str, list[float]] = {name: [] for name in ways}
    gradients: dict[str, Tensor] = {}
    ways["packed"][1]()  # threads and kernels are warm before the first measurement
    for _ in range(rounds):
        for name, (times, way) in ways.items():
            for _ in range(times):
                started = time.perf_counter()
                cpu_started = time.process_time()
                way()
                seconds[name].append(time.perf_counter() - started)
                cpu_seconds[name].append(time.process_time() - cpu_started)
            assert learner.ctx.grad is not None
            gradients[name] = learner.ctx.grad.clone()
    first = next(iter(ways))
    passed = {name: statistics.median(values) for name, values in seconds.items()}
    worked = {name: statistics.median(values) for name, values in cpu_seconds.items()}
    error = {
        name: float((gradient - gradients[first]).norm()) for name, gradient in gradients.items()
    }
    return {
        name: {
            "ms": round(1000 * passed[name], 1),
            "times faster": round(passed[first] / passed[name], 1),
            "processor ms": round(1000 * worked[name], 1),
            "times less work": round(worked[first] / worked[name], 1),
            "gradient differs by": f"{error[name] / float(gradients[first].norm()):.1e}",
        }
        for name in ways
    }


def _published_image_encoder(clip: CLIP, x: Tensor) -> Tensor:
    """(B, 3, S, S) -> (B, D) as `VisionTransformer.forward` of openai/CLIP."""
    visual = clip.visual
    assert isinstance(visual, VisionTransformer)
    x = visual.conv1(x).flatten(2).transpose(1, 2)  # (B, P, C)
    x = (
        torch.cat([visual.class_embedding.expand(len(x), 1, -1), x], dim=1)
        + visual.positional_embedding
    )
    x = _published_blocks(visual.transformer, visual.ln_pre(x), None)  # (B, 1+P, C)
    features: Tensor = visual.ln_post(x[:, 0]) @ visual.proj  # (B, D)
    return features


def _published_blocks(transformer: Transformer, x: Tensor, mask: Tensor | None) -> Tensor:
    """(B, L, C) -> (B, L, C) by the operations of openai/CLIP.

    Tokens first, an additive mask, all of every block.
    """
    x = x.transpose(0, 1)  # (L, B, C)
    for block in transformer.resblocks:
        assert isinstance(block, ResidualAttentionBlock)
        attn = block.attn
        h = block.ln_1(x)
        mixed, _ = F.multi_head_attention_forward(
            h,
            h,
            h,
            h.shape[-1],
            attn.heads,
            attn.in_proj_weight,
            attn.in_proj_bias,
            None,
            None,
            False,
            0.0,
            attn.out_proj.weight,
            attn.out_proj.bias,
            training=False,
            need_weights=False,
            attn_mask=mask,
        )
        x = x + mixed
        h = block.mlp[0](block.ln_2(x))  # (L, B, 4C)
        x = x + block.mlp[2](h * torch.sigmoid(1.702 * h))
    return x.transpose(0, 1)


def _jpeg(number: int) -> bytes:
    """A photo-like JPEG: smooth shapes with some noise."""
    random = np.random.default_rng(number)
    coarse = Image.fromarray(random.integers(0, 256, (12, 16, 3), dtype=np.uint8)).resize(
        (640, 480)
    )
    noisy = np.clip(np.asarray(coarse) + random.normal(0, 8, (480, 640, 3)), 0, 255).astype(
        np.uint8
    )
    stream = io.BytesIO()
    Image.fromarray(noisy).save(stream, "JPEG", quality=90)
    return stream.getvalue()
