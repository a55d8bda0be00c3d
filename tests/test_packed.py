"""The second way through linear layers gives the same numbers, and stands aside where it does not apply."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from engine import checkpoint, packed, weights
from tests.test_clip import random_clip, relative_error

if not torch.backends.mkldnn.is_available():
    pytest.skip("this torch has no oneDNN", allow_module_level=True)


def test_same_numbers() -> None:
    linears = packed.PackedLinears()
    with torch.no_grad():
        for rows in ((3,), (2, 7), (1, 50), (32, 50)):
            x, weight, bias = torch.randn(*rows, 64), torch.randn(128, 64), torch.randn(128)
            for one in (bias, None):
                with linears:
                    ours = F.linear(x, weight, one)
                assert ours.shape == (*rows, 128) and relative_error(ours, F.linear(x, weight, one)) < 1e-5


def test_changed_weights_and_gradients_go_the_usual_way() -> None:
    linears = packed.PackedLinears()
    x, weight, bias = torch.randn(5, 64), torch.randn(8, 64), torch.zeros(8)
    with torch.no_grad(), linears:
        F.linear(x, weight, bias)
        weight.mul_(2)
        assert torch.equal(F.linear(x, weight, bias), x @ weight.t())
    weight.requires_grad_()
    with linears:
        F.linear(x, weight, bias).sum().backward()
    assert weight.grad is not None
    with torch.no_grad(), linears:
        assert F.linear(x.double(), weight.double(), bias.double()).dtype == torch.float64
        assert F.linear(x[:0], weight, bias).shape == (0, 8)


def test_a_whole_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = random_clip(seed=41, vision_width=512)
    checkpoint.write(tmp_path / "m.safetensors", clip.state_dict(), {"activation": "quickgelu"})
    pixels = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), dtype=np.uint8)
    features = []
    for choice in (True, False):
        monkeypatch.setattr(packed, "worthwhile", lambda choice=choice: choice)
        model = weights.load(str(tmp_path / "m.safetensors"), "cpu")
        assert (model.linears is not None) == choice
        features.append(model.encode_images(pixels))
    assert relative_error(*features) < 1e-5
    assert model.model_id.endswith("-fp32")  # the same numbers, hence the same id


def test_without_the_operators_it_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    packed.worthwhile.cache_clear()
    assert packed.worthwhile() in (True, False)  # measured
    packed.worthwhile.cache_clear()

    def missing(*arguments: object) -> None:
        raise AttributeError("no such operator")

    monkeypatch.setattr(packed, "_seconds", missing)
    assert packed.worthwhile() is False
    packed.worthwhile.cache_clear()
