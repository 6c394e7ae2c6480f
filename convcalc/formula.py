"""Exact integer formulas: what a size or a count is when some of the numbers are letters.

A `Formula` is a sum of products of atoms with integer coefficients. An atom is a letter (a positive integer), a floor
⌊a/b⌋, a smaller or larger of two, or a group: a sum that stands as a factor. Groups keep ⌊…⌋·⌊…⌋ readable; they are
multiplied out only when two formulas are compared.

Floors are kept in a normal form, by three identities for integers a, r and positive integers b, c
(Graham, Knuth, Patashnik, "Concrete Mathematics", section 3.2):

    ⌊(a + b·r)/b⌋ = ⌊a/b⌋ + r         what divides leaves the floor
    ⌊(c·a + r)/(c·b)⌋ = ⌊(a + ⌊r/c⌋)/b⌋   common factors cancel
    ⌊(⌊a/b⌋ + r)/c⌋ = ⌊(a + b·r)/(b·c)⌋    nested floors merge

so a chain of windows with integer strides is one floor per axis. An operation whose result has no letter left gives an int.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from math import gcd
from typing import TypeAlias

from convcalc.errors import ConvcalcError
from convcalc.notation import Node, show

Dim: TypeAlias = "int | Formula"
Monomial: TypeAlias = "tuple[Atom, ...]"
Terms: TypeAlias = "dict[Monomial, int]"

# The slides' letters for the size of an input come first, as in M + 2P − K.
SIZES = "MNLHWR"


class Atom:
    """One factor of a term; equal atoms have equal keys."""

    __slots__ = ("args", "key", "kind", "order")

    def __init__(self, kind: str, args: tuple[Dim, ...] = (), name: str = "") -> None:
        self.kind = kind
        self.args = args
        self.key = name or f"{kind}({', '.join(map(str, args))})"
        if len(self.key) > LONGEST_ATOM:
            limit = f"{LONGEST_ATOM} characters", f"{LONGEST_ATOM} ký tự"
            raise ConvcalcError("formula_too_large", limit=limit[0], limit_vi=limit[1])
        rank = 0 if kind == "letter" and name[0] in SIZES else 1 if kind == "letter" else 2
        self.order = (rank, self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Atom) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


class Formula:
    """An exact integer formula; it adds, subtracts, multiplies and floor-divides like an int."""

    __slots__ = ("_expanded", "_hash", "terms")

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._expanded: Terms | None = None
        self._hash: int | None = None

    # -- arithmetic ---------------------------------------------------------------------------------------------

    def __add__(self, other: Dim) -> Dim:
        if isinstance(other, int):
            other_terms: Mapping[Monomial, int] = {(): other}
        elif isinstance(other, Formula):
            other_terms = other.terms
        else:
            return NotImplemented
        terms = dict(self.terms)
        for monomial, coefficient in other_terms.items():
            terms[monomial] = terms.get(monomial, 0) + coefficient
        return _dim(terms)

    __radd__ = __add__

    def __neg__(self) -> Formula:
        return Formula({m: -c for m, c in self.terms.items()})

    def __sub__(self, other: Dim) -> Dim:
        return self + -other if isinstance(other, int | Formula) else NotImplemented

    def __rsub__(self, other: Dim) -> Dim:
        return -self + other

    def __mul__(self, other: Dim) -> Dim:
        if isinstance(other, int):
            return _dim({m: c * other for m, c in self.terms.items()})
        if not isinstance(other, Formula):
            return NotImplemented
        (m1, c1), (m2, c2) = _one_term(self), _one_term(other)
        return Formula({_checked(_sorted(m1 + m2)): c1 * c2})

    __rmul__ = __mul__

    def __floordiv__(self, other: Dim) -> Dim:
        return _floor(self, other) if isinstance(other, int | Formula) else NotImplemented

    def __rfloordiv__(self, other: int) -> Dim:
        return _floor(other, self)

    # -- comparison ---------------------------------------------------------------------------------------------

    @property
    def expanded(self) -> Terms:
        """The terms with every group multiplied out: the same for formulas that are the same polynomial in floors."""
        if self._expanded is None:
            out: Terms = {}
            for monomial, coefficient in self.terms.items():
                product: Terms = {(): coefficient}
                for atom in monomial:
                    product = _multiply_out(product, _expand_atom(atom))
                for m, c in product.items():
                    out[m] = out.get(m, 0) + c
            self._expanded = {m: c for m, c in out.items() if c}
        return self._expanded

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int):
            return self.expanded == ({(): other} if other else {})
        return isinstance(other, Formula) and self.expanded == other.expanded

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self.expanded.items()))
        return self._hash

    # -- reading ------------------------------------------------------------------------------------------------

    def letters(self) -> set[str]:
        """The names of the letters in it."""
        found: set[str] = set()
        for monomial in self.terms:
            for atom in monomial:
                if atom.kind == "letter":
                    found.add(atom.key)
                else:
                    found.update(*(a.letters() for a in atom.args if isinstance(a, Formula)))
        return found

    def at(self, values: Mapping[str, Dim]) -> Dim:
        """The value with numbers (or other formulas) put in for letters: `at({"M": 28})`."""
        total: Dim = 0
        for monomial, coefficient in self.terms.items():
            product: Dim = coefficient
            for atom in monomial:
                product = product * _atom_at(atom, values)
            total = total + product
        return total

    def node(self) -> Node:
        """The tree that is printed."""
        from convcalc.layout import formula_node

        return formula_node(self)

    def __str__(self) -> str:
        return show(self, "python")

    __repr__ = __str__


def symbol(name: str) -> Formula:
    """A letter that stands for some positive integer."""
    return Formula({(Atom("letter", name=name),): 1})


def floor_part(dim: Formula) -> tuple[Formula, Dim, Dim] | None:
    """(a, b, rest) if `dim` is ⌊a/b⌋ + rest with exactly one floor, standing alone with factor 1; else None."""
    found = [m for m in dim.expanded if any(a.kind != "letter" for a in m)]
    if len(found) != 1 or len(found[0]) != 1 or found[0][0].kind != "floor" or dim.expanded[found[0]] != 1:
        return None
    over, under = found[0][0].args
    rest = _dim({m: c for m, c in dim.expanded.items() if m != found[0]})
    return (over if isinstance(over, Formula) else Formula({(): over})), under, rest


# -- inside -----------------------------------------------------------------------------------------------------


def _dim(terms: Terms) -> Dim:
    """A formula, or the int it is when no letter is left. A group that stands alone is opened."""
    if any(len(m) == 1 and m[0].kind == "group" for m in terms):
        total: Dim = 0
        for m, c in terms.items():
            alone = len(m) == 1 and m[0].kind == "group"
            total = total + (m[0].args[0] * c if alone else _dim({m: c}))
        return total
    kept = {m: c for m, c in terms.items() if c}
    if not kept:
        return 0
    if len(kept) == 1 and () in kept:
        return kept[()]
    return Formula(kept)


def _one_term(f: Formula) -> tuple[Monomial, int]:
    if len(f.terms) == 1:
        return next(iter(f.terms.items()))
    return (Atom("group", (f,)),), 1


def _sorted(monomial: Monomial) -> Monomial:
    return tuple(sorted(monomial, key=lambda a: a.order))


LONGEST_ATOM = 1000
# Beyond this a formula tells nobody anything, and working with it takes minutes.
MOST_FACTORS = 50
MOST_TERMS = 5000


def _checked(monomial: Monomial) -> Monomial:
    if len(monomial) > MOST_FACTORS:
        raise ConvcalcError("formula_too_large", limit=f"{MOST_FACTORS} factors", limit_vi=f"{MOST_FACTORS} thừa số")
    return monomial


def _multiply_out(a: Terms, b: Terms) -> Terms:
    if len(a) * len(b) > MOST_TERMS:
        raise ConvcalcError("formula_too_large", limit=f"{MOST_TERMS} terms", limit_vi=f"{MOST_TERMS} số hạng")
    out: Terms = {}
    for m1, c1 in a.items():
        for m2, c2 in b.items():
            m = _checked(_sorted(m1 + m2))
            out[m] = out.get(m, 0) + c1 * c2
    return out


def _expand_atom(atom: Atom) -> Terms:
    if atom.kind == "group":
        inside = atom.args[0]
        return inside.expanded if isinstance(inside, Formula) else {(): inside}
    return {(atom,): 1}


def _atom_at(atom: Atom, values: Mapping[str, Dim]) -> Dim:
    if atom.kind == "letter":
        return values.get(atom.key, Formula({(atom,): 1}))
    args = [a.at(values) if isinstance(a, Formula) else a for a in atom.args]
    if atom.kind == "group":
        return args[0]
    if atom.kind == "floor":
        return args[0] // args[1]
    from convcalc.bounds import extreme

    return extreme(atom.kind, *args)


def _floor(over: Dim, under: Dim) -> Dim:
    if isinstance(over, int) and isinstance(under, int):
        return over // under
    if isinstance(under, int):
        assert isinstance(over, Formula)
        return _floor_by_number(over.expanded, under)
    under = Formula(under.expanded)
    terms: Terms = over.expanded if isinstance(over, Formula) else {(): over} if over else {}
    out, rest = _divide_by_terms(terms, under)
    if not rest:
        return out
    merged = _merge_nested(rest, under)
    return out + (Formula({(Atom("floor", (_dim(rest), under)),): 1}) if merged is None else merged)


def _floor_by_number(terms: Terms, under: int) -> Dim:
    if under.bit_length() > 400:
        raise ConvcalcError("formula_too_large", limit="100 digits", limit_vi="100 chữ số")
    if under < 0:
        return _floor_by_number({m: -c for m, c in terms.items()}, -under)
    # What divides leaves the floor; the constant left inside is between 0 and under − 1.
    out = _dim({m: c // under for m, c in terms.items()})
    rest = {m: c % under for m, c in terms.items() if c % under}
    letters = [c for m, c in rest.items() if m]
    if not letters:
        return out
    common = reduce(gcd, letters, under)
    if common > 1:
        constant = rest.get((), 0) // common
        reduced = {m: c // common for m, c in rest.items() if m} | ({(): constant} if constant else {})
        return out + _floor_by_number(reduced, under // common)
    merged = _merge_nested(rest, under)
    return out + (Formula({(Atom("floor", (Formula(rest), under)),): 1}) if merged is None else merged)


def _merge_nested(terms: Terms, under: Dim) -> Dim | None:
    """⌊(⌊a/b⌋ + r)/c⌋ = ⌊(a + b·r)/(b·c)⌋, where exactly one floor stands alone in the sum."""
    parts = floor_part(Formula(terms))
    if parts is None:
        return None
    inner_over, inner_under, rest = parts
    from convcalc.bounds import never_negative

    if not (never_negative(inner_under - 1) and never_negative(under - 1)):
        return None  # the identity is for positive divisors
    return _floor(inner_over + inner_under * rest, inner_under * under)


def _divide_by_terms(terms: Terms, under: Formula) -> tuple[Dim, Terms]:
    """Split a sum into the part that a one-term divisor divides, divided, and the rest."""
    if len(under.expanded) != 1:
        return 0, dict(terms)
    ((divisor, factor),) = under.expanded.items()
    out: Dim = 0
    rest: Terms = {}
    for m, c in terms.items():
        left = list(m)
        try:
            for atom in divisor:
                left.remove(atom)
        except ValueError:
            rest[m] = c
            continue
        if c % factor:
            rest[m] = c
        else:
            out = out + _dim({tuple(left): c // factor})
    return out, rest
