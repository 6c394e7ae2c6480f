"""Columns of horizontal bars beside names, as costs and comparisons are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from convcalc.figures.style import Page, Theme, measured

# Points: the longest bar, the room between columns and around them.
LONGEST, GAP, MARGIN = 160.0, 18.0, 22.0


class Column(NamedTuple):
    """What is counted, the counts, and how each is written at the end of its bar."""

    head: str
    values: Sequence[int]
    texts: Sequence[str]

    def width(self, size: float) -> float:
        """Room for the head, and for the longest bar with its text."""
        return max(
            LONGEST + 6 + max(measured(text, size)[0] for text in self.texts),
            measured(self.head, size + 1, bold=True)[0],
        )


def bars(
    names: Sequence[tuple[str, str]], columns: Sequence[Column], theme: Theme, size: float, line: float, title: str | None = None,
    bold: bool = False, per_row: int = 99,
) -> Page:  # fmt: skip
    """A page with a line for each name (and a remark on it, which may be empty), and its bars in every column.

    `size` is that of the text and `line` the distance of lines, in points; in each column the largest value has the longest bar.
    After `per_row` columns the names stand again, below.
    """
    name_width = max(measured(name, size, bold)[0] for name, _ in names)
    remark_width = max(measured(remark, size)[0] for _, remark in names)
    beside = name_width + (14 + remark_width if remark_width else 0)
    top = 30.0 if title is not None else 0.0
    blocks = [columns[i : i + per_row] for i in range(0, len(columns), per_row)]
    width = 2 * MARGIN + beside + max(sum(GAP + column.width(size) for column in block) for block in blocks)
    width = max(width, 0.0 if title is None else measured(title, 15, bold=True)[0] + 2 * MARGIN)
    tall = (len(names) + 1) * line
    page = Page(width, len(blocks) * tall + (len(blocks) - 1) * line + 2 * MARGIN + top, theme)
    if title is not None:
        page.text(page.width / 2, page.height - MARGIN, title, 15, fontweight="bold")
    colours = iter(theme.series)
    weight = {"fontweight": "bold"} if bold else {}
    for number, block in enumerate(blocks):
        first = page.height - MARGIN - top - line / 2 - number * (tall + line)
        for i, (name, remark) in enumerate(names, 1):
            page.text(MARGIN + name_width, first - i * line, name, size, ha="right", **weight)
            if remark:
                page.text(MARGIN + name_width + 14, first - i * line, remark, size, ha="left", color=theme.faint)
        left = MARGIN + beside + GAP
        for column in block:
            _column(page, column, next(colours), left, first, size, line)
            left += column.width(size) + GAP
    return page


def _column(page: Page, column: Column, colour: str, left: float, first: float, size: float, line: float) -> None:
    page.text(left, first, column.head, size + 1, ha="left", fontweight="bold")
    most = max(*column.values, 1)
    for i, (value, text) in enumerate(zip(column.values, column.texts, strict=True), 1):
        y, length = first - i * line, LONGEST * value / most
        if value:
            page.box(left, y - 0.32 * line, length, 0.64 * line, "conv", 0, facecolor=colour)
        page.text(left + length + 5, y, text, size, ha="left", color=page.theme.ink if value else page.theme.faint)
