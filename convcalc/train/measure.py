"""What a network reaches on a split: loss and the table of classes against predictions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from convcalc.train.feed import Feed, moved
from convcalc.train.parallel import World


@dataclass(frozen=True)
class Measured:
    """`confusion[i, j]`: how many of class i were taken for class j (pixels, for masks).

    `worst`: the samples that were surest taken for another class, where they were asked for: (place in the split, class taken, probability).
    """

    loss: float
    confusion: Tensor
    worst: list[tuple[int, int, float]] = field(default_factory=list)

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
    module: nn.Module,
    feed: Feed,
    classes: int,
    world: World,
    cast: Callable[[], AbstractContextManager[None]],
    worst: int = 0,
) -> Measured:
    """Every sample once, whatever the number of processes; with the `worst` mistakes, which only classes of whole samples have."""
    module.eval()
    loss = torch.zeros((), dtype=torch.float64, device=feed.device)
    table = torch.zeros(classes * classes, dtype=torch.float64, device=feed.device)
    wrong: list[Tensor] = []
    with torch.no_grad():
        for places, batch in feed.in_order():
            with cast():
                scores = module(batch.x)
            scores = scores.float()
            loss += F.cross_entropy(scores, batch.y, reduction="sum").double()
            found = scores.argmax(1)
            pairs = (batch.y * classes + found).reshape(-1)
            if len(pairs) < classes * classes:  # where a table for every batch would be most of the work
                table.index_add_(0, pairs, torch.ones_like(pairs, dtype=table.dtype))
            else:
                table += torch.bincount(pairs, minlength=classes * classes).double()
            if worst and scores.ndim == 2:
                sure = torch.where(found == batch.y, -1.0, scores.softmax(1).amax(1))
                share, which = sure.topk(min(worst, len(sure)))
                wrong.append(torch.stack([moved(places, feed.device)[which], found[which], share.double()]))
    module.train()
    table, loss = world.summed(table), world.summed(loss)
    count = float(table.sum())
    candidates = world.gathered([row for rows in wrong for row in rows.t().tolist() if row[2] >= 0])
    found_worst = sorted(
        ((int(at), int(taken), share) for at, taken, share in candidates), key=lambda one: (-one[2], one[0])
    )
    return Measured(float(loss) / max(count, 1.0), table.view(classes, classes).cpu(), found_worst[:worst])


def scores_of(module: nn.Module, feed: Feed) -> Tensor:
    """What the network says of every sample (N, classes, …), in their order, on the CPU; for one process."""
    scores, places = [], []
    module.eval()
    with torch.no_grad():
        for at, batch in feed.in_order():
            scores.append(module(batch.x).float().cpu())
            places.append(at)
    return torch.cat(scores)[torch.cat(places).argsort()]
