"""From nothing to the first answer: a program that starts on a library of 100,000 photos.

    python -m engine bench start [--photos 100000] [--rounds 3] [--tiny]

Each round is a new process. Marks, in seconds since Python began our code: `open` (the library),
`list` (all photos by date, the labels with their counts: what a window shows first; no torch yet),
`model` (torch imported, weights loaded), `search` (the first text query answered; all vectors in
memory). Baseline in the same run: a process that only imports torch and reads the same weights and
the same vectors, without any order or meaning; `torch` is its import alone. ViT-B/32's geometry
with random weights, installed as a download would be, unless `--tiny`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from engine.bench import made

_OURS = """
import json, sys, time
began = time.time()
marks = {}
from engine.library.library import Library
library = Library.open(sys.argv[1]); marks['open'] = time.time() - began
assert len(library.view().ids) == int(sys.argv[2])
library.labels(); library.counts(); marks['list'] = time.time() - began
assert 'torch' not in sys.modules
library._model.recognition(); marks['model'] = time.time() - began
assert len(library.view('a dog on a beach').ids); marks['search'] = time.time() - began
print(json.dumps(marks))
"""

_LEAST = """
import json, sqlite3, sys, time
began = time.time()
import torch; torch_seconds = time.time() - began
from safetensors.torch import load_file
load_file(sys.argv[3])
everything = 'SELECT photo_id, vector FROM embeddings'
rows = sqlite3.connect(sys.argv[1] + '/library.db').execute(everything).fetchall()
torch.frombuffer(bytearray(b''.join(row[1] for row in rows)), dtype=torch.float16)
print(json.dumps({'torch': torch_seconds, 'least': time.time() - began}))
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine bench start`."""
    parser.add_argument(
        "--photos", type=int, default=100_000, help="rows of the library (default %(default)s)"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="processes of each kind (default %(default)s)"
    )
    parser.add_argument(
        "--tiny", action="store_true", help="a tiny model instead of ViT-B/32's geometry"
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Medians in seconds of each mark, ours and the baseline's."""
    with tempfile.TemporaryDirectory(prefix="albumen-start-") as directory, ExitStack() as stack:
        scratch = Path(directory)
        if args.tiny:
            model = str(made.write_model(scratch / "model.safetensors"))
        else:
            model = stack.enter_context(made.installed(scratch))
        made.library(scratch / "library", args.photos, model, labels=60)
        weights_file = model if args.tiny else str(next(scratch.rglob("*.safetensors")))
        marks: dict[str, list[float]] = {}
        for _ in range(args.rounds):
            for code in (_OURS, _LEAST):
                words = [str(scratch / "library"), str(args.photos), weights_file]
                child = subprocess.run(
                    [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
                )
                for name, seconds in json.loads(child.stdout).items():
                    marks.setdefault(name, []).append(seconds)
        size = (scratch / "library" / "library.db").stat().st_size
    medians = {name: round(statistics.median(some), 3) for name, some in marks.items()}
    return {"photos": args.photos, "database_mb": round(size / 1e6), "seconds": medians}
