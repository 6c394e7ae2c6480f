"""'same' for any kernel, stride and dilation: the padding that makes an output ⌈M/S⌉.

For every M that is P + P' = D·(K − 1) cells in all, from ⌊(M + P + P' − E)/S⌋ + 1 = ⌊(M + S − 1)/S⌋ with E = D·(K − 1) + 1. An odd
number of cells cannot be the same on both sides: then the odd cell goes to the end, as torch puts it.
"""

from __future__ import annotations

from typing import Any

from convcalc.errors import ConvcalcError
from convcalc.formula import Dim, symbol
from convcalc.layers import Conv, Layer, Pad, chain
from convcalc.layers.base import per_axis
from convcalc.rebuild import changed, letters_of
from convcalc.shape import Shape, extent, whole
from convcalc.solving.problem import MOST, Goal, Problem
from convcalc.solving.solve import Answer, solution_of, solve_letters
from convcalc.tracing import PartialTrace, Row, trace, trace_rows


def same_padding_of(net: Layer, x: Shape) -> Answer:
    """Padding for the convolutions of a network (for its windows, if it has none), so that each gives ⌈M/S⌉ cells."""
    from convcalc.solving.asking import windows_of

    windows = windows_of(net)
    chosen: list[Layer] = [layer for layer in windows if isinstance(layer, Conv)]
    chosen = chosen or [layer for layer in windows if "padding" in layer.tokens]
    if not chosen:
        raise ConvcalcError("which_layer", field="padding", count=0)
    done: dict[int, Layer] = {}
    values: dict[str, int] = {}
    answer = Answer()
    while True:
        now = changed(net, lambda layer: done.get(id(layer), layer))
        row = _next(net, now, x, {id(layer) for layer in chosen} - done.keys())
        if row is None:
            break
        place, row_now = row
        number = str(len(done) + 1) if len(chosen) > 1 else ""
        one = _one(place, row_now.input)
        for name, value in one.solutions[0].values.items() if one.solutions else ():
            values[name + number] = value
        answer.intervals |= {name + number: found for name, found in one.intervals.items()}
        answer.reason = answer.reason or one.reason
        best = one.solutions[0] if one.solutions else one.nearest
        assert best is not None
        done[id(place)] = best.layer
    final = trace(now, x)
    found = solution_of(values, final)
    if answer.reason is None:
        answer.solutions = [found]
    else:
        answer.nearest, answer.intervals = found, {}
    return answer


def _next(net: Layer, now: Layer, x: Shape, waiting: set[int]) -> tuple[Layer, Row] | None:
    """The first window that still waits for its padding, with its row in the network as it is by now."""
    if not waiting:
        return None
    try:
        rows = trace_rows(now, x).rows
        stopped: Any = None
    except PartialTrace as stop:
        rows, stopped = stop.rows, stop.error
    for row in rows:
        if isinstance(row.layer, Layer) and id(row.layer) in waiting:
            return row.layer, row
    if stopped is not None and id(stopped.subject) in waiting:
        raise stopped
    raise AssertionError("a layer that is not reached")


def _one(layer: Layer, x: Shape) -> Answer:
    axes = len(x) - 1
    sizes = [
        per_axis(layer, name, x, axes) if getattr(layer, name, None) is not None else None
        for name in ("kernel_size", "stride", "dilation")
    ]
    kernel = sizes[0]
    assert kernel is not None
    stride = sizes[1] or kernel
    dilation = sizes[2] or (1,) * axes
    alike = all(len(set(of)) == 1 for of in (kernel, stride, dilation))
    taken = letters_of(layer) | letters_of(x)
    names = [c for c in "PQVABGH" if c not in taken][: 1 if alike else axes]
    padding: Any = symbol(names[0]) if alike else tuple(map(symbol, names))
    open_layer = type(layer)(**layer.__dict__ | {"padding": padding})
    wanted: tuple[Dim, ...] = tuple((m + s - 1) // s for m, s in zip(x[1:], stride, strict=True))
    if letters_of(kernel) or letters_of(dilation):
        raise ConvcalcError("same_in_letters", layer_name=str(layer))
    extents = [whole(extent(k, d)) for k, d in zip(kernel, dilation, strict=True)]
    answer = solve_letters(Problem(open_layer, x, Goal(wanted), frozenset(), max(MOST, *extents)))
    if answer.solutions:
        return answer
    totals = [e - 1 for e in extents]
    odd = [total for total in totals if total % 2]
    if not odd:
        return answer
    answer.reason = (
        f"{layer} needs {odd[0]} cells of padding in all, an odd number: they cannot be the same on both sides",
        f"{layer} cần tổng cộng {odd[0]} ô padding, một số lẻ, nên không thể chia đều hai phía",
    )
    if isinstance(layer, Conv) and set(stride) == {1}:
        near: Layer = type(layer)(**layer.__dict__ | {"padding": "same"})
    else:
        ends = [(total // 2, total - total // 2) for total in totals]
        near = chain(Pad(0, tuple(end for pair in reversed(ends) for end in pair)), layer)
    answer.nearest = solution_of({}, trace(near, x))
    return answer
