"""Photographs that nobody took: landscapes drawn by code.

For screenshots and tests that want pretty pictures.

Nothing here is copied from anywhere; the same seed gives the same picture.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

Array = np.ndarray

#: kind -> colours of the sky from top to horizon, of the far hills, of the near ground
_SCENES: dict[
    str,
    tuple[tuple[int, int, int], tuple[int, int, int], tuple[int, int, int], tuple[int, int, int]],
] = {
    "sunset": ((46, 40, 90), (252, 158, 82), (92, 62, 96), (34, 26, 44)),
    "mountain": ((74, 132, 196), (206, 226, 240), (118, 136, 160), (72, 96, 66)),
    "sea": ((90, 158, 216), (226, 240, 248), (46, 112, 152), (222, 202, 160)),
    "forest": ((150, 188, 206), (226, 236, 226), (52, 92, 60), (28, 54, 34)),
    "snow": ((150, 176, 206), (232, 238, 246), (196, 210, 226), (240, 244, 250)),
    "night": ((8, 10, 30), (34, 42, 82), (16, 18, 34), (6, 7, 14)),
    "desert": ((96, 160, 214), (244, 222, 186), (206, 146, 92), (226, 174, 112)),
    "meadow": ((108, 170, 226), (226, 240, 246), (104, 150, 92), (92, 150, 58)),
}
KINDS = tuple(_SCENES)


def draw(kind: str, seed: int, size: tuple[int, int] = (960, 640)) -> Image.Image:
    """One landscape of `kind` (one of `KINDS`), RGB, `size` = (width, height) pixels."""
    random = np.random.default_rng([KINDS.index(kind), seed])
    width, height = size
    top, horizon, hills, ground = (
        np.array(color, float) + random.normal(0, 9, 3) for color in _SCENES[kind]
    )
    rise = np.linspace(0, 1, height)[:, None, None] ** random.uniform(0.8, 1.6)  # (H, 1, 1)
    picture = np.broadcast_to(top + (horizon - top) * rise, (height, width, 3)).copy()  # (H, W, 3)
    line = int(height * random.uniform(0.5, 0.68))
    _light(picture, kind, random, line)
    layers = 1 if kind == "sea" else int(random.integers(3, 6))
    rows = np.arange(height)[:, None]  # (H, 1)
    for layer in range(layers):
        part = layer / max(layers - 1, 1)
        color = hills + (ground - hills) * part
        color = color + (horizon - color) * 0.45 * (1 - part)  # haze
        peak = {"mountain": 0.34, "snow": 0.26, "sea": 0.0}.get(kind, 0.14) * (1 - 0.6 * part)
        edge = (
            line
            + part * height * 0.26
            - _ridge(random, width, rough=kind in ("mountain", "snow")) * height * peak
        )
        if kind == "forest" and part > 0.3:
            edge = edge - _trees(random, width) * height * 0.12 * (0.5 + part)
        below = rows > edge[None, :]  # (H, W)
        depth = np.clip((rows - edge[None, :]) / height, 0, 1)[..., None]  # (H, W, 1)
        picture = np.where(below[..., None], color * (1 - 0.35 * depth), picture)
        if kind in ("mountain", "snow") and part < 0.7:
            cap = below & (rows < edge[None, :] + 22 + 10 * random.standard_normal(width)[None, :])
            picture = np.where(cap[..., None], picture * 0.3 + 168, picture)
    if kind == "sea":
        _waves(picture, random, line, horizon, ground)
    if kind == "meadow":
        _flowers(picture, random, line)
    picture += random.normal(0, 3.5, picture.shape)
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    return image.filter(ImageFilter.GaussianBlur(0.7))


def write_album(folder: Path, count: int = 48) -> list[Path]:
    """`count` JPEGs in `folder`, of all kinds in turn, over some weeks; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    first = datetime(2026, 5, 2, 9, 30)
    paths = []
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        size = (640, 960) if number % 7 == 3 else (960, 640)
        path = folder / f"{kind}-{number:03d}.jpg"
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9003] = (first + timedelta(hours=7 * number)).strftime(
            "%Y:%m:%d %H:%M:%S"
        )
        draw(kind, number, size).save(path, quality=88, exif=exif)
        paths.append(path)
    return paths


def _ridge(random: np.random.Generator, width: int, rough: bool) -> Array:
    """(W,) heights 0..1: a sum of waves, with sharp detail for rock."""
    x = np.linspace(0, 1, width)
    height = np.zeros(width)
    for octave in range(1, 8 if rough else 4):
        height += (
            np.sin(2 * np.pi * (x * random.uniform(0.6, 1.4) * 1.8**octave + random.random()))
            / 1.9**octave
        )
    if rough:
        height = 1 - np.abs(height)
    return (height - height.min()) / max(float(np.ptp(height)), 1e-6)


def _trees(random: np.random.Generator, width: int) -> Array:
    """(W,) heights 0..1: spires of firs."""
    x = np.arange(width)
    spires = np.zeros(width)
    for _ in range(width // 12):
        middle = random.integers(0, width)
        half = random.integers(7, 20)
        tall = random.uniform(0.4, 1)
        spires = np.maximum(spires, tall * np.clip(1 - np.abs(x - middle) / half, 0, 1))
    return spires


def _light(picture: Array, kind: str, random: np.random.Generator, line: int) -> None:
    """Sun, moon or stars, and a few clouds, in place."""
    height, width, _ = picture.shape
    rows, columns = np.mgrid[0:height, 0:width]
    x = width * random.uniform(0.2, 0.8)
    if kind == "night":
        for _ in range(260):
            row, column = int(random.integers(0, line)), int(random.integers(0, width - 1))
            picture[row : row + 2, column : column + 2] += random.uniform(40, 200)
        y, radius, light = height * 0.2, 26, np.array([236, 232, 214])
    elif kind == "sunset":
        y, radius, light = line - height * 0.08, 44, np.array([255, 232, 180])
    else:
        y, radius, light = height * 0.14, 30, np.array([255, 250, 232])
    distance = np.hypot(rows - y, columns - x)  # (H, W)
    glow = np.exp(-distance / (radius * 4))[..., None] * 0.55
    disc = np.clip(radius + 1 - distance, 0, 1)[..., None]
    picture[:] = picture + (light - picture) * np.maximum(glow, disc)
    if kind in ("desert", "night"):
        return
    for _ in range(int(random.integers(3, 7))):
        cloud_x, cloud_y = random.uniform(0, width), random.uniform(0.05, 0.45) * line
        wide, tall = random.uniform(60, 200), random.uniform(8, 22)
        shape = np.exp(-(((columns - cloud_x) / wide) ** 2) - ((rows - cloud_y) / tall) ** 2)[
            ..., None
        ]
        tint = np.array([255, 196, 168]) if kind == "sunset" else np.array([250, 251, 253])
        picture[:] = picture + (tint - picture) * shape * 0.7


def _waves(
    picture: Array, random: np.random.Generator, line: int, horizon: Array, sand: Array
) -> None:
    """Glitter on the water and a beach, in place."""
    height, width, _ = picture.shape
    for row in range(line + 2, height):
        near = (row - line) / (height - line)
        shine = random.random(width) > 0.985 - 0.02 * near
        picture[row][np.repeat(shine[::6], 6)[:width]] += (horizon - picture[row].mean(0)) * 0.35
    shore = height * 0.86 + 10 * np.sin(np.linspace(0, 9, width) + random.random() * 6)
    beach = np.arange(height)[:, None] > shore[None, :]
    picture[beach] = sand
    foam = np.abs(np.arange(height)[:, None] - shore[None, :]) < 3
    picture[foam] = (240, 246, 248)


def _flowers(picture: Array, random: np.random.Generator, line: int) -> None:
    """Spots of colour on the meadow, larger towards the front, in place."""
    height, width, _ = picture.shape
    colors = np.array([(238, 92, 110), (250, 214, 88), (244, 244, 240), (176, 108, 210)], float)
    for _ in range(700):
        row = int(line + (height - line) * random.uniform(0.25, 1) ** 0.8)
        column = int(random.integers(0, width))
        side = 2 + int(6 * (row - line) / (height - line))
        picture[row : row + side, column : column + side] = colors[random.integers(0, 4)]
