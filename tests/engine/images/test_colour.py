"""Every mode and profile ends as plain sRGB."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from engine.images import decode
from engine.images.colour import to_rgb, to_srgb

MODES = (
    "1",
    "L",
    "P",
    "PA",
    "LA",
    "La",
    "RGB",
    "RGBA",
    "RGBa",
    "RGBX",
    "CMYK",
    "YCbCr",
    "HSV",
    "LAB",
    "I",
    "F",
)


def grey_ramp(top: float, kind: type) -> np.ndarray:
    return np.tile(np.linspace(0, top, 64), (64, 1)).astype(kind)


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_16_bits_are_scaled_not_clipped(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(grey_ramp(65535, np.uint16)).save(path)
    pixels = decode.decode(os.fsencode(path), 64).pixels.astype(int)
    assert np.abs(pixels[32, :, 0] - np.linspace(0, 255, 64)).max() <= 2
    assert (pixels == pixels[..., :1]).all()


@pytest.mark.parametrize(
    ("values", "top"),
    [
        (grey_ramp(1.0, np.float32), 255),
        (grey_ramp(255.0, np.float32), 255),
        (grey_ramp(65535.0, np.float32), 255),
        (grey_ramp(1e9, np.float32), 255),
        (grey_ramp(255, np.int32), 255),
        (grey_ramp(65535, np.int32), 255),
        (grey_ramp(2**30, np.int32), 255),
        (grey_ramp(0.5, np.float32), 127),
    ],
)
def test_values_without_a_fixed_range(values: np.ndarray, top: int) -> None:
    pixels = np.asarray(to_rgb(Image.fromarray(values), 1, None)).astype(int)
    assert np.abs(pixels[0, :, 1] - np.linspace(0, top, 64)).max() <= 2


def test_negative_and_constant_and_broken_floats() -> None:
    spread = np.asarray(to_rgb(Image.fromarray(grey_ramp(2.0, np.float32) - 1), 1, None))
    assert spread[0, 0, 0] == 0 and spread[0, -1, 0] == 255
    flat = to_rgb(Image.new("F", (5, 5), -3.0), 1, None)
    assert flat.mode == "RGB" and flat.getextrema() == ((0, 0),) * 3
    with pytest.raises(ValueError, match="not numbers"):
        to_rgb(Image.new("F", (5, 5), float("inf")), 1, None)


def test_transparency_lies_on_white() -> None:
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    half = Image.new("LA", (8, 8), (0, 128))
    palette = Image.new("P", (8, 8), 1)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.info["transparency"] = 1
    keyed = Image.new("RGB", (8, 8), (1, 2, 3))
    keyed.info["transparency"] = (1, 2, 3)
    for image, value in [(clear, 255), (half, 127), (palette, 255), (keyed, 255)]:
        rgb = to_rgb(image, 1, None)
        assert rgb.mode == "RGB"
        assert all(abs(band - value) <= 1 for band in rgb.getpixel((3, 3))), image.mode


@pytest.mark.parametrize("mode", (*MODES, "I;16", "I;16B"))
def test_every_mode_becomes_rgb_and_is_reduced(mode: str) -> None:
    for factor, size in [(1, (40, 20)), (4, (10, 5))]:
        rgb = to_rgb(Image.new(mode, (40, 20)), factor, None)
        assert rgb.mode == "RGB" and rgb.size == size


def test_lab_keeps_its_lightness() -> None:
    assert to_rgb(Image.new("LAB", (4, 4), (255, 128, 128)), 1, None).getpixel((0, 0))[1] >= 250
    assert to_rgb(Image.new("LAB", (4, 4), (0, 128, 128)), 1, None).getpixel((0, 0))[1] <= 5


def profile(name: str) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()


def swapped_primaries() -> bytes:
    """An RGB profile that is not sRGB: its red and blue colorants change places."""
    data = bytearray(
        profile("sRGB").replace("sRGB".encode("utf-16-be"), "sXYZ".encode("utf-16-be"))
    )
    for index in range(int.from_bytes(data[128:132], "big")):
        at = 132 + 12 * index
        data[at : at + 4] = {b"rXYZ": b"bXYZ", b"bXYZ": b"rXYZ"}.get(
            bytes(data[at : at + 4]), data[at : at + 4]
        )
    return bytes(data)


def test_profiles_are_applied_and_broken_ones_ignored() -> None:
    red = Image.new("RGB", (4, 4), (255, 0, 0))
    swapped = to_srgb(red, swapped_primaries()).getpixel((0, 0))
    assert swapped[2] > 250 and swapped[0] < 5
    cut = swapped_primaries()[:300]
    huge = bytes(5 << 20)
    for icc in (None, b"", b"x" * 500, profile("sRGB"), profile("LAB"), cut, "text", huge):
        assert to_srgb(red, icc).getpixel((0, 0)) == (255, 0, 0)  # type: ignore[arg-type]


def test_a_photo_with_a_profile_is_decoded_in_srgb(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (300, 300), (255, 0, 0)).save(path, icc_profile=swapped_primaries())
    assert decode.decode(os.fsencode(path), 16).pixels[8, 8, 2] > 250
    assert decode.view(os.fsencode(path), 20).pixels[2] > 250


def test_cmyk_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("CMYK", (64, 64), (0, 255, 255, 0)).save(path)
    red, green, blue = decode.decode(os.fsencode(path), 16).pixels[8, 8]
    assert red > 240 and green < 15 and blue < 15
