"""On a GPU: every recipe's steps are recorded and played back, nobody waits, the same bits again, and the memory is as estimated."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from convcalc.train import loop
from convcalc.train.feed import Chosen
from convcalc.train.graphs import WARM, Recorded, cuda_graph
from convcalc.train.recipes import RECIPES
from convcalc.train.run import Run
from convcalc.train.session import run
from training.runs import environment, equal, options, trained, weights

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine"),
    pytest.mark.filterwarnings("ignore:Synchronization debug mode is a prototype"),
]
# Of the deep ones, which all are of the same layers, one of each kind.
SOME = [name for name in RECIPES if not name.startswith(("vgg", "resnet"))] + ["resnet18-small", "resnet50", "vgg-a-bn"]


class Plays:
    """How often a recorded step was played; a recording that fails, fails the test."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, step: Callable[[Chosen], None], size: int, told: object) -> Recorded:
        return Recorded(step, size, self.told, self.record)

    def told(self, event: str, values: dict[str, Any]) -> None:
        raise AssertionError(f"{event}: {values}")

    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        play = cuda_graph(work)

        def counted() -> None:
            self.count += 1
            play()

        return counted


@pytest.fixture
def plays(monkeypatch: pytest.MonkeyPatch) -> Plays:
    found = Plays()
    monkeypatch.setattr(loop, "Recorded", found)
    return found


@pytest.mark.parametrize("recipe", SOME)
def test_every_recipe_is_recorded(tmp_path: Path, plays: Plays, reviews: Path, folder: Path, recipe: str) -> None:
    data = {"ntc-scv": "auto", "shapes": "shapes", "": str(folder)}.get(RECIPES[recipe].data, "digits")
    values = {"recipe": recipe, "flavour": "fast", "data": data, "data_dir": str(reviews), "epochs": 2, "batch": 4}
    found, _ = trained(tmp_path, device="cuda", limit=40, **values)
    assert (plays.count > 0) is (recipe != "textcnn")  # texts come as long as they are
    assert math.isfinite(found["test_loss"])
    assert found["made_on"]["precision"] == "bf16"


@pytest.mark.parametrize(
    "recipe", ["lenet", "alexnet", "resnet18-small"]
)  # alexnet has dropout and a limit for gradients
def test_steps_played_back_learn_what_steps_learn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plays: Plays, recipe: str
) -> None:
    values: dict[str, Any] = {"recipe": recipe, "flavour": "fast", "device": "cuda", "batch": 16, "limit": 300}
    _, played = trained(tmp_path, name="played", **values)
    assert plays.count > 10
    monkeypatch.setattr(loop, "Recorded", lambda step, size, told: step)
    _, plain = trained(tmp_path, name="plain", **values)
    assert equal(weights(played), weights(plain))


WAITS = """
import sys
import torch
from torch.nn import functional as F
from convcalc.cli import main

whole = F.cross_entropy

def waits(scores, *given, **named):
    if torch.cuda.is_current_stream_capturing():
        scores.sum().item()
    return whole(scores, *given, **named)

F.cross_entropy = waits
main()
"""


def test_a_step_that_cannot_be_recorded_is_taken_as_it_is(tmp_path: Path) -> None:
    # in a process of its own: what a recording that fails has taken from the GPU, torch never gives back
    words = "train alexnet --data digits --device cuda --batch 8 --limit 100 --epochs 2 --json".split()
    ran = subprocess.run(
        [sys.executable, "-c", WAITS, *words, "--runs", str(tmp_path)], capture_output=True, text=True, env=environment(), check=False
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["epochs"] == 2
    (said,) = [line for line in ran.stderr.splitlines() if "cannot be recorded" in line]
    assert "captur" in ran.stderr[ran.stderr.index(said) :]


@pytest.fixture
def waiting() -> Iterator[None]:
    yield
    torch.cuda.set_sync_debug_mode("default")


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("recipe", ["lenet", "digits20", "resnet18-small", "alexnet", "fcn"])
def test_a_gpu_trains_without_waiting_and_ends_with_the_same_bits(tmp_path: Path, plays: Plays, recipe: str) -> None:
    data = "shapes" if recipe == "fcn" else "digits"
    values: dict[str, Any] = {
        "recipe": recipe, "flavour": "fast", "device": "cuda", "data": data, "batch": 32, "epochs": 2, "limit": 500,
    }  # fmt: skip
    _, one = trained(tmp_path, name="whole", **values)
    steps = 0

    def stop() -> bool:
        nonlocal steps
        steps += 1
        # a step is recorded between those, which waits
        torch.cuda.set_sync_debug_mode("error" if steps == 2 or 5 <= steps < 10 else "default")
        return steps == 10

    before = plays.count
    trained(tmp_path, stop=stop, name="broken", **values)
    assert plays.count - before == 10 - WARM
    rest, two = trained(tmp_path, name="broken", **values)
    assert rest["state"] == "done"
    losses = [[line["train_loss"] for line in found.metrics()] for found in (one, two)]
    assert losses[0] == (pytest.approx(losses[1], rel=1e-6) if recipe == "fcn" else losses[1])  # of masks: see exact.py
    assert equal(weights(one), weights(two))


@pytest.mark.parametrize(
    ("recipe", "batch"),
    [("cnn-cifar", 256), ("resnet18-small", 256), ("down-max", 256), ("down-interpolation", 256), ("alexnet", 64)],
)
def test_the_memory_is_as_estimated(tmp_path: Path, plays: Plays, recipe: str, batch: int) -> None:
    found, _ = trained(tmp_path, recipe=recipe, device="cuda", batch=batch, limit=6 * batch, epochs=2, name=recipe)
    assert plays.count > 0
    assert found["estimated_memory"] == pytest.approx(found["peak_memory"], rel=0.1)


@pytest.mark.parametrize(("first", "second"), [("cpu", "cuda"), ("cuda", "cpu")])
def test_a_run_goes_on_on_another_device(tmp_path: Path, first: str, second: str) -> None:
    steps = iter(range(100))
    trained(tmp_path, stop=lambda: next(steps) == 3, device=first, batch=32)
    said: list[str] = []
    chosen = options(tmp_path, device=second, batch=32)
    found = run(chosen, lambda event, values: said.append(event), lambda: False)
    assert {"resumed", "elsewhere"} <= set(said)
    assert found["state"] == "done"
    assert Run(chosen.folder).metrics()[-1]["epoch"] == 2
