"""Where the parameters, the multiply-adds and the memory of a network are: bars, layer by layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from convcalc.figures.bars import Column, bars
from convcalc.figures.labels import amount, size_label
from convcalc.figures.stages import Stage, stages
from convcalc.figures.style import THEMES
from convcalc.layers import Layer
from convcalc.shape import Shape
from convcalc.words import decimal, say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Points.
TEXT, LINE = 10.0, 19.0
LONGEST_NAME = 40


def cost(net: Layer, x: Shape, lang: str = "en", theme: str = "light", title: str | None = None) -> Figure:
    """Bars of what each stage of the picture of a network costs; they add up to the totals in the heads."""
    made = [stage for stage in stages(net, x) if stage.kind != "input"]
    counted: list[tuple[str, list[int], Callable[[int, str], str]]] = [
        (say("params", lang), [stage.params for stage in made], amount),
        (say("macs", lang), [stage.macs for stage in made], amount),
        (say("figure.memory", lang), [stage.memory for stage in made], in_bytes),
    ]
    columns = [
        Column(f"{head}: {text(sum(values), lang)}", values, [text(value, lang) for value in values])
        for head, values, text in counted
    ]
    names = [(_name(stage, lang), "" if stage.kind == "gap" else size_label(stage.shape)) for stage in made]
    return bars(names, columns, THEMES[theme], TEXT, LINE, title).figure


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
