"""The formulas of sizes read backwards: all values of a letter for which a formula lies between two bounds.

A size is c·⌊n/d⌋ + r with n and d linear in each letter, and l ≤ ⌊n/d⌋ ≤ h means l·d ≤ n ≤ (h + 1)·d − 1 for d > 0. Both are
linear, so the values of one letter form one interval, which is worked out and not searched. The coefficients are formulas of the
other letters (`Form`), so they are taken apart once and evaluated for every try.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from convcalc.formula import Dim, Formula, Monomial
from convcalc.solving.evaluated import Evaluated, evaluated


class Interval(NamedTuple):
    """All whole numbers from low to high; without an upper end where high is None."""

    low: int
    high: int | None = None

    @property
    def empty(self) -> bool:
        return self.high is not None and self.high < self.low

    @property
    def size(self) -> int | None:
        """How many numbers there are; None where there is no end."""
        return None if self.high is None else max(0, self.high - self.low + 1)

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and self.low <= value and (self.high is None or value <= self.high)

    def meet(self, other: Interval) -> Interval:
        """The numbers in both."""
        highs = [high for high in (self.high, other.high) if high is not None]
        return Interval(max(self.low, other.low), min(highs) if highs else None)

    def moved(self, by: int) -> Interval:
        """Both ends moved."""
        return Interval(self.low + by, None if self.high is None else self.high + by)


NONE = Interval(1, 0)
ANY = Interval(1)


class Form(NamedTuple):
    """f = factor·⌊(over·x + over_rest)/(under·x + under_rest)⌋ + rest, or without a floor over·x + over_rest: all free of x."""

    floor: bool
    factor: Evaluated
    over: Evaluated
    over_rest: Evaluated
    under: Evaluated
    under_rest: Evaluated
    rest: Evaluated

    def interval(self, values: Mapping[str, int], low: int | None, high: int | None) -> Interval | None:
        """All positive x with low ≤ f ≤ high (None: no bound), the other letters being `values`.

        None where the divisor is not positive for every positive x, which the closed form needs.
        """
        a, b = self.over(values), self.over_rest(values)
        if not self.floor:
            return _between((a, b), (0, 1), low, high, linear=True)
        under = self.under(values), self.under_rest(values)
        factor, rest = self.factor(values), self.rest(values)
        if under[0] < 0 or sum(under) < 1:
            return None
        if factor == 0:
            return ANY if (low is None or rest >= low) and (high is None or rest <= high) else NONE
        if factor < 0:
            low, high = (None if high is None else -high), (None if low is None else -low)
            factor, rest = -factor, -rest
        least = None if low is None else -((rest - low) // factor)  # ⌈(low − rest)/factor⌉
        most = None if high is None else (high - rest) // factor
        return _between((a, b), under, least, most, linear=False)


def _between(n: tuple[int, int], d: tuple[int, int], low: int | None, high: int | None, linear: bool) -> Interval:
    """low ≤ n ≤ high, or low ≤ ⌊n/d⌋ ≤ high, n and d being slope·x + constant."""
    found = ANY
    if low is not None:
        found = found.meet(_at_least_zero(n[0] - low * d[0], n[1] - low * d[1]))
    if high is not None:
        above = high if linear else high + 1
        found = found.meet(_at_least_zero(above * d[0] - n[0], above * d[1] - n[1] - (0 if linear else 1)))
    return found


def _at_least_zero(slope: int, constant: int) -> Interval:
    """All positive x with slope·x + constant ≥ 0."""
    if slope == 0:
        return ANY if constant >= 0 else NONE
    if slope > 0:
        return Interval(max(1, -(constant // slope)))
    return Interval(1, constant // -slope)


def form_of(f: Dim, letter: str) -> Form | None:
    """f taken apart for a letter; None where it is no such form."""
    if isinstance(f, int):
        return _line(0, f)
    bent = [m for m in f.expanded if any(atom.kind != "letter" and _holds(atom, letter) for atom in m)]
    if not bent:
        line = _linear(f, letter)
        return None if line is None else _line(*line)
    if len(bent) != 1:
        return None
    (monomial,) = bent
    floors = [atom for atom in monomial if _holds(atom, letter)]
    if len(floors) != 1 or floors[0].kind != "floor":
        return None
    others = list(monomial)
    others.remove(floors[0])
    factor: Dim = Formula({tuple(others): f.expanded[monomial]}) + 0
    rest: Dim = Formula({m: c for m, c in f.expanded.items() if m != monomial}) + 0
    over, under = floors[0].args
    if _has(rest, letter):  # ±⌊n/d⌋ + r = ±⌊(n ± d·r)/d⌋
        if factor not in (1, -1) or _has(under, letter):
            return None
        over, rest = over + under * rest * factor, 0
    over_line, under_line = _linear(over, letter), _linear(under, letter)
    if over_line is None or under_line is None:
        return None
    (a, b), (c, d) = over_line, under_line
    return Form(True, evaluated(factor), evaluated(a), evaluated(b), evaluated(c), evaluated(d), evaluated(rest))


def _line(slope: Dim, constant: Dim) -> Form:
    nothing, one = evaluated(0), evaluated(1)
    return Form(False, one, evaluated(slope), evaluated(constant), nothing, one, nothing)


def _linear(f: Dim, letter: str) -> tuple[Dim, Dim] | None:
    """(a, b) with f = a·letter + b, both free of the letter."""
    if isinstance(f, int):
        return 0, f
    slope: dict[Monomial, int] = {}
    constant: dict[Monomial, int] = {}
    for monomial, c in f.expanded.items():
        held = [atom for atom in monomial if _holds(atom, letter)]
        if not held:
            constant[monomial] = c
        elif len(held) == 1 and held[0].kind == "letter":
            slope[tuple(atom for atom in monomial if atom is not held[0])] = c
        else:
            return None
    return Formula(slope) + 0, Formula(constant) + 0


def _holds(atom: object, letter: str) -> bool:
    kind, key = atom.kind, atom.key  # type: ignore[attr-defined]
    return bool(key == letter) if kind == "letter" else any(_has(arg, letter) for arg in atom.args)  # type: ignore[attr-defined]


def _has(dim: Dim, letter: str) -> bool:
    return isinstance(dim, Formula) and letter in dim.letters()


def preimage(f: Dim, letter: str, low: int | None, high: int | None, least: int = 1) -> Interval | None:
    """All values from `least` on of the only letter in f with low ≤ f ≤ high (None: no bound); None where neither way is known.

    The closed form where there is one; else halving, where f is seen to grow or to fall with the letter.
    """
    from convcalc.solving.growth import by_halving

    form = form_of(f, letter)
    found = None if form is None else form.interval({}, low, high)
    if found is None:
        return by_halving(f, letter, low, high, least)
    return found.meet(Interval(least))
