"""What a step and a measurement work out, beside the same written out in torch."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from convcalc.train.data import Dataset, Split
from convcalc.train.feed import Feed
from convcalc.train.loop import Training, cast_of, reached, train
from convcalc.train.measure import Measured, measured
from convcalc.train.parallel import World
from convcalc.train.recipes import Setup
from convcalc.train.run import Run

CPU = torch.device("cpu")


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 20), nn.ReLU(), nn.Linear(20, 5)
    )  # fmt: skip


def split(count: int = 52) -> Split:
    rng = np.random.default_rng(1)
    return Split(rng.integers(0, 256, (count, 1, 8, 8)).astype(np.uint8), np.arange(count) % 5)


def training(folder: Path, module: nn.Module, setup: Setup, world: World | None = None, **values: Any) -> Training:
    feed = Feed(split(), CPU, (1, 8, 8), ([0.5], [0.25]), 3)
    run = Run(folder)
    run.make()
    return Training(module, module, setup, 3, CPU, feed, None, 5, run, world or World(), "fp32", {}, **values)


@pytest.mark.parametrize(
    "setup",
    [
        Setup(3, 16, 0.02, "adamw", "onecycle", 0.3, 0.1, clip=0.5),
        Setup(3, 16, 0.02, "sgd", "onecycle", 0.05, clip=0.1),
        Setup(3, 16, 0.02, "adam", "constant"),
    ],
    ids=lambda setup: setup.optimiser,
)
def test_a_training_is_what_one_would_write_out(tmp_path: Path, setup: Setup) -> None:
    module = network()
    own = copy.deepcopy(module)
    t = training(tmp_path / "run", module, setup)
    assert train(t) == "done"

    decayed = [p for name, p in own.named_parameters() if name in ("0.weight", "4.weight", "6.weight")]
    plain = [p for p in own.parameters() if all(p is not other for other in decayed)]
    groups = [{"params": decayed, "weight_decay": setup.weight_decay}, {"params": plain, "weight_decay": 0.0}]
    kinds: dict[str, Callable[..., torch.optim.Optimizer]] = {
        "adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": lambda groups, lr: torch.optim.SGD(groups, lr, 0.9, nesterov=True),
    }  # fmt: skip
    optimiser = kinds[setup.optimiser](groups, lr=setup.lr)
    total, step, norms = 12, 0, []
    for epoch in range(setup.epochs):
        for chosen in t.train.epoch(epoch, setup.batch):
            batch = t.train.prepared(chosen)
            rate = setup.lr
            if setup.schedule == "onecycle":  # 3 of 12 steps up, 9 down
                rate *= 0.04 + 0.96 * step / 3 if step < 3 else (1 + math.cos(math.pi * (step - 2) / 9)) / 2
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.zero_grad()
            F.cross_entropy(own(batch.x), batch.y, label_smoothing=setup.smoothing).backward()
            if setup.clip:
                norms.append(float(nn.utils.clip_grad_norm_(own.parameters(), setup.clip)))
            optimiser.step()
            step += 1
    assert step == total
    assert not setup.clip or max(norms) > setup.clip  # else it would show nothing
    for (name, a), b in zip(module.state_dict().items(), own.state_dict().values(), strict=True):
        assert torch.allclose(a.float(), b.float(), rtol=1e-4, atol=1e-5), name


def test_every_step_and_process_leaves_out_cells_of_its_own(tmp_path: Path) -> None:
    seen: dict[int, list[Tensor]] = {}
    for rank in (0, 1):
        module = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(64, 5))
        module[1].register_forward_hook(lambda part, args, y, rank=rank: seen.setdefault(rank, []).append((y == 0)[:4]))  # type: ignore[misc]
        t = training(tmp_path / str(rank), module, Setup(2, 16, 1e-3), World(rank, 1))
        t.train.x.fill_(255)
        train(t)
    masks = [mask for rank in (0, 1) for mask in seen[rank]]
    assert len(masks) == 16
    assert all(0.3 < float(mask.float().mean()) < 0.7 for mask in masks)
    assert not any(torch.equal(a, b) for i, a in enumerate(masks) for b in masks[:i])


def test_the_target_of_masks_is_of_intersection_over_union() -> None:
    history = [{"validation_accuracy": 0.95, "validation_iou": 0.6}]
    for masks, met in ((True, False), (False, True)):
        assert reached(SimpleNamespace(history=history, target=0.8, masks=masks)) is met  # type: ignore[arg-type]


def test_intersection_over_union_by_hand() -> None:
    table = torch.tensor([[3.0, 1, 0], [2, 4, 0], [0, 0, 0]], dtype=torch.float64)
    found = Measured(0.0, table)
    assert found.mean_iou == pytest.approx((3 / 6 + 4 / 7) / 2)  # the third class is nowhere
    assert found.accuracy == pytest.approx(0.7)
    assert found.most_common == pytest.approx(0.6)


@pytest.mark.parametrize("classes", [5, 40])  # the table is smaller, and larger, than a batch
def test_the_table_and_the_surest_mistakes(classes: int) -> None:
    module = nn.Sequential(nn.Flatten(), nn.Linear(64, classes))
    data = split(203)
    feed = Feed(data, CPU, (1, 8, 8), ([0.5], [0.25]), 0, at_once=30)
    found = measured(module, feed, classes, World(), cast_of("fp32", CPU), worst=7)
    with torch.no_grad():
        shares = module((torch.from_numpy(data.x) / 255 - 0.5) / 0.25).softmax(1)
    sure, taken = shares.max(1)
    table = np.zeros((classes, classes))
    for label, answer in zip(data.y, taken.tolist(), strict=True):
        table[label, answer] += 1
    assert (found.confusion.numpy() == table).all()
    wrong = sorted((i for i in range(203) if taken[i] != data.y[i]), key=lambda i: -float(sure[i]))[:7]
    assert [(i, j) for i, j, _ in found.worst] == [(i, int(taken[i])) for i in wrong]
    assert [p for *_, p in found.worst] == pytest.approx([float(sure[i]) for i in wrong], abs=1e-5)
    assert measured(module, feed, classes, World(), cast_of("fp32", CPU)).worst == []
    all_wrong = measured(module, feed, classes, World(), cast_of("fp32", CPU), worst=203).worst
    assert sorted(i for i, *_ in all_wrong) == [i for i in range(203) if taken[i] != data.y[i]]


def test_whatever_makes_a_set_another_changes_its_checksum() -> None:
    parts = [split(20), split(10), split(8)]
    data = Dataset("x", ("a", "b"), parts[0], parts[1], parts[2])
    other = [replace(part, y=part.y[::-1].copy()) for part in parts]
    found = {
        data.checksum(), replace(data, train=other[0]).checksum(), replace(data, test=other[1]).checksum(),
        replace(data, validation=other[2]).checksum(), replace(data, validation=None).checksum(), replace(data, classes=("a", "c")).checksum(),
        replace(data, words=("a",)).checksum(), replace(data, train=replace(parts[0], x=parts[0].x ^ 1)).checksum(),
    }  # fmt: skip
    assert len(found) == 8
    assert Dataset("y", ("a", "b"), *[split(n) for n in (20, 10, 8)]).checksum() == data.checksum()
