"""The image stage: which weights move, a resumed run, several right answers, another input size."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.clip.model import CLIP
from engine.clip.tokenizer import VOCAB_SIZE
from engine.starter.corpus import Corpus, Source
from engine.starter.image_stage import (
    CaptionLoss,
    ImageOptions,
    ImageTraining,
    at_resolution,
    train_image_tower,
)
from engine.starter.schedule import Schedule

pytestmark = pytest.mark.slow

COLORS = {"lemon": (230, 210, 60), "forest": (30, 110, 50), "sea": (40, 90, 190)}
OPTIONS = ImageOptions(
    Schedule(6), batch=6, rate=0.01, warmup=2, resolution=32, checkpoint_minutes=0.0
)


@pytest.fixture
def corpus() -> Corpus:
    random = np.random.default_rng(0)
    labels = [label for label in COLORS for _ in range(20)]
    pixels = np.stack(
        [np.clip(random.normal(COLORS[label], 25, (32, 32, 3)), 0, 255) for label in labels]
    )
    return Corpus([Source("colours", pixels.astype(np.uint8), tuple(labels))])


@pytest.fixture
def model() -> CLIP:
    torch.manual_seed(3)
    return CLIP(
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


def test_learns_the_colours_and_leaves_the_text_tower(corpus: Corpus, model: CLIP) -> None:
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    training = ImageTraining(
        model, corpus, dataclasses.replace(OPTIONS, schedule=Schedule(40), ema=0.5)
    )
    training.advance()
    first = training.losses["label"]
    while training.progress < 1:
        training.advance()
    # A running mean over 50 steps: the loss itself fell far more.
    assert training.losses["label"] < 0.95 * first
    assert int(training.seen.sum()) == 40 * 6
    changed = {
        name
        for name, tensor in training.averaged().state_dict().items()
        if not torch.equal(tensor, before[name])
    }
    assert changed and all(name.startswith("visual.") for name in changed)


def test_a_resumed_run_gives_the_same_weights(corpus: Corpus, model: CLIP, tmp_path: Path) -> None:
    whole = ImageTraining(model, corpus, OPTIONS)
    start = {name: tensor.clone() for name, tensor in whole.visual.state_dict().items()}
    stopped = ImageTraining(model, corpus, OPTIONS)
    for _ in range(6):
        whole.advance()
    for _ in range(3):
        stopped.advance()
    stopped.save(tmp_path / "checkpoint")
    resumed = ImageTraining(model, corpus, OPTIONS)
    resumed.resume(tmp_path / "checkpoint")
    while resumed.progress < 1:
        resumed.advance()
    for name, tensor in whole.visual.state_dict().items():
        torch.testing.assert_close(resumed.visual.state_dict()[name], tensor, rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(
            resumed.average.state[name], whole.average.state[name], rtol=1e-5, atol=1e-6
        )
    assert (
        max(
            float((tensor - start[name]).abs().max())
            for name, tensor in whole.visual.state_dict().items()
        )
        > 0.01
    )


def test_frozen_stages_stay(corpus: Corpus, model: CLIP) -> None:
    training = ImageTraining(model, corpus, dataclasses.replace(OPTIONS, freeze=2))
    before = {name: tensor.clone() for name, tensor in training.visual.state_dict().items()}
    for _ in range(3):
        training.advance()
    after = training.visual.state_dict()
    for name in ("conv1.weight", "bn1.running_mean", "layer1.0.conv1.weight"):
        assert torch.equal(before[name], after[name])
    assert not torch.equal(before["layer2.0.conv1.weight"], after["layer2.0.conv1.weight"])


def test_every_checkpoint_is_a_model(corpus: Corpus, model: CLIP, tmp_path: Path) -> None:
    models: list[CLIP] = []
    options = dataclasses.replace(OPTIONS, schedule=Schedule(2))
    train_image_tower(
        model, corpus, options, tmp_path / "checkpoint", lambda clip, _scale: models.append(clip)
    )
    assert len(models) == 2 and (tmp_path / "checkpoint").is_file()
    assert models[-1].encode_image(torch.zeros(1, 3, 32, 32)).shape == (1, 32)


def test_another_name_of_the_label_is_no_wrong_answer(model: CLIP) -> None:
    criterion = CaptionLoss(model, ["African elephant", "elephant", "sea"])
    looks_like = criterion.label_features[
        1:2
    ]  # (1, D): as 'elephant', shown with an African elephant
    with_it = criterion(looks_like, torch.tensor([0]))["label"]
    criterion.neutral_label[0, 1] = False
    assert with_it < criterion(looks_like, torch.tensor([0]))["label"]


def test_another_resolution_interpolates_the_positions(model: CLIP) -> None:
    larger = at_resolution(model, 96)
    assert larger.input_resolution == 96
    assert larger.encode_image(torch.zeros(1, 3, 96, 96)).shape == (1, 32)
    again = at_resolution(larger, 32)
    assert torch.equal(
        again.state_dict()["visual.attnpool.positional_embedding"][0],
        model.state_dict()["visual.attnpool.positional_embedding"][0],
    )
