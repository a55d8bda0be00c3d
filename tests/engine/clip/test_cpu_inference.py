"""The second way through linear layers gives the same numbers, and stands aside where it does not
apply."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from engine.clip import checkpoint, cpu_inference, weights
from tests.support.random_clip import TINY_RESNET, random_clip, relative_error

if not torch.backends.mkldnn.is_available():
    pytest.skip("this torch has no oneDNN", allow_module_level=True)


def test_same_numbers() -> None:
    linears = cpu_inference.PackedLinears()
    with torch.no_grad():
        for rows in ((3,), (2, 7), (1, 50), (32, 50)):
            x, weight, bias = torch.randn(*rows, 64), torch.randn(128, 64), torch.randn(128)
            for one in (bias, None):
                with linears:
                    ours = F.linear(x, weight, one)
                assert (
                    ours.shape == (*rows, 128)
                    and relative_error(ours, F.linear(x, weight, one)) < 1e-5
                )


def test_changed_weights_and_gradients_go_the_usual_way() -> None:
    linears = cpu_inference.PackedLinears()
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


@pytest.mark.slow
@pytest.mark.parametrize(
    "sizes",
    [TINY_RESNET, {**TINY_RESNET, "vision_layers": (2, 2, 1, 3)}, {"vision_width": 512}],
    ids=str,
)
def test_whole_encoders(
    sizes: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = random_clip(seed=41, **sizes)
    checkpoint.write(tmp_path / "m.safetensors", clip.state_dict(), {"activation": "quickgelu"})
    side = clip.input_resolution
    pixels = np.random.default_rng(0).integers(0, 256, (3, side, side, 3), dtype=np.uint8)
    monkeypatch.setattr(cpu_inference, "packing_pays", lambda: True)
    arranged: list[object] = []
    real = cpu_inference.image_encoder
    monkeypatch.setattr(
        cpu_inference,
        "image_encoder",
        lambda visual: (made := real(visual), arranged.append(made))[0],
    )
    fast = weights.load(str(tmp_path / "m.safetensors"), "cpu")
    assert not arranged  # a search needs no images
    fast.encode_images(pixels)
    assert len(arranged) == 1 and arranged[0] is not None
    monkeypatch.setattr(cpu_inference, "image_encoder", lambda visual: None)
    usual = weights.load(str(tmp_path / "m.safetensors"), "cpu")
    assert relative_error(fast.encode_images(pixels), usual.encode_images(pixels)) < 1e-5
    assert (
        relative_error(fast.encode_images(pixels), usual.encode_images(pixels)) < 1e-5
    )  # nothing was overwritten
    assert fast.model_id == usual.model_id  # the same numbers, hence the same id
    with torch.no_grad():
        for model in (fast, usual):
            model.clip.visual.conv1.weight.mul_(1.5)  # as training would
    assert torch.equal(fast.encode_images(pixels), usual.encode_images(pixels))


def test_operators_that_are_missing_or_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    visual = random_clip(**TINY_RESNET).visual
    assert cpu_inference.image_encoder(visual) is not None
    real = cpu_inference._Convolution.__call__
    monkeypatch.setattr(
        cpu_inference._Convolution,
        "__call__",
        lambda self, x, then="relu": 1.01 * real(self, x, then),
    )
    assert cpu_inference.image_encoder(visual) is None

    def missing(*arguments: object) -> None:
        raise AttributeError("no such operator")

    monkeypatch.setattr(cpu_inference._Convolution, "__call__", missing)
    assert cpu_inference.image_encoder(visual) is None
    monkeypatch.setattr(cpu_inference, "packing_pays", missing)
    assert cpu_inference.image_encoder(random_clip(vision_width=512).visual) is None


def test_whether_packing_pays_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu_inference.packing_pays.cache_clear()
    times = iter((1.0, 2.0))
    monkeypatch.setattr(cpu_inference, "fastest_seconds", lambda work: (work(), next(times))[1])
    assert cpu_inference.packing_pays() is True
    cpu_inference.packing_pays.cache_clear()
    times = iter((1.9, 2.0))
    assert cpu_inference.packing_pays() is False
    cpu_inference.packing_pays.cache_clear()


def test_threads_wait_passively_in_the_window_too() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    code = (
        "import desktop_app.link.engine_link, os, sys\n"
        "print(os.environ['OMP_WAIT_POLICY'], 'torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "PASSIVE False"
