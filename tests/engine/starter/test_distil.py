"""The text stage.

The tower learns a teacher's vectors, resumes, and its vectors are computed once.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from engine.clip.model import CLIP
from engine.clip.tokenizer import VOCAB_SIZE, tokenize
from engine.starter import distil
from engine.starter.schedule import Schedule

pytestmark = pytest.mark.slow

PHRASES = [
    f"{size} {thing}"
    for size in ("a small", "a large", "an old")
    for thing in ("dog", "cat", "red car", "house")
]


class CountingTeacher:
    """Vectors that follow from the words: the same word, the same direction."""

    def __init__(self) -> None:
        self.asked = 0

    def encode(self, phrases: list[str]) -> torch.Tensor:
        self.asked += len(phrases)
        rows = []
        for phrase in phrases:
            seeds = [sum(word.encode()) for word in phrase.split()]
            rows.append(
                sum(
                    torch.randn(384, generator=torch.Generator().manual_seed(seed))
                    for seed in seeds
                )
            )
        return F.normalize(torch.stack(rows), dim=-1)  # (N, 384)


def model() -> CLIP:
    torch.manual_seed(1)
    return CLIP(
        embed_dim=384,
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


def test_vectors_are_asked_for_once(tmp_path: Path) -> None:
    teacher = CountingTeacher()
    first = distil.teacher_vectors(PHRASES, tmp_path, teacher)
    again = distil.teacher_vectors(PHRASES, tmp_path, teacher)
    assert teacher.asked == len(PHRASES) and np.array_equal(first, again)
    expected = teacher.encode(PHRASES).half().numpy()  # in the order given, though sorted inside
    assert np.array_equal(first, expected)


def test_learns_and_resumes_exactly(tmp_path: Path) -> None:
    vectors = distil.teacher_vectors(PHRASES, tmp_path, CountingTeacher())
    tokens = tokenize(PHRASES, 16)
    goal = torch.from_numpy(vectors).float()
    untrained = model()
    whole = model()
    parts = model()
    before, _ = distil.measure_text(untrained, tokens, goal)
    options = distil.TextOptions(Schedule(30), batch=4, warmup=3)
    distil.train_text_tower(whole, PHRASES, vectors, options, None)
    after, recall = distil.measure_text(whole, tokens, goal)
    assert after > before + 0.2 and recall > 0.5
    # The schedule is cut, not the run's plan: the first part stops at step 30 of 30 after a resume
    # at step 12.
    frozen = [name for name in whole.state_dict() if name.startswith("visual.")]
    assert all(
        torch.equal(whole.state_dict()[name], untrained.state_dict()[name]) for name in frozen
    )
    checkpoint = tmp_path / "text.pt"
    distil.train_text_tower(parts, PHRASES, vectors, options, checkpoint)
    resumed = model()
    distil.train_text_tower(resumed, PHRASES, vectors, options, checkpoint)  # nothing is left to do
    assert all(
        torch.equal(resumed.state_dict()[n], parts.state_dict()[n]) for n in parts.state_dict()
    )
