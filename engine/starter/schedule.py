"""What both stages of pretraining share.

How far a run is, its learning rate, averaged weights, checkpoints on disk.
"""

import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from engine.records import AlbumenError


@dataclass(frozen=True, slots=True)
class Schedule:
    """How far a run is.

    By steps (reproducible), or by the minutes of training done (ends on time whatever else runs).
    """

    steps: int | None
    minutes: float | None = None

    def progress(self, step: int, seconds: float) -> float:
        """0 at the start, 1 at the end, after `step` steps that took `seconds`."""
        if self.steps is not None:
            return min(step / max(self.steps, 1), 1.0)
        return min(seconds / 60 / (self.minutes or 1e-9), 1.0)

    def rate(self, step: int, progress: float, peak: float, warmup: int) -> float:
        """The learning rate: linear warm-up over steps, then half a cosine to zero."""
        return peak * min((step + 1) / warmup, 1.0) * 0.5 * (1 + math.cos(math.pi * progress))


class Average:
    """Exponential moving average of a module's parameters and statistics, kept as a dict.

    Polyak and Juditsky 1992.
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay = decay
        self.state = {name: tensor.detach().clone() for name, tensor in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module: nn.Module, step: int) -> None:
        """Move towards the module; the first steps move faster, so that the start is forgotten."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, tensor in module.state_dict().items():
            if tensor.is_floating_point():
                self.state[name].lerp_(tensor, 1 - decay)
            else:
                self.state[name].copy_(tensor)


def save_checkpoint(file: Path, state: dict[str, object]) -> None:
    """Write nested dicts and lists of tensors and values as safetensors, all or nothing."""
    tensors: dict[str, torch.Tensor] = {}

    def told(value: object) -> object:
        if isinstance(value, torch.Tensor):
            name = str(len(tensors))
            tensors[name] = value.detach().cpu().contiguous()
            return {"tensor": name}
        if isinstance(value, dict):  # pairs: JSON knows no numbers as keys
            return {"dict": [[key, told(inner)] for key, inner in value.items()]}
        return [told(inner) for inner in value] if isinstance(value, list | tuple) else value

    partial = file.with_suffix(".partial")
    metadata = {"state": json.dumps(told(state))}
    save_file(tensors, partial, metadata)
    os.replace(partial, file)


def load_checkpoint(file: Path) -> dict[str, Any]:
    """What `save_checkpoint` wrote (tuples come back as lists).

    Raises AlbumenError for anything else.
    """

    def meant(value: Any) -> Any:
        if isinstance(value, dict):
            return (
                opened.get_tensor(value["tensor"])
                if "tensor" in value
                else {k: meant(v) for k, v in value["dict"]}
            )
        return [meant(inner) for inner in value] if isinstance(value, list) else value

    try:
        with safe_open(file, framework="pt") as opened:
            state: dict[str, Any] = meant(json.loads(opened.metadata()["state"]))
            return state
    except (SafetensorError, KeyError, TypeError, ValueError, OSError) as error:
        raise AlbumenError(
            "The checkpoint {file} cannot be read ({detail}): delete it to start over.",
            file=str(file),
            detail=str(error),
        ) from error
