"""Sets of photographs as people keep them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.evaluate.datasets import (
    AttributeSet,
    PhotoSet,
    Pictures,
    open_set,
    random_crop,
    smallest_class,
    square,
)
from engine.records import AlbumenError


def picture(
    path: Path, colour: tuple[int, int, int] = (200, 30, 30), size: tuple[int, int] = (12, 8)
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "set"
    for name in (
        "not_cup/b.jpg",
        "not_cup/a.png",
        "cup/deep.jpeg",
        "cup/.hidden.jpg",
        "cup/notes.txt",
        "loose.jpg",
    ):
        picture(root / name) if not name.endswith("txt") else (root / name).write_text("no picture")
    return root


def photo_set(path: Path) -> PhotoSet:
    photos = open_set(path)
    assert isinstance(photos, PhotoSet)
    return photos


def test_folders(folder: Path) -> None:
    photos = photo_set(folder)
    assert photos.classnames == ("cup", "not cup") and photos.name == "set" and len(photos) == 3
    assert photos.targets.tolist() == [0, 1, 1]
    assert [Path(file).name for file in photos.files] == ["deep.jpeg", "a.png", "b.jpg"]
    assert smallest_class(photos) == ("cup", 1)


def test_zip(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "set.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(folder.rglob("*.*")):
            file.write(path, path.relative_to(folder))
        file.writestr("__MACOSX/cup/._deep.jpeg", b"junk")
    photos = photo_set(archive)
    unpacked = photo_set(folder)
    assert (
        photos.classnames == unpacked.classnames
        and photos.targets.tolist() == unpacked.targets.tolist()
    )
    for source in (photos, unpacked):
        read = dict(Pictures().read(source.files, range(3), lambda image, _: square(image, 4)))
        assert sorted(read) == [0, 1, 2] and all(
            np.abs(p.astype(int) - [200, 30, 30]).max() < 8 for p in read.values()
        )


def test_captions(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    (tmp_path / "c.csv").write_text(
        'image,caption\na.jpg,"a cup, red"\nb.jpg,two cats\na.jpg,two cats\n', "utf-8-sig"
    )
    photos = photo_set(tmp_path / "c.csv")
    assert photos.classnames == ("a cup, red", "two cats") and photos.targets.tolist() == [0, 1, 1]
    assert photos.files[0] == str(tmp_path / "a.jpg")
    (tmp_path / "c.csv").write_text("a.jpg\n")
    with pytest.raises(AlbumenError, match=r"row 1 of .*lacks an image or a caption"):
        open_set(tmp_path / "c.csv")


def test_celeba(tmp_path: Path) -> None:
    (tmp_path / "list_attr_celeba.txt").write_text(
        "3\nBald Smiling Wearing_Hat\n"
        "000001.jpg -1  1  1\n000002.jpg  1 -1 -1\n000003.jpg -1 -1 -1\n"
    )
    with pytest.raises(AlbumenError, match="none of its pictures"):
        open_set(tmp_path)
    picture(tmp_path / "img_align_celeba" / "000001.jpg")
    picture(tmp_path / "img_align_celeba" / "000003.jpg")
    faces = open_set(tmp_path)
    assert isinstance(faces, AttributeSet)
    assert faces.attributes == ("Bald", "Smiling", "Wearing Hat")
    assert faces.present.tolist() == [[False, True, True], [False, False, False]]
    with zipfile.ZipFile(tmp_path / "img_align_celeba.zip", "w") as file:
        file.write(tmp_path / "img_align_celeba" / "000001.jpg", "img_align_celeba/000002.jpg")
    zipped = open_set(tmp_path)
    assert isinstance(zipped, AttributeSet)
    assert zipped.present.tolist() == [[True, False, False]] and zipped.files[0].endswith(
        "!img_align_celeba/000002.jpg"
    )
    (tmp_path / "list_attr_celeba.txt").write_text("3\nBald Smiling\n000001.jpg -1\n")
    with pytest.raises(AlbumenError, match="not CelebA's list"):
        open_set(tmp_path)


def test_what_is_no_set(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(AlbumenError, match="holds no pictures in folders"):
        open_set(tmp_path / "empty")
    with pytest.raises(AlbumenError, match="is no set of photographs"):
        open_set(tmp_path / "absent")
    (tmp_path / "x.zip").write_bytes(b"no zip")
    with pytest.raises(AlbumenError, match="cannot be read as a zip"):
        open_set(tmp_path / "x.zip")


def test_unreadable_pictures_are_left_out(folder: Path) -> None:
    (folder / "cup" / "deep.jpeg").write_bytes(b"\xff\xd8 broken")
    pictures = Pictures()
    photos = photo_set(folder)
    read = list(pictures.read(photos.files, range(3), lambda image, _: square(image, 4)))
    assert [number for number, _ in read] == [1, 2]
    assert [Path(failure.path).name for failure in pictures.failures] == ["deep.jpeg"]
    assert "cannot be read as a picture" in str(pictures.failures[0].reason)


def test_pictures_come_in_order_and_upright(tmp_path: Path) -> None:
    files = [str(picture(tmp_path / f"{n}.png", (n, 0, 0))) for n in range(50)]
    numbers = list(range(49, -1, -1))
    read = list(Pictures(workers=4).read(files, numbers, lambda image, _: np.asarray(image)))
    assert [number for number, _ in read] == numbers
    assert all(pixels[0, 0, 0] == number for number, pixels in read)
    turned = Image.new("RGB", (6, 4))
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.jpg", exif=exif)
    ((_, pixels),) = Pictures().read(
        [str(tmp_path / "turned.jpg")], [0], lambda image, _: np.asarray(image)
    )
    assert pixels.shape[:2] == (6, 4)


@pytest.mark.parametrize("size", [(64, 64), (100, 30), (30, 101), (1, 1), (500, 3), (65, 64)])
def test_square_and_crops(size: tuple[int, int]) -> None:
    image = Image.effect_noise(size, 50).convert("RGB")
    assert square(image, 16).shape == (16, 16, 3)
    crops = [random_crop(image, 16, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert all(crop.shape == (16, 16, 3) and crop.dtype == np.uint8 for crop in crops)
    assert np.array_equal(crops[0], crops[1])
    if min(size) > 20:
        assert not np.array_equal(crops[0], crops[2])


def test_square_equals_the_published_transform() -> None:
    from engine.images.decode import preprocess, to_model_input

    for size in ((37, 91), (91, 37), (64, 64), (200, 199)):
        image = Image.effect_noise(size, 80).convert("RGB")
        assert np.allclose(
            to_model_input(square(image, 32)[None].copy())[0].numpy(),
            preprocess(image, 32).numpy(),
            atol=1e-6,
        )
