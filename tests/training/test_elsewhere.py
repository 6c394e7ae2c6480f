"""Machines as other people have them: closed folders, full disks, limits of memory, users without a home."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from rich.console import Console

from convcalc.errors import ConvcalcError, MissingError
from convcalc.quiz import progress
from convcalc.torchside.free_memory import _of_groups, _of_process, available
from convcalc.train import parallel
from convcalc.train.data import Asked, places
from convcalc.train.data.folders import read_tree
from convcalc.train.exact import exact
from convcalc.train.finding import is_folder, runs_in
from convcalc.train.live import Live
from convcalc.train.memory import ran_out
from convcalc.train.reasons import broken
from convcalc.train.run import Run
from training.runs import Convcalc, environment, trained


def closed(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Those names are of folders and files that this user may not look into, which root always may."""

    def denied(path: Any) -> None:
        if Path(os.fsdecode(path)).name in names:
            raise PermissionError(13, "Permission denied", os.fsdecode(path))

    def before(real: Any) -> Any:
        def checked(path: Any = ".", *args: Any, **how: Any) -> Any:
            if not isinstance(path, int):
                denied(path)
            return real(path, *args, **how)

        return checked

    monkeypatch.setattr("os.scandir", before(os.scandir))
    monkeypatch.setattr("os.listdir", before(os.listdir))
    real_stat, real_open = Path.stat, Path.open

    def stat(self: Path, *args: Any, **how: Any) -> Any:
        denied(self.parent)
        return real_stat(self, *args, **how)

    def opened(self: Path, *args: Any, **how: Any) -> Any:
        denied(self)
        return real_open(self, *args, **how)

    monkeypatch.setattr(Path, "stat", stat)
    monkeypatch.setattr(Path, "open", opened)


def test_pictures_in_a_closed_folder_are_not_left_out_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "b/sub"):
        (tmp_path / name).mkdir()
        for i in range(4):
            Image.new("L", (4, 4), i).save(tmp_path / name / f"{i}.png")
    assert sum(map(len, (found := read_tree(tmp_path, Asked((1, 4, 4)))).train.x[None])) == len(found.train)
    closed(monkeypatch, "sub")
    with pytest.raises(PermissionError, match="Permission denied"):
        read_tree(tmp_path, Asked((1, 4, 4)))


def test_a_folder_of_runs_that_is_closed_is_not_empty(
    convcalc: Convcalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    assert convcalc("runs", "--runs", str(tmp_path / "gone")).code == 3
    trained(tmp_path, name="mine", epochs=1, limit=100)
    trained(tmp_path, name="hers", epochs=1, limit=100)
    runs = tmp_path / "runs"
    assert [run.name for run in runs_in(runs)[0]] == ["hers", "mine"]
    with monkeypatch.context() as patched:
        closed(patched, "hers")
        found, refused = runs_in(runs)
        assert ([run.name for run in found], [error.kind for error in refused]) == (["mine"], ["no_access"])
        ran = convcalc("runs", "--runs", str(runs), "--lang", "en")
        assert (ran.code, "mine" in ran.out, "Permission denied" in " ".join(ran.err.split())) == (3, True, True)  # fmt: skip
    closed(monkeypatch, "runs")
    ran = convcalc("runs", "--runs", str(runs), "--lang", "en")
    assert (ran.code, "Permission denied" in ran.err) == (3, True)


def test_a_run_of_somebody_whose_data_are_closed(
    convcalc: Convcalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (tmp_path / "closed" / "data" / name).mkdir(parents=True)
        for i in range(30):
            Image.new("L", (28, 28), 20 * (name == "b") + i).save(tmp_path / "closed" / "data" / name / f"{i}.png")
    trained(tmp_path, name="x", data=str(tmp_path / "closed" / "data"), epochs=1, limit=None)
    config = json.loads((tmp_path / "runs" / "x" / "config.json").read_text())
    config["options"]["data_dir"] = str(tmp_path / "closed" / "data")
    (tmp_path / "runs" / "x" / "config.json").write_text(json.dumps(config))
    closed(monkeypatch, "closed")
    assert not is_folder(tmp_path / "closed" / "data")
    ran = convcalc("report", "x", "--runs", str(tmp_path / "runs"), "--lang", "en")
    assert ran.code == 0, ran.err
    ran = convcalc("train", "--resume", "x", "--runs", str(tmp_path / "runs"), "--data", "digits", "--lang", "en")
    assert "other samples" in " ".join(ran.err.split())  # the other data are looked at, and are others


def test_a_file_of_a_run_that_is_closed_is_not_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, found = trained(tmp_path, epochs=1, limit=100)
    closed(monkeypatch, "metrics.jsonl")
    with pytest.raises(ConvcalcError) as error:
        found.metrics()
    assert (error.value.kind, "Permission denied" in error.value.message("en")) == ("no_file", True)


def test_a_link_to_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "runs").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ConvcalcError) as error:
        Run(tmp_path / "runs" / "x").make()
    assert "is a link to a folder that is not there" in error.value.message("en")


def test_a_user_without_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(*_: Any, **__: Any) -> Path:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr("platformdirs.user_cache_path", homeless)
    monkeypatch.setattr("platformdirs.user_data_path", homeless)
    monkeypatch.setenv("CONVCALC_DATA", str(tmp_path))
    assert list(places.roots(None)) == [tmp_path]
    asked = Asked((1, 28, 28))
    assert "reason" not in str(places.load("auto", None, asked, "mnist", lambda *_: None).notes[0])  # the digits
    with pytest.raises(MissingError) as error:
        places.load("mnist", None, asked, "mnist", lambda *_: None)
    assert "XDG_CACHE_HOME" in (error.value.hint() or "")
    monkeypatch.delenv("CONVCALC_PROGRESS", raising=False)
    with pytest.raises(MissingError) as error:
        progress.place()
    assert "CONVCALC_PROGRESS" in (error.value.hint() or "")


def test_a_cache_that_cannot_be_written_is_named_and_auto_falls_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.delenv("CONVCALC_DATA", raising=False)
    with pytest.raises(MissingError) as error:
        places.load("mnist", None, Asked((1, 28, 28)), "mnist", lambda *_: None)
    assert error.value.kind == "cache_unwritable"
    assert places.load("auto", None, Asked((1, 28, 28)), "mnist", lambda *_: None).name == "digits"


def test_an_environment_that_names_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVCALC_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(MissingError) as error:
        places.load("mnist", None, Asked((1, 28, 28)), "mnist", lambda *_: None)
    assert error.value.message("en").startswith("CONVCALC_DATA ")
    (tmp_path / "mnist").mkdir()  # what is named before it is enough
    assert next(places.roots(str(tmp_path))) == tmp_path


@pytest.mark.parametrize(
    ("line", "place", "limit", "used", "cached"),
    [
        ("0::/job/step", "job", "memory.max", "memory.current", "inactive_file"),
        ("4:cpu,memory:/job/step", "memory/job", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ],
)  # fmt: skip
def test_the_limit_of_a_container(tmp_path: Path, line: str, place: str, limit: str, used: str, cached: str) -> None:
    """Of the group itself there is none; of the one around it there is."""
    (tmp_path / "own").write_text(f"9:pids:/x\n{line}\n")
    outer = tmp_path / "fs" / place
    (outer / "step").mkdir(parents=True)
    (outer / "step" / limit).write_text("max\n")
    (outer / limit).write_text("1000\n")
    (outer / used).write_text("700\n")
    (outer / "memory.stat").write_text(f"anon 5\n{cached} 100\n")
    assert list(_of_groups(tmp_path / "fs", tmp_path / "own")) == [400]
    assert list(_of_groups(tmp_path / "fs", tmp_path / "none")) == []


def test_the_least_of_all_limits_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convcalc.torchside.free_memory._of_groups", lambda: iter([12345, 99999]))
    assert available(torch.device("cpu")) == 12345
    monkeypatch.setattr(resource, "getrlimit", lambda which: (2**40, 2**40))
    (left,) = _of_process()
    assert 2**39 < left < 2**40
    monkeypatch.setattr(resource, "getrlimit", lambda which: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert list(_of_process()) == []


class Full:
    """A file on a disk that is full."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None: ...

    def fileno(self) -> int:
        return os.open(os.devnull, os.O_WRONLY)


def test_a_full_disk_for_the_lines_does_not_end_a_training() -> None:
    live = Live(Console(file=Full(), width=80), "en")  # type: ignore[arg-type]
    with pytest.raises(OSError, match="No space left"):
        live.say("a", "a")  # nothing has been trained yet
    live = Live(Console(file=Full(), width=80), "en")  # type: ignore[arg-type]
    live.training = True
    live.say("a", "a")
    assert live.lost is not None
    live.say("b", "b")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_lines_that_nobody_can_read_with_json(tmp_path: Path) -> None:
    words = "train lenet --data digits --device cpu --limit 100 --epochs 1 --json".split()
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "convcalc", *words, "--runs", str(tmp_path)], stdout=subprocess.PIPE, stderr=full, text=True, env=environment(), check=False
        )  # fmt: skip
        assert ran.returncode in (0, 3)
        gone = subprocess.run(
            [sys.executable, "-m", "convcalc", "train", "--resume", "none"], stdout=subprocess.PIPE, stderr=full, env=environment(), check=False
        )  # fmt: skip
    assert gone.returncode == 3


def test_predict_names_every_file(convcalc: Convcalc, tmp_path: Path) -> None:
    trained(tmp_path, name="x", epochs=1, limit=100)
    Image.new("L", (28, 28)).save(tmp_path / "a.png")
    files = [str(tmp_path / "a.png"), "b" * 300 + ".png", str(tmp_path / "a.png")]
    ran = convcalc("predict", "x", *files, "--runs", str(tmp_path / "runs"), "--json")
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert [one["file"] for one in lines] == files
    assert ["error" in one for one in lines] == [False, True, False]
    assert ran.code == 3


def test_names_that_move_the_cursor_are_not_shown_as_they_are(convcalc: Convcalc, tmp_path: Path) -> None:
    trained(tmp_path, name="x", epochs=1, limit=100)
    (tmp_path / "runs" / "x").rename(tmp_path / "runs" / "a\x1b[2Jb")
    ran = convcalc("runs", "--runs", str(tmp_path / "runs"))
    assert (ran.code, "\x1b" in ran.out, "a�[2Jb" in ran.out) == (0, False, True)
    (row,) = json.loads(convcalc("runs", "--runs", str(tmp_path / "runs"), "--json").out)
    assert row["run"] == "a\x1b[2Jb"


def test_a_data_file_that_is_closed_is_not_damaged(tmp_path: Path) -> None:
    error = broken(tmp_path / "labels.gz", PermissionError(13, "Permission denied"))
    assert (error.kind, error.exit_code, error.hint()) == ("no_access", 3, None)
    assert str(tmp_path / "labels.gz") in error.message("en")
    assert broken(tmp_path / "labels.gz", OSError(5, "Input/output error")).kind == "data_broken"


@pytest.mark.parametrize("said", ["CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED when calling", "DefaultCPUAllocator: can't allocate memory: you tried", "DefaultCPUAllocator: not enough memory"])  # fmt: skip
def test_the_ways_in_which_memory_runs_out(said: str) -> None:
    assert ran_out(RuntimeError(said))
    assert ran_out(torch.OutOfMemoryError("CUDA out of memory."))
    assert not ran_out(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))


def test_a_gpu_that_others_have_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: torch.nn.Module, *_: Any, **__: Any) -> Any:
        raise RuntimeError("CUDA error: out of memory")

    monkeypatch.setattr(torch.nn.Module, "to", full)
    with pytest.raises(MissingError) as error:
        trained(tmp_path)
    assert error.value.kind == "no_memory"


def test_fp32_is_fp32_on_a_gpu() -> None:
    """The settings are there without one; TF32 has 10 bits of the 23."""
    before = torch.backends.cudnn.allow_tf32
    with exact(torch.device("cuda")):
        assert not torch.backends.cudnn.allow_tf32
        assert torch.are_deterministic_algorithms_enabled()
    assert torch.backends.cudnn.allow_tf32 == before
    assert not torch.are_deterministic_algorithms_enabled()


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_a_process_that_fails_waits_for_no_other(monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    left: list[str] = []
    monkeypatch.setattr(parallel, "started", lambda: (0, 2))
    monkeypatch.setattr(torch.cuda, "set_device", lambda device: None)
    for name, value in (("init_process_group", None), ("get_rank", 0), ("barrier", None)):
        monkeypatch.setattr(parallel.distributed, name, lambda *_, value=value, **__: value)
    monkeypatch.setattr(parallel.distributed, "destroy_process_group", lambda: left.append(device))
    monkeypatch.setattr(parallel.World, "wait", lambda self: None)
    with parallel.world(torch.device(device)):
        pass
    assert left == [device]
    with pytest.raises(OSError, match="full"), parallel.world(torch.device(device)):
        raise OSError("full")
    assert left == [device]
