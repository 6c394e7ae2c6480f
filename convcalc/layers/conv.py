"""Convolutions and transposed convolutions in one, two and three dimensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convcalc.bounds import larger
from convcalc.errors import Lazy, ShapeError
from convcalc.field import Field
from convcalc.formula import Dim
from convcalc.layers.base import Axes, Layer, channels_and_sizes, check_count, layer, per_axis, token
from convcalc.notation import divided, show, value_of
from convcalc.reach import transposed_reach, window_reaches
from convcalc.shape import Shape, extent, product, require, same_padding, show_sizes, window, window_fix

if TYPE_CHECKING:
    from torch import nn

_ONES = (1, (1,), (1, 1), (1, 1, 1))
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def _groups(self: Conv | ConvT, channels: Dim) -> Dim:
    return channels if self.groups == "depthwise" else self.groups  # type: ignore[return-value]


def _kernels(self: Conv | ConvT, channels: Dim) -> Dim:
    """The number of kernels; where none is given there is one, or one for each channel if depthwise."""
    if self.out_channels is not None:
        return self.out_channels
    return channels if self.groups == "depthwise" else 1


def _check_channels(self: Conv | ConvT, x: Shape, channels: Dim) -> tuple[Dim, Dim]:
    """(kernels, groups), checked against the input's channels."""
    check_count(self, x, self.in_channels, channels, "channel")
    kernels, groups = _kernels(self, channels), _groups(self, channels)
    if groups != 1:
        for count, what, what_vi in (
            (channels, "channels of the input", "channel của input"),
            (kernels, "kernels", "kernel"),
        ):
            require(
                groups, "divides", count, "groups_do_not_divide", layer_name=self.name,
                groups=Lazy(show, groups), count=Lazy(show, count), what=what, what_vi=what_vi,
            )  # fmt: skip
    return kernels, groups


@layer(
    "conv",
    torch="Conv1d Conv2d Conv3d",
    args="in_channels out_channels kernel_size stride padding dilation groups bias padding_mode",
    ignored={"device": None, "dtype": None},
)
class Conv(Layer):
    """A convolutional layer: F kernels of size K×O slide over the input with stride S×T.

    (C, M, N) → (F, ⌊(M + 2P − K)/S⌋ + 1, ⌊(N + 2Q − O)/T⌋ + 1), with K replaced by D·(K − 1) + 1 under dilation D.
    """

    kernel_size: Axes = token("axes", place="size", least=1, letters="KOU")
    out_channels: Dim | None = token("dim", None, place="count", least=1, letters="F", words={})
    stride: Axes = token("axes", 1, prefix="s", least=1, letters="STW")
    padding: Axes | str = token("axes", 0, prefix="p", letters="PQV", words={"same": "same", "valid": "valid"})
    dilation: Axes = token("axes", 1, prefix="d", least=1, letters="DEI")
    groups: Dim | str = token("dim", 1, prefix="g", least=1, letters="G", words={"depthwise": "depthwise"})
    bias: bool = token("flag", True, words={"nobias": False})
    padding_mode: str = token("choice", "zeros", options=PADDING_MODES, words={m: m for m in PADDING_MODES[1:]})
    in_channels: Dim | None = token("dim", None, least=1)

    examples = (
        ("conv 3x3 s2 p1", "1,28,28"),
        ("conv 6@5x5", "1,32,32"),
        ("conv 8@3x3 same", "3,16,16"),
        ("conv 4@2x5 same", "2,9,8"),
        ("conv 4@3x3 valid", "2,9,8"),
        ("conv 8@3x2 s2x1 p1x0 d2 g4 nobias", "4,17,15"),
        ("conv 3x3 depthwise", "5,9,9"),
        ("conv 10@3x3 p1 depthwise", "5,9,9"),
        ("conv 4@3 s2 p1", "3,20"),
        ("conv 4@3x2x1 s1x2x1 p1x0x2", "2,6,7,5"),
        ("conv 4@3x3 p2 reflect", "2,6,5"),
        ("conv 4@4x3 same circular", "2,6,5"),
        ("conv 4@3x3 p1 replicate s2", "2,6,5"),
    )

    @property
    def probed(self) -> bool:  # type: ignore[override]
        # Padding that copies the input shows an output cells from beyond its window.
        return self.padding_mode == "zeros"

    def _paddings(self, x: Shape, n: int) -> tuple[tuple[Dim, Dim], ...]:
        """(before, after) along each axis."""
        if self.padding == "valid":
            return ((0, 0),) * n
        if self.padding == "same":
            kernel, dilation = per_axis(self, "kernel_size", x, n), per_axis(self, "dilation", x, n)
            return tuple(same_padding(k, d) for k, d in zip(kernel, dilation, strict=True))
        return tuple((p, p) for p in per_axis(self, "padding", x, n))

    def shape(self, x: Shape) -> Shape:
        channels, sizes = channels_and_sizes(self, x)
        n = len(sizes)
        kernels, _ = _check_channels(self, x, channels)
        kernel, stride = per_axis(self, "kernel_size", x, n), per_axis(self, "stride", x, n)
        dilation, paddings = per_axis(self, "dilation", x, n), self._paddings(x, n)
        if self.padding_mode != "zeros":
            _check_wrapping(self, sizes, paddings)
        if self.padding == "same":
            _check_same(self, x, stride)
            return (kernels, *sizes)
        axes = tuple(
            (m, k, s, p, d) for m, k, s, (p, _), d in zip(sizes, kernel, stride, paddings, dilation, strict=True)
        )

        def said() -> dict[str, Any]:
            return {
                "window": Lazy(_window_sizes, kernel, dilation), "sizes": Lazy(show_sizes, sizes),
                "fix": Lazy(window_fix, axes, "en"), "fix_vi": Lazy(window_fix, axes, "vi"),
            }  # fmt: skip

        sizes_out: list[Dim] = []
        last: tuple[Any, ...] = ()
        for axis in axes:
            m, k, _, p, d = axis
            if type(m) is not int or axis != last:  # a square input is worked out once
                require(m + 2 * p, ">=", extent(k, d), "window_too_large", said, layer_name=self.name)
                size, last = window(*axis), axis
            sizes_out.append(size)
        return (kernels, *sizes_out)

    def weights(self, x: Shape) -> dict[str, Shape]:
        channels = x[0]
        kernels, groups = _kernels(self, channels), _groups(self, channels)
        each = channels if groups == 1 else divided(channels, groups)
        weight = (kernels, each, *per_axis(self, "kernel_size", x, len(x) - 1))
        return {"weight": weight, "bias": (kernels,)} if self.bias else {"weight": weight}

    def macs(self, x: Shape, y: Shape | None = None) -> Dim:
        # Every output cell takes one kernel's products: the weights, once for each position.
        return product(self.weights(x)["weight"]) * product((y or self.shape(x))[1:])

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        f = f.over_channels(x, _groups(self, x[0]))
        if self.kernel_size in _ONES and self.stride in _ONES and self.padding in (0, "same", "valid"):
            return f  # a 1×1 convolution sees what its input saw
        n = len(x) - 1
        kernel, stride = per_axis(self, "kernel_size", x, n), per_axis(self, "stride", x, n)
        axes = zip(kernel, stride, self._paddings(x, n), per_axis(self, "dilation", x, n), strict=True)
        return f.through(x, y, window_reaches((k, s, p, d) for k, s, (p, _), d in axes))

    def keeps_also(self, x: Shape, y: Shape) -> Dim:
        paddings = self._paddings(x, len(x) - 1)
        if self.padding_mode == "zeros" and all(before == after for before, after in paddings):
            return 0
        # torch pads a copy first: with other values than zeros, or by what one end has more than the other
        zeros = self.padding_mode == "zeros"
        added = [after - before if zeros else before + after for before, after in paddings]
        return x[0] * product(tuple(m + more for m, more in zip(x[1:], added, strict=True)))

    def module(self, x: Shape) -> nn.Module:
        return self.torch_module(
            x, in_channels=self.in_channels or x[0], out_channels=_kernels(self, x[0]), groups=_groups(self, x[0])
        )


def _check_same(self: Conv, x: Shape, stride: tuple[Dim, ...]) -> None:
    for s in stride:
        if value_of(s) == 1:
            continue
        kernel = per_axis(self, "kernel_size", x, len(x) - 1)
        dilation = per_axis(self, "dilation", x, len(x) - 1)
        odd = all(isinstance(value_of(e), int) and value_of(e) % 2 for e in map(extent, kernel, dilation))
        half = "x".join(dict.fromkeys(str(value_of(extent(k, d)) // 2) for k, d in zip(kernel, dilation, strict=True)))
        raise ShapeError(
            "same_with_stride", layer_name=self.name, stride=show_sizes(stride),
            hint=f"Write p{half}: with this stride the output is the input divided by the stride, rounded up."
            if odd else "Write the padding as a number, or pad first: pad … > conv ….",
            hint_vi=f"Viết p{half}: với stride này, output bằng input chia cho stride, làm tròn lên."
            if odd else "Ghi padding bằng số, hoặc pad trước: pad … > conv ….",
        )  # fmt: skip


def _check_wrapping(self: Conv, sizes: Shape, paddings: tuple[tuple[Dim, Dim], ...]) -> None:
    """Padding taken from the input itself needs enough input: reflect one cell more than the padding."""
    for m, (before, after) in zip(sizes, paddings, strict=True):
        least = max_int(before, after)
        if self.padding_mode == "replicate" or least == 0:
            continue
        least = least + 1 if self.padding_mode == "reflect" else least
        require(
            m, ">=", least, "padding_wraps", layer_name=self.name,
            padding=show(value_of(after)), mode=self.padding_mode, least=show(value_of(least)), size=show(value_of(m)),
        )  # fmt: skip


def max_int(a: Dim, b: Dim) -> Dim:
    """The larger of (before, after); 'same' padding never has more before than after."""
    return max(a, b) if isinstance(a, int) and isinstance(b, int) else b


def _window_sizes(kernel: tuple[Dim, ...], dilation: tuple[Dim, ...]) -> str:
    return show_sizes([extent(k, d) for k, d in zip(kernel, dilation, strict=True)])


@layer(
    "convt",
    torch="ConvTranspose1d ConvTranspose2d ConvTranspose3d",
    args="in_channels out_channels kernel_size stride padding output_padding groups bias dilation padding_mode",
    ignored={"padding_mode": "zeros", "device": None, "dtype": None},
)
class ConvT(Layer):
    """A transposed convolution: every input cell lays its kernel on the output, S cells further for the next one.

    (C, M, N) → (F, (M − 1)·S − 2P + D·(K − 1) + 1 + output padding, …). Each input cell meets every weight once, so the
    multiply-adds are counted over the input, cropped cells included.
    """

    kernel_size: Axes = token("axes", place="size", least=1, letters="KOU")
    out_channels: Dim | None = token("dim", None, place="count", least=1, letters="F")
    stride: Axes = token("axes", 1, prefix="s", least=1, letters="STW")
    padding: Axes = token("axes", 0, prefix="p", letters="PQV")
    output_padding: Axes = token("axes", 0, prefix="op", letters="ABH")
    dilation: Axes = token("axes", 1, prefix="d", least=1, letters="DEI")
    groups: Dim | str = token("dim", 1, prefix="g", least=1, letters="G", words={"depthwise": "depthwise"})
    bias: bool = token("flag", True, words={"nobias": False})
    in_channels: Dim | None = token("dim", None, least=1)

    examples = (
        ("convt 2x2 s2", "3,2,2"),
        ("convt 4@3x3 s2 p1 op1 g4", "4,8,8"),
        ("convt 6@3x2 s2x3 p1x0 op1x2 d2x1 nobias", "2,5,6"),
        ("convt 3x3 s2 depthwise", "4,5,5"),
        ("convt 4@4 s2 p1", "3,7"),
        ("convt 2@2x3x2 s2 d1x2x1", "2,3,4,3"),
        ("convt 1x1 s2", "1,4,4"),
    )

    def shape(self, x: Shape) -> Shape:
        channels, _ = channels_and_sizes(self, x)
        kernels, _ = _check_channels(self, x, channels)
        out = []
        for i, (m, k, s, p, op, d) in enumerate(self._axes(x)):
            require(
                larger(value_of(s), value_of(d)), ">=", op + 1, "output_padding_too_large", layer_name=self.name, output_padding=Lazy(show, op),
                stride=Lazy(show, s), dilation=Lazy(show, d),
            )  # fmt: skip
            size = (m - 1) * s - 2 * p + extent(k, d) + op
            require(size, ">=", 1, "empty_output", layer_name=self.name, sizes=Lazy(self._empty, x, i, size))
            out.append(size)
        return (kernels, *out)

    def _empty(self, x: Shape, axis: int, size: Dim) -> str:
        return f"{show(value_of(size))} along axis {axis + 1} of {show_sizes(x[1:])}"

    def _axes(self, x: Shape) -> zip[tuple[Dim, ...]]:
        n = len(x) - 1
        names = ("kernel_size", "stride", "padding", "output_padding", "dilation")
        return zip(x[1:], *(per_axis(self, name, x, n) for name in names), strict=True)

    def weights(self, x: Shape) -> dict[str, Shape]:
        channels = x[0]
        kernels, groups = _kernels(self, channels), _groups(self, channels)
        each = kernels if groups == 1 else divided(kernels, groups)
        weight = (channels, each, *per_axis(self, "kernel_size", x, len(x) - 1))
        return {"weight": weight, "bias": (kernels,)} if self.bias else {"weight": weight}

    def macs(self, x: Shape, y: Shape | None = None) -> Dim:
        return product(self.weights(x)["weight"]) * product(x[1:])

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        f = f.over_channels(x, _groups(self, x[0]))
        return f.through(x, y, [transposed_reach(k, s, p, d) for _, k, s, p, _, d in self._axes(x)])

    def module(self, x: Shape) -> nn.Module:
        return self.torch_module(
            x, in_channels=self.in_channels or x[0], out_channels=_kernels(self, x[0]), groups=_groups(self, x[0])
        )
