"""What must hold of the unknown letters: equations and limits over formulas, read off a trace with letters in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from convcalc.formula import Dim, Formula
from convcalc.shape import Condition

# Fields whose letters have no usual bound: numbers of kernels, channels and features.
COUNTS = ("out_channels", "out_features", "in_channels", "in_features", "num_features")


class Unknown(NamedTuple):
    """A letter that is looked for.

    `role` is the field where it stands (kernel_size, padding, …), or "size" or "channels" of the input; `least` its smallest value. Formulas know
    positive letters only, so where 0 is allowed the letter in them is the value plus one (`shift`). `most` is how far it is
    tried where no closed form bounds it; None for sizes and counts, which have no usual bound.
    """

    name: str
    role: str
    least: int
    most: int | None

    @property
    def shift(self) -> int:
        return 1 if self.least == 0 else 0


class Need(NamedTuple):
    """low ≤ f ≤ high; or, with `divisor`, that it divides f. `goal` says which wish it is (an axis of the output, "params", …); None for a limit."""

    f: Dim
    low: int | None
    high: int | None
    goal: int | str | None = None
    divisor: Dim | None = None
    sampled: bool = False  # of a goal for every size of the input: what it is at one of them

    @property
    def letters(self) -> frozenset[str]:
        found = self.f.letters() if isinstance(self.f, Formula) else set()
        return frozenset(found | self.divisor.letters() if isinstance(self.divisor, Formula) else found)

    def at(self, values: Mapping[str, Dim]) -> Need:
        """With numbers put in for some letters."""
        f, divisor = (part.at(values) if isinstance(part, Formula) else part for part in (self.f, self.divisor))
        assert f is not None
        return self._replace(f=f, divisor=divisor)

    @property
    def holds(self) -> bool:
        """Whether it is true, once no letter is left."""
        assert isinstance(self.f, int)
        if self.divisor is not None:
            assert isinstance(self.divisor, int)
            return self.divisor > 0 and self.f % self.divisor == 0
        return (self.low is None or self.f >= self.low) and (self.high is None or self.f <= self.high)


def limit(condition: Condition) -> Need:
    """The need that a condition of a layer is."""
    if condition.relation == "divides":
        return Need(condition.right, None, None, None, condition.left)
    return Need(condition.left - condition.right, 0, 0 if condition.relation == "==" else None)


def connected(unknowns: Sequence[Unknown], needs: Sequence[Need]) -> list[tuple[list[Unknown], list[Need]]]:
    """The unknowns in groups that no need joins, each with its needs; each group can be solved alone."""
    groups: list[tuple[set[str], list[Need]]] = [({u.name}, []) for u in unknowns]
    for need in needs:
        letters = need.letters
        if not letters:
            continue
        joined: tuple[set[str], list[Need]] = (set(), [need])
        apart = []
        for group in groups:
            if group[0] & letters:
                joined[0].update(group[0])
                joined[1].extend(group[1])
            else:
                apart.append(group)
        groups = [*apart, joined]
    order = {u.name: i for i, u in enumerate(unknowns)}
    place = {id(need): i for i, need in enumerate(needs)}
    found = [
        ([u for u in unknowns if u.name in names], sorted(inside, key=lambda need: place[id(need)]))
        for names, inside in groups
    ]
    return sorted(found, key=lambda group: min(order[u.name] for u in group[0]) if group[0] else -1)
