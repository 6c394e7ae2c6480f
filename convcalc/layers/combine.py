"""Networks: chains, repeats, residual and concatenated branches, and graphs of named nodes. A network is a layer too.

Each says once, in `flow`, which layer gets what and what is merged; shape, weights, multiply-adds, receptive field, the trace
and the torch module are all driven through it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

from convcalc.errors import ConvcalcError, ShapeError, SpecError
from convcalc.field import Field
from convcalc.formula import Dim, Formula
from convcalc.layers.base import Layer, fields_only
from convcalc.layers.merge import MERGES, Merge
from convcalc.layers.shared import Shared
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

        def merged(m: Merge, net: Network, xs: list[Shape]) -> Shape:
            nonlocal number
            if m.weights(xs):
                number += 1
                found.update({f"{number}.{name}": w for name, w in m.weights(xs).items()})
            return m.shape(xs, net.name)

        drive(self, x, visit, merged)
        return found

    def macs(self, x: Shape, y: Shape | None = None) -> Dim:
        total: Dim = 0

        def visit(child: Layer, v: Shape) -> Shape:
            nonlocal total
            total = total + child.macs(v)
            return child.shape(v)

        def merged(m: Merge, net: Network, xs: list[Shape]) -> Shape:
            nonlocal total
            y = m.shape(xs, net.name)
            total = total + m.macs(xs, y)
            return y

        drive(self, x, visit, merged)
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
        built: dict[int, nn.Module] = {}

        def visit(child: Layer, v: Shape) -> Shape:
            again = built.get(id(child.layer)) if isinstance(child, Shared) else None
            made.append(child.module(v) if again is None else again)
            built[id(child)] = made[-1]
            return child.shape(v)

        drive(self, x, visit, _merged_shape)
        return made

    def module(self, x: Shape) -> nn.Module:
        from convcalc.torchside.modules import Flowing

        return Flowing(partial(drive, self), self.modules(x), self.measured())

    def measured(self) -> list[nn.Module]:
        """torch's own modules of the parts that were only measured."""
        return []


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
    """The same kind of layer several times in a row, each time with weights of its own.

    The number of times may be a letter, which `convcalc solve` finds; until then the network has no shape.
    """

    times: Dim
    body: Layer
    name = "repeat"

    def check_parts(self) -> None:
        super().check_parts()
        if isinstance(self.times, Formula):
            return
        if not isinstance(self.times, int) or not 1 <= self.times <= LARGEST_REPEAT:
            raise SpecError(
                "bad_value", layer_name="repeat", field="the number of times", field_vi="số lần lặp", value=str(self.times)[:30],
                expected=f"1 to {LARGEST_REPEAT}", expected_vi=f"từ 1 đến {LARGEST_REPEAT}",
            )  # fmt: skip

    def children(self) -> tuple[Layer, ...]:
        return (self.body,) * (self.times if isinstance(self.times, int) else 1)

    def flow(self, x: V, merged: MergeFn[V]) -> Flow[V]:
        if not isinstance(self.times, int):
            raise ShapeError("times_in_letters", layer_name=self.name, times=self.times)
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


def chain(*layers: Layer) -> Layer:
    """The layers one after another; a single layer stays itself."""
    return layers[0] if len(layers) == 1 else Chain(tuple(layers))


def count_layers(net: Layer) -> int:
    """How many rows a trace of it has at the least, without unrolling repeats."""
    if isinstance(net, Repeat):
        return (net.times if isinstance(net.times, int) else 1) * count_layers(net.body)
    if isinstance(net, Network):
        return sum(count_layers(child) for child in net.children())
    return 1
