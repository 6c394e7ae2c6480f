"""Numbers put in for the letters, and the network worked out with them: every solution is looked at again in this way."""

from __future__ import annotations

from convcalc.errors import ConvcalcError
from convcalc.rebuild import put_in
from convcalc.shape import Shape
from convcalc.solving.answer import Solution, solution_of
from convcalc.solving.needs import Unknown
from convcalc.solving.problem import Problem
from convcalc.tracing import trace


def refused(problem: Problem, unknowns: list[Unknown], inside: dict[str, int]) -> ConvcalcError:
    """What a layer says of an assignment that its formulas allow."""
    values = {u.name: inside[u.name] - u.shift for u in unknowns if u.name in inside}
    try:
        trace(
            put_in(problem.net, dict(values)),
            tuple(n if isinstance(n, int) else n.at(dict(values)) for n in problem.input),
        )
    except ConvcalcError as error:
        return error
    raise AssertionError("it is a solution")


def solution(
    problem: Problem, unknowns: list[Unknown], inside: dict[str, int], near: bool = False, rank: tuple[object, ...] = ()
) -> Solution | None:
    """The solution of these letters inside formulas, worked out with numbers; None if it is none after all (unless `near`)."""
    values = {u.name: inside[u.name] - u.shift for u in unknowns if u.name in inside}
    net = put_in(problem.net, dict(values)) if values else problem.net
    x: Shape = tuple(size if isinstance(size, int) else size.at(dict(values)) for size in problem.input)
    try:
        traced = trace(net, x)
    except ConvcalcError:
        return None
    return solution_of(problem.fixed | values, traced, rank) if near or problem.reached(traced) else None
