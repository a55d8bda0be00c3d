"""Measuring a model on folders of labelled photographs.

Zero-shot, nearest mean from a few examples, and search.

One command prints the same table for any model file, so that two models are compared by the same
code:

    python -m engine pretrain --evaluate trial.safetensors resources/starter.safetensors
        --photos DIR

Nothing here trains. The photographs are `.zip` files with `label/photo.jpg`; the label's folder
name is its only text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.clip.model import CLIP
from engine.records import AlbumenError
from engine.starter.corpus import normalise, square, zip_photos
from engine.starter.image_stage import phrase_features

SHOTS = (4, 8, 16)
DRAWS = 100  # of few photographs: with ten, chance moves the mean by two points
# Small pictures of 200 labels: measured by top-1 and top-5, not part of the search.
_APART = "tiny-imagenet-val"


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one set.

    Zero-shot top-1 (and top-5), nearest mean per number of shots, precision at 10.
    """

    photos: int
    labels: tuple[str, ...]
    top1: float
    top5: float | None = None
    nearest_mean: tuple[float, ...] = ()
    precision_at_10: float | None = None
    precision_per_label: tuple[float, ...] = ()


def encode_zip(model: CLIP, file: Path) -> tuple[Tensor, list[str]]:
    """All photographs of a zip -> image_features (N, D), normalised, and the N labels."""
    features: list[Tensor] = []
    labels: list[str] = []
    rows: list[np.ndarray] = []

    def flush() -> None:
        batch = torch.from_numpy(np.stack(rows)).permute(0, 3, 1, 2).float() / 255  # (n, 3, S, S)
        with torch.inference_mode():
            features.append(F.normalize(model.encode_image(normalise(batch)), dim=-1))  # (n, D)
        rows.clear()

    for label, image in zip_photos(file):
        labels.append(label)
        rows.append(np.asarray(square(image, model.input_resolution)))
        if len(rows) == 128:
            flush()
    if rows:
        flush()
    if not labels:
        raise AlbumenError(
            "{file} holds no photographs in folders named after their label.", file=str(file)
        )
    return torch.cat(features), labels


def nearest_mean(features: Tensor, target: Tensor, shots: int, seed: int = 0) -> float:
    """Accuracy of the nearest class mean from `shots` photographs per class, on all others.

    The mean of `DRAWS` draws.
    """
    generator = torch.Generator().manual_seed(seed)
    classes = int(target.max()) + 1
    accuracies = []
    for _ in range(DRAWS):
        taken = torch.zeros(len(target), dtype=torch.bool)
        means = []
        for number in range(classes):
            members = torch.nonzero(target == number).flatten()
            chosen = members[torch.randperm(len(members), generator=generator)[:shots]]
            taken[chosen] = True
            means.append(F.normalize(features[chosen].mean(dim=0), dim=0))
        rest = ~taken
        predicted = (features[rest] @ torch.stack(means).t()).argmax(dim=1)
        accuracies.append(float((predicted == target[rest]).float().mean()))
    return sum(accuracies) / len(accuracies)


def measure(model: CLIP, photos: Path) -> dict[str, Figures]:
    """All figures of a model, by set.

    The search runs over the photographs of all sets except Tiny ImageNet's.
    """
    files = sorted(photos.glob("*.zip"))
    if not files:
        raise AlbumenError(
            "{photos} has no .zip files of labelled photographs.", photos=str(photos)
        )
    encoded = {file.stem: encode_zip(model, file) for file in files}
    searched = [name for name in encoded if name != _APART]
    everything = (
        torch.cat([encoded[name][0] for name in searched])
        if searched
        else torch.empty(0, model.embed_dim)
    )
    owner = [(name, label) for name in searched for label in encoded[name][1]]
    figures: dict[str, Figures] = {}
    for name, (features, labels) in encoded.items():
        names = sorted(set(labels))
        target = torch.tensor([names.index(label) for label in labels])
        text = phrase_features(model, names)  # (K, D)
        ranked = (features @ text.t()).argsort(dim=1, descending=True)  # (N, K)
        hits = ranked == target[:, None]
        top1 = float(hits[:, 0].float().mean())
        if name == _APART:
            figures[name] = Figures(
                len(labels), tuple(names), top1, float(hits[:, :5].any(dim=1).float().mean())
            )
            continue
        found = []
        for number, label in enumerate(names):
            best = (everything @ text[number]).topk(10).indices.tolist()
            # The same word may be a label of two sets (bedroom): its photographs count wherever
            # they lie.
            found.append(sum(owner[photo][1] == label for photo in best) / 10)
        means = tuple(nearest_mean(features, target, shots) for shots in SHOTS)
        precision = sum(found) / len(found)
        figures[name] = Figures(
            len(labels), tuple(names), top1, None, means, precision, tuple(found)
        )
    return figures


def table(figures: dict[str, dict[str, Figures]]) -> str:
    """The figures of several models (by name) as a Markdown table, one line per set and model."""
    lines = [
        "| set | model | zero-shot | nearest mean, 4 / 8 / 16 shots | label as query, "
        "precision at 10 |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name in next(iter(figures.values())):
        for model, sets in figures.items():
            f = sets[name]
            zero = f"{f.top1:.3f}" if f.top5 is None else f"top-1 {f.top1:.3f}, top-5 {f.top5:.3f}"
            means = " / ".join(f"{value:.3f}" for value in f.nearest_mean)
            search = "" if f.precision_at_10 is None else f"{f.precision_at_10:.2f}"
            lines.append(
                f"| {name} ({len(f.labels)} labels) | {model} | {zero} | {means} | {search} |"
            )
    return "\n".join(lines)


def evaluate(models: Sequence[tuple[str, CLIP]], photos: Path) -> str:
    """The table of these models on the photographs of a folder."""
    return table({name: measure(model, photos) for name, model in models})
