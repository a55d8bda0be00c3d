"""The engine's sentences in the window's language. The engine speaks English only, because it knows
no Qt.

Knows: the shape of each sentence that people meet in the window: notes of a search, reports of
learning, reasons of problems, words about models, what goes wrong. Does not know: when they are
said. A sentence that it does not know stays as it is; a test reads the engine's code and misses
none.
"""

from __future__ import annotations

import functools
import re

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

_PLACE = re.compile(r"\{\w+\}")
#: Names in braces stand for what differs; those that end with `_` hold a piece that is itself in
#: this table.
_SENTENCES = (
    QT_TRANSLATE_NOOP("EngineWords", "1 photo"),
    QT_TRANSLATE_NOOP("EngineWords", "{count} photos"),
    QT_TRANSLATE_NOOP("EngineWords", "1 correction"),
    QT_TRANSLATE_NOOP("EngineWords", "{count} corrections"),
    QT_TRANSLATE_NOOP("EngineWords", "1 new correction"),
    QT_TRANSLATE_NOOP("EngineWords", "{count} new corrections"),
    QT_TRANSLATE_NOOP("EngineWords", "would add {photos_}, remove {removes}"),
    QT_TRANSLATE_NOOP(
        "EngineWords", "Nothing to learn from yet: no corrected photo of this label has been read."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "Unchanged: there are no new corrections since the present version was learned.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "Unchanged: after {answers_}, nothing that was tried is surely better."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "Learned from {answers_}, too few to check it: {change_}."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "Checked on your {answers_}, each kept out of learning in its turn: {before} right before, {after} after; {change_}.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "Learning words of its own: {objection_}"),
    QT_TRANSLATE_NOOP("EngineWords", "Learning from your photos: {objection_}"),
    QT_TRANSLATE_NOOP("EngineWords", "Changing the strictness: {objection_}"),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "on answers kept out of learning it is not surely better than learning from your photos alone.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "on answers kept out of learning it is not better than the label's name alone.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "on answers kept out of learning it is not better than the present version."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "not surely better, but now the label is on none of the photos that you said yes to: look at them before you accept it.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "it would change {photos_}, many for {answers_}, and none of the other kind: answer some of both.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "it needs enough answers of both kinds, yes and no, to be checked."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "it needs {needed} answers, bursts counted once; there are {found}."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "it needs {yes} yes and {no} no, bursts counted once; there are {found_yes} and {found_no}.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "it would reorder the best photos of '{name}', which you did not correct."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "it would get {photos_} wrong that you confirmed and that are right now."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{answers_} cannot be checked by holding some out: look at them before you accept it.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{answers_} could agree this well by luck: look at them before you accept it.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "Better on answers kept out of learning, but it would change {photos_}, many for {answers_}: look through them.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "There is no label '{name}'."),
    QT_TRANSLATE_NOOP("EngineWords", "'{words}' was searched as '{english}'."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "'{words}' was searched as '{english}'; for '{lost}' the English is not known.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "No good match."),
    QT_TRANSLATE_NOOP("EngineWords", "No good match. The nearest photos follow."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "The model understands English: '{words}' was looked for in labels and file names only.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "The model in use has not read the photos yet: sync first."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "'{typed}' is no date; write {example}:2023, {second}:2023-06 or {third}:2023-06-01.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "'{typed}' is not known; there are {names}."),
    QT_TRANSLATE_NOOP("EngineWords", "'{typed}' needs the number of a photo."),
    QT_TRANSLATE_NOOP(
        "EngineWords", "There is no photo {number} to compare with, or it has not been read yet."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "It is damaged or not a picture of a kind that Albumen reads."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "The picture is damaged or incomplete ({detail})."),
    QT_TRANSLATE_NOOP("EngineWords", "The file is empty."),
    QT_TRANSLATE_NOOP(
        "EngineWords", "It changed while it was read; it will be read again once it is complete."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "It is not a file but a folder, a pipe or a device; it was left alone."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "It could not be read within {seconds} seconds."),
    QT_TRANSLATE_NOOP(
        "EngineWords", "Its contents made the decoder crash; the file is damaged or hostile."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "There is no such folder or file."),
    QT_TRANSLATE_NOOP("EngineWords", "This folder may not be read; check its permissions."),
    QT_TRANSLATE_NOOP(
        "EngineWords", "This is the library's own folder; choose the folder with your photos."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "This is neither a folder nor a photo in a format that Albumen reads."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "There is a label '{name}' already; merge the two instead."),
    QT_TRANSLATE_NOOP("EngineWords", "A label needs a name; this one is empty."),
    QT_TRANSLATE_NOOP("EngineWords", "Built-in starter"),
    QT_TRANSLATE_NOOP("EngineWords", "small and fast: scenes, everyday things and animals"),
    QT_TRANSLATE_NOOP("EngineWords", "{percent} % of ImageNet right without training"),
    QT_TRANSLATE_NOOP("EngineWords", "{model} (recommended)"),
    QT_TRANSLATE_NOOP("EngineWords", "{model} (better, four times slower)"),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{path} is a TorchScript archive or a pickle, and none of OpenAI's known ones: only safetensors files and official archives are opened, because others could run foreign code.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{path} is a pickle: such files can run foreign code and are never opened; use safetensors.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "{path} is empty or cut off ({size} bytes): copy or download it again."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{path} is no safetensors file: choose a model as safetensors or an official archive.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{path} announces a header of {size} bytes: it is damaged or made to do harm.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{path} is cut off within its header ({size} bytes): copy or download it again.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{path} is cut off: it has {size} of {whole} bytes; copy or download it again.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{path} holds only the text half of a CLIP; Albumen needs the image half in the same file.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{path} holds only the image half of a CLIP; Albumen needs the text half in the same file.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "{path} holds no CLIP, but other weights."),
    QT_TRANSLATE_NOOP("EngineWords", "{path} is damaged ({detail}): copy or download it again."),
    QT_TRANSLATE_NOOP(
        "EngineWords", "{path} is damaged (wrong checksum): delete it and try again."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "{path} cannot be read ({detail})."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{path} stores {name} as {kind}: quantised models cannot be used; get one in fp32 or fp16.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "{path} is a known archive, but torch cannot open it ({detail})."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "There is no model file {path}."),
    QT_TRANSLATE_NOOP(
        "EngineWords", "{path} holds numbers that are not finite (in {name}): this file is broken."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "{path} has a damaged header: copy or download it again."),
    QT_TRANSLATE_NOOP("EngineWords", "Unknown activation '{name}': use one of {names}."),
    QT_TRANSLATE_NOOP(
        "EngineWords", "These are not the weights of a CLIP: the tensor {name} is missing."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "These are not the weights of a CLIP: a tensor has an impossible shape ({detail}).",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "Its name is too long to be opened."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "Photos cannot be read: the decoding process does not start; check that the installation is complete.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "The server {did_}; nothing of {name} was kept. Try again or choose another source.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "sent a file with a wrong checksum"),
    QT_TRANSLATE_NOOP("EngineWords", "sent more than the {size} it announced"),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{name} is not on this computer and HF_HUB_OFFLINE forbids to download it: allow it or choose a file.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{url} does not tell the file's sha256, so it cannot be verified: use another mirror.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{url} answered with status {status}: try again later or choose another model.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "{url} answered with status {status}: choose another source."),
    QT_TRANSLATE_NOOP(
        "EngineWords", "{url} cannot be reached ({detail}): check the network and try again."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "{name} needs {missing} more in {folder}, but {free} are free."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "{path} cannot be copied to {folder} ({detail})."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "The download stopped at {size} ({detail}): try again, it goes on from there.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "It needs more memory than one picture may take."),
    QT_TRANSLATE_NOOP(
        "EngineWords", "It could not be read ({detail}); check the drive, then retry."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "{size_}; Albumen reads pictures of up to {limit} megapixels."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "It has {width} x {height} pixels"),
    QT_TRANSLATE_NOOP("EngineWords", "It has too many pixels"),
    QT_TRANSLATE_NOOP("EngineWords", "No permission to read it; allow reading, then retry."),
    QT_TRANSLATE_NOOP("EngineWords", "It is no longer there (or a link that leads nowhere)."),
    QT_TRANSLATE_NOOP(
        "EngineWords", "RAW files need the package rawpy, which does not load; reinstall Albumen."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "It cannot be opened ({detail})."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "A label's name is one line of text; please take out line breaks and control characters.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "A label's name may have {limit} characters, this one has {length} ('{start}...'); a few words describe a photo better than many.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "A label cannot be merged with itself."),
    QT_TRANSLATE_NOOP("EngineWords", "There is no version {number}; `versions` lists them."),
    QT_TRANSLATE_NOOP(
        "EngineWords", "There is no label number {number}; it may have been removed."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "A label of the same name exists again; rename it, then undo the removal."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "There is no photo number {number} in this library."),
    QT_TRANSLATE_NOOP(
        "EngineWords", "A photo cannot be corrected to yes and to no at once; name each photo once."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "Version {number} belongs to another model; switch to that model first."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "it was not asked for."),
    QT_TRANSLATE_NOOP(
        "EngineWords", "Better on answers kept out of learning, but {change_}: look through them."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "it would change {photos_}, many for {answers_}"),
    QT_TRANSLATE_NOOP(
        "EngineWords", "There is no folder number {number}; it may have been removed."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "The photo {path} is not in the library; add its folder and sync first."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "This photo has not been read yet, so nothing can be compared with it; sync first.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "Thumbnails may have 128 to 512 pixels and a quality of 50 to 95."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "The library folder {path} may not be written ({detail})."),
    QT_TRANSLATE_NOOP("EngineWords", "The library folder {path} cannot be made ({detail})."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "The library {path} is open in another Albumen{process}; close it there first.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "The thumbnail {path} could not be written ({detail}); make room and sync again.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "The words of the label, before any correction."),
    QT_TRANSLATE_NOOP(
        "EngineWords", "It could not be opened ({detail}); its photos are kept as they were."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "This link leads back into its own folder; it was left out."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{path} is not an XMP file that can be changed ({detail}); it is left as it is.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "The sidecar is larger than 4 MB; it is left as it is."),
    QT_TRANSLATE_NOOP("EngineWords", "The sidecar cannot be written ({detail})."),
    QT_TRANSLATE_NOOP("EngineWords", "The sidecar cannot be read ({detail})."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "The library {path} was made by a newer Albumen (schema {theirs}, this one knows {ours}); install the newer version to open it. Nothing was changed.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "The library {path} is damaged ({detail}); {remedy_}."),
    QT_TRANSLATE_NOOP("EngineWords", "{path} is damaged or no library; {remedy_}."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "move it away, start Albumen, add your folders, then 'albumen-cli restore' brings back your labels and "
        "corrections from the folder 'backups' beside it",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "There are no saved words in {path}."),
    QT_TRANSLATE_NOOP(
        "EngineWords", "{path} was written by a newer Albumen; install that to restore it."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "{path} is damaged or holds no words saved by Albumen."),
    QT_TRANSLATE_NOOP("EngineWords", "put back a copy from the folder 'backups' beside it"),
    QT_TRANSLATE_NOOP(
        "EngineWords", "move it away and a new one is made; the photos themselves are untouched"
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "The disk that holds the library {path} is full; make room and go on, nothing that was saved is lost.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "The library {path} could not be read or written ({detail}); check the disk and its permissions.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "The library {path} may not be written; check its permissions."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "The library {path} is in use by another program."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{path} is a database of another program, not a library of Albumen; choose another folder.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "The library {path} cannot be read ({detail})."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "The text '{text}' is too long: it has {length} tokens and this model reads at most {limit}. Use fewer words.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "Nobody has corrected '{name}' yet; say yes or no to a few photos of it first.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "The system's limit of watched folders is reached, so changes are looked for every {seconds} seconds; raise fs.inotify.max_user_watches to see them at once.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "There is no model '{name}' to download: choose one of {names}."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "There is no model '{name}': give a name of the catalogue or a safetensors file.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "There is no model '{name}': did you mean {names}?"),
    QT_TRANSLATE_NOOP("EngineWords", "{path} changed while it was read: try again."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "'{device}' cannot be used: this computer or this torch has no such CUDA device; use cpu.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "'mps' cannot be used: it needs a Mac with Apple's graphics processor; use cpu.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "Albumen does not run on '{device}': choose auto, cpu, cuda or mps."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "There is no precision '{name}': choose auto, {names}."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "fp16 is for graphics processors: on the CPU use fp32 (or bf16 where it has it).",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "This processor has no bf16 arithmetic (avx512_bf16 or AMX) and would be slower: use fp32.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "This graphics processor has no bf16 arithmetic: use fp16."),
    QT_TRANSLATE_NOOP(
        "EngineWords", "The model '{name}' is not on this computer: download it first."
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{path} has a wrong checksum: it is damaged or not OpenAI's file; download it again.",
    ),
    QT_TRANSLATE_NOOP(
        "EngineWords", "There is no device '{device}': choose auto, cpu, cuda or mps."
    ),
    QT_TRANSLATE_NOOP("EngineWords", "The graphics processor failed ({detail}); the CPU is used."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{file} does not say whether its weights were trained with QuickGELU or GELU: QuickGELU is assumed. If they come "
        "from LAION or DataComp, put their open_clip_config.json beside the file and use it again.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "The model does not run on '{device}' ({detail}); use cpu."),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "{device} has too little memory for one image: choose a smaller model or the device 'cpu'.",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "{path} cannot be compared: {reason_}"),
    QT_TRANSLATE_NOOP("EngineWords", "it was not read"),
    QT_TRANSLATE_NOOP(
        "EngineWords",
        "Learning broke down: the loss is no longer a number; is the training data sound?",
    ),
    QT_TRANSLATE_NOOP("EngineWords", "{path}: {reason_}"),
)


def in_words(sentence: str) -> str:
    """`sentence` in the language in force; several sentences separated by line breaks one by
    one."""
    probe = str(_SENTENCES[0])
    if QCoreApplication.translate("EngineWords", probe) == probe:
        return sentence  # the window speaks English, as the engine does
    return "\n".join(_one(part) for part in sentence.split("\n"))


def _one(sentence: str) -> str:
    template, found = _shape_of(sentence)
    if not template:
        return sentence
    parts = {name: _one(text) if name.endswith("_") else text for name, text in found.items()}
    return QCoreApplication.translate("EngineWords", template).format(**parts)


@functools.lru_cache(4096)
def _shape_of(sentence: str) -> tuple[str, dict[str, str]]:
    """The first template that fits, with its pieces; an empty one where none does."""
    for template in map(str, _SENTENCES):
        pieces = _PLACE.split(template)
        # Making all patterns at once would hold the window for longer than a frame.
        if (
            sentence.startswith(pieces[0])
            and sentence.endswith(pieces[-1])
            and all(one in sentence for one in pieces)
        ):
            found = _pattern(template).fullmatch(sentence)
            if found is not None:
                return template, found.groupdict()
    return "", {}


@functools.cache
def _pattern(template: str) -> re.Pattern[str]:
    """The pattern that a template makes: braces match anything."""
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.*?)", re.escape(template)), re.DOTALL)
