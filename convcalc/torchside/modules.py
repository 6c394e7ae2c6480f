"""The few torch modules that torch itself does not have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from convcalc.layers.merge import Merge
from convcalc.layers.shared import Measured

# How a network sends a value through its parts, with what branches make together: `combine.drive`, given its network.
Run = Callable[[Tensor, Callable[[Any, Tensor], Tensor], Callable[[Merge, Any, list[Tensor]], Tensor]], Tensor]


class Negated(nn.Module):
    """−f(−x): a max pooling inside makes a min pooling."""

    def __init__(self, inside: nn.Module) -> None:
        super().__init__()
        self.inside = inside

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = -self.inside(-x)
        return out


class BiasPerPosition(nn.Module):
    """x + b with a learned b of the shape of one input."""

    def __init__(self, shape: tuple[Any, ...]) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(shape))

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[1:] != self.bias.shape:
            raise ValueError(f"the bias is for {tuple(self.bias.shape)}, the input is {tuple(x.shape[1:])}")
        return x + self.bias


class Transposed(nn.Module):
    """Two axes swapped; axis 0 is the batch."""

    def __init__(self, dim0: int, dim1: int) -> None:
        super().__init__()
        self.dims = (dim0, dim1)

    def forward(self, x: Tensor) -> Tensor:
        # A copy with plain strides, also where an axis is 1: torch 2.13 convolutions crash on what `contiguous` lets pass there.
        return x.transpose(*self.dims).clone(memory_format=torch.contiguous_format)


class Permuted(nn.Module):
    """The axes in another order; axis 0 is the batch."""

    def __init__(self, order: list[int]) -> None:
        super().__init__()
        self.order = order

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(*self.order).clone(memory_format=torch.contiguous_format)


class Squeezed(nn.Module):
    """One axis less; it must be of size 1, where torch would leave it."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[self.dim] != 1:
            raise ValueError(f"axis {self.dim} of {tuple(x.shape)} is not 1")
        return x.squeeze(self.dim)


class Reshaped(nn.Module):
    """The same values in another shape, the batch apart."""

    def __init__(self, shape: tuple[Any, ...]) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], *self.shape)


class Unpooled(nn.Module):
    """nn.MaxUnpool with every value put in the first cell of its window."""

    def __init__(self, axes: tuple[Any, ...]) -> None:
        super().__init__()
        self.axes = axes
        _, kernel, stride, padding = zip(*axes, strict=True)
        kind: Any = {1: nn.MaxUnpool1d, 2: nn.MaxUnpool2d, 3: nn.MaxUnpool3d}[len(axes)]
        self.unpool = kind(kernel, stride, padding)

    def forward(self, x: Tensor) -> Tensor:
        places = torch.zeros(x.shape, dtype=torch.int64, device=x.device)
        for i, (m, k, s, p) in enumerate(self.axes):
            size = (m - 1) * s - 2 * p + k
            first = torch.clamp(torch.arange(m, device=x.device) * s - p, 0, size - 1)
            places = places * size + first.view([-1] + [1] * (len(self.axes) - 1 - i))
        out: Tensor = self.unpool(x, places)
        return out


class Flowing(nn.Module):
    """A network with branches, run along its own `flow`; like convcalc, it does not stretch unequal summands."""

    def __init__(self, run: Run, parts: list[nn.Module], measured: list[nn.Module]) -> None:
        super().__init__()
        self.run = run
        self.parts = nn.ModuleList(parts)
        self.measured = nn.ModuleList(measured)

    def forward(self, x: Tensor) -> Tensor:
        remaining = iter(self.parts)
        return self.run(x, lambda _layer, value: next(remaining)(value), _merged)


def _merged(how: Merge, _net: Any, xs: list[Tensor]) -> Tensor:
    if how.name == "cat":
        return torch.cat(xs, dim=1)
    if isinstance(how, Measured):
        if how.run is None:
            raise RuntimeError(f"{how.name} cannot be run again")
        out: Tensor = how.run(list(xs))
        return out
    first, *rest = xs
    for other in rest:
        if how.name == "add" and other.shape != first.shape:
            raise RuntimeError(f"unequal summands {tuple(first.shape)} and {tuple(other.shape)}")
        first = first + other if how.name == "add" else first * other
    return first
