"""`python -m tests.torture NAME [options]`: run one trial and print what it measured as JSON."""

from __future__ import annotations

import argparse
import importlib
import json
import sys

NAMES = (
    "files",
    "storm",
    "unplug",
    "limits",
    "kill",
    "diskfull",
    "ioerrors",
    "originals",
    "offline",
    "soak",
)


def figures_of(name: str, options: list[str]) -> dict[str, object]:
    """Run one trial with its command-line options."""
    trial = importlib.import_module(f"tests.torture.{name}")
    parser = argparse.ArgumentParser(
        prog=f"python -m tests.torture {name}", description=trial.__doc__
    )
    trial.add_arguments(parser)
    figures: dict[str, object] = trial.run(parser.parse_args(options))
    return figures


def main(argv: list[str]) -> int:
    name = argv[0] if argv else ""
    if name not in NAMES:
        print(f"usage: python -m tests.torture {{{','.join(NAMES)}}} [options]", file=sys.stderr)
        return 2
    print(json.dumps(figures_of(name, argv[1:]), indent=1, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
