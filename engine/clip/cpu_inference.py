"""Image encoders in fp32 on the CPU, arranged for inference: the same numbers in less time.

* A ResNet's BatchNorm is folded into its convolutions, ReLU and residual sums ride along with them,
  and pixels lie channels last, as oneDNN likes them: half the time.
* A ViT's linear layers take weights laid out for oneDNN once, where this processor is faster that
  way. torch uses MKL, which on AMD processors runs at half the speed of oneDNN; on Intel they are
  equal. It is measured, not looked up.

Both use operators that torch keeps for itself, so both are compared with the usual way before they
are used, and the usual way remains: where an operator is missing, a number differs, gradients are
wanted, or weights were changed since.

Knows: layers and operators. Does not know: where weights come from, or what features are good for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from engine.clip.model import Bottleneck, ModifiedResNet, VisionTransformer

# The layout suits about 32 images of 50 tokens; any number of rows is computed rightly.
_ROWS = 1600
_WORTH = 1.25  # times faster at least: a second copy of the weights costs memory
_TOLERANCE = 1e-4  # relative; beyond it the operators are not what they were when this was written


def image_encoder(visual: ModifiedResNet | VisionTransformer) -> Callable[[Tensor], Tensor] | None:
    """A faster `visual.forward` for inference, (B, 3, S, S) -> (B, D), or None where there is none.

    `visual` must be in eval mode, in fp32 and on the CPU. It is not changed; should its weights
    change later (training), the encoder notices and takes the usual way.
    """
    try:
        with torch.no_grad():
            if isinstance(visual, ModifiedResNet):
                folded = _FoldedResNet(visual)
                sample = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
                expected = visual.trunk(sample)
                fits = (folded.trunk(sample) - expected).norm() <= _TOLERANCE * expected.norm()
                return _unless_changed(visual, folded) if fits else None
            if visual.proj.shape[0] >= 512 and packing_pays():
                return _unless_changed(visual, _through(PackedLinears(), visual))
    except (RuntimeError, AttributeError):  # operators that another version of torch may not have
        pass
    return None


def on_first_use(visual: ModifiedResNet | VisionTransformer) -> Callable[[Tensor], Tensor]:
    """`image_encoder(visual)`, or `visual` itself, made when the first image comes: who only
    searches needs neither the time nor the memory."""
    arranged = cache(lambda: image_encoder(visual) or visual)

    def encode(x: Tensor) -> Tensor:
        return arranged()(x)

    return encode


def _unless_changed(
    visual: nn.Module, fast: Callable[[Tensor], Tensor]
) -> Callable[[Tensor], Tensor]:
    """`fast` while the weights are those that it was made of, and no gradients are wanted."""

    def version() -> int:
        return sum(tensor._version for tensor in watched)

    watched = [*visual.parameters(), *visual.buffers()]
    made_of = version()

    def encode(x: Tensor) -> Tensor:
        if torch.is_grad_enabled() or version() != made_of:
            usual: Tensor = visual(x)
            return usual
        return fast(x)

    return encode


# --------------------------------------------------------------------------------------------------
# ResNet


@dataclass(frozen=True, slots=True)
class _Convolution:
    """A convolution with the BatchNorm behind it: y = gain (W x - mean) / sqrt(var + eps) + shift,
    as one."""

    weight: Tensor
    bias: Tensor
    stride: list[int]
    padding: list[int]

    @classmethod
    def of(cls, convolution: nn.Module, norm: nn.Module) -> _Convolution:
        assert isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d)
        assert norm.running_mean is not None and norm.running_var is not None
        scale = norm.weight / (norm.running_var + norm.eps).sqrt()
        weight = (convolution.weight * scale[:, None, None, None]).contiguous(
            memory_format=torch.channels_last
        )
        bias = norm.bias - norm.running_mean * scale
        padding = [int(side) for side in convolution.padding]
        return cls(weight, bias, list(convolution.stride), padding)

    def __call__(self, x: Tensor, then: str = "relu") -> Tensor:
        """relu(W x + b), or W x + b with `then="none"`."""
        y: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x, self.weight, self.bias, self.padding, self.stride, [1, 1], 1, then, [], ""
        )
        return y

    def onto(self, x: Tensor, other: Tensor) -> Tensor:
        """relu(other + W x + b), written over `other`."""
        shape = (self.padding, self.stride, [1, 1], 1)
        fused: tuple[Any, ...] = ("add", 1.0, "relu", [], "")
        y: Tensor = torch.ops.mkldnn._convolution_pointwise_.binary(
            other, x, self.weight, self.bias, *shape, *fused
        )
        return y


class _FoldedResNet:
    """`ModifiedResNet.forward` (`model.py`), step by step the same."""

    def __init__(self, visual: ModifiedResNet) -> None:
        self.stem = [
            _Convolution.of(convolution, norm)
            for convolution, norm in (
                (visual.conv1, visual.bn1),
                (visual.conv2, visual.bn2),
                (visual.conv3, visual.bn3),
            )
        ]
        layers = (visual.layer1, visual.layer2, visual.layer3, visual.layer4)
        self.blocks = [
            _FoldedBlock(block)
            for layer in layers
            for block in layer
            if isinstance(block, Bottleneck)
        ]
        self.attnpool = visual.attnpool

    def __call__(self, x: Tensor) -> Tensor:
        pooled: Tensor = self.attnpool(self.trunk(x).contiguous())
        return pooled

    def trunk(self, x: Tensor) -> Tensor:
        x = x.contiguous(memory_format=torch.channels_last)
        for convolution in self.stem:
            x = convolution(x)
        x = F.avg_pool2d(x, 2)
        for block in self.blocks:
            x = block(x)
        return x


class _FoldedBlock:
    """`Bottleneck.forward`; its result takes the place of the input's memory where the shapes
    agree."""

    def __init__(self, block: Bottleneck) -> None:
        self.first = _Convolution.of(block.conv1, block.bn1)
        self.second = _Convolution.of(block.conv2, block.bn2)
        self.third = _Convolution.of(block.conv3, block.bn3)
        self.pool = block.avgpool
        self.pool_identity: nn.Module | None = None
        if block.downsample is not None:
            self.pool_identity = block.downsample[0]
            self.shortcut = _Convolution.of(block.downsample[1], block.downsample[2])

    def __call__(self, x: Tensor) -> Tensor:
        identity = x
        if self.pool_identity is not None:
            identity = self.shortcut(self.pool_identity(x), then="none")
        return self.third.onto(self.pool(self.second(self.first(x))), identity)


# --------------------------------------------------------------------------------------------------
# ViT


class PackedLinears(TorchFunctionMode):
    """While this context is entered, `F.linear` in fp32 without gradients takes weights laid out
    for oneDNN.

    Each weight is laid out when it is first used and kept; one that was changed since goes torch's
    own way.
    """

    def __init__(self) -> None:
        super().__init__()
        # By place: the weight (held, so that no other tensor gets its place), its version, its
        # layout.
        self._known: dict[tuple[int, torch.Size], tuple[Tensor, int, Tensor]] = {}

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func is F.linear and not kwargs and len(args) == 3 and not torch.is_grad_enabled():
            x, weight, bias = args
            if x.dtype == weight.dtype == torch.float32 and x.device.type == "cpu" and x.numel():
                key = (weight.data_ptr(), weight.shape)
                if key not in self._known:
                    plain = weight.detach()
                    layout = torch.ops.mkldnn._reorder_linear_weight(plain.contiguous(), _ROWS)
                    self._known[key] = (plain, weight._version, layout)
                _, version, packed = self._known[key]
                if version == weight._version:
                    return torch.ops.mkldnn._linear_pointwise(x, packed, bias, "none", [], "")
        return func(*args, **(kwargs or {}))


def _through(linears: PackedLinears, visual: nn.Module) -> Callable[[Tensor], Tensor]:
    def encode(x: Tensor) -> Tensor:
        with linears:
            features: Tensor = visual(x)
            return features

    return encode


@lru_cache(maxsize=1)
def packing_pays() -> bool:
    """Whether oneDNN's layout is clearly faster here than torch's own way, with the same numbers;
    0.1 s, once."""
    generator = torch.Generator().manual_seed(0)
    x, weight = (torch.randn(rows, 768, generator=generator) for rows in (400, 3072))
    bias = torch.zeros(3072)
    linears = PackedLinears()

    def usual() -> Tensor:
        return F.linear(x, weight, bias)

    def packed() -> Tensor:
        with linears:
            return usual()

    with torch.no_grad():
        if (packed() - usual()).norm() > _TOLERANCE * usual().norm():
            return False
        return _WORTH * fastest_seconds(packed) < fastest_seconds(usual)


@lru_cache(maxsize=1)
def bf16_pays() -> bool:
    """Whether linear layers in bf16 are clearly faster here than in fp32. AMD's Zen 5 takes half
    the time; an Intel that has the instructions, but whose matrix unit is hidden from the virtual
    machine, takes twice as long."""
    generator = torch.Generator().manual_seed(0)
    x, weight = (torch.randn(rows, 768, generator=generator) for rows in (400, 3072))
    half_x = x.bfloat16()
    half_weight = weight.bfloat16()
    with torch.no_grad():
        half = fastest_seconds(lambda: F.linear(half_x, half_weight))
        return _WORTH * half < fastest_seconds(lambda: F.linear(x, weight))


def fastest_seconds(work: Callable[[], object]) -> float:
    """Seconds of the fastest of five runs: other programs only ever make it slower."""
    times = []
    for _ in range(5):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)
