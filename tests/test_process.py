"""The process: interrupts at bad moments, streams that are closed or full, and what the system refuses."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from convcalc import cli
from convcalc.cli.options import dump

SWALLOWS = """
import time
print("ready", flush=True)
try:
    time.sleep(60)
except BaseException:
    pass
print("swallowed", flush=True)
"""


@pytest.mark.parametrize("where", ["import", "call"])
def test_an_interrupt_ends_the_process_whatever_it_imports(tmp_path: Path, where: str) -> None:
    (tmp_path / "slow.py").write_text(SWALLOWS if where == "import" else "")
    run = "import slow" if where == "import" else "print('ready', flush=True); import time; time.sleep(60)"
    code = f"from convcalc.process import begin; begin()\n{run}"
    ran = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    )  # fmt: skip
    assert ran.stdout is not None
    assert ran.stdout.readline() == "ready\n"
    ran.send_signal(signal.SIGINT)
    out, err = ran.communicate(timeout=30)
    if where == "import":
        assert (ran.returncode, out, err) == (130, "", "")
    else:
        assert "KeyboardInterrupt" in err  # Python's own, which the command line turns into its exit code


def test_an_interrupt_while_the_command_works(tmp_path: Path) -> None:
    """At ten moments from the start of the process on: never a traceback, a verdict or a fault."""
    for moment in range(10):
        ran = subprocess.run(
            ["timeout", "--preserve-status", "-s", "INT", str(0.1 + 0.15 * moment), sys.executable, "-m", "convcalc", "train", "lenet", "--data", "digits", "--runs", str(tmp_path)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode in (0, 130), ran.stderr
        assert "Error" not in ran.stderr
        assert moment == 0 or "Traceback" not in ran.stderr  # in the first moments it is still Python that starts


@pytest.mark.parametrize("words", ["shape relu -i 3 --no-check", "shape relu -i 3", "models"])
def test_a_closed_output(words: str) -> None:
    ran = subprocess.run(f"{sys.executable} -m convcalc {words} >&-", shell=True, capture_output=True, text=True, check=False)  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("columns", ["0", ""])
def test_a_width_that_is_not_known(columns: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "convcalc", "shape", "relu", "-i", "3", "--no-check"],
        capture_output=True, text=True, check=True, env=os.environ | {"COLUMNS": columns},
    )  # fmt: skip
    assert "relu" in ran.stdout


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (MemoryError("Unable to allocate"), 3, "not enough memory"),
        (ImportError("No module named torch", name="torch"), 3, "needs torch"),
        (ImportError("No module named torch._C", name="torch._C"), 3, "needs torch"),
        (FileNotFoundError(2, "No usable temporary directory found in ['/tmp']"), 3, "TMPDIR"),
        (OSError("Matplotlib requires access to a writable cache directory"), 3, "TMPDIR"),
        (ImportError("No module named other", name="other"), 2, "itself has failed"),
    ],
)
def test_what_the_system_refuses_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, code: int, said: str
) -> None:
    def refused(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(cli, "app_for", lambda words: refused)
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == code
    assert said in capsys.readouterr().err


def test_json_for_an_output_that_has_no_such_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    assert dump({"a": "đọc"}) == '{"a": "đọc"}'

    class Ascii:
        encoding = "ascii"

    monkeypatch.setattr(sys, "stdout", Ascii())
    assert dump({"a": "đọc"}) == '{"a": "\\u0111\\u1ecdc"}'


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_errors_that_cannot_be_written_keep_their_exit_code() -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run([sys.executable, "-m", "convcalc", "shape", "nonsense"], stdout=full, stderr=full, check=False)  # fmt: skip
    assert ran.returncode in (2, 3)


def test_a_home_that_cannot_be_written_is_no_matter(tmp_path: Path) -> None:
    """matplotlib would say in English that it takes another folder for its fonts."""
    (tmp_path / "home").write_text("no folder")
    places = {name: str(tmp_path / "home") for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    words = "train lenet --data digits --device cpu --limit 100 --epochs 1 --lang vi".split()
    for more in (words, ["draw", "lenet", "-o", str(tmp_path / "a.svg"), "--lang", "vi"], ["runs", "--curves", str(tmp_path / "a.png")]):  # fmt: skip
        if more[0] != "draw":
            more = [*more, "--runs", str(tmp_path / "runs")]
        ran = subprocess.run([sys.executable, "-m", "convcalc", *more], capture_output=True, text=True, check=False, env=os.environ | places)  # fmt: skip
        assert (ran.returncode, ran.stderr) == (0, "")
