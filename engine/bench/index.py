"""Files on disk to embeddings in SQLite.

Measured against the seeds' own way and against what this machine could do at most.

    python -m engine bench index [--kinds jpeg12,jpeg3,png,heic,phone] [--photos 64] [--rounds 3]
        [--starter] [--competitor]

The photos are made here (12 MP: 4000 x 3000; `jpeg3`: 2048 x 1536; `phone`: HEIC with the smaller
picture inside that phones write). The model has ViT-B/32's geometry and random weights (speed does
not depend on them), or is the shipped one (`--starter`). Ways, in turn within each round:

* ours: `Library.sync` of new files: scan, hash, decode, thumbnail, encode, tags, commit
* seeds: what the seed programs do for each file: open, decode all of it, CLIP's preprocessing,
  encode one image with the official network in fp32, insert and commit one row

Limit: cores / (core-seconds to decode + core-seconds to encode one photo), both measured as
processor time, alone. Useful part: those core-seconds in the processor time that the sync and its
processes took in all; it hardly depends on what else the machine does, as `of the limit` does.
`--competitor`: the same (ours only) while another program keeps one core busy, with OpenMP threads
that wait passively, as the program sets them, and with threads that spin.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image

import resources
from engine.bench import made
from engine.clip import weights
from engine.images import decode
from engine.library.library import Library

_PHONE_THUMBNAIL = 416
_KINDS: dict[str, tuple[str, tuple[int, int], dict[str, Any]]] = {
    "jpeg12": ("JPEG", (4000, 3000), {"quality": 90}),
    "jpeg3": ("JPEG", (2048, 1536), {"quality": 90}),
    "png": ("PNG", (4000, 3000), {"compress_level": 3}),
    "heic": ("HEIF", (4000, 3000), {"quality": 70}),
    "phone": ("HEIF", (4000, 3000), {"quality": 70, "thumbnails": [_PHONE_THUMBNAIL]}),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine bench index`."""
    parser.add_argument(
        "--kinds", default=",".join(_KINDS), help="kinds of files (default %(default)s)"
    )
    parser.add_argument(
        "--photos", type=int, default=64, help="files per round for ours (default %(default)s)"
    )
    parser.add_argument(
        "--seeds-photos",
        type=int,
        default=12,
        help="files per round for the seeds' way (%(default)s)",
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="rounds; medians are reported (default %(default)s)"
    )
    parser.add_argument(
        "--starter", action="store_true", help="the shipped model instead of ViT-B/32's geometry"
    )
    parser.add_argument(
        "--competitor", action="store_true", help="also: while another program takes a core"
    )
    # One measurement in a process of its own, as JSON.
    parser.add_argument("--only", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """{kind: {"ours", "seeds", "limit": photos/s, "ratio", "of the limit"}}, medians."""
    if args.only:
        return _in_this_process(json.loads(args.only))
    with tempfile.TemporaryDirectory(prefix="albumen-bench-") as name:
        scratch = Path(name)
        if args.starter:
            model = resources.path("starter.safetensors")
        else:
            model = made.write_model(scratch / "vit-b-32.safetensors", vit_b32=True)
        figures: dict[str, Any] = {"cores": os.cpu_count(), "load before": _load()}
        for kind in args.kinds.split(","):
            bases = _bases(kind)
            figures[kind] = _compare(scratch, model, kind, bases, args)
            if args.competitor:
                figures[kind] |= _with_competitor(scratch, model, kind, bases, args)
        return figures


def _compare(
    scratch: Path, model: Path, kind: str, bases: list[bytes], args: argparse.Namespace
) -> dict[str, Any]:
    ours: list[dict[str, float]] = []
    seeds: list[float] = []
    for number in range(args.rounds):
        folder = _photos(scratch / f"{kind} ours {number}", kind, bases, args.photos)
        ours.append(_measure("ours", folder, model))
        folder = _photos(scratch / f"{kind} seeds {number}", kind, bases, args.seeds_photos)
        seeds.append(_measure("seeds", folder, model)["photos/s"])
    middle = {figure: statistics.median(each[figure] for each in ours) for figure in ours[0]}
    plain = statistics.median(seeds)
    return {
        "megabytes per file": round(statistics.mean(map(len, bases)) / 1e6, 2),
        "ours": round(middle["photos/s"], 2),
        "seeds": round(plain, 2),
        "ratio": round(middle["photos/s"] / plain, 2),
        "limit": round(middle["limit"], 2),
        "of the limit": round(middle["photos/s"] / middle["limit"], 3),
        "core-ms to decode": round(middle["decode"], 1),
        "core-ms to encode": round(middle["encode"], 1),
        "useful part of our processor time": round(middle["useful"], 3),
    }


def _with_competitor(
    scratch: Path, model: Path, kind: str, bases: list[bytes], args: argparse.Namespace
) -> dict[str, Any]:
    figures = {}
    for policy in ("PASSIVE", "ACTIVE"):
        folder = _photos(scratch / f"{kind} {policy}", kind, bases, args.photos)
        with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as competitor:
            try:
                result = _measure("ours", folder, model, OMP_WAIT_POLICY=policy)
            finally:
                competitor.kill()
        figures[f"ours with a competitor, {policy.lower()} waiting"] = round(result["photos/s"], 2)
    return figures


# --------------------------------------------------------------------------------------------------
# One measurement in a fresh process


def _measure(way: str, folder: Path, model: Path, **environment: str) -> dict[str, float]:
    """Each in a process of its own.

    Nothing is warm but the files, and OpenMP can be told how to wait.
    """
    task = json.dumps({"way": way, "folder": str(folder), "model": str(model)})
    command = [sys.executable, "-m", "engine", "--json", "bench", "index", "--only", task]
    done = subprocess.run(command, env=os.environ | environment, stdout=subprocess.PIPE, check=True)
    return {
        name: value for name, value in json.loads(done.stdout).items() if not isinstance(value, str)
    }


def _in_this_process(task: dict[str, str]) -> dict[str, Any]:
    folder = Path(task["folder"])
    model = Path(task["model"])
    return _ours(folder, model) if task["way"] == "ours" else _seeds(folder, model)


def _ours(folder: Path, model: Path) -> dict[str, float]:
    """Photos per second of a sync.

    The model is loaded and the processes are started by a few photos before.
    """
    first = folder / "first"
    children = _children_seconds()
    with (
        tempfile.TemporaryDirectory() as directory,
        Library.open(directory, model=str(model)) as library,
    ):
        library.add([str(first)])
        list(library.sync())
        library.add([str(folder)])
        started = time.perf_counter()
        own = time.process_time()
        list(library.sync())
        seconds = time.perf_counter() - started
        own = time.process_time() - own
        all_of_them = len(library.view().ids)
        before = len(os.listdir(first))
        if library.counts().problems:
            raise RuntimeError(str(library.failures()[0]))
    loaded = weights.load(str(model))
    count = all_of_them - before
    own += (_children_seconds() - children) * count / all_of_them
    paths = [os.fsencode(path) for path in sorted(folder.glob("*.*"))][:8]
    decoding = _core_seconds(
        lambda: [decode.decode_raw(path, loaded.input_resolution) for path in paths]
    ) / len(paths)
    # (B, S, S, 3)
    batch = decode.decode(paths[0], loaded.input_resolution).pixels[None].repeat(32, axis=0)
    loaded.encode_images(batch)
    encode = _core_seconds(lambda: loaded.encode_images(batch)) / 32
    return {
        "photos/s": count / seconds,
        "limit": (os.cpu_count() or 1) / (decoding + encode),
        "decode": 1e3 * decoding,
        "encode": 1e3 * encode,
        "useful": (decoding + encode) * count / own,
    }


def _children_seconds() -> float:
    """Processor time of the decoding processes that have ended (0 on Windows)."""
    times = os.times()
    return times.children_user + times.children_system


def _core_seconds(work: Any) -> float:
    """Processor time of all threads of this process."""
    started = time.process_time()
    work()
    return time.process_time() - started


def _seeds(folder: Path, model: Path) -> dict[str, float]:
    """Photos per second of the seeds' way.

    One at a time, everything decoded, fp32, a commit each.
    """
    import torch

    from engine.clip import checkpoint
    from engine.clip.model import build_model

    clip = build_model(checkpoint.read(model).state_dict).float().eval()
    paths = sorted(folder.glob("*.*"))

    def encode(path: Path) -> bytes:
        with Image.open(path) as image, torch.no_grad():
            pixels = decode.preprocess(image.convert("RGB"), clip.input_resolution)  # (3, S, S)
            features = clip.encode_image(pixels[None])  # (1, D)
            return bytes(torch.nn.functional.normalize(features, dim=-1).numpy().tobytes())

    encode(paths[0])
    with (
        tempfile.TemporaryDirectory() as directory,
        sqlite3.connect(Path(directory, "seeds.db")) as database,
    ):
        database.execute("CREATE TABLE embeddings (path TEXT PRIMARY KEY, vector BLOB)")
        started = time.perf_counter()
        for path in paths:
            database.execute("INSERT INTO embeddings VALUES (?, ?)", (str(path), encode(path)))
            database.commit()
        seconds = time.perf_counter() - started
    database.close()
    return {"photos/s": len(paths) / seconds}


def _load() -> float | None:
    """How many programs wanted a core in the last minute.

    Above 0.5 the figures are those of a busy machine.
    """
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


# ---------------------------------------------------------------- photos


def _bases(kind: str) -> list[bytes]:
    """Three pictures of a kind with shapes, gradients and fine grain.

    About as large as a camera's files (one where making it takes long).
    """
    format_, size, options = _KINDS[kind]
    result = []
    for seed in range(1 if format_ == "HEIF" else 3):
        grain = Image.effect_noise((size[0] // 2, size[1] // 2), 24).resize(size)
        random.seed(seed)
        planes = [
            Image.radial_gradient("L").rotate(random.uniform(0, 360)).resize(size) for _ in range(3)
        ]
        image = Image.merge("RGB", [Image.blend(plane, grain, 0.35) for plane in planes])
        out = io.BytesIO()
        image.save(out, format_, **options)
        result.append(out.getvalue())
    return result


def _photos(folder: Path, kind: str, bases: list[bytes], count: int) -> Path:
    """`count` files that differ by a few bytes behind the picture, and eight more in `first`."""
    extension = {"JPEG": "jpg", "PNG": "png", "HEIF": "heic"}[_KINDS[kind][0]]
    (folder / "first").mkdir(parents=True)
    long_ago = 1_600_000_000
    for number in range(count + 8):
        mark = b"photo %d" % number
        tail = struct.pack(">I4s", len(mark) + 8, b"free") + mark if extension == "heic" else mark
        path = folder / ("first" if number < 8 else ".") / f"{number}.{extension}"
        path.write_bytes(bases[number % len(bases)] + tail)
        os.utime(path, (long_ago, long_ago))
    return folder
