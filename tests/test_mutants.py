"""Which mutants are asked about, and what the score of a sample says."""

from __future__ import annotations

import ast

import pytest

from tests.support import mutants

BEFORE = """
def f__mutmut_orig(self, some, path):
    for one, other in zip(some, self.others, strict=True):
        if one < other and path.read_text("utf-8"):
            self.rows("SELECT id FROM photos WHERE id = ?", (one,))
            raise AlbumenError(f"no {one}", "This is no photo.", kind="photo")
    return 1
"""


def change(old: str, new: str) -> tuple[str, str, str]:
    """What is told of a mutant (before, after), and the rule that leaves it out."""
    assert BEFORE.count(old) == 1
    mutant = BEFORE.replace(old, new).replace("__mutmut_orig", "__mutmut_1")
    first, second = ast.parse(BEFORE).body[0], ast.parse(mutant).body[0]
    before, after, above = mutants.difference(first, second)
    shown = [ast.unparse(one) for one in (before, after)]
    return shown[0], shown[1], mutants.why_not("f", before, after, above)


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("<", "<=", "one < other", "one <= other"),
        ("return 1", "return 2", "1", "2"),
        ('"photo"', '"XXphotoXX"', "'photo'", "'XXphotoXX'"),
        ("(one,)", "None", "(one,)", "None"),
        ('"This is no photo."', "None", "'This is no photo.'", "None"),
        ("self.others", "None", "self.others", "None"),
    ],
)
def test_what_a_test_is_asked_to_notice(old: str, new: str, before: str, after: str) -> None:
    assert change(old, new) == (before, after, "")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("This is no photo.", "XXThis is no photo.XX", "words"),
        ("SELECT id FROM photos", "select id from photos", "sql"),
        (", strict=True", ", strict=False", "strict"),
        (", strict=True", "", "strict"),
        ('"utf-8"', '"UTF-8"', "encoding"),
        ('"utf-8"', "", "encoding"),
    ],
)
def test_what_no_test_should_notice(old: str, new: str, rule: str) -> None:
    assert change(old, new)[2] == rule


def test_wilson() -> None:
    """Against the figures of R: `prop.test(130, 150, correct = FALSE)`."""
    assert mutants.wilson(130, 150) == pytest.approx((0.8031, 0.9120), abs=5e-4)
    low, high = mutants.wilson(10, 10)
    assert low == pytest.approx(0.7225, abs=5e-4) and high == pytest.approx(1)


def test_quick_tests_first_then_their_modules() -> None:
    stats = {
        "tests_by_mangled_function_name": {"engine.a.x_f": ["t/a.py::slow", "t/b.py::quick"]},
        "duration_by_test": {
            "t/a.py::slow": 2.0,
            "t/a.py::other": 1.0,
            "t/b.py::quick": 0.5,
            "t/c.py::far": 9.0,
        },
    }
    tests, seconds = mutants.reaching("engine.a.x_f__mutmut_12", stats)
    assert tests == ["t/b.py::quick", "t/a.py::slow", "t/b.py", "t/a.py"]
    assert seconds == 3.5
    assert mutants.reaching("engine.a.x_g__mutmut_1", stats) == ([], 0.0)
