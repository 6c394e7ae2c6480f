"""Verdicts as one web page that can be sent to the author of a deck: no scripts, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from convcalc.verify.judge import Verdict, counts
from convcalc.verify.report import MARKS, page_name
from convcalc.verify.sheet import Sheet
from convcalc.words import pick, say

_STYLE = """
:root { color-scheme: light dark; --right: #1a7f37; --wrong: #c1121f; --unclear: #9a6700; --line: #8883; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .3rem; opacity: .75; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
th { border: 0; font-weight: 600; font-size: .85rem; opacity: .7; }
td:first-child, th:first-child { width: 1.5rem; }
.right { color: var(--right); } .wrong { color: var(--wrong); } .unclear { color: var(--unclear); }
code, pre { font: .92em/1.4 ui-monospace, monospace; margin: 0; } .why { font-size: .9rem; opacity: .85; }
tr.is-wrong td { background: #c1121f14; }
@media (prefers-color-scheme: dark) { :root { --right: #4ac26b; --wrong: #ff7b72; --unclear: #d4a72c; } }
@media print { body { margin: 0; } tr { break-inside: avoid; } }
"""


def page(judged: Sequence[tuple[Sheet, Sequence[Verdict]]], lang: str) -> str:
    """The whole page: the wrong claims of all decks first, then every claim deck by deck."""
    everything = [(sheet, verdict) for sheet, verdicts in judged for verdict in verdicts]
    summary = say("verify.summary", lang, **counts(v for _, v in everything))
    wrong = [(sheet, v) for sheet, v in everything if v.verdict == "wrong"]
    title = pick(lang, "Numbers on the slides, checked", "Kiểm tra các con số trên slide")
    parts = [
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1><p>{escape(summary)}. ",
        escape(pick(lang, "Worked out by convcalc; every number can be checked again with it.", "Tính bằng convcalc; mọi con số đều có thể kiểm tra lại.")),
        "</p>",
    ]  # fmt: skip
    if wrong:
        parts.append(f"<h2>{escape(pick(lang, 'What is wrong', 'Những chỗ sai'))}</h2>")
        parts.append(_table([(f"{sheet.title or sheet.deck}, {page_name(sheet, v.claim.page, lang)}", v) for sheet, v in wrong], lang, places=True))  # fmt: skip
    for sheet, verdicts in judged:
        parts.append(f"<h2>{escape(sheet.title or sheet.deck)}</h2><p><code>{escape(sheet.deck)}</code></p>")
        pages: dict[int | str, list[Verdict]] = {}
        for verdict in verdicts:
            pages.setdefault(verdict.claim.page, []).append(verdict)
        for number, found in pages.items():
            parts.append(f"<h3>{escape(page_name(sheet, number, lang))}</h3>")
            parts.append(_table([("", v) for v in found], lang, places=False))
    parts.append("</body></html>\n")
    return "".join(parts)


def _table(rows: Sequence[tuple[str, Verdict]], lang: str, places: bool) -> str:
    which = 1 if lang == "vi" else 0
    heads = ["", *([say("page", lang)] if places else []), say("claim", lang), say("claimed", lang), say("right", lang)]
    parts = ["<table><tr>", *(f"<th>{escape(head)}</th>" for head in heads), "</tr>"]
    for place, verdict in rows:
        why = [cause[which] for cause in verdict.causes]
        if verdict.reason is not None:
            why.append(verdict.reason[which])
        mark = MARKS[verdict.verdict][0]
        said = escape(verdict.claim.label) + "".join(f'<div class="why">{escape(text)}</div>' for text in why)
        claimed, right = (_shown(text, verdict) for text in verdict.texts(lang))
        cells = [
            f'<td class="{verdict.verdict}">{mark}</td>',
            *([f"<td>{escape(place)}</td>"] if places else []),
            f"<td>{said}</td><td>{claimed}</td><td>{right}</td>",
        ]
        parts.append(f'<tr class="is-{verdict.verdict}">{"".join(cells)}</tr>')
    return "".join([*parts, "</table>"])


def _shown(text: str, verdict: Verdict) -> str:
    """A claim's text as code; a matrix with its rows below each other and its columns in line."""
    if verdict.claim.kind != "output" or ";" not in text:
        return f"<code>{escape(text)}</code>"
    blocks = []
    for channel in text.split(" | "):
        rows = [row.split() for row in channel.split(";")]
        width = max(len(word) for row in rows for word in row)
        blocks.append("\n".join(" ".join(word.rjust(width) for word in row) for row in rows))
    return "<pre>" + escape("\n\n".join(blocks)) + "</pre>"
