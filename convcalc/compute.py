"""Worked numbers: what a layer makes of given data, cell by cell, in exact arithmetic.

Windows run as in `window`: output o looks at the input from o·S − P on, D apart. A convolution is torch's: the kernel is not turned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product as every
from math import prod
from typing import Any

from convcalc.errors import ConvcalcError, ShapeError
from convcalc.layers import (
    AdaptiveAvg,
    AdaptiveMax,
    AvgPool,
    Chain,
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
    Repeat,
    chain,
)
from convcalc.layers.base import per_axis
from convcalc.numbers import MOST_NUMBERS, Array, Number, simple, total
from convcalc.shape import Shape, show_shape, whole, wholes
from convcalc.tracing import trace

# A network with more multiply-adds than this is not worked out by hand.
MOST_MACS = 20_000_000


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


@dataclass(frozen=True)
class Step:
    """One layer of it: its spec, its output, the padded input and the cells where it has windows."""

    layer: str
    output: Array
    padded: Array | None
    cells: list[Cell]


@dataclass(frozen=True)
class Worked:
    """What came of it: the output, the input with its padding, and the cells of the last layer with windows.

    `net` is the network with the number of kernels that were given, `input_shape` the data's with its channels.
    """

    net: Layer
    input_shape: tuple[int, ...]
    output: Array
    padded: Array | None
    steps: list[Step] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)  # of the last layer with windows


@dataclass
class _Weights:
    """The numbers of the one layer that has weights."""

    kernel: Array | None
    bias: Array | None
    used: bool = False


def compute(net: Layer, data: Array, kernel: Array | None = None, bias: Array | None = None) -> Worked:
    """Work out `net` on data of its input's shape; `kernel` and `bias` are those of its one convolution or linear layer.

    data: (C, H, W), (H, W) for one channel, (C, L) or (L,) for layers along one axis; kernel: (F, C, K, O), where axes of size 1
    may be left out; bias: (F,) or one number for all. Raises `ConvcalcError` where they do not fit or a layer has no rule.
    """
    layers = list(_in_a_row(net))
    given = data.shape
    data = _with_channels(layers, data)
    input_shape = data.shape
    weights = _Weights(kernel, bias)
    padded: Array | None = None
    cells: list[Cell] = []
    steps: list[Step] = []
    done: list[Layer] = []
    for layer in layers:
        rule = next((rule for kind, rule in RULES.items() if type(layer) is kind), None)
        if rule is None:
            known = ", ".join(sorted(kind.name for kind in RULES))
            raise ConvcalcError("no_rule", layer_name=layer.name, known=known)
        layer = _completed(layer, data, weights)
        traced = trace(layer, data.shape)
        if traced.symbolic:
            raise ShapeError("needs_numbers", layer_name=layer.name)
        looked_at = prod(wholes(traced.output)) * prod(_window(layer, traced.output))
        if max(whole(traced.macs), looked_at) > MOST_MACS or prod(wholes(traced.output)) > MOST_NUMBERS:
            raise ConvcalcError("too_many_macs", limit=MOST_MACS)
        data, looked = rule(layer, data, weights)
        done.append(layer)
        if looked is not None:
            padded, cells = looked
        steps.append(Step(str(layer), data, *(looked or (None, []))))
    if not weights.used and (kernel is not None or bias is not None):
        raise ConvcalcError("kernel_not_used", layers=", ".join(layer.name for layer in layers))
    if (
        len(given) == len(data.shape) - 1 and data.shape[0] == 1
    ):  # the data had no axis of channels: neither has the output
        data = data.reshaped(data.shape[1:])
    return Worked(chain(*done), input_shape, data, padded, steps, cells)


def _in_a_row(net: Layer) -> Iterator[Layer]:
    if isinstance(net, Chain | Repeat):
        for child in net.children():
            yield from _in_a_row(child)
    else:
        yield net


def _spatial(layers: Sequence[Layer], data: Array) -> int | None:
    """How many axes the windows run along, from the first layer that says so, else from the data."""
    for layer in layers:
        size = getattr(layer, "kernel_size", getattr(layer, "output_size", None))
        if isinstance(size, tuple):
            return len(size)
        if isinstance(layer, Flatten | Linear):
            return None
    return None


def _with_channels(layers: Sequence[Layer], data: Array) -> Array:
    """The data with an axis of channels in front, where it was given without."""
    if len(layers) == 1 and isinstance(layers[0], Flatten | Linear | ReLU | LeakyReLU):
        return data if len(data.shape) > 1 or not isinstance(layers[0], Flatten) else data.reshaped((1, *data.shape))
    axes = _spatial(layers, data)
    if axes is None:
        axes = 1 if len(data.shape) == 1 else 2
    if len(data.shape) < axes:
        data = data.reshaped((1,) * (axes - len(data.shape)) + data.shape)
    return data.reshaped((1, *data.shape)) if len(data.shape) == axes else data


def _completed(layer: Layer, data: Array, weights: _Weights) -> Layer:
    """A layer whose number of kernels follows from the kernel that was given."""
    if not isinstance(layer, Conv | Linear):
        return layer
    if weights.used:
        raise ConvcalcError("two_kernels")
    if weights.kernel is None:
        raise ConvcalcError("missing_kernel", layer_name=layer.name)
    if weights.bias is not None and not layer.bias:
        raise ConvcalcError("bias_not_used", layer_name=layer.name)
    weights.used = True
    if isinstance(layer, Conv) and layer.out_channels is None and layer.groups == 1:
        axes = len(data.shape) - 1
        count = weights.kernel.shape[0] if len(weights.kernel.shape) == axes + 2 else 1
        if len(weights.kernel.shape) == axes + 1 and data.shape[0] == 1:
            count = weights.kernel.shape[0]
        values = dict(layer.__dict__) | {"out_channels": count}
        return type(layer)(**values)
    return layer


def _window(layer: Layer, output: Shape) -> tuple[int, ...]:
    """The cells that one output of a pool looks at, along each axis."""
    size = getattr(layer, "kernel_size", 1) if isinstance(layer, MaxPool | MinPool | AvgPool) else 1
    sizes = size if isinstance(size, tuple) else (size,) * (len(output) - 1)
    return tuple(int(str(s)) for s in sizes)


def _weights(layer: Layer, data: Array, weights: _Weights) -> tuple[Array, list[Number]]:
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
_Rule = Callable[[Any, Array, _Weights], "tuple[Array, _Looked | None]"]


def _conv(layer: Conv, x: Array, weights: _Weights) -> tuple[Array, _Looked | None]:
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


def _pool(layer: MaxPool | MinPool | AvgPool, x: Array, _: _Weights) -> tuple[Array, _Looked | None]:
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


def _adaptive(layer: AdaptiveAvg | AdaptiveMax | GlobalAvg, x: Array, _: _Weights) -> tuple[Array, _Looked | None]:
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


def _linear(layer: Linear, x: Array, weights: _Weights) -> tuple[Array, _Looked | None]:
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


def _pad(layer: Pad, x: Array, _: _Weights) -> tuple[Array, _Looked | None]:
    return pad(x, [(int(a), int(b)) for a, b in layer._pairs(x.shape)], "zeros"), None  # type: ignore[arg-type]


def _same(layer: Layer, x: Array, _: _Weights) -> tuple[Array, _Looked | None]:
    return Array(wholes(layer.shape(x.shape)), x.values), None


def _relu(layer: Layer, x: Array, _: _Weights) -> tuple[Array, _Looked | None]:
    return Array(x.shape, [max(v, 0) for v in x.values]), None


def _leaky(layer: LeakyReLU, x: Array, _: _Weights) -> tuple[Array, _Looked | None]:
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
