"""Numbers, shapes, and several sizes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from convcalc.numbers import Number, show_number
from convcalc.quiz.answers.base import Answer
from convcalc.quiz.reading import Unreadable, clean, read_number, read_sizes
from convcalc.shape import show_shape


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
        return rounded(given, wrong)

    def show(self, value: Number, lang: str) -> str:
        return show_number(value, lang)

    def plain(self) -> Any:
        return self.value if isinstance(self.value, int) else float(self.value)


def rounded(given: Number, exact: Number) -> bool:
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
