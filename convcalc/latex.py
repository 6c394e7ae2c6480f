"""An answer in LaTeX: an `align*` block that compiles as it stands, inside a document with amsmath (and, for Vietnamese, fonts in T5)."""

from __future__ import annotations

from convcalc.explain import steps
from convcalc.notation import show
from convcalc.shape import show_shape
from convcalc.tracing import Trace
from convcalc.words import say

# Lines that stand on one page; a longer block may be broken between pages.
ONE_PAGE = 40


def derivation(traced: Trace, explain: bool, lang: str) -> str:
    """The output, parameters, multiply-adds and range of validity; with `explain`, the steps of every layer first."""
    lines = _steps(traced, lang) if explain else []
    lines += [
        _line(say("output", lang), show_shape(traced.output, "latex")),
        _line(say("total_params", lang), show(traced.params, "latex")),
        _line(say("total_macs", lang), show(traced.macs, "latex")),
    ]
    for i, condition in enumerate(traced.valid_when):
        lines.append(f"& {condition.text('latex')}" if i else _line(say("valid_when", lang), condition.text("latex")))
    block = "\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}"
    return block if len(lines) <= ONE_PAGE else "{\\allowdisplaybreaks\n" + block + "}"


def document(body: str, lang: str) -> str:
    """A whole document around a block or a table: amsmath and, for Vietnamese, fonts in T5 (vntex)."""
    packages = [r"\usepackage{amsmath}", *([r"\usepackage[T5]{fontenc}"] if lang == "vi" else [])]
    packages += [r"\usepackage{longtable}"] if r"\begin{longtable}" in body else []
    page = r"\usepackage[margin=15mm]{geometry}"
    lines = [r"\documentclass{article}", *packages, page, r"\pagestyle{empty}", r"\begin{document}", r"\noindent", body]
    return "\n".join([*lines, r"\end{document}"])


def _steps(traced: Trace, lang: str) -> list[str]:
    lines = []
    for row in traced:
        title = escape(f"{row.index}. {row.text}")
        lines.append(
            rf"\text{{{title}}}\colon\quad & {show_shape(row.input, 'latex')} \to {show_shape(row.output, 'latex')}"
        )
        for step in steps(row):
            first, *rest = step.stages("latex", lang)
            lines.append(_line(say("step." + step.what, lang), first))
            lines += [rf"& \quad = {stage}" for stage in rest]
    return lines


def _line(label: str, value: str) -> str:
    return rf"\text{{{escape(label)}}}\colon\quad & {value}"


def escape(text: str) -> str:
    """Text for LaTeX, with its special characters as characters."""
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", ">": r"\textgreater{}", "<": r"\textless{}", "|": r"\textbar{}"}  # fmt: skip
    return "".join(special.get(c, "\\" + c if c in "&%$#_{}" else c) for c in text)
