"""Training pictures that the corpus lacks and photo folders are full of, drawn by code.

Screenshots, documents, notes.

Seeded, 300 of each label; they teach the look of a page or a window, not its content. Night scenes
are made of daylight photographs of the corpus. Knows pixels, nothing of models.
"""

import json
import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from engine.starter.corpus import SIDE, Source, save_source

COUNT = 300
_SIZE = 240  # pixels; drawn large and reduced, as a real one would be
_NIGHT_FROM = frozenset(
    {"street", "insidecity", "tallbuilding", "house", "highway", "suburb", "building", "coast"}
)
_VOCABULARY = """the of and to in is you that it he was for on are as with his they at be this
have from or one had by word but not what all were we when your can said there use an each which
she do how their if will up other about out many then them these so some her would make like him
into time has look two more write go see number no way could people Total Date Invoice Chapter
Settings File Edit View Search Home Messages Save Open Report 2024 12.50 100 37 Page"""
_WORDS = _VOCABULARY.split()


def _colour(rng: random.Random, low: int = 0, high: int = 255) -> tuple[int, int, int]:
    return rng.randint(low, high), rng.randint(low, high), rng.randint(low, high)


def _text(
    draw: ImageDraw.ImageDraw,
    rng: random.Random,
    box: tuple[int, int, int, int],
    size: int,
    fill: tuple[int, int, int],
) -> None:
    """Lines of words inside the box; now and then a paragraph ends early."""
    font = ImageFont.load_default(size)
    left, y, right, bottom = box
    while y + size < bottom:
        width = (right - left) * (1 if rng.random() < 0.75 else rng.uniform(0.2, 0.9))
        line = ""
        while draw.textlength(line, font=font) < width - 2 * size:
            line += rng.choice(_WORDS) + " "
        draw.text((left, y), line, font=font, fill=fill)
        y += round(size * rng.choice((1.3, 1.3, 1.3, 2.2)))


def _document(rng: random.Random) -> Image.Image:
    paper = (
        tuple(rng.randint(225, 255) for _ in range(3))
        if rng.random() < 0.3
        else (rng.randint(235, 255),) * 3
    )
    image = Image.new("RGB", (_SIZE, _SIZE), paper)
    draw = ImageDraw.Draw(image)
    ink = (rng.randint(0, 70),) * 3
    margin = rng.randint(8, 34)
    top = rng.randint(8, 30)
    if rng.random() < 0.6:  # a heading
        size = rng.randint(13, 24)
        _text(draw, rng, (margin, top, _SIZE - margin * 2, top + size + 4), size, ink)
        top += size * 2
    size = rng.randint(5, 10)
    if rng.random() < 0.25:  # a table
        rows, columns = rng.randint(4, 12), rng.randint(2, 5)
        step = (_SIZE - margin - top) / rows
        wide = (_SIZE - 2 * margin) / columns
        for row in range(rows + 1):
            y = top + row * step
            draw.line((margin, y, _SIZE - margin, y), fill=ink)
            for column in range(columns):
                draw.text(
                    (margin + column * wide + 3, y + 2),
                    rng.choice(_WORDS),
                    font=ImageFont.load_default(size),
                    fill=ink,
                )
    elif rng.random() < 0.25:  # two columns
        middle = _SIZE // 2
        _text(draw, rng, (margin, top, middle - 5, _SIZE - margin), size, ink)
        _text(draw, rng, (middle + 5, top, _SIZE - margin, _SIZE - margin), size, ink)
    else:
        _text(draw, rng, (margin, top, _SIZE - margin, _SIZE - margin), size, ink)
    return _photographed(image, rng) if rng.random() < 0.5 else image


def _photographed(page: Image.Image, rng: random.Random) -> Image.Image:
    """The page as a camera sees it: turned, smaller, on a table, under uneven light."""
    table = Image.new("RGB", page.size, _colour(rng, 20, 190))
    small = page.resize((int(_SIZE * rng.uniform(0.7, 1.0)), int(_SIZE * rng.uniform(0.75, 1.05))))
    angle = rng.uniform(-14, 14)
    turned = small.rotate(angle, expand=True, resample=Image.Resampling.BILINEAR)
    mask = Image.new("L", small.size, 255).rotate(angle, expand=True)
    table.paste(turned, ((_SIZE - turned.width) // 2, (_SIZE - turned.height) // 2), mask)
    ramp = np.linspace(rng.uniform(0.6, 1), rng.uniform(0.8, 1), _SIZE)[:, None, None]
    return Image.fromarray((np.asarray(table) * ramp).clip(0, 255).astype(np.uint8))


def _screenshot(rng: random.Random) -> Image.Image:
    dark = rng.random() < 0.35
    ground, ink = (
        ((rng.randint(15, 50),) * 3, (220,) * 3)
        if dark
        else ((rng.randint(235, 255),) * 3, (40,) * 3)
    )
    accent = _colour(rng, 30, 220)
    image = Image.new("RGB", (_SIZE, _SIZE), ground)
    draw = ImageDraw.Draw(image)
    bar = rng.randint(12, 28)
    draw.rectangle(
        (0, 0, _SIZE, bar),
        fill=accent if rng.random() < 0.5 else tuple(max(0, c - 25) for c in ground),
    )
    _text(draw, rng, (8, 4, rng.randint(60, 160), bar + 4), 8, ink)
    side = 0
    kind = rng.random()
    if kind < 0.45:  # a window with a side bar
        side = rng.randint(40, 80)
        draw.rectangle((0, bar, side, _SIZE), fill=tuple(max(0, c - 14) for c in ground))
        for y in range(bar + 8, _SIZE - 10, rng.randint(14, 22)):
            draw.ellipse((6, y, 14, y + 8), fill=_colour(rng))
            draw.text((18, y), rng.choice(_WORDS), font=ImageFont.load_default(8), fill=ink)
    if kind < 0.3:  # text
        _text(draw, rng, (side + 8, bar + 8, _SIZE - 8, _SIZE - 8), rng.randint(6, 9), ink)
    elif kind < 0.6:  # a grid of icons or cards
        cell = rng.randint(36, 70)
        for y in range(bar + 8, _SIZE - cell // 2, cell):
            for x in range(side + 8, _SIZE - cell // 2, cell):
                draw.rounded_rectangle(
                    (x, y, x + cell - 14, y + cell - 20),
                    rng.randint(0, 10),
                    fill=_colour(rng, 20, 240),
                )
                draw.text(
                    (x, y + cell - 18), rng.choice(_WORDS), font=ImageFont.load_default(7), fill=ink
                )
    elif kind < 0.85:  # messages on a phone
        y = bar + 8
        while y < _SIZE - 24:
            high = rng.randint(14, 44)
            mine = rng.random() < 0.5
            left = rng.randint(80, 110) if mine else 8
            fill = accent if mine else tuple(abs(c - 25) for c in ground)
            draw.rounded_rectangle((left, y, left + rng.randint(90, 125), y + high), 7, fill=fill)
            _text(draw, rng, (left + 6, y + 3, left + 100, y + high), 7, ink)
            y += high + 8
    else:  # a form with buttons
        for y in range(bar + 10, _SIZE - 20, 26):
            draw.text((side + 10, y), rng.choice(_WORDS), font=ImageFont.load_default(9), fill=ink)
            draw.rectangle((side + 70, y, _SIZE - 14, y + 15), outline=ink)
        draw.rounded_rectangle((_SIZE - 80, _SIZE - 26, _SIZE - 14, _SIZE - 8), 4, fill=accent)
    return image


def _chart(rng: random.Random) -> Image.Image:
    image = Image.new("RGB", (_SIZE, _SIZE), (rng.randint(240, 255),) * 3)
    draw = ImageDraw.Draw(image)
    left, bottom, right, top = 30, _SIZE - 26, _SIZE - 14, 30
    _text(draw, rng, (60, 8, 180, 22), 10, (30, 30, 30))
    kind = rng.random()
    if kind < 0.25:  # pie
        start = 0.0
        colours = [_colour(rng, 40, 230) for _ in range(7)]
        for n in range(rng.randint(3, 7)):
            end = 360 if n == 6 else start + rng.uniform(20, 110)
            draw.pieslice((50, 50, 200, 200), start, min(end, 360), fill=colours[n])
            start = end
        return image
    draw.line((left, top, left, bottom, right, bottom), fill=(60, 60, 60), width=2)
    for n in range(5):
        y = top + n * (bottom - top) / 5
        draw.line((left, y, right, y), fill=(215, 215, 215))
        draw.text(
            (6, y - 4), str(rng.randint(1, 99)), font=ImageFont.load_default(8), fill=(60, 60, 60)
        )
    number = rng.randint(4, 12)
    wide = (right - left) / number
    if kind < 0.6:  # bars
        for series, fill in enumerate(_colour(rng, 30, 220) for _ in range(rng.randint(1, 2))):
            for n in range(number):
                x, y = left + wide * (n + 0.15 + 0.35 * series), rng.uniform(top, bottom - 8)
                draw.rectangle((x, y, x + wide * 0.5, bottom), fill=fill)
    else:  # lines or points
        for _ in range(rng.randint(1, 4)):
            fill = _colour(rng, 0, 210)
            y = rng.uniform(top, bottom)
            points = []
            for n in range(number * 2):
                y = min(bottom, max(top, y + rng.gauss(0, 16)))
                points.append((left + wide * n / 2, y))
            if kind < 0.85:
                draw.line(points, fill=fill, width=rng.randint(1, 3))
            else:
                for x, y in points:
                    draw.ellipse((x - 3, y - 3, x + 3, y + 3), fill=fill)
    return image


def _drawing(rng: random.Random) -> Image.Image:
    image = Image.new(
        "RGB", (_SIZE, _SIZE), (rng.randint(235, 255), rng.randint(235, 255), rng.randint(225, 255))
    )
    draw = ImageDraw.Draw(image)
    crayon = rng.random() < 0.6

    def pen() -> tuple[int, int, int]:
        return _colour(rng, 0, 230) if crayon else (rng.randint(10, 90),) * 3

    def curve(points: list[tuple[float, float]]) -> None:
        shaky = [(x + rng.gauss(0, 1.5), y + rng.gauss(0, 1.5)) for x, y in points]
        draw.line(shaky, fill=pen(), width=rng.randint(2, 5), joint="curve")

    for _ in range(rng.randint(2, 7)):
        x, y, r = rng.uniform(30, 210), rng.uniform(30, 210), rng.uniform(12, 60)
        kind = rng.random()
        circle = [(x + r * math.cos(a / 4), y + r * math.sin(a / 4)) for a in range(27)]
        if kind < 0.25:  # a figure
            curve(
                [(x + r / 3 * math.cos(a / 4), y - r + r / 3 * math.sin(a / 4)) for a in range(27)]
            )
            curve([(x, y - r * 0.6), (x, y + r * 0.4)])
            curve([(x - r / 2, y + r), (x, y + r * 0.4), (x + r / 2, y + r)])
            curve([(x - r / 2, y - r * 0.2), (x + r / 2, y - r * 0.2)])
        elif kind < 0.45:  # a house
            curve(
                [(x - r, y + r), (x - r, y), (x, y - r), (x + r, y), (x + r, y + r), (x - r, y + r)]
            )
            curve([(x - r, y), (x + r, y)])
        elif kind < 0.65:  # a flower or a sun
            curve(circle)
            for a in range(8):
                curve(
                    [
                        (x + r * math.cos(a), y + r * math.sin(a)),
                        (x + 1.4 * r * math.cos(a), y + 1.4 * r * math.sin(a)),
                    ]
                )
        elif kind < 0.8 and crayon:
            draw.polygon(
                [(px + rng.gauss(0, r / 6), py) for px, py in circle[:: rng.randint(2, 6)]],
                fill=pen(),
            )
        else:  # a scribble
            curve(
                [
                    (x + rng.gauss(0, r / 2), y + rng.gauss(0, r / 2))
                    for _ in range(rng.randint(4, 14))
                ]
            )
    return image


def _notes(rng: random.Random) -> Image.Image:
    paper = (rng.randint(230, 255), rng.randint(230, 255), rng.randint(205, 250))
    image = Image.new("RGB", (_SIZE, _SIZE), paper)
    draw = ImageDraw.Draw(image)
    gap = rng.randint(14, 30)
    ink = rng.choice(((20, 30, 130), (20, 20, 20), (60, 60, 70)))
    for y in range(gap, _SIZE, gap):
        if rng.random() < 0.6:
            draw.line((0, y, _SIZE, y), fill=(185, 200, 225))
    for y in range(gap, _SIZE - 4, gap):
        x = rng.randint(8, 24)
        while x < _SIZE - rng.randint(10, 80):
            word = []
            length = rng.randint(10, 40)
            for step in range(0, length, 2):
                word.append(
                    (
                        x + step,
                        y
                        - gap * 0.25
                        + gap * 0.3 * math.sin(step * rng.uniform(0.9, 1.3))
                        + rng.gauss(0, 1),
                    )
                )
            draw.line(word, fill=ink, width=rng.choice((1, 2, 2)), joint="curve")
            x += length + rng.randint(5, 10)
    return _photographed(image, rng) if rng.random() < 0.5 else image


def _map(rng: random.Random) -> Image.Image:
    image = Image.new(
        "RGB", (_SIZE, _SIZE), (rng.randint(230, 248), rng.randint(225, 240), rng.randint(205, 232))
    )
    draw = ImageDraw.Draw(image)
    for _ in range(rng.randint(2, 6)):  # parks and lakes
        x, y, r = rng.uniform(0, 240), rng.uniform(0, 240), rng.uniform(15, 70)
        fill = rng.choice(((190, 220, 170), (165, 205, 230), (215, 215, 205)))
        draw.polygon(
            [
                (
                    x + r * rng.uniform(0.5, 1) * math.cos(a),
                    y + r * rng.uniform(0.5, 1) * math.sin(a),
                )
                for a in range(7)
            ],
            fill=fill,
        )
    for _ in range(rng.randint(8, 26)):  # roads
        a, b = (
            (rng.uniform(0, 240), rng.uniform(-20, 260)),
            (rng.uniform(0, 240), rng.uniform(-20, 260)),
        )
        middle = ((a[0] + b[0]) / 2 + rng.gauss(0, 25), (a[1] + b[1]) / 2 + rng.gauss(0, 25))
        fill = rng.choice(((255, 255, 255), (255, 255, 255), (250, 215, 120), (240, 160, 90)))
        draw.line(
            [a, middle, b],
            fill=(190, 185, 180),
            width=(wide := rng.randint(2, 7)) + 2,
            joint="curve",
        )
        draw.line([a, middle, b], fill=fill, width=wide, joint="curve")
    for _ in range(rng.randint(4, 14)):
        place = (rng.uniform(0, 200), rng.uniform(0, 230))
        draw.text(
            place,
            rng.choice(_WORDS),
            font=ImageFont.load_default(rng.randint(7, 12)),
            fill=(70, 70, 80),
        )
    return image


def _at_night(photo: Image.Image, rng: random.Random) -> Image.Image:
    """A daylight photograph, darkened and blue, with a few lamps.

    How a camera sees the same street at night.
    """
    pixels = np.asarray(photo).astype(np.float32) / 255
    pixels = (
        pixels ** rng.uniform(1.4, 2.6)
        * rng.uniform(0.12, 0.4)
        * np.array([0.8, 0.85, rng.uniform(1.0, 1.35)])
    )
    glow = Image.new("RGB", photo.size, 0)
    draw = ImageDraw.Draw(glow)
    for _ in range(rng.randint(2, 14)):
        x, y, r = (
            rng.uniform(0, photo.width),
            rng.uniform(photo.height * 0.15, photo.height),
            rng.uniform(0.5, 2.5),
        )
        lamp = rng.choice(((255, 235, 170), (255, 200, 110), (255, 255, 240), (255, 120, 90)))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=lamp)
    halo = np.asarray(glow.filter(ImageFilter.GaussianBlur(4))).astype(np.float32) / 255
    light = np.asarray(glow.filter(ImageFilter.GaussianBlur(0.6))).astype(np.float32) / 255
    pixels = (
        pixels
        + light
        + 2.5 * halo
        + np.random.default_rng(rng.randrange(2**32)).normal(0, 0.015, pixels.shape)
    )
    return Image.fromarray((pixels * 255).clip(0, 255).astype(np.uint8))


_DRAWN: dict[str, Callable[[random.Random], Image.Image]] = {
    "document": _document,
    "screenshot": _screenshot,
    "chart": _chart,
    "drawing": _drawing,
    "handwritten notes": _notes,
    "map": _map,
}
LABELS = (*_DRAWN, "night")


def drawn_source(
    photographs: Sequence[Source], cache: Path, seed: int, count: int = COUNT
) -> Source:
    """`count` pictures of each of `LABELS` as one more source.

    The night ones are made of `photographs` by day, if any.
    """
    array_file = cache / f"drawn-{seed}-{count}.npy"
    label_file = cache / f"drawn-{seed}-{count}.json"
    if not (array_file.is_file() and label_file.is_file()):
        cache.mkdir(parents=True, exist_ok=True)
        rng = random.Random(seed)
        pixels = []
        labels = []
        for label, make in _DRAWN.items():
            for _ in range(count):
                image = make(rng).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
                image = ImageEnhance.Brightness(image).enhance(rng.uniform(0.75, 1.05))
                pixels.append(np.asarray(image))
                labels.append(label)
        days = [
            (s, n) for s in photographs for n, label in enumerate(s.labels) if label in _NIGHT_FROM
        ]
        for source, number in rng.sample(days, min(count, len(days))):
            pixels.append(np.asarray(_at_night(Image.fromarray(source.pixels[number]), rng)))
            labels.append("night")
        save_source(array_file, label_file, np.stack(pixels), labels)
    return Source(
        "drawn",
        np.load(array_file, mmap_mode="r"),
        tuple(json.loads(label_file.read_text("utf-8"))),
    )
