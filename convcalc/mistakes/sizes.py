"""Wrong ways to a shape: each with the formula that was used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from convcalc.formula import Dim
from convcalc.layers import AvgPool, Conv, ConvT, Flatten, Layer, MaxPool, MinPool
from convcalc.layers.base import per_axis
from convcalc.layers.conv import _kernels
from convcalc.mistakes.base import Mistake, WrongFormula
from convcalc.shape import Shape, extent, product

WINDOWS = (Conv, MaxPool, AvgPool, MinPool)
POOLS = (MaxPool, AvgPool, MinPool)

Window: TypeAlias = "tuple[Dim, Dim, Dim, Dim, Dim]"  # (M, K, S, P, D) along one axis


def windows(layer: Any, x: Shape) -> list[Window] | None:
    """The windows of a convolution or pool along each axis; None for other layers and for 'same' padding."""
    if not isinstance(layer, WINDOWS):
        return None
    if not isinstance(layer, Conv):
        return [(m, k, s, p, d) for m, k, s, p, d in layer._axes(x)]
    n = len(x) - 1
    sizes = [per_axis(layer, name, x, n) for name in ("kernel_size", "stride", "dilation")]
    paddings = layer._paddings(x, n)
    if any(before != after for before, after in paddings):
        return None
    return [(m, k, s, p, d) for m, (p, _), k, s, d in zip(x[1:], paddings, *sizes, strict=True)]


def _each(axis: Callable[[Dim, Dim, Dim, Dim, Dim], Any], only: tuple[type[Layer], ...] = WINDOWS) -> WrongFormula:
    """The wrong shape that a wrong formula for one axis, (M, K, S, P, D) → size, gives."""

    def wrong(layer: Layer, x: Shape) -> Shape | None:
        found = windows(layer, x) if isinstance(layer, only) else None
        sizes = None if found is None else [axis(*w) for w in found]
        if sizes is None or None in sizes:
            return None
        return (_kernels(layer, x[0]) if isinstance(layer, Conv) else x[0], *sizes)

    return wrong


def _no_plus_one(layer: Layer, x: Shape) -> Shape | None:
    """One less on every axis, whichever way the division is rounded."""
    y = layer.shape(x)
    return (y[0], *(size - 1 for size in y[1:])) if windows(layer, x) is not None else None


def _ceil_left_out(layer: Layer, x: Shape) -> Shape | None:
    if not isinstance(layer, POOLS) or not layer.ceil_mode:
        return None
    return _each(lambda m, k, s, p, d: (m + 2 * p - extent(k, d)) // s + 1)(layer, x)  # type: ignore[no-any-return]


def _swapped(layer: Layer, x: Shape) -> Shape | None:
    y = layer.shape(x)
    return (y[0], *reversed(y[1:])) if len(y) == 3 and windows(layer, x) is not None else None


def _channels_stay(layer: Layer, x: Shape) -> Shape | None:
    return (x[0], *layer.shape(x)[1:]) if isinstance(layer, Conv | ConvT) else None


def _channels_multiply(layer: Layer, x: Shape) -> Shape | None:
    y = layer.shape(x)
    return (y[0] * x[0], *y[1:]) if isinstance(layer, Conv) and layer.groups == 1 else None


def _flat_without_channels(layer: Layer, x: Shape) -> Shape | None:
    return (product(x[1:]),) if isinstance(layer, Flatten) and len(x) > 1 else None


def _pool_eats_channels(layer: Layer, x: Shape) -> Shape | None:
    if not isinstance(layer, POOLS):
        return None
    _, k, *_ = next(iter(layer._axes(x)))
    return (x[0] // k, *layer.shape(x)[1:])


SIZES: tuple[Mistake, ...] = (
    Mistake("ceil_for_floor", "shape", "the division was rounded up; it is rounded down", "phép chia được làm tròn lên; đúng ra phải làm tròn xuống",
            _each(lambda m, k, s, p, d: (m + 2 * p - extent(k, d) + s - 1) // s + 1), 1),
    Mistake("no_plus_one", "shape", "the + 1 at the end of the formula was left out", "quên cộng 1 ở cuối công thức", _no_plus_one, 1),
    Mistake("ceil_left_out", "shape", "ceil_mode was left out: here the division is rounded up", "quên ceil_mode: ở đây phép chia làm tròn lên", _ceil_left_out, 1),
    Mistake("padding_once", "shape", "the padding was added on one side only: P instead of 2P", "chỉ cộng padding một phía: P thay vì 2P",
            _each(lambda m, k, s, p, d: (m + p - extent(k, d)) // s + 1), 1),
    Mistake("padding_left_out", "shape", "the padding was left out", "quên cộng padding",
            _each(lambda m, k, s, p, d: (m - extent(k, d)) // s + 1), 1),
    Mistake("stride_ignored", "shape", "the stride was taken as 1", "coi stride bằng 1",
            _each(lambda m, k, s, p, d: m + 2 * p - extent(k, d) + 1), 1),
    Mistake("kernel_not_subtracted", "shape", "the kernel was not subtracted", "quên trừ kích thước kernel",
            _each(lambda m, k, s, p, d: (m + 2 * p) // s + 1)),
    Mistake("only_divided", "shape", "the size was only divided by the stride", "chỉ lấy kích thước chia cho stride",
            _each(lambda m, k, s, p, d: m // s if s != 1 else None)),
    Mistake("divided_up", "shape", "the size was only divided by the stride, and rounded up, as with 'same' padding", "chỉ lấy kích thước chia cho stride rồi làm tròn lên, như khi padding 'same'",
            _each(lambda m, k, s, p, d: (m + s - 1) // s if s != 1 else None)),
    Mistake("dilation_ignored", "shape", "the dilation was left out: K instead of D·(K − 1) + 1", "quên dilation: dùng K thay vì D·(K − 1) + 1",
            _each(lambda m, k, s, p, d: (m + 2 * p - k) // s + 1)),
    Mistake("dilation_times_kernel", "shape", "a dilated kernel was taken to span D·K cells; it spans D·(K − 1) + 1", "coi kernel có dilation rộng D·K ô; đúng ra là D·(K − 1) + 1",
            _each(lambda m, k, s, p, d: (m + 2 * p - d * k) // s + 1), 3),
    Mistake("pool_kept_size", "shape", "the pool was taken to leave the size as it is", "coi pooling giữ nguyên kích thước",
            _each(lambda m, k, s, p, d: m, POOLS)),
    Mistake("sizes_kept", "shape", "the convolution was taken to leave the size as it is, without padding for it", "coi tích chập giữ nguyên kích thước dù padding không đủ",
            _each(lambda m, k, s, p, d: m, (Conv,))),
    Mistake("height_and_width_swapped", "shape", "height and width were swapped", "đổi chỗ chiều cao và chiều rộng", _swapped),
    Mistake("channels_stay", "shape", "the output was given the channels of the input; it has one for each kernel", "lấy số channel của input cho output; đúng ra mỗi kernel cho một channel", _channels_stay, 1),
    Mistake("channels_multiply", "shape", "the kernels were multiplied with the channels of the input", "nhân số kernel với số channel của input", _channels_multiply),
    Mistake("pool_divides_channels", "shape", "the pool was taken to divide the channels too", "coi pooling giảm cả số channel", _pool_eats_channels, 3),
    Mistake("flat_without_channels", "shape", "the channels were left out when flattening", "quên nhân số channel khi flatten", _flat_without_channels),
)  # fmt: skip
