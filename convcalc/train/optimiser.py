"""The optimiser of a training, and the rate of every step."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn, optim

from convcalc.train.recipes import Setup

# With fewer steps than this there is only the way down.
FEW = 8


def learning_rate(setup: Setup, step: int, total: int) -> float:
    """Of a step from 0 to total − 1. onecycle (Smith 2018): a quarter of the way up in a line, then down a cosine to nothing."""
    if setup.schedule == "constant":
        return setup.lr
    if total < FEW:  # no time for a way up
        return setup.lr * 0.5 * (1 + math.cos(math.pi * step / total))
    rise = max(1, round(total * 0.25))
    if step < rise:
        return setup.lr * (0.04 + 0.96 * step / rise)
    return setup.lr * 0.5 * (1 + math.cos(math.pi * (step - rise + 1) / max(1, total - rise)))


def set_rate(optimiser: optim.Optimizer, rate: float) -> None:
    """The rate of the next step, where a step that is played back looks for it."""
    groups = optimiser.param_groups
    if isinstance(groups[0]["lr"], Tensor):  # one for all groups
        groups[0]["lr"].fill_(rate)
        return
    for group in groups:
        group["lr"] = rate


def optimiser_of(module: nn.Module, setup: Setup, device: torch.device, recorded: bool) -> optim.Optimizer:
    """Of all that learns; `recorded`: its steps will be played back."""
    learned = [p for p in module.parameters() if p.requires_grad]
    # biases and the numbers of normalisations are not pulled to zero
    decayed = [p for p in learned if p.ndim > 1]
    rest = [p for p in learned if p.ndim <= 1]
    groups = [
        {"params": part, "weight_decay": decay} for part, decay in ((decayed, setup.weight_decay), (rest, 0.0)) if part
    ]
    # a step that is played back reads the rate where it was when the step was recorded; other steps too, since it is rounded there
    there = recorded or device.type == "cuda"
    lr = torch.tensor(setup.lr, device=device) if there else setup.lr
    if setup.optimiser == "sgd":
        return optim.SGD(groups, lr=lr, momentum=0.9, nesterov=True, fused=True)
    made = optim.AdamW if setup.optimiser == "adamw" else optim.Adam
    return made(groups, lr=lr, fused=True, capturable=there)
