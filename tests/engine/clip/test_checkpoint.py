"""Weight files: every layout loads to the same model, and everything that is no whole CLIP is
refused with its own words.
"""

from __future__ import annotations

import json
import pickle
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from engine.clip import checkpoint
from engine.clip.model import build_model
from engine.records import AlbumenError
from tests.support.random_clip import (
    TINY_RESNET,
    random_clip,
    relative_error,
    transformers_model,
)


@pytest.fixture(scope="module")
def weights() -> dict[str, Tensor]:
    return dict(random_clip(seed=3).state_dict())


def saved(path: Path, weights: dict[str, Tensor], metadata: dict[str, str] | None = None) -> Path:
    save_file({name: tensor.contiguous() for name, tensor in weights.items()}, str(path), metadata)
    return path


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_official_layout(
    tmp_path: Path, weights: dict[str, Tensor], dtype: torch.dtype, mapped: bool
) -> None:
    stored = {name: tensor.to(dtype) for name, tensor in weights.items()}
    content = checkpoint.read(saved(tmp_path / "m.safetensors", stored), mapped)
    assert content.state_dict.keys() == weights.keys() and content.activation is None
    for name, tensor in content.state_dict.items():
        assert tensor.dtype == torch.float32 and torch.equal(tensor, stored[name].float())


def test_mapped_weights_do_not_write_to_the_file(
    tmp_path: Path, weights: dict[str, Tensor]
) -> None:
    path = saved(tmp_path / "m.safetensors", weights)
    before = path.read_bytes()
    checkpoint.read(path, mapped=True).state_dict["logit_scale"].zero_()
    assert path.read_bytes() == before


def test_resnet_and_missing_counters(tmp_path: Path) -> None:
    clip = random_clip(**TINY_RESNET)
    stored = {
        name: tensor
        for name, tensor in clip.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    content = checkpoint.read(saved(tmp_path / "m.safetensors", stored))
    x = torch.randn(1, 3, 96, 96)
    with torch.no_grad():
        assert torch.equal(build_model(content.state_dict).encode_image(x), clip.encode_image(x))


def test_open_clip_file(tmp_path: Path, weights: dict[str, Tensor]) -> None:
    """open_clip stores the causal mask; its configuration tells the activation."""
    path = saved(
        tmp_path / "open_clip_model.safetensors", {**weights, "attn_mask": torch.zeros(77, 77)}
    )
    assert checkpoint.read(path).activation is None
    (tmp_path / "open_clip_config.json").write_text(json.dumps({"model_cfg": {"embed_dim": 64}}))
    assert checkpoint.read(path).activation == "gelu"
    (tmp_path / "open_clip_config.json").write_text(json.dumps({"model_cfg": {"quick_gelu": True}}))
    assert checkpoint.read(path).activation == "quickgelu"
    (tmp_path / "open_clip_config.json").write_text("[]")
    assert checkpoint.read(path).activation is None


@pytest.mark.slow
def test_huggingface_layout(tmp_path: Path) -> None:
    clip = random_clip(seed=4, activation="gelu")
    theirs = transformers_model(clip, "gelu").state_dict()
    theirs["text_model.embeddings.position_ids"] = torch.arange(77)[
        None
    ]  # in files of older versions
    path = saved(
        tmp_path / "model.safetensors", {name: tensor.clone() for name, tensor in theirs.items()}
    )
    (tmp_path / "config.json").write_text(json.dumps({"vision_config": {"hidden_act": "gelu"}}))
    content = checkpoint.read(path)
    assert content.activation == "gelu"
    ours = clip.state_dict()
    assert content.state_dict.keys() == ours.keys()
    assert all(torch.equal(tensor, ours[name]) for name, tensor in content.state_dict.items())
    x = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        built = build_model(content.state_dict, "gelu")
        assert relative_error(built.encode_image(x), clip.encode_image(x)) < 1e-6


@pytest.mark.parametrize(
    ("said", "activation"),
    [
        ("quick_gelu", "quickgelu"),
        ("QuickGELU", "quickgelu"),
        ("gelu", "gelu"),
        ("silu", None),
        ("", None),
    ],
)
def test_metadata_tell_the_activation(
    tmp_path: Path, weights: dict[str, Tensor], said: str, activation: str | None
) -> None:
    checkpoint.write(tmp_path / "sub" / "m.safetensors", weights, {"activation": said})
    assert checkpoint.read(tmp_path / "sub" / "m.safetensors").activation == activation
    assert checkpoint.activation(tmp_path / "sub" / "m.safetensors") == activation
    assert checkpoint.sizes(tmp_path / "sub" / "m.safetensors") == (64, 64)
    assert [p.name for p in (tmp_path / "sub").iterdir()] == ["m.safetensors"]


# --------------------------------------------------------------------------------------------------
# Refusals


def refusal(path: Path) -> str:
    with pytest.raises(AlbumenError) as caught:
        checkpoint.read(path)
    sentence = str(caught.value)
    assert path.name in sentence and "\n" not in sentence
    return sentence


def test_pickles_are_never_opened(tmp_path: Path, weights: dict[str, Tensor]) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "exploded",)  # type: ignore[return-value]

    for protocol in (2, 4, 5):
        (tmp_path / "m.pkl").write_bytes(pickle.dumps(Bomb(), protocol))
        assert "pickle" in refusal(tmp_path / "m.pkl")
    torch.save({"state_dict": Bomb()}, tmp_path / "m.pt")
    assert "TorchScript archive or a pickle" in refusal(tmp_path / "m.pt")
    torch.save({"state_dict": Bomb()}, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    assert "pickle" in refusal(tmp_path / "old.pt")
    assert not (tmp_path / "exploded").exists()


def test_damaged_files(tmp_path: Path, weights: dict[str, Tensor]) -> None:
    whole = saved(tmp_path / "whole", weights).read_bytes()
    header = int.from_bytes(whole[:8], "little")
    path = tmp_path / "m.safetensors"
    for content, words in (
        (b"", "empty or cut off"),
        (whole[:5], "empty or cut off"),
        (whole[: header // 2], "cut off within its header"),
        (whole[:-1], "is cut off: it has"),
        (whole[: len(whole) // 2], "is cut off: it has"),
        (
            struct.pack("<Q", 10**15) + whole[8:],
            "announces a header of 1,000,000,000,000,000 bytes",
        ),
        (b"GIF89a and more", "no safetensors file"),
        (b"<html>not found</html>", "no safetensors file"),
        (whole[:8] + b"{" + b"?" * (header - 1) + whole[8 + header :], "damaged header"),
        (
            whole[:8] + (b'{"a": 1}' + b" " * header)[:header] + whole[8 + header :],
            "damaged header",
        ),
        (whole + b"surplus", "damaged"),
    ):
        path.write_bytes(content)
        assert words in refusal(path)
    assert "There is no model file" in refusal(tmp_path / "absent.safetensors")
    assert "cannot be read" in refusal(tmp_path)


def test_what_is_no_whole_clip(tmp_path: Path, weights: dict[str, Tensor]) -> None:
    def stored(chosen: dict[str, Tensor]) -> Path:
        return saved(tmp_path / "m.safetensors", chosen)

    texts = {name: tensor for name, tensor in weights.items() if not name.startswith("visual.")}
    images = {name: tensor for name, tensor in weights.items() if name.startswith("visual.")}
    assert "only the text half" in refusal(stored(texts))
    assert "only the image half" in refusal(stored(images))
    assert "no CLIP" in refusal(stored({"fc.weight": torch.zeros(3, 3)}))
    assert "ln_final.bias" in refusal(
        stored({n: t for n, t in weights.items() if n != "ln_final.bias"})
    )
    assert "visual.surplus" in refusal(stored({**weights, "visual.surplus": torch.zeros(1)}))
    wrong = {**weights, "transformer.resblocks.1.mlp.c_fc.weight": torch.zeros(512, 64)}
    assert "size mismatch" in refusal(stored(wrong))
    assert "as I8: quantised" in refusal(
        stored({**weights, "visual.proj": weights["visual.proj"].to(torch.int8)})
    )
    deep = {f"visual.transformer.resblocks.{n}.ln_1.bias": torch.zeros(128) for n in range(300)}
    assert "300 blocks in one stack" in refusal(stored({**weights, **deep}))
    assert "impossible shape" in refusal(stored({**weights, "visual.conv1.weight": torch.zeros(5)}))


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite(
    tmp_path: Path, weights: dict[str, Tensor], bad: float
) -> None:
    broken = {**weights, "visual.proj": weights["visual.proj"].clone()}
    broken["visual.proj"][3, 5] = bad
    sentence = refusal(saved(tmp_path / "m.safetensors", broken))
    assert "not finite" in sentence and "visual.proj" in sentence
