"""Small changes to pictures in training, drawn for a whole batch on the CPU and applied where the pictures are."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor
from torch.nn import functional as F

# (pictures (N, C, H, W) uint8 or float, the amount, the draws of these pictures (N, 4) from 0 to 1) → pictures
Change: TypeAlias = Callable[[Tensor, float, Tensor], Tensor]
CHANGES: dict[str, Change] = {}


def change(name: str) -> Callable[[Change], Change]:
    """Make a function what that name in a recipe stands for."""

    def register(made: Change) -> Change:
        CHANGES[name] = made
        return made

    return register


@change("shift")
def shift(x: Tensor, amount: float, draws: Tensor) -> Tensor:
    """Move every picture by up to so many cells each way; zeros come in."""
    reach = int(amount)
    n, _, height, width = x.shape
    moved = (draws[:, :2] * (2 * reach + 1)).long().clamp(max=2 * reach)
    padded = F.pad(x, (reach, reach, reach, reach))
    rows = moved[:, :1] + torch.arange(height, device=x.device)  # (N, H)
    columns = moved[:, 1:] + torch.arange(width, device=x.device)
    places = torch.arange(n, device=x.device)[:, None, None]
    # an index between two slices puts its axes first: (N, H, W, C)
    return padded[places, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


@change("flip")
def flip(x: Tensor, amount: float, draws: Tensor) -> Tensor:
    """Mirror left and right, with that probability."""
    chosen = draws[:, 2] < amount
    return torch.where(chosen[:, None, None, None], x.flip(3), x)


@change("turn")
def turn(x: Tensor, amount: float, draws: Tensor) -> Tensor:
    """Turn by up to so many degrees either way, and scale by up to a tenth; pictures of floats."""
    x = x.float()
    angle = (draws[:, 3] * 2 - 1) * math.radians(amount)
    scale = 0.9 + 0.2 * draws[:, 2]
    cos, sin, zero = torch.cos(angle) * scale, torch.sin(angle) * scale, torch.zeros_like(angle)
    matrix = torch.stack([torch.stack([cos, -sin, zero], 1), torch.stack([sin, cos, zero], 1)], 1)
    grid = F.affine_grid(matrix, list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def changed(x: Tensor, changes: tuple[tuple[str, float], ...], draws: Tensor) -> Tensor:
    """All changes in their order, each with draws of its own: draws (N, len(changes), 4)."""
    for i, (name, amount) in enumerate(changes):
        x = CHANGES[name](x, amount, draws[:, i])
    return x
