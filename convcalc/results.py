"""Answers for other programs: a trace, a check or an error as plain objects, ready for JSON.

Numbers are numbers; what has letters is a string in Python syntax, `//` being the floored division.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc.axis import Axis
from convcalc.errors import ConvcalcError
from convcalc.explain import formula
from convcalc.formula import Dim
from convcalc.numbers import plain_number
from convcalc.shape import Shape
from convcalc.tracing import Row, Trace, trace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from convcalc.cellwise import Cell
    from convcalc.compute import Worked
    from convcalc.models import Model
    from convcalc.solving.answer import Answer, Solution
    from convcalc.torchside.check import Check
    from convcalc.verify import Verdict


def plain(value: Dim | float | None) -> int | float | str | None:
    """A number as it is, a formula as its text."""
    if type(value) is int or value is None or isinstance(value, float):
        return value
    return value if isinstance(value, int) else str(value)


def _sizes(shape: Shape) -> list[Any]:
    return [size if type(size) is int else plain(size) for size in shape]


def trace_object(traced: Trace, check: Check | None) -> dict[str, Any]:
    """The object that `convcalc shape --json` prints."""
    memory = traced.memory
    layers = [_row(row) for row in traced.rows]
    return {
        "spec": layers[0]["layer"] if traced.net is traced.rows[0].layer else str(traced.net),
        "input": _sizes(traced.input),
        "output": layers[-1]["output"],
        "params": plain(traced.params),
        "macs": plain(traced.macs),
        "receptive_field": layers[-1]["receptive_field"],
        "memory": {
            "input": plain(memory.input),
            "activations": plain(memory.activations),
            "params": plain(memory.params),
        },
        "layers": layers,
        "valid_when": [condition.text() for condition in traced.valid_when],
        "check": None if check is None else check_object(check),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "index": row.index,
        "layer": row.text,
        "input": _sizes(row.input),
        "output": _sizes(row.output),
        "params": plain(row.params),
        "macs": plain(row.macs),
        "receptive_field": _field(row.receptive_field),
        "formula": formula(row),
    }


def _field(axes: list[Axis | None]) -> list[dict[str, Any] | None]:
    found: list[dict[str, Any] | None] = []
    for i, axis in enumerate(axes):
        before = axes[i - 1] if i else None
        if axis is not None and before is not None and axis[1:] == before[1:]:  # height and width are mostly alike
            found.append(found[-1])
        else:
            found.append(None if axis is None else _axis(axis))
    return found


def _axis(axis: Axis) -> dict[str, Any]:
    size, jump, start = axis.size, axis.jump, axis.start
    if not (type(size) is type(jump) is type(start) is int):
        return {"size": plain(size), "jump": plain(jump), "start": plain(start)}
    return {"size": size, "jump": jump, "start": start}


def model_object(model: Model) -> dict[str, Any]:
    """{name, family, input, params, macs, published, source}, for the model's usual input and numbers."""
    traced = trace(model.layer(), model.input)
    return {
        "name": model.name,
        "family": model.family,
        "input": _sizes(traced.input),
        "params": plain(traced.params),
        "macs": plain(traced.macs),
        "published": model.published,
        "source": model.source if model.counted_by is None else f"{model.source} (count: {model.counted_by})",
    }


def verdict_object(verdict: Verdict, lang: str) -> dict[str, Any]:
    """{deck, page, label, claimed, right, verdict, causes, reason}."""
    which = 1 if lang == "vi" else 0
    return {
        "deck": verdict.claim.deck,
        "page": verdict.claim.page,
        "label": verdict.claim.label,
        "claimed": verdict.claimed,
        "right": verdict.right,
        "verdict": verdict.verdict,
        "causes": [cause[which] for cause in verdict.causes],
        "reason": None if verdict.reason is None else verdict.reason[which],
    }


def worked_object(worked: Worked, cells: Sequence[Cell] | None) -> dict[str, Any]:
    """{"output": nested lists}, and {"cells": [{index, values, weights, bias, how, divisor, result}]} where asked for."""
    found: dict[str, Any] = {"output": worked.output.nested(plain_number)}
    if cells is not None:
        found["cells"] = [
            {
                "index": list(cell.index),
                "how": cell.how,
                "values": list(map(plain_number, cell.values)),
                "weights": list(map(plain_number, cell.weights)),
                "bias": None if cell.bias is None else plain_number(cell.bias),
                "divisor": cell.divisor,
                "result": plain_number(cell.result),
            }
            for cell in cells
        ]
    return found


def answer_object(answer: Answer, lang: str) -> dict[str, Any]:
    """{solutions: [{spec, input, output, values}], intervals: {letter: [low, high or null]}, reason, nearest, more, bound}."""
    which = 1 if lang == "vi" else 0
    return {
        "solutions": [_solution(one) for one in answer.solutions],
        "intervals": {letter: [found.low, found.high] for letter, found in answer.intervals.items()},
        "reason": None if answer.reason is None else answer.reason[which],
        "nearest": None if answer.nearest is None else _solution(answer.nearest),
        "more": answer.more,
        "bound": answer.bound,
        "remarks": [remark[which] for remark in answer.remarks],
    }


def _solution(one: Solution) -> dict[str, Any]:
    return {
        "spec": str(one.layer),
        "input": _sizes(one.input),
        "output": _sizes(one.output),
        "values": {letter: plain(value) for letter, value in one.values.items()},
        "params": plain(one.params),
        "macs": plain(one.macs),
        "valid_when": [condition.text() for condition in one.valid_when],
    }


def check_object(check: Check) -> dict[str, Any]:
    """{device, torch, agrees, compared, differences}."""
    return {
        "device": check.device,
        "torch": check.torch,
        "agrees": check.agrees,
        "compared": check.compared,
        "differences": check.differences,
    }


def error_object(error: ConvcalcError, lang: str) -> dict[str, Any]:
    """{"error": {kind, message, hint, layer, column}}."""
    return {
        "error": {
            "kind": error.kind,
            "message": error.message(lang),
            "hint": error.hint(lang),
            "layer": error.layer,
            "column": error.column,
        }
    }
