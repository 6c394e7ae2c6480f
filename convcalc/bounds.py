"""What is known of a formula's sign, and the smaller or larger of two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from convcalc.formula import Atom, Dim, Formula, Monomial

if TYPE_CHECKING:
    from fractions import Fraction


def smaller(a: Dim, b: Dim) -> Dim:
    """min(a, b), decided where the difference has a known sign."""
    if type(a) is int and type(b) is int:
        return a if a < b else b
    return extreme("min", a, b)


def larger(a: Dim, b: Dim) -> Dim:
    """max(a, b), decided where the difference has a known sign."""
    if type(a) is int and type(b) is int:
        return a if a > b else b
    return extreme("max", a, b)


def never_negative(dim: Dim) -> bool | None:
    """True if `dim` ≥ 0 for all positive letters, False if `dim` < 0 for all of them, None where neither is shown."""
    if isinstance(dim, int):
        return dim >= 0
    if _bound(dim) is True:
        return True
    return False if _bound(-dim - 1) is True else None


def extreme(kind: str, a: Dim, b: Dim) -> Dim:
    """min or max, an atom of its own where the sign of the difference is not known."""
    if isinstance(a, int) and isinstance(b, int):
        return min(a, b) if kind == "min" else max(a, b)
    if never_negative(b - a) is True:
        return a if kind == "min" else b
    if never_negative(a - b) is True:
        return b if kind == "min" else a
    first, second = sorted((a, b), key=str)
    return Formula({(Atom(kind, (first, second)),): 1})


def _bound(dim: Dim) -> bool | None:
    """True if a lower bound of the formula (floors replaced by their linear bounds, letters ≥ 1) is at least 0."""
    if isinstance(dim, int):
        return dim >= 0
    from fractions import Fraction  # here, for numbers alone do not need it

    linear = _linear_bound(dim.expanded, Fraction(1))
    if linear is None:
        return None
    # With every letter L written as 1 + L', L' ≥ 0, a sum is never negative if all its coefficients are not.
    shifted: dict[Monomial, Fraction | int] = {}
    for monomial, c in linear.items():
        if len(monomial) > 12:
            return None
        for chosen in range(2 ** len(monomial)):
            part = tuple(atom for i, atom in enumerate(monomial) if chosen >> i & 1)
            shifted[part] = shifted.get(part, 0) + c
    return True if all(c >= 0 for c in shifted.values()) else None


def _linear_bound(terms: Mapping[Monomial, int], scale: Fraction) -> dict[Monomial, Fraction] | None:
    """A lower bound of scale·terms without floors: (a − b + 1)/b ≤ ⌊a/b⌋ ≤ a/b. None where a floor cannot be bounded."""
    out: dict[Monomial, Fraction] = {}
    for monomial, c in terms.items():
        factor = c * scale
        others = [a for a in monomial if a.kind != "letter"]
        if not others:
            out[monomial] = out.get(monomial, 0) + factor
            continue
        if len(monomial) != 1 or others[0].kind != "floor" or not isinstance(others[0].args[1], int):
            return None
        over, under = others[0].args
        assert isinstance(over, Formula)
        assert isinstance(under, int)
        inner = _linear_bound(over.expanded, factor / under)
        if inner is None:
            return None
        if factor > 0:
            inner[()] = inner.get((), 0) - factor * (under - 1) / under
        for m, value in inner.items():
            out[m] = out.get(m, 0) + value
    return out
