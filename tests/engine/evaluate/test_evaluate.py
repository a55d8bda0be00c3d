"""The protocols, on a random CLIP and pictures whose classes are colours."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.__main__ import main
from engine.clip import checkpoint, weights
from engine.clip.coop import load_prompts
from engine.clip.weights import LoadedModel
from engine.evaluate.datasets import open_set
from engine.evaluate.evaluate import (
    EIGHTY,
    Protocol,
    Report,
    _split,
    average_precision,
    confusion_matrix,
    drive,
    evaluate,
    templates,
)
from engine.records import AlbumenError
from tests.support.random_clip import random_clip
from tests.support.small_library import write_colours

pytestmark = pytest.mark.slow

COLOURS = {"red_cup": (220, 30, 30), "green_leaf": (30, 200, 40), "blue_sky": (40, 60, 230)}


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "tiny.safetensors"
    checkpoint.write(path, random_clip(seed=21).state_dict(), {"activation": "quickgelu"})
    return path


@pytest.fixture(scope="module")
def model(model_file: Path) -> LoadedModel:
    return weights.load(str(model_file), "cpu")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight photos of each of three classes: a colour with noise."""
    return write_colours(tmp_path_factory.mktemp("photos") / "colours", COLOURS, 8)


def test_zero_shot_and_few_shots(model: LoadedModel, photos: Path) -> None:
    protocol = Protocol(shots=(1, 4), seeds=2, n_ctx=4, epochs=40, views=2)
    report = drive(evaluate(model, open_set(photos), protocol), "colours")
    assert isinstance(report, Report)
    assert (report.photos, report.unreadable, report.classnames) == (
        24,
        0,
        ("blue sky", "green leaf", "red cup"),
    )
    seen = [(run.method, run.shots, run.seed, int(run.confusion.sum())) for run in report.runs]
    same = "zero-shot, same test"
    assert seen == [
        ("zero-shot", 0, 0, 24),
        *((same, 0, 1, 12), ("CoOp", 1, 1, 12), ("CoOp", 4, 1, 12)),
        *((same, 0, 2, 12), ("CoOp", 1, 2, 12), ("CoOp", 4, 2, 12)),
    ]
    learned = [run.accuracy for run in report.runs if run.shots == 4]
    assert (
        min(learned) > 0.8 > max(run.accuracy for run in report.runs if run.method == "zero-shot")
    )
    again = drive(evaluate(model, open_set(photos), protocol), "colours")
    assert all(
        np.array_equal(a.confusion, b.confusion)
        for a, b in zip(report.runs, again.runs, strict=True)
    )


def test_split_keeps_the_test_apart() -> None:
    targets = torch.tensor([0, 1] * 10)
    pool, test = _split(targets, 3, seed=1)
    assert pool.shape == (2, 3) and targets[pool].tolist() == [[0] * 3, [1] * 3]
    assert sorted([*pool.flatten().tolist(), *test.tolist()]) == list(range(20))
    assert not torch.equal(pool, _split(targets, 3, seed=2)[0])


def test_too_few_photos(model: LoadedModel, photos: Path) -> None:
    with pytest.raises(AlbumenError, match="has 8 photos: too few to learn from 8"):
        drive(evaluate(model, open_set(photos), Protocol(shots=(8,))), "colours")


def test_confusion_matrix() -> None:
    matrix = confusion_matrix(torch.tensor([0, 0, 1, 2]), torch.tensor([0, 2, 1, 1]), 3)
    assert matrix.tolist() == [[1, 0, 1], [0, 1, 0], [0, 1, 0]]


def test_average_precision() -> None:
    """By hand: truth at ranks 1 and 3 -> (1/1 + 2/3) / 2.

    At ranks 2 and 4 -> (1/2 + 2/4) / 2; nowhere -> NaN.
    """
    scores = torch.tensor([[4.0, 4.0, 1.0], [3.0, 3.0, 2.0], [2.0, 2.0, 3.0], [1.0, 1.0, 4.0]])
    present = torch.tensor(
        [[True, False, False], [False, True, False], [True, False, False], [False, True, False]]
    )
    values = average_precision(scores, present)
    assert values[:2].tolist() == pytest.approx([(1 + 2 / 3) / 2, 0.5])
    assert values[2].isnan()


def test_celeba_protocol(
    model: LoadedModel,
    model_file: Path,
    photos: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = [f"Attribute_{number}" for number in range(40)]
    files = sorted(photos.rglob("*.png"))
    rows = [
        " ".join("1" if (i + j) % 5 == 0 else "-1" for j in range(40)) for i in range(len(files))
    ]
    lines = [f"{number:06}.png {row}" for number, row in enumerate(rows)]
    (tmp_path / "list_attr_celeba.txt").write_text(
        "\n".join([str(len(files)), " ".join(names), *lines])
    )
    for number, file in enumerate(files):
        (tmp_path / f"{number:06}.png").write_bytes(file.read_bytes())
    report = drive(evaluate(model, open_set(tmp_path), Protocol()), "celeba")
    assert (report.photos, report.top, len(report.attributes)) == (24, 6, 40)
    # Every photo has 8 attributes, 6 are said.
    assert report.precision * 6 == pytest.approx(report.recall * 8)
    assert report.mean_average_precision == pytest.approx(float(np.mean(report.average_precision)))
    assert report.frequency == pytest.approx(
        [sum(row.split()[j] == "1" for row in rows) / 24 for j in range(40)]
    )
    table, figure = tmp_path / "t.csv", tmp_path / "f.png"
    assert (
        main(
            [
                "evaluate",
                str(tmp_path),
                "--model",
                str(model_file),
                "--csv",
                str(table),
                "--plot",
                str(figure),
            ]
        )
        == 0
    )
    text = capsys.readouterr().out
    assert (
        f"mean average precision {report.mean_average_precision:.3f}" in text
        and "top 6 of 40" in text
    )
    assert len(table.read_text().splitlines()) == 41 and figure.stat().st_size > 5000


def test_templates() -> None:
    assert len(set(EIGHTY)) == 80 and all(template.count("{}") == 1 for template in EIGHTY)
    assert {"a photo of the hard to see {}.", "itap of my {}.", "the plushie {}."} <= set(EIGHTY)
    assert templates([]) == ("a photo of a {}.",)
    assert templates(["{}", "seven"])[:2] == ("{}", "itap of a {}.")
    with pytest.raises(AlbumenError, match="no template"):
        templates(["ninety"])


def test_command_line(
    model_file: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, figure = tmp_path / "t.csv", tmp_path / "f.png"
    common = [
        "evaluate",
        str(photos),
        "--model",
        str(model_file),
        "--device",
        "cpu",
        "--shots",
        "2",
        "--seeds",
        "1",
    ]
    common += ["--epochs", "2", "--n-ctx", "2", "--views", "0"]
    assert main([*common, "--csv", str(table), "--plot", str(figure)]) == 0
    text = capsys.readouterr().out
    assert "colours: 24 photos" in text and "CoOp, 2 shots" in text and "blue sky" in text
    with table.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["method"] for row in rows] == ["zero-shot"] * 3 + ["zero-shot, same test"] * 3 + [
        "CoOp"
    ] * 3
    assert figure.stat().st_size > 5000
    assert "nearest words of the context, CoOp, 2 shots: " in text
    assert main([*common, "--json", "--save", str(tmp_path / "prompts")]) == 0
    answer = json.loads(capsys.readouterr().out)
    kept = tmp_path / "prompts" / "colours-2-shots-seed-1.safetensors"
    learned = load_prompts(kept, random_clip(seed=21), ["zebra"])
    assert learned.n_ctx == 2 and len(answer["sets"][0]["runs"][-1]["words"]) == 2
    assert (
        answer["model_id"].endswith("-fp32")
        and np.sum(answer["sets"][0]["runs"][0]["confusion"]) == 24
    )
    again = ["--json", "evaluate", str(photos), "--model", str(model_file), "--prompts", str(kept)]
    assert main(again) == 0
    runs = json.loads(capsys.readouterr().out)["sets"][0]["runs"]
    assert [run["method"] for run in runs] == ["zero-shot", f"prompts of {kept.name}"]
    assert np.sum(runs[1]["confusion"]) == 24 and len(runs[1]["words"]) == 2
    assert main(["evaluate", str(photos), "--model", str(model_file), "--shots", "x"]) == 1
    assert "--shots takes numbers" in capsys.readouterr().err
