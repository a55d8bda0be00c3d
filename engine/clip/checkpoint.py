"""Files of CLIP weights <-> state dicts with the official names, without ever opening a pickle.

Knows: safetensors (official, open_clip and HF `CLIPModel` layout) and OpenAI's TorchScript
archives, what can be wrong with a file and how to say it. Does not know: where files come from
(`weights.py`, `download.py`), the network (`model.py`).
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine.clip.model import Activation, build_model
from engine.records import AlbumenError, said_by

_LONGEST_HEADER = 100_000_000  # the format's own limit; a real model's header has 20-200 KB
# Tensors that are converted are read from a mapping of the file that is closed after this many
# bytes: what was read counts as memory of the process until then.
_MAPPED_AT_ONCE = 32_000_000
_ACTIVATION_NAMES: dict[str, Activation] = {
    "quickgelu": "quickgelu",
    "quick_gelu": "quickgelu",
    "gelu": "gelu",
}
# What may be whole numbers: BatchNorm's counters and the constants of official archives.
_COUNTERS = ("num_batches_tracked", "input_resolution", "context_length", "vocab_size", "attn_mask")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Weights under the official names, all floating-point tensors in fp32, and what the file says
    about itself.

    `activation` is None where neither the file nor a configuration beside it tells.
    """

    state_dict: dict[str, Tensor]
    metadata: dict[str, str]
    activation: Activation | None


def read(path: Path, mapped: bool = False) -> Checkpoint:
    """The weights of a safetensors file, checked: a whole CLIP, of fitting shapes, every number
    finite.

    Names and shapes are checked on the meta device before a weight is read. `mapped`: fp32 tensors
    stay memory-mapped views and are not read here at all (only for files that nobody unplugs or
    overwrites, since a page that is gone kills the process, and whose checksum was right when they
    came); otherwise, and for fp16 or bf16 files, tensor by tensor is copied, so peak memory stays
    near the model's size either way.

    Raises AlbumenError with a sentence of its own for: no such file, a pickle, a TorchScript
    archive, an oversized header, a truncated or damaged file, half a CLIP, something else than a
    CLIP, wrong shapes, NaN.
    """
    _refuse_other_formats(path)
    try:
        with safe_open(str(path), framework="pt") as file:
            metadata = file.metadata() or {}
            # The file is no mapping: it has to be asked for its keys.
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
            shapes = {name: piece.get_shape() for name, piece in slices.items()}
            types = {name: str(piece.get_dtype()) for name, piece in slices.items()}
    except SafetensorError as error:
        raise AlbumenError(
            "{path} is damaged ({detail}): copy or download it again.",
            path=str(path),
            detail=str(error),
        ) from error
    except OSError as error:
        raise AlbumenError(
            "{path} cannot be read ({detail}).", path=str(path), detail=error.strerror or str(error)
        ) from error
    sources = _sources(shapes)
    _refuse_half_models(path, sources)
    _refuse_quantised(path, sources, types)
    _refuse_misfits(path, sources, shapes)
    state_dict: dict[str, Tensor] = {}
    try:
        # Largest first: a tensor and its copy exist together, which must not happen at the end, on
        # top of all others.
        sources = dict(
            sorted(sources.items(), key=lambda item: -math.prod(shapes[item[1].parts[0]]))
        )
        for name, tensor in _tensors(path, sources, mapped):
            # NaN and infinity survive a sum, and it needs no memory. What was installed by its
            # sha256 is known to be sound, and reading all of it at each start would take longer
            # than everything else that a search waits for.
            if not mapped and not bool(tensor.sum().isfinite()):
                raise AlbumenError(
                    "{path} holds numbers that are not finite (in {name}): this file is broken.",
                    path=str(path),
                    name=name,
                )
            state_dict[name] = tensor
    except SafetensorError as error:
        raise AlbumenError(
            "{path} is damaged ({detail}): copy or download it again.",
            path=str(path),
            detail=str(error),
        ) from error
    return Checkpoint(state_dict, metadata, _activation(path, metadata))


def activation(path: Path) -> Activation | None:
    """The activation of a safetensors file's weights, if the file or a configuration beside it
    tells; no weight is read.

    Raises AlbumenError if the file cannot be read.
    """
    _refuse_other_formats(path)
    with safe_open(str(path), framework="pt") as file:
        return _activation(path, file.metadata() or {})


def sizes(path: Path) -> tuple[int, int]:
    """`input_resolution` and `embed_dim` of a safetensors file in official layout, from its header
    alone."""
    with safe_open(str(path), framework="pt") as file:
        shapes = {name: file.get_slice(name).get_shape() for name in file.keys()}  # noqa: SIM118
    empty = {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}
    clip = build_model(empty)
    return clip.input_resolution, clip.embed_dim


def write(path: Path, state_dict: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Weights and their description -> a safetensors file that `read` opens; complete or not at
    all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in state_dict.items()}
    save_file(tensors, str(temporary), metadata=dict(metadata))
    os.replace(temporary, path)


def is_archive(path: Path) -> bool:
    """Whether the file is a zip, hence possibly one of OpenAI's TorchScript archives."""
    return _first_bytes(path)[:4] == b"PK\x03\x04"


def read_archive(path: Path) -> dict[str, Tensor]:
    """The state dict of an official TorchScript archive, in the precision it is stored in.

    Running TorchScript is running its author's code: the caller must have matched the file's sha256
    with a known one.
    """
    try:
        module = torch.jit.load(str(path), map_location="cpu")  # type: ignore[no-untyped-call]
    except RuntimeError as error:
        raise AlbumenError(
            "{path} is a known archive, but torch cannot open it ({detail}).",
            path=str(path),
            detail=str(error),
        ) from error
    return dict(module.state_dict())


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(9)
    except FileNotFoundError:
        raise AlbumenError("There is no model file {path}.", path=str(path)) from None
    except OSError as error:
        raise AlbumenError(
            "{path} cannot be read ({detail}).", path=str(path), detail=error.strerror or str(error)
        ) from error


def _refuse_other_formats(path: Path) -> None:
    start = _first_bytes(path)
    size = path.stat().st_size
    if start[:4] == b"PK\x03\x04":
        raise AlbumenError(
            "{path} is a TorchScript archive or a pickle, and none of OpenAI's known ones: only "
            "safetensors files and official archives are opened, because others could run foreign "
            "code.",
            path=str(path),
        )
    if start[:1] == b"\x80" and start[1:2] <= b"\x05" and start[8:9] != b"{":
        raise AlbumenError(
            "{path} is a pickle: such files can run foreign code and are never opened; use "
            "safetensors.",
            path=str(path),
        )
    if len(start) < 9:
        raise AlbumenError(
            "{path} is empty or cut off ({size} bytes): copy or download it again.",
            path=str(path),
            size=size,
        )
    header = int.from_bytes(start[:8], "little")
    if start[8:9] != b"{":
        raise AlbumenError(
            "{path} is no safetensors file: choose a model as safetensors or an official archive.",
            path=str(path),
        )
    if header > _LONGEST_HEADER:
        raise AlbumenError(
            "{path} announces a header of {size} bytes: it is damaged or made to do harm.",
            path=str(path),
            size=f"{header:,}",
        )
    if header + 8 > size:
        raise AlbumenError(
            "{path} is cut off within its header ({size} bytes): copy or download it again.",
            path=str(path),
            size=f"{size:,}",
        )
    with path.open("rb") as file:
        file.seek(8)
        try:
            entries = json.loads(file.read(header))
            ends = [
                entry["data_offsets"][1]
                for name, entry in entries.items()
                if name != "__metadata__"
            ]
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            raise AlbumenError(
                "{path} has a damaged header: copy or download it again.", path=str(path)
            ) from None
    end = max(ends, default=0)
    if 8 + header + end > size:
        raise AlbumenError(
            "{path} is cut off: it has {size} of {whole} bytes; copy or download it again.",
            path=str(path),
            size=f"{size:,}",
            whole=f"{8 + header + end:,}",
        )


def _refuse_half_models(path: Path, sources: Mapping[str, _Source]) -> None:
    images = any(name.startswith("visual.") for name in sources)
    texts = any(name.startswith(("transformer.", "token_embedding.")) for name in sources)
    if texts and not images:
        raise AlbumenError(
            "{path} holds only the text half of a CLIP; Albumen needs the image half in the same "
            "file.",
            path=str(path),
        )
    if images and not texts:
        raise AlbumenError(
            "{path} holds only the image half of a CLIP; Albumen needs the text half in the same "
            "file.",
            path=str(path),
        )
    if not images:
        raise AlbumenError("{path} holds no CLIP, but other weights.", path=str(path))


def _refuse_quantised(path: Path, sources: Mapping[str, _Source], types: dict[str, str]) -> None:
    for name, source in sources.items():
        kind = types[source.parts[0]]
        if not kind.startswith(("F", "BF")) and not name.endswith(_COUNTERS):
            raise AlbumenError(
                "{path} stores {name} as {kind}: quantised models cannot be used; get one in fp32 "
                "or fp16.",
                path=str(path),
                name=name,
                kind=kind,
            )


def _refuse_misfits(
    path: Path, sources: Mapping[str, _Source], shapes: dict[str, list[int]]
) -> None:
    """Build the model on the meta device: wrong names and shapes are told before a weight is
    read."""
    try:
        empty = {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}
        build_model(
            {
                name: source.convert([empty[part] for part in source.parts])
                for name, source in sources.items()
            }
        )
    except (ValueError, RuntimeError) as error:
        raise AlbumenError("{path}: {reason}", path=str(path), reason=said_by(error)) from error


def _tensors(
    path: Path, sources: Mapping[str, _Source], mapped: bool
) -> Iterator[tuple[str, Tensor]]:
    """Official name and fp32 tensor, one after the other; the file is reopened now and then to give
    memory back."""
    todo = list(sources.items())
    while todo:
        used = 0
        with safe_open(str(path), framework="pt") as file:
            while todo and used < _MAPPED_AT_ONCE:
                name, source = todo.pop(0)
                parts = [file.get_tensor(part) for part in source.parts]
                tensor = source.convert(parts)
                if tensor.is_floating_point():
                    keep = mapped and tensor.data_ptr() == parts[0].data_ptr()
                    tensor = tensor.to(torch.float32, copy=not keep).contiguous()
                used += sum(part.nbytes for part in parts)
                yield name, tensor


# --------------------------------------------------------------------------------------------------
# Layouts


@dataclass(frozen=True, slots=True)
class _Source:
    """Which tensors of the file make one official tensor, and how."""

    parts: tuple[str, ...]
    convert: Callable[[list[Tensor]], Tensor]


def _same(parts: list[Tensor]) -> Tensor:
    return parts[0]


def _transposed(parts: list[Tensor]) -> Tensor:
    return parts[0].t()


# HF `CLIPModel` name -> official name; blocks are handled by pattern below. `nn.Linear` stores
# (out, in), CLIP's own projections are (in, out), hence transposed.
_HF_NAMES = {
    "text_model.embeddings.token_embedding.weight": "token_embedding.weight",
    "text_model.embeddings.position_embedding.weight": "positional_embedding",
    "text_model.final_layer_norm.weight": "ln_final.weight",
    "text_model.final_layer_norm.bias": "ln_final.bias",
    "vision_model.embeddings.class_embedding": "visual.class_embedding",
    "vision_model.embeddings.patch_embedding.weight": "visual.conv1.weight",
    "vision_model.embeddings.position_embedding.weight": "visual.positional_embedding",
    "vision_model.pre_layrnorm.weight": "visual.ln_pre.weight",
    "vision_model.pre_layrnorm.bias": "visual.ln_pre.bias",
    "vision_model.post_layernorm.weight": "visual.ln_post.weight",
    "vision_model.post_layernorm.bias": "visual.ln_post.bias",
    "logit_scale": "logit_scale",
}
_HF_TRANSPOSED = {
    "text_projection.weight": "text_projection",
    "visual_projection.weight": "visual.proj",
}
_HF_BLOCK = re.compile(r"(text|vision)_model\.encoder\.layers\.(\d+)\.(.+)\.(weight|bias)")
_HF_BLOCK_NAMES = {
    "self_attn.out_proj": "attn.out_proj",
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
}


def _sources(names: Mapping[str, object]) -> dict[str, _Source]:
    """Official names -> tensors of the file; the HF layout is recognised by its prefixes, any other
    is taken as it is.
    """
    if not any(name.startswith(("text_model.", "vision_model.")) for name in names):
        return {name: _Source((name,), _same) for name in names}
    sources: dict[str, _Source] = {}
    for name in names:
        if name.endswith("position_ids"):  # a buffer that counts 0, 1, 2, ...
            continue
        if name in _HF_TRANSPOSED:
            sources[_HF_TRANSPOSED[name]] = _Source((name,), _transposed)
        elif match := _HF_BLOCK.fullmatch(name):
            tower, number, part, kind = match.groups()
            block = f"{'visual.' if tower == 'vision' else ''}transformer.resblocks.{number}."
            if part in _HF_BLOCK_NAMES:
                sources[f"{block}{_HF_BLOCK_NAMES[part]}.{kind}"] = _Source((name,), _same)
            elif part == "self_attn.q_proj":
                queries_keys_values = tuple(
                    name.replace("q_proj", which) for which in ("q_proj", "k_proj", "v_proj")
                )
                if set(queries_keys_values) <= names.keys():
                    sources[f"{block}attn.in_proj_{kind}"] = _Source(queries_keys_values, torch.cat)
            elif part not in ("self_attn.k_proj", "self_attn.v_proj"):
                sources[name] = _Source((name,), _same)  # unknown: the strict check names it
        else:
            sources[_HF_NAMES.get(name, name)] = _Source((name,), _same)
    return sources


def _activation(path: Path, metadata: Mapping[str, str]) -> Activation | None:
    """What the file's metadata say, else the configuration that open_clip or HF keep beside their
    weights."""
    if known := _ACTIVATION_NAMES.get(metadata.get("activation", "").lower()):
        return known
    try:
        with path.with_name("open_clip_config.json").open(encoding="utf-8") as file:
            return "quickgelu" if json.load(file)["model_cfg"].get("quick_gelu", False) else "gelu"
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    try:
        with path.with_name("config.json").open(encoding="utf-8") as file:
            config = json.load(file)
            # HF's own default for CLIP, left out of files that use it
            return _ACTIVATION_NAMES.get(config["vision_config"].get("hidden_act", "quick_gelu"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
