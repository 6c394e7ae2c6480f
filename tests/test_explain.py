"""The steps of a calculation, as the slides write them, and LaTeX."""

import random

import pytest

import convcalc as cc
from convcalc.explain import _evaluate, _formulas, formula, steps
from convcalc.latex import derivation, escape
from convcalc.layers import LAYERS
from convcalc.notation import put_in


def lines(spec: str, x: str, lang: str = "en", style: str = "text") -> list[str]:
    row = cc.trace(cc.parse(spec), x)[-1]
    return [f"{step.what}: " + " = ".join(step.stages(style, lang)) for step in steps(row)]  # type: ignore[arg-type]


def test_a_convolution_as_on_the_slides() -> None:
    assert lines("conv 3x3 s2 p1", "1,28,28") == [
        "height: ⌊(M + 2P − K)/S⌋ + 1 = ⌊(28 + 2·1 − 3)/2⌋ + 1 = ⌊13.5⌋ + 1 = 14",
        "width: ⌊(N + 2Q − O)/T⌋ + 1 = ⌊(28 + 2·1 − 3)/2⌋ + 1 = ⌊13.5⌋ + 1 = 14",
        "params: (K·O·C + 1)·1 = (3·3·1 + 1)·1 = 10",
        "macs: C·K·O·M'·N' = 1·3·3·14·14 = 1764",
    ]


def test_vietnamese_writes_a_decimal_comma() -> None:
    assert "⌊31,5⌋ + 1 = 32" in lines("conv 16@5x5 s2 p2", "3,64,64", "vi")[1]
    assert "⌊31.5⌋ + 1 = 32" in lines("conv 16@5x5 s2 p2", "3,64,64", "en")[1]
    assert "⌊10,33…⌋" in lines("conv 3x3 s3", "1,34,34", "vi")[0]


def test_the_slides_608_parameters() -> None:
    assert lines("conv 8@5x5", "3,32,32")[3] == "params: (K·O·C + 1)·F = (5·5·3 + 1)·8 = 608"


@pytest.mark.parametrize(
    ("spec", "x", "line"),
    [
        ("conv 8@3x3 d2 g2", "4,9,9", "height: ⌊(M + 2P − (D·(K − 1) + 1))/S⌋ + 1 = ⌊(9 + 2·0 − (2·(3 − 1) + 1))/1⌋ + 1 = ⌊4⌋ + 1 = 5"),
        ("conv 8@3x3 d2 g2", "4,9,9", "params: (K·O·(C/G) + 1)·F = (3·3·(4/2) + 1)·8 = 152"),
        ("conv 8@3x3 nobias", "4,9,9", "params: K·O·C·F = 3·3·4·8 = 288"),
        ("convt 4@3 s2 p1 op1", "2,8,8", "height: (M − 1)·S − 2P + K + A = (8 − 1)·2 − 2·1 + 3 + 1 = 16"),
        ("maxpool 3 s2 ceil", "1,8,8", "height: ⌊(M + 2P − K + min(S − 1, K − 1 − P))/S⌋ + 1 = ⌊(8 + 2·0 − 3 + min(2 − 1, 3 − 1 − 0))/2⌋ + 1 = ⌊3⌋ + 1 = 4"),
        ("flatten", "6,14,14", "features: C·M·N = 6·14·14 = 1176"),
        ("linear 84", "120", "params: (N + 1)·F = (120 + 1)·84 = 10164"),
        ("linear 84", "120", "macs: F·N = 84·120 = 10080"),
        ("bn", "6,3,3", "params: C + C = 6 + 6 = 12"),
        ("upsample 1.5", "3,7,7", "height: ⌊M·3/2⌋ = ⌊7·3/2⌋ = ⌊10.5⌋ = 10"),
        ("conv 4@5", "3,20", "length: ⌊(M + 2P − K)/S⌋ + 1 = ⌊(20 + 2·0 − 5)/1⌋ + 1 = ⌊15⌋ + 1 = 16"),
        ("conv 4@3x3x3 s2", "1,9,9,9", "depth: ⌊(M + 2P − K)/S⌋ + 1 = ⌊(9 + 2·0 − 3)/2⌋ + 1 = ⌊3⌋ + 1 = 4"),
        ("conv F@KxO sSxT pPxQ", "C,M,N", "params: (K·O·C + 1)·F = F·(C·K·O + 1)"),
    ],
)  # fmt: skip
def test_a_step(spec: str, x: str, line: str) -> None:
    assert line in lines(spec, x)


@pytest.mark.parametrize(("spec", "x"), [(s, x) for cls in LAYERS.values() for s, x in cls.examples])
def test_every_step_works_out_to_the_answer(spec: str, x: str) -> None:
    row = cc.trace(cc.parse(spec), x)[-1]
    for step in steps(row):
        assert _evaluate(put_in(step.tree)) == step.value
        assert step.stages()[-1] == str(step.value)


def test_a_formula_does_not_depend_on_what_was_asked_before() -> None:
    cases = [
        ("conv 3x3 d1x2", "1,9,9"), ("conv 3x3 d2x1", "1,9,9"), ("conv 3x3 d2", "1,9,9"), ("conv 3x3", "1,9,9"), ("conv 2@3 g2", "4,9"),
        ("conv 3", "4,9"), ("conv 3x3 same", "1,9,9"), ("upsample 0.3", "1,10,10"), ("upsample 0.3", "1,20,20"), ("upsample 2x3", "1,4,4"),
        ("pad 1x2", "1,4,4"), ("pad sides=1x2x3x4", "1,4,4"), ("maxpool 3", "1,9,9"), ("maxpool 3 ceil", "1,9,9"), ("flatten", "1,2,3"),
        ("flatten end_dim=2", "1,2,3"), ("relu", "3"), ("relu", "1,1,1,1,1"),
    ]  # fmt: skip

    def all_formulas(order: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
        _formulas.clear()
        return {case: formula(cc.trace(*case)[-1]) for case in order}

    alone = {case: all_formulas([case])[case] for case in cases}
    for seed in range(20):
        assert all_formulas(random.Random(seed).sample(cases, len(cases))) == alone
    assert alone["conv 3x3 d1x2", "1,9,9"] == "(1, (M + 2*P - K)//S + 1, (N + 2*Q - (E*(O - 1) + 1))//T + 1)"
    assert alone["upsample 0.3", "1,20,20"] == "(C, M*0.3//1, N*0.3//1)"


def test_letters_of_a_later_layer_are_put_in() -> None:
    """The M of the second layer is the first one's output; its step says so before it ends in the network's M."""
    row = cc.trace("conv 3x3 s2 p1 > conv 3x3 s2 p1", "1,M,N")[-1]
    assert " = ".join(steps(row)[0].stages()) == "⌊(M + 2P − K)/S⌋ + 1 = ⌊(⌊(M + 1)/2⌋ + 2·1 − 3)/2⌋ + 1 = ⌊(M + 3)/4⌋"


def test_sizes_that_stay_and_joined_channels() -> None:
    assert lines("conv 8@3x3 same", "8,9,9")[:3] == ["channels: F = 8", "height: M = 9", "width: N = 9"]
    assert lines("gap", "8,7,7") == ["height: 1", "width: 1"]
    assert lines("concat(identity | conv 2@1x1)", "8,9,9") == ["channels: 8 + 2 = 10"]
    assert lines("embedding 100 8", "5")[0] == "features: D = 8"
    assert lines("transpose", "5,8") == []


def test_layers_that_change_nothing_have_no_steps() -> None:
    assert lines("relu", "3,9,9") == []


def test_latex() -> None:
    text = derivation(cc.trace(cc.parse("conv 3x3 s2 p1 > relu"), (1, 28, 28)), explain=True, lang="vi")
    assert text.startswith(r"\begin{align*}")
    assert text.endswith(r"\end{align*}")
    assert "\\left\\lfloor 13{,}5 \\right\\rfloor + 1 \\\\\n& \\quad = 14" in text
    assert r"\text{1. conv 3x3 s2 p1}" in text
    assert text.count("{") == text.count("}")
    assert escape("a_b & 50% > {x}") == r"a\_b \& 50\% \textgreater{} \{x\}"
