"""Whether a formula grows or falls with a letter, read off its form; then its bounds are found by halving, exactly.

A sum of products grows where every product does; a product of factors that grow and are not negative grows. ⌊n/d⌋ goes as n does for
a fixed positive d, and against d for a fixed n ≥ 0.
"""

from __future__ import annotations

from convcalc.formula import Atom, Dim
from convcalc.solving.evaluated import evaluated
from convcalc.solving.interval import NONE, Interval

# No size, kernel or count is larger.
FARTHEST = 2**62


def direction(f: Dim, letter: str, least: dict[str, int]) -> int | None:
    """1 if f never falls as the letter grows from its least value, the others being at least theirs; −1 if it never grows; 0 if it
    stays; None where that is not seen."""
    if isinstance(f, int) or letter not in f.letters():
        return 0
    found: set[int] = set()
    for monomial, c in f.terms.items():
        ways = [_of_atom(atom, letter, least) for atom in monomial]
        if None in ways:
            return None
        moving = {way for way in ways if way}
        if not moving:
            continue
        if len(moving) > 1 or not all(_never_below_zero(atom, least) for atom in monomial):
            return None
        found.add(moving.pop() if c > 0 else -moving.pop())
    return 0 if not found else found.pop() if len(found) == 1 else None


def _of_atom(atom: Atom, letter: str, least: dict[str, int]) -> int | None:
    if atom.kind == "letter":
        return int(atom.key == letter)
    ways = [direction(arg, letter, least) for arg in atom.args]
    if atom.kind == "group":
        return ways[0]
    if None in ways:
        return None
    if atom.kind != "floor":
        moving = {way for way in ways if way}
        return 0 if not moving else moving.pop() if len(moving) == 1 else None
    over, under = ways
    if not _at_least(atom.args[1], 1, least):
        return None
    if under == 0:
        return over
    if over == 0 and under is not None and _at_least(atom.args[0], 0, least):
        return -under
    return None


def _never_below_zero(atom: Atom, least: dict[str, int]) -> bool:
    if atom.kind == "letter":
        return True
    if atom.kind == "floor":
        return _at_least(atom.args[0], 0, least) and _at_least(atom.args[1], 1, least)
    return all(_at_least(arg, 0, least) for arg in atom.args)


def _at_least(f: Dim, bound: int, least: dict[str, int]) -> bool:
    """Whether f ≥ bound from the letters' least values on: it is there, and it falls with none of them."""
    if isinstance(f, int):
        return f >= bound
    if evaluated(f)({name: least.get(name, 1) for name in f.letters()}) < bound:
        return False
    return all((direction(f, name, least) or 0) >= 0 and direction(f, name, least) is not None for name in f.letters())


def by_halving(f: Dim, letter: str, low: int | None, high: int | None, least: int) -> Interval | None:
    """All values from `least` on of the only letter in f with low ≤ f ≤ high; None where f neither grows nor falls for certain."""
    if isinstance(f, int) or f.letters() != {letter}:
        return None
    way = direction(f, letter, {letter: least})
    if way is None:
        return None
    value = evaluated(f if way >= 0 else -f)
    if way < 0:
        low, high = (None if high is None else -high), (None if low is None else -low)

    def first(bound: int) -> int | None:
        """The first value from which f is at least the bound; None if there is none."""
        if value({letter: least}) >= bound:
            return least
        below, step = least, 1
        while value({letter: below + step}) < bound:
            below, step = below + step, 2 * step
            if below > FARTHEST:
                return None
        above = below + step
        while above - below > 1:
            middle = (below + above) // 2
            below, above = (below, middle) if value({letter: middle}) >= bound else (middle, above)
        return above

    start = least if low is None else first(low)
    beyond = None if high is None else first(high + 1)
    return NONE if start is None else Interval(start, None if beyond is None else beyond - 1)
