"""From a layer to its rows: what every step makes of the shape, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Any, NamedTuple, TypeAlias

from convcalc.axis import Axis
from convcalc.errors import ConvcalcError, Lazy, ShapeError
from convcalc.field import Field
from convcalc.formula import Dim, Formula
from convcalc.layers.base import Layer, of_a_shape
from convcalc.layers.combine import Chain, Network, Repeat, drive
from convcalc.layers.merge import Merge
from convcalc.scan import as_shape
from convcalc.shape import (
    Condition,
    Shape,
    check_numel,
    collecting,
    is_symbolic,
    product,
    require,
    show_shape,
    simplify,
)
from convcalc.spec import as_layer

BYTES = 4  # of a float32 number, as torchsummary counts


class Row:
    """One step of a network.

    `index` counts from 1; `path` says which child of which network it is, `depth` in how many branching networks it stands;
    `layer` is a `Layer`, or a `Merge` where branches meet; `inputs` the shapes that come in (one, except for a merge); `weights` the learned tensors.
    """

    __slots__ = ("_fields", "depth", "index", "inputs", "layer", "macs", "output", "params", "path", "weights")

    def __init__(
        self, index: int, path: tuple[int, ...], depth: int, layer: Layer | Merge, inputs: Sequence[Shape],
        output: Shape, params: Dim, macs: Dim, weights: dict[str, Shape], fields: _Fields,
    ) -> None:  # fmt: skip
        self.index, self.path, self.depth, self.layer = index, path, depth, layer
        self.inputs, self.output, self.params, self.macs = inputs, output, params, macs
        self.weights, self._fields = weights, fields

    @property
    def input(self) -> Shape:
        return self.inputs[0]

    @property
    def text(self) -> str:
        return str(self.layer) if isinstance(self.layer, Layer) else self.layer.name

    @property
    def field(self) -> Field:
        """The receptive field of the output."""
        return self._fields.of(self.index)

    @property
    def receptive_field(self) -> list[Axis | None]:
        """Per axis of the network's input; None where the pattern is not known."""
        return self.field.report()

    def __repr__(self) -> str:
        return (
            f"Row({self.index}, {self.text!r}, {self.input} -> {self.output}, {self.params} params, {self.macs} MACs)"
        )


class _Fields:
    """The receptive fields of all rows, worked out together when one is asked for."""

    def __init__(self, net: Layer, x: Shape, rows: list[Row]) -> None:
        self.net, self.x, self.rows = net, x, rows
        self.found: list[Field] = []
        self.done = False
        self.lock = Lock()

    def of(self, index: int) -> Field:
        if not self.done:
            with self.lock:
                if not self.done:
                    self.found = []
                    try:  # noqa: SIM105 - a context manager would cost a tenth of it
                        self.visit(self.net, Field.of_input(self.x))
                    except (_AllRows, ConvcalcError):
                        pass  # a layer does not fit: the walk ends with the rows before it
                    self.done = True
            self.rows = []  # the rows hold this object: let both be freed without the garbage collector
        return self.found[index - 1]

    def visit(self, layer: Layer, f: Field) -> Field:
        if isinstance(layer, Network):
            return drive(layer, f, self.visit, self.merge)
        row = self.next_row()
        if type(layer).field is not Layer.field:  # most layers act on each cell by itself
            f = layer.field(f, row.inputs[0], row.output)
        self.found.append(f)
        return f

    def merge(self, how: Merge, _net: Network, fields: list[Field]) -> Field:
        row = self.next_row()
        self.found.append(how.field(fields, row.inputs, row.output))
        return self.found[-1]

    def next_row(self) -> Row:
        if len(self.found) == len(self.rows):
            raise _AllRows
        return self.rows[len(self.found)]


class _AllRows(Exception):
    pass


class Memory(NamedTuple):
    """Bytes as float32: one input, the outputs of all layers (kept for the backward pass), the parameters."""

    input: Dim
    activations: Dim
    params: Dim


class Trace(Sequence[Row]):
    """The rows of a network on one input, with their totals and, with letters, the range in which they hold."""

    def __init__(self, net: Layer, x: Shape, rows: list[Row], valid_when: list[Condition]) -> None:
        self.net = net
        self.input = x
        self.rows = rows
        self.valid_when = valid_when

    def __getitem__(self, i: Any) -> Any:
        return self.rows[i]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @property
    def output(self) -> Shape:
        return self.rows[-1].output

    @property
    def params(self) -> Dim:
        return sum([row.params for row in self.rows])

    @property
    def macs(self) -> Dim:
        return sum([row.macs for row in self.rows])

    @property
    def memory(self) -> Memory:
        # torchsummary counts the output of every layer; a sum or a concatenation has no module there.
        outputs = sum([product(row.output) for row in self.rows if isinstance(row.layer, Layer)])
        return Memory(BYTES * product(self.input), BYTES * outputs, BYTES * self.params)

    @property
    def symbolic(self) -> bool:
        return is_symbolic(self.output) or not isinstance(self.params, int) or is_symbolic(self.input)

    def __repr__(self) -> str:
        return f"Trace({self.net}, {self.input} -> {self.output}, {len(self.rows)} rows)"


class PartialTrace(Exception):
    """A layer did not fit: the error, and the rows before it."""

    def __init__(self, error: ConvcalcError, rows: list[Row]) -> None:
        super().__init__(str(error))
        self.error = error
        self.rows = rows


def trace(net: Layer | str, x: Any) -> Trace:
    """All rows of `net` (or of a spec) on an input of shape x, each with output, params, MACs and receptive field.

    Raises `ConvcalcError` with the number of the layer that does not fit.
    """
    try:
        return trace_rows(as_layer(net), as_shape(x))
    except PartialTrace as stop:
        raise stop.error from None


def trace_rows(net: Layer, x: Shape) -> Trace:
    """As `trace`, but a layer that does not fit raises `PartialTrace`, with the rows before it."""
    check_numel(x)
    rows: list[Row] = []
    with collecting() as conditions:
        for size in x:
            if not isinstance(size, int):
                require(size, ">=", 1, "bad_shape", text=Lazy(show_shape, x))
        try:
            _Walk(net, x, rows).visit(net, (x, True), (), 0)
        except ConvcalcError as error:
            if error.subject is None:
                error.subject = net
            error.layer = len(rows) + 1
            raise PartialTrace(error, rows) from None
    return Trace(net, x, rows, simplify(conditions) if conditions else [])


# What flows through a network: a shape, and whether the values are still the input's own.
_Value: TypeAlias = tuple[Shape, bool]


class _Walk:
    """Collects the rows; a layer that comes again with the same input is worked out once."""

    def __init__(self, net: Layer, x: Shape, rows: list[Row]) -> None:
        self.rows = rows
        self.fields = _Fields(net, x, rows)
        self.seen: dict[tuple[int, Shape], tuple[Shape, Dim, Dim, dict[str, Shape]]] = {}
        self.input_is: str | None = None  # "indices" or "numbers", once a layer has taken it for one

    def visit(self, layer: Layer, value: _Value, path: tuple[int, ...], depth: int) -> _Value:
        if isinstance(layer, Network):
            number = -1
            inside = depth if isinstance(layer, Chain | Repeat) else depth + 1

            def below(child: Layer, v: _Value) -> _Value:
                nonlocal number
                number += 1
                return self.visit(child, v, (*path, number), inside)

            return drive(layer, value, below, lambda how, net, vs: self.merge(how, net, vs, path, depth))
        x, raw = value
        known = self.seen.get((id(layer), x))
        if known is None:
            known = self.seen[id(layer), x] = self.work_out(layer, x)
        y, params, macs, weights = known
        if layer.takes_indices or (raw and not layer.moves_only):
            self.take(layer, raw)
        rows = self.rows
        rows.append(Row(len(rows) + 1, path, depth, layer, (x,), y, params, macs, weights, self.fields))
        return y, raw and layer.moves_only

    def work_out(self, layer: Layer, x: Shape) -> tuple[Shape, Dim, Dim, dict[str, Shape]]:
        cls = type(layer)
        for value in layer.__dict__.values():
            if value.__class__ is Formula or (value.__class__ is tuple and any(v.__class__ is Formula for v in value)):
                _require_positive(layer)
                break
        y = of_a_shape(cls.shape)(layer, x)
        check_numel(y)
        weights = of_a_shape(cls.weights)(layer, x)
        params: Dim = 0
        for shape in weights.values():
            check_numel(shape)
            params = params + product(shape)
        return y, params, of_a_shape(cls.macs)(layer, x, y), weights

    def merge(self, how: Merge, net: Network, vs: list[_Value], path: tuple[int, ...], depth: int) -> _Value:
        xs = [v[0] for v in vs]
        y = how.shape(xs, net.name)
        weights = how.weights(xs)
        params: Dim = sum([product(shape) for shape in weights.values()])
        self.rows.append(
            Row(len(self.rows) + 1, path, depth, how, xs, y, params, how.macs(xs, y), weights, self.fields)
        )
        return y, how.name == "cat" and all(v[1] for v in vs)

    def take(self, layer: Layer, raw: bool) -> None:
        """Note what the network's input is taken for; it cannot be word indices and numbers at once."""
        if layer.takes_indices and not raw:
            raise ShapeError(
                "not_indices",
                layer_name=layer.name,
                found="the output of another layer",
                found_vi="output của layer khác",
            )
        taken = "indices" if layer.takes_indices else "numbers"
        if self.input_is not in (None, taken):
            raise ShapeError(
                "not_indices", layer_name=layer.name, found="an input that another layer takes for numbers",
                found_vi="input mà layer khác dùng như số thường",
            )  # fmt: skip
        self.input_is = taken


def _require_positive(layer: Layer) -> None:
    """Fields in letters must be what they may be: (K - 3) is only a stride where it is positive. Numbers have been checked."""
    for name, how in layer.tokens.items():
        value = layer.__dict__[name]
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Formula):
                require(one, ">=", how.least, "bad_size", layer_name=layer.name, field=name, value=one, least=how.least)
