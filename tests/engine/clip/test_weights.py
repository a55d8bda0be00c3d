"""Names and files to models: catalogue, ids, precisions, devices, official archives,
installation."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.clip import checkpoint, download, weights
from engine.clip.catalogue import CATALOGUE
from engine.records import AlbumenError, Progress
from tests.support import official
from tests.support.random_clip import TINY_RESNET, random_clip, relative_error


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.safetensors"
    checkpoint.write(path, random_clip(seed=5).state_dict(), {"activation": "quickgelu"})
    return path


def pixels(size: int, count: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, size, size, 3), dtype=np.uint8)


def test_load_and_encode(file: Path) -> None:
    model = weights.load(str(file), device="cpu")
    assert model.model_id == f"{hashlib.sha256(file.read_bytes()).hexdigest()[:16]}-fp32"
    assert model.model_id == weights.model_id(str(file), device="cpu")
    assert (model.input_resolution, model.embed_dim, model.context_length) == (64, 64, 77)
    images, texts = model.encode_images(pixels(64)), model.encode_texts(["a cat", "a dog"])
    assert images.shape == (3, 64) and texts.shape == (2, 64)
    for features in (images, texts):
        assert features.dtype == torch.float32
        assert torch.allclose(features.norm(dim=-1), torch.ones(len(features)))
        # usable in training: no inference tensors
        features.clone().requires_grad_().sum().backward()
    assert not any(parameter.requires_grad for parameter in model.clip.parameters())


def test_pixels_are_normalised_as_published(file: Path) -> None:
    model = weights.load(str(file), device="cpu")
    x = torch.from_numpy(pixels(64)).permute(0, 3, 1, 2) / 255
    mean = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(1, 3, 1, 1)
    std = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(1, 3, 1, 1)
    with torch.no_grad():
        expected = torch.nn.functional.normalize(model.clip.encode_image((x - mean) / std), dim=-1)
    assert relative_error(model.encode_images(pixels(64)), expected) < 1e-6


def test_long_texts(file: Path) -> None:
    model = weights.load(str(file), device="cpu")
    assert model.encode_texts(["dog " * 300]).isfinite().all()
    with pytest.raises(AlbumenError, match="too long"):
        model.encode_texts(["dog " * 300], truncate=False)


def test_many_texts_of_all_lengths(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = weights.load(str(file), device="cpu")
    texts = ["dog " * (number % 9) + "cat" for number in range(20)]
    whole = model.encode_texts(texts)
    monkeypatch.setattr(weights, "_TEXTS_AT_ONCE", 3)
    assert relative_error(model.encode_texts(texts), whole) < 1e-5
    assert relative_error(model.encode_texts(texts[5:6])[0], whole[5]) < 1e-5
    assert model.encode_texts([]).shape == (0, 64)


def test_id_follows_the_content(file: Path) -> None:
    first = weights.model_id(str(file), "fp32")
    checkpoint.write(file, random_clip(seed=6).state_dict(), {"activation": "quickgelu"})
    assert weights.model_id(str(file), "fp32") != first


def test_an_unknown_activation_is_told_and_never_mixed_with_a_known_one(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    checkpoint.write(path, random_clip(seed=5).state_dict(), {})
    model = weights.load(str(path), "cpu")
    assert model.clip.activation == "quickgelu" and model.model_id.endswith("-fp32")
    note = str(model.note)
    assert note.startswith("m.safetensors does not say whether") and "\n" not in note
    (tmp_path / "open_clip_config.json").write_text('{"model_cfg": {"embed_dim": 64}}')
    exact = weights.load(str(path), "cpu")
    assert exact.clip.activation == "gelu" and exact.note is None
    assert exact.model_id == model.model_id + "-gelu" == weights.model_id(str(path), device="cpu")


def test_checksums_are_remembered(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Path(shutil.copy(file, file.with_name("other.safetensors")))
    first = [weights.model_id(str(one), "fp32") for one in (file, other)]
    with monkeypatch.context() as patch:
        patch.setattr(download, "sha256_of", lambda path: pytest.fail("hashed again"))
        assert [weights.model_id(str(one), "fp32") for one in (file, other)] == first
    when = file.stat().st_mtime_ns
    checkpoint.write(file, random_clip(seed=6).state_dict(), {"activation": "quickgelu"})
    os.utime(file, ns=(when, when))  # within one tick of the file system's clock
    assert weights.model_id(str(file), "fp32") != first[0]


@pytest.mark.parametrize("text", ["", "[1]", "{}", "7", '{"%s": 7}'])
def test_a_broken_memory_of_checksums_costs_time_only(file: Path, text: str) -> None:
    memory = Path(os.environ["XDG_CACHE_HOME"]) / "albumen" / "checksums.json"
    first = weights.model_id(str(file), "fp32")
    memory.write_text(text.replace("%s", str(file)))
    assert weights.model_id(str(file), "fp32") == first


@pytest.mark.parametrize("sizes", [{}, TINY_RESNET], ids=["ViT", "ResNet"])
def test_bf16(tmp_path: Path, sizes: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        weights, "cpu_has_bf16", lambda: True
    )  # torch emulates it where the processor has none
    path = tmp_path / "m.safetensors"
    checkpoint.write(path, random_clip(seed=7, **sizes).state_dict(), {})
    exact, coarse = (weights.load(str(path), "cpu", precision) for precision in ("fp32", "bf16"))
    assert coarse.model_id.endswith("-bf16") and coarse.model_id[:16] == exact.model_id[:16]
    size = exact.input_resolution
    error = relative_error(coarse.encode_images(pixels(size)), exact.encode_images(pixels(size)))
    assert 0 < error < 0.05
    assert torch.equal(
        coarse.encode_texts(["a cat"]), exact.encode_texts(["a cat"])
    )  # text stays fp32


def test_precisions_and_devices_are_refused_with_a_sentence(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "cpu_has_bf16", lambda: False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    for device, precision, words in (
        ("cpu", "bf16", "no bf16 arithmetic"),
        ("cpu", "fp16", "for graphics processors"),
        ("cpu", "int3", "no precision 'int3'"),
        ("cuda", "auto", "'cuda' cannot be used"),
        ("mps", "auto", r"\(mps\) cannot be used"),
        ("gpu0", "auto", "no device 'gpu0'"),
        ("meta", "auto", "does not run on 'meta'"),
    ):
        with pytest.raises(AlbumenError, match=words):
            weights.load(str(file), device, precision)
    assert weights.load(str(file)).device.type == "cpu"


def test_a_graphics_processor_that_fails_falls_back(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "_device", lambda name: torch.device("cuda"))
    monkeypatch.setattr(torch.nn.Module, "to", lambda self, *a, **k: _no_driver(self, *a))
    model = weights.load(str(file))
    assert (
        model.device.type == "cpu"
        and "the CPU is used" in str(model.note)
        and "driver too old" in str(model.note)
    )
    with pytest.raises(AlbumenError, match="does not run on 'cuda'"):
        weights.load(str(file), "cuda")


def _no_driver(module: torch.nn.Module, *arguments: object) -> torch.nn.Module:
    if arguments and str(arguments[0]).startswith("cuda"):
        raise RuntimeError("driver too old\nand a long story")
    return module


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("out of memory"), RuntimeError("MPS backend out of memory")]
)
def test_batches_that_do_not_fit_are_halved(
    file: Path, monkeypatch: pytest.MonkeyPatch, error: RuntimeError
) -> None:
    model = weights.load(str(file), device="cpu")
    whole = model.encode_images(pixels(64, 5))
    real = model.clip.visual.forward

    def tight(image: torch.Tensor) -> torch.Tensor:
        if len(image) > limit:
            raise error
        return real(image)

    monkeypatch.setattr(model.clip.visual, "forward", tight)
    limit = 2
    assert relative_error(model.encode_images(pixels(64, 5)), whole) < 1e-5
    limit = 0
    with pytest.raises(AlbumenError, match="too little memory for one image"):
        model.encode_images(pixels(64, 5))
    error = RuntimeError("something else")
    with pytest.raises(RuntimeError, match="something else"):
        model.encode_images(pixels(64, 5))


def test_names_that_do_not_exist(tmp_path: Path) -> None:
    with pytest.raises(AlbumenError, match="There is no model 'ViT-Z'"):
        weights.load("ViT-Z")
    with pytest.raises(AlbumenError, match="is not on this computer: download it first"):
        weights.load("ViT-B/32")
    with pytest.raises(AlbumenError, match="no model 'ViT-Z' to download"):
        list(weights.download("ViT-Z"))


def test_catalogue(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALBUMEN_STARTER", str(file))
    models = {model.name: model for model in weights.catalogue()}
    assert next(iter(models)) == "starter" and models["starter"].installed
    assert models["starter"].model_id == weights.model_id("starter")
    assert (models["starter"].input_resolution, models["starter"].embedding_size) == (64, 64)
    official = (
        "RN50",
        "RN101",
        "RN50x4",
        "RN50x16",
        "RN50x64",
        "ViT-B/32",
        "ViT-B/16",
        "ViT-L/14",
        "ViT-L/14@336px",
    )
    assert models.keys() >= set(official)
    assert not any(models[name].installed or models[name].model_id for name in official)
    assert all(
        model.title and model.size and model.licence and model.quality for model in models.values()
    )


# --------------------------------------------------------------------------------------------------
# Installing


VIT = {"vision_layers": 2, "vision_width": 128, "vision_patch_size": 16, "input_resolution": 64}


def published(sizes: Mapping[str, object]) -> dict[str, torch.Tensor]:
    """Random weights in the official precision."""
    state = random_clip(seed=8, **sizes).state_dict()
    return {name: official.in_official_precision(name, tensor) for name, tensor in state.items()}


def archived(
    path: Path, sizes: Mapping[str, object], monkeypatch: pytest.MonkeyPatch, name: str
) -> Path:
    """An archive as OpenAI's, with the names that they have there; the catalogue is told its
    sha256."""
    layers, width, patch = sizes["vision_layers"], sizes["vision_width"], sizes["vision_patch_size"]
    resolution = int(str(sizes["input_resolution"]))
    state = published(sizes)
    shapes = official.shapes((layers, width, patch, resolution, 64, 128), text_layers=2)  # type: ignore[arg-type]
    assert {tensor: tuple(value.shape) for tensor, value in state.items()} == shapes
    official.write_archive(path, state, resolution)
    known = dataclasses.replace(CATALOGUE[name], archive=(path.name, download.sha256_of(path)))
    monkeypatch.setitem(CATALOGUE, name, known)
    return path


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return archived(tmp_path / "ViT-B-32.pt", VIT, monkeypatch, "ViT-B/32")


pytestmark = [
    pytest.mark.slow,  # whole models are written, read and compared
    pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning"),
]


@pytest.mark.parametrize(("name", "sizes"), [("ViT-B/32", VIT), ("RN50", TINY_RESNET)])
def test_official_archive_becomes_an_installed_model(
    name: str, sizes: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = archived(tmp_path / f"{name.replace('/', '-')}.pt", sizes, monkeypatch, name)
    model = weights.load(str(archive), "cpu")
    installed = weights.models_directory() / f"{name.replace('/', '-')}.safetensors"
    assert installed.is_file()
    by_name = weights.load(name, "cpu")
    assert by_name.model_id == model.model_id == weights.model_id(name, "fp32")
    stored = published(sizes)
    assert stored["text_projection"].dtype == torch.float16 != stored["positional_embedding"].dtype
    for tensor, value in model.clip.state_dict().items():
        assert torch.equal(value, stored[tensor].to(value.dtype)), tensor
    assert next(info for info in weights.catalogue() if info.name == name).installed
    side = model.input_resolution
    assert model.encode_images(pixels(side)).isfinite().all() and model.note is None


def test_archives_with_another_checksum_are_never_opened(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.jit, "load", lambda *a, **k: pytest.fail("opened"))
    with archive.open("ab") as file:
        file.write(b"x")
    with pytest.raises(AlbumenError, match="wrong checksum"):
        weights.load(str(archive))
    other = archive.with_name("other.pt")
    archive.rename(other)
    with pytest.raises(AlbumenError, match="none of OpenAI's known ones"):
        weights.load(str(other))


def test_download_from_the_hub(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def on_hub(repo: str, name: str, mirror: str) -> Path:
        asked.append((repo, name))
        return file

    monkeypatch.setattr(download, "on_hub", on_hub)
    steps = list(weights.download("ViT-B/32-LAION2B"))
    assert asked == [("laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "open_clip_model.safetensors")]
    assert isinstance(steps[-1], Progress)
    model = weights.load("ViT-B/32-LAION2B", "cpu")
    assert model.clip.activation == "gelu"  # the catalogue knows what the file does not tell
    assert list(weights.download("ViT-B/32-LAION2B")) == []  # there already


def test_download_falls_back_to_the_official_archive(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(repo: str, name: str, mirror: str) -> Path:
        raise AlbumenError("the hub cannot be reached")

    def pretend(remote: download.Remote, target: Path) -> Iterator[Progress]:
        assert remote.url.startswith("https://openaipublic.azureedge.net/clip/models/")
        assert remote.url.endswith(f"{remote.sha256}/ViT-B-32.pt")
        yield Progress("download", 1, 1)
        target.write_bytes(archive.read_bytes())

    monkeypatch.setattr(download, "on_hub", refuse)
    monkeypatch.setattr(download, "fetch", pretend)
    list(weights.download("ViT-B/32"))
    assert [path.name for path in weights.models_directory().iterdir()] == ["ViT-B-32.safetensors"]
    weights.load("ViT-B/32", "cpu")
    with pytest.raises(AlbumenError, match="cannot be reached"):
        list(weights.download("ViT-B/32-LAION2B"))  # has no official archive


def test_loading_does_not_import_the_compiler(file: Path) -> None:
    """torch's compiler is 800 modules and seconds: some operations on the meta device import it
    unasked."""
    program = (
        "import sys; from engine.clip import weights\n"
        "weights.load(sys.argv[1], 'cpu'); print('sympy' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "False"
