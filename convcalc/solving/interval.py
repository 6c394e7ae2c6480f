"""The formulas of sizes read backwards: all values of a letter for which a formula lies between two bounds.

A size is ⌊n/d⌋ plus a whole number, n and d linear in each letter, and l ≤ ⌊n/d⌋ ≤ h means l·d ≤ n ≤ (h + 1)·d − 1 for d > 0.
Both are linear, so the values of one letter form one interval, which is worked out and not searched.
"""

from __future__ import annotations

from typing import NamedTuple

from convcalc.formula import Dim, Formula, floor_part


class Interval(NamedTuple):
    """All whole numbers from low to high; without an upper end where high is None."""

    low: int
    high: int | None = None

    @property
    def empty(self) -> bool:
        return self.high is not None and self.high < self.low

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


def preimage(f: Dim, letter: str, low: int | None, high: int | None) -> Interval | None:
    """All positive values of the only letter in f with low ≤ f ≤ high (None: no bound); None where no closed form is known.

    Exact for every f that is linear in the letter, or one floor ⌊n/d⌋ with a whole factor, plus a number, n and d linear and d
    positive.
    """
    if isinstance(f, int):
        return ANY if (low is None or f >= low) and (high is None or f <= high) else NONE
    line = _linear(f, letter)
    if line is not None:
        slope, constant = line
        found = ANY
        if low is not None:
            found = found.meet(_at_least_zero(slope, constant - low))
        return found if high is None else found.meet(_at_least_zero(-slope, high - constant))
    parts = _one_floor(f, letter)
    if parts is None:
        return None
    factor, over, under, rest = parts
    if factor < 0:
        low, high = (None if high is None else -high), (None if low is None else -low)
        factor, rest = -factor, -rest
    found = ANY
    if low is not None:
        least = -((rest - low) // factor)  # ⌈(low − rest)/factor⌉
        found = found.meet(_at_least_zero(over[0] - least * under[0], over[1] - least * under[1]))
    if high is not None:
        most = (high - rest) // factor + 1
        found = found.meet(_at_least_zero(most * under[0] - over[0], most * under[1] - over[1] - 1))
    return found


def _at_least_zero(slope: int, constant: int) -> Interval:
    """All positive x with slope·x + constant ≥ 0."""
    if slope == 0:
        return ANY if constant >= 0 else NONE
    if slope > 0:
        return Interval(max(1, -(constant // slope)))
    return Interval(1, constant // -slope)


def _linear(f: Dim, letter: str) -> tuple[int, int] | None:
    """(a, b) if f is a·letter + b."""
    if isinstance(f, int):
        return 0, f
    terms = dict(f.expanded)
    constant = terms.pop((), 0)
    if not terms:
        return 0, constant
    ((monomial, slope), *others) = terms.items()
    if others or len(monomial) != 1 or monomial[0].kind != "letter" or monomial[0].key != letter:
        return None
    return slope, constant


def _one_floor(f: Formula, letter: str) -> tuple[int, tuple[int, int], tuple[int, int], int] | None:
    """(c, n, d, r) if f is c·⌊n/d⌋ + r with n and d linear, d positive for every positive letter, and r a number."""
    parts = floor_part(f)  # where the factor is 1, a rest with the letter in it belongs into the floor
    if parts is not None:
        over, under, rest = parts
        if isinstance(under, int):
            n = _linear(over + under * rest, letter)
            return None if n is None or under < 1 else (1, n, (0, under), 0)
    terms = dict(f.expanded)
    constant = terms.pop((), 0)
    if len(terms) != 1:
        return None
    ((monomial, factor),) = terms.items()
    if len(monomial) != 1 or monomial[0].kind != "floor":
        return None
    over_line, under_line = (_linear(part, letter) for part in monomial[0].args)
    if over_line is None or under_line is None or under_line[0] < 0 or sum(under_line) < 1:
        return None
    return factor, over_line, under_line, constant
