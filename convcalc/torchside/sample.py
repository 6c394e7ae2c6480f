"""Random layers and small networks, fitting and not: convcalc and torch must say the same of each.

What is drawn follows from the fields of the layers' classes, so a new layer is drawn without a word here.
"""

from __future__ import annotations

import dataclasses
import random
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch

from convcalc.errors import OWN_RULES, ConvcalcError
from convcalc.layers.base import LAYERS, Layer, Token
from convcalc.layers.combine import Chain, Concat, Network, Repeat, Residual, chain
from convcalc.layers.graph import Graph, GraphNode
from convcalc.shape import Shape, show_shape, whole
from convcalc.torchside.check import Check, compare_numbers, device_name, pick_device, refuses
from convcalc.tracing import trace


@dataclass
class Mismatch:
    """A spec and an input on which convcalc and torch differ, made as small as possible."""

    spec: str
    input: str
    differences: list[str]


@dataclass
class Samples:
    """What came of comparing random samples."""

    device: str
    torch: str
    compared: int = 0
    accepted: int = 0
    refused: int = 0  # by both
    refused_alone: int = 0  # by the rules of convcalc's own, which torch is not asked to confirm
    kinds: dict[str, int] = field(default_factory=dict)
    mismatches: list[Mismatch] = field(default_factory=list)


def draw(stream: random.Random) -> tuple[Layer, Shape]:
    """One random layer or small network with an input that may or may not fit."""
    axes = stream.choice((1, 2, 2, 3, 3, 3, 3, 4))
    # Mostly small; with two axes, where it is cheap, often long enough for fields with gaps.
    x: Shape = tuple(stream.randint(1, 12 if i == 0 or axes > 2 or stream.random() < 0.5 else 90) for i in range(axes))
    return _draw_net(stream, x, 2), x


def _draw_net(stream: random.Random, x: Shape, depth: int) -> Layer:
    kind = stream.random()
    if depth == 0 or kind < 0.5:
        return _draw_layer(stream, x)
    if kind < 0.75:
        parts: list[Layer] = []
        for _ in range(stream.randint(2, 4)):
            parts.append(_draw_net(stream, x, depth - 1))
            x = _next(parts[-1], x)
        return chain(*parts)
    if kind < 0.8:
        return Repeat(stream.randint(1, 3), _draw_net(stream, x, depth - 1))
    if kind < 0.9:
        body = _draw_net(stream, x, depth - 1)
        return Residual(body, _draw_net(stream, x, depth - 1) if stream.random() < 0.4 else None)
    if kind < 0.96:
        return Concat(tuple(_draw_net(stream, x, depth - 1) for _ in range(stream.randint(1, 3))))
    first = GraphNode("a", _draw_net(stream, x, depth - 1), ("input",))
    second = GraphNode("b", _draw_net(stream, x, depth - 1), (stream.choice(("input", "a")),))
    return Graph((first, second, GraphNode("c", stream.choice(("add", "mul", "cat")), ("a", "b"))))


def _next(layer: Layer, x: Shape) -> Shape:
    try:
        return layer.shape(x)
    except ConvcalcError:
        return x


def _draw_layer(stream: random.Random, x: Shape) -> Layer:
    for _ in range(50):
        cls = LAYERS[stream.choice(sorted(LAYERS))]
        values = {}
        for f in dataclasses.fields(cls):  # type: ignore[arg-type]
            needed = f.default is dataclasses.MISSING
            if needed or stream.random() < 0.3:
                values[f.name] = _draw_value(stream, f.name, cls.tokens[f.name], x)
        try:
            return cls(**values)
        except ConvcalcError:
            continue
    raise AssertionError("no layer can be drawn")


def _draw_value(stream: random.Random, name: str, how: Token, x: Shape) -> Any:
    if how.words and (how.kind in ("choice", "flag") or stream.random() < 0.3):
        return stream.choice(list(how.words.values()))
    if how.kind == "flag":
        return stream.random() < 0.5
    if how.kind == "choice":
        return stream.choice(how.options)
    if how.kind == "share":
        return stream.choice((0.0, 0.25, 0.5))
    if how.kind == "real":
        return stream.choice((0.01, 0.1, 0.5))
    if how.kind == "scale":
        return stream.choice((2, 3, 0.5, 0.25, 1.5, 0.3, 0.7))
    low = how.least if how.least >= 0 else -2
    likely = [low, low + 1, low + 1, low + 2, low + 3, low + stream.randint(0, 8)]
    if how.kind in ("dim", "int"):
        # Often a size of the input itself, so that numbers of channels and features fit as often as not.
        return stream.choice([*likely, x[0], x[0], x[-1]])
    if name == "sides":
        return tuple(stream.randint(-1, 3) for _ in range(2 * max(1, len(x) - 1)))
    if stream.random() < 0.5:
        return stream.choice(likely)
    return tuple(stream.choice(likely) for _ in range(max(1, len(x) - 1 if stream.random() < 0.95 else len(x))))


def differences(net: Layer, x: Shape, device: torch.device) -> list[str]:
    """How convcalc and torch differ on one sample; empty where they agree or both refuse."""
    try:
        traced = trace(net, x)
    except ConvcalcError as error:
        return [] if refuses(net, x) else [f"convcalc refuses ({error.message()}), torch accepts"]
    result = Check("", torch.__version__)
    compare_numbers(traced, device, result)
    return result.differences


def sample(
    count: int, seed: int = 0, device: str = "auto", progress: Callable[[int], None] | None = None, most: int = 5
) -> Samples:
    """Compare `count` random samples; stops after `most` mismatches. The same seed draws the same samples."""
    where = pick_device(device)
    result = Samples(device_name(where), torch.__version__)
    stream = random.Random(seed)
    torch.manual_seed(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in range(count):
            net, x = draw(stream)
            found = differences(net, x, where)
            result.compared += 1
            _count(result, net, x)
            if found:
                result.mismatches.append(_smallest(net, x, found, where))
                if len(result.mismatches) >= most:
                    break
            if progress is not None and number % 100 == 99:
                progress(number + 1)
    return result


def _count(result: Samples, net: Layer, x: Shape) -> None:
    try:
        trace(net, x)
        result.accepted += 1
    except ConvcalcError as error:
        if error.kind in OWN_RULES:
            result.refused_alone += 1
        else:
            result.refused += 1
    for part in _all_parts(net):
        result.kinds[part.name] = result.kinds.get(part.name, 0) + 1


def _all_parts(net: Layer) -> Iterator[Layer]:
    yield net
    if isinstance(net, Network):
        for child in net.children():
            yield from _all_parts(child)


# -- the smallest sample that still differs -----------------------------------------------------------------------


def _smallest(net: Layer, x: Shape, found: list[str], device: torch.device) -> Mismatch:
    for _ in range(200):
        for smaller_net, smaller_x in _simpler(net, x):
            try:
                now = differences(smaller_net, smaller_x, device)
            except ConvcalcError:
                continue
            if now:
                net, x, found = smaller_net, smaller_x, now
                break
        else:
            break
    return Mismatch(str(net), show_shape(x), found)


def _simpler(net: Layer, x: Shape) -> Iterator[tuple[Layer, Shape]]:
    """Networks with a part left out, layers with a field at its default or smaller, inputs one smaller."""
    for smaller_net in _simpler_nets(net):
        yield smaller_net, x
    for i, size in enumerate(x):
        for smaller in {1, whole(size) // 2, whole(size) - 1} - {0, size}:
            yield net, (*x[:i], smaller, *x[i + 1 :])


def _simpler_nets(net: Layer) -> Iterator[Layer]:
    if isinstance(net, Network):
        yield from net.children()
        if isinstance(net, Chain):
            for i, part in enumerate(net.layers):
                if len(net.layers) > 2:
                    yield Chain((*net.layers[:i], *net.layers[i + 1 :]))
                for simpler in _simpler_nets(part):
                    yield Chain((*net.layers[:i], simpler, *net.layers[i + 1 :]))
        if isinstance(net, Residual | Repeat):
            for simpler in _simpler_nets(net.body):
                yield dataclasses.replace(net, body=simpler)
        if isinstance(net, Residual) and net.shortcut is not None:
            for simpler in _simpler_nets(net.shortcut):
                yield dataclasses.replace(net, shortcut=simpler)
        if isinstance(net, Concat):
            for i, branch in enumerate(net.branches):
                if len(net.branches) > 1:
                    yield Concat((*net.branches[:i], *net.branches[i + 1 :]))
                for simpler in _simpler_nets(branch):
                    yield Concat((*net.branches[:i], simpler, *net.branches[i + 1 :]))
        return
    for f in dataclasses.fields(net):  # type: ignore[arg-type]
        value = getattr(net, f.name)
        options: list[Any] = [f.default] if f.default is not dataclasses.MISSING else []
        if isinstance(value, tuple):
            options.append(value[0])
        if isinstance(value, int) and not isinstance(value, bool) and value > net.tokens[f.name].least:
            options.append(value - 1)
        for option in options:
            if option == value and type(option) is type(value):
                continue
            try:
                yield dataclasses.replace(net, **{f.name: option})  # type: ignore[type-var]
            except ConvcalcError:
                continue
