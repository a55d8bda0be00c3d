"""The corpus: decoded once, one list of labels over all zips, views that keep what they should."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.records import AlbumenError
from engine.starter.corpus import MEAN, STD, Corpus, augment, load_source


def write_zip(file: Path, photos: dict[str, tuple[int, int, int]]) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        for name, color in photos.items():
            data = io.BytesIO()
            Image.new("RGB", (60, 40), color).save(data, "PNG")
            archive.writestr(name, data.getvalue())


def test_sources_share_labels(tmp_path: Path) -> None:
    write_zip(tmp_path / "a.zip", {"cat/0.png": (255, 0, 0), "dog/0.png": (0, 255, 0)})
    write_zip(
        tmp_path / "b.zip",
        {"dog/0.png": (0, 0, 255), "dog/1.png": (0, 0, 0), "readme.txt": (1, 1, 1)},
    )
    sources = [load_source(tmp_path / f"{name}.zip", tmp_path / "cache", side=16) for name in "ab"]
    corpus = Corpus(sources, {"b": 0.5})
    assert corpus.labels == ["cat", "dog"] and corpus.target.tolist() == [0, 1, 1, 1]
    assert corpus.weight.tolist() == pytest.approx([1.0, 3**-0.3, 0.5 * 3**-0.3, 0.5 * 3**-0.3])
    pixels = corpus.pixels(torch.tensor([2, 0]))  # (2, 3, 16, 16)
    assert pixels[0, :, 8, 8].tolist() == [0, 0, 255] and pixels[1, :, 8, 8].tolist() == [255, 0, 0]
    (tmp_path / "a.zip").touch()  # decoded before: the second time it is mapped from the cache
    again = load_source(tmp_path / "a.zip", tmp_path / "cache", side=16)
    assert isinstance(again.pixels, np.memmap) and np.array_equal(again.pixels, sources[0].pixels)


def test_what_is_no_corpus(tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"no zip")
    with pytest.raises(AlbumenError, match="cannot be read as a zip"):
        load_source(tmp_path / "bad.zip", tmp_path / "cache")
    write_zip(tmp_path / "empty.zip", {"readme.txt": (1, 1, 1)})
    with pytest.raises(AlbumenError, match="holds no photographs"):
        load_source(tmp_path / "empty.zip", tmp_path / "cache")
    with pytest.raises(AlbumenError, match=r"no \.zip files"):
        Corpus([])


def test_views_are_seeded_and_strength_zero_is_the_plain_centre() -> None:
    pixels = torch.randint(
        0, 256, (5, 3, 40, 40), dtype=torch.uint8, generator=torch.Generator().manual_seed(1)
    )
    first = augment(pixels, 32, torch.Generator().manual_seed(7))
    again = augment(pixels, 32, torch.Generator().manual_seed(7))
    other = augment(pixels, 32, torch.Generator().manual_seed(8))
    assert torch.equal(first, again) and not torch.equal(first, other)
    plain = augment(pixels, 40, torch.Generator(), strength=0.0)  # (5, 3, 40, 40)
    restored = plain * torch.tensor(STD).view(1, 3, 1, 1) + torch.tensor(MEAN).view(1, 3, 1, 1)
    assert torch.allclose(restored * 255, pixels.float(), atol=0.05)
