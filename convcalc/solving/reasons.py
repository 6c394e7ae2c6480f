"""Why there is no solution, in one sentence, and what comes nearest to one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import islice
from math import gcd
from typing import TYPE_CHECKING

from convcalc.explain import AXES
from convcalc.formula import Dim, Formula
from convcalc.layers import Conv, Layer, Pad, chain
from convcalc.layers.base import per_axis
from convcalc.rebuild import letters_of
from convcalc.shape import Shape, extent, whole, wholes
from convcalc.solving.interval import Interval, preimage
from convcalc.solving.needs import Need, Unknown
from convcalc.solving.search import assignments
from convcalc.tracing import Trace, trace
from convcalc.words import say

if TYPE_CHECKING:
    from convcalc.solving.problem import Problem
    from convcalc.solving.solve import Found

# Assignments looked at for what is reached instead.
MOST_LOOKED_AT = 20_000


def reason_of(problem: Problem, traced: Trace, groups: Sequence[Found], fixed: Sequence[Need]) -> tuple[str, str]:
    """The first thing that stands in the way, in both languages."""
    has, asked = problem.compared(traced.output)
    for need in fixed:
        if not need.holds:
            return _fixed(need, traced.output, has, asked)
    for group in groups:
        if group.assignments:
            continue
        limits = [need for need in group.needs if need.goal is None]
        for need in group.needs:
            if need.goal is None:
                continue
            if not any(True for _ in assignments(group.unknowns, [*limits, need], problem.most)):
                return _alone(need, group, limits, problem, traced.output, has, asked)
        letters = ", ".join(u.name for u in group.unknowns)
        if len({need.goal for need in group.needs if isinstance(need.goal, int)}) > 1:
            return (
                f"each size can be reached, but not both with the same {letters}: give each axis its own letters, such as KxO, sSxT, pPxQ",
                f"từng kích thước thì đạt được, nhưng không cùng lúc với một {letters}: dùng chữ riêng cho mỗi trục, ví dụ KxO, sSxT, pPxQ",
            )
        return f"nothing does all that is asked with the same {letters}", f"không có {letters} nào thoả mãn mọi yêu cầu"
    raise AssertionError("there is a solution")


def nearest_of(problem: Problem, groups: Sequence[Found]) -> dict[str, int] | None:
    """The letters that come closest to what is asked within the limits; None where nothing fits at all."""
    values: dict[str, int] = {}
    for group in groups:
        near = group.assignments[:1] or _nearest(group.unknowns, group.needs, problem.most)
        if not near:
            return None
        values |= near[0]
    return values


def asymmetric(problem: Problem, traced: Trace) -> Layer | None:
    """For one convolution whose padding alone is looked for: a pad layer before it that does what no even padding can."""
    layer, x, asked = problem.net, problem.input, problem.goal.output
    if not isinstance(layer, Conv) or asked is None or letters_of(x) or letters_of(asked):
        return None
    axes = len(x) - 1
    if {u.role for u in problem.unknowns()} != {"padding"}:
        return None
    ends: list[int] = []
    sizes = asked[-axes:]
    fields = (per_axis(layer, name, x, axes) for name in ("kernel_size", "stride", "dilation"))
    for m, o, k, s, d in zip(wholes(x[1:]), wholes(sizes), *fields, strict=True):
        total = max(0, (o - 1) * whole(s) + whole(extent(k, d)) - m)
        ends = [total // 2, total - total // 2, *ends]  # the last axis comes first, as torch's ZeroPad counts
    near = chain(Pad(0, tuple(ends)), type(layer)(**layer.__dict__ | {"padding": 0}))
    found = trace(near, x)
    has, wanted = problem.compared(found.output)
    return near if has == wanted else None


def _nearest(unknowns: Sequence[Unknown], needs: Sequence[Need], most: int) -> list[dict[str, int]]:
    limits, goals = [n for n in needs if n.goal is None], [n for n in needs if n.goal is not None]

    def off(values: dict[str, int]) -> tuple[int, int]:
        return sum(_off(goal.at(values)) for goal in goals), sum(values.values())

    found = [*_ends(unknowns, limits, goals)] or list(islice(assignments(unknowns, limits, most), MOST_LOOKED_AT))
    return [min(found, key=off)] if found else []


def _off(need: Need) -> int:
    """How far a goal is missed."""
    assert isinstance(need.f, int)
    below = 0 if need.low is None else need.low - need.f
    above = 0 if need.high is None else need.f - need.high
    return max(0, below, above)


def _ends(unknowns: Sequence[Unknown], limits: Sequence[Need], goals: Sequence[Need]) -> list[dict[str, int]]:
    """For a single letter with closed forms: the values on both sides of every goal that the limits allow."""
    if len(unknowns) != 1:
        return []
    name = unknowns[0].name
    inside = Interval(1)
    for need in limits:
        one = None if need.divisor is not None else preimage(need.f, name, need.low, need.high)
        if one is None:
            return []
        inside = inside.meet(one)
    if inside.empty:
        return []
    ends = {inside.low}
    for need in goals:
        for side in (preimage(need.f, name, None, need.high), preimage(need.f, name, need.low, None)):
            if side is None:
                return []
            ends |= {end for end in (side.low, side.high) if end is not None and end in inside}
    return [{name: end} for end in sorted(ends)]


def _fixed(need: Need, output: Shape, has: Shape, asked: Shape) -> tuple[str, str]:
    if isinstance(need.goal, int):
        en, vi = _name(need.goal, output, has)
        return (
            f"the {en} of the output is {has[need.goal]}, whatever is put in for the letters, not {asked[need.goal]}",
            f"{vi} của output luôn là {has[need.goal]}, không phụ thuộc các chữ, khác với {asked[need.goal]}",
        )
    if need.goal is not None:
        names = _goal_names(need.goal)
        bound = need.low if need.high is None else need.high
        return (
            f"the {names[0]} is {need.f}, not {bound}, whatever is put in",
            f"{names[1]} là {need.f}, không phải {bound}, với mọi giá trị của các chữ",
        )
    return (
        "a layer's own limit is not met, whatever is put in",
        "không thoả điều kiện của một layer, với mọi giá trị của các chữ",
    )


def _goal_names(goal: str) -> tuple[str, str]:
    return {
        "params": ("number of parameters", "số tham số"),
        "macs": ("number of multiply-adds", "số phép nhân-cộng"),
        "field": ("receptive field", "receptive field"),
    }[goal]


def _name(axis: int, output: Shape, has: Shape) -> tuple[str, str]:
    """What a size of the output is called."""
    names = AXES.get(len(output), ("size",) * len(output))[len(output) - len(has) :]
    name = say(f"step.{names[axis]}", "en")
    return f"number of {name}" if name in ("channels", "features") else name, say(f"step.{names[axis]}", "vi")


def _alone(
    need: Need, group: Found, limits: list[Need], problem: Problem, output: Shape, has: Shape, asked: Shape
) -> tuple[str, str]:
    """Why one goal cannot be reached, whatever becomes of the others."""
    if not isinstance(need.goal, int):
        en, vi = _goal_names(str(need.goal))
        reached = _values(need, group, limits, problem)
        if not reached:
            return _nothing_fits(group)
        if need.high is not None:
            return (
                f"the {en} is at least {reached[0]}, more than {need.high}",
                f"{vi} ít nhất là {reached[0]}, lớn hơn {need.high}",
            )
        return (
            f"the {en} is at most {reached[-1]}, less than {need.low}",
            f"{vi} nhiều nhất là {reached[-1]}, nhỏ hơn {need.low}",
        )
    axis = need.goal
    en, vi = _name(axis, output, has)
    target = asked[axis]
    whole = _rest(need.f)
    if isinstance(target, int) and whole is not None:
        step, rest = whole
        first = (target + rest) % step  # the sizes are first, first + step, …
        if step == 2:
            kind = ("even", "chẵn") if first == 0 else ("odd", "lẻ")
            return (
                f"the {en} of the output is always {kind[0]}, so it cannot be {target}",
                f"{vi} của output luôn là số {kind[1]}, nên không thể bằng {target}",
            )
        return (
            f"the {en} of the output is always {first} more than a multiple of {step}, so it cannot be {target}",
            f"{vi} của output chia cho {step} luôn dư {first}, nên không thể bằng {target}",
        )
    reached = _values(need, group, limits, problem)
    if not reached:
        return _nothing_fits(group)
    if not isinstance(target, int):
        return (
            f"no numbers make the {en} of the output {target} for every size of the input",
            f"không có số nào cho {vi} của output bằng {target} với mọi input",
        )
    sizes = [target + off for off in reached]
    below, above = [size for size in sizes if size < target], [size for size in sizes if size > target]
    tried = f" (letters up to {group.bound})" if group.bound else ""
    tried_vi = f" (các chữ thử đến {group.bound})" if group.bound else ""
    if not below:
        return (
            f"the {en} of the output is at least {above[0]}, more than {target}{tried}",
            f"{vi} của output ít nhất là {above[0]}, lớn hơn {target}{tried_vi}",
        )
    if not above:
        return (
            f"the {en} of the output is at most {below[-1]}, less than {target}{tried}",
            f"{vi} của output nhiều nhất là {below[-1]}, nhỏ hơn {target}{tried_vi}",
        )
    return (
        f"the {en} of the output can be {below[-1]} or {above[0]}, but nothing in between{tried}",
        f"{vi} của output có thể là {below[-1]} hoặc {above[0]}, nhưng không có giá trị nào ở giữa{tried_vi}",
    )


def _nothing_fits(group: Found) -> tuple[str, str]:
    letters = ", ".join(u.name for u in group.unknowns)
    return f"no {letters} fits the layers at all", f"không có {letters} nào hợp với các layer"


def _rest(f: Dim) -> tuple[int, int] | None:
    """(step, rest) if f = step·(…) + rest with 0 < rest < step, floors aside: then f is never 0."""
    if not isinstance(f, Formula):
        return None
    terms = dict(f.expanded)
    constant = terms.pop((), 0)
    step = reduce(gcd, terms.values(), 0)
    return (step, constant % step) if step > 1 and constant % step else None


def _values(need: Need, group: Found, limits: list[Need], problem: Problem) -> list[int]:
    """What f becomes within the limits, in order; for one letter with a closed form, its neighbours of the goal and its ends."""
    ends = _ends(group.unknowns, limits, [need])
    tried = ends or islice(assignments(group.unknowns, limits, problem.most), MOST_LOOKED_AT)
    found = {after.f for values in tried if isinstance((after := need.at(values)).f, int)}
    return sorted(f for f in found if isinstance(f, int))
