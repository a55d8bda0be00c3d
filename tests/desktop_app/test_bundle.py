"""The frozen program and the desktop's files: what can be checked without building for minutes.

The whole (`python -m desktop_app.bundle OUT`, then the program decodes and tags a folder) is run by
hand before a release.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

import resources
from desktop_app import bundle, frozen
from engine import __version__
from engine.images.decode import Decoded
from engine.images.decode_pool import FROZEN_CHILD, DecodePool
from tests.support.small_library import write_photo

ROOT = Path(bundle.__file__).resolve().parents[1]
FILES = Path(resources.__file__).parent


def after(arguments: list[str], option: str) -> list[str]:
    return [value for name, value in pairwise(arguments) if name == option]


def test_what_is_named_is_there(tmp_path: Path) -> None:
    arguments = bundle.options(tmp_path / "out", tmp_path / "work")
    assert Path(arguments[0]).is_file()
    for module in after(arguments, "--hidden-import"):
        assert importlib.util.find_spec(module), module
    ours = [
        module for module in after(arguments, "--exclude-module") if module.startswith("engine.")
    ]
    assert ours and all(importlib.util.find_spec(module) for module in ours)


def test_without_pyinstaller_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PyInstaller.__main__", None)
    with pytest.raises(SystemExit, match="install the extra 'build'"):
        bundle.build(tmp_path)


@pytest.mark.skipif(
    sys.platform == "win32", reason="the stand-in for the frozen program is a shell script"
)
def test_a_frozen_program_starts_itself_to_decode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "albumen"
    program.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -P -W ignore -m desktop_app.frozen "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    photo = write_photo(tmp_path / "a.jpg", 1)
    with DecodePool(32, workers=1) as pool:
        (decoded,) = pool.decode([os.fsencode(photo)])
    assert isinstance(decoded, Decoded) and decoded.pixels.shape == (32, 32, 3)


def test_anything_else_is_the_window(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert FROZEN_CHILD.startswith("--")  # no folder is called so by accident
    monkeypatch.setattr(sys, "argv", ["albumen", "--version"])
    with pytest.raises(SystemExit) as left:
        frozen.main()
    assert left.value.code == 0 and capsys.readouterr().out == f"Albumen {__version__}\n"


# -- the desktop's files ---------------------------------------------------------------------------


def test_the_files_of_the_desktop_name_each_other() -> None:
    (metainfo,) = FILES.glob("*.metainfo.xml")
    component = ElementTree.parse(metainfo).getroot()
    identity = component.findtext("id", "")
    assert (
        re.fullmatch(r"[a-z]+(\.[a-z][a-z0-9_]*){2,}", identity)
        and metainfo.name == f"{identity}.metainfo.xml"
    )
    launchable = component.findtext("launchable", "")
    entry = (FILES / launchable).read_text(encoding="utf-8")
    icon = re.search(r"^Icon=(.+)$", entry, re.MULTILINE)
    assert icon is not None and (FILES / f"{icon[1]}.svg").is_file()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    installed = [
        file for files in project["tool"]["setuptools"]["data-files"].values() for file in files
    ]
    assert sorted(installed) == sorted(
        f"resources/{name}" for name in (launchable, metainfo.name, f"{icon[1]}.svg")
    )


@pytest.mark.parametrize(
    "command",
    [
        ("appstreamcli", "validate", "--no-net", "*.metainfo.xml"),
        ("desktop-file-validate", "*.desktop"),
    ],
)
def test_the_validators_agree(command: tuple[str, ...]) -> None:
    program = shutil.which(command[0])
    if program is None:
        pytest.skip(f"{command[0]} is not installed")
    files = [str(file) for file in FILES.glob(command[-1])]
    done = subprocess.run([program, *command[1:-1], *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
