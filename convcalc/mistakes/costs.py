"""Wrong ways to count parameters and multiply-adds: each with the formula that was used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convcalc.formula import Dim
from convcalc.layers import Conv, ConvT, Layer, Linear
from convcalc.mistakes.base import Mistake, WrongFormula
from convcalc.shape import Shape, product


def _of(count: Callable[[Any, Shape], Dim | None], *only: type[Layer]) -> WrongFormula:
    return lambda layer, x: count(layer, x) if isinstance(layer, only) else None


def _of_conv(layer: Conv | ConvT, x: Shape) -> tuple[Dim, Dim, Dim]:
    """(kernels, channels each looks at, cells of a kernel)."""
    weight = layer.weights(x)["weight"]
    first, second = (weight[0], weight[1]) if isinstance(layer, Conv) else (weight[1], weight[0])
    return first, second, product(weight[2:])


def _no_bias(layer: Any, x: Shape) -> Dim | None:
    return product(layer.weights(x)["weight"]) if layer.bias else None


def _one_bias(layer: Any, x: Shape) -> Dim | None:
    return product(layer.weights(x)["weight"]) + 1 if layer.bias else None


def _bias_counted(layer: Any, x: Shape) -> Dim | None:
    weights = layer.weights(x)
    return None if layer.bias else product(weights["weight"]) + layer.shape(x)[0 if len(x) > 1 else -1]


def _kernel_alone(layer: Any, x: Shape) -> Dim:
    kernels, _, cells = _of_conv(layer, x)
    return (cells + (1 if layer.bias else 0)) * kernels


def _one_kernel(layer: Any, x: Shape) -> Dim:
    _, channels, cells = _of_conv(layer, x)
    return cells * channels + (1 if layer.bias else 0)


def _bias_per_channel(layer: Any, x: Shape) -> Dim | None:
    kernels, channels, cells = _of_conv(layer, x)
    return kernels * channels * (cells + 1) if layer.bias else None


def _bias_per_input(layer: Any, x: Shape) -> Dim | None:
    weight = layer.weights(x)["weight"]
    return product(weight) + x[0 if len(x) > 1 else -1] if layer.bias and len(weight) else None


def _with_sizes(layer: Any, x: Shape) -> Dim:
    return product(layer.weights(x)["weight"]) * product(x[1:])


def _weights_alone(layer: Any, x: Shape) -> Dim:
    return product(layer.weights(x)["weight"])


def _macs_of_one_channel(layer: Any, x: Shape) -> Dim | None:
    kernels, channels, cells = _of_conv(layer, x)
    return kernels * cells * product(layer.shape(x)[1:]) if channels != 1 else None


def _macs_at_input(layer: Layer, x: Shape) -> Dim | None:
    return product(layer.weights(x)["weight"]) * product(x[1:]) if isinstance(layer, Conv) else None


def _macs_and_biases(layer: Any, x: Shape) -> Dim | None:
    return layer.macs(x) + product(layer.shape(x)) if layer.bias else None


COSTS: tuple[Mistake, ...] = (
    # -- the number of parameters -------------------------------------------------------------------------------
    Mistake("bias_left_out", "params", "the bias was left out", "quên bias", _of(_no_bias, Conv, ConvT, Linear), 1),
    Mistake("bias_once", "params", "one bias was counted for all kernels; there is one for each", "chỉ tính một bias chung; đúng ra mỗi kernel có một bias", _of(_one_bias, Conv, ConvT, Linear), 1),
    Mistake("bias_counted", "params", "a bias was counted where there is none", "tính cả bias trong khi layer không có bias", _of(_bias_counted, Conv, ConvT, Linear)),
    Mistake("channels_left_out", "params", "the channels of the input were left out: a kernel has K·O·C weights", "quên số channel của input: một kernel có K·O·C trọng số", _of(_kernel_alone, Conv), 1),
    Mistake("one_kernel", "params", "one kernel was counted instead of all", "chỉ tính một kernel thay vì tất cả", _of(_one_kernel, Conv)),
    Mistake("bias_per_channel", "params", "a bias was counted for every channel of every kernel; there is one for each kernel", "tính bias cho từng channel của kernel; đúng ra mỗi kernel chỉ có một bias", _of(_bias_per_channel, Conv)),
    Mistake("bias_per_input", "params", "the biases were counted for the input; there is one for each output", "đếm bias theo input; đúng ra mỗi output có một bias", _of(_bias_per_input, Conv, Linear)),
    Mistake("weights_at_every_place", "params", "the weights were counted at every position; they are shared", "đếm trọng số ở mọi vị trí; đúng ra các vị trí dùng chung trọng số", _of(_with_sizes, Conv), 3),
    # -- multiply-adds ------------------------------------------------------------------------------------------
    Mistake("macs_at_the_input", "macs", "the positions of the input were counted instead of the output's", "đếm số vị trí của input thay vì của output", _macs_at_input, 1),
    Mistake("positions_left_out", "macs", "the positions of the output were left out: each of them takes all products of a kernel", "quên nhân số vị trí của output: mỗi vị trí cần đủ các phép nhân của kernel", _of(_weights_alone, Conv), 1),
    Mistake("channels_left_out_of_macs", "macs", "the channels of the input were left out", "quên nhân số channel của input", _of(_macs_of_one_channel, Conv), 1),
    Mistake("bias_in_macs", "macs", "the biases were counted; an addition alone is no multiply-add", "đếm cả bias; chỉ cộng bias thì không phải phép nhân-cộng", _of(_macs_and_biases, Conv)),
)  # fmt: skip
