"""How the command line says what the engine says.

Mostly as it is, in English. Where the way on is a command or an option, the engine does not name
it, because a window has none: here is what the command line says in its stead. Does not know: when
anything is said.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages import Message

#: (a template of the engine, what the command line says instead, with the same places)
_PAIRS = (
    (
        "There is no version {number}; it may have been removed.",
        "There is no version {number}; `versions` lists them.",
    ),
    (
        "The model in use has not read any photo yet; search again once it has.",
        "The model in use has not read the photos yet: sync first.",
    ),
    (
        "The photo {path} is not in the library; add its folder first.",
        "The photo {path} is not in the library; add its folder and sync first.",
    ),
    (
        "This photo has not been read yet, so nothing can be compared with it; try again once it "
        "has been.",
        "This photo has not been read yet, so nothing can be compared with it; sync first.",
    ),
    (
        "The thumbnail {path} could not be written ({detail}); make room on the disk, then "
        "choose 'Look for changes'.",
        "The thumbnail {path} could not be written ({detail}); make room and sync again.",
    ),
    (
        "move it away, start Albumen and add your folders; then 'Bring back saved labels and "
        "corrections' in the menu 'Library' finds them in the folder 'backups' beside it",
        "move it away, start Albumen, add your folders, then 'albumen-cli restore' brings back "
        "your labels and corrections from the folder 'backups' beside it",
    ),
    (
        "{name} is not on this computer, and a setting of this computer forbids downloads: allow "
        "them or choose a model file.",
        "{name} is not on this computer and HF_HUB_OFFLINE forbids to download it: allow it or "
        "choose a file.",
    ),
    (
        "'{device}' cannot be used: this computer has no such NVIDIA graphics card, or its driver "
        "is missing; choose the processor (cpu).",
        "'{device}' cannot be used: this computer or this torch has no such CUDA device; use cpu.",
    ),
    (
        "Apple graphics (mps) cannot be used: that needs a Mac with Apple's graphics processor; "
        "choose the processor (cpu).",
        "'mps' cannot be used: it needs a Mac with Apple's graphics processor; use cpu.",
    ),
    (
        "The model does not run on '{device}' ({detail}); choose the processor (cpu).",
        "The model does not run on '{device}' ({detail}); use cpu.",
    ),
    (
        "{device} has too little memory for one image: choose a smaller model or the processor "
        "(cpu).",
        "{device} has too little memory for one image: choose a smaller model or the device 'cpu'.",
    ),
    ("a random check, to keep the count of mistakes honest", "random check"),
    ("looking at how your photos differ", "covariance of the library"),
    ("learning words for {names}", "prompt of {names}"),
    ("{name}: learning words of its own", "{name}: coop"),
    ("{name}: learning from your photos", "{name}: residual"),
    ("{name}: changing the strictness", "{name}: threshold"),
)
IN_COMMANDS = dict(_PAIRS)


def said(message: Message) -> str:
    """A message in English, with the commands that help."""
    return message.render(lambda template: IN_COMMANDS.get(template, template))


def spoken(answer: object) -> object:
    """The answer of a command, however nested, with every message in it as text."""
    if isinstance(answer, Message):
        return said(answer)
    if isinstance(answer, Mapping):
        return {name: spoken(value) for name, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [spoken(value) for value in answer]
    return answer
