"""Loading torch beside a window that must not stand still.

Knows: which parts of `import torch` hold the interpreter for long, and how to have them done
before. Does not know: what torch is used for. A window calls `warm_up` in a thread of its own,
early; the library calls it before it imports torch, and then either waits for that thread or does
the work itself.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import importlib.util
import os
import sys
import threading
from collections.abc import Iterator

_one_at_a_time = threading.Lock()


def warm_up() -> None:
    """Import torch and the modules over it, in an order that lets other threads run."""
    with _one_at_a_time:
        if "engine.search.recognition" in sys.modules:
            return
        for module in ("numpy", "engine.images.decode_pool", "engine.library.library"):
            importlib.import_module(module)
        _map_libraries()
        enabled = gc.isenabled()
        gc.disable()
        try:
            importlib.import_module("engine.search.recognition")
        finally:
            gc.freeze()
            if enabled:
                gc.enable()


def warming() -> Iterator[None]:
    """Have it done in a thread of its own.

    Yields while that takes: a job that gives way meanwhile lets a person browse.
    """
    if "engine.search.recognition" in sys.modules and not _one_at_a_time.locked():
        return
    thread = threading.Thread(target=warm_up, name="warm-up")
    thread.start()
    while thread.is_alive():
        yield
        thread.join(0.05)


def _map_libraries() -> None:
    """Have the dynamic loader map torch's libraries, which does not hold the interpreter.

    Else nothing happens.
    """
    if "torch" in sys.modules or os.name != "posix":
        return
    torch = importlib.util.find_spec("torch")
    if torch is None or torch.origin is None:
        return
    ending = "dylib" if sys.platform == "darwin" else "so"
    loader = ctypes.CDLL(None)
    loader.dlopen.restype = ctypes.c_void_p
    loader.dlopen.argtypes = [ctypes.c_char_p, ctypes.c_int]
    for name in ("c10", "torch_cpu"):
        path = os.path.join(os.path.dirname(torch.origin), "lib", f"lib{name}.{ending}")
        if os.path.isfile(path):
            loader.dlopen(os.fsencode(path), os.RTLD_LAZY | os.RTLD_LOCAL)
