"""The job that makes a library match the disk.

Which rows a scan's findings become, and who moved where.

Knows: in which order, in steps of which size, and what survives a kill between any two of them:
every step is one transaction and leaves rows that the next `sync` takes up. Does not know: how
folders are walked (`scan`), photos read (`indexing`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from engine.disk import scan
from engine.disk.scan import Diff, FileStat, Known
from engine.images.decode_pool import DecodePool
from engine.library.indexing import Indexing, Steps
from engine.library.tally import Tally
from engine.messages import message
from engine.records import FolderState, PhotosChanged, PhotoState, Progress, Step, SyncReport
from engine.store.files import FoundFile, Row
from engine.store.store import Store

if TYPE_CHECKING:
    from engine.search.recognition import Recognition

_ROWS = 500  # rows per transaction while the scan is written down
_KNOWN = 20_000  # rows read per step: a tenth of a second
_AT_REST = 2**62  # a moment after which no file counts as being written
_SETTLE_SECONDS = 10.0  # how long a sync waits for files that are being written


class Sync:
    """One run over one store.

    `indexing` reads what was found; `recognition` loads the model on first need; `pool` gives the
    decoding processes for an input resolution (0: any). `tally`: counts for the report, in which
    `indexing` counts too.
    """

    def __init__(
        self,
        store: Store,
        indexing: Indexing,
        recognition: Callable[[], Recognition],
        pool: Callable[[int], DecodePool],
        tally: Tally,
    ) -> None:
        self._store = store
        self._indexing = indexing
        self._recognition = recognition
        self._pool = pool
        self._tally = tally
        self._settling: list[FileStat] = []  # files that were being written
        self._unseen: set[int] = set()  # rows that nobody could see when this sync began
        self._looked = False  # what this run was called for is written down
        self._asked: list[
            int
        ] = []  # folders to be looked at as soon as the photos in hand are read
        self._started = time.monotonic()

    def run(
        self, folder_ids: Sequence[int] | None, exclusions: Sequence[str]
    ) -> Generator[Step, None, SyncReport]:
        """The whole job (see `Library.sync`)."""
        yield from self._look(folder_ids, exclusions)
        self._looked = True
        while True:
            if self._store.photos.any_reachable():
                yield from self._indexing.run(enough=self._is_asked)
            yield from self._settle()
            if not self._asked:
                return self._tally.report(time.monotonic() - self._started)
            asked = self._asked
            self._asked = []
            yield from self._look(asked, exclusions)

    def also(self, folder_ids: Sequence[int]) -> bool:
        """Look at these folders too, as soon as the photos in hand are read: that may take hours.

        False while this run still looks at what it was called for.
        """
        if self._looked:
            self._asked += folder_ids
        return self._looked

    def _is_asked(self) -> bool:
        return bool(self._asked)

    # the disk
    # ----------------------------------------------------------------------------------------------

    def _look(self, folder_ids: Sequence[int] | None, exclusions: Sequence[str]) -> Steps:
        """Compare these folders (None: all) with the disk and write down what is new.

        From then on it can be seen.
        """
        roots = [
            root
            for root in self._store.folders.roots()
            if folder_ids is None or root[0] in folder_ids
        ]
        diffs: list[tuple[int, Diff]] = []
        for folder_id, path in roots:
            diffs.append((folder_id, (yield from self._scan(folder_id, path, exclusions))))
        yield from self._apply(diffs)

    def _scan(
        self, folder_id: int, root: bytes, exclusions: Sequence[str]
    ) -> Generator[Step, None, Diff]:
        counts = self._tally.look(folder_id, os.fsdecode(root))
        known = yield from self._known_of(folder_id)
        found: list[FileStat] = []
        if not root:
            found = [stat for row in known if (stat := _stat(row.path)) is not None]
            return scan.diff(found, known)
        token = self._store.folders.scan_token(folder_id)
        walk = scan.walk(root, exclusions, token)
        for some in walk:
            found += some
            yield Progress("scan", len(found), 0, detail=os.fsdecode(root))
        diff = yield from scan.comparing(found, known, walk)
        counts.skipped = walk.skipped  # looked at once more, it skips the same files again
        if self._store.folders.set_state(
            folder_id, FolderState.OFFLINE if diff.folder_offline else FolderState.ONLINE
        ):
            yield PhotosChanged(labels=True)
        if not diff.folder_offline and walk.token != token:
            self._store.folders.set_scan_token(folder_id, walk.token)
        return diff

    def _known_of(self, folder_id: int) -> Generator[Progress, None, list[Known]]:
        """The rows of a folder; while they are read, searches are answered."""
        ids = self._store.files.ids_in(folder_id)
        known: list[Known] = []
        for start in range(0, len(ids), _KNOWN):
            known += _known(self._store.files.rows(ids[start : start + _KNOWN]))
            if len(ids) > _KNOWN:
                yield Progress("scan", start, len(ids))
        return known

    def _apply(self, diffs: Sequence[tuple[int, Diff]]) -> Steps:
        """Write down what the scan found.

        Content decides: a file whose bytes belonged to a row that lost its file is that row,
        wherever it is now; so two photos that changed names keep their own tags.
        """
        arrived: dict[
            bytes, tuple[int, FileStat]
        ] = {}  # path -> (folder, file) that holds new content for us
        owner: dict[bytes, Known] = {}  # path -> the row that had this path until now
        homeless: list[Known] = []  # rows whose content is not where it was
        vanished: dict[int, int] = {}  # those of them that could be seen -> their folders
        offline: list[int] = []
        returned: list[int] = []
        unread: list[int] = []
        for folder_id, diff in diffs:
            arrived |= {stat.path: (folder_id, stat) for stat in diff.added}
            for known, stat in diff.changed:
                arrived[stat.path] = (folder_id, stat)
                owner[stat.path] = known
            homeless += diff.vanished
            vanished |= {
                known.photo_id: folder_id
                for known in diff.vanished
                if known.state != PhotoState.MISSING
            }
            offline += [
                known.photo_id for known in diff.offline if known.state != PhotoState.OFFLINE
            ]
            returned += [known.photo_id for known in diff.returned]
            unread += [known.photo_id for known, _ in diff.retry if known.state in _AWAY]
            back = [*diff.returned, *(known for known, _ in diff.retry)]
            self._unseen |= {known.photo_id for known in back if known.state == PhotoState.MISSING}
            self._settling += diff.settling
        if arrived:
            gone_before = {known.photo_id for known in homeless}
            for known in _known(
                self._store.files.rows_out_of_sight()
            ):  # removed from sight or missing since earlier
                self._unseen.add(known.photo_id)
                if known.path in arrived:
                    owner.setdefault(known.path, known)
                elif known.photo_id not in gone_before:
                    homeless.append(known)
        yield from self._set_state(PhotoState.OFFLINE, offline)
        yield from self._set_state(PhotoState.OK, returned)
        yield from self._set_state(PhotoState.PENDING, unread)
        homes, touched = yield from self._recognise(arrived, owner, homeless)
        yield from self._move(homes, arrived)
        gone = sorted(vanished.keys() - {known.photo_id for known in homes.values()})
        self._tally.removed((id_, vanished[id_]) for id_ in gone)
        # Before new rows: a kill in between must leave no ghost.
        yield from self._set_state(PhotoState.MISSING, gone)
        yield from self._write_down(arrived, owner, homes, touched)

    def _recognise(
        self,
        arrived: dict[bytes, tuple[int, FileStat]],
        owner: dict[bytes, Known],
        homeless: Sequence[Known],
    ) -> Generator[Step, None, tuple[dict[bytes, Known], set[bytes]]]:
        """Hash what may be an old acquaintance.

        Path -> the row that moved there, and paths that were only touched.
        """
        candidates = [*homeless, *owner.values()]
        worth = scan.move_candidates([stat for _, stat in arrived.values()], candidates)
        if not worth:
            return {}, set()
        hashed: dict[bytes, str] = {}
        done = 0
        for answer in self._pool(0).hash([stat.path for stat in worth], wait=0.1):
            if isinstance(answer, tuple):
                hashed[answer[0]] = answer[1]
            done += answer is not None
            if done % 64 == 0 or answer is None:
                yield Progress("scan", done, len(worth))
        touched = {
            path
            for path, known in owner.items()
            if path in hashed and hashed[path] == known.content_hash
        }
        for path in touched:
            del hashed[path]
        moved = scan.match_moves(
            hashed, [known for known in candidates if known.path not in touched]
        )
        return {path: known for known, path in moved}, touched

    def _move(self, homes: dict[bytes, Known], arrived: dict[bytes, tuple[int, FileStat]]) -> Steps:
        """Give moved rows their new paths.

        Those that take each other's names move in one transaction: in a ring of renames each path
        is free only then.
        """
        some: dict[bytes, Known] = {}
        left = len(homes)
        for chain in _chains(homes):
            some |= chain
            left -= len(chain)
            if len(some) >= _ROWS or not left:
                yield from self._move_together(some, arrived)
                some = {}

    def _move_together(
        self, homes: dict[bytes, Known], arrived: dict[bytes, tuple[int, FileStat]]
    ) -> Steps:
        replaced = self._store.files.move(
            [(known.photo_id, _found(*arrived[path])) for path, known in homes.items()]
        )
        for path in homes:
            self._tally.of(arrived[path][0]).moved += 1
        self._tally.removed(replaced)
        yield from self._seen_again([known.photo_id for known in homes.values()])
        if replaced:
            yield PhotosChanged(removed=tuple(id_ for id_, _ in replaced), labels=True)

    def _write_down(
        self,
        arrived: dict[bytes, tuple[int, FileStat]],
        owner: dict[bytes, Known],
        homes: dict[bytes, Known],
        touched: set[bytes],
    ) -> Steps:
        """Rows for files that are new, edited, touched, or back after a removal from sight."""
        moved = {known.photo_id for known in homes.values()}
        rest = sorted(path for path in arrived if path not in homes)
        for start in range(0, len(rest), _ROWS):
            new: list[FoundFile] = []
            same: list[tuple[int, FoundFile]] = []
            other: list[tuple[int, FoundFile]] = []
            for path in rest[start : start + _ROWS]:
                known = owner.get(path)
                file = _found(*arrived[path])
                if known is None or known.photo_id in moved:
                    new.append(file)
                elif path in touched or (known.size, known.mtime_ns) == (file.size, file.mtime_ns):
                    same.append((known.photo_id, file))
                else:
                    other.append((known.photo_id, file))
            with self._store.transaction(durable=False):
                added = self._store.files.add(new)
                self._store.files.renew(same, unchanged=True)
                self._store.files.renew(other, unchanged=False)
            self._tally.added(file.folder_id for file in new)
            if added:
                yield PhotosChanged(added=tuple(added))
            yield from self._seen_again([id_ for id_, _ in (*same, *other)])

    def _seen_again(self, ids: Sequence[int]) -> Steps:
        """These rows changed; those that were out of sight are there again."""
        if ids:
            back = [id_ for id_ in ids if id_ in self._unseen]
            if back and self._store.embeddings.any():
                self._recognition().seen_again(back)
            yield PhotosChanged(ids=tuple(ids), added=tuple(back), labels=True)
            self._unseen.difference_update(back)

    def _set_state(self, state: PhotoState, ids: Sequence[int]) -> Steps:
        for start in range(0, len(ids), _ROWS):
            some = ids[start : start + _ROWS]
            self._store.files.set_state(state, some)
            if state is PhotoState.MISSING:
                yield PhotosChanged(removed=tuple(some), labels=True)
            else:
                yield from self._seen_again(some)

    def _settle(self) -> Steps:
        """Take up files that were being written during the scan, as soon as they rest."""
        deadline = time.monotonic() + _SETTLE_SECONDS
        while self._settling and not self._asked:
            ready, self._settling = scan.settled(self._settling)
            if ready:
                yield from self._apply_settled(ready)
                yield from self._indexing.run(enough=self._is_asked)
            elif time.monotonic() > deadline:
                # Asked after a look: while the machine stood still, the files came to rest.
                self._settling = []
            elif self._settling:
                time.sleep(0.05)  # short: searches are answered between steps
                waiting = len(self._settling)
                yield Progress(
                    "scan", 0, waiting, detail=message("waiting for files that are being written")
                )

    def _apply_settled(self, ready: Sequence[FileStat]) -> Steps:
        roots = [(id_, root) for id_, root in self._store.folders.roots() if root]
        per_folder: dict[int, list[FileStat]] = {}
        for stat in ready:
            folder_id = next((id_ for id_, root in roots if scan.is_within(stat.path, root)), None)
            if folder_id is not None:
                per_folder.setdefault(folder_id, []).append(stat)
        diffs = []
        for folder_id, stats in per_folder.items():
            known = _known(self._store.files.rows_at([stat.path for stat in stats]))
            diffs.append((folder_id, scan.diff(stats, known, now_ns=_AT_REST)))
        yield from self._apply(diffs)


_AWAY = (PhotoState.OFFLINE, PhotoState.MISSING)


def _chains(homes: dict[bytes, Known]) -> Iterator[dict[bytes, Known]]:
    """Moves (new path -> row) in the smallest sets that can be done one after the other.

    Who takes the path of another row that moves stands in one set with that row.
    """
    targets = {known.path: path for path, known in homes.items()}  # where the row at a path moves
    seen: set[bytes] = set()
    for path in homes:
        if path in seen:
            continue
        first = path
        while (
            before := homes[first].path
        ) in homes and before != path:  # to the start of the chain, or once round
            first = before
        chain: dict[bytes, Known] = {}
        step: bytes | None = first
        while step is not None and step not in seen:
            seen.add(step)
            chain[step] = homes[step]
            step = targets.get(step)
        yield chain


def _known(rows: Iterable[Row]) -> list[Known]:
    return [
        Known(path, size, mtime_ns, id_, PhotoState(state), content_hash, attempts)
        for path, size, mtime_ns, id_, state, content_hash, attempts in rows
    ]


def _found(folder_id: int, stat: FileStat) -> FoundFile:
    return FoundFile(stat.path, folder_id, stat.size, stat.mtime_ns)


def _stat(path: bytes) -> FileStat | None:
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return FileStat(path, stat.st_size, stat.st_mtime_ns)
