"""The receptive field, seen from outside: a NaN in one row of the input reaches an output cell, or it does not.

A row is every value with one index along one axis. A claim is right if no output outside it turns NaN, and if at an output
whose field lies inside the input both ends do (at the edges, padding stands for part of the field).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from convcalc.axis import Axis
from convcalc.formula import Dim
from convcalc.layers.base import Layer
from convcalc.shape import whole
from convcalc.tracing import Trace

# How many output cells are tried before the field is taken to be larger than the input.
TRIES = 6


def field_differences(traced: Trace, module: nn.Module, given: Tensor) -> list[str] | None:
    """Where torch's field differs from the claimed one; None if it cannot be probed."""
    if any(isinstance(row.layer, Layer) and not row.layer.probed for row in traced):
        return None
    rows = _rows(traced)
    if not rows or (given.dtype == torch.int64 and not _mark_a_word(module, given)):
        return None
    inputs = given[:1].repeat(len(rows) + 1, *[1] * (given.dim() - 1)).clone()
    first = 0 if len(traced.input) == 1 else 1
    for i, (source, row, *_) in enumerate(rows):
        inputs[i].select(source + first, row).fill_(_word(module) if given.dtype == torch.int64 else float("nan"))
    # cuDNN's Winograd and FFT kernels would carry a NaN to cells that do not depend on it.
    with torch.no_grad(), torch.backends.cudnn.flags(enabled=False):
        outputs = module(inputs)
    if outputs[-1].isnan().any():  # -inf of a max pool over padding alone makes NaN of itself
        return None
    differences = []
    for i, (source, row, axis, place, reached) in enumerate(rows):
        seen = outputs[i] if axis is None else outputs[i].select(axis, place)
        if bool(seen.isnan().any()) != reached:
            where = f"output {place}" if axis is not None else "an output"
            does, does_not = ("depends", "does not") if reached else ("does not depend", "does")
            differences.append(
                f"receptive field: {where} {does} on row {row} of axis {source + 1}, in torch it {does_not}"
            )
    return differences


def _rows(traced: Trace) -> list[tuple[int, int, int | None, int, bool]]:
    """What to try: (source axis, its row, output axis or None for any output, output cell, whether it is reached)."""
    found: list[tuple[int, int, int | None, int, bool]] = []
    for tensor_axis, entries in enumerate(traced[-1].field.axes):
        for axis in entries:
            size, count = traced[-1].field.sizes[axis.source], traced.output[tensor_axis]
            if not isinstance(size, int) or not isinstance(count, int) or not axis.sure:
                continue
            if axis.hull is None:
                continue
            place, where = 0, None
            (low, high), inside = _whole_numbers(axis.hull), True
            if low > high:
                return []  # nothing of this axis gets through, so nothing of the others does
            if axis.step is not None and axis.step != 0:
                place, (low, high), inside = _best_place(axis, count, (low, high))
                where = tensor_axis
            rows = {low - 1: False, high + 1: False} | ({low: True, high: True} if inside else {})
            found += [(axis.source, r, where, place, reached) for r, reached in rows.items() if 0 <= r < size]
    return found


def _best_place(axis: Axis, count: int, hull: tuple[int, int]) -> tuple[int, tuple[int, int], bool]:
    """An output near the middle whose field lies inside the input, with that field, if there is one."""
    middle = count // 2
    best: tuple[int, tuple[int, int], bool] | None = None
    for place in sorted(range(max(0, middle - TRIES), min(count, middle + TRIES)), key=lambda p: abs(p - middle)):
        interval = axis.at(place)
        if interval is None:
            continue
        low, high = _whole_numbers(interval)
        margin = whole(axis.size) if axis.gaps else 0  # at the edges, padding between the layers may stand in the gaps
        if hull[0] + margin <= low and high <= hull[1] - margin:
            return place, (low, high), True
        best = best or (place, (low, high), False)
    return best or (middle, hull, False)


def _whole_numbers(interval: tuple[Dim, Dim]) -> tuple[int, int]:
    return whole(interval[0]), whole(interval[1])


def _word(module: nn.Module) -> int:
    """The last word that every table of the network has."""
    return min(m.num_embeddings for m in module.modules() if isinstance(m, nn.Embedding)) - 1


def _mark_a_word(module: nn.Module, given: Tensor) -> bool:
    """Make one word's vectors NaN and take it out of the text; False if there is no other word."""
    word = _word(module)
    if word < 1:
        return False
    with torch.no_grad():
        for table in module.modules():
            if isinstance(table, nn.Embedding):
                table.weight[word] = float("nan")
    given.clamp_(max=word - 1)
    return True
