"""The small convolutional networks that the course builds step by step."""

from __future__ import annotations

from convcalc.models.base import Count, Model

_DECK = "From MLP to CNN"
_SEVENS = "conv 32@7x7 > relu > conv 64@7x7 > relu > conv 128@7x7 > relu > conv 256@7x7 > relu > flatten > "
_DENSE = " > flatten > linear 128 > relu > linear {classes}"


def _stacked(settings: tuple[str, str, str, str, str], pool: str = "") -> str:
    """Five 3×3 convolutions with 32 to 512 kernels, each with its settings; `pool` after the second and the fourth."""
    parts = []
    for i, setting in enumerate(settings):
        parts += [f"conv {32 * 2**i}@3x3{setting}", "relu", *([pool] if pool and i in (1, 3) else [])]
    return " > ".join([*parts, "flatten", "linear {classes}"])


MODELS = (
    Model("cnn-fashion", "cnn", _SEVENS + "linear {classes}", "1,28,28", _DECK),
    Model("cnn-fashion-2", "cnn", _SEVENS + "linear 128 > relu > linear {classes}", "1,28,28", _DECK),
    Model("cnn-cifar10", "cnn", _SEVENS + "linear 128 > relu > linear {classes}", "3,32,32", _DECK),
    Model("cnn-maxpool", "cnn", _stacked(("",) * 5, "maxpool 2"), "1,28,28", _DECK),
    Model("cnn-stride", "cnn", _stacked(("", " s2", "", " s2", "")), "1,28,28", _DECK),
    Model("cnn-padding", "cnn", _stacked((" same", " s2 p1", " p1", " s2 p1", " p1")), "1,28,28", _DECK),
    Model("down-max", "cnn", "conv 32@5x5 > relu > maxpool 2" + _DENSE, "1,28,28", _DECK),
    Model("down-average", "cnn", "conv 32@5x5 > relu > avgpool 2" + _DENSE, "1,28,28", _DECK),
    Model("down-interpolation", "cnn", "conv 32@5x5 > relu > upsample 0.5 bilinear" + _DENSE, "1,28,28", _DECK),
    Model("down-stride", "cnn", "conv 32@5x5 s2 > relu" + _DENSE, "1,28,28", _DECK),
    Model(
        "cnn-table", "cnn",
        "conv 8@5x5 > maxpool 2 > conv 16@5x5 > maxpool 2 > flatten > linear 120 > linear 84 > linear {classes} > softmax",
        "3,32,32", "Introduction to Convolutional Neural Network, feature maps",
        counts=(Count(608 + 3216 + 48_120 + 10_164 + 850, "the deck's layer by layer counts, added up"),),
    ),
    # Keras writes shapes channels last: (28, 28, 1) → (26, 26, 25) → (13, 13, 25) → (11, 11, 50) → (5, 5, 50) → 1250.
    Model(
        "cnn-keras", "cnn", "conv 25@3x3 > maxpool 2 > conv 50@3x3 > maxpool 2 > flatten", "1,28,28",
        "Convolutional Neural Network, in Keras", numbers={},
    ),
    Model(
        "cnn-digits", "cnn",
        "conv 16@3x3 p1 > relu > maxpool 2 > conv 32@3x3 p1 > relu > maxpool 2 > flatten > linear 128 > relu > dropout 0.5 > linear {classes}",
        "1,20,20", "for the exercise on 20×20 digits",
    ),
)  # fmt: skip
