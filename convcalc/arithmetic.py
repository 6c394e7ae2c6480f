"""Formulas and sums as people write them: read by hand, worked out exactly, never run.

    sum     := product (('+' | '-') product)*
    product := factor (('*' | '/' | '//') factor)*      also ×, · and nothing at all: 2P
    factor  := number | letter | '(' sum ')' | floor(sum) | ceil(sum) | max(sum, …) | min(sum, …) | '-' factor

Letters stand for whole numbers from 1 up; a quotient may stand wherever floor or ceil comes around it, or in the end be exact.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from typing import Any, NamedTuple

from convcalc.errors import ConvcalcError, SpecError
from convcalc.formula import Dim, Formula, symbol

_TOKEN = re.compile(
    r"\s*(?:([0-9]+(?:\.[0-9]*)?|\.[0-9]+)|([A-Z][0-9]*)|(floor|ceil|max|min)\b|(//|\*\*|[-+*/^(),×·−⌊⌋⌈⌉]|[⁰¹²³⁴⁵⁶⁷⁸⁹]+))"
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
# No formula of a layer has a higher power.
HIGHEST = 9
# Nobody means larger numbers.
MOST_BITS = 2048
LONGEST = 2000
DEEPEST = 50


class Ratio(NamedTuple):
    """over/under, exactly; both whole, in letters or not, and under above 0."""

    over: Dim
    under: Dim

    def __repr__(self) -> str:
        return f"{self.over}/{self.under}"


def _plus(a: Ratio, b: Ratio, sign: int = 1) -> Ratio:
    if a.under == b.under:
        return _lowest(Ratio(a.over + sign * b.over, a.under))
    return _lowest(Ratio(a.over * b.under + sign * b.over * a.under, a.under * b.under))


def _times(a: Ratio, b: Ratio) -> Ratio:
    if any(isinstance(n, int) and n.bit_length() > MOST_BITS for one in (a, b) for n in one):
        raise ConvcalcError("formula_too_large", limit=f"{MOST_BITS} bits", limit_vi=f"{MOST_BITS} bit")
    return _lowest(Ratio(a.over * b.over, a.under * b.under))


def _by(a: Ratio, b: Ratio) -> Ratio:
    if isinstance(b.over, int) and b.over <= 0:
        if b.over == 0:
            raise ZeroDivisionError
        return _lowest(Ratio(-a.over * b.under, a.under * -b.over))
    return _lowest(Ratio(a.over * b.under, a.under * b.over))


def _lowest(r: Ratio) -> Ratio:
    if isinstance(r.over, int) and isinstance(r.under, int):
        f = Fraction(r.over, r.under)
        return Ratio(f.numerator, f.denominator)
    return r


def _floor(r: Ratio) -> Ratio:
    return Ratio(r.over // r.under, 1)


def _ceil(r: Ratio) -> Ratio:
    return Ratio((r.over + r.under - 1) // r.under, 1)


def _largest(a: Ratio, b: Ratio) -> Ratio:
    return a if Fraction(_int(a.over), _int(a.under)) >= Fraction(_int(b.over), _int(b.under)) else b


def _smallest(a: Ratio, b: Ratio) -> Ratio:
    return b if _largest(a, b) is a else a


def _int(d: Dim) -> int:
    if not isinstance(d, int):
        raise ValueError("max and min of letters")
    return d


_OF_ONE: dict[str, Callable[[Ratio], Ratio]] = {"floor": _floor, "ceil": _ceil, "⌊": _floor, "⌈": _ceil}
_OF_SEVERAL: dict[str, Callable[[Ratio, Ratio], Ratio]] = {"max": _largest, "min": _smallest}
_CLOSING = {"⌊": "⌋", "⌈": "⌉"}


class _Reader:
    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise SpecError("bad_formula", text=text[:40] + "…", reason="it is too long", reason_vi="quá dài")
        self.text, self.at, self.depth = text, 0, 0
        self.next()

    def next(self) -> None:
        found = _TOKEN.match(self.text, self.at)
        if found is None:
            if self.text[self.at :].strip():
                self.fail(self.text[self.at :].strip()[:10])
            self.kind, self.token = "end", ""
            return
        self.at = found.end()
        self.kind = ("", "number", "letter", "function", "mark")[found.lastindex or 0]
        self.token = {"×": "*", "·": "*", "−": "-"}.get(
            found.group(found.lastindex or 0), found.group(found.lastindex or 0)
        )

    def fail(self, found: str | None = None) -> None:
        shown = self.token if found is None else found
        raise SpecError(
            "bad_formula", text=self.text[:60], reason=f"'{shown or 'the end'}' cannot stand there",
            reason_vi=f"'{shown or 'hết công thức'}' không đứng ở đó được",
        )  # fmt: skip

    def take(self, *marks: str) -> str:
        if self.kind == "mark" and self.token in marks:
            taken = self.token
            self.next()
            return taken
        return ""

    def sum(self) -> Ratio:
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail()
        total = self.product()
        while sign := self.take("+", "-"):
            total = _plus(total, self.product(), 1 if sign == "+" else -1)
        self.depth -= 1
        return total

    def product(self) -> Ratio:
        total = self.factor()
        while True:
            # 2P and K(M + 1) are products too.
            implied = self.kind in ("letter", "function") or self.token in ("(", "⌊", "⌈")
            mark = "*" if implied else self.take("*", "//", "/")
            if not mark:
                return total
            other = self.factor()
            try:
                total = _times(total, other) if mark == "*" else _by(total, other)
            except ZeroDivisionError:
                self.fail("0")
            total = _floor(total) if mark == "//" else total

    def factor(self) -> Ratio:
        negative = False
        while self.take("-"):
            negative = not negative
        value = self.powers(self.positive())
        return Ratio(-value.over, value.under) if negative else value

    def powers(self, base: Ratio) -> Ratio:
        """S², S^2 and S**2; once, since 2^3^2 could mean two things."""
        if self.kind == "mark" and self.token.translate(_RAISED).isdecimal():
            exponent = int(self.token.translate(_RAISED))
            self.next()
        elif self.take("^", "**"):
            exponent = int(self.token) if self.kind == "number" and self.token.isdecimal() else HIGHEST + 1
            if exponent <= HIGHEST:
                self.next()
        else:
            return base
        if exponent > HIGHEST:
            self.fail()
        return reduce(_times, [base] * exponent, Ratio(1, 1))

    def positive(self) -> Ratio:
        kind, token = self.kind, self.token
        if kind == "number":
            self.next()
            exact = Fraction(token)
            return Ratio(exact.numerator, exact.denominator)
        if kind == "letter":
            self.next()
            return Ratio(symbol(token), 1)
        if self.take("("):
            return self.closed(self.sum(), ")")
        if token in _CLOSING:
            self.next()
            return _OF_ONE[token](self.closed(self.sum(), _CLOSING[token]))
        if kind == "function":
            self.next()
            if not self.take("("):
                self.fail()
            values = [self.sum()]
            while self.take(","):
                values.append(self.sum())
            self.closed(values[0], ")")
            if token in _OF_ONE:
                if len(values) > 1:
                    self.fail(",")
                return _OF_ONE[token](values[0])
            try:
                return reduce(_OF_SEVERAL[token], values)
            except ValueError:
                self.fail(token)
        self.fail()
        raise AssertionError

    def closed(self, value: Ratio, mark: str) -> Ratio:
        if not self.take(mark):
            self.fail()
        return value


def read_formula(text: str) -> Ratio:
    """The exact value of a formula; raises `SpecError` where it cannot be read."""
    reader = _Reader(text)
    value = reader.sum()
    if reader.kind != "end":
        reader.fail()
    return value


def same(a: Ratio, b: Ratio | Dim) -> bool:
    """Whether two formulas are equal for all whole numbers from 1 up."""
    other = b if isinstance(b, Ratio) else Ratio(b, 1)
    return bool(a.over * other.under == other.over * a.under)


def as_dim(value: Ratio) -> Dim | Fraction:
    """A whole formula, an int or a fraction of numbers."""
    if isinstance(value.over, Formula) or isinstance(value.under, Formula):
        return value.over if value.under == 1 else value.over // value.under
    return value.over if value.under == 1 else Fraction(value.over, value.under)


def sides(equation: str) -> list[tuple[str, Ratio]]:
    """The parts of "a = b = c" with their values."""
    parts = [part.strip() for part in equation.split("=")]
    return [(part, read_formula(part)) for part in parts]


def letters(value: Any) -> set[str]:
    """The letters in a formula's text."""
    return set(re.findall(r"[A-Z][0-9]*", str(value)))
