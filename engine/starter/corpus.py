"""The training corpus of the starter model.

Zips of photographs -> square uint8 pixels -> augmented batches.

A corpus directory holds `.zip` files with `label/name.jpg` inside; the folder's name is the label.
Each zip is decoded once into `<cache>/<zip>-<side>.npy`, which later runs map into memory. Knows
pixels and labels; knows nothing of the model.
"""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from engine.records import AlbumenError

SIDE = 80  # pixels; the corpus' photographs have a short side of 32 to 80
MEAN = (0.48145466, 0.4578275, 0.40821073)  # CLIP's normalisation
STD = (0.26862954, 0.26130258, 0.27577711)
_IMAGE_NAMES = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, slots=True)
class Source:
    """One zip: its name, its photographs (N, side, side, 3) uint8, and the label of each."""

    name: str
    pixels: np.ndarray
    labels: tuple[str, ...]


def zip_photos(file: Path) -> Iterator[tuple[str, Image.Image]]:
    """(label, photograph in RGB) for every image of a zip, in the order of their names.

    The zip's folders are the labels.
    """
    try:
        archive = zipfile.ZipFile(file)
    except (OSError, zipfile.BadZipFile) as error:
        raise AlbumenError(
            "{file} cannot be read as a zip of photographs ({detail}).",
            file=str(file),
            detail=str(error),
        ) from error
    with archive:
        for name in sorted(archive.namelist()):
            if name.lower().endswith(_IMAGE_NAMES) and "/" in name:
                with Image.open(io.BytesIO(archive.read(name))) as image:
                    yield name.split("/")[-2], image.convert("RGB")


def square(image: Image.Image, side: int) -> Image.Image:
    """CLIP's geometry: short side resized to `side` (bicubic), centre cropped to a square."""
    width, height = image.size
    scale = side / min(width, height)
    image = image.resize(
        (max(side, round(width * scale)), max(side, round(height * scale))),
        Image.Resampling.BICUBIC,
    )
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def load_source(file: Path, cache: Path, side: int = SIDE) -> Source:
    """The photographs of one zip.

    Decoded now, or mapped from `cache` when an earlier run decoded the same zip.
    """
    stat = file.stat()
    stamp = hashlib.sha256(f"{file.name} {stat.st_size} {side}".encode()).hexdigest()[:12]
    array_file = cache / f"{file.stem}-{stamp}.npy"
    label_file = cache / f"{file.stem}-{stamp}.json"
    if not (array_file.is_file() and label_file.is_file()):
        cache.mkdir(parents=True, exist_ok=True)
        labels = []
        rows = []
        for label, image in zip_photos(file):
            labels.append(label)
            rows.append(np.asarray(square(image, side)))
        if not rows:
            raise AlbumenError(
                "{file} holds no photographs in folders named after their label.", file=str(file)
            )
        save_source(array_file, label_file, np.stack(rows), labels)
    return Source(
        file.stem,
        np.load(array_file, mmap_mode="r"),
        tuple(json.loads(label_file.read_text("utf-8"))),
    )


def save_source(array_file: Path, label_file: Path, pixels: np.ndarray, labels: list[str]) -> None:
    """Write both files of a decoded source.

    The array last and under its final name only when complete.
    """
    label_file.write_text(json.dumps(labels), "utf-8")
    partial = array_file.with_suffix(".partial")
    with partial.open("wb") as out:
        np.save(out, pixels)
    os.replace(partial, array_file)


class Corpus:
    """All photographs of the sources with one list of labels.

    The same label in two sources is one label.

    `labels` are the names, `target` (N,) each photograph's index among them, `weight` (N,) its
    sampling weight: count of its label to the power of -0.3, so that rare labels are seen more
    often, times the factor of its source.
    """

    def __init__(self, sources: list[Source], factors: dict[str, float] | None = None) -> None:
        if not sources:
            raise AlbumenError("The corpus has no .zip files: give the folder that holds them.")
        self.sources = sources
        self.labels = sorted({label for source in sources for label in source.labels})
        index = {label: n for n, label in enumerate(self.labels)}
        # (N,)
        self.target = torch.tensor([index[label] for source in sources for label in source.labels])
        # (N,)
        self.source_of = torch.cat([torch.full((len(s.labels),), n) for n, s in enumerate(sources)])
        self.start = np.cumsum([0, *(len(s.labels) for s in sources)])
        count = torch.bincount(self.target, minlength=len(self.labels)).float()
        factor = torch.tensor([(factors or {}).get(s.name, 1.0) for s in sources])
        self.weight = count[self.target] ** -0.3 * factor[self.source_of]  # (N,)

    def __len__(self) -> int:
        return len(self.target)

    def pixels(self, indices: Tensor) -> Tensor:
        """Photographs `indices` (B,) -> (B, 3, side, side) uint8."""
        side = self.sources[0].pixels.shape[1]
        out = np.empty((len(indices), side, side, 3), np.uint8)
        which = self.source_of[indices].tolist()
        for row, (n, source) in enumerate(zip(indices.tolist(), which, strict=True)):
            out[row] = self.sources[source].pixels[n - self.start[source]]
        return torch.from_numpy(out).permute(0, 3, 1, 2)

    def describe(self) -> str:
        """What the corpus holds, one line per source."""
        lines = [
            f"{s.name}: {len(set(s.labels))} labels x {len(s.labels)} photographs"
            for s in self.sources
        ]
        return "\n".join([*lines, f"together: {len(self.labels)} labels, {len(self)} photographs"])


def augment(pixels: Tensor, size: int, generator: torch.Generator, strength: float = 1.0) -> Tensor:
    """Photographs (B, 3, side, side) uint8 -> random views (B, 3, size, size) float32.

    Normalised for CLIP.

    Per photograph: a crop of 35-100 % of the area (aspect 3/4 to 4/3), a flip, a small rotation,
    brightness, contrast and saturation, 8 % grey; a quarter is blurred to half resolution (small
    sources must not be known by their blur) and a fifth gets noise. Hue stays, since captions name
    colours. `strength` scales all of it; 0 is the plain centre view.
    """
    batch = len(pixels)

    def uniform(low: float, high: float) -> Tensor:
        return torch.rand(batch, generator=generator) * (high - low) + low

    def chance(probability: float) -> Tensor:
        return (torch.rand(batch, generator=generator) < probability * min(strength, 1.0)).float()

    area = 1 - (1 - uniform(0.35, 1.0)) * strength
    aspect = torch.exp(uniform(-0.288, 0.288) * strength)
    # (B,) as parts of the side
    width, height = (
        (area * aspect).sqrt().clamp(max=1),
        (area / aspect).sqrt().clamp(max=1),
    )
    shift_x, shift_y = uniform(-1, 1) * (1 - width), uniform(-1, 1) * (1 - height)
    angle = uniform(-0.12, 0.12) * strength * (torch.rand(batch, generator=generator) < 0.5)
    flip = 1 - 2 * (torch.rand(batch, generator=generator) < 0.5).float() * (strength > 0)
    cos, sin = angle.cos(), angle.sin()
    # (B, 2, 3)
    theta = torch.stack(
        [
            torch.stack([width * cos * flip, -height * sin, shift_x], dim=1),
            torch.stack([width * sin * flip, height * cos, shift_y], dim=1),
        ],
        dim=1,
    )
    images = pixels.float() / 255  # (B, 3, side, side)
    grid = F.affine_grid(theta, [batch, 3, size, size], align_corners=False)
    images = F.grid_sample(
        images, grid, mode="bilinear", padding_mode="reflection", align_corners=False
    )

    def column(values: Tensor) -> Tensor:
        return values[:, None, None, None]  # (B, 1, 1, 1)

    blurred = chance(0.25).bool()
    if blurred.any():
        small = F.avg_pool2d(images[blurred], 2)
        images[blurred] = F.interpolate(
            small, size=(size, size), mode="bilinear", align_corners=False
        )
    grey = images.mean(dim=1, keepdim=True)  # (B, 1, S, S)
    saturation = (1 + uniform(-0.35, 0.35) * strength) * (1 - chance(0.08))
    images = grey + (images - grey) * column(saturation)
    level = images.mean(dim=(1, 2, 3), keepdim=True)  # (B, 1, 1, 1)
    images = level + (images - level) * column(1 + uniform(-0.3, 0.3) * strength)
    images = images * column(1 + uniform(-0.35, 0.3) * strength)
    noise = column(chance(0.2) * uniform(0.0, 0.06))
    if noise.any():
        images = images + noise * torch.randn(images.shape, generator=generator)
    return normalise(images.clamp(0, 1))


def normalise(images: Tensor) -> Tensor:
    """Pixels (B, 3, S, S) in [0, 1], normalised with CLIP's mean and deviation per channel."""
    mean, std = torch.tensor(MEAN).view(1, 3, 1, 1), torch.tensor(STD).view(1, 3, 1, 1)
    return (images - mean) / std
