"""kill -9 at random moments, many times over the same library.

In sync, correct, train and model switch.

After each: the library opens without help, its store is sound, no file is there twice, every
correction that was acknowledged is there, and less than a batch was encoded without being stored.
At the end everything is found and read. The victims are forks of this process, which therefore
never computes anything itself. Needs Linux.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.support.small_library import finish, write_model
from tests.torture import stage

BATCH = 32
VERBS = ("sync", "correct", "train", "model")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=50, help="kills per verb")
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--verbs", default=",".join(VERBS))
    parser.add_argument(
        "--seconds",
        type=float,
        default=3.0,
        help="latest kill of a victim that never ends by itself",
    )
    parser.add_argument("--seed", type=int, default=0)


def run(arguments: argparse.Namespace) -> dict[str, object]:
    rng = random.Random(arguments.seed)
    results: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name:
        trial = _Trial(Path(name), arguments.files, rng)
        for verb in arguments.verbs.split(","):
            results[verb] = trial.kills(verb, arguments.rounds, arguments.seconds)
    return results


class _Trial:
    """One library, and what must be true of it.

    `acknowledged` holds (photo, label) -> the last word confirmed.
    """

    def __init__(self, scratch: Path, count: int, rng: random.Random) -> None:
        self.scratch = scratch
        self.rng = rng
        self.folder = scratch / "photos"
        self.log = scratch / "log"
        self.photos = stage.Photos()
        self.next_file = count
        self.acknowledged: dict[tuple[int, int], bool] = {}
        self.photos.fill(self.folder, range(count))
        write_model(scratch / "other.safetensors", seed=9)
        self.labels: list[int] = []
        self.victim(self._begin)
        with stage.open_library(scratch) as library:
            self.labels = [label.id for label in library.labels()]
            self.ids = sorted(library.view().ids)
            self.acknowledged = stage.words(library)
        assert len(self.ids) == count and self.acknowledged

    def _begin(self) -> None:
        with stage.open_library(self.scratch) as library:
            library.add([str(self.folder)])
            finish(library.sync())
            ids = sorted(library.view().ids)
            for label in library.add_labels(stage.LABELS):
                library.correct(label.id, yes=ids[:12], no=ids[12:24])

    def kills(self, verb: str, rounds: int, seconds: float) -> dict[str, object]:
        wasted = []
        finished = 0
        useful = 0
        if verb == "sync":  # one that is not killed, to know how long there is to kill it
            self._make_work()
            started = time.monotonic()
            self.victim(self._sync)
            seconds = 1.1 * (time.monotonic() - started)
        for _ in range(rounds):
            if verb == "sync":
                self._make_work()
            before = self._embeddings()
            self.log.write_text("")
            # Most of them late, when the work is done.
            moment = self.rng.triangular(0.0, seconds, seconds)
            batches = 0
            # By the work itself: how long it takes depends on the machine.
            if verb == "sync" and self.rng.random() < 0.7:
                moment = self.rng.uniform(0.0, 0.1)
                batches = self.rng.randrange(1, 4)
            finished += self.victim(getattr(self, f"_{verb}"), moment, batches)
            encoded = self._read_log()
            wasted.append(encoded - (self._embeddings() - before))
            useful += encoded > 0
            self._examine()
        assert max(wasted) <= BATCH, wasted
        self.victim(self._rest)
        self._examine()
        with stage.open_library(self.scratch) as library:
            shown = len(library.view().ids)
            on_disk = sum(1 for _ in stage.files(self.folder))
            assert (shown, library.counts().pending) == (on_disk, 0)
        return {
            "kills": rounds - finished,
            "rounds that ended before the kill": finished,
            "acknowledged corrections": len(self.acknowledged),
            "acknowledged corrections lost": 0,
            "photos twice": 0,
            "integrity": "ok",
            "rounds that got as far as encoding": useful,
            "most photos encoded again": max(wasted),
        }

    # ------------------------------------------------------------ the victims

    def victim(
        self, work: Callable[[], None], seconds: float | None = None, batches: int = 0
    ) -> bool:
        """Do the work in a fork; kill it some seconds after it has encoded so many batches.

        Whether it came to its end before that.
        """
        pid = os.fork()
        if pid == 0:
            try:
                with stage.counting_encodes(lambda n: self._note(f"encoded {n}")):
                    work()
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        descriptor = os.pidfd_open(pid)
        while batches and self.log.read_text().count("encoded") < batches:
            if select.select([descriptor], [], [], 0.002)[0]:
                break
        select.select([descriptor], [], [], seconds)
        os.close(descriptor)
        os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, (
            "the victim failed before it was killed"
        )
        return os.WIFEXITED(status)

    def _note(self, line: str) -> None:
        """One line that survives the kill."""
        descriptor = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, f"{line}\n".encode())
        os.close(descriptor)

    def _rest(self) -> None:
        with stage.open_library(self.scratch) as library:
            stage.settle(library)

    def _sync(self) -> None:
        with stage.open_library(self.scratch) as library:
            finish(library.sync())

    def _correct(self) -> None:
        with stage.open_library(self.scratch) as library:
            while True:
                photo = self.rng.choice(self.ids)
                label = self.rng.choice(self.labels)
                present = self.rng.random() < 0.5
                self._note(f"saying {photo} {label} {present:d}")
                library.correct(label, **{"yes" if present else "no": [photo]})
                self._note(f"said {photo} {label} {present:d}")

    def _train(self) -> None:
        with stage.open_library(self.scratch) as library:
            while True:
                finish(library.train(self.labels))

    def _model(self) -> None:
        with stage.open_library(self.scratch) as library:
            while True:
                for name in ("other.safetensors", "model.safetensors"):
                    finish(library.use_model(str(self.scratch / name)))

    # ------------------------------------------------------------ between them

    def _make_work(self) -> None:
        """New files, and some that change their names."""
        count = self.rng.randrange(40, 160)
        self.photos.fill(self.folder, range(self.next_file, self.next_file + count))
        self.next_file += count
        for i, path in enumerate(self.rng.sample(sorted(stage.files(self.folder)), 10)):
            os.rename(
                path,
                os.path.join(os.path.dirname(path), b"%d renamed %d.jpg" % (self.next_file, i)),
            )

    def _embeddings(self) -> int:
        with stage.open_library(self.scratch) as library:
            return library._store.embeddings.total()

    def _read_log(self) -> int:
        """Take over what was acknowledged; how many photos were encoded."""
        encoded = 0
        saying: tuple[tuple[int, int], bool] | None = None
        for line in self.log.read_text().splitlines():
            word, *numbers = line.split()
            if word == "encoded":
                encoded += int(numbers[0])
                continue
            photo, label, present = map(int, numbers)
            saying = ((photo, label), bool(present)) if word == "saying" else None
            if word == "said":
                self.acknowledged[photo, label] = bool(present)
        if saying is not None:  # killed between the two: both outcomes are right
            with stage.open_library(self.scratch) as library:
                now = stage.words(library).get(saying[0])
            if now == saying[1]:
                self.acknowledged[saying[0]] = saying[1]
        return encoded

    def _examine(self) -> None:
        with stage.open_library(self.scratch) as library:
            stage.check(library, self.folder)
            assert stage.words(library) == self.acknowledged, "an acknowledged correction is lost"
