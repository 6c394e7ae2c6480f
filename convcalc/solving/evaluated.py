"""Formulas made functions of numbers: a search asks for the same formula a thousand times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from convcalc.formula import Atom, Dim

Evaluated: TypeAlias = "Callable[[Mapping[str, int]], int]"


def evaluated(f: Dim) -> Evaluated:
    """The value of a formula for numbers in place of its letters."""
    if isinstance(f, int):
        return lambda _: f
    terms = [
        (c, tuple(atom.key for atom in m if atom.kind == "letter"), tuple(_atom(atom) for atom in m if atom.kind != "letter"))
        for m, c in f.terms.items()
    ]  # fmt: skip

    def value(values: Mapping[str, int]) -> int:
        total = 0
        for c, letters, others in terms:
            for name in letters:
                c *= values[name]
            for other in others:
                c *= other(values)
            total += c
        return total

    return value


def _atom(atom: Atom) -> Evaluated:
    args = [evaluated(arg) for arg in atom.args]
    if atom.kind == "group":
        return args[0]
    first, second = args
    if atom.kind == "floor":
        return lambda values: first(values) // second(values)
    if atom.kind == "min":
        return lambda values: min(first(values), second(values))
    return lambda values: max(first(values), second(values))
