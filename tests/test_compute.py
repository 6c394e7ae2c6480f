"""Worked numbers against torch, on random data, and against what the slides print."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import convcalc as cc
from convcalc.compute import compute
from convcalc.numbers import Array, from_nested, read_array, read_file, show_number

SPECS = [
    ("conv 3x3 s2 p1", (1, 6, 5)),
    ("conv 4@3x2 s1x2 p1x0", (3, 6, 7)),
    ("conv 4@3x3 d2 g2 p2", (4, 7, 6)),
    ("conv 3x3 depthwise nobias", (3, 5, 5)),
    ("conv 2@2x4 same", (2, 5, 6)),
    ("conv 2@3x3 p2 reflect", (1, 5, 4)),
    ("conv 2@3x3 p1 replicate", (1, 5, 4)),
    ("conv 2@3x3 p2 circular", (1, 5, 4)),
    ("conv 3@(3,) s2 p1", (2, 9)),
    ("conv 2@2x2x3", (2, 3, 4, 5)),
    ("maxpool 2", (2, 6, 6)),
    ("maxpool 3x2 s2 p1 ceil", (2, 7, 6)),
    ("maxpool 2 s1 d2", (1, 6, 6)),
    ("minpool 2 s1", (1, 5, 5)),
    ("avgpool 3x2 s2", (1, 6, 6)),
    ("avgpool 3 s2 p1 ceil", (2, 6, 7)),
    ("avgpool 3 s2 p1 ceil count_include_pad=False", (2, 6, 7)),
    ("avgpool (3,)", (2, 9)),
    ("adaptiveavg 3x2", (2, 7, 5)),
    ("adaptivemax (3,)", (2, 7)),
    ("gap", (3, 4, 5)),
    ("linear 4", (6,)),
    ("linear 3 nobias", (2, 5)),
    ("pad sides=1x-1x0x2", (2, 4, 5)),
    ("flatten", (2, 3, 4)),
    ("relu", (2, 3, 4)),
    ("conv 3@3x3 p1 > relu > maxpool 2 > flatten", (1, 6, 6)),
]


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize(("spec", "shape"), SPECS)
def test_against_torch(spec: str, shape: tuple[int, ...]) -> None:
    import torch

    net = cc.parse(spec)
    for seed in range(5):
        torch.manual_seed(seed)
        data = torch.randint(-9, 10, shape)
        module = net.module(shape)
        kernel = bias = None
        for name, parameter in module.named_parameters():
            values = torch.randint(-3, 4, parameter.shape)
            parameter.data = values.double()
            array = from_nested(values.tolist(), name)
            kernel, bias = (array, bias) if name.endswith("weight") else (kernel, array)
        with torch.no_grad():
            expected = module.double()(data.double()[None])[0]
        worked = compute(net, from_nested(data.tolist(), "data"), kernel, bias)
        found = torch.tensor([float(v) for v in worked.output.values], dtype=torch.float64)
        assert torch.allclose(found, expected.flatten(), atol=1e-9), (spec, seed)
        squeezed = tuple(expected.shape)
        assert worked.output.shape in (squeezed, squeezed[1:])
        again = [cell.result for cell in worked.cells]
        if len(worked.steps) == 1 and again:
            assert again == worked.output.values


def test_the_sum_of_every_cell_is_its_result() -> None:
    data = from_nested([[random.Random(i * 7 + j).randint(-5, 5) for j in range(6)] for i in range(6)], "data")
    worked = compute(
        cc.parse("conv 3x3 p1"), data, read_array("1 -1 2; 0 0.5 1; 3 1 0", "kernel"), read_array("-2", "bias")
    )
    for cell in worked.cells:
        assert cell.bias == -2
        assert sum(v * w for v, w in zip(cell.values, cell.weights, strict=True)) - 2 == cell.result


def test_decimals_stay_decimals() -> None:
    worked = compute(cc.parse("conv 2"), read_array("0.1 0.2", "data"), read_array("1 1", "kernel"))
    assert worked.output.values == [Fraction(3, 10)]
    assert show_number(worked.output.values[0]) == "0.3"
    assert show_number(Fraction(31, 2), "vi") == "15,5"
    assert show_number(Fraction(5, 3)) == "1.6667"
    assert show_number(Fraction(-1, 1000)) == "-0.001"


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("1 2; 3 4", (2, 2)),
        ("1,2;3,4;", (2, 2)),
        ("1 2\n3 4\n", (2, 2)),
        ("1 2 3", (3,)),
        ("5", (1,)),
        ("1 2; 3 4 | 5 6; 7 8", (2, 2, 2)),
        ("1 2; 3 4 | 5 6; 7 8 || 1 1; 1 1 | 0 0; 0 0", (2, 2, 2, 2)),
        ("[[1, 2.5], [3, -4]]", (2, 2)),
        ("[[[1, 2], [3, 4]]]", (1, 2, 2)),
    ],
)  # fmt: skip
def test_reading(text: str, shape: tuple[int, ...]) -> None:
    assert read_array(text, "data").shape == shape


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "no_numbers"), ("1 2; 3", "ragged"), ("1 x", "not_a_number"), ("1e999 2", "not_a_number"), ("[1, [2]]", "ragged"),
        ("[1, true]", "not_a_number"), ("[", "bad_json"), ("[NaN]", "not_a_number"), ("[]", "no_numbers"), ("1/0", "not_a_number"),
        ("[[[[[[1]]]]]]", "too_many_axes"), ('["1"]', "not_a_number"), ("9" * 60, "not_a_number"), ("[" * 5000, "bad_json"),
    ],
)  # fmt: skip
def test_what_is_no_array_is_said(text: str, kind: str) -> None:
    with pytest.raises(cc.ConvcalcError) as caught:
        read_array(text, "data")
    assert caught.value.kind == kind


def test_files(tmp_path: Path) -> None:
    import numpy as np

    expected = Array((2, 2), [1, Fraction(1, 10), -3, 4])
    np.save(tmp_path / "a.npy", np.array([[1, 0.1], [-3, 4]]))
    assert read_file("a.npy", (tmp_path / "a.npy").read_bytes(), "data") == expected
    assert read_file("a.csv", b"1,0.1\n-3,4\n", "data") == expected
    assert read_file("a.csv", b"1;0,1\n-3;4\n", "data") == expected
    np.save(tmp_path / "b.npy", np.array([[1, 0.1], [-3, 4]], dtype=np.float32))
    assert read_file("b.npy", (tmp_path / "b.npy").read_bytes(), "data") == expected
    assert read_file("a.json", b"[[1, 0.1], [-3, 4]]", "data") == expected
    np.save(tmp_path / "evil.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    for content in ((tmp_path / "evil.npy").read_bytes(), b"not a file of numpy", b""):
        with pytest.raises(cc.ConvcalcError) as caught:
            read_file("evil.npy", content, "data")
        assert caught.value.kind == "bad_npy"


EXAMPLE = [
    "conv 3x3 s2 p1",
    "--data",
    "0 3 1 1; 3 1 2 0; 3 4 2 3; 3 0 0 2",
    "--kernel",
    "1 1 1; 1 1 1; 0 1 0",
    "--bias",
    "1",
]


def test_the_command(convcalc: Any, golden: Any) -> None:
    ran = convcalc("compute", *EXAMPLE, "--explain")
    assert ran.code == 0
    golden("compute.txt", ran.out)
    assert json.loads(convcalc("compute", *EXAMPLE, "--json").out) == {"output": [[7, 8], [15, 13]]}
    cells = json.loads(convcalc("compute", *EXAMPLE, "--json", "--explain").out)["cells"]
    assert [cell["result"] for cell in cells] == [7, 8, 15, 13]
    one = convcalc("compute", *EXAMPLE, "--cell", "1,0")
    assert one.out.strip() == "(1, 0): 0×1 + 3×1 + 1×1 + 0×1 + 3×1 + 4×1 + 0×0 + 3×1 + 0×0 + 1 = 15"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["conv 3x3", "--data", "1 2; 3 4", "--kernel", "1 1 1; 1 1 1; 1 1 1"], "window_too_large"),
        (["conv 2", "--data", "1 2; 3 4"], "missing_kernel"),
        (["conv 2"], "missing_data"),
        (["conv 2x2", "--data", "1,5 2,5; 3,0 4,0", "--kernel", "1 0; 0 1"], "mixed_commas"),
        (["conv 2 nobias", "--data", "1 2; 3 4", "--kernel", "1 1; 1 1", "--bias", "3"], "bias_not_used"),
        (["conv 2", "--data", "1 2; 3 4", "--kernel", "1 2 3"], "kernel_shape"),
        (["conv 2", "--data", "1 2; 3 4", "--kernel", "1 1; 1 1", "--bias", "1 2 3"], "bias_count"),
        (["maxpool 2", "--data", "1 2; 3 4", "--bias", "1"], "kernel_not_used"),
        (["conv 1 > conv 1", "--data", "1 2; 3 4", "--kernel", "1"], "two_kernels"),
        (["softmax", "--data", "1 2; 3 4"], "no_rule"),
        (["maxpool 2", "--data", "1 2; 3 4", "--cell", "1,1"], "no_such_cell"),
        (["maxpool 2", "--data", "1 2; 3 4", "--cell", "a"], "no_such_cell"),
        (["maxpool 2", "--data", "nothing.csv"], "no_file"),
        (["maxpool 2 s1 p1 d2 ceil", "--data", "1"], "pool_of_padding"),
        (["adaptiveavg 1", "--data", "[" + ",".join("1" * 1_000_001) + "]"], "too_many_numbers"),
        (["linear 100", "--data", "[" + ",".join("1" * 300_000) + "]", "--kernel", "1"], "too_many_macs"),
        (["conv (K+1)", "--data", "1 2; 3 4"], "missing_kernel"),
        (["maxpool K", "--data", "1 2; 3 4"], "needs_numbers"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence(convcalc: Any, words: list[str], kind: str) -> None:
    ran = convcalc("compute", *words, "--json")
    assert json.loads(ran.out)["error"]["kind"] == kind
    assert ran.code in (2, 3)
