"""The memory that a training step takes at its peak, from what each layer keeps for the backward pass.

Autograd keeps some tensors of the forward pass until the layers that need them have been gone back through: `Layer.keeps` says which.
Going forward and back through the network once with sizes instead of values gives the bytes that live at every moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from convcalc.layers.base import Layer
from convcalc.layers.combine import Network, drive
from convcalc.layers.merge import Merge
from convcalc.layers.shared import Shared
from convcalc.shape import Shape, product, whole

FLOAT, HALF, INDEX = 4, 2, 8


@dataclass
class _Tensor:
    """A tensor of the forward pass: bytes for one sample, and the steps that need it, forward and back."""

    bytes: int
    last_use: int = -1  # the last step that takes it, going forward
    first_keeper: int | None = None  # the first step that keeps it, which is the last to let it go


@dataclass(frozen=True)
class Workspace:
    """Bytes that a device's libraries take for themselves while a layer runs on a whole batch, and give back; see train/workspace.py."""

    forward: int = 0
    back: int = 0


@dataclass
class Step:
    """A layer, or where branches meet: tensors in and out, and what it holds of its own."""

    inputs: list[_Tensor]
    output: _Tensor
    weights: int  # learned numbers
    own: int  # bytes for one sample: a mask, or places
    cast: int  # bytes of the weights in bfloat16
    passing: int  # the same of a frozen layer, which are let go at once
    passes: bool  # whether the gradient goes through as it is, without a copy
    goes_on: bool  # whether a gradient of its input is asked for; not at the network's input, and then no weights are kept for it
    layer: Layer | None = None  # none where branches meet
    shape: Shape = ()
    workspace: Workspace = Workspace()


@dataclass
class Footprint:
    """The steps of a network on one input."""

    steps: list[Step] = field(default_factory=list)
    tensors: list[_Tensor] = field(default_factory=list)
    params: int = 0
    learned: int = 0  # of the parameters; the others are frozen
    first: int = 0  # the first step that is gone back through
    held: int = 0  # bytes that a device's libraries take once and keep

    @property
    def kept(self) -> int:
        """Bytes for one sample that are kept between the forward and the backward pass."""
        return sum(one.bytes for one in self.tensors if one.first_keeper is not None) + sum(s.own for s in self.steps)

    def peak(self, batch: int, moments: int = 2) -> int:
        """Bytes at the worst moment of a step: parameters, their gradients, `moments` numbers of the optimiser for each, and activations."""
        fixed = self.held + FLOAT * (self.params + self.learned * moments)
        return fixed + max(batch * each + once for each, once in self._moments())

    def evaluation(self, batch: int, moments: int = 2) -> int:
        """Bytes at the worst moment of going forward alone after a step, whose gradients still lie there; nothing is kept to go back."""
        fixed = self.held + FLOAT * (self.params + self.learned * (1 + moments))
        live, cast, most = _Live(), 0, 0
        ends = {id(self.steps[0].inputs[0]), id(self.steps[-1].output)}
        for i, step in enumerate(self.steps):
            for one in (*step.inputs, step.output):
                live.hold(one)
            cast += step.cast
            # its own are copies and places here, which are let go at once
            most = max(most, batch * (live.bytes + step.own) + cast + step.passing + step.workspace.forward)
            for one in (*step.inputs, step.output):
                if one.last_use <= i and id(one) not in ends:
                    live.drop(one)
        return fixed + most

    def largest_batch(self, room: int, moments: int = 2) -> int:
        """The largest batch whose peak is no more than `room` bytes; 0 if not even one sample fits."""
        free = room - self.held - FLOAT * (self.params + self.learned * moments)
        return max(0, min((free - once) // each for each, once in self._moments() if each))

    def _moments(self) -> list[tuple[int, int]]:
        """(bytes for each sample, bytes whatever the batch) at every step, forward and then back."""
        live = _Live()
        return self._forward(live) + self._back(live)

    def _forward(self, live: _Live) -> list[tuple[int, int]]:
        found, own, cast = [], 0, 0
        result = self.steps[-1].output
        for i, step in enumerate(self.steps):
            for one in (*step.inputs, step.output):
                live.hold(one)
            own += step.own
            cast += step.cast
            found.append((live.bytes + own, cast + step.passing + step.workspace.forward))
            for one in (*step.inputs, step.output):
                if one.last_use <= i and one.first_keeper is None and one is not result:
                    live.drop(one)
        return found

    def _back(self, live: _Live) -> list[tuple[int, int]]:
        found, made = [], 0
        own, cast = sum(step.own for step in self.steps), sum(step.cast for step in self.steps if step.goes_on)
        gradients = {id(self.steps[-1].output): self.steps[-1].output.bytes}
        for i in range(len(self.steps) - 1, self.first - 1, -1):
            step = self.steps[i]
            arriving = gradients.pop(id(step.output), 0)
            left = arriving
            for one in step.inputs if step.goes_on else ():
                # where the gradient is passed on as it is, it takes no more room than it did
                size = min(one.bytes, left) if step.passes else one.bytes
                left -= size
                gradients[id(one)] = max(gradients.get(id(one), 0), size)
            made += FLOAT * step.weights
            each = live.bytes + own + sum(gradients.values()) + (0 if step.passes else arriving)
            found.append((each, cast + made + step.workspace.back))
            own -= step.own
            cast -= step.cast if step.goes_on else 0
            for one in (*step.inputs, step.output):
                if one.first_keeper == i:
                    live.drop(one)
        return found


class _Live:
    """The tensors of the forward pass that are there, and their bytes for one sample."""

    def __init__(self) -> None:
        self.there: set[int] = set()
        self.bytes = 0

    def hold(self, one: _Tensor) -> None:
        if id(one) not in self.there:
            self.there.add(id(one))
            self.bytes += one.bytes

    def drop(self, one: _Tensor) -> None:
        if id(one) in self.there:
            self.there.discard(id(one))
            self.bytes -= one.bytes


def footprint(
    net: Layer, x: Shape, half: bool = False, channels_last: bool = False, only_last: bool = False
) -> Footprint:
    """What training `net` on inputs of shape x takes; `half` for bfloat16 autocast, `channels_last` for that layout of maps in memory.

    `only_last`: only the last layer with weights learns, so what comes before it keeps nothing and has no gradients.
    """
    found = _footprint(net, x, half, channels_last, 0)
    if not only_last:
        return found
    return _footprint(net, x, half, channels_last, max(i for i, step in enumerate(found.steps) if step.weights))


def _footprint(net: Layer, x: Shape, half: bool, channels_last: bool, first: int) -> Footprint:
    """The same where only what comes from the step numbered `first` on learns."""
    found = Footprint(first=first)
    size = HALF if half else FLOAT
    integers = _first(net).takes_indices
    start = _Tensor((INDEX if integers else FLOAT) * whole(product(x)))
    found.tensors.append(start)

    def add(
        inputs: list[_Tensor], y: Shape, keeps: str, weights: int, passes: bool, also: int = 0, layer: Layer | None = None, shape: Shape = ()
    ) -> _Tensor:  # fmt: skip
        out = _Tensor(size * whole(product(y)))
        i = len(found.steps)
        found.params += weights
        goes_on = i > first and inputs[0] is not start
        cast = HALF * weights if half else 0
        passing = 0
        if i < first:
            keeps, weights, also, cast, passing = "nothing", 0, 0, 0, cast
        own = size * also + {"mask": out.bytes, "places": INDEX * whole(product(y))}.get(keeps, 0)
        if keeps in ("input", "places") and half and inputs[0] is start and not integers:
            own += HALF * whole(product(x))  # a copy of the input in bfloat16
        for one in inputs:
            one.last_use = i
            if keeps in ("input", "places") and one.first_keeper is None:
                one.first_keeper = i
        if keeps == "output":
            out.first_keeper = i
        found.steps.append(Step(inputs, out, weights, own, cast, passing, passes, goes_on, layer, shape))
        found.tensors.append(out)
        found.learned += weights
        return out

    def visit(layer: Layer, value: tuple[Shape, _Tensor]) -> tuple[Shape, _Tensor]:
        if isinstance(layer, Network):
            return drive(layer, value, visit, merged)
        shape, tensor = value
        y = layer.shape(shape)
        kind = layer.layer if isinstance(layer, Shared) else layer
        keeps = kind.keeps
        if keeps == "view":
            if (
                not channels_last
                or tensor is start
                or len(shape) != 3
                or len(y) == 3
                or 1 in (shape[0], product(shape[1:]))
            ):
                return y, tensor
            keeps = "nothing"  # the values lie in another order, so they are copied
        also = whole(kind.keeps_also(shape, y))
        return y, add([tensor], y, keeps, whole(layer.params(shape)), False, also, layer, shape)

    def merged(how: Merge, net: Network, values: list[tuple[Shape, _Tensor]]) -> tuple[Shape, _Tensor]:
        shapes = [value[0] for value in values]
        y = how.shape(shapes, net.name)
        weights = sum(whole(product(shape)) for shape in how.weights(shapes).values())
        return y, add([value[1] for value in values], y, how.keeps, weights, how.keeps == "nothing")

    visit(net, (x, start))
    start.first_keeper = 0  # the loop holds it
    return found


def _first(net: Layer) -> Layer:
    """The first layer that is no network."""
    while isinstance(net, Network):
        net = net.children()[0]
    return net
