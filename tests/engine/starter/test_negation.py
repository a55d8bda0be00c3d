"""The negation stage.

Phrases, goals, and that a tower learns them without forgetting what it knew.
"""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from engine.clip.model import CLIP
from engine.clip.tokenizer import VOCAB_SIZE
from engine.starter import negation
from engine.starter.distil import TextOptions, train_text_tower
from engine.starter.negation import Negation
from engine.starter.schedule import Schedule

pytestmark = pytest.mark.slow

WORDS = ("dog", "cup", "beach", "red car", "people", "house", "tree", "snow")


def model() -> CLIP:
    torch.manual_seed(4)
    return CLIP(
        embed_dim=64,
        input_resolution=32,
        vision_layers=(1, 1, 1, 1),
        vision_width=8,
        vision_patch_size=None,
        context_length=16,
        vocab_size=VOCAB_SIZE,
        transformer_width=64,
        transformer_heads=1,
        transformer_layers=1,
    )


def test_phrases_are_different_and_seeded() -> None:
    phrases = negation.build_negations(WORDS, 200, seed=3)
    assert len({one.text for one in phrases}) == len(phrases) == 200
    assert (
        phrases
        == negation.build_negations(WORDS, 200, seed=3)
        != negation.build_negations(WORDS, 200, seed=4)
    )
    assert all(
        one.denied in one.text and one.shown in one.text and one.shown != one.denied
        for one in phrases
    )
    assert 0.1 < sum(bool(one.shown) for one in phrases) / len(phrases) < 0.6


def test_a_short_list_of_words_ends() -> None:
    assert 0 < len(negation.build_negations(("dog", "cup"), 10_000, seed=0)) < 50


def test_a_picture_of_the_thing_is_nearer_to_its_name_than_to_its_negation() -> None:
    generator = torch.Generator().manual_seed(0)
    # (V, D): they have much in common
    things = F.normalize(torch.randn(50, 32, generator=generator) + 1.5, dim=-1)
    anything = F.normalize(things.mean(dim=0), dim=-1)
    goals = negation.negated(things, anything)  # (V, D)
    similar = things @ things.t()  # pictures that look like their words: (V, V)
    assert (similar.diagonal() > (things * goals).sum(dim=1)).all()
    others = ~torch.eye(len(things), dtype=torch.bool)
    assert (similar < things @ goals.t())[others].float().mean() > 0.9


def test_without_keeps_what_is_shown_and_leaves_what_is_denied() -> None:
    generator = torch.Generator().manual_seed(1)
    shown, denied = (
        F.normalize(torch.randn(20, 32, generator=generator) + 0.5, dim=-1) for _ in range(2)
    )
    goals = negation.without(shown, denied)  # (N, D)
    assert torch.allclose(goals.norm(dim=1), torch.ones(20), atol=1e-6)
    assert ((goals * denied).sum(dim=1) < (shown * denied).sum(dim=1)).all()
    assert ((goals * shown).sum(dim=1) > 0.9).all()


def test_a_tower_learns_them_and_keeps_the_rest() -> None:
    clip = model()
    kept = [
        f"{size} {word}"
        for word in WORDS
        for size in ("a small", "a large", "an old", "a photo of a")
    ]
    # Templates that are learned, with words that only other templates were learned with: the stage
    # must generalise.
    unseen = [Negation(f"not {word}", word) for word in WORDS[:2]]
    negations = [one for one in negation.build_negations(WORDS, 150, seed=0) if one not in unseen]
    before = negation.features_of(clip, kept)
    wanted = negation.negation_goals(clip, unseen, WORDS)
    goals = torch.cat([before, negation.negation_goals(clip, negations, WORDS)])  # (N, D)

    def near() -> float:
        features = negation.features_of(clip, [one.text for one in unseen])
        return float((features * wanted).sum(dim=1).mean())

    untrained = near()
    options = TextOptions(Schedule(150), batch=32, rate=1e-3, warmup=5)
    train_text_tower(
        clip, [*kept, *(one.text for one in negations)], goals.half().numpy(), options, None
    )
    assert near() > untrained + 0.1
    assert (negation.features_of(clip, kept) * before).sum(dim=1).mean() > 0.9
