"""Answers for other programs: a trace, a check or an error as plain objects, ready for JSON.

Numbers are numbers; what has letters is a string in Python syntax, `//` being the floored division.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc.axis import Axis
from convcalc.errors import ConvcalcError
from convcalc.explain import formula
from convcalc.formula import Dim
from convcalc.shape import Shape
from convcalc.tracing import Row, Trace

if TYPE_CHECKING:
    from convcalc.torchside.check import Check


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
    return {"size": plain(axis.size), "jump": plain(axis.jump), "start": plain(axis.start)}


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
