"""LeNet, as the slides use it and as the paper's table has it."""

from __future__ import annotations

from convcalc.models.base import Count, Model

_DECK = "Exercise Convolutional Neural Network"
_DENSE = " > flatten > linear 120 > linear 84 > linear {classes}"
_SECOND = " > avgpool 2 > relu > conv 16@5x5 > avgpool 2 > relu"

MODELS = (
    Model(
        "lenet", "lenet", "conv 6@5x5" + _SECOND + _DENSE, "1,32,32", _DECK,
        counts=(
            Count(61_026, "the deck's summary on 32×32", given=(("classes", 2),)),
            Count(43_746, "the deck's summary on 28×28", "1,28,28", (("classes", 2),)),
        ),
    ),
    Model(
        "lenet-same", "lenet", "conv 6@5x5 same" + _SECOND + _DENSE, "3,150,150", _DECK, {"classes": 5},
        counts=(Count(2_365_581, "the deck's summary on 150×150"),),
    ),
    Model(
        "lenet5", "lenet",
        "conv 6@5x5 > avgpool 2 > sigmoid > conv 16@5x5 > avgpool 2 > sigmoid > flatten > linear 120 > sigmoid > linear 84 > sigmoid > linear {classes}",
        "1,32,32", "LeCun et al. 1998, Gradient-based learning applied to document recognition",
        counts=(Count(61_706, "Convolutional neural network (CNN), summary of LeNet5"),), aliases=("lenet-5",),
    ),
    Model(
        "lenet-c5", "lenet",
        "conv 6@5x5 > relu > avgpool 2 > conv 16@5x5 > relu > avgpool 2 > conv 120@5x5 > relu > flatten > linear 84 > relu > linear {classes} > softmax",
        "1,32,32", _DECK + ", the table of LeNet with C5 as a convolution",
    ),
)  # fmt: skip
