"""Answers for other programs: a trace, a check or an error as plain objects, ready for JSON.

Numbers are numbers; what has letters is a string in Python syntax, `//` being the floored division.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc.errors import ConvcalcError
from convcalc.explain import formula
from convcalc.field import Axis
from convcalc.formula import Dim
from convcalc.trace import Row, Trace

if TYPE_CHECKING:
    from convcalc.torchside.check import Check


def plain(value: Dim | float | None) -> int | float | str | None:
    """A number as it is, a formula as its text."""
    return value if value is None or isinstance(value, int | float) else str(value)


def trace_object(traced: Trace, check: Check | None) -> dict[str, Any]:
    """The object that `convcalc shape --json` prints."""
    memory = traced.memory
    return {
        "spec": str(traced.net),
        "input": [plain(size) for size in traced.input],
        "output": [plain(size) for size in traced.output],
        "params": plain(traced.params),
        "macs": plain(traced.macs),
        "receptive_field": _field(traced.rows[-1]),
        "memory": {
            "input": plain(memory.input),
            "activations": plain(memory.activations),
            "params": plain(memory.params),
        },
        "layers": [_row(row) for row in traced.rows],
        "valid_when": [condition.text() for condition in traced.valid_when],
        "check": None if check is None else check_object(check),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "index": row.index,
        "layer": row.text,
        "input": [plain(size) for size in row.input],
        "output": [plain(size) for size in row.output],
        "params": plain(row.params),
        "macs": plain(row.macs),
        "receptive_field": _field(row),
        "formula": formula(row),
    }


def _field(row: Row) -> list[dict[str, Any] | None]:
    return [axis if axis is None else _axis(axis) for axis in row.receptive_field]


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
