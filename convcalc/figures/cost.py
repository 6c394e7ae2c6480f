"""Where the parameters, the multiply-adds and the memory of a network are: bars, layer by layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from convcalc.figures.labels import amount, size_label
from convcalc.figures.stages import Stage, stages
from convcalc.figures.style import THEMES, Page, measured
from convcalc.layers import Layer
from convcalc.shape import Shape
from convcalc.words import decimal, say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Points.
MARGIN, BAR, LINE, TEXT, LONGEST = 22.0, 12.0, 19.0, 10.0, 150.0
LONGEST_NAME = 40


def cost(net: Layer, x: Shape, lang: str = "en", theme: str = "light", title: str | None = None) -> Figure:
    """Bars of what each stage of the picture of a network costs; they add up to the totals in the heads."""
    made = [stage for stage in stages(net, x) if stage.kind != "input"]
    names = [_name(stage, lang) for stage in made]
    sizes = ["" if stage.kind == "gap" else size_label(stage.shape) for stage in made]
    name_width = max(measured(name, TEXT)[0] for name in names)
    size_width = max(measured(size, TEXT)[0] for size in sizes)
    columns: list[tuple[str, list[int], Callable[[int, str], str]]] = [
        (say("params", lang), [stage.params for stage in made], amount),
        (say("macs", lang), [stage.macs for stage in made], amount),
        (say("figure.memory", lang), [stage.memory for stage in made], in_bytes),
    ]
    texts = [[text(value, lang) for value in values] for _, values, text in columns]
    heads = [f"{head}: {text(sum(values), lang)}" for head, values, text in columns]
    widths = [
        max(LONGEST + 6 + max(measured(t, TEXT)[0] for t in said), measured(head, TEXT + 1, bold=True)[0])
        for said, head in zip(texts, heads, strict=True)
    ]
    top = 30.0 if title is not None else 0.0
    page = Page(
        2 * MARGIN + name_width + 14 + size_width + sum(18 + width for width in widths),
        (len(made) + 1) * LINE + 2 * MARGIN + top,
        THEMES[theme],
    )
    if title is not None:
        page.text(page.width / 2, page.height - MARGIN, title, 15, fontweight="bold")
    first = page.height - MARGIN - top - LINE / 2
    for i, (name, size) in enumerate(zip(names, sizes, strict=True), 1):
        page.text(MARGIN + name_width, first - i * LINE, name, TEXT, ha="right")
        page.text(MARGIN + name_width + 14, first - i * LINE, size, TEXT, ha="left", color=page.theme.faint)
    left = MARGIN + name_width + 14 + size_width + 18
    for colour, head, (_, values, _), said, width in zip(
        page.theme.series, heads, columns, texts, widths, strict=False
    ):
        page.text(left, first, head, TEXT + 1, ha="left", fontweight="bold")
        most = max(*values, 1)
        for i, (value, text) in enumerate(zip(values, said, strict=True), 1):
            y = first - i * LINE
            length = LONGEST * value / most
            if value:
                page.box(left, y - BAR / 2, length, BAR, "conv", 0, facecolor=colour)
            page.text(left + length + 5, y, text, TEXT, ha="left", color=page.theme.ink if value else page.theme.faint)
        left += width + 18
    return page.figure


def _name(stage: Stage, lang: str) -> str:
    if stage.kind == "gap":
        return "··· " + say("figure.left_out", lang, count=stage.left_out)
    said = ", ".join(stage.lines)
    said = said if len(said) <= LONGEST_NAME else said[:LONGEST_NAME] + "…"
    return said if stage.times == 1 else f"{stage.times} × ({said})"


def in_bytes(value: int, lang: str) -> str:
    """Bytes as KiB, MiB or GiB, with three digits that count."""
    for unit, power in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if value >= 2**power:
            return (
                decimal(f"{value / 2**power:.3g}" if value < 1000 * 2**power else str(value >> power), lang)
                + " "
                + unit
            )
    return f"{value} B"
