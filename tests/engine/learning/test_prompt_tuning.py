"""Tier B: prompts learned from answers, held near the words."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.clip.weights import LoadedModel, load
from engine.clip.zero_shot import Vocabulary, text_features, zero_shot_heads
from engine.learning import prompt_tuning
from engine.learning.fewshot import Photos
from engine.learning.prompt_tuning import STEPS, Tuned, _Adam, tune
from engine.records import Progress
from tests.support.small_library import run

pytestmark = pytest.mark.slow

NAMES = ["cup", "our old sofa"]


@pytest.fixture(scope="module")
def model(tiny_model_file: object) -> LoadedModel:
    return load(str(tiny_model_file))


@pytest.fixture(scope="module")
def words(model: LoadedModel) -> Vocabulary:
    names = ("dog", "tree", "beach", "rain", "bread", "lamp", "boat", "snow", "bird")
    return Vocabulary(names, text_features(model, names, ["a photo of a {}."]), 20.0)


def task(model: LoadedModel) -> tuple[Tensor, Photos]:
    """Text features (2, D) of the names, and eight photos: four near each."""
    text = text_features(model, NAMES)
    generator = torch.Generator().manual_seed(0)
    centres = F.normalize(torch.randn(2, model.embed_dim, generator=generator), dim=1)
    x = centres.repeat_interleave(4, 0) + 0.02 * torch.randn(
        8, model.embed_dim, generator=generator
    )
    return text, Photos(F.normalize(x, dim=1), torch.zeros(8))


def learned(
    model: LoadedModel, words: Vocabulary, exclusive: bool, variants: Tensor
) -> tuple[list[Progress], Tuned]:
    text, photos = task(model)
    answers = F.one_hot(torch.arange(2).repeat_interleave(4))
    heads = zero_shot_heads(words, NAMES, text, ["g" if exclusive else None] * 2)
    return run(tune(model, words, NAMES, heads, photos, answers, variants, exclusive))


@pytest.mark.parametrize("exclusive", [True, False])
def test_the_prompts_move_towards_their_photos(
    model: LoadedModel, words: Vocabulary, exclusive: bool
) -> None:
    steps, tuned = learned(model, words, exclusive, torch.ones(1, 8, dtype=torch.bool))
    assert len(steps) == STEPS
    assert [(step.done, step.total) for step in steps] == [(n + 1, STEPS) for n in range(STEPS)]
    assert {step.phase for step in steps} == {"train"}
    text, photos = task(model)
    assert tuned.text_features.shape == (1, 2, model.embed_dim)
    torch.testing.assert_close(tuned.text_features.norm(dim=-1), torch.ones(1, 2))
    width = model.clip.token_embedding.weight.shape[1]
    assert tuned.ctx.dim() == 3 and tuned.ctx.shape[::2] == (1, width)
    assert tuned.ctx.device.type == "cpu" and tuned.ctx.isfinite().all()

    def advantage(features: Tensor) -> float:
        cosines = photos.image_features @ features.T  # (8, 2)
        return float(
            cosines[:4, 0].mean()
            - cosines[:4, 1].mean()
            + cosines[4:, 1].mean()
            - cosines[4:, 0].mean()
        )

    assert advantage(tuned.text_features[0]) > advantage(text)


@pytest.mark.parametrize("exclusive", [True, False])
def test_variants_are_learned_apart_and_repeatably(
    model: LoadedModel, words: Vocabulary, exclusive: bool
) -> None:
    """Also one that has more yes than no answers, beside one that has as many."""
    every, half = torch.ones(8, dtype=torch.bool), torch.tensor([1, 1, 1, 0, 1, 0, 0, 0]).bool()
    both = learned(model, words, exclusive, torch.stack([every, half]))[1]
    alone = learned(model, words, exclusive, half[None])[1]
    torch.testing.assert_close(both.ctx[1], alone.ctx[0], atol=1e-3, rtol=1e-2)
    torch.testing.assert_close(both.text_features[1], alone.text_features[0], atol=1e-4, rtol=1e-3)
    assert not torch.allclose(both.text_features[0], both.text_features[1], atol=1e-4)


def test_a_stronger_pull_stays_nearer(
    model: LoadedModel, words: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, _ = task(model)
    every = torch.ones(1, 8, dtype=torch.bool)
    free = learned(model, words, True, every)[1].text_features[0]
    monkeypatch.setattr(prompt_tuning, "PULL", 5000.0)
    held = learned(model, words, True, every)[1].text_features[0]
    assert (held * text).sum(1).min() > (free * text).sum(1).min()


def test_adam_follows_the_paper() -> None:
    ours = torch.tensor([1.0, -2.0])
    adam = _Adam([ours])
    value = [1.0, -2.0]
    m = [0.0, 0.0]
    v = [0.0, 0.0]
    for t in range(1, 6):
        gradient = [4 * x**3 for x in value]
        adam.step([4 * ours**3])
        for i, g in enumerate(gradient):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.999 * v[i] + 0.001 * g * g
            value[i] -= (
                prompt_tuning.LR * (m[i] / (1 - 0.9**t)) / ((v[i] / (1 - 0.999**t)) ** 0.5 + 1e-8)
            )
    assert ours.tolist() == pytest.approx(value, abs=1e-4)
