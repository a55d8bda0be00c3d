"""Every sentence of the window is translated, in step with the code.

With all its places for names and numbers.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from desktop_app.parts import language
from desktop_app.translations import __main__ as translations

FOLDER = translations.FOLDER


def messages(file: Path) -> dict[tuple[str, str], ElementTree.Element]:
    """(context, English) -> <message>."""
    found = {}
    for context in ElementTree.parse(file).getroot().iter("context"):
        for message in context.iter("message"):
            found[context.findtext("name", ""), message.findtext("source", "")] = message
    return found


def places(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w+\}|%Ln", text))


@pytest.mark.parametrize("name", ["albumen_zh_CN", "albumen_en"])
def test_in_step_with_the_code(name: str, tmp_path: Path) -> None:
    if not translations.tool("lupdate").exists():
        pytest.skip("this PySide6 comes without lupdate")
    fresh = tmp_path / f"{name}.ts"
    translations.update(fresh)
    assert set(messages(fresh)) == set(messages(FOLDER / fresh.name)), (
        "run `just translate` (docs/how-to/add-a-language.md)"
    )


@pytest.mark.parametrize("name", ["albumen_zh_CN", "albumen_en"])
def test_complete(name: str) -> None:
    for (context, source), message in messages(FOLDER / f"{name}.ts").items():
        translation = message.find("translation")
        assert translation is not None
        assert translation.get("type") is None, f"unfinished: {context}: {source}"
        forms = [form.text or "" for form in translation.findall("numerusform")] or [
            translation.text or ""
        ]
        for form in forms:
            assert places(form) == places(source), f"{context}: {source} -> {form}"
            assert "(s)" not in form


@pytest.mark.parametrize("name", ["albumen_zh_CN", "albumen_en"])
def test_the_compiled_file_is_of_this_text(name: str, tmp_path: Path) -> None:
    if not translations.tool("lrelease").exists():
        pytest.skip("this PySide6 comes without lrelease")
    shutil.copy(FOLDER / f"{name}.ts", tmp_path)
    translations.release(tmp_path / f"{name}.ts")
    assert (tmp_path / f"{name}.qm").read_bytes() == (FOLDER / f"{name}.qm").read_bytes()


@pytest.fixture
def application(qtbot: QtBot) -> Iterator[QApplication]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    font = application.font()
    yield application
    for translator in language._installed:
        application.removeTranslator(translator)
    language._installed.clear()
    QLocale.setDefault(QLocale.c())
    application.setFont(font)


def test_chinese(application: QApplication, qtbot: QtBot) -> None:
    assert language.install(application, "zh_CN") == "zh_CN"
    assert QCoreApplication.translate("Actions", "Quit") == "退出"
    assert QCoreApplication.translate("Adding", "%Ln photo(s)", "", 12) == "12 张照片"
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)  # Qt's own words too
    qtbot.addWidget(buttons)
    assert "关闭" in buttons.buttons()[0].text()


def test_english_plurals(application: QApplication) -> None:
    assert language.install(application, "en") == "en"
    assert QCoreApplication.translate("Adding", "%Ln photo(s)", "", 1) == "1 photo"
    assert QCoreApplication.translate("Adding", "%Ln photo(s)", "", 12) == "12 photos"
