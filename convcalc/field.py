"""Receptive fields of whole tensors: an `Axis` for every axis of the input, carried along the tensor's own axes."""

from __future__ import annotations

from collections.abc import Sequence

from convcalc.axis import NOTHING, Axis, fixed, union
from convcalc.compose import compose, spread
from convcalc.formula import Dim
from convcalc.reach import Reach
from convcalc.shape import Shape


class Field:
    """The receptive field along every tensor axis; `sizes` are the input's sizes along its source axes."""

    __slots__ = ("axes", "lost", "sizes")

    def __init__(self, sizes: Shape, axes: tuple[tuple[Axis, ...], ...], lost: frozenset[int] = frozenset()) -> None:
        self.sizes = sizes
        self.axes = axes
        self.lost = lost  # source axes whose pattern is not known

    @classmethod
    def of_input(cls, x: Shape) -> Field:
        """Every input cell sees itself. A flat input has one source axis, any other all but the channels."""
        sizes = x if len(x) == 1 else x[1:]
        axes: list[tuple[Axis, ...]] = [] if len(x) == 1 else [()]
        for source, size in enumerate(sizes):
            axes.append((Axis(source, 1, ((0, 0),), (0, size - 1) if isinstance(size, int) else None),))
        return cls(sizes, tuple(axes))

    @property
    def blocked(self) -> bool:
        """Whether nothing of the input reaches any output."""
        return any(axis.hull == NOTHING for entries in self.axes for axis in entries)

    def report(self) -> list[Axis | None]:
        """One `Axis` for each source axis, None where it is not known."""
        found: dict[int, Axis] = {axis.source: axis for entries in self.axes for axis in entries}
        return [found.get(i) for i in range(len(self.sizes))]

    def through(self, x: Shape, y: Shape, reaches: Sequence[Reach | None]) -> Field:
        """The field after a layer from x to y that sees `reaches[i]` along spatial axis i (tensor axis i + 1)."""
        axes = list(self.axes)
        lost = self.lost
        for i, reach in enumerate(reaches, 1):
            if i > 1 and _alike(self.axes, x, y, reaches, i) and axes[i - 1]:
                axes[i] = (axes[i - 1][0]._replace(source=axes[i][0].source),)
                continue
            kept = []
            plain = None if axes[i] or reach is None else spread(_PLAIN, reach, x[i], y[i])
            if plain is not None and plain.hull == NOTHING:
                nothing = [Axis(source, 0, (NOTHING,), NOTHING) for source in range(len(self.sizes))]
                return Field(self.sizes, (tuple(nothing), *(() for _ in axes[1:])))
            for axis in axes[i]:
                new = None if reach is None else compose(axis, reach, x[i], y[i])
                if new is None:
                    lost = lost | {axis.source}
                else:
                    kept.append(new)
            axes[i] = tuple(kept)
        return Field(self.sizes, tuple(axes), lost)

    def whole(self, x: Shape, which: Sequence[int]) -> Field:
        """The field after a layer whose every output sees all cells along the tensor axes `which` of its input x."""
        axes = list(self.axes)
        lost = self.lost
        for i in which:
            kept = [(a, fixed(a, x[i], self.sizes[a.source])) for a in axes[i]]
            axes[i] = tuple(new for _, new in kept if new is not None)
            lost |= {old.source for old, new in kept if new is None}
        return Field(self.sizes, tuple(axes), lost)

    def forget(self, which: Sequence[int]) -> Field:
        """The field where what lies along the tensor axes `which` is mixed in a way that no interval describes."""
        gone = {axis.source for i in which for axis in self.axes[i]}
        if not gone:
            return self
        axes = tuple(() if i in which else entries for i, entries in enumerate(self.axes))
        return Field(self.sizes, axes, self.lost | gone)

    def over_channels(self, x: Shape, groups: Dim = 1) -> Field:
        """The field after the channels are mixed, which matters only where a source axis was moved to their place."""
        if not self.axes[0]:
            return self
        return self.whole(x, [0]) if groups == 1 else self.forget([0])

    def flatten(self, x: Shape, first: int, last: int) -> Field:
        """The field after the tensor axes first to last become one."""
        if first == last:
            return self
        merged = []
        for i in range(first, last + 1):
            for axis in self.axes[i]:
                together = fixed(axis, x[i], self.sizes[axis.source])
                hull = axis.hull or (None if together is None else together.intervals[0])
                merged.append(axis if axis.step == 0 else axis._replace(step=None, hull=hull))
        axes = (*self.axes[:first], tuple(merged), *self.axes[last + 1 :])
        return Field(self.sizes, axes, self.lost)

    def reordered(self, order: Sequence[int | None]) -> Field:
        """The field with tensor axis i taken from `order[i]`; None is a new axis that sees nothing by itself."""
        return Field(self.sizes, tuple(() if i is None else self.axes[i] for i in order), self.lost)

    def stretched(self, x: Shape, y: Shape) -> Field:
        """The field after axes of size 1 are repeated to the size they have in y."""
        wide = [i for i, (a, b) in enumerate(zip(x, y, strict=True)) if a == 1 and b != 1]
        return self.whole(x, wide) if wide else self


def _alike(axes: Sequence[tuple[Axis, ...]], x: Shape, y: Shape, reaches: Sequence[Reach | None], i: int) -> bool:
    """Whether tensor axis i goes through a layer just as the axis before it, as height and width mostly do."""
    mine, before = axes[i], axes[i - 1]
    return (
        len(mine) == len(before) == 1
        and x[i] == x[i - 1]
        and y[i] == y[i - 1]
        and (reaches[i - 1] is reaches[i - 2] or reaches[i - 1] == reaches[i - 2])
        and mine[0][1:] == before[0][1:]
    )


# An axis that is none of the input's own, such as the numbers of a word's vector.
_PLAIN = Axis(-1, 0, ((0, 0),), (0, 0))


def merge(fields: Sequence[Field]) -> Field:
    """The field of a sum or a concatenation: what any of the branches sees."""
    # A branch that nothing gets through along one axis, its bias apart, sees nothing along the others either.
    first, *rest = [f for f in fields if not f.blocked] or fields[:1]
    for other in rest:
        axes: list[tuple[Axis, ...]] = []
        lost = first.lost | other.lost
        for mine, theirs in zip(first.axes, other.axes, strict=True):
            if mine is theirs:
                axes.append(mine)
            elif len(mine) == len(theirs) == 1 and mine[0].source == theirs[0].source:
                axes.append((union(mine[0], theirs[0], first.sizes[mine[0].source]),))
            else:
                found = {axis.source: axis for axis in mine}
                for axis in theirs:
                    seen = found.get(axis.source)
                    found[axis.source] = axis if seen is None else union(seen, axis, first.sizes[axis.source])
                axes.append(tuple(found.values()))
        places = [axis.source for entries in axes for axis in entries]
        if len(set(places)) < len(places):  # an input axis along two tensor axes at once: no interval says that
            lost |= {source for source in places if places.count(source) > 1}
        if lost:
            axes = [tuple(axis for axis in entries if axis.source not in lost) for entries in axes]
        first = Field(first.sizes, tuple(axes), lost)
    return first
