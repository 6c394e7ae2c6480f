"""Commands where the system has nothing that only Unix has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from convcalc.train.data import decoded

SCRIPT = Path(__file__).with_name("without_posix.py")
TRAIN = "train lenet --data digits --epochs 2 --limit 300 --device cpu --runs runs --name x"


def run(tmp_path: Path, words: str) -> str:
    ran = subprocess.run(
        [sys.executable, str(SCRIPT), *words.split(), "--lang", "en"], cwd=tmp_path, capture_output=True, text=True, timeout=300,
        env=os.environ | {"CONVCALC_PROGRESS": str(tmp_path / "progress.sqlite")}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert ran.returncode == 0, ran
    return ran.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("shape lenet --input 1,28,28", "agrees"),
        ("check --samples 5", "no mismatch"),
        ("draw lenet --output lenet.svg", "is written"),
        ("quiz stats", "Nothing answered"),
    ],
)
def test_a_command(tmp_path: Path, words: str, said: str) -> None:
    assert said in run(tmp_path, words)


def test_vietnamese_in_a_pipe(tmp_path: Path) -> None:
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    ran = subprocess.run(
        [sys.executable, str(SCRIPT), "shape", "conv 3x3 s2", "--input", "1,28,28", "--explain", "--no-check", "--lang", "vi"],
        env={key: value for key, value in os.environ.items() if key != "PYTHONIOENCODING"} | plain, capture_output=True, timeout=60,
    )  # fmt: skip
    assert "số tham số" in ran.stdout.decode()
    assert "⌊" in ran.stdout.decode()


@pytest.mark.parametrize("name", ["C:x", "a?", "lenet.", "a\\b"])
def test_a_name_that_windows_has_not(tmp_path: Path, name: str) -> None:
    words = [*TRAIN.split()[:-1], name, "--lang", "en"]
    ran = subprocess.run(
        [sys.executable, str(SCRIPT), *words], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert (ran.returncode, "cannot be the name of a folder" in " ".join(ran.stderr.split())) == (2, True)
    assert not list(tmp_path.iterdir())


def test_a_training_and_its_run(tmp_path: Path) -> None:
    assert "epoch 2/2" in run(tmp_path, TRAIN)
    assert "finished" in run(tmp_path, TRAIN)
    assert "epoch 1/2" in run(tmp_path, TRAIN + " --fresh")
    assert "lenet" in run(tmp_path, "runs --runs runs")
    assert "report.md" in run(tmp_path, "report x --runs runs")


def test_the_room_of_a_file_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "posix_fallocate", raising=False)
    monkeypatch.setattr(decoded, "_CHUNK", 1000)
    path = tmp_path / "x"
    with path.open("wb") as file:
        file.write(b"head")
        file.truncate(1_000_000)
    assert path.stat().st_blocks * 512 < 100_000
    with path.open("r+b") as file:
        decoded._allocate(file, 4, 1_000_000)
    assert path.read_bytes() == b"head" + bytes(999_996)
    assert path.stat().st_blocks * 512 >= 1_000_000
