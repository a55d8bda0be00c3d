"""The language of the window: which there are, and how one is put in force.

Knows: Qt's translators and the fonts that Chinese needs. Does not know: any sentence.
"""

from __future__ import annotations

import os

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

#: What Settings offers, each in its own language.
LANGUAGES = {"en": "English", "zh_CN": "简体中文"}

#: Without these, fontconfig may pick the Japanese shapes of Chinese characters.
_CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
)

_installed: list[QTranslator] = []


def install(application: QApplication, language: str = "system") -> str:
    """Speak `language` (`system`, or a key of `LANGUAGES`); returns the language in force.

    Call it before the first widget is made. Falls back to English where the system's language is
    not one of ours.
    """
    chosen = language if language in LANGUAGES else _of_the_system()
    for translator in _installed:
        application.removeTranslator(translator)
    _installed.clear()
    QLocale.setDefault(QLocale(chosen) if chosen == "zh_CN" else QLocale())
    _load_ours(application, chosen)
    if chosen != "en":
        translator = QTranslator()
        if translator.load(
            f"qtbase_{chosen}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        ):
            application.installTranslator(translator)
            _installed.append(translator)
    if chosen == "zh_CN":
        _prefer_chinese_shapes(application)
    return chosen


def _of_the_system() -> str:
    for name in QLocale.system().uiLanguages():
        if name.startswith("zh") and not any(part in name for part in ("TW", "HK", "MO", "Hant")):
            return "zh_CN"
        if name.startswith("en"):
            return "en"
    return "en"


def _load_ours(application: QApplication, language: str) -> None:
    # English too: it only holds the plurals ("1 photo", "2 photos") of sentences with %n.
    translator = QTranslator()
    # By file, not by content: Qt does not copy what it is handed, and Python frees it.
    if translator.load(
        os.path.join(
            os.path.dirname(os.path.dirname(__file__)), "translations", f"albumen_{language}.qm"
        )
    ):
        application.installTranslator(translator)
        _installed.append(translator)


def _prefer_chinese_shapes(application: QApplication) -> None:
    available = set(QFontDatabase.families())
    font = QFont(application.font())
    families = [
        name
        for name in (*font.families(), *_CHINESE_FONTS)
        if name in available or name == font.family()
    ]
    font.setFamilies(list(dict.fromkeys(families)))
    application.setFont(font)
