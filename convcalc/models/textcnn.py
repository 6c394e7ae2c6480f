"""Convolutions over the words of a sentence."""

from __future__ import annotations

from convcalc.models.base import Model

_BRANCH = "conv {{filters}}@{k} > relu > adaptivemax 1"

MODELS = (
    Model(
        "textcnn", "textcnn",
        "embedding {words} {features} > transpose > concat("
        + " | ".join(_BRANCH.format(k=k) for k in (3, 4, 5))
        + ") > flatten > linear {classes}",
        "60", "Kim 2014, Convolutional neural networks for sentence classification",
        {"words": 10_000, "features": 100, "filters": 100, "classes": 2},
    ),
)  # fmt: skip
