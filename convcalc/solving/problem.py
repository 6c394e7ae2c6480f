"""What is asked: a network with letters, its input, and what must come out; read into unknowns and needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from convcalc.errors import ConvcalcError
from convcalc.formula import Dim, symbol
from convcalc.layers import Chain, Conv, ConvT, Layer, Repeat, Residual
from convcalc.layers.combine import Network
from convcalc.rebuild import leaves, letters_of, put_in
from convcalc.shape import Shape, show_shape
from convcalc.solving.needs import COUNTS, Need, Unknown, limit
from convcalc.tracing import Trace, trace

# How far a letter of a window is tried, unless said otherwise.
MOST = 16
# Sizes at which a formula with given letters is looked at while searching; it is proved for all of them afterwards.
_SAMPLES = (10080, 10081, 10087)


@dataclass(frozen=True)
class Goal:
    """What must come out: an output shape (all of it, or the sizes alone), at most so many parameters or multiply-adds, a receptive field of at least so many cells."""

    output: Shape | None = None
    params: int | None = None
    macs: int | None = None
    field: int | None = None

    @property
    def budget(self) -> bool:
        return self.params is not None or self.macs is not None


@dataclass(frozen=True)
class Problem:
    """A network with letters on an input; `free` are letters of the input that are looked for, every other one of it is given."""

    net: Layer
    input: Shape
    goal: Goal
    free: frozenset[str] = frozenset()
    most: int = MOST
    fixed: dict[str, int] = field(default_factory=dict)  # numbers of repeats, once they are tried

    @property
    def given(self) -> set[str]:
        """The letters that an answer must hold for, whatever they are."""
        return letters_of(self.input) - self.free

    def times(self) -> list[str]:
        """The letters that count repeats; they are tried one by one."""
        return sorted({str(n.times) for n in _networks(self.net) if isinstance(n, Repeat) and letters_of(n.times)})

    def with_times(self, values: dict[str, int]) -> Problem:
        """The same with numbers of repeats."""
        net = put_in(self.net, dict(values))
        return Problem(net, self.input, self.goal, self.free, self.most, values)

    def unknowns(self) -> list[Unknown]:
        """The letters to find: those of the layers, in the order they stand there, then those of the input."""
        found: dict[str, Unknown] = {}
        for layer in leaves(self.net):
            for name, how in layer.tokens.items():
                value = getattr(layer, name)
                for one in value if isinstance(value, tuple) else (value,):
                    for letter in sorted(letters_of(one) - self.given):
                        alone = str(one) == letter
                        least = max(how.least, 0) if alone else 1
                        most = None if name in COUNTS else self.most
                        known = found.get(letter)
                        if known is not None:  # the strictest of all places
                            least, most = max(least, known.least), most if known.most is None else known.most
                        found[letter] = Unknown(letter, name if known is None else known.role, least, most)
        for axis, size in enumerate(self.input):
            role = "channels" if axis == 0 and len(self.input) > 1 else "size"
            for letter in sorted(letters_of(size) & self.free):
                found.setdefault(letter, Unknown(letter, role, 1, None))
        return list(found.values())

    def traced(self, unknowns: list[Unknown]) -> Trace:
        """The rows with the letters of formulas, where those that may be 0 are one more than they are."""
        moved: dict[str, Dim] = {u.name: symbol(u.name) - 1 for u in unknowns if u.shift}
        return trace(put_in(self.net, moved) if moved else self.net, self.input)

    def needs(self, traced: Trace) -> list[Need]:
        """Limits of the layers and the goal, over the letters of the trace."""
        limits = [limit(condition) for condition in traced.valid_when]
        found = [
            need for need in limits if not need.letters <= self.given
        ]  # those of the input alone are its range of validity
        goal = self.goal
        for axis, (has, asked) in enumerate(zip(*self.compared(traced.output), strict=True)):
            if not letters_of(asked) - self.given - letters_of(self.net):  # a letter of its own may be anything
                found.append(Need(has - asked, 0, 0, axis))
        if goal.params is not None:
            found.append(Need(traced.params, None, goal.params, "params"))
        if goal.macs is not None:
            found.append(Need(traced.macs, None, goal.macs, "macs"))
        if goal.field is not None:
            for seen in traced.rows[-1].receptive_field:
                if seen is None:
                    raise ConvcalcError("field_unknown")
                found.append(Need(seen.size, goal.field, None, "field"))
        return [need for one in found for need in _sampled(one, self.given)]

    def compared(self, output: Shape) -> tuple[Shape, Shape]:
        """The output's sizes and those asked for, axis by axis; without channels where only sizes are asked for."""
        asked = self.goal.output
        if asked is None:
            return (), ()
        if len(asked) == len(output) - 1 and len(output) > 1:
            return output[1:], asked
        if len(asked) != len(output):
            raise ConvcalcError("output_axes", output=show_shape(output), asked=show_shape(asked))
        return output, asked

    def off(self, traced: Trace) -> int | None:
        """How far a trace is from what is asked, all in numbers; None where that cannot be said."""
        total = 0
        for has, asked in zip(*self.compared(traced.output), strict=True):
            if not isinstance(has, int) or not isinstance(asked, int):
                if letters_of(asked) - self.given or has == asked:
                    continue
                return None
            total += abs(has - asked)
        for count, budget in ((traced.params, self.goal.params), (traced.macs, self.goal.macs)):
            if budget is not None:
                if not isinstance(count, int):
                    return None
                total += max(0, count - budget)
        return total

    def reached(self, traced: Trace) -> bool:
        """Whether a trace gives what is asked, for all given letters."""
        has, asked = self.compared(traced.output)
        mine = self.given | letters_of(traced.net)
        same = all(h == a for h, a in zip(has, asked, strict=True) if not letters_of(a) - mine)
        goal = self.goal
        return (
            same
            and (goal.params is None or (isinstance(traced.params, int) and traced.params <= goal.params))
            and (goal.macs is None or (isinstance(traced.macs, int) and traced.macs <= goal.macs))
            and (
                goal.field is None
                or all(
                    a is not None and isinstance(a.size, int) and a.size >= goal.field
                    for a in traced.rows[-1].receptive_field
                )
            )
        )


def _sampled(need: Need, given: set[str]) -> Iterator[Need]:
    """A goal at some sizes of the given letters. A limit with such letters in it is a range of validity, which the answer says."""
    letters = need.letters & given
    if not letters:
        yield need
    elif need.goal is not None:
        for turn, sample in enumerate(_SAMPLES):
            at = need.at({name: sample + 7 * i + turn for i, name in enumerate(sorted(letters))})
            yield at._replace(sampled=True)


def with_kernels(net: Layer, x: Shape, output: Shape | None) -> Layer:
    """The number of kernels from the output's channels, where the last convolution gives none."""
    if output is None or len(output) != len(x) or len(x) < 2 or letters_of(output[0]) - letters_of(x):
        return net
    return _filled(net, output[0])


def _filled(net: Layer, count: Dim) -> Layer:
    if isinstance(net, Conv | ConvT):
        if net.out_channels is not None or net.groups == "depthwise" or count == 1:  # one kernel needs no number
            return net
        return type(net)(**net.__dict__ | {"out_channels": count})
    if isinstance(net, Repeat):
        return Repeat(net.times, _filled(net.body, count))
    if isinstance(net, Residual):
        return Residual(_filled(net.body, count), None if net.shortcut is None else _filled(net.shortcut, count))
    if isinstance(net, Chain):
        for i in reversed(range(len(net.layers))):
            layer = net.layers[i]
            if isinstance(layer, Network | Conv | ConvT):
                return Chain((*net.layers[:i], _filled(layer, count), *net.layers[i + 1 :]))
            if not _keeps_channels(layer):
                return net
    return net


def _keeps_channels(layer: Layer) -> bool:
    return "out_features" not in layer.tokens and "dims" not in layer.tokens and layer.name not in ("flatten", "reshape", "unsqueeze", "transpose")  # fmt: skip


def _networks(net: Layer) -> Iterator[Network]:
    if isinstance(net, Network):
        yield net
        for child in {id(c): c for c in net.children()}.values():
            yield from _networks(child)
