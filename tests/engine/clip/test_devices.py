"""Nothing is left on the CPU when the model lies elsewhere: every job that uses one, on a pretended
second device (`tests/support/elsewhere.py`), gives what it gives on the CPU. And the same on a real
one, where there is one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from engine.clip import checkpoint, coop, weights, zero_shot
from engine.clip.coop import (
    CustomCLIP,
    PromptLearner,
    Recipe,
    TextEncoder,
    interpret,
    load_prompts,
    save_prompts,
)
from engine.clip.model import convert_weights
from engine.clip.weights import LoadedModel
from engine.clip.zero_shot import Vocabulary, zero_shot_heads
from engine.evaluate import evaluate, finetune
from engine.evaluate.datasets import open_set
from engine.learning import prompt_tuning
from engine.learning.fewshot import Photos
from tests.support.elsewhere import DEVICE, LeftBehindError, second_device
from tests.support.random_clip import TINY_RESNET, random_clip, relative_error
from tests.support.small_library import run, write_colours

pytestmark = pytest.mark.slow

REAL = [
    device
    for device, there in (
        ("cuda", torch.cuda.is_available()),
        ("mps", torch.backends.mps.is_available()),
    )
    if there
]
NAMES = ["cup", "not cup", "our old sofa"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    """Small, in fp32, on the CPU."""
    path = tmp_path_factory.mktemp("model") / "tiny.safetensors"
    small = {
        "transformer_width": 64,
        "transformer_heads": 1,
        "vision_width": 64,
        "vision_layers": 1,
        "embed_dim": 32,
    }
    checkpoint.write(
        path,
        random_clip(seed=51, **small, input_resolution=32).state_dict(),
        {"activation": "quickgelu"},
    )
    return weights.load(str(path), "cpu")


@pytest.fixture(params=["pretended", *REAL])
def there(request: pytest.FixtureRequest, model: LoadedModel) -> Iterator[LoadedModel]:
    """The same model elsewhere."""
    if request.param != "pretended":
        yield weights.load(model.name, request.param, "fp32")
        return
    with second_device():
        yield elsewhere(weights.load(model.name, "cpu"))


def elsewhere(model: LoadedModel) -> LoadedModel:
    return dataclasses.replace(model, clip=model.clip.to(DEVICE), device=DEVICE, image_encoder=None)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six photos of each of two captions."""
    colours = {"red": (200, 60, 60), "blue": (70, 90, 200)}
    return write_colours(tmp_path_factory.mktemp("photos") / "colours", colours, 6)


def pixels(side: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (3, side, side, 3), dtype=np.uint8)


def test_the_pretended_device_notices() -> None:
    """Otherwise nothing below could fail."""
    with second_device():
        a, b = torch.ones(3, device=DEVICE), torch.ones(3)
        assert float((a + 1).sum()) == 6 and (a + a).cpu().tolist() == [2, 2, 2]
        for wrong in (
            lambda: a + b,
            lambda: b[torch.zeros(2, dtype=torch.long, device=DEVICE)],
            lambda: a.double(),
            lambda: a.normal_(generator=torch.Generator()),
        ):
            with pytest.raises(LeftBehindError):
                wrong()
        with pytest.raises((RuntimeError, TypeError)):
            a.numpy()


@pytest.mark.parametrize("sizes", [{}, TINY_RESNET], ids=["ViT", "ResNet"])
def test_resnet_and_vit(sizes: dict[str, object]) -> None:
    clip = random_clip(seed=52, **sizes)
    x = torch.randn(2, 3, clip.input_resolution, clip.input_resolution)
    with torch.no_grad(), second_device():
        expected = clip.encode_image(x)
        assert relative_error(clip.to(DEVICE).encode_image(x.to(DEVICE)).cpu(), expected) < 1e-6


def test_encoding(model: LoadedModel, there: LoadedModel) -> None:
    images = there.encode_images(pixels(32))
    texts = there.encode_texts(["a cat", "a much longer text about two cats"])
    assert images.device.type == texts.device.type == "cpu"
    assert relative_error(images, model.encode_images(pixels(32))) < 1e-5
    assert (
        relative_error(texts, model.encode_texts(["a cat", "a much longer text about two cats"]))
        < 1e-5
    )
    assert (
        relative_error(zero_shot.text_features(there, NAMES), zero_shot.text_features(model, NAMES))
        < 1e-5
    )


@pytest.mark.parametrize("precision", [torch.bfloat16, torch.float16])
def test_half_precision(model: LoadedModel, precision: torch.dtype) -> None:
    half = weights.load(model.name, "cpu")
    convert_weights(half.clip.visual, precision)
    with second_device():
        images = elsewhere(half).encode_images(pixels(32))
    assert images.dtype == torch.float32
    assert 0 < relative_error(images, model.encode_images(pixels(32))) < 0.05


@pytest.mark.parametrize("position", ["end", "middle", "front"])
@pytest.mark.parametrize("class_specific", [False, True])
def test_coop(
    model: LoadedModel,
    there: LoadedModel,
    position: coop.Position,
    class_specific: bool,
    tmp_path: Path,
) -> None:
    features = F.normalize(torch.randn(9, 32, generator=torch.Generator().manual_seed(0)), dim=-1)
    targets = torch.arange(9) % 3
    start = (
        torch.randn(
            (3, 4, 64) if class_specific else (4, 64), generator=torch.Generator().manual_seed(1)
        )
        * 0.02
    )
    found = []
    for one in (model, there):
        learner = PromptLearner(
            NAMES, one.clip, n_ctx=4, class_specific=class_specific, class_token_position=position
        )
        with torch.no_grad():
            learner.ctx.copy_(start)
        custom = CustomCLIP(learner, one.clip)
        list(coop.train_prompts(custom, features, targets, Recipe(epochs=3, lr=0.1)))
        with torch.no_grad():
            found.append((learner.ctx.detach().cpu(), custom.logits(features).cpu()))
            written_out = TextEncoder(one.clip)(learner(), learner.tokenized_prompts)
            assert (
                relative_error(
                    written_out.cpu(), TextEncoder(one.clip).encode_tree(learner.tree()).cpu()
                )
                < 1e-5
            )
    for ours, theirs in zip(*found, strict=True):
        assert relative_error(theirs, ours) < 1e-4
    save_prompts(tmp_path / "p.safetensors", learner, there.model_id)
    again = load_prompts(tmp_path / "p.safetensors", there.clip)
    assert again.ctx.device == learner.ctx.device and torch.equal(
        again.ctx.cpu(), learner.ctx.cpu()
    )
    assert len(interpret(again.ctx, there.clip)) == (12 if class_specific else 4)


def test_coop_starts_anywhere(there: LoadedModel) -> None:
    assert PromptLearner(NAMES, there.clip, ctx_init="a photo of a").ctx.device == there.clip.device
    assert float(PromptLearner(NAMES, there.clip).ctx.detach().std()) == pytest.approx(
        0.02, rel=0.2
    )
    with torch.no_grad():
        custom = CustomCLIP(NAMES, there.clip)
        assert custom(torch.randn(2, 3, 32, 32).to(there.device)).shape == (2, 3)


@pytest.mark.parametrize("exclusive", [False, True])
def test_prompt_tuning(
    model: LoadedModel, there: LoadedModel, exclusive: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompt_tuning, "STEPS", 3)
    words = ("dog", "tree", "beach", "rain", "bread", "lamp", "boat", "snow", "bird")
    vocabulary = Vocabulary(words, zero_shot.text_features(model, words), 20.0)
    shown = Photos(
        F.normalize(torch.randn(6, 32, generator=torch.Generator().manual_seed(2)), dim=-1),
        torch.zeros(6),
    )
    answers = torch.eye(3).repeat(2, 1)
    found = []
    for one in (model, there):
        text = zero_shot.text_features(one, NAMES)
        heads = zero_shot_heads(vocabulary, NAMES, text, ["group" if exclusive else None] * 3)
        variants = torch.ones(2, 6, dtype=torch.bool)
        _, tuned = run(
            prompt_tuning.tune(one, vocabulary, NAMES, heads, shown, answers, variants, exclusive)
        )
        found.append(tuned)
    assert found[1].text_features.device.type == "cpu"
    assert relative_error(found[1].text_features, found[0].text_features) < 1e-3


def test_evaluate(model: LoadedModel, there: LoadedModel, photos: Path) -> None:
    protocol = evaluate.Protocol(shots=(1, 2), seeds=1, ctx_init="a photo of a", epochs=2, views=2)
    reports = [
        evaluate.drive(evaluate.evaluate(one, open_set(photos), protocol), "")
        for one in (model, there)
    ]
    assert [one.confusion.tolist() for one in reports[0].runs] == [
        one.confusion.tolist() for one in reports[1].runs
    ]


@pytest.mark.filterwarnings(
    "ignore:.*copying from a non-meta parameter:UserWarning"
)  # it takes "meta" at its word
@pytest.mark.parametrize("resumed", [False, True])
def test_finetune(
    model: LoadedModel, there: LoadedModel, photos: Path, tmp_path: Path, resumed: bool
) -> None:
    settings = finetune.Settings(lr=1e-3, epochs=2, batch_size=4, held_out=0.4)
    outcomes = []
    for one in (weights.load(model.name, "cpu"), there):
        out = tmp_path / f"{one.device.type}.safetensors"
        job = finetune.finetune(one, open_set(photos), out, settings)  # type: ignore[arg-type]
        if resumed:
            for step in job:
                if step.detail.startswith("epoch 2"):
                    break
            job.close()
            job = finetune.finetune(one, open_set(photos), out, settings, resume=True)  # type: ignore[arg-type]
        outcomes.append(evaluate.drive(job, ""))
        assert all(tensor.isfinite().all() for tensor in checkpoint.read(out).state_dict.values())
    assert outcomes[0].after.loss == pytest.approx(outcomes[1].after.loss, rel=1e-3)
