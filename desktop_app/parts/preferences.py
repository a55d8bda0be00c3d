"""What a person chose about this machine's window, in a file of its own.

Knows: the names of the choices, their defaults, the settings file (facts of the library live in the
library). Does not know: what a choice does; whoever cares listens to `changed`.
"""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QObject, QSettings, Signal

_DEFAULTS: dict[str, Any] = {
    "theme": "system",
    "language": "system",
    "device": "auto",
    "precision": "auto",
    "thumbnail_memory": 128,
    "mirror": "",
    "sort": "auto",
    "strictness": 0.0,
    "history": [],
    "saved_searches": [],
    "starter_banner_dismissed": False,
    "keywords_offered": False,
}


class Preferences(QObject):
    """The choices, read once and written at once.

    `changed(name)` is emitted when one takes another value.

    Values are kept as JSON, because QSettings gives lists of one entry and booleans back as text.
    """

    changed = Signal(str)

    def __init__(self, settings: QSettings | None = None) -> None:
        super().__init__()
        self._settings = settings or QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, "albumen", "settings"
        )
        self._values = {name: self._read(name) for name in _DEFAULTS}

    def _read(self, name: str) -> Any:
        default = _DEFAULTS[name]
        try:
            value = json.loads(str(self._settings.value(name, "")))
        except (TypeError, ValueError):  # absent, or written by hand: the default is always right
            return default
        return value if isinstance(value, type(default)) else default

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_values"][name]
        except KeyError:
            raise AttributeError(name) from None

    def set(self, name: str, value: Any) -> None:
        """Choose `value`; KeyError for a name that is no preference."""
        if value == self._values[name]:
            return
        self._values[name] = value
        self._settings.setValue(name, json.dumps(value))
        self._settings.sync()
        self.changed.emit(name)
