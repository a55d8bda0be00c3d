"""Where the way on is a command, the command line names it; the engine does not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from engine.__main__ import main
from engine.cli.wording import IN_COMMANDS, said, spoken
from engine.messages import Message, message


def test_a_message_is_said_with_the_commands_that_help() -> None:
    no_version = message("There is no version {number}; it may have been removed.", number=7)
    assert said(no_version) == "There is no version 7; `versions` lists them."
    whole = message("{path}: {reason}", path="a.jpg", reason=no_version)
    assert said(whole) == "a.jpg: There is no version 7; `versions` lists them."
    assert said(message("There is no label '{name}'.", name="cat")) == "There is no label 'cat'."


def test_a_nested_answer_is_spoken() -> None:
    answer = {"rows": [{"reason": message("{count} photos", count=2), "n": 1}], "of": (None, True)}
    assert spoken(answer) == {"rows": [{"reason": "2 photos", "n": 1}], "of": [None, True]}


@pytest.mark.parametrize("template", IN_COMMANDS)
def test_what_is_said_instead_has_the_same_places(template: str) -> None:
    assert places(IN_COMMANDS[template]) == places(template)


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_every_template_is_one_of_the_engine() -> None:
    """A sentence that is worded anew must not lose its command."""
    code = "\n".join(
        re.sub(r'"\s*\n\s*"', "", file.read_text(encoding="utf-8"))
        for file in sorted(Path(main.__code__.co_filename).parent.rglob("*.py"))
        if file.name != "wording.py"
    )
    assert [template for template in IN_COMMANDS if f'message("{template}"' not in flat(code)] == []


def flat(code: str) -> str:
    """Code with every call of a maker in one form."""
    return re.sub(r"(?:message|AlbumenError|UnusableValue)\(\s*", "message(", code)


def test_the_command_line_prints_it(
    tmp_path: Path, tiny_starter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = ["--library", str(tmp_path / "library")]
    assert main([*library, "--json", "activate", "7"]) == 1
    printed = capsys.readouterr()
    assert printed.err == "albumen: There is no version 7; `versions` lists them.\n"
    assert json.loads(printed.out) == {"error": "There is no version 7; `versions` lists them."}
    assert main([*library, "tags", str(tmp_path / "none.jpg")]) == 1
    assert capsys.readouterr().err.endswith("add its folder and sync first.\n")


def test_a_message_is_no_answer_of_json() -> None:
    """What is forgotten to be spoken is an error, not a list that nobody expects."""
    with pytest.raises(TypeError):
        json.dumps({"reason": Message("x")})
