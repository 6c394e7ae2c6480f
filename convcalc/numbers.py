"""Arrays of exact numbers: read from text, JSON, CSV or .npy, and printed as they are on a slide.

A number is an int where it is whole and a `Fraction` elsewhere, so 0.1 + 0.2 is 0.3.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from io import BytesIO
from math import prod
from typing import Any, NamedTuple, TypeAlias

from convcalc.errors import ConvcalcError
from convcalc.files import text_of
from convcalc.shape import short

Number: TypeAlias = "int | Fraction"
# More numbers than this are no exercise.
MOST_NUMBERS = 1_000_000
LONGEST_NUMBER = 40

_ROW = re.compile(r"[;\n]+")
_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?|[+-]?[0-9]+/0*[1-9][0-9]*")


class Array(NamedTuple):
    """Numbers in a row, and the shape they have: the last axis moves fastest."""

    shape: tuple[int, ...]
    values: list[Number]

    def at(self, index: Sequence[int]) -> Number:
        place = 0
        for i, size in zip(index, self.shape, strict=True):
            place = place * size + i
        return self.values[place]

    def reshaped(self, shape: tuple[int, ...]) -> Array:
        """The same numbers in another shape of the same size."""
        assert prod(shape) == len(self.values)
        return Array(shape, self.values)

    def nested(self, one: Callable[[Number], Any]) -> Any:
        """Lists of lists, with `one` made of every number."""
        made: list[Any] = [one(v) for v in self.values]
        for size in reversed(self.shape[1:]):
            made = [made[i : i + size] for i in range(0, len(made), size)]
        return made


def number(text: str, what: str) -> Number:
    """The exact value of a decimal number or a fraction as it is written."""
    text = text.strip().replace("−", "-")
    if len(text) > LONGEST_NUMBER or _PLAIN.fullmatch(text) is None:
        raise ConvcalcError("not_a_number", what=what, text=short(text))
    return simple(Fraction(text))


def simple(value: Fraction | int) -> Number:
    """An int where the value is whole."""
    return int(value) if isinstance(value, int) or value.denominator == 1 else value


def read_array(text: str, what: str) -> Array:
    """Numbers from text: spaces or commas between columns, ; between rows, | between channels, || between kernels.

    JSON lists are read too. Raises `ConvcalcError` with `what` (data, kernel, bias) in its sentence.
    """
    if text.lstrip().startswith("["):
        return _from_json(text, what)
    text = text.strip().strip(";")
    if not text:
        raise ConvcalcError("no_numbers", what=what)
    kernels = [
        [[_columns(row, what) for row in _ROW.split(channel.strip().strip(";")) if row.strip()] for channel in kernel.split("|")]
        for kernel in text.split("||")
    ]  # fmt: skip
    nested: Any = kernels
    while len(nested) == 1 and isinstance(nested[0], list):
        nested = nested[0]
    return from_nested(nested, what)


def _columns(row: str, what: str) -> list[Number]:
    if re.search(r"[0-9],[0-9]", row) and re.search(r"[0-9.]\s+[-+0-9.]", row.replace(", ", ",")):
        # 1,5 2,5: commas within numbers and spaces between them; 1,5 alone could be two numbers or one.
        raise ConvcalcError("mixed_commas", what=what, text=short(row.strip()))
    words = row.replace(",", " ").split()
    return [number(word, what) for word in words]


def from_nested(nested: Any, what: str) -> Array:
    """An array from lists of lists that are all of one length."""
    shape: list[int] = []
    level = nested
    while isinstance(level, list):
        shape.append(len(level))
        if not level:
            raise ConvcalcError("no_numbers", what=what)
        level = level[0]
    values: list[Number] = []

    def walk(part: Any, depth: int) -> None:
        if isinstance(part, list) != (depth < len(shape)) or (isinstance(part, list) and len(part) != shape[depth]):
            found = len(part) if isinstance(part, list) else 1
            expected = shape[depth] if depth < len(shape) else 1
            raise ConvcalcError("ragged", what=what, expected=expected, found=found)
        if not isinstance(part, list):
            if isinstance(part, bool) or not isinstance(part, int | Fraction):
                raise ConvcalcError("not_a_number", what=what, text=short(str(part)))
            values.append(simple(part))
            return
        for one in part:
            walk(one, depth + 1)

    if len(shape) > 5:
        raise ConvcalcError("too_many_axes", what=what, count=len(shape))
    walk(nested, 0)
    if not shape:
        return Array((1,), values)
    if len(values) > MOST_NUMBERS:
        raise ConvcalcError("too_many_numbers", what=what, count=len(values), limit=MOST_NUMBERS)
    return Array(tuple(shape), values)


def _from_json(text: str, what: str) -> Array:
    try:
        nested = json.loads(text, parse_float=lambda t: number(t, what), parse_int=lambda t: number(t, what), parse_constant=lambda t: number(t, what))  # fmt: skip
    except (ValueError, RecursionError) as error:
        raise ConvcalcError("bad_json", what=what, reason=short(str(error))) from None
    return from_nested(nested, what)


def read_file(name: str, content: bytes, what: str) -> Array:
    """Numbers from the content of a file: .npy (never unpickled), .json, .csv, or text."""
    if name.lower().endswith(".npy"):
        import numpy as np

        try:
            loaded = np.load(BytesIO(content), allow_pickle=False)
        except Exception:  # numpy's reader raises errors of many kinds for files that are none of its own
            loaded = None
        if not isinstance(loaded, np.ndarray) or loaded.dtype.kind not in "iufb" or loaded.size > MOST_NUMBERS:
            raise ConvcalcError("bad_npy", what=what, path=name)
        plain = loaded.astype(str).tolist() if loaded.dtype.kind == "f" else loaded.astype(int).tolist()
        return from_nested(_exact(plain, what), what)
    try:
        text = text_of(content)
    except UnicodeDecodeError:
        raise ConvcalcError("not_text", path=f"'{name}'") from None
    if name.lower().endswith(".csv"):
        import csv

        semicolons = ";" in text  # as spreadsheets write where the comma is for decimals
        cells = csv.reader(text.splitlines(), delimiter=";" if semicolons else ",")
        try:
            listed = list(cells)
        except csv.Error as error:
            raise ConvcalcError("bad_json", what=what, reason=short(str(error))) from None
        rows = [[number(cell.replace(",", ".") if semicolons else cell, what) for cell in row] for row in listed if row]
        return from_nested(rows, what)
    return read_array(text, what)


def _exact(part: Any, what: str) -> Any:
    """The shortest decimal that a float prints as, in its own precision, exactly."""
    if isinstance(part, list):
        return [_exact(one, what) for one in part]
    return number(part, what) if isinstance(part, str) else int(part)


def show_number(value: Number, lang: str = "en") -> str:
    """A whole number or an exact decimal; others rounded to four places, as torch prints them."""
    if value.denominator == 1:
        return str(value)
    text = _decimal(Fraction(value)) or f"{float(value):.4f}"
    return text.replace(".", ",") if lang == "vi" else text


def _decimal(value: Fraction) -> str | None:
    """The decimal of a fraction that has a finite one of no more than twelve places."""
    places, power = 0, 1
    while power % value.denominator:
        places, power = places + 1, power * 10
        if places > 12:
            return None
    digits = str(abs(value.numerator) * (power // value.denominator)).rjust(places + 1, "0")
    return ("-" if value < 0 else "") + digits[:-places] + "." + digits[-places:]


def plain_number(value: Number) -> int | float:
    """For JSON: whole numbers as they are, others as the nearest float."""
    return value if isinstance(value, int) else float(value)


def show_rows(array: Array, lang: str = "en") -> list[str]:
    """The rows of the last two axes with their columns in line; a blank line between matrices."""
    texts = [show_number(v, lang) for v in array.values]
    width = max(map(len, texts))
    columns = array.shape[-1]
    rows = [" ".join(t.rjust(width) for t in texts[i : i + columns]) for i in range(0, len(texts), columns)]
    if len(array.shape) < 3:
        return rows
    height = array.shape[-2]
    lines: list[str] = []
    for i in range(0, len(rows), height):
        lines += ([""] if i else []) + rows[i : i + height]
    return lines


def total(values: Iterable[Number]) -> Number:
    """The exact sum."""
    return simple(sum(values, start=0))
