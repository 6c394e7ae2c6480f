"""What the outputs of one layer see of its input, along one axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from convcalc.formula import Dim
from convcalc.shape import whole

# A pattern with a longer period than this is given up: nobody would read it.
LONGEST_PERIOD = 4096
# Patterns with more cells than this are not followed one by one.
MOST_CELLS = 100_000


class Reach(NamedTuple):
    """What one layer's outputs see of its input along one axis.

    Output q·len(cells) + r sees the cells `cells[r]`, each moved by q·step. Cells are in rising order; for a window only
    the first and the last are needed.
    """

    step: Dim
    cells: tuple[Sequence[Dim], ...]


@lru_cache(maxsize=1024)
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


@lru_cache(maxsize=256)
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


def covers(reach: Reach) -> bool:
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


def cells_of(reach: Reach, output: int) -> Sequence[int]:
    """The cells that one output sees; whole numbers only."""
    turn, phase = divmod(output, len(reach.cells))
    cells: Sequence[int] = reach.cells[phase]  # type: ignore[assignment]
    move = turn * reach.step
    assert isinstance(move, int)
    if isinstance(cells, range):
        return range(cells.start + move, cells.stop + move, cells.step)
    return [c + move for c in cells]


def inside(cells: Sequence[int], low: int, high: int) -> Sequence[int]:
    """The cells from low to high, worked out and not searched where they are a range."""
    if not isinstance(cells, range):
        return [c for c in cells if low <= c <= high]
    if not cells or cells[-1] < low or cells[0] > high:
        return range(0)
    first = max(0, -((cells.start - low) // cells.step))
    last = min(len(cells) - 1, (high - cells.start) // cells.step)
    return cells[first : last + 1]
