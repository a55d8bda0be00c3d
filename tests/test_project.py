"""The files that people and programs meet before any code: versions that have to agree, recipes,
hooks, the matrix of GitHub, and what a package of ours contains."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import engine

ROOT = Path(__file__).resolve().parents[1]
RECIPES = {"setup", "run", "test", "fast", "lint", "shots", "profile", "release", "translate"}

posix = pytest.mark.skipif(sys.platform == "win32", reason="releases are made on POSIX")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def project() -> dict[str, Any]:
    return tomllib.loads(text_of("pyproject.toml"))


def constraints() -> dict[str, str]:
    lines = [line for line in text_of("constraints.txt").splitlines() if "==" in line]
    return {name.lower().replace("_", "-"): version for name, _, version in
            (line.partition("==") for line in lines)}  # fmt: skip


def test_recipes() -> None:
    found = re.findall(r"^([a-z]\w*)(?: [*A-Z]+)*:(?!=)", text_of("justfile"), re.MULTILINE)
    assert set(found) >= RECIPES and len(found) == len(set(found))


def test_hooks_have_the_versions_of_the_constraints() -> None:
    hooks = yaml.safe_load(text_of(".pre-commit-config.yaml"))["repos"][0]["hooks"]
    assert [hook["id"] for hook in hooks] == ["ruff", "ruff-format"]
    for hook in hooks:
        assert hook["additional_dependencies"] == [f"ruff=={constraints()['ruff']}"]


def test_every_direct_dependency_has_a_tested_version() -> None:
    settings = project()["project"]
    extras = settings["optional-dependencies"]
    for wanted in (*settings["dependencies"], *extras["test"]):
        name = re.split(r"[<>=!~ ]", wanted)[0].lower().replace("_", "-")
        assert name in constraints(), name


def test_the_matrix() -> None:
    workflow = yaml.safe_load(text_of(".github/workflows/tests.yml"))
    matrix = workflow["jobs"]["tests"]["strategy"]["matrix"]
    assert {name.partition("-")[0] for name in matrix["os"]} == {"ubuntu", "windows", "macos"}
    assert matrix["python"] == ["3.11", "3.12", "3.13"]
    assert project()["project"]["requires-python"] == ">=3.11"


@pytest.mark.parametrize("name", ["bug", "idea"])
def test_templates_ask_something(name: str) -> None:
    form = yaml.safe_load(text_of(f".github/ISSUE_TEMPLATE/{name}.yml"))
    asked = [part for part in form["body"] if part["type"] != "markdown"]
    assert form["name"] and form["description"] and asked
    assert len({part["id"] for part in asked}) == len(asked)


def test_the_changelog_tells_of_this_version() -> None:
    headings = re.findall(r"^## (.*)$", text_of("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    dated = [re.fullmatch(r"(\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2}", line) for line in headings[1:]]
    assert dated and all(dated)
    assert engine.__version__ in {found[1] for found in dated if found}


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """A repository that is ready for a release, of nothing but what the script looks at."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "release").write_bytes((ROOT / ".ci" / "release").read_bytes())
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "__init__.py").write_text('__version__ = "1.2.3"\n')
    changelog = "# Changelog\n\n## Unreleased\n\n## 1.2.3 - 2026-12-01\n\n- New.\n"
    (tmp_path / "CHANGELOG.md").write_text(changelog)
    (tmp_path / ".gitignore").write_text("__pycache__/\n/bin/\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "Release 1.2.3")
    return tmp_path


def git(where: Path, *words: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], cwd=where, check=True, capture_output=True)


def refusal(where: Path) -> str:
    """What the release says and stops at."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        ["bash", ".ci/release", "bin"], cwd=where, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode != 0 and not (where / "dist").exists()
    return done.stderr


@posix
def test_a_release_is_refused_before_anything_is_made(released: Path) -> None:
    (released / "more.txt").write_text("not committed")
    assert "the tree has changes" in refusal(released)


@posix
@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("## 1.2.3 - 2026-12-01", "## 1.2.3", "no dated section"),
        ("## 1.2.3 -", "## 1.223 -", "no dated section"),
        ("## Unreleased\n", "## Unreleased\n\n- Left.\n", "entries under Unreleased"),
    ],
)
def test_a_release_reads_the_changelog(released: Path, old: str, new: str, reason: str) -> None:
    text = (released / "CHANGELOG.md").read_text()
    (released / "CHANGELOG.md").write_text(text.replace(old, new))
    git(released, "commit", "-q", "-a", "-m", "Changelog")
    assert reason in refusal(released)


@posix
def test_a_version_is_released_once(released: Path) -> None:
    assert "bin/ruff: No such file" in refusal(released)  # past all that it looks at
    git(released, "tag", "-a", "v1.2.3", "-m", "Albumen 1.2.3")
    assert "v1.2.3 is tagged already" in refusal(released)


def test_packages_say_that_they_are_typed_and_bring_it_along() -> None:
    data = project()["tool"]["setuptools"]["package-data"]
    for package in ("engine", "desktop_app"):
        assert (ROOT / package / "py.typed").exists() and "py.typed" in data[package]
