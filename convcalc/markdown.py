"""An answer in Markdown: the steps of every layer as formulas between dollar signs, and the layer table."""

from __future__ import annotations

from convcalc.explain import steps
from convcalc.notation import show
from convcalc.shape import show_shape
from convcalc.tables import as_markdown
from convcalc.tracing import Trace
from convcalc.words import say


def answer(traced: Trace, explain: bool, lang: str) -> str:
    """The table and the totals; with `explain`, the steps of every layer first."""
    lines = _steps(traced, lang) if explain else []
    lines += [as_markdown(traced, lang), ""]
    lines.append(f"- {say('output', lang)}: ${show_shape(traced.output, 'latex')}$")
    lines.append(f"- {say('total_params', lang)}: ${show(traced.params, 'latex')}$")
    lines.append(f"- {say('total_macs', lang)}: ${show(traced.macs, 'latex')}$")
    if traced.valid_when:
        conditions = ", ".join(f"${condition.text('latex')}$" for condition in traced.valid_when)
        lines.append(f"- {say('valid_when', lang)}: {conditions}")
    return "\n".join(lines)


def _steps(traced: Trace, lang: str) -> list[str]:
    lines = []
    for row in traced:
        text = row.text.replace("`", "'")
        shapes = rf"{show_shape(row.input, 'latex')} \to {show_shape(row.output, 'latex')}"
        lines += [f"**{row.index}.** `{text}` ${shapes}$", ""]
        found = steps(row)
        lines += [f"- {say('step.' + step.what, lang)}: ${' = '.join(step.stages('latex', lang))}$" for step in found]
        lines += [""] if found else []
    return lines
