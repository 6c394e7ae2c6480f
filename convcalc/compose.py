"""How a layer carries the receptive field of one axis on: windows over windows, and patterns with a period."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from convcalc.axis import LONGEST_STEP, NOTHING, Axis, Interval
from convcalc.bounds import larger, never_negative, smaller
from convcalc.formula import Dim
from convcalc.reach import LONGEST_PERIOD, MOST_CELLS, Reach, cells_of, covers, inside
from convcalc.shape import whole


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
    usual = _slid(axis, reach, count, count_out)
    if usual is not None:
        return usual
    new_step = step * reach.step
    if isinstance(new_step, int) and new_step > LONGEST_STEP:
        return None
    seamless = covers(reach)
    hull, every = _used(axis, reach, count, count_out, seamless)
    # A pattern that does not end with the input (a scale of 1.5 on five cells) would go on where padding may follow.
    gaps = axis.gaps or not seamless or (len(cells) > 1 and count_out * reach.step != count * len(cells))
    gaps = gaps or _ghosts(axis, reach, count, count_out)
    # Where outputs see cells with gaps, the ends of what is kept are only certain if everything is kept.
    sure = axis.sure and (not axis.gaps or (every and seamless))
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


def _slid(axis: Axis, reach: Reach, count: Dim, count_out: Dim) -> Axis | None:
    """The usual case of `compose`, worked out in one go: a window of numbers over windows without gaps; None if it is not that."""
    step, stride, run, hull = axis.step, reach.step, reach.cells[0], axis.hull
    if len(reach.cells) > 1 or len(axis.intervals) > 1 or axis.gaps or hull is None:
        return None
    if not (isinstance(run, range) and isinstance(step, int) and isinstance(stride, int)):
        return None
    if not (isinstance(count, int) and isinstance(count_out, int)):
        return None
    low, high = axis.intervals[0] or NOTHING
    if run.step != 1 or step * stride > LONGEST_STEP or not (isinstance(low, int) and isinstance(high, int)):
        return None
    before, after = run.start, run.stop - 1
    # The first output whose window ends in the feature map, and the last whose window begins in it.
    left, right = max(0, -(after // stride)), min(count_out - 1, (count - 1 - before) // stride)
    first, last = max(0, before + left * stride), min(count - 1, after + right * stride)
    seamless = stride <= len(run)
    # A cell that is kept between others that are lost may see padding alone, and then it is not the end of what is seen.
    if first > last or not (seamless or (_meets(axis, first) and _meets(axis, last))):
        return None
    if first > 0 or last < count - 1:
        hull = larger(hull[0], low + first * step), smaller(hull[1], high + last * step)
        if not never_negative(hull[1] - hull[0]):
            return None
    low, high = low + step * before, high + step * after
    jump = step * stride
    # Outputs that see padding alone, where windows that would follow on those of the layer before still meet the input.
    ghosts = (left > 0 and never_negative(high + jump * (left - 1) - hull[0])) or (
        right < count_out - 1 and never_negative(hull[1] - low - jump * (right + 1))
    )
    return Axis(axis.source, jump, ((low, high),), hull, None, bool(ghosts) or not seamless, axis.sure)


def _ghosts(axis: Axis, reach: Reach, count: Dim, count_out: Dim) -> bool:
    """Whether an output sees padding alone, while its interval says that it meets the input.

    A layer before may have had no room for its next window, though a part of it would lie in the input.
    """
    if axis.hull is None or not (isinstance(count, int) and isinstance(count_out, int) and isinstance(reach.step, int)):
        return False
    for order in _from_both_ends(count_out):
        for o in order:
            cells = cells_of(reach, o)
            if len(inside(cells, 0, count - 1)):
                break
            if any(_meets(axis, cell) for cell in cells):
                return True
    return False


# How many outputs are tried from each end before it is given up that one of them sees anything.
FROM_AN_END = 500


def _from_both_ends(count: int) -> tuple[Sequence[int], Sequence[int]]:
    few = min(count, FROM_AN_END)
    return range(few), range(count - 1, count - 1 - few, -1)


def _meeting(reach: Reach, output: int, low: int, high: int) -> bool:
    return len(inside(cells_of(reach, output), low, high)) > 0


def spread(axis: Axis, reach: Reach, count: Dim, count_out: Dim) -> Axis | None:
    """The axis where all cells see the same: only which outputs meet a cell at all can change."""
    if not (isinstance(count, int) and isinstance(count_out, int) and isinstance(reach.step, int)):
        return axis
    low, high = axis.real or (0, count - 1)
    ends = [next((o for o in order if _meeting(reach, o, low, high)), None) for order in _from_both_ends(count_out)]
    if ends[0] is None or ends[1] is None:
        return None if count_out > 2 * FROM_AN_END else Axis(axis.source, 0, (NOTHING,), NOTHING)
    seamless = covers(reach)
    full = seamless and (ends[0], ends[1], low, high) == (0, count_out - 1, 0, count - 1)
    full = full and cells_of(reach, 0)[0] <= 0 and cells_of(reach, count_out - 1)[-1] >= count - 1
    if axis.gaps and not full:
        return None  # which of the outputs still meet one that sees anything is not known
    return axis._replace(real=(ends[0], ends[1]), gaps=axis.gaps or not seamless)


def _seen(axis: Axis, cells: Sequence[Dim]) -> Interval:
    """The input cells that any of `cells` sees."""
    found = [interval for interval in (axis.at(whole(c)) for c in cells) if interval is not None]
    if not found:
        return None
    return min(whole(low) for low, _ in found), max(whole(high) for _, high in found)


def _used(axis: Axis, reach: Reach, count: Dim, count_out: Dim, seamless: bool) -> tuple[Interval, bool]:
    """What all outputs of a layer see together, and whether that goes through every one of its cells.

    Cells that no window reaches are lost for all that follows.
    """
    if axis.hull is None or not (isinstance(count, int) and isinstance(count_out, int) and isinstance(reach.step, int)):
        return None, False
    if seamless and len(reach.cells) == len(axis.intervals) == 1 and not axis.gaps:  # windows without gaps only move on
        first, last = max(0, cells_of(reach, 0)[0]), min(count - 1, cells_of(reach, count_out - 1)[-1])
    else:
        outermost = _outermost(axis, reach, count, count_out)
        if outermost is None:
            return None, False
        first, last = outermost
    if (first, last) == (0, count - 1):
        return axis.hull, True
    low, high = axis.at(first), axis.at(last)
    if len(axis.intervals) > 1:  # within a period a later cell may see earlier ones
        turn = len(axis.intervals) - 1
        low = _seen(axis, range(first, min(first + turn, last) + 1))
        high = _seen(axis, range(max(last - turn, first), last + 1))
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
            all_cells = cells_of(reach, o)
            past = best is not None and (not all_cells or (all_cells[-1] <= best if from_end else all_cells[0] >= best))
            passed = passed + 1 if past else 0
            if best == (count - 1 if from_end else 0):  # nothing lies beyond
                break
            if passed > len(reach.cells):  # a whole period of outputs has nothing better
                break
            cells = inside(all_cells, 0, count - 1)
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
