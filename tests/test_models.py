"""The reference models: torch's count is the formula's, and the published one where there is one."""

from __future__ import annotations

import json
from typing import Any

import pytest

import convcalc as cc
from convcalc.models import MODELS, find

EVERY = pytest.mark.parametrize("name", MODELS)


@EVERY
def test_params_are_torchs_and_the_published_ones(name: str) -> None:
    import torch

    model = MODELS[name]
    net = model.layer()
    with torch.device("meta"):
        module = net.module(cc.as_shape(model.input))
    assert sum(p.numel() for p in module.parameters()) == net.params(model.input)
    for count in model.counts:
        given = model.layer(**dict(count.given))
        assert given.params(count.input or model.input) == count.params, count


@EVERY
def test_output_is_torchs(name: str) -> None:
    import torch

    model = MODELS[name]
    net = model.layer()
    shape = cc.as_shape(model.input)
    with torch.device("meta"), torch.no_grad():
        given = torch.zeros((1, *shape), dtype=torch.int64 if name == "textcnn" else torch.float32)
        assert tuple(net.module(shape).eval()(given).shape) == (1, *net.shape(shape))


@EVERY
def test_a_name_is_a_spec(name: str) -> None:
    net = cc.parse(name)
    assert net == MODELS[name].layer()
    assert cc.parse(str(net)) == net


def test_numbers_of_a_model_may_be_letters() -> None:
    assert str(cc.trace("resnet18 classes=K", "3,M,N").params) == "3*(171*K + 3725504)"
    assert cc.parse("lenet classes=2").params("1,32,32") == 61_026
    assert cc.trace("alexnet classes=10", "1,224,224").params == 57_029_322
    assert cc.parse("vgg16-bn") == cc.parse("vgg-d-bn")
    assert find("vgg16") is MODELS["vgg-d"]
    assert cc.trace("2 * (mlp-fashion classes=784 > relu)", "784").output == (784,)
    assert cc.trace("conv 8@3x3 > lenet", "3,34,34").output == (10,)


def test_the_papers_strides_cost_less_than_todays() -> None:
    """He et al. 2016 give 3.8, 7.6 and 11.3 · 10^9 for 50, 101 and 152 layers."""
    old = [cc.parse(f"resnet{n}-v1").macs("3,224,224") for n in (50, 101, 152)]
    assert [f"{m / 1e9:.2f}" for m in old] == ["3.86", "7.57", "11.28"]  # type: ignore[operator]
    new = [cc.parse(f"resnet{n}").macs("3,224,224") for n in (50, 101, 152)]
    assert [f"{m / 1e9:.2f}" for m in new] == ["4.09", "7.80", "11.51"]  # type: ignore[operator]


def test_alphago_adds_a_bias_for_every_position() -> None:
    net = cc.trace("alphago filters=K", "48,19,19")
    assert [row.params for row in net if row.text == "bias"] == [361]
    assert net.output == (361,)
    assert cc.trace("alphago", "48,19,19").params == 48 * 192 * 25 + 192 + 11 * (192 * 192 * 9 + 192) + 192 + 361


def test_the_command(convcalc: Any, golden: Any) -> None:
    ran = convcalc("models")
    assert ran.code == 0
    golden("models.txt", ran.out)
    listed = json.loads(convcalc("models", "--json").out)
    assert [m["name"] for m in listed] == list(MODELS)
    assert set(listed[0]) == {"name", "family", "input", "params", "macs", "published", "source"}
    assert all(m["published"] in (None, m["params"]) for m in listed)
    assert {m["family"] for m in json.loads(convcalc("models", "vgg", "--json").out)} == {"vgg"}
    assert convcalc("models", "vggg").code == 2


def test_shape_of_a_model(convcalc: Any) -> None:
    found = json.loads(convcalc("shape", "lenet", "--json", "--no-check").out)
    assert (found["input"], found["params"]) == ([1, 32, 32], 61_706)
    found = json.loads(convcalc("shape", "resnet152", "--input", "3,M,N", "--json", "--no-check").out)
    assert found["layers"][-4]["output"] == [2048, "(M + 31)//32", "(N + 31)//32"]
    assert convcalc("shape", "conv 3x3 > lenet").code == 2  # more than the model: no usual input
    wrong = convcalc("shape", "alexnet clases=3")
    assert (wrong.code, "classes=1000" in wrong.err) == (2, True)
    assert "lenet" in convcalc("shape", "lenett").err
