"""A window at work: the padded input, the kernel, the products of one cell and the output so far, one frame a cell."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, sqrt
from typing import TYPE_CHECKING, Any

from convcalc.cellwise import Cell, pad
from convcalc.compute import Worked
from convcalc.errors import ConvcalcError
from convcalc.figures.labels import short
from convcalc.figures.style import FONT, THEMES, Page, measured
from convcalc.layers import AvgPool, Conv, Layer, MaxPool, MinPool
from convcalc.layers.base import per_axis
from convcalc.numbers import Array, Number, show_number
from convcalc.shape import short as short_text
from convcalc.shape import show_shape, wholes
from convcalc.words import say
from convcalc.worked import products

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CELL = 26.0  # points
GAP, MARGIN = 46.0, 20.0
NUMBER, TITLE, SUM = 10.0, 11.0, 11.0
# Larger ones cannot be read.
MOST_CELLS_WIDE, MOST_CHANNELS, MOST_FRAMES, MOST_STILLS = 16, 3, 100, 36
FRAME_MS, GIF_DPI = 900, 110


@dataclass(frozen=True)
class Window:
    """The layer's numbers along the two axes, and the grids that are drawn: (C, H, W) each, a 1-d one with one row."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: tuple[int, int]  # before the input
    padded: Array
    input_size: tuple[int, int]
    output: Array
    cells: list[Cell]
    weights: bool
    blank: bool  # padding that has no number: a max or min pool never takes it
    said: str  # the layer in a few words

    def place(self, cell: Cell) -> tuple[int, int, int]:
        """(channel, row, column) of a cell in the output."""
        f, *rest = cell.index
        i, j = rest if len(rest) == 2 else (0, rest[0])
        return f, i, j

    def looked_at(self, cell: Cell) -> set[tuple[int, int]]:
        """Rows and columns of the padded input under the kernel."""
        _, i, j = self.place(cell)
        return {
            (i * self.stride[0] + a * self.dilation[0], j * self.stride[1] + b * self.dilation[1])
            for a in range(self.kernel[0])
            for b in range(self.kernel[1])
        }


def one_window(net: Layer) -> Conv | MaxPool | AvgPool | MinPool:
    """The layer, if it is one that can be drawn; raises `ConvcalcError` if not."""
    if not isinstance(net, Conv | MaxPool | AvgPool | MinPool) or (isinstance(net, Conv) and net.groups != 1):
        raise ConvcalcError("steps_one_window", layer_name=short_text(str(net)))
    return net


def along(layer: Layer, axes: int) -> Layer:
    """The layer for one axis, where its kernel is a single number: a row of numbers is no matrix then."""
    size = getattr(layer, "kernel_size", None)
    if axes != 1 or not isinstance(size, int):
        return layer
    return type(layer)(**layer.__dict__ | {"kernel_size": (size,)})


def window_of(worked: Worked, data: Array) -> Window:
    """What is drawn of a worked answer; raises `ConvcalcError` where it is no single window, or too large to be read."""
    layer = one_window(worked.net)
    axes = len(worked.input_shape) - 1
    if axes > 2:
        raise ConvcalcError("steps_one_window", layer_name=str(layer))
    step = worked.steps[-1]
    given = step.padded
    if given is None:  # a pool leaves its padding out of its windows
        sides = wholes(per_axis(layer, "padding", worked.input_shape, axes))
        given = pad(data.reshaped(worked.input_shape), [(side, side) for side in sides], "zeros")

    def pair(values: tuple[int, ...], lone: int) -> tuple[int, int]:
        return (values[0], values[1]) if axes == 2 else (lone, values[0])

    def of(name: str, usual: int) -> tuple[int, int]:
        if getattr(layer, name, None) is None:
            return of("kernel_size", 1) if name == "stride" else (usual, usual)
        return pair(wholes(per_axis(layer, name, worked.input_shape, axes)), usual)

    sizes = pair(worked.input_shape[1:], 1)
    padded, output = _grid(given, axes), _grid(step.output, axes)
    before = ((padded.shape[1] - sizes[0]) // 2, (padded.shape[2] - sizes[1]) // 2)
    if not isinstance(layer.padding, str):
        before = of("padding", 0)
    wide = max(*padded.shape[1:], *output.shape[1:])
    if len(step.cells) > MOST_FRAMES:
        raise ConvcalcError("steps_too_many", count=len(step.cells), limit=MOST_FRAMES)
    if wide > MOST_CELLS_WIDE or padded.shape[0] > MOST_CHANNELS:
        raise ConvcalcError(
            "steps_too_large", shape=show_shape(worked.input_shape), cells=MOST_CELLS_WIDE, channels=MOST_CHANNELS
        )
    return Window(
        of("kernel_size", 1), of("stride", 1), of("dilation", 1), before, padded, sizes, output, step.cells, isinstance(layer, Conv),
        isinstance(layer, MaxPool | MinPool), short(layer, axes),
    )  # fmt: skip


def _grid(array: Array, axes: int) -> Array:
    """(C, H, W), with one row where there is one axis."""
    shape = array.shape if len(array.shape) == axes + 1 else (1, *array.shape)
    return Array(shape if axes == 2 else (shape[0], 1, shape[1]), array.values)


class Scene:
    """A window on its page: where the grids stand, and the products of every cell, broken where a line is full."""

    def __init__(self, window: Window, lang: str) -> None:
        self.window, self.lang = window, lang
        channels, rows, columns = window.padded.shape
        maps, out_rows, out_columns = window.output.shape
        grids = [columns, *([window.kernel[1]] if window.weights else []), out_columns]
        titles = [
            say("padded" if any(window.padding) else "input", lang).lower(),
            "kernel",
            say("output", lang).lower(),
        ]
        widths = [
            max(n * CELL, measured(title, TITLE, bold=True)[0])
            for n, title in zip(grids, titles if window.weights else titles[::2], strict=True)
        ]
        self.titles = titles if window.weights else titles[::2]
        self.widths = widths
        biased = [cell.bias for cell in window.cells if cell.bias is not None]
        self.gap = GAP + (max(measured(f"+ {show_number(bias, lang)} ", 16)[0] for bias in biased) if biased else 0)
        self.width = max(sum(widths) + self.gap * (len(widths) - 1) + 2 * MARGIN, 300.0)
        self.sums = [self._broken(cell) for cell in window.cells]
        self.room = max(map(len, self.sums)) * SUM * 1.3
        self.tallest = max(_height(channels, rows), _height(channels, window.kernel[0]), _height(maps, out_rows))
        self.height = self.tallest + 44 + self.room + 2.5 * MARGIN

    def _broken(self, cell: Cell) -> list[str]:
        f, i, j = self.window.place(cell)
        place = (f, i, j) if self.window.output.shape[0] > 1 else (i, j)
        lines = [""]
        for word in f"({', '.join(map(str, place))}): {products(cell, self.lang)}".replace("-", "−").split(" "):
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and measured(longer, SUM)[0] > self.width - 2 * MARGIN:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines

    def draw(self, page: Page, number: int, x: float, y: float) -> None:
        """Frame `number`, its lower left corner at (x, y)."""
        window = self.window
        page.text(x + self.width / 2, y + MARGIN + self.room / 2, "\n".join(self.sums[number]), SUM, linespacing=1.3)
        page.text(x + self.width / 2, y + self.height - MARGIN, window.said, TITLE, color=page.theme.faint)
        top = y + self.height - MARGIN - 42
        middle = top - self.tallest / 2
        left = x + (self.width - sum(self.widths) - self.gap * (len(self.widths) - 1)) / 2
        bias = window.cells[number].bias
        added = "" if bias is None else f"+ {show_number(bias, self.lang).replace('-', '−')} "
        signs = ["∗", f"{added}="] if window.weights else ["→"]
        grids = [_draw_input, _draw_kernel, _draw_output] if window.weights else [_draw_input, _draw_output]
        for i, (title, width, grid) in enumerate(zip(self.titles, self.widths, grids, strict=True)):
            page.text(left + width / 2, top + 10, title, TITLE, fontweight="bold")
            grid(page, window, number, left + width / 2, middle, self.lang)
            if i < len(signs):
                page.text(left + width + self.gap / 2, middle, signs[i], 16)
            left += width + self.gap


def _height(maps: int, rows: int) -> float:
    return maps * rows * CELL + (maps - 1) * 10


def frame(scene: Scene, number: int, theme: str) -> Figure:
    """One frame: the window over its cells, and the output up to that cell."""
    page = Page(scene.width, scene.height, THEMES[theme])
    scene.draw(page, number, 0, 0)
    return page.figure


def strip(scene: Scene, theme: str) -> Figure:
    """Stills side by side for print, row by row; the first ones where there are very many."""
    count = len(scene.window.cells)
    shown = min(count, MOST_STILLS)
    columns = max(
        1, min(shown, round(sqrt(shown * scene.height / scene.width * 16 / 9)))
    )  # as wide as a slide for its height
    rows = ceil(shown / columns)
    foot = 18.0 if shown < count else 0.0
    page = Page(columns * scene.width, rows * scene.height + foot, THEMES[theme])
    for i in range(shown):
        row, column = divmod(i, columns)
        scene.draw(page, i, column * scene.width, foot + (rows - 1 - row) * scene.height)
    if foot:
        said = say("figure.first", scene.lang, shown=shown, count=count)
        page.text(MARGIN, 10, said, 9, ha="left", color=page.theme.faint)
    return page.figure


def animation(scene: Scene, theme: str) -> bytes:
    """A GIF that goes round for ever, one frame a cell."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    frames = []
    for i in range(len(scene.window.cells)):
        made = frame(scene, i, theme)
        made.set_dpi(GIF_DPI)
        canvas = FigureCanvasAgg(made)
        canvas.draw()  # type: ignore[no-untyped-call]
        image = Image.frombytes("RGBA", canvas.get_width_height(), canvas.buffer_rgba().tobytes())  # type: ignore[no-untyped-call]
        frames.append(image.convert("RGB").quantize(64, dither=Image.Dither.NONE))
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=FRAME_MS, loop=0, disposal=1)
    return out.getvalue()


def _number(page: Page, x: float, y: float, value: Number, kind: str, lang: str, **how: Any) -> None:
    page.box(x, y, CELL, CELL, kind, 0.7, **how)
    text = show_number(value, lang).replace("-", "−")
    size = NUMBER if measured(text, NUMBER)[0] < CELL - 3 else NUMBER * (CELL - 3) / measured(text, NUMBER)[0]
    page.text(x + CELL / 2, y + CELL / 2, text, size, fontfamily=FONT)


def _draw_input(page: Page, window: Window, number: int, middle: float, y: float, lang: str) -> None:
    cell = window.cells[number]
    under = window.looked_at(cell)
    channels = window.padded.shape[0]
    (above, before), (height, width) = window.padding, window.input_size
    for channel, i, j, x, at in _places(window.padded.shape, middle, y):
        inside = above <= i < above + height and before <= j < before + width
        seen = (i, j) in under and (window.weights or channels == 1 or channel == window.place(cell)[0])
        line = "-" if inside or seen else (0, (2, 2))
        kind = "window" if seen else "conv" if inside else "input"
        if window.blank and not inside:
            page.box(x, at, CELL, CELL, kind, 0.7, linestyle=line)
        else:
            _number(page, x, at, window.padded.at((channel, i, j)), kind, lang, linestyle=line)


def _draw_kernel(page: Page, window: Window, number: int, middle: float, y: float, lang: str) -> None:
    weights = window.cells[number].weights
    shape = (window.padded.shape[0], *window.kernel)
    for place, (_, _, _, x, at) in enumerate(_places(shape, middle, y)):
        _number(page, x, at, weights[place], "window", lang)


def _draw_output(page: Page, window: Window, number: int, middle: float, y: float, lang: str) -> None:
    done = {window.place(cell): cell for cell in window.cells[: number + 1]}
    now = window.place(window.cells[number])
    for f, i, j, x, at in _places(window.output.shape, middle, y):
        cell = done.get((f, i, j))
        if cell is None:
            page.box(x, at, CELL, CELL, "dense", 0.7, facecolor="none")
        else:
            _number(page, x, at, cell.result, "window" if (f, i, j) == now else "dense", lang)


def _places(shape: tuple[int, ...], middle: float, y: float) -> Iterator[tuple[int, int, int, float, float]]:
    """(map, row, column, x, y) of every cell of maps that stand one below the other around a middle."""
    maps, rows, columns = shape
    left, top = middle - columns * CELL / 2, y + _height(maps, rows) / 2
    for f in range(maps):
        for i in range(rows):
            for j in range(columns):
                yield f, i, j, left + j * CELL, top - f * (rows * CELL + 10) - (i + 1) * CELL
