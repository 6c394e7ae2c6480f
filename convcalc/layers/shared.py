"""Parts of imported networks: a layer that is used once more with the same weights, and a part that was only measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from convcalc.errors import ShapeError
from convcalc.field import Field
from convcalc.formula import Dim
from convcalc.layers.base import Layer
from convcalc.layers.merge import Merge
from convcalc.shape import Shape, show_shape

if TYPE_CHECKING:
    from torch import nn


class Shared(Layer):
    """The same layer once more: its shape and its multiply-adds, but its weights have been counted."""

    name = "same"
    layer: Layer

    def __init__(self, layer: Layer) -> None:
        self.__dict__.update(layer=layer, name=layer.name)

    def shape(self, x: Shape) -> Shape:
        return self.layer.shape(x)

    def macs(self, x: Shape, y: Shape | None = None) -> Dim:
        return self.layer.macs(x)

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        return self.layer.field(f, x, y)

    def module(self, x: Shape) -> nn.Module:
        return self.layer.module(x)

    def __str__(self) -> str:
        return f"{self.layer} (same weights)"


class Measured(Merge):
    """A part without a rule here: torch ran it, and what it gave and cost there is what is known of it.

    It holds for the shapes that it was run on and no others; its formula is unknown. `run` is torch's own function of the inputs,
    `parts` the modules in it.
    """

    def __init__(
        self, name: str, inputs: Sequence[Shape], output: Shape, weights: dict[str, Shape], macs: int,
        run: Callable[[list[Any]], Any] | None = None, parts: Sequence[Any] = (),
    ) -> None:  # fmt: skip
        self.name = f"{name} (measured)"
        self.inputs, self.output = [tuple(x) for x in inputs], output
        self.learned, self.counted = weights, macs
        self.run, self.parts = run, list(parts)

    def shape(self, xs: Sequence[Shape], what: str) -> Shape:
        if [tuple(x) for x in xs] != self.inputs:
            shown = ", ".join(map(show_shape, self.inputs))
            raise ShapeError("only_measured", layer_name=self.name, what=self.name, shapes=shown)
        return self.output

    def weights(self, xs: Sequence[Shape]) -> dict[str, Shape]:
        return self.learned

    def macs(self, xs: Sequence[Shape], y: Shape) -> Dim:
        return self.counted

    def field(self, fields: Sequence[Field], xs: Sequence[Shape], y: Shape) -> Field:
        # Which of its inputs an output depends on is not known: no source axis has a field after it.
        first = fields[0]
        return Field(first.sizes, tuple(() for _ in y), frozenset(range(len(first.sizes))))
