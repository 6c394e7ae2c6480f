"""What is right, and how a text compares with it; one of the texts of the choices."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from convcalc.quiz.reading import Unreadable, clean


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
