"""One layer on given numbers, cell by cell, in exact arithmetic.

Windows run as in `window`: output o looks at the input from o·S − P on, D apart. A convolution is torch's: the kernel is not turned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product as every
from math import prod
from typing import Any

from convcalc.errors import ConvcalcError, ShapeError
from convcalc.layers import (
    AdaptiveAvg,
    AdaptiveMax,
    AvgPool,
    Conv,
    Dropout,
    Flatten,
    GlobalAvg,
    Identity,
    Layer,
    LeakyReLU,
    Linear,
    MaxPool,
    MinPool,
    Pad,
    ReLU,
)
from convcalc.layers.base import per_axis
from convcalc.numbers import Array, Number, simple, total
from convcalc.shape import show_shape, wholes


@dataclass(frozen=True)
class Cell:
    """One output cell: the values that were looked at, what each was multiplied with, and the bias."""

    index: tuple[int, ...]
    values: tuple[Number, ...]
    weights: tuple[Number, ...]  # none for pools
    bias: Number | None
    how: str  # "sum" of products, "max", "min" or "mean"
    divisor: int
    result: Number


@dataclass
class Weights:
    """The numbers of the one layer that has weights."""

    kernel: Array | None
    bias: Array | None
    used: bool = False


def _weights(layer: Layer, data: Array, weights: Weights) -> tuple[Array, list[Number]]:
    """The kernel in the layer's own shape, and a bias for every kernel."""
    layer.shape(data.shape)  # the layer's own complaints come first
    shapes = layer.weights(data.shape)
    wanted = wholes(shapes["weight"])
    assert weights.kernel is not None
    given = weights.kernel
    if _bare(given.shape) != _bare(wanted) or len(given.shape) > len(wanted):
        raise ConvcalcError("kernel_shape", expected=show_shape(wanted), found=show_shape(given.shape))
    count = wanted[0]
    bias: list[Number] = [0] * count
    if weights.bias is not None:
        if len(weights.bias.values) not in (1, count):
            raise ConvcalcError("bias_count", expected=count, found=len(weights.bias.values))
        bias = weights.bias.values * (count if len(weights.bias.values) == 1 else 1)
    return given.reshaped(wanted), bias


def _bare(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape without the axes of size 1 in front, which need not be written."""
    while len(shape) > 1 and shape[0] == 1:
        shape = shape[1:]
    return shape


# -- rules: (layer, data, weights) → (output, (padded input, cells) where there are windows) ------------------------

_Looked = tuple[Array | None, list[Cell]]
_Rule = Callable[[Any, Array, Weights], "tuple[Array, _Looked | None]"]


def _conv(layer: Conv, x: Array, weights: Weights) -> tuple[Array, _Looked | None]:
    kernel, bias = _weights(layer, x, weights)
    y = wholes(layer.shape(x.shape))
    n = len(x.shape) - 1
    size, stride, dilation = (
        wholes(per_axis(layer, name, x.shape, n)) for name in ("kernel_size", "stride", "dilation")
    )
    padding = [(int(a), int(b)) for a, b in layer._paddings(x.shape, n)]  # type: ignore[arg-type]
    padded = pad(x, padding, layer.padding_mode)
    groups = x.shape[0] // kernel.shape[1]
    each = y[0] // groups
    cells = []
    for out in range(y[0]):
        channels = range((out // each) * kernel.shape[1], (out // each + 1) * kernel.shape[1])
        factors = kernel.values[out * prod(kernel.shape[1:]) : (out + 1) * prod(kernel.shape[1:])]
        for place in every(*map(range, y[1:])):
            starts = [o * s for o, s in zip(place, stride, strict=True)]
            offsets = every(*(range(a, a + d * k, d) for a, d, k in zip(starts, dilation, size, strict=True)))
            where = list(offsets)
            values = [padded.at((c, *w)) for c in channels for w in where]
            result = total(v * f for v, f in zip(values, factors, strict=True)) + bias[out]
            shown = bias[out] if weights.bias is not None else None
            cells.append(Cell((out, *place), tuple(values), tuple(factors), shown, "sum", 1, simple(result)))
    return Array(y, [cell.result for cell in cells]), (padded if any(map(any, padding)) else None, cells)


def _pool(layer: MaxPool | MinPool | AvgPool, x: Array, _: Weights) -> tuple[Array, _Looked | None]:
    y = wholes(layer.shape(x.shape))
    axes = [wholes(axis) for axis in layer._axes(x.shape)]  # (size, kernel, stride, padding, dilation)
    how = {"maxpool": "max", "minpool": "min", "avgpool": "mean"}[layer.name]
    counts_padding = getattr(layer, "count_include_pad", True)
    cells = []
    for channel in range(y[0]):
        for place in every(*map(range, y[1:])):
            runs, divisor = [], 1
            for o, (m, k, s, p, d) in zip(place, axes, strict=True):
                first = o * s - p
                runs.append([i for i in range(first, first + d * k, d) if 0 <= i < m])
                # torch counts the padding of a window, but not what a rounded-up size adds beyond the padding.
                divisor *= min(first + k, m + p) - first if counts_padding else len(runs[-1])
            values = [x.at((channel, *w)) for w in every(*runs)]
            if not values and (how != "mean" or not divisor):
                raise ShapeError("pool_of_padding", layer_name=layer.name, place=", ".join(map(str, place)))
            result = max(values) if how == "max" else min(values) if how == "min" else Fraction(total(values)) / divisor
            cells.append(Cell((channel, *place), tuple(values), (), None, how, divisor, simple(result)))
    return Array(y, [cell.result for cell in cells]), (None, cells)


def _adaptive(layer: AdaptiveAvg | AdaptiveMax | GlobalAvg, x: Array, _: Weights) -> tuple[Array, _Looked | None]:
    y = wholes(layer.shape(x.shape))
    how = "max" if isinstance(layer, AdaptiveMax) else "mean"
    cells = []
    for channel in range(y[0]):
        for place in every(*map(range, y[1:])):
            # Output o of m sees the cells from ⌊o·M/m⌋ to ⌈(o + 1)·M/m⌉ − 1.
            runs = [range(o * m // n, -(-(o + 1) * m // n)) for o, m, n in zip(place, x.shape[1:], y[1:], strict=True)]
            values = [x.at((channel, *w)) for w in every(*runs)]
            result = max(values) if how == "max" else Fraction(total(values)) / len(values)
            cells.append(Cell((channel, *place), tuple(values), (), None, how, len(values), simple(result)))
    return Array(y, [cell.result for cell in cells]), (None, cells)


def _linear(layer: Linear, x: Array, weights: Weights) -> tuple[Array, _Looked | None]:
    kernel, bias = _weights(layer, x, weights)
    width = x.shape[-1]
    cells = []
    for row in range(len(x.values) // width):
        values = x.values[row * width : (row + 1) * width]
        for out in range(kernel.shape[0]):
            factors = kernel.values[out * width : (out + 1) * width]
            result = total(v * f for v, f in zip(values, factors, strict=True)) + bias[out]
            index = (out,) if len(x.shape) == 1 else (row, out)
            shown = bias[out] if weights.bias is not None else None
            cells.append(Cell(index, tuple(values), tuple(factors), shown, "sum", 1, simple(result)))
    return Array(wholes(layer.shape(x.shape)), [cell.result for cell in cells]), (None, cells)


def _pad(layer: Pad, x: Array, _: Weights) -> tuple[Array, _Looked | None]:
    return pad(x, [(int(a), int(b)) for a, b in layer._pairs(x.shape)], "zeros"), None  # type: ignore[arg-type]


def _same(layer: Layer, x: Array, _: Weights) -> tuple[Array, _Looked | None]:
    return Array(wholes(layer.shape(x.shape)), x.values), None


def _relu(layer: Layer, x: Array, _: Weights) -> tuple[Array, _Looked | None]:
    return Array(x.shape, [max(v, 0) for v in x.values]), None


def _leaky(layer: LeakyReLU, x: Array, _: Weights) -> tuple[Array, _Looked | None]:
    slope = Fraction(repr(layer.negative_slope))
    return Array(x.shape, [v if v >= 0 else simple(v * slope) for v in x.values]), None


RULES: dict[type[Layer], _Rule] = {
    Conv: _conv, MaxPool: _pool, MinPool: _pool, AvgPool: _pool, AdaptiveAvg: _adaptive, AdaptiveMax: _adaptive,
    GlobalAvg: _adaptive, Linear: _linear, Pad: _pad, Flatten: _same, Identity: _same, Dropout: _same, ReLU: _relu,
    LeakyReLU: _leaky,
}  # fmt: skip


def pad(x: Array, padding: Sequence[tuple[int, int]], mode: str) -> Array:
    """The array with (before, after) cells more along each axis but the first; negative numbers crop."""
    shape = (x.shape[0], *(m + a + b for m, (a, b) in zip(x.shape[1:], padding, strict=True)))
    places = [_places(m, a, b, mode) for m, (a, b) in zip(x.shape[1:], padding, strict=True)]
    values: list[Number] = [
        0 if None in where else x.at((channel, *where))  # type: ignore[arg-type]
        for channel in range(x.shape[0])
        for where in every(*places)
    ]
    return Array(shape, values)


def _places(m: int, before: int, after: int, mode: str) -> list[int | None]:
    """For each cell of a padded axis, the cell it is copied from; None for zero."""
    found: list[int | None] = []
    for i in range(-before, m + after):
        if 0 <= i < m:
            found.append(i)
        elif mode == "replicate":
            found.append(0 if i < 0 else m - 1)
        elif mode == "circular":
            found.append(i % m)
        elif mode == "reflect":
            found.append(-i if i < 0 else 2 * (m - 1) - i)
        else:
            found.append(None)
    return found
