"""From a name or a file to a model that is ready to encode: reading, checking, precision and device, the model's id.

Knows: where weights lie, their file formats, which processor they run on. Does not know: the network itself
(`clip.py`), photo files (`images.py`), the library. Weights are read from safetensors, never from a pickle.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open

import resources
from engine.clip import CLIP, build_model
from engine.records import AlbumenError
from engine.tokenizer import tokenize

# openai/CLIP `clip.py`: mean and standard deviation of the pixels that CLIP was trained on, RGB in [0, 1].
_MEAN = (0.48145466, 0.4578275, 0.40821073)
_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A CLIP on its device, with what the rest of the engine must know of it.

    `model_id`: "<first 16 hex digits of the sha256 of the weights>-<precision>"; vectors of different ids are never
    mixed. `name`: the name or path it was loaded by. `precision`: "fp32", "bf16" or "fp16".
    """

    clip: CLIP
    model_id: str
    name: str
    device: torch.device
    precision: str
    input_resolution: int
    context_length: int
    embed_dim: int

    def encode_images(self, pixels: npt.NDArray[np.uint8]) -> torch.Tensor:
        """RGB pixels (B, S, S, 3) uint8, resized and cropped to S = `input_resolution` -> image_features (B, D).

        fp32, L2-normalised, on the CPU. Pixels travel to the device as bytes and are normalised there.
        """
        mean = torch.tensor(_MEAN, device=self.device).mul(255).view(1, 3, 1, 1)
        std = torch.tensor(_STD, device=self.device).mul(255).view(1, 3, 1, 1)
        with torch.no_grad():  # inference tensors could not be used in training later
            x = torch.from_numpy(np.ascontiguousarray(pixels)).to(self.device).permute(0, 3, 1, 2)  # (B, 3, S, S)
            features = self.clip.encode_image((x.float() - mean) / std)  # (B, D)
            return F.normalize(features.float(), dim=-1).cpu()

    def encode_texts(self, texts: Sequence[str], truncate: bool = True) -> torch.Tensor:
        """N texts -> text_features (N, D), fp32, L2-normalised, on the CPU.

        With `truncate=False` a text longer than `context_length` raises AlbumenError.
        """
        try:
            tokens = tokenize(list(texts), self.context_length, truncate=truncate)  # (N, L)
        except ValueError as error:
            raise AlbumenError(str(error)) from None
        with torch.no_grad():  # inference tensors could not be used in training later
            features = self.clip.encode_text(tokens.to(self.device))  # (N, D)
            return F.normalize(features.float(), dim=-1).cpu()


def load(name_or_path: str = "starter", device: str = "auto", precision: str = "auto") -> LoadedModel:
    """The model of this name ("starter") or of a safetensors file, in eval mode.

    Raises AlbumenError with one sentence if there is no such file or it is not a whole CLIP.
    """
    path = _path_of(name_or_path)
    chosen = torch.device("cpu") if device == "auto" else torch.device(device)
    chosen_precision = "fp32" if precision == "auto" else precision
    try:
        with safe_open(str(path), framework="pt") as file:
            metadata = file.metadata() or {}
            state_dict = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (SafetensorError, OSError) as error:
        raise AlbumenError(f"The model file {path} cannot be read ({error}).") from error
    activation = metadata.get("activation", "quickgelu").replace("_", "")
    try:
        clip = build_model(state_dict, "gelu" if activation == "gelu" else "quickgelu")
    except ValueError as error:
        raise AlbumenError(f"{path}: {error}") from error
    clip = clip.to(chosen).requires_grad_(False)
    return LoadedModel(
        clip=clip,
        model_id=model_id(name_or_path, chosen_precision),
        name=name_or_path,
        device=chosen,
        precision=chosen_precision,
        input_resolution=clip.input_resolution,
        context_length=clip.context_length,
        embed_dim=clip.embed_dim,
    )


def model_id(name_or_path: str = "starter", precision: str = "fp32") -> str:
    """The id of a model without building it: "<first 16 hex digits of the file's sha256>-<precision>"."""
    with open(_path_of(name_or_path), "rb") as file:
        return f"{hashlib.file_digest(file, 'sha256').hexdigest()[:16]}-{precision}"


def _path_of(name_or_path: str) -> Path:
    if name_or_path != "starter":
        path = Path(name_or_path)
    elif override := os.environ.get("ALBUMEN_STARTER"):
        path = Path(override)
    else:
        try:
            path = resources.path("starter.safetensors")
        except FileNotFoundError as error:
            raise AlbumenError(str(error)) from None
    if not path.is_file():
        raise AlbumenError(f"There is no model file {path}.")
    return path
