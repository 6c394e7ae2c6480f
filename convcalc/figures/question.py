"""The figures of questions: feature maps before and after a convolution with its kernels, and matrices side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convcalc.figures.style import THEMES, Page, measured
from convcalc.numbers import Array, show_number
from convcalc.shape import show_sizes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Points.
MAP, OFFSET, MARGIN, TEXT, CELL, MOST_SHEETS = 78.0, 3.2, 20.0, 11.0, 24.0, 16


def before_and_after(
    x: tuple[int, ...], kernel: tuple[int, ...], said: Sequence[str], y: tuple[int, ...], theme: str = "light"
) -> Figure:
    """Input x (C, M, N), kernels (F, C, K, O) and output y as sheets to scale, the kernels' line under them."""
    largest = max(*x[1:], *y[1:])
    count, *each = kernel
    shapes = [x, tuple(each), y]
    labels = [show_sizes(x), said[0], show_sizes(y)]
    sheets = [min(x[0], MOST_SHEETS), min(each[0], MOST_SHEETS), min(y[0], MOST_SHEETS)]
    unit = [MAP / largest, max(MAP / largest, 7.0), MAP / largest]
    sizes = [
        (shape[2] * u + OFFSET * (n - 1), shape[1] * u + OFFSET * (n - 1))
        for shape, u, n in zip(shapes, unit, sheets, strict=True)
    ]
    stacks = [1, min(3, count), 1]  # some of the kernels, each with its channels
    cells = [
        max(width * stack + 10 * (stack - 1) + (26 if i == 1 and count > 3 else 0), measured(label, TEXT)[0]) + 16
        for i, ((width, _), stack, label) in enumerate(zip(sizes, stacks, labels, strict=True))
    ]
    below = len(said) - 1
    height = max(tall for _, tall in sizes) + 2 * MARGIN + 20 + 15 * below
    page = Page(sum(cells) + 2 * MARGIN + 2 * 34, height, THEMES[theme])
    middle, left = MARGIN + 20 + 15 * below + (height - 2 * MARGIN - 20 - 15 * below) / 2, MARGIN
    for i, (kind, shape, u, n, stack, cell) in enumerate(
        zip(("input", "window", "conv"), shapes, unit, sheets, stacks, cells, strict=True)
    ):
        width, tall = sizes[i]
        start = left + (cell - width * stack - 10 * (stack - 1) - (26 if i == 1 and count > 3 else 0)) / 2
        for j in range(stack):
            for sheet in reversed(range(n)):
                page.box(
                    start + j * (width + 10) + OFFSET * sheet, middle - tall / 2 + OFFSET * sheet, shape[2] * u, shape[1] * u, kind, 0.9
                )  # fmt: skip
        if i == 1 and count > 3:
            page.text(start + stack * (width + 10) + 8, middle, "···", 14)
        page.text(left + cell / 2, MARGIN + 8 + 15 * below, labels[i], TEXT)
        if i == 1:
            for j, line in enumerate(said[1:]):
                page.text(left + cell / 2, MARGIN + 8 + 15 * (below - 1 - j), line, TEXT)
        if i < 2:
            page.text(left + cell + 17, middle, "∗" if i == 0 else "=", 16)
        left += cell + 34
    return page.figure


def matrices(named: Sequence[tuple[str, Array]], theme: str = "light") -> Figure:
    """Matrices side by side under their names, channels one below the other."""
    drawn = []
    for name, array in named:
        shape = array.shape if len(array.shape) > 1 else (1, *array.shape)
        maps = 1
        for size in shape[:-2]:
            maps *= size
        title = f"{name} {maps}@{show_sizes(shape[-2:])}" if maps > 1 else f"{name} {show_sizes(shape[-2:])}"
        wide = max(len(show_number(value)) for value in array.values)
        cell = CELL + max(0, wide - 2) * 6
        drawn.append((title, Array((maps, *shape[-2:]), array.values), cell))
    widths = [max(array.shape[2] * cell, measured(title, TEXT, bold=True)[0]) for title, array, cell in drawn]
    tall = max(array.shape[0] * array.shape[1] * CELL + 10 * (array.shape[0] - 1) for _, array, _ in drawn)
    page = Page(sum(widths) + 40 * (len(drawn) - 1) + 2 * MARGIN, tall + 22 + 2 * MARGIN, THEMES[theme])
    left, top = MARGIN, page.height - MARGIN
    for i, ((title, array, cell), width) in enumerate(zip(drawn, widths, strict=True)):
        page.text(left + width / 2, top - 6, title, TEXT, fontweight="bold")
        maps, rows, columns = array.shape
        start = left + (width - columns * cell) / 2
        for place, value in enumerate(array.values):
            f, at = divmod(place, rows * columns)
            row, column = divmod(at, columns)
            y = top - 22 - f * (rows * CELL + 10) - (row + 1) * CELL
            page.box(start + column * cell, y, cell, CELL, "conv" if i == 0 else "window", 0.7)
            page.text(start + (column + 0.5) * cell, y + CELL / 2, show_number(value).replace("-", "−"), TEXT)
        left += width + 40
    return page.figure
