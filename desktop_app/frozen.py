"""The first module of a frozen program (made by `bundle`).

The program is the window, or one of the window's decoding processes.

A frozen program has no interpreter that could be started with other code, so it starts itself with
a word in front. Knows nothing else; a decoding process must not import Qt.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Run what the first argument says."""
    from engine.images.decode_pool import FROZEN_CHILD

    if sys.argv[1:2] == [FROZEN_CHILD]:
        from engine.images.decode_child import main as decode

        decode(sys.argv[2:])
        return 0
    from desktop_app.__main__ import main as window

    return window()


if __name__ == "__main__":
    sys.exit(main())
