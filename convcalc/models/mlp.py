"""Multi-layer perceptrons: images as flat vectors, and what that costs."""

from __future__ import annotations

from convcalc.models.base import Model

_DECK = "From MLP to CNN"


def _mlp(name: str, image: str, hidden: int) -> Model:
    return Model(name, "mlp", "flatten > " + "linear 256 > relu > " * hidden + "linear {classes}", image, _DECK)


MODELS = (
    _mlp("mlp-fashion", "1,28,28", 1),
    _mlp("mlp-cifar10", "3,32,32", 1),
    _mlp("mlp-cifar10-2", "3,32,32", 2),
    _mlp("mlp-cifar10-3", "3,32,32", 3),
)
