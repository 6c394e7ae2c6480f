"""The layer table to paste: CSV, a LaTeX tabular or a Markdown table. Nothing is computed here."""

from __future__ import annotations

import csv
import io

from convcalc.latex import ONE_PAGE, escape
from convcalc.notation import Style, show, show_factor
from convcalc.shape import show_shape
from convcalc.tracing import Row, Trace
from convcalc.words import say

COLUMNS = ("index", "layer", "input", "output", "params", "macs", "receptive_field")


def as_csv(traced: Trace) -> str:
    """One line a layer under `COLUMNS`, formulas in Python syntax; names of columns are the same in every language."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in traced:
        inputs = " + ".join(show_shape(x, "python") for x in row.inputs)
        counts = (show(row.params, "python"), show(row.macs, "python"))
        writer.writerow(
            [row.index, row.text, inputs, show_shape(row.output, "python"), *counts, _field(row, "python", "x")]
        )
    return out.getvalue()


def as_tabular(traced: Trace, lang: str) -> str:
    """A `tabular` for a document with amsmath; of more lines than a page has, a `longtable`, whose head each page repeats."""
    kind = "tabular" if len(traced) <= ONE_PAGE else "longtable"
    head = " & ".join(["", *map(escape, _heads(lang))]) + r" \\"
    lines = [
        rf"\begin{{{kind}}}{{rllrrr}}",
        r"\hline",
        head,
        r"\hline",
        *([r"\endhead"] if kind == "longtable" else []),
    ]
    for row in traced:
        cells = [
            str(row.index), rf"\texttt{{{escape(row.text)}}}", f"${show_shape(row.output, 'latex')}$", f"${show(row.params, 'latex')}$",
            f"${show(row.macs, 'latex')}$", f"${_field(row, 'latex', chr(92) + 'times ')}$",
        ]  # fmt: skip
        lines.append(" & ".join(cells) + r" \\")
    total = f"${show(traced.params, 'latex')}$ & ${show(traced.macs, 'latex')}$"
    lines += [r"\hline", f"& {escape(say('total', lang))} & & {total} & " + r"\\", r"\hline", rf"\end{{{kind}}}"]
    return "\n".join(lines)


def as_markdown(traced: Trace, lang: str) -> str:
    """A table as GitHub and most editors read it."""
    lines = ["| | " + " | ".join(_heads(lang)) + " |", "|--:|---|---|--:|--:|--:|"]
    for row in traced:
        text = row.text.replace("|", r"\|")
        cells = [
            str(row.index),
            f"`{text}`",
            show_shape(row.output),
            show(row.params),
            show(row.macs),
            _field(row, "text", "×"),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    if len(traced) > 1:
        lines.append(f"| | **{say('total', lang)}** | | **{show(traced.params)}** | **{show(traced.macs)}** | |")
    return "\n".join(lines)


def _heads(lang: str) -> list[str]:
    return [say(key, lang) for key in ("layer", "output", "params", "macs", "field")]


def _field(row: Row, style: Style, times: str) -> str:
    shown = show_factor if len(row.receptive_field) > 1 else show
    return times.join("?" if axis is None else shown(axis.size, style) for axis in row.receptive_field)
