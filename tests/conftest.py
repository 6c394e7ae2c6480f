"""Golden outputs, the command line in this process, and an environment without a language of its own."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

# CI draws the same examples at every run; elsewhere new ones are drawn each time. No example is timed.
settings.register_profile("convcalc", derandomize=bool(os.environ.get("CI")), deadline=None)
settings.load_profile("convcalc")

# A shell's background job ignores these, and so would every process that a test starts and then interrupts.
for number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--overwrite", action="store_true", help="write the golden outputs anew; read the diff before committing"
    )


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONVCALC_LANG", "CONVCALC_CHECK", "LC_ALL", "LC_MESSAGES", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """golden(name, text): the text is what the file of that name holds."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        shown = "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
        if request.config.getoption("--overwrite"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(shown, encoding="utf-8")
        assert shown == path.read_text(encoding="utf-8")

    return compare


@dataclass
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def convcalc(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """convcalc("shape", "relu", …): the command line in this process, with its exit code and what it printed."""
    from convcalc.cli import main

    def run(*words: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["convcalc", *words])
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        return Ran(stop.value.code or 0, out, err)  # type: ignore[arg-type]

    return run
