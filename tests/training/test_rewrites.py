"""Exact rewrites: the same numbers and gradients."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import convcalc as cc
from convcalc.train.rewrites import WIDE, Linears, PooledConv, rewritten
from convcalc.train.windows import WordWindows, scattered


def both(module: nn.Module, x: torch.Tensor) -> list[tuple[torch.Tensor, list[torch.Tensor]]]:
    found = []
    for network in (module, rewritten(module)):
        module.zero_grad()
        y = network(x)
        y.square().sum().backward()  # type: ignore[no-untyped-call]
        found.append((y.detach(), [p.grad.clone() for p in module.parameters() if p.grad is not None]))
    return found


@pytest.mark.parametrize(
    ("spec", "size"),
    [
        ("conv 6@5 > avgpool 2", 28),
        ("conv 6@5 > avgpool 2", 31),
        ("conv 6@5x3 p1x2 > avgpool 2x3", 28),
        ("conv 6@5x3 p1x2 > avgpool 2x3", 31),
        ("conv 6@4 g2 > avgpool 3 > relu", 31),
        ("conv 4@3 > conv 6@5 > avgpool 2", 31),
        ("conv 4@3 > conv 6@5 p2 > avgpool 2", 28),
        ("conv 4@3 > conv 6@4x7 p1x3 > avgpool 3", 30),
        ("conv 6@3 nobias > avgpool 2 > conv 4@2 > avgpool 2", 30),
        ("conv 6@5 p2 > avgpool 2 > tanh > conv 5@5 > avgpool 2", 29),
        ("conv 6@5 > avgpool 2 > relu > sigmoid > conv 5@4 > avgpool 3", 41),
        ("conv 6@5 > avgpool 2 > relu > conv 5@3 p1 > avgpool 2", 28),
        ("conv 6@5 > avgpool 2 > dropout 0 > conv 5@3 > avgpool 2", 28),
        ("lenet", 28),
        ("lenet5", 32),
    ],
)
def test_a_pooled_convolution_is_the_same_function(spec: str, size: int) -> None:
    shape = (2 if "g2" in spec else 1, size, size)
    torch.manual_seed(0)
    module = cc.parse(spec).module(shape).double()
    assert any(isinstance(part, PooledConv) for part in rewritten(module))  # type: ignore[arg-type]
    (y, grads), (z, other) = both(module, torch.randn(3, *shape, dtype=torch.float64))
    assert torch.allclose(y, z, atol=1e-12)
    assert all(torch.allclose(a, b, atol=1e-10) for a, b in zip(grads, other, strict=True))


@pytest.mark.parametrize("spec", ["tanh > upsample 0.5 bilinear", "conv 3@4 > upsample 0.5x0.5 linear > relu"])
@pytest.mark.parametrize("size", [(8, 8), (7, 10), (9, 11)])
def test_halving_by_interpolation_is_an_average(spec: str, size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    module = cc.parse(spec).module((2, *size)).double()
    assert not any(isinstance(part, nn.Upsample) for part in rewritten(module).modules())
    x = torch.randn(3, 2, *size, dtype=torch.float64, requires_grad=True)
    (y, grads), (z, other) = both(module, x)
    assert torch.allclose(y, z, atol=1e-12)
    assert all(torch.allclose(a, b, atol=1e-10) for a, b in zip(grads, other, strict=True))
    given = [torch.autograd.grad(network(x).square().sum(), x)[0] for network in (module, rewritten(module))]
    assert torch.allclose(*given, atol=1e-12)


@pytest.mark.parametrize(
    "spec",
    ["upsample 0.5", "upsample 0.5 bilinear corners", "upsample 0.5x1 bilinear", "upsample 0.25 bilinear", "upsample size=4 bilinear", "upsample 2 bilinear"],
)  # fmt: skip
def test_no_other_resizing_is_an_average(spec: str) -> None:
    parts = list(rewritten(cc.parse(spec + " > relu").module((2, 8, 8))).children())
    assert isinstance(parts[0], nn.Upsample)


@pytest.mark.parametrize(
    ("spec", "gathered"),
    [
        ("lenet", True),
        ("lenet5", True),
        ("conv 6@5 p2 > avgpool 2 > conv 5@5 > avgpool 2", True),
        ("conv 6@5 > avgpool 2 > conv 5@5 p2 > avgpool 2", False),  # zeros would have to come between the cells
        ("conv 6@5 > avgpool 2 > dropout > conv 5@5 > avgpool 2", False),  # other cells would be dropped
        ("conv 6@5 > avgpool 2 > conv 5@4 > avgpool 2", False),  # five rows of a kernel are no whole number of pairs
    ],
)
def test_cells_are_gathered_where_nothing_between_minds(spec: str, gathered: bool) -> None:
    parts = [part for part in rewritten(cc.parse(spec).module((1, 28, 28))) if isinstance(part, PooledConv)]  # type: ignore[attr-defined]
    assert [part.gathered for part in parts] == [False, gathered]


@pytest.mark.parametrize(
    ("spec", "joined"),
    [
        ("linear 30 > linear 20 > linear 5", [3]),
        ("linear 30 nobias > linear 20 nobias > linear 5 nobias", [3]),
        ("linear 30 nobias > linear 20 > linear 5 nobias", [3]),
        ("linear 30 > relu > linear 20 > linear 5", [1, 2]),
        ("linear 3 > linear 50", [1, 1]),  # the product would be larger than its factors
    ],
)
def test_linear_layers_in_a_row_are_one(spec: str, joined: list[int]) -> None:
    torch.manual_seed(0)
    module = cc.parse(spec).module((40,)).double()
    assert [len(part.layers) for part in rewritten(module) if isinstance(part, Linears)] == joined  # type: ignore[attr-defined]
    (y, grads), (z, other) = both(module, torch.randn(7, 40, dtype=torch.float64))
    assert torch.allclose(y, z, atol=1e-12)
    assert all(torch.allclose(a, b, atol=1e-10) for a, b in zip(grads, other, strict=True))


def test_a_wide_linear_layer_is_the_same_as_a_convolution_over_the_batch() -> None:
    torch.manual_seed(0)
    module = cc.parse("linear 300 > relu > linear 10").module((784,))
    assert sum(p.numel() for p in module.parameters()) > WIDE
    (y, grads), (z, other) = both(module, torch.randn(33, 784))
    assert torch.allclose(y, z, rtol=1e-5, atol=1e-5)
    assert all(
        torch.allclose(a, b, rtol=1e-4, atol=1e-4 * float(a.abs().max())) for a, b in zip(grads, other, strict=True)
    )


@pytest.mark.parametrize("spec", ["conv 6@5 s2 > avgpool 2", "conv 6@5 > avgpool 2 s1", "conv 6@5 > avgpool 2 ceil", "conv 6@5 d2 > avgpool 2", "conv 6@5 > relu > avgpool 2", "conv 6@5 p2 reflect > avgpool 2"])  # fmt: skip
def test_what_does_not_fit_is_left_as_it_is(spec: str) -> None:
    module = cc.parse(spec).module((1, 29, 29))
    assert not any(isinstance(part, PooledConv) for part in rewritten(module).modules())


@pytest.mark.parametrize("length", [5, 9, 40])
def test_word_windows_are_the_same_function(length: int) -> None:
    torch.manual_seed(0)
    module = cc.parse("textcnn words=50 features=7 filters=6").module((60,)).double()
    network = rewritten(module)
    assert isinstance(next(iter(network)), WordWindows)  # type: ignore[call-overload]
    (y, grads), (z, other) = both(module, torch.randint(2, 50, (4, length)))
    assert torch.allclose(y, z, atol=1e-12)
    assert all(torch.allclose(a, b, atol=1e-10) for a, b in zip(grads, other, strict=True))


def test_a_text_gives_the_same_whatever_stands_beside_it() -> None:
    torch.manual_seed(0)
    module = cc.parse("textcnn words=50 features=7 filters=6").module((60,)).double()
    network = rewritten(module)
    text = torch.randint(2, 50, (1, 11))
    alone = module(text)
    beside = torch.cat([F.pad(text, (0, 19)), torch.randint(2, 50, (3, 30))])
    assert torch.allclose(network(beside)[:1], alone, atol=1e-12)


@pytest.mark.parametrize(
    "module",
    [
        nn.Sequential(nn.Conv2d(2, 3, 3), nn.AvgPool2d(2, padding=1)),
        nn.Sequential(nn.Conv2d(2, 3, 3), nn.AvgPool2d(3, 2)),
        nn.Sequential(nn.Conv2d(2, 3, 3), nn.AvgPool2d(2, ceil_mode=True)),
        nn.Sequential(nn.Conv2d(2, 3, 3), nn.AvgPool2d(2, divisor_override=3)),
        nn.Sequential(nn.Conv2d(2, 3, 3, stride=2), nn.AvgPool2d(2)),
        nn.Sequential(nn.Conv2d(2, 3, 3, dilation=2), nn.AvgPool2d(2)),
        nn.Sequential(nn.Conv2d(2, 3, 3, padding=1, padding_mode="reflect"), nn.AvgPool2d(2)),
        nn.Sequential(nn.Conv2d(2, 3, 3, padding="same"), nn.AvgPool2d(2)),
        nn.Sequential(nn.Upsample(scale_factor=0.5, mode="bilinear", recompute_scale_factor=True)),
    ],
    ids=str,
)
def test_what_no_rewrite_is_for_stays_as_it_is(module: nn.Module) -> None:
    x = torch.randn(2, 2, 19, 19)
    assert [type(part) for part in rewritten(module)] == [type(part) for part in module]
    assert torch.equal(rewritten(module)(x), module(x))


@pytest.mark.parametrize(
    "spec",
    [
        "embedding 50 8 > transpose > concat(conv 4@3 > relu > adaptivemax 2 | conv 4@4 > relu > adaptivemax 2) > flatten",
        "embedding 50 8 > transpose > concat(conv 4@3 > relu > adaptivemax 1 | conv 4@4 > relu > adaptivemax 1) > relu",
    ],
)
def test_other_branches_over_words_stay_as_they_are(spec: str) -> None:
    module = cc.parse(spec).module((20,))
    x = torch.randint(1, 50, (3, 20))
    assert not any(isinstance(part, WordWindows) for part in rewritten(module))
    assert torch.equal(rewritten(module)(x), module(x))


def test_the_gradient_of_the_largest_is_the_same_added_at_once() -> None:
    """As a GPU takes it, and as a CPU does; words come again, and windows lie over each other."""
    torch.manual_seed(0)
    places, at, grad = torch.randint(0, 5, (6, 9)), torch.randint(0, 7, (6, 4)), torch.randn(6, 4, dtype=torch.float64)
    slow = torch.zeros(5, 3, 4, dtype=torch.float64)
    for n in range(6):
        for f in range(4):
            for j in range(3):
                slow[places[n, at[n, f] + j], j, f] += grad[n, f]
    for at_once in (True, False):
        assert torch.allclose(scattered(grad, places, at, (5, 3, 4), at_once), slow, atol=1e-12)
