"""`python -m desktop_app.bundle OUT`: a folder OUT/albumen that runs without Python.

PyInstaller makes it.

Knows: what of Albumen PyInstaller cannot see by itself (data, modules imported by name, what
`doctor` asks about), and what it would take along for nothing. Needs the extra `build`. The folder
is for the system it was made on.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from engine.library.diagnosis import PACKAGES

#: Parts of other packages, or tools of development, that nothing in the window ever imports.
_LEFT_OUT = (
    *(
        "matplotlib",
        "transformers",
        "pytest",
        "hypothesis",
        "mypy",
        "IPython",
        "tkinter",
        "scipy",
        "pandas",
    ),
    *(
        "torchvision",
        "torchaudio",
        "tensorboard",
        "torch.utils.tensorboard",
        "torch.testing._internal.distributed",
    ),
    *(
        "engine.bench",
        "engine.starter.pretrain",
        "engine.evaluate.evaluate",
        "engine.evaluate.finetune",
        "tests",
    ),
    *("PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtPdf", "PySide6.QtOpenGL"),
)
#: Tests, headers and programs inside torch, taken along by PyInstaller's own hook.
#: (`torch_shm_manager` has to stay.)
_DEAD_WEIGHT = ("torch/test", "torch/include", "torch/share", "torch/bin/[!t]*", "torch/bin/test_*")
#: Imported by name, so that a reader of code cannot find them.
_BY_NAME = (
    "engine.search.recognition",
    "engine.library.library",
    "engine.images.decode_child",
    "engine.disk.watch",
    "pillow_heif",
    "rawpy",
)


def options(out: Path, work: Path) -> list[str]:
    """The command line of PyInstaller: program in `out`, everything in between in `work`."""
    root = Path(__file__).resolve().parent
    arguments = [
        *(
            str(root / "frozen.py"),
            "--name",
            "albumen",
            "--onedir",
            "--windowed",
            "--noconfirm",
            "--log-level",
            "WARN",
        ),
        *(
            "--distpath",
            str(out),
            "--workpath",
            str(work),
            "--specpath",
            str(work),
            "--paths",
            str(root.parent),
        ),
        *(
            "--collect-data",
            "desktop_app",
            "--collect-data",
            "resources",
            "--collect-submodules",
            "huggingface_hub",
        ),
    ]
    for module in _BY_NAME:
        arguments += ["--hidden-import", module]
    for module in _LEFT_OUT:
        arguments += ["--exclude-module", module]
    for package in PACKAGES:
        try:
            distribution(package)
        except PackageNotFoundError:  # from a checkout that was not installed
            continue
        arguments += ["--copy-metadata", package]
    return arguments


def build(out: Path) -> Path:
    """Make the folder; returns the program in it.

    SystemExit with a sentence where PyInstaller is missing.
    """
    try:
        from PyInstaller.__main__ import run
    except ImportError as error:
        raise SystemExit(
            "PyInstaller is missing: install the extra 'build' (pip install '.[build]')."
        ) from error
    with tempfile.TemporaryDirectory() as work:
        run(options(out, Path(work)))
    for pattern in _DEAD_WEIGHT:
        for path in (out / "albumen" / "_internal").glob(pattern):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    return out / "albumen" / ("albumen.exe" if os.name == "nt" else "albumen")


def main() -> int:
    """Build and print where the program is."""
    parser = argparse.ArgumentParser(prog="python -m desktop_app.bundle", description=__doc__)
    parser.add_argument("out", type=Path, help="the folder 'albumen' is made in this one")
    print(build(parser.parse_args().out.resolve()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
