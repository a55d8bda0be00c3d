"""Linear layers on the CPU with weights laid out for oneDNN once, where this processor is faster that way.

torch multiplies fp32 matrices with MKL, which on AMD processors runs at half the speed of oneDNN; on Intel they are
equal. Which it is is measured, not looked up. Knows nothing of models: it stands between them and `F.linear`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

_ROWS = 1600  # the layout suits about 32 images of 50 tokens; any number of rows is computed rightly
_WORTH = 1.25  # times faster at least: the second copy of the weights costs memory


class PackedLinears(TorchFunctionMode):
    """While this context is entered, `F.linear` without gradients in fp32 takes weights laid out for oneDNN.

    Each weight is laid out when it is first used and kept; one that was changed since (trained) goes torch's own way.
    The results agree with torch's to the rounding of fp32.
    """

    def __init__(self) -> None:
        super().__init__()
        # By place: the weight (held, so that no other tensor gets its place), its version, its layout.
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


@lru_cache(maxsize=1)
def worthwhile() -> bool:
    """Whether oneDNN's layout is clearly faster here than torch's own way, with the same numbers; 0.1 s, once."""
    generator = torch.Generator().manual_seed(0)
    x, weight = (torch.randn(rows, 768, generator=generator) for rows in (400, 3072))
    bias = torch.zeros(3072)
    linears = PackedLinears()

    def packed() -> Tensor:
        with linears:
            return F.linear(x, weight, bias)

    try:
        with torch.no_grad():
            if not torch.allclose(packed(), F.linear(x, weight, bias), rtol=1e-4, atol=1e-3):
                return False
            return _WORTH * _seconds(packed) < _seconds(lambda: F.linear(x, weight, bias))
    except (RuntimeError, AttributeError):  # operators of torch's own, which another version may not have
        return False


def _seconds(work: Callable[[], object]) -> float:
    """The fastest of five: other programs only ever make it slower."""
    times = []
    for _ in range(5):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)
