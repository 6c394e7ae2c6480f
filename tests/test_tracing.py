"""Traces: rows and totals of whole networks, their formulas, and the rows before a layer that does not fit."""

import pytest

import convcalc as cc
from convcalc.tracing import PartialTrace, trace_rows

LENET = "conv 6@5x5 > avgpool 2 > relu > conv 16@5x5 > avgpool 2 > relu > flatten > linear 120 > linear 84 > linear 10"


def bottleneck_stage(width: int, blocks: int, stride: int) -> str:
    """A stage of a ResNet with bottlenecks: the first block changes the size and the channels."""
    s = f"s{stride}" if stride > 1 else ""
    body = f"conv {width}@1x1 nobias > bn > relu > conv {width}@3x3 {{}} p1 nobias > bn > relu > conv {4 * width}@1x1 nobias > bn"
    first = f"residual({body.format(s)} | conv {4 * width}@1x1 {s} nobias > bn) > relu"
    return f"{first} > {blocks - 1} * (residual({body.format('')}) > relu)"


RESNET152_TRUNK = "conv 64@7x7 s2 p3 nobias > bn > relu > maxpool 3 s2 p1 > " + " > ".join(
    bottleneck_stage(*stage) for stage in ((64, 3, 1), (128, 8, 2), (256, 36, 2), (512, 3, 2))
)


def test_rows_and_totals() -> None:
    traced = cc.trace(cc.parse(LENET), (1, 32, 32))
    assert [row.output for row in traced][:2] == [(6, 28, 28), (6, 14, 14)]
    assert [row.params for row in traced if row.params] == [156, 2416, 48_120, 10_164, 850]
    assert traced.params == 61_706  # the published count of LeNet-5
    assert traced.params == sum(row.params for row in traced)
    assert traced.macs == sum(row.macs for row in traced)
    assert traced.output == (10,)
    net = cc.parse(LENET)
    assert (net.shape((1, 32, 32)), net.params((1, 32, 32)), net.macs((1, 32, 32))) == ((10,), 61_706, traced.macs)


def test_memory_counts_as_torchsummary_does() -> None:
    memory = cc.trace(cc.parse("conv 6@5x5 > avgpool 2 > residual(relu)"), (1, 32, 32)).memory
    outputs = 6 * 28 * 28 + 6 * 14 * 14 + 6 * 14 * 14  # the sum is no module, so torchsummary does not see it
    assert memory == (4 * 32 * 32, 4 * outputs, 4 * 156)


def test_resnet152() -> None:
    traced = cc.trace(cc.parse(RESNET152_TRUNK + " > gap > flatten > linear 1000"), (3, 224, 224))
    assert traced.params == 60_192_808  # torchvision's resnet152
    assert traced.macs == 11_513_626_624
    assert len(traced) == 515


def test_resnet152_in_letters_is_one_floor_an_axis() -> None:
    traced = cc.trace(cc.parse(RESNET152_TRUNK), "3,M,N")
    assert [str(size) for size in traced.output] == ["2048", "(M + 31)//32", "(N + 31)//32"]
    assert traced.params == 60_192_808 - 2048 * 1000 - 1000
    assert traced.valid_when == []
    numbers = cc.trace(cc.parse(RESNET152_TRUNK), (3, 224, 160))
    assert isinstance(traced.macs, cc.Formula)
    assert traced.macs.at({"M": 224, "N": 160}) == numbers.macs


def test_the_slides_formula_and_its_range() -> None:
    traced = cc.trace(cc.parse("conv F@KxO sSxT pPxQ"), "C,M,N")
    assert [str(size) for size in traced.output] == ["F", "(M + 2*P - K)//S + 1", "(N + 2*Q - O)//T + 1"]
    assert str(traced.params) == "F*(C*K*O + 1)"
    assert [c.text() for c in traced.valid_when] == ["M + 2*P >= K", "N + 2*Q >= O"]
    assert [c.text("text") for c in traced.valid_when] == ["M + 2P ≥ K", "N + 2Q ≥ O"]


def test_the_range_of_a_chain_is_one_bound() -> None:
    traced = cc.trace(cc.parse(LENET), "1,M,N")
    assert [c.text() for c in traced.valid_when] == ["M >= 16", "N >= 16"]
    assert cc.trace(cc.parse(LENET), (1, 16, 16)).output == (10,)
    with pytest.raises(cc.ShapeError):
        cc.trace(cc.parse(LENET), (1, 15, 16))


def test_branches_in_letters_meet_under_a_condition() -> None:
    traced = cc.trace(cc.parse("residual(conv 3x3 s2 p1 | maxpool 2)"), "1,M,N")
    assert [c.text() for c in traced.valid_when if c.relation == "=="] == ["(M + 1)//2 == M//2", "(N + 1)//2 == N//2"]
    with pytest.raises(cc.ShapeError):
        cc.trace(cc.parse("residual(conv 3x3)"), "1,M,N")  # M − 2 is never M


def test_groups_in_letters_must_divide() -> None:
    traced = cc.trace(cc.parse("conv F@3x3 gG"), "C,9,9")
    assert {c.text() for c in traced.valid_when} == {"C % G == 0", "F % G == 0"}


def test_the_rows_before_a_layer_that_does_not_fit() -> None:
    net = cc.parse("conv 3x3 > residual(relu > conv 9x9) > relu")
    with pytest.raises(PartialTrace) as stop:
        trace_rows(net, (1, 9, 9))
    assert [row.text for row in stop.value.rows] == ["conv 3x3", "relu"]
    assert [axis.size for axis in stop.value.rows[-1].receptive_field if axis is not None] == [3, 3]
    assert stop.value.error.layer == 3


def test_repeats_have_weights_of_their_own() -> None:
    traced = cc.trace(cc.parse("3 * (conv 1@3x3 p1)"), (1, 9, 9))
    assert (len(traced), traced.params) == (3, 30)
    assert cc.check(cc.parse("3 * (conv 1@3x3 p1)"), (1, 9, 9), device="cpu").agrees


def test_ten_thousand_layers() -> None:
    traced = cc.trace(cc.parse("10000 * (conv 8@3x3 p1 > relu)"), (8, 16, 16))
    assert len(traced) == 20_000
    axis = traced[-1].receptive_field[0]
    assert axis is not None
    assert axis.size == 20_001
    assert cc.trace(cc.parse("10000 * (conv 3x3)"), (1, 30_000, 30_000)).output == (1, 10_000, 10_000)


def test_a_graph_is_traced_in_order() -> None:
    net = cc.parse("graph(a: conv 8@3x3 p1; g: gap > conv 8@1x1 > sigmoid; m: mul < a, g; out: add < m, a)")
    traced = cc.trace(net, (3, 9, 9))
    assert [row.text for row in traced] == ["conv 8@3x3 p1", "gap", "conv 8@1x1", "sigmoid", "mul", "add"]
    assert traced.output == (8, 9, 9)
    assert cc.check(net, (3, 9, 9), device="cpu").agrees


def test_python_takes_shapes_and_networks_in_any_form() -> None:
    net = cc.parse("conv 6@5x5 > relu")
    for x in ("1,28,28", [1, 28, 28], (1, 28, 28), "1x28x28"):
        assert net.shape(x) == (6, 24, 24)  # type: ignore[arg-type]
        assert net.params(x) == 156  # type: ignore[arg-type]
        assert net.macs(x) == 86_400  # type: ignore[arg-type]
        assert cc.trace("conv 6@5x5 > relu", x).output == (6, 24, 24)
    assert [str(size) for size in net.shape(("C", "M", "N"))] == ["6", "M - 4", "N - 4"]  # type: ignore[arg-type]
    assert cc.check("relu", "3", device="cpu").agrees
    assert {"parse", "trace", "check", "Layer"} <= set(dir(cc))


@pytest.mark.parametrize("x", [(1, 28.5, 28), (1, 0, 28), None, 28, "1,,2", (), (1, True, 2)])
def test_python_refuses_what_is_no_shape(x: object) -> None:
    for ask in (cc.parse("conv 3x3").shape, cc.parse("conv 3x3 > relu").macs, cc.parse("relu").params):
        with pytest.raises(cc.ConvcalcError) as stop:
            ask(x)  # type: ignore[arg-type]
        assert stop.value.kind == "bad_shape"


def test_python_says_what_is_no_network() -> None:
    with pytest.raises(cc.SpecError, match="a network is a spec or a layer, not NoneType"):
        cc.parse(None)  # type: ignore[arg-type]
    with pytest.raises(cc.SpecError, match="not int"):
        cc.trace(3, (1, 2, 2))  # type: ignore[arg-type]
    with pytest.raises(cc.ShapeError, match="needs numbers"):
        cc.parse("conv 3x3").module("1,M,N")  # type: ignore[arg-type]
