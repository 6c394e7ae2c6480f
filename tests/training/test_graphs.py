"""What a GPU plays back: that the recorded step is given each batch, and that no step has anything in it that cannot be recorded."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from convcalc.train import loop, session
from convcalc.train.feed import Chosen
from convcalc.train.graphs import WARM, Ahead, Recorded, recordable
from convcalc.train.recipes import RECIPES
from training.runs import equal, trained, weights

Work = Callable[[], None]


class Tape:
    """Stands where CUDA is: records without running, and runs the same on the same tensors when it is played."""

    def __init__(self) -> None:
        self.recorded = self.played = 0

    def __call__(self, work: Work) -> Work:
        self.recorded += 1

        def play() -> None:
            self.played += 1
            work()

        return play


def test_the_recorded_step_is_given_each_batch() -> None:
    seen: list[tuple[list[int], float]] = []
    addresses = set()
    tape = Tape()

    def step(chosen: Chosen) -> None:
        assert chosen.draws is not None
        seen.append((chosen.places.tolist(), float(chosen.draws)))
        addresses.add((chosen.places.data_ptr(), chosen.draws.data_ptr()))

    found = Recorded(step, 2, lambda *_: None, tape)
    given = [([i, i + 1] if i != 6 else [i], i / 10) for i in range(12)]  # one is smaller
    kept = [Chosen(torch.tensor(places), torch.tensor(draw), len(places), len(places)) for places, draw in given]
    for chosen in kept:
        found(chosen)
    assert [places for places, _ in seen] == [places for places, _ in given]
    assert [draw for _, draw in seen] == pytest.approx([draw for _, draw in given])
    assert (tape.recorded, tape.played) == (1, 12 - WARM - 1)
    assert len(addresses) == WARM + 1 + 1  # those before, the smaller one, and all that were played


def test_a_step_that_cannot_be_recorded_is_told_and_taken(tmp_path: Path) -> None:
    seen, said = [], []

    def fails(work: Work) -> Work:
        raise RuntimeError("operation not permitted when stream is capturing\nmore")

    found = Recorded(lambda chosen: seen.append(chosen.own), 2, lambda *event: said.append(event), fails)
    for _ in range(8):
        found(Chosen(torch.zeros(2).long(), None, 2, 2))
    assert seen == [2] * 8
    assert said == [("not_recorded", {"reason": "operation not permitted when stream is capturing"})]

    def full(work: Work) -> Work:
        raise torch.OutOfMemoryError("full")

    found = Recorded(lambda chosen: None, 2, lambda *event: said.append(event), full)
    chosen = Chosen(torch.zeros(2).long(), None, 2, 2)
    for _ in range(WARM):
        found(chosen)
    found(chosen)  # a step by itself may fit
    assert said[1:] == [("not_recorded", {"reason": "full"})]


def test_a_recording_that_fails_leaves_nothing() -> None:
    class Tensors:
        pass

    left: list[weakref.ref[Tensors]] = []

    def fails(work: Work) -> Work:
        held = Tensors()
        left.append(weakref.ref(held))
        try:
            raise RuntimeError("operation not permitted when stream is capturing")
        finally:
            raise RuntimeError("operation failed due to a previous error during capture")

    said: list[Any] = []
    found = Recorded(lambda chosen: None, 2, lambda *event: said.append(event), fails)
    gc.disable()
    try:
        for _ in range(WARM + 1):
            found(Chosen(torch.zeros(2).long(), None, 2, 2))
        assert left[0]() is None
    finally:
        gc.enable()
    assert said == [("not_recorded", {"reason": "operation not permitted when stream is capturing"})]


def test_what_is_recorded() -> None:
    gpu = torch.device("cuda")
    assert recordable(gpu, 1, True, 40, 80)
    assert not recordable(gpu, 1, True, 41, 80)  # a step must fit twice
    assert not recordable(gpu, 2, True, 1, 80)
    assert not recordable(gpu, 1, False, 1, 80)
    assert not recordable(torch.device("cpu"), 1, True, 1, 80)


@pytest.mark.parametrize("recipe", ["lenet", "resnet18-small"])  # Adam, and SGD with running statistics
def test_played_back_steps_learn_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recipe: str) -> None:
    values: dict[str, Any] = {"recipe": recipe, "flavour": "fast", "limit": 70, "batch": 10}
    monkeypatch.setattr(session, "recordable", lambda *_: True)
    monkeypatch.setattr(loop, "Recorded", lambda step, size, told: step)
    _, plain = trained(tmp_path, name="plain", **values)
    tape = Tape()
    monkeypatch.setattr(loop, "Recorded", lambda step, size, told: Recorded(step, size, told, tape))
    _, played = trained(tmp_path, name="played", **values)
    assert (tape.recorded, tape.played > 5) == (1, True)
    assert equal(weights(plain), weights(played))


class Recordable(TorchDispatchMode):
    """Refuses what a CUDA graph cannot hold: waiting for a value, shapes that hang on values, numbers that come from the CPU."""

    REFUSED = (
        "_local_scalar_dense",
        "nonzero",
        "equal",
        "masked_select",
        "_unique2",
        "unique_dim",
        "lift_fresh",
        "bincount",
    )

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func.overloadpacket.__name__
        masks = [one for one in (args[1] if name == "index" else ()) if one is not None and one.dtype == torch.bool]
        assert name not in self.REFUSED, name
        assert not masks, "an index of a mask, which has as many places as are true"
        return func(*args, **kwargs or {})


@pytest.mark.parametrize("refused", [lambda x: float(x.sum()), lambda x: x[x > 1], lambda x: x + torch.tensor([1.0])])
def test_what_cannot_be_recorded_is_seen(refused: Callable[[torch.Tensor], object]) -> None:
    with pytest.raises(AssertionError), Recordable():
        refused(torch.ones(3))


EVEN = [name for name in RECIPES if name != "textcnn" and not name.startswith(("vgg", "resnet", "densenet"))]


@pytest.mark.parametrize("recipe", [*EVEN, "resnet18-small", "vgg-a-bn"])
def test_no_step_waits_for_a_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path, recipe: str
) -> None:  # fmt: skip
    seen = 0

    def watched(step: Callable[[Chosen], None], size: int, told: object) -> Callable[[Chosen], None]:
        def take(chosen: Chosen) -> None:
            nonlocal seen
            seen += 1
            if seen == 1:  # in its first step the optimiser makes its state
                step(chosen)
                return
            with Recordable():
                step(chosen)

        return take

    monkeypatch.setattr(session, "recordable", lambda *_: True)
    monkeypatch.setattr(loop, "Recorded", watched)
    data = {"shapes": "shapes", "": str(folder)}.get(RECIPES[recipe].data, "digits")
    trained(tmp_path, recipe=recipe, flavour="fast", data=data, epochs=1, batch=4, limit=20)
    assert seen > 1


def test_no_more_than_a_few_steps_are_given_to_a_gpu_before_they_are_done() -> None:
    given: list[int] = []
    waited: list[int] = []

    class Event:
        def __init__(self) -> None:
            self.number = len(given)

        def record(self) -> None:
            given.append(self.number)

        def synchronize(self) -> None:
            waited.append(self.number)

    ahead = Ahead(torch.device("cuda"), Event)
    for step in range(20):
        ahead.step()
        assert len(given) - len(waited) == min(step + 1, Ahead.MOST)
    ahead.done()
    assert waited == given == list(range(20))
    ahead.done()
    cpu = Ahead(torch.device("cpu"), Event)
    cpu.step()
    cpu.done()
    assert len(given) == 20


def test_what_is_timed_has_been_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of an epoch, or of a part of one, is read when the device has done it."""
    happened: list[str] = []

    class Watched(Ahead):
        def step(self) -> None:
            happened.append("step")

        def done(self) -> None:
            happened.append("done")

    monkeypatch.setattr(loop, "Ahead", Watched)
    clock = loop.time.perf_counter

    def read() -> float:
        happened.append("clock")
        return clock()

    monkeypatch.setattr(loop.time, "perf_counter", read)
    trained(tmp_path, epochs=1, limit=300, batch=100)
    first, last = happened.index("step"), len(happened) - happened[::-1].index("step")
    assert "clock" in happened[:first]
    assert happened[last : last + 2] == ["done", "clock"]
