"""What solving gives: solutions, intervals, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from convcalc.formula import Dim
from convcalc.layers import Layer
from convcalc.shape import Condition, Shape
from convcalc.solving.interval import Interval
from convcalc.solving.order import Rank
from convcalc.tracing import Trace

Said: TypeAlias = "tuple[str, str]"  # (English, Vietnamese)


@dataclass(frozen=True)
class Solution:
    """Numbers for the letters, the network with them, and what it makes of the input."""

    values: dict[str, Any]
    layer: Layer
    input: Shape
    output: Shape
    params: Dim
    macs: Dim
    valid_when: list[Condition]
    rank: Rank = ()


@dataclass
class Answer:
    """The solutions, best first; `intervals` holds every letter that no other letter bears on, with all its values.

    Without a solution `reason` says why, and `nearest` is what comes closest. `bound`: letters were only tried up to it. `more`: so
    many solutions are not listed; None where they have no end or were not counted.
    """

    solutions: list[Solution] = field(default_factory=list)
    intervals: dict[str, Interval] = field(default_factory=dict)
    reason: Said | None = None
    nearest: Solution | None = None
    bound: int | None = None
    more: int | None = 0
    remarks: list[Said] = field(default_factory=list)
    counted: bool = False  # whether parameters or multiply-adds were asked about


def solution_of(values: dict[str, Any], traced: Trace, rank: Rank = ()) -> Solution:
    """The solution that a trace is."""
    return Solution(
        values, traced.net, traced.input, traced.output, traced.params, traced.macs, traced.valid_when, rank
    )
