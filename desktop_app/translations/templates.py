"""What the engine may say, read out of its code: every literal template of a message.

Knows: how a message is made (`engine.messages`), and which rooms no window ever enters. Does not
know: what the templates mean, nor any language. The engine is read, not imported.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ENGINE = Path(__file__).parents[2] / "engine"
#: What makes a message from a template, its first argument.
MAKERS = ("message", "Message", "AlbumenError", "UnusableValue")
#: Rooms that serve the command line only: no window shows what they say.
COMMAND_LINE = ("cli", "starter", "evaluate", "bench", "__main__.py")
#: How messages are put together; what it says is said elsewhere.
MACHINERY = "messages.py"


@dataclass(frozen=True, slots=True)
class Made:
    """A place in the code where a message is made. `first`: the first argument; `names`: of the
    keyword arguments, None for `**`."""

    file: Path
    line: int
    maker: str
    first: ast.expr | None
    names: tuple[str | None, ...]

    @property
    def template(self) -> str | None:
        """The literal, or None where the first argument is none."""
        if isinstance(self.first, ast.Constant) and isinstance(self.first.value, str):
            return self.first.value
        return None


def made(file: Path) -> Iterator[Made]:
    """Where a file makes messages, in the order of the code."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name in MAKERS:
            names = tuple(keyword.arg for keyword in node.keywords)
            yield Made(file, node.lineno, name, node.args[0] if node.args else None, names)


def files() -> list[Path]:
    """The modules of the engine that make messages of their own."""
    return [file for file in sorted(ENGINE.rglob("*.py")) if file != ENGINE / MACHINERY]


def reaches_a_window(file: Path) -> bool:
    """Whether a window may show what this module says."""
    return file.relative_to(ENGINE).parts[0] not in COMMAND_LINE


def templates() -> list[str]:
    """Every template that a window may show, once, in the order of their alphabet."""
    found = {one.template for file in files() if reaches_a_window(file) for one in made(file)}
    return sorted(template for template in found if template is not None)
