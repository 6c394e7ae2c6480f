"""Training: exact rewrites, the loop, resuming bit by bit, kills, several processes, what a run leaves, and bad input."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import convcalc as cc
from convcalc.errors import ConvcalcError
from convcalc.memory import footprint
from convcalc.train.augment import CHANGES, changed
from convcalc.train.data import Split
from convcalc.train.feed import Feed, fitted, generator, scaling_of
from convcalc.train.loop import learning_rate
from convcalc.train.recipes import RECIPES, Setup, recipe_of
from convcalc.train.rewrites import WIDE, Linears, PooledConv, WordWindows, rewritten
from convcalc.train.run import Run
from convcalc.train.session import Options, run

Convcalc = Callable[..., Any]
REAL = Path(os.environ.get("CONVCALC_DATA", "."))
real_data = pytest.mark.skipif(not (REAL / "mnist").is_dir(), reason="CONVCALC_DATA names no folder with MNIST")


@pytest.fixture(autouse=True)
def _own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CONVCALC_DATA", raising=False)
    torch.set_num_threads(1)


def options(tmp_path: Path, recipe: str = "lenet", **values: Any) -> Options:
    usual = {"data": "digits", "epochs": 2, "runs": str(tmp_path / "runs"), "device": "cpu", "limit": 300}
    return Options(recipe, **usual | values)  # type: ignore[arg-type]


def trained(tmp_path: Path, stop: Callable[[], bool] = lambda: False, **values: Any) -> tuple[dict[str, Any], Run]:
    chosen = options(tmp_path, **values)
    return run(chosen, lambda event, said: None, stop), Run(chosen.folder)


def weights(found: Run) -> dict[str, torch.Tensor]:
    state = found.load()
    assert state is not None
    return dict(state["model"])


def equal(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


# --- rewrites: the same numbers and gradients -------------------------------------------------------------------------


def both(module: nn.Module, x: torch.Tensor) -> list[tuple[torch.Tensor, list[torch.Tensor]]]:
    found = []
    for network in (module, rewritten(module)):
        module.zero_grad()
        y = network(x)
        y.square().sum().backward()  # type: ignore[no-untyped-call]
        found.append((y.detach(), [p.grad.clone() for p in module.parameters() if p.grad is not None]))
    return found


@pytest.mark.parametrize(
    ("spec", "size"),
    [
        ("conv 6@5 > avgpool 2", 28),
        ("conv 6@5 > avgpool 2", 31),
        ("conv 6@5x3 p1x2 > avgpool 2x3", 28),
        ("conv 6@5x3 p1x2 > avgpool 2x3", 31),
        ("conv 6@4 g2 > avgpool 3 > relu", 31),
        ("conv 4@3 > conv 6@5 > avgpool 2", 31),
        ("conv 4@3 > conv 6@5 p2 > avgpool 2", 28),
        ("conv 4@3 > conv 6@4x7 p1x3 > avgpool 3", 30),
        ("conv 6@3 nobias > avgpool 2 > conv 4@2 > avgpool 2", 30),
        ("conv 6@5 p2 > avgpool 2 > tanh > conv 5@5 > avgpool 2", 29),
        ("conv 6@5 > avgpool 2 > relu > sigmoid > conv 5@4 > avgpool 3", 41),
        ("conv 6@5 > avgpool 2 > relu > conv 5@3 p1 > avgpool 2", 28),
        ("conv 6@5 > avgpool 2 > dropout 0 > conv 5@3 > avgpool 2", 28),
        ("lenet", 28),
        ("lenet5", 32),
    ],
)
def test_a_pooled_convolution_is_the_same_function(spec: str, size: int) -> None:
    shape = (2 if "g2" in spec else 1, size, size)
    torch.manual_seed(0)
    module = cc.parse(spec).module(shape).double()
    assert any(isinstance(part, PooledConv) for part in rewritten(module))  # type: ignore[arg-type]
    (y, grads), (z, other) = both(module, torch.randn(3, *shape, dtype=torch.float64))
    assert torch.allclose(y, z, atol=1e-12)
    assert all(torch.allclose(a, b, atol=1e-10) for a, b in zip(grads, other, strict=True))


@pytest.mark.parametrize(
    ("spec", "gathered"),
    [
        ("lenet", True),
        ("lenet5", True),
        ("conv 6@5 p2 > avgpool 2 > conv 5@5 > avgpool 2", True),
        ("conv 6@5 > avgpool 2 > conv 5@5 p2 > avgpool 2", False),  # zeros would have to come between the cells
        ("conv 6@5 > avgpool 2 > dropout > conv 5@5 > avgpool 2", False),  # other cells would be dropped
        ("conv 6@5 > avgpool 2 > conv 5@4 > avgpool 2", False),  # five rows of a kernel are no whole number of pairs
    ],
)
def test_cells_are_gathered_where_nothing_between_minds(spec: str, gathered: bool) -> None:
    parts = [part for part in rewritten(cc.parse(spec).module((1, 28, 28))) if isinstance(part, PooledConv)]  # type: ignore[attr-defined]
    assert [part.gathered for part in parts] == [False, gathered]


@pytest.mark.parametrize(
    ("spec", "joined"),
    [
        ("linear 30 > linear 20 > linear 5", [3]),
        ("linear 30 nobias > linear 20 nobias > linear 5 nobias", [3]),
        ("linear 30 nobias > linear 20 > linear 5 nobias", [3]),
        ("linear 30 > relu > linear 20 > linear 5", [1, 2]),
        ("linear 3 > linear 50", [1, 1]),  # the product would be larger than its factors
    ],
)
def test_linear_layers_in_a_row_are_one(spec: str, joined: list[int]) -> None:
    torch.manual_seed(0)
    module = cc.parse(spec).module((40,)).double()
    assert [len(part.layers) for part in rewritten(module) if isinstance(part, Linears)] == joined  # type: ignore[attr-defined]
    (y, grads), (z, other) = both(module, torch.randn(7, 40, dtype=torch.float64))
    assert torch.allclose(y, z, atol=1e-12)
    assert all(torch.allclose(a, b, atol=1e-10) for a, b in zip(grads, other, strict=True))


def test_a_wide_linear_layer_is_the_same_as_a_convolution_over_the_batch() -> None:
    torch.manual_seed(0)
    module = cc.parse("linear 300 > relu > linear 10").module((784,))
    assert sum(p.numel() for p in module.parameters()) > WIDE
    (y, grads), (z, other) = both(module, torch.randn(33, 784))
    assert torch.allclose(y, z, rtol=1e-5, atol=1e-5)
    assert all(
        torch.allclose(a, b, rtol=1e-4, atol=1e-4 * float(a.abs().max())) for a, b in zip(grads, other, strict=True)
    )


@pytest.mark.parametrize("spec", ["conv 6@5 s2 > avgpool 2", "conv 6@5 > avgpool 2 s1", "conv 6@5 > avgpool 2 ceil", "conv 6@5 d2 > avgpool 2", "conv 6@5 > relu > avgpool 2", "conv 6@5 p2 reflect > avgpool 2"])  # fmt: skip
def test_what_does_not_fit_is_left_as_it_is(spec: str) -> None:
    module = cc.parse(spec).module((1, 29, 29))
    assert not any(isinstance(part, PooledConv) for part in rewritten(module).modules())


@pytest.mark.parametrize("length", [5, 9, 40])
def test_word_windows_are_the_same_function(length: int) -> None:
    torch.manual_seed(0)
    module = cc.parse("textcnn words=50 features=7 filters=6").module((60,)).double()
    network = rewritten(module)
    assert isinstance(next(iter(network)), WordWindows)  # type: ignore[call-overload]
    (y, grads), (z, other) = both(module, torch.randint(2, 50, (4, length)))
    assert torch.allclose(y, z, atol=1e-12)
    assert all(torch.allclose(a, b, atol=1e-10) for a, b in zip(grads, other, strict=True))


def test_a_text_gives_the_same_whatever_stands_beside_it() -> None:
    torch.manual_seed(0)
    module = cc.parse("textcnn words=50 features=7 filters=6").module((60,)).double()
    network = rewritten(module)
    text = torch.randint(2, 50, (1, 11))
    alone = module(text)
    beside = torch.cat([F.pad(text, (0, 19)), torch.randint(2, 50, (3, 30))])
    assert torch.allclose(network(beside)[:1], alone, atol=1e-12)


# --- feeding ----------------------------------------------------------------------------------------------------------


def pictures(count: int = 103, size: int = 8) -> Split:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (count, 1, size, size)).astype(np.uint8)
    x[:, 0, 0, 0] = np.arange(count)  # which picture it is
    return Split(x, np.arange(count) % 10)


def feed(split: Split, share: tuple[int, int] = (0, 1), seed: int = 3) -> Feed:
    return Feed(split, torch.device("cpu"), tuple(split.x.shape[1:]), ([0.0], [1 / 255]), seed, share)


def test_every_sample_comes_once_an_epoch_in_the_order_of_seed_and_epoch() -> None:
    found = feed(pictures())
    orders = []
    for epoch in (0, 1, 0):
        seen = torch.cat([batch.x[:, 0, 0, 0] for batch in found.epoch(epoch, 16)]).round().int().tolist()
        assert sorted(seen) == list(range(103))
        orders.append(seen)
    assert orders[0] == orders[2] != orders[1]
    assert (
        torch.cat([b.x[:, 0, 0, 0] for b in feed(pictures(), seed=4).epoch(0, 16)]).round().int().tolist() != orders[0]
    )


@pytest.mark.parametrize("changes", [(), (("shift", 2.0), ("flip", 0.5), ("turn", 10.0))])
def test_processes_share_every_batch(changes: tuple[tuple[str, float], ...]) -> None:
    whole = [batch.x for batch in feed(pictures()).epoch(2, 16, changes)]
    parts = [list(feed(pictures(), (rank, 3)).epoch(2, 16, changes)) for rank in range(3)]
    for i, x in enumerate(whole):
        for rank in range(3):
            assert torch.equal(parts[rank][i].x, x[rank::3])
            assert parts[rank][i].count == len(x)


def test_an_epoch_can_be_entered_in_the_middle() -> None:
    changes = (("shift", 2.0),)
    whole = [batch.x for batch in feed(pictures()).epoch(1, 16, changes)]
    rest = [batch.x for batch in feed(pictures()).epoch(1, 16, changes, first=4)]
    assert len(rest) == len(whole) - 4
    assert all(torch.equal(a, b) for a, b in zip(whole[4:], rest, strict=True))


def test_texts_come_with_others_of_their_length() -> None:
    lengths = np.random.default_rng(0).integers(1, 60, 400).astype(np.int32)
    x = np.zeros((400, 60), np.int32)
    for i, n in enumerate(lengths):
        x[i, :n] = 2 + i
    found = Feed(Split(x, np.zeros(400, np.int64), lengths), torch.device("cpu"), (60,), None, 0)
    seen, padding = [], 0
    for batch in found.epoch(0, 20):
        seen += (batch.x[:, 0] - 2).tolist()
        padding += int((batch.x == 0).sum())
    assert sorted(seen) == list(range(400))
    assert padding < 0.1 * lengths.sum()


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_augmentation_changes_pictures_but_not_what_they_are(name: str) -> None:
    x = torch.zeros(50, 1, 12, 12)
    x[:, :, 5:7, 5:7] = 1.0
    draws = torch.rand(50, 1, 4, generator=generator(1))
    amount = {"flip": 0.5, "shift": 2.0, "turn": 20.0}[name]
    found = changed(x, ((name, amount),), draws)
    assert found.shape == x.shape
    assert 0.5 < float(found.sum()) / float(x.sum()) < 1.5
    assert torch.equal(found, changed(x, ((name, amount),), draws))


def test_shift_moves_by_whole_cells() -> None:
    x = torch.arange(2 * 5 * 5).reshape(2, 1, 5, 5).float() + 1
    draws = torch.tensor([[[0.5, 0.5, 0, 0]], [[0.999, 0.0, 0, 0]]])  # not at all; down to the end and left
    found = changed(x, (("shift", 1.0),), draws)
    assert torch.equal(found[0], x[0])
    assert torch.equal(found[1, 0, :4, 1:], x[1, 0, 1:, :4])


def test_pictures_of_another_size_are_made_to_fit() -> None:
    x = torch.ones(2, 1, 28, 28)
    assert fitted(x, (1, 28, 28)) is x
    assert fitted(x, (1, 32, 32)).sum() == x.sum()  # a border of zeros, as LeCun et al. padded MNIST
    assert fitted(x, (3, 64, 48)).shape == (2, 3, 64, 48)
    assert fitted(torch.ones(2, 3, 8, 8), (1, 8, 8)).shape == (2, 1, 8, 8)


def test_the_mean_and_deviation_of_the_training_set() -> None:
    split = pictures()
    mean, deviation = scaling_of(split, "data") or ([], [])
    assert mean[0] == pytest.approx(float(split.x.mean()) / 255, abs=1e-5)
    assert deviation[0] == pytest.approx(float(split.x.std()) / 255, abs=1e-5)
    assert scaling_of(split, "half") == ([0.5], [0.5])


def test_the_schedules() -> None:
    constant, cycle = Setup(2, 8, 0.1), Setup(2, 8, 0.1, schedule="onecycle")
    assert {learning_rate(constant, i, 100) for i in range(100)} == {0.1}
    rates = [learning_rate(cycle, i, 100) for i in range(100)]
    assert max(rates) == pytest.approx(0.1, rel=0.01)
    assert 20 <= rates.index(max(rates)) <= 26
    assert rates[0] < 0.01
    assert rates[-1] < 1e-4


# --- recipes ----------------------------------------------------------------------------------------------------------

# What takes long on a CPU is looked at with few samples and one step.
HEAVY = ("vgg", "resnet", "alexnet", "densenet", "cnn-")


@pytest.mark.parametrize(
    "name", [n for n in RECIPES if not n.startswith(HEAVY[:4]) or n in ("resnet18-small", "alexnet")]
)
@pytest.mark.parametrize("flavour", ["slide", "fast"])
def test_every_recipe_takes_two_steps(name: str, flavour: str, tmp_path: Path, reviews: Path, folder: Path) -> None:
    recipe = RECIPES[name]
    data = {"ntc-scv": "auto", "shapes": "shapes", "": str(folder)}.get(recipe.data, "digits")
    batch = 4 if name in ("resnet18-small", "alexnet") else 8
    found, where = trained(
        tmp_path, recipe=name, flavour=flavour, data=data, data_dir=str(reviews), epochs=1, batch=batch, limit=20
    )
    assert found["epochs"] == 1
    assert np.isfinite(found["test_loss"])
    assert found["published"] is (recipe.published if found["data"] == recipe.data else None)
    assert where.metrics()[0]["epoch"] == 1


@pytest.mark.parametrize("name", [n for n in RECIPES if n.startswith(HEAVY[:4]) and n not in ("resnet18-small", "alexnet")])  # fmt: skip
def test_the_deep_recipes_take_two_steps(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On pictures of half the size where the network takes any, with two samples a step."""
    recipe = recipe_of(name)
    side = 224 if name.startswith("vgg") else 64
    module = recipe.layer(10).module((3, side, side))
    assert sum(p.numel() for p in module.parameters()) == recipe.layer(10).params((3, 224, 224))
    optimiser = torch.optim.SGD(module.parameters(), lr=1e-4)
    network = rewritten(module)
    losses = []
    for _ in range(2):
        x = torch.randn(2 if side == 64 else 1, 3, side, side, generator=torch.Generator().manual_seed(0))
        optimiser.zero_grad(set_to_none=True)
        loss = F.cross_entropy(network(x), torch.zeros(len(x), dtype=torch.long))
        loss.backward()  # type: ignore[no-untyped-call]
        assert all(p.grad is not None and p.grad.isfinite().all() for p in module.parameters())
        optimiser.step()
        losses.append(float(loss.detach()))
    assert np.isfinite(losses).all()
    assert losses[0] != losses[1]


@pytest.mark.parametrize("name", ["lenet", "lenet5", "mlp-fashion", "digits20", "down-average", "textcnn", "fcn", "resnet18-small"])  # fmt: skip
def test_recipes_in_bfloat16(name: str, tmp_path: Path, reviews: Path) -> None:
    data = {"textcnn": "auto", "fcn": "shapes"}.get(name, "digits")
    found, _ = trained(
        tmp_path, recipe=name, data=data, data_dir=str(reviews), epochs=1, batch=8, limit=20, precision="bf16"
    )
    assert np.isfinite(found["test_loss"])
    assert found["made_on"]["precision"] == "bf16"


@pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler, which torch.compile needs")
def test_compiled_steps_learn_the_same(tmp_path: Path) -> None:
    words = ["--epochs", "1", "--limit", "64", "--batch", "32", "--json"]
    losses = []
    for name, more in (("plain", []), ("compiled", ["--compile"])):
        ran = subprocess.run(
            command(tmp_path, name, *words, *more), env=environment(), capture_output=True, text=True, timeout=600
        )
        assert ran.returncode == 0, ran.stderr
        losses.append(json.loads(ran.stdout)["test_loss"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)
    alone = environment() | {"PATH": "", "CXX": "/nowhere/c++", "TORCHINDUCTOR_CACHE_DIR": str(tmp_path / "compiled")}
    ran = subprocess.run(
        command(tmp_path, "none", *words, "--compile", "--lang", "en"), env=alone, capture_output=True, text=True, timeout=600
    )  # fmt: skip
    assert (ran.returncode, "leave out --compile" in ran.stdout) == (3, True), ran.stdout


def test_recipes_by_other_names() -> None:
    assert recipe_of("vgg16").name == "vgg-d"
    assert recipe_of("ResNet-50").name == "resnet50"


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    folder = tmp_path / "sets" / "ntc-scv"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for part, count in (("train", 60), ("valid", 20), ("test", 20)):
        lines = []
        for i in range(count):
            words = rng.choice(["ngon", "rẻ", "đẹp"] if i % 2 else ["dở", "đắt", "chậm"], rng.integers(3, 12))
            lines.append(f"{i}\t{i % 2}\t{' '.join(words)}\n")
        (folder / f"{part}.tsv").write_text("".join(lines), encoding="utf-8")
    return folder.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    from PIL import Image

    place = tmp_path / "pictures"
    rng = np.random.default_rng(0)
    for label, name in enumerate(("cbb", "cbsd", "cgm", "cmd", "healthy")):
        (place / name).mkdir(parents=True)
        for i in range(8):
            x = rng.integers(0, 60, (20, 24, 3)).astype(np.uint8)
            x[:, :, label % 3] += 40 * (label + 1)
            Image.fromarray(x).save(place / name / f"{i}.png")
    return place


# --- the same bits ----------------------------------------------------------------------------------------------------


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
@pytest.mark.parametrize("recipe", ["lenet", "digits20", "resnet18-small"])
def test_a_gpu_trains_without_waiting_and_goes_on(tmp_path: Path, recipe: str) -> None:
    values: dict[str, Any] = {"recipe": recipe, "device": "cuda", "batch": 32, "epochs": 2, "limit": 200}
    whole, one = trained(tmp_path, name="whole", **values)
    assert whole["made_on"]["precision"] == "bf16"
    steps = 0

    def stop() -> bool:
        nonlocal steps
        steps += 1
        torch.cuda.set_sync_debug_mode("error" if 1 < steps < 4 else "default")  # within an epoch nobody waits
        return steps == 5

    trained(tmp_path, stop=stop, name="broken", **values)
    rest, two = trained(tmp_path, name="broken", **values)
    assert rest["state"] == "done"
    assert one.metrics()[0]["train_loss"] == pytest.approx(two.metrics()[0]["train_loss"], rel=1e-3)


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


COMMAND = [sys.executable, "-m", "convcalc", "train", "lenet", "--data", "digits", "--device", "cpu", "--threads", "1"]


def command(tmp_path: Path, name: str, *more: str) -> list[str]:
    return [*COMMAND, "--runs", str(tmp_path / "runs"), "--name", name, "--epochs", "12", "--batch", "16", *more]


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k not in ("RANK", "WORLD_SIZE", "CONVCALC_DATA")}


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
    trained(tmp_path, name="x", epochs=1)
    found = Run(tmp_path / "runs" / "x")
    before = found.load()
    real = os.fsync
    monkeypatch.setattr(
        "convcalc.train.run.os.fsync", lambda handle: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path, name="y", epochs=1)
    assert (error.value.kind, error.value.exit_code) == ("run_unwritable", 3)
    assert "No space left" in error.value.message()
    monkeypatch.setattr("convcalc.train.run.os.fsync", real)
    after = found.load()
    assert before is not None
    assert after is not None
    assert equal(before["model"], after["model"])


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


def test_the_numbers_that_a_user_gives_take_the_recipes_place(tmp_path: Path) -> None:
    given: dict[str, Any] = {"epochs": 2, "batch": 50, "lr": 1e-5, "schedule": "constant"}
    _, found = trained(tmp_path, name="x", **given)
    setup = found.config()["signature"]["setup"]
    assert {key: setup[key] for key in given} == given
    assert [one["lr"] for one in found.metrics()] == [1e-5, 1e-5]


def test_other_settings_are_not_mixed_in(tmp_path: Path) -> None:
    trained(tmp_path, name="x", epochs=1)
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path, name="x", epochs=2)
    assert error.value.kind == "run_other"
    assert "epochs 1 → 2" in error.value.message()
    found, _ = trained(tmp_path, name="x", epochs=2, fresh=True)
    assert found["epochs"] == 2


# --- several processes ------------------------------------------------------------------------------------------------


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
    assert "going on after epoch" in rest.stdout
    assert "not the same bits" in rest.stdout
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


# --- what a run leaves, and the commands ------------------------------------------------------------------------------


def test_a_run_leaves_everything(convcalc: Convcalc, tmp_path: Path) -> None:
    runs = str(tmp_path / "runs")
    words = ("--data", "digits", "--epochs", "2", "--limit", "400", "--runs", runs, "--device", "cpu")
    ran = convcalc("train", "lenet", *words, "--lang", "vi")
    assert ran.code == 0, ran.err
    assert "torch cũng đếm vậy" in " ".join(ran.out.split())
    found = tmp_path / "runs" / "lenet-slide-seed0"
    names = {path.name for path in found.iterdir() if not path.name.startswith((".", "checkpoint"))}
    assert names == {
        "config.json", "metrics.jsonl", "summary.json", "confusion.json", "report.md", "curves.png", "confusion.png", "kernels.png", "mistakes.png",
    }  # fmt: skip
    summary = json.loads((found / "summary.json").read_text())
    wanted = {"model", "recipe", "data", "seed", "device", "epochs", "params", "test_accuracy", "test_loss", "seconds", "images_per_second", "published"}  # fmt: skip
    assert wanted <= set(summary)
    assert summary["images_per_second"] > 0
    from PIL import Image

    for name in ("curves.png", "confusion.png", "kernels.png", "mistakes.png"):
        with Image.open(found / name) as image:
            assert min(image.size) > 200
    before = {name: (found / name).read_bytes() for name in ("curves.png", "confusion.png", "report.md")}
    for name in before:
        (found / name).unlink()
    assert convcalc("report", "lenet-slide-seed0", "--runs", runs, "--lang", "vi").code == 0
    assert {name: (found / name).read_bytes() for name in before} == before
    again = convcalc("train", "lenet", *words, "--lang", "en")
    assert (again.code, "this run is finished" in again.out) == (0, True)
    listed = json.loads(convcalc("runs", "--runs", runs, "--json").out)
    assert [one["run"] for one in listed] == ["lenet-slide-seed0"]
    picture = tmp_path / "all.png"
    assert convcalc("runs", "--runs", runs, "--curves", str(picture)).code == 0
    assert picture.stat().st_size > 1000


def test_predict_pictures(convcalc: Convcalc, tmp_path: Path) -> None:
    from PIL import Image

    from convcalc.train.data import Asked, sources

    trained(tmp_path, name="x", epochs=12, limit=1400)
    data = sources()["digits"].load(Path(), Asked((1, 28, 28)))
    right = 0
    files = []
    for i in range(12):
        path = tmp_path / f"{i}.png"
        Image.fromarray(data.test.x[i, 0]).save(path)
        files.append(str(path))
    ran = convcalc("predict", "x", *files, "--runs", str(tmp_path / "runs"), "--json")
    assert ran.code == 0, ran.err
    for i, line in enumerate(ran.out.splitlines()):
        found = json.loads(line)
        assert sum(c["probability"] for c in found["classes"]) <= 1.0001
        right += found["classes"][0]["name"] == str(data.test.y[i])
    assert right >= 9
    assert convcalc("predict", "x", str(tmp_path / "none.png"), "--runs", str(tmp_path / "runs")).code == 3
    (tmp_path / "bad.png").write_text("x")
    assert convcalc("predict", "x", str(tmp_path / "bad.png"), "--runs", str(tmp_path / "runs")).code == 2


def test_predict_texts(convcalc: Convcalc, tmp_path: Path, reviews: Path) -> None:
    trained(
        tmp_path, recipe="textcnn", name="t", data="auto", data_dir=str(reviews), epochs=12, batch=8, limit=60, lr=0.01
    )
    runs = str(tmp_path / "runs")
    for text, name in (("ngon và rẻ", "positive"), ("DỞ, chậm!", "negative")):
        ran = convcalc("predict", "t", text, "--runs", runs, "--json")
        assert json.loads(ran.out)["classes"][0]["name"] == name
    ran = convcalc("predict", "t", "hello world", "--runs", runs)
    assert (ran.code, "no word" in ran.err) == (2, True)
    ran = convcalc("predict", "t", str(tmp_path / "nothere.txt"), "--runs", runs)
    assert (ran.code, "nothere.txt" in ran.err.replace("\n", "")) == (3, True)
    (tmp_path / "review").write_text("ngon, rẻ", encoding="utf-8")
    ran = convcalc("predict", "t", str(tmp_path / "review"), "hello world", "ngon", "--runs", runs, "--json")
    assert (ran.code, ran.out.count('"positive"') >= 2, "hello world" in ran.err) == (2, True, True)


def test_word_vectors_are_taken_over_only_with_the_same_words(tmp_path: Path, reviews: Path) -> None:
    values: dict[str, Any] = {"recipe": "textcnn", "data": "auto", "data_dir": str(reviews), "epochs": 1, "batch": 8}
    _, base = trained(tmp_path, name="base", **values)
    events: dict[str, Any] = {}
    for name, words in (("same", None), ("other", ["<pad>", "<unk>", *"abcdefghijkl"])):
        if words is not None:
            held = base.read_json("words.json")
            base.write_json("words.json", words[: len(held)])
        chosen = options(tmp_path, name=name, init="base", **values)
        run(chosen, lambda event, said: events.update({event: said}), lambda: False)
        assert events["taken"]["taken"] == events["taken"]["of"] - (words is not None)


def test_what_was_learned_can_be_taken_over(tmp_path: Path) -> None:
    _, base = trained(tmp_path, name="base", epochs=1)
    events: dict[str, Any] = {}
    chosen = options(tmp_path, name="tuned", epochs=1, init="base", freeze=True, classes=12)
    run(chosen, lambda event, values: events.update({event: values}), lambda: False)
    old, new = weights(base), weights(Run(chosen.folder))
    assert events["frozen"]["count"] > 40_000
    changed_keys = [key for key in old if old[key].shape != new[key].shape or not torch.equal(old[key], new[key])]
    assert changed_keys == ["9.weight", "9.bias"]
    assert new["9.weight"].shape == (12, 84)


def test_a_run_that_does_not_fit(convcalc: Convcalc, tmp_path: Path) -> None:
    trained(tmp_path, name="base", epochs=1)
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path, recipe="digits20", name="tuned", init="base")
    assert error.value.kind == "other_network"
    runs = ("--runs", str(tmp_path / "runs"))
    trained(tmp_path, recipe="fcn", name="masks", data="shapes", epochs=1, batch=10, limit=20)
    assert (convcalc("report", "masks", *runs).code, (tmp_path / "runs" / "masks" / "predictions.png").is_file()) == (
        0,
        True,
    )
    row = next(one for one in json.loads(convcalc("runs", *runs, "--json").out) if one["run"] == "masks")
    assert row["validation_iou"] == Run(tmp_path / "runs" / "masks").metrics()[-1]["validation_iou"]
    ran = convcalc("predict", "masks", "x.png", *runs)
    assert (ran.code, "every pixel" in " ".join(ran.err.split())) == (2, True)
    for path in (tmp_path / "runs" / "base").glob("checkpoint-*"):
        path.unlink()
    (tmp_path / "runs" / "base" / "metrics.jsonl").unlink()
    for words in (("report", "base"), ("predict", "base", "x.png")):
        ran = convcalc(*words, *runs)
        assert (ran.code, "no checkpoint" in " ".join(ran.err.split())) == (3, True)


def test_a_target_stops_early_and_sets_the_exit_code(convcalc: Convcalc, tmp_path: Path) -> None:
    words = ("--data", "digits", "--runs", str(tmp_path), "--device", "cpu", "--epochs", "30", "--json")
    ran = convcalc("train", "lenet", *words, "--name", "a", "--target-accuracy", "0.5")
    assert ran.code == 0
    assert json.loads(ran.out)["epochs"] < 30
    ran = convcalc(
        "train", "lenet", *words[:-3], "--epochs", "1", "--json", "--name", "b", "--target-accuracy", "0.999"
    )
    assert ran.code == 1


def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path: Path) -> None:
    words = command(tmp_path, "x", "--epochs", "200")
    process = subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    found = Run(tmp_path / "runs" / "x")
    begun = time.monotonic()
    while not found.metrics() and time.monotonic() - begun < 60:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "the same command goes on" in out
    assert found.load() is not None


def test_the_loss_that_is_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(module: nn.Module, glorot: bool) -> None:
        with torch.no_grad():
            next(iter(module.parameters())).fill_(float("inf"))

    monkeypatch.setattr("convcalc.train.build.initialise", endless)
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path)
    assert error.value.kind == "loss_not_finite"
    assert "--lr" in (error.value.hint() or "")


def test_a_rate_that_learns_nothing_is_said(tmp_path: Path) -> None:
    told: dict[str, dict[str, Any]] = {}
    run(options(tmp_path, lr=1000.0, schedule="constant"), told.__setitem__, lambda: False)
    assert told["unlearned"]["loss"] >= told["unlearned"]["guess"] == pytest.approx(2.302585)
    told.clear()
    run(options(tmp_path, name="usual", epochs=5), told.__setitem__, lambda: False)
    assert "tested" in told
    assert "unlearned" not in told


def test_too_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError(
            "[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"
        )

    monkeypatch.setattr("convcalc.train.loop.F.cross_entropy", refuse)
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path, name="x", batch=256)
    assert (error.value.kind, error.value.exit_code) == ("out_of_memory", 3)
    assert "--batch" in (error.value.hint() or "")


def test_a_batch_that_cannot_fit_is_refused_before_the_first_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs = footprint(cc.parse("lenet classes=10"), (1, 28, 28))
    monkeypatch.setattr("convcalc.train.session.available", lambda _device: needs.peak(64) - 1)
    monkeypatch.setattr("convcalc.train.memory.available", lambda _device: needs.peak(64) - 1)
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path, name="x", batch=64)
    fits = int((error.value.hint() or "").split()[-1].rstrip("."))
    assert 1 <= fits <= 32
    assert trained(tmp_path, name="x", batch=fits)[0]["state"] == "done"


def test_a_run_goes_on_and_is_reported_from_another_folder(
    convcalc: Convcalc, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    words = ("--data", folder.name, "--epochs", "1", "--batch", "8", "--runs", "runs", "--name", "x", "--device", "cpu")
    assert convcalc("train", "lenet-cassava", *words).code == 0
    runs = folder.parent / "runs"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    (runs / "x" / "mistakes.png").unlink()
    assert convcalc("report", "x", "--runs", str(runs)).code == 0
    assert (runs / "x" / "mistakes.png").is_file()
    assert "finished" in convcalc("train", "--resume", "x", "--runs", str(runs), "--lang", "en").out
    shutil.rmtree(folder)
    assert convcalc("report", "x", "--runs", str(runs)).code == 0
    assert "mistakes.png" in (runs / "x" / "report.md").read_text()  # as it was drawn before


def test_the_test_set_is_not_shown_before_the_end(convcalc: Convcalc, tmp_path: Path) -> None:
    steps = 0

    def stop() -> bool:
        nonlocal steps
        steps += 1
        return steps >= 3

    trained(tmp_path, stop=stop, name="x", batch=128, epochs=5)
    assert convcalc("report", "x", "--runs", str(tmp_path / "runs"), "--lang", "en").code == 0
    left = {path.name for path in (tmp_path / "runs" / "x").iterdir()}
    assert "mistakes.png" not in left
    assert "Unfinished" in (tmp_path / "runs" / "x" / "report.md").read_text()


def test_one_damaged_run_does_not_hide_the_others(convcalc: Convcalc, tmp_path: Path) -> None:
    trained(tmp_path, name="good", epochs=1)
    (tmp_path / "runs" / "bad").mkdir()
    (tmp_path / "runs" / "bad" / "config.json").write_text("{")
    (tmp_path / "runs" / "worse").mkdir()
    (tmp_path / "runs" / "worse" / "config.json").write_text((tmp_path / "runs" / "good" / "config.json").read_text())
    (tmp_path / "runs" / "worse" / "summary.json").write_text("{}")
    ran = convcalc("runs", "--runs", str(tmp_path / "runs"), "--lang", "en")
    assert ran.code == 3
    assert "good" in ran.out
    assert ran.err.count("is damaged") == 2
    ran = convcalc("runs", "--runs", str(tmp_path / "runs"), "--curves", str(tmp_path / "all.svg"), "--lang", "en")
    assert (ran.code, "PNG" in ran.err) == (2, True)
    assert not (tmp_path / "all.svg").exists()


def test_names_of_classes_as_people_write_them(tmp_path: Path) -> None:
    """Long ones, dollars, more than have room: drawn without a warning, which would fail the test."""
    from convcalc.train import pictures

    names = ["bệnh khảm lá sắn (Cassava Mosaic Disease) nặng", "giá $5 và $10", *map(str, range(40))]
    for count in (2, 20, 42):
        table = np.eye(count, dtype=int) * 3
        assert pictures.png(pictures.confusion(table.tolist(), names[:count], "vi"))
    shown = [(np.zeros((1, 8, 8), np.float32), names[0], names[1], 0.5)] * 7
    assert pictures.png(pictures.mistakes(shown, "vi"))
    history = [{"epoch": 1, "validation_accuracy": 0.5}, {"epoch": 2, "validation_accuracy": 0.7}]
    assert pictures.png(pictures.lines({f"run {i} $x$": history for i in range(45)}, "vi"))
    assert pictures.png(pictures.lines({}, "en"))


def test_fresh_takes_away_nothing_else(tmp_path: Path) -> None:
    _, found = trained(tmp_path, name="x", epochs=1)
    (found.folder / "thesis.docx").write_text("mine")
    before = sorted(path.name for path in found.folder.iterdir())
    with found.held(), pytest.raises(ConvcalcError) as error:
        trained(tmp_path, name="x", epochs=2, fresh=True)
    assert error.value.kind == "run_busy"
    assert sorted(path.name for path in found.folder.iterdir()) == before
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path, name="x", epochs=2, fresh=True, init="x")
    assert error.value.kind == "run_other"
    assert sorted(path.name for path in found.folder.iterdir()) == before
    trained(tmp_path, name="x", epochs=2, fresh=True)
    assert (found.folder / "thesis.docx").read_text() == "mine"


def test_a_limit_takes_of_every_class(tmp_path: Path, folder: Path) -> None:
    from convcalc.train.data import Asked
    from convcalc.train.data.folders import read_tree

    data = read_tree(folder, Asked((3, 16, 16))).limited(10, 1)
    assert len(data.train) == 10
    assert set(data.train.y.tolist()) == set(range(5))


def test_what_is_frozen_learns_nothing_statistics_included(tmp_path: Path) -> None:
    values: dict[str, Any] = {"recipe": "resnet18-small", "limit": 20, "batch": 8, "epochs": 1}
    _, base = trained(tmp_path, name="base", **values)
    _, tuned = trained(tmp_path, name="tuned", init="base", freeze=True, seed=1, **values)
    old, new = weights(base), weights(tuned)
    changed_keys = [key for key in old if not torch.equal(old[key], new[key])]
    assert len(changed_keys) == 2
    assert all(new[key].shape[0] == 10 for key in changed_keys)


def test_every_sample_comes_once_even_with_fewer_than_processes() -> None:
    parts = [list(feed(pictures(101), (rank, 3)).epoch(0, 50)) for rank in range(3)]
    assert sum(batch.own for part in parts for batch in part) == 101
    assert [len(part) for part in parts] == [3, 3, 3]  # every process takes every step
    assert [part[-1].own for part in parts] == [1, 0, 0]


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


def test_a_missed_target_stays_missed(convcalc: Convcalc, tmp_path: Path) -> None:
    words = (
        "train",
        "lenet",
        "--data",
        "digits",
        "--limit",
        "300",
        "--runs",
        str(tmp_path),
        "--device",
        "cpu",
        "--epochs",
        "1",
        "--target-accuracy",
        "0.999",
    )
    assert [convcalc(*words).code for _ in range(2)] == [1, 1]


def test_resume_refuses_other_numbers(convcalc: Convcalc, tmp_path: Path) -> None:
    trained(tmp_path, name="x", epochs=1)
    runs = ("--runs", str(tmp_path / "runs"))
    ran = convcalc("train", "--resume", "x", "--epochs", "5", *runs)
    assert (ran.code, "epochs" in ran.err) == (2, True)
    assert convcalc("train", "--resume", "x", *runs).code == 0


def test_a_configuration_from_elsewhere(convcalc: Convcalc, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "config.json").write_text('{"a": 1}')
    for words in (("runs",), ("report", "x"), ("predict", "x", "y.png"), ("train", "--resume", "x")):
        ran = convcalc(*words, "--runs", str(tmp_path))
        assert (ran.code, "damaged" in ran.err) == (3, True)


def test_predict_sees_what_training_saw(convcalc: Convcalc, tmp_path: Path) -> None:
    """lenet5 takes 32×32 and is trained on 28×28 with a border: a picture file gets the same."""
    from PIL import Image

    from convcalc.train.data import Asked, sources
    from convcalc.train.measure import predictions
    from convcalc.train.report import opened

    _, found = trained(tmp_path, recipe="lenet5", name="x", epochs=2)
    data = sources()["digits"].load(Path(), Asked((1, 32, 32)))
    network = opened(found)
    scores, _ = predictions(network.network, network.feed(data.test.take(np.arange(5))))
    for i in range(5):
        path = tmp_path / f"{i}.png"
        Image.fromarray(data.test.x[i, 0]).save(path)
        ran = convcalc("predict", "x", str(path), "--runs", str(tmp_path / "runs"), "--json", "--top", "1")
        top = json.loads(ran.out)["classes"][0]
        assert top["probability"] == pytest.approx(float(scores[i].softmax(0).max()), abs=1e-5)


def test_the_whole_time_counts(tmp_path: Path) -> None:
    left = iter(range(10**6))
    trained(tmp_path, name="x", epochs=4, stop=lambda: next(left) >= 12)
    rest, _ = trained(tmp_path, name="x", epochs=4)
    assert rest["images_per_second"] > 0
    assert rest["seconds"] > 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("lnet",), 2, "'lnet'"),
        ((), 2, "say what to train"),
        (("lenet", "--epochs", "0"), 2, "--epochs"),
        (("lenet", "--lr", "-1"), 2, "--lr"),
        (("lenet", "--data", "nothing"), 3, "'nothing'"),
        (("lenet-cassava",), 2, "--data FOLDER"),
        (("textcnn", "--data", "digits"), 2, "textcnn"),
        (("lenet", "--data", "shapes"), 2, "shapes"),
        (("lenet", "--data", "digits", "--classes", "3"), 2, "--classes 3"),
        (("lenet", "--data", "digits", "--device", "cuda"), 3, "cuda"),
        (("lenet", "--data", "digits", "--init", "none"), 3, "'none'"),
        (("--resume", "none"), 3, "'none'"),
        (("lenet", "--data", "digits", "--runs", "/proc/x"), 3, "/proc/x"),
        (("lenet", "--data", "digits", "--data-dir", "/nowhere"), 3, "/nowhere"),
        (("lenet", "--data", "digits", "--freeze", "features"), 2, "--init RUN"),
        (("lenet", "--data", "digits", "--name", "../x"), 2, "'../x'"),
        (("lenet", "--data", "digits", "--name", ""), 2, "''"),
        (("lenet", "--data", "digits", "--threads", "100000"), 2, "--threads"),
        (("--resume", "none", "--fresh"), 2, "--fresh"),
        (("lenet", "--data", "digits", "--precision", "fp8"), 2, "fp8"),
        (("lenet", "--data", "digits", "--limit", "10"), 2, "too few samples"),
    ],
)  # fmt: skip
def test_bad_words(
    convcalc: Convcalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, said: str
) -> None:
    if "cuda" in words and torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    monkeypatch.chdir(tmp_path)
    for lang in ("en", "vi"):
        ran = convcalc("train", *words, "--lang", lang)
        assert ran.code == code, ran.err
        assert lang == "vi" or said in ran.err.replace("\n", " ")
        assert "Traceback" not in ran.err
        assert "convcalc itself" not in ran.err
    assert not list(tmp_path.glob("runs/*"))  # nothing is left of what never began


def test_the_list_of_recipes(convcalc: Convcalc) -> None:
    names = [one["name"] for one in json.loads(convcalc("train", "--list", "--json").out)]
    assert {
        "lenet",
        "lenet5",
        "textcnn",
        "digits20",
        "fcn",
        "mlp-fashion",
        "mlp-cifar",
        "cnn-cifar",
        "densenet121",
    } <= set(names)
    assert "fashion-mnist" in convcalc("train", "--list", "--lang", "vi").out


@real_data
def test_real_mnist_one_epoch_is_over_95_percent(tmp_path: Path) -> None:
    torch.set_num_threads(2)
    found, _ = trained(tmp_path, data="mnist", data_dir=str(REAL), epochs=1, limit=None, flavour="fast")
    assert found["test_accuracy"] > 0.95
