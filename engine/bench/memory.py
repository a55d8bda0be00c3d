"""What an idle library takes, and whether a long sync grows.

    python -m engine bench memory [--photos 100000] [--files 3000] [--tiny]

Resident memory (MB) of new processes. Idle: a library of PHOTOS rows with ViT-B/32's geometry
(random weights, installed as a download would be, unless `--tiny`), listed, searched once, at rest.
Baseline in the same run: `import torch` alone, and the model alone; the vectors' own size is given
beside them. Sync: FILES small photos are read into an empty library; memory after each eighth, and
the growth per file from the third eighth on (before, caches fill).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from engine.bench import made
from engine.records import AlbumenError

_RESIDENT = """
import json, sys
def resident():
    for line in open('/proc/self/status'):
        if line.startswith('VmRSS'):
            return int(line.split()[1]) / 1000
"""

_TORCH = _RESIDENT + "import torch; print(resident())"

_MODEL = (
    _RESIDENT
    + "from engine.clip import weights; model = weights.load(sys.argv[1]); print(resident())"
)

_IDLE = (
    _RESIDENT
    + """
from engine.library.library import Library
library = Library.open(sys.argv[1])
library.view(); library.labels(); library.counts(); listed = resident()
library.view('a dog on a beach')
print(json.dumps({'listed': listed, 'searched': resident()}))
"""
)

_SYNC = (
    _RESIDENT
    + """
from engine.library.library import Library
library = Library.open(sys.argv[1], model=sys.argv[3])
library.add_labels(library.starter_labels())
library.add([sys.argv[2]])
marks, total, eighth = [], int(sys.argv[4]), 0
for step in library.sync():
    done = getattr(step, 'done', 0) if getattr(step, 'phase', '') in ('decode', 'encode') else 0
    while eighth < 8 and done * 8 >= total * (eighth + 1):
        eighth += 1
        marks.append(resident())
print(json.dumps(marks))
"""
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine bench memory`."""
    parser.add_argument(
        "--photos", type=int, default=100_000, help="rows of the idle library (default %(default)s)"
    )
    parser.add_argument(
        "--files",
        type=int,
        default=3000,
        help="photos that are synced, 0: none (default %(default)s)",
    )
    parser.add_argument(
        "--tiny", action="store_true", help="a tiny model instead of ViT-B/32's geometry"
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Resident MB of each process."""
    if not Path("/proc/self/status").exists():
        raise AlbumenError("Resident memory is read from /proc, which this system does not have.")
    with tempfile.TemporaryDirectory(prefix="albumen-memory-") as directory, ExitStack() as stack:
        scratch = Path(directory)
        if args.tiny:
            model = str(made.write_model(scratch / "model.safetensors"))
        else:
            model = stack.enter_context(made.installed(scratch))
        made.library(scratch / "library", args.photos, model, labels=60)
        idle = _child(_IDLE, scratch / "library")
        figures: dict[str, Any] = {
            "photos": args.photos,
            "import torch": round(_child(_TORCH)),
            "model alone": round(_child(_MODEL, model)),
            "library listed, no torch": round(idle["listed"]),
            "library searched, idle": round(idle["searched"]),
            "vectors": round(args.photos * 512 * 2 / 1e6),
        }
        if args.files:
            figures["sync"] = _sync(scratch, args.files)
    return figures


def _sync(scratch: Path, files: int) -> dict[str, Any]:
    from PIL import Image

    photos = scratch / "photos"
    photos.mkdir()
    for number in range(files):
        Image.effect_noise((320, 240), 20 + number / files * 60).save(
            photos / f"{number:06}.jpg", quality=60
        )
    tiny = made.write_model(scratch / "tiny.safetensors")
    marks = _child(_SYNC, scratch / "synced", photos, tiny, files)
    grown = (marks[-1] - marks[2]) * 1000 / (files * 5 / 8)
    return {
        "files": files,
        "MB after each eighth": [round(mark) for mark in marks],
        "growth, KB per file": round(grown, 2),
    }


def _child(code: str, *words: object) -> Any:
    command = [sys.executable, "-c", code, *map(str, words)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
