"""Moving axes about without touching a value: flattening, swapping, squeezing, reshaping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.errors import Lazy, ShapeError
from convcalc.field import Field
from convcalc.layers.base import Axes, Layer, layer, token
from convcalc.notation import show, value_of
from convcalc.shape import Shape, product, require, show_shape, show_sizes

if TYPE_CHECKING:
    from torch import nn


@layer("flatten", torch="Flatten", args="start_dim end_dim")
class Flatten(Layer):
    """All axes in a row: (C, M, N) → (C·M·N,). `start_dim` and `end_dim` count as in torch, the batch axis being 0."""

    keeps = "view"
    start_dim: int = token("int", 1, least=1)
    end_dim: int = token("int", -1, least=-8)

    moves_only = True
    examples = (
        ("flatten", "16,5,5"),
        ("flatten", "7"),
        ("flatten start_dim=2", "3,4,5"),
        ("flatten end_dim=2", "3,4,5"),
    )

    def _range(self, x: Shape) -> tuple[int, int]:
        """The first and last axis to join, without the batch axis."""
        first = self.start_dim - 1
        last = self.end_dim - 1 if self.end_dim >= 0 else len(x) + self.end_dim
        if not 0 <= first <= last < len(x):
            axes = f"{self.start_dim}…{self.end_dim}"
            raise ShapeError("no_such_axis", layer_name=self.name, axis=axes, shape=show_shape(x), count=len(x))
        return first, last

    def shape(self, x: Shape) -> Shape:
        first, last = self._range(x)
        return (*x[:first], product(x[first : last + 1]), *x[last + 1 :])

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        return f.flatten(x, *self._range(x))


@layer("transpose")
class Transpose(Layer):
    """Swap two axes, counted as in torch (the batch axis is 0): (L, D) → (D, L), which a 1-d convolution over words needs."""

    keeps = "nothing"
    dim0: int = token("int", 1, place="plain", least=1)
    dim1: int = token("int", 2, place="plain", least=1)

    output_axes = ()  # which is which, only its user knows
    moves_only = True
    examples = (("transpose", "7,4"), ("transpose 1 3", "2,3,4"), ("transpose dim1=3", "2,3,4"))

    def _order(self, x: Shape) -> list[int]:
        if max(self.dim0, self.dim1) > len(x):
            axis = max(self.dim0, self.dim1)
            raise ShapeError("no_such_axis", layer_name=self.name, axis=axis, shape=show_shape(x), count=len(x))
        order = list(range(len(x)))
        order[self.dim0 - 1], order[self.dim1 - 1] = order[self.dim1 - 1], order[self.dim0 - 1]
        return order

    def shape(self, x: Shape) -> Shape:
        return tuple(x[i] for i in self._order(x))

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        return f.reordered(self._order(x))

    def module(self, x: Shape) -> nn.Module:
        from convcalc.torchside.modules import Transposed

        return Transposed(self.dim0, self.dim1)


@layer("permute")
class Permute(Layer):
    """The axes in another order, counted as in torch (the batch axis is 0): permute 2x3x1 makes (M, N, C) of (C, M, N)."""

    keeps = "nothing"
    dims: tuple[int, ...] = token("axes", place="size", least=1)

    output_axes = ()
    moves_only = True
    examples = (("permute 2x3x1", "3,4,5"), ("permute 2x1", "3,4"), ("permute 1x3x2", "2,3,4"))

    def _order(self, x: Shape) -> list[int]:
        dims = self.dims if isinstance(self.dims, tuple) else (self.dims,)
        if sorted(dims) != list(range(1, len(x) + 1)):
            raise ShapeError(
                "no_such_axis", layer_name=self.name, axis=show_sizes(dims), shape=show_shape(x), count=len(x)
            )
        return [d - 1 for d in dims]

    def shape(self, x: Shape) -> Shape:
        return tuple(x[i] for i in self._order(x))

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        return f.reordered(self._order(x))

    def module(self, x: Shape) -> nn.Module:
        from convcalc.torchside.modules import Permuted

        return Permuted([0, *(d + 1 for d in self._order(x))])


@layer("squeeze")
class Squeeze(Layer):
    """Take away an axis of size 1, counted as in torch (the batch axis is 0); the last one, if not given."""

    keeps = "view"
    dim: int = token("int", -1, least=-8)

    output_axes = ()
    moves_only = True
    examples = (("squeeze", "3,4,1"), ("squeeze dim=2", "3,1,5"), ("squeeze dim=-2", "3,1,5"))

    def _axis(self, x: Shape) -> int:
        axis = self.dim - 1 if self.dim >= 0 else len(x) + self.dim
        if not 0 <= axis < len(x) or len(x) == 1:
            raise ShapeError("no_such_axis", layer_name=self.name, axis=self.dim, shape=show_shape(x), count=len(x))
        return axis

    def shape(self, x: Shape) -> Shape:
        axis = self._axis(x)
        require(
            x[axis], "==", 1, "not_one", layer_name=self.name, shape=Lazy(show_shape, x), size=Lazy(show, value_of(x[axis])),
        )  # fmt: skip
        return (*x[:axis], *x[axis + 1 :])

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        axis = self._axis(x)
        neighbour = axis - 1 if axis else 1
        return (
            f.flatten(x, min(axis, neighbour), max(axis, neighbour))
            if f.axes[axis]
            else f.reordered([i for i in range(len(x)) if i != axis])
        )

    def module(self, x: Shape) -> nn.Module:
        from convcalc.torchside.modules import Squeezed

        return Squeezed(self._axis(x) + 1)


@layer("unsqueeze")
class Unsqueeze(Layer):
    """A new axis of size 1, counted as in torch (the batch axis is 0); at the end, if not given."""

    keeps = "view"
    dim: int = token("int", -1, least=-8)

    output_axes = ()
    moves_only = True
    examples = (("unsqueeze", "3,4"), ("unsqueeze dim=1", "3,5"), ("unsqueeze dim=-2", "5"))

    def _axis(self, x: Shape) -> int:
        axis = self.dim - 1 if self.dim >= 0 else len(x) + 1 + self.dim
        if not 0 <= axis <= len(x):
            raise ShapeError("no_such_axis", layer_name=self.name, axis=self.dim, shape=show_shape(x), count=len(x))
        return axis

    def shape(self, x: Shape) -> Shape:
        axis = self._axis(x)
        return (*x[:axis], 1, *x[axis:])

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        axis = self._axis(x)
        return f.reordered([*range(axis), None, *range(axis, len(x))])

    def module(self, x: Shape) -> nn.Module:
        from convcalc.torchside.modules import Reshaped

        return Reshaped(self.shape(x))


@layer("reshape")
class Reshape(Layer):
    """The same values in another shape: reshape 16x5x5 of 400 values."""

    keeps = "view"
    sizes: Axes = token("axes", place="size", least=1)

    output_axes = ()
    moves_only = True
    examples = (("reshape 4x15", "3,4,5"), ("reshape 2x3x2", "12"), ("reshape 60", "3,4,5"))

    def shape(self, x: Shape) -> Shape:
        y: Shape = self.sizes if isinstance(self.sizes, tuple) else (self.sizes,)
        has, asked = product(x), product(y)
        require(
            has, "==", asked, "other_total", layer_name=self.name, shape=Lazy(show_shape, x), has=Lazy(show, value_of(has)),
            asked=Lazy(show, value_of(asked)),
        )  # fmt: skip
        return y

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        # In one row the values keep their order; back in several axes, what lies where is no interval any more.
        flat = f.flatten(x, 0, len(x) - 1)
        if len(y) == 1:
            return flat
        lost = frozenset(range(len(f.sizes)))
        return Field(f.sizes, tuple(() for _ in y), flat.lost | lost)

    def module(self, x: Shape) -> nn.Module:
        from convcalc.torchside.modules import Reshaped

        return Reshaped(self.shape(x))
