"""Graphs of named nodes, for whatever is not chains and branches."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from convcalc.errors import ConvcalcError, SpecError
from convcalc.layers.base import Layer
from convcalc.layers.combine import Flow, MergeFn, Network, V, network
from convcalc.layers.merge import MERGES, Merge
from convcalc.layers.shared import Measured, Shared

if TYPE_CHECKING:
    from torch import nn


class GraphNode(NamedTuple):
    """One step of a graph, and the names of the nodes it takes from.

    `op` is a layer, a merge or its name, or "=a" for the layer of node a once more, with the same weights.
    """

    name: str
    op: Layer | Merge | str
    sources: tuple[str, ...]


INPUT = "input"


@network
class Graph(Network):
    """Named nodes in order, for whatever is not chains and branches; the last node is the output."""

    nodes: tuple[GraphNode, ...]
    name = "graph"

    def check_parts(self) -> None:
        super().check_parts()
        if not self.nodes:
            raise SpecError(
                "missing_value", layer_name="graph", field="a node", example="graph(a: conv 8@3x3 p1; add < a, a)"
            )
        known = {INPUT: None}  # in order
        for node in self.nodes:
            again = node.op[1:] if isinstance(node.op, str) and node.op.startswith("=") else None
            if again is not None and again not in known:
                raise SpecError("unknown_node", layer_name="graph", name=again, known=", ".join(list(known)[-10:]))
            if again is None and isinstance(node.op, str) and node.op not in MERGES:
                raise SpecError("unknown_layer", layer_name="graph", name=node.op)
            one_source = isinstance(node.op, Layer) or again is not None
            if not node.sources or (one_source and len(node.sources) != 1):
                raise SpecError(
                    "bad_value", layer_name="graph", field=f"the number of sources of node {node.name}",
                    value=len(node.sources), expected="1", expected_vi="1",
                )  # fmt: skip
            for source in node.sources:
                if source not in known:
                    raise SpecError("unknown_node", layer_name="graph", name=source, known=", ".join(list(known)[-10:]))
            if node.name in known:
                raise SpecError("node_twice", layer_name="graph", name=node.name)
            known[node.name] = None

    def children(self) -> tuple[Layer, ...]:
        return tuple(node.op for node in self.nodes if isinstance(node.op, Layer))

    def flow(self, x: V, merged: MergeFn[V]) -> Flow[V]:
        values: dict[str, V] = {INPUT: x}
        layers: dict[str, Layer] = {}
        for node in self.nodes:
            taken = [values[source] for source in node.sources]
            op = node.op
            if isinstance(op, str) and op.startswith("="):
                op = layers.setdefault(op, Shared(layers[op[1:]]))
            if isinstance(op, Layer):
                layers[node.name] = op.layer if isinstance(op, Shared) else op
                values[node.name] = yield op, taken[0]
            else:
                try:
                    values[node.name] = merged(MERGES[op] if isinstance(op, str) else op, self, taken)
                except ConvcalcError as error:
                    error.values.setdefault("node", node.name)
                    raise
        return values[self.nodes[-1].name]

    def measured(self) -> list[nn.Module]:
        return [part for node in self.nodes if isinstance(node.op, Measured) for part in node.op.parts]

    def __str__(self) -> str:
        def text(op: Layer | Merge | str) -> str:
            return op.name if isinstance(op, Merge) else str(op)

        return "graph(" + "; ".join(f"{n.name}: {text(n.op)} < {', '.join(n.sources)}" for n in self.nodes) + ")"
