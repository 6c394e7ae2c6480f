"""The slides' own examples: convolution, padding, stride, pooling, and the LeNet tables (facts of the five decks)."""

import pytest

import convcalc as cc


@pytest.mark.parametrize(
    ("spec", "x", "output"),
    [
        # "Introduction to Convolutional Neural Network": 6×6 inputs, kernels 3×3 and 2×3, padding 1×1 and 2×1, stride 2
        ("conv 3x3", "1,6,6", (1, 4, 4)),
        ("conv 2x3", "1,6,6", (1, 5, 4)),
        ("conv 3x3 p1", "1,4,4", (1, 4, 4)),
        ("conv 3x3 p2x1", "1,4,4", (1, 6, 4)),
        ("conv 3x3 s2", "1,6,6", (1, 2, 2)),
        ("conv 3x3 s2x2 p1", "1,4,4", (1, 2, 2)),
        ("maxpool 2", "1,6,6", (1, 3, 3)),
        ("maxpool 2 s1x2", "1,6,6", (1, 5, 3)),
        ("maxpool 3 s3", "6,6", (6, 2)),
        ("avgpool 3x2 s2", "1,6,6", (1, 2, 3)),
        ("avgpool 3 s3", "6,6", (6, 2)),
        ("flatten", "1,3,2", (6,)),
        # "From MLP to CNN"
        ("conv 3x3", "1,5,5", (1, 3, 3)),
        ("conv 3x3 s2", "1,5,5", (1, 2, 2)),
        ("conv 5x5", "3,32,32", (1, 28, 28)),
        ("conv 4@5x5", "3,32,32", (4, 28, 28)),
        ("maxpool 2 > maxpool 2", "1,220,220", (1, 55, 55)),
        ("conv 32@3x3 > relu > maxpool 2", "1,50,50", (32, 24, 24)),
        ("conv 32@3x3 > relu > maxpool 2 > conv 32@5x5 > relu > maxpool 2", "1,50,50", (32, 10, 10)),
        ("conv 32@5x5 > relu > upsample 0.5 bilinear", "1,28,28", (32, 12, 12)),
    ],
)
def test_output(spec: str, x: str, output: tuple[int, ...]) -> None:
    assert cc.parse(spec).shape(cc.as_shape(x)) == output
    assert cc.check(cc.parse(spec), x, device="cpu").agrees


LENET = (
    "conv 6@5x5 {} > avgpool 2 > relu > conv 16@5x5 > avgpool 2 > relu > flatten > linear 120 > linear 84 > linear {}"
)


@pytest.mark.parametrize(
    ("same", "classes", "x", "outputs", "params"),
    [
        ("", 2, "1,32,32", [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (400,), (120,), (84,), (2,)], 61_026),
        ("", 2, "1,28,28", [(6, 24, 24), (6, 12, 12), (16, 8, 8), (16, 4, 4), (256,), (120,), (84,), (2,)], 43_746),
        ("same", 5, "3,150,150", [(6, 150, 150), (6, 75, 75), (16, 71, 71), (16, 35, 35), (19_600,), (120,), (84,), (5,)], 2_365_581),
        ("", 10, "1,32,32", [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (400,), (120,), (84,), (10,)], 61_706),
    ],
)  # fmt: skip
def test_lenet_tables(same: str, classes: int, x: str, outputs: list[tuple[int, ...]], params: int) -> None:
    traced = cc.trace(cc.parse(LENET.format(same, classes)), x)
    assert [row.output for row in traced if row.text != "relu"] == outputs
    assert traced.params == params
    assert cc.check(traced.net, x, device="cpu").agrees


def test_question_six_is_an_error() -> None:
    """Two layers that both take one channel: the second gets 32."""
    net = cc.parse(
        "nn.Sequential(nn.Conv2d(1, 32, kernel_size=3), nn.ReLU(), nn.Conv2d(1, 32, kernel_size=3), nn.ReLU())"
    )
    with pytest.raises(cc.ShapeError) as stop:
        cc.trace(net, (1, 50, 50))
    assert (stop.value.kind, stop.value.layer) == ("channel_mismatch", 3)


def test_the_feature_map_table() -> None:
    traced = cc.trace(
        cc.parse(
            "conv 8@5x5 > maxpool 2 > conv 16@5x5 > maxpool 2 > flatten > linear 120 > linear 84 > linear 10 > softmax"
        ),
        (3, 32, 32),
    )
    assert [row.params for row in traced if row.params] == [608, 3216, 48_120, 10_164, 850]
    assert [row.output for row in traced][:4] == [(8, 28, 28), (8, 14, 14), (16, 10, 10), (16, 5, 5)]
