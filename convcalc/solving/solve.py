"""Solving: from what is asked to the solutions, best first, each checked by working the network out with its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from math import prod

from convcalc.errors import ConvcalcError
from convcalc.rebuild import put_in
from convcalc.shape import Shape
from convcalc.solving.answer import Answer, Solution, solution_of
from convcalc.solving.needs import Need, Unknown, connected
from convcalc.solving.order import Order, sensible
from convcalc.solving.problem import Problem
from convcalc.solving.search import Found
from convcalc.tracing import Trace, trace

# Solutions that are given where not all are asked for, and the most where they are.
SHOWN, MOST_LISTED = 10, 10_000
# Assignments of a group that are put in order, and the best of them that meet those of other groups.
MOST_RANKED, BEST = 20_000, 80
# Of a run, the numbers at its end that are looked at; of a letter that is alone, more.
AT_AN_END, ALONE = 40, 1000


def solve_letters(problem: Problem, everything: bool = False) -> Answer:
    """All numbers for the letters of a problem; without letters, whether the network does what is asked."""
    if problem.times():
        from convcalc.solving.repeats import repeated

        return repeated(problem, everything)
    return solved(problem, everything)


def solved(problem: Problem, everything: bool) -> Answer:
    """The answer to a problem without letters that count repeats."""
    unknowns = problem.unknowns()
    traced = problem.traced(unknowns)
    needs = problem.needs(traced)
    groups = [Found(names, inside, problem.most) for names, inside in connected(unknowns, needs)]
    fixed = [need for need in needs if not need.letters]
    answer = Answer(counted=problem.goal.budget)
    answer.bound = max((group.bound for group in groups if group.bound is not None), default=None)
    if any(not need.holds for need in fixed) or any(not group.runs for group in groups):
        from convcalc.solving.reasons import explain_none

        explain_none(answer, problem, traced, unknowns, groups, fixed)
        return answer
    for group in groups:
        if group.interval is not None and not any(need.sampled for need in group.needs):
            (unknown,) = group.unknowns
            answer.intervals[unknown.name] = group.interval.moved(-unknown.shift)
    ranked = _ranked(problem, traced, groups, unknowns, everything)
    if not everything and ranked and sensible(ranked[0][0]):
        ranked = [pair for pair in ranked if sensible(pair[0])]
    proved = (one for rank, values in ranked if (one := solution(problem, unknowns, values, rank=rank)) is not None)
    answer.solutions = list(islice(proved, MOST_LISTED if everything else SHOWN))
    counts = [group.count for group in groups]
    if any(need.sampled for need in needs):
        # What holds at the samples need not hold for every size: only what is proved is counted.
        answer.more = sum(1 for _ in islice(proved, MOST_LISTED)) if answer.solutions else 0
    elif None in counts:
        answer.more = None
    else:
        answer.more = prod(n for n in counts if n is not None) - len(answer.solutions)
    if not answer.solutions and not any(need.sampled for need in needs):
        # The formulas allow it, tensors do not.
        error = refused(problem, unknowns, ranked[0][1])
        answer.reason, answer.more, answer.intervals = (error.message("en"), error.message("vi")), 0, {}
    elif not answer.solutions:
        given = ", ".join(sorted(problem.given))
        answer.reason = (f"no numbers{_tried(answer, 'en')} do it for every {given}", f"không có số nào{_tried(answer, 'vi')} đúng với mọi {given}")  # fmt: skip
        answer.more = 0
    return answer


def _tried(answer: Answer, lang: str) -> str:
    if answer.bound is None:
        return ""
    return f" (đến {answer.bound})" if lang == "vi" else f" up to {answer.bound}"


def _ranked(
    problem: Problem, traced: Trace, groups: list[Found], unknowns: list[Unknown], everything: bool
) -> list[tuple[tuple[object, ...], dict[str, int]]]:
    """Combinations of the groups' assignments with their ranks, the best first; of each group only the best where all are not asked for."""
    budget = next((need for group in groups for need in group.needs if need.goal in ("params", "macs")), None)
    order = Order(traced, unknowns, budget)
    lists = [list(islice(_candidates(group, budget, everything), MOST_RANKED)) for group in groups]
    if len(lists) > 1:
        base: dict[str, int] = {}
        for some in lists:
            base |= some[0]
        lists = [sorted(some, key=lambda values: order.rank(base | values)) for some in lists]
        keep = MOST_LISTED if everything else BEST
        lists = [some[:keep] for some in lists]
    found = []
    for combined in islice(product(*lists), MOST_RANKED):
        values: dict[str, int] = {}
        for one in combined:
            values |= one
        found.append((order.rank(values), values))
    return sorted(found, key=lambda pair: pair[0])


def _candidates(group: Found, budget: Need | None, everything: bool) -> Iterator[dict[str, int]]:
    """The assignments of a group; where not all are asked for, those at the end of every run that matters: a budget's upper one."""
    from_above = budget is not None and budget in group.needs
    each = MOST_LISTED if everything else ALONE if len(group.unknowns) == 1 else 2 if from_above else AT_AN_END
    for run in group.runs:
        yield from run.assignments(each, from_above)


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
