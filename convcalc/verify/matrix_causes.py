"""Why a worked matrix is wrong: cells, missing rows, or another way of working it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import TypeAlias

from convcalc.compute import Worked, compute
from convcalc.errors import ConvcalcError
from convcalc.layers import AvgPool, Conv, Layer, MaxPool, ReLU, chain
from convcalc.numbers import Array, Number, read_array, show_number
from convcalc.verify.edits import mapped
from convcalc.verify.sheet import Cause, Claim
from convcalc.verify.written import Shown, differing, sizes_of, squeezed
from convcalc.worked import products


def output_causes(claim: Claim, right: Worked) -> Iterator[Cause]:
    """What was lost, what else gives the claimed numbers, and then the cells that differ, if they are few."""
    shown: Shown = claim.claimed
    places = differing(shown, right.output) or []
    if places == [()]:
        yield from _lost(shown, right.output)
    for what, worked in _otherwise(claim):
        if not differing(shown, worked.output):
            yield what
    if not places or places == [()]:
        return
    shape = squeezed(right.output.shape)
    if len(places) > 1:
        yield from _kernel(claim, shown, len(places))
    if len(places) <= 3:
        for place in places:
            yield _one_cell(shown, right, place, shape)
        return
    first = _one_cell(shown, right, places[0], shape)
    count, of = len(places), sum(value is not None for value in shown.values)
    yield f"{count} of {of} cells differ, the first: {first[0]}", f"{count} trong {of} ô khác, ô đầu tiên: {first[1]}"


def _kernel(claim: Claim, shown: Shown, wrong: int) -> Iterator[Cause]:
    """Another kernel that gives the claimed cells, all or nearly all: two cells swapped, or one with another number."""
    given = claim.given
    kernel: Array | None = given.get("kernel")
    if kernel is None or len(kernel.values) > 64 or len(kernel.values) ** 3 * len(shown.values) > MOST_WORK:
        return
    tries: list[tuple[Cause, list[Number]]] = []
    for i, j in combinations(range(len(kernel.values)), 2):
        if kernel.values[i] != kernel.values[j]:
            values = list(kernel.values)
            values[i], values[j] = values[j], values[i]
            a, b = _place(i, kernel.shape), _place(j, kernel.shape)
            cause = (
                f"with the kernel's cells in {a[0]} and {b[0]} swapped",
                f"đổi chỗ hai ô ở {a[1]} và {b[1]} của kernel",
            )
            tries.append((cause, values))
    for i, old in enumerate(kernel.values):
        for new in dict.fromkeys([-old, 0, 1, -1, 2, old + 1, old - 1]):
            if new != old:
                values = [*kernel.values[:i], new, *kernel.values[i + 1 :]]
                en, vi = _place(i, kernel.shape)
                new_text, old_text = show_number(new), show_number(old)
                cause = (
                    f"with {new_text} instead of {old_text} in the kernel's {en}",
                    f"với {new_text} thay vì {old_text} ở {vi} của kernel",
                )
                tries.append((cause, values))
    best: list[tuple[int, Cause]] = []
    for cause, values in tries:
        worked = compute(given["layer"], given["data"], Array(kernel.shape, values), given.get("bias"))
        left = len(differing(shown, worked.output) or [])
        if left <= wrong // 4:
            best.append((left, cause))
    for left, (en, vi) in sorted(best, key=lambda one: one[0])[:1]:
        if left:
            yield f"{en} all but {left} of the cells would be right", f"{vi} thì mọi ô đều đúng, trừ {left} ô"
        else:
            yield f"right {en}", f"đúng nếu {vi}"


def _place(at: int, shape: tuple[int, ...]) -> Cause:
    """Where a cell of the kernel stands."""
    place = []
    for size in reversed(squeezed(shape)):
        at, one = divmod(at, size)
        place.append(one)
    return _where(tuple(reversed(place)))


def _one_cell(shown: Shown, right: Worked, place: tuple[int, ...], shape: tuple[int, ...]) -> Cause:
    at = 0
    for i, size in zip(place, shape, strict=True):
        at = at * size + i
    claimed, exact = shown.values[at], right.output.values[at]
    here, here_vi = _where(place)
    unit = 2 * shown.tolerances[at]
    text = show_number(exact)
    if unit and claimed is not None and Fraction(exact) // unit * unit == claimed:
        return (
            f"{here}: {text} was cut off to {shown.texts[at]} and not rounded",
            f"{here_vi}: {text} bị cắt còn {shown.texts[at]} thay vì làm tròn",
        )
    cell = right.cells[at] if at < len(right.cells) else None
    worked = "" if cell is None or len(cell.values) > 12 or right.output.values != [c.result for c in right.cells] else f": {products(cell)}"  # fmt: skip
    return f"{here} is {text}, not {shown.texts[at]}{worked}", f"{here_vi} là {text}, không phải {shown.texts[at]}{worked}"  # fmt: skip


def _where(place: tuple[int, ...]) -> Cause:
    """Row 2, column 3, counted from 1 as one reads a slide."""
    numbers = [i + 1 for i in place]
    if len(numbers) == 1:
        return f"value {numbers[0]}", f"giá trị thứ {numbers[0]}"
    *front, row, column = numbers
    en, vi = f"row {row}, column {column}", f"hàng {row}, cột {column}"
    return (f"channel {front[-1]}, {en}", f"channel {front[-1]}, {vi}") if front else (en, vi)


def _lost(shown: Shown, output: Array) -> Iterator[Cause]:
    """A part of the right matrix: its last rows or columns are missing."""
    claimed, right = squeezed(shown.shape), squeezed(output.shape)
    if len(claimed) != 2 or len(right) != 2:
        return
    rows, columns = claimed
    if rows <= right[0] and columns <= right[1]:
        top = [output.values[r * right[1] + c] for r in range(rows) for c in range(columns)]
        if not differing(shown, Array(claimed, top)):
            lost, lost_vi = [], []
            if rows < right[0]:
                lost.append("row")
                lost_vi.append("hàng")
            if columns < right[1]:
                lost.append("column")
                lost_vi.append("cột")
            what, what_vi = " and ".join(lost), " và ".join(lost_vi)
            yield (
                f"{sizes_of(right)}, not {sizes_of(claimed)}: the last {what} of windows is missing",
                f"{sizes_of(right)}, không phải {sizes_of(claimed)}: thiếu {what_vi} cửa sổ cuối",
            )
    if claimed == tuple(reversed(right)):
        yield "rows and columns are swapped", "đổi chỗ hàng và cột"


# Multiplications that the search for another kernel may take.
MOST_WORK = 4_000_000

Try: TypeAlias = "tuple[Cause, Layer, Array, Array | None, Array | None]"


def _otherwise(claim: Claim) -> Iterator[tuple[Cause, Worked]]:
    """The same numbers worked out in other ways."""
    for cause, net, data, kernel, bias in _tries(claim):
        try:
            yield cause, compute(net, data, kernel, bias)
        except ConvcalcError:
            continue


def _tries(claim: Claim) -> Iterator[Try]:
    given = claim.given
    net, data, kernel, bias = given["layer"], given["data"], given.get("kernel"), given.get("bias")
    if kernel is not None:
        turned = "the kernel was turned by 180°, as in a mathematical convolution", "kernel bị xoay 180°, như tích chập trong toán"  # fmt: skip
        yield turned, net, data, _turned(kernel), bias
        if bias is not None:
            yield ("the bias was left out", "quên cộng bias"), net, data, kernel, None
        else:
            for amount in (1, 2):
                added = f"a bias of {amount} was added", f"đã cộng thêm bias {amount}"
                yield added, net, data, kernel, read_array(str(amount), "bias")
    if isinstance(net, AvgPool):
        cells = len(compute(net, data).cells[0].values)
        yield (
            ("the values were added, but not divided", "cộng các giá trị nhưng quên chia"),
            net,
            Array(data.shape, [v * cells for v in data.values]),
            kernel,
            bias,
        )
    without = [layer for layer in net.children() if not isinstance(layer, ReLU)]
    if 0 < len(without) < len(net.children()):
        yield ("the ReLU was left out", "quên ReLU"), chain(*without), data, kernel, bias
    for layer in net.children() or (net,):
        if isinstance(layer, Conv | MaxPool | AvgPool):
            for changed in _settings(layer):
                cause = f"right with '{changed}' instead of '{layer}'", f"đúng nếu là '{changed}' thay vì '{layer}'"
                yield cause, mapped(net, layer, changed), data, kernel, bias
    if len(data.shape) == 2:
        height, width = data.shape
        swapped = Array((width, height), [data.values[r * width + c] for c in range(width) for r in range(height)])
        yield ("the input's rows and columns were swapped", "đổi chỗ hàng và cột của input"), net, swapped, kernel, bias


def _settings(layer: Conv | MaxPool | AvgPool) -> Iterator[Layer]:
    """Other strides and paddings, and the other kind of pool."""
    for stride in (1, 2, 3):
        if stride != layer.stride:
            yield replace(layer, stride=stride)
    if isinstance(layer, Conv):
        for padding in (0, 1, 2):
            if padding != layer.padding:
                yield replace(layer, padding=padding)
        return
    other = AvgPool if isinstance(layer, MaxPool) else MaxPool
    names = ("kernel_size", "stride", "padding", "ceil_mode")
    yield other(**{name: getattr(layer, name) for name in names})


def _turned(kernel: Array) -> Array:
    """Every matrix of the kernel turned by 180°."""
    if len(kernel.shape) < 2:
        return Array(kernel.shape, kernel.values[::-1])
    size = kernel.shape[-1] * kernel.shape[-2]
    parts = [kernel.values[i : i + size][::-1] for i in range(0, len(kernel.values), size)]
    return Array(kernel.shape, [v for part in parts for v in part])
