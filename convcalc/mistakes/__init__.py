"""The typical wrong ways to work a layer out, as data: a name, a sentence in both languages, and the wrong formula.

`verify` looks for the one behind a wrong number, the quiz makes its wrong choices of them, and grading names the one behind a wrong
answer. A mistake makes of a layer its wrong twin, so that whatever comes after it in a network goes wrong as it would on paper.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from convcalc.layers import Layer
from convcalc.mistakes.base import Mistake, Wrong, told
from convcalc.mistakes.costs import COSTS
from convcalc.mistakes.questions import TOLD
from convcalc.mistakes.sizes import SIZES
from convcalc.shape import Shape

__all__ = ["BY_NAME", "MISTAKES", "Mistake", "Wrong", "applying", "named", "wrong_ways"]

MISTAKES: tuple[Mistake, ...] = (*SIZES, *COSTS, *TOLD)
BY_NAME: dict[str, Mistake] = {mistake.name: mistake for mistake in MISTAKES}


def named(name: str) -> Mistake:
    """A mistake of which only the name is known, as in a key that another version of convcalc made."""
    return told(name, "other", name.replace("_", " "), name.replace("_", " "))


def wrong_ways(layer: Layer, x: Shape, about: str, edition: int | None = None) -> list[tuple[Mistake, Any]]:
    """What the mistakes about the shape, the params or the macs give for a layer, where that is not what is right.

    `edition` leaves out the mistakes that came later.
    """
    right = {"shape": layer.shape, "params": layer.params, "macs": layer.macs}[about](x)
    found = (
        (mistake, mistake.instead(layer, x, right))
        for mistake in MISTAKES
        if mistake.about == about and (edition is None or mistake.since <= edition)
    )
    return [(mistake, value) for mistake, value in found if value is not None]


def applying(layer: Layer, x: Shape, about: Iterable[str] = ("shape", "params", "macs")) -> list[tuple[Mistake, Wrong]]:
    """The mistakes that make a difference for a layer on an input, with the layer's wrong twins."""
    return [(mistake, Wrong(layer, mistake)) for one in about for mistake, _ in wrong_ways(layer, x, one)]
