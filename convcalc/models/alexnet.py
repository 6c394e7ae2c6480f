"""AlexNet in one column, as torchvision has it."""

from __future__ import annotations

from convcalc.models.base import Count, Model

MODELS = (
    Model(
        "alexnet", "alexnet",
        "conv 64@11x11 s4 p2 > relu > maxpool 3 s2 > conv 192@5x5 p2 > relu > maxpool 3 s2 > conv 384@3x3 p1 > relu"
        " > conv 256@3x3 p1 > relu > conv 256@3x3 p1 > relu > maxpool 3 s2 > adaptiveavg 6 > flatten"
        " > dropout > linear 4096 > relu > dropout > linear 4096 > relu > linear {classes}",
        "3,224,224", "Krizhevsky 2014, One weird trick for parallelizing convolutional neural networks",
        {"classes": 1000},
        counts=(
            Count(61_100_840, "torchvision"),
            Count(57_029_322, "Convolutional neural network (CNN), summary of AlexNet", "1,224,224", (("classes", 10),)),
        ),
    ),
)  # fmt: skip
