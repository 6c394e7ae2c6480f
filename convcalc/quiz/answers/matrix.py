"""Matrices, row by row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from convcalc.numbers import Array, Number, show_number, simple
from convcalc.quiz.answers.base import Answer
from convcalc.quiz.answers.sizes import rounded
from convcalc.quiz.reading import Unreadable, clean


@dataclass(frozen=True)
class MatrixAnswer(Answer):
    """A matrix; each cell that is right is a part of the mark."""

    value: Array
    form = "matrix"

    @property
    def rows(self) -> int:
        """As it is written: channels under each other."""
        return len(self.value.values) // self.value.shape[-1]

    def read(self, text: str) -> Array:
        plain = re.sub(r"\]\s*,?\s*\[", ";", clean(text)).replace("[", "").replace("]", "")
        rows = [row for row in re.split(r"[;\n]+", plain) if row.strip()]
        found = [_row(row, self.value.shape[-1]) for row in rows]
        decimal = [_row(row, self.value.shape[-1], decimals=True) for row in rows]
        # 1,5; 2,5 for a row of two numbers: the commas are for decimals, and then the rest does not fit
        if (
            found != decimal
            and [len(row) for row in found] != self._widths()
            and sum(map(len, decimal)) == len(self.value.values)
        ):
            if [len(row) for row in decimal] != self._widths():
                raise Unreadable(
                    "the commas could be for decimals or between numbers: write decimals with a point",
                    "dấu phẩy có thể là dấu thập phân hoặc dấu ngăn cách: hãy viết số thập phân với dấu chấm",
                    True,
                )
            found = decimal
        if not found or not all(found):
            raise Unreadable("write the rows of the matrix: 1 2; 3 4", "viết các hàng của ma trận: 1 2; 3 4")
        if len({len(row) for row in found}) > 1:
            raise Unreadable("the rows are not of one length", "các hàng dài không bằng nhau")
        return Array((len(found), len(found[0])), [v for row in found for v in row])

    def _widths(self) -> list[int]:
        return [self.value.shape[-1]] * self.rows

    def score(self, given: Array) -> Fraction:
        if self._flat(given).shape != self._flat(self.value).shape:
            return Fraction(0)
        right = sum(a == b for a, b in zip(given.values, self.value.values, strict=True))
        return Fraction(right, len(self.value.values))

    def equal(self, a: Array, b: Array) -> bool:
        return self._flat(a) == self._flat(b)

    def meant(self, given: Array, wrong: Array) -> bool:
        if self._flat(given).shape != self._flat(wrong).shape:
            return False
        return all(rounded(a, b) for a, b in zip(given.values, wrong.values, strict=True))

    @staticmethod
    def _flat(value: Array) -> Array:
        """With two axes: a row of its own, and channels under each other, as they are written."""
        return Array((len(value.values) // value.shape[-1], value.shape[-1]), list(value.values))

    def show(self, value: Array, lang: str) -> str:
        columns = value.shape[-1]
        texts = [show_number(v, lang) for v in value.values]
        return "; ".join(" ".join(texts[i : i + columns]) for i in range(0, len(texts), columns))

    def plain(self) -> Any:
        return self._flat(self.value).nested(lambda v: v if isinstance(v, int) else float(v))


def _row(text: str, columns: int, decimals: bool = False) -> list[Number]:
    """The numbers of a row: with spaces or commas between them, and perhaps decimal commas where the spaces alone make the row.

    `decimals` takes every comma within a word for a decimal one.
    """
    words = text.split()
    if decimals:
        words = [word.removesuffix(",") for word in words if word != ","]
    elif "," in text and (len(words) != columns or any(word.endswith(",") for word in words)):
        words = [word for word in re.split(r"\s*,\s*|\s+", text.strip()) if word]
    return [_cell(word.replace(",", ".")) for word in words]


def _cell(word: str) -> Number:
    if re.fullmatch(r"[+-]?(?:[0-9]{1,12}(?:\.[0-9]{1,12})?|\.[0-9]{1,12})(?:/[1-9][0-9]{0,5})?", word) is None:
        raise Unreadable(f"'{word[:20]}' is not a number", f"'{word[:20]}' không phải là số")
    over, _, under = word.partition("/")
    return simple(Fraction(over) / int(under or 1))
