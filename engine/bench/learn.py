"""Learning from few corrections.

Against zero-shot, CoOp and the other published methods, on the same shots.

    python -m engine bench learn --data ../shared/data/photos --tasks report [--seeds 10] [--quick]
        [--csv F] [--plot F]

DATA holds a zip per set with `label/photo.jpg` inside. Tasks: every set with two to fifteen labels,
and random tasks of ten labels from larger sets (also `../train/caltech101.zip` beside DATA: the
starter trained on these images; the column `seen` says so). Each also as a *personal* task:
invented names, so that the words mean nothing. Hyper-parameters were fixed on the half `dev`;
`report` is the other half.

* classification: k yes photos of each label, an exclusive group; each half of the photos is the
  test once (seeds take turns), the shots come from the other. zero-shot, CoOp (official recipe, 16
  random context vectors, no image augmentation), linear probe, nearest mean, Tip-Adapter, ours
  (what `train` learns, Tier A) and ours accepted (zero-shot wherever acceptance did not let it
  through)
* yes/no: one label in a library of all photos of the half, k yes and k no (half of the no are what
  zero-shot gets wrong). Average precision, F1 at the chosen threshold, ECE of the calibrated
  probability
* with 0 and 10 % wrong corrections; 'no good match': AUROC of the best three photos' score, labels
  in the library against labels whose photos were taken out; how often answers at random are
  accepted; times
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.bench import baselines, learn_figures
from engine.bench.learn_figures import show as show
from engine.bench.learn_tasks import (
    INVENTED,
    Task,
    corrections,
    half_library,
    sets_of,
    split,
    tasks_of,
    with_wrong,
)
from engine.clip import weights
from engine.clip.weights import LoadedModel
from engine.clip.zero_shot import (
    BEST_MATCHES,
    QUERY_TEMPLATES,
    Head,
    Scorer,
    Vocabulary,
    match,
    probability,
    text_features,
    vocabulary,
    zero_shot_heads,
)
from engine.learning import fewshot, learn
from engine.records import AlbumenError

_YES_NO_LABELS = 24  # of a half
_AT_RANDOM = (4, 16)  # answers of each kind that have nothing to do with the photos


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine bench learn`."""
    parser.add_argument(
        "--data", required=True, help="folder with a zip per set, label/photo.jpg inside"
    )
    parser.add_argument(
        "--tasks", choices=("dev", "report", "all"), default="report", help="default: %(default)s"
    )
    parser.add_argument("--seeds", type=int, default=10, help="default: %(default)s")
    parser.add_argument("--shots", default="1,2,4,8,16", help="default: %(default)s")
    parser.add_argument(
        "--random", type=int, default=4, help="random tasks per half and large set (default: 4)"
    )
    parser.add_argument(
        "--pairs", action="store_true", help="also 'X / not X' of every label of the small sets"
    )
    parser.add_argument(
        "--quick", action="store_true", help="2 seeds, 1, 4 and 16 shots, one random task per set"
    )
    parser.add_argument(
        "--coop",
        choices=("no", "named", "all"),
        default="all",
        help="CoOp takes most of the time: leave it out, or run it on named tasks without wrong "
        "answers (default: all)",
    )
    parser.add_argument(
        "--cache", help="folder for image features (default: the user's cache folder)"
    )
    parser.add_argument("--csv", help="write every single run to this file")
    parser.add_argument(
        "--plot", help="write the curves to this file (.png, .svg); needs matplotlib"
    )


@dataclass(slots=True)
class _Bench:
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


def run(args: argparse.Namespace) -> dict[str, Any]:
    """The figures, each beside its goal where it has one; every run as a row in `--csv`."""
    if args.quick:
        args.seeds = min(args.seeds, 2)
        args.shots = "1,4,16"
        args.random = 1
    shots = [int(k) for k in args.shots.split(",")]
    model = weights.load(args.model or "starter", device=args.device or "auto")
    cache = Path(args.cache or platformdirs.user_cache_path("albumen") / "bench")
    sets = list(sets_of(Path(args.data), model, cache))
    features = torch.cat([found.image_features for found in sets])
    words = vocabulary(model)
    bench = _Bench(model, words, features, words.centre(features), cache)
    tasks = [
        task for task in tasks_of(sets, args.random, args.pairs) if args.tasks in (task.half, "all")
    ]
    if not tasks:
        raise AlbumenError(
            "{data} holds no task of the half '{tasks}'.", data=args.data, tasks=args.tasks
        )
    for task in tasks:
        started = time.monotonic()
        geometries = [
            _geometry(bench, task.rows[split(task, 1, seed)[1]]) for seed in range(args.seeds)
        ]
        for k in shots:
            _classify(bench, task, k, geometries, args.coop)
        print(f"{task.name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    halves = ("dev", "report") if args.tasks == "all" else (args.tasks,)
    figures: dict[str, Any] = {"model": model.model_id, "tasks": len(tasks), "seeds": args.seeds}
    for half in halves:
        rows, targets, labels = half_library(sets, tasks, half)
        for personal in (False, True):
            for wrong in (0.0, 0.1):
                coop = args.coop == "all" or (args.coop == "named" and not wrong and not personal)
                _yes_no(
                    bench,
                    rows,
                    targets,
                    labels,
                    half,
                    personal,
                    wrong,
                    shots,
                    max(1, args.seeds // 5),
                    coop,
                )
        figures[f"no good match ({half})"] = _no_good_match(
            bench, rows, targets, labels, args.seeds
        )
        figures[f"answers at random ({half})"] = _at_random(
            bench, [t for t in tasks if t.half == half], args.seeds
        )
        print(f"yes/no of {half}: done", file=sys.stderr, flush=True)
    figures |= learn_figures.summary(bench.rows)
    if args.csv:
        learn_figures.write_csv(bench.rows, Path(args.csv))
    if len(features) >= 300:
        figures["times"] = _times(bench)
    if args.plot:
        learn_figures.plot(figures, Path(args.plot))
    return figures


# --------------------------------------------------------------------------------------------------
# Classification


def _classify(
    bench: _Bench, task: Task, k: int, geometries: Sequence[fewshot.Geometry], coop: str
) -> None:
    seeds = len(geometries)
    if task.most_shots < k:
        return
    text, heads = bench.heads(task.labels, "group")
    scale = bench.words.logit_scale
    count = len(task.labels)
    for wrong in (0.0, 0.1):
        splits = [split(task, k, seed) for seed in range(seeds)]
        answers = [
            with_wrong(task.targets[shot], count, wrong, seed)
            for seed, (shot, _) in enumerate(splits)
        ]
        learned = None
        if coop == "all" or (coop == "named" and not wrong and not task.personal):
            chosen = torch.stack([task.rows[shot] for shot, _ in splits])
            learned = bench.coop(task.labels, chosen, torch.stack(answers), k)  # (S, K, D)
        for seed, ((shot, test), given) in enumerate(zip(splits, answers, strict=True)):
            rows = task.rows[shot]
            tests = task.rows[test]
            x, y = bench.image_features[rows], bench.image_features[tests]
            scores = {
                "zero-shot": Scorer(heads).scores(y, bench.centre[tests])
                - Scorer(heads).thresholds,
                "linear probe": baselines.linear_probe(x, given, y, count),
                "nearest mean": baselines.nearest_mean(x, given, y, count),
                "Tip-Adapter": baselines.tip_adapter(x, given, y, text, scale),
            }
            if learned is not None:
                scores["CoOp"] = y @ learned[seed].T
            ours, accepted = _ours(
                bench, task, text, heads, rows, given, tests, seed, geometries[seed]
            )
            scores |= {"ours": ours, "ours accepted": accepted}
            for method, score in scores.items():
                right = float((score.argmax(1) == task.targets[test]).float().mean())
                bench.rows.append(
                    {
                        "kind": "classification",
                        "task": task.name,
                        "half": task.half,
                        "personal": task.personal,
                        "seen": task.seen,
                        "method": method,
                        "k": k,
                        "wrong": wrong,
                        "seed": seed,
                        "accuracy": right,
                    }
                )


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
    """Scores of the test by Tier A, and by what acceptance lets through.

    The library: every photo but the test.
    """
    outside = torch.ones(len(bench.image_features), dtype=torch.bool)
    outside[tests] = False
    library = bench.collection(outside.nonzero()[:, 0])
    subjects = [
        learn.Subject(
            number, name, {int(row): True for row in rows[given == number]}, head, head, "group"
        )
        for number, (name, head) in enumerate(zip(task.labels, heads, strict=True))
    ]
    job = learn.learn(
        bench.model, bench.words, subjects, library, seed=seed, prompts=False, geometry=geometry
    )
    lessons = _last(job)
    # "ours": the person looks at what would change and takes it; "accepted": only what passed every
    # gate.
    ours = [lesson.head for lesson in lessons]
    accepted = ours if lessons[0].report.accepted else heads
    if lessons[0].report.kind == "unchanged":
        answered = fewshot.Photos(bench.image_features[rows], bench.centre[rows])
        allowed = F.one_hot(given, len(heads)).bool()
        ours = fewshot.fit_group(geometry, heads, answered, allowed, torch.ones(len(rows)))
    scorers = [Scorer(ours), Scorer(accepted)]
    x = bench.image_features[tests]
    centre = bench.centre[tests]
    found = [scorer.scores(x, centre) - scorer.thresholds for scorer in scorers]
    return found[0], found[1]


def _geometry(bench: _Bench, tests: Tensor) -> fewshot.Geometry:
    """The library's geometry, from photos that are not in the test."""
    outside = torch.ones(len(bench.image_features), dtype=torch.bool)
    outside[tests] = False
    library = outside.nonzero()[:, 0]
    drawn = torch.randperm(len(library), generator=torch.Generator().manual_seed(0))[
        : learn.GEOMETRY_SAMPLE
    ]
    return fewshot.Geometry.of(bench.image_features[library[drawn]])


def _last(job: Any) -> list[learn.Lesson]:
    """Run a job to its end and return what it returns."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            lessons: list[learn.Lesson] = end.value
            return lessons


# --------------------------------------------------------------------------------------------------
# Yes and no, one label at a time


_Scored = tuple[Tensor, Tensor, Tensor | None]
"""Scores, who gets the label, and its probability where the method gives one; each (n,)."""


def _yes_no(
    bench: _Bench,
    rows: Tensor,
    targets: Tensor,
    labels: Sequence[str],
    half: str,
    personal: bool,
    wrong: float,
    shots: Sequence[int],
    seeds: int,
    coop: bool,
) -> None:
    library = bench.collection(rows)
    geometry = fewshot.Geometry.of(library.image_features)
    for label in range(min(len(labels), _YES_NO_LABELS)):
        name = INVENTED[label % len(INVENTED)] if personal else labels[label]
        _, heads = bench.heads([name], None)
        mine = targets == label
        z = Scorer(heads).scores(library.image_features, library.centre)[:, 0]
        facts = {"kind": "yes/no", "task": name, "half": half, "personal": personal, "seen": False}
        for k in shots:
            if int(mine.sum()) < 2 * k:
                continue
            given_to = [corrections(z, mine, k, wrong, 100 * label + seed) for seed in range(seeds)]
            # (S, 2, D)
            learned = _yes_no_coop(bench, name, rows, given_to, k) if coop else None
            for seed, (places, answers) in enumerate(given_to):
                scored = _taught(bench, library, geometry, (label, name), places, answers, seed)
                scored |= _baselines(bench, library, name, places, answers)
                if learned is not None:
                    weights = learned[seed, 0] - learned[seed, 1]
                    s = bench.words.logit_scale * (library.image_features @ weights)
                    scored["CoOp"] = (s, s >= 0, torch.sigmoid(s))
                test = torch.ones(len(rows), dtype=torch.bool)
                test[places] = False
                bench.rows += [
                    facts
                    | {"method": method, "k": k, "wrong": wrong, "seed": seed}
                    | _yes_no_figures(found, mine, test)
                    for method, found in scored.items()
                ]


def _yes_no_coop(
    bench: _Bench, name: str, rows: Tensor, given_to: Sequence[tuple[Tensor, Tensor]], k: int
) -> Tensor:
    """CoOp's text features (S, 2, D) of the label and of everything else, one pair per seed."""
    places = torch.stack([places for places, _ in given_to])  # (S, 2k)
    answers = torch.stack([answers for _, answers in given_to])  # (S, 2k)
    return bench.coop([name, "something else"], rows[places], (~answers).long(), k)


def _taught(
    bench: _Bench,
    library: learn.Collection,
    geometry: fewshot.Geometry,
    label: tuple[int, str],
    places: Tensor,
    answers: Tensor,
    seed: int,
) -> dict[str, _Scored]:
    """Before and after Tier A.

    "ours": the person looks at what would change and accepts it; "ours accepted": only what passed
    every gate.
    """
    number, name = label
    _, heads = bench.heads([name], None)
    rows = library.photo_ids
    given = {int(rows[p]): bool(a) for p, a in zip(places, answers, strict=True)}
    subject = learn.Subject(number, name, given, heads[0], heads[0])
    job = learn.learn(
        bench.model, bench.words, [subject], library, seed=seed, prompts=False, geometry=geometry
    )
    lesson = _last(job)[0]
    heads_of = {
        "zero-shot": heads[0],
        "ours": lesson.head,
        "ours accepted": lesson.head if lesson.report.accepted else heads[0],
    }
    scored: dict[str, _Scored] = {}
    for method, head in heads_of.items():
        s = Scorer([head]).scores(library.image_features, library.centre)[:, 0]
        p = probability(s, head) if head.calibration else None
        scored[method] = (s, s >= head.threshold, p)
    return scored


def _baselines(
    bench: _Bench, library: learn.Collection, name: str, places: Tensor, answers: Tensor
) -> dict[str, _Scored]:
    """Published ways; nothing where the answers are all of one kind."""
    x = library.image_features
    y = answers.long()
    if not 0 < int(y.sum()) < len(y):
        return {}
    text, _ = bench.heads([name], None)
    # "No" is the average word.
    both = torch.stack([bench.words.features.mean(0), text[0]])
    logits_of = {
        "nearest mean": baselines.nearest_mean(x[places], y, x, 2),
        "linear probe": baselines.linear_probe(x[places], y, x, 2),
        "Tip-Adapter": baselines.tip_adapter(x[places], y, x, both, bench.words.logit_scale),
    }
    scored: dict[str, _Scored] = {}
    for method, logits in logits_of.items():
        s = logits[:, 1] - logits[:, 0]
        scored[method] = (s, s >= 0, torch.sigmoid(s) if method == "linear probe" else None)
    return scored


def _yes_no_figures(found: _Scored, mine: Tensor, test: Tensor) -> dict[str, float | None]:
    """Average precision, F1 and calibration error on the photos nobody answered."""
    scores, said, p = found
    return {
        "ap": _ap(scores[test], mine[test]),
        "f1": _f1(said[test], mine[test]),
        "ece": None if p is None else _ece(p[test], mine[test]),
    }


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
        total += float(
            inside.float().mean() * (p[inside].mean() - truth[inside].float().mean()).abs()
        )
    return total


def _no_good_match(
    bench: _Bench, rows: Tensor, targets: Tensor, labels: Sequence[str], seeds: int
) -> dict[str, float]:
    """AUROC of the best three photos' score.

    Labels in the library against labels whose photos were taken out (half).
    """
    text = text_features(bench.model, labels, QUERY_TEMPLATES)
    areas = []
    right = []
    for seed in range(seeds):
        order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
        absent = order[: len(labels) // 2]
        kept = rows[~torch.isin(targets, absent)]
        found = [
            match(bench.words, t, bench.image_features[kept], bench.centre[kept]) for t in text
        ]
        best = torch.stack([m.scores[:BEST_MATCHES].mean() for m in found])
        present = torch.ones(len(labels), dtype=torch.bool)
        present[absent] = False
        wins = (best[present][:, None] > best[~present]).float() + 0.5 * (
            best[present][:, None] == best[~present]
        )
        areas.append(float(wins.mean()))
        said = torch.tensor([m.good > 0 for m in found])
        right.append(float((said == present).float().mean()))
    return {
        "AUROC": sum(areas) / seeds,
        "right at the default threshold": sum(right) / seeds,
        "labels": len(labels),
    }


def _at_random(bench: _Bench, tasks: Sequence[Task], seeds: int) -> dict[str, float]:
    """Share of accepted versions when the answers have nothing to do with the photos.

    A task's own photos, as many answers for each label as for a wrong one; in groups and as yes and
    no of an invented name.
    """
    (_, (invented,)) = bench.heads(INVENTED[:1], None)
    accepted: dict[str, list[float]] = defaultdict(list)
    for task in tasks:
        _, heads = bench.heads(task.labels, "group")
        library = bench.collection(task.rows)
        geometry = fewshot.Geometry.of(bench.image_features[task.rows])
        for k, seed in itertools.product(_AT_RANDOM, range(seeds)):
            if task.most_shots < k:
                continue
            shot, _ = split(task, k, seed)
            order = torch.randperm(len(shot), generator=torch.Generator().manual_seed(seed))
            rows = task.rows[shot[order]]
            given = task.targets[shot]
            group = [
                learn.Subject(
                    number,
                    name,
                    dict.fromkeys(rows[given == number].tolist(), True),
                    head,
                    head,
                    "group",
                )
                for number, (name, head) in enumerate(zip(task.labels, heads, strict=True))
            ]
            said = {int(row): place % 2 == 0 for place, row in enumerate(rows[: 2 * k])}
            one = learn.Subject(0, INVENTED[0], said, invented, invented)
            for kind, subjects in (("groups", group), ("an invented name, yes and no", [one])):
                job = learn.learn(
                    bench.model,
                    bench.words,
                    subjects,
                    library,
                    seed=seed,
                    prompts=False,
                    geometry=geometry,
                )
                accepted[f"{kind}, {k} each"].append(float(_last(job)[0].report.accepted))
    return {kind: sum(passed) / len(passed) for kind, passed in accepted.items()}


def _times(bench: _Bench) -> dict[str, float]:
    """Seconds on this machine as it is now.

    Tier A of one label with 8 yes and 8 no; Tier A and B of 8 labels.
    """
    library = bench.collection(
        torch.arange(len(bench.image_features))[:: max(1, len(bench.image_features) // 2000)]
    )
    _, heads = bench.heads(list(INVENTED[:8]), None)
    generator = torch.Generator().manual_seed(0)
    subjects = []
    for number, head in enumerate(heads):
        ids = library.photo_ids[
            torch.randperm(len(library.photo_ids), generator=generator)[:16]
        ].tolist()
        subjects.append(
            learn.Subject(
                number, INVENTED[number], {i: n < 8 for n, i in enumerate(ids)}, head, head
            )
        )
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
    _last(learn.learn(bench.model, bench.words, subjects, library, prompts=False))
    without = time.perf_counter() - started
    started = time.perf_counter()
    _last(learn.learn(bench.model, bench.words, subjects, library))
    return {
        "Tier A, one label (s)": tier_a,
        "learn 8 labels with checks, Tier A (s)": without,
        "learn 8 labels with checks, Tier A and B (s)": time.perf_counter() - started,
        "threads": torch.get_num_threads(),
    }
