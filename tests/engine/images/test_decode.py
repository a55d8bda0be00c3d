"""File -> pixels.

The reference against hand-written equations, the fast path against the reference, odd pictures.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.images import camera_raw, decode
from engine.images.decode import UnreadablePhoto
from tests.torture import corpus

S = 32


def scene(width: int, height: int, seed: int = 0) -> Image.Image:
    """A picture with large shapes, fine structure and noise, different in every direction."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    u, v = x / max(width, 1), y / max(height, 1)
    planes = [200 * u, 200 * v, 120 + 100 * np.sin(9 * u + 5 * v)]
    noise = np.random.default_rng(seed).normal(0, 4, (height, width, 3))
    return Image.fromarray((np.stack(planes, axis=-1) + noise).clip(0, 255).astype(np.uint8))


def saved(tmp_path: Path, name: str, image: Image.Image, **options: object) -> bytes:
    path = tmp_path / name
    image.save(path, **options)
    return os.fsencode(path)


# ---------------------------------------------------------------- the reference, by hand


def bicubic_weights(size_in: int, size_out: int) -> np.ndarray:
    """(size_out, size_in) weights of an antialiased cubic convolution with a = -1/2.

    Each row sums to one.
    """
    scale = size_in / size_out
    width = max(scale, 1.0)
    support = 2.0 * width
    weights = np.zeros((size_out, size_in))
    for i in range(size_out):
        centre = (i + 0.5) * scale
        first = max(0, int(centre - support + 0.5))
        last = min(size_in, int(centre + support + 0.5))
        t = np.abs((np.arange(first, last) - centre + 0.5) / width)
        near, far = (1.5 * t - 2.5) * t * t + 1, ((-0.5 * t + 2.5) * t - 4) * t + 2
        row = np.where(t < 1, near, np.where(t < 2, far, 0.0))
        weights[i, first:last] = row / row.sum()
    return weights


def bicubic(channels: np.ndarray, width: int, height: int) -> np.ndarray:
    """uint8 (H, W, C) -> (height, width, C).

    First across, then down, each rounded to 8 bits, weights to 22.
    """
    fixed = 1 << 22

    def along(plane: np.ndarray, size: int) -> np.ndarray:  # over axis 0
        if plane.shape[0] == size:
            return plane
        exact = bicubic_weights(plane.shape[0], size) * fixed
        weights = np.trunc(exact + np.where(exact < 0, -0.5, 0.5)).astype(np.int64)
        total = np.tensordot(weights, plane.astype(np.int64), axes=(1, 0)) + fixed // 2
        return (total >> 22).clip(0, 255).astype(np.uint8)

    across = along(channels.transpose(1, 0, 2), width).transpose(1, 0, 2)
    return along(across, height)


def nearest(channels: np.ndarray, width: int, height: int) -> np.ndarray:
    rows = np.floor((np.arange(height) + 0.5) * channels.shape[0] / height).astype(int)
    columns = np.floor((np.arange(width) + 0.5) * channels.shape[1] / width).astype(int)
    return channels[rows][:, columns]


def muldiv255(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    t = a.astype(np.int64) * b + 128
    return ((t >> 8) + t) >> 8


def rgba_bicubic(channels: np.ndarray, width: int, height: int) -> np.ndarray:
    """Premultiply, resize, divide again.

    The alpha itself is then dropped, as `convert("RGB")` does.
    """
    alpha = channels[..., 3:]
    premultiplied = np.concatenate(
        [muldiv255(channels[..., :3], alpha).astype(np.uint8), alpha], axis=-1
    )
    small = bicubic(premultiplied, width, height).astype(np.int64)
    colour = small[..., :3]
    alpha = small[..., 3:]
    divided = np.where(
        (alpha == 0) | (alpha == 255), colour, (255 * colour // np.maximum(alpha, 1)).clip(0, 255)
    )
    return divided.astype(np.uint8)


def cmyk_to_rgb(channels: np.ndarray) -> np.ndarray:
    white = 255 - channels[..., 3:].astype(np.int64)
    return (white - muldiv255(channels[..., :3], white)).clip(0, 255).astype(np.uint8)


def by_hand(image: Image.Image, resolution: int) -> np.ndarray:
    """CLIP's published preprocessing as equations: uint8 (S, S, 3)."""
    width, height = image.size
    if width <= height:
        new_width, new_height = resolution, int(resolution * height / width)
    else:
        new_width, new_height = int(resolution * width / height), resolution
    channels = np.asarray(image)
    channels = channels[..., None] if channels.ndim == 2 else channels
    if image.mode == "P":
        palette = np.array(image.getpalette("RGB"), dtype=np.uint8).reshape(-1, 3)
        rgb = palette[nearest(channels, new_width, new_height)[..., 0]]
    elif image.mode == "RGBA":
        rgb = rgba_bicubic(channels, new_width, new_height)
    elif image.mode == "CMYK":
        rgb = cmyk_to_rgb(bicubic(channels, new_width, new_height))
    else:
        rgb = np.broadcast_to(bicubic(channels, new_width, new_height), (new_height, new_width, 3))
    left, top = round((new_width - resolution) / 2.0), round((new_height - resolution) / 2.0)
    return rgb[top : top + resolution, left : left + resolution]


def transparent(width: int, height: int) -> Image.Image:
    image = scene(width, height).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize((width, height)))
    return image


PICTURES: dict[str, Callable[[], Image.Image]] = {
    "rgb landscape": lambda: scene(97, 61),
    "rgb portrait": lambda: scene(61, 97),
    "rgb square, enlarged": lambda: scene(20, 20),
    "rgb, already at size": lambda: scene(S, S),
    "odd crop": lambda: scene(S * 2 + 1, S),
    "grey": lambda: scene(90, 70).convert("L"),
    "palette": lambda: scene(90, 71).quantize(17),
    "transparent": lambda: transparent(83, 59),
    "cmyk": lambda: scene(75, 50).convert("CMYK"),
    "one pixel": lambda: Image.new("RGB", (1, 1), (10, 200, 30)),
    "extreme landscape": lambda: scene(300, 3),
    "extreme portrait": lambda: scene(2, 250),
}


@pytest.mark.parametrize("name", PICTURES)
def test_reference_equals_the_published_transform_pixel_for_pixel(name: str) -> None:
    image = PICTURES[name]()
    pixels = by_hand(image, S)
    mean, std = np.array(decode.CLIP_MEAN, np.float32), np.array(decode.CLIP_STD, np.float32)
    expected = (pixels.astype(np.float32) / np.float32(255) - mean) / std
    got = decode.preprocess(image, S)
    assert got.shape == (3, S, S) and got.dtype == torch.float32
    assert np.array_equal(got.permute(1, 2, 0).numpy(), expected)


def test_model_input_is_the_reference_for_a_picture_of_that_size() -> None:
    image = scene(S, S)
    batch = decode.to_model_input(np.asarray(image)[None].copy())
    assert torch.equal(batch[0], decode.preprocess(image, S))


# ---------------------------------------------------------------- the fast path


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1200, 900), (533, 801), (300, 299), (40, 300)])
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_fast_path_is_close_to_the_reference(
    tmp_path: Path, size: tuple[int, int], suffix: str
) -> None:
    path = saved(tmp_path, f"a.{suffix}", scene(*size), quality=92)
    photo = decode.decode(path, 64)
    with Image.open(os.fsdecode(path)) as image:
        reference = by_hand(image.convert("RGB"), 64)
    assert photo.pixels.shape == (64, 64, 3) and photo.pixels.dtype == np.uint8
    assert np.abs(photo.pixels.astype(int) - reference).mean() < 1.0
    assert (photo.width, photo.height) == size
    with Image.open(io.BytesIO(photo.thumbnail)) as thumbnail:
        assert thumbnail.format == "JPEG" and max(thumbnail.size) == min(256, max(size))
        assert abs(thumbnail.width / thumbnail.height / (size[0] / size[1]) - 1) < 0.05


def test_facts_of_the_file_are_those_of_the_bytes_decoded(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.png", scene(50, 40))
    os.utime(path, ns=(1, 1_234_567_890_123_456_789))
    photo = decode.decode(path, S)
    data = Path(os.fsdecode(path)).read_bytes()
    assert (
        photo.content_hash
        == hashlib.blake2b(data, digest_size=16).hexdigest()
        == decode.content_hash(path)
    )
    assert (photo.size, photo.mtime_ns, photo.taken_at) == (
        len(data),
        os.stat(path).st_mtime_ns,
        None,
    )


def test_large_files_are_hashed_and_decoded_from_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, "a.bmp", scene(200, 150))
    small = decode.decode(path, S)
    monkeypatch.setattr(decode, "_WHOLE_FILE", 1000)
    monkeypatch.setattr(decode, "_CHUNK", 999)
    ticks = []
    raw = decode.decode_raw(path, S, lambda: ticks.append(1))
    assert raw.pixels == small.pixels.tobytes() and raw.content_hash == small.content_hash
    assert len(ticks) == -(-small.size // 999)


def with_orientation(image: Image.Image, orientation: int) -> Image.Image:
    """The stored pixels that, with this EXIF value, show `image`."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    return image.transpose(undo[orientation]) if orientation in undo else image


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "avif", "heic"])
def test_all_orientations_give_the_same_pixels(tmp_path: Path, suffix: str) -> None:
    upright = scene(201, 120)
    options = {"quality": 95} if suffix in ("jpg", "webp", "avif", "heic") else {}
    reference = decode.decode(saved(tmp_path, f"0.{suffix}", upright, **options), 48)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        stored = with_orientation(upright, orientation)
        path = saved(tmp_path, f"{orientation}.{suffix}", stored, exif=exif.tobytes(), **options)
        photo = decode.decode(path, 48)
        assert (photo.width, photo.height) == (201, 120), orientation
        difference = np.abs(photo.pixels.astype(int) - reference.pixels).mean()
        assert difference < 2.0, (orientation, difference)
        with Image.open(io.BytesIO(photo.thumbnail)) as thumbnail:
            assert thumbnail.size == (201, 120), orientation


@pytest.mark.slow
def test_a_heic_with_a_smaller_picture_inside_is_read_from_that(tmp_path: Path) -> None:
    upright = scene(480, 360)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    plain = decode.decode(
        saved(tmp_path, "plain.heic", turned, quality=80, exif=exif.tobytes()), 64
    )
    phone = decode.decode(
        saved(tmp_path, "phone.heic", turned, exif=exif.tobytes(), thumbnails=[256]), 64
    )
    assert (phone.width, phone.height) == (plain.width, plain.height) == (480, 360)
    assert phone.pixels.tobytes() != plain.pixels.tobytes()  # so it was the smaller one
    assert np.abs(phone.pixels.astype(int) - plain.pixels).mean() < 2.0
    full = decode.view(os.fsencode(tmp_path / "phone.heic"), 300)
    assert (full.width, full.height, full.full_width) == (300, 225, 480)


def test_extreme_and_tiny_pictures(tmp_path: Path) -> None:
    for size in [(1, 1), (1, 3000), (30000, 20), (2, 2), (3, 1)]:
        photo = decode.decode(saved(tmp_path, "a.png", scene(*size)), S)
        assert photo.pixels.shape == (S, S, 3) and (photo.width, photo.height) == size
        with Image.open(io.BytesIO(photo.thumbnail)) as thumbnail:
            assert max(thumbnail.size) <= 256 and min(thumbnail.size) >= 1


def test_only_candidates_by_name() -> None:
    for name in (b"/a/IMG_1.JPG", b"x.heic", b"\xff\xfe.png"):
        assert decode.is_candidate(name), name
    for name in (
        b"/a/jpg",
        b"a.txt",
        b"a.eps",
        b"a.wmf",
        b"/a/._IMG_1.jpg",
        b"a.jpg.part",
        b"",
        b"a.svg",
        b"a.pdf",
    ):
        assert not decode.is_candidate(name), name


@pytest.mark.slow
def test_every_kind_of_sound_picture_shows_what_it_should(tmp_path: Path) -> None:
    square = (18, 0, 79, 61)
    pictures = {mode: corpus.picture(mode).convert("RGB") for mode in ("RGB", "L")}
    shown = {
        mode: np.asarray(picture.resize((24, 24), box=square)) for mode, picture in pictures.items()
    }
    seen = set()
    for name, data in corpus.sound():
        path = tmp_path / name
        path.write_bytes(data)
        photo = decode.decode(os.fsencode(path), 24)
        mode = "RGB"
        if not camera_raw.is_raw(os.fsencode(path)):
            with Image.open(path) as image:
                mode = image.mode
        seen.add(path.suffix)
        if (photo.width, photo.height) != corpus.SIZE or name.startswith(("turned", "flat")):
            continue  # those have tests of their own
        if mode in ("RGB", "CMYK", "YCbCr", "P", "LAB", "L", "1"):
            grey = mode in ("L", "1") or (photo.pixels == photo.pixels[..., :1]).all()
            difference = np.abs(photo.pixels.astype(int) - shown["L" if grey else "RGB"]).mean()
            assert difference < 30, (name, mode, difference)
    assert {
        extension for extensions in decode.FORMATS.values() for extension in extensions[:1]
    } <= seen | {".jpe"}


def test_contents_decide_not_the_name(tmp_path: Path) -> None:
    scene(40, 30).save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "a.jpg")
    assert decode.decode(os.fsencode(tmp_path / "a.jpg"), S).width == 40


# ---------------------------------------------------------------- refusals


def refusal(path: bytes) -> str:
    with pytest.raises(UnreadablePhoto) as caught:
        decode.decode(path, S)
    assert str(caught.value).endswith(str(caught.value.reason))
    assert str(caught.value.reason).endswith(".") and "\n" not in str(caught.value.reason)
    return str(caught.value.reason)


def test_files_that_are_no_pictures(tmp_path: Path) -> None:
    for name, data, words in [
        ("text.jpg", b"To whom it may concern\n" * 40, "not a picture"),
        ("empty.jpg", b"", "empty"),
        (
            "script.png",
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n",
            "not a picture",
        ),
        ("zeros.tga", bytes(5000), "not a picture"),
    ]:
        path = tmp_path / name
        path.write_bytes(data)
        assert words in refusal(os.fsencode(path)), name


def test_only_formats_of_the_list_are_ever_tried() -> None:
    code = (
        "import sys; from engine.images import decode as images; from PIL import Image\n"
        "try: images.decode(sys.argv[1].encode(), 8)\n"
        "except images.UnreadablePhoto: pass\n"
        "print(sorted(Image.OPEN), 'torch' in sys.modules, 'PySide6' in sys.modules, "
        "'numpy' in sys.modules)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, __file__], capture_output=True, text=True, check=True
    ).stdout
    assert "EPS" not in out and "WMF" not in out and "JPEG" in out
    assert out.rstrip().endswith("False False False")


def test_truncated_pictures_fail_with_a_reason(tmp_path: Path) -> None:
    for suffix in ("jpg", "png", "webp", "gif", "tif", "heic", "avif", "jp2", "bmp", "qoi"):
        data = Path(os.fsdecode(saved(tmp_path, f"a.{suffix}", scene(120, 90)))).read_bytes()
        for part in (3, 20, len(data) // 2):
            path = tmp_path / f"cut.{suffix}"
            path.write_bytes(data[:part])
            refusal(os.fsencode(path))


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


def test_bombs_are_refused_by_size_before_they_are_unpacked(tmp_path: Path) -> None:
    for width, height in [(50_000, 50_000), (20_000, 20_000)]:
        path = tmp_path / "bomb.png"
        path.write_bytes(png_of(width, height))
        assert "250 megapixels" in refusal(os.fsencode(path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_pipes_devices_and_links_do_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert "not a file" in refusal(os.fsencode(tmp_path / "pipe.jpg"))
    for name, target in [
        ("zero.jpg", "/dev/zero"),
        ("folder.jpg", str(tmp_path)),
        ("tty.jpg", "/dev/tty"),
    ]:
        (tmp_path / name).symlink_to(target)
        assert "not a file" in refusal(os.fsencode(tmp_path / name)), name
    (tmp_path / "broken.jpg").symlink_to(tmp_path / "nowhere")
    assert "no longer there" in refusal(os.fsencode(tmp_path / "broken.jpg"))
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    assert "could not be read" in refusal(os.fsencode(tmp_path / "loop.jpg"))
    assert "could not be read" in refusal(b"a\0b.jpg")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no permissions of this kind on this system")
def test_unreadable_file(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.png", scene(9, 9))
    os.chmod(path, 0)
    root = os.geteuid() == 0  # root may read everything: be somebody else for a moment
    if root:
        os.seteuid(65534)
    try:
        assert "No permission" in refusal(path)
    finally:
        if root:
            os.seteuid(0)


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.png", scene(60, 60))
    with pytest.raises(UnreadablePhoto, match="changed while"):
        decode.decode_raw(path, S, lambda: os.utime(path, ns=(5, 5)))
    with pytest.raises(UnreadablePhoto, match="changed while"):
        decode.content_hash(path, lambda: os.utime(path, ns=(7, 7)))


def test_originals_are_not_touched(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.jpg", scene(60, 60))
    os.utime(path, ns=(1_000_000_000, 2_000_000_000))
    before = Path(os.fsdecode(path)).read_bytes()
    decode.decode(path, S)
    decode.view(path, 40)
    assert (
        Path(os.fsdecode(path)).read_bytes() == before
        and os.stat(path).st_mtime_ns == 2_000_000_000
    )


# ---------------------------------------------------------------- pictures for the screen


def test_view_is_upright_and_never_enlarged(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Maker"
    exif[0x0110] = "Maker One"
    path = saved(tmp_path, "a.jpg", scene(300, 200), exif=exif)
    picture = decode.view(path, 150)
    assert (picture.width, picture.height, picture.full_width, picture.full_height) == (
        100,
        150,
        200,
        300,
    )
    assert len(picture.pixels) == 100 * 150 * 3
    assert picture.facts == {"camera": "Maker One", "format": "JPEG"}
    whole = decode.view(path, 5000)
    assert (whole.width, whole.height) == (200, 300)
