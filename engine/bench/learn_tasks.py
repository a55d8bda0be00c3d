"""What `bench learn` asks.

Sets of photographs, tasks of both halves, which photos are shots, tests, wrong answers.

Knows zip files, image features and random numbers; nothing of methods. Everything is fixed by the
seed.

Letters in shape comments: N photos, D joint space.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.clip.weights import LoadedModel
from engine.clip.zero_shot import negated
from engine.images import decode
from engine.records import AlbumenError

_DEV = ("rooms", "weather", "clothing", "apples")
INVENTED = (
    "Zorbo",
    "our sofa",
    "Mimi",
    "Grandpa Jo",
    "Blixa",
    "the old boat",
    "Tarquin",
    "my desk",
    "Fenwick",
    "Ruebli",
    "aunt Oona",
    "Pippin",
    "Quell",
    "the cabin",
    "Marlo",
    "Yumi",
    "Vesper",
    "project X",
    "Hollin",
    "Nandi",
)


@dataclass(frozen=True, slots=True)
class Photoset:
    """Image features (N, D) of a set, the class of each, and the labels' names."""

    name: str
    image_features: Tensor
    targets: Tensor
    labels: tuple[str, ...]
    seen: bool


@dataclass(frozen=True, slots=True)
class Task:
    """A classification task; `rows` index `Bench.image_features`."""

    name: str
    half: str
    rows: Tensor
    targets: Tensor
    labels: tuple[str, ...]
    personal: bool
    seen: bool

    @property
    def most_shots(self) -> int:
        """How many shots every label has."""
        return int(torch.bincount(self.targets).min()) // 2


def sets_of(data: Path, model: LoadedModel, cache: Path) -> Iterator[Photoset]:
    """Every zip of the folder, and Caltech-101 beside it.

    Features are computed once per model and file.
    """
    if not data.is_dir():
        raise AlbumenError(
            "There is no folder {data}; --data needs one with a zip per set.", data=str(data)
        )
    caltech = data.parent / "train" / "caltech101.zip"
    for path in [*sorted(data.glob("*.zip")), *([caltech] if caltech.is_file() else [])]:
        kept = cache / f"{model.model_id}-{path.stem}-{path.stat().st_size}.safetensors"
        with zipfile.ZipFile(path) as archive:
            names = sorted(
                name
                for name in archive.namelist()
                if name.lower().endswith((".jpg", ".jpeg", ".png"))
            )
            if kept.is_file():
                features = load_file(kept)["image_features"]
            else:
                features = _encode(archive, names, model)
                cache.mkdir(parents=True, exist_ok=True)
                save_file({"image_features": features}, kept)
        labels = sorted({name.split("/")[-2] for name in names})
        targets = torch.tensor([labels.index(name.split("/")[-2]) for name in names])
        plain = tuple(label.replace("_", " ") for label in labels)
        yield Photoset(path.stem, features, targets, plain, path == caltech)


def _encode(archive: zipfile.ZipFile, names: Sequence[str], model: LoadedModel) -> Tensor:
    found = []
    for start in range(0, len(names), 64):
        pictures = [
            Image.open(io.BytesIO(archive.read(name))).convert("RGB")
            for name in names[start : start + 64]
        ]
        batch = torch.stack(
            [decode.preprocess(picture, model.input_resolution) for picture in pictures]
        )
        with torch.no_grad():
            encoded = model.clip.encode_image(batch.to(model.device))
        found.append(F.normalize(encoded.float(), dim=-1).cpu())
    return torch.cat(found)


def tasks_of(sets: Sequence[Photoset], random_tasks: int, pairs: bool = False) -> Iterator[Task]:
    """Named and personal tasks of both halves.

    Random tasks: the labels of a large set in a fixed random order. `pairs`: 'X / not X' of every
    label of the small sets as well, as many photos of either.
    """
    offset = 0
    generator = torch.Generator().manual_seed(123)
    for found in sets:
        everything = torch.arange(len(found.targets)) + offset
        offset += len(found.targets)
        if len(found.labels) <= 15:
            half = "dev" if found.name in _DEV else "report"
            task = Task(
                found.name, half, everything, found.targets, found.labels, False, found.seen
            )
            yield from _both(task)
            if pairs and len(found.labels) > 2:
                yield from _pairs(task)
            continue
        order = torch.randperm(len(found.labels), generator=generator)
        for number in range(2 * random_tasks):
            chosen = order[number * 10 : number * 10 + 10]
            if len(chosen) < 10:
                break
            mine = torch.isin(found.targets, chosen)
            targets = (found.targets[mine][:, None] == chosen).long().argmax(1)
            labels = tuple(found.labels[i] for i in chosen.tolist())
            half = "dev" if number % 2 == 0 else "report"
            name = f"{found.name} {number}"
            yield from _both(Task(name, half, everything[mine], targets, labels, False, found.seen))


def _pairs(task: Task) -> Iterator[Task]:
    for label, name in enumerate(task.labels):
        mine = (task.targets == label).nonzero()[:, 0]
        others = (task.targets != label).nonzero()[:, 0]
        drawn = others[
            torch.randperm(len(others), generator=torch.Generator().manual_seed(label))[: len(mine)]
        ]
        chosen = torch.cat([mine, drawn]).sort().values
        targets = (task.targets[chosen] != label).long()
        pair = (name, f"not {name}")
        yield Task(
            f"{task.name}: {name}", task.half, task.rows[chosen], targets, pair, False, task.seen
        )


def _both(task: Task) -> Iterator[Task]:
    yield task
    invented = tuple(INVENTED[i % len(INVENTED)] for i in range(len(task.labels)))
    yield Task(
        f"{task.name} (personal)", task.half, task.rows, task.targets, invented, True, task.seen
    )


def half_library(
    sets: Sequence[Photoset], tasks: Sequence[Task], half: str
) -> tuple[Tensor, Tensor, list[str]]:
    """All photos of the half's named tasks as one library: rows (N,), label of each (N,), names."""
    rows = []
    targets = []
    labels: list[str] = []
    for task in tasks:
        if (
            task.half == half
            and not task.personal
            and not task.seen
            and not any(map(negated, task.labels))
        ):
            rows.append(task.rows)
            targets.append(task.targets + len(labels))
            labels += task.labels
    return torch.cat(rows), torch.cat(targets), labels


def split(task: Task, k: int, seed: int) -> tuple[Tensor, Tensor]:
    """Places (not rows) of k shots per label, and of the test.

    As published for CoOp, the test stays and the shots change: seeds of the same `fold_of` have one
    test, so that what differs between them is what was learned. Each half of every label's photos
    is the test of one fold (two-fold), the shots come from the other.
    """
    halves = torch.Generator().manual_seed(1000)
    draw = torch.Generator().manual_seed(2000 + seed)
    shots = []
    test = []
    for label in range(len(task.labels)):
        mine = (task.targets == label).nonzero()[:, 0]
        mine = mine[torch.randperm(len(mine), generator=halves)]
        half = len(mine) // 2
        pool, rest = (
            (mine[:half], mine[half:]) if fold_of(seed) == 0 else (mine[-half:], mine[:-half])
        )
        shots.append(pool[torch.randperm(half, generator=draw)][:k])
        test.append(rest)
    return torch.cat(shots), torch.cat(test)


def fold_of(seed: int) -> int:
    """Which half of the photos is the test: seeds take turns."""
    return seed % 2


def with_wrong(targets: Tensor, count: int, wrong: float, seed: int) -> Tensor:
    """The answers, this share of them (at random) another label."""
    generator = torch.Generator().manual_seed(5000 + seed)
    hit = torch.rand(len(targets), generator=generator) < wrong
    shift = torch.randint(1, count, (len(targets),), generator=generator)
    return torch.where(hit, (targets + shift) % count, targets)


def corrections(z: Tensor, mine: Tensor, k: int, wrong: float, seed: int) -> tuple[Tensor, Tensor]:
    """Places and answers (2k,): k photos of the label.

    Half of the no are the first of zero-shot, the rest random.
    """
    generator = torch.Generator().manual_seed(seed)

    def some(places: Tensor, count: int) -> Tensor:
        return places[torch.randperm(len(places), generator=generator)][:count]

    yes = some(mine.nonzero()[:, 0], k)
    others = (~mine).nonzero()[:, 0]
    hard = some(
        others[z[others].argsort(descending=True)[: max(2 * int(mine.sum()), 20)]], (k + 1) // 2
    )
    easy = some(others[~torch.isin(others, hard)], k - len(hard))
    places = torch.cat([yes, hard, easy])
    answers = torch.arange(len(places)) < len(yes)
    return places, answers ^ (torch.rand(len(places), generator=generator) < wrong)
