"""Formulas and sympy: to and from its expressions, and whether two formulas are equal. The only user of sympy.

convcalc's own normal form decides what it can; sympy's simplification is asked where that is not enough, and a pair of numbers
at which two formulas differ always settles it.
"""

from __future__ import annotations

import random
from typing import Any

import sympy

from convcalc.bounds import larger, smaller
from convcalc.formula import Dim, Formula, symbol

# Values tried to tell two formulas apart before sympy is asked to prove them equal.
TRIES = 200


def to_sympy(dim: Dim) -> Any:
    """The sympy expression of a size; letters become positive integer symbols, ⌊a/b⌋ becomes floor(a/b)."""
    if isinstance(dim, int):
        return sympy.Integer(dim)
    total: Any = sympy.Integer(0)
    for monomial, coefficient in dim.terms.items():
        term: Any = sympy.Integer(coefficient)
        for atom in monomial:
            args = [to_sympy(a) for a in atom.args]
            if atom.kind == "letter":
                term = term * sympy.Symbol(atom.key, integer=True, positive=True)
            elif atom.kind == "floor":
                term = term * sympy.floor(args[0] / args[1])
            elif atom.kind == "group":
                term = term * args[0]
            else:
                term = term * {"min": sympy.Min, "max": sympy.Max}[atom.kind](*args)
        total = total + term
    return total


def from_sympy(expression: Any) -> Dim:
    """A `Dim` from a sympy expression of integers, symbols, + − ·, powers, floor, Min and Max; else ValueError."""
    if expression.is_Integer:
        return int(expression)
    if expression.is_Symbol:
        return symbol(expression.name)
    if expression.is_Add or expression.is_Mul:
        numerator, denominator = sympy.fraction(sympy.together(expression))
        if denominator != 1:
            raise ValueError(f"{expression} is not a whole-number formula")
        parts = [from_sympy(part) for part in expression.args]
        total = parts[0]
        for part in parts[1:]:
            total = total + part if expression.is_Add else total * part
        return total
    if expression.is_Pow and expression.exp.is_Integer and expression.exp > 0:
        base = from_sympy(expression.base)
        power: Dim = 1
        for _ in range(int(expression.exp)):
            power = power * base
        return power
    if isinstance(expression, sympy.floor):
        numerator, denominator = sympy.fraction(sympy.together(expression.args[0]))
        return from_sympy(sympy.expand(numerator)) // from_sympy(denominator)
    if isinstance(expression, sympy.Min | sympy.Max):
        first, *rest = (from_sympy(part) for part in expression.args)
        for other in rest:
            first = smaller(first, other) if isinstance(expression, sympy.Min) else larger(first, other)
        return first
    raise ValueError(f"{expression} is not a whole-number formula")


def equal(a: Dim, b: Dim) -> bool | None:
    """Whether two formulas have the same value for all positive integers; None where it cannot be decided."""
    if a == b:
        return True
    letters = sorted({name for dim in (a, b) if isinstance(dim, Formula) for name in dim.letters()})
    stream = random.Random(f"{a} = {b}")
    for turn in range(TRIES):
        values = {name: stream.randint(1, 8 if turn < TRIES // 2 else 10**6) for name in letters}
        try:
            if _value(a, values) != _value(b, values):
                return False
        except ZeroDivisionError:
            continue
    return True if sympy.simplify(to_sympy(a) - to_sympy(b)) == 0 else None


def _value(dim: Dim, values: dict[str, int]) -> Dim:
    return dim.at(values) if isinstance(dim, Formula) else dim
