"""Numbers as slides give them: exact, or approximate with the tolerance that their digits imply."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from convcalc.errors import ConvcalcError

_WORDS = {"thousand": 3, "nghìn": 3, "million": 6, "triệu": 6, "billion": 9, "tỷ": 9, "tỉ": 9, "k": 3, "m": 6, "g": 9}
_AMOUNT = re.compile(
    r"(?P<about>about|around|~|≈|khoảng)?\s*(?P<digits>[0-9][0-9,_ ]*(?:\.[0-9]+)?)\s*"
    r"(?:(?:e|[x×*]\s*10\s*\^?)\s*(?P<power>[0-9]{1,2})|(?P<word>[a-zỷỉệìA-Z]+))?",
    re.IGNORECASE,
)


class Amount(NamedTuple):
    """A claimed number: its text, its value, and by how much the right one may differ."""

    text: str
    value: Fraction
    tolerance: Fraction

    def fits(self, right: int | Fraction) -> bool:
        return abs(self.value - right) <= self.tolerance

    @property
    def exact(self) -> bool:
        return self.tolerance == 0


def read_amount(given: object, where: str) -> Amount:
    """57029322 and "57,029,322" are exact; "138 million", "1.8e9", "~140,000,000" are good to half their last digit.

    The last digit of an approximate whole number is the last one that is not zero: 140,000,000 means 135 to 145 million.
    """
    if isinstance(given, int) and not isinstance(given, bool):
        return Amount(str(given), Fraction(given), Fraction(0))
    text = str(given).strip()[:200]
    found = _AMOUNT.fullmatch(text)
    word = found.group("word") if found else None
    if found is None or isinstance(given, bool) or (word is not None and word.lower() not in _WORDS):
        raise ConvcalcError("sheet_bad_amount", where=where, text=text[:60])
    written = found.group("digits").strip()
    if re.fullmatch(r"[0-9]+,[0-9]{1,2}", written):  # 61,1 triệu
        written = written.replace(",", ".")
    digits = re.sub(r"[,_ ]", "", written)
    power = int(found.group("power") or 0) + (_WORDS[word.lower()] if word else 0)
    value = Fraction(digits) * 10**power
    places = len(digits.partition(".")[2])
    if found.group("about") and not places:
        unit = Fraction(10) ** (power + len(digits) - len(digits.rstrip("0")))
    elif found.group("power") or word or places:
        unit = Fraction(10) ** (power - places)
    else:
        return Amount(text, value, Fraction(0))
    return Amount(text, value, unit / 2)


def scientific(value: Fraction, unit: Fraction) -> str:
    """3.9 · 10^9, or 138 · 10^6: a rounded number with the digits that its unit leaves."""
    power = 9 if value >= 10**9 else 6 if value >= 10**6 else 0
    scaled, step = value / 10**power, unit / 10**power
    places = 0
    while step < 1 and places < 9:
        step, places = step * 10, places + 1
    return f"{float(scaled):.{places}f}" + (f" · 10^{power}" if power else "")
