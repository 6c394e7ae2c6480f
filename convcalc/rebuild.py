"""The same network with other parts: numbers or formulas for its letters, other layers in their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from convcalc.formula import Dim, Formula
from convcalc.layers.base import Layer
from convcalc.layers.combine import Network
from convcalc.layers.graph import GraphNode


def put_in(layer: Layer, values: Mapping[str, Dim]) -> Layer:
    """The same layer with numbers or other formulas for its letters; raises `SpecError` where a field cannot be that."""
    return _rebuilt(layer, lambda leaf: type(leaf)(**_fields(leaf, lambda value: _put(value, values))), values)


def changed(net: Layer, change: Callable[[Layer], Layer]) -> Layer:
    """The network with `change(layer)` in place of every layer that holds no others; one that is the same stays the same."""
    return _rebuilt(net, change, {})


def leaves(net: Layer) -> list[Layer]:
    """The layers that hold no others, each once, in the order they stand there."""
    found: dict[int, Layer] = {}

    def note(layer: Layer) -> Layer:
        found.setdefault(id(layer), layer)
        return layer

    changed(net, note)
    return list(found.values())


def letters_of(value: Any) -> set[str]:
    """The letters in a layer, a shape or a formula."""
    if isinstance(value, Formula):
        return value.letters()
    if isinstance(value, tuple | list):
        return set().union(*map(letters_of, value)) if value else set()
    if isinstance(value, Layer):
        return set().union(*(letters_of(getattr(value, name)) for name in value.names), set())
    return set()


def _rebuilt(net: Layer, change: Callable[[Layer], Layer], values: Mapping[str, Dim]) -> Layer:
    made: dict[int, Layer] = {}

    def into(value: Any) -> Any:
        if isinstance(value, Layer):
            if id(value) not in made:
                made[id(value)] = type(value)(**_fields(value, into)) if isinstance(value, Network) else change(value)
            return made[id(value)]
        if isinstance(value, GraphNode):
            return value._replace(op=into(value.op))
        if isinstance(value, tuple):
            return tuple(map(into, value))
        return _put(value, values)

    found: Layer = into(net)
    return found


def _fields(layer: Layer, into: Callable[[Any], Any]) -> dict[str, Any]:
    return {name: into(getattr(layer, name)) for name in layer.names}


def _put(value: Any, values: Mapping[str, Dim]) -> Any:
    if isinstance(value, Formula):
        return value.at(values)
    if isinstance(value, tuple):
        return tuple(_put(v, values) for v in value)
    return put_in(value, values) if isinstance(value, Layer) else value
