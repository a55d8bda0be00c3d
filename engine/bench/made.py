"""Libraries that are made, not photographed.

Rows, vectors and tags without files, for measuring size.

Vectors are drawn around 200 centres, as photos of a real library are; paths, dates and names look
like a camera's. Models have random weights: speed does not depend on them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.clip import checkpoint, weights
from engine.clip.model import CLIP
from engine.library.library import Library
from engine.search.embedding_index import pack
from engine.store.files import FileFacts, FoundFile
from engine.store.store import Store

_CHUNK = 20_000


def write_model(path: Path, vit_b32: bool = False, seed: int = 0) -> Path:
    """A CLIP with random weights and 512 dimensions.

    Tiny towers, or ViT-B/32's geometry (600 MB).
    """
    torch.manual_seed(seed)
    if vit_b32:
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
        )
    else:
        clip = CLIP(
            embed_dim=512,
            input_resolution=32,
            vision_layers=1,
            vision_width=64,
            vision_patch_size=16,
            context_length=77,
            vocab_size=49408,
            transformer_width=64,
            transformer_heads=1,
            transformer_layers=1,
        )
    checkpoint.write(path, clip.state_dict(), {"activation": "quickgelu"})
    return path


@contextmanager
def installed(scratch: Path) -> Iterator[str]:
    """The name of a model with ViT-B/32's geometry and random weights, installed for this run.

    As a download would be, in directories of this run alone. (Where the system keeps data elsewhere
    than XDG says: the path of the file, which loads a little slower.)
    """
    before = {name: os.environ.get(name) for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME")}
    os.environ |= dict.fromkeys(before, str(scratch))
    try:
        directory = weights.models_directory()
        ours = directory.is_relative_to(scratch)
        path = write_model((directory if ours else scratch) / "ViT-B-32.safetensors", vit_b32=True)
        yield "ViT-B/32" if ours else str(path)
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def vectors(n: int, dim: int, seed: int = 0) -> Iterator[Tensor]:
    """`n` unit vectors (B, D) float16 in portions, around 200 centres."""
    generator = torch.Generator().manual_seed(seed)
    centres = F.normalize(torch.randn(200, dim, generator=generator), dim=1)
    for start in range(0, n, _CHUNK):
        size = min(_CHUNK, n - start)
        chosen = centres[torch.randint(0, 200, (size,), generator=generator)]
        noise = torch.randn(size, dim, generator=generator) / dim**0.5
        yield F.normalize(0.7 * chosen + 0.7 * noise, dim=1).half()


def queries(n: int, dim: int) -> Tensor:
    """`n` unit queries (n, D) near some of the centres of `vectors`."""
    generator = torch.Generator().manual_seed(0)
    centres = F.normalize(torch.randn(200, dim, generator=generator), dim=1)
    noise = torch.randn(n, dim, generator=torch.Generator().manual_seed(1)) / dim**0.5
    return F.normalize(0.5 * centres[:n] + 0.5 * noise, dim=1)


def library(directory: Path, n: int, model: Path | str, labels: int = 0) -> None:
    """A library of `n` photos in `directory`, encoded by `model`.

    With the first `labels` starter labels and a model's tags.
    """
    with Library.open(directory, model=str(model)) as opened:
        recognition = opened._model.recognition()
        number = recognition.number
        _ = recognition.index  # also tells the store which vocabulary its centres will come from
        dim = recognition.model.embed_dim
        (
            opened._store.thumbnails / "00"
        ).mkdir()  # not emptied by anybody: a sync need not make what is not there
        _fill(opened._store, number, n, dim)
    with Library.open(directory, model=str(model)) as opened:
        if labels:
            opened.add_labels(opened.starter_labels()[:labels])
        opened._store.set("tagged by", str(number))
        opened._store.set("model", str(model))


def _fill(store: Store, number: int, n: int, dim: int) -> None:
    now = time.time() - 1e8
    with store.transaction(durable=False):
        folder_id = store.folders.add(b"/made")
        first = 0
        for some in vectors(n, dim):
            ids = range(first + 1, first + len(some) + 1)
            rows = []
            for id_ in ids:
                path = f"/made/{2000 + id_ % 25}/{id_ // 997:05}/IMG_{id_ % 10000:04}.jpg".encode()
                file = FoundFile(path, folder_id, 1_000_000, 1_600_000_000_000_000_000)
                facts = FileFacts(
                    *(f"{id_:032x}", 4000, 3000, now - id_ * 977.0, file.size, file.mtime_ns)
                )
                rows.append((file, facts))
            store.files.add_read(rows, ids[0])
            centres = (
                0.01 * torch.randn(len(some)) - 0.17
            ).tolist()  # about 1 photo in 25 carries a label
            store.embeddings.put(number, zip(ids, pack(some), centres, strict=True))
            first += len(some)
