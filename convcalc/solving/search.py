"""All values of a group of unknowns that meet its needs.

The last letter of a group is never tried: its values are an interval, worked out from the closed form with the others put in
(`interval.preimage`). Only the letters before it are gone through, up to their bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from convcalc.errors import ConvcalcError
from convcalc.formula import Formula
from convcalc.solving.interval import ANY, Interval, preimage
from convcalc.solving.needs import Need, Unknown

# The letters that are tried come first: those with few values; what an interval finds best comes last.
_ORDER = ("stride", "dilation", "groups", "output_padding", "kernel_size", "padding")
# How far beyond its smallest value a letter without a usual bound is tried, where others depend on it.
FAR = 500
# Partial assignments looked at before the search gives up: some seconds.
MOST_TRIED = 200_000


def assignments(unknowns: Sequence[Unknown], needs: Sequence[Need], most: int) -> Iterator[dict[str, int]]:
    """Every assignment (inside formulas, so at least 1) that meets all needs, letters tried up to their bounds.

    Raises `ConvcalcError` where there are too many to try.
    """
    order = sorted(unknowns, key=lambda u: _ORDER.index(u.role) if u.role in _ORDER else len(_ORDER))
    tried = 0

    def go(depth: int, needs: list[Need], values: dict[str, int]) -> Iterator[dict[str, int]]:
        nonlocal tried
        if depth == len(order):
            yield dict(values)
            return
        unknown = order[depth]
        last = depth == len(order) - 1
        found, open_needs = allowed(unknown, needs, last)
        for x in numbers(found, unknown, most, last):
            tried += 1
            if tried > MOST_TRIED:
                raise ConvcalcError("too_many_unknowns", count=MOST_TRIED)
            values[unknown.name] = x
            rest = _left(open_needs, unknown.name, x)
            if rest is not None:
                yield from go(depth + 1, rest, values)
        values.pop(unknown.name, None)

    constant = [need for need in needs if not need.letters]
    if all(need.holds for need in constant):
        yield from go(0, [need for need in needs if need.letters], {})


def allowed(unknown: Unknown, needs: Sequence[Need], last: bool) -> tuple[Interval, list[Need]]:
    """The interval that the needs in this letter alone leave, and the needs that are still to be looked at."""
    found, still = ANY, []
    for need in needs:
        letters = need.letters
        if need.divisor is None and letters == {unknown.name}:
            exact = preimage(need.f, unknown.name, need.low, need.high)
            if exact is not None:
                found = found.meet(exact)
                continue
        elif not last and need.high is not None and unknown.name in letters:
            found = found.meet(_at_best(need, unknown.name))
        still.append(need)
    return found, still


def _at_best(need: Need, letter: str) -> Interval:
    """Where f only grows in its other letters, no value is possible that is too large already when those are 1."""
    f = need.f
    if not isinstance(f, Formula) or any(
        any(atom.kind != "letter" for atom in monomial) or (factor < 0 and monomial)
        for monomial, factor in f.expanded.items()
    ):
        return ANY
    alone = f.at(dict.fromkeys(f.letters() - {letter}, 1))
    return preimage(alone, letter, None, need.high) or ANY


def numbers(found: Interval, unknown: Unknown, most: int, last: bool) -> range:
    """The values to go through: the whole interval, but no further than the letter's bound; where it has no end, some."""
    if unknown.most is not None:
        high = unknown.most + unknown.shift if found.high is None else min(found.high, unknown.most + unknown.shift)
    elif found.high is not None:
        high = min(found.high, found.low + MOST_TRIED)
    else:
        high = found.low + (most if last else max(most, FAR))
    return range(found.low, high + 1)


def _left(needs: Sequence[Need], letter: str, x: int) -> list[Need] | None:
    """The needs with x put in; None if one of them fails."""
    rest = []
    for need in needs:
        after = need.at({letter: x}) if letter in need.letters else need
        if isinstance(after.f, int) and (after.divisor is None or isinstance(after.divisor, int)):
            if not after.holds:
                return None
        else:
            rest.append(after)
    return rest
