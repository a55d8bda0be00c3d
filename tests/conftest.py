"""What every test gets: Qt without a screen, private directories, photographs if there are.

And what the markers mean (docs/how-to/what-to-run-when.md).
"""

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

#: Whoever takes one of these starts a real engine, with its decoding processes.
_STARTS_AN_ENGINE = {"tiny_starter"}
#: Everything in these rooms starts real programs, or measures.
_SLOW_ROOMS = ("tests/torture/", "tests/engine/bench/")
_LONG = 1.0  # seconds, above which a test that is not marked slow is named at the end
_SCRATCH = "installs Albumen into a fresh environment: runs only with -m scratch"


@pytest.hookimpl(tryfirst=True)  # before `-m` looks at the markers
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks that must not be forgotten are put on here, or asked for."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & _STARTS_AN_ENGINE or item.nodeid.startswith(_SLOW_ROOMS):
            item.add_marker("slow")
        if "shared_data" in fixtures and not item.get_closest_marker("external"):
            raise pytest.UsageError(f"{item.nodeid} reads ../shared: mark it as external")
        if item.get_closest_marker("scratch"):
            item.add_marker("slow")
            if "scratch" not in config.option.markexpr:
                item.add_marker(pytest.mark.skip(reason=_SCRATCH))


class _Outside:
    """Watches that only tests which say so read the folder beside the repository."""

    folder = str(SHARED.parent)
    allowed = True  # while modules are collected, nothing is a test

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        """An audit hook of Python: called before a file is opened or a folder listed."""
        if self.allowed or event not in ("open", "os.listdir", "os.scandir"):
            return
        path = arguments[0]
        if not isinstance(path, str | bytes) or "shared" not in os.fsdecode(path):
            return
        if os.path.abspath(os.fsdecode(path)).startswith(self.folder + os.sep):
            raise PermissionError(f"{path!r} is outside of the repository: mark the test external")


_outside = _Outside()
sys.addaudithook(_outside)


@pytest.fixture(autouse=True)
def outside_only_if_it_says_so(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test without the marker `external` may not read ../shared."""
    _outside.allowed = request.node.get_closest_marker("external") is not None
    yield
    _outside.allowed = True


_spent: dict[str, float] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what tests take that are not marked slow."""
    if "slow" not in report.keywords:
        _spent[report.nodeid] = _spent.get(report.nodeid, 0.0) + report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name tests that want to be marked: the fast subset stays fast only so."""
    long = {name: seconds for name, seconds in _spent.items() if seconds > _LONG}
    if long:
        terminalreporter.section(f"longer than {_LONG:g} s, and not marked slow")
        for name, seconds in sorted(long.items(), key=lambda one: -one[1]):
            terminalreporter.write_line(f"{seconds:.1f} s {name}")


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
