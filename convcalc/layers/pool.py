"""Pooling: max, average and min over a moving window, adaptive and global pools, and unpooling."""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd
from typing import TYPE_CHECKING, Any

from convcalc.errors import Lazy
from convcalc.field import Field
from convcalc.formula import Dim
from convcalc.layers.base import Axes, Layer, channels_and_sizes, layer, per_axis, token
from convcalc.notation import show
from convcalc.reach import LONGEST_PERIOD, MOST_CELLS, Reach, transposed_reach, window_reaches
from convcalc.shape import Shape, ceil_slack, extent, product, require, show_sizes, window, window_fix

if TYPE_CHECKING:
    from torch import nn


class _Pool(Layer):
    """What the moving pools share: (C, M, N) → (C, ⌊(M + 2P − K)/S⌋ + 1, …); the stride is the kernel if not given."""

    kernel_size: Axes
    stride: Axes | None
    padding: Axes
    ceil_mode: bool

    def _axes(self, x: Shape) -> Iterable[tuple[Dim, Dim, Dim, Dim, Dim]]:
        """(size, kernel, stride, padding, dilation) along each axis."""
        n = len(x) - 1
        kernel = per_axis(self, "kernel_size", x, n)
        stride = kernel if self.stride is None else per_axis(self, "stride", x, n)
        dilation = per_axis(self, "dilation", x, n) if "dilation" in self.tokens else (1,) * n
        return zip(x[1:], kernel, stride, per_axis(self, "padding", x, n), dilation, strict=True)

    def shape(self, x: Shape) -> Shape:
        channels, sizes = channels_and_sizes(self, x)
        axes = tuple(self._axes(x))

        def said() -> dict[str, Any]:
            return {
                "window": Lazy(show_sizes, [extent(a[1], a[4]) for a in axes]), "sizes": Lazy(show_sizes, sizes),
                "fix": Lazy(window_fix, axes, "en"), "fix_vi": Lazy(window_fix, axes, "vi"),
            }  # fmt: skip

        sizes_out: list[Dim] = []
        last: tuple[Any, ...] = ()
        for axis in axes:
            m, k, s, p, d = axis
            if type(m) is int and axis == last:  # a square input is worked out once
                sizes_out.append(sizes_out[-1])
                continue
            last = axis
            if p != 0:
                require(
                    k, ">=", 2 * p, "padding_over_half", layer_name=self.name, padding=Lazy(show, p), window=Lazy(show, k)
                )  # fmt: skip
            # With ceil one incomplete window may do, so the input may be a little smaller than the window.
            slack = ceil_slack(s, p, extent(k, d)) if self.ceil_mode else 0
            require(m + 2 * p + slack, ">=", extent(k, d), "window_too_large", said, layer_name=self.name)
            sizes_out.append(window(m, k, s, p, d, self.ceil_mode))
        return (channels, *sizes_out)

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        return f.through(x, y, window_reaches(axis[1:] for axis in self._axes(x)))


@layer(
    "maxpool",
    torch="MaxPool1d MaxPool2d MaxPool3d",
    args="kernel_size stride padding dilation return_indices ceil_mode",
    ignored={"return_indices": False},
)
class MaxPool(_Pool):
    """Max pooling: the largest value of each window."""

    keeps = "places"
    kernel_size: Axes = token("axes", place="size", least=1, letters="KOU")
    stride: Axes | None = token("axes", None, prefix="s", least=1, letters="STW")
    padding: Axes = token("axes", 0, prefix="p", letters="PQV")
    dilation: Axes = token("axes", 1, prefix="d", least=1, letters="DEI")
    ceil_mode: bool = token("flag", False, words={"ceil": True})

    examples = (
        ("maxpool 2", "6,28,28"),
        ("maxpool 3x3 s2 p1", "2,112,112"),
        ("maxpool 3 s2 ceil", "2,6,9"),
        ("maxpool 3x2 s3x4 p1 ceil", "1,7,7"),
        ("maxpool 2 s1 d3", "2,9,8"),
        ("maxpool 3 s3", "6,6"),
        ("maxpool 2x3x2 s2 p1x1x0", "2,5,7,4"),
    )


@layer(
    "avgpool",
    torch="AvgPool1d AvgPool2d AvgPool3d",
    args="kernel_size stride padding ceil_mode count_include_pad divisor_override",
    ignored={"divisor_override": None},
)
class AvgPool(_Pool):
    """Average pooling: the mean of each window; `count_include_pad` says whether padding counts in the mean."""

    kernel_size: Axes = token("axes", place="size", least=1, letters="KOU")
    stride: Axes | None = token("axes", None, prefix="s", least=1, letters="STW")
    padding: Axes = token("axes", 0, prefix="p", letters="PQV")
    ceil_mode: bool = token("flag", False, words={"ceil": True})
    count_include_pad: bool = token("flag", True)

    examples = (
        ("avgpool 2", "6,28,28"),
        ("avgpool 3x2 s2", "1,6,6"),
        ("avgpool 3 s2 p1 ceil count_include_pad=False", "2,6,7"),
        ("avgpool 3 s3", "6,6"),
        ("avgpool 2 s1", "2,4,5,6"),
    )

    def shape(self, x: Shape) -> Shape:
        if len(x) == 4:  # torch's AvgPool3d wants the window to fit without the padding
            bare = [(m, k, s, 0, d) for m, k, s, _, d in self._axes(x)]
            for m, k, *_ in bare:
                require(
                    m, ">=", k, "window_too_large", layer_name=self.name,
                    window=Lazy(show_sizes, per_axis(self, "kernel_size", x, 3)), sizes=Lazy(show_sizes, x[1:]),
                    fix=Lazy(window_fix, bare, "en"), fix_vi=Lazy(window_fix, bare, "vi"),
                )  # fmt: skip
        return super().shape(x)


@layer("minpool")
class MinPool(_Pool):
    """Min pooling: the smallest value of each window. torch has none; it is max pooling of the negated input, negated."""

    keeps = "places"
    kernel_size: Axes = token("axes", place="size", least=1, letters="KOU")
    stride: Axes | None = token("axes", None, prefix="s", least=1, letters="STW")
    padding: Axes = token("axes", 0, prefix="p", letters="PQV")
    dilation: Axes = token("axes", 1, prefix="d", least=1, letters="DEI")
    ceil_mode: bool = token("flag", False, words={"ceil": True})

    examples = (("minpool 2", "1,6,6"), ("minpool 3 s2 p1 ceil", "2,8"), ("minpool 2", "1,4,4,4"))

    def keeps_also(self, x: Shape, y: Shape) -> Dim:
        return product(x)  # the negated input

    def module(self, x: Shape) -> nn.Module:
        from convcalc.torchside.modules import Negated

        twin = MaxPool(self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)
        return Negated(twin.module(x))


class _Adaptive(Layer):
    """What the adaptive pools share: the output size is given, the windows follow: cell i sees ⌊i·M/O⌋ to ⌈(i+1)·M/O⌉ − 1."""

    output_size: Axes

    def _sizes(self, x: Shape) -> Shape:
        return per_axis(self, "output_size", x, len(x) - 1)

    def shape(self, x: Shape) -> Shape:
        channels, _ = channels_and_sizes(self, x)
        return (channels, *self._sizes(x))

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        ones = [i for i in range(1, len(x)) if y[i] == 1]
        stay = Reach(1, ((0,),))
        reaches = [stay if out == 1 else _adaptive_reach(m, out) for m, out in zip(x[1:], y[1:], strict=True)]
        return f.whole(x, ones).through(x, y, reaches)


def _adaptive_reach(m: Dim, out: Dim) -> Reach | None:
    if m == out:
        return Reach(1, ((0,),))
    if not isinstance(m, int) or not isinstance(out, int):
        return None
    common = gcd(m, out)
    period = out // common
    if period > LONGEST_PERIOD or m // common + 2 * period > MOST_CELLS:
        return None
    return Reach(m // common, tuple(range(i * m // out, -(-(i + 1) * m // out)) for i in range(period)))


@layer("adaptivemax", torch="AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d", ignored={"return_indices": False})
class AdaptiveMax(_Adaptive):
    """Adaptive max pooling to a given size."""

    keeps = "places"
    output_size: Axes = token("axes", place="size", least=1, letters="KOU")

    examples = (("adaptivemax 6", "2,13,9"), ("adaptivemax 3x5", "2,4,11"), ("adaptivemax 4", "2,9"))


@layer("adaptiveavg", torch="AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d")
class AdaptiveAvg(_Adaptive):
    """Adaptive average pooling to a given size."""

    output_size: Axes = token("axes", place="size", least=1, letters="KOU")

    examples = (("adaptiveavg 6x6", "2,13,9"), ("adaptiveavg 1", "2,7,7"), ("adaptiveavg 2", "2,5,7,4"))


@layer("gap")
class GlobalAvg(Layer):
    """Global average pooling: one value per channel, (C, M, N) → (C, 1, 1)."""

    keeps = "nothing"
    examples = (("gap", "8,7,7"), ("gap", "8,5"), ("gap", "2,3,4,5"))

    def shape(self, x: Shape) -> Shape:
        channels, sizes = channels_and_sizes(self, x)
        return (channels, *(1,) * len(sizes))

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        return f.whole(x, range(1, len(x)))

    def module(self, x: Shape) -> nn.Module:
        return AdaptiveAvg(1).module(x)  # torch's name for it


@layer("unpool", torch="MaxUnpool1d MaxUnpool2d MaxUnpool3d")
class Unpool(Layer):
    """Unpooling: every value goes back to a cell of its window, the other cells are zero: M → (M − 1)·S − 2P + K.

    torch's MaxUnpool takes the places from a max pooling; alone, convcalc puts each value in the first cell of its window.
    The field counts the whole window, since the value may stand anywhere in it.
    """

    kernel_size: Axes = token("axes", place="size", least=1, letters="KOU")
    stride: Axes | None = token("axes", None, prefix="s", least=1, letters="STW")
    padding: Axes = token("axes", 0, prefix="p", letters="PQV")

    examples = (("unpool 2", "3,5,5"), ("unpool 3x2 s2 p1x0", "2,4,5"), ("unpool 2", "3,6"), ("unpool 2", "1,2,3,4"))
    probed = False

    def _axes(self, x: Shape) -> Iterable[tuple[Dim, Dim, Dim, Dim]]:
        n = len(x) - 1
        kernel = per_axis(self, "kernel_size", x, n)
        stride = kernel if self.stride is None else per_axis(self, "stride", x, n)
        return zip(x[1:], kernel, stride, per_axis(self, "padding", x, n), strict=True)

    def shape(self, x: Shape) -> Shape:
        channels, _ = channels_and_sizes(self, x)
        out = []
        for m, k, s, p in self._axes(x):
            size = (m - 1) * s - 2 * p + k
            require(size, ">=", 1, "empty_output", layer_name=self.name, sizes=Lazy(show, size))
            out.append(size)
        return (channels, *out)

    def keeps_also(self, x: Shape, y: Shape) -> Dim:
        return 2 * product(x)  # a place of 64 bits for each value

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        return f.through(x, y, [transposed_reach(k, s, p) for _, k, s, p in self._axes(x)])

    def module(self, x: Shape) -> nn.Module:
        from convcalc.torchside.modules import Unpooled

        return Unpooled(tuple(self._axes(x)))
