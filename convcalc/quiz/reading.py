"""Numbers and shapes as students write them.

A text that cannot be read, or that could mean two things, raises `Unreadable`: that is not a wrong answer.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, TypeAlias

from convcalc.arithmetic import as_dim, read_formula
from convcalc.errors import ConvcalcError
from convcalc.numbers import Number, simple

# English and Vietnamese.
Two: TypeAlias = "tuple[str, str]"


class Unreadable(Exception):
    """A text that is no answer, with the reason in both languages."""

    def __init__(self, en: str, vi: str, ambiguous: bool = False) -> None:
        super().__init__(en)
        # what a student typed is shown in terminals: nothing in it may move a cursor
        self.said: Two = (_printable(en), _printable(vi))
        self.ambiguous = ambiguous


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


LONGEST = 2000
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]+)*|[.,][0-9]+)")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})+")
_UNITS = re.compile(
    r"\s*(?:tham số|params?|parameters?|macs?|phép nhân-cộng|bytes?|byte|ô|cells?|giá trị|values?)\.?$", re.IGNORECASE
)


def read_number(text: str) -> Number:
    """A number as people write it: 1216, 31.5, 31,5, 1,234,567, 5/2, 3*3*16 + 16.

    One mark with exactly three digits after it, 1,216 or 1.216, could mean two things and is asked about.
    """
    plain = clean(text)
    plain = _UNITS.sub("", plain).strip().removeprefix("=").strip()
    if not plain:
        raise Unreadable("write a number", "viết một số")
    plain = re.sub(r"^\+\s*(?=[0-9.,])", "", plain)
    if re.search(r"[*×·+/()]|(?<=[0-9)\s])-", plain):
        return _sum(plain)
    joined = re.sub(r"(?<=[0-9]) (?=[0-9]{3}(?:[^0-9]|$))", "", plain)  # 1 234 567
    if _NUMBER.fullmatch(joined) is None:
        raise Unreadable(f"'{plain[:40]}' is not a number", f"'{plain[:40]}' không phải là số")
    marks = [c for c in joined if c in ".,"]
    if not marks:
        return int(joined)
    if len(set(marks)) == 1 and len(marks) > 1:  # 1,234,567: one mark several times is for thousands
        if _GROUPED.fullmatch(joined) is None:
            raise Unreadable(f"'{plain[:40]}' is not a number", f"'{plain[:40]}' không phải là số")
        return int(joined.replace(marks[0], ""))
    if len(marks) > 1:  # 1.234,5: the last is for decimals
        whole, _, decimals = joined.rpartition(marks[-1])
        if marks.count(marks[-1]) > 1 or re.fullmatch(r"[+-]?[0-9]{1,3}(?:[.,][0-9]{3})+", whole) is None:
            raise Unreadable(f"'{plain[:40]}' is not a number", f"'{plain[:40]}' không phải là số")
        return simple(Fraction(re.sub(r"[.,]", "", whole) + "." + decimals))
    whole, _, decimals = joined.rpartition(marks[0])
    if len(decimals) == 3 and whole.lstrip("+-") not in ("", "0") and len(whole.lstrip("+-")) <= 3:
        thousands, decimal = whole + decimals, f"{whole}.{decimals}"
        raise _two_meanings(plain, thousands, decimal)
    return simple(Fraction(f"{whole or 0}.{decimals}"))


def _two_meanings(text: str, thousands: str, decimal: str) -> Unreadable:
    return Unreadable(
        f"'{text[:40]}' could be {thousands} or {decimal}: write it without a mark, or with more decimals",
        f"'{text[:40]}' có thể là {thousands} hoặc {decimal.replace('.', ',')}: hãy viết liền, hoặc thêm chữ số thập phân",
        True,
    )


def _sum(text: str) -> Number:
    """A sum of numbers that a student wrote out."""
    value: Any
    for number in re.findall(r"(?<![0-9.,])[1-9][0-9]{0,2}[.,][0-9]{3}(?![0-9.,])", text):
        raise _two_meanings(number, re.sub(r"[.,]", "", number), number.replace(",", "."))
    try:
        value = as_dim(read_formula(text.replace(",", ".") if re.search(r"[0-9],[0-9]", text) else text))
    except ConvcalcError:
        value = None
    if not isinstance(value, int | Fraction):
        raise Unreadable(f"'{text[:40]}' is not a number", f"'{text[:40]}' không phải là số")
    return simple(value)


def clean(text: str) -> str:
    """The text without what never matters; a text that is too long raises `Unreadable`."""
    if len(text) > LONGEST:
        raise Unreadable("the answer is too long", "câu trả lời quá dài")
    return text.strip().replace("−", "-").replace("\u00a0", " ")


def read_sizes(text: str, count: int | None) -> tuple[int, ...]:
    """(32, 24, 24), [32, 24, 24], 32x24x24, 32 24 24, torch.Size([32, 24, 24]); a batch of -1 in front is left out."""
    plain = clean(text)
    plain = re.sub(r"^(?:torch\.Size|shape)\s*[=:]?\s*", "", plain, flags=re.IGNORECASE)
    plain = plain.strip("()[]{} .")
    words = [word for word in re.split(r"[\s,;x×*]+", plain) if word]
    if not words or any(re.fullmatch(r"-?[0-9]{1,12}", word) is None for word in words):
        raise Unreadable(
            f"'{text.strip()[:40]}' is not a shape; write it as (32, 24, 24)",
            f"'{text.strip()[:40]}' không phải là shape; viết dạng (32, 24, 24)",
        )
    if count == 1 and re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", plain):
        raise Unreadable(
            f"'{plain}' could be one size or two: write it without a mark",
            f"'{plain}' có thể là một hoặc hai kích thước: hãy viết liền",
            True,
        )
    sizes = tuple(int(word) for word in words)
    if count is not None and len(sizes) == count + 1 and sizes[0] == -1:
        sizes = sizes[1:]
    return sizes
