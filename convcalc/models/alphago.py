"""AlphaGo's policy network: no pooling, and in the end a bias of its own for every position of the board."""

from __future__ import annotations

from convcalc.models.base import Model

MODELS = (
    Model(
        "alphago", "alphago",
        "pad 2 > conv {filters}@5x5 > relu > 11 * (pad 1 > conv {filters}@3x3 > relu) > conv 1@1x1 nobias > bias > flatten > softmax",
        "48,19,19", "Silver et al. 2016, Mastering the game of Go, methods: neural network architecture", {"filters": 192},
    ),
)  # fmt: skip
