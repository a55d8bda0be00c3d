"""The command line, a contract that other tools rely on.

`python -m engine [--library DIR] [--json] COMMAND ...`

Knows: arguments, exit codes, what goes to which stream. Does not know: how anything is done
(`Library` and the modules of the long commands do it), nor how an answer looks as text
(`engine.cli.render`).

With `--json` exactly one JSON document is written to stdout. Progress goes to stderr. Exit 0: done;
1: an expected problem, told in one sentence; 2: wrong usage.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Generator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from engine import __version__
from engine.cli import render
from engine.cli.profiled import profiled
from engine.cli.wording import said, spoken
from engine.library.library import Library
from engine.messages import Message
from engine.records import AlbumenError, Failure, Label, Measured, PhotosChanged, Progress, Step

T = TypeVar("T")
_Run = Callable[[argparse.Namespace], object]
# name, what it does, how its answer looks as text, what the help says -> its parser, for its own
# arguments
_Command = Callable[[str, _Run, Callable[[Any], str], str], argparse.ArgumentParser]
_SECONDS_BETWEEN_LINES = 0.5  # of progress in a file; a terminal rewrites its line

# Commands that own modules bring; each has `add_arguments(parser)` and `run(args) -> dict`.
_ELSEWHERE = {
    "pretrain": (
        "engine.starter.pretrain",
        "train the starter model from folders of captioned photos",
    ),
    "evaluate": ("engine.evaluate.evaluate", "measure CoOp against zero-shot on folders of photos"),
    "finetune": ("engine.evaluate.finetune", "retrain a model on captioned photos"),
    "bench": ("engine.bench", "measure speed, each with its baseline in the same run"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0, 1 or 2)."""
    # A file name need not be UTF-8, and a terminal need not either.
    for stream in (
        sys.stdout,
        sys.stderr,
    ):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        options = _parser(words).parse_args(words)
    except SystemExit as end:
        return int(end.code or 0) and 2
    try:
        run = partial(options.run, options)
        answer = profiled(run, options.profile) if options.profile else run()
    except (AlbumenError, KeyboardInterrupt) as error:
        sentence = (
            said(error.message)
            if isinstance(error, AlbumenError)
            else "Stopped; what was finished is kept."
        )
        print(f"albumen: {sentence}", file=sys.stderr)
        if options.json:
            print(json.dumps({"error": sentence}, ensure_ascii=False))
        return 1
    except SystemExit as end:  # a benchmark did not know an option
        return int(end.code or 0) and 2
    if isinstance(answer, int):
        return answer
    failed = isinstance(answer, Failed)
    value = spoken(answer.value if isinstance(answer, Failed) else answer)
    try:
        print(
            json.dumps(value, ensure_ascii=False) if options.json else options.show(value),
            flush=True,
        )
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(answer, Failed):
        print(f"albumen: {answer.sentence}", file=sys.stderr)
    return int(failed)


class Failed:
    """An answer worth printing of a command that did not do all it was asked: exit code 1."""

    def __init__(self, value: object, sentence: str) -> None:
        self.value = value
        self.sentence = sentence


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message} (try {self.prog} --help)", file=sys.stderr)
        raise SystemExit(2)


def _parser(words: Sequence[str]) -> _Parser:
    called = "albumen-cli" if Path(sys.argv[0]).stem == "albumen-cli" else "python -m engine"
    parser = _Parser(
        prog=called,
        description="Albumen on the command line: the library of the window, "
        "for people and for other programs.",
        epilog=f"'{called} COMMAND --help' says more. "
        "Exit code 0: done, 1: an expected problem, 2: wrong usage.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"Albumen {__version__}")
    times = "write to FILE where the time goes (cProfile), and where most of it went to stderr"
    parser.add_argument("--profile", metavar="FILE", help=times)
    _add_common(parser, library=None, model=None, device="auto", json=False)
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)

    def command(
        name: str, run: _Run, show: Callable[[Any], str], help: str
    ) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = subparsers.add_parser(name, help=help, description=help)
        sub.set_defaults(run=run, show=show)
        if name not in _ELSEWHERE:  # the same options behind the command; what stands there wins
            nothing = argparse.SUPPRESS
            _add_common(sub, library=nothing, model=nothing, device=nothing, json=nothing)
        elif name != "bench":  # it hands what follows its name on
            _add_json(sub, argparse.SUPPRESS)
        return sub

    _photo_commands(command)
    _label_commands(command)
    _learning_commands(command)
    _model_commands(command)
    for name, (module, help) in _ELSEWHERE.items():
        sub = command(name, _elsewhere(module), render.tree, help)
        if name in words:  # imported only when it is meant: these modules import torch
            brought = importlib.import_module(module)
            brought.add_arguments(sub)
            sub.set_defaults(show=getattr(brought, "show", render.tree))
    return parser


def _photo_commands(command: _Command) -> None:
    add = command("add", _add, render.added, "watch folders or single photos")
    add.add_argument("paths", metavar="FOLDER", nargs="+")
    command(
        "sync",
        _sync,
        render.synced,
        "make the library match the disk: read, encode and tag what is new",
    )
    words = "find photos by words, labels, dates (see 'label:', '-word', 'after:')"
    search = command("search", _search, render.ranking, words)
    search.add_argument("query", metavar="QUERY", nargs="+")
    similar = command("similar", _similar, render.ranking, "photos like an image file")
    similar.add_argument("path", metavar="PATH")
    for sub in (search, similar):
        sub.add_argument("-n", type=_positive, default=20, help="how many (default 20)")
    command(
        "failures", _failures, render.failures, "photos that could not be read, with the reason"
    )
    command("doctor", _doctor, render.tree, "versions, device, model, health of the library")


def _label_commands(command: _Command) -> None:
    labels = command(
        "labels", _labels, render.table, "list labels; 'labels add' and 'labels remove' change them"
    )
    labels.add_argument("action", nargs="?", choices=("add", "remove"))
    labels.add_argument("names", metavar="NAME", nargs="*")
    labels.add_argument("--group", help="exclusive group: exactly one of its labels is on a photo")
    labels.add_argument(
        "--starter", action="store_true", help="with 'add': also about 60 common labels"
    )
    tags = command("tags", _tags, render.tags, "labels on photos (default: all photos)")
    tags.add_argument("paths", metavar="PATH", nargs="*")
    correct = command(
        "correct",
        _correct,
        render.corrected,
        "say on which photos a label is (yes) and is not (no)",
    )
    correct.add_argument("label", metavar="LABEL")
    for option in ("yes", "no", "clear"):
        correct.add_argument(f"--{option}", metavar="PATH", nargs="+", default=[], action="extend")
    export = command("export", _export, str, "all tags and corrections as CSV or JSON")
    export.add_argument("--format", choices=("csv", "json"), default="csv")
    beside = "confirmed labels as keywords beside the photos (photo.jpg.xmp)"
    sidecars = command("sidecars", _sidecars, render.tree, beside)
    when = "on: write them now and at every sync; off: leave them as they are; write: now"
    sidecars.add_argument("action", choices=("on", "off", "write"), help=when)
    command(
        "keywords",
        _keywords,
        render.tree,
        "keywords of other programs, in photos and sidecars, become labels",
    )
    restore = command(
        "restore",
        _restore,
        render.table,
        "labels and corrections of a lost database, from a saved file",
    )
    restore.add_argument(
        "file", metavar="FILE", nargs="?", default="", help="default: the newest in 'backups'"
    )


def _learning_commands(command: _Command) -> None:
    review = command("review", _review, render.table, "questions whose answers teach most")
    review.add_argument("-n", type=_positive, default=20, help="how many (default 20)")
    review.add_argument("--label", help="about this label only")
    train = command(
        "train",
        _train,
        render.trained,
        "learn from corrections; accepted results tag the library at once",
    )
    train.add_argument("names", metavar="LABEL", nargs="*")
    command("versions", _versions, render.table, "what was learned, newest first")
    activate = command("activate", _activate, render.table, "tag with a version from now on")
    activate.add_argument("id", metavar="ID", type=int)
    command("retag", _retag, render.table, "tag the whole library again")


def _model_commands(command: _Command) -> None:
    command("models", _models, render.table, "models that can be used")
    download = command("download", _download, render.table, "download a model of the catalogue")
    download.add_argument("name", metavar="NAME")
    use = command("use", _use, render.table, "switch to another model: encode and tag with it")
    use.add_argument("name", metavar="NAME|FILE")
    without = "probabilities of labels for image files, without a library"
    classify = command("classify", _classify, render.classified, without)
    classify.add_argument("images", metavar="IMAGE", nargs="+")
    classify.add_argument("--labels", required=True, metavar="A,B,C", help="separated by commas")
    classify.add_argument("--template", default="a photo of a {}.", help="{} stands for the label")


def _add_common(parser: argparse.ArgumentParser, **defaults: Any) -> None:
    own = {"default": defaults["library"], "help": "the library's folder (default: your own)"}
    parser.add_argument("--library", metavar="DIR", **own)
    used = {
        "default": defaults["model"],
        "help": "a model of the catalogue or a file (default: the one in use)",
    }
    parser.add_argument("--model", metavar="NAME|FILE", **used)
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda", "mps"), default=defaults["device"]
    )
    _add_json(parser, defaults["json"])


def _add_json(parser: argparse.ArgumentParser, default: Any) -> None:
    one = "write exactly one JSON document to stdout"
    parser.add_argument("--json", action="store_true", default=default, help=one)


def _elsewhere(module: str) -> Callable[[argparse.Namespace], object]:
    return lambda options: importlib.import_module(module).run(options)


def _positive(word: str) -> int:
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _open(options: argparse.Namespace) -> Library:
    return Library.open(options.library, model=options.model, device=options.device)


def _finish(job: Generator[Step, None, T]) -> T:
    """Run a job to its end and say on stderr how it goes."""
    terminal = sys.stderr.isatty()
    last = ""
    quiet_until = 0.0
    try:
        while True:
            step = next(job)
            if isinstance(step, Progress):
                line = render.progress(step)
                if terminal:
                    print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
                elif line != last and (step.done == step.total or time.monotonic() > quiet_until):
                    print(line, file=sys.stderr)
                    quiet_until = time.monotonic() + _SECONDS_BETWEEN_LINES
                last = line
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    finally:
        if terminal and last:
            print(file=sys.stderr)


# the commands: options -> what is written as JSON
# ------------------------------------------------------------------


def _add(options: argparse.Namespace) -> object:
    with _open(options) as library:
        report = library.add(options.paths)
    paths = (
        len(set(options.paths)) - len(report.folders) - len(report.already) - len(report.refused)
    )
    answer = {
        "folders": [folder.path for folder in report.folders],
        "photos": paths,
        "already": list(report.already),
        "refused": [{"path": failure.path, "reason": failure.reason} for failure in report.refused],
    }
    if report.refused:
        return Failed(answer, _told(report.refused))
    return answer


def _sync(options: argparse.Namespace) -> object:
    with _open(options) as library:
        report = _finish(library.sync())
    return {
        **{name: getattr(report, name) for name in _COUNTED},
        "seconds": round(report.seconds, 3),
        "folders": [
            {"path": folder.path, **{name: getattr(folder, name) for name in _COUNTED}}
            for folder in report.folders
            if folder.looked_at
        ],
    }


_COUNTED = ("added", "updated", "moved", "removed", "failed")


def _labels(options: argparse.Namespace) -> object:
    with _open(options) as library:
        if options.action == "add":
            names = [*options.names, *(library.starter_labels() if options.starter else [])]
            if not names:
                raise AlbumenError("Which labels? Write: labels add NAME...")
            library.add_labels(names, options.group)
        elif options.action == "remove":
            if not options.names:
                raise AlbumenError("Which labels? Write: labels remove NAME...")
            library.remove_labels([_label(library, name).id for name in options.names])
        return [
            {"label": label.name, "group": label.group, "photos": label.photos}
            for label in library.labels()
        ]


def _label(library: Library, name: str) -> Label:
    folded = " ".join(name.split()).casefold()
    for label in library.labels():
        if label.name.casefold() == folded:
            return label
    raise AlbumenError(
        "There is no label '{name}'; `labels` lists them, `labels add` makes one.", name=name
    )


def _tags(options: argparse.Namespace) -> object:
    with _open(options) as library:
        ids = [library.photo_id(path) for path in options.paths] or list(
            library.view("", sort="folder").ids
        )
        tags: dict[int, list[dict[str, object]]] = {id_: [] for id_ in ids}
        for tag in library.tags(ids):
            if tag.present:
                tags[tag.photo_id].append(
                    {"label": tag.label, "score": round(tag.score, 4), "source": tag.source.value}
                )
        return [{"path": photo.path, "tags": tags[photo.id]} for photo in library.photos(ids)]


def _search(options: argparse.Namespace) -> object:
    with _open(options) as library:
        result = library.view(" ".join(options.query))
        return _ranked(library, result.ids[: options.n], result.scores, result.notes)


def _similar(options: argparse.Namespace) -> object:
    with _open(options) as library:
        try:
            result = library.similar(library.photo_id(options.path), options.n)
        except AlbumenError:
            result = library.similar_to_file(options.path, options.n)
        return _ranked(library, result.ids, result.scores, result.notes)


def _ranked(
    library: Library, ids: Sequence[int], scores: Sequence[float], notes: Sequence[Message]
) -> object:
    for note in notes:
        print(said(note), file=sys.stderr)
    by_id = dict(zip(ids, scores, strict=False))
    return [
        {"path": photo.path, "score": round(by_id[photo.id], 4) if photo.id in by_id else None}
        for photo in library.photos(list(ids))
    ]


def _correct(options: argparse.Namespace) -> object:
    with _open(options) as library:
        label = _label(library, options.label)
        words = {
            word: [library.photo_id(path) for path in getattr(options, word)]
            for word in ("yes", "no", "clear")
        }
        if not any(words.values()):
            raise AlbumenError(
                "Nothing was said about '{name}'; name photos after --yes, --no or --clear.",
                name=label.name,
            )
        library.correct(label.id, **words)
        now = _label(library, options.label)
    return {
        "label": now.name,
        **{word: len(ids) for word, ids in words.items()},
        "total": {"yes": now.yes, "no": now.no},
    }


def _train(options: argparse.Namespace) -> object:
    with _open(options) as library:
        ids = [_label(library, name).id for name in options.names] or None
        reports = _finish(library.train(ids))
    return [
        {
            "label": report.label,
            "version": report.version,
            "accepted": report.accepted,
            "before": _share(report.before),
            "after": _share(report.after),
            "yes": report.yes,
            "no": report.no,
            "held_out": report.after.total,
            "right_before": report.before.right,
            "right_after": report.after.right,
            "log_loss_before": round(report.before.log_loss, 4),
            "log_loss_after": round(report.after.log_loss, 4),
            "kind": report.kind,
            "active": report.active,
            "adds": len(report.adds),
            "removes": len(report.removes),
            "sentence": report.sentence,
            "reasons": list(report.reasons),
            "seconds": round(report.seconds, 3),
        }
        for report in reports
    ]


def _share(measured: Measured) -> float | None:
    """Share of right answers on held-out corrections; None where there were none to hold out."""
    return round(measured.right / measured.total, 4) if measured.total else None


def _versions(options: argparse.Namespace) -> object:
    with _open(options) as library:
        return [
            {
                "id": version.id,
                "label": version.label,
                "kind": version.kind,
                "active": version.active,
                "accepted": version.accepted,
                "made_at": round(version.made_at, 3),
                "model": version.model_id,
                "sentence": version.sentence or "",
            }
            for version in library.versions()
        ]


def _activate(options: argparse.Namespace) -> object:
    with _open(options) as library:
        change = library.activate(options.id)
        version = next(version for version in library.versions() if version.id == options.id)
    return {
        "id": version.id,
        "label": version.label,
        "kind": version.kind,
        "changed": len(change.ids),
    }


def _review(options: argparse.Namespace) -> object:
    with _open(options) as library:
        label_id = _label(library, options.label).id if options.label else None
        items = library.review(options.n, label_id)
        paths = {
            photo.id: photo.path for photo in library.photos([item.photo_id for item in items])
        }
    return [
        {
            "path": paths[item.photo_id],
            "label": item.label,
            "score": round(item.score, 4),
            "suggested": item.suggested,
            "reason": item.reason,
        }
        for item in items
    ]


def _failures(options: argparse.Namespace) -> object:
    with _open(options) as library:
        return [
            {"path": failure.path, "reason": failure.reason, "attempts": failure.attempts}
            for failure in library.failures()
        ]


def _classify(options: argparse.Namespace) -> object:
    from engine.cli.classify import classify

    labels = [label.strip() for label in options.labels.split(",")]
    return classify(
        options.images, labels, options.template, options.model or "starter", options.device
    )


def _use(options: argparse.Namespace) -> object:
    with _open(options) as library:
        return _model(_finish(library.use_model(options.name)))


def _models(options: argparse.Namespace) -> object:
    with _open(options) as library:
        return [_model(model) for model in library.models()]


def _model(model: Any) -> dict[str, object]:
    facts = {
        name: getattr(model, name)
        for name in ("name", "title", "installed", "active", "size", "licence", "quality", "note")
    }
    return {name: "" if value is None else value for name, value in facts.items()}


def _download(options: argparse.Namespace) -> object:
    with _open(options) as library:
        return _model(_finish(library.download_model(options.name)))


def _retag(options: argparse.Namespace) -> object:
    with _open(options) as library:
        change: PhotosChanged = _finish(library.retag())
    return {"photos": len(change.ids)}


def _export(options: argparse.Namespace) -> object:
    with _open(options) as library:
        exported = library.export("json" if options.json else options.format)
    return json.loads(exported) if options.json else exported.rstrip("\n")


def _sidecars(options: argparse.Namespace) -> object:
    with _open(options) as library:
        wanted = library.sidecars({"on": True, "off": False}.get(options.action))
        if options.action == "write" and not wanted:
            raise AlbumenError("Sidecars are off in this library; turn them on with 'sidecars on'.")
        report = _finish(library.write_sidecars())
    return _with_failures({"written": report.written}, report.failed)


def _keywords(options: argparse.Namespace) -> object:
    with _open(options) as library:
        report = _finish(library.take_keywords())
    return _with_failures(
        {"labels": len(report.labels), "confirmed": len(report.previous)}, report.failed
    )


def _restore(options: argparse.Namespace) -> object:
    with _open(options) as library:
        restored = library.restore_words(options.file)
    return {
        "labels": len(restored.labels),
        "corrections": len(restored.previous),
        "unknown photos": restored.unknown,
    }


def _with_failures(answer: object, failures: Sequence[Failure]) -> object:
    if failures:
        return Failed(answer, _told(failures[:3]))
    return answer


def _told(failures: Sequence[Failure]) -> str:
    return " ".join(f"{failure.path}: {said(failure.reason)}" for failure in failures)


def _doctor(options: argparse.Namespace) -> object:
    with _open(options) as library:
        return library.doctor()


if __name__ == "__main__":
    sys.exit(main())
