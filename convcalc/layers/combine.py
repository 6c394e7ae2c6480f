"""Networks: chains, repeats, residual and concatenated branches, and graphs of named nodes. A network is a layer too.

Each says once, in `flow`, which layer gets what and what is merged; shape, weights, multiply-adds, receptive field, the trace
and the torch module are all driven through it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, dataclass_transform

from convcalc.errors import ConvcalcError, SpecError
from convcalc.field import Field
from convcalc.formula import Dim
from convcalc.layers.base import Layer, fields_only
from convcalc.layers.merge import MERGES, Merge
from convcalc.shape import Shape

if TYPE_CHECKING:
    from torch import nn

V = TypeVar("V")
N = TypeVar("N", bound="Network")
MergeFn = Callable[["Merge", "Network", list[V]], V]
Flow = Generator[tuple[Layer, V], V, V]

LARGEST_REPEAT = 100_000


def drive(net: Network, x: V, visit: Callable[[Layer, V], V], merged: MergeFn[V]) -> V:
    """Send x through the network: `visit` says what a layer makes of a value, `merged` what branches make together."""
    flow = net.flow(x, merged)
    try:
        child, value = next(flow)
        while True:
            try:
                value = visit(child, value)
            except ConvcalcError as error:
                if error.subject is None:
                    error.subject, error.given = child, value
                raise
            child, value = flow.send(value)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def _merged_shape(m: Merge, net: Network, xs: list[Shape]) -> Shape:
    return m.shape(xs, net.name)


@dataclass_transform(frozen_default=True)
def network(cls: type[N]) -> type[N]:
    """Make a class of networks a frozen dataclass with the methods of `Layer`."""
    return fields_only(cls)


class Network(Layer):
    """A layer made of layers."""

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.check_parts()

    def check_parts(self) -> None:
        """Raise `SpecError` unless the parts make a network."""
        if not all(isinstance(child, Layer) for child in self.children()):
            raise SpecError(
                "bad_value",
                layer_name=self.name,
                field="its parts",
                value="…",
                expected="layers",
                expected_vi="các layer",
            )

    def flow(self, x: V, merged: MergeFn[V]) -> Flow[V]:
        """Yield (layer, what it gets) in order, take back what it gives, and return the network's own output."""
        raise NotImplementedError

    def shape(self, x: Shape) -> Shape:
        return drive(self, x, lambda child, v: child.shape(v), _merged_shape)

    def weights(self, x: Shape) -> dict[str, Shape]:
        found: dict[str, Shape] = {}
        number = -1

        def visit(child: Layer, v: Shape) -> Shape:
            nonlocal number
            number += 1
            found.update({f"{number}.{name}": w for name, w in child.weights(v).items()})
            return child.shape(v)

        drive(self, x, visit, _merged_shape)
        return found

    def macs(self, x: Shape, y: Shape | None = None) -> Dim:
        total: Dim = 0

        def visit(child: Layer, v: Shape) -> Shape:
            nonlocal total
            total = total + child.macs(v)
            return child.shape(v)

        drive(self, x, visit, _merged_shape)
        return total

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        def visit(child: Layer, v: tuple[Shape, Field]) -> tuple[Shape, Field]:
            out = child.shape(v[0])
            return out, child.field(v[1], v[0], out)

        def merged(m: Merge, net: Network, vs: list[tuple[Shape, Field]]) -> tuple[Shape, Field]:
            xs = [v[0] for v in vs]
            out = m.shape(xs, net.name)
            return out, m.field([v[1] for v in vs], xs, out)

        return drive(self, (x, f), visit, merged)[1]

    def modules(self, x: Shape) -> list[nn.Module]:
        """The torch modules of the layers inside, in the order of `flow`."""
        made: list[nn.Module] = []

        def visit(child: Layer, v: Shape) -> Shape:
            made.append(child.module(v))
            return child.shape(v)

        drive(self, x, visit, _merged_shape)
        return made

    def module(self, x: Shape) -> nn.Module:
        from convcalc.torchside.modules import Flowing

        return Flowing(partial(drive, self), self.modules(x))


@network
class Chain(Network):
    """Layers one after another."""

    layers: tuple[Layer, ...]
    name = "chain"

    def check_parts(self) -> None:
        super().check_parts()
        if len(self.layers) < 2:
            raise SpecError("missing_value", layer_name="chain", field="two layers", example="conv 3x3 > relu")

    def children(self) -> tuple[Layer, ...]:
        return self.layers

    def flow(self, x: V, merged: MergeFn[V]) -> Flow[V]:
        for layer in self.layers:
            x = yield layer, x
        return x

    def module(self, x: Shape) -> nn.Module:
        from torch import nn

        return nn.Sequential(*self.modules(x))

    def __str__(self) -> str:
        return " > ".join(f"({part})" if isinstance(part, Chain) else str(part) for part in self.layers)


@network
class Repeat(Network):
    """The same kind of layer several times in a row, each time with weights of its own."""

    times: int
    body: Layer
    name = "repeat"

    def check_parts(self) -> None:
        super().check_parts()
        if not isinstance(self.times, int) or not 1 <= self.times <= LARGEST_REPEAT:
            raise SpecError(
                "bad_value", layer_name="repeat", field="the number of times", field_vi="số lần lặp", value=str(self.times)[:30],
                expected=f"1 to {LARGEST_REPEAT}", expected_vi=f"từ 1 đến {LARGEST_REPEAT}",
            )  # fmt: skip

    def children(self) -> tuple[Layer, ...]:
        return (self.body,) * self.times

    def flow(self, x: V, merged: MergeFn[V]) -> Flow[V]:
        for _ in range(self.times):
            x = yield self.body, x
        return x

    def module(self, x: Shape) -> nn.Module:
        from torch import nn

        return nn.Sequential(*self.modules(x))

    def __str__(self) -> str:
        return f"{self.times} * ({self.body})"


@network
class Residual(Network):
    """body(x) + shortcut(x); without a shortcut, body(x) + x (He et al. 2016, "Deep residual learning")."""

    body: Layer
    shortcut: Layer | None = None
    name = "residual"

    def children(self) -> tuple[Layer, ...]:
        return (self.body,) if self.shortcut is None else (self.body, self.shortcut)

    def flow(self, x: V, merged: MergeFn[V]) -> Flow[V]:
        body = yield self.body, x
        shortcut = x if self.shortcut is None else (yield self.shortcut, x)
        return merged(MERGES["add"], self, [body, shortcut])

    def __str__(self) -> str:
        return f"residual({' | '.join(map(str, self.children()))})"


@network
class Concat(Network):
    """The outputs of all branches, joined along the channels."""

    branches: tuple[Layer, ...]
    name = "concat"

    def check_parts(self) -> None:
        super().check_parts()
        if not self.branches:
            raise SpecError(
                "missing_value", layer_name="concat", field="a branch", example="concat(identity | conv 8@3x3 p1)"
            )

    def children(self) -> tuple[Layer, ...]:
        return self.branches

    def flow(self, x: V, merged: MergeFn[V]) -> Flow[V]:
        outputs = []
        for branch in self.branches:
            outputs.append((yield branch, x))
        return merged(MERGES["cat"], self, outputs)

    def __str__(self) -> str:
        return f"concat({' | '.join(map(str, self.branches))})"


class GraphNode(NamedTuple):
    """One step of a graph: a layer, or the name of a merge, and the names of the nodes it takes from."""

    name: str
    op: Layer | str
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
            if isinstance(node.op, str) and node.op not in MERGES:
                raise SpecError("unknown_layer", layer_name="graph", name=node.op)
            if not node.sources or (isinstance(node.op, Layer) and len(node.sources) != 1):
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
        for node in self.nodes:
            taken = [values[source] for source in node.sources]
            if isinstance(node.op, str):
                values[node.name] = merged(MERGES[node.op], self, taken)
            else:
                values[node.name] = yield node.op, taken[0]
        return values[self.nodes[-1].name]

    def __str__(self) -> str:
        return "graph(" + "; ".join(f"{n.name}: {n.op} < {', '.join(n.sources)}" for n in self.nodes) + ")"


def chain(*layers: Layer) -> Layer:
    """The layers one after another; a single layer stays itself."""
    return layers[0] if len(layers) == 1 else Chain(tuple(layers))


def count_layers(net: Layer) -> int:
    """How many rows a trace of it has at the least, without unrolling repeats."""
    if isinstance(net, Repeat):
        return net.times * count_layers(net.body)
    if isinstance(net, Network):
        return sum(count_layers(child) for child in net.children())
    return 1
