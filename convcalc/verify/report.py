"""Verdicts on the screen: a line a claim under its deck and page, then the summary."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from convcalc.verify.judge import Verdict
from convcalc.verify.sheet import Sheet
from convcalc.words import say

MARKS = {"right": ("✓", "green"), "wrong": ("✗", "bold red"), "unclear": ("?", "yellow")}


def report(
    judged: Sequence[tuple[Sheet, Sequence[Verdict]]], counts: dict[str, int], lang: str, filtered: bool
) -> RenderableType:
    """Everything that `convcalc verify` prints."""
    parts: list[RenderableType] = []
    for sheet, verdicts in judged:
        if not verdicts and filtered:
            continue
        parts.append(Text(sheet.deck + (f" · {sheet.title}" if sheet.title else ""), style="bold"))
        page: int | str | None = None
        for verdict in verdicts:
            if verdict.claim.page != page:
                page = verdict.claim.page
                parts.append(Padding(Text(page_name(sheet, page, lang), style="dim"), (0, 0, 0, 2), expand=False))
            parts += lines(verdict, lang)
        parts.append("")
    parts.append(Text(say("verify.summary", lang, **counts)))
    return Group(*parts)


def page_name(sheet: Sheet, page: int | str, lang: str) -> str:
    """page 7 · Padding"""
    name = f"{say('page', lang)} {page}" if isinstance(page, int) else page
    title = sheet.titles.get(page)
    return f"{name} · {title}" if title else name


def lines(verdict: Verdict, lang: str) -> list[RenderableType]:
    """The line of one claim, and below it why it is wrong or unclear."""
    which = 1 if lang == "vi" else 0
    mark, style = MARKS[verdict.verdict]
    label = f"{verdict.claim.label}: " if verdict.claim.label else ""
    claimed, right = verdict.texts(lang)
    said = f"{label}{claimed}"
    if verdict.verdict == "unclear":
        said = verdict.claim.label
    first = Text.assemble((f"{mark} ", style), said)
    if verdict.verdict == "wrong":
        first.append(f"   {say('right', lang)}: ", style="dim")
        first.append(right, style="bold")
    found: list[RenderableType] = [Padding(first, (0, 0, 0, 4), expand=False)]
    below = [cause[which] for cause in verdict.causes]
    if verdict.reason is not None and verdict.verdict != "right":
        below.append(verdict.reason[which])
    found += [Padding(Text(text, style="dim"), (0, 0, 0, 8), expand=False) for text in below]
    return found
