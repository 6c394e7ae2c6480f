"""How a formula is laid out for reading: the order of its terms, common factors in front, one floor where one will do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import groupby
from math import gcd

from convcalc.formula import SIZES, Atom, Dim, Formula, Monomial, Terms
from convcalc.notation import Node, letter, number


def formula_node(formula: Formula, factor: bool = True) -> Node:
    """The tree that is printed: positive terms first; common factors in front of a bracket if `factor`."""
    floor = _single_floor(formula)
    if floor is not None:
        return Node("floor", tuple(_unfactored(part) for part in floor))
    terms = formula.terms
    items = sorted(terms.items(), key=lambda item: _order(item[0], item[1]))
    common, divisor = _common_factor(terms) if factor and len(items) > 1 else ((), 1)
    if common or divisor > 1:
        rest = Formula({_without(m, common): c // divisor for m, c in terms.items()})
        front = [number(divisor)] if divisor > 1 else []
        return Node("product", (*front, *_powers(common), formula_node(rest, factor=False)))
    parts = tuple((1 if c > 0 else -1, _term(m, abs(c))) for m, c in items)
    return parts[0][1] if len(parts) == 1 and parts[0][0] > 0 else Node("sum", parts)


def _single_floor(formula: Formula) -> tuple[Dim, int] | None:
    """⌊a/b⌋ + c with numbers b and c is written ⌊(a + b·c)/b⌋: one floor, as a chain of windows composes."""
    rest = formula.terms.get((), 0)
    if len(formula.terms) != (2 if rest else 1):
        return None
    monomial, coefficient = next((m, c) for m, c in formula.terms.items() if m)
    if coefficient != 1 or len(monomial) != 1 or monomial[0].kind != "floor":
        return None
    over, under = monomial[0].args
    return (over + rest * under, under) if isinstance(under, int) else None


def _unfactored(dim: Dim) -> Node:
    return number(dim) if isinstance(dim, int) else formula_node(dim, factor=False)


def _atom(atom: Atom) -> Node:
    if atom.kind == "letter":
        return letter(atom.key)
    if atom.kind == "group":
        return _unfactored(atom.args[0])
    return Node(atom.kind, tuple(_unfactored(a) for a in atom.args))


def _term(monomial: Monomial, coefficient: int) -> Node:
    if not monomial:
        return number(coefficient)
    factors = tuple(_powers(monomial))
    if coefficient != 1:
        factors = (number(coefficient), *factors)
    return factors[0] if len(factors) == 1 else Node("product", factors)


def _powers(monomial: Monomial) -> Iterator[Node]:
    """The factors of a term, equal ones (which stand side by side) as a power."""
    for atom, equal in groupby(monomial):
        times = len(list(equal))
        yield _atom(atom) if times == 1 else Node("power", (_atom(atom), number(times)))


def _order(monomial: Monomial, coefficient: int) -> tuple[bool, bool, bool, list[tuple[int, str]]]:
    """Positive terms first, then those with the size of an input, then by letters; a lone number last."""
    sizeless = not any(character in SIZES for atom in monomial for character in atom.key)
    return coefficient < 0, not monomial, sizeless, [a.order for a in monomial]


def _common_factor(terms: Terms) -> tuple[Monomial, int]:
    divisor = reduce(gcd, terms.values(), 0)
    common = list(next(iter(terms)))
    for monomial in terms:
        left = list(monomial)
        kept = []
        for atom in common:
            if atom in left:
                left.remove(atom)
                kept.append(atom)
        common = kept
    return tuple(common), divisor


def _without(monomial: Monomial, common: Iterable[Atom]) -> Monomial:
    left = list(monomial)
    for atom in common:
        left.remove(atom)
    return tuple(left)
