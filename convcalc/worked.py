"""A worked answer in lines: the padded input, the output, and the products of every cell as a slide shows them."""

from __future__ import annotations

from collections.abc import Sequence

from convcalc.cellwise import Cell
from convcalc.compute import Worked
from convcalc.errors import ConvcalcError
from convcalc.numbers import Array, Number, show_number, show_rows
from convcalc.shape import short, show_shape, show_sizes
from convcalc.words import say


def chosen(worked: Worked, text: str) -> list[Cell]:
    """The cells that "1,0" (row, column; of every channel) or "0,1,0" (with the channel) names."""
    axes = len(worked.cells[0].index) if worked.cells else 0
    words = [word.strip() for word in text.strip("() ").split(",")]
    index = tuple(int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 10)
    found = [c for c in worked.cells if c.index == index or (axes == len(index) + 1 and c.index[1:] == index)]
    if len(index) != len(words) or not found:
        shape = worked.output.shape
        first = ",".join("0" * len(shape))
        raise ConvcalcError("no_such_cell", cell=short(text), shape=show_shape(shape), first=first)
    return found


def lines(worked: Worked, cells: Sequence[Cell], lang: str, one: bool = False) -> list[str]:
    """What `convcalc compute` prints; with `one`, only the cells that were asked for."""
    if one:
        return _cells(cells, lang)
    said: list[str] = []
    several = len(worked.steps) > 1
    for step in worked.steps if cells else ():
        last = step is worked.steps[-1]
        if several:
            said += [f"{step.layer}:"]
        if step.padded is not None:
            sizes = show_sizes(step.padded.shape[1:])
            said += [f"{say('padded', lang)} ({sizes}):", *show_rows(step.padded, lang), ""]
        if step.cells:
            said += [*_cells(step.cells, lang), ""]
        if several and not last:
            said += [*show_rows(_without_channels(step.output, worked), lang), ""]
    shape = worked.output.shape
    head = str(shape[0]) if len(shape) == 1 else show_sizes(shape)
    return [*said, f"{say('output', lang).capitalize()} ({head}):", *show_rows(worked.output, lang)]


def _without_channels(output: Array, worked: Worked) -> Array:
    """A map between two layers as the output is shown: without the axis of channels where there is one channel."""
    bare = len(worked.output.shape) < len(output.shape) and output.shape[0] == 1
    return output.reshaped(output.shape[1:]) if bare else output


def _cells(cells: Sequence[Cell], lang: str) -> list[str]:
    said = []
    several = len({cell.index[0] for cell in cells}) > 1
    for cell in cells:
        place = cell.index if several or len(cell.index) == 1 else cell.index[1:]
        said.append(f"({', '.join(map(str, place))}): {products(cell, lang)}")
    return said


def products(cell: Cell, lang: str = "en") -> str:
    """2×1 + 2×1 + … + 1 = 9, or max(3, 2, 0, 3) = 3."""
    if cell.how in ("max", "min"):
        separator = "; " if lang == "vi" else ", "
        inside = separator.join(show_number(v, lang) for v in cell.values)
        return f"{cell.how}({inside}) = {show_number(cell.result, lang)}"
    if cell.how == "mean":
        inside = " + ".join(_factor(v, lang, first=i == 0) for i, v in enumerate(cell.values)) or "0"
        about = "=" if _is_exact(cell.result) else "≈"
        return f"({inside}) / {cell.divisor} {about} {show_number(cell.result, lang)}"
    terms = [f"{_factor(v, lang, i == 0)}×{_factor(w, lang)}" for i, (v, w) in enumerate(zip(cell.values, cell.weights, strict=True))]  # fmt: skip
    if cell.bias:
        terms.append(_factor(cell.bias, lang))
    about = "=" if _is_exact(cell.result) else "≈"
    return f"{' + '.join(terms)} {about} {show_number(cell.result, lang)}"


def _factor(value: Number, lang: str, first: bool = False) -> str:
    text = show_number(value, lang).replace("-", "−")
    return f"({text})" if value < 0 and not first else text


def _is_exact(value: Number) -> bool:
    return isinstance(value, int) or ("." in show_number(value) and 10**12 % value.denominator == 0)
