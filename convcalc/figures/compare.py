"""Models side by side: parameters, multiply-adds, memory and depth, as a table's rows and as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convcalc.figures.bars import Column, bars
from convcalc.figures.cost import in_bytes
from convcalc.figures.labels import amount, size_label
from convcalc.figures.stages import check_numbers
from convcalc.figures.style import THEMES
from convcalc.layers import Conv, ConvT, Layer, Linear, Merge
from convcalc.layers.combine import Network, drive
from convcalc.shape import Shape, whole, wholes
from convcalc.tracing import trace
from convcalc.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Points.
TEXT, LINE = 13.0, 27.0


@dataclass(frozen=True)
class Compared:
    """One model: its counts, and the bytes of an input's activations and of the parameters as float32."""

    name: str
    input: tuple[int, ...]
    output: tuple[int, ...]
    params: int
    macs: int
    activations: int
    memory: int  # activations and parameters
    depth: int


def compared(name: str, net: Layer, x: Shape) -> Compared:
    """What is compared of a network; raises `ConvcalcError` where the input does not fit or has letters."""
    check_numbers(net, x)
    traced = trace(net, x)
    memory = traced.memory
    activations = whole(memory.activations)
    return Compared(
        name, wholes(x), wholes(traced.output), whole(traced.params), whole(traced.macs), activations,
        activations + whole(memory.params), depth(net),
    )  # fmt: skip


def depth(net: Layer) -> int:
    """Layers with weights (convolutions and linear ones) on the longest way from the input to the output.

    As in the names of VGG-16 and ResNet-50, whose shortcuts' convolutions stand beside the way and do not count.
    """

    def visit(layer: Layer, at: int) -> int:
        if isinstance(layer, Network):
            return drive(layer, at, visit, merged)
        return at + isinstance(layer, Conv | ConvT | Linear)

    def merged(_how: Merge, _net: Network, ways: list[int]) -> int:
        return max(ways)

    return visit(net, 0)


def compare(models: Sequence[Compared], lang: str = "en", theme: str = "light") -> Figure:
    """Bars of every count, a line a model."""
    columns = [
        Column(say("params", lang), [one.params for one in models], [amount(one.params, lang) for one in models]),
        Column(say("macs", lang), [one.macs for one in models], [amount(one.macs, lang) for one in models]),
        Column(say("figure.all_memory", lang), [one.memory for one in models], [in_bytes(one.memory, lang) for one in models]),
        Column(say("figure.depth", lang), [one.depth for one in models], [str(one.depth) for one in models]),
    ]  # fmt: skip
    same = len({one.input for one in models}) == 1
    title = f"input {size_label(models[0].input)}" if same else None
    names = [(one.name, "" if same else size_label(one.input)) for one in models]
    return bars(names, columns, THEMES[theme], TEXT, LINE, title, bold=True, per_row=2).figure
