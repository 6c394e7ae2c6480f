"""What a network reaches on a split: loss and the table of classes against predictions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from convcalc.train.feed import Feed
from convcalc.train.parallel import World


@dataclass(frozen=True)
class Measured:
    """`confusion[i, j]`: how many of class i were taken for class j (pixels, for masks)."""

    loss: float
    confusion: Tensor

    @property
    def accuracy(self) -> float:
        return float(self.confusion.diagonal().sum() / self.confusion.sum())

    @property
    def most_common(self) -> float:
        """The share of the largest class, which whoever always answers with it gets right."""
        return float(self.confusion.sum(1).max() / self.confusion.sum())

    @property
    def mean_iou(self) -> float:
        """The mean over the classes of intersection over union."""
        both = self.confusion.diagonal()
        either = self.confusion.sum(0) + self.confusion.sum(1) - both
        return float((both / either.clamp(min=1))[either > 0].mean())


def measured(
    module: nn.Module, feed: Feed, classes: int, world: World, cast: Callable[[], AbstractContextManager[None]]
) -> Measured:
    """Every sample once, whatever the number of processes."""
    module.eval()
    loss = torch.zeros((), dtype=torch.float64, device=feed.device)
    table = torch.zeros(classes * classes, dtype=torch.float64, device=feed.device)
    with torch.no_grad():
        for _, batch in feed.in_order():
            with cast():
                scores = module(batch.x)
            scores = scores.float()
            loss += F.cross_entropy(scores, batch.y, reduction="sum").double()
            found = scores.argmax(1).reshape(-1)
            pairs = batch.y.reshape(-1) * classes + found
            table += torch.bincount(pairs, minlength=classes * classes).double()
    module.train()
    table, loss = world.summed(table), world.summed(loss)
    count = float(table.sum())
    return Measured(float(loss) / max(count, 1.0), table.view(classes, classes).cpu())


def predictions(module: nn.Module, feed: Feed) -> tuple[Tensor, Tensor]:
    """The scores (N, classes) of every sample and the loss of each, in their order, on the CPU; for one process."""
    scores, losses, places = [], [], []
    module.eval()
    with torch.no_grad():
        for at, batch in feed.in_order():
            found = module(batch.x).float()
            losses.append(F.cross_entropy(found, batch.y, reduction="none").flatten(1).mean(1).cpu() if found.ndim > 2 else F.cross_entropy(found, batch.y, reduction="none").cpu())  # fmt: skip
            scores.append(found.cpu())
            places.append(at)
    order = torch.cat(places).argsort()
    return torch.cat(scores)[order], torch.cat(losses)[order]
