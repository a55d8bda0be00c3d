"""Learning from few corrections, against zero-shot, CoOp and the other published methods, on the same shots.

    python -m engine bench learn --data ../shared/data/photos --tasks report [--seeds 10] [--quick] [--csv F] [--plot F]

DATA holds a zip per set with `label/photo.jpg` inside. Tasks: every set with two to fifteen labels, and random tasks of
ten labels from larger sets (also `../train/caltech101.zip` beside DATA: the starter trained on these images; the column
`seen` says so). Each also as a *personal* task: invented names, so that the words mean nothing. Hyper-parameters were
fixed on the half `dev`; `report` is the other half.

* classification: k yes photos of each label, an exclusive group. zero-shot, CoOp (official recipe, 16 random context
  vectors, no image augmentation), linear probe, nearest mean, Tip-Adapter, ours (what `train` learns, Tier A) and ours
  accepted (zero-shot wherever acceptance did not let it through)
* yes/no: one label in a library of all photos of the half, k yes and k no (half of the no are what zero-shot gets
wrong).
  Average precision, F1 at the chosen threshold, ECE of the calibrated probability
* with 0 and 10 % wrong corrections; 'no good match': AUROC of the best three photos' score, labels in the library against
  labels whose photos were taken out; times
"""

from __future__ import annotations

import argparse
import io
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine import fewshot, images, learning, weights
from engine.bench import baselines, learn_figures
from engine.bench.learn_figures import show as show
from engine.classifier import (
    BEST_MATCHES,
    Head,
    Scorer,
    Vocabulary,
    match,
    probability,
    text_features,
    vocabulary,
    zero_shot_heads,
)
from engine.records import AlbumenError
from engine.weights import LoadedModel

_DEV = ("rooms", "weather", "clothing", "apples")
_INVENTED = (
    "Zorbo", "our sofa", "Mimi", "Grandpa Jo", "Blixa", "the old boat", "Tarquin", "my desk", "Fenwick", "Ruebli",
    "aunt Oona", "Pippin", "Quell", "the cabin", "Marlo", "Yumi", "Vesper", "project X", "Hollin", "Nandi",
)  # fmt: skip
_POOL = 20  # photos of a label that shots are drawn from; the rest are the test
_YES_NO_LABELS = 24  # of a half


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine bench learn`."""
    parser.add_argument("--data", required=True, help="folder with a zip per set, label/photo.jpg inside")
    parser.add_argument("--tasks", choices=("dev", "report", "all"), default="report", help="default: %(default)s")
    parser.add_argument("--seeds", type=int, default=10, help="default: %(default)s")
    parser.add_argument("--shots", default="1,2,4,8,16", help="default: %(default)s")
    parser.add_argument("--random", type=int, default=4, help="random tasks per half and large set (default: 4)")
    parser.add_argument("--quick", action="store_true", help="2 seeds, 1, 4 and 16 shots, one random task per set")
    parser.add_argument(
        "--coop", choices=("no", "named", "all"), default="all",
        help="CoOp takes most of the time: leave it out, or run it on named tasks without wrong answers (default: all)",
    )  # fmt: skip
    parser.add_argument("--cache", help="folder for image features (default: the user's cache folder)")
    parser.add_argument("--csv", help="write every single run to this file")
    parser.add_argument("--plot", help="write the curves to this file (.png, .svg); needs matplotlib")


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


@dataclass(slots=True)
class _Bench:
    """All photos of all sets as one library, with the model."""

    model: LoadedModel
    words: Vocabulary
    image_features: Tensor
    centre: Tensor
    rows: list[dict[str, Any]]
    known: dict[tuple[str, ...], tuple[Tensor, list[Head]]]

    def collection(self, rows: Tensor) -> learning.Collection:
        """These photos as a library; taken an hour apart, so that nothing is a burst by time."""
        return learning.Collection(rows, self.image_features[rows], self.centre[rows], rows.double() * 3600)

    def heads(self, labels: Sequence[str], group: str | None) -> tuple[Tensor, list[Head]]:
        """Zero-shot text features (K, D) and heads."""
        key = (str(group), *labels)
        if key not in self.known:
            text = text_features(self.model, labels)
            self.known[key] = text, zero_shot_heads(self.words, labels, text, [group] * len(labels))
        return self.known[key]


def run(args: argparse.Namespace) -> dict[str, Any]:
    """The figures of issue by issue goal; every run as a row in `--csv`."""
    if args.quick:
        args.seeds, args.shots, args.random = min(args.seeds, 2), "1,4,16", 1
    shots = [int(k) for k in args.shots.split(",")]
    model = weights.load(args.model or "starter", device=args.device or "auto")
    cache = Path(args.cache or platformdirs.user_cache_path("albumen") / "bench")
    sets = list(_sets(Path(args.data), model, cache))
    features = torch.cat([found.image_features for found in sets])
    words = vocabulary(model)
    bench = _Bench(model, words, features, words.centre(features), [], {})
    tasks = [task for task in _tasks(sets, args.random) if args.tasks in (task.half, "all")]
    if not tasks:
        raise AlbumenError(f"{args.data} holds no task of the half '{args.tasks}'.")
    for task in tasks:
        started = time.monotonic()
        geometries = [_geometry(bench, task.rows[_split(task, 1, seed)[1]]) for seed in range(args.seeds)]
        for k in shots:
            _classify(bench, task, k, geometries, args.coop)
        print(f"{task.name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    halves = ("dev", "report") if args.tasks == "all" else (args.tasks,)
    figures: dict[str, Any] = {"model": model.model_id, "tasks": len(tasks), "seeds": args.seeds}
    for half in halves:
        rows, targets, labels = _half_library(sets, tasks, half)
        for personal in (False, True):
            for wrong in (0.0, 0.1):
                _yes_no(bench, rows, targets, labels, half, personal, wrong, shots, max(1, args.seeds // 5))
        figures[f"no good match ({half})"] = _no_good_match(bench, rows, targets, labels, args.seeds)
        print(f"yes/no of {half}: done", file=sys.stderr, flush=True)
    figures |= learn_figures.summary(bench.rows)
    if args.csv:
        learn_figures.write_csv(bench.rows, Path(args.csv))
    if len(features) >= 300:
        figures["times"] = _times(bench)
    if args.plot:
        learn_figures.plot(figures, Path(args.plot))
    return figures


# ---------------------------------------------------------------------------------------------------------------------
# Sets and tasks


def _sets(data: Path, model: LoadedModel, cache: Path) -> Iterator[Photoset]:
    """Every zip of the folder, and Caltech-101 beside it; features are computed once per model and file."""
    if not data.is_dir():
        raise AlbumenError(f"There is no folder {data}; --data needs one with a zip per set.")
    caltech = data.parent / "train" / "caltech101.zip"
    for path in [*sorted(data.glob("*.zip")), *([caltech] if caltech.is_file() else [])]:
        kept = cache / f"{model.model_id}-{path.stem}-{path.stat().st_size}.safetensors"
        with zipfile.ZipFile(path) as archive:
            names = sorted(name for name in archive.namelist() if name.lower().endswith((".jpg", ".jpeg", ".png")))
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
        pictures = [Image.open(io.BytesIO(archive.read(name))).convert("RGB") for name in names[start : start + 64]]
        batch = torch.stack([images.preprocess(picture, model.input_resolution) for picture in pictures])
        with torch.no_grad():
            encoded = model.clip.encode_image(batch.to(model.device))
        found.append(F.normalize(encoded.float(), dim=-1).cpu())
    return torch.cat(found)


def _tasks(sets: Sequence[Photoset], random_tasks: int) -> Iterator[Task]:
    """Named and personal tasks of both halves. Random tasks: the labels of a large set in a fixed random order."""
    offset = 0
    generator = torch.Generator().manual_seed(123)
    for found in sets:
        everything = torch.arange(len(found.targets)) + offset
        offset += len(found.targets)
        if len(found.labels) <= 15:
            half = "dev" if found.name in _DEV else "report"
            yield from _both(Task(found.name, half, everything, found.targets, found.labels, False, found.seen))
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


def _both(task: Task) -> Iterator[Task]:
    yield task
    invented = tuple(_INVENTED[i % len(_INVENTED)] for i in range(len(task.labels)))
    yield Task(f"{task.name} (personal)", task.half, task.rows, task.targets, invented, True, task.seen)


def _half_library(sets: Sequence[Photoset], tasks: Sequence[Task], half: str) -> tuple[Tensor, Tensor, list[str]]:
    """All photos of the half's named tasks as one library: rows (N,), label of each (N,), names."""
    rows, targets = [], []
    labels: list[str] = []
    for task in tasks:
        if task.half == half and not task.personal and not task.seen and task.name != "cup":
            rows.append(task.rows)
            targets.append(task.targets + len(labels))
            labels += task.labels
    return torch.cat(rows), torch.cat(targets), labels


# ---------------------------------------------------------------------------------------------------------------------
# Classification


def _split(task: Task, k: int, seed: int) -> tuple[Tensor, Tensor]:
    """Places (not rows) of k shots per label, and of the test: the same test for every k of a seed."""
    generator = torch.Generator().manual_seed(1000 + seed)
    shots, test = [], []
    for label in range(len(task.labels)):
        mine = (task.targets == label).nonzero()[:, 0]
        mine = mine[torch.randperm(len(mine), generator=generator)]
        pool = min(len(mine) // 2, _POOL)
        shots.append(mine[: min(k, pool)])
        test.append(mine[pool:])
    return torch.cat(shots), torch.cat(test)


def _classify(bench: _Bench, task: Task, k: int, geometries: Sequence[fewshot.Geometry], coop: str) -> None:
    seeds = len(geometries)
    smallest = int(torch.bincount(task.targets).min())
    if min(smallest // 2, _POOL) < k:
        return
    text, heads = bench.heads(task.labels, "group")
    scale, count = bench.words.logit_scale, len(task.labels)
    for wrong in (0.0, 0.1):
        splits = [_split(task, k, seed) for seed in range(seeds)]
        answers = [_with_wrong(task.targets[shot], count, wrong, seed) for seed, (shot, _) in enumerate(splits)]
        learned = None
        if coop == "all" or (coop == "named" and not wrong and not task.personal):
            x = torch.stack([bench.image_features[task.rows[shot]] for shot, _ in splits])
            learned = baselines.coop(bench.model.clip, task.labels, x, torch.stack(answers), k)  # (S, K, D)
        for seed, ((shot, test), given) in enumerate(zip(splits, answers, strict=True)):
            rows, tests = task.rows[shot], task.rows[test]
            x, y = bench.image_features[rows], bench.image_features[tests]
            scores = {
                "zero-shot": Scorer(heads).scores(y, bench.centre[tests]) - Scorer(heads).thresholds,
                "linear probe": baselines.linear_probe(x, given, y, count),
                "nearest mean": baselines.nearest_mean(x, given, y, count),
                "Tip-Adapter": baselines.tip_adapter(x, given, y, text, scale),
            }
            if learned is not None:
                scores["CoOp"] = y @ learned[seed].T
            ours, accepted = _ours(bench, task, text, heads, rows, given, tests, seed, geometries[seed])
            scores |= {"ours": ours, "ours accepted": accepted}
            for method, score in scores.items():
                right = float((score.argmax(1) == task.targets[test]).float().mean())
                bench.rows.append(
                    {"kind": "classification", "task": task.name, "half": task.half, "personal": task.personal,
                     "seen": task.seen, "method": method, "k": k, "wrong": wrong, "seed": seed, "accuracy": right}
                )  # fmt: skip


def _with_wrong(targets: Tensor, count: int, wrong: float, seed: int) -> Tensor:
    """The answers, this share of them (at random) another label."""
    generator = torch.Generator().manual_seed(5000 + seed)
    hit = torch.rand(len(targets), generator=generator) < wrong
    shift = torch.randint(1, count, (len(targets),), generator=generator)
    return torch.where(hit, (targets + shift) % count, targets)


def _ours(
    bench: _Bench,
    task: Task,
    text: Tensor,
    heads: Sequence[Head],
    rows: Tensor,
    given: Tensor,
    tests: Tensor,
    seed: int,
    geometry: fewshot.Geometry,
) -> tuple[Tensor, Tensor]:
    """Scores of the test by Tier A, and by what acceptance lets through. The library: every photo but the test."""
    outside = torch.ones(len(bench.image_features), dtype=torch.bool)
    outside[tests] = False
    library = bench.collection(outside.nonzero()[:, 0])
    subjects = [
        learning.Subject(number, name, {int(row): True for row in rows[given == number]}, head, head, "group")
        for number, (name, head) in enumerate(zip(task.labels, heads, strict=True))
    ]
    job = learning.learn(bench.model, bench.words, subjects, library, seed=seed, prompts=False, geometry=geometry)
    lessons = _last(job)
    # Acceptance may ask a person to look first because many photos change; here the person looks and says yes.
    accepted = [lesson.head for lesson in lessons]
    ours = accepted
    if lessons[0].report.kind == "unchanged":
        answered = fewshot.Photos(bench.image_features[rows], bench.centre[rows])
        allowed = F.one_hot(given, len(heads)).bool()
        ours = fewshot.fit_group(geometry, heads, answered, allowed, torch.ones(len(rows)))
    scorers = [Scorer(ours), Scorer(accepted)]
    x, centre = bench.image_features[tests], bench.centre[tests]
    found = [scorer.scores(x, centre) - scorer.thresholds for scorer in scorers]
    return found[0], found[1]


def _geometry(bench: _Bench, tests: Tensor) -> fewshot.Geometry:
    """Of all photos but the test."""
    outside = torch.ones(len(bench.image_features), dtype=torch.bool)
    outside[tests] = False
    library = outside.nonzero()[:, 0]
    drawn = torch.randperm(len(library), generator=torch.Generator().manual_seed(0))[: learning.GEOMETRY_SAMPLE]
    return fewshot.Geometry.of(bench.image_features[library[drawn]])


def _last(job: Any) -> list[learning.Lesson]:
    """Run a job to its end and return what it returns."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            lessons: list[learning.Lesson] = end.value
            return lessons


# ---------------------------------------------------------------------------------------------------------------------
# Yes and no, one label at a time


def _corrections(z: Tensor, mine: Tensor, k: int, wrong: float, seed: int) -> tuple[Tensor, Tensor]:
    """Places and answers (2k,): k photos of the label; half of the no are the first of zero-shot, the rest random."""
    generator = torch.Generator().manual_seed(seed)

    def some(places: Tensor, count: int) -> Tensor:
        return places[torch.randperm(len(places), generator=generator)][:count]

    yes = some(mine.nonzero()[:, 0], k)
    others = (~mine).nonzero()[:, 0]
    hard = some(others[z[others].argsort(descending=True)[: max(2 * int(mine.sum()), 20)]], (k + 1) // 2)
    easy = some(others[~torch.isin(others, hard)], k - len(hard))
    places = torch.cat([yes, hard, easy])
    answers = torch.arange(len(places)) < len(yes)
    return places, answers ^ (torch.rand(len(places), generator=generator) < wrong)


def _yes_no(
    bench: _Bench, rows: Tensor, targets: Tensor, labels: Sequence[str], half: str, personal: bool, wrong: float,
    shots: Sequence[int], seeds: int,
) -> None:  # fmt: skip
    library = bench.collection(rows)
    geometry = fewshot.Geometry.of(library.image_features)
    x, centre, scale = library.image_features, library.centre, bench.words.logit_scale
    for label in range(min(len(labels), _YES_NO_LABELS)):
        name = _INVENTED[label % len(_INVENTED)] if personal else labels[label]
        text, heads = bench.heads([name], None)
        mine = targets == label
        z = Scorer(heads).scores(x, centre)[:, 0]
        for k in shots:
            if int(mine.sum()) < 2 * k:
                continue
            for seed in range(seeds):
                places, answers = _corrections(z, mine, k, wrong, 100 * label + seed)
                test = torch.ones(len(rows), dtype=torch.bool)
                test[places] = False
                given = {int(rows[p]): bool(a) for p, a in zip(places, answers, strict=True)}
                subject = learning.Subject(label, name, given, heads[0], heads[0])
                job = learning.learn(
                    bench.model, bench.words, [subject], library, seed=seed, prompts=False, geometry=geometry
                )
                lesson = _last(job)[0]
                # "ours": the person looks at what would change and accepts it; "accepted": only what passed every gate.
                heads_of = {"zero-shot": heads[0], "ours": lesson.head}
                heads_of["ours accepted"] = lesson.head if lesson.report.accepted else heads[0]
                scored: dict[str, tuple[Tensor, Tensor, Tensor | None]] = {}
                for method, head in heads_of.items():
                    s = Scorer([head]).scores(x, centre)[:, 0]
                    scored[method] = (s, s >= head.threshold, probability(s, head) if head.calibration else None)
                y = answers.long()
                if 0 < int(y.sum()) < len(y):
                    mean = baselines.nearest_mean(x[places], y, x, 2)
                    probe = baselines.linear_probe(x[places], y, x, 2)
                    both = torch.stack([bench.words.features.mean(0), text[0]])  # no: the average word
                    tip = baselines.tip_adapter(x[places], y, x, both, scale)
                    for method, logits in (("nearest mean", mean), ("linear probe", probe), ("Tip-Adapter", tip)):
                        s = logits[:, 1] - logits[:, 0]
                        scored[method] = (s, s >= 0, torch.sigmoid(s) if method == "linear probe" else None)
                for method, (s, said, p) in scored.items():
                    bench.rows.append(
                        {"kind": "yes/no", "task": name, "half": half, "personal": personal, "seen": False,
                         "method": method, "k": k, "wrong": wrong, "seed": seed, "ap": _ap(s[test], mine[test]),
                         "f1": _f1(said[test], mine[test]), "ece": None if p is None else _ece(p[test], mine[test])}
                    )  # fmt: skip


def _ap(scores: Tensor, truth: Tensor) -> float:
    """Average precision."""
    hits = truth[scores.argsort(descending=True)].float()
    return float((hits * hits.cumsum(0) / torch.arange(1, len(hits) + 1)).sum() / hits.sum())


def _f1(said: Tensor, truth: Tensor) -> float:
    return float(2 * (said & truth).sum() / (said.sum() + truth.sum()).clamp_min(1))


def _ece(p: Tensor, truth: Tensor, bins: int = 15) -> float:
    """Expected calibration error (Guo et al. 2017, arXiv:1706.04599)."""
    bin_of = (p * bins).long().clamp_max(bins - 1)
    total = 0.0
    for b in bin_of.unique().tolist():  # type: ignore[no-untyped-call]
        inside = bin_of == b
        total += float(inside.float().mean() * (p[inside].mean() - truth[inside].float().mean()).abs())
    return total


def _no_good_match(bench: _Bench, rows: Tensor, targets: Tensor, labels: Sequence[str], seeds: int) -> dict[str, float]:
    """AUROC of the best three photos' score: labels in the library against labels whose photos were taken out (half)."""
    text = text_features(bench.model, labels)
    areas, right = [], []
    for seed in range(seeds):
        order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
        absent = order[: len(labels) // 2]
        kept = rows[~torch.isin(targets, absent)]
        found = [match(bench.words, t, bench.image_features[kept], bench.centre[kept]) for t in text]
        best = torch.stack([m.scores[:BEST_MATCHES].mean() for m in found])
        present = torch.ones(len(labels), dtype=torch.bool)
        present[absent] = False
        wins = (best[present][:, None] > best[~present]).float() + 0.5 * (best[present][:, None] == best[~present])
        areas.append(float(wins.mean()))
        said = torch.tensor([m.good > 0 for m in found])
        right.append(float((said == present).float().mean()))
    return {"AUROC": sum(areas) / seeds, "right at the default threshold": sum(right) / seeds, "labels": len(labels)}


def _times(bench: _Bench) -> dict[str, float]:
    """Seconds: Tier A of one label with 8 yes and 8 no; Tier A and B of 8 labels, on this machine as it is now."""
    library = bench.collection(torch.arange(len(bench.image_features))[:: max(1, len(bench.image_features) // 2000)])
    _, heads = bench.heads(list(_INVENTED[:8]), None)
    generator = torch.Generator().manual_seed(0)
    subjects = []
    for number, head in enumerate(heads):
        ids = library.photo_ids[torch.randperm(len(library.photo_ids), generator=generator)[:16]].tolist()
        subjects.append(learning.Subject(number, _INVENTED[number], {i: n < 8 for n, i in enumerate(ids)}, head, head))
    photos = library.photos(torch.arange(16))
    geometry = fewshot.Geometry.of(library.image_features)
    started = time.perf_counter()
    for _ in range(5):
        fewshot.fit_label(
            geometry,
            heads[0],
            photos,
            torch.arange(16) < 8,
            torch.ones(16),
            library.photos(torch.arange(16, 272)),
        )
    tier_a = (time.perf_counter() - started) / 5
    started = time.perf_counter()
    _last(learning.learn(bench.model, bench.words, subjects, library, prompts=False))
    without = time.perf_counter() - started
    started = time.perf_counter()
    _last(learning.learn(bench.model, bench.words, subjects, library))
    return {
        "Tier A, one label (s)": tier_a,
        "learn 8 labels with checks, Tier A (s)": without,
        "learn 8 labels with checks, Tier A and B (s)": time.perf_counter() - started,
        "threads": torch.get_num_threads(),
    }
