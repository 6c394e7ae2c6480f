"""The same function with the same parameters and gradients, in fewer operations. The tests prove each equal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class PooledConv(nn.Module):
    """A convolution and the average pooling after it as one convolution.

    The mean of k×k neighbouring outputs is a convolution with the mean of the kernel at k×k places, stride k:
    (K + k − 1)² products for an output instead of k²·K².
    """

    def __init__(self, conv: nn.Conv2d, pool: nn.AvgPool2d) -> None:
        super().__init__()
        self.conv, self.size = conv, _pair(pool.kernel_size)

    def forward(self, x: Tensor) -> Tensor:
        k, o = self.size
        kernel = F.avg_pool2d(F.pad(self.conv.weight, (o - 1, o - 1, k - 1, k - 1)), (k, o), 1)
        top, left = _pair(self.conv.padding)
        if (
            k == o
            and self.conv.in_channels > 1
            and self.conv.groups == 1
            and not (kernel.shape[2] % k or kernel.shape[3] % k)
        ):
            return self._unshuffled(F.pad(x, (left, left, top, top)) if top or left else x, kernel, k)
        return F.conv2d(x, kernel, self.conv.bias, (k, o), (top, left), 1, self.conv.groups)

    def _unshuffled(self, x: Tensor, kernel: Tensor, k: int) -> Tensor:
        """With each k×k cells as channels of one: the same products, without a stride, which libraries do better."""
        kernels, channels, height, width = kernel.shape
        x = x[:, :, : x.shape[2] // k * k, : x.shape[3] // k * k]  # what is left over is in no window
        split = kernel.view(kernels, channels, height // k, k, width // k, k).permute(0, 1, 3, 5, 2, 4)
        return F.conv2d(
            F.pixel_unshuffle(x, k), split.reshape(kernels, channels * k * k, height // k, width // k), self.conv.bias
        )


def _pair(value: Any) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def _pooled(conv: nn.Module, pool: nn.Module) -> bool:
    return (
        isinstance(conv, nn.Conv2d) and isinstance(pool, nn.AvgPool2d) and _pair(conv.stride) == (1, 1) and _pair(conv.dilation) == (1, 1)
        and conv.padding_mode == "zeros" and not isinstance(conv.padding, str)
        and _pair(pool.stride) == _pair(pool.kernel_size) and _pair(pool.padding) == (0, 0) and not pool.ceil_mode and pool.divisor_override is None
    )  # fmt: skip


class WordWindows(nn.Module):
    """An embedding, convolutions over it and the largest value of each kernel, as sums of looked-up projections.

    A kernel's value at a place is Σⱼ W[:, :, j]·E[word j], so each word is multiplied by all kernels once (the words of a batch that
    differ) and looked up; and only the place of the largest value has a gradient. Windows that begin after the last word are left out, so that
    a text gives the same whatever stands beside it in the batch.
    """

    def __init__(self, embedding: nn.Embedding, convs: Sequence[nn.Conv1d]) -> None:
        super().__init__()
        self.embedding, self.convs = embedding, nn.ModuleList(convs)
        self.longest = max(conv.kernel_size[0] for conv in convs)

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[1] < self.longest:
            x = F.pad(x, (0, self.longest - x.shape[1]))
        lengths = (x != 0).sum(1)
        words, places = torch.unique(x, return_inverse=True)
        vectors = self.embedding(words)  # (U, D)
        found = []
        for conv in self.convs:
            assert isinstance(conv, nn.Conv1d)
            kernels, _, size = conv.weight.shape
            # (U, size·F): what each word adds to each kernel at each place of the window
            table = vectors @ conv.weight.permute(1, 2, 0).reshape(-1, size * kernels)
            best = _Largest.apply(  # type: ignore[no-untyped-call]
                table.view(-1, size, kernels), places, (lengths - size + 1).clamp(min=1)
            )
            found.append(torch.relu(best if conv.bias is None else best + conv.bias))
        return torch.cat(found, 1)


class _Largest(torch.autograd.Function):
    """(U, K, F), (N, L), (N,) → (N, F): the largest over the first `windows` places t of Σⱼ table[word at t + j, j]."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, places: Tensor, windows: Tensor) -> Tensor:
        _, size, _ = table.shape
        n, count = places.shape[0], places.shape[1] - size + 1
        sums = table[:, 0][places[:, :count].reshape(-1)]
        for j in range(1, size):
            sums += table[:, j].index_select(0, places[:, j : j + count].reshape(-1))
        sums = sums.view(n, count, -1)
        if int(windows.min()) < count:
            late = torch.arange(count, device=places.device) >= windows[:, None]
            sums = sums.masked_fill(late[:, :, None], -torch.inf)
        best, at = sums.max(1)  # (N, F)
        ctx.save_for_backward(places, at)
        ctx.shape = table.shape
        return best

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        places, at = ctx.saved_tensors
        grad = grads[0]
        found = grad.new_zeros(ctx.shape)
        for j in range(ctx.shape[1]):
            found[:, j].scatter_add_(0, places.gather(1, at + j), grad)
        return found, None, None


def rewritten(module: nn.Module) -> nn.Module:
    """The same network with every rewrite that fits; it holds the same parameters as `module`, which keeps its own names for them."""
    if not isinstance(module, nn.Sequential):
        return module
    parts = list(module)
    windows = _word_windows(parts)
    if windows is not None:
        return nn.Sequential(windows, *parts[3:])
    found: list[nn.Module] = []
    for part in parts:
        if found and _pooled(found[-1], part):
            found[-1] = PooledConv(found[-1], part)  # type: ignore[arg-type]
        else:
            found.append(rewritten(part))
    return nn.Sequential(*found)


def _word_windows(parts: list[nn.Module]) -> WordWindows | None:
    """An embedding, its transpose and branches of convolution, ReLU and the largest value, at the beginning of a network."""
    if len(parts) < 3 or not isinstance(parts[0], nn.Embedding) or parts[0].padding_idx is not None:
        return None
    branches = getattr(parts[2], "parts", None)
    if type(parts[1]).__name__ != "Transposed" or not isinstance(branches, nn.ModuleList):
        return None
    convs = []
    for branch in branches:
        inner = list(branch) if isinstance(branch, nn.Sequential) else []
        if (
            len(inner) != 3 or not isinstance(inner[0], nn.Conv1d) or not isinstance(inner[1], nn.ReLU)
            or not isinstance(inner[2], nn.AdaptiveMaxPool1d) or inner[0].stride != (1,) or inner[0].dilation != (1,)
            or inner[0].padding != (0,) or inner[0].groups != 1
        ):  # fmt: skip
            return None
        convs.append(inner[0])
    return WordWindows(parts[0], convs)
