"""Which solution comes first: what a designer would try first.

In this order: no cell skipped (stride ≤ kernel), no window mostly on padding (2P ≤ kernel) and no kernel above 11×11, AlexNet's
largest; odd kernels in convolutions; under a budget the network whose smallest number of kernels is largest, then the one that uses
most of the budget; the same numbers on all axes, square inputs; no dilation; small kernels; padding that is nearest to half of the
kernel; small strides; then small numbers throughout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from convcalc.formula import Dim
from convcalc.layers import Conv, ConvT, Layer
from convcalc.layers.base import per_axis
from convcalc.rebuild import letters_of
from convcalc.shape import extent
from convcalc.solving.evaluated import Evaluated, evaluated
from convcalc.solving.needs import COUNTS, Need, Unknown
from convcalc.tracing import Trace

Rank: TypeAlias = "tuple[Any, ...]"

# The largest kernel that is tried for its own sake.
LARGEST = 11


class Order:
    """Ranks assignments (letters as inside formulas): the smaller a rank, the better."""

    def __init__(self, traced: Trace, unknowns: Sequence[Unknown], budget: Need | None) -> None:
        open_layers = {
            id(row.layer): (row.layer, len(row.input) - 1)
            for row in traced
            if isinstance(row.layer, Layer) and "kernel_size" in row.layer.tokens and letters_of(row.layer)
        }
        self.windows = [_Window(layer, axes) for layer, axes in open_layers.values()]
        self.sizes = [u.name for u in unknowns if u.role == "size"]
        self.counts = [u.name for u in unknowns if u.role in COUNTS]
        self.spent = None if budget is None else evaluated(budget.f)

    def rank(self, values: Mapping[str, int]) -> Rank:
        """What to sort by."""
        strange = evens = dilations = kernels = off_half = strides = 0
        uneven = len({values[name] for name in self.sizes if name in values})
        for window in self.windows:
            for k, s, p, d in (axis := window.at(values)):
                e = d * (k - 1) + 1
                strange += s > e or 2 * p > e or k > LARGEST
                evens += window.odd and k % 2 == 0
                dilations += d
                kernels += k
                off_half += abs(2 * p - (e - 1)) if window.padded else 0
                strides += s
            uneven += sum(len(set(of)) > 1 for of in zip(*axis, strict=True))
        fewest = min((values[name] for name in self.counts), default=0) if self.spent is not None else 0
        spent = 0 if self.spent is None else self.spent(values)
        return (strange, evens, -fewest, -spent, uneven, dilations, kernels, off_half, strides, sum(values.values()))


class _Window:
    """The kernel, stride, padding and dilation of a layer along its axes, as functions of the letters."""

    def __init__(self, layer: Layer, axes: int) -> None:
        self.odd = isinstance(layer, Conv)
        self.padded = not isinstance(layer, ConvT)
        x = (1,) * (axes + 1)
        kernel = per_axis(layer, "kernel_size", x, axes)

        def of(name: str, usual: tuple[Dim, ...]) -> tuple[Dim, ...]:
            return usual if getattr(layer, name, None) is None else per_axis(layer, name, x, axes)

        dilation = of("dilation", (1,) * axes)
        padding = getattr(layer, "padding", 0)
        if padding == "same":
            pads: tuple[Dim, ...] = tuple((extent(k, d) - 1) // 2 for k, d in zip(kernel, dilation, strict=True))
        else:
            pads = (0,) * axes if padding == "valid" else of("padding", (0,) * axes)
        self.axes: list[tuple[Evaluated, ...]] = [
            tuple(map(evaluated, axis)) for axis in zip(kernel, of("stride", kernel), pads, dilation, strict=True)
        ]

    def at(self, values: Mapping[str, int]) -> list[tuple[int, ...]]:
        return [tuple(part(values) for part in axis) for axis in self.axes]


def sensible(rank: Rank) -> bool:
    """Whether no cell is skipped, no window lies mostly on padding, and no kernel is huge."""
    return bool(rank[0] == 0)
