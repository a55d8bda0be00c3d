"""Measuring the engine, each time with a baseline: `python -m engine bench NAME [options]`.

One module for each benchmark.

Knows: which benchmarks there are. Each module has `add_arguments(parser)` and `run(args) -> dict`,
ready for JSON; `--model` and `--device` of the command line arrive as `args.model` and
`args.device`.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from typing import Any

from engine.cli import render

BENCHMARKS = {
    "loop": "the whole loop on labelled photos: accuracy, search, learning from corrections, "
    "kill, second sync",
    "index": "files on disk to embeddings in the store",
    "search": "text queries at 10k, 100k, 1M photos",
    "start": "from nothing to the first answer",
    "memory": "what an idle library and a long sync take",
    "scale": "every verb at a million rows",
    "learn": "learning from few corrections",
    "coop": "one step of prompt learning",
    "load": "loading models",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The name of the benchmark, and whatever follows for the benchmark itself."""
    listed = "; ".join(f"{name}: {what}" for name, what in BENCHMARKS.items())
    parser.add_argument("name", choices=BENCHMARKS, metavar="NAME", help=listed.replace("%", "%%"))
    parser.add_argument(
        "rest", nargs=argparse.REMAINDER, metavar="...", help="its own options (NAME --help)"
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Run one benchmark; returns its figures. SystemExit(2) for options that it does not know."""
    module = importlib.import_module(f"engine.bench.{args.name}")
    parser = argparse.ArgumentParser(
        prog=f"python -m engine bench {args.name}", description=module.__doc__
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    module.add_arguments(parser)
    options = parser.parse_args(args.rest, argparse.Namespace(model=args.model, device=args.device))
    figures: dict[str, Any] = module.run(options)
    return {"benchmark": args.name} | figures


def show(figures: dict[str, Any]) -> str:
    """The figures as text, by the benchmark's own `show` where it has one."""
    module = importlib.import_module(f"engine.bench.{figures['benchmark']}")
    own: Callable[[dict[str, Any]], str] = getattr(module, "show", render.tree)
    return own(figures)
