"""Where branches meet: sums, products and concatenations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convcalc.errors import Lazy, ShapeError
from convcalc.field import Field, merge
from convcalc.formula import Dim
from convcalc.notation import value_of
from convcalc.shape import Shape, require, show_shape


class Merge:
    """Where branches meet: what becomes of their shapes and fields."""

    name = ""
    rule = rule_vi = hint = hint_vi = ""
    keeps = "input"  # for the backward pass, as of a layer

    def shape(self, xs: Sequence[Shape], what: str) -> Shape:
        raise NotImplementedError

    def weights(self, xs: Sequence[Shape]) -> dict[str, Shape]:
        """The learned tensors; sums, products and concatenations have none."""
        return {}

    def macs(self, xs: Sequence[Shape], y: Shape) -> Dim:
        """Multiply-adds; none for sums, products and concatenations."""
        return 0

    def field(self, fields: Sequence[Field], xs: Sequence[Shape], y: Shape) -> Field:
        return merge(fields)

    def said(self, xs: Sequence[Shape], what: str) -> dict[str, Any]:
        """What an error of branches that do not meet names."""
        return {
            "layer_name": what, "what": what, "shapes": Lazy(lambda: ", ".join(map(show_shape, xs))),
            "rule": self.rule, "rule_vi": self.rule_vi, "hint": self.hint, "hint_vi": self.hint_vi,
        }  # fmt: skip

    def same_axes(self, xs: Sequence[Shape], what: str, first: int) -> None:
        """Require equal sizes from axis `first` on."""
        head = xs[0][first:]
        if all(x[first:] == head for x in xs):
            return
        values = self.said(xs, what)
        for other in xs[1:]:
            if len(other) != len(xs[0]):
                raise ShapeError("branches_differ", **values)
            for a, b in zip(xs[0][first:], other[first:], strict=True):
                require(a, "==", b, "branches_differ", **values)


class Add(Merge):
    """The sum of branches of one shape."""

    keeps = "nothing"
    name = "add"
    rule = "to be added they must be equal"
    rule_vi = "muốn cộng thì shape phải bằng nhau"
    hint = "Give the branches the same stride and number of channels; a shortcut can change both: residual(BODY | conv F@1x1 sS)."
    hint_vi = "Cho các nhánh cùng stride và số channel; nhánh tắt có thể đổi cả hai: residual(BODY | conv F@1x1 sS)."

    def shape(self, xs: Sequence[Shape], what: str) -> Shape:
        self.same_axes(xs, what, 0)
        return xs[0]


class Mul(Merge):
    """The product of branches; a size of 1 stretches, as a gate per channel (C, 1, 1) does."""

    name = "mul"
    rule = "to be multiplied, sizes must be equal (in letters: the same formula) or 1"
    rule_vi = "muốn nhân thì các kích thước phải bằng nhau (với chữ: cùng một công thức) hoặc bằng 1"

    def shape(self, xs: Sequence[Shape], what: str) -> Shape:
        wide = tuple(max_of_sizes(sizes) for sizes in zip(*xs, strict=False))
        stretched = [tuple(w if s == 1 else s for s, w in zip(x, wide, strict=False)) for x in xs]
        if any(len(x) != len(wide) for x in xs):
            stretched = list(xs)
        if any(
            a != b and not (isinstance(value_of(a), int) and isinstance(value_of(b), int))
            for x in stretched
            for a, b in zip(x, wide, strict=False)
        ):
            # Whether a letter is 1, and so stretches, is not known: no single condition says when these meet.
            raise ShapeError("branches_differ", **self.said(xs, what))
        self.same_axes(stretched, what, 0)
        return wide

    def field(self, fields: Sequence[Field], xs: Sequence[Shape], y: Shape) -> Field:
        return merge([f.stretched(x, y) for f, x in zip(fields, xs, strict=True)])


class Cat(Merge):
    """Branches side by side along the channels."""

    keeps = "nothing"
    name = "cat"
    rule = "to be joined along the channels, all other sizes must be equal"
    rule_vi = "muốn nối theo channel thì các kích thước còn lại phải bằng nhau"
    hint = "Give the branches the same stride, and padding that keeps the size."
    hint_vi = "Cho các nhánh cùng stride và padding giữ nguyên kích thước."

    def shape(self, xs: Sequence[Shape], what: str) -> Shape:
        self.same_axes(xs, what, 1)
        total: Dim = 0
        for x in xs:
            total = total + x[0]
        return (total, *xs[0][1:])

    def field(self, fields: Sequence[Field], xs: Sequence[Shape], y: Shape) -> Field:
        # Side by side along axis 0, an input axis that was moved there no longer lies in a row.
        return merge([f.whole(x, [0]) for f, x in zip(fields, xs, strict=True)])


MERGES: dict[str, Merge] = {m.name: m for m in (Add(), Mul(), Cat())}


def max_of_sizes(sizes: Sequence[Dim]) -> Dim:
    """The size that is not 1, if there is one."""
    return next((s for s in sizes if value_of(s) != 1), 1)
