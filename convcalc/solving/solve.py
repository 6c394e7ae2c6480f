"""Solving: from what is asked to the solutions, best first, each checked by working the network out with its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from math import prod

from convcalc.solving.answer import Answer
from convcalc.solving.checking import refused, solution
from convcalc.solving.needs import Need, Unknown, connected
from convcalc.solving.order import Order, sensible
from convcalc.solving.problem import Problem
from convcalc.solving.reasons import explain_none
from convcalc.solving.search import Found
from convcalc.tracing import Trace

# Solutions that are given where not all are asked for, and the most where they are.
SHOWN, MOST_LISTED = 10, 10_000
# Assignments of a group that are put in order, and the best of them that meet those of other groups.
MOST_RANKED, BEST = 20_000, 80
# Of a run, the numbers at its end that are looked at; of a letter that is alone, more.
AT_AN_END, ALONE = 40, 1000


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
