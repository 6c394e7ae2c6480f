"""All values of a group of unknowns that meet its needs, as runs: numbers for all letters but one, and the interval of that one.

The last letter of a group is never tried: its values are worked out from the closed form with the others put in, or by halving where
the formula grows or falls with it. Only the letters before it are gone through, up to their bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from convcalc.errors import ConvcalcError
from convcalc.formula import Formula
from convcalc.solving.evaluated import evaluated
from convcalc.solving.growth import direction
from convcalc.solving.interval import ANY, Form, Interval, form_of, preimage
from convcalc.solving.needs import Need, Unknown

# The letters that are tried come first: those with few values; what an interval finds best comes last.
_ORDER = ("stride", "dilation", "groups", "output_padding", "kernel_size", "padding")
# Numbers for all letters but the last that are looked at, a second or two; beyond, the letters are tried less far.
MOST_TRIED = 150_000
# Where letters could not even be tried so far, there are too many of them.
LEAST_TRIED = 4
# How far beyond its smallest value a letter without a bound of its own is tried, where no form bounds it.
FAR = 500


class Run(NamedTuple):
    """Every number of the interval for the letter goes with these values of the others (all as inside formulas)."""

    values: dict[str, int]
    letter: str
    interval: Interval

    def assignments(self, most: int, from_above: bool = False) -> Iterator[dict[str, int]]:
        """Some of them, from the lower end or from the upper one."""
        low, high = self.interval
        if from_above and high is not None:
            numbers = range(high, max(low - 1, high - most), -1)
        else:
            numbers = range(low, low + most if high is None else min(high + 1, low + most))
        for x in numbers:
            yield self.values | {self.letter: x}


class Found:
    """One group of unknowns with its runs. `bound`: some letter was only tried so far; `interval`: of a letter that is alone."""

    def __init__(self, unknowns: list[Unknown], needs: list[Need], most: int) -> None:
        self.needs = needs
        if len(unknowns) == 1:
            unknowns = [unknowns[0]._replace(most=None)]
        order = sorted(unknowns, key=lambda u: _ORDER.index(u.role) if u.role in _ORDER else len(_ORDER))
        # the letters that are tried first are those with a bound
        order.sort(key=lambda u: u.most is None)
        self.unknowns, self.order = unknowns, order
        self.bound: int | None = None
        self.runs = list(self._runs(needs, self._affordable(most)))
        self.interval = (
            self.runs[0].interval if len(unknowns) == 1 and len(self.runs) == 1 and self.bound is None else None
        )

    @property
    def count(self) -> int | None:
        """How many assignments there are; None where there is no end."""
        counts = [run.interval.size for run in self.runs]
        return None if None in counts else sum(n for n in counts if n is not None)

    def _affordable(self, most: int) -> int:
        """How far letters can be tried: as far as is asked, or less where there are very many."""
        tried = [u for u in self.order[:-1] if u.most is not None]
        if tried:
            self.bound = most
        while tried and (most + 1) ** len(tried) > MOST_TRIED:
            most -= 1
            self.bound = most
            if most < LEAST_TRIED:
                raise ConvcalcError("too_many_unknowns", count=MOST_TRIED)
        return most

    def limits_only(self, most: int) -> Iterator[Run]:
        """The runs that the layers' own limits allow, whatever the goal."""
        yield from self._runs([need for need in self.needs if need.goal is None], self._affordable(most))

    def only(self, goals: Sequence[Need], most: int) -> Iterator[Run]:
        """The runs that meet these goals within the limits."""
        yield from self._runs([*(need for need in self.needs if need.goal is None), *goals], self._affordable(most))

    def _runs(self, needs: Sequence[Need], most: int) -> Iterator[Run]:
        places = {u.name: i for i, u in enumerate(self.order)}
        # a need is looked at as soon as its last letter has its turn
        at: list[list[Need]] = [[] for _ in self.order]
        for need in needs:
            if need.letters:
                at[max(places[name] for name in need.letters)].append(need)
            elif not need.holds:
                return
        turns = [_Turn(unknown, at[i], needs, self.order[i + 1 :]) for i, unknown in enumerate(self.order)]
        tried = 0
        values: dict[str, int] = {}

        def go(depth: int) -> Iterator[Run]:
            nonlocal tried
            turn = turns[depth]
            name = turn.unknown.name
            last = depth == len(turns) - 1
            found = turn.allowed(values, last)
            if found.empty:
                return
            if last and turn.exact:
                high = found.high
                if turn.unknown.most is not None:
                    cap = most + turn.unknown.shift
                    high = cap if high is None else min(high, cap)
                if high is None or high >= found.low:
                    yield Run(dict(values), name, Interval(found.low, high))
                return
            for x in self._numbers(found, turn.unknown, most):
                tried += 1
                if tried > 2 * MOST_TRIED:
                    raise ConvcalcError("too_many_unknowns", count=2 * MOST_TRIED)
                values[name] = x
                if all(check(values) for check in turn.checks):
                    if last:
                        yield Run({k: v for k, v in values.items() if k != name}, name, Interval(x, x))
                    else:
                        yield from go(depth + 1)
            values.pop(name, None)

        yield from go(0)

    def _numbers(self, found: Interval, unknown: Unknown, most: int) -> range:
        """The values to try: the whole interval, but no further than the letter's bound; where it has no end, some, which is noted."""
        if unknown.most is not None:
            cap = most + unknown.shift
            return range(found.low, (cap if found.high is None else min(found.high, cap)) + 1)
        if found.high is not None and found.high - found.low <= 2 * MOST_TRIED:
            return range(found.low, found.high + 1)
        self.bound = max(self.bound or 0, found.low + FAR)
        return range(found.low, found.low + FAR + 1)


class _Turn:
    """A letter's turn: what the needs that end with it allow, the letters before it being numbers."""

    def __init__(
        self, unknown: Unknown, needs: Sequence[Need], every: Sequence[Need], later: Sequence[Unknown]
    ) -> None:
        self.unknown = unknown
        name = unknown.name
        self.forms: list[tuple[Form, Need]] = []
        self.others: list[Need] = []
        self.checks: list[Callable[[dict[str, int]], bool]] = []
        for need in needs:
            form = None if need.divisor is not None else form_of(need.f, name)
            if form is not None:
                self.forms.append((form, need))
            else:
                self.others.append(need)
                self.checks.append(_check(need))
        self.exact = not self.others
        # Where a goal only grows with the letters to come, it bounds this one already when they are at their least.
        self.ahead = [need for need in every if need.high is not None and name in need.letters and need not in needs]
        self.least = {u.name: _least(u, every) for u in (unknown, *later)}

    def allowed(self, values: dict[str, int], last: bool) -> Interval:
        """The interval that the needs leave; `exact` then says whether it is all there is to look at."""
        found = ANY
        for form, need in self.forms:
            one = form.interval(values, need.low, need.high)
            if one is None:
                self._look_at(need)
            else:
                found = found.meet(one)
                if found.empty:
                    return found
        if last and self.others:
            self.exact = True
            for need in self.others:
                one = None
                if need.divisor is None:
                    f = need.f.at(dict(values)) if isinstance(need.f, Formula) else need.f
                    one = preimage(f, self.unknown.name, need.low, need.high, found.low)
                if one is None:
                    self.exact = False
                else:
                    found = found.meet(one)
        for need in self.ahead:
            found = found.meet(self._at_best(need, values))
        return found

    def _look_at(self, need: Need) -> None:
        if need not in self.others:
            self.others.append(need)
            self.checks.append(_check(need))
            self.exact = False

    def _at_best(self, need: Need, values: dict[str, int]) -> Interval:
        f = need.f
        if not isinstance(f, Formula):
            return ANY
        least = {name: value for name, value in self.least.items() if name in f.letters()}
        if any(direction(f, name, {**dict.fromkeys(f.letters(), 1), **least, **values}) != 1 for name in least):
            return ANY
        alone = f.at({**{k: v for k, v in least.items() if k != self.unknown.name}, **values})
        return preimage(alone, self.unknown.name, None, need.high, self.least[self.unknown.name]) or ANY


def _least(unknown: Unknown, needs: Sequence[Need]) -> int:
    """The smallest value that the needs in this letter alone allow."""
    least = 1
    for need in needs:
        if need.letters == {unknown.name} and need.divisor is None and need.low is not None:
            form = form_of(need.f, unknown.name)
            one = None if form is None else form.interval({}, need.low, need.high)
            least = max(least, one.low) if one is not None else least
    return least


def _check(need: Need) -> Callable[[dict[str, int]], bool]:
    f = evaluated(need.f)
    if need.divisor is not None:
        divisor = evaluated(need.divisor)
        return lambda values: divisor(values) > 0 and f(values) % divisor(values) == 0
    low, high = need.low, need.high
    return lambda values: (low is None or f(values) >= low) and (high is None or f(values) <= high)
