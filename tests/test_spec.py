"""The spec language: what is read, that it prints back, and where a mistake is marked."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convcalc as cc
from convcalc.layers import LAYERS
from convcalc.spec import read_spec
from convcalc.torchside.sample import draw


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("conv 3x3 s2 p1", "conv 3x3 s2 p1"),
        ("  conv   p1 s2   3x3  ", "conv 3x3 s2 p1"),
        ("conv 3x3 stride=2 padding=1", "conv 3x3 s2 p1"),
        ("conv 3x3 stride=2x1 padding=same", "conv 3x3 s2x1 same"),
        ("conv 3x3 stride=(2,1)", "conv 3x3 s2x1"),
        ("conv 3x3 s1 p0", "conv 3x3"),
        ("conv 6@5x5>relu>avgpool 2", "conv 6@5x5 > relu > avgpool 2"),
        ("conv F@KxO sSxT pPxQ", "conv F@KxO sSxT pPxQ"),
        ("conv (2*F+1)@3 d(K-1)", "conv (2*F + 1)@3 d(K - 1)"),
        ("conv 3x3 # the first layer\n> relu", "conv 3x3 > relu"),
        ("((relu))", "relu"),
        ("(relu > tanh) > gelu", "(relu > tanh) > gelu"),
        ("3 * relu", "3 * (relu)"),
        ("2*(relu>tanh)", "2 * (relu > tanh)"),
        ("residual(conv 3x3 p1)", "residual(conv 3x3 p1)"),
        ("residual (relu | conv 1x1)", "residual(relu | conv 1x1)"),
        ("concat(identity|conv 32@3x3 p1)", "concat(identity | conv 32@3x3 p1)"),
        ("graph(a: relu; b: tanh; c: add < a, b)", "graph(a: relu < input; b: tanh < a; c: add < a, b)"),
        ("graph(a: relu > tanh; b: cat < a, input;)", "graph(a: relu > tanh < input; b: cat < a, input)"),
        ("embedding 50 8", "embedding 50 8"),
        ("dropout 0.25", "dropout 0.25"),
        ("upsample 2x0.5 linear", "upsample 2x0.5 linear"),
        ("upsample scale_factor=(2, 3)", "upsample 2x3"),
        ("transpose 1 3", "transpose dim1=3"),
        ("transpose dim1=3", "transpose dim1=3"),
        ("graph(relu; add < input, node1)", "graph(node1: relu < input; node2: add < input, node1)"),
        ("conv (K**2)@3", "conv (K**2)@3"),
        ("pad sides=-1x2x0x-2", "pad sides=-1x2x0x-2"),
        ("conv 4@(K,) s(2,)", "conv 4@(K,) s(2,)"),
        ("bn 2d num_features=6", "bn num_features=6 2d"),
        ("maxpool 3 s2 ceil", "maxpool 3 s2 ceil"),
        # PyTorch text, read and never run
        ("nn.Conv2d(1, 32, kernel_size=3)", "conv 32@3x3 in_channels=1"),
        ("torch.nn.Conv2d(1, 32, 3, 2, 1, bias=False)", "conv 32@3x3 s2 p1 nobias in_channels=1"),
        ("Conv1d(8, 16, 5, padding='same')", "conv 16@(5,) same in_channels=8"),
        ('nn.Conv2d(3, 8, (3, 5), padding="valid", padding_mode="reflect")', "conv 8@3x5 valid reflect in_channels=3"),
        ("nn.Linear(16*5*5, 120)", "linear 120 in_features=400"),
        ("nn.Linear(in_features=400, out_features=120, bias=True)", "linear 120 in_features=400"),
        ("nn.MaxPool2d(2, 2)", "maxpool 2x2 s2"),
        ("nn.MaxPool2d(kernel_size=3, stride=2, padding=0, dilation=1, ceil_mode=False)", "maxpool 3x3 s2"),
        ("nn.ReLU(inplace=True)", "relu"),
        ("nn.BatchNorm2d(64, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)", "bn num_features=64 2d"),
        ("nn.Dropout(p=0.5, inplace=False)", "dropout"),
        ("nn.AdaptiveAvgPool2d((6, 6))", "adaptiveavg 6x6"),
        ("nn.AdaptiveAvgPool2d(output_size=1)", "adaptiveavg 1x1"),
        ("nn.Upsample(scale_factor=2, mode='bilinear', align_corners=False)", "upsample 2 bilinear"),
        ("nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(),)", "flatten > linear 256 in_features=784 > relu"),
        ("nn.LayerNorm([16, 5, 5])", "ln 16x5x5"),
        ("nn.Embedding(100, 8, padding_idx=0)", "embedding 100 8 padding_idx=0"),
        ("nn.ZeroPad2d((1, 1, 2, 2))", "pad sides=1x1x2x2"),
        ("nn.Softmax(dim=-1)", "softmax dim=-1"),
        ("nn.Linear(2 * (3 + 4) - 4 // 2, 5)", "linear 5 in_features=12"),
    ],
)
def test_reading_and_printing(text: str, canonical: str) -> None:
    net = cc.parse(text)
    assert str(net) == canonical
    assert cc.parse(canonical) == net


@pytest.mark.parametrize("cls", LAYERS.values(), ids=list(LAYERS))
def test_examples_print_back(cls: type[cc.Layer]) -> None:
    for spec, _ in cls.examples:
        assert cc.parse(str(cc.parse(spec))) == cc.parse(spec)


@given(st.integers(0, 10**9))
@settings(max_examples=500)
def test_any_layer_or_network_prints_back(seed: int) -> None:
    net, _ = draw(random.Random(seed))
    assert cc.parse(str(net)) == net
    assert hash(cc.parse(str(net))) == hash(net)


@given(st.text(max_size=60))
@settings(max_examples=500)
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        net = cc.parse(text)
    except cc.SpecError as error:
        assert error.column is None or 1 <= error.column <= len(text) + 1
        for lang in ("en", "vi"):
            assert error.message(lang)
            assert "{" not in error.message(lang).replace("'{'", "")
    else:
        assert cc.parse(str(net)) == net


@given(
    st.lists(
        st.sampled_from(
            "conv relu maxpool ( ) > | 3x3 s2 p1 3 * residual concat graph : ; < , = same @ nn.Conv2d 1 F".split()
        )
    )
)
@settings(max_examples=500)
def test_any_mixture_of_its_own_words_is_read_or_refused(words: list[str]) -> None:
    text = " ".join(words)
    try:
        net = cc.parse(text)
    except cc.SpecError as error:
        assert str(error)
    else:
        assert cc.parse(str(net)) == net


def test_letters_stand_wherever_a_number_may() -> None:
    net = cc.parse("conv F@KxO sS p(K//2) dD gG > linear H > gn G > embedding V D")
    assert str(net) == "conv F@KxO sS p(K//2) dD gG > linear H > gn G > embedding V D"


def test_parts_know_where_they_stand() -> None:
    text = "conv 3x3 > residual(relu | conv 1x1)"
    read = read_spec(text)
    chain = read.layer
    places = {
        text[slice(*read.spans[id(part)])] for part in (chain, *chain.children(), *chain.children()[1].children())
    }
    assert places == {text, "conv 3x3", "residual(relu | conv 1x1)", "relu", "conv 1x1"}


def test_nothing_is_run(tmp_path: object) -> None:
    for text in (
        "__import__('os').system('true')",
        "nn.Conv2d(1, __import__('os').getpid(), 3)",
        "nn.Linear(9**9**9, 1)",
        "conv (lambda: 1)()@3",
        "nn.Conv2d(1, 32, kernel_size=3).__class__",
    ):
        with pytest.raises(cc.SpecError):
            cc.parse(text)


def test_reading_does_not_depend_on_what_was_read_before() -> None:
    from convcalc.grammar import grammar

    texts = [
        "conv 3x3 same",
        "conv same(3)",
        "conv 3",
        "conv 3@5x5",
        "conv 3x3 s2",
        "conv 3x3 s2=1",
        "conv same=1",
        "embedding 5 5",
        "linear 5 5",
    ]

    def read(text: str) -> str:
        try:
            return str(cc.parse(text))
        except cc.SpecError as error:
            return error.kind

    alone = {}
    for text in texts:
        for cls in LAYERS.values():
            grammar(cls).seen.clear()
        alone[text] = read(text)
    for seed in range(20):
        order = random.Random(seed).choices(texts, k=30)
        assert [read(text) for text in order] == [alone[text] for text in order]


@pytest.mark.parametrize(
    "text",
    [
        "nn.ReLU(True)",
        "nn.Dropout(0.5, True)",
        "nn.LeakyReLU(0.2, True)",
        "in affine=True",
        "nn.BatchNorm2d(3, momentum=None)",
    ],
)
def test_usual_arguments_are_read(text: str) -> None:
    net = cc.parse(text)
    assert cc.parse(str(net)) == net
    if "momentum" in text:
        assert net.momentum is None  # type: ignore[attr-defined]
