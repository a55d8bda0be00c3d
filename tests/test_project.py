"""The files that people and programs meet before any code: versions that have to agree, recipes,
hooks, the matrix of GitHub, and what a package of ours contains."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import engine

ROOT = Path(__file__).resolve().parents[1]
RECIPES = {"setup", "run", "test", "fast", "lint", "shots", "profile", "release", "translate"}


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


def test_packages_say_that_they_are_typed_and_bring_it_along() -> None:
    data = project()["tool"]["setuptools"]["package-data"]
    for package in ("engine", "desktop_app"):
        assert (ROOT / package / "py.typed").exists() and "py.typed" in data[package]
