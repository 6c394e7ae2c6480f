"""Layers in a few words, as they stand on an arrow of a slide: conv 5×5 s2, maxpool 2×2, linear."""

from __future__ import annotations

import re

from convcalc.layers import Concat, Graph, Layer, Repeat, Residual
from convcalc.layers.base import per_axis
from convcalc.layers.combine import Chain, Network
from convcalc.shape import Shape
from convcalc.words import decimal

# The x between two sizes, which is a × on a slide.
_X = re.compile(r"(\d|[A-Z])x(?=\d|[A-Z])")
# Lines of a block that are shown; the rest is counted.
MOST_LINES = 6


def short(layer: Layer, axes: int) -> str:
    """One layer without what its feature map says already: the number of kernels and of features."""
    if layer.name == "gap":
        return "global avgpool"
    if layer.name in ("linear", "embedding", "flatten", "reshape"):
        return layer.name
    if "kernel_size" in layer.tokens:
        kernel = "×".join(map(str, per_axis(layer, "kernel_size", (1,) * (axes + 1), axes)))
        rest = [word for word in str(layer).split()[2:] if not word.startswith("in_channels=") and word != "nobias"]
        return " ".join([layer.name, kernel, *map(_crossed, rest)])
    return _crossed(str(layer))


def _crossed(text: str) -> str:
    return _X.sub(r"\1×", text)


def parts(net: Layer) -> list[Layer]:
    """The layers of a chain, and of chains in it, in a row."""
    if isinstance(net, Chain):
        return [part for child in net.layers for part in parts(child)]
    return [net]


def block(net: Network, x: Shape) -> list[str]:
    """A composite block in lines: a residual's body as in He et al., table 1; a concatenation's branches, one a line."""
    axes = len(x) - 1
    if isinstance(net, Residual):
        return _cut(_kernels(net.body, axes))
    if isinstance(net, Concat):
        return _cut(["concat", *("• " + " > ".join(_kernels(branch, axes)) for branch in net.branches)])
    if isinstance(net, Repeat):
        inside = [
            line
            for part in parts(net.body)
            for line in (block(part, x) if isinstance(part, Network) else [short(part, axes)])
        ]
        return _cut([f"{net.times} × ({', '.join(inside)})"] if len(inside) < 3 else inside)
    if isinstance(net, Graph):
        return _cut([short(child, axes) for child in net.children() if not isinstance(child, Network)])
    return [net.name]


def shortcut(net: Layer, x: Shape) -> str:
    """What stands on the way around a residual's body; nothing where the input itself goes there."""
    if not isinstance(net, Residual) or net.shortcut is None:
        return ""
    return " > ".join(_kernels(net.shortcut, len(x) - 1))


def _kernels(net: Layer, axes: int) -> list[str]:
    """What changes a size, each with its number of kernels: 3×3, 64; nothing else, unless there is nothing else."""
    found = []
    for part in parts(net):
        if isinstance(part, Repeat):
            found.append(f"{part.times} × ({' > '.join(_kernels(part.body, axes))})")
        elif isinstance(part, Residual):
            found.append(f"residual({' > '.join(_kernels(part.body, axes))})")
        elif isinstance(part, Network):
            found.append(part.name)
        elif not is_between(part):
            text = short(part, axes)
            text = text.removeprefix("conv ") if axes == 2 else text  # 3×3 alone is a convolution
            count = getattr(part, "out_channels", None)
            found.append(str(part) if part.name == "linear" else text if count is None else f"{text}, {count}")
    return found or [part.name for part in parts(net)]


def is_between(layer: Layer) -> bool:
    """Whether it works on each cell, or on each channel, by itself, and so stands beside a layer that changes sizes."""
    if isinstance(layer, Network) or layer.name == "linear" or "kernel_size" in layer.tokens:
        return False
    return type(layer).shape is Layer.shape or layer.name in ("bn", "ln", "gn", "in", "lrn", "prelu", "bias")


def _cut(lines: list[str]) -> list[str]:
    if len(lines) <= MOST_LINES:
        return lines
    return [*lines[: MOST_LINES - 1], f"… +{len(lines) - MOST_LINES + 1}"]


def size_label(shape: Shape) -> str:
    """6@28×28 for feature maps, 120 for features."""
    if len(shape) == 1:
        return str(shape[0])
    return f"{shape[0]}@" + "×".join(map(str, shape[1:]))


def amount(value: int, lang: str) -> str:
    """A count to read at a glance: 61706, 1.24 M, 15.5 G."""
    for unit, power in (("T", 12), ("G", 9), ("M", 6)):
        if value >= 10**power:
            return decimal(f"{value / 10**power:.3g}", lang) + " " + unit
    return str(value)
