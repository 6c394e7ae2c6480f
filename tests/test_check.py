"""The check itself: it agrees with what is right, and finds what is wrong."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

import convcalc as cc
from convcalc.layers import Conv, MaxPool
from convcalc.shape import Shape
from convcalc.torchside.sample import differences, draw, sample
from convcalc.tracing import trace


@pytest.mark.parametrize(
    ("spec", "x"),
    [
        ("conv F@KxO sSxT pPxQ", "C,M,N"),
        ("conv F@KxO sSxT pPxQ dDxE gG", "C,M,N"),
        ("conv 6@5x5 > avgpool 2 > relu > conv 16@5x5 > avgpool 2 > relu > flatten > linear 120 > linear 10", "1,M,N"),
        ("maxpool K sS ceil", "C,M,N"),
        ("convt F@K sS pP", "C,M,N"),
        ("conv KxO same dD", "C,M,N"),
        ("residual(conv 8@3x3 p1 > bn > relu > conv 8@3x3 p1)", "8,M,N"),
        ("residual(conv 3x3 s2 p1 | maxpool 2)", "1,M,N"),
        ("embedding V D > transpose > concat(conv F@3 | conv F@5 p1)", "L"),
        ("upsample 1.5 > conv 3x3 s2", "3,M,N"),
        ("conv 4@3x3x3 s2 p1 > flatten > linear H", "2,M,N,R"),
    ],
)
def test_formulas_hold_at_a_spread_of_values(spec: str, x: str) -> None:
    result = cc.check(cc.parse(spec), x, device="cpu")
    assert result.differences == []
    assert any(" values of " in text for text in result.compared)


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
def test_copied_padding_is_refused_where_torch_refuses_it(mode: str) -> None:
    """At an input of 4: paddings of one less, as much, and one more."""
    for padding in (3, 4, 5):
        net = cc.parse(f"conv 3 p{padding} padding_mode={mode}")
        assert differences(net, (2, 4), torch.device("cpu")) == []


@pytest.mark.parametrize(
    ("spec", "x"),
    [
        ("upsample size=58", "4,60"), ("upsample 41", "1,5"), ("maxpool 6 s1 p1 d2 ceil > upsample 0.5 > in", "2,60"),
        ("conv 4 same d4 > conv 1@2 s4 p5 d4 > in", "2,1417"), ("convt 2@6 s8 p8 op1 d3 > pad sides=0x-2 > gn 1", "2,724"),
        ("conv 2@7 p2 d3 > gn 1", "2,475"), ("transpose > conv 3@3 s5 p8 d2", "1,188"), ("conv 3x3 s(K-3)", "1,M,N"), ("relu", "1,(M-3),N"),
        ("upsample 2 > conv K", "1,M"), ("convt 3 s2 > maxpool K s1", "1,8"), ("conv (F+1)@3x3 gG", "C,9,9"),
    ],
)  # fmt: skip
def test_cases_that_once_went_wrong(spec: str, x: str) -> None:
    assert cc.check(spec, x, device="cpu").differences == []


def test_fields_of_many_threads() -> None:
    for _ in range(10):
        traced = cc.trace("50 * (conv 3x3 p1 > relu)", (1, 9, 9))
        last = traced[-1]
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(getattr, [last] * 8, ["receptive_field"] * 8))
        assert found == [found[0]] * 8


def test_limits_end_at_once() -> None:
    for spec, x in (
        ("convt 3x3 s100000000", "1,2,2"),
        ("unpool 10000", "1,2,2"),
        ("adaptiveavg 100000000x1", "1,7,7"),
        ("1100 * (conv 1x1 s2) > upsample 3", "1,1,1"),
    ):
        assert None in cc.trace(spec, x)[-1].receptive_field
    assert cc.trace("conv 400000001 d2 p400000000", (1, 9)).output == (1, 9)
    for spec in ("20 * (upsample 1.5)", "15000 * (conv 3x3 s2 p1)"):
        with pytest.raises(cc.ConvcalcError) as stop:
            cc.trace(spec, "1,M,1")
        assert stop.value.kind == "formula_too_large"


def wrong(monkeypatch: pytest.MonkeyPatch, cls: type, method: str, change: Callable[..., object]) -> None:
    right = getattr(cls, method)
    monkeypatch.setattr(cls, method, lambda self, *args: change(right(self, *args)))


def test_a_wrong_shape_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong(monkeypatch, MaxPool, "shape", lambda y: (y[0], y[1] + 1, *y[2:]))
    result = cc.check(cc.parse("maxpool 2"), (3, 8, 8), device="cpu")
    assert not result.agrees
    assert result.differences == ["output: convcalc (3, 5, 4), torch (3, 4, 4)"]


def test_wrong_weights_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong(monkeypatch, Conv, "weights", lambda w: {"weight": w["weight"]})
    differences = cc.check(cc.parse("conv 8@3x3"), (3, 8, 8), device="cpu").differences
    assert "weights: convcalc none besides, torch 1×(8,)" in differences
    assert "params: convcalc 216, torch 224" in differences


def test_wrong_macs_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong(monkeypatch, Conv, "macs", lambda macs: 2 * macs)
    assert cc.check(cc.parse("conv 3x3"), (1, 5, 5), device="cpu").differences == ["macs: convcalc 162, torch 81"]


@pytest.mark.parametrize("start", [-1, 1])
def test_a_wrong_receptive_field_is_found(monkeypatch: pytest.MonkeyPatch, start: int) -> None:
    from convcalc.axis import Axis
    from convcalc.field import Field

    def moved(f: Field) -> Field:
        axes = tuple(
            tuple(
                Axis(a.source, a.step, tuple((i[0] + start, i[1] + start) for i in a.intervals if i), a.hull)
                for a in entries
            )
            for entries in f.axes
        )
        return Field(f.sizes, axes, f.lost)

    wrong(monkeypatch, Conv, "field", moved)
    result = cc.check(cc.parse("conv 3x3"), (1, 20, 20), device="cpu")
    assert any("receptive field" in text for text in result.differences)


def test_a_wrong_formula_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Conv.shape

    def shape(self: Conv, x: Shape) -> Shape:  # right for numbers, wrong for letters
        y = right(self, x)
        return y if isinstance(y[1], int) else (y[0], y[1] + 1, *y[2:])

    monkeypatch.setattr(Conv, "shape", shape)
    assert not cc.check(cc.parse("conv 3x3"), "1,M,9", device="cpu").agrees


def test_a_wrong_range_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    traced = trace(cc.parse("conv 3x3"), "1,M,N")
    from convcalc.torchside import check as module

    too_narrow = [c._replace(right=c.right + 2) for c in traced.valid_when]
    monkeypatch.setattr(module, "trace", lambda net, x: _with(trace(net, x), too_narrow))
    differences = module.check(cc.parse("conv 3x3"), "1,M,N", device="cpu").differences
    assert any("outside the stated range" in text for text in differences)


def _with(traced: cc.Trace, conditions: list[object]) -> cc.Trace:
    if traced.symbolic:
        traced.valid_when = conditions  # type: ignore[assignment]
    return traced


def test_large_networks_are_checked_without_data() -> None:
    result = cc.check(cc.parse("conv 64@3x3 p1 > relu"), (3, 60_000, 60_000), device="cpu")
    assert result.agrees
    assert result.device == "meta"


def test_a_device_that_is_not_there() -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device, so there is nothing to miss")
    with pytest.raises(cc.MissingError) as stop:
        cc.check(cc.parse("relu"), (3,), device="cuda")
    assert (stop.value.kind, stop.value.exit_code) == ("no_device", 3)
    assert "--device cpu" in str(stop.value)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_the_gpu_agrees() -> None:
    result = sample(500, seed=1, device="cuda")
    assert result.mismatches == []


def test_random_samples_agree() -> None:
    result = sample(1500, seed=2026, device="cpu")
    assert result.mismatches == []
    assert result.compared == 1500
    assert result.accepted > 500
    assert result.refused > 300
    from convcalc.layers import LAYERS

    assert set(LAYERS) <= set(result.kinds)


def test_a_mismatch_is_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong(monkeypatch, MaxPool, "shape", lambda y: (y[0], y[1] + 1, *y[2:]))
    result = sample(400, seed=0, device="cpu", most=1)
    (mismatch,) = result.mismatches
    assert mismatch.spec == "maxpool 1"
    assert mismatch.input in ("(1, 1)", "(1, 1, 1)", "(1, 1, 1, 1)")


def test_the_same_seed_draws_the_same_samples() -> None:
    import random

    assert [str(draw(random.Random(5))[0]) for _ in range(3)] == [str(draw(random.Random(5))[0])] * 3


def test_torch_that_cannot_be_imported(convcalc: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "convcalc.torchside.check", None)
    ran = convcalc("shape", "relu", "-i", "3")
    assert ran.code == 3  # type: ignore[attr-defined]
    assert "Total params: 0" in ran.out  # type: ignore[attr-defined]
    assert "pip install torch" in ran.err  # type: ignore[attr-defined]


def test_a_command_that_is_nothing_without_torch(
    convcalc: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "torch", None)
    ran = convcalc("train", "lenet", "--lang", "vi")
    assert ran.code == 3  # type: ignore[attr-defined]
    assert "lệnh này cần torch" in ran.err  # type: ignore[attr-defined]
    assert "--no-check" not in ran.err  # type: ignore[attr-defined]
