"""Several processes train as one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from convcalc.train.run import Run
from training.runs import command, environment, trained


def torchrun(tmp_path: Path, name: str, count: int, *more: str) -> list[str]:
    return [
        sys.executable, "-m", "torch.distributed.run", f"--nproc-per-node={count}", "--master-port=0", "--rdzv-backend=c10d", "--rdzv-endpoint=localhost:0",
        "-m", "convcalc", *command(tmp_path, name, *more)[3:],
    ]  # fmt: skip


def test_two_processes_train_as_one(tmp_path: Path) -> None:
    more = ("--epochs", "2", "--limit", "333")
    one = subprocess.run(
        command(tmp_path, "one", *more), env=environment(), capture_output=True, text=True, timeout=300
    )
    assert one.returncode == 0, one.stderr
    two = subprocess.run(
        torchrun(tmp_path, "two", 2, *more), env=environment(), capture_output=True, text=True, timeout=300
    )
    assert two.returncode == 0, two.stderr
    for a, b in zip(Run(tmp_path / "runs" / "one").metrics(), Run(tmp_path / "runs" / "two").metrics(), strict=True):
        assert a["train_loss"] == pytest.approx(b["train_loss"], abs=1e-5)
        assert a["validation_loss"] == pytest.approx(b["validation_loss"], abs=1e-5)
    summary = Run(tmp_path / "runs" / "two").read_json("summary.json")
    assert summary["made_on"]["processes"] == 2
    assert two.stdout.count("epoch 1/2") == 1  # the first process speaks


def on_two_machines(*commands: list[str]) -> list[tuple[int, str, str]]:
    """Two launchers as on two machines: the exit code and what was said on each."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    launched = [
        subprocess.Popen(
            [
                sys.executable, "-m", "torch.distributed.run", "--nnodes=2", f"--node-rank={rank}", "--nproc-per-node=1",
                "--master-addr=localhost", f"--master-port={port}", *words[1:],
            ],
            env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )
        for rank, words in enumerate(commands)
    ]  # fmt: skip
    try:
        said = [one.communicate(timeout=300) for one in launched]
    finally:
        for one in launched:
            if one.poll() is None:
                os.killpg(one.pid, signal.SIGKILL)
    return [(one.returncode, *words) for one, words in zip(launched, said, strict=True)]


def test_two_machines_train_as_one_in_folders_of_their_own(tmp_path: Path) -> None:
    more = ("--epochs", "2", "--limit", "333", "--lang", "en")
    first, second = on_two_machines(*(command(tmp_path / str(rank), "both", *more) for rank in range(2)))
    assert (first[0], second[0]) == (0, 0), (first, second)
    assert first[1].count("epoch 1/2") == 1
    assert second[1] == ""
    found = Run(tmp_path / "0" / "runs" / "both")
    assert found.read_json("summary.json")["made_on"]["processes"] == 2
    assert not (tmp_path / "1").exists()  # only the first machine's folder gets the run
    _, one = trained(tmp_path, name="one", batch=16, limit=333)
    for a, b in zip(found.metrics(), one.metrics(), strict=True):
        assert a["train_loss"] == pytest.approx(b["train_loss"], abs=1e-5)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--limit", "300"), ["do not have the same data", "do not have the same data"]),
        (("--data", "ex7data"), ["another process of this training has ended", "the data set ex7data was not found"]),
    ],
    ids=["other samples", "no data"],
)
def test_machines_that_do_not_have_the_same_begin_nothing(tmp_path: Path, more: tuple[str, ...], said: list[str]) -> None:  # fmt: skip
    usual = ("--epochs", "2", "--limit", "333", "--lang", "en")
    found = on_two_machines(command(tmp_path, "0", *usual), command(tmp_path, "1", *usual, *more))
    for (code, _, err), words in zip(found, said, strict=True):
        assert code != 0
        assert words in " ".join(err.split())
        assert "convcalc itself" not in err
    assert not list(tmp_path.rglob("checkpoint*"))


def workers(folder: Path) -> list[int]:
    """The processes that train below a folder, without torchrun's own."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if str(folder / "runs").encode() in words and b"torch.distributed.run" not in words:
            found.append(int(place.name))
    return sorted(found)


def test_one_process_is_killed_and_the_run_goes_on_as_one(tmp_path: Path) -> None:
    found = Run(tmp_path / "runs" / "both")
    more = ("--epochs", "25")
    process = subprocess.Popen(
        torchrun(tmp_path, "both", 2, *more),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    begun = time.monotonic()
    while len(found.metrics()) < 2 and time.monotonic() - begun < 120 and process.poll() is None:
        time.sleep(0.05)
    assert process.poll() is None
    os.kill(workers(tmp_path)[-1], signal.SIGKILL)
    assert process.wait(120) != 0  # torchrun ends the others
    assert workers(tmp_path) == []
    state = found.load()
    assert state is not None
    rest = subprocess.run(
        command(tmp_path, "both", "--lang", "en", *more), env=environment(), capture_output=True, text=True, timeout=300
    )
    assert rest.returncode == 0, rest.stderr
    assert "going on with epoch" in rest.stdout
    assert "the last bits will not be" in rest.stdout
    assert len(found.metrics()) == 25


def test_a_run_of_one_process_goes_on_with_two(tmp_path: Path) -> None:
    steps = 0

    def stop() -> bool:
        nonlocal steps
        steps += 1
        return steps == 5

    values: dict[str, Any] = {"name": "grows", "epochs": 3, "batch": 16, "limit": None}
    broken, found = trained(tmp_path, stop=stop, **values)
    assert broken["state"] == "interrupted"
    rest = subprocess.run(
        torchrun(tmp_path, "grows", 2, "--epochs", "3", "--lang", "en"), env=environment(), capture_output=True, text=True, timeout=300
    )  # fmt: skip
    assert rest.returncode == 0, rest.stderr
    assert "processes 1 → 2" in " ".join(rest.stdout.split())
    _, other = trained(tmp_path, **values | {"name": "whole"})
    for a, b in zip(found.metrics(), other.metrics(), strict=True):
        assert a["train_loss"] == pytest.approx(b["train_loss"], abs=1e-4)


TOGETHER = """
import torch
from convcalc.train.parallel import world

with world(torch.device("cpu")) as here:
    assert here.size == 2
    assert here.any(here.rank == 1) and not here.any(False)
    assert here.told(here.rank) == 0
    assert here.gathered([here.rank] * (here.rank + 1)) == [0, 1, 1]
    assert here.same("x") and not here.same(here.rank)
    norm = torch.nn.BatchNorm1d(2)
    norm.running_mean.fill_(here.rank + 5.0)
    here.alike(norm)
    assert norm.running_mean.tolist() == [5.0, 5.0]
    assert here.summed(torch.tensor(here.rank + 1.0)) == 3
"""


def test_what_processes_tell_each_other(tmp_path: Path) -> None:
    (tmp_path / "together.py").write_text(TOGETHER)
    words = [*torchrun(tmp_path, "x", 2)[:7], str(tmp_path / "together.py")]
    ran = subprocess.run(words, env=environment(), capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr


def test_a_signal_to_one_process_stops_all(tmp_path: Path) -> None:
    words = torchrun(tmp_path, "both", 2, "--epochs", "4000")
    ran = subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        lines = tmp_path / "runs" / "both" / "metrics.jsonl"
        end = time.monotonic() + 120
        while not lines.is_file() and time.monotonic() < end:
            time.sleep(0.1)
        assert lines.is_file()
        for place in Path("/proc").glob("[0-9]*"):
            try:
                told = (place / "environ").read_bytes().split(b"\0")
                own = str(tmp_path).encode() in (place / "cmdline").read_bytes()
            except OSError:
                continue
            if own and b"RANK=1" in told:
                os.kill(int(place.name), signal.SIGTERM)
        said = ran.communicate(timeout=120)
    finally:
        ran.kill()
    assert ran.returncode != 0  # torchrun's word for processes that did not end with 0
    assert "stopped" in said[0] or "dừng" in said[0], said
    state = Run(tmp_path / "runs" / "both").load()
    assert state is not None
    assert state["epoch"] >= 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_waits_for_the_others_can_be_stopped(tmp_path: Path, number: int) -> None:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    there = {"RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "localhost", "MASTER_PORT": str(port)}
    waiting = subprocess.Popen(command(tmp_path, "x"), env=environment() | there)
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with socket.socket() as asked:
                if asked.connect_ex(("localhost", port)) == 0:  # it waits there
                    break
            time.sleep(0.1)
        time.sleep(0.5)
        waiting.send_signal(number)
        assert waiting.wait(20) == -number
    finally:
        waiting.kill()
        waiting.wait()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "said",
    [
        {"RANK": "1"},
        {"RANK": "0", "WORLD_SIZE": "x"},
        {"RANK": "0", "WORLD_SIZE": "2"},
        {"RANK": "3", "WORLD_SIZE": "2"},
    ],
)
def test_an_environment_that_is_not_torchruns(tmp_path: Path, said: dict[str, str]) -> None:
    ran = subprocess.run(
        command(tmp_path, "x", "--epochs", "1", "--limit", "60", "--target-accuracy", "1", "--lang", "en"),
        env=environment() | said, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    if said == {"RANK": "1"}:  # one process, whatever its number
        assert (ran.returncode, "see " in ran.stdout) == (1, True), ran
    else:
        assert (ran.returncode, "WORLD_SIZE" in ran.stderr) == (2, True), ran
