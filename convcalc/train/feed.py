"""Batches: the whole set on the device, an order for every epoch, and each process's share of every batch."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from convcalc.train.augment import changed
from convcalc.train.data import Split

# So many batches of texts are sorted by length together.
SORTED_TOGETHER = 40
EVALUATED_AT_ONCE = 1000
COUNTED_AT_ONCE = 4_000_000  # values, of which numpy makes int64


@dataclass(frozen=True)
class Chosen:
    """This process's share of a batch, before it is made ready: which samples, and the draws of what is done to them."""

    places: Tensor  # where the samples are: on the device or on the CPU
    draws: Tensor | None
    count: int  # of samples in all processes
    own: int  # of them here; 0 where a sample is there for its shape alone


@dataclass(frozen=True)
class Batch:
    """This process's share of a batch: what the network gets, and the labels."""

    x: Tensor
    y: Tensor


def generator(*numbers: int) -> torch.Generator:
    """Draws that depend on these numbers alone (SplitMix64 mixes them)."""
    state = 0x9E3779B97F4A7C15
    for number in numbers:
        state = (state ^ (number + 0x9E3779B97F4A7C15)) & (2**64 - 1)
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & (2**64 - 1)
        state ^= state >> 31
    return torch.Generator().manual_seed(state & (2**63 - 1))


class Feed:
    """The samples of a split, ready for a network that takes `shape`.

    Pictures stay uint8 on the device and become numbers in the step: (x/255 − mean)/deviation; those of another size are resized there.
    What does not fit stays a file that is read batch by batch.
    """

    def __init__(
        self,
        split: Split,
        device: torch.device,
        shape: tuple[int, ...],
        scaling: tuple[list[float], list[float]] | None,
        seed: int,
        share: tuple[int, int] = (0, 1),  # this process, and how many there are
        at_once: int = EVALUATED_AT_ONCE,
    ) -> None:
        self.at_once = at_once
        self.split, self.device, self.shape, self.seed = split, device, shape, seed
        self.rank, self.world = share
        self.mapped = isinstance(split.x, np.memmap)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a mapped file may not be written to; nobody does
            self.x = (
                torch.from_numpy(np.asarray(split.x)) if self.mapped else torch.from_numpy(split.x.copy()).to(device)
            )
        self.places = None if split.places is None else torch.from_numpy(split.places)
        self.y = torch.from_numpy(split.y.astype(np.int64)).to(device)
        self.lengths = None if split.lengths is None else torch.from_numpy(split.lengths.astype(np.int64))
        self.texts = split.lengths is not None
        if scaling is not None:
            mean, deviation = (torch.tensor(values, device=device).view(1, -1, 1, 1) for values in scaling)
            if shape[0] == 1:
                mean, deviation = mean.mean(1, keepdim=True), deviation.mean(1, keepdim=True)
            self.scale, self.offset = 1 / (255 * deviation), -mean / deviation

    def __len__(self) -> int:
        return len(self.split)

    def steps(self, batch: int) -> int:
        """Batches of an epoch."""
        return -(-len(self) // batch)

    @property
    def even(self) -> bool:
        """Whether batches of as many samples are tensors of the same shape, and all samples lie on the device."""
        return not self.texts and not self.mapped

    def epoch(
        self, epoch: int, batch: int, changes: tuple[tuple[str, float], ...] = (), first: int = 0
    ) -> Iterator[Chosen]:
        """The batches of an epoch from the first one that is wanted, each sample once; the order is the seed's and the epoch's."""
        order = torch.randperm(len(self), generator=generator(self.seed, epoch))
        parts = self._by_length(order, batch, epoch) if self.texts else _split(order, batch)
        chosen = (self._chosen(parts[step], epoch, step, changes) for step in range(first, len(parts)))
        # a GPU gets the numbers of the whole epoch at once: many small copies would cost more than a small network's steps
        return self._sent(list(chosen)) if self.device.type == "cuda" and self.even else chosen

    def _chosen(self, places: Tensor, epoch: int, step: int, changes: tuple[tuple[str, float], ...]) -> Chosen:
        own = places[self.rank :: self.world]
        if not len(
            own
        ):  # fewer samples are left than processes: this one takes a step with a sample that counts for nothing
            return Chosen(places[:1], None, len(places), 0)
        draws = None
        if changes:  # for the whole batch, so that every number of processes sees the same pictures
            draws = torch.rand((len(places), len(changes), 4), generator=generator(self.seed, epoch, step))
            draws = draws[self.rank :: self.world]
        return Chosen(own, draws, len(places), len(own))

    def _sent(self, chosen: list[Chosen]) -> Iterator[Chosen]:
        sizes = [len(one.places) for one in chosen]
        places = torch.split(moved(torch.cat([one.places for one in chosen]), self.device), sizes)
        drawn = [one.draws for one in chosen if one.draws is not None]
        draws = iter(torch.split(moved(torch.cat(drawn), self.device), [len(one) for one in drawn]) if drawn else ())
        for one, at in zip(chosen, places, strict=True):
            yield replace(one, places=at, draws=None if one.draws is None else next(draws))

    def prepared(self, chosen: Chosen, changes: tuple[tuple[str, float], ...] = ()) -> Batch:
        """The samples as the network takes them."""
        return Batch(self._x(chosen.places, changes, chosen.draws), self._y(chosen.places))

    def in_order(self, batch: int = 0) -> Iterator[tuple[Tensor, Batch]]:
        """This process's share of all samples, each once, with their places; texts of like length together."""
        batch = batch or self.at_once
        order = torch.arange(len(self))
        if self.lengths is not None:
            order = self.lengths.argsort(stable=True)
        for places in _split(order[self.rank :: self.world], batch):
            if len(places):
                yield places, Batch(self._x(places, (), None), self._y(places))

    def _by_length(self, order: Tensor, batch: int, epoch: int) -> list[Tensor]:
        """Batches of texts of like length, in any order."""
        assert self.lengths is not None
        parts: list[Tensor] = []
        for chunk in _split(order, batch * SORTED_TOGETHER):
            parts += _split(chunk[self.lengths[chunk].argsort(stable=True)], batch)
        return [parts[i] for i in torch.randperm(len(parts), generator=generator(self.seed, epoch, -1)).tolist()]

    def _y(self, places: Tensor) -> Tensor:
        return self.y.index_select(0, moved(places, self.device))

    def _x(self, places: Tensor, changes: tuple[tuple[str, float], ...], draws: Tensor | None) -> Tensor:
        if self.lengths is not None:
            longest = int(self.lengths[places].max())
            return self.x.index_select(0, moved(places, self.device))[:, :longest].long()
        if self.mapped:
            if self.places is not None:
                places = self.places[places]
            x = moved(self.x.index_select(0, places), self.device)
        else:
            x = self.x.index_select(0, moved(places, self.device))
        if draws is not None:
            x = changed(x, changes, moved(draws, self.device))
        # in place: all of this is the batch's own
        return fitted(x.float(), self.shape).mul_(self.scale).add_(self.offset)


def moved(value: Tensor, device: torch.device) -> Tensor:
    """On the device, without waiting for it."""
    if value.device.type == device.type:
        return value
    return value.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else value.to(device)


def _split(places: Tensor, size: int) -> list[Tensor]:
    return list(torch.split(places, size))


def fitted(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Pictures (N, C, H, W) for a network that takes `shape`: grey ones repeated, coloured ones averaged, others resized.

    A network for 32×32 gets MNIST's 28×28 with a border, as LeCun et al. padded it.
    """
    if x.shape[1] != shape[0]:
        x = x.repeat(1, shape[0], 1, 1) if x.shape[1] == 1 else x.mean(1, keepdim=True)
    if x.shape[2:] == shape[1:]:
        return x
    over = [shape[i] - x.shape[i + 1] for i in (1, 2)]
    if all(0 <= side <= 4 and side % 2 == 0 for side in over):
        return F.pad(x, (over[1] // 2, over[1] // 2, over[0] // 2, over[0] // 2))
    return F.interpolate(x, list(shape[1:]), mode="bilinear", antialias=True)


def scaling_of(split: Split, how: str) -> tuple[list[float], list[float]] | None:
    """(mean, deviation) of each channel of pictures from 0 to 1; None for texts."""
    if split.lengths is not None:
        return None
    channels = split.x.shape[1]
    if how == "half":
        return [0.5] * channels, [0.5] * channels
    # by counts of the 256 values: exact, and quick
    counts = np.zeros((channels, 256))
    once = max(1, COUNTED_AT_ONCE // split.x[0, 0].size)
    for i in range(0, len(split), once):
        rows = split.rows(slice(i, i + once))
        for c in range(channels):
            counts[c] += np.bincount(rows[:, c].reshape(-1), minlength=256)
    values = np.arange(256) / 255
    mean, deviation = [], []
    for seen in counts:
        m = float((seen * values).sum() / seen.sum())
        mean.append(round(m, 6))
        deviation.append(round(max(float(np.sqrt((seen * (values - m) ** 2).sum() / seen.sum())), 1e-3), 6))
    return mean, deviation
