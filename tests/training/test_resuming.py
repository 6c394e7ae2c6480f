"""The same bits again: after breaks, kills, full disks and damage."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rich.console import Console

from convcalc.errors import ConvcalcError
from convcalc.train import session
from convcalc.train.live import Live
from convcalc.train.optimiser import set_rate
from convcalc.train.run import Hashed, Run
from convcalc.train.sameness import differences
from training.runs import command, environment, equal, trained, weights


def test_a_seed_gives_equal_metrics(tmp_path: Path) -> None:
    first, one = trained(tmp_path, name="a")
    second, two = trained(tmp_path, name="b")
    assert one.metrics() == two.metrics()
    clocked = {"seconds": 0, "training_seconds": 0, "images_per_second": 0}
    assert first | clocked == second | clocked
    assert equal(weights(one), weights(two))
    _, other = trained(tmp_path, name="c", seed=1)
    assert not equal(weights(one), weights(other))


@pytest.mark.parametrize("recipe", ["lenet", "digits20"])  # digits20 has a dropout and a schedule in `fast`
@pytest.mark.parametrize("after", [1, 4, 11])
def test_going_on_gives_the_same_bits(tmp_path: Path, recipe: str, after: int) -> None:
    values: dict[str, Any] = {"recipe": recipe, "flavour": "fast", "batch": 32, "epochs": 3, "limit": 200}
    whole, one = trained(tmp_path, name="whole", **values)
    steps = 0

    def stop() -> bool:
        nonlocal steps
        steps += 1
        return steps == after

    broken, two = trained(tmp_path, stop=stop, name="broken", **values)
    assert broken["state"] == "interrupted"
    rest, _ = trained(tmp_path, name="broken", **values)
    assert rest["state"] == "done"
    assert one.metrics() == two.metrics()
    assert equal(weights(one), weights(two))
    assert whole["test_accuracy"] == rest["test_accuracy"]


def test_kills_at_any_moment_lose_an_epoch_at_most(tmp_path: Path) -> None:
    """SIGKILL again and again, also in the middle of writing; the end is that of a run nobody disturbed."""
    done = subprocess.run(command(tmp_path, "whole"), env=environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    rng = np.random.default_rng(5)
    epochs = 0
    killed = Run(tmp_path / "runs" / "killed")
    for _ in range(4):
        process = subprocess.Popen(
            command(tmp_path, "killed"), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        begun = time.monotonic()
        while process.poll() is None and time.monotonic() - begun < 60:
            time.sleep(0.01)
            if len(killed.metrics()) > epochs:  # at least one epoch more than before
                time.sleep(float(rng.uniform(0, 0.15)))
                break
        process.send_signal(signal.SIGKILL)
        process.wait()
        state = killed.load()
        assert state is not None
        assert state["epoch"] >= epochs
        epochs = int(state["epoch"])
    rest = subprocess.run(command(tmp_path, "killed"), env=environment(), capture_output=True, text=True, timeout=300)
    assert rest.returncode == 0, rest.stderr
    whole = Run(tmp_path / "runs" / "whole")
    assert whole.metrics() == killed.metrics()
    assert equal(weights(whole), weights(killed))


@pytest.mark.parametrize(
    ("where", "write"), [("os.fsync", 1), ("os.fsync", 4), ("os.fsync", 7), ("Path.replace", 0), ("Path.replace", 2)]
)
def test_a_kill_inside_the_write_of_a_checkpoint(tmp_path: Path, where: str, write: int) -> None:
    """SIGKILL when a file is written but not yet on the disk, or not yet renamed: the end is that of an undisturbed run."""
    more = ("--epochs", "3")
    whole = subprocess.run(command(tmp_path, "whole", *more), env=environment(), capture_output=True, text=True)
    assert whole.returncode == 0, whole.stderr
    killer = f"""
import os, signal, sys
import convcalc.train.run as run
from pathlib import Path
real, count = {where if where == "os.fsync" else "Path.replace"}, 0
def killing(*given):
    global count
    count += "checkpoint" in str(given[0]) or {where == "os.fsync"}
    if count > {write}:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given)
{"run.os.fsync" if where == "os.fsync" else "Path.replace"} = killing
from convcalc.cli import main
sys.argv = ["convcalc", *{command(tmp_path, "killed", *more)[3:]!r}]
main()
"""
    broken = subprocess.run([sys.executable, "-c", killer], env=environment(), capture_output=True, text=True)
    assert broken.returncode == -signal.SIGKILL, broken.stderr
    rest = subprocess.run(command(tmp_path, "killed", *more), env=environment(), capture_output=True, text=True)
    assert rest.returncode == 0, rest.stderr
    one, two = Run(tmp_path / "runs" / "whole"), Run(tmp_path / "runs" / "killed")
    assert one.metrics() == two.metrics()
    assert equal(weights(one), weights(two))
    assert not list(two.folder.glob(".checkpoint-*"))


def test_a_kill_in_the_write_leaves_what_was_there(tmp_path: Path) -> None:
    found = Run(tmp_path)
    found.write_text("a.txt", "whole")

    def broken(file: Any) -> None:
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        found.write("a.txt", broken)
    assert (tmp_path / "a.txt").read_text() == "whole"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_full_disk_keeps_the_last_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = iter(range(100))
    _, found = trained(tmp_path, name="x", epochs=4, stop=lambda: next(left) >= 4)
    before, names = found.load(), [path.name for path in found.checkpoints()]
    real = os.fsync
    monkeypatch.setattr(
        "convcalc.train.run.os.fsync", lambda handle: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path, name="x", epochs=4)
    assert (error.value.kind, error.value.exit_code) == ("run_unwritable", 3)
    assert "No space left" in error.value.message()
    monkeypatch.setattr("convcalc.train.run.os.fsync", real)
    assert [path.name for path in found.checkpoints()] == names
    after = found.load()
    assert before is not None
    assert after is not None
    assert equal(before["model"], after["model"])


def test_a_file_is_on_the_disk_before_it_has_its_name_and_its_name_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync
    done: list[tuple[bool, bool]] = []  # whether a folder was synced, and whether the file had its name

    def watched(handle: int) -> None:
        done.append((stat.S_ISDIR(os.fstat(handle).st_mode), (tmp_path / "x.json").exists()))
        real(handle)

    monkeypatch.setattr("convcalc.train.run.os.fsync", watched)
    Run(tmp_path).write_json("x.json", [1])
    assert done == [(False, False), (True, True)]


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=lambda e: type(e).__name__
)
@pytest.mark.parametrize("at", [0, 1, 3, 9, 20])
def test_a_write_that_breaks_off_in_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, at: int
) -> None:
    """torch closes its archive in any case, and complains of that: what happened first is what counts."""
    _, found = trained(tmp_path, name="x", epochs=1)
    state = found.load()
    assert state is not None
    before = sorted(path.name for path in found.folder.iterdir())
    count = 0
    real = Hashed.write

    class Breaks:
        def __init__(self, file: Any) -> None:
            self.file = file

        def write(self, data: bytes) -> int:
            nonlocal count
            count += 1
            if count > at:
                raise error
            return int(self.file.write(data))

    def write(self: Hashed, data: bytes) -> int:
        if not isinstance(self.file, Breaks):
            self.file = Breaks(self.file)  # type: ignore[assignment]
        return real(self, data)

    monkeypatch.setattr(Hashed, "write", write)
    state["epoch"] = 2
    if isinstance(error, OSError):
        with pytest.raises(ConvcalcError) as raised:
            found.save(state)
        assert (raised.value.kind, raised.value.values["reason"]) == ("run_unwritable", "No space left on device")
        assert "checkpoint-00002-0000000 " in raised.value.message("en")
    else:
        with pytest.raises(KeyboardInterrupt):
            found.save(state)
    assert sorted(path.name for path in found.folder.iterdir()) == before


def test_a_checkpoint_runs_no_code(tmp_path: Path) -> None:
    trained(tmp_path, name="x", epochs=1)
    found = Run(tmp_path / "runs" / "x")

    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "evil"),)

    for path in found.checkpoints():
        path.unlink()
    found.save({"epoch": 1, "step": 0, "version": 1, "model": Evil()})
    with pytest.raises(ConvcalcError) as error:
        found.load()
    assert error.value.kind == "run_broken"
    assert not (tmp_path / "evil").exists()


def test_a_damaged_checkpoint_falls_back_to_the_one_before(tmp_path: Path) -> None:
    trained(tmp_path, name="x", epochs=3)
    found = Run(tmp_path / "runs" / "x")
    newest, before = found.checkpoints()
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)
    state = found.load()
    assert state is not None
    assert f"{state['epoch']:05d}" in before.name
    assert len(list(found.folder.glob("checkpoint-*"))) == 2  # the last two are kept


def test_two_processes_do_not_train_one_run(tmp_path: Path) -> None:
    found = Run(tmp_path / "runs" / "x")
    found.make()
    with found.held(), pytest.raises(ConvcalcError) as error:
        trained(tmp_path, name="x")
    assert error.value.kind == "run_busy"


def test_other_settings_are_not_mixed_in(tmp_path: Path) -> None:
    trained(tmp_path, name="x", epochs=1)
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path, name="x", epochs=2)
    assert error.value.kind == "run_other"
    assert "epochs 1 → 2" in error.value.message()
    found, _ = trained(tmp_path, name="x", epochs=2, fresh=True)
    assert found["epochs"] == 2


@pytest.mark.parametrize(("more", "said"), [((), "command goes on"), (("--fresh",), "command without --fresh goes on")])
def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path: Path, more: tuple[str, ...], said: str) -> None:
    words = command(tmp_path, "x", "--epochs", "200", *more)
    process = subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    found = Run(tmp_path / "runs" / "x")
    begun = time.monotonic()
    while not found.metrics() and time.monotonic() - begun < 60:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert f"the same {said}" in out
    assert found.load() is not None


def test_metrics_that_a_kill_cut_off_are_written_again(tmp_path: Path) -> None:
    def stop_after_two() -> Callable[[], bool]:
        left = iter(range(10**6))
        return lambda: next(left) >= 12

    trained(tmp_path, name="x", epochs=4, stop=stop_after_two())
    found = Run(tmp_path / "runs" / "x")
    lines = found.metrics()
    found.write_metrics(lines[:-1])  # the checkpoint was written, its line not
    trained(tmp_path, name="x", epochs=4)
    assert found.metrics()[: len(lines)] == lines
    assert len(found.metrics()) == 4


def test_the_whole_time_counts(tmp_path: Path) -> None:
    left = iter(range(10**6))
    trained(tmp_path, name="x", epochs=4, stop=lambda: next(left) >= 12)
    first = Run(tmp_path / "runs" / "x").load()
    assert first is not None
    first_steps = [n for n, _ in first["timing"]]
    begun = time.perf_counter()
    rest, found = trained(tmp_path, name="x", epochs=4)
    own = time.perf_counter() - begun
    last = found.load()
    assert last is not None
    samples = [n for n, _ in last["timing"]]
    assert samples[: len(first_steps)] == first_steps
    assert sum(samples) == 4 * 269  # every sample of every epoch, also of the one that was broken off
    assert rest["training_seconds"] == pytest.approx(sum(s for _, s in last["timing"]), abs=1e-3)
    assert rest["images_per_second"] == pytest.approx(4 * 269 / sum(s for _, s in last["timing"]), rel=1e-3)
    assert first["seconds"] < rest["seconds"] <= first["seconds"] + own + 0.01


@pytest.mark.parametrize("flavour", ["slide", "fast"])
@pytest.mark.parametrize("recipe", ["lenet", "resnet18-small"])  # Adam or AdamW, and SGD with momentum
def test_going_on_where_numbers_lie_otherwise_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recipe: str, flavour: str
) -> None:  # fmt: skip
    """As between a GPU and a CPU: channels last on one of them. The optimiser's state lies as the parameters do."""
    values: dict[str, Any] = {"recipe": recipe, "flavour": flavour, "limit": 60, "batch": 10, "epochs": 2}
    losses = {}
    for first, second in ((False, False), (True, False), (False, True)):
        name = f"{first}-{second}"
        steps = iter(range(100))
        monkeypatch.setattr(session, "wide", lambda traced, last=first: last)
        trained(tmp_path, stop=lambda steps=steps: next(steps) == 3, name=name, **values)
        monkeypatch.setattr(session, "wide", lambda traced, last=second: last)
        _, found = trained(tmp_path, name=name, **values)
        losses[name] = found.metrics()[-1]["train_loss"]
    assert losses["True-False"] == pytest.approx(losses["False-False"], rel=1e-4)
    assert losses["False-True"] == pytest.approx(losses["False-False"], rel=1e-4)


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        ({"threads": 1, "torch": "2.13"}, {"threads": 2, "torch": "2.13"}, "threads 1 → 2"),
        ({"threads": 1}, {}, "threads 1 → –"),
        ({}, {"processes": 2}, "processes – → 2"),
    ],
)
def test_what_has_changed_is_named(then: dict[str, Any], now: dict[str, Any], said: str) -> None:
    out = Console(file=StringIO(), width=200)
    Live(out, "en").told("elsewhere", {"then": then, "now": now})
    assert out.file.getvalue() == f"the last bits will not be those of a training without a break: {said}\n"  # type: ignore[attr-defined]


def test_an_interrupt_before_a_file_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "open", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Run(tmp_path).write_text("report.md", "text")


def test_settings_that_differ_are_named_in_both_languages() -> None:
    then = {"recipe": "lenet", "spec": "conv 6@5", "setup": {"epochs": 3, "lr": 0.1}, "data": "a", "checksum": "1"}
    assert differences(then, then | {"setup": {"epochs": 4, "lr": 0.1}})["keys"] == "epochs 3 → 4"
    assert differences(then, then | {"spec": "conv 7@5"}) == {"keys": "another network", "keys_vi": "mạng khác"}
    assert differences(then, then | {"recipe": "lenet5", "spec": "x"})["keys"] == "recipe lenet → lenet5"
    assert differences(then, then | {"checksum": "2"}) == {"keys": "other samples", "keys_vi": "mẫu dữ liệu khác"}
    assert differences(then, then | {"data": "b", "checksum": "2"})["keys"] == "data a → b, other samples"
    assert differences(then, then | {"data": "b"})["keys"] == "data a → b"


def test_the_rate_of_a_step_where_it_is_a_tensor() -> None:
    weights = [torch.zeros(2, requires_grad=True) for _ in range(2)]
    rates: list[Any] = [torch.tensor(0.1), 0.1]
    for rate in rates:
        optimiser = torch.optim.SGD([{"params": weights[:1]}, {"params": weights[1:]}], lr=rate)
        set_rate(optimiser, 0.025)
        assert [float(group["lr"]) for group in optimiser.param_groups] == pytest.approx([0.025, 0.025])
        assert isinstance(optimiser.param_groups[1]["lr"], torch.Tensor) is isinstance(rate, torch.Tensor)


def test_a_copy_of_a_users_is_no_checkpoint(tmp_path: Path) -> None:
    _, found = trained(tmp_path, epochs=1)
    mine = found.folder / f"{found.checkpoints()[0].stem}-mine.pt"
    mine.write_bytes(b"mine")
    copy = found.folder / "checkpoint-best.pt"
    copy.write_bytes(found.checkpoints()[0].read_bytes())
    assert trained(tmp_path, epochs=1)[0]["state"] == "finished"
    assert trained(tmp_path, epochs=1, fresh=True)[0]["state"] == "done"
    assert copy.is_file()
    assert copy not in found.checkpoints()
    assert mine.is_file()


def test_a_finished_run_makes_its_lines_again(tmp_path: Path) -> None:
    first, found = trained(tmp_path)
    lines = (found.folder / "metrics.jsonl").read_bytes()
    (found.folder / "metrics.jsonl").unlink()
    again, _ = trained(tmp_path)
    assert (found.folder / "metrics.jsonl").read_bytes() == lines
    assert again["test_accuracy"] == first["test_accuracy"]


def test_what_is_whole_is_not_called_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, found = trained(tmp_path, epochs=1)
    state = found.load()
    assert state is not None
    found.save(state | {"version": 2, "epoch": 2})
    with pytest.raises(ConvcalcError) as error:
        found.load()
    assert (error.value.kind, error.value.exit_code) == ("run_newer", 3)

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ConvcalcError) as error:
        found.load()
    assert "fresh" not in str(error.value)
    assert "không có quyền truy cập" in error.value.message("vi")


def test_weights_from_the_same_run_by_another_way(tmp_path: Path) -> None:
    _, base = trained(tmp_path, name="base", epochs=1)
    trained(tmp_path, name="x", epochs=1, init="base")
    assert trained(tmp_path, name="x", epochs=1, init=str(base.folder))[0]["state"] == "finished"
    for path in base.checkpoints():
        path.unlink()
    assert trained(tmp_path, name="x", epochs=1, init="base")[0]["state"] == "finished"
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path, name="y", epochs=1, init="base")
    assert error.value.kind == "run_unfinished"


def test_a_folder_that_is_taken_away(tmp_path: Path) -> None:
    import shutil

    def stop() -> bool:
        shutil.rmtree(tmp_path / "runs", ignore_errors=True)
        return False

    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path, stop=stop)
    assert error.value.kind == "cannot_write"


def test_a_training_goes_on_where_nobody_reads_its_lines(tmp_path: Path) -> None:
    ran = subprocess.Popen(command(tmp_path, "x"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    assert ran.stdout is not None
    ran.stdout.readline()
    ran.stdout.close()
    _, said = ran.communicate()
    assert (ran.returncode, said) == (0, b"")
    assert (tmp_path / "runs" / "x" / "summary.json").is_file()


def test_a_terminal_that_is_closed_stops_the_training_as_ctrl_c_does(tmp_path: Path) -> None:
    import pty

    words = command(tmp_path, "x", "--epochs", "5000", "--batch", "8")
    own, other = pty.openpty()
    process = subprocess.Popen(
        words, env=environment(), stdin=other, stdout=other, stderr=other, start_new_session=True
    )
    os.close(other)
    found = Run(tmp_path / "runs" / "x")
    begun = time.monotonic()
    while not found.metrics() and time.monotonic() - begun < 60:
        time.sleep(0.02)
    os.close(own)
    for _ in range(2):
        process.send_signal(signal.SIGHUP)
    assert process.wait(60) == 130
    state = found.load()
    assert state is not None
    assert state["epoch"] >= 1
