"""What one output cell sees of the input, layer by layer: squares within each other on the input, and their sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from convcalc.axis import Axis
from convcalc.errors import ConvcalcError
from convcalc.figures.labels import short, size_label
from convcalc.figures.stages import check_numbers
from convcalc.figures.style import THEMES, Page, measured
from convcalc.layers import Layer
from convcalc.shape import Shape, whole, wholes
from convcalc.tracing import Row, trace
from convcalc.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Points: the drawing's longer side, margins, texts.
SIDE, MARGIN, TEXT, SMALL, LINE = 330.0, 24.0, 11.0, 9.5, 20.0
# Of what fields see beyond the input (padding), on each side so many times the input is drawn.
MOST_AROUND = 1
MOST_SQUARES = 14


class Seen(NamedTuple):
    """A layer whose outputs see more than those before: how it is called, its output, and what its middle cell sees."""

    name: str
    output: tuple[int, ...]
    rows: tuple[int, int]  # the first and last row of the input, padding included
    columns: tuple[int, int]
    axes: int

    @property
    def size(self) -> str:
        return "×".join(str(high - low + 1) for low, high in (self.rows, self.columns)[-self.axes :])

    @property
    def cells(self) -> int:
        return (self.rows[1] - self.rows[0] + 1) * (self.columns[1] - self.columns[0] + 1)


def seen(net: Layer, x: Shape) -> list[Seen]:
    """The layers that widen the field, in order; raises `ConvcalcError` where the field is not known or the input has letters."""
    check_numbers(net, x)
    found: list[Seen] = []
    for row in trace(net, x):
        if not isinstance(row.layer, Layer) or row.layer.moves_only:
            continue
        one = _seen(row, wholes(x), found[-1] if found else None)
        if one is not None and (not found or one.cells > found[-1].cells):
            found.append(one)
    if not found:
        raise ConvcalcError("field_axes", count=len(x) - 1) if len(x) > 3 else ConvcalcError("field_unknown")
    return found


def _seen(row: Row, x: tuple[int, ...], before: Seen | None) -> Seen | None:
    """What the cell in the middle sees; where two are as near to it, the one that sees all of what was seen before."""
    axes = row.receptive_field
    output = wholes(row.output)
    if len(axes) not in (1, 2) or any(axis is None for axis in axes):
        return None
    spatial = output[1:] if len(output) == len(axes) + 1 else (1,) * len(axes)
    last = () if before is None else (before.rows, before.columns)[-len(axes) :]
    ends = []
    for i, (axis, size) in enumerate(zip(axes, spatial, strict=True)):
        assert axis is not None
        middle = x[len(x) - len(axes) + i] - 1
        intervals = [axis.at(place) for place in _near_the_middle(axis, size, middle)]
        known = [(a, b) for a, b in filter(None, intervals) if isinstance(a, int) and isinstance(b, int)]
        if not known:
            return None

        def place(one: tuple[int, int], within: tuple[int, int] | None = last[i] if last else None) -> tuple[bool, int]:
            outside = within is not None and not (one[0] <= within[0] and within[1] <= one[1])
            return outside, abs(sum(one) - middle)  # noqa: B023 - used at once

        ends.append(min(known, key=place))
    assert isinstance(row.layer, Layer)
    rows = ends[0] if len(ends) == 2 else (0, 0)
    return Seen(short(row.layer, len(row.input) - 1), output, rows, ends[-1], len(ends))


def _near_the_middle(axis: Axis, size: int, middle: int) -> range:
    """Outputs whose field may be the nearest to the middle of the input (twice whose place is given)."""
    jump, first = axis.jump, axis.intervals[0]
    if axis.step is None or not jump or not isinstance(jump, int | float) or first is None:
        return range(1)
    centre = round((middle / 2 - (whole(first[0]) + whole(first[1])) / 2) / jump)
    centre = max(0, min(size - 1, centre))
    return range(max(0, centre - 3), min(size, centre + 4))


def field(net: Layer, x: Shape, lang: str = "en", theme: str = "light", title: str | None = None) -> Figure:
    """The picture; the fields of the middle cell of each layer that sees more than the layers before it."""
    found = seen(net, x)
    kept = found if len(found) <= MOST_SQUARES else _spread(found)
    names = [f"{one.name} → {size_label(one.output)}" for one in kept]
    remarks = [say("figure.between", lang, count=len(found) - len(kept))] if len(kept) < len(found) else []
    space = _Space(wholes(x), kept)
    if space.cut:
        remarks.append(say("figure.cut", lang))
    head_text = say("figure.sees", lang)
    sizes = max(measured(one.size, TEXT, bold=True)[0] for one in kept)
    beside = max(
        22 + sizes + 14 + max(measured(name, TEXT)[0] for name in names),
        measured(head_text, TEXT + 1, bold=True)[0],
        *(measured(remark, SMALL)[0] for remark in remarks),
    )
    list_height = (len(kept) + 1 + len(remarks)) * LINE
    body = max(space.height + 2 * MARGIN + LINE, list_height + 2 * MARGIN)
    head = 0.0 if title is None else 34.0
    width = space.width + 2 * MARGIN + 24 + beside + MARGIN
    width = max(width, 0.0 if title is None else measured(title, 15, bold=True)[0] + 2 * MARGIN)
    page = Page(width, body + head, THEMES[theme])
    if title is not None:
        page.text(page.width / 2, body + head / 2, title, 15, fontweight="bold")
    colours = _colours(len(kept), theme)
    bottom = (body - space.height - LINE) / 2 + LINE
    space.draw(page, kept, colours, MARGIN, bottom)
    page.text(MARGIN + space.width / 2, bottom - 13, f"input {size_label(wholes(x))}", TEXT)
    at = body / 2 + list_height / 2 - LINE / 2
    text = space.width + 2 * MARGIN + 24
    page.text(text, at, head_text, TEXT + 1, ha="left", fontweight="bold")
    for one, name, colour in zip(kept, names, colours, strict=True):
        at -= LINE
        page.box(text, at - 6, 12, 12, "window", 1.6, facecolor=(*_rgb(colour), 0.25), edgecolor=colour)
        page.text(text + 22, at, one.size, TEXT, ha="left", fontweight="bold")
        page.text(text + 22 + sizes + 14, at, name, TEXT, ha="left")
    for remark in remarks:
        at -= LINE
        page.text(text, at, remark, SMALL, ha="left", color=page.theme.faint)
    return page.figure


class _Space:
    """The input and what fields see around it, to scale: so many points for a cell; cut where fields are very much larger."""

    def __init__(self, x: tuple[int, ...], kept: list[Seen]) -> None:
        self.rows, self.columns = (x[-2], x[-1]) if len(x) > 2 else (1, x[-1])
        reach = MOST_AROUND * max(self.rows, self.columns)

        def span(size: int, ends: list[tuple[int, int]]) -> tuple[int, int]:
            low, high = min(0, *(a for a, _ in ends)), max(size - 1, *(b for _, b in ends))
            return max(low, -reach), min(high, size - 1 + reach)

        self.top, self.last = span(self.rows, [one.rows for one in kept])
        self.first, self.end = span(self.columns, [one.columns for one in kept])
        self.cut = any(
            one.rows[0] < self.top
            or one.rows[1] > self.last
            or one.columns[0] < self.first
            or one.columns[1] > self.end
            for one in kept
        )
        self.unit = SIDE / max(self.last - self.top + 1, self.end - self.first + 1)
        self.width, self.height = self.unit * (self.end - self.first + 1), self.unit * (self.last - self.top + 1)

    def draw(self, page: Page, kept: list[Seen], colours: list[str], left: float, bottom: float) -> None:
        """The fields, the largest first, and over them the edge of the input; outside of it is padding."""
        inside = (left - 2, bottom - 2, self.width + 4, self.height + 4)

        def box(rows: tuple[int, int], columns: tuple[int, int], line: float, **how: Any) -> None:
            page.box(
                left + self.unit * (columns[0] - self.first), bottom + self.unit * (self.last - rows[1]), self.unit * (columns[1] - columns[0] + 1),
                self.unit * (rows[1] - rows[0] + 1), "input", line, within=inside, **how,
            )  # fmt: skip

        whole_input = (0, self.rows - 1), (0, self.columns - 1)
        box(*whole_input, 0)
        for one, colour in reversed(list(zip(kept, colours, strict=True))):
            box(one.rows, one.columns, 1.6, facecolor=(*_rgb(colour), 0.10), edgecolor=colour)
        box(*whole_input, 2.0, facecolor="none", edgecolor=page.theme.ink)


def _spread(found: list[Seen]) -> list[Seen]:
    """Some of them, evenly from the first to the last."""
    step = (len(found) - 1) / (MOST_SQUARES - 1)
    return [found[round(i * step)] for i in range(MOST_SQUARES)]


def _colours(count: int, theme: str) -> list[str]:
    """From one end of viridis to the other, without the end that the paper swallows."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    low, high = (0.0, 0.78) if theme == "light" else (0.3, 1.0)
    return [to_hex(colormaps["viridis"](low + (high - low) * i / max(count - 1, 1))) for i in range(count)]


def _rgb(colour: str) -> tuple[float, float, float]:
    from matplotlib.colors import to_rgb

    return to_rgb(colour)
