"""CLIP against independent implementations: transformers for the ViT and the text encoder, the
paper's equations for ResNets.

All on random weights (`tests/support/random_clip.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.clip.model import build_model
from engine.clip.tokenizer import tokenize
from tests.support import official
from tests.support.random_clip import (
    RN50,
    TINY_RESNET,
    random_clip,
    relative_error,
    transformers_model,
)

TINY = {"input_resolution": 64, "vision_patch_size": 16}
VIT_B_32 = {
    "embed_dim": 512,
    "input_resolution": 224,
    "vision_layers": 12,
    "vision_width": 768,
    "vision_patch_size": 32,
    "transformer_width": 512,
    "transformer_heads": 8,
    "transformer_layers": 12,
}
TEXTS = [
    "a photo of a dog.",
    "",
    "two cats and a very long description of the sofa that they sleep on",
]


# --------------------------------------------------------------------------------------------------
# ViT and text: transformers


@pytest.mark.slow  # importing transformers takes longer than the tests beside it
@pytest.mark.parametrize(
    ("sizes", "activation", "act"),
    [
        pytest.param(TINY, "quickgelu", "quick_gelu", id="tiny-quickgelu"),
        pytest.param(TINY, "gelu", "gelu", id="tiny-gelu"),
        pytest.param(VIT_B_32, "quickgelu", "quick_gelu", id="ViT-B/32"),
    ],
)
def test_vit_and_text_equal_transformers(
    sizes: Mapping[str, object], activation: str, act: str
) -> None:
    clip = random_clip(**sizes, activation=activation)
    theirs = transformers_model(clip, act)
    size = clip.input_resolution
    pixels = torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(1))
    tokens = tokenize(TEXTS)
    with torch.no_grad():
        out = theirs(input_ids=tokens.long(), pixel_values=pixels)
        images, texts = (
            F.normalize(clip.encode_image(pixels), dim=-1),
            F.normalize(clip.encode_text(tokens), dim=-1),
        )
        logits, transposed = clip(pixels, tokens)
    assert relative_error(images, out.image_embeds) <= 1e-5
    assert relative_error(texts, out.text_embeds) <= 1e-5
    assert relative_error(logits, out.logits_per_image) <= 1e-5
    assert torch.equal(transposed, logits.t())


def test_activations_differ() -> None:
    """Otherwise the comparison above would not notice a wrong one."""
    quick, exact = random_clip(), random_clip(activation="gelu")
    tokens = tokenize(TEXTS)
    with torch.no_grad():
        assert relative_error(quick.encode_text(tokens), exact.encode_text(tokens)) > 1e-3


# --------------------------------------------------------------------------------------------------
# ResNet: the paper's equations, written with plain functions over the state dict


def resnet_reference(w: Mapping[str, Tensor], x: Tensor, layers: tuple[int, ...]) -> Tensor:
    """CLIP paper, section 2.4 and openai/CLIP's README of ModifiedResNet, in float64."""

    def conv(x: Tensor, name: str, stride: int = 1) -> Tensor:
        kernel = w[f"{name}.weight"]
        return F.conv2d(x, kernel, stride=stride, padding=kernel.shape[-1] // 2)

    def bn(x: Tensor, name: str) -> Tensor:
        mean, var, gain, shift = (
            w[f"{name}.{part}"][:, None, None]
            for part in ("running_mean", "running_var", "weight", "bias")
        )
        return (x - mean) / (var + 1e-5).sqrt() * gain + shift

    def pool(x: Tensor, size: int) -> Tensor:
        b, c, h, width = x.shape
        return x.reshape(b, c, h // size, size, width // size, size).mean(dim=(3, 5))

    for n, stride in ((1, 2), (2, 1), (3, 1)):
        x = bn(conv(x, f"visual.conv{n}", stride), f"visual.bn{n}").clamp(min=0)
    x = pool(x, 2)
    for layer, blocks in enumerate(layers, start=1):
        for number in range(blocks):
            stride = 2 if layer > 1 and number == 0 else 1
            p = f"visual.layer{layer}.{number}."
            y = bn(conv(x, p + "conv1"), p + "bn1").clamp(min=0)
            y = bn(conv(y, p + "conv2"), p + "bn2").clamp(min=0)
            y = bn(conv(pool(y, stride), p + "conv3"), p + "bn3")
            if number == 0:  # the first block of every layer changes the number of channels
                x = bn(conv(pool(x, stride), p + "downsample.0"), p + "downsample.1")
            x = (x + y).clamp(min=0)
    p = "visual.attnpool."
    tokens = x.flatten(2).permute(0, 2, 1)
    tokens = (
        torch.cat([tokens.mean(dim=1, keepdim=True), tokens], dim=1) + w[p + "positional_embedding"]
    )
    width = tokens.shape[-1]
    q, k, v = (tokens @ w[f"{p}{n}_proj.weight"].T + w[f"{p}{n}_proj.bias"] for n in "qkv")
    pooled = []
    for start in range(0, width, 64):  # heads of 64 channels
        part = slice(start, start + 64)
        weights = (q[:, :1, part] @ k[:, :, part].transpose(1, 2) / math.sqrt(64)).softmax(dim=-1)
        pooled.append(weights @ v[:, :, part])
    return torch.cat(pooled, dim=-1)[:, 0] @ w[p + "c_proj.weight"].T + w[p + "c_proj.bias"]


@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param(TINY_RESNET, id="tiny"),
        pytest.param(RN50, id="RN50", marks=pytest.mark.slow),
    ],
)
def test_resnet_equals_the_equations(sizes: Mapping[str, object]) -> None:
    clip = random_clip(**sizes)
    size = clip.input_resolution
    pixels = torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(1))
    exact = {name: tensor.double() for name, tensor in clip.state_dict().items()}
    with torch.no_grad():
        ours = clip.encode_image(pixels)
        theirs = resnet_reference(exact, pixels.double(), sizes["vision_layers"])  # type: ignore[arg-type]
    assert relative_error(ours.double(), theirs) <= 1e-5
    identity = {
        **exact,
        **{n: t * 0 for n, t in exact.items() if n.endswith("bn3.weight") and "layer" in n},
    }
    without = resnet_reference(identity, pixels.double(), sizes["vision_layers"])  # type: ignore[arg-type]
    assert (
        relative_error(ours.double(), without) > 1e-2
    )  # else the comparison would not see the residual branches


# --------------------------------------------------------------------------------------------------
# build_model

PARAMETERS = {
    "RN50": 102_007_137,
    "ViT-B/32": 151_277_313,
    "ViT-L/14": 427_616_513,
}  # as openai/CLIP reports them


MODELS: dict[str, official.Sizes] = {
    **official.MODELS,
    "ViT-B/32-256": (12, 768, 32, 256, 512, 512),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_every_official_architecture_is_inferred_from_shapes(name: str) -> None:
    _, width, patch, resolution, embed, _ = MODELS[name]
    shapes = official.shapes(MODELS[name])
    weights = {tensor: torch.empty(shape, device="meta") for tensor, shape in shapes.items()}
    weights |= {scalar: torch.tensor(1) for scalar in official.SCALARS}
    before = list(weights)
    built = build_model(weights, copy=False)
    assert list(weights) == before  # the caller's dict is not touched
    assert (built.input_resolution, built.embed_dim, built.context_length) == (
        resolution,
        embed,
        77,
    )
    assert {n: tuple(tensor.shape) for n, tensor in built.state_dict().items()} == shapes
    heads = (
        built.visual.attnpool.heads
        if patch is None
        else built.visual.transformer.resblocks[0].attn.heads
    )
    assert heads == (width * 32 // 64 if patch is None else width // 64)
    if name in PARAMETERS:
        assert sum(p.numel() for p in built.parameters()) == PARAMETERS[name]


def test_strict() -> None:
    weights = random_clip().state_dict()
    for change, match in (
        ({"visual.surplus": torch.zeros(1)}, "visual.surplus"),
        ({"ln_final.weight": torch.zeros(3)}, "ln_final.weight"),
    ):
        with pytest.raises(ValueError, match=match):
            build_model({**weights, **change})
    del weights["visual.ln_post.bias"]
    with pytest.raises(ValueError, match=r"visual\.ln_post\.bias"):
        build_model(weights)
    with pytest.raises(ValueError, match="impossible shape"):
        build_model({**random_clip().state_dict(), "text_projection": torch.zeros(100, 64)})
    with pytest.raises(ValueError, match="is missing"):
        build_model({})


def test_built_models_own_their_weights() -> None:
    weights = random_clip().half().state_dict()  # the official fp16 layout
    clip = build_model(weights)
    assert all(p.dtype == torch.float32 for p in clip.parameters())
    with torch.no_grad():
        clip.logit_scale.zero_()
    assert float(weights["logit_scale"]) != 0
    shared = random_clip().state_dict()
    assert (
        build_model(shared, copy=False).logit_scale.data_ptr() == shared["logit_scale"].data_ptr()
    )


def test_text_behind_eot_does_not_matter() -> None:
    clip = random_clip()
    tokens = tokenize(TEXTS)
    with torch.no_grad():
        alone = torch.cat([clip.encode_text(row[None]) for row in tokens])
        assert relative_error(clip.encode_text(tokens), alone) < 1e-6
        assert clip.encode_text(tokens[:0]).shape == (0, 64)
