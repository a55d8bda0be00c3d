"""Importing torch beside a window.

Other threads go on, and what is imported is what the engine needs.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

WARM_UP = """
import gc, sys, threading
from engine.library.import_torch import warm_up
assert 'torch' not in sys.modules
thread = threading.Thread(target=warm_up)
thread.start()
thread.join()
print('torch' in sys.modules, 'engine.search.recognition' in sys.modules)
print(gc.isenabled(), gc.get_freeze_count() > 10_000)
warm_up()
"""


def test_torch_is_there_afterwards_and_a_second_call_does_no_harm() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WARM_UP], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.split() == ["True"] * 4


BESIDE = """
import sys
from engine.library.import_torch import warming
print(sum(1 for _ in warming()) > 1, 'engine.search.recognition' in sys.modules)
print(list(warming()) == [])
"""


def test_a_job_gives_way_while_torch_is_imported_beside_it() -> None:
    """The engine's thread does not stand still for the whole import.

    At a start with new photos it did, and the photos stayed grey.
    """
    done = subprocess.run(
        [sys.executable, "-c", BESIDE], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.split() == ["True"] * 3
