"""Why a formula is wrong: one or two changes of its text that make it right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any, TypeAlias

from convcalc.arithmetic import letters, read_formula, same
from convcalc.errors import ConvcalcError
from convcalc.verify.sheet import Cause, Claim
from convcalc.verify.written import Formulas


def formula_causes(claim: Claim, right: tuple[Any, ...]) -> Iterator[Cause]:
    """One or two changes of the text of each part that is wrong."""
    claimed: Formulas = claim.claimed
    if len(right) == 2 and same(claimed.parts[0][1], right[1]) and same(claimed.parts[1][1], right[0]):
        yield "the axes are swapped", "đổi chỗ hai chiều"
        return
    said: list[Cause] = []
    for number, ((text, value), dim) in enumerate(zip(claimed.parts, right, strict=True), 1):
        if same(value, dim):
            continue
        found = _rewritten(text, dim, letters(dim) | letters(text))
        if found is None:
            return
        part, part_vi = ("", "") if len(right) == 1 else (f"axis {number}: ", f"trục {number}: ")
        said.append((part + "; ".join(en for en, _ in found), part_vi + "; ".join(vi for _, vi in found)))
    if said:
        yield "; ".join(en for en, _ in said), "; ".join(vi for _, vi in said)


# With more letters, there are too many pairs of changes to try.
MOST_LETTERS = 10

Change: TypeAlias = "tuple[Cause, Callable[[str], str]]"


def _rewritten(text: str, dim: Any, known: set[str]) -> list[Cause] | None:
    if len(known) > MOST_LETTERS:
        return None
    changes = list(_changes(text, known))
    for count in (1, 2):
        for together in combinations(changes, count):
            changed = text
            for _, change in together:
                changed = change(changed)
            try:
                if same(read_formula(changed), dim):
                    return [cause for cause, _ in together]
            except ConvcalcError:
                continue
    return None


def _changes(text: str, known: set[str]) -> Iterator[Change]:
    if "ceil" in text or "⌈" in text:
        yield ("floor is right, not ceil", "phải làm tròn xuống (floor), không phải làm tròn lên (ceil)"), lambda t: t.replace("ceil", "floor").replace("⌈", "⌊").replace("⌉", "⌋")  # fmt: skip
    if "/" in text and "floor" not in text and "⌊" not in text:
        yield ("the floor is missing", "thiếu làm tròn xuống (floor)"), _floored
    yield ("the biases are missing: + F", "thiếu bias: + F"), lambda t: f"({t}) + F"
    yield ("the + 1 is missing", "thiếu + 1"), lambda t: f"({t}) + 1"
    yield ("there is a + 1 too many", "thừa + 1"), lambda t: f"({t}) - 1"
    for old in sorted(letters(text)):
        for new in sorted(known - {old}):
            yield (f"{new} is right, not {old}", f"phải là {new}, không phải {old}"), _swap(old, new)
        yield (f"2{old} is right, not {old}", f"phải là 2{old}, không phải {old}"), _swap(old, f"(2*{old})")
        yield (f"{old} is right, not 2{old}", f"phải là {old}, không phải 2{old}"), _halve(old)
        yield (
            (f"{old} should be added, not subtracted, or the other way round", f"sai dấu của {old}"),
            _swap(old, f"(-{old})"),
        )


def _floored(text: str) -> str:
    """The quotient in floor(…), and what is added after it outside."""
    quotient = re.match(r"(.*/\s*(?:[A-Z][0-9]*|[0-9]+|\([^()]*\)))(.*)$", text)
    return f"floor({text})" if quotient is None else f"floor({quotient.group(1)}){quotient.group(2)}"


def _swap(old: str, new: str) -> Callable[[str], str]:
    return lambda text: re.sub(rf"{old}(?![0-9])", new, text)


def _halve(letter: str) -> Callable[[str], str]:
    return lambda text: re.sub(rf"2\s*\*?\s*{letter}(?![0-9])", letter, text)
