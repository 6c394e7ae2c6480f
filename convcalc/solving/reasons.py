"""Why there is no solution, in one sentence, and what comes nearest to one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from math import gcd

from convcalc.explain import AXES
from convcalc.formula import Dim, Formula
from convcalc.layers import Conv, Layer, Pad, chain
from convcalc.layers.base import per_axis
from convcalc.notation import show
from convcalc.rebuild import letters_of
from convcalc.shape import Shape, extent, whole, wholes
from convcalc.solving.answer import Answer, Said, solution_of
from convcalc.solving.checking import solution
from convcalc.solving.interval import form_of, preimage
from convcalc.solving.needs import COUNTS, Need, Unknown
from convcalc.solving.problem import Problem
from convcalc.solving.search import Found, Run
from convcalc.tracing import Trace, trace
from convcalc.words import say


def explain_none(
    answer: Answer, problem: Problem, traced: Trace, unknowns: list[Unknown], groups: Sequence[Found], fixed: Sequence[Need]
) -> None:  # fmt: skip
    """Put the reason and what is nearest into an answer without solutions."""
    answer.reason = _reason(problem, traced, groups, fixed)
    padded = _asymmetric(problem)
    if padded is not None:
        answer.nearest = solution_of({}, trace(padded, problem.input))
        return
    if any(need.sampled for group in groups for need in group.needs):
        return  # nothing is near for every size
    values: dict[str, int] = {}
    for group in groups:
        best = _nearest(group, problem)
        if best is None:
            return
        values |= best
    if unknowns or problem.goal.output is None:
        answer.nearest = solution(problem, unknowns, values, near=True) if unknowns else None


def _reason(problem: Problem, traced: Trace, groups: Sequence[Found], fixed: Sequence[Need]) -> Said:
    """The first thing that stands in the way, in both languages."""
    has, asked = problem.compared(traced.output)
    for need in fixed:
        if not need.holds:
            return _fixed(need, problem, traced.output, has, asked)
    for group in groups:
        if group.runs:
            continue
        names = ", ".join(u.name for u in group.unknowns)
        bound = _bound(group)
        goals = [need for need in group.needs if need.goal is not None]
        if any(need.sampled for need in goals):
            given = ", ".join(sorted(problem.given))
            return (
                f"no {names}{bound[0]} does it for every {given}",
                f"không có {names} nào{bound[1]} đúng với mọi {given}",
            )
        if not any(True for _ in group.limits_only(problem.most)):
            return f"no {names}{bound[0]} fits the layers at all", f"không có {names} nào{bound[1]} hợp với các layer"
        for need in goals:
            if not any(True for _ in group.only([need], problem.most)):
                return _alone(need, group, problem, traced.output, has, asked)
        sizes = [need for need in goals if isinstance(need.goal, int)]
        if len({need.goal for need in sizes}) > 1 and not any(True for _ in group.only(sizes, problem.most)):
            advice = ("", "")
            if not any(u.role in COUNTS for u in group.unknowns):
                advice = (
                    ": give each axis its own letters, such as KxO, sSxT, pPxQ",
                    ": dùng chữ riêng cho mỗi trục, ví dụ KxO, sSxT, pPxQ",
                )
            return (
                f"each size can be reached, but not all at once with the same {names}{bound[0]}{advice[0]}",
                f"từng kích thước thì đạt được, nhưng không cùng lúc với chung {names}{bound[1]}{advice[1]}",
            )
        return (
            f"no {names}{bound[0]} does all that is asked at once",
            f"không có {names} nào{bound[1]} thoả mãn cùng lúc mọi yêu cầu",
        )
    raise AssertionError("there is a solution")


def _bound(group: Found) -> Said:
    return ("", "") if group.bound is None else (f" up to {group.bound}", f" đến {group.bound}")


def _fixed(need: Need, problem: Problem, output: Shape, has: Shape, asked: Shape) -> Said:
    letters = letters_of(problem.net) | set(problem.free)
    whatever = (", whatever the letters are", ", không phụ thuộc các chữ") if letters else ("", "")
    if isinstance(need.goal, int):
        en, vi = _name(need.goal, output, has)
        is_, wanted = show(has[need.goal]), show(asked[need.goal])
        if need.sampled and isinstance(has[need.goal], Formula):
            return (
                f"the {en} of the output is {is_}, which is not {wanted} for every size of the input",
                f"{vi} của output là {is_}, không bằng {wanted} với mọi input",
            )
        return (
            f"the {en} of the output is {is_}{whatever[0]}, not {wanted}",
            f"{vi} của output là {is_}{whatever[1]}, không phải {wanted}",
        )
    en, vi = _goal_names(str(need.goal))
    bound = need.low if need.high is None else need.high
    if need.sampled:
        return f"the {en} grows with the input, beyond {bound}", f"{vi} tăng theo input, vượt {bound}"
    return f"the {en} is {need.f}{whatever[0]}, not {bound}", f"{vi} là {need.f}{whatever[1]}, không phải {bound}"


def _goal_names(goal: str) -> Said:
    return {
        "params": ("number of parameters", "số tham số"),
        "macs": ("number of multiply-adds", "số phép nhân-cộng"),
        "field": ("receptive field", "receptive field"),
    }.get(goal, ("limit of a layer", "điều kiện của một layer"))


def _name(axis: int, output: Shape, has: Shape) -> Said:
    """What a size of the output is called."""
    names = AXES.get(len(output), ("size",) * len(output))[len(output) - len(has) :]
    name = say(f"step.{names[axis]}", "en")
    return f"number of {name}" if name in ("channels", "features") else name, say(f"step.{names[axis]}", "vi")


def _alone(need: Need, group: Found, problem: Problem, output: Shape, has: Shape, asked: Shape) -> Said:
    """Why one goal cannot be reached, whatever becomes of the others."""
    bound = _bound(group)
    letters = ("", "") if group.bound is None else (f" (letters{bound[0]})", f" (các chữ thử{bound[1]})")
    reached = sorted({_value(need, values) for values in _beside(group, [need], problem)})
    if not isinstance(need.goal, int):
        en, vi = _goal_names(str(need.goal))
        if need.high is not None:
            return (
                f"the {en} is at least {reached[0]}, more than {need.high}{letters[0]}",
                f"{vi} ít nhất là {reached[0]}, lớn hơn {need.high}{letters[1]}",
            )
        return (
            f"the {en} is at most {reached[-1]}, less than {need.low}{letters[0]}",
            f"{vi} nhiều nhất là {reached[-1]}, nhỏ hơn {need.low}{letters[1]}",
        )
    en, vi = _name(need.goal, output, has)
    target = asked[need.goal]
    if not isinstance(target, int):
        return (
            f"no numbers{bound[0]} make the {en} of the output {show(target)}",
            f"không có số nào{bound[1]} cho {vi} của output bằng {show(target)}",
        )
    steps = _rest(need.f)
    if steps is not None:
        return _of_steps(en, vi, target, *steps)
    sizes = [target + off for off in reached]
    below, above = [size for size in sizes if size < target], [size for size in sizes if size > target]
    if not below:
        return (
            f"the {en} of the output is at least {above[0]}, more than {target}{letters[0]}",
            f"{vi} của output ít nhất là {above[0]}, lớn hơn {target}{letters[1]}",
        )
    if not above:
        return (
            f"the {en} of the output is at most {below[-1]}, less than {target}{letters[0]}",
            f"{vi} của output nhiều nhất là {below[-1]}, nhỏ hơn {target}{letters[1]}",
        )
    return (
        f"the {en} of the output can be {below[-1]} or {above[0]}, but nothing in between{letters[0]}",
        f"{vi} của output có thể là {below[-1]} hoặc {above[0]}, nhưng không có giá trị nào ở giữa{letters[1]}",
    )


def _of_steps(en: str, vi: str, target: int, step: int, rest: int) -> Said:
    """The sizes are a multiple of `step` and something, always the same."""
    first = (target + rest) % step
    if step == 2:
        kind = ("even", "chẵn") if first == 0 else ("odd", "lẻ")
        return (
            f"the {en} of the output is always {kind[0]}, so it cannot be {target}",
            f"{vi} của output luôn là số {kind[1]}, nên không thể bằng {target}",
        )
    if first == 0:
        return (
            f"the {en} of the output is always a multiple of {step}, so it cannot be {target}",
            f"{vi} của output luôn chia hết cho {step}, nên không thể bằng {target}",
        )
    return (
        f"the {en} of the output is always {first} more than a multiple of {step}, so it cannot be {target}",
        f"{vi} của output chia cho {step} luôn dư {first}, nên không thể bằng {target}",
    )


def _rest(f: Dim) -> tuple[int, int] | None:
    """(step, rest) if f = step·(…) + rest with 0 < rest < step, floors aside: then f is never 0."""
    if not isinstance(f, Formula):
        return None
    terms = dict(f.expanded)
    constant = terms.pop((), 0)
    step = reduce(gcd, terms.values(), 0)
    return (step, constant % step) if step > 1 and constant % step else None


def _value(need: Need, values: dict[str, int]) -> int:
    return whole(need.at(dict(values)).f)


def _beside(group: Found, goals: Sequence[Need], problem: Problem) -> Iterator[dict[str, int]]:
    """Of every run that the limits allow, its ends and the numbers on both sides of the goals: what is nearest is among them."""
    for run in group.limits_only(problem.most):
        for x in _places(run, goals):
            yield run.values | {run.letter: x}


def _places(run: Run, goals: Sequence[Need]) -> set[int]:
    low, high = run.interval
    found = {low} if high is None else {low, high}
    for goal in goals:
        form = form_of(goal.f, run.letter)
        for bounds in ((goal.low, None), (None, goal.high)):
            side = None if form is None else form.interval(run.values, *bounds)
            if side is None:
                f = goal.f.at(dict(run.values)) if isinstance(goal.f, Formula) else goal.f
                side = preimage(f, run.letter, bounds[0], bounds[1], low)
            if side is not None:
                found |= {end + step for end in side if end is not None for step in (-1, 0, 1)}
    return {x for x in found if x >= low and (high is None or x <= high)}


def _nearest(group: Found, problem: Problem) -> dict[str, int] | None:
    """The letters of a group that come closest to what is asked within the limits; None where nothing fits at all."""
    if group.runs:
        return next(group.runs[0].assignments(1))
    goals = [need for need in group.needs if need.goal is not None]

    def off(values: dict[str, int]) -> tuple[int, int]:
        return sum(_off(need, _value(need, values)) for need in goals), sum(values.values())

    return min(_beside(group, goals, problem), key=off, default=None)


def _off(need: Need, value: int) -> int:
    """How far a goal is missed."""
    below = 0 if need.low is None else need.low - value
    above = 0 if need.high is None else value - need.high
    return max(0, below, above)


def _asymmetric(problem: Problem) -> Layer | None:
    """For one convolution whose padding alone is looked for: a pad layer before it that does what no even padding can."""
    layer, x, asked = problem.net, problem.input, problem.goal.output
    if not isinstance(layer, Conv) or asked is None or letters_of(x) or letters_of(asked):
        return None
    axes = len(x) - 1
    if {u.role for u in problem.unknowns()} != {"padding"}:
        return None
    ends: list[int] = []
    fields = (per_axis(layer, name, x, axes) for name in ("kernel_size", "stride", "dilation"))
    for m, o, k, s, d in zip(wholes(x[1:]), wholes(asked[-axes:]), *fields, strict=True):
        total = max(0, (o - 1) * whole(s) + whole(extent(k, d)) - m)
        ends = [total // 2, total - total // 2, *ends]  # the last axis comes first, as torch's ZeroPad counts
    near = chain(Pad(0, tuple(ends)), type(layer)(**layer.__dict__ | {"padding": 0}))
    found = trace(near, x)
    has, wanted = problem.compared(found.output)
    return near if has == wanted else None
