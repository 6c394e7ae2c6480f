"""A sheet: what one slide deck claims, page by page, as a TOML file of facts.

source = "lecture3.pdf"            the deck; shown with every claim
title = "Convolutions"

[numbers]                          matrices that claims refer to by name
A = "1 2; 3 4"

[[page]]                           what stands here counts for every claim of the page
page = 7
title = "Padding"
net = "conv 3x3 p1"
input = "1,28,28"

[[page.claim]]
label = "the output"
shape = "1,28,28"                  exactly one key says what is claimed
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from convcalc.errors import ConvcalcError
from convcalc.tomlfile import Lines, load

# Why a claim is wrong, in English and Vietnamese.
Cause: TypeAlias = "tuple[str, str]"

_NAME = re.compile(r"[A-Za-z_]\w*")
# What a claim is about, and what it may be given besides: the keys of a claim.
GIVEN = ("net", "input", "data", "kernel", "bias", "order", "of", "answer", "after", "note")
ABOUT_PAGES = ("page", "title", "line", "claim")
TOP = ("source", "title", "language", "note", "numbers", "page")


@dataclass(frozen=True)
class Claim:
    """One statement of a deck: what kind it is, what is claimed, and what it is claimed of."""

    deck: str
    page: int | str
    label: str
    kind: str
    claimed: Any
    given: dict[str, Any] = field(default_factory=dict)
    where: str = ""  # "sheet.toml, line 12"

    def needs(self, key: str) -> Any:
        """A given value that this kind of claim cannot do without."""
        if key not in self.given:
            raise ConvcalcError("sheet_missing_key", where=self.where, kind=self.kind, key=key)
        return self.given[key]


@dataclass(frozen=True)
class Sheet:
    """All claims of one deck, in the deck's order."""

    deck: str
    title: str
    claims: tuple[Claim, ...]
    titles: dict[int | str, str]  # of the pages


def read_sheet(name: str, text: str) -> Sheet:
    """The sheet in a TOML text; raises `ConvcalcError` with the line and the key of what is wrong."""
    from convcalc.verify import asked, written  # noqa: F401 - their kinds are registered with the others
    from convcalc.verify.kinds import KINDS

    found = load(name, text, "bad_toml")
    lines = Lines(name, text, "page", "claim")
    lines.known_keys(found, TOP, "")
    deck = lines.text(found.get("source", name), "source")
    title = lines.text(found.get("title", ""), "title")
    numbers = found.get("numbers", {})
    if not isinstance(numbers, dict):
        raise lines.wrong("numbers", (0, 0), "a table: [numbers]", "một bảng: [numbers]")
    pages = lines.tables(found.get("page", []), "page", (0, 0), "[[page]]")
    claims: list[Claim] = []
    titles: dict[int | str, str] = {}
    for i, page in enumerate(pages, 1):
        lines.known_keys(page, (*ABOUT_PAGES, *GIVEN), "[[page]]", (i, 0))
        number = page.get("page", i)
        if not isinstance(number, int | str) or isinstance(number, bool):
            raise lines.wrong("page", (i, 0), "a number or a text", "một số hoặc một chuỗi")
        titles[number] = lines.text(page.get("title", ""), "title", (i, 0))
        entries = lines.tables(page.get("claim", []), "claim", (i, 0), "[[page.claim]]")
        shared = {key: page[key] for key in GIVEN if key in page}
        for j, entry in enumerate(entries, 1):
            place = (i, j)
            lines.known_keys(entry, ("label", *GIVEN, *KINDS), "[[page.claim]]", place)
            kinds = [key for key in entry if key in KINDS]
            where = lines.where(kinds[0] if kinds else None, place)
            if len(kinds) != 1:
                raise ConvcalcError(
                    "sheet_one_kind", where=where, found=", ".join(kinds) or "—", known=", ".join(KINDS)
                )
            kind = kinds[0]
            given = shared | {key: entry[key] for key in GIVEN if key in entry}
            for key in ("data", "kernel", "bias"):
                if key in given:
                    given[key] = _numbers(given[key], numbers, lines, key, place)
            claimed = entry[kind]
            if kind == "output" and isinstance(claimed, str) and _NAME.fullmatch(claimed):
                claimed = _numbers(claimed, numbers, lines, kind, place)
            given["inherited"] = tuple(key for key in shared if key not in entry)
            label = lines.text(entry.get("label", ""), "label", place)
            try:
                claims += KINDS[kind].read(Claim(deck, number, label, kind, claimed, given, where))
            except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError, RecursionError):
                expected, expected_vi = "as docs/verify.md says", "đúng như docs/verify.md"
                raise ConvcalcError(
                    "sheet_bad_value", where=where, key=kind, expected=expected, expected_vi=expected_vi
                ) from None
    return Sheet(deck, title, tuple(claims), titles)


def _numbers(value: Any, named: dict[str, Any], lines: Lines, key: str, place: tuple[int, int]) -> str:
    """The text of a matrix: written here, or by the name of one under [numbers]."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = lines.text(value, key, place)
    if _NAME.fullmatch(text):
        if text not in named or not isinstance(named[text], str):
            known = ", ".join(named) or "—"
            raise lines.wrong(key, place, f"a matrix, or a name under [numbers] ({known})", f"một ma trận, hoặc một tên trong [numbers] ({known})")  # fmt: skip
        return str(named[text])
    return text
