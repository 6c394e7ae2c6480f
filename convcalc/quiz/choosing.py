"""Which of the mistakes' values become choices, so that neither size nor likeness gives the key away.

Numbers: how many choices are smaller than the key is drawn first. Shapes: either all choices have the same channels, or all have the same
sizes, or two values of each are crossed; so no choice shares more with the others than the key does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import Any

from convcalc.quiz.answers import NumberAnswer, ShapeAnswer
from convcalc.quiz.question import Choice, Draft, Wrong
from convcalc.quiz.stream import Draws

CHOICES = 4
# A choice is no more than so many times larger or smaller than the key.
APART = 30
# So many of the likeliest on either side are looked at.
LOOKED_AT = 4
# The others are too unlikely.
MOST = 8
# With fewer places that the key could have by size, it would be known.
RANKS = 3


def choices_of(draft: Draft, order: Draws, fair: bool = True) -> tuple[Choice, ...] | None:
    """The choices in their order, the key among them; None where there are too few that are fair (or, if not `fair`, too few)."""
    key_is_last = draft.last is not None and draft.last[1] is None
    wanted = CHOICES - 1 - (draft.last is not None and not key_is_last)
    ways = draft.ways(order)
    always = [wrong for _, wrong in zip(range(draft.always), ways, strict=False)]
    # what the others gather around: the key, or what the code would give if it ran
    anchor = always[0][0] if key_is_last and always else draft.answer.value
    near = list(islice((wrong for wrong in ways if _near(anchor, wrong[0]) and wrong[0] != anchor), MOST))
    chosen: Sequence[Wrong] | None
    if len(always) >= wanted:
        chosen = always[:wanted]
    elif isinstance(draft.answer, NumberAnswer) and draft.last is None:
        chosen = _by_size(anchor, near, wanted, order)
    elif isinstance(draft.answer, ShapeAnswer) and len(anchor) > 1:
        rest = _shapes(anchor, [w for w in near if len(w[0]) == len(anchor)], wanted - len(always), order)
        chosen = None if rest is None else [*always, *rest]
    else:
        rest = order.shuffled(near[: wanted - len(always) + 2])[: wanted - len(always)]
        chosen = [*always, *rest]
    if chosen is None and not fair:
        chosen = [*always, *order.shuffled(near[: wanted - len(always) + 2])][:wanted]
    if chosen is None or len(chosen) < wanted:
        return None

    def text(value: Any) -> tuple[str, str]:
        return draft.answer.show(value, "en"), draft.answer.show(value, "vi")

    choices = [Choice(text(value), mistake, value) for value, mistake in chosen]
    if not key_is_last:
        choices.append(Choice(text(draft.answer.value), None, draft.answer.value))
    choices = order.shuffled(choices)
    if draft.last is not None:
        choices.append(Choice(draft.last[0], draft.last[1]))
    return tuple(choices) if len({choice.text for choice in choices}) == len(choices) else None


def _by_size(key: Any, near: Sequence[Wrong], wanted: int, order: Draws) -> list[Wrong] | None:
    """So many values around the key, which may be the smallest as well as the largest."""
    below = [wrong for wrong in near if size(wrong[0]) < size(key)]
    above = [wrong for wrong in near if size(wrong[0]) > size(key)]
    possible = [r for r in range(wanted + 1) if r <= len(below) and wanted - r <= len(above)]
    if len(possible) < min(RANKS, wanted + 1):
        return None
    smaller = order.pick(possible)
    return [
        *order.shuffled(below[: max(LOOKED_AT, smaller)])[:smaller],
        *order.shuffled(above[: max(LOOKED_AT, wanted - smaller)])[: wanted - smaller],
    ]


def _shapes(key: tuple[int, ...], near: Sequence[Wrong], wanted: int, order: Draws) -> list[Wrong] | None:
    """Shapes around the key (channels, sizes)."""
    sizes = [wrong for wrong in near if wrong[0][0] == key[0]]
    channels = [wrong for wrong in near if wrong[0][1:] == key[1:]]
    designs = [d for d, there in (("crossed", sizes and channels), ("sizes", len(sizes) >= wanted), ("channels", len(channels) >= wanted)) if there]  # fmt: skip
    if wanted < 1:
        return []
    for design in order.shuffled(designs):
        if design != "crossed":
            part = sizes if design == "sizes" else channels
            found = _by_size(key, part, wanted, order)
            if found is not None:
                return found
            continue
        one, two = _either_side(key, sizes, order), _either_side(key, channels, order)
        both = (
            (two[0][0], *one[0][1:]),
            replace(one[1], en=f"{one[1].en}; and {two[1].en}", vi=f"{one[1].vi}; và {two[1].vi}"),
        )
        if both[0] == key:
            continue
        if wanted >= 3:
            return [one, two, both]
        # two of the three: which of the shapes has something in common with both others is left to chance
        found = [one, two, both]
        found.pop(order.below(3))
        return found[:wanted]
    return None


def _either_side(key: tuple[int, ...], wrongs: Sequence[Wrong], order: Draws) -> Wrong:
    """One that is smaller or larger, each as often, where both are there."""
    sides = [[w for w in wrongs if size(w[0]) < size(key)], [w for w in wrongs if size(w[0]) >= size(key)]]
    side = order.pick([one for one in sides if one])
    return order.pick(side[:LOOKED_AT])


def size(value: Any) -> Any:
    """What a value is compared by: a number itself, a shape's product."""
    if isinstance(value, tuple):
        product = 1
        for one in value:
            product *= one
        return product
    return value


def _near(key: Any, value: Any) -> bool:
    if isinstance(key, int | Fraction) and isinstance(value, int | Fraction):
        return key == 0 or (value != 0 and Fraction(1, APART) <= Fraction(value) / Fraction(key) <= APART)
    if isinstance(key, tuple) and isinstance(value, tuple):
        return all(one > 0 for one in value)
    return True
