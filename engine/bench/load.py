"""How long a model takes to load, and how much memory at most, against the plain way.

    python -m engine bench load [--rounds 3]

ViT-B/32's geometry with random weights, stored in fp32 and in fp16. Each measurement is a fresh
process that imports torch first; then time and the rise of its peak memory are taken until the
first text is encoded and every weight has been touched. Plain: build the network with random
weights, read the file, copy it in (what most programs do).
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from engine.records import AlbumenError

_SIZES: dict[str, Any] = {
    "embed_dim": 512,
    "input_resolution": 224,
    "vision_layers": 12,
    "vision_width": 768,
    "vision_patch_size": 32,
    "context_length": 77,
    "vocab_size": 49408,
    "transformer_width": 512,
    "transformer_heads": 8,
    "transformer_layers": 12,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine bench load`."""
    parser.add_argument(
        "--rounds", type=int, default=3, help="measurements of each way (default %(default)s)"
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Seconds and peak memory of each way, for a file in fp32 and one in fp16.

    "of size": of the fp32 weights.
    """
    import torch
    from safetensors.torch import save_file

    from engine.clip.model import CLIP

    clip = CLIP(**_SIZES)
    size = sum(tensor.nbytes for tensor in clip.state_dict().values()) / 1e6
    result: dict[str, Any] = {"model": f"ViT-B/32, {size:.0f} MB in fp32"}
    with tempfile.TemporaryDirectory(prefix="albumen-bench-") as directory:
        for precision, dtype in (("fp32", torch.float32), ("fp16", torch.float16)):
            file = str(Path(directory) / f"{precision}.safetensors")
            save_file({name: tensor.to(dtype) for name, tensor in clip.state_dict().items()}, file)
            seconds: dict[str, list[float]] = {"plain": [], "copied": [], "mapped": []}
            peaks: dict[str, list[float]] = {name: [] for name in seconds}
            for _ in range(args.rounds):
                for way in seconds:
                    command = [sys.executable, "-m", "engine.bench.load", way, file]
                    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
                    spent, peak = json.loads(answer.stdout)
                    seconds[way].append(spent)
                    peaks[way].append(peak)
            result[f"file in {precision}"] = {
                way: {
                    "seconds": round(statistics.median(seconds[way]), 2),
                    "peak MB": round(statistics.median(peaks[way])),
                    "of size": round(statistics.median(peaks[way]) / size, 2),
                }
                for way in seconds
            }
    return result


def _child(way: str, file: str) -> tuple[float, float]:
    """In a fresh process: load one way; seconds, and MB by which the peak of memory rose."""
    import torch
    from safetensors.torch import load_file

    from engine.clip import checkpoint
    from engine.clip.model import CLIP, build_model
    from engine.clip.tokenizer import tokenize

    tokens = tokenize("a photo of a dog")
    tiny = CLIP(**{**_SIZES, "vision_layers": 1, "transformer_layers": 1, "vocab_size": 49408 // 8})
    with torch.no_grad():  # torch's own code and buffers are in memory before the measurement
        tiny.encode_text(tokens.clamp(max=6175))
    build_model(tiny.state_dict())
    del tiny
    before = _resident()
    started = time.perf_counter()
    if way == "plain":
        clip = CLIP(**_SIZES)
        clip.load_state_dict(load_file(file))
    else:
        content = checkpoint.read(Path(file), mapped=way == "mapped")
        clip = build_model(content.state_dict, copy=False)
        del content
    with torch.no_grad():
        clip.encode_text(tokens)
        sum(float(tensor.sum()) for tensor in clip.state_dict().values())
    return time.perf_counter() - started, _resident("VmHWM:") - before


def _resident(which: str = "VmRSS:") -> float:
    """Resident memory of this process in MB, now or (VmHWM) at its peak so far.

    Not from getrusage: there Linux counts what the parent had when it forked.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        raise AlbumenError(
            "'bench load' reads the peak of memory from /proc: run it on Linux."
        ) from None
    return int(next(line for line in lines if line.startswith(which)).split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    print(json.dumps(_child(sys.argv[1], sys.argv[2])))
