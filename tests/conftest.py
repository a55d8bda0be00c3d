"""What every test gets: Qt without a screen, private directories, photographs if there are."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from pytestqt.qtbot import QtBot

# A machine may stand still for seconds: neither an example nor a signal may fail by the clock.
hypothesis.settings.register_profile(
    "albumen",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("albumen")
_PATIENCE = 60_000  # milliseconds

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def private_directories(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Point every per-user directory at a temporary one.

    No test reads or writes the user's own library.
    """
    home = tmp_path_factory.mktemp("home")
    for variable in (
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "XDG_STATE_HOME",
        "XDG_RUNTIME_DIR",
        "HF_HOME",
    ):
        directory = home / variable.lower()
        directory.mkdir(mode=0o700)
        monkeypatch.setenv(variable, str(directory))


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Every test draws the same random numbers, whatever ran before it."""
    random.seed(0)
    if torch := sys.modules.get("torch"):  # the window's tests need none
        torch.manual_seed(0)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with the training and test photographs; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the photographs of ../shared/data are not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def tiny_model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random CLIP as a file: the library's mechanics need a model, not a good one."""
    from tests.support.small_library import write_model

    return write_model(tmp_path_factory.mktemp("model") / "tiny.safetensors")


@pytest.fixture
def tiny_starter(tiny_model_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny model takes the place of the built-in one."""
    monkeypatch.setenv("ALBUMEN_STARTER", str(tiny_model_file))
    return tiny_model_file


class PatientQtBot(QtBot):
    """Waits for a signal or a state as long as it takes: pytest-qt gives up after five seconds."""

    def waitSignal(self, signal: Any, *, timeout: int = _PATIENCE, **options: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **options)

    def waitUntil(self, callback: Any, *, timeout: int = _PATIENCE) -> None:
        super().waitUntil(callback, timeout=timeout)


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    """pytest-qt's, with more patience."""
    return PatientQtBot(request)


@pytest.fixture
def in_chinese(qtbot: QtBot) -> Iterator[None]:
    """The window speaks Chinese during the test."""
    from PySide6.QtCore import QLocale
    from PySide6.QtWidgets import QApplication

    from desktop_app.parts import language

    application = QApplication.instance()
    assert isinstance(application, QApplication)
    font = application.font()
    language.install(application, "zh_CN")
    yield
    for translator in language._installed:
        application.removeTranslator(translator)
    language._installed.clear()
    QLocale.setDefault(QLocale.c())
    application.setFont(font)


def pytest_sessionfinish() -> None:
    """Empty the clipboard.

    Qt's offscreen one is a static that outlives Python, and it would delete a Python object.
    """
    from PySide6.QtGui import QGuiApplication

    if QGuiApplication.instance() is not None:
        QGuiApplication.clipboard().clear()
