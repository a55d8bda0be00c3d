"""A second device for computers that have none.

Its tensors compute on the CPU but may not meet tensors of the CPU.

To torch they lie on "meta", which needs no driver; to the code under test this is what CUDA or MPS
would be: `.to(device)` brings tensors there, `.cpu()` brings them back, an operation on tensors of
both sides raises, and so do float64 (MPS has none), generators of the CPU, and numpy.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

DEVICE = torch.device("meta")


class LeftBehindError(RuntimeError):
    """Tensors of two devices met, or something was asked that a graphics processor cannot do."""


class _There(Tensor):
    """A tensor of the second device; `here` is its real content."""

    here: Tensor

    @staticmethod
    def __new__(cls, here: Tensor) -> _There:
        if here.dtype == torch.float64:
            raise LeftBehindError("float64 does not exist on MPS")
        made: _There = Tensor._make_wrapper_subclass(
            cls, here.shape, strides=here.stride(), storage_offset=here.storage_offset(),
            dtype=here.dtype, device=DEVICE, requires_grad=here.requires_grad,
        )  # fmt: skip
        made.here = here
        return made

    @classmethod
    def __torch_dispatch__(
        cls,
        func: Callable[..., Any],
        types: object,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        return _compute(func, args, kwargs or {})


class _Operations(TorchDispatchMode):
    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: object,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        return _compute(func, args, kwargs or {})


class _Literals(TorchFunctionMode):
    """`torch.tensor(values, device=...)` is no operation to torch.

    Here it is made on the CPU and brought there.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: object,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        options = dict(kwargs or {})
        if func is torch.tensor and (device := options.pop("device", None)) is not None:
            return torch.tensor(*args, **options).to(device)
        return func(*args, **(kwargs or {}))


@contextlib.contextmanager
def second_device() -> Iterator[None]:
    """While this is entered, "meta" is the second device, also for tensors that are made there."""
    with _Literals(), _Operations():
        yield


def _compute(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    given = [value for value in tree_flatten((args, dict(kwargs)))[0] if isinstance(value, Tensor)]
    there = [value for value in given if isinstance(value, _There)]
    target = kwargs.get("device")
    moves = target is not None or func is torch.ops.aten.copy_.default
    if there and not moves:
        left = [value for value in given if not isinstance(value, _There) and value.dim()]
        if left:
            raise LeftBehindError(
                f"{func}: a tensor of shape {tuple(left[0].shape)} is still on the CPU"
            )
        if kwargs.get("generator") is not None:
            raise LeftBehindError(f"{func}: a generator of the CPU")
    real = tree_map(
        lambda value: value.here if isinstance(value, _There) else value,
        (tuple(args), dict(kwargs)),
    )
    if target is not None:
        real[1]["device"] = torch.device("cpu")
    answer = func(*real[0], **real[1])
    goes_there = torch.device(target) == DEVICE if target is not None else bool(there)
    if func is torch.ops.aten.copy_.default:
        goes_there = isinstance(args[0], _There)

    def wrapped(value: Any) -> Any:
        if not isinstance(value, Tensor) or not goes_there:
            return value
        # What works in place gives its argument back.
        same = [own for own in there if own.here is value]
        return same[0] if same else _There(value)

    return tree_map(wrapped, answer)
