"""What `bench learn` says about its runs: means, goals, table, CSV, curves.

Knows rows of single runs ({"task", "method", "k", "seed", "accuracy" or "ap", "f1", "ece", ...});
nothing of models.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from engine.bench.learn_tasks import fold_of
from engine.records import AlbumenError


def summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Means over tasks per method and k, and the goals of the learning design.

    Each task is the mean of its seeds.
    """
    figures: dict[str, Any] = {}
    for personal in (False, True):
        for wrong in (0.0, 0.1):
            kind = f"{'personal' if personal else 'named'}, {wrong:.0%} wrong"
            picked = [row for row in rows if row["personal"] == personal and row["wrong"] == wrong]
            for measure, title in (
                ("accuracy", "classification"),
                ("ap", "yes/no mAP"),
                ("f1", "yes/no F1"),
                ("ece", "yes/no ECE"),
            ):
                means = _means(picked, measure)
                if means:
                    figures[f"{title}, {kind}"] = means
    clean = [
        row
        for row in rows
        if row["kind"] == "classification" and not row["wrong"] and not row["personal"]
    ]
    figures["goals"] = _goals(clean) | _costs(figures)
    return figures


def _costs(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Points that 10 % wrong answers cost, and that invented names gain over nearest mean."""
    found: dict[str, Any] = {}
    for title, better, worse in (
        ("cost of 10 % wrong answers, points", "named, 0% wrong/ours", "named, 10% wrong/ours"),
        ("the same, accepted", "named, 0% wrong/ours accepted", "named, 10% wrong/ours accepted"),
        (
            "invented names: points over nearest mean",
            "personal, 0% wrong/ours",
            "personal, 0% wrong/nearest mean",
        ),
    ):
        a, b = better.split("/")
        c, d = worse.split("/")
        high, low = (
            figures.get(f"classification, {a}", {}).get(b, {}),
            figures.get(f"classification, {c}", {}).get(d, {}),
        )
        found[title] = {k: 100 * (high[k] - low[k]) for k in high if k in low}
    return found


def _means(rows: Sequence[Mapping[str, Any]], measure: str) -> dict[str, dict[str, float]]:
    per_task: dict[tuple[str, int, str], list[float]] = defaultdict(list)
    for row in rows:
        if row.get(measure) is not None:
            per_task[row["method"], row["k"], row["task"]].append(row[measure])
    table: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for (method, k, _), values in per_task.items():
        table[method][k].append(sum(values) / len(values))
    return {
        m: {str(k): sum(v) / len(v) for k, v in sorted(by_k.items())} for m, by_k in table.items()
    }


def _goals(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Margins over CoOp in points, lost runs, deviation over seeds.

    A run is lost if it falls more than a point below zero-shot.
    """
    value = {(r["task"], r["k"], r["seed"], r["method"]): r["accuracy"] for r in rows}
    goals: dict[str, Any] = {}
    for ours in ("ours", "ours accepted"):
        margin: dict[str, float] = {}
        for k in sorted({r["k"] for r in rows}):
            gains = [
                v - value[t, k, s, "CoOp"]
                for (t, j, s, m), v in value.items()
                if m == ours and j == k and (t, k, s, "CoOp") in value
            ]
            if gains:
                margin[str(k)] = 100 * sum(gains) / len(gains)
        goals[f"{ours}: points over CoOp"] = margin
        lost = [v - value[t, k, s, "zero-shot"] for (t, k, s, m), v in value.items() if m == ours]
        goals[f"{ours}: share of runs more than a point below zero-shot"] = sum(
            x < -0.01 for x in lost
        ) / len(lost)
        goals[f"{ours}: mean points over zero-shot"] = 100 * sum(lost) / len(lost)
    for method in ("CoOp", "ours", "ours accepted"):
        groups: dict[tuple[str, int, int], list[float]] = defaultdict(list)
        for (t, k, s, m), v in value.items():
            if m == method:
                groups[t, k, fold_of(s)].append(v)  # one test: what differs is what was learned
        spread = [float(torch.tensor(v).std()) for v in groups.values() if len(v) > 1]
        if spread:
            goals[f"{method}: deviation over seeds, points"] = 100 * sum(spread) / len(spread)
    return goals


def write_csv(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    fields = [
        "kind",
        "task",
        "half",
        "personal",
        "seen",
        "method",
        "k",
        "wrong",
        "seed",
        "accuracy",
        "ap",
        "f1",
        "ece",
    ]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fields)
        writer.writeheader()
        writer.writerows(rows)


def show(figures: Mapping[str, Any]) -> str:
    """The figures as tables."""
    lines = [f"model {figures['model']}, {figures['tasks']} tasks, {figures['seeds']} seeds"]
    for title, value in figures.items():
        if (
            isinstance(value, Mapping)
            and value
            and all(isinstance(inner, Mapping) for inner in value.values())
        ):
            shots = (
                sorted({int(k) for inner in value.values() for k in inner})
                if title != "goals"
                else []
            )
            lines += ["", f"{title:<40}" + "".join(f"{k:>8}" for k in shots)]
            for method, inner in value.items():
                cells = "".join(f"{_number(inner.get(str(k))):>8}" for k in shots)
                lines.append(f"  {method:<38}{cells}")
        elif isinstance(value, Mapping):
            lines += ["", str(title)]
            for name, inner in value.items():
                nested = isinstance(inner, Mapping)
                text = (
                    "  ".join(f"{k}: {v:+.1f}" for k, v in inner.items())
                    if nested
                    else f"{inner:.3f}"
                )
                lines.append(f"  {name}: {text}")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.3f}"


METHODS = (
    "ours",
    "ours accepted",
    "CoOp",
    "zero-shot",
    "linear probe",
    "nearest mean",
    "Tip-Adapter",
)


def plot(figures: Mapping[str, Any], path: Path) -> None:
    """Accuracy, mAP and F1 over the number of shots; a method has one colour in every panel."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise AlbumenError("--plot needs matplotlib: pip install 'albumen[plot]'.") from error
    shown = [t for t in figures if t.endswith(", 0% wrong") and "ECE" not in t]
    columns = math.ceil(len(shown) / 2)
    figure = Figure(figsize=(4.2 * columns, 8), layout="constrained")
    lines = {}
    for axes, title in zip(figure.subplots(2, columns, squeeze=False).flat, shown, strict=False):
        for place, method in enumerate(METHODS):
            by_k = figures[title].get(method, {})
            style = (
                {"linewidth": 2.5}
                if method == "ours"
                else {"linewidth": 1.2, "linestyle": "--"}
                if place == 1
                else {}
            )
            (line,) = axes.plot(
                list(by_k),
                list(by_k.values()),
                marker="o",
                markersize=4,
                color=f"C{place}",
                **style,
            )
            if by_k:
                lines[method] = line
        axes.set_title(title)
        axes.set_xlabel("answers of each kind")
        axes.grid(alpha=0.3)
    figure.legend(lines.values(), lines.keys(), loc="outside lower center", ncols=len(lines))
    figure.savefig(path)
