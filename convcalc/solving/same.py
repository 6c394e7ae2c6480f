"""'same' for any kernel, stride and dilation: the padding that makes an output ⌈M/S⌉.

For every M that is P + P' = D·(K − 1) cells in all, from ⌊(M + P + P' − E)/S⌋ + 1 = ⌊(M + S − 1)/S⌋ with E = D·(K − 1) + 1; the stride
does not matter. An odd number of cells cannot be the same on both sides: then an input of a given size may still have a padding
that does, for its division is rounded down; else the odd cell goes to the end, as torch puts it.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from convcalc.errors import ConvcalcError
from convcalc.layers import Conv, ConvT, Layer, Pad, chain
from convcalc.layers.base import per_axis
from convcalc.rebuild import changed, leaves, letters_of
from convcalc.shape import Shape, extent, is_symbolic, whole
from convcalc.solving.answer import Answer, solution_of
from convcalc.tracing import PartialTrace, Row, trace, trace_rows


def same_padding_of(net: Layer, x: Shape) -> Answer:
    """Padding for the convolutions of a network (for its pools, if it has none), so that each gives ⌈M/S⌉ cells, wherever it stands."""
    windows = [layer for layer in leaves(net) if {"kernel_size", "padding"} <= layer.tokens.keys()]
    chosen: list[Layer] = [layer for layer in windows if isinstance(layer, Conv)]
    chosen = chosen or [layer for layer in windows if not isinstance(layer, ConvT) and layer.name != "unpool"]
    if not chosen:
        raise ConvcalcError("which_layer", field="padding", count=0)
    done: dict[int, Layer] = {}
    values: dict[str, Any] = {}
    answer = Answer()
    for number, layer in enumerate(chosen, 1):
        rows = _rows_of(layer, net, done, x)
        axes = len(rows[0].input) - 1
        totals = _totals(layer, rows[0].input, axes)
        padding = [total // 2 for total in totals]
        if any(total % 2 for total in totals):
            found = None if is_symbolic(x) else _for_these(layer, totals, net, done, x)
            if found is None:
                answer.reason = answer.reason or _reason(layer, totals)
                done[id(layer)] = _uneven(layer, rows[0].input, totals)
                continue
            padding = found
        done[id(layer)] = _with(layer, padding)
        names = [c + (str(number) if len(chosen) > 1 else "") for c in "PQV"]
        values |= {names[0]: padding[0]} if len(set(padding)) == 1 else dict(zip(names, padding, strict=False))
    now = changed(net, lambda layer: done.get(id(layer), layer))
    final = solution_of(values, trace(now, x))
    if answer.reason is None:
        answer.solutions = [final]
    else:
        answer.nearest = final
    return answer


def _with(layer: Layer, padding: list[int]) -> Layer:
    return type(layer)(**layer.__dict__ | {"padding": padding[0] if len(set(padding)) == 1 else tuple(padding)})


def _totals(layer: Layer, x: Shape, axes: int) -> list[int]:
    """D·(K − 1) along each axis."""
    kernel = per_axis(layer, "kernel_size", x, axes)
    dilation = per_axis(layer, "dilation", x, axes) if "dilation" in layer.tokens else (1,) * axes
    if letters_of(kernel) or letters_of(dilation):
        raise ConvcalcError("same_in_letters", layer_name=str(layer))
    return [whole(extent(k, d)) - 1 for k, d in zip(kernel, dilation, strict=True)]


def _rows_of(layer: Layer, net: Layer, done: dict[int, Layer], x: Shape) -> list[Row]:
    """The rows where a layer (or what has taken its place) stands, in the network as it is by now."""
    now = changed(net, lambda one: done.get(id(one), one))
    wanted = done.get(id(layer), layer)
    try:
        rows = trace_rows(now, x).rows
    except PartialTrace as stop:
        rows = stop.rows
        if not any(row.layer is wanted for row in rows):
            raise stop.error from None
    return [row for row in rows if row.layer is wanted]


def _for_these(layer: Layer, totals: list[int], net: Layer, done: dict[int, Layer], x: Shape) -> list[int] | None:
    """Padding that gives ⌈M/S⌉ for these sizes, where there is one; near half of the kernel, for one cell more is already too much."""
    for padding in product(*([total // 2, total // 2 + 1] for total in totals)):
        try:
            rows = _rows_of(layer, net, done | {id(layer): _with(layer, list(padding))}, x)
        except ConvcalcError:
            continue
        if rows and all(_is_same(row) for row in rows):
            return list(padding)
    return None


def _is_same(row: Row) -> bool:
    assert isinstance(row.layer, Layer)
    axes = len(row.input) - 1
    stride = getattr(row.layer, "stride", None)
    name = "kernel_size" if stride is None else "stride"
    strides = per_axis(row.layer, name, row.input, axes)
    return all(out == (m + s - 1) // s for out, m, s in zip(row.output[1:], row.input[1:], strides, strict=True))


def _reason(layer: Layer, totals: list[int]) -> tuple[str, str]:
    odd = next(total for total in totals if total % 2)
    cells = "1 cell" if odd == 1 else f"{odd} cells"
    return (
        f"{layer} needs {cells} of padding in all, an odd number: they cannot be the same on both sides",
        f"{layer} cần tổng cộng {odd} ô padding, một số lẻ, nên không thể chia đều hai phía",
    )


def _uneven(layer: Layer, x: Shape, totals: list[int]) -> Layer:
    """The odd cell at the end: torch's own 'same' where the stride is 1, else a pad layer before it."""
    axes = len(x) - 1
    stride = getattr(layer, "stride", None)
    if isinstance(layer, Conv) and set(per_axis(layer, "stride", x, axes)) == {1} and stride is not None:
        return type(layer)(**layer.__dict__ | {"padding": "same"})
    ends = [(total // 2, total - total // 2) for total in totals]
    return chain(Pad(0, tuple(end for pair in reversed(ends) for end in pair)), layer)
