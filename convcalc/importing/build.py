"""Putting a network together from calls in the order they are made: a chain where it is one, else a graph."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from convcalc.errors import ConvcalcError
from convcalc.layers import Graph, GraphNode, Identity, Layer, Linear, Merge, Shared, chain
from convcalc.layers.graph import INPUT
from convcalc.shape import show_shape

# A network of more steps than this is a loop that does not end.
MOST_NODES = 50_000


@dataclass(frozen=True)
class Value:
    """A tensor in the code: the node that makes it."""

    node: str


@dataclass(frozen=True)
class Size:
    """One size of a tensor, as x.size(0) gives it; `axis` 0 is the batch, negative ones count from the end."""

    value: Value
    axis: int
    number: int | None = None  # where it is known


@dataclass(frozen=True)
class Sizes:
    """All sizes of a tensor: x.shape."""

    value: Value
    numbers: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Product:
    """A product of sizes of one tensor: c * h * w."""

    value: Value
    axes: frozenset[int]


@dataclass
class Part:
    """Where a layer of the network comes from: its name in the code, and the line, if there is one."""

    name: str
    line: int | None = None


@dataclass
class Imported:
    """A network from PyTorch code: the layer, where its parts come from, and what has to be said about it."""

    layer: Layer
    parts: dict[int, Part] = field(default_factory=dict)  # id(layer) → its place
    gives: dict[int, Part] = field(default_factory=dict)  # id(layer) → the part whose channels it gets
    notes: list[tuple[str, str]] = field(default_factory=list)  # (English, Vietnamese)
    measured: list[str] = field(default_factory=list)
    places: dict[str, Part] = field(default_factory=dict)
    input: tuple[int, ...] | None = None

    def locate(self, error: ConvcalcError) -> ConvcalcError:
        """The error of a layer, with the names and lines of the code."""
        subject = error.subject.layer if isinstance(error.subject, Shared) else error.subject
        part = self.parts.get(id(subject)) or self.places.get(str(error.values.get("node")))
        if part is None:
            return error
        line = f" (line {part.line})" if part.line else ""
        line_vi = f" (dòng {part.line})" if part.line else ""
        values: dict[str, Any] = {"name": part.name, "line": line, "line_vi": line_vi}
        giver = self.gives.get(id(subject))
        x = (
            error.given[0]
            if isinstance(error.given, tuple) and error.given and isinstance(error.given[0], tuple)
            else error.given
        )
        if error.kind == "channel_mismatch" and isinstance(subject, Linear) and isinstance(x, tuple) and len(x) > 2:
            made = ConvcalcError("source_flatten", **values, takes=str(error.values["takes"]), shape=show_shape(x))
        elif error.kind == "branches_differ":
            said: dict[str, Any] = {key: str(error.values.get(key, "")) for key in ("shapes", "rule", "rule_vi")}
            made = ConvcalcError("source_branches", **values, **said)
        elif error.kind == "channel_mismatch" and giver is not None:
            made = ConvcalcError(
                "source_channels", **values, giver=giver.name, has=str(error.values["has"]), takes=str(error.values["takes"]),
                unit=error.values["unit"], unit_vi=error.values["unit_vi"], shape=error.values["shape"],
            )  # fmt: skip
        else:
            made = ConvcalcError(
                "source_layer", **values, problem=_without_place(error, "en"), problem_vi=_without_place(error, "vi"),
                hint=error.hint("en") or "", hint_vi=error.hint("vi") or "",
            )  # fmt: skip
        return made


def _without_place(error: ConvcalcError, lang: str) -> str:
    number, error.layer = error.layer, None
    said = error.message(lang)
    error.layer = number
    return said


class Builder:
    """Collects the nodes of a network in the order in which the code makes them."""

    def __init__(self) -> None:
        self.nodes: list[GraphNode] = []
        self.names = {INPUT}
        self.counts: dict[str, int] = {}  # of the nodes with one name
        self.parts: dict[int, Part] = {}
        self.first: dict[int, str] = {}  # id(layer) → the node that uses it first
        self.notes: list[tuple[str, str]] = []
        self.places: dict[str, Part] = {}  # of the nodes where branches meet

    def apply(self, layer: Layer, source: Value, part: Part, shared: bool = False) -> Value:
        """The layer on a value; one with weights that is used again keeps them (`shared`)."""
        op: Layer | str = layer
        if shared and id(layer) in self.first and has_weights(layer):
            op = "=" + self.first[id(layer)]
        value = self._add(op, (source,), part.name)
        if op is layer:
            self.parts.setdefault(id(layer), part)
            self.first.setdefault(id(layer), value.node)
        return value

    def merge(self, how: str | Merge, sources: Sequence[Value], name: str, line: int | None = None) -> Value:
        """Branches that meet: add, mul, cat, or something measured."""
        value = self._add(how, sources, name)
        self.places[value.node] = Part(name, line)
        return value

    def _add(self, op: Layer | Merge | str, sources: Sequence[Value], name: str) -> Value:
        base = re.sub(r"\W+", "_", name).strip("_").lower() or "node"
        base = base if base[0].isalpha() else f"n{base}"
        unique, number = base, self.counts.get(base, 1)
        while unique in self.names:
            number += 1
            unique = f"{base}_{number}"
        self.counts[base] = number
        self.names.add(unique)
        if len(self.nodes) >= MOST_NODES:
            raise ConvcalcError("too_many_layers", count=f"{MOST_NODES}+", limit=MOST_NODES)
        self.nodes.append(GraphNode(unique, op, tuple(source.node for source in sources)))
        return Value(unique)

    def finish(self, output: Value) -> Imported:
        """The network up to `output`; nodes that nothing leads on from are left out and said."""
        needed = {output.node}
        for node in reversed(self.nodes):
            if node.name in needed:
                needed.update(node.sources)
                if isinstance(node.op, str) and node.op.startswith("="):
                    needed.add(node.op[1:])
        nodes = [node for node in self.nodes if node.name in needed]
        lost = [node.name for node in self.nodes if node.name not in needed]
        if lost:
            names = ", ".join(lost[:5]) + (" …" if len(lost) > 5 else "")
            self.notes.append((f"the output does not depend on {names}", f"output không phụ thuộc vào {names}"))
        return Imported(_network(nodes, output), self.parts, _givers(nodes, self.parts), self.notes, places=self.places)


def has_weights(layer: Layer) -> bool:
    """Whether a layer, or one inside it, can have weights."""
    children = layer.children()
    if children:
        return any(map(has_weights, children))
    return type(layer).weights is not Layer.weights


def _network(nodes: list[GraphNode], output: Value) -> Layer:
    if not nodes:
        return Identity()
    before = INPUT
    for node in nodes:
        if not isinstance(node.op, Layer) or node.sources != (before,):
            break
        before = node.name
    else:
        return chain(*(node.op for node in nodes if isinstance(node.op, Layer)))
    if nodes[-1].name != output.node:
        nodes = [node for node in nodes if node.name != output.node] + [n for n in nodes if n.name == output.node]
    return Graph(tuple(nodes))


def _givers(nodes: list[GraphNode], parts: dict[int, Part]) -> dict[int, Part]:
    """For each layer, the named part before it whose number of channels or features it gets."""
    by_name = {node.name: node for node in nodes}
    found: dict[int, Part] = {}
    for node in nodes:
        if not isinstance(node.op, Layer):
            continue
        before = by_name.get(node.sources[0])
        while before is not None:
            part = parts.get(id(before.op))
            if isinstance(before.op, Layer) and part is not None and hasattr(before.op, "out_channels"):
                found[id(node.op)] = part
                break
            if isinstance(before.op, Layer) and part is not None and before.op.name in ("linear", "flatten", "reshape"):
                found[id(node.op)] = part
                break
            before = by_name.get(before.sources[0]) if len(before.sources) == 1 else None
    return found
