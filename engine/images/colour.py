"""Any picture mode and colour profile -> sRGB, 8 bits.

Knows: Pillow's modes (16 bits, floats, palettes, transparency, CMYK, LAB) and embedded ICC
profiles. Does not know: files, sizes, the model.
"""

from __future__ import annotations

import functools
import io
import math

from PIL import Image, ImageCms

_LARGEST_PROFILE = 4 * 2**20


def to_rgb(image: Image.Image, factor: int, icc: bytes | None) -> Image.Image:
    """Any mode -> RGB, box-reduced by `factor` (1: not).

    Reduced as early as the mode allows, so that large pictures are converted small. Transparency
    lies on white. RGB stays in its own colour space (`to_srgb`); CMYK uses the profile `icc` at
    once.
    """
    mode = image.mode
    if mode.startswith("I;16"):
        # `convert` clips 16 bits at 255, which turns a whole photo white: scale instead.
        image = image if mode == "I;16" else image.convert("I")
        image = image.point(lambda value: value * (1 / 257) + 0).convert("L")
    if image.mode in ("La", "RGBa"):
        image = image.convert(image.mode.upper())
    if image.mode in ("P", "PA", "1", "HSV"):
        has_alpha = image.mode == "PA" or "transparency" in image.info
        image = image.convert("RGBA" if has_alpha else "L" if image.mode == "1" else "RGB")
    elif image.mode in ("RGB", "L") and image.info.get("transparency") is not None:
        image = image.convert("RGBA")
    if factor > 1:
        image = image.reduce(factor)
    if image.mode in ("I", "F"):
        image = _scaled_to_8_bits(image)
    if image.mode in ("RGBA", "LA"):
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        return white
    if image.mode == "CMYK":
        image = to_srgb(image, icc)
    elif image.mode == "LAB":
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        image = _transformed(image, ImageCms.buildTransform(lab, _srgb_profile(), "LAB", "RGB"))
    return image if image.mode == "RGB" else image.convert("RGB")


def _scaled_to_8_bits(image: Image.Image) -> Image.Image:
    """32-bit integers or floats (I, F) -> L.

    They have no agreed range: 0..1, 0..255 and 0..65535 are taken as they are named, anything else
    is stretched from its darkest to its lightest value.
    """
    low, high = (float(value) for value in image.getextrema())  # type: ignore[arg-type]
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("values that are not numbers")
    nominal = {"F": (1.0, 255.0, 65535.0), "I": (255.0, 65535.0)}[image.mode]
    top = next((limit for limit in nominal if low >= 0 and high <= limit), None)
    start, span = (0.0, top) if top is not None else (low, (high - low) or 1.0)
    scale = 255.0 / span
    return image.convert("F").point(lambda value: value * scale + (-start * scale)).convert("L")


@functools.lru_cache(maxsize=1)
def _srgb_profile() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@functools.lru_cache(maxsize=16)
def _transform_to_srgb(icc: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The colour transform of an embedded profile, or None where there is nothing to do.

    Nothing is done for sRGB, for a broken profile, and for one of another colour space.
    """
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        if profile.profile.xcolor_space.strip() != mode:
            return None
        if "srgb" in (profile.profile.profile_description or "").lower():
            return None
        return ImageCms.buildTransform(profile, _srgb_profile(), mode, "RGB")
    except Exception:
        # A broken profile is no reason to lose the photo: it is shown as if it had none.
        return None


def to_srgb(image: Image.Image, icc: bytes | None) -> Image.Image:
    """Apply an embedded profile (`info["icc_profile"]`).

    One that is sRGB, broken or of another colour space is left alone.
    """
    if not isinstance(icc, bytes) or not 128 < len(icc) <= _LARGEST_PROFILE:
        return image
    transform = _transform_to_srgb(icc, image.mode)
    return image if transform is None else _transformed(image, transform)


def _transformed(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    result = ImageCms.applyTransform(image, transform)
    return image if result is None else result
