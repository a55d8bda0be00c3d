"""From a name or a file to a model that is ready to encode: the catalogue, what is installed,
device, precision, model id.

Knows: which models there are, where their weights lie, which processor they run on and how exactly.
Does not know: file formats (`checkpoint.py`), HTTP (`download.py`), the network (`model.py`), photo
files (`engine.images`), the library.

"Precision" is that of the image encoder, which does nearly all the work. The text encoder always
computes in fp32, so prompts learned at one precision mean the same at another.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import platformdirs
import torch
from torch import nn
from torch.nn import functional as F

import resources
from engine.clip import checkpoint, cpu_inference
from engine.clip import download as transfer
from engine.clip.model import CLIP, Activation, Attention, VisionTransformer, build_model
from engine.clip.tokenizer import tokenize
from engine.images.decode import CLIP_MEAN, CLIP_STD
from engine.records import AlbumenError, ModelInfo, Progress

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
_ARCHIVES = "https://openaipublic.azureedge.net/clip/models"
_HUB_FILE = "open_clip_model.safetensors"
_TEXTS_AT_ONCE = 256
# Where a file does not tell: OpenAI's own, and what most conversions are of.
_ASSUMED: Activation = "quickgelu"


@dataclass(frozen=True, slots=True)
class _Known:
    """A model of the catalogue. `zero_shot`: published ImageNet top-1 in percent; `archive`:
    (file, sha256) at OpenAI."""

    title: str
    repo: str
    megabytes: int
    resolution: int
    embed_dim: int
    zero_shot: float
    activation: Activation = "quickgelu"
    archive: tuple[str, str] | None = None
    licence: str = "MIT"


# Sizes are those of the fp32 files on the hub. ImageNet figures: the results that open_clip
# publishes.
_CATALOGUE: dict[str, _Known] = {
    "ViT-B/32-256-DataComp": _Known(
        "ViT-B/32 at 256 px, DataComp (recommended)",
        "laion/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K", 605, 256, 512, 72.8, "gelu",
    ),
    "ViT-B/16-DataComp": _Known(
        "ViT-B/16, DataComp (better, four times slower)",
        "laion/CLIP-ViT-B-16-DataComp.XL-s13B-b90K", 599, 224, 512, 73.5, "gelu",
    ),
    "ViT-B/32-LAION2B": _Known(
        "ViT-B/32, LAION-2B", "laion/CLIP-ViT-B-32-laion2B-s34B-b79K", 605, 224, 512, 66.6, "gelu"
    ),
    "RN50": _Known(
        "RN50, OpenAI", "timm/resnet50_clip.openai", 408, 224, 1024, 59.8,
        archive=("RN50.pt", "afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762"),
    ),
    "RN101": _Known(
        "RN101, OpenAI", "timm/resnet101_clip.openai", 479, 224, 512, 62.3,
        archive=("RN101.pt", "8fa8567bab74a42d41c5915025a8e4538c3bdbe8804a470a72f30b0d94fab599"),
    ),
    "RN50x4": _Known(
        "RN50x4, OpenAI", "timm/resnet50x4_clip.openai", 713, 288, 640, 66.3,
        archive=("RN50x4.pt", "7e526bd135e493cef0776de27d5f42653e6b4c8bf9e0f653bb11773263205fdd"),
    ),
    "RN50x16": _Known(
        "RN50x16, OpenAI", "timm/resnet50x16_clip.openai", 1164, 384, 768, 70.7,
        archive=("RN50x16.pt", "52378b407f34354e150460fe41077663dd5b39c54cd0bfd2b27167a4a06ec9aa"),
    ),
    "RN50x64": _Known(
        "RN50x64, OpenAI", "timm/resnet50x64_clip.openai", 2493, 448, 1024, 73.9,
        archive=("RN50x64.pt", "be1cfb55d75a9666199fb2206c106743da0f6468c9d327f3e0d0a543a9919d9c"),
    ),
    "ViT-B/32": _Known(
        "ViT-B/32, OpenAI", "timm/vit_base_patch32_clip_224.openai", 605, 224, 512, 63.3,
        archive=("ViT-B-32.pt", "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af"),
    ),
    "ViT-B/16": _Known(
        "ViT-B/16, OpenAI", "timm/vit_base_patch16_clip_224.openai", 599, 224, 512, 68.3,
        archive=("ViT-B-16.pt", "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f"),
    ),
    "ViT-L/14": _Known(
        "ViT-L/14, OpenAI", "timm/vit_large_patch14_clip_224.openai", 1711, 224, 768, 75.5,
        archive=("ViT-L-14.pt", "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836"),
    ),
    "ViT-L/14@336px": _Known(
        "ViT-L/14 at 336 px, OpenAI",
        "timm/vit_large_patch14_clip_336.openai", 1712, 336, 768, 76.6,
        archive=(
            "ViT-L-14-336px.pt",
            "3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02",
        ),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A CLIP on its device, with what the rest of the engine must know of it.

    `model_id`: "<first 16 hex digits of the sha256 of the weights>-<precision>", then "-gelu" for
    the exact GELU; vectors of different ids are never mixed. `name`: the name or path it was loaded
    by. `precision`: "fp32", "bf16" or "fp16". `note`: sentences for the person where the model does
    not run on the device that was to be expected, or where its activation is not known; else "".
    """

    clip: CLIP
    model_id: str
    name: str
    device: torch.device
    precision: str
    input_resolution: int
    context_length: int
    embed_dim: int
    note: str = ""
    # The same as `clip.encode_image`, arranged for this processor.
    image_encoder: Callable[[torch.Tensor], torch.Tensor] | None = None

    def encode_images(self, pixels: npt.NDArray[np.uint8]) -> torch.Tensor:
        """RGB pixels (B, S, S, 3) uint8, resized and cropped to S = `input_resolution` ->
        image_features (B, D).

        fp32, L2-normalised, on the CPU. Pixels travel to the device as bytes and are normalised
        there. A batch that is too large for the device's memory is halved; AlbumenError if not even
        one image fits.
        """
        try:
            # Not inference mode: its tensors could not be used in training later.
            with torch.no_grad():
                x = torch.from_numpy(np.ascontiguousarray(pixels)).to(self.device)  # (B, S, S, 3)
                x = x.permute(0, 3, 1, 2).contiguous().float()  # (B, 3, S, S)
                mean = torch.tensor(CLIP_MEAN, device=self.device).view(1, 3, 1, 1)
                std = torch.tensor(CLIP_STD, device=self.device).view(1, 3, 1, 1)
                x = x.div_(255).sub_(mean).div_(std)
                features = (self.image_encoder or self.clip.encode_image)(x)  # (B, D)
                return F.normalize(features.float(), dim=-1).cpu()
        except RuntimeError as error:
            if "out of memory" not in str(error).lower():  # MPS has no exception of its own for it
                raise
            half = len(pixels) // 2
            if not half:
                raise AlbumenError(
                    f"{self.device} has too little memory for one image: "
                    "choose a smaller model or the device 'cpu'."
                ) from None
        return torch.cat([self.encode_images(pixels[:half]), self.encode_images(pixels[half:])])

    def encode_texts(self, texts: Sequence[str], truncate: bool = True) -> torch.Tensor:
        """N texts -> text_features (N, D), fp32, L2-normalised, on the CPU.

        With `truncate=False` a text longer than `context_length` raises AlbumenError.
        """
        try:
            tokens = tokenize(list(texts), self.context_length, truncate=truncate)  # (N, L)
        except ValueError as error:
            raise AlbumenError(str(error)) from None
        features = torch.empty(len(tokens), self.embed_dim)
        # Short texts apart from long ones, a few at a time: a batch is as long as its longest, and
        # thousands of texts (a vocabulary in several templates) would take gigabytes at once.
        with torch.no_grad():
            for rows in torch.split(tokens.argmax(dim=-1).argsort(), _TEXTS_AT_ONCE):
                made = self.clip.encode_text(tokens[rows].to(self.device))  # (n, D)
                features[rows] = F.normalize(made.float(), dim=-1).cpu()
        return features


def load(
    name_or_path: str = "starter", device: str = "auto", precision: str = "auto"
) -> LoadedModel:
    """The model of the catalogue ("starter", "ViT-B/32", ...) or of a file, in eval mode, frozen.

    A file is safetensors (official, open_clip or HF `CLIPModel` names), or one of OpenAI's
    TorchScript archives, whose weights are then kept as safetensors among the installed models.
    `device`: "auto" takes CUDA, then MPS, then the CPU, and falls back with `note`; "cpu", "cuda",
    "cuda:1", "mps" are taken or refused. `precision`: "auto" is fp16 on CUDA and fp32 elsewhere;
    bf16 on the CPU is refused where the processor would only emulate it.

    Raises AlbumenError with one sentence: unknown name, not installed, unusable file, device or
    precision.
    """
    path = _installed_path(name_or_path)
    content = checkpoint.read(path, mapped=_is_ours(path))
    known = _catalogue_activation(path) or content.activation
    activation = known or _ASSUMED
    try:
        clip = build_model(content.state_dict, activation, copy=False)
    except ValueError as error:
        raise AlbumenError(f"{path}: {error}") from error
    del content
    clip.requires_grad_(False)
    clip, chosen, failed = _on_device(clip, device)
    assumed = ""
    if not known:
        assumed = (
            f"{path.name} does not say whether its weights were trained with QuickGELU or GELU: "
            "QuickGELU is assumed. If they come from LAION or DataComp, put their "
            "open_clip_config.json beside the file and use it again."
        )
    exact = precision_for(precision, chosen)
    convert_weights(clip, PRECISIONS[exact])
    image_encoder = None
    if (chosen.type, exact) == ("cpu", "fp32"):
        image_encoder = cpu_inference.on_first_use(clip.visual)
    return LoadedModel(
        clip=clip,
        model_id=_model_id(path, exact, activation),
        name=name_or_path,
        device=chosen,
        precision=exact,
        input_resolution=clip.input_resolution,
        context_length=clip.context_length,
        embed_dim=clip.embed_dim,
        note="\n".join(filter(None, (failed, assumed))),
        image_encoder=image_encoder,
    )


def model_id(name_or_path: str = "starter", precision: str = "auto", device: str = "auto") -> str:
    """The id that `load` would give, without building the model; the checksum of an unchanged file
    is remembered."""
    exact = precision_for(precision, _device(device)) if precision == "auto" else precision
    path = _installed_path(name_or_path)
    return _model_id(path, exact, _activation(path))


def catalogue() -> tuple[ModelInfo, ...]:
    """All models known by name: the built-in one first, then the recommended ones; `active` is left
    to the library."""
    infos = []
    for name in ("starter", *_CATALOGUE):
        try:
            path: Path | None = _installed_path(name)
        except AlbumenError:
            path = None
        identity = model_id(name) if path else ""
        if name == "starter":
            infos.append(_starter_info(path, identity))
            continue
        known = _CATALOGUE[name]
        infos.append(
            ModelInfo(
                name=name,
                title=known.title,
                installed=path is not None,
                active=False,
                size=path.stat().st_size if path else known.megabytes * 1_000_000,
                licence=known.licence,
                quality=f"{known.zero_shot} % of ImageNet right without training",
                source=known.repo,
                model_id=identity,
                input_resolution=known.resolution,
                embedding_size=known.embed_dim,
            )
        )
    return tuple(infos)


def models_directory() -> Path:
    """Where downloaded models are kept: one safetensors file each."""
    return Path(platformdirs.user_data_path("albumen", appauthor=False)) / "models"


def download(name: str, directory: Path | None = None, mirror: str = "") -> Iterator[Progress]:
    """Job: install a model of the catalogue; bytes as `Progress`; close the generator to cancel,
    call again to go on.

    From the Hugging Face hub (or `mirror`, see `download.on_hub`; its cache and offline mode are
    honoured); OpenAI's own archive if the hub does not answer. Verified by sha256 before it gets
    its name. Raises AlbumenError with one sentence.
    """
    if name not in _CATALOGUE:
        raise AlbumenError(
            f"There is no model '{name}' to download: choose one of {', '.join(_CATALOGUE)}."
        )
    known = _CATALOGUE[name]
    target = (directory or models_directory()) / _file_name(name)
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        remote = yield from transfer.meanwhile(
            lambda: transfer.on_hub(known.repo, _HUB_FILE, mirror), f"asking for {known.repo}"
        )
    except AlbumenError:
        if not known.archive or os.environ.get("HF_HUB_OFFLINE"):
            raise
        file, sha256 = known.archive
        archive = target.with_name(file)
        yield from transfer.fetch(transfer.Remote(f"{_ARCHIVES}/{sha256}/{file}", sha256), archive)
        yield from transfer.meanwhile(
            lambda: _install_archive(archive, sha256, target), f"unpacking {file}"
        )
        archive.unlink()
        return
    if isinstance(remote, Path):
        yield from transfer.copy(remote, target)
    else:
        yield from transfer.fetch(remote, target)


# --------------------------------------------------------------------------------------------------
# Files


def _file_name(name: str) -> str:
    return name.replace("/", "-").replace("@", "-") + ".safetensors"


def _installed_path(name_or_path: str) -> Path:
    """The safetensors file of a name or path. Unpacks an official archive on the way."""
    if name_or_path == "starter":
        if override := os.environ.get("ALBUMEN_STARTER"):
            return Path(override)
        try:
            return resources.path("starter.safetensors")
        except FileNotFoundError as error:
            raise AlbumenError(str(error)) from None
    if name_or_path in _CATALOGUE:
        path = models_directory() / _file_name(name_or_path)
        if not path.is_file():
            raise AlbumenError(
                f"The model '{name_or_path}' is not on this computer: download it first."
            )
        return path
    path = Path(name_or_path)
    if not path.is_file():
        raise AlbumenError(
            f"There is no model '{name_or_path}': "
            "give a name of the catalogue or a safetensors file."
        )
    return _unpacked(path) if checkpoint.is_archive(path) else path


def _unpacked(archive: Path) -> Path:
    """The safetensors file of an official archive, made if it is not there; a file that is not
    known stays what it is, and is refused when it is read."""
    sha256 = _checksum(archive)
    archives = {name: known.archive for name, known in _CATALOGUE.items() if known.archive}
    for name, (_, official) in archives.items():
        if official == sha256:
            target = models_directory() / _file_name(name)
            if not target.exists():
                _install_archive(archive, sha256, target)
            return target
    if archive.name in {file for file, _ in archives.values()}:
        raise AlbumenError(
            f"{archive} has a wrong checksum: it is damaged or not OpenAI's file; "
            "download it again."
        )
    return archive


def _install_archive(archive: Path, sha256: str, target: Path) -> None:
    """Keep the weights of a verified archive as safetensors, in the precision they came in."""
    if transfer.sha256_of(archive) != sha256:
        raise AlbumenError(f"{archive} changed while it was read: try again.")
    state_dict = checkpoint.read_archive(archive)
    constants = ("input_resolution", "context_length", "vocab_size")  # of the archive, not weights
    weights = {name: tensor for name, tensor in state_dict.items() if name not in constants}
    checkpoint.write(
        target, weights, {"activation": "quickgelu", "source": f"OpenAI {archive.name} {sha256}"}
    )


def _is_ours(path: Path) -> bool:
    """Whether Albumen itself put the file there, so that nobody unplugs or overwrites it while it
    is mapped."""
    return path.parent in (models_directory(), Path(resources.__file__).parent)


def _catalogue_activation(path: Path) -> Activation | None:
    """Hub files do not tell their activation; an installed one is known by its place."""
    if path.parent == models_directory():
        for name, known in _CATALOGUE.items():
            if path.name == _file_name(name):
                return known.activation
    return None


def _activation(path: Path) -> Activation:
    return _catalogue_activation(path) or checkpoint.activation(path) or _ASSUMED


def _model_id(path: Path, precision: str, activation: Activation) -> str:
    """The same weights with another activation make other vectors, so it is part of the id."""
    return f"{_checksum(path)[:16]}-{precision}{'-gelu' if activation == 'gelu' else ''}"


def _checksum(path: Path) -> str:
    """sha256 of a file in hex, remembered by path, size, time of change and inode (two files may
    come in one tick of the clock): hashing 600 MB at each start costs 1 s."""
    memory = Path(platformdirs.user_cache_path("albumen", appauthor=False)) / "checksums.json"
    status = path.stat()
    key = str(path.absolute())
    version = [status.st_size, status.st_mtime_ns, status.st_ino]
    try:
        known = dict(json.loads(memory.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        known = {}
    entry = known.get(key)
    if isinstance(entry, list) and entry[:-1] == version:
        return str(entry[-1])
    value = transfer.sha256_of(path)
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        temporary = memory.with_name(f"checksums.{os.getpid()}.part")
        temporary.write_text(json.dumps({**known, key: [*version, value]}), encoding="utf-8")
        os.replace(temporary, memory)
    except OSError:
        pass  # a memory only: without it the next start takes longer
    return value


def _starter_info(path: Path | None, identity: str) -> ModelInfo:
    sizes = checkpoint.sizes(path) if path else (0, 0)
    return ModelInfo(
        name="starter",
        title="Built-in starter",
        installed=path is not None,
        active=False,
        size=path.stat().st_size if path else 0,
        licence="MIT",
        quality="small and fast: scenes, everyday things and animals",
        source="ships with Albumen",
        model_id=identity,
        input_resolution=sizes[0],
        embedding_size=sizes[1],
    )


# --------------------------------------------------------------------------------------------------
# Device and precision


def convert_weights(clip: CLIP, dtype: torch.dtype) -> None:
    """The image encoder's convolutions, linear layers, attention and projection -> `dtype`, in
    place.

    As `convert_weights` of openai/CLIP: LayerNorm, BatchNorm and embeddings stay fp32. Unlike there
    the text encoder stays fp32 too: it costs little, and prompts are learned through it.
    """
    for module in clip.visual.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            module.to(dtype)
        elif isinstance(module, Attention):
            module.in_proj_weight.data = module.in_proj_weight.data.to(dtype)
            module.in_proj_bias.data = module.in_proj_bias.data.to(dtype)
    if isinstance(clip.visual, VisionTransformer):
        clip.visual.proj.data = clip.visual.proj.data.to(dtype)


def _device(device: str) -> torch.device:
    """The device of this name; "auto" is the first that this computer has of CUDA, MPS, CPU."""
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        chosen = torch.device(device)
    except RuntimeError:
        raise AlbumenError(
            f"There is no device '{device}': choose auto, cpu, cuda or mps."
        ) from None
    if chosen.type == "cuda" and not (
        torch.cuda.is_available() and (chosen.index or 0) < torch.cuda.device_count()
    ):
        raise AlbumenError(
            f"'{device}' cannot be used: this computer or this torch has no such CUDA device; "
            "use cpu."
        )
    if chosen.type == "mps" and not torch.backends.mps.is_available():
        raise AlbumenError(
            "'mps' cannot be used: it needs a Mac with Apple's graphics processor; use cpu."
        )
    if chosen.type not in ("cpu", "cuda", "mps"):
        raise AlbumenError(f"Albumen does not run on '{device}': choose auto, cpu, cuda or mps.")
    return chosen


def _on_device(clip: CLIP, device: str) -> tuple[CLIP, torch.device, str]:
    """The model where it was asked to be; with "auto" on the CPU, with a sentence, if the graphics
    processor fails."""
    chosen = _device(device)
    if chosen.type == "cpu":
        return clip, chosen, ""
    try:
        moved = clip.to(chosen)
        side = clip.input_resolution
        text = torch.full((1, 2), clip.vocab_size - 1, dtype=torch.int, device=chosen)
        image = torch.zeros(1, 3, side, side, device=chosen)
        with torch.no_grad():  # a driver or kernel that does not fit shows only when something runs
            moved.encode_text(text)
            moved.encode_image(image).cpu()  # waits until it has run
        return moved, chosen, ""
    except RuntimeError as error:
        reason = (str(error).strip().splitlines() or ["unknown error"])[0][:120]
        if device != "auto":
            raise AlbumenError(
                f"The model does not run on '{device}' ({reason}); use cpu."
            ) from error
        note = f"The graphics processor failed ({reason}); the CPU is used."
        return clip.to("cpu"), torch.device("cpu"), note


def precision_for(precision: str, device: torch.device) -> str:
    """The precision to compute with on this device; AlbumenError with a sentence if it cannot be
    had or would not pay.
    """
    if precision == "auto":
        return "fp16" if device.type == "cuda" else "fp32"
    if precision not in PRECISIONS:
        raise AlbumenError(
            f"There is no precision '{precision}': choose auto, {', '.join(PRECISIONS)}."
        )
    if device.type == "cpu" and precision == "fp16":
        raise AlbumenError(
            "fp16 is for graphics processors: on the CPU use fp32 (or bf16 where it has it)."
        )
    if device.type == "cpu" and precision == "bf16" and not cpu_has_bf16():
        raise AlbumenError(
            "This processor has no bf16 arithmetic (avx512_bf16 or AMX) and would be slower: "
            "use fp32."
        )
    if (
        device.type == "cuda"
        and precision == "bf16"
        and not torch.cuda.is_bf16_supported(including_emulation=False)
    ):
        raise AlbumenError("This graphics processor has no bf16 arithmetic: use fp16.")
    return precision


def precisions(device: str) -> list[str]:
    """The precisions that can be had and pay on the device of this name, the one that "auto" takes
    first."""
    chosen = _device(device)
    found = [precision_for("auto", chosen)]
    for precision in PRECISIONS:
        with contextlib.suppress(AlbumenError):
            exact = precision_for(precision, chosen)
            if exact != "bf16" or chosen.type != "cpu" or cpu_inference.bf16_pays():
                found.append(exact)
    return list(dict.fromkeys(found))


def cpu_has_bf16() -> bool:
    """Whether this CPU multiplies bf16 itself; elsewhere torch emulates it, 2.5 times slower than
    fp32."""
    # Private in torch, hence guarded.
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(bool(getattr(torch.cpu, check, lambda: False)()) for check in checks)
