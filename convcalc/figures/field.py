"""What one output cell sees of the input, layer by layer: squares within each other on the input, and their sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from convcalc.axis import Axis
from convcalc.errors import ConvcalcError
from convcalc.figures.labels import short, size_label
from convcalc.figures.style import THEMES, Page, measured
from convcalc.layers import Layer
from convcalc.shape import Shape, is_symbolic, show_shape, whole, wholes
from convcalc.tracing import Row, trace
from convcalc.words import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Points. The input is so large; of what fields see beyond it (padding) so much is drawn.
INPUT, MOST_AROUND, MARGIN, TEXT, LINE = 300.0, 60.0, 22.0, 10.0, 19.0
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
    if is_symbolic(x):
        raise ConvcalcError("picture_letters", shape=show_shape(x))
    found: list[Seen] = []
    for row in trace(net, x):
        if not isinstance(row.layer, Layer) or row.layer.moves_only:
            continue
        one = _seen(row, wholes(x), found[-1] if found else None)
        if one is not None and (not found or one.cells > found[-1].cells):
            found.append(one)
    if not found:
        raise ConvcalcError("field_unknown")
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
    height, width = (wholes(x)[-2], wholes(x)[-1]) if len(x) > 2 else (1, wholes(x)[-1])
    unit = INPUT / max(height, width)
    beyond = max(
        max(-one.rows[0], -one.columns[0], one.rows[1] - height + 1, one.columns[1] - width + 1, 0) for one in kept
    )
    around = min(MOST_AROUND, unit * beyond) + MARGIN
    names = [f"{one.name} → {size_label(one.output)}" for one in kept]
    sizes = max(measured(one.size, TEXT, bold=True)[0] for one in kept)
    list_height = (len(kept) + 2) * LINE
    side, tall = INPUT + 2 * around, unit * height + 2 * around
    body = max(tall + LINE, list_height + 2 * MARGIN)
    head = 0.0 if title is None else 34.0
    page = Page(side + 76 + sizes + max(measured(name, TEXT)[0] for name in names), body + head, THEMES[theme])
    if title is not None:
        page.text(page.width / 2, body + head / 2, title, 15, fontweight="bold")
    bottom = (body - tall - LINE) / 2 + LINE
    colours = _colours(len(kept), theme)
    page.box((side - unit * width) / 2, bottom + around, unit * width, unit * height, "input")
    for one, colour in reversed(list(zip(kept, colours, strict=True))):
        (top, last), (first, end) = one.rows, one.columns
        page.box(
            (side - unit * width) / 2 + unit * first, bottom + around + unit * (height - 1 - last), unit * (end - first + 1),
            unit * (last - top + 1), "window", 1.6, facecolor=(*_rgb(colour), 0.10), edgecolor=colour, within=(0, bottom, side, tall),
        )  # fmt: skip
    page.text(side / 2, bottom - 4, f"input {size_label(wholes(x))}", TEXT)
    at = body / 2 + list_height / 2 - LINE
    text = side + 14
    page.text(text, at, say("figure.sees", lang), TEXT + 1, ha="left", fontweight="bold")
    for one, name, colour in zip(kept, names, colours, strict=True):
        at -= LINE
        page.box(text, at - 6, 12, 12, "window", 1.6, facecolor=(*_rgb(colour), 0.25), edgecolor=colour)
        page.text(text + 22, at, one.size, TEXT, ha="left", fontweight="bold")
        page.text(text + 22 + sizes + 14, at, name, TEXT, ha="left")
    if len(kept) < len(found):
        said = say("figure.left_out", lang, count=len(found) - len(kept))
        page.text(text, at - LINE, said, 9, ha="left", color=page.theme.faint)
    return page.figure


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
