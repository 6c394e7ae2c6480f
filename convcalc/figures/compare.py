"""Models side by side: parameters, multiply-adds, memory and depth, as a table's rows and as bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convcalc.errors import ConvcalcError
from convcalc.figures.cost import in_bytes
from convcalc.figures.labels import amount
from convcalc.figures.style import THEMES, Page, measured
from convcalc.layers import Conv, ConvT, Layer, Linear, Merge
from convcalc.layers.combine import Network, drive
from convcalc.shape import Shape, is_symbolic, show_shape, whole, wholes
from convcalc.tracing import trace
from convcalc.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Points.
MARGIN, BAR, LINE, TEXT, LONGEST = 22.0, 14.0, 22.0, 11.0, 170.0


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
    if is_symbolic(x):
        raise ConvcalcError("picture_letters", shape=show_shape(x))
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
    columns: list[tuple[str, Callable[[Compared], int], Callable[[int], str]]] = [
        (say("params", lang), lambda one: one.params, lambda value: amount(value, lang)),
        (say("macs", lang), lambda one: one.macs, lambda value: amount(value, lang)),
        (say("figure.all_memory", lang), lambda one: one.memory, lambda value: in_bytes(value, lang)),
        (say("figure.depth", lang), lambda one: one.depth, str),
    ]
    name_width = max(measured(one.name, TEXT, bold=True)[0] for one in models)
    texts = [[text(value(one)) for one in models] for _, value, text in columns]
    widths = [
        max(LONGEST + 6 + max(measured(t, TEXT)[0] for t in said), measured(head, TEXT + 1, bold=True)[0])
        for (head, _, _), said in zip(columns, texts, strict=True)
    ]
    page = Page(
        2 * MARGIN + name_width + sum(20 + width for width in widths),
        (len(models) + 1) * LINE + 2 * MARGIN,
        THEMES[theme],
    )
    first = page.height - MARGIN - LINE / 2
    for i, one in enumerate(models, 1):
        page.text(MARGIN + name_width, first - i * LINE, one.name, TEXT, ha="right", fontweight="bold")
    left = MARGIN + name_width + 20
    for colour, (head, value, _), said, width in zip(page.theme.series, columns, texts, widths, strict=False):
        page.text(left, first, head, TEXT + 1, ha="left", fontweight="bold")
        most = max(1, *(value(one) for one in models))
        for i, (one, text) in enumerate(zip(models, said, strict=True), 1):
            length = LONGEST * value(one) / most
            page.box(left, first - i * LINE - BAR / 2, length, BAR, "conv", 0, facecolor=colour)
            page.text(left + length + 5, first - i * LINE, text, TEXT, ha="left")
        left += width + 20
    return page.figure
