"""Sidecars: the labels that a person confirmed, written beside the photo when wanted.

They are keywords in `photo.jpg.xmp`.

Knows: the XMP file (ISO 16684-1: RDF/XML, keywords are the bag `dc:subject`; the name
`photo.jpg.xmp` is digiKam's and darktable's, Lightroom's `photo.xmp` is read too), and which
keywords in it are Albumen's: those it wrote before. Whatever else a sidecar holds stays as it is.
Does not know: who confirmed what (`engine.store.corrections`). Photos themselves are never written.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Sequence

from engine.images import keywords as xmp
from engine.records import AlbumenError, Correction, Failure, KeywordsRead, Progress, SidecarReport
from engine.store.labels import checked_name, fold
from engine.store.store import Store

_LARGEST = 4 << 20  # bytes; sidecars with a long editing history reach some hundred kilobytes
_PER_STEP = 20  # files between two reports of progress


class Sidecars:
    """The sidecars of one library: which are behind, and bringing them up to date."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def wanted(self) -> bool:
        """Whether the person turned sidecars on; they are off in a new library."""
        return self._store.get("sidecars") == "on"

    def want(self, wanted: bool) -> None:
        """Turn sidecars on or off; files that exist stay as they are."""
        self._store.set("sidecars", "on" if wanted else "off")

    def run(self) -> Generator[Progress, None, SidecarReport]:
        """Job: write what is behind.

        A file that cannot be written is reported and tried again the next time.
        """
        behind = self._store.keywords.stale_sidecars()
        written = 0
        failed = list[Failure]()
        for start in range(0, len(behind), _PER_STEP):
            yield Progress("sidecars", start, len(behind))
            done = []
            for item in behind[start : start + _PER_STEP]:
                try:
                    written += write(item.path, item.keywords, item.before)
                except AlbumenError as error:
                    failed.append(
                        Failure(os.fsdecode(sidecar_of(item.path)), error.message, 1, item.photo_id)
                    )
                else:
                    done.append((item.photo_id, item.path, item.keywords))
            self._store.keywords.mark_written(done)
        return SidecarReport(written, tuple(failed))

    def take_keywords(self) -> Generator[Progress, None, KeywordsRead]:
        """Job: keywords in photos and sidecars become labels, and their photos confirmed.

        Where the person said nothing yet. All or nothing: cancelled on the way, nothing is taken
        over.
        """
        inside = self._store.keywords.by_photo()
        photos = self._store.photos.reachable()
        found: dict[
            str, tuple[str, list[int]]
        ] = {}  # by the folded name, under which two spellings are one label
        failed: list[Failure] = []
        for done, (photo_id, path) in enumerate(photos):
            if done % (10 * _PER_STEP) == 0:
                yield Progress("sidecars", done, len(photos))
            words = inside.get(photo_id, [])
            try:
                words = [*words, *keywords_beside(path)]
            except AlbumenError as error:
                failed.append(Failure(os.fsdecode(path), error.message, 1, photo_id))
            for word in words:
                # What cannot be a label's name stays a keyword.
                with contextlib.suppress(AlbumenError):
                    found.setdefault(fold(word), (checked_name(word), []))
                photo_ids = found[fold(word)][1] if fold(word) in found else []
                # Said in the photo and beside it, or in two spellings.
                if photo_id not in photo_ids[-1:]:
                    photo_ids.append(photo_id)
        known = set(self._store.labels.names())
        with self._store.transaction():
            ids, _ = self._store.labels.add([name for name, _ in found.values()], None)
            said = self._store.corrections.answered()
            said_now = [
                Correction(photo_id, label_id, True)
                for label_id, (_, photo_ids) in zip(ids, found.values(), strict=True)
                for photo_id in photo_ids
                if (photo_id, label_id) not in said
            ]
            previous = self._store.corrections.correct(said_now)
        return KeywordsRead(
            tuple(id_ for id_ in ids if id_ not in known), tuple(previous), tuple(failed)
        )


def sidecar_of(photo: bytes) -> bytes:
    """Where the sidecar of a photo is: `photo.jpg.xmp`."""
    return photo + b".xmp"


def keywords_beside(photo: bytes) -> list[str]:
    """The keywords in the sidecars of a photo (`photo.jpg.xmp`, `photo.xmp`), each once.

    None where there is no sidecar.

    AlbumenError for a sidecar that cannot be read.
    """
    found: dict[str, None] = {}
    for file in (sidecar_of(photo), os.path.splitext(photo)[0] + b".xmp"):
        if (text := _read(file)) is not None:
            found |= dict.fromkeys(_words(text, file))
    return list(found)


def write(photo: bytes, keywords: Sequence[str], before: Sequence[str]) -> bool:
    """Make the sidecar of a photo hold `keywords`.

    Those of `before` that are no longer among them are taken out.

    Keywords of other programs, and everything else in the file, stay. The file is replaced in one
    step, so a crash leaves the old or the new one. False when it says so already. AlbumenError when
    it cannot be read or written.
    """
    file = os.path.realpath(sidecar_of(photo))  # a linked sidecar stays a link
    text = _read(file)
    if text is None and not keywords:
        return False
    present = _words(text, file) if text else []
    gone = set(before) - set(keywords)
    wanted = [word for word in present if word not in gone]
    wanted += [word for word in keywords if word not in wanted]
    if wanted == present and text is not None:
        return False
    try:
        packet = xmp.replaced(text or xmp.EMPTY.encode(), wanted)
    except ValueError as error:
        raise _not_xmp(file, error) from error
    partial = file + b".albumen-part"
    try:
        with open(partial, "wb") as out:
            out.write(packet)
            out.flush()
            os.fsync(out.fileno())
        if text is not None:
            os.chmod(partial, os.stat(file).st_mode & 0o777)
        os.replace(partial, file)
    except OSError as error:
        raise AlbumenError(
            "The sidecar cannot be written ({detail}).", detail=error.strerror or str(error)
        ) from error
    return True


def _read(file: bytes) -> bytes | None:
    try:
        with open(file, "rb") as source:
            text = source.read(_LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise AlbumenError(
            "The sidecar cannot be read ({detail}).", detail=error.strerror or str(error)
        ) from error
    if len(text) > _LARGEST:
        raise AlbumenError("The sidecar is larger than 4 MB; it is left as it is.")
    return text


def _words(text: bytes, file: bytes) -> list[str]:
    try:
        return xmp.of_xmp(text)
    except ValueError as error:
        raise _not_xmp(file, error) from error


def _not_xmp(file: bytes, error: ValueError) -> AlbumenError:
    return AlbumenError(
        "{path} is not an XMP file that can be changed ({detail}); it is left as it is.",
        path=os.path.basename(file).decode("utf-8", "replace"),
        detail=str(error),
    )
