"""What the documentation says exists: every link, every file and module, every command with its
options, every recipe; the picture is that of the code, and the README can be read aloud.

Commands are understood, not run: a command of ours is parsed by its own parser, and what is no
command of ours must be a tool that the project uses.
"""

from __future__ import annotations

import argparse
import importlib
import io
import itertools
import os
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from tests.support import architecture

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / ".github").rglob("*.md"),
        ROOT / "resources" / "STARTER.md",
    ]
)
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]

every_page = pytest.mark.parametrize("page", PAGES, ids=NAMES)

SETUP = """
python3 -m venv .venv && .venv/bin/pip install -c constraints.txt . && .venv/bin/albumen
python3 -m venv .venv-test && .venv-test/bin/pip install -c constraints.txt -e '.[test]' && .venv-test/bin/python -m pytest
"""  # noqa: E501 - as the README has them


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def without_code(text: str) -> str:
    return re.sub(r"`[^`]*`", "", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


# -- the README ------------------------------------------------------------------------------------


def test_the_readme_can_be_read_aloud() -> None:
    text = text_of(ROOT / "README.md")
    assert len(text.split()) <= 900
    assert text.count("](resources/screenshots/") == 2


def test_the_two_commands_stand_in_the_readme_word_for_word() -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", text_of(ROOT / "README.md"), re.DOTALL | re.MULTILINE)
    assert blocks[:2] == [f"{line}\n" for line in SETUP.strip().splitlines()]


# -- links -----------------------------------------------------------------------------------------


def heading_ids(text: str) -> set[str]:
    """What GitHub makes of headings."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }


@every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(text_of(page))):
        if target.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.is_relative_to(ROOT) and there.exists(), target
        assert not anchor or anchor in heading_ids(text_of(there)), target


def test_every_page_is_reached_from_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {
        (index.parent / target).resolve()
        for target in re.findall(r"\]\(([^)\s#]+)\)", text_of(index))
    }
    assert {page for page in PAGES if page.is_relative_to(ROOT / "docs")} - linked == {index}


# -- names of files and modules --------------------------------------------------------------------

_PATH = re.compile(r"(?<![\w/.-])((?:engine|desktop_app|resources|tests|docs|\.ci)/[\w./-]*[\w/])")
_MODULE = re.compile(r"(?<![\w/.-])((?:engine|desktop_app|resources)(?:\.\w+)+)(?![\w/-])")
_MADE = ("tests/fixtures/library-v",)  # a name with a number to come


@every_page
def test_every_file_and_module_exists(page: Path) -> None:
    if page.name == "CHANGELOG.md":
        return  # tells of what was, too
    text = text_of(page)
    for path in _PATH.findall(text):
        assert (ROOT / path).exists(), path
    for name in _MODULE.findall(text):
        if not (ROOT / name).exists():  # a file of that name, e.g. resources/x.y
            assert found(name), name


def found(name: str) -> bool:
    """Whether a dotted name is a module of ours, or something in one."""
    parts = name.split(".")
    if (ROOT / Path(*parts)).is_dir() or (ROOT / Path(*parts)).with_suffix(".py").exists():
        return True
    return found(".".join(parts[:-1])) and hasattr(
        importlib.import_module(".".join(parts[:-1])), parts[-1]
    )


def test_the_architecture_names_every_room() -> None:
    text = text_of(ROOT / "docs" / "architecture.md")
    for package in ("engine", "desktop_app"):
        for floor in architecture.floors(package):
            for room in floor:
                path = room.replace(".", "/")
                assert f"`{path}`" in text or f"`{path}.py`" in text, room


def test_the_picture_is_that_of_the_code() -> None:
    text = text_of(ROOT / "docs" / "architecture.svg")
    drawn = re.search(r"<desc>(.*)</desc>", text)
    expected = sorted(architecture.without_detours(architecture.arrows()))
    assert drawn and drawn[1].split("; ") == [f"{a} to {b}" for a, b in expected], (
        "run `python -m tests.support.architecture docs/architecture.svg` (just picture)"
    )
    for package in ("engine", "desktop_app"):
        for floor in architecture.floors(package):
            for room in floor:
                assert f">{room.partition('.')[2]}</text>" in text, room


def test_no_box_of_the_picture_stands_on_another() -> None:
    text = text_of(ROOT / "docs" / "architecture.svg")
    boxes = re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)" rx', text)
    assert len(boxes) == len(set(boxes)) > 20
    for one, other in itertools.combinations([tuple(map(int, box)) for box in boxes], 2):
        apart = abs(one[0] - other[0]) >= one[2] or abs(one[1] - other[1]) >= one[3]
        assert apart, (one, other)


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    given = {("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("a", "d"), ("e", "d")}
    assert architecture.without_detours(given) == {("a", "b"), ("b", "c"), ("c", "d"), ("e", "d")}


# -- commands --------------------------------------------------------------------------------------

_BEGINS = re.compile(
    r"(?:\w+=\S+ )*(?:\S*/)?(?:python3?|albumen|albumen-cli|just|pip|pipx|pytest|ruff|mypy|"
    r"lint-imports|pre-commit|apt-get|git|\.ci/\w+)(?: |$)"
)
#: Tools that are there without Albumen, or in an extra that the tests do not need.
_TOOLS = {"pip", "pipx", "apt-get", "git", "pre-commit", "ruff", "mypy", "lint-imports", "pytest"}
_FOREIGN_MODULES = {"venv", "pip", "pytest", "pstats", "cProfile", "build"}


def commands_of(page: Path) -> Iterator[str]:
    """Every command that a page tells to run: lines of its shell blocks, and code that begins like
    one."""
    text = text_of(page)
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            if line.strip() and not line.strip().startswith("#"):
                yield line.strip()
    inline = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    for code in re.findall(r"`([^`]+)`", inline):
        if _BEGINS.match(code):
            yield " ".join(code.split())


def fault(line: str) -> str:
    """What is wrong with a command, or nothing. Several joined by `&&` are looked at in turn."""
    words = shlex.split(line, comments=True)
    while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
        words = words[1:]
    if "&&" in words:
        at = words.index("&&")
        return fault(shlex.join(words[:at])) or fault(shlex.join(words[at + 1 :]))
    program, arguments = os.path.basename(words[0]), words[1:]
    if program in ("python", "python3"):
        return _python_fault(arguments)
    if program in ("albumen", "albumen-cli"):
        module = {"albumen": "desktop_app.__main__", "albumen-cli": "engine.__main__"}[program]
        return _parser_fault(module, arguments)
    if program == "just":
        return "" if not arguments or arguments[0] in [*recipes(), "--list"] else "no such recipe"
    if words[0].startswith(".ci/"):
        return "" if os.access(ROOT / words[0], os.X_OK) else "no such script"
    return "" if program in _TOOLS or program.startswith("pyside6-") else "what is this?"


def recipes() -> set[str]:
    text = (ROOT / "justfile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z]\w*)(?: [*A-Z]+)*:(?!=)", text, re.MULTILINE))


def _python_fault(arguments: list[str]) -> str:
    if not arguments:
        return ""
    if arguments[0] != "-m":
        return "" if (ROOT / arguments[0]).exists() else "no such file"
    module, rest = arguments[1], arguments[2:]
    if module in _FOREIGN_MODULES:
        paths = [word for word in rest if module == "pytest" and word.startswith("tests/")]
        gone = [path for path in paths if not (ROOT / path.partition("::")[0]).exists()]
        return f"no {', '.join(gone)}" if gone else ""
    if not found(module):
        return "no such module"
    program = f"{module}.__main__" if (ROOT / Path(*module.split("."))).is_dir() else module
    return _parser_fault(program, rest) if rest else ""


class Parsed(Exception):  # noqa: N818 - no error: the parser understood everything
    """Raised in place of doing what was understood."""


def _parser_fault(module: str, arguments: list[str]) -> str:
    """Let a program parse its command line and go no further; what it then says is the fault. A
    program without arguments is only its name."""
    program = importlib.import_module(module)
    if not arguments:
        return ""
    if "ArgumentParser" not in Path(str(program.__file__)).read_text("utf-8"):
        return "has no parser to stop at: it would be run"
    if module == "tests.torture.__main__":
        return _torture_fault(arguments)
    arguments = [word.removesuffix("...") for word in arguments if word != "..."]
    if module == "engine.__main__":  # what stands for any of them
        arguments = ["sync" if word == "COMMAND" else word for word in arguments]
    if module == "engine.__main__" and arguments[:2] == ["bench", "NAME"]:
        arguments[1] = "loop"
    if module == "engine.__main__" and arguments[:1] == ["bench"] and len(arguments) > 2:
        return _bench_fault(arguments[1], arguments[2:])
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stderr(said), redirect_stdout(said):
        patch.setattr(argparse.ArgumentParser, "parse_args", _parse_and_stop)
        patch.setattr(sys, "argv", [module, *arguments])
        try:
            ended = program.main(arguments) if program.main.__code__.co_argcount else program.main()
        except Parsed:
            return ""
        except SystemExit as end:
            ended = end.code
    return "" if ended in (0, None) else said.getvalue() or f"exit code {ended}"


_parse_known_args = argparse.ArgumentParser.parse_known_args


def _parse_and_stop(
    self: argparse.ArgumentParser, args: list[str] | None = None, namespace: object = None
) -> None:
    _, unknown = _parse_known_args(self, args, namespace)  # type: ignore[call-overload]
    if unknown:
        self.error(f"unrecognized arguments: {' '.join(unknown)}")
    raise Parsed


def _options_fault(module: str, options: list[str]) -> str:
    parser = argparse.ArgumentParser()
    importlib.import_module(module).add_arguments(parser)
    said = io.StringIO()
    with redirect_stderr(said), redirect_stdout(said):
        try:
            parser.parse_args(options)
        except SystemExit as end:
            return said.getvalue() if end.code else ""
    return ""


def _bench_fault(name: str, options: list[str]) -> str:
    return _options_fault(f"engine.bench.{name}", options)


def _torture_fault(arguments: list[str]) -> str:
    from tests.torture.__main__ import NAMES as TRIALS

    if arguments[0] == "NAME":
        return ""
    if arguments[0] not in TRIALS:
        return "no such trial"
    return _options_fault(f"tests.torture.{arguments[0]}", arguments[1:])


@every_page
def test_every_command_exists(page: Path) -> None:
    for line in commands_of(page):
        if wrong := fault(line):
            pytest.fail(f"{line}: {wrong}")


def test_commands_are_found_in_the_pages() -> None:
    found_here = {page.name: len(list(commands_of(page))) for page in PAGES}
    assert found_here["README.md"] and found_here["command-line.md"] > 30
    assert found_here["what-to-run-when.md"] > 25 and found_here["speed.md"] >= 10


@pytest.mark.parametrize(
    "line",
    [
        "albumen-cli snyc",
        "albumen-cli search",
        "albumen-cli train --quickly",
        "albumen --fast",
        "python -m engine finetune photos/",
        "python -m engine bench nothing",
        "OMP_NUM_THREADS=1 python -m engine bench coop --round 3 --nothing",
        "python -m engine.classifier",
        "python -m desktop_app.bench.gird",
        "python -m tests.torture earthquake",
        "python -m tests.screenshots OUT pink",
        "python -m pytest tests/no_such_room",
        "just relax",
        ".ci/walk",
        "python3 -m venv .venv && albumen-cli snyc",
        "format c:",
    ],
)
def test_a_wrong_command_is_told(line: str) -> None:
    assert fault(line)


def test_a_program_without_a_parser_is_not_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "eager.py").write_text("def main(words): raise AssertionError")
    monkeypatch.syspath_prepend(tmp_path)
    assert "no parser" in _parser_fault("eager", ["now"])


@pytest.mark.parametrize(
    "line",
    [
        "albumen-cli correct LABEL --yes PATH... --no PATH...",
        "python -m engine bench index --kinds jpeg12,jpeg3,phone --rounds 2 --starter  # a remark",
        "python -m tests.torture soak",
        "python -m tests.screenshots OUT dark zh_CN --states grid lightbox",
        "just profile sync",
    ],
)
def test_a_right_command_passes(line: str) -> None:
    assert not fault(line)
