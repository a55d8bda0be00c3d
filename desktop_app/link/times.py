"""What a request to the engine took: how long it waited, how long it was worked at.

Knows: one request. Does not know: which verb it calls, or who asks for the figures (`albumen
--debug` does).
"""

from __future__ import annotations

import time


class Times:
    """The times of one request. `asked`: when it was made, by `time.perf_counter`, in any
    thread.
    """

    def __init__(self, asked: float) -> None:
        self.asked = asked
        self.steps = 0
        self.busy = 0.0  # seconds, of all steps
        self.longest = 0.0  # seconds, of one step
        self._began = asked
        self._waited: float | None = None

    def __enter__(self) -> None:
        """A step begins; `with times:` measures it, and one that fails too."""
        self._began = time.perf_counter()
        if self._waited is None:
            self._waited = self._began - self.asked

    def __exit__(self, *_raised: object) -> None:
        """It is over."""
        spent = time.perf_counter() - self._began
        self.steps += 1
        self.busy += spent
        self.longest = max(self.longest, spent)

    def __str__(self) -> str:
        """For a person who looks for what is slow; milliseconds."""
        if self._waited is None:
            return f"waited {1000 * (time.perf_counter() - self.asked):.1f} ms, never served"
        text = f"waited {1000 * self._waited:.1f} ms, served in {1000 * self.busy:.1f} ms"
        if self.steps > 1:
            text += f" by {self.steps} steps, the longest {1000 * self.longest:.1f} ms"
        return text
