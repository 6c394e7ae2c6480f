"""Rows, steps, checks and errors on the screen, with rich. Nothing is computed here."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from convcalc.errors import ConvcalcError
from convcalc.layers.base import Layer
from convcalc.notation import show, show_factor
from convcalc.shape import is_symbolic, show_shape, whole
from convcalc.tracing import Row, Trace
from convcalc.words import decimal, say

if TYPE_CHECKING:
    from convcalc.torchside.check import Check


# A layer's column is at least so wide before other columns are left out.
SHORTEST_NAME = 14
_UNBROKEN = 100_000


def console(stderr: bool = False) -> Console:
    """A console without rich's own reading of square brackets, emoji and numbers."""
    plain = Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    if not plain.is_terminal and "COLUMNS" not in os.environ:
        plain.width = _UNBROKEN  # a file or another program gets every sentence on one line
    return plain


def table(rows: Sequence[Row], lang: str, totals: tuple[object, object] | None, width: int) -> Table:
    """One line a layer: its output, parameters, multiply-adds and receptive field; the columns add up to the totals.

    Formulas can be too long for all columns: then those go that do not fit, the counts being said below the table anyhow.
    """
    names, outputs = [name(row) for row in rows], [show_shape(row.output) for row in rows]
    columns = [
        (say("params", lang), [show(row.params) for row in rows], 0),
        (say("macs", lang), [show(row.macs) for row in rows], 1),
        (say("field", lang), [field(row) for row in rows], None),
    ]
    longest = max(map(len, names))
    used = 9 + longest + max(map(len, outputs))
    ends = ["" if last is None or totals is None or len(rows) == 1 else show(totals[last]) for *_, last in columns]
    needed = [3 + max(map(len, [head, *cells, end])) for (head, cells, _), end in zip(columns, ends, strict=True)]
    if used + sum(needed) > width:  # two short lines above the last column leave more room for the others
        head, cells, last = columns[-1]
        columns[-1] = (head.replace(" ", "\n"), cells, last)
        needed[-1] = 3 + max(map(len, [*head.split(), *cells]))
    used -= max(0, longest - SHORTEST_NAME)  # a long layer may take several lines
    kept = []
    for column, needs in zip(columns, needed, strict=True):
        if used + needs <= width:
            kept.append(column)
            used += needs
    columns = kept
    symbolic = any(is_symbolic(row.output) for row in rows)
    made = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1))
    made.add_column("", justify="right", style="dim", no_wrap=True)
    made.add_column(say("layer", lang), overflow="fold", min_width=min(longest, SHORTEST_NAME))
    made.add_column(say("output", lang), overflow="fold", no_wrap=not symbolic)
    for head, cells, _ in columns:
        width_needed = max(len(cell) for cell in [*head.split("\n"), *cells])
        made.add_column(head, justify="right", no_wrap=True, min_width=width_needed)
    for i, row in enumerate(rows):
        made.add_row(str(row.index), names[i], outputs[i], *(cells[i] for _, cells, _ in columns))
    if totals is not None and len(rows) > 1 and any(total is not None for *_, total in columns):
        made.add_section()
        sums = ["" if total is None else show(totals[total]) for _, _, total in columns]
        made.add_row("", say("total", lang), "", *sums, style="bold")
    return made


def models_table(found: Sequence[dict[str, Any]], lang: str, width: int) -> Table:
    """One line a model; the source only where there is room for it."""
    made = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1))
    made.add_column(say("model", lang), no_wrap=True)
    made.add_column(say("input", lang).lower(), no_wrap=True)
    for key in ("params", "macs", "published"):
        made.add_column(say(key, lang), justify="right", no_wrap=True)
    wide = width >= 110
    if wide:
        made.add_column(say("source", lang), style="dim")
    family = None
    for one in found:
        if family not in (None, one["family"]):
            made.add_section()
        family = one["family"]
        published = "" if one["published"] is None else f"{one['published']}"
        cells = [one["name"], show_shape(one["input"]), str(one["params"]), str(one["macs"]), published]
        made.add_row(*cells, *([one["source"]] if wide else []))
    return made


def name(row: Row) -> Text:
    """The layer as it is written, indented by how many branches it stands in."""
    inside = "  " * row.depth
    return Text(inside + row.text) if isinstance(row.layer, Layer) else Text(inside + row.text, style="italic")


def field(row: Row) -> str:
    """3×3, as wide as the largest field of any output; ? where it is not known."""
    several = len(row.receptive_field) > 1
    return "×".join(
        "?" if axis is None else (show_factor if several else show)(axis.size) for axis in row.receptive_field
    )


def answer(traced: Trace, lang: str, width: int) -> RenderableType:
    """The table and the totals, in torchsummary's terms; formulas and the range where they hold if there are letters."""
    parts: list[RenderableType] = [table(traced.rows, lang, (traced.params, traced.macs), width), ""]
    lines = [f"{say('total_params', lang)}: {show(traced.params)}", f"{say('total_macs', lang)}: {show(traced.macs)}"]
    if traced.symbolic:
        lines.insert(0, f"{say('output', lang).capitalize()}: {show_shape(traced.output)}")
        if traced.valid_when:
            lines.append(f"{say('valid_when', lang)}: {', '.join(c.text('text') for c in traced.valid_when)}")
    else:
        lines += memory_lines(traced, lang)
    return Group(*parts, *(Text(line) for line in lines))


def memory_lines(traced: Trace, lang: str) -> list[str]:
    """Sizes in MB of 2^20 bytes, as torchsummary prints them: the forward/backward pass holds every output twice."""
    memory = traced.memory
    sizes = [("input_size", memory.input), ("pass_size", 2 * memory.activations), ("params_size", memory.params)]
    values = [whole(size) / 2**20 for _, size in sizes]
    lines = [f"{say(key, lang)}: {decimal(f'{v:.2f}', lang)}" for (key, _), v in zip(sizes, values, strict=True)]
    return [*lines, f"{say('estimated_size', lang)}: {decimal(f'{sum(values):.2f}', lang)}"]


def explained(traced: Trace, lang: str) -> RenderableType:
    """Every layer with its steps: formula, numbers put in, floor, result."""
    from convcalc.explain import steps

    parts: list[RenderableType] = []
    for row in traced:
        arrow = f"{show_shape(row.input)} → {show_shape(row.output)}"
        parts.append(Text.assemble((f"{row.index} ", "dim"), (row.text, "bold"), f"   {arrow}"))
        found = steps(row)
        for step in found:
            line = Text(f"{say('step.' + step.what, lang)}: " + " = ".join(step.stages("text", lang)))
            parts.append(Padding(line, (0, 0, 0, 2), expand=False))
        if not found and row.input == row.output:
            same = Text(say("step.unchanged", lang, shape=show_shape(row.output)))
            parts.append(Padding(same, (0, 0, 0, 2), expand=False))
        parts.append("")
    parts.append(Text(say("step.field", lang), style="dim"))
    return Group(*parts)


def check_lines(result: Check, traced: Trace, lang: str) -> RenderableType:
    """One line that torch agrees, or what differs."""
    values = {"name": torch_name(traced), "torch": result.torch.partition("+")[0], "device": result.device}
    if result.agrees:
        what = ", ".join(compared(text, lang) for text in result.compared)
        if "receptive field" not in result.compared:
            what += f" ({say('not_probed', lang)})"
        lines = [Text.assemble(("✓ ", "green"), say("agrees", lang, compared=what, **values))]
        if result.device == "meta":
            lines.append(Text("  " + say("meta", lang), style="dim"))
        return Group(*lines)
    head = Text.assemble(("✗ ", "bold red"), say("differs", lang, **values))
    return Group(head, *(Text("  " + difference) for difference in result.differences))


def compared(what: str, lang: str) -> str:
    """What was compared, in the language; counts of values are passed as "N values of M, N"."""
    if f"compared.{what}" in _compared_words():
        return say(f"compared.{what}", lang)
    count, _, letters = what.partition(" values of ")
    letters, _, refused = letters.partition(" and ")
    text = say("compared.values", lang, count=count, letters=letters)
    return text + (", " + say("compared.refused", lang, refused=refused.split()[0]) if refused else "")


def _compared_words() -> set[str]:
    from convcalc.words import WORDS

    return {key for key in WORDS if key.startswith("compared.")}


def torch_name(traced: Trace) -> str:
    """torch.nn.Conv2d for a single layer that torch has, else torch.nn."""
    from convcalc.layers.base import TORCH_NAMES

    if len(traced) == 1:
        spatial = len(traced.input) - 1
        names = [n for n, (cls, axes) in TORCH_NAMES.items() if cls is type(traced.net) and axes in (None, spatial)]
        if names:
            return f"torch.nn.{names[0]}"
    return "torch.nn"


def error_text(error: ConvcalcError, text: str | None, lang: str) -> RenderableType:
    """The sentence, the place in the spec with a mark under it, and the hint."""
    parts: list[RenderableType] = [Text.assemble((say("error", lang) + ": ", "bold red"), error.message(lang))]
    if text is not None and error.column is not None:
        parts += [Text(line) for line in marked(text, error.column, error.end or error.column)]
    hint = error.hint(lang)
    return Group(*parts, *([Text(hint)] if hint else []))


def marked(text: str, column: int, end: int, width: int = 70) -> list[str]:
    """The line of the text that holds the place, cut to a width, and carets under the place."""
    start_of_line = text.rfind("\n", 0, column - 1) + 1
    end_of_line = text.find("\n", start_of_line)
    line = text[start_of_line : end_of_line if end_of_line >= 0 else len(text)]
    place, length = column - 1 - start_of_line, max(1, min(end, start_of_line + len(line)) - column + 1)
    cut = max(0, place - width // 2)
    shown = "".join(c if c.isprintable() else "�" for c in line[cut : cut + width])
    dots = ("…" if cut else ""), ("…" if cut + width < len(line) else "")
    under = " " * (place - cut + len(dots[0])) + "^" * min(length, width - (place - cut))
    return ["  " + dots[0] + shown + dots[1], "  " + under]
