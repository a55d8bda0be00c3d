"""`bench learn`: its measures, its baselines, and a small run from end to end."""

from __future__ import annotations

import argparse
import csv
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from engine.bench import baselines, learn, learn_figures, learn_yes_no
from engine.bench.learn_tasks import Photoset, Task, half_library, split, tasks_of
from engine.clip import coop
from engine.clip.weights import load
from engine.records import AlbumenError

pytestmark = pytest.mark.usefixtures("tiny_starter")


def test_average_precision_f1_and_calibration_error() -> None:
    truth = torch.tensor([True, False, True, False])
    assert learn_yes_no.average_precision(
        torch.tensor([4.0, 3.0, 2.0, 1.0]), truth
    ) == pytest.approx((1 + 2 / 3) / 2)
    assert learn_yes_no.f1(torch.tensor([True, True, False, False]), truth) == pytest.approx(0.5)
    assert learn_yes_no.calibration_error(torch.tensor([1.0, 0.0, 1.0, 0.0]), truth) == 0.0
    assert learn_yes_no.calibration_error(torch.full((4,), 0.9), truth) == pytest.approx(0.4)


def test_coop_of_several_seeds_at_once_is_coop() -> None:
    clip = load().clip
    names = ["cup", "our sofa"]
    generator = torch.Generator().manual_seed(0)
    x = F.normalize(torch.randn(2, 4, 64, generator=generator), dim=-1)
    targets = torch.tensor([[0, 1, 0, 1], [1, 1, 0, 0]])
    together = baselines.coop(clip, names, x, targets, 1, n_ctx=4)
    for seed in range(2):
        torch.manual_seed(seed)
        model = coop.CustomCLIP(names, clip, n_ctx=4)
        for _ in coop.train_prompts(
            model, x[seed], targets[seed], coop.Recipe.official(1), seed=seed
        ):
            pass
        torch.testing.assert_close(
            together[seed], model.text_features().detach(), atol=2e-3, rtol=1e-2
        )


def test_baselines_learn_two_clouds() -> None:
    centres = F.normalize(torch.randn(2, 16, generator=torch.Generator().manual_seed(1)), dim=1)
    targets = torch.arange(2).repeat_interleave(5)
    x = F.normalize(
        centres[targets] + 0.05 * torch.randn(10, 16, generator=torch.Generator().manual_seed(2)),
        dim=1,
    )
    for scores in (
        baselines.nearest_mean(x, targets, x, 2),
        baselines.linear_probe(x, targets, x, 2),
        baselines.tip_adapter(x, targets, x, torch.zeros(2, 16), 50.0),
    ):
        assert (scores.argmax(1) == targets).all()


def test_seeds_share_a_test_and_each_half_is_the_test_once() -> None:
    task = Task("t", "dev", torch.arange(22), torch.arange(22) % 2, ("cup", "plate"), False, False)
    splits = [split(task, 3, seed) for seed in range(4)]
    tests = [set(test.tolist()) for _, test in splits]
    assert tests[0] == tests[2] != tests[1] == tests[3]
    assert tests[0] | tests[1] == set(range(22))
    for shot, test in splits:
        assert torch.bincount(task.targets[shot]).tolist() == [3, 3]
        assert not set(shot.tolist()) & set(test.tolist())
    assert splits[0][0].tolist() != splits[2][0].tolist()


def test_pairs_are_a_label_and_everything_else_in_equal_parts() -> None:
    found = Photoset(
        "rooms",
        torch.zeros(40, 4),
        torch.arange(40) % 4,
        ("bath", "bed", "house", "kitchen"),
        False,
    )
    tasks = [task for task in tasks_of([found], 0, pairs=True) if not task.personal]
    assert [task.name for task in tasks] == [
        "rooms",
        "rooms: bath",
        "rooms: bed",
        "rooms: house",
        "rooms: kitchen",
    ]
    assert tasks[2].labels == ("bed", "not bed")
    assert torch.bincount(tasks[2].targets).tolist() == [10, 10]
    assert (found.targets[tasks[2].rows[tasks[2].targets == 0]] == 1).all()
    assert len(half_library([found], tasks, "dev")[2]) == 4  # a library holds no photo twice


def test_a_deviation_is_one_between_runs_with_the_same_test() -> None:
    def row(seed: int, accuracy: float) -> dict[str, object]:
        return {
            "kind": "classification",
            "task": "t",
            "k": 1,
            "wrong": 0.0,
            "personal": False,
            "method": "ours",
            "seed": seed,
            "accuracy": accuracy,
        }

    rows = [
        row(seed, accuracy)
        for seed, accuracy in enumerate((0.5, 0.9, 0.6, 0.8, 0.5, 0.9, 0.6, 0.8))
    ]
    rows += [
        row(seed, 0.5) | {"method": method}
        for seed in range(8)
        for method in ("zero-shot", "ours accepted")
    ]
    goals = learn_figures.summary(rows)["goals"]
    assert goals["ours: deviation over seeds, points"] == pytest.approx(100 * 0.1 / 3**0.5)
    assert goals["ours accepted: deviation over seeds, points"] == 0


def test_a_small_run_writes_a_row_per_run_and_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "engine.clip.zero_shot.vocabulary_words", lambda: ("dog", "tree", "cup", "beach")
    )
    monkeypatch.setattr("engine.clip.zero_shot._vocabularies", {})
    generator = np.random.default_rng(0)
    (tmp_path / "data").mkdir()
    with zipfile.ZipFile(tmp_path / "data" / "places.zip", "w") as archive:
        for label, shade in (("dark", 40), ("light", 200)):
            for number in range(6):
                pixels = generator.integers(0, 40, (40, 40, 3), dtype=np.uint8) + np.uint8(shade)
                path = tmp_path / "one.png"
                Image.fromarray(pixels).save(path)
                archive.write(path, f"{label}/{number}.png")
    parser = argparse.ArgumentParser()
    learn.add_arguments(parser)
    options = ["--data", str(tmp_path / "data"), "--seeds", "2", "--shots", "1,2", "--coop", "no"]
    options += ["--cache", str(tmp_path / "cache"), "--csv", str(tmp_path / "runs.csv")]
    figures = learn.run(parser.parse_args(options, argparse.Namespace(model=None, device="cpu")))
    with (tmp_path / "runs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["method"] for row in rows} >= {"zero-shot", "ours", "ours accepted", "Tip-Adapter"}
    assert {row["kind"] for row in rows} == {"classification", "yes/no"}
    table = learn_figures.show(figures)
    assert "classification, named, 0% wrong" in table
    assert "no good match (report)" in table
    assert "answers at random (report)" in table
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_curves_are_drawn_in_one_colour_per_method(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    curves = {"CoOp": {"1": 0.5, "4": 0.6}, "ours": {"1": 0.6, "4": 0.7}}
    figures = {
        "classification, named, 0% wrong": curves,
        "classification, named, 10% wrong": curves,
    }
    figures["classification, personal, 0% wrong"] = {"ours": {"1": 0.4, "4": 0.5}}
    learn_figures.plot(figures, tmp_path / "curves.svg")
    text = (tmp_path / "curves.svg").read_text(encoding="utf-8")
    assert text.count("#1f77b4") > text.count("#2ca02c") > 0  # ours in both panels, CoOp in one


def test_no_data_is_one_sentence(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    learn.add_arguments(parser)
    options = parser.parse_args(
        ["--data", str(tmp_path / "none")], argparse.Namespace(model=None, device="cpu")
    )
    with pytest.raises(AlbumenError, match="There is no folder"):
        learn.run(options)
