"""Receptive fields: which cells of the input an output cell depends on, axis by axis.

Output o of an axis sees the input cells from `low` to `high`. For windows these move evenly: size, jump and start say all
(Araujo, Norris, Sim, "Computing receptive fields of convolutional neural networks", Distill 2019, with `start` the first
cell of the first output's field, negative in the padding). Transposed and up-sampling layers and adaptive pools repeat with
a period instead, so an axis keeps one interval for each output of a period; `step` is how far the input moves in a period.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import gcd
from typing import NamedTuple, TypeAlias

from convcalc.bounds import larger, never_negative, smaller
from convcalc.formula import Dim
from convcalc.shape import whole

Interval: TypeAlias = "tuple[Dim, Dim] | None"  # None: this output sees no input at all (a hole)

# What outputs see that only see padding.
NOTHING: Interval = (0, -1)
# A pattern with a longer period than this is given up: nobody would read it.
LONGEST_PERIOD = 4096
# Patterns with more cells than this are not followed one by one, nor jumps that are longer than any input.
MOST_CELLS = 100_000
LONGEST_STEP = 2**62


class Reach(NamedTuple):
    """What one layer's outputs see of its input along one axis.

    Output q·len(cells) + r sees the cells `cells[r]`, each moved by q·step. Cells are in rising order; for a window only
    the first and the last are needed.
    """

    step: Dim
    cells: tuple[Sequence[Dim], ...]


def window_reach(k: Dim, s: Dim, p: Dim, d: Dim = 1) -> Reach:
    """A window: output o sees o·S − P + D·j for j below K."""
    if isinstance(k, int) and isinstance(p, int) and isinstance(d, int):
        return Reach(s, (range(-p, -p + d * (k - 1) + 1, d),))
    return Reach(s, ((-p, d * (k - 1) - p),))


def window_reaches(windows: Iterable[tuple[Dim, Dim, Dim, Dim]]) -> list[Reach]:
    """The reach of windows (K, S, P, D) along several axes; equal windows share one."""
    made: list[Reach] = []
    last: tuple[Dim, Dim, Dim, Dim] | None = None
    for one in windows:
        made.append(made[-1] if one == last else window_reach(*one))
        last = one
    return made


def transposed_reach(k: Dim, s: Dim, p: Dim, d: Dim = 1) -> Reach | None:
    """A transposed window: output o sees cell i where o + P = i·S + D·j for some j below K."""
    if isinstance(s, int) and s == 1:
        return window_reach(k, 1, d * (k - 1) - p, d)
    if not (isinstance(k, int) and isinstance(s, int) and isinstance(p, int) and isinstance(d, int)):
        return None
    if s * k > MOST_CELLS or s > LONGEST_PERIOD:
        return None
    cells = []
    for o in range(s):
        places = (o + p - d * j for j in range(k - 1, -1, -1))
        cells.append(tuple(place // s for place in places if place % s == 0))
    return Reach(1, tuple(cells))


class Axis(NamedTuple):
    """How the outputs along one tensor axis see one axis of the input.

    `step` 0: every output sees the same; `step` None: the outputs no longer lie in a row (after flatten). `hull` is what all
    outputs see together, padding and skipped cells left out; None with letters. `real` says between which outputs those lie
    that see anything, where every one sees the same; None for all of them. `gaps`: an output may see cells with gaps between
    them, or outputs may see nothing; then later layers can make the hull uncertain (`sure` False), and a layer that sees
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


def compose(axis: Axis, reach: Reach, count: Dim, count_out: Dim) -> Axis | None:
    """The axis after a layer that takes `count` cells to `count_out`; None where no interval describes it."""
    step, intervals = axis.step, axis.intervals
    if step is None:
        return None
    if isinstance(step, int) and step == 0:
        return spread(axis, reach, count, count_out)
    cells = reach.cells
    if len(cells) == 1 and len(cells[0]) == 1 and cells[0][0] == 0 and reach.step == 1 and count == count_out:
        return axis
    new_step = step * reach.step
    if isinstance(new_step, int) and new_step > LONGEST_STEP:
        return None
    covers = _covers(reach)
    hull, every = _used(axis, reach, count, count_out, covers)
    # A pattern that does not end with the input (a scale of 1.5 on five cells) would go on where padding may follow.
    gaps = axis.gaps or not covers or (len(cells) > 1 and count_out * reach.step != count * len(cells))
    # Where outputs see cells with gaps, the ends of what is kept are only certain if everything is kept.
    sure = axis.sure and (not axis.gaps or (every and covers))
    if len(intervals) == 1 and intervals[0] is not None:
        low, high = intervals[0]
        moved = tuple((low + step * c[0], high + step * c[-1]) if len(c) else None for c in cells)
        return _shorten(Axis(axis.source, new_step, moved, hull, None, gaps, sure))
    if not isinstance(reach.step, int) or not isinstance(step, int):
        return None
    period = len(intervals)
    turns = period // gcd(reach.step, period)
    if turns * len(cells) > LONGEST_PERIOD or turns * sum(map(len, cells)) > MOST_CELLS:
        return None
    if any(not isinstance(c, int) for phase in cells for c in phase):
        return None
    out = tuple(_seen(axis, [c + turn * reach.step for c in phase]) for turn in range(turns) for phase in cells)
    return _shorten(Axis(axis.source, new_step * turns // period, out, hull, None, gaps, sure))


def _covers(reach: Reach) -> bool:
    """Whether the outputs together see every cell they pass, each without gaps."""
    cells = reach.cells
    if not isinstance(reach.step, int):
        return False
    if len(cells) == 1:
        run = cells[0]
        return isinstance(run, range) and run.step == 1 and reach.step <= len(run)
    if not all(len(run) and isinstance(run[0], int) for run in cells):
        return False
    ends = [(whole(run[0]), whole(run[-1]), len(run)) for run in cells]
    ends.append((ends[0][0] + reach.step, ends[0][1] + reach.step, ends[0][2]))
    whole_runs = all(last - first == length - 1 for first, last, length in ends)
    return whole_runs and all(after[0] <= run[1] + 1 for run, after in pairwise(ends))


def spread(axis: Axis, reach: Reach, count: Dim, count_out: Dim) -> Axis | None:
    """The axis where all cells see the same: only which outputs meet a cell at all can change."""
    if not (isinstance(count, int) and isinstance(count_out, int) and isinstance(reach.step, int)):
        return axis
    low, high = axis.real or (0, count - 1)
    ends = [next((o for o in order if _meeting(reach, o, low, high)), None) for order in _from_both_ends(count_out)]
    if ends[0] is None or ends[1] is None:
        return None if count_out > 2 * FROM_AN_END else Axis(axis.source, 0, (NOTHING,), NOTHING)
    gaps = axis.gaps or not _covers(reach)
    full = (ends[0], ends[1]) == (0, count_out - 1) and (low, high) == (0, count - 1)
    return axis._replace(
        real=(ends[0], ends[1]), gaps=gaps, sure=axis.sure and (not axis.gaps or (full and _covers(reach)))
    )


# How many outputs are tried from each end before it is given up that one of them sees anything.
FROM_AN_END = 500


def _from_both_ends(count: int) -> tuple[Sequence[int], Sequence[int]]:
    few = min(count, FROM_AN_END)
    return range(few), range(count - 1, count - 1 - few, -1)


def _meeting(reach: Reach, output: int, low: int, high: int) -> bool:
    return len(_inside(_cells(reach, output), low, high)) > 0


def _inside(cells: Sequence[int], low: int, high: int) -> Sequence[int]:
    """The cells from low to high, worked out and not searched where they are a range."""
    if not isinstance(cells, range):
        return [c for c in cells if low <= c <= high]
    if not cells or cells[-1] < low or cells[0] > high:
        return range(0)
    first = max(0, -((cells.start - low) // cells.step))
    last = min(len(cells) - 1, (high - cells.start) // cells.step)
    return cells[first : last + 1]


def _seen(axis: Axis, cells: Sequence[Dim]) -> Interval:
    """The input cells that any of `cells` sees."""
    found = [interval for interval in (axis.at(whole(c)) for c in cells) if interval is not None]
    if not found:
        return None
    return min(whole(low) for low, _ in found), max(whole(high) for _, high in found)


def _used(axis: Axis, reach: Reach, count: Dim, count_out: Dim, covers: bool) -> tuple[Interval, bool]:
    """What all outputs of a layer see together, and whether that goes through every one of its cells.

    Cells that no window reaches are lost for all that follows.
    """
    if axis.hull is None or not (isinstance(count, int) and isinstance(count_out, int) and isinstance(reach.step, int)):
        return None, False
    if covers and len(reach.cells) == len(axis.intervals) == 1 and not axis.gaps:  # windows without gaps only move on
        first, last = max(0, _cells(reach, 0)[0]), min(count - 1, _cells(reach, count_out - 1)[-1])
    else:
        outermost = _outermost(axis, reach, count, count_out)
        if outermost is None:
            return None, False
        first, last = outermost
    if (first, last) == (0, count - 1):
        return axis.hull, True
    low, high = axis.at(first), axis.at(last)
    if low is None or high is None or first > last:
        return NOTHING, True
    ends = larger(axis.hull[0], low[0]), smaller(axis.hull[1], high[1])
    return (ends if never_negative(ends[1] - ends[0]) else NOTHING), False


def _meets(axis: Axis, cell: int) -> bool:
    """Whether a cell sees any of the input, not padding alone."""
    interval, hull = axis.at(cell), axis.hull
    if interval is None or hull is None:
        return False
    return bool(never_negative(interval[1] - hull[0]) and never_negative(hull[1] - interval[0]))


def _outermost(axis: Axis, reach: Reach, count: int, count_out: int) -> tuple[int, int] | None:
    """The first and the last cell that any output sees and that sees something itself; (1, 0) if there is none.

    The cells of later outputs only move on, so the search from each end stops as soon as they are past the best found. None
    where it would take too long.
    """
    found: list[int | None] = []
    for from_end in (False, True):
        best: int | None = None
        passed, budget = 0, MOST_CELLS
        for o in range(count_out - 1, -1, -1) if from_end else range(count_out):
            all_cells = _cells(reach, o)
            past = best is not None and (not all_cells or (all_cells[-1] <= best if from_end else all_cells[0] >= best))
            passed = passed + 1 if past else 0
            if passed > len(reach.cells):  # a whole period of outputs has nothing better
                break
            cells = _inside(all_cells, 0, count - 1)
            for c in reversed(cells) if from_end else cells:
                budget -= 1
                if _meets(axis, c):
                    best = c if best is None else max(best, c) if from_end else min(best, c)
                    break
                if budget < 0:
                    return None
            budget -= 1
            if budget < 0:
                return None
        found.append(best)
    return (1, 0) if found[0] is None or found[1] is None else (found[0], found[1])


def _cells(reach: Reach, output: int) -> Sequence[int]:
    """The cells that one output sees; whole numbers only."""
    turn, phase = divmod(output, len(reach.cells))
    cells: Sequence[int] = reach.cells[phase]  # type: ignore[assignment]
    move = turn * reach.step
    assert isinstance(move, int)
    if isinstance(cells, range):
        return range(cells.start + move, cells.stop + move, cells.step)
    return [c + move for c in cells]


def _shorten(axis: Axis) -> Axis:
    """The same pattern with its period 1 where it is even."""
    intervals, step = axis.intervals, axis.step
    if len(intervals) == 1 and intervals[0] is not None:
        return axis
    if all(i is None for i in intervals):  # every output falls between the cells that a transposed layer fills
        return Axis(axis.source, 0, (NOTHING,), NOTHING)
    first = intervals[0]
    if not isinstance(step, int) or step % len(intervals) or first is None:
        return axis
    jump = step // len(intervals)
    even = all(i == (first[0] + n * jump, first[1] + n * jump) for n, i in enumerate(intervals))
    return axis._replace(step=jump, intervals=(first,)) if even else axis


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
    if a.hull is not None and b.hull is not None:
        hull = (smaller(a.hull[0], b.hull[0]), larger(a.hull[1], b.hull[1]))
        # An end is certain if the branch that reaches it is.
        sure = all(
            any(axis.sure and axis.hull is not None and axis.hull[end] == hull[end] for axis in (a, b))
            for end in (0, 1)
        )
    gaps = a.gaps and b.gaps
    n, m = len(a.intervals), len(b.intervals)
    if a.step is None or b.step is None or a.step * m != b.step * n:
        # The branches move at different speeds: all that is certain is what they see together.
        return Axis(a.source, 0, (hull or (0, size - 1),), hull, None, gaps, sure)
    if n == m == 1:
        p, q = a.intervals[0], b.intervals[0]
        if p is not None and q is not None:
            return Axis(a.source, a.step, ((smaller(p[0], q[0]), larger(p[1], q[1])),), hull, None, gaps, sure)
    period = n * m // gcd(n, m)
    joined: list[Interval] = []
    for i in range(period):
        p, q = a.at(i), b.at(i)
        joined.append(p or q if p is None or q is None else (smaller(p[0], q[0]), larger(p[1], q[1])))
    return Axis(a.source, a.step * (period // n), tuple(joined), hull, None, gaps, sure)
