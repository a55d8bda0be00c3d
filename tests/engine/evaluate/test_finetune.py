"""Contrastive retraining, on a random CLIP and pictures whose captions are colours."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from engine.__main__ import main
from engine.clip import checkpoint, weights
from engine.evaluate.datasets import PhotoSet, open_set
from engine.evaluate.evaluate import drive
from engine.evaluate.finetune import (
    Outcome,
    Settings,
    _schedule,
    _split,
    finetune,
    multi_positive_loss,
)
from engine.records import AlbumenError
from tests.support.random_clip import random_clip
from tests.support.small_library import write_colours

pytestmark = pytest.mark.slow

QUICK = Settings(lr=2e-3, epochs=4, batch_size=8, weight_decay=0.01, patience=10, held_out=0.4)


@pytest.fixture
def start(tmp_path: Path) -> Path:
    small = {
        "vocab_size": 49408,
        "transformer_width": 64,
        "transformer_heads": 1,
        "transformer_layers": 1,
    }
    clip = random_clip(
        seed=31, **small, vision_width=64, vision_layers=1, embed_dim=32, input_resolution=32
    )
    checkpoint.write(tmp_path / "start.safetensors", clip.state_dict(), {"activation": "gelu"})
    return tmp_path / "start.safetensors"


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> PhotoSet:
    colours = {"red": (200, 60, 60), "not_red": (70, 90, 200)}
    root = write_colours(tmp_path_factory.mktemp("photos") / "colours", colours, 20)
    opened = open_set(root)
    assert isinstance(opened, PhotoSet)
    return opened


def trained(
    start: Path, photos: PhotoSet, out: Path, settings: Settings = QUICK, resume: bool = False
) -> Outcome:
    outcome: Outcome = drive(
        finetune(weights.load(str(start), "cpu"), photos, out, settings, resume), "test"
    )
    return outcome


def state(path: Path) -> dict[str, Tensor]:
    return checkpoint.read(path).state_dict


def test_multi_positive_loss() -> None:
    logits = torch.randn(4, 4, generator=torch.Generator().manual_seed(0))
    apart = torch.arange(4)
    clip = (F.cross_entropy(logits, apart) + F.cross_entropy(logits.t(), apart)) / 2
    assert float(multi_positive_loss(logits, apart)) == pytest.approx(float(clip))
    # by hand: pairs 0 and 2 share a caption, so each has two right answers of weight 1/2
    captions = torch.tensor([5, 1, 5, 0])
    rows, columns = logits.log_softmax(dim=1), logits.t().log_softmax(dim=1)

    def of(table: Tensor) -> Tensor:
        return (
            -(
                (table[0, 0] + table[0, 2]) / 2
                + table[1, 1]
                + (table[2, 0] + table[2, 2]) / 2
                + table[3, 3]
            )
            / 4
        )

    assert float(multi_positive_loss(logits, captions)) == pytest.approx(
        float((of(rows) + of(columns)) / 2)
    )


def test_equal_captions_are_no_mistakes() -> None:
    """When all captions are equal there is nothing to learn.

    `arange` targets would push equal words apart.
    """
    logits = torch.zeros(4, 4, requires_grad=True)
    multi_positive_loss(logits, torch.zeros(4, dtype=torch.long)).backward()
    assert logits.grad is not None and float(logits.grad.abs().max()) < 1e-7


def test_schedule() -> None:
    factors = [_schedule(step, 100, 0.1) for step in range(1, 101)]
    assert factors[:10] == pytest.approx([n / 10 for n in range(1, 11)])
    assert (
        factors[9] == max(factors)
        and factors[-1] == pytest.approx(0)
        and sorted(factors[9:], reverse=True) == factors[9:]
    )
    assert factors[54] == pytest.approx((1 + math.cos(math.pi * 45 / 90)) / 2)


def test_split_is_by_caption(photos: PhotoSet) -> None:
    parts = _split(photos, QUICK)
    everything = np.concatenate([parts.learn, parts.stop, parts.test])
    assert sorted(everything) == list(range(40))
    assert [
        np.bincount(photos.targets[part]).tolist() for part in (parts.learn, parts.stop, parts.test)
    ] == [[12, 12], [4, 4], [4, 4]]


def test_it_learns_and_the_file_opens_as_a_model(
    start: Path, photos: PhotoSet, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "tuned.safetensors"
    outcome = trained(start, photos, out)
    assert outcome.before.photos == outcome.after.photos == 8
    assert (
        outcome.after.accuracy == 1.0 > outcome.before.accuracy
        and outcome.after.loss < outcome.before.loss
    )
    assert [path.name for path in out.parent.iterdir()] == [
        "tuned.safetensors"
    ]  # no checkpoint is left behind
    model = weights.load(str(out), "cpu")
    assert model.clip.activation == "gelu" and model.model_id != weights.model_id(
        str(start), "fp32"
    )
    for name, tensor in state(out).items():
        assert tensor.isfinite().all(), name


def test_resumed_equals_uninterrupted(start: Path, photos: PhotoSet, tmp_path: Path) -> None:
    whole, resumed = tmp_path / "whole.safetensors", tmp_path / "resumed.safetensors"
    trained(start, photos, whole)
    job = finetune(weights.load(str(start), "cpu"), photos, resumed, QUICK)
    for step in job:
        if step.phase == "train" and step.detail.startswith("epoch 3"):
            break
    job.close()
    saved = tmp_path / "resumed.safetensors.checkpoint"
    assert saved.exists() and not resumed.exists()
    outcome = trained(start, photos, resumed, resume=True)
    assert outcome.epochs == 4 and not saved.exists()
    first, second = state(whole), state(resumed)
    assert all(torch.equal(tensor, second[name]) for name, tensor in first.items())


def test_checkpoints_of_other_runs_are_refused(
    start: Path, photos: PhotoSet, tmp_path: Path
) -> None:
    out = tmp_path / "m.safetensors"
    job = finetune(weights.load(str(start), "cpu"), photos, out, QUICK)
    while not (tmp_path / "m.safetensors.checkpoint").exists():
        next(job)
    job.close()
    with pytest.raises(AlbumenError, match="other settings or photos"):
        trained(start, photos, out, Settings(lr=1.0), resume=True)
    (tmp_path / "m.safetensors.checkpoint").write_bytes(b"junk junk junk")
    with pytest.raises(AlbumenError, match="cannot be used"):
        trained(start, photos, out, resume=True)


def test_early_stopping_keeps_the_best(start: Path, photos: PhotoSet, tmp_path: Path) -> None:
    """A rate so high that nothing gets better.

    It stops after `patience` epochs and gives back what it started from.
    """
    settings = Settings(lr=3.0, epochs=50, batch_size=8, patience=2, warmup=0.0, held_out=0.4)
    outcome = trained(start, photos, tmp_path / "m.safetensors", settings)
    assert outcome.epochs <= outcome.best_epoch + 2 < 50
    assert outcome.after.loss <= outcome.before.loss + 1e-6 or outcome.best_epoch > 0
    if outcome.best_epoch == 0:
        before, after = state(start), state(tmp_path / "m.safetensors")
        assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())


def test_bf16_computation_keeps_fp32_weights(start: Path, photos: PhotoSet, tmp_path: Path) -> None:
    from dataclasses import replace

    outcome = trained(start, photos, tmp_path / "m.safetensors", replace(QUICK, precision="bf16"))
    assert outcome.after.accuracy > outcome.before.accuracy


def test_too_little(start: Path, tmp_path: Path) -> None:
    (tmp_path / "one" / "cup").mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(tmp_path / "one" / "cup" / "a.png")
    photos = open_set(tmp_path / "one")
    assert isinstance(photos, PhotoSet)
    with pytest.raises(AlbumenError, match="too small to learn from"):
        trained(start, photos, tmp_path / "m.safetensors")


def test_command_line(
    start: Path, photos: PhotoSet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "\n".join(
        f"{file},{photos.classnames[target]}"
        for file, target in zip(photos.files, photos.targets, strict=True)
    )
    (tmp_path / "c.csv").write_text("image,caption\n" + rows)
    out = str(tmp_path / "m.safetensors")
    common = [
        "finetune",
        str(tmp_path / "c.csv"),
        "--model",
        str(start),
        "--device",
        "cpu",
        "--epochs",
        "1",
        "--lr",
        "1e-3",
    ]
    assert main(["--json", *common, "--out", out]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["path"] == out and answer["epochs"] == 1 and answer["before"]["photos"] == 6
    assert main([*common, "--out", str(tmp_path / "m.bin")]) == 1
    assert "call it m.safetensors" in capsys.readouterr().err
    assert main([*common, "--out", out, "--held-out", "2"]) == 1
