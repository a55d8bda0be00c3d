"""A corpus of hostile files.

Every format of the allow-list, broken in every way, and odd things that are no files.

Knows: how to make sound pictures of every kind that Pillow writes, and what damages and attacks
look like. Deterministic for a seed. Nothing here is anybody's photo.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import socket
import struct
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path

import pillow_heif
from PIL import Image, ImageCms, ImageDraw

from engine.images import camera_raw
from engine.images.decode import FORMATS
from tests.support.raw_files import dng

pillow_heif.register_heif_opener()
SIZE = (97, 61)
EXTENSIONS = [
    extension for extensions in (*FORMATS.values(), camera_raw.ENDINGS) for extension in extensions
]


def picture(mode: str = "RGB", size: tuple[int, int] = SIZE) -> Image.Image:
    """A sound picture in any mode, with edges and gradients."""
    width, height = size
    red = Image.linear_gradient("L").resize(size)
    green = Image.radial_gradient("L").resize(size)
    image = Image.merge("RGB", (red, green, red.transpose(Image.Transpose.ROTATE_180)))
    ImageDraw.Draw(image).rectangle(
        (width // 4, height // 4, width // 2, height // 2), fill=(250, 30, 30)
    )
    if mode in ("I;16", "I", "F"):
        return red.convert("F").point(lambda value: value * 257 + 0).convert("I").convert(mode)
    if mode in ("LA", "RGBA", "PA"):
        image = image.convert("LA" if mode != "RGBA" else mode)
        image.putalpha(green)
        return image
    return image.convert(mode)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image.save(out, kind, **options)
    return out.getvalue()


# How RAW files of other builds than TIFF begin; behind it, noise goes deep into their readers.
_RAW_MARKS = {
    "cr3": struct.pack(">I", 24) + b"ftypcrx \0\0\0\1crx isom" + struct.pack(">I", 4000) + b"moov",
    "crw": b"II\x1a\0\0\0HEAPCCDR",
    "raf": b"FUJIFILMCCD-RAW 0201FF383501"
    + b"X-T1".ljust(32, b"\0")
    + b"0100"
    + bytes(20)
    + struct.pack(">II", 148, 999),
    "x3f": b"FOVb" + struct.pack("<I", 0x20003),
    "mrw": b"\0MRM" + struct.pack(">I", 3000) + b"\0PRD" + struct.pack(">I", 24),
    "orf": b"IIRO\x08\0\0\0\x20\0",
    "rw2": b"IIU\0\x08\0\0\0\x20\0",
    "iiq": b"IIII" + bytes(4) + b"IIRaw",
    "nef": b"MM\0*\0\0\0\x08\0\x20",
}


def sound() -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of pictures that every reader should open."""
    for i, options in enumerate(
        (
            {},
            {"progressive": True},
            {"subsampling": 0, "quality": 99},
            {"restart_marker_rows": 1},
            {"optimize": True},
        )
    ):
        yield f"jpeg{i}.jpg", _saved(picture(), "JPEG", **options)
    yield "large.jpg", _saved(picture(size=(1800, 1200)), "JPEG", progressive=True)
    for mode in ("L", "CMYK"):
        yield f"jpeg{mode}.jpeg", _saved(picture(mode), "JPEG")
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        exif.get_ifd(0x8769)[0x9003] = "2020:02:02 02:02:02"
        for kind, extension in (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("TIFF", "tif")):
            yield f"turned{orientation}.{extension}", _saved(picture(), kind, exif=exif.tobytes())
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind, extension in (
        ("JPEG", "jpg"),
        ("PNG", "png"),
        ("WEBP", "webp"),
        ("TIFF", "tif"),
        ("HEIF", "heic"),
    ):
        yield f"profile.{extension}", _saved(picture(), kind, icc_profile=profile)
    yield "two.mpo", _saved(picture(), "MPO", save_all=True, append_images=[picture()])
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        yield f"png{mode.replace(';', '')}.png", _saved(picture(mode), "PNG")
    yield "keyed.png", _saved(picture("P"), "PNG", transparency=3)
    yield (
        "moving.apng",
        _saved(picture(), "PNG", save_all=True, append_images=[picture("L").convert("RGB")] * 3),
    )
    for name, options in {"lossy": {"quality": 60}, "lossless": {"lossless": True}}.items():
        yield f"{name}.webp", _saved(picture("RGBA"), "WEBP", **options)
    yield "moving.webp", _saved(picture(), "WEBP", save_all=True, append_images=[picture()] * 3)
    yield "still.gif", _saved(picture("P"), "GIF")
    yield (
        "moving.gif",
        _saved(
            picture("P"), "GIF", save_all=True, append_images=[picture("P"), picture("L")], loop=0
        ),
    )
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"):
        yield f"tiff{mode.replace(';', '')}.tif", _saved(picture(mode), "TIFF")
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "zstd", "lzma"):
        with contextlib.suppress(OSError, RuntimeError):
            yield f"{compression}.tiff", _saved(picture(), "TIFF", compression=compression)
    for compression in ("group3", "group4", "tiff_ccitt"):
        yield f"{compression}.tiff", _saved(picture("1"), "TIFF", compression=compression)
    yield "pages.tif", _saved(picture(), "TIFF", save_all=True, append_images=[picture("L")] * 3)
    for mode in ("1", "L", "P", "RGB", "RGBA"):
        yield f"bmp{mode}.bmp", _saved(picture(mode), "BMP")
    yield "plain.dib", _saved(picture(), "DIB")
    for mode in ("L", "LA", "RGB", "RGBA", "I;16"):
        yield f"jp2{mode.replace(';', '')}.jp2", _saved(picture(mode), "JPEG2000")
    yield "tiles.j2k", _saved(picture(), "JPEG2000", tile_size=(32, 32), no_jp2=True)
    for mode, extension in (
        ("1", "pbm"),
        ("L", "pgm"),
        ("RGB", "ppm"),
        ("I;16", "pnm"),
        ("F", "pfm"),
    ):
        yield f"plain.{extension}", _saved(picture(mode), "PPM")
    for mode in ("RGB", "RGBA"):
        yield f"{mode}.qoi", _saved(picture(mode), "QOI")
    yield "sizes.ico", _saved(picture("RGBA", (64, 64)), "ICO", sizes=[(16, 16), (64, 64)])
    yield "bitmap.ico", _saved(picture("RGBA", (32, 32)), "ICO", bitmap_format="bmp")
    for mode in ("1", "L", "P", "RGB"):
        yield f"pcx{mode}.pcx", _saved(picture(mode), "PCX")
    for mode in ("L", "RGB", "RGBA"):
        yield f"sgi{mode}.sgi", _saved(picture(mode), "SGI")
    for mode in ("L", "P", "RGB", "RGBA"):
        yield f"tga{mode}.tga", _saved(picture(mode), "TGA")
    yield "packed.tga", _saved(picture(), "TGA", compression="tga_rle")
    yield "flat.psd", psd(*SIZE, bytes(SIZE[0] * SIZE[1] * 3))
    for mode in ("L", "RGB", "RGBA", "I;16"):
        yield f"heif{mode.replace(';', '')}.heic", _saved(picture(mode), "HEIF", quality=50)
    yield "phone.heic", _saved(picture(size=(400, 300)), "HEIF", thumbnails=[256])
    for mode in ("L", "RGB", "RGBA"):
        yield f"avif{mode}.avif", _saved(picture(mode), "AVIF", quality=50)
    yield "moving.avifs", _saved(picture(), "AVIF", save_all=True, append_images=[picture()] * 2)
    yield "mosaic.dng", dng(picture())
    yield "stamp.arw", dng(picture(), picture(size=(32, 20)), little=False)
    yield "preview.nef", dng(picture(), picture())
    yield "bitmap.cr2", dng(picture(), picture(), bitmap=True)
    for size in ((1, 1), (1, 3000), (30000, 20), (20, 30000), (2, 2)):
        yield f"size{size[0]}x{size[1]}.png", _saved(picture(size=size), "PNG")
        yield f"size{size[0]}x{size[1]}.jpg", _saved(picture(size=size), "JPEG")


def psd(width: int, height: int, planes: bytes) -> bytes:
    """A Photoshop file with only a composite picture, three planes, uncompressed."""
    return (
        b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, height, width, 8, 3) + bytes(12) + b"\0\0" + planes
    )


def damaged(rng: random.Random, cuts: int, flips: int) -> Iterator[tuple[str, bytes]]:
    """Every sound picture damaged, and under a wrong name.

    Cut off at `cuts` places, and with bits changed in `flips` ways.
    """
    for name, data in sound():
        stem, extension = os.path.splitext(name)
        for i in range(cuts):
            at = (
                rng.randrange(len(data))
                if i % 2
                else min(len(data) - 1, int(1.6 ** rng.uniform(0, 24)))
            )
            yield f"{stem}-cut{i}{extension}", data[:at]
        for i in range(flips):
            broken = bytearray(data)
            # the head decides what is allocated, so it is hit as often as the rest
            reach = len(data) if i % 2 else min(len(data), 200)
            for _ in range(rng.choice((1, 1, 3, 30))):
                broken[rng.randrange(reach)] = rng.choice((0, 0xFF, 0x80, 0x7F, rng.randrange(256)))
            if i % 7 == 3:
                start = rng.randrange(len(data))
                del broken[start : start + rng.randrange(1, 60)]
            if i % 7 == 5:
                start = rng.randrange(len(data))
                broken[start:start] = broken[: rng.randrange(1, 4000)]
            yield f"{stem}-flip{i}{extension}", bytes(broken)
        yield f"{stem}-named{rng.choice(EXTENSIONS)}", data
    for i in range(cuts):
        for extension, mark in _RAW_MARKS.items():
            yield f"deep{i}.{extension}", mark + rng.randbytes(rng.randrange(20_000))
    for i in range(cuts * 10):
        yield f"noise{i}{rng.choice(EXTENSIONS)}", rng.randbytes(int(1.5 ** rng.uniform(0, 26)))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int, height: int, *between: bytes, depth: int = 8, colour: int = 2, data: bytes = b""
) -> bytes:
    """A PNG of any claimed size around any image data."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + b"".join(between)
        + _chunk(b"IDAT", data)
        + _chunk(b"IEND", b"")
    )


def bombs() -> Iterator[tuple[str, bytes]]:
    """Small files that ask for much: memory, time, recursion."""

    def zeros(count: int) -> bytes:
        packer = zlib.compressobj(9)
        whole = b"".join(packer.compress(bytes(2**20)) for _ in range(count >> 20))
        return whole + packer.compress(bytes(count & (2**20 - 1))) + packer.flush()

    yield "claims.png", png(2**31 - 1, 2**31 - 1)
    yield "claims2.png", png(60_000, 60_000, data=zeros(2**22))
    # 225 megapixels, really there
    yield (
        "real15000.png",
        png(15_000, 15_000, data=zeros(15_000 * 45_001)),
    )
    yield "real16bit.png", png(11_000, 11_000, depth=16, colour=6, data=zeros(11_000 * 88_001))
    text = zeros(2**28)
    yield "text.png", png(9, 9, _chunk(b"zTXt", b"Comment\0\0" + text), data=zeros(9 * 28))
    texts = [_chunk(b"zTXt", b"C%d\0\0" % i + zeros(2**20)) for i in range(200)]
    yield "texts.png", png(9, 9, *texts, data=zeros(252))
    yield "profile.png", png(9, 9, _chunk(b"iCCP", b"icc\0\0" + text), data=zeros(9 * 28))
    yield (
        "exif.png",
        png(9, 9, _chunk(b"eXIf", b"II*\0\x08\0\0\0" + b"\xff" * 5000), data=zeros(252)),
    )
    jpeg = _saved(picture(), "JPEG")
    at = jpeg.index(b"\xff\xc0")
    yield "claims.jpg", jpeg[: at + 5] + struct.pack(">HH", 65_500, 65_500) + jpeg[at + 9 :]
    yield "segments.jpg", jpeg[:2] + (b"\xff\xe1\xff\xff" + bytes(65_533)) * 300 + jpeg[2:]
    yield "comments.jpg", jpeg[:2] + b"\xff\xfe\0\x02" * 300_000 + jpeg[2:]
    progressive = _saved(picture(size=(3000, 3000)), "JPEG", progressive=True)
    # The last refinement, again and again: much work, no progress.
    last = progressive.rindex(b"\xff\xda")
    yield "scans.jpg", progressive[:-2] + progressive[last:-2] * 3000 + b"\xff\xd9"
    at = progressive.index(b"\xff\xc2")
    yield (
        "claims-progressive.jpg",
        progressive[: at + 5] + struct.pack(">HH", 15_800, 15_800) + progressive[at + 9 :],
    )
    yield (
        "claims.gif",
        b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0xF7, 0, 0) + bytes(768) + b";",
    )
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x4c\x01\0"
    yield (
        "frames.gif",
        b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6) + frame * 200_000 + b";",
    )
    bmp = struct.Struct("<2sIIIIiiHHIIIIII")
    yield "claims.bmp", bmp.pack(b"BM", 0, 0, 54, 40, 2**31 - 1, -(2**31), 1, 24, 0, 0, 0, 0, 0, 0)
    yield (
        "runs.bmp",
        bmp.pack(b"BM", 0, 0, 54, 40, 15_000, 15_000, 1, 8, 1, 0, 0, 0, 0, 0) + b"\xff\x01" * 2000,
    )
    yield "claims.psd", psd(300_000, 300_000, b"")
    yield "claims.ppm", b"P6 999999999 999999999 255\n"
    yield "number.ppm", b"P6 " + b"9" * 5_000_000 + b" 1 255\n"
    yield "comment.ppm", b"P3 #" + b"x" * 30_000_000
    yield "digits.pgm", b"P2 9000 9000 255\n" + b"1 " * 5_000_000
    yield "claims.qoi", b"qoif" + struct.pack(">IIBB", 2**32 - 1, 2**32 - 1, 3, 0) + b"\xfd" * 1000
    yield "runs.qoi", b"qoif" + struct.pack(">IIBB", 15_000, 15_000, 3, 0) + b"\xfd" * 4_000_000
    yield (
        "claims.tga",
        struct.pack("<BBBHHBHHHHBB", 0, 0, 10, 0, 0, 0, 0, 0, 65_535, 65_535, 24, 0)
        + b"\xff" * 1000,
    )
    yield "claims.sgi", struct.pack(">hBBHHHH", 474, 1, 1, 3, 65_535, 65_535, 3) + bytes(600)
    yield "claims.pcx", struct.pack("<BBBBHHHH", 10, 5, 1, 8, 0, 0, 65_534, 65_534) + bytes(200)
    tiff = _saved(picture("L"), "TIFF")
    first = struct.unpack("<I", tiff[4:8])[0]
    count = struct.unpack("<H", tiff[first : first + 2])[0]
    entries = tiff[first + 2 : first + 2 + 12 * count]
    yield (
        "circle.tif",
        tiff[: first + 2 + 12 * count] + struct.pack("<I", first) + tiff[first + 6 + 12 * count :],
    )
    huge = b"".join(
        entry[:8] + struct.pack("<I", 2**31) if entry[:2] in (b"\0\x01", b"\x01\x01") else entry
        for entry in (entries[i : i + 12] for i in range(0, len(entries), 12))
    )
    yield "claims.tif", tiff[: first + 2] + huge + tiff[first + 2 + 12 * count :]
    many = b"".join(struct.pack("<HHII", 40_000, 12, 2**31, 8) for _ in range(5000))
    yield "tags.tif", b"II*\0\x08\0\0\0" + struct.pack("<H", 5000) + many + bytes(4)
    page = struct.Struct("<HHHIII")
    pages = b"".join(page.pack(1, 256, 4, 1, 1, 8 + page.size * (i + 1)) for i in range(50_000))
    yield "pages.tif", b"II*\0\x08\0\0\0" + pages
    self_reference = b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 0x8769, 4, 1, 8) + bytes(4)
    block = b"Exif\0\0" + self_reference
    yield "exif.jpg", jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]
    heic = _saved(picture(), "HEIF")
    at = heic.index(b"ispe")
    yield "claims.heic", heic[: at + 8] + struct.pack(">II", 60_000, 60_000) + heic[at + 16 :]
    nested = b""
    for _ in range(3000):
        nested = struct.pack(">I", len(nested) + 8) + b"moov" + nested
    yield "nested.heic", struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + nested
    avif = _saved(picture(), "AVIF")
    at = avif.index(b"ispe")
    yield "claims.avif", avif[: at + 8] + struct.pack(">II", 60_000, 60_000) + avif[at + 16 :]
    webp = _saved(picture(), "WEBP", lossless=True)
    yield "claims.webp", webp[:21] + b"\xff\xff\xff\x0f" + webp[25:]
    jp2 = _saved(picture(), "JPEG2000", no_jp2=True)
    yield "claims.j2k", jp2[:8] + struct.pack(">II", 2**31, 2**31) + jp2[16:]
    yield "tiles.j2k", jp2[:8] + struct.pack(">IIIIII", 9000, 9000, 0, 0, 1, 1) + jp2[32:]
    raw = dng(picture(), picture())
    for tag, name in (
        (0x0100, "wide"),
        (0x0101, "high"),
        (0x0111, "start"),
        (0x0117, "bytes"),
        (0x0106, "kind"),
    ):
        entry = struct.pack("<HHI", tag, 3 if tag == 0x0106 else 4, 1)
        for i, value in enumerate((0, 60_000, 2**31, 2**32 - 1)):
            broken = bytearray(raw)
            at = -1
            while (at := raw.find(entry, at + 1)) >= 0:
                broken[at + 8 : at + 12] = struct.pack("<I", value)
            yield f"{name}{i}.dng", bytes(broken)
    at = raw.index(b"\xff\xc0")
    yield "claims.nef", raw[: at + 5] + struct.pack(">HH", 65_500, 65_500) + raw[at + 9 :]
    # The SubIFDs: the main directory, again and again.
    at = raw.index(struct.pack("<HHI", 0x014A, 4, 2))
    yield "circle.dng", raw[: at + 8] + raw[4:8] + raw[at + 12 :]
    icon = _saved(picture("RGBA", (64, 64)), "ICO", sizes=[(64, 64)])
    yield "bomb.ico", icon[:14] + struct.pack("<II", 400, 22) + png(20_000, 20_000)


def write(folder: Path, seed: int = 0, cuts: int = 20, flips: int = 14, bombed: bool = True) -> int:
    """Write the corpus below `folder`; how many files (not folders) it has.

    All of them have the names of pictures.
    """
    rng = random.Random(seed)
    parts = {
        "sound": sound(),
        "damaged": damaged(rng, cuts, flips),
        "bombs": bombs() if bombed else iter(()),
    }
    for part, files in parts.items():
        (folder / part).mkdir(parents=True, exist_ok=True)
        for name, data in files:
            (folder / part / name).write_bytes(data)
    _oddities(folder / "odd")
    return sum(len(names) for _, _, names in os.walk(folder, followlinks=False))


def _oddities(folder: Path) -> None:
    """Names, links and things that are no files."""
    folder.mkdir(parents=True, exist_ok=True)
    root = os.fsencode(folder)
    data = _saved(picture(), "PNG")
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "byte.jpg").write_bytes(b"\xff")
    (folder / "text.jpg").write_text("Dear reader, this is no picture.\n" * 100)
    (folder / "script.png").write_text(
        "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n"
    )
    (folder / "page.gif").write_text("<html><img src=x onerror=alert(1)></html>")
    for name in ("sparse.tif", "sparse.nef"):
        with open(folder / name, "wb") as file:
            file.truncate(8 * 2**30)
    names = (
        "<img src=x>.png",
        "'; DROP TABLE photos; --.png",
        "line\nbreak.png",
        "\u202egnp.evil.png",
        "%s%n.png",
    )
    for name in names:
        with contextlib.suppress(OSError):
            (folder / name).write_bytes(data)
    if os.name == "posix":
        for name in (b"n" * 251 + b".png", b"\xff\xfe\x80.png", b"\xed\xa0\x80.png"):
            with contextlib.suppress(OSError), open(os.path.join(root, name), "wb") as file:
                file.write(data)
        os.mkfifo(folder / "pipe.jpg")
        for name, target in {
            "zero.jpg": "/dev/zero",
            "random.png": "/dev/urandom",
            "terminal.jpg": "/dev/tty",
            "memory.bmp": "/proc/self/mem",
            "nowhere.jpg": "missing",
            "loop.jpg": "loop.jpg",
            "good_link.png": "byte.jpg",
        }.items():
            (folder / name).symlink_to(target)
        (folder / "up").symlink_to("..")
        here = os.getcwd()
        os.chdir(folder)  # a socket's name may be short only
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("socket.jpg")
        os.chdir(here)
        (folder / "secret.png").write_bytes(data)
        (folder / "secret.png").chmod(0)
    (folder / "folder.jpg").mkdir()
