"""Pretraining end to end on pictures made here.

Learn, stop, go on exactly where it was, export, blend, measure.
"""

from __future__ import annotations

import argparse
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from engine.clip.model import CLIP
from engine.clip.tokenizer import VOCAB_SIZE
from engine.records import AlbumenError
from engine.starter import pretrain
from engine.starter.image_stage import at_resolution

pytestmark = pytest.mark.slow

COLORS = {"lemon": (230, 210, 60), "forest": (30, 110, 50), "sea": (40, 90, 190)}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Two zips of plain colours with noise, 3 labels, 24 photographs."""
    random = np.random.default_rng(0)
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name in ("first", "second"):
        with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
            for label, color in COLORS.items():
                for number in range(4):
                    pixels = np.clip(random.normal(color, 25, (48, 56, 3)), 0, 255).astype(np.uint8)
                    data = io.BytesIO()
                    Image.fromarray(pixels).save(data, "JPEG")
                    archive.writestr(f"{label}/{number}.jpg", data.getvalue())
    return folder


@pytest.fixture
def start(tmp_path: Path) -> Path:
    """A tiny CLIP with random weights as the model to start from."""
    torch.manual_seed(3)
    model = CLIP(
        embed_dim=32,
        input_resolution=32,
        vision_layers=(1, 1, 1, 1),
        vision_width=8,
        vision_patch_size=None,
        context_length=32,
        vocab_size=VOCAB_SIZE,
        transformer_width=64,
        transformer_heads=1,
        transformer_layers=1,
    )
    file = tmp_path / "start.safetensors"
    pretrain.export(model, file, 60.0, {})
    return file


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    pretrain.add_arguments(parser)
    return parser.parse_args([*words, "--threads", "1"])


def train(corpus: Path, start: Path, out: Path, steps: int, *more: str) -> dict[str, torch.Tensor]:
    words = [
        "--corpus",
        str(corpus),
        "--init",
        str(start),
        "--out",
        str(out),
        "--stage",
        "image",
        "--batch",
        "6",
    ]
    words += ["--resolution", "32", "--drawn", "1", "--rate", "0.01", "--steps", str(steps), *more]
    assert pretrain.run(arguments(*words)) == 0
    return load_file(out)


def test_learns_the_image_tower_only(corpus: Path, start: Path, tmp_path: Path) -> None:
    before, after = load_file(start), train(corpus, start, tmp_path / "out.safetensors", 4)
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert any(name.startswith("visual.") for name in changed)
    assert all(name.startswith("visual.") or name == "logit_scale" for name in changed)
    model = pretrain.load_starter(tmp_path / "out.safetensors")  # opens through build_model
    assert model.encode_image(torch.zeros(1, 3, 32, 32)).shape == (1, 32)


def test_blend_is_between_start_and_learned(corpus: Path, start: Path, tmp_path: Path) -> None:
    learned = train(corpus, start, tmp_path / "learned.safetensors", 3)
    blended = train(corpus, start, tmp_path / "blended.safetensors", 3, "--blend", "0.5")
    name = "visual.bn1.running_mean"  # moves most in three steps
    old, new, mixed = (state[name].float() for state in (load_file(start), learned, blended))
    assert float((new - old).abs().max()) > 0.01
    assert torch.allclose(mixed, (old + new) / 2, atol=2e-3)


def test_blend_needs_one_size(start: Path) -> None:
    model = pretrain.load_starter(start)
    with pytest.raises(AlbumenError, match="same sizes"):
        pretrain.blend(model, at_resolution(model, 96), 0.5)


@pytest.mark.parametrize("text", ["clothing", "=2", "clothing=0", "clothing=nan", "clothing=many"])
def test_a_share_has_a_name_and_a_factor(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert arguments("--favour", "clothing=4", "a=b=0.5").favour == [
        ("clothing", 4.0),
        ("a=b", 0.5),
    ]
    with pytest.raises(SystemExit):
        arguments("--favour", text)
    assert "SOURCE=TIMES" in capsys.readouterr().err


def test_negation_leaves_the_image_tower(corpus: Path, start: Path, tmp_path: Path) -> None:
    (corpus / "wordnet-lemmas.txt").write_text("n1\tdog, hound\nn2\thouse\n", "utf-8")
    out = tmp_path / "out.safetensors"
    words = [
        "--corpus",
        str(corpus),
        "--init",
        str(start),
        "--out",
        str(out),
        "--stage",
        "negation",
    ]
    assert pretrain.run(arguments(*words, "--phrases", "400", "--text-steps", "2")) == 0
    before, after = load_file(start), load_file(out)
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed and not any(
        name.startswith("visual.") or name == "logit_scale" for name in changed
    )


def test_evaluate_prints_the_table(
    corpus: Path, start: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pretrain.run(arguments("--evaluate", str(start), "--photos", str(corpus))) == 0
    table = capsys.readouterr().out
    assert "| first (3 labels) | start |" in table and "| second (3 labels) | start |" in table


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "needs --corpus DIR and --out FILE"),
        (["--corpus", "/nowhere", "--out", "x"], "/nowhere is not a folder"),
        (["--evaluate", "x", "--photos", "/nowhere"], "--evaluate needs --photos DIR"),
        (["--corpus", ".", "--out", "x", "--blend", "0.5"], "give --init FILE"),
        (["--corpus", ".", "--out", "x", "--init", __file__], "is not a model file"),
    ],
)
def test_bad_input_gets_a_sentence(words: list[str], sentence: str) -> None:
    with pytest.raises(AlbumenError, match=sentence):
        pretrain.run(arguments(*words))
