"""The same function with the same parameters and gradients, in fewer operations. The tests prove each equal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from convcalc.layers.conv import Conv
from convcalc.shape import whole
from convcalc.tracing import Trace
from convcalc.train.windows import word_windows

# Layers for which it makes no difference where a cell stands.
CELLWISE = (nn.ReLU, nn.Sigmoid, nn.Tanh, nn.GELU, nn.SiLU, nn.LeakyReLU)
# Products by so many weights or more are a convolution's on a CPU; by more than the second number, the copies of the weights that it
# takes (three, in a layout of its own) cost more than they bring.
WIDE, WIDEST = 2**16, 2**22
# From so many channels on, CPUs do convolutions faster with the channels last.
CHANNELS = 32
ONEDNN = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]


class PooledConv(nn.Module):
    """A convolution and the average pooling after it as one convolution.

    The mean of k×k neighbouring outputs is a convolution with the mean of the kernel at k×k places, stride k:
    (K + k − 1)² products for an output instead of k²·K². Where it can, it gives k×k cells as channels of one, which makes
    the same products without a stride, which libraries do better; what comes just before can give its output so already.
    """

    def __init__(self, conv: nn.Conv2d, pool: nn.AvgPool2d) -> None:
        super().__init__()
        self.conv, self.size = conv, _pair(pool.kernel_size)
        self.group = 1  # so many by so many cells of the output are channels of one
        self.gathered = False  # whether the input's cells are channels already
        k, sides = self.size, _pair(conv.kernel_size)
        self.unshuffles = (
            k[0] == k[1] > 1
            and conv.in_channels > 1
            and conv.groups == 1
            and not any((side + k[0] - 1) % k[0] for side in sides)
        )
        self.spread = self._spread()

    def give_groups(self, size: int) -> None:
        """Give size×size cells of the output as channels of one, in the order of `pixel_unshuffle`."""
        self.group = size
        self.spread = self._spread()

    def _spread(self) -> Tensor:
        """(K·O, …): where and how much each weight stands in the kernel that is used; every entry 0 or 1/k²."""
        rows, columns = (
            _spread_axis(side, k, self.group) for side, k in zip(_pair(self.conv.kernel_size), self.size, strict=True)
        )
        spread = torch.einsum("pgi,qhj->pqghij", rows, columns)  # (K, O, group, group, rows, columns)
        *_, high, wide = spread.shape
        if self.unshuffles:
            k = self.size[0]
            high, wide = high // k, wide // k
            spread = spread.view(*spread.shape[:4], high, k, wide, k).permute(0, 1, 2, 3, 5, 7, 4, 6)
        self.high, self.wide = high, wide
        return spread.flatten(0, 1).flatten(1).to(self.conv.weight)

    def kernel(self) -> Tensor:
        """(F·group², C·cells, rows, columns)."""
        weight = self.conv.weight
        kernels, channels, *_ = weight.shape
        with torch.autocast(weight.device.type, enabled=False):
            spread = weight.reshape(kernels * channels, -1) @ self.spread
        shaped = spread.view(kernels, channels, self.group**2, -1, self.high, self.wide)
        return shaped.transpose(1, 2).reshape(kernels * self.group**2, -1, self.high, self.wide)

    def forward(self, x: Tensor) -> Tensor:
        conv, (k, o), (top, left) = self.conv, self.size, _pair(self.conv.padding)
        bias = conv.bias
        if bias is not None and self.group > 1:
            bias = bias.repeat_interleave(self.group**2)
        if not self.unshuffles:
            strides = k * self.group, o * self.group
            return F.conv2d(x, self.kernel(), bias, strides, (top, left), 1, conv.groups)
        if not self.gathered:
            x = F.pad(x, (left, left, top, top)) if top or left else x
            x = F.pixel_unshuffle(x[:, :, : x.shape[2] // k * k, : x.shape[3] // k * k], k)  # the rest is in no window
        return F.conv2d(x, self.kernel(), bias)


def _spread_axis(side: int, k: int, group: int) -> Tensor:
    """(side, group, side + k·group − 1): where each weight of an axis stands for each of the outputs that are given together."""
    found = torch.zeros(side, group, side + k * group - 1, dtype=torch.float64)
    for p in range(side):
        for g in range(group):
            found[p, g, p + g * k : p + g * k + k] = 1 / k
    return found


class Linears(nn.Module):
    """Linear layers with nothing between them as one, whose weights are the product of theirs.

    On a CPU a wide one is a 1×1 convolution whose picture is the batch: the same products by the library of the convolutions, which
    knows all of today's processors.
    """

    def __init__(self, layers: Sequence[nn.Linear]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    @property
    def linears(self) -> list[nn.Linear]:
        return cast("list[nn.Linear]", list(self.layers))

    def forward(self, x: Tensor) -> Tensor:
        *before, last = self.linears
        weight: Tensor = last.weight
        bias: Tensor | None = last.bias
        with torch.autocast(weight.device.type, enabled=False):
            for layer in reversed(before):
                if layer.bias is not None:
                    bias = weight @ layer.bias if bias is None else torch.addmv(bias, weight, layer.bias)
                weight = weight @ layer.weight
        if (
            x.ndim == 2 and x.device.type == "cpu" and x.dtype == torch.float32 and WIDE <= weight.numel() <= WIDEST
            and ONEDNN and not torch.is_autocast_enabled("cpu")
        ):  # fmt: skip
            picture = x.view(1, len(x), 1, -1).permute(0, 3, 1, 2)  # (1, in, N, 1), channels last
            return F.conv2d(picture, weight[:, :, None, None], bias).permute(0, 2, 3, 1).view(len(x), -1)
        return F.linear(x, weight, bias)


def _worth_joining(layers: Sequence[nn.Linear], one: nn.Linear) -> bool:
    """Whether one more layer makes a product that is smaller than its factors."""
    joined = layers[0].in_features * one.out_features
    return joined <= sum(layer.weight.numel() for layer in layers) + one.weight.numel()


def _pair(value: Any) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def _pooled(conv: nn.Module, pool: nn.Module) -> bool:
    return (
        isinstance(conv, nn.Conv2d) and isinstance(pool, nn.AvgPool2d) and _pair(conv.stride) == (1, 1) and _pair(conv.dilation) == (1, 1)
        and conv.padding_mode == "zeros" and not isinstance(conv.padding, str)
        and _pair(pool.stride) == _pair(pool.kernel_size) and _pair(pool.padding) == (0, 0) and not pool.ceil_mode and pool.divisor_override is None
    )  # fmt: skip


def _simpler(part: nn.Module) -> nn.Module:
    """Linear interpolation to half the size takes the mean of 2×2 cells; a GPU that adds in one order is many times as quick with that."""
    if (
        isinstance(part, nn.Upsample) and part.mode == "bilinear" and not part.align_corners and part.size is None and not part.recompute_scale_factor
        and _pair(part.scale_factor) == (0.5, 0.5)
    ):  # fmt: skip
        return nn.AvgPool2d(2)
    return part


def wide(traced: Trace) -> bool:
    """Whether most products are those of convolutions over many channels, which CPUs do faster with the channels last."""
    over = sum(whole(row.macs) for row in traced if isinstance(row.layer, Conv) and whole(row.input[0]) >= CHANNELS)
    return 2 * over > whole(traced.macs)


def rewritten(module: nn.Module) -> nn.Module:
    """The same network with every rewrite that fits; it holds the same parameters as `module`, which keeps its own names for them."""
    if not isinstance(module, nn.Sequential):
        return module
    parts = list(module)
    windows = word_windows(parts)
    if windows is not None:
        return nn.Sequential(windows, *parts[3:])
    found: list[nn.Module] = []
    for part in map(_simpler, parts):
        last = found[-1] if found else None
        if last is not None and _pooled(last, part):
            found[-1] = PooledConv(last, part)  # type: ignore[arg-type]
            _gather(found)
        elif isinstance(part, nn.Linear):
            if isinstance(last, Linears) and _worth_joining(last.linears, part):
                last.layers.append(part)
            else:
                found.append(Linears([part]))
        else:
            found.append(rewritten(part))
    return nn.Sequential(*found)


def _gather(parts: list[nn.Module]) -> None:
    """Let the pooled convolution before the last part give its output as that one takes it, if only activations are between."""
    last = parts[-1]
    before = next((part for part in reversed(parts[:-1]) if not isinstance(part, CELLWISE)), None)
    if (
        isinstance(last, PooledConv) and last.unshuffles and _pair(last.conv.padding) == (0, 0)
        and isinstance(before, PooledConv) and not before.unshuffles and before.conv.in_channels == 1
    ):  # fmt: skip
        before.give_groups(last.size[0])
        last.gathered = True
