"""Answers: what is right, how a student's text is read, and how much of it is right."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from convcalc.arithmetic import Ratio, read_formula, same
from convcalc.errors import ConvcalcError
from convcalc.formula import Dim
from convcalc.notation import show
from convcalc.numbers import Array, Number, show_number, simple
from convcalc.quiz.reading import Two, Unreadable, clean, read_number, read_sizes
from convcalc.shape import show_shape


class Answer:
    """What is right, and how a text compares with it. Values are whatever `read` gives."""

    form: str = ""  # shape, number, sizes, matrix, formula, table, text
    value: Any

    def read(self, text: str) -> Any:
        """What a text says; raises `Unreadable`."""
        raise NotImplementedError

    def score(self, given: Any) -> Fraction:
        """From 0 to 1."""
        return Fraction(self.equal(given, self.value))

    def equal(self, a: Any, b: Any) -> bool:
        """Whether two values mean the same."""
        return bool(a == b)

    def same(self, wrong: Any) -> bool:
        """Whether what a mistake gives is right nevertheless."""
        return self.equal(wrong, self.value)

    def meant(self, given: Any, wrong: Any) -> bool:
        """Whether an answer is what a mistake gives, perhaps rounded."""
        return self.equal(given, wrong)

    def show(self, value: Any, lang: str) -> str:
        """A value as it stands in a choice or a solution."""
        raise NotImplementedError

    def right(self, lang: str) -> str:
        """What is right."""
        return self.show(self.value, lang)

    def plain(self) -> Any:
        """What is right, for JSON."""
        raise NotImplementedError


@dataclass(frozen=True)
class ShapeAnswer(Answer):
    """A shape."""

    value: tuple[int, ...]
    form = "shape"

    def read(self, text: str) -> tuple[int, ...]:
        return read_sizes(text, len(self.value))

    def show(self, value: tuple[int, ...], lang: str) -> str:
        return show_shape(value)

    def plain(self) -> list[int]:
        return list(self.value)


@dataclass(frozen=True)
class NumberAnswer(Answer):
    """A number."""

    value: Number
    form = "number"

    def read(self, text: str) -> Number:
        return read_number(text)

    def meant(self, given: Number, wrong: Number) -> bool:
        return _rounded(given, wrong)

    def show(self, value: Number, lang: str) -> str:
        return show_number(value, lang)

    def plain(self) -> Any:
        return self.value if isinstance(self.value, int) else float(self.value)


def _rounded(given: Number, exact: Number) -> bool:
    """Whether a number is another one, or that with one to four decimals: 3.67 for 11/3."""
    if given == exact:
        return True
    places = next((n for n in range(1, 5) if (given * 10**n).denominator == 1), None)
    return places is not None and given.denominator > 1 and given == round(Fraction(exact), places)


@dataclass(frozen=True)
class SizesAnswer(Answer):
    """Some whole numbers; the right ones are a run from the first to the last."""

    value: frozenset[int]
    form = "sizes"

    def read(self, text: str) -> frozenset[int]:
        written = clean(text).strip().lower()
        plain = re.sub(r"^m\s*(?:=|∈|in|là|thuộc)\s*", "", written).strip("{}[]() .")
        between = re.fullmatch(
            r"(?:từ |from )?([0-9]{1,9})\s*(?:-|–|\.\.+|…|to|tới|đến|->|→|(?:≤|<=)\s*m\s*(?:≤|<=))\s*([0-9]{1,9})",
            plain,
        )
        if between is not None and 0 <= int(between[2]) - int(between[1]) < 10_000:
            return frozenset(range(int(between[1]), int(between[2]) + 1))
        ends = re.fullmatch(
            r"\[\s*([0-9]{1,9})\s*[,;]\s*([0-9]{1,9})\s*\]", written.partition("=")[2].strip() or written
        )
        if ends is not None and int(ends[2]) > int(ends[1]) + 1:
            low, high = ends[1], ends[2]
            raise Unreadable(
                f"'{written}' could be {low} and {high}, or all from {low} to {high}: write {low}, {high} or {low} to {high}",
                f"'{written}' có thể là {low} và {high}, hoặc mọi số từ {low} đến {high}: viết {low}, {high} hoặc {low} đến {high}",
                True,
            )
        words = [w for w in re.split(r"[\s,;]+|và|and|hoặc|or", plain) if w]
        if not words or any(re.fullmatch(r"[0-9]{1,9}", word) is None for word in words):
            raise Unreadable(
                "write the sizes as 29, 30 or as 29 to 30", "viết các kích thước như 29, 30 hoặc 29 đến 30"
            )
        return frozenset(map(int, words))

    def show(self, value: frozenset[int], lang: str) -> str:
        sizes = sorted(value)
        if len(sizes) > 4 and sizes[-1] - sizes[0] == len(sizes) - 1:
            return f"{sizes[0]} đến {sizes[-1]}" if lang == "vi" else f"{sizes[0]} to {sizes[-1]}"
        return ", ".join(map(str, sizes))

    def plain(self) -> list[int]:
        return sorted(self.value)


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
        return all(_rounded(a, b) for a, b in zip(given.values, wrong.values, strict=True))

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


def _from_latex(text: str) -> str:
    """\\left\\lfloor \\frac{M+2P-K}{S} \\right\\rfloor + 1 as it is typed elsewhere."""
    if "\\" not in text:
        return text
    text = re.sub(r"\\(?:left|right|,|;|!)", "", text.strip("$ "))
    for _ in range(8):
        text = re.sub(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"((\1)/(\2))", text)
    for mark, plain in (
        ("lfloor", "⌊"),
        ("rfloor", "⌋"),
        ("lceil", "⌈"),
        ("rceil", "⌉"),
        ("cdot", "·"),
        ("times", "·"),
    ):
        text = text.replace("\\" + mark, plain)
    return text.replace("{", "(").replace("}", ")")


# channels, kernels, and the two axes of input, kernel, stride, padding and dilation
LETTERS_OF_SLIDES = frozenset("CDEFKMNOPQST")


@dataclass(frozen=True)
class FormulaAnswer(Answer):
    """A formula in the slides' letters, right if it is equal for all whole numbers; `written` is how it usually stands."""

    value: Dim
    written: str = ""
    form = "formula"

    def read(self, text: str) -> Ratio:
        plain = clean(text).rpartition("=")[2].strip()
        if not plain:
            raise Unreadable("write a formula", "viết một công thức")
        plain = (
            _from_latex(plain).replace("[", "⌊").replace("]", "⌋")
        )  # [x] is how floor is written in Vietnamese schools
        plain = re.sub(r"(?<=[\w)⌋])\s+x\s+(?=[\w(⌊])", "·", plain)
        if re.search(r"[A-Za-z][0-9]", plain):
            raise Unreadable("a number stands before its letter: 2P, not P2", "số đứng trước chữ: 2P, không phải P2")
        # the slides' letters are large; a small one on its own can mean nothing else
        plain = re.sub(r"(?<![A-Za-z])[a-z](?![A-Za-z])", lambda letter: letter[0].upper(), plain)
        try:
            found = read_formula(plain)
        except ConvcalcError as error:
            raise Unreadable(error.message("en"), error.message("vi")) from None
        strange = sorted(set(re.findall(r"[A-Z]", plain)) - LETTERS_OF_SLIDES)
        if strange:
            raise Unreadable(
                f"{strange[0]} is none of the question's letters", f"{strange[0]} không phải là ký hiệu trong đề"
            )
        return found

    def right(self, lang: str) -> str:
        return self.written or super().right(lang)

    def equal(self, a: Any, b: Any) -> bool:
        return same(a if isinstance(a, Ratio) else Ratio(a, 1), b)

    def show(self, value: Any, lang: str) -> str:
        if not isinstance(value, Ratio):
            return show(value)
        if value.under == 1:
            return show(value.over)
        over, under = show(value.over), show(value.under)
        return f"({over})/{under}" if under.isalnum() else f"({over})/({under})"

    def plain(self) -> str:
        return self.right("en")


# How a cell of a table is left open.
BLANK = ("", "?", "-", ".")


@dataclass(frozen=True)
class TableAnswer(Answer):
    """Several answers by name; each is a part of the mark."""

    cells: tuple[tuple[Two, Answer], ...]
    form = "table"

    @property
    def value(self) -> list[Any]:
        """What is right, cell by cell."""
        return [cell.value for _, cell in self.cells]

    def read(self, text: str) -> list[Any]:
        parts = [part.strip() for part in re.split(r"[;\n]", clean(text).removesuffix(";"))]
        if len(parts) != len(self.cells):
            count = len(self.cells)
            raise Unreadable(
                f"write {count} answers in order, with ; between them",
                f"viết {count} đáp án theo thứ tự, cách nhau bằng dấu ;",
            )
        values = [self.read_cell(i, part.partition("=")[2].strip() or part) for i, part in enumerate(parts)]
        if all(value is None for value in values):
            raise Unreadable("every cell is empty", "mọi ô đều trống")
        return values

    def read_cell(self, place: int, text: str) -> Any:
        """One cell; None where it is left open."""
        return None if text.strip() in BLANK else self.cells[place][1].read(text)

    def score(self, given: list[Any]) -> Fraction:
        return 1 - Fraction(len(self.wrong_cells(given)), len(self.cells))

    def wrong_cells(self, given: list[Any]) -> list[int]:
        """The places of the cells that are not right."""
        pairs = zip(given, self.cells, strict=True)
        return [i for i, (value, (_, cell)) in enumerate(pairs) if value is None or not cell.equal(value, cell.value)]

    def same(self, wrong: Any) -> bool:
        """A mistake changes one cell: (its place, the wrong value)."""
        place, value = wrong
        return bool(self.cells[place][1].same(value))

    def show(self, value: list[Any], lang: str) -> str:
        which = 1 if lang == "vi" else 0
        pairs = zip(value, self.cells, strict=True)
        return "; ".join(f"{name[which]} = {'?' if v is None else cell.show(v, lang)}" for v, (name, cell) in pairs)

    def plain(self) -> list[Any]:
        return [cell.plain() for _, cell in self.cells]


@dataclass(frozen=True)
class TextAnswer(Answer):
    """One of the texts of the choices, such as a line of code."""

    value: str
    form = "text"

    def read(self, text: str) -> str:
        plain = clean(text)
        if not plain:
            raise Unreadable("write the letter of your choice", "viết chữ cái của lựa chọn")
        return plain

    def equal(self, a: str, b: str) -> bool:
        return _squeezed(a) == _squeezed(b)

    def show(self, value: str, lang: str) -> str:
        return value

    def plain(self) -> str:
        return self.value


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", clean(text)).removeprefix("nn.")
