"""Receptive fields: which cells of the input an output cell depends on, axis by axis.

Output o of an axis sees the input cells from `low` to `high`. For windows these move evenly: size, jump and start say all
(Araujo, Norris, Sim, "Computing receptive fields of convolutional neural networks", Distill 2019, with `start` the first
cell of the first output's field, negative in the padding). Transposed and up-sampling layers and adaptive pools repeat with
a period instead, so an axis keeps one interval for each output of a period; `step` is how far the input moves in a period.
"""

from __future__ import annotations

from math import gcd
from typing import NamedTuple, TypeAlias

from convcalc.bounds import larger, never_negative, smaller
from convcalc.formula import Dim

Interval: TypeAlias = "tuple[Dim, Dim] | None"  # None: this output sees no input at all (a hole)

# What outputs see that only see padding.
NOTHING: tuple[Dim, Dim] = (0, -1)
# Jumps that are longer than any input are not followed.
LONGEST_STEP = 2**62


class Axis(NamedTuple):
    """How the outputs along one tensor axis see one axis of the input.

    `step` 0: every output sees the same; `step` None: the outputs no longer lie in a row (after flatten). `hull` is what all
    outputs see together, padding and skipped cells left out; None with letters. `real` says between which outputs those lie
    that see anything, where every one sees the same; None for all of them. `gaps`: an output may see cells with gaps between
    them, or outputs may see nothing where their interval says otherwise; then later layers can make the hull uncertain (`sure` False), and a layer that sees
    everything has a field that no interval says.
    """

    source: int
    step: Dim | None
    intervals: tuple[Interval, ...]
    hull: Interval
    real: tuple[int, int] | None = None
    gaps: bool = False
    sure: bool = True

    @property
    def size(self) -> Dim:
        """Cells seen, the most over all outputs."""
        if len(self.intervals) == 1 and self.intervals[0] is not None:
            low, high = self.intervals[0]
            return high - low + 1
        sizes = [high - low + 1 for low, high in filter(None, self.intervals)]
        best = sizes[0]
        for other in sizes[1:]:
            best = larger(best, other)
        return best

    @property
    def jump(self) -> Dim | float | None:
        """How far the field moves from one output to the next, in input cells; a fraction after up-sampling."""
        if self.step is None or len(self.intervals) == 1:
            return self.step
        if not isinstance(self.step, int):
            return None
        period = len(self.intervals)
        return self.step / period if self.step % period else self.step // period

    @property
    def start(self) -> Dim | None:
        """The first input cell that the first output sees; negative in the padding."""
        first = self.intervals[0] or next(filter(None, self.intervals))
        return None if self.step is None else first[0]

    def at(self, output: int) -> Interval:
        """The input cells between the first and the last that this output sees, padding included."""
        turn, place = divmod(output, len(self.intervals))
        interval = self.intervals[place]
        if interval is None or self.step is None or turn == 0:
            return interval
        return interval[0] + turn * self.step, interval[1] + turn * self.step


def fixed(axis: Axis, count: Dim, size: Dim) -> Axis | None:
    """Every output sees what all `count` outputs saw together; None where that is not certain."""
    if not axis.sure:
        return None
    hull = axis.hull
    if hull is None:
        low, high = next(filter(None, axis.intervals))
        if axis.step is not None:
            high = high + (count - 1) * axis.step
        hull = larger(low, 0), smaller(high, size - 1)
    return Axis(axis.source, 0, (hull,), hull)


def union(a: Axis, b: Axis, size: Dim) -> Axis:
    """What the outputs of either of two branches see of one input axis of `size` cells."""
    if a is b or a == b:
        return a
    hull: Interval = None
    sure = a.sure and b.sure
    if a.hull is not None and a.hull == b.hull:
        hull, sure = a.hull, a.sure or b.sure
    elif a.hull is not None and b.hull is not None:
        hull = (smaller(a.hull[0], b.hull[0]), larger(a.hull[1], b.hull[1]))
        # An end is certain if the branch that reaches it is.
        sure = all(
            any(axis.sure and axis.hull is not None and axis.hull[end] == hull[end] for axis in (a, b))
            for end in (0, 1)
        )
    n, m = len(a.intervals), len(b.intervals)
    if a.step is None or b.step is None or a.step * m != b.step * n or a.real != b.real:
        for one in (a, b):
            everything = one.hull == hull if hull is not None else one.intervals == ((0, size - 1),)
            if one.step == 0 and one.real is None and everything and one.sure:
                return one  # every output sees already all that the other branch sees
        # The branches move at different speeds, or see anything in different places: all that is certain is what they see together.
        return Axis(a.source, None, (hull or (0, size - 1),), hull, None, True, sure)
    if n == m == 1:
        p, q = a.intervals[0], b.intervals[0]
        if p is not None and q is not None:
            both = ((smaller(p[0], q[0]), larger(p[1], q[1])),)
            return Axis(a.source, a.step, both, hull, a.real, not _one_run(p, a, q, b), sure)
    period = n * m // gcd(n, m)
    joined: list[Interval] = []
    gaps = False
    for i in range(period):
        p, q = a.at(i), b.at(i)
        gaps = gaps or not _one_run(p, a, q, b)
        joined.append(p or q if p is None or q is None else (smaller(p[0], q[0]), larger(p[1], q[1])))
    return Axis(a.source, a.step * (period // n), tuple(joined), hull, None, gaps, sure)


def _one_run(p: Interval, a: Axis, q: Interval, b: Axis) -> bool:
    """Whether the cells of two branches' intervals, each within its branch's hull, are one run without gaps."""
    if p is None or q is None:
        return not (a if q is None else b).gaps
    if not a.gaps and _within(q, p) and _within(b.hull, a.hull):
        return True
    if not b.gaps and _within(p, q) and _within(a.hull, b.hull):
        return True
    touch = never_negative(p[1] + 1 - q[0]) and never_negative(q[1] + 1 - p[0])
    return bool(touch) and a.hull == b.hull and not a.gaps and not b.gaps


def _within(inner: Interval, outer: Interval) -> bool:
    """Whether one interval lies in another; hulls in letters (None) are taken for the whole input."""
    if inner is None or outer is None:
        return inner is outer
    return bool(never_negative(inner[0] - outer[0]) and never_negative(outer[1] - inner[1]))
