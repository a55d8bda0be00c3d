"""Which model a library uses, loaded when something needs it and not before.

Knows: the name, the number it has in the store, how to tell without reading weights that they are
still the same. Does not know: what a model is good for (`recognition`). Importing this imports no
torch.
"""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING

import resources
from engine.messages import verbatim
from engine.records import ModelInfo
from engine.store.store import Store

if TYPE_CHECKING:
    from engine.search.recognition import Recognition


class ActiveModel:
    """`name` None: the one this library used last, at first the built-in one."""

    def __init__(
        self,
        store: Store,
        name: str | None,
        device: str,
        precision: str = "auto",
    ) -> None:
        self._store = store
        if name:  # as a person wrote it
            from engine.clip.catalogue import canonical

            name = canonical(name)
        self._name = name
        self.device = device
        self._precision = precision
        self.loaded: Recognition | None = None

    @property
    def name(self) -> str:
        """Its name in the catalogue, or the path of its file."""
        return self._name or self._store.get("model", "starter")

    def catalogue(self) -> list[ModelInfo]:
        """All models by name, and the file in use where it is none of them."""
        from engine.clip import weights

        infos = [
            dataclasses.replace(info, active=info.name == self.name) for info in weights.catalogue()
        ]
        if not any(info.active for info in infos):
            infos.append(
                ModelInfo(
                    self.name,
                    verbatim(os.path.basename(self.name)),
                    os.path.exists(self.name),
                    True,
                )
            )
        note = self.loaded.model.note if self.loaded is not None else None
        return [dataclasses.replace(info, note=note) if info.active else info for info in infos]

    def recognition(self) -> Recognition:
        """The model over this library, loaded now if it was not. AlbumenError when it cannot be."""
        if self.loaded is None:
            self._keep(self.load(self.name))
        assert self.loaded is not None
        return self.loaded

    def load(self, name: str, device: str = "", precision: str = "") -> Recognition:
        """Another model over this library, without using it yet (device, precision "": as now)."""
        from engine.library.import_torch import warm_up

        warm_up()  # where a window does it beside us, this waits without stopping that window
        from engine.search.recognition import Recognition

        chosen = device or self.device, precision or self._precision
        return Recognition(self._store, name, *chosen)

    def switch(self, name: str, loaded: Recognition, device: str = "", precision: str = "") -> None:
        """Use another model from now on, also after a restart.

        Device and precision until the library is closed.
        """
        self._name = name
        self.device = device or self.device
        self._precision = precision or self._precision
        self._store.set("model", name)
        self._keep(loaded)

    def number(self) -> int:
        """Its number in the store; it is loaded only if it may have changed since."""
        if self.loaded is None and self._store.get("model key") == self._key():
            return self.last_number()
        return self.recognition().number

    def last_number(self) -> int:
        """The number of the model used last, 0 where none was."""
        return int(self._store.get("model number", "0"))

    def _keep(self, loaded: Recognition) -> None:
        self.loaded = loaded
        self._store.set("model number", str(loaded.number))
        self._store.set("model key", self._key())

    def _key(self) -> str:
        """What changes when the weights or how they compute do.

        Name, device, precision, size, times and place of the file.
        """
        try:
            own = os.environ.get("ALBUMEN_STARTER") or resources.path("starter.safetensors")
            status = os.stat(own if self.name == "starter" else self.name)
        except OSError:  # a name of the catalogue: what it stands for never changes
            return f"{self.name} {self.device} {self._precision}"
        # One alone may stay as it was.
        told = (
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
            status.st_ino,
        )
        return f"{self.name} {self.device} {self._precision} {told}"

    def precisions(self) -> list[str]:
        """The precisions that pay on the device in use, the one that "auto" takes first.

        Imports torch.
        """
        from engine.clip import weights

        return weights.precisions(self.device)
