"""Yes and no, one label at a time: what `bench learn` measures in a library of many other photos.

Knows: the methods side by side, and their average precision, F1 and calibration error. Does not
know: where photos come from (`learn_tasks`), exclusive groups (`learn`).

Letters in shape comments: N photos, n photos or answers, S seeds, D joint space.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.bench import baselines
from engine.bench.learn_library import Bench, last
from engine.bench.learn_tasks import INVENTED, corrections
from engine.clip.zero_shot import Scorer, probability
from engine.learning import fewshot, learn

_YES_NO_LABELS = 24  # of a half

_Scored = tuple[Tensor, Tensor, Tensor | None]
"""Scores, who gets the label, and its probability where the method gives one; each (n,)."""


def yes_no(
    bench: Bench,
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
    """Learn each label from k yes and k no, and put what came of it into `bench.rows`.

    `rows`, `targets` (N,): the library, and which of the `labels` each photo carries. `personal`:
    under invented names. `wrong`: share of answers that are. `coop`: CoOp as well, which is slow.
    """
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
    bench: Bench, name: str, rows: Tensor, given_to: Sequence[tuple[Tensor, Tensor]], k: int
) -> Tensor:
    """CoOp's text features (S, 2, D) of the label and of everything else, one pair per seed."""
    places = torch.stack([places for places, _ in given_to])  # (S, 2k)
    answers = torch.stack([answers for _, answers in given_to])  # (S, 2k)
    return bench.coop([name, "something else"], rows[places], (~answers).long(), k)


def _taught(
    bench: Bench,
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
    lesson = last(job)[0]
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
    bench: Bench, library: learn.Collection, name: str, places: Tensor, answers: Tensor
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
        "ap": average_precision(scores[test], mine[test]),
        "f1": f1(said[test], mine[test]),
        "ece": None if p is None else calibration_error(p[test], mine[test]),
    }


def average_precision(scores: Tensor, truth: Tensor) -> float:
    """Average precision of scores (n,), where truth (n,) bool says which are right."""
    hits = truth[scores.argsort(descending=True)].float()
    return float((hits * hits.cumsum(0) / torch.arange(1, len(hits) + 1)).sum() / hits.sum())


def f1(said: Tensor, truth: Tensor) -> float:
    """F1 of what was said (n,) bool, where truth (n,) bool says what is right."""
    return float(2 * (said & truth).sum() / (said.sum() + truth.sum()).clamp_min(1))


def calibration_error(p: Tensor, truth: Tensor, bins: int = 15) -> float:
    """Expected calibration error of p (n,) for truth (n,) bool.

    Guo et al. 2017, arXiv:1706.04599.
    """
    bin_of = (p * bins).long().clamp_max(bins - 1)
    total = 0.0
    for b in bin_of.unique().tolist():  # type: ignore[no-untyped-call]
        inside = bin_of == b
        total += float(
            inside.float().mean() * (p[inside].mean() - truth[inside].float().mean()).abs()
        )
    return total
