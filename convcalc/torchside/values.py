"""Numbers for letters: a spread of values, edge cases included, at which a formula is compared with torch."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from convcalc.formula import Formula
from convcalc.layers.base import Layer
from convcalc.layers.graph import GraphNode
from convcalc.tracing import Trace

# Values drawn for each formula.
SPREAD = 24
# Letters that are no sizes of the input stay small, so that many combinations fit.
SMALL = 4


def put_in(layer: Layer, values: Mapping[str, int]) -> Layer:
    """The same layer with numbers for its letters."""
    return type(layer)(**{name: _put(getattr(layer, name), values) for name in layer.names})


def _put(value: Any, values: Mapping[str, int]) -> Any:
    if isinstance(value, Formula):
        return value.at(values)
    if isinstance(value, GraphNode):
        return value._replace(op=_put(value.op, values))
    if isinstance(value, tuple):
        return tuple(_put(v, values) for v in value)
    return put_in(value, values) if isinstance(value, Layer) else value


def letters_of(value: Any) -> set[str]:
    """The letters in a layer, a shape or a formula."""
    if isinstance(value, Formula):
        return value.letters()
    if isinstance(value, tuple | list):
        return set().union(*map(letters_of, value)) if value else set()
    if isinstance(value, Layer):
        return set().union(*(letters_of(getattr(value, name)) for name in value.names), set())
    return set()


def assignments(traced: Trace) -> Iterator[dict[str, int]]:
    """Values for all letters: the smallest that fit, one less, and a spread of larger ones; the same at each run."""
    in_net, in_input = letters_of(traced.net), letters_of(traced.input)
    letters = sorted(in_net | in_input)
    least = {str(c.left): int(c.right) for c in traced.valid_when if c.relation == ">=" and isinstance(c.right, int)}
    low = {name: least.get(name, 1) for name in letters}
    yield dict(low)
    for name in letters:
        if low[name] > 1:
            yield low | {name: low[name] - 1}
    stream = random.Random(str(traced.net))
    seen = {tuple(low.values())}
    for turn in range(20 * SPREAD):
        wide = 3 * SMALL + turn % 16
        values = {
            n: low[n] + stream.randrange(SMALL if n in in_net or n == _channels(traced) else wide) for n in letters
        }
        if tuple(values.values()) not in seen:
            seen.add(tuple(values.values()))
            yield values
        if len(seen) > SPREAD:
            return


def _channels(traced: Trace) -> str:
    return str(traced.input[0]) if len(traced.input) > 1 else ""
