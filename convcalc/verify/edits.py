"""Single changes of a network and its input: what a claim may have been made for instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from convcalc.errors import ConvcalcError
from convcalc.layers import (
    AvgPool,
    Chain,
    Conv,
    ConvT,
    Layer,
    Linear,
    MaxPool,
    MinPool,
)
from convcalc.mistakes import applying
from convcalc.rebuild import changed as rebuilt
from convcalc.rebuild import leaves
from convcalc.shape import Shape, show_sizes
from convcalc.tracing import trace

# Networks with more layers than this are only changed as a whole: at the input, at the classes, at the end.
MOST_LAYERS = 60
COMMON_SIZES = (28, 32, 64, 96, 112, 128, 150, 224, 227, 256, 299)
COMMON_CLASSES = (1, 2, 5, 10, 21, 100, 1000, 1001)


class Edit(NamedTuple):
    """A changed network and input, with what was changed; `likely` is 1 for what is most likely."""

    likely: int
    en: str
    vi: str
    net: Layer
    x: Shape


def edits(net: Layer, x: Shape) -> Iterator[Edit]:
    """All single changes that are worth trying."""
    yield from _inputs(net, x)
    yield from _classes(net, x)
    parts = leaves(net)
    if len(parts) > MOST_LAYERS:
        return
    single = len(parts) == 1
    for leaf in parts:
        for likely, new in _changed(leaf):
            changed = mapped(net, leaf, new)
            yield Edit(
                likely, f"right with '{new}' instead of '{leaf}'", f"đúng nếu là '{new}' thay vì '{leaf}'", changed, x
            )
    yield from _mistaken(net, x, single)


def _mistaken(net: Layer, x: Shape, single: bool) -> Iterator[Edit]:
    """Each mistake in each layer, with the rest of the network worked out from what it gives."""
    try:
        rows = trace(net, x).rows
    except ConvcalcError:
        return
    seen = set()
    for row in rows:
        if not isinstance(row.layer, Layer) or id(row.layer) in seen:
            continue
        seen.add(id(row.layer))
        for mistake, twin in applying(row.layer, row.input):
            changed = mapped(net, row.layer, twin)
            place, place_vi = ("", "") if single else (f"in '{row.layer}' ", f"ở '{row.layer}' ")
            yield Edit(mistake.likely, place + mistake.en, place_vi + mistake.vi, changed, x)


def mapped(net: Layer, old: Layer, new: Layer) -> Layer:
    """The network with `new` wherever `old` itself stands."""
    return rebuilt(net, lambda layer: new if layer is old else layer)


def _inputs(net: Layer, x: Shape) -> Iterator[Edit]:
    """Other sizes and channels of the input."""
    if len(x) < 2 or any(not isinstance(size, int) for size in x):
        return
    channels, sizes = x[0], x[1:]
    square = len(set(sizes)) == 1
    if square:
        m = sizes[0]
        assert isinstance(m, int)
        for size in dict.fromkeys([*(m + d for d in (1, -1, 2, -2, 3, -3, 4, -4)), *COMMON_SIZES]):
            if size > 0 and size != m:
                other = (channels, *(size,) * len(sizes))
                shown = show_sizes(other[1:])
                # 227 for 224 is more likely than any mistake; 64 for 28 is less likely than most.
                likely = 0 if size in COMMON_SIZES and abs(size - m) <= 4 else 3 if size in COMMON_SIZES else 2
                yield Edit(likely, f"right for an input of {shown}; {show_sizes(sizes)} is taken here", f"đúng với input {shown}; ở đây tính với {show_sizes(sizes)}", net, other)  # fmt: skip
    else:
        swapped = (channels, *reversed(sizes))
        yield Edit(1, "right with height and width of the input swapped", "đúng nếu đổi chỗ chiều cao và chiều rộng của input", net, swapped)  # fmt: skip
        for axis, m in enumerate(sizes, 1):
            assert isinstance(m, int)
            for size in (m + 1, m - 1, m + 2, m - 2):
                if size > 0:
                    other = (*x[:axis], size, *x[axis + 1 :])
                    yield Edit(2, f"right for an input of {show_sizes(other[1:])}", f"đúng với input {show_sizes(other[1:])}", net, other)  # fmt: skip
    for count in (1, 2, 3, 4):
        if count != channels:
            word = "channel" if count == 1 else "channels"
            yield Edit(1 if count in (1, 3) else 2, f"right with {count} input {word}", f"đúng nếu input có {count} channel", net, (count, *sizes))  # fmt: skip


def _classes(net: Layer, x: Shape) -> Iterator[Edit]:
    """Another number of classes, or none of the last layers."""
    last = next((leaf for leaf in reversed(leaves(net)) if isinstance(leaf, Linear)), None)
    if last is not None:
        for count in COMMON_CLASSES:
            if count != last.out_features:
                word = "class" if count == 1 else "classes"
                other = mapped(net, last, replace(last, out_features=count))
                yield Edit(2, f"right with {count} {word}", f"đúng nếu có {count} class", other, x)
    if isinstance(net, Chain):
        for kept in range(len(net.layers) - 1, max(0, len(net.layers) - 8), -1):
            part = Chain(net.layers[:kept]) if kept > 1 else net.layers[0]
            left_out = " > ".join(map(str, net.layers[kept:]))
            if len(left_out) < 80:
                yield Edit(2, f"right without the last layers ({left_out})", f"đúng nếu bỏ các layer cuối ({left_out})", part, x)  # fmt: skip


def _changed(layer: Layer) -> Iterator[tuple[int, Layer]]:
    """The layer with one setting changed by a little, or toggled."""

    def other(likely: int, **values: Any) -> Iterator[tuple[int, Layer]]:
        try:
            yield likely, replace(layer, **values)  # type: ignore[type-var]
        except ConvcalcError:
            return

    if isinstance(layer, Conv | ConvT | MaxPool | AvgPool | MinPool):
        for name, steps, least in (
            ("padding", (1, -1, 2, -2), 0),
            ("stride", (1, -1, 2), 1),
            ("kernel_size", (1, -1, 2, -2), 1),
        ):
            for value in _neighbours(getattr(layer, name), steps, least):
                yield from other(2, **{name: value})
        size = layer.kernel_size
        if isinstance(size, tuple) and len(set(size)) > 1:
            yield from other(1, kernel_size=tuple(reversed(size)))
    if isinstance(layer, MaxPool | AvgPool | MinPool):
        yield from other(1, ceil_mode=not layer.ceil_mode)
        if layer.stride != 1:
            yield from other(2, stride=1)
        if layer.stride not in (None, layer.kernel_size):
            yield from other(2, stride=None)
    if isinstance(layer, Conv):
        if layer.padding != "same" and layer.stride in (1, (1, 1)):
            yield from other(1, padding="same")
        if layer.padding not in (0, (0, 0)):
            yield from other(1, padding=0)
        if layer.groups != 1:
            yield from other(1, groups=1)
        if layer.dilation not in (1, (1, 1)):
            yield from other(1, dilation=1)
        count = layer.out_channels or 1
        if isinstance(count, int):
            for kernels in {1, count * 2, count // 2, count + 1, count - 1} - {count, 0, -1}:
                yield from other(3, out_channels=kernels)
    if isinstance(layer, ConvT) and isinstance(layer.output_padding, int):
        yield from other(1, output_padding=layer.output_padding + 1)
    if isinstance(layer, Conv | ConvT | Linear):
        yield from other(1, bias=not layer.bias)


def _neighbours(value: Any, steps: tuple[int, ...], least: int) -> list[Any]:
    """The value a little smaller or larger, along all axes or along one."""
    if isinstance(value, int):
        return [value + step for step in steps if value + step >= least]
    if isinstance(value, tuple) and all(isinstance(v, int) for v in value):
        same = len(set(value)) == 1
        whole = [tuple(v + step for v in value) for step in steps] if same else []
        each = [(*value[:i], value[i] + step, *value[i + 1 :]) for i in range(len(value)) for step in steps[:2]]
        return [v for v in whole + each if min(v) >= least]
    return []


Tried = Callable[[Layer, Shape], bool]


def fitting(net: Layer, x: Shape, fits: Tried) -> list[Edit]:
    """The changes for which the claim is right, the likeliest first."""
    found = []
    for edit in edits(net, x):
        try:
            if fits(edit.net, edit.x):
                found.append(edit)
        except (ConvcalcError, ZeroDivisionError):
            continue
    return sorted(found, key=lambda edit: edit.likely)
