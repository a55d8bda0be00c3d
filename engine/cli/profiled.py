"""Where the time of a command goes: Python's own profiler around it.

Knows: cProfile, and that it sees one thread only (the encoder's thread and the decoding processes
are not in its figures). Does not know: any command.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
from collections.abc import Callable
from typing import TypeVar

from engine.records import AlbumenError

T = TypeVar("T")
_SHOWN = 25  # functions


def profiled(run: Callable[[], T], file: str) -> T:
    """What `run` returns or raises; its figures go to `file` (for `python -m pstats`).

    The functions in which most time was spent are listed on stderr. Raises AlbumenError, before
    anything is run, where the file cannot be written.
    """
    try:
        open(file, "ab").close()
    except OSError as error:
        raise AlbumenError(
            "{path} cannot be written ({error}).", path=file, error=error.strerror or str(error)
        ) from error
    profiler = cProfile.Profile()
    try:
        return profiler.runcall(run)
    finally:
        profiler.dump_stats(file)
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(_SHOWN)
