"""What an evaluation found, and how it is written down: as text, CSV, plain values, a plot.

Knows: figures. Does not know: models, photographs, how anything was measured (`evaluate.py`).
"""

from __future__ import annotations

import csv
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.records import AlbumenError


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement: `confusion` (K, K), rows are the true classes, columns the answers.

    `words`: for prompts, the nearest word of each learned vector and its distance.
    """

    method: str
    shots: int
    seed: int
    confusion: npt.NDArray[np.int64]
    seconds: float = 0.0
    words: tuple[tuple[str, float], ...] = ()

    @property
    def accuracy(self) -> float:
        """Right answers of all."""
        return float(np.trace(self.confusion) / max(1, self.confusion.sum()))

    @property
    def per_class(self) -> list[float]:
        """Right answers of each class's photos (K,)."""
        counts: list[float] = (
            np.diag(self.confusion) / np.maximum(1, self.confusion.sum(axis=1))
        ).tolist()
        return counts


@dataclass(frozen=True, slots=True)
class Report:
    """All runs over one set of photographs with one model."""

    name: str
    classnames: tuple[str, ...]
    photos: int
    unreadable: int
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class AttributeReport:
    """CelebA's protocol: figures over the photos, and per attribute.

    `precision`, `recall`: of the `top` attributes said to be present, averaged over photos.
    `average_precision` (A,): of each attribute over all photos ranked for it;
    `mean_average_precision` is its mean. `frequency` (A,): how many have it.
    """

    name: str
    attributes: tuple[str, ...]
    photos: int
    unreadable: int
    top: int
    precision: float
    recall: float
    mean_average_precision: float
    average_precision: tuple[float, ...]
    attribute_recall: tuple[float, ...]
    frequency: tuple[float, ...]


def show(answer: dict[str, Any]) -> str:
    """What `run` returned, as text.

    Accuracy with deviation over seeds, then per class (or attribute).
    """
    return "\n\n".join("\n".join(_lines(one)) for one in answer["sets"])


def _lines(report: dict[str, Any]) -> list[str]:
    unreadable = f", {report['unreadable']} unreadable" if report["unreadable"] else ""
    lines = [f"{report['name']}: {report['photos']} photos{unreadable}"]
    if "attributes" in report:
        top = f"top {report['top']} of {len(report['attributes'])}"
        lines.append(f"  {top}: precision {report['precision']:.3f}, recall {report['recall']:.3f}")
        chance = statistics.mean(report["frequency"])
        lines.append(
            f"  mean average precision {report['mean_average_precision']:.3f} (chance {chance:.3f})"
        )
        columns = (
            report[name]
            for name in ("attributes", "average_precision", "attribute_recall", "frequency")
        )
        for name, precision, recall, share in zip(*columns, strict=True):
            lines.append(
                f"  {name:<24} AP {precision:.3f}  recall {recall:.3f}  has it {share:.3f}"
            )
        return lines
    methods: dict[str, list[dict[str, Any]]] = {}
    for one in sorted(report["runs"], key=lambda run: int(run["shots"])):
        methods.setdefault(
            f"{one['method']}, {one['shots']} shots" if one["shots"] else one["method"], []
        ).append(one)
    for name, runs in methods.items():
        accuracies = [run["accuracy"] for run in runs]
        spread = (
            f" +- {statistics.stdev(accuracies):.3f} ({len(runs)} seeds)" if len(runs) > 1 else ""
        )
        lines.append(f"  {name:<24} {statistics.mean(accuracies):.3f}{spread}")
    # zero-shot, and what learned from most
    shown = dict([next(iter(methods.items())), list(methods.items())[-1]])
    for classname in report["classnames"]:
        figures = (
            f"{name} {statistics.mean(run['per_class'][classname] for run in runs):.3f}"
            for name, runs in shown.items()
        )
        lines.append(f"    {classname:<22} {'  '.join(figures)}")
    for name, runs in methods.items():
        if runs[0]["words"]:
            near = " ".join(word for word, _ in runs[0]["words"][:16])
            lines.append(f"  nearest words of the context, {name}: {near}")
    return lines


def as_json(report: Report | AttributeReport) -> dict[str, Any]:
    """The report as plain values."""
    if isinstance(report, AttributeReport):
        return {
            name: list(value) if isinstance(value := getattr(report, name), tuple) else value
            for name in report.__slots__
        }
    runs = [
        {
            "method": run.method,
            "shots": run.shots,
            "seed": run.seed,
            "accuracy": run.accuracy,
            "per_class": dict(zip(report.classnames, run.per_class, strict=True)),
            "confusion": run.confusion.tolist(),
            "seconds": round(run.seconds, 3),
            "words": run.words,
        }
        for run in report.runs
    ]
    head = {"name": report.name, "classnames": list(report.classnames), "photos": report.photos}
    return {**head, "unreadable": report.unreadable, "runs": runs}


def plot(path: Path, reports: Sequence[Report | AttributeReport]) -> None:
    """One row per set.

    Accuracy by shots (or average precision per attribute), and the confusion of the last runs.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise AlbumenError("--plot needs matplotlib: pip install matplotlib.") from None
    figure = Figure(figsize=(11, 4.2 * len(reports)), layout="constrained")
    axes = figure.subplots(len(reports), 2, squeeze=False)
    for (left, right), report in zip(axes, reports, strict=True):
        if isinstance(report, AttributeReport):
            order = np.argsort(report.average_precision)
            left.barh(
                [report.attributes[i] for i in order], [report.average_precision[i] for i in order]
            )
            left.set(title=f"{report.name}: average precision", xlim=(0, 1))
            left.tick_params(axis="y", labelsize=6)
            right.scatter(report.frequency, report.average_precision)
            right.set(
                xlabel="share of photos that have it",
                ylabel="average precision",
                xlim=(0, 1),
                ylim=(0, 1),
            )
            continue
        methods = _methods(report)
        learned = {
            shots: [run.accuracy for run in runs] for (_, shots), runs in methods.items() if shots
        }
        left.axhline(report.runs[0].accuracy, linestyle="--", color="grey", label="zero-shot")
        if learned:
            means = [statistics.mean(values) for values in learned.values()]
            spread = [
                statistics.stdev(values) if len(values) > 1 else 0.0 for values in learned.values()
            ]
            left.errorbar(list(learned), means, yerr=spread, marker="o", capsize=3, label="CoOp")
            left.set_xticks(list(learned))
        left.set(title=f"{report.name}: accuracy", xlabel="images per class", ylim=(0, 1))
        left.legend()
        confusion = sum(run.confusion for run in list(methods.values())[-1])
        shares = confusion / np.maximum(1, np.sum(confusion, axis=1, keepdims=True))
        image = right.imshow(shares, vmin=0, vmax=1, cmap="Blues")
        right.set(title="confusion (rows: truth)", xlabel="answer")
        if len(report.classnames) <= 30:
            right.set_xticks(
                range(len(report.classnames)), report.classnames, rotation=90, fontsize=7
            )
            right.set_yticks(range(len(report.classnames)), report.classnames, fontsize=7)
        figure.colorbar(image, ax=right)
    figure.savefig(path)


def _methods(report: Report) -> dict[tuple[str, int], list[Run]]:
    """Runs by method and shots, in the order they were made."""
    methods: dict[tuple[str, int], list[Run]] = {}
    for one in sorted(report.runs, key=lambda run: run.shots):
        methods.setdefault((one.method, one.shots), []).append(one)
    return methods


def write_csv(path: Path, reports: Sequence[Report | AttributeReport]) -> None:
    """A row for each class (or attribute) of each run."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["set", "method", "shots", "seed", "class", "photos", "value"])
        for report in reports:
            if isinstance(report, AttributeReport):
                for name, value, share in zip(
                    report.attributes, report.average_precision, report.frequency, strict=True
                ):
                    count = round(share * report.photos)
                    writer.writerow(
                        [report.name, "average precision", 0, 0, name, count, f"{value:.6f}"]
                    )
                continue
            for one in report.runs:
                totals = one.confusion.sum(axis=1).tolist()
                for name, value, total in zip(
                    report.classnames, one.per_class, totals, strict=True
                ):
                    writer.writerow(
                        [report.name, one.method, one.shots, one.seed, name, total, f"{value:.6f}"]
                    )
