"""On a GPU: every recipe's steps are recorded and played back, nobody waits, the same bits again, and the memory is as estimated."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from convcalc.train import loop
from convcalc.train.graphs import Recorded, cuda_graph
from convcalc.train.recipes import RECIPES
from convcalc.train.run import Run
from convcalc.train.session import run
from training.runs import equal, options, trained, weights

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine"),
    pytest.mark.filterwarnings("ignore:Synchronization debug mode is a prototype"),
]
# Of the deep ones, which all are of the same layers, one of each kind.
SOME = [name for name in RECIPES if not name.startswith(("vgg", "resnet"))] + ["resnet18-small", "resnet50", "vgg-a-bn"]


@pytest.mark.parametrize("recipe", SOME)
def test_every_recipe_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reviews: Path, folder: Path, recipe: str
) -> None:  # fmt: skip
    data = {"ntc-scv": "auto", "shapes": "shapes", "": str(folder)}.get(RECIPES[recipe].data, "digits")
    said: list[Any] = []
    played = 0

    def watched(work: Callable[[], None]) -> Callable[[], None]:
        play = cuda_graph(work)

        def count() -> None:
            nonlocal played
            played += 1
            play()

        return count

    monkeypatch.setattr(loop, "Recorded", lambda step, size, told: Recorded(step, size, told, watched))
    values = {"recipe": recipe, "flavour": "fast", "data": data, "data_dir": str(reviews), "epochs": 2, "batch": 4}
    chosen = options(tmp_path, device="cuda", limit=40, **values)
    found = run(chosen, lambda *event: said.append(event), lambda: False)
    assert [event for event in said if event[0] == "not_recorded"] == []
    assert (played > 0) is (recipe != "textcnn")  # texts come as long as they are
    assert math.isfinite(found["test_loss"])
    assert found["made_on"]["precision"] == "bf16"


@pytest.mark.parametrize(
    "recipe", ["lenet", "alexnet", "resnet18-small"]
)  # alexnet has dropout and a limit for gradients
def test_steps_played_back_learn_what_steps_learn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recipe: str) -> None:
    values: dict[str, Any] = {"recipe": recipe, "flavour": "fast", "device": "cuda", "batch": 16, "limit": 300}
    _, played = trained(tmp_path, name="played", **values)
    monkeypatch.setattr(loop, "Recorded", lambda step, size, told: step)
    _, plain = trained(tmp_path, name="plain", **values)
    assert equal(weights(played), weights(plain))


def test_a_step_that_cannot_be_recorded_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = nn.functional.cross_entropy

    def waits(scores: Tensor, *given: Any, **named: Any) -> Tensor:
        if torch.cuda.is_current_stream_capturing():
            scores.sum().item()
        return whole(scores, *given, **named)

    monkeypatch.setattr(nn.functional, "cross_entropy", waits)
    said: list[Any] = []
    chosen = options(tmp_path, recipe="alexnet", device="cuda", batch=8, limit=100)
    assert run(chosen, lambda *event: said.append(event), lambda: False)["state"] == "done"
    (told,) = [values for event, values in said if event == "not_recorded"]
    assert "captur" in told["reason"]


@pytest.fixture
def waiting() -> Iterator[None]:
    yield
    torch.cuda.set_sync_debug_mode("default")


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("recipe", ["lenet", "digits20", "resnet18-small", "alexnet", "fcn"])
def test_a_gpu_trains_without_waiting_and_ends_with_the_same_bits(tmp_path: Path, recipe: str) -> None:
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

    trained(tmp_path, stop=stop, name="broken", **values)
    rest, two = trained(tmp_path, name="broken", **values)
    assert rest["state"] == "done"
    losses = [[line["train_loss"] for line in found.metrics()] for found in (one, two)]
    assert losses[0] == (pytest.approx(losses[1], rel=1e-6) if recipe == "fcn" else losses[1])  # of masks: see exact.py
    assert equal(weights(one), weights(two))


@pytest.mark.parametrize(
    ("recipe", "batch"), [("cnn-cifar", 256), ("resnet18-small", 256), ("down-max", 256), ("alexnet", 64)]
)
def test_the_memory_is_as_estimated(tmp_path: Path, recipe: str, batch: int) -> None:
    found, _ = trained(tmp_path, recipe=recipe, device="cuda", batch=batch, limit=6 * batch, epochs=1, name=recipe)
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
