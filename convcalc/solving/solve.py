"""Solving: from what is asked to the solutions, best first, each checked by working the network out with its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from itertools import islice, product
from math import prod
from typing import Any

from convcalc.errors import ConvcalcError
from convcalc.formula import Dim
from convcalc.layers import Layer
from convcalc.layers.combine import LARGEST_REPEAT
from convcalc.rebuild import put_in
from convcalc.shape import Condition, Shape, whole
from convcalc.solving.interval import Interval
from convcalc.solving.needs import Need, Unknown, connected
from convcalc.solving.order import Rank, open_windows, rank, sensible
from convcalc.solving.problem import Problem
from convcalc.solving.search import FAR, allowed, assignments
from convcalc.tracing import Trace, trace

# Solutions that are given where not all are asked for.
SHOWN = 10
# Combinations of the groups' solutions that are put in order.
MOST_COMBINED = 20_000
# Repeats that are tried one by one, where more than a receptive field is asked for.
MOST_TIMES = 64
# An input that has room for any field, and how many repeats of it are worked out in letters again.
ROOM, IN_LETTERS = 10**7, 500

Said = tuple[str, str]  # (English, Vietnamese)


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


@dataclass
class Answer:
    """The solutions, best first; `intervals` holds every letter that no other letter bears on, with all its values; without a
    solution `reason` says why, and `nearest` what comes closest. `bound`: letters were only tried up to it; `more` solutions
    exist that are not listed."""

    solutions: list[Solution] = field(default_factory=list)
    intervals: dict[str, Interval] = field(default_factory=dict)
    reason: Said | None = None
    nearest: Solution | None = None
    bound: int | None = None
    more: int = 0
    remarks: list[Said] = field(default_factory=list)
    counted: bool = False  # whether parameters or multiply-adds were asked about


class Found:
    """One group of unknowns with its assignments, and the interval where it is one letter with a closed form."""

    def __init__(self, unknowns: list[Unknown], needs: list[Need], most: int) -> None:
        self.unknowns, self.needs = unknowns, needs
        self.interval: Interval | None = None
        self.bound: int | None = None
        if len(unknowns) == 1:
            alone = unknowns[0]._replace(most=None)
            found, still = allowed(alone, needs, last=True)
            if not still:
                self.interval = found
            elif found.high is None:
                self.bound = most
            self.unknowns = [alone]
        elif any(u.most is not None for u in unknowns):
            self.bound = most
        elif not any(need.goal in ("params", "macs") for need in needs):  # sizes without a closed form for each
            self.bound = max(most, FAR)
        self.assignments = list(assignments(self.unknowns, needs, most))


def solve_letters(problem: Problem, everything: bool = False) -> Answer:
    """All numbers for the letters of a problem; without letters, whether the network does what is asked."""
    times = problem.times()
    if not times:
        return _solved(problem, everything)
    alone = len(times) == 1 and not problem.unknowns() and not problem.goal.budget and problem.goal.output is None
    if problem.goal.field is not None and alone:
        return _fewest(problem, times[0], everything)
    best = Answer(reason=None)
    for numbers in product(range(1, MOST_TIMES + 1), repeat=len(times)):
        if len(times) > 1 and sum(numbers) > MOST_TIMES:
            continue
        values = dict(zip(times, numbers, strict=True))
        try:
            one = _solved(problem.with_times(values), everything)
        except ConvcalcError as error:
            if error.layer is None:
                raise
            break  # the input is used up; more layers cannot fit
        best.solutions += one.solutions
        if one.solutions and not everything:
            break
        best.reason, best.nearest = one.reason, one.nearest or best.nearest
    if best.solutions:
        best.reason = best.nearest = None
    else:
        best.reason = (
            f"no number of repeats up to {MOST_TIMES} gives it",
            f"không có số lần lặp nào đến {MOST_TIMES} cho kết quả đó",
        )
    return best


def _fewest(problem: Problem, letter: str, everything: bool) -> Answer:
    """The fewest repeats that see far enough, where no other letter is open.

    A receptive field never shrinks with a layer more, so "enough" is monotone. Of windows without a stride it grows evenly, and
    two small numbers of repeats foretell the answer; with a stride it grows ever faster, and doubling finds it soon. Both are
    looked at from either side: the answer sees enough, one repeat less does not.
    """
    wanted = problem.goal.field
    assert wanted is not None
    # Numbers are traced much sooner than letters, and a field does not depend on sizes where these are large enough.
    roomy: Shape = tuple(
        ROOM if i and not isinstance(size, int) else 1 if not isinstance(size, int) else size
        for i, size in enumerate(problem.input)
    )

    def seen(times: int) -> int:
        try:
            rows = trace(problem.with_times({letter: times}).net, roomy).rows
        except ConvcalcError:
            if times < 3:
                raise
            return ROOM  # strides have used the input up, which takes a field as large as it
        sizes = [axis.size for axis in rows[-1].receptive_field if axis is not None]
        if len(sizes) < len(rows[-1].receptive_field) or not all(isinstance(size, int) for size in sizes):
            raise ConvcalcError("field_unknown")
        return min(map(whole, sizes))

    first, second, third = seen(1), seen(2), seen(3)
    if first >= wanted:
        best = 1
    elif second == first:
        return Answer(
            reason=(
                f"each of these layers sees what the one before it sees: {first} cells, not {wanted}",
                f"mỗi layer này chỉ nhìn thấy đúng phần layer trước nhìn thấy: {first} ô, không phải {wanted}",
            )
        )
    else:
        low, best = 1, 2
        if third - second == second - first:
            best = min(max(2, 1 - (first - wanted) // (second - first)), LARGEST_REPEAT)
            low = best - 1 if seen(best - 1) < wanted else 1
        while seen(best) < wanted:
            if best == LARGEST_REPEAT:
                said = f"more than {LARGEST_REPEAT} repeats would be needed", f"cần hơn {LARGEST_REPEAT} lần lặp"
                return Answer(reason=said)
            low, best = best, min(2 * best, LARGEST_REPEAT)
        while best - low > 1:
            middle = (low + best) // 2
            low, best = (low, middle) if seen(middle) >= wanted else (middle, best)
    shown = problem if best <= IN_LETTERS else replace(problem, input=roomy)
    answer = _solved(shown.with_times({letter: best}), everything)
    answer.intervals[letter] = Interval(best)
    return answer


def _solved(problem: Problem, everything: bool) -> Answer:
    unknowns = problem.unknowns()
    traced = problem.traced(unknowns)
    needs = problem.needs(traced)
    groups = [Found(names, inside, problem.most) for names, inside in connected(unknowns, needs)]
    fixed = [need for need in needs if not need.letters]
    answer = Answer(counted=problem.goal.budget)
    bounds = [group.bound for group in groups if group.bound is not None]
    answer.bound = max(bounds, default=None)
    if any(not need.holds for need in fixed) or any(not group.assignments for group in groups):
        from convcalc.solving.reasons import asymmetric, nearest_of, reason_of

        answer.reason = reason_of(problem, traced, groups, fixed)
        padded = asymmetric(problem, traced)
        if padded is not None:
            answer.nearest = solution_of({}, trace(padded, problem.input))
            return answer
        values = nearest_of(problem, groups)
        answer.nearest = None if values is None else solution(problem, unknowns, values, near=True)
        return answer
    for group in groups:
        if group.interval is not None:
            (unknown,) = group.unknowns
            answer.intervals[unknown.name] = group.interval.moved(-unknown.shift)
    windows = open_windows(traced)
    ranked = sorted(_ranked(problem, traced, groups, windows), key=lambda pair: pair[0])
    if not everything and ranked and sensible(ranked[0][0][1]):
        ranked = [pair for pair in ranked if sensible(pair[0][1])]
    proved = (one for _, values in ranked if (one := solution(problem, unknowns, values)) is not None)
    if everything:
        answer.solutions = list(proved)
    else:
        answer.solutions = list(islice(proved, SHOWN))
        answer.more = max(0, _count(groups) - len(answer.solutions)) if answer.solutions else 0
    if not answer.solutions:  # what held at the samples does not hold for all of the given letters
        given = ", ".join(sorted(problem.given))
        answer.reason = (f"no numbers do it for every {given}", f"không có số nào đúng với mọi {given}")
    return answer


def _count(groups: list[Found]) -> int:
    return prod(len(group.assignments) for group in groups)


def _ranked(
    problem: Problem, traced: Trace, groups: list[Found], windows: list[tuple[Layer, int]]
) -> Iterator[tuple[tuple[tuple[int, int], Rank], dict[str, int]]]:
    """Every combination of the groups' assignments with its place in the order; where they are too many, of each group's best."""

    def place(values: dict[str, int]) -> tuple[tuple[int, int], Rank]:
        spent = [after.f for need in needs if isinstance((after := need.at(values)).f, int)]
        fewest = min(values.values()) if spent else 0
        return (-fewest, -sum(spent)), rank(windows, sizes, values)

    needs = [n for group in groups for n in group.needs if n.goal in ("params", "macs")][:1]
    sizes = [u.name for group in groups for u in group.unknowns if u.role == "size"]
    lists = [group.assignments for group in groups]
    if _count(groups) > MOST_COMBINED:
        each = max(2, int(MOST_COMBINED ** (1 / len(lists))))
        lists = [nsmallest(each, some, key=lambda values: sum(values.values())) for some in lists]
    for combined in product(*lists):
        values: dict[str, int] = {}
        for one in combined:
            values |= one
        yield place(values), values


def solution(problem: Problem, unknowns: list[Unknown], inside: dict[str, int], near: bool = False) -> Solution | None:
    """The solution of these letters inside formulas, worked out with numbers; None if it is none after all (unless `near`)."""
    values = {u.name: inside[u.name] - u.shift for u in unknowns if u.name in inside}
    net = put_in(problem.net, dict(values)) if values else problem.net
    x: Shape = tuple(size if isinstance(size, int) else size.at(dict(values)) for size in problem.input)
    try:
        traced = trace(net, x)
    except ConvcalcError:
        return None
    if problem.fixed:
        values = problem.fixed | values
    return solution_of(values, traced) if near or problem.reached(traced) else None


def solution_of(values: dict[str, Any], traced: Trace) -> Solution:
    """The solution that a trace is."""
    return Solution(values, traced.net, traced.input, traced.output, traced.params, traced.macs, traced.valid_when)
