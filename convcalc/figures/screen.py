"""Compared models in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from convcalc.figures.compare import Compared
from convcalc.figures.cost import in_bytes
from convcalc.shape import show_shape
from convcalc.words import say


def compared_table(models: Sequence[Compared], lang: str) -> Table:
    """One line a model, the counts exact."""
    made = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1))
    made.add_column(say("model", lang), overflow="fold")
    same = len({one.input for one in models}) == 1
    made.add_column(say("input", lang).lower() + (f" {show_shape(models[0].input)}" if same else ""), no_wrap=True)
    for key in ("params", "macs", "figure.all_memory", "figure.depth"):
        made.add_column(say(key, lang), justify="right", no_wrap=True)
    for one in models:
        place = f"→ {show_shape(one.output)}" if same else show_shape(one.input)
        made.add_row(one.name, place, str(one.params), str(one.macs), in_bytes(one.memory, lang), str(one.depth))
    return made
