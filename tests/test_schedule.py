"""Progress by steps or by the clock, the learning rate's shape, the moving average."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from engine.schedule import Average, Schedule


def test_progress() -> None:
    assert Schedule(200).progress(50, 1e9) == 0.25
    assert Schedule(None, 10).progress(10**6, 150) == 0.25
    assert Schedule(None, 10).progress(0, 6000) == 1.0


def test_rate_warms_up_then_falls_to_zero() -> None:
    schedule = Schedule(100)
    rates = [schedule.rate(step, schedule.progress(step, 0), 1e-3, warmup=10) for step in range(101)]
    assert rates[0] == pytest.approx(1e-4)
    assert max(rates) == rates[9] and rates[9] == pytest.approx(1e-3, rel=0.03)
    assert rates[-1] == pytest.approx(0, abs=1e-9)


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
