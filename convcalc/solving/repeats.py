"""Letters that count repeats, N * (…): numbers are tried, except for a receptive field, whose fewest repeats are found by halving."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from convcalc.errors import ConvcalcError
from convcalc.layers.combine import LARGEST_REPEAT
from convcalc.shape import Shape, show_shape, whole
from convcalc.solving.answer import Answer, Solution
from convcalc.solving.checking import solution
from convcalc.solving.interval import Interval
from convcalc.solving.problem import Problem
from convcalc.solving.solve import MOST_LISTED, SHOWN, solved
from convcalc.tracing import trace

# How far one number of repeats is tried where nothing else is open, and the sum of several, or beside other letters.
ONE, SEVERAL, BESIDE = 300, 64, 24
# An input that has room for any field that may be asked for.
ROOM = 10**7
# So many repeats are worked out in letters again.
IN_LETTERS = 2000


def solve_letters(problem: Problem, everything: bool = False) -> Answer:
    """All numbers for the letters of a problem; without letters, whether the network does what is asked."""
    return repeated(problem, everything) if problem.times() else solved(problem, everything)


def repeated(problem: Problem, everything: bool) -> Answer:
    """The answer to a problem with letters that count repeats."""
    times = problem.times()
    alone = not problem.unknowns()
    goal = problem.goal
    if goal.field is not None and len(times) == 1 and alone and not goal.budget and goal.output is None:
        return _fewest(problem, times[0], everything)
    most = ONE if len(times) == 1 and alone else SEVERAL if alone else BESIDE
    best = Answer(counted=goal.budget)
    found: list[Solution] = []
    near: list[tuple[int, Solution]] = []
    more = 0
    endless = False
    for values in _numbers(times, most):
        if (
            goal.field is not None
            and not everything
            and found
            and sum(values.values()) > sum(found[0].values[name] for name in times)
        ):
            endless = True  # more repeats see as far and farther
            break
        part = problem.with_times(values)
        try:
            one = solved(part, everything)
        except ConvcalcError as error:
            if error.layer is None:
                raise
            if len(times) == 1 and sum(values.values()) > 1:
                most = sum(values.values())  # the input is used up, and no more repeats will fit
                break
            continue
        found += one.solutions
        endless = endless or one.more is None
        more += one.more or 0
        best.bound = best.bound if one.bound is None else max(best.bound or 0, one.bound)
        closest = one.nearest if not alone else solution(part, [], {}, near=True)
        if not one.solutions and closest is not None:
            off = part.off(trace(closest.layer, closest.input))
            if off is not None:
                near.append((off, closest))
    else:
        best.bound = max(best.bound or 0, most)
    best.intervals = {}
    if goal.field is not None:
        found.sort(key=lambda one: (sum(one.values[name] for name in times), one.rank))
    elif goal.budget:
        found.sort(key=lambda one: tuple(-n for n in (one.params, one.macs) if isinstance(n, int)))
    else:
        found.sort(key=lambda one: (one.rank, sum(one.values[name] for name in times)))
    best.solutions = found[: MOST_LISTED if everything else SHOWN]
    best.more = None if endless else more + len(found) - len(best.solutions)
    if not found:
        _say_none(best, times, near, most)
    return best


def _numbers(times: list[str], most: int) -> Iterator[dict[str, int]]:
    """Numbers of repeats, few first; of several letters up to a sum."""
    for total in range(len(times), most + 1):
        for numbers in product(range(1, total + 1), repeat=len(times) - 1):
            last = total - sum(numbers)
            if last >= 1:
                yield dict(zip(times, (*numbers, last), strict=True))


def _say_none(answer: Answer, times: list[str], near: list[tuple[int, Solution]], most: int) -> None:
    near.sort(key=lambda pair: pair[0])
    answer.more = 0
    if not near:
        answer.reason = (f"no number of repeats up to {most} fits", f"không có số lần lặp nào đến {most} phù hợp")
        return
    answer.nearest = near[0][1]
    outputs = {one.output for _, one in near}
    if len(outputs) == 1:
        shown = show_shape(outputs.pop())
        answer.reason = (f"the output is {shown} for every number of repeats", f"output là {shown} với mọi số lần lặp")
        return
    shown_en = " and ".join(f"{_said(one, times)} gives {show_shape(one.output)}" for _, one in near[:2])
    shown_vi = ", ".join(f"{_said(one, times)} cho {show_shape(one.output)}" for _, one in near[:2])
    answer.reason = (
        f"no number of repeats up to {most} gives it: {shown_en}",
        f"không có số lần lặp nào đến {most} cho kết quả đó: {shown_vi}",
    )


def _said(one: Solution, times: list[str]) -> str:
    return ", ".join(f"{name} = {one.values[name]}" for name in times)


def _fewest(problem: Problem, letter: str, everything: bool) -> Answer:
    """The fewest repeats that see far enough, where no other letter is open.

    A receptive field never shrinks with a layer more, so "enough" is monotone. Of windows without a stride it grows evenly, and
    two small numbers of repeats foretell the answer; with a stride it grows ever faster, and doubling finds it soon. Both are
    looked at from either side: the answer sees enough, one repeat less does not.
    """
    wanted = problem.goal.field
    assert wanted is not None
    # Numbers are traced much sooner than letters, and a field does not depend on sizes where these are large enough.
    x = problem.input
    roomy: Shape = (
        (x[0] if isinstance(x[0], int) and len(x) > 1 else 1, *(ROOM,) * (len(x) - 1)) if len(x) > 1 else (ROOM,)
    )

    def seen(times: int) -> int:
        try:
            rows = trace(problem.with_times({letter: times}).net, roomy).rows
        except ConvcalcError:
            if times < 4:
                raise
            return ROOM  # strides have used the input up, which takes a field as large as it
        sizes = [axis.size for axis in rows[-1].receptive_field if axis is not None]
        if len(sizes) < len(rows[-1].receptive_field) or not all(isinstance(size, int) for size in sizes):
            raise ConvcalcError("field_unknown")
        return min(map(whole, sizes))

    first, second, third = seen(1), seen(2), seen(3)
    if first >= wanted:
        best = 1
    elif second == first == third:
        said = f"each of these layers sees what the one before it sees: {first} cells, not {wanted}"
        return Answer(
            reason=(
                said,
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
                return Answer(
                    reason=(f"more than {LARGEST_REPEAT} repeats would be needed", f"cần hơn {LARGEST_REPEAT} lần lặp")
                )
            low, best = best, min(2 * best, LARGEST_REPEAT)
        while best - low > 1:
            middle = (low + best) // 2
            low, best = (low, middle) if seen(middle) >= wanted else (middle, best)
    chosen = problem.with_times({letter: best})
    if best > IN_LETTERS and problem.given:  # the smallest input that has one output
        size = seen(best)
        chosen = replace(
            chosen, input=tuple(n if isinstance(n, int) else size if i or len(x) == 1 else 1 for i, n in enumerate(x))
        )
    try:
        answer = solved(chosen, everything)
    except ConvcalcError as error:
        if error.layer is None:
            raise
        shown = show_shape(problem.input)
        return Answer(
            reason=(
                f"{letter} = {best} would be needed, which the input {shown} has no room for",
                f"cần {letter} = {best}, nhưng input {shown} không đủ chỗ",
            )
        )
    if problem.given:
        answer.intervals[letter] = Interval(best)
    return answer
