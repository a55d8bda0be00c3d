"""What the engine says, in the language of the window.

Knows: under which context the engine's templates are translated (`python -m
desktop_app.translations` finds them in its code). Does not know: any sentence.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine.messages import Message

#: The context of the translations.
CONTEXT = "Engine"


def in_words(message: Message) -> str:
    """A message in the language in force; a template without a translation stays as it is."""
    return message.render(_translated)


def _translated(template: str) -> str:
    return QCoreApplication.translate(CONTEXT, template)
