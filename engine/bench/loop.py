"""The whole loop on labelled photographs, through the command line only.

    python -m engine bench loop --data ../shared/data/photos [--draws 5] [--shots 8]
        [--only zero-shot,search,learn,kill]

DATA holds a zip (or a folder) per set, `label/photo.jpg` inside. Photos are unpacked under names
that say nothing. Then:

* zero-shot: `classify` with the labels of the set; share of right answers
* search: all sets in one library, each label as the query; precision at 10, also with the labels in
  Chinese (as a person would type them, whether `engine.clip.chinese` knows them or not). `sync`
  twice: the second must do nothing
* learn: set `cup`, labels cup / not cup in a group; SHOTS corrections of each kind, `train`,
  accuracy on all others before and after; mean of DRAWS draws
* kill: `sync` is killed (SIGKILL) three times on the way and started again; photos, duplicates,
  corrections
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.records import AlbumenError

_PARTS = ("zero-shot", "search", "learn", "kill")
_BIG = "tiny-imagenet-val"  # 200 labels: too many to be queries among the others


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m engine bench loop`."""
    parser.add_argument("--data", required=True, help="folder with a zip or a folder per set")
    parser.add_argument(
        "--draws", type=int, default=5, help="draws of corrections (default %(default)s)"
    )
    parser.add_argument(
        "--shots", type=int, default=8, help="corrections of each kind (default %(default)s)"
    )
    parser.add_argument("--sets", help="only these sets, separated by commas")
    parser.add_argument(
        "--only", default=",".join(_PARTS), help="parts, separated by commas (default: %(default)s)"
    )


def run(args: argparse.Namespace) -> dict[str, Any]:
    """{"zero-shot": {set: share}, "search": {...}, "learn": {...}, "kill": {...}}."""
    parts = args.only.split(",")
    figures: dict[str, Any] = {"model": args.model or "starter"}
    with tempfile.TemporaryDirectory(prefix="albumen-loop-") as directory:
        scratch = Path(directory)
        sets = {
            name: unpack(source, scratch / "photos" / name)
            for name, source in _sources(args).items()
        }
        cli = _CommandLine(scratch / "library", args.model, args.device)
        if "zero-shot" in parts:
            figures["zero-shot accuracy"] = {
                name: _zero_shot(cli, truth) for name, truth in sets.items()
            }
        if "search" in parts:
            figures["search"] = _search(
                cli, {name: truth for name, truth in sets.items() if name != _BIG}
            )
        if "learn" in parts and "cup" in sets:
            figures["learn"] = _learn(scratch, args, sets["cup"])
        if "kill" in parts:
            figures["kill"] = _kill(scratch, args, sets)
    return figures


def _sources(args: argparse.Namespace) -> dict[str, Path]:
    data = Path(args.data)
    if not data.is_dir():
        raise AlbumenError(
            "There is no folder {data}; --data needs one with a zip or a folder per set.",
            data=str(data),
        )
    found = {
        path.stem: path for path in sorted(data.iterdir()) if path.suffix == ".zip" or path.is_dir()
    }
    chosen = {
        name: path
        for name, path in found.items()
        if args.sets is None or name in args.sets.split(",")
    }
    if not chosen:
        raise AlbumenError(
            "{data} holds none of the sets asked for; it has {sets}.",
            data=str(data),
            sets=", ".join(found) or "nothing",
        )
    return chosen


def unpack(source: Path, target: Path) -> dict[str, str]:
    """Copy the photos of a set to names that say nothing; returns path -> label.

    Seeded: the order says nothing too.
    """
    target.mkdir(parents=True)
    if source.is_dir():
        files = [
            (path.parent.name, path.read_bytes())
            for path in sorted(source.glob("*/*"))
            if path.is_file()
        ]
    else:
        with zipfile.ZipFile(source) as archive:
            names = sorted(name for name in archive.namelist() if not name.endswith("/"))
            files = [(name.split("/")[-2], archive.read(name)) for name in names]
    random.Random(source.stem).shuffle(files)
    truth = {}
    for number, (label, content) in enumerate(files):
        path = target / f"{number:05}.jpg"
        path.write_bytes(content)
        os.utime(path, (1.6e9 + number, 1.6e9 + number))  # long settled
        truth[str(path)] = label
    return truth


class _CommandLine:
    """`python -m engine --json ...` in this process.

    The program's own door, without a new process each time.
    """

    def __init__(self, library: Path, model: str | None, device: str) -> None:
        self.common = ["--library", str(library), "--json", "--device", device]
        if model:
            self.common += [
                "--model",
                str(Path(model).absolute()) if Path(model).exists() else model,
            ]

    def __call__(self, *words: str) -> Any:
        from engine.__main__ import main

        out = io.StringIO()
        told = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(told):
            code = main([*self.common, *words])
        if code:
            raise AlbumenError(
                "`{command}` ended with {code}: {told}",
                command=" ".join(words)[:60],
                code=code,
                told=told.getvalue().strip(),
            )
        return json.loads(out.getvalue())


def _zero_shot(cli: _CommandLine, truth: Mapping[str, str]) -> dict[str, Any]:
    labels = sorted(set(truth.values()))
    started = time.monotonic()
    rows = cli("classify", *truth, "--labels", ",".join(labels))
    best = {row["path"]: max(row["probs"], key=row["probs"].get) for row in rows}
    right = sum(best[path] == label for path, label in truth.items())
    return {
        "accuracy": round(right / len(rows), 4),
        "right": right,
        "photos": len(rows),
        "labels": len(labels),
        "seconds": round(time.monotonic() - started, 2),
    }


def _search(cli: _CommandLine, sets: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    truth = {path: label for some in sets.values() for path, label in some.items()}
    cli("add", *{str(Path(path).parent) for path in truth})
    first, second = cli("sync"), cli("sync")

    def precision(some: Mapping[str, str], queries: Mapping[str, str]) -> dict[str, float]:
        found = {}
        for label in sorted(set(some.values()) & queries.keys()):
            rows = cli("search", queries[label], "-n", "10")
            found[queries[label]] = sum(truth[row["path"]] == label for row in rows) / 10
        return {"mean": round(sum(found.values()) / len(found), 3)} | found

    # no query: CLIP is near chance on negation
    english = {label: label for label in truth.values() if not label.startswith("not ")}
    return {
        "first sync": first,
        "second sync": second,
        "second sync, seconds per 10,000 photos": round(second["seconds"] / len(truth) * 10_000, 3),
        "precision at 10": {name: precision(some, english) for name, some in sets.items()},
        "in Chinese": {
            name: precision(some, _IN_CHINESE)
            for name, some in sets.items()
            if set(some.values()) & _IN_CHINESE.keys()
        },
    }


_IN_CHINESE = {
    "dress": "连衣裙",
    "hat": "帽子",
    "pants": "裤子",
    "shirt": "衬衫",
    "shoes": "鞋",
    "t-shirt": "T恤",
    "cup": "杯子",
    "highway": "高速公路",
    "industrial": "工业区",
    "living room": "客厅",
    "office": "办公室",
    "store": "商店",
    "suburb": "郊区",
    "bathroom": "浴室",
    "bedroom": "卧室",
    "house": "房子",
    "kitchen": "厨房",
    "building": "建筑",
    "forest": "森林",
    "glacier": "冰川",
    "mountain": "山",
    "sea": "大海",
    "street": "街道",
    "badminton": "羽毛球",
    "cricket": "板球",
    "fencing": "击剑",
    "tennis": "网球",
    "cloudy sky": "多云的天空",
    "rain": "下雨",
    "sunny sky": "晴朗的天空",
    "sunrise": "日出",
    "golden delicious apple": "金冠苹果",
    "granny smith apple": "澳洲青苹果",
    "pink lady apple": "粉红女士苹果",
    "red delicious apple": "蛇果",
    "royal gala apple": "嘎啦苹果",
}


def _learn(scratch: Path, args: argparse.Namespace, truth: Mapping[str, str]) -> dict[str, Any]:
    """Every draw begins with a copy of the same synced library that nobody has corrected."""
    fresh = scratch / "cups"
    cli = _CommandLine(fresh, args.model, args.device)
    cli("add", *{str(Path(path).parent) for path in truth})
    cli("sync")
    cli("labels", "add", "cup", "not cup", "--group", "cup")
    draws: list[dict[str, Any]] = []
    for seed in range(args.draws):
        copy = scratch / f"draw {seed}"
        shutil.copytree(fresh, copy)
        cli = _CommandLine(copy, args.model, args.device)
        taught: dict[str, list[str]] = {}
        for label in ("cup", "not cup"):
            taught[label] = random.Random(seed).sample(
                sorted(p for p in truth if truth[p] == label), args.shots
            )
        held_out = {path: label for path, label in truth.items() if path not in taught[label]}
        before = _right(cli, held_out)
        cli("correct", "cup", "--yes", *taught["cup"], "--no", *taught["not cup"])
        started = time.monotonic()
        reports = cli("train")
        seconds = time.monotonic() - started
        draws.append(
            {
                "before": round(before / len(held_out), 4),
                "after": round(_right(cli, held_out) / len(held_out), 4),
                "learned": [
                    f"{report['kind']}{'' if report['accepted'] else ' (not accepted)'}"
                    for report in reports
                ],
                "seconds": round(seconds, 2),
            }
        )
        shutil.rmtree(copy)
    mean = {
        when: round(sum(draw[when] for draw in draws) / len(draws), 4)
        for when in ("before", "after")
    }
    return {"shots": args.shots, "held out": len(held_out), "mean": mean, "draws": draws}


def _right(cli: _CommandLine, truth: Mapping[str, str]) -> int:
    """On how many photos is exactly the right one of the two labels?"""
    rows = cli("tags", *truth)
    said: dict[str, set[str]] = {
        row["path"]: {tag["label"] for tag in row["tags"]} & {"cup", "not cup"} for row in rows
    }
    return len([path for path, label in truth.items() if said[path] == {label}])


def _kill(
    scratch: Path, args: argparse.Namespace, sets: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    truth = max(sets.values(), key=len)
    library = scratch / "killed"
    cli = _CommandLine(library, args.model, args.device)
    cli("add", str(Path(next(iter(truth))).parent))
    cli("labels", "add", "something")
    command = [sys.executable, "-m", "engine", *cli.common, "sync"]
    corrected: list[str] = []
    kills = 0
    for _ in range(3):
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as child:
            assert child.stderr is not None
            for line in _lines(child.stderr):
                if line.startswith("encode") and not line.startswith("encode 0"):
                    child.send_signal(signal.SIGKILL)
                    kills += 1
                    break
        known = [
            row["path"]
            for row in cli("search", "after:1900", "-n", "5000")
            if row["path"] not in corrected
        ]
        if known:
            cli("correct", "something", "--yes", known[0])
            corrected.append(known[0])
    last = cli("sync")
    rows = cli("tags")
    kept = [
        path
        for path in corrected
        if any(tag["source"] == "person" for tag in cli("tags", path)[0]["tags"])
    ]
    return {
        "kills": kills,
        "photos": len(truth),
        "rows": len(rows),
        "duplicates": len(rows) - len({row["path"] for row in rows}),
        "corrections": len(corrected),
        "corrections kept": len(kept),
        "failed": last["failed"],
        "integrity": cli("doctor")["library"]["integrity"],
        "second sync": cli("sync"),
    }


def _lines(stream: Any) -> Iterator[str]:
    yield from iter(stream.readline, "")


def show(figures: Mapping[str, Any]) -> str:
    """The figures as a person reads them."""
    lines = [f"model: {figures['model']}"]
    for name, row in figures.get("zero-shot accuracy", {}).items():
        lines.append(
            f"zero-shot {name:20} {row['accuracy']:.3f}  ({row['right']} of {row['photos']}, "
            f"{row['labels']} labels)"
        )
    if search := figures.get("search"):
        for name, row in search["precision at 10"].items():
            lines.append(f"P@10      {name:20} {row['mean']:.3f}  " + _cells(row))
        lines.append(f"first sync {search['first sync']}")
        lines.append(
            f"second sync {search['second sync']}: "
            f"{search['second sync, seconds per 10,000 photos']} s per 10,000"
        )
    if learn := figures.get("learn"):
        lines.append(
            f"cup / not cup, {learn['shots']} corrections each, {learn['held out']} held out, "
            f"mean {learn['mean']}"
        )
        lines += [f"    {draw}" for draw in learn["draws"]]
    if kill := figures.get("kill"):
        lines.append(f"kill: {kill}")
    return "\n".join(lines)


def _cells(row: Mapping[str, float]) -> str:
    names: Sequence[str] = [name for name in row if name != "mean"]
    return ", ".join(f"{name} {row[name]:.1f}" for name in names)
