"""Formulas, equal for all numbers or not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from convcalc.arithmetic import Ratio, read_formula, same
from convcalc.errors import ConvcalcError
from convcalc.formula import Dim
from convcalc.notation import show
from convcalc.quiz.answers.base import Answer
from convcalc.quiz.reading import Unreadable, clean


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
