"""Samples on their way to the network: order, shares, augmentation, scaling, and the schedules."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from convcalc.train.augment import CHANGES, changed
from convcalc.train.data import Split
from convcalc.train.feed import Batch, Feed, fitted, generator, scaling_of
from convcalc.train.optimiser import learning_rate
from convcalc.train.recipes import Setup


def pictures(count: int = 103, size: int = 8) -> Split:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (count, 1, size, size)).astype(np.uint8)
    x[:, 0, 0, 0] = np.arange(count)  # which picture it is
    return Split(x, np.arange(count) % 10)


def feed(split: Split, share: tuple[int, int] = (0, 1), seed: int = 3) -> Feed:
    return Feed(split, torch.device("cpu"), tuple(split.x.shape[1:]), ([0.0], [1 / 255]), seed, share)


def batches(
    found: Feed, epoch: int, size: int, changes: tuple[tuple[str, float], ...] = (), first: int = 0
) -> list[Batch]:
    return [found.prepared(chosen, changes) for chosen in found.epoch(epoch, size, changes, first)]


def test_every_sample_comes_once_an_epoch_in_the_order_of_seed_and_epoch() -> None:
    found = feed(pictures())
    orders = []
    for epoch in (0, 1, 0):
        seen = torch.cat([batch.x[:, 0, 0, 0] for batch in batches(found, epoch, 16)]).round().int().tolist()
        assert sorted(seen) == list(range(103))
        orders.append(seen)
    assert orders[0] == orders[2] != orders[1]
    assert (
        torch.cat([b.x[:, 0, 0, 0] for b in batches(feed(pictures(), seed=4), 0, 16)]).round().int().tolist()
        != orders[0]
    )


@pytest.mark.parametrize("changes", [(), (("shift", 2.0), ("flip", 0.5), ("turn", 10.0))])
def test_processes_share_every_batch(changes: tuple[tuple[str, float], ...]) -> None:
    whole = [batch.x for batch in batches(feed(pictures()), 2, 16, changes)]
    for rank in range(3):
        part = feed(pictures(), (rank, 3))
        for x, chosen in zip(whole, part.epoch(2, 16, changes), strict=True):
            assert torch.equal(part.prepared(chosen, changes).x, x[rank::3])
            assert (chosen.own, chosen.count) == (len(x[rank::3]), len(x))


def test_every_sample_comes_once_even_with_fewer_than_processes() -> None:
    parts = [list(feed(pictures(101), (rank, 3)).epoch(0, 50)) for rank in range(3)]
    assert sum(batch.own for part in parts for batch in part) == 101
    assert [len(part) for part in parts] == [3, 3, 3]  # every process takes every step
    assert [part[-1].own for part in parts] == [1, 0, 0]


def test_an_epoch_can_be_entered_in_the_middle() -> None:
    changes = (("shift", 2.0),)
    whole = [batch.x for batch in batches(feed(pictures()), 1, 16, changes)]
    rest = [batch.x for batch in batches(feed(pictures()), 1, 16, changes, first=4)]
    assert len(rest) == len(whole) - 4
    assert all(torch.equal(a, b) for a, b in zip(whole[4:], rest, strict=True))


def test_texts_come_with_others_of_their_length() -> None:
    lengths = np.random.default_rng(0).integers(1, 60, 400).astype(np.int32)
    x = np.zeros((400, 60), np.int32)
    for i, n in enumerate(lengths):
        x[i, :n] = 2 + i
    found = Feed(Split(x, np.zeros(400, np.int64), lengths), torch.device("cpu"), (60,), None, 0)
    seen, padding = [], 0
    for batch in batches(found, 0, 20):
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
    # a line up in 25 steps, and 75 down a cosine to nothing in the last
    assert rates[24] == pytest.approx(0.1 * (0.04 + 0.96 * 24 / 25))
    assert rates[25 + 36] == pytest.approx(0.05 * (1 + math.cos(math.pi * 37 / 75)))
    assert rates[-1] == pytest.approx(0.0, abs=1e-12)
    assert [learning_rate(cycle, i, 2) for i in range(2)] == pytest.approx([0.1, 0.05])  # none of a few is wasted


def test_each_change_has_draws_of_its_own() -> None:
    x = torch.from_numpy(pictures(20).x)
    draws = torch.rand((20, 2, 4), generator=generator(5))
    both = changed(x, (("shift", 2.0), ("flip", 0.5)), draws)
    assert torch.equal(both, CHANGES["flip"](CHANGES["shift"](x, 2.0, draws[:, 0]), 0.5, draws[:, 1]))
    assert not torch.equal(both, CHANGES["flip"](CHANGES["shift"](x, 2.0, draws[:, 0]), 0.5, draws[:, 0]))


def test_a_turn_has_an_angle_and_a_scale() -> None:
    x = torch.zeros(3, 1, 31, 31)
    x[:, :, 10:21, 10:21] = 1  # a square of 121 cells
    middle = torch.full((3, 4), 0.5)  # no angle, no scale
    assert torch.allclose(CHANGES["turn"](x, 90.0, middle), x, atol=1e-4)
    scaled, turned = middle.clone(), middle.clone()
    scaled[:, 2], turned[:, 3] = 0.0, 0.75
    found = CHANGES["turn"](x, 90.0, scaled)
    assert torch.allclose(found.sum((1, 2, 3)), torch.tensor(121 / 0.81), rtol=0.03)
    found = CHANGES["turn"](x, 90.0, turned)  # by 45°: as large, and another shape
    assert torch.allclose(found.sum((1, 2, 3)), torch.tensor(121.0), rtol=0.03)
    assert float((found - x).abs().amax()) > 0.5


def test_a_grey_network_sees_the_mean_of_the_colours() -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (6, 3, 8, 8)).astype(np.uint8)
    split = Split(x, np.zeros(6, np.int64))
    found = Feed(split, torch.device("cpu"), (1, 8, 8), ([0.1, 0.2, 0.6], [0.2, 0.3, 0.7]), 0)
    (_, batch), *_ = found.in_order()
    grey = torch.from_numpy(x).float().mean(1, keepdim=True)
    assert torch.allclose(batch.x, (grey / 255 - 0.3) / 0.4, atol=1e-5)


def test_the_scaling_is_that_of_all_values(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (50, 3, 8, 8)).astype(np.uint8)
    monkeypatch.setattr("convcalc.train.feed.COUNTED_AT_ONCE", 700)  # ten pictures at a time
    found = scaling_of(Split(x, np.zeros(50, np.int64)), "data")
    assert found is not None
    assert found[0] == pytest.approx((x / 255).mean((0, 2, 3)), abs=1e-6)
    assert found[1] == pytest.approx((x / 255).std((0, 2, 3)), abs=1e-6)
