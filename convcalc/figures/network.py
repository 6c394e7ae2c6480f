"""A network as the slides draw it: feature maps as stacked sheets to scale, dense layers as columns, the layers on the arrows."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

from convcalc.figures.labels import amount, size_label
from convcalc.figures.stages import Stage, stages
from convcalc.figures.style import THEMES, Page, measured
from convcalc.layers import Layer
from convcalc.shape import Shape, whole
from convcalc.tracing import trace
from convcalc.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Points: a slide is 960 wide (13⅓ inch); the largest map is as large as lets the rows be few.
WIDTH, MARGIN = 960.0, 22.0
LARGEST = (92.0, 76.0, 62.0)
# The smallest map is at least so small a part of the largest; where that is not to scale the picture says so.
SMALLEST = 1 / 16
# A row is at most so many times wider than it is high.
WIDEST = 4.5
# Sheets of a stack are so far apart; up to so many channels each has its own.
OFFSET, ALL_SHEETS, MOST_SHEETS = 3.2, 6, 14
TEXT, LABEL, TITLE, CAPTION = 11.0, 11.5, 16.0, 9.5
ARROW = 30.0
CELLS = 12  # features that are drawn one by one
SKIP = 34.0  # room for the way around a residual's body, and its sum


@dataclass
class Placed:
    """A stage with its size and place: the arrow to it takes `gap`, its map `width` by `height` of the cell's width."""

    number: int
    stage: Stage
    label: str  # its size, and a letter where another stage far from it takes from it
    far: list[str]  # what is said of the stages that it takes from far away
    sheets: int
    width: float
    height: float
    cell: float
    gap: float
    up: float  # what stands above the arrow
    down: float  # and below
    x: float = 0.0  # where its cell begins, after the arrow
    row: int = 0

    @property
    def middle(self) -> float:
        return self.x + self.cell / 2

    @property
    def left(self) -> float:
        return self.middle - self.width / 2

    @property
    def right(self) -> float:
        return self.middle + self.width / 2


def network(net: Layer, x: Shape, lang: str = "en", theme: str = "light", title: str | None = None) -> Figure:
    """The picture of a network on an input; raises `ConvcalcError` where a layer does not fit or the input has letters."""
    made = stages(net, x)
    placed, rows, scaled = _fitted(made, lang)
    arcs = _arcs(placed)
    tops = [_top(row, arcs) for row in rows]
    bottoms = [max(max(p.height / 2, p.down) for p in row) + 24 for row in rows]
    head = 0.0 if title is None else 2.2 * TITLE
    foot = 26.0
    height = head + foot + sum(tops) + sum(bottoms) + 16 * (len(rows) - 1) + MARGIN
    width = max(row[-1].x + row[-1].cell for row in rows) + MARGIN + (26 if len(rows) > 1 else 0)
    caption = _caption(net, x, lang, scaled, len({s.shape for s in made if len(s.shape) == 1}) > 1)
    width = max(
        width,
        measured(caption, CAPTION)[0] + 2 * MARGIN,
        0 if title is None else measured(title, TITLE, True)[0] + 2 * MARGIN,
    )
    page = Page(width, height, THEMES[theme])
    if title is not None:
        page.text(width / 2, height - 1.2 * TITLE, title, TITLE, fontweight="bold")
    y = height - head - MARGIN / 2
    middles = []
    for i, row in enumerate(rows):
        y -= tops[i]
        middles.append(y)
        _draw_row(page, row, y, y - bottoms[i] + 12, placed, lang)
        last = row[-1]
        if i < len(rows) - 1 and last.number in placed[last.number + 1].stage.sources:  # on to the next row
            page.arrow(last.right + 3, y, last.x + last.cell + 18, y)
        y -= bottoms[i] + 16
    for source, target, level in arcs:
        _draw_arc(page, placed[source : target + 1], middles[placed[target].row], level)
    page.text(MARGIN, 13, caption, CAPTION, ha="left", color=page.theme.faint)
    return page.figure


def _caption(net: Layer, x: Shape, lang: str, scaled: bool, columns: bool) -> str:
    traced = trace(net, x)
    said = f"{amount(whole(traced.params), lang)} {say('params', lang)}, {amount(whole(traced.macs), lang)} {say('macs', lang)}"
    notes = [say("figure.scale", lang)] if scaled else []
    return "; ".join([said, *notes, *([say("figure.columns", lang)] if columns else [])])


def _fitted(made: list[Stage], lang: str) -> tuple[list[Placed], list[list[Placed]], bool]:
    """The stages in as few rows as a somewhat smaller drawing allows, the rows about equally long."""
    tried = []
    for largest in LARGEST:
        placed, scaled = _sized(made, lang, largest)
        tried.append((placed, _in_rows(placed, WIDTH), scaled))
    placed, rows, scaled = min(tried, key=lambda one: len(one[1]))
    wanted = len(rows)
    if wanted == 1 and len(made) > 5 and rows[0][-1].x > WIDEST * (largest_of(rows[0]) + 60):
        wanted = 2  # a strip would have to be shrunk on a slide
    low, high = WIDTH / 4, WIDTH
    while high - low > 4:  # the narrowest page with so many rows
        middle = (low + high) / 2
        low, high = (low, middle) if len(_in_rows(placed, middle)) <= wanted else (middle, high)
    return placed, _in_rows(placed, high), scaled


def largest_of(row: list[Placed]) -> float:
    """The height of the largest map of a row."""
    return max(one.height for one in row)


def _sized(made: list[Stage], lang: str, unit: float) -> tuple[list[Placed], bool]:
    """The sizes of everything, in points; and whether small maps had to be drawn larger than to scale."""
    lengths = [
        size for stage in made if len(stage.shape) > 1 for size in stage.shape[-2:][-min(2, len(stage.shape) - 1) :]
    ]
    largest, smallest = max(lengths, default=1), min(lengths, default=1)
    power = 1.0 if smallest >= SMALLEST * largest else log(1 / SMALLEST) / log(largest / smallest)
    features = max((stage.shape[0] for stage in made if len(stage.shape) == 1), default=1)

    def drawn(size: int) -> float:
        return float(unit * (size / largest) ** power)

    named = _named(made)
    placed = []
    for i, stage in enumerate(made):
        shape = stage.shape
        sheets = 1
        if stage.kind == "gap":
            width, height = 30.0, 20.0
        elif len(shape) == 1:
            width, height = 11.0, unit * (0.2 + 0.8 * log(shape[0] + 1) / log(features + 1))
        else:
            count = shape[0]
            sheets = count if count <= ALL_SHEETS else min(MOST_SHEETS, ALL_SHEETS + round(log(count / ALL_SHEETS, 2)))
            tall, wide = (shape[-2], shape[-1]) if len(shape) > 2 else (shape[-1], 1)
            width = (drawn(wide) if len(shape) > 2 else 7.0) + OFFSET * (sheets - 1)
            height = drawn(tall) + OFFSET * (sheets - 1)
        label = say("figure.left_out", lang, count=stage.left_out) if stage.kind == "gap" else size_label(shape)
        label += f" ({named[i]})" if i in named else ""
        cell = max(width, measured(label, LABEL)[0]) + 8
        above, below = _texts(stage)
        far = [
            say("figure.from", lang, name=named[source], size=size_label(made[source].shape))
            for source in stage.sources
            if source in named and source != i - 1
        ]
        below = [*below, *far]
        widest = max([0.0, *(measured(line, TEXT, bold=True)[0] for line in [*above, *below, stage.shortcut])])
        widest += SKIP if stage.skip else 0
        placed.append(
            Placed(
                i, stage, label, far, sheets, width, height, cell, max(ARROW, widest + 12) if i else 0.0,
                measured("\n".join(above), TEXT)[1] + 5 + (14 if stage.skip else 0) + (14 if stage.shortcut else 0) if above else 0.0,
                measured("\n".join(below), TEXT)[1] + 5 if below else 0.0,
            )
        )  # fmt: skip
    return placed, power < 1


def _named(made: list[Stage]) -> dict[int, str]:
    """A letter for every stage that another one takes from, not next to it."""
    far = sorted({source for i, stage in enumerate(made) for source in stage.sources if source != i - 1})
    return {source: chr(ord("a") + n) if n < 26 else f"a{n - 25}" for n, source in enumerate(far)}


def _texts(stage: Stage) -> tuple[list[str], list[str]]:
    """The lines above the arrow and below it."""
    times = [f"× {stage.times}"] if stage.times > 1 else []
    more = list(dict.fromkeys(stage.more))
    return stage.lines, times + ([", ".join(more)] if 0 < sum(map(len, more)) < 16 else more)


def _in_rows(placed: list[Placed], width: float) -> list[list[Placed]]:
    """As many to a row as the width has room for."""
    rows: list[list[Placed]] = []
    x = MARGIN
    for one in placed:
        if not rows or (x + one.gap + one.cell > width - MARGIN and rows[-1]):
            rows.append([])
            x = MARGIN
        one.x = x + one.gap
        one.row = len(rows) - 1
        rows[-1].append(one)
        x = one.x + one.cell
    return rows


def _arcs(placed: list[Placed]) -> list[tuple[int, int, int]]:
    """(source, target, level) of what is merged from beyond the neighbour, in the same row; arcs that overlap have levels of their own."""
    found: list[tuple[int, int, int]] = []
    for target, one in enumerate(placed):
        for source in one.stage.sources:
            if source == target - 1 or placed[source].row != one.row or len(one.stage.sources) == 1:
                continue
            taken = {level for a, b, level in found if placed[a].row == one.row and a < target and source < b}
            found.append((source, target, next(level for level in range(99) if level not in taken)))
    return found


def _top(row: list[Placed], arcs: list[tuple[int, int, int]]) -> float:
    """What a row needs above its middle."""
    levels = [level for _, target, level in arcs if row[0].number <= target <= row[-1].number]
    arc = 0.0 if not levels else 16.0 + 10 * (max(levels) + 1)
    return max(max(one.height / 2, one.up) for one in row) + arc + 6


def _draw_row(page: Page, row: list[Placed], y: float, label_y: float, placed: list[Placed], lang: str) -> None:
    for one in row:
        _draw_stage(page, one, y, label_y, lang)
        if one.number == 0:
            continue
        before = placed[one.number - 1]
        start = (before.right if before.row == one.row else one.x - one.gap) + 3
        merged = len(one.stage.sources) > 1
        far = [
            said
            for said, i in zip(one.far, [i for i in one.stage.sources if i != before.number], strict=True)
            if not merged or placed[i].row != one.row
        ]
        if before.number in one.stage.sources:
            page.arrow(start, y, one.left - 3, y)
        elif far:  # from elsewhere, which the text says
            page.arrow(start + 6, y, one.left - 3, y, linestyle=(0, (4, 3)))
        _draw_texts(page, one, y, start, far)


def _draw_texts(page: Page, one: Placed, y: float, start: float, far: list[str]) -> None:
    """What stands above and below the arrow; a residual's way around it."""
    stage, end = one.stage, one.left - 3
    middle = (start + end - (10 if stage.skip else 0)) / 2
    above, below = _texts(stage)
    if above:
        page.text(middle, y + 4, "\n".join(above), TEXT, va="bottom", linespacing=1.15)
    below = [*below, *far]
    down = y - 5
    if stage.times > 1:
        page.text(middle, down, below.pop(0), TEXT + 1, va="top", fontweight="bold")
        down -= 1.25 * (TEXT + 1)
    if below:
        page.text(middle, down, "\n".join(below), TEXT, va="top", linespacing=1.15, color=page.theme.faint)
    if stage.skip:
        colour = page.theme.fill("window")[1]
        arc = y + one.up - (19 if stage.shortcut else 5)
        page.line([start + 5, start + 5, end - 14, end - 14], [y, arc, arc, y + 6], color=colour)
        round_it = {"boxstyle": "circle,pad=0.1", "facecolor": page.theme.paper, "edgecolor": colour}
        page.text(end - 14, y, "+", 11, color=colour, fontweight="bold", bbox=round_it)
        if stage.shortcut:
            page.text(middle, arc + 3, stage.shortcut, TEXT, va="bottom", color=colour)


def _draw_stage(page: Page, one: Placed, y: float, label_y: float, lang: str) -> None:
    stage = one.stage
    if stage.kind == "gap":
        page.text(one.middle, y, "···", 16)
        page.text(one.middle, label_y, say("figure.left_out", lang, count=stage.left_out), LABEL)
        return
    side = OFFSET * (one.sheets - 1)
    width, height = one.width - side, one.height - side
    for sheet in reversed(range(one.sheets)):
        page.box(one.left + OFFSET * sheet, y - one.height / 2 + OFFSET * sheet, width, height, stage.kind, 0.9)
    if len(stage.shape) == 1 and 1 < stage.shape[0] <= CELLS:  # few features: a cell each
        step = height / stage.shape[0]
        for i in range(1, stage.shape[0]):
            page.line(
                [one.left, one.right],
                [y - height / 2 + i * step] * 2,
                color=page.theme.fill(stage.kind)[1],
                linewidth=0.7,
            )
    page.text(one.middle, label_y, one.label, LABEL)


def _draw_arc(page: Page, over: list[Placed], y: float, level: int) -> None:
    """From the first of the stages to the last, above all between them."""
    colour = page.theme.fill("window")[1]
    source, target = over[0], over[-1]
    top = y + max(max(one.height / 2, one.up) for one in over) + 12 + 10 * level
    page.line([source.middle, source.middle, target.middle], [y + source.height / 2 + 2, top, top], color=colour)
    page.arrow(target.middle, top, target.middle, y + target.height / 2 + 2, color=colour)
