"""The verbs of OpenAI's `clip` package over this engine: `load`, `tokenize`, `available_models`.

For notebooks and for programs that were written for that package: they run with another import
line (`import engine as clip`; docs/notebook.md). Knows: the habits of that package where they
differ from ours. Does not know: a library; the rooms above use `weights`, whose models are frozen
and arranged for inference.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.clip import tokenizer, weights
from engine.clip.catalogue import CATALOGUE, STARTER, canonical
from engine.images.decode import preprocess

if TYPE_CHECKING:
    import torch
    from PIL import Image

    from engine.clip.model import CLIP

_context_length = 77  # of the model that was loaded last; that of OpenAI's before any


@dataclass(frozen=True, slots=True)
class Preprocess:
    """A PIL image of any size and mode -> float32 (3, S, S), S = `resolution`: what `encode_image`
    takes, once it is in a batch.

    The published steps, pixel for pixel (`engine.images.decode.preprocess`); like them it does not
    turn a photo that lies on its side by its EXIF, as the library does: `ImageOps.exif_transpose`
    first. Can be pickled, so the workers of a DataLoader may have it.
    """

    resolution: int

    def __call__(self, image: Image.Image) -> torch.Tensor:
        return preprocess(image, self.resolution)


def load(
    name: str | os.PathLike[str] = STARTER,
    device: str | torch.device | None = None,
    jit: bool = False,
    download_root: str | os.PathLike[str] | None = None,
    *,
    precision: str = "auto",
) -> tuple[CLIP, Preprocess]:
    """A CLIP in eval mode, whose weights want gradients, and what turns a PIL image into its input.

    `name`: one of `available_models()`, however it is written ("ViT-B/32", "ViT-B-32", "vit-b/32"),
    or a file: safetensors, or one of OpenAI's archives. **A model of the catalogue that is not on
    this computer is downloaded**, with its progress on stderr: asking for it is asking for that
    (HF_HUB_OFFLINE forbids it). `device`: "cpu", "cuda", "cuda:1", "mps"; None: the best there is.
    `download_root`: the folder of downloads, instead of Albumen's own; an archive of OpenAI's that
    lies there is used. `precision`: "fp32", "bf16", "fp16" of both encoders; "auto": fp16 on CUDA
    and fp32 elsewhere, as there. `jit` changes nothing: every model here is the plain network.

    Raises AlbumenError with one sentence: unknown name (with those that are like it), no network,
    unusable file, device or precision. Warns where the device is not the one to be expected, or
    where a file does not tell its activation.
    """
    global _context_length
    wanted = canonical(os.fspath(name))
    directory = None if download_root is None else Path(download_root).expanduser()
    if wanted in CATALOGUE and not weights.is_installed(wanted, directory):
        _download(wanted, directory)
    model, note = weights.load_network(wanted, str(device or "auto"), precision, directory)
    if note:
        warnings.warn(str(note), stacklevel=2)
    _context_length = model.context_length
    return model, Preprocess(model.input_resolution)


def tokenize(
    texts: str | Sequence[str], context_length: int | None = None, truncate: bool = False
) -> torch.Tensor:
    """One text or N texts -> token ids (N, L), int32, rows `[SOT] ... [EOT] 0 0 ...`.

    L = `context_length`; None: that of the model that `load` gave last (77 in OpenAI's models, 32
    in the starter; 77 before any). A text that does not fit raises ValueError; with `truncate` it
    is cut and still ends in EOT.
    """
    return tokenizer.tokenize(texts, context_length or _context_length, truncate)


def available_models() -> list[str]:
    """The names that `load` knows: the built-in model first, then the recommended ones, then
    OpenAI's."""
    return [STARTER, *CATALOGUE]


def _download(name: str, directory: Path | None) -> None:
    """Install a model of the catalogue and say on stderr, in one line, how far it is."""
    said = ""
    for step in weights.download(name, directory):
        if step.total:  # else it is only asked for
            said = f"{name}: {step.done / 1e6:,.0f} of {step.total / 1e6:,.0f} MB"
            print(f"\r{said}", end="", file=sys.stderr, flush=True)
    if said:
        print(file=sys.stderr)
