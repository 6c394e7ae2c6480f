"""Which solution comes first: what a designer would try first.

In this order: no cell skipped (stride ≤ kernel), no window mostly on padding (2P ≤ kernel) and no kernel above 11×11, AlexNet's
largest; odd kernels in convolutions; the same numbers on all axes, square inputs; no dilation; small kernels; padding that is
nearest to half of the kernel; small strides; then small numbers throughout. Under a budget of parameters or multiply-adds, the network whose smallest number
of kernels is largest comes first, then the one that uses most of the budget.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from convcalc.formula import Formula
from convcalc.layers import Conv, ConvT, Layer
from convcalc.rebuild import letters_of, put_in
from convcalc.shape import whole
from convcalc.tracing import Trace

Rank = tuple[Any, ...]

# The largest kernel that is tried for its own sake.
LARGEST = 11


def open_windows(traced: Trace) -> list[tuple[Layer, int]]:
    """The layers with a kernel that have letters in them, and the number of their spatial axes; each once."""
    found = {
        id(row.layer): (row.layer, len(row.input) - 1)
        for row in traced
        if isinstance(row.layer, Layer) and "kernel_size" in row.layer.tokens and letters_of(row.layer)
    }
    return list(found.values())


def rank(windows: Sequence[tuple[Layer, int]], sizes: Sequence[str], values: Mapping[str, int]) -> Rank:
    """What to sort by: the smaller, the better; `values` are the letters' inside formulas, `sizes` those of the input."""
    odd_looking = evens = dilations = kernels = off_half = strides = 0
    uneven = len({values[name] for name in sizes})
    for layer, axes in windows:
        one = put_in(layer, values)
        fields = [_axes(one, name, axes) for name in ("kernel_size", "stride", "padding", "dilation")]
        for k, s, p, d in zip(*fields, strict=True):
            extent = d * (k - 1) + 1
            odd_looking += s > extent or 2 * p > extent or k > LARGEST
            evens += isinstance(one, Conv) and k % 2 == 0
            dilations += d
            kernels += k
            off_half += 0 if isinstance(one, ConvT) else abs(2 * p - (extent - 1))
            strides += s
        uneven += sum(len(set(of)) > 1 for of in fields)
    return odd_looking, evens, uneven, dilations, kernels, off_half, strides, sum(values.values())


def sensible(ranked: Rank) -> bool:
    """Whether no cell is skipped, no window lies mostly on padding, and no kernel is huge."""
    return bool(ranked[0] == 0)


def _axes(layer: Layer, name: str, axes: int) -> list[int]:
    value = getattr(layer, name, None)
    if value is None:  # a pool's stride is its kernel; a layer without dilation has 1
        value = layer.kernel_size if name == "stride" else 1  # type: ignore[attr-defined]
    if isinstance(value, str):  # 'same' and 'valid' are what they are meant to be
        value = 0
    several = value if isinstance(value, tuple) else (value,) * axes
    return [whole(n.at({}) if isinstance(n, Formula) else n) for n in several]
