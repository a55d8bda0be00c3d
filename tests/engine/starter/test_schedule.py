"""Progress by steps or by the clock, the learning rate's shape, the moving average."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from engine.records import AlbumenError
from engine.starter.schedule import Average, Schedule, load_checkpoint, save_checkpoint


def test_progress() -> None:
    assert Schedule(200).progress(50, 1e9) == 0.25
    assert Schedule(None, 10).progress(10**6, 150) == 0.25
    assert Schedule(None, 10).progress(0, 6000) == 1.0


def test_rate_warms_up_then_falls_to_zero() -> None:
    schedule = Schedule(100)
    rates = [
        schedule.rate(step, schedule.progress(step, 0), 1e-3, warmup=10) for step in range(101)
    ]
    assert rates[0] == pytest.approx(1e-4)
    assert max(rates) == rates[9] and rates[9] == pytest.approx(1e-3, rel=0.03)
    assert rates[-1] == pytest.approx(0, abs=1e-9)


def test_checkpoints_come_back_as_they_were(tmp_path: Path) -> None:
    module = nn.Conv2d(3, 4, 2).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(module.parameters(), lr=0.1)
    module(torch.ones(1, 3, 2, 2)).sum().backward()
    optimizer.step()
    file = tmp_path / "image.checkpoint"
    save_checkpoint(
        file,
        {
            "visual": module.state_dict(),
            "optimizer": optimizer.state_dict(),
            "step": 7,
            "trained": 0.5,
        },
    )
    saved = load_checkpoint(file)
    assert (saved["step"], saved["trained"]) == (7, 0.5)
    assert all(
        torch.equal(tensor, saved["visual"][name]) for name, tensor in module.state_dict().items()
    )
    again = torch.optim.AdamW(module.parameters(), lr=0.3)
    again.load_state_dict(saved["optimizer"])
    first, second = optimizer.state_dict(), again.state_dict()
    assert (
        second["param_groups"][0]["lr"] == 0.1 and first["state"].keys() == second["state"].keys()
    )
    assert all(
        torch.equal(first["state"][n][key], second["state"][n][key])
        for n in (0, 1)
        for key in first["state"][n]
    )
    assert [path.name for path in tmp_path.iterdir()] == ["image.checkpoint"]


def test_other_files_are_no_checkpoints(tmp_path: Path) -> None:
    torch.save({"step": 1}, tmp_path / "old.pt")
    with pytest.raises(AlbumenError, match="cannot be read"):
        load_checkpoint(tmp_path / "old.pt")


def test_average_forgets_the_start() -> None:
    module = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        module.weight.fill_(0.0)
    average = Average(module, 0.9)
    with torch.no_grad():
        module.weight.fill_(1.0)
    for step in range(1, 200):
        average.update(module, step)
    assert float(average.state["weight"]) == pytest.approx(1.0, abs=1e-3)
