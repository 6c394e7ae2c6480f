"""Changing the size without weights: up- and down-sampling, padding and cropping."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

from convcalc.bounds import smaller
from convcalc.errors import Lazy, ShapeError
from convcalc.field import Field
from convcalc.formula import Dim
from convcalc.layers.base import Axes, Layer, channels_and_sizes, layer, per_axis, token
from convcalc.notation import Node, Written, letter, number, value_of
from convcalc.reach import LONGEST_PERIOD, MOST_CELLS, Reach, window_reach
from convcalc.shape import Shape, require, show_shape, show_sizes, whole

if TYPE_CHECKING:
    from fractions import Fraction

    from torch import nn

_MODES = ("nearest", "linear", "bilinear", "trilinear")
_AXES_OF_MODE = {"bilinear": 2, "trilinear": 3}
# A scale with a larger denominator than this comes from a decimal fraction that binary cannot hold.
_LARGEST_DENOMINATOR = 64


@layer(
    "upsample", torch="Upsample", args="size scale_factor mode align_corners", ignored={"recompute_scale_factor": None}
)
class Upsample(Layer):
    """Up- or down-sampling by a scale, M → ⌊M·scale⌋, or to a size; by nearest values or by linear interpolation.

    `linear` interpolates on any number of axes; torch's own names fix it: `bilinear` is for two, `trilinear` for three. torch
    multiplies in floating point; a scale that binary holds exactly (2, 1.5, 0.25) is also exact with letters.
    """

    keeps = "nothing"
    scale_factor: float | tuple[float, ...] | None = token("scale", None, place="plain")
    size: Axes | None = token("axes", None, least=1)
    mode: str = token("choice", "nearest", options=_MODES, words={mode: mode for mode in _MODES[1:]})
    align_corners: bool = token("flag", False, words={"corners": True})

    examples = (
        ("upsample 2", "3,5,4"),
        ("upsample 0.5 bilinear", "32,24,24"),
        ("upsample 2x0.5", "3,5,4"),
        ("upsample 1.5", "2,5,7"),
        ("upsample size=7x9", "2,3,4"),
        ("upsample size=5 bilinear corners", "2,3,4"),
        ("upsample 2 linear", "2,6"),
        ("upsample 3", "1,2,3,2"),
        ("upsample 2 trilinear", "1,2,3,2"),
    )

    @property
    def probed(self) -> bool:  # type: ignore[override]
        # Linear interpolation carries a NaN also where its weight is zero, as at the edges.
        return self.mode == "nearest"

    def _scales(self, x: Shape) -> tuple[float, ...]:
        scales: tuple[float, ...] = per_axis(self, "scale_factor", x, len(x) - 1)  # type: ignore[assignment]
        return scales

    def _sizes(self, x: Shape) -> Shape:
        if self.size is not None:
            return per_axis(self, "size", x, len(x) - 1)
        return tuple(_scaled(m, scale) for m, scale in zip(x[1:], self._scales(x), strict=True))

    def shape(self, x: Shape) -> Shape:
        channels, _ = channels_and_sizes(self, x)
        if (self.size is None) == (self.scale_factor is None):
            raise ShapeError(
                "missing_value", layer_name=self.name, field="one of scale_factor and size",
                field_vi="đúng một trong scale_factor và size", example="upsample 2",
            )  # fmt: skip
        if _AXES_OF_MODE.get(self.mode, len(x) - 1) != len(x) - 1:
            expected = {2: "(C, H, W)", 3: "(C, D, H, W)"}[_AXES_OF_MODE[self.mode]]
            raise ShapeError(
                "wrong_axes", layer_name=f"{self.name} {self.mode}", shape=show_shape(x), expected=expected
            )
        out = self._sizes(x)
        for size in out:
            require(size, ">=", 1, "empty_output", layer_name=self.name, sizes=Lazy(show_sizes, out))
        return (channels, *out)

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        scales = self._scales(x) if self.size is None else (None,) * (len(x) - 1)
        return f.through(x, y, [self._reach(*axis) for axis in zip(x[1:], y[1:], scales, strict=True)])

    def _reach(self, m: Dim, out: Dim, scale: float | None) -> Reach | None:
        from fractions import Fraction

        ends = self.align_corners and self.mode != "nearest"
        if scale is not None and not ends:
            ratio = 1 / Fraction(scale)
        elif isinstance(m, int) and isinstance(out, int):
            ratio = Fraction(m - 1, max(out - 1, 1)) if ends else Fraction(m, out)
        else:
            return None
        if ratio.denominator > LONGEST_PERIOD or ratio == 0:
            return None
        if self.mode == "nearest" and not (isinstance(out, int) and _exact_in_float32(ratio, out)):
            return None
        cells = []
        for o in range(ratio.denominator):
            if self.mode == "nearest":
                cells.append(range(math.floor(o * ratio), math.floor(o * ratio) + 1))
            else:
                place = o * ratio if ends else (o + Fraction(1, 2)) * ratio - Fraction(1, 2)
                cells.append(range(math.floor(place), math.ceil(place) + 1))
        return Reach(ratio.numerator, tuple(cells))

    def module(self, x: Shape) -> nn.Module:
        nearest = self.mode == "nearest"
        mode = ("linear", "bilinear", "trilinear")[len(x) - 2] if self.mode == "linear" else self.mode
        return self.torch_module(x, mode=mode, align_corners=None if nearest else self.align_corners)


def _exact_in_float32(ratio: Fraction, out: int) -> bool:
    """Whether ⌊o·ratio⌋ in single precision, as torch works it out, is the exact one for every output o."""
    if ratio.denominator & (ratio.denominator - 1) == 0:
        return True
    if out > MOST_CELLS:
        return False
    single = _float32(float(ratio))
    return all(int(_float32(o * single)) == o * ratio.numerator // ratio.denominator for o in range(out))


def _float32(value: float) -> float:
    rounded: float = struct.unpack("f", struct.pack("f", value))[0]
    return rounded


def _scaled(m: Dim, scale: float) -> Dim:
    over, under = (scale, 1) if isinstance(scale, int) else scale.as_integer_ratio()
    if isinstance(value_of(m), int) and under > _LARGEST_DENOMINATOR:
        size = math.floor(whole(value_of(m)) * float(scale))
        if isinstance(m, Written):
            times = Node("product", (m.node(), letter(str(scale))))
            return Written(size, Node("floor", (times, number(1))))
        return size
    if under > _LARGEST_DENOMINATOR:
        raise ShapeError("inexact_scale", layer_name="upsample", scale=scale)
    grown: Dim = m * over
    return grown if under == 1 else grown // under


@layer("pad", torch="ZeroPad1d ZeroPad2d ZeroPad3d", args="padding")
class Pad(Layer):
    """Padding with zeros on each side, or cropping where negative: M → M + before + after.

    `pad 1` on every side, `pad 2x1` two rows above and below and one column on each side, `pad sides=…` as torch's ZeroPad
    counts them: (left, right, top, bottom, front, back).
    """

    keeps = "nothing"
    aliases = {"padding": "sides"}

    amount: Axes = token("axes", 0, place="size", letters="PQV")
    sides: tuple[int, ...] | None = token("axes", None, least=-(10**9))

    examples = (
        ("pad 1", "3,5,4"),
        ("pad 2x1", "3,5,4"),
        ("pad sides=1x0x2x3", "3,5,4"),
        ("pad sides=-1x2x0x-2", "3,5,4"),
        ("pad 2", "3,5"),
    )

    def _pairs(self, x: Shape) -> list[tuple[Dim, Dim]]:
        """(before, after) along each axis."""
        n = len(x) - 1
        if self.sides is None:
            return [(p, p) for p in per_axis(self, "amount", x, n)]
        sides = self.sides if isinstance(self.sides, tuple) else (self.sides,) * (2 * n)
        if len(sides) != 2 * n:
            raise ShapeError(
                "axes_mismatch", layer_name=self.name, field="sides", count=len(sides), shape=show_shape(x), axes=n
            )
        return [(sides[2 * i], sides[2 * i + 1]) for i in reversed(range(n))]

    def shape(self, x: Shape) -> Shape:
        channels, sizes = channels_and_sizes(self, x)
        pairs = self._pairs(x)
        for m, (before, after) in zip(sizes, pairs, strict=True):
            kept = value_of(m) + smaller(value_of(before), 0) + smaller(value_of(after), 0)
            require(kept, ">=", 1, "nothing_left", layer_name=self.name, sizes=Lazy(show_sizes, sizes))
        return (channels, *(m + before + after for m, (before, after) in zip(sizes, pairs, strict=True)))

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        return f.through(x, y, [window_reach(1, 1, before) for before, _ in self._pairs(x)])

    def module(self, x: Shape) -> nn.Module:
        return self.torch_module(x, padding=tuple(side for pair in reversed(self._pairs(x)) for side in pair))
