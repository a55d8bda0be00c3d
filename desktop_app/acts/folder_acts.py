"""Folders and single photos that come and go, and what is left out of them.

Knows: for each act, which verbs do it and which take it back. Does not know: widgets, or how a
folder is read (`folder_watch`). Every `text` is what Undo calls the act.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from desktop_app.acts.history import NOTHING, Calls, History, Nothing, call
from engine.records import AddReport, AlbumenError
from engine.verbs import Verbs


def add_folders(
    history: History,
    text: str,
    paths: list[str],
    begun: Callable[[], object],
    told: Callable[[AddReport | None], object],
) -> None:
    """Watch folders or take single photos in.

    `begun` is called before, `told` hears what came of it; or None after an undo, or where
    nothing came of it.
    """
    act = _FoldersAdded(paths, begun, told)
    history.push(text, act.forward, act.back)


def remove_folder(
    history: History, text: str, folder_id: int, told: Callable[[bool], object]
) -> None:
    """Stop watching a folder; its photos come back as they were, even while its drive is away.

    `told` hears whether the folder is there now.
    """

    def forward(_back: object) -> Calls[None]:
        yield from call(Verbs.remove_folder, folder_id)
        told(False)

    def back(_gone: object) -> Calls[None]:
        yield from call(Verbs.restore_folder, folder_id)
        told(True)

    history.push(text, forward, back)


def leave_out(history: History, text: str, patterns: list[str], told: Callable[[], object]) -> None:
    """Leave out what these patterns cover, from now on.

    `told` hears when that changed, also after an undo: then it is time to look again.
    """

    def exchange(back: list[str] | None) -> Calls[list[str]]:
        before = yield from call(Verbs.exclusions)
        yield from call(Verbs.set_exclusions, patterns if back is None else back)
        told()
        return before

    history.push(text, exchange, exchange)


@dataclass(slots=True)
class _FoldersAdded:
    """New folders and photos by path.

    A folder takes watched ones that lie inside it over; undo gives them back.
    """

    paths: list[str]
    begun: Callable[[], object]
    told: Callable[[AddReport | None], object]

    def forward(self, _undone: object) -> Calls[tuple[AddReport, list[str]] | Nothing]:
        self.begun()
        try:
            before = yield from call(Verbs.folders)
            report = yield from call(Verbs.add, self.paths)
        except AlbumenError:
            self.told(None)
            raise
        self.told(report)
        if not (report.folders or report.photos):
            return NOTHING
        return report, [folder.path for folder in before if folder.path]

    def back(self, done: tuple[AddReport, list[str]]) -> Calls[None]:
        report, before = done
        for folder in report.folders:
            yield from call(Verbs.remove_folder, folder.id)
        if report.photos:
            yield from call(Verbs.forget, list(report.photos))
        now = yield from call(Verbs.folders)
        taken_over = set(before) - {folder.path for folder in now}
        if taken_over:
            yield from call(Verbs.add, sorted(taken_over))
        self.told(None)
