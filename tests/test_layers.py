"""Every layer, on every one of its examples, against the real torch modules."""

import pytest

import convcalc as cc
from convcalc.layers import LAYERS, TORCH_NAMES

EXAMPLES = [(name, spec, x) for name, cls in LAYERS.items() for spec, x in cls.examples]


@pytest.mark.parametrize(("name", "spec", "x"), EXAMPLES, ids=[f"{spec} on {x}" for _, spec, x in EXAMPLES])
def test_torch_agrees(name: str, spec: str, x: str) -> None:
    net = cc.parse(spec)
    assert net.name == name
    result = cc.check(net, x, device="cpu")
    assert result.differences == []
    assert {"output", "weights", "params", "macs"} <= set(result.compared)


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_has_examples_and_a_sentence(name: str) -> None:
    cls = LAYERS[name]
    assert cls.examples
    assert cls.__doc__


def test_most_examples_have_their_receptive_field_probed() -> None:
    probed = [
        spec for _, spec, x in EXAMPLES if "receptive field" in cc.check(cc.parse(spec), x, device="cpu").compared
    ]
    assert len(probed) > 0.9 * len(EXAMPLES)


# Cases that tools in use get wrong: cropped cells of a transposed convolution, its groups, even padding, look-ups.
@pytest.mark.parametrize(
    ("spec", "x", "macs"),
    [
        ("nn.ConvTranspose2d(3, 1, 2, stride=2)", (3, 2, 2), 48),
        ("nn.ConvTranspose2d(4, 4, 3, stride=2, padding=1, output_padding=1, groups=4)", (4, 8, 8), 2304),
        ("nn.Conv2d(3, 8, 3, padding='same')", (3, 16, 16), 55_296),
        ("nn.Embedding(100, 8)", (7,), 0),
    ],
)
def test_macs_where_other_tools_are_wrong(spec: str, x: tuple[int, ...], macs: int) -> None:
    net = cc.parse(spec)
    assert net.macs(x) == macs
    assert cc.check(net, x, device="cpu").agrees


def test_layers_are_frozen_values() -> None:
    one, same, other = cc.parse("conv 6@5x5"), cc.parse("conv 6@5x5"), cc.parse("conv 7@5x5")
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    with pytest.raises(AttributeError):
        one.stride = 2  # type: ignore[attr-defined]


def test_a_layer_from_python_is_checked_like_a_spec() -> None:
    assert LAYERS["conv"](kernel_size=(3, 3), stride=2) == cc.parse("conv 3x3 s2")
    with pytest.raises(cc.SpecError):
        LAYERS["conv"](kernel_size=0)
    with pytest.raises(TypeError, match="kernel_size"):
        LAYERS["conv"]()
    with pytest.raises(TypeError, match="kernelsize"):
        LAYERS["conv"](kernelsize=3)


def test_every_torch_name_builds_that_class() -> None:
    from torch import nn

    sizes = {None: (4, 6, 6), 1: (4, 6), 2: (4, 6, 6), 3: (4, 6, 6, 6)}
    for name, (cls, axes) in TORCH_NAMES.items():
        if name.startswith(
            ("Dropout", "MaxUnpool")
        ):  # several names for one layer, and one that needs a pooling's places
            continue
        example = cls.examples[0][0]
        made = cc.parse(example if axes is None else example.replace("x3", "").replace("x5", ""))
        x = (7,) if name == "Embedding" else (7,) if name == "Linear" else sizes[axes]
        assert isinstance(made.module(x), getattr(nn, name)), name


def test_adding_a_layer_is_one_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    from torch import nn

    from convcalc.layers import TORCH_NAMES as torch_names
    from convcalc.layers.base import Layer, layer, token

    monkeypatch.setitem(LAYERS, "elu", None)  # both tables are put back after the test
    monkeypatch.setitem(torch_names, "ELU", None)

    @layer("elu", torch="ELU", ignored={"inplace": False})
    class ELU(Layer):
        """x where positive, alpha·(e^x − 1) elsewhere."""

        alpha: float = token("real", 1.0, place="plain")
        examples = (("elu 0.5", "3,4,4"),)

    assert str(cc.parse("conv 3x3 > elu 0.5")) == "conv 3x3 > elu 0.5"
    assert cc.parse("nn.ELU(alpha=0.5)") == ELU(alpha=0.5)
    assert cc.check(cc.parse("elu 0.5"), (3, 4, 4), device="cpu").agrees
    assert isinstance(ELU().module((3,)), nn.ELU)
