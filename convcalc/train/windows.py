"""A network on texts in fewer operations: an embedding, convolutions over it and the largest value of each kernel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from convcalc.layers.combine import Concat


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
        if x.is_cuda:  # all words are quicker there than asking how many there are
            places, vectors = x, self.embedding.weight
        else:
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
        if places.is_cuda or int(windows.min()) < count:
            late = torch.arange(count, device=places.device) >= windows[:, None]
            sums = sums.masked_fill(late[:, :, None], -torch.inf)
        best, at = sums.max(1)  # (N, F)
        ctx.save_for_backward(places, at)
        ctx.shape = table.shape
        return best

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        places, at = ctx.saved_tensors
        return scattered(grads[0], places, at, ctx.shape, at_once=places.is_cuda), None, None


def scattered(grad: Tensor, places: Tensor, at: Tensor, shape: Sequence[int], at_once: bool) -> Tensor:
    """(U, K, F): the gradient (N, F) of the largest values, which begin at `at` (N, F), added where each was looked up.

    `at_once` is one addition for all K, which sorts on a GPU that adds in one order; one for each is quicker on a CPU.
    """
    found = grad.new_zeros(tuple(shape))
    _, size, kernels = shape
    if at_once:
        j, f = torch.arange(size, device=at.device), torch.arange(kernels, device=at.device)[:, None]
        words = places.gather(1, (at[:, :, None] + j).flatten(1)).view(len(at), kernels, size)
        return found.index_put_((words, j, f), grad[:, :, None].expand(-1, -1, size), accumulate=True)
    for k in range(size):
        found[:, k].scatter_add_(0, places.gather(1, at + k), grad)
    return found


def word_windows(parts: list[nn.Module]) -> WordWindows | None:
    """An embedding, its transpose and branches of convolution, ReLU and the largest value, at the beginning of a network."""
    if (
        len(parts) < 4
        or not isinstance(parts[3], nn.Flatten)
        or not isinstance(parts[0], nn.Embedding)
        or parts[0].padding_idx is not None
    ):
        return None
    branches = getattr(parts[2], "parts", None)
    drawn = getattr(getattr(parts[2], "run", None), "args", (None,))[0]  # the layer that the branches are of
    if (
        type(parts[1]).__name__ != "Transposed"
        or not isinstance(branches, nn.ModuleList)
        or not isinstance(drawn, Concat)
    ):
        return None
    convs = []
    for branch in branches:
        inner = list(branch) if isinstance(branch, nn.Sequential) else []
        if (
            len(inner) != 3 or not isinstance(inner[0], nn.Conv1d) or not isinstance(inner[1], nn.ReLU)
            or not isinstance(inner[2], nn.AdaptiveMaxPool1d) or inner[0].stride != (1,) or inner[0].dilation != (1,)
            or inner[0].padding != (0,) or inner[0].groups != 1 or inner[2].output_size not in (1, (1,))
        ):  # fmt: skip
            return None
        convs.append(inner[0])
    return WordWindows(parts[0], convs)
