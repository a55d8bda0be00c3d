"""RAW files.

Preview or development, upright, dated, never mistaken for the JPEG beside them, harmless when
damaged.
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.images import camera_raw, decode, keywords
from engine.images.decode import Decoded, Picture, UnreadablePhoto
from engine.images.decode_pool import DecodePool
from engine.library.library import Library
from engine.messages import message
from engine.records import Failure
from tests.support.raw_files import dng
from tests.support.small_library import LONG_AGO, finish, write_model, write_photo
from tests.torture import corpus

pytestmark = pytest.mark.slow

S = 32
SENSOR = (640, 480)


def gradient(channel: str, size: tuple[int, int] = SENSOR) -> Image.Image:
    """Brighter to the bottom in one channel, bright at the left edge.

    No turn of it looks like another.
    """
    slope = Image.linear_gradient("L").resize(size).point(lambda value: 40 + value // 2)
    slope.paste(255, (0, 0, size[0] // 8, size[1]))
    dark = Image.new("L", size, 8)
    return Image.merge("RGB", [slope if name == channel else dark for name in "RGB"])


def put(tmp_path: Path, data: bytes, name: str = "a.dng") -> bytes:
    path = tmp_path / name
    path.write_bytes(data)
    return os.fsencode(path)


def shown(picture: Picture) -> Image.Image:
    return Image.frombytes("RGB", (picture.width, picture.height), picture.pixels)


def route(picture: Picture) -> str:
    """Which one was shown: the previews of these tests are red, what the sensor saw is green."""
    red, green, _ = np.asarray(shown(picture)).reshape(-1, 3).mean(0)
    return "preview" if red > green else "development"


def test_the_cameras_preview_is_shown_where_there_is_one(tmp_path: Path) -> None:
    preview = gradient("R", (560, 420))
    for name, bitmap in (("a.dng", False), ("B.NEF", True)):
        path = put(tmp_path, dng(gradient("G"), preview, bitmap=bitmap), name)
        photo = decode.decode(path, S)
        picture = decode.view(path, 400)
        assert (photo.width, photo.height) == (picture.full_width, picture.full_height) == SENSOR
        assert (
            photo.pixels[..., 0].mean() > photo.pixels[..., 1].mean()
            and route(picture) == "preview"
        )
        assert (picture.width, picture.height) == (400, 300)
        wanted = np.asarray(preview.resize((400, 300))).astype(int)
        assert np.abs(np.asarray(shown(picture)) - wanted).mean() < 3
        with Image.open(io.BytesIO(photo.thumbnail)) as thumbnail:
            assert thumbnail.size == (256, 192)


def test_what_the_sensor_saw_is_developed_where_there_is_none(tmp_path: Path) -> None:
    for preview in (None, gradient("R", (160, 120))):
        path = put(tmp_path, dng(gradient("G"), preview))
        photo = decode.decode(path, S)
        picture = decode.view(path, 400)
        assert (photo.width, photo.height) == (picture.full_width, picture.full_height) == SENSOR
        assert (
            photo.pixels[..., 1].mean() > 2 * photo.pixels[..., 0].mean()
            and route(picture) == "development"
        )
        # 2 x 2 of the sensor to one: quick, and enough
        assert (picture.width, picture.height) == (
            320,
            240,
        )
        whole = decode.view(path, 5000)
        assert (whole.width, whole.height) == SENSOR


def test_zooming_in_asks_for_more_than_a_small_preview(tmp_path: Path) -> None:
    path = put(tmp_path, dng(gradient("G", (1600, 1200)), gradient("R", (600, 450))))
    fits, closer = decode.view(path, 1400), decode.view(path, 5000)
    assert (route(fits), fits.width, fits.height) == ("preview", 600, 450)
    assert (route(closer), closer.width, closer.height) == ("development", 1600, 1200)
    assert (
        (fits.full_width, fits.full_height)
        == (closer.full_width, closer.full_height)
        == (1600, 1200)
    )


@pytest.mark.parametrize("orientation", range(1, 9))
def test_both_are_upright(tmp_path: Path, orientation: int) -> None:
    """The stored pixels turned back: bright left edge, brighter to the bottom."""
    turns = {
        2: "FLIP_LEFT_RIGHT",
        3: "ROTATE_180",
        4: "FLIP_TOP_BOTTOM",
        5: "TRANSPOSE",
        6: "ROTATE_90",
    }
    name = (turns | {7: "TRANSVERSE", 8: "ROTATE_270"}).get(orientation)

    def stored(image: Image.Image) -> Image.Image:
        return image.transpose(Image.Transpose[name]) if name else image

    silent = Image.Exif()
    silent[0x0110] = "Says nothing of orientation"
    preview = stored(gradient("R", (560, 420)))
    for data in (
        dng(stored(gradient("G")), orientation=orientation),
        dng(stored(gradient("G")), preview, orientation=orientation),
        dng(stored(gradient("G")), preview, orientation=orientation, preview_exif=silent.tobytes()),
        dng(stored(gradient("G")), preview, orientation=orientation, bitmap=True),
    ):
        path = put(tmp_path, data)
        picture = decode.view(path, 320)
        photo = decode.decode(path, S)
        assert (picture.width, picture.height) == (320, 240)
        assert (picture.full_width, picture.full_height) == (photo.width, photo.height) == SENSOR
        values = np.asarray(shown(picture)).astype(int).max(axis=-1)
        assert values[:, 5:30].mean() > values[:, 290:315].mean() + 40  # the left edge
        assert values[200:, 100:].mean() > values[:40, 100:].mean() + 40  # the bottom
        pixels = photo.pixels.astype(int).max(axis=-1)
        assert pixels[-6:, 8:].mean() > pixels[:6, 8:].mean() + 30


def test_a_preview_that_the_camera_turned_is_not_turned_again(tmp_path: Path) -> None:
    stored = gradient("G").transpose(Image.Transpose.ROTATE_90)
    without = Image.Exif()
    without[0x0110] = "Says nothing of orientation"
    upright = gradient("R", (560, 420))
    for preview, exif in ((upright, b""), (upright, without.tobytes())):
        picture = decode.view(
            put(tmp_path, dng(stored, preview, orientation=6, preview_exif=exif)), 320
        )
        assert (picture.width, picture.height) == (320, 240)
        values = np.asarray(shown(picture)).astype(int).max(axis=-1)
        assert (
            route(picture) == "preview"
            and values[200:, 100:].mean() > values[:40, 100:].mean() + 40
        )
    # and one that lies on its side, whose own EXIF keeps silent about it, is
    lying = upright.transpose(Image.Transpose.ROTATE_90)
    picture = decode.view(
        put(tmp_path, dng(stored, lying, orientation=6, preview_exif=without.tobytes())), 320
    )
    assert (picture.width, picture.height) == (320, 240)


def test_a_preview_in_another_shape_is_the_picture_that_was_meant(tmp_path: Path) -> None:
    """Cameras set to 16:9 cut the preview and keep the whole sensor."""
    path = put(tmp_path, dng(gradient("G", (1600, 1200)), gradient("R", (640, 360))))
    photo = decode.decode(path, S)
    picture = decode.view(path, 5000)
    assert (photo.width, photo.height) == (picture.full_width, picture.full_height) == (1600, 900)
    assert route(picture) == "preview" and (picture.width, picture.height) == (640, 360)


@pytest.mark.parametrize("mark", [b"", b"MM\0*", b"IIRO", b"IIU\0"])
@pytest.mark.parametrize("preview", [False, True])
def test_date_camera_and_lens(tmp_path: Path, mark: bytes, preview: bool) -> None:
    data = dng(
        gradient("G"), gradient("R", (560, 420)) if preview else None, little=mark != b"MM\0*"
    )
    path = put(tmp_path, mark + data[len(mark) :], "a.ORF")
    picture = decode.view(path, 100)
    assert picture.facts == {
        "camera": "Albumen Test Camera",
        "lens": "Test Lens 35mm",
        "exposure": "1/250 s",
        "aperture": "f/2.8",
        "iso": "400",
        "taken": "2021-07-08 09:10",
        "format": "ORF",
    }
    like_jpeg = Image.Exif()
    like_jpeg.get_ifd(0x8769)[0x9003] = "2021:07:08 09:10:11"
    jpeg = tmp_path / "a.jpg"
    gradient("R").save(jpeg, exif=like_jpeg)
    assert (
        decode.decode(path, S).taken_at == decode.decode(os.fsencode(jpeg), S).taken_at is not None
    )
    undated = put(
        tmp_path, dng(gradient("G"), gradient("R", (560, 420)) if preview else None, taken="")
    )
    assert decode.decode(undated, S).taken_at is None


def test_what_cannot_be_read_like_tiff_is_dated_by_libraw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_preview, without = (
        put(tmp_path, dng(gradient("G"), preview), name)
        for preview, name in ((gradient("R", (560, 420)), "a.dng"), (None, "b.dng"))
    )
    expected = decode.decode(without, S).taken_at
    monkeypatch.setattr(camera_raw, "_LIKE_TIFF", ())
    assert decode.decode(with_preview, S).taken_at == decode.decode(without, S).taken_at == expected
    facts = decode.view(with_preview, 100).facts
    assert (
        facts["camera"] == "Albumen Test Camera"
        and facts["iso"] == "400"
        and "software" not in facts
    )


def test_keywords_of_other_programs(tmp_path: Path) -> None:
    xmp = keywords.replaced(keywords.EMPTY.encode(), ["dune", "north sea"])
    for preview in (None, gradient("R", (560, 420))):
        assert decode.decode(put(tmp_path, dng(gradient("G"), preview, xmp=xmp)), S).keywords == (
            "dune",
            "north sea",
        )


def test_names_decide_whether_libraw_is_asked_and_contents_what_is_shown(tmp_path: Path) -> None:
    for name in (
        b"/a/IMG_1.CR2",
        b"x.cr3",
        b"x.Nef",
        b"x.arw",
        b"x.orf",
        b"x.rw2",
        b"x.raf",
        b"x.pef",
        b"x.srw",
    ):
        assert decode.is_candidate(name) and camera_raw.is_raw(name), name
    assert not decode.is_candidate(b"/a/._IMG_1.CR2") and not decode.is_candidate(b"firmware.raw")
    data = io.BytesIO()
    gradient("R").save(data, "JPEG")
    assert decode.view(put(tmp_path, data.getvalue(), "phone.dng"), 100).facts == {"format": "JPEG"}
    code = (
        "import sys; from engine.images import decode as images\n"
        "try: images.decode_raw(sys.argv[1].encode(), 8)\n"
        "except images.UnreadablePhoto: pass\n"
        "print('rawpy' in sys.modules, 'numpy' in sys.modules)"
    )
    for name, loaded in (("sensor.tif", "False False"), ("sensor.dng", "True True")):
        path = put(tmp_path, dng(gradient("G")), name)
        run = subprocess.run(
            [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
        )
        assert run.stdout.strip() == loaded, name


# ---------------------------------------------------------------- damage


def reason(path: bytes) -> str:
    with pytest.raises(UnreadablePhoto) as caught:
        decode.decode_raw(path, S)
    assert (
        str(caught.value.reason).endswith(".")
        and "\n" not in str(caught.value.reason)
        and "b'" not in str(caught.value.reason)
    )
    return str(caught.value.reason)


def test_a_file_cut_off_anywhere_fails_with_a_reason_or_shows_its_whole_preview(
    tmp_path: Path,
) -> None:
    for bitmap in (False, True):
        data = dng(corpus.picture(), corpus.picture(), bitmap=bitmap)
        mosaic = len(data) - 2 * corpus.SIZE[0] * corpus.SIZE[1]
        whole = decode.decode(put(tmp_path, data), S)
        for at in (
            1,
            9,
            100,
            400,
            800,
            mosaic // 2,
            mosaic - 40,
            mosaic,
            mosaic + 100,
            len(data) - 1,
        ):
            path = put(tmp_path, data[:at])
            if at < mosaic:
                assert "damaged" in reason(path), at
            else:
                assert np.array_equal(decode.decode(path, S).pixels, whole.pixels), at
    sensor_only = dng(corpus.picture())
    for at in (700, len(sensor_only) // 2, len(sensor_only) - 2):
        assert (
            reason(put(tmp_path, sensor_only[:at]))
            == "The picture is damaged or incomplete (it ends too early)."
        )
    with DecodePool(S, workers=1) as pool:  # its processes are trusted with a flat message only
        (cut,) = pool.decode([put(tmp_path, sensor_only[:700])])
    assert isinstance(cut, Failure)
    assert cut.reason == message("The picture is damaged or incomplete (it ends too early).")


def test_damage_behind_a_sound_preview_is_told_when_it_matters(tmp_path: Path) -> None:
    data = dng(gradient("G", (1600, 1200)), gradient("R", (600, 450)))
    path = put(tmp_path, data[:-1000])
    assert route(decode.view(path, 1400)) == "preview"
    with pytest.raises(UnreadablePhoto, match=r"incomplete \(it ends too early\)"):
        decode.view(path, 5000)


def test_a_damaged_preview_costs_no_photo(tmp_path: Path) -> None:
    """Where the sensor's data is sound it is developed; where nothing is, one sentence says so."""
    data = dng(gradient("G"), gradient("R", (560, 420)))
    # Without them no pixel of the preview is known.
    codes = data.index(b"\xff\xc4", data.index(b"\xff\xd8")) + 5
    assert route(decode.view(put(tmp_path, data), 320)) == "preview"
    damaged = data[:codes] + b"\xff" * 16 + data[codes + 16 :]
    path = put(tmp_path, damaged, "b.dng")
    assert route(decode.view(path, 320)) == "development"
    photo = decode.decode(path, S)
    assert photo.pixels[..., 1].mean() > photo.pixels[..., 0].mean()
    assert "damaged or incomplete" in reason(put(tmp_path, damaged[:-1000], "c.dng"))


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, dng(gradient("G")))
    monkeypatch.setattr(decode, "PIXEL_LIMIT", 100_000)
    assert "too many pixels" in reason(path)
    monkeypatch.undo()
    monkeypatch.setattr(camera_raw, "LARGEST_FILE", 1000)
    assert reason(path) == str(decode.NO_MEMORY)
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "rawpy", None)
    assert "rawpy" in reason(path)


def test_the_decoding_processes_read_them_behind_closed_doors(tmp_path: Path) -> None:
    """LibRaw and numpy are loaded only after the process gave up its rights."""
    good = put(tmp_path, dng(gradient("G"), gradient("R", (560, 420)), orientation=8))
    broken = put(tmp_path, dng(gradient("G"))[:5000], "b.cr2")
    with DecodePool(S, workers=1) as pool:
        first, second = pool.decode([good, broken])
        picture = pool.view(good, 320)
        assert pool.statistics.deaths == 0
    assert isinstance(first, Decoded) and (first.width, first.height) == (480, 640)
    assert (
        isinstance(second, Failure)
        and second.path == os.fsdecode(broken)
        and "damaged" in str(second.reason)
    )
    assert isinstance(picture, Picture) and (picture.width, picture.height) == (240, 320)


# ---------------------------------------------------------------- a library


def test_raw_and_jpeg_of_one_shot_are_two_photos(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    jpeg = write_photo(folder / "IMG_1.jpg", 1)
    raw = folder / "IMG_1.NEF"
    raw.write_bytes(dng(gradient("G"), gradient("R", (560, 420))))
    (folder / "IMG_2.cr2").write_bytes(dng(gradient("G"))[:3000])
    for file in folder.iterdir():
        os.utime(file, (LONG_AGO, LONG_AGO))
    before = {file.name: hashlib.blake2b(file.read_bytes()).digest() for file in folder.iterdir()}
    model = write_model(tmp_path / "model.safetensors")
    with Library.open(tmp_path / "library", model=str(model)) as library:
        library.add([str(folder)])
        report = finish(library.sync())
        assert (report.added, report.failed) == (3, 1)
        (failure,) = library.failures()
        assert failure.path == str(folder / "IMG_2.cr2") and "damaged or incomplete" in str(
            failure.reason
        )
        ids = {name: library.photo_id(str(folder / name)) for name in ("IMG_1.jpg", "IMG_1.NEF")}
        photos = {photo.name: photo for photo in library.photos(list(ids.values()))}
        assert (photos["IMG_1.NEF"].width, photos["IMG_1.NEF"].height) == SENSOR
        assert photos["IMG_1.NEF"].thumbnail != photos["IMG_1.jpg"].thumbnail
        raw.rename(folder / "kept.NEF")  # one of the two moves: each keeps its own row
        report = finish(library.sync())
        assert (report.moved, report.added, report.removed) == (1, 0, 0)
        assert library.photo_id(str(folder / "kept.NEF")) == ids["IMG_1.NEF"]
        assert library.photo_id(str(jpeg)) == ids["IMG_1.jpg"]
    (folder / "kept.NEF").rename(raw)
    assert {
        file.name: hashlib.blake2b(file.read_bytes()).digest() for file in folder.iterdir()
    } == before
