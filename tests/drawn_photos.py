"""Small painted landscapes as JPEG files, seeded: photographs that may be shown anywhere, because nobody took them.

Knows: pixels. Does not know: who looks at them.
"""

from __future__ import annotations

import math
import os
import random
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

_SIZES = ((640, 480), (480, 640), (720, 405), (560, 560))
_Colour = tuple[int, int, int]

# sky above, sky at the horizon, ground near, ground far
_LIGHTS: dict[str, tuple[_Colour, _Colour, _Colour, _Colour]] = {
    "sunset": ((70, 62, 120), (250, 170, 96), (28, 26, 48), (110, 66, 84)),
    "noon": ((92, 158, 222), (214, 234, 246), (58, 104, 52), (134, 168, 112)),
    "dawn": ((140, 164, 196), (250, 214, 190), (64, 74, 86), (168, 158, 160)),
    "night": ((10, 14, 36), (36, 46, 86), (6, 8, 16), (22, 28, 50)),
    "snow": ((176, 196, 216), (236, 240, 244), (246, 248, 252), (206, 218, 232)),
}
_TINTS: dict[str, _Colour] = {"sea": (34, 84, 132), "desert": (206, 158, 98)}
_SCENES = ("sea", "mountains", "forest", "city", "desert")


def draw(folder: Path, count: int, seed: int = 0) -> list[Path]:
    """Write `count` pictures into `folder`, spread over some months (file times in seconds since the epoch); their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for number in range(count):
        rng = random.Random(f"{seed} {number}")
        scene, light = _SCENES[number % len(_SCENES)], rng.choice(list(_LIGHTS))
        path = folder / f"{scene}-{light}-{number:03d}.jpg"
        _picture(rng, scene, light).save(path, quality=88)
        moment = 1_700_000_000 + number // 9 * 86_400 * 5 + number % 9 * 600
        os.utime(path, (moment, moment))
        made.append(path)
    return made


def _picture(rng: random.Random, scene: str, light: str) -> Image.Image:
    width, height = rng.choice(_SIZES)
    above, horizon, near, far = _LIGHTS[light]
    if scene in _TINTS and light in ("noon", "dawn"):
        near, far = _mix(near, _TINTS[scene], 0.75), _mix(far, _TINTS[scene], 0.55)
    line = int(height * rng.uniform(0.42, 0.64))
    pixels = np.empty((height, width, 3), np.float32)  # (H, W, 3)
    pixels[:line] = _gradient(above, horizon, line)[:, None]
    pixels[line:] = _gradient(far, near, height - line)[:, None]
    image = Image.fromarray(pixels.astype(np.uint8))
    _sun(image, rng, light, line)
    pen = ImageDraw.Draw(image)
    if scene == "mountains":
        for layer in range(3):
            _ridge(pen, rng, width, line + layer * height // 14, height // (3 + layer), _mix(far, near, layer / 2))
        pen.rectangle((0, line + height // 5, width, height), fill=near)
    elif scene == "forest":
        for _ in range(90):
            x, y = rng.uniform(0, width), rng.uniform(line, height * 1.05)
            _tree(pen, x, y, height * 0.28 * (0.4 + (y - line) / height), _mix(far, near, (y - line) / (height - line)))
    elif scene == "city":
        for _ in range(16):
            _house(pen, rng, width, line + height // 6, height, _mix(far, near, rng.random()), light == "night")
    elif scene == "sea":
        for _ in range(220):
            y = rng.uniform(line, height)
            reach = 4 + 40 * (y - line) / height
            x = rng.uniform(0, width)
            pen.line((x, y, x + reach, y), fill=_mix(horizon, near, rng.uniform(0.2, 0.9)), width=1 + int(reach // 14))
    else:
        for layer in range(4):
            _dune(pen, rng, width, height, line + layer * height // 9, _mix(far, near, layer / 3))
    image = image.filter(ImageFilter.GaussianBlur(0.7))
    grain = np.random.default_rng(rng.randrange(2**32)).normal(0, 4, (height, width, 1))
    return Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))


def _gradient(first: _Colour, last: _Colour, rows: int) -> npt.NDArray[np.float32]:
    """Colours of `rows` rows, (rows, 3)."""
    part = np.linspace(0, 1, max(rows, 1), dtype=np.float32)[:, None] ** 1.4
    return np.asarray(first, np.float32) * (1 - part) + np.asarray(last, np.float32) * part


def _mix(first: _Colour, last: _Colour, part: float) -> _Colour:
    red, green, blue = (round(a + (b - a) * min(max(part, 0), 1)) for a, b in zip(first, last, strict=True))
    return red, green, blue


def _sun(image: Image.Image, rng: random.Random, light: str, line: int) -> None:
    size = rng.randint(26, 54)
    x, y = rng.randint(0, image.width - size), rng.randint(line // 5, max(line - size // 2, line // 5 + 1))
    glow = Image.new("L", image.size)
    ImageDraw.Draw(glow).ellipse((x - size, y - size, x + 2 * size, y + 2 * size), fill=90)
    glow = glow.filter(ImageFilter.GaussianBlur(size / 1.5))
    ImageDraw.Draw(glow).ellipse((x, y, x + size, y + size), fill=235)
    color = {"sunset": (255, 226, 150), "night": (232, 236, 248)}.get(light, (255, 250, 232))
    image.paste(color, mask=glow)


def _ridge(pen: ImageDraw.ImageDraw, rng: random.Random, width: int, base: int, high: int, fill: _Colour) -> None:
    steps = 24
    shift = rng.uniform(0, 9)
    tops = [
        (x * width / steps, base - high * (0.35 + 0.4 * math.sin(x * 0.5 + shift) ** 2 + 0.25 * rng.random()))
        for x in range(steps + 1)
    ]
    pen.polygon([(0, base + high), *tops, (width, base + high)], fill=fill)


def _tree(pen: ImageDraw.ImageDraw, x: float, y: float, size: float, fill: _Colour) -> None:
    for part in range(3):
        wide, top = size * (0.16 + 0.08 * part), y - size * (1 - 0.26 * part)
        pen.polygon([(x - wide, top + size * 0.42), (x, top), (x + wide, top + size * 0.42)], fill=fill)


def _house(
    pen: ImageDraw.ImageDraw, rng: random.Random, width: int, base: int, height: int, fill: _Colour, lit: bool
) -> None:
    left, wide, high = rng.randint(-20, width), rng.randint(30, 80), rng.randint(height // 8, height // 2)
    pen.rectangle((left, base - high, left + wide, height), fill=fill)
    for y in range(base - high + 8, height, 14):
        for x in range(left + 6, left + wide - 8, 12):
            if rng.random() < 0.4:
                pen.rectangle((x, y, x + 5, y + 7), fill=(250, 220, 130) if lit else _mix(fill, (230, 240, 250), 0.5))


def _dune(pen: ImageDraw.ImageDraw, rng: random.Random, width: int, height: int, base: int, fill: _Colour) -> None:
    shift, high = rng.uniform(0, 6), height / 12
    tops = [(x, base + high * math.sin(x / width * 5 + shift)) for x in range(0, width + 9, 8)]
    pen.polygon([(0, height), *tops, (width, height)], fill=fill)
