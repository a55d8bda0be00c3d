"""The layout of OpenAI's archives, written down apart from the engine.

Names, shapes and precisions of every tensor.

From openai/CLIP, `clip/model.py` and the tables 19 and 20 of the paper; the archives themselves
cannot be had in tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import torch
from torch import Tensor

#: vision layers, width, patch or None (ResNet), resolution, joint space, text width
Sizes = tuple[tuple[int, ...] | int, int, int | None, int, int, int]
MODELS: dict[str, Sizes] = {
    "RN50": ((3, 4, 6, 3), 64, None, 224, 1024, 512),
    "RN101": ((3, 4, 23, 3), 64, None, 224, 512, 512),
    "RN50x4": ((4, 6, 10, 6), 80, None, 288, 640, 640),
    "RN50x16": ((6, 8, 18, 8), 96, None, 384, 768, 768),
    "RN50x64": ((3, 15, 36, 10), 128, None, 448, 1024, 1024),
    "ViT-B/32": (12, 768, 32, 224, 512, 512),
    "ViT-B/16": (12, 768, 16, 224, 512, 512),
    "ViT-L/14": (24, 1024, 14, 224, 768, 768),
    "ViT-L/14@336px": (24, 1024, 14, 336, 768, 768),
}
SCALARS = ("input_resolution", "context_length", "vocab_size")  # whole numbers beside the weights


def shapes(sizes: Sizes, text_layers: int = 12) -> dict[str, tuple[int, ...]]:
    """Every tensor of an archive but the three scalars, name -> shape."""
    layers, width, patch, resolution, embed, text = sizes
    made: dict[str, tuple[int, ...]] = {
        "positional_embedding": (77, text),
        "text_projection": (text, embed),
        "logit_scale": (),
        "token_embedding.weight": (49408, text),
        **dict(_pair("ln_final", text)),
        **dict(_blocks("transformer", text_layers, text)),
    }
    if isinstance(layers, int):
        assert patch is not None
        made |= {
            "visual.class_embedding": (width,),
            "visual.positional_embedding": ((resolution // patch) ** 2 + 1, width),
            "visual.proj": (width, embed),
            "visual.conv1.weight": (width, 3, patch, patch),
            **dict(_pair("visual.ln_pre", width)),
            **dict(_pair("visual.ln_post", width)),
            **dict(_blocks("visual.transformer", layers, width)),
        }
    else:
        made |= dict(_resnet(layers, width, resolution, embed))
    return made


def _pair(name: str, *shape: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.weight", shape
    yield f"{name}.bias", shape[:1]


def _blocks(tower: str, layers: int, width: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    for number in range(layers):
        block = f"{tower}.resblocks.{number}"
        yield f"{block}.attn.in_proj_weight", (3 * width, width)
        yield f"{block}.attn.in_proj_bias", (3 * width,)
        yield from _pair(f"{block}.attn.out_proj", width, width)
        yield from _pair(f"{block}.ln_1", width)
        yield from _pair(f"{block}.mlp.c_fc", 4 * width, width)
        yield from _pair(f"{block}.mlp.c_proj", width, 4 * width)
        yield from _pair(f"{block}.ln_2", width)


def _resnet(
    layers: tuple[int, ...], width: int, resolution: int, embed: int
) -> Iterator[tuple[str, tuple[int, ...]]]:
    def convolution(
        name: str, norm: str, to: int, of: int, side: int
    ) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield f"{name}.weight", (to, of, side, side)
        yield from _pair(norm, to)
        yield f"{norm}.running_mean", (to,)
        yield f"{norm}.running_var", (to,)
        yield f"{norm}.num_batches_tracked", ()

    half = width // 2
    for number, (to, of) in enumerate(((half, 3), (half, half), (width, half)), start=1):
        yield from convolution(f"visual.conv{number}", f"visual.bn{number}", to, of, 3)
    before = width
    for layer, blocks in enumerate(layers, start=1):
        planes = width * 2 ** (layer - 1)
        for number in range(blocks):
            block = f"visual.layer{layer}.{number}"
            for which, (to, of, side) in enumerate(
                ((planes, before, 1), (planes, planes, 3), (4 * planes, planes, 1)), start=1
            ):
                yield from convolution(f"{block}.conv{which}", f"{block}.bn{which}", to, of, side)
            if number == 0:
                yield from convolution(
                    f"{block}.downsample.0", f"{block}.downsample.1", 4 * planes, before, 1
                )
            before = 4 * planes
    yield "visual.attnpool.positional_embedding", ((resolution // 32) ** 2 + 1, 32 * width)
    for name in ("k_proj", "q_proj", "v_proj"):
        yield from _pair(f"visual.attnpool.{name}", 32 * width, 32 * width)
    yield from _pair("visual.attnpool.c_proj", embed, 32 * width)


def in_official_precision(name: str, tensor: Tensor) -> Tensor:
    """fp16 as openai/CLIP's `convert_weights` leaves it.

    Convolutions, linear layers, attention, the two projections.
    """
    halved = name in ("text_projection", "visual.proj") or any(
        part in name for part in ("conv", "downsample.0", "attn.", "mlp.", "_proj.")
    )
    return tensor.half() if halved and tensor.is_floating_point() else tensor


def write_archive(path: Path, weights: Mapping[str, Tensor], resolution: int) -> None:
    """A TorchScript archive as OpenAI's.

    Modules with the tensors of these names, and the three scalars.
    """

    class Published(torch.nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x

    scalars = dict(zip(SCALARS, map(torch.tensor, (resolution, 77, 49408)), strict=True))
    root = Published()
    for name, tensor in {**weights, **scalars}.items():
        *parents, own = name.split(".")
        module: torch.nn.Module = root
        for parent in parents:
            if parent not in module._modules:
                module.add_module(parent, torch.nn.Module())
            module = module.get_submodule(parent)
        if tensor.is_floating_point() and not own.startswith("running_"):
            module.register_parameter(own, torch.nn.Parameter(tensor, requires_grad=False))
        else:
            module.register_buffer(own, tensor)
    torch.jit.save(torch.jit.trace(root, torch.zeros(1)), str(path))
