"""What `bench learn` learns in: all photographs as one library, with the model.

Knows: features, words and prompts that are made once and kept. Does not know: tasks, methods'
figures.

Letters in shape comments: N photos, K labels, S seeds, n answers, D joint space.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.bench import baselines
from engine.clip.weights import LoadedModel
from engine.clip.zero_shot import Head, Vocabulary, text_features, zero_shot_heads
from engine.learning import learn


@dataclass(slots=True)
class Bench:
    """All photos of all sets as one library, with the model."""

    model: LoadedModel
    words: Vocabulary
    image_features: Tensor
    centre: Tensor
    cache: Path
    rows: list[dict[str, Any]] = field(default_factory=list)
    known: dict[tuple[str, ...], tuple[Tensor, list[Head]]] = field(default_factory=dict)

    def collection(self, rows: Tensor) -> learn.Collection:
        """These photos as a library; taken an hour apart, so that nothing is a burst by time."""
        return learn.Collection(
            rows, self.image_features[rows], self.centre[rows], rows.double() * 3600
        )

    def heads(self, labels: Sequence[str], group: str | None) -> tuple[Tensor, list[Head]]:
        """Zero-shot text features (K, D) and heads."""
        key = (str(group), *labels)
        if key not in self.known:
            text = text_features(self.model, labels)
            self.known[key] = text, zero_shot_heads(self.words, labels, text, [group] * len(labels))
        return self.known[key]

    def coop(self, labels: Sequence[str], rows: Tensor, targets: Tensor, per_class: int) -> Tensor:
        """`baselines.coop` (S, K, D) on these photos (S, n).

        It takes most of the time, so what was learned is kept: a run that was broken off goes on
        where it was.
        """
        said = f"{self.model.model_id}|{'|'.join(labels)}|{per_class}".encode()
        shots = self.image_features[rows]  # (S, n, D)
        digest = hashlib.blake2b(
            said + shots.numpy().tobytes() + targets.numpy().tobytes(), digest_size=16
        )
        kept = self.cache / "coop" / f"{digest.hexdigest()}.safetensors"
        if kept.is_file():
            return load_file(kept)["text_features"]
        learned = baselines.coop(self.model.clip, labels, shots, targets, per_class)
        kept.parent.mkdir(parents=True, exist_ok=True)
        save_file({"text_features": learned}, kept)
        return learned


def last(job: Any) -> list[learn.Lesson]:
    """Run a job to its end and return what it returns."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            lessons: list[learn.Lesson] = end.value
            return lessons
