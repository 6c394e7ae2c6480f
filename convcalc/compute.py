"""Worked numbers: what a network of layers in a row makes of given data, layer by layer (`cellwise.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import prod

from convcalc.cellwise import RULES, Cell, Weights
from convcalc.errors import ConvcalcError, ShapeError
from convcalc.layers import (
    AvgPool,
    Chain,
    Conv,
    Flatten,
    Layer,
    LeakyReLU,
    Linear,
    MaxPool,
    MinPool,
    ReLU,
    Repeat,
    chain,
)
from convcalc.numbers import MOST_NUMBERS, Array
from convcalc.shape import Shape, whole, wholes
from convcalc.tracing import trace

# A network with more multiply-adds than this is not worked out by hand.
MOST_MACS = 20_000_000


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


def compute(net: Layer, data: Array, kernel: Array | None = None, bias: Array | None = None) -> Worked:
    """Work out `net` on data of its input's shape; `kernel` and `bias` are those of its one convolution or linear layer.

    data: (C, H, W), (H, W) for one channel, (C, L) or (L,) for layers along one axis; kernel: (F, C, K, O), where axes of size 1
    may be left out; bias: (F,) or one number for all. Raises `ConvcalcError` where they do not fit or a layer has no rule.
    """
    layers = list(_in_a_row(net))
    given = data.shape
    data = _with_channels(layers, data)
    input_shape = data.shape
    weights = Weights(kernel, bias)
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


def _completed(layer: Layer, data: Array, weights: Weights) -> Layer:
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
