"""A question that is on its way to the engine, and who is to hear the answer.

Knows: callbacks, and whose they are. Does not know: how a question gets to the engine
(`engine_link`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject
from shiboken6 import isValid

R = TypeVar("R")


class Asked(Generic[R]):
    """One question. `id` is its number in the signals of the link.

    Say who hears the answer in the same turn of the event loop in which you asked: answers come by
    queued signals, so none can come before that; who comes too late gets a RuntimeError. Of several
    who asked to hear, each hears it, in order. Nobody hears anything after a cancel, or if the
    QObject that a callback is bound to (also through `functools.partial`) was deleted meanwhile.
    """

    def __init__(self, id_: int, verb: str, act: bool) -> None:
        self.id = id_
        self.verb = verb
        self.act = act
        self._over = False
        self._answered: list[Callable[[R], object]] = []
        self._failed: list[Callable[[str], object]] = []

    def __repr__(self) -> str:
        return f"<{'act' if self.act else 'question'} {self.id}: {self.verb}>"

    def then(
        self, answered: Callable[[R], object], failed: Callable[[str], object] | None = None
    ) -> Asked[R]:
        """Call `answered(result)` in the GUI thread. `failed`: as `or_else`.

        The result of a job (a verb that returns a generator) is what the generator returned.
        """
        self._in_time()
        self._answered.append(answered)
        return self if failed is None else self.or_else(failed)

    def or_else(self, failed: Callable[[str], object]) -> Asked[R]:
        """Call `failed(sentence)` on an expected problem, instead of the link's `problem`.

        An act that is cancelled calls it with an empty text.
        """
        self._in_time()
        self._failed.append(failed)
        return self

    def _in_time(self) -> None:
        if self._over:
            raise RuntimeError(f"{self} was answered before anybody asked to hear it")

    def answer(self, result: R) -> None:
        """The link says: this came back."""
        self._over = True
        for answered in self._answered:
            _call(answered, result)

    def refuse(self, sentence: str) -> bool:
        """The link says: it could not be done. False where nobody asked to hear that."""
        self._over = True
        for failed in self._failed:
            _call(failed, sentence)
        return bool(self._failed)


def _call(callback: Callable[[Any], object], value: object) -> None:
    bound: Any = callback
    while isinstance(bound, partial):
        bound = bound.func
    receiver = getattr(bound, "__self__", None)
    if not isinstance(receiver, QObject) or isValid(receiver):
        callback(value)
