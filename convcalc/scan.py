"""Reading text by hand: characters, numbers, letters and small sums, with the place of whatever is wrong.

Nothing that is read is ever evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from convcalc.errors import ConvcalcError, SpecError
from convcalc.formula import MOST_FACTORS, Dim, Formula, symbol
from convcalc.shape import LARGEST_NUMBER, Shape, short, show_shape

LONGEST_TEXT = 1_000_000
DEEPEST_BRACKETS = 100
MOST_AXES = 8

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BEFORE_SPACE = " \t\r\n#"
_DIM = re.compile(r"([0-9]+)|([A-Z][0-9]*)(?![A-Za-z_0-9])|([A-Z][0-9]*)(?=x)")
_REAL = re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ALONE = re.compile(r"(?:([0-9]+)|([A-Z][0-9]*))\s*,\s*\)")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
# Characters that are typed, or copied from a text, for ones of the spec's.
_PLAIN = {"×": "x", "−": "-", "–": "-", "→": ">", "·": "*", "，": ",", "（": "(", "）": ")", "＞": ">", "＠": "@"}
_MARKS = ">|(),;:=@*+-/.<[]'\"#_"


class Scanner:
    """A text and a place in it."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST_TEXT:
            raise SpecError("spec_too_long", count=len(text), limit=LONGEST_TEXT)
        self.text = text.rstrip()
        self.at = 0
        self.depth = 0
        self.skip_space()

    # -- moving -------------------------------------------------------------------------------------------------

    def skip_space(self) -> None:
        if self.text[self.at : self.at + 1] not in _BEFORE_SPACE:
            return
        found = _SPACE.match(self.text, self.at)
        assert found is not None
        self.at = found.end()

    def peek(self) -> str:
        """The next character, or nothing at the end."""
        return self.text[self.at : self.at + 1]

    def take(self, mark: str) -> bool:
        """Step over `mark`, and the space after it, if it is next."""
        if not self.text.startswith(mark, self.at):
            return False
        self.at += len(mark)
        self.skip_space()
        return True

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def need(self, mark: str, expected: str = "", expected_vi: str = "") -> None:
        if not self.take(mark):
            raise self.unexpected(expected or f"'{mark}'", expected_vi)

    def enter(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST_BRACKETS:
            raise self.error("too_deep", limit=DEEPEST_BRACKETS)

    def leave(self) -> None:
        self.depth -= 1

    # -- errors -------------------------------------------------------------------------------------------------

    def error(self, kind: str, start: int | None = None, end: int | None = None, **values: object) -> SpecError:
        start = self.at if start is None else start
        return SpecError(kind, column=start + 1, end=end if end is not None else start + 1, **values)

    def place(self, error: ConvcalcError, start: int) -> ConvcalcError:
        """Give an error without a place the text from `start` to here."""
        if error.column is None:
            error.column, error.end = start + 1, max(start + 1, len(self.text[: self.at].rstrip()))
        return error

    def unexpected(self, expected: str, expected_vi: str = "") -> SpecError:
        found = self.peek()
        if found and not (found.isascii() and (found.isalnum() or found in _MARKS)):
            return self.bad_character()
        shown, shown_vi = (f"'{found}'",) * 2 if found else ("the end", "hết spec")
        return self.error(
            "unexpected", expected=expected, expected_vi=expected_vi or expected, found=shown, found_vi=shown_vi
        )

    def bad_character(self) -> SpecError:
        found = self.peek()
        shown = f"'{found}'" if found.isprintable() else f"U+{ord(found):04X}"
        plain = _PLAIN.get(found)
        en, vi = (f"Write {plain}. ", f"Viết {plain}. ") if plain else ("", "")
        return self.error("bad_character", found=shown, instead=en, instead_vi=vi)

    # -- values -------------------------------------------------------------------------------------------------

    def whole(self, digits: str, start: int) -> int:
        if len(digits) > 18 or int(digits) > LARGEST_NUMBER:
            shown = digits if len(digits) <= 18 else digits[:15] + "…"
            raise self.error("number_too_large", start, start + len(digits), value=shown, limit=LARGEST_NUMBER)
        return int(digits)

    def dim(self) -> Dim:
        """A whole number, a capital letter (with digits: M1), or a sum in brackets."""
        start = self.at
        if self.peek() == "(":
            self.enter()
            self.take("(")
            value = self.sum()
            if self.peek() != ")":
                raise self.unexpected("')'")
            self.at += 1
            self.leave()
            return value
        found = self.match(_DIM)
        if found is None:
            raise self.unexpected("a number or a capital letter", "một số hoặc một chữ in hoa")
        if found.group(1) is not None:
            return self.whole(found.group(1), start)
        return symbol(found.group(2) or found.group(3))

    def sizes(self) -> Dim | tuple[Dim, ...]:
        """One value, or several joined by x: 3, 3x3, KxO; (5,) is one value for exactly one axis."""
        start = self.at
        if self.peek() == "(":
            self.at += 1
            self.skip_space()
            found = self.match(_ALONE)
            if found is not None:
                return (self.whole(found.group(1), start + 1) if found.group(1) else symbol(found.group(2)),)
            self.at = start
        first = self.dim()
        if not (self.peek() == "x" and self.at + 1 < len(self.text)):
            return first
        values = [first]
        while self.peek() == "x":
            self.at += 1
            values.append(self.dim())
        return tuple(values)

    def real(self) -> float | int:
        """A number with or without a decimal point."""
        found = self.match(_REAL)
        if found is None:
            raise self.unexpected("a number", "một số")
        text = found.group()
        if text.lstrip("+-").isdigit():
            sign = -1 if text[0] == "-" else 1
            return sign * self.whole(text.lstrip("+-"), found.start())
        return float(text)

    def reals(self) -> float | int | tuple[float | int, ...]:
        """One decimal number, or several joined by x: 2x0.5."""
        values = [self.real()]
        while self.peek() == "x" and self.text[self.at + 1 : self.at + 2].isdigit():
            self.at += 1
            values.append(self.real())
        return values[0] if len(values) == 1 else tuple(values)

    def sum(self) -> Dim:
        """Whole numbers and letters with + - * // and brackets, as in 16 * 5 * 5."""
        negative = self.take("-")
        total = self._product()
        total = -total if negative else total
        while self.peek() in ("+", "-") and self.peek():
            sign = 1 if self.take("+") else -1
            if sign < 0:
                self.take("-")
            total = total + sign * self._product()
        return total

    def _power(self) -> Dim:
        base = self.dim()
        self.skip_space()
        if not self.take("**"):
            return base
        start = self.at
        exponent = self.dim()
        if not isinstance(exponent, int) or not 1 <= exponent <= MOST_FACTORS:
            raise self.error(
                "bad_value", start, self.at, layer_name="**", field="the exponent", field_vi="số mũ", value=exponent,
                expected=f"1 to {MOST_FACTORS}", expected_vi=f"từ 1 đến {MOST_FACTORS}",
            )  # fmt: skip
        self.skip_space()
        power: Dim = 1
        for _ in range(exponent):
            power = power * base
        return power

    def _product(self) -> Dim:
        total = self._power()
        while self.peek() in ("*", "/") and self.peek():
            start = self.at
            if self.take("//"):
                other = self._power()
                if isinstance(other, int) and other == 0:
                    raise self.error("bad_value", start, layer_name="//", field="the divisor", field_vi="số chia", value=0, expected="above 0", expected_vi="lớn hơn 0")  # fmt: skip
                total = total // other
            elif self.take("*"):
                total = total * self._power()
            else:
                raise self.unexpected("'*' or '//'")
            if isinstance(total, int) and abs(total) > LARGEST_NUMBER**2:
                raise self.error("number_too_large", start, value="…", limit=LARGEST_NUMBER)
        return total


def read_dim(text: str) -> Dim:
    """A size from text: "28", "M", "(2*M + 1)"."""
    scanner = Scanner(text)
    value = scanner.sum()
    if scanner.peek():
        raise scanner.unexpected("the end", "hết spec")
    return value


def read_shape(text: str) -> Shape:
    """A shape from "1,28,28", "1x28x28", "(1, 28, 28)" or "[1, 28, 28]"; capital letters stand for sizes."""
    plain = text.split(",")
    if (
        text.isascii()
        and len(plain) <= MOST_AXES
        and all(part.isdigit() and len(part) < 9 and part.strip("0") for part in plain)
    ):
        return tuple(map(int, plain))  # the usual case, 1,28,28
    shown = text if len(text) <= 60 else text[:60] + "…"
    try:
        scanner = Scanner(text)
        closing = {"(": ")", "[": "]"}.get(scanner.peek(), "")
        whole_in_brackets = bool(closing) and scanner.text.rstrip().endswith(closing)
        if whole_in_brackets:
            scanner.at += 1
            scanner.skip_space()
        sizes = [_shape_size(scanner)]
        while scanner.take(",") or scanner.take("x"):
            if whole_in_brackets and scanner.peek() == closing:
                break  # (10,) is a flat shape
            sizes.append(_shape_size(scanner))
        if whole_in_brackets:
            scanner.need(closing)
        if scanner.peek() or len(sizes) > MOST_AXES or any(isinstance(s, int) and s < 1 for s in sizes):
            raise SpecError("bad_shape", text=shown)
    except SpecError as error:
        if error.kind in ("unexpected", "bad_character", "spec_too_long"):
            raise SpecError("bad_shape", text=shown) from None
        error.column = error.end = None  # a place in the shape, not in the spec
        raise
    return tuple(sizes)


def _shape_size(scanner: Scanner) -> Dim:
    start = scanner.at
    size = scanner.dim()
    scanner.skip_space()
    if isinstance(size, int) and scanner.text[scanner.at - 1 : scanner.at].isdigit() and scanner.peek().isupper():
        size = size * scanner.dim()  # 2M, as answers print it
        scanner.skip_space()
    if scanner.peek() and scanner.peek() in "+-*/":  # 2*M needs no brackets between commas
        scanner.at = start
        size = scanner.sum()
    return size


def as_shape(x: Any) -> Shape:
    """A shape from "1,28,28", "1x28x28", "(1, 28, 28)", or from a sequence of ints, letters and formulas."""
    if isinstance(x, str):
        return read_shape(x)
    if not isinstance(x, Iterable):
        raise SpecError("bad_shape", text=str(x))
    shape = tuple(as_dim(size) for size in x)
    if not 1 <= len(shape) <= MOST_AXES or any(
        isinstance(size, int) and not 1 <= size <= LARGEST_NUMBER for size in shape
    ):
        raise SpecError("bad_shape", text=short(show_shape(shape)))
    return shape


def as_dim(size: Any) -> Dim:
    """An int, a `Formula`, a letter such as "M", or a sympy expression, as a `Dim`."""
    if isinstance(size, Formula) or (isinstance(size, int) and not isinstance(size, bool)):
        return size
    if isinstance(size, str):
        return read_dim(size)
    if hasattr(size, "free_symbols"):
        from convcalc.symbolic import from_sympy

        return from_sympy(size)
    if hasattr(size, "__index__") and not isinstance(size, bool):
        return int(size.__index__())
    raise SpecError("bad_shape", text=short(str(size)))
