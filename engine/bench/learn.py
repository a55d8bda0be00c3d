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
import itertools
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import platformdirs
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.bench import baselines, learn_figures
from engine.bench.learn_figures import show as show
from engine.bench.learn_library import Bench, last
from engine.bench.learn_tasks import (
    INVENTED,
    Task,
    half_library,
    sets_of,
    split,
    tasks_of,
    with_wrong,
)
from engine.bench.learn_yes_no import yes_no
from engine.clip import weights
from engine.clip.zero_shot import (
    BEST_MATCHES,
    QUERY_TEMPLATES,
    Head,
    Scorer,
    match,
    text_features,
    vocabulary,
)
from engine.learning import fewshot, learn
from engine.records import AlbumenError

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
    bench = Bench(model, words, features, words.centre(features), cache)
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
                yes_no(
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
    bench: Bench, task: Task, k: int, geometries: Sequence[fewshot.Geometry], coop: str
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
    bench: Bench,
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
    lessons = last(job)
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


def _geometry(bench: Bench, tests: Tensor) -> fewshot.Geometry:
    """The library's geometry, from photos that are not in the test."""
    outside = torch.ones(len(bench.image_features), dtype=torch.bool)
    outside[tests] = False
    library = outside.nonzero()[:, 0]
    drawn = torch.randperm(len(library), generator=torch.Generator().manual_seed(0))[
        : learn.GEOMETRY_SAMPLE
    ]
    return fewshot.Geometry.of(bench.image_features[library[drawn]])


# --------------------------------------------------------------------------------------------------
# Other figures


def _no_good_match(
    bench: Bench, rows: Tensor, targets: Tensor, labels: Sequence[str], seeds: int
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


def _at_random(bench: Bench, tasks: Sequence[Task], seeds: int) -> dict[str, float]:
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
                accepted[f"{kind}, {k} each"].append(float(last(job)[0].report.accepted))
    return {kind: sum(passed) / len(passed) for kind, passed in accepted.items()}


def _times(bench: Bench) -> dict[str, float]:
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
    last(learn.learn(bench.model, bench.words, subjects, library, prompts=False))
    without = time.perf_counter() - started
    started = time.perf_counter()
    last(learn.learn(bench.model, bench.words, subjects, library))
    return {
        "Tier A, one label (s)": tier_a,
        "learn 8 labels with checks, Tier A (s)": without,
        "learn 8 labels with checks, Tier A and B (s)": time.perf_counter() - started,
        "threads": torch.get_num_threads(),
    }
