"""Do the tests bite? A drawn sample of mutants of the rooms learning, store and search.

`python -m tests.support.mutants ROOM [--sample N] [--seed S]`: mutmut (the extra `mutation`) makes
the mutants, one small change each, on lines that the tests reach, and says which tests call which
function. Here a sample is drawn from those that a test can be asked to notice, and each runs
against the tests that reach it until one fails. What is known stays in `mutants/results.jsonl`, so
that a call that was stopped goes on where it was; `--again` runs the survivors once more, with the
tests as they are now. The score is killed / (killed + survived), with Wilson's interval of 95 %.

Why not `mutmut run` alone: all mutants take many hours, and it draws no samples; it gives a mutant
only the tests that call the function themselves, and so misses those whose module's fixture called
it once for all of them. Forks: not for Windows.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import json
import math
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = ROOT / "mutants"
RESULTS = MUTANTS / "results.jsonl"
ROOMS = ("learning", "search", "store")
_ANY = "engine.search.query.x_ranks__mutmut_1"  # one mutant: mutmut makes them all on the way

_SQL = re.compile(r"\b(SELECT|INSERT|REPLACE INTO|UPDATE|DELETE|PRAGMA|WHERE|AND|ORDER BY|IN \()\b")
_MARKS = (ast.operator, ast.boolop, ast.cmpop, ast.unaryop)
_READERS = {"open", "read_text", "write_text", "encode", "decode", "fdopen"}


def main() -> int:
    """Run a sample; returns 0 whatever the score is: a report, not a gate."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("room", choices=ROOMS)
    parser.add_argument("--sample", type=int, default=150, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--again", action="store_true", help="run the survivors once more")
    parser.add_argument("--report", action="store_true", help="run nothing, say what is known")
    parser.add_argument("--seconds", type=float, default=math.inf, help="stop after so many")
    options = parser.parse_args()
    if not (MUTANTS / "mutmut-stats.json").exists():
        subprocess.run(["mutmut", "run", "--max-children", "1", _ANY], cwd=ROOT, check=True)
    asked, left_out = candidates(options.room)
    names = random.Random(options.seed).sample(sorted(asked), min(options.sample, len(asked)))
    known = results()
    todo = [name for name in names if name not in known]
    if options.again:
        todo += [name for name in names if known.get(name, {}).get("outcome") == "survived"]
    if todo and not options.report:
        run(todo, time.monotonic() + options.seconds)
    report(options.room, names, asked, left_out)
    return 0


# what is asked
# --------------------------------------------------------------------------------------------------


def candidates(room: str) -> tuple[dict[str, str], Counter[str]]:
    """Mutants of a room by name, with their change; and how many each rule left out."""
    asked: dict[str, str] = {}
    left_out: Counter[str] = Counter()
    for path in sorted((MUTANTS / "engine" / room).glob("*.py")):
        functions = {
            node.name: node
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        module = f"engine.{room}.{path.stem}"
        for name, mutant in functions.items():
            stem, mark, number = name.rpartition("__mutmut_")
            if not mark or number == "orig":
                continue
            before, after, above = difference(functions[f"{stem}__mutmut_orig"], mutant)
            rule = why_not(stem, before, after, above)
            if rule:
                left_out[rule] += 1
            else:
                asked[f"{module}.{name}"] = f"{_text(before)}  ->  {_text(after)}"
    return asked, left_out


def difference(first: Any, second: Any) -> tuple[Any, Any, list[ast.AST]]:
    """The smallest parts of two functions that differ, and the nodes of the first around it."""
    above: list[ast.AST] = []
    while True:
        pairs = list(_children(first, second))
        if pairs == [] or type(first) is not type(second):
            return first, second, above
        unlike = [pair for pair in pairs if _dump(pair[0]) != _dump(pair[1])]
        whole = len(unlike) != 1 or not all(isinstance(one, ast.AST) for one in unlike[0])
        if whole or isinstance(unlike[0][0], _MARKS):
            return first, second, above
        above.append(first)
        first, second = unlike[0]


def _children(first: Any, second: Any) -> Iterator[tuple[Any, Any]]:
    for field in getattr(first, "_fields", ()):
        if field == "name" and isinstance(first, ast.FunctionDef):
            continue  # of the function itself: they always differ
        ours, theirs = getattr(first, field, None), getattr(second, field, None)
        if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
            yield from zip(ours, theirs, strict=True)
        else:
            yield ours, theirs


def _dump(part: Any) -> str:
    if isinstance(part, list):
        return repr([_dump(one) for one in part])
    return ast.dump(part) if isinstance(part, ast.AST) else repr(part)


def _text(part: Any) -> str:
    return " ".join((ast.unparse(part) if isinstance(part, ast.AST) else repr(part)).split())[:160]


def why_not(stem: str, before: Any, after: Any, above: Sequence[ast.AST]) -> str:
    """The rule by which a mutant is not asked about, or ''.

    words: letters of a sentence for people (which sentence comes is asked, its spelling is not).
    sql: letters of a statement; in capitals it is the same one, with an X none at all. strict:
    `zip` of equal lengths. encoding: UTF-8 by another name. repr: for those who debug. types:
    `cast`.
    """
    if stem.endswith("__repr__"):
        return "repr"
    text = before.value if isinstance(before, ast.Constant) else None
    if isinstance(text, str):
        if _SQL.search(text):
            return "sql"
        if re.fullmatch(r"utf-?8", text, re.IGNORECASE):
            return "encoding"
        if " " in text.strip() and isinstance(getattr(after, "value", None), str):
            return "words"
    call, lost = _call_and_lost(before, after, above)
    called = ""
    if call is not None:
        called = call.func.attr if isinstance(call.func, ast.Attribute) else _text(call.func)
    if called == "zip" and "arg='strict'" in lost:
        return "strict"
    if called == "cast":
        return "types"
    if called in _READERS and "utf-8" in lost.lower():
        return "encoding"
    return ""


def _call_and_lost(
    before: Any, after: Any, above: Sequence[ast.AST]
) -> tuple[ast.Call | None, str]:
    """The call whose arguments were changed, if one was, and those that it lost, as a dump."""
    if isinstance(before, ast.Call):
        kept = set(map(_dump, _arguments(after)))
        return before, " ".join(one for one in map(_dump, _arguments(before)) if one not in kept)
    part = before
    for node in reversed(above[-2:]):
        if isinstance(node, ast.Call):
            return node, _dump(part)
        if not isinstance(node, ast.keyword):
            break
        part = node
    return None, ""


def _arguments(call: Any) -> list[ast.AST]:
    return [*call.args, *call.keywords] if isinstance(call, ast.Call) else []


# running
# --------------------------------------------------------------------------------------------------


def run(names: Sequence[str], until: float) -> None:
    """Each mutant in a process of its own, forked from one that has imported all tests."""
    import pytest

    stats = json.loads((MUTANTS / "mutmut-stats.json").read_text("utf-8"))
    for folder in ("tests", "resources"):  # tests that were written since
        shutil.copytree(ROOT / folder, MUTANTS / folder, dirs_exist_ok=True)
    os.chdir(MUTANTS)
    sys.path[0] = str(MUTANTS)
    for loaded in [one for one in sys.modules if one.split(".")[0] == "tests"]:
        del sys.modules[loaded]  # those here are of the tree that is not mutated
    os.environ["PYTHONPATH"] = str(MUTANTS)
    os.environ["MUTANT_UNDER_TEST"] = ""
    rooms = sorted({test.rsplit("/", 1)[0] for test in stats["duration_by_test"]})
    with _silence():
        pytest.main(["--collect-only", "-qqq", "--rootdir=.", *rooms])
    for done, name in enumerate(names):
        if time.monotonic() > until:
            break
        tests, seconds = reaching(name, stats)
        found = {"mutant": name, "tests": len(tests), **_run_one(name, tests, seconds)}
        with RESULTS.open("a", encoding="utf-8") as file:
            file.write(json.dumps(found) + "\n")
        print(f"{done + 1}/{len(names)} {found['outcome']:8} {found['seconds']:6} s {name}")


def reaching(name: str, stats: dict[str, Any]) -> tuple[list[str], float]:
    """Tests that call a mutant's function, quickest first, then the modules they stand in."""
    durations = stats["duration_by_test"]
    calls = stats["tests_by_mangled_function_name"].get(name.rpartition("__mutmut_")[0], [])
    calls = sorted(calls, key=lambda test: durations.get(test, 0.0))
    modules = dict.fromkeys(test.split("::")[0] for test in calls)
    seconds = sum(durations[test] for test in durations if test.split("::")[0] in modules)
    return [*calls, *modules], seconds


def _run_one(name: str, tests: Sequence[str], seconds: float) -> dict[str, Any]:
    if not tests:
        return {"outcome": "survived", "seconds": 0.0, "by": ""}
    start = time.monotonic()
    told = MUTANTS / "killed-by.txt"
    told.unlink(missing_ok=True)
    pid = os.fork()
    if not pid:
        _be_mutant(name, tests, told, seconds)
    status = None
    while status is None:
        time.sleep(0.02)
        ended, code = os.waitpid(pid, os.WNOHANG)
        if ended:
            status = code
        elif time.monotonic() - start > 60 + 20 * seconds:
            os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    took = round(time.monotonic() - start, 1)
    outcome = "survived" if status == 0 else "killed"
    if os.WIFSIGNALED(status):
        outcome = "timeout"
    elif os.waitstatus_to_exitcode(status) in (3, 4, 5):
        outcome = "error"  # of pytest: nothing is known
    by = told.read_text("utf-8") if told.exists() else ""
    return {"outcome": outcome, "seconds": took, "by": by}


def _be_mutant(name: str, tests: Sequence[str], told: Path, seconds: float) -> None:
    import resource

    import pytest

    class Teller:
        def pytest_runtest_logreport(self, report: Any) -> None:
            if report.failed and not told.exists():
                told.write_text(report.nodeid, "utf-8")

    os.setsid()
    limit = int(20 + 8 * seconds)  # of the processor's time: it is shared
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    os.environ["MUTANT_UNDER_TEST"] = name
    code = 3
    # Not pytest's own folder, which all who test here share and tidy up.
    place = f"--basetemp={MUTANTS / f'tmp-{os.getppid()}'}"
    try:
        with _silence():
            code = int(pytest.main(["-x", "-q", "--rootdir=.", place, *tests], plugins=[Teller()]))
    finally:
        os._exit(code)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    kept = os.dup(1), os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    sys.stdout.flush()
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept[0], 1)
        os.dup2(kept[1], 2)
        for descriptor in (*kept, nowhere):
            os.close(descriptor)


# what is known
# --------------------------------------------------------------------------------------------------


def results() -> dict[str, dict[str, Any]]:
    """What is known of each mutant; the last word counts."""
    if not RESULTS.exists():
        return {}
    found = [json.loads(line) for line in RESULTS.read_text("utf-8").splitlines()]
    return {one["mutant"]: one for one in found}


def wilson(killed: int, n: int) -> tuple[float, float]:
    """Bounds of a share with 95 % confidence."""
    z, share = 1.96, killed / n
    middle = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n)


def report(room: str, names: Sequence[str], asked: dict[str, str], left_out: Counter[str]) -> None:
    """The score of a room, and each survivor with its change."""
    known = results()
    outcomes = Counter(known[name]["outcome"] for name in names if name in known)
    killed = outcomes["killed"] + outcomes["timeout"]
    n = killed + outcomes["survived"]
    for name in sorted(names):
        if known.get(name, {}).get("outcome") in ("survived", "error"):
            print(f"{known[name]['outcome']} {name}\n    {asked[name]}")
    print(f"{room}: {len(asked)} mutants; by rule left out: {dict(left_out)}")
    print(f"sample {len(names)}, known {n}, {dict(outcomes)}")
    if n:
        low, high = wilson(killed, n)
        print(f"score {killed}/{n} = {killed / n:.1%} ({low:.1%} to {high:.1%})")


if __name__ == "__main__":
    sys.exit(main())
