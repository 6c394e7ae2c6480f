"""A network as the stages of a picture: its feature maps in a row, what is done between them, repeated blocks folded."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from convcalc.errors import ConvcalcError
from convcalc.figures.labels import block, is_between, parts, short, shortcut
from convcalc.layers import Graph, GraphNode, Layer, Linear, Merge, Repeat, Residual
from convcalc.layers.combine import Network, chain, drive
from convcalc.rebuild import letters_of
from convcalc.shape import Shape, is_symbolic, product, show_shape, whole, wholes
from convcalc.tracing import Trace, trace

# Up to so many stages nothing is folded; beyond so many the middle is left out.
UNFOLDED = 12
MOST_STAGES = 36
LONGEST_PERIOD = 4


@dataclass
class Stage:
    """One feature map: its shape, the lines on the arrow to it, the stages it is made from.

    `times`: the block before it is repeated so often; `skip`: what goes in is added to what comes out; `left_out` layers are not shown.
    """

    shape: tuple[int, ...]
    lines: list[str]
    kind: str
    sources: tuple[int, ...]
    times: int = 1
    skip: bool = False
    left_out: int = 0
    more: list[str] = field(default_factory=list)  # activations and the like, said below the lines
    shortcut: str = ""  # what stands on the way around a residual's body
    params: int = 0
    macs: int = 0
    memory: int = 0  # bytes of the outputs of its layers as float32

    def add(self, traced: Trace) -> None:
        """Count the layers of a trace as part of it."""
        self.params += whole(traced.params)
        self.macs += whole(traced.macs)
        self.memory += whole(traced.memory.activations)


def stages(net: Layer, x: Shape) -> list[Stage]:
    """The stages of a network on an input with numbers; raises `ConvcalcError` where a layer does not fit."""
    check_numbers(net, x)
    trace(net, x)  # a layer that does not fit is said by its number in the whole network
    net = chain(*(contracted(part) if isinstance(part, Graph) else part for part in parts(net)))
    made = [Stage(wholes(x), [], "input", ())]
    _row(made, net, 0, fold=_count(net) > UNFOLDED)
    return _shortened(made)


def check_numbers(net: Layer, x: Shape) -> None:
    """Raise `ConvcalcError` where a letter is left: pictures are of numbers."""
    if is_symbolic(x):
        raise ConvcalcError(
            "picture_letters", what=f"the input is {show_shape(x)}", what_vi=f"input là {show_shape(x)}"
        )
    letters = ", ".join(sorted(letters_of(net)))
    if letters:
        raise ConvcalcError("picture_letters", what=f"the layers have {letters}", what_vi=f"các layer có chữ {letters}")


def _row(made: list[Stage], net: Layer, at: int, fold: bool) -> int:
    """The stages of the parts of a chain, from stage `at` on; the number of the last."""
    units = _units(net)
    units = _folded(units) if fold else [(unit, 1) for unit, times in units for _ in range(times)]
    for unit, times in units:
        at = _add(made, unit, times, at, fold)
    return at


def _count(net: Layer) -> int:
    """How many stages there are without folding."""
    units = _units(net)
    inside = sum(
        _count(node.op) - 1
        for unit, _ in units
        for part in unit
        if isinstance(part, Graph)
        for node in part.nodes
        if isinstance(node.op, Layer)
    )
    nodes = sum(len(part.nodes) - 1 for unit, _ in units for part in unit if isinstance(part, Graph))
    return sum(times for _, times in units) + nodes + inside


def contracted(net: Graph) -> Graph:
    """The same graph with what only follows one another as one node: a chain."""
    again = {node.op[1:] for node in net.nodes if isinstance(node.op, str) and node.op.startswith("=")}
    readers: dict[str, int] = {}
    for node in net.nodes:
        for source in node.sources:
            readers[source] = readers.get(source, 0) + 1
    made: list[GraphNode] = []
    named: dict[str, str] = {}  # the old name of a node that went into a chain → the chain's
    for node in net.nodes:
        sources = tuple(named.get(source, source) for source in node.sources)
        before = made[-1] if made else None
        joins = (
            before is not None and isinstance(node.op, Layer) and isinstance(before.op, Layer)
            and sources == (before.name,) and readers[node.sources[0]] == 1 and before.name not in again and node.name not in again
        )  # fmt: skip
        if joins and before is not None and isinstance(before.op, Layer) and isinstance(node.op, Layer):
            made[-1] = before._replace(op=chain(*parts(before.op), *parts(node.op)))
            named[node.name] = before.name
        else:
            made.append(node._replace(sources=sources))
    return Graph(tuple(made))


Unit = tuple[Layer, ...]  # a layer and what follows it without changing a size


def _units(net: Layer) -> list[tuple[Unit, int]]:
    """The parts of the chain, activations and normalisation with the layer before them; repeats counted."""
    found: list[tuple[Unit, int]] = []
    ahead: Unit = ()  # what stands behind a repeated block belongs to the layer after it
    for part in parts(net):
        if isinstance(part, Repeat) and isinstance(part.times, int):
            found.append(((*ahead, part.body), 1) if part.times == 1 else ((part.body,), part.times))
            ahead = () if part.times == 1 else ahead
        elif is_between(part) and not ahead and found and found[-1][1] == 1:
            found[-1] = ((*found[-1][0], part), 1)
        elif is_between(part) and found:
            ahead = (*ahead, part)
        else:
            found.append(((*ahead, part), 1))
            ahead = ()
    return [*found, (ahead, 1)] if ahead else found


def _folded(units: list[tuple[Unit, int]]) -> list[tuple[Unit, int]]:
    """Runs of equal units, and of equal groups of a few units, as one with its number."""
    found: list[tuple[Unit, int]] = []
    i = 0
    while i < len(units):
        best, times = 1, 1
        for period in range(1, LONGEST_PERIOD + 1):  # the shortest that repeats is what a person sees
            group, count = units[i : i + period], 1
            if any(one == other for one, other in pairwise([*group, group[0]])) and period > 1:
                continue  # a run in it is folded by itself
            while len(group) == period and units[i + count * period : i + (count + 1) * period] == group:
                count += 1
            if count > 1 and not (
                count == 2 and isinstance(group[0][0][0], Linear)
            ):  # two dense layers stay two columns
                best, times = period, count
                break
        unit = tuple(layer for inside, repeats in units[i : i + best] for layer in inside * repeats)
        if times == 1 and best == 1:
            found.append(units[i])
        elif best == 1:
            found.append((units[i][0], units[i][1] * times))
        else:
            found.append((unit, times))
        i += best * times
    return found


def _add(made: list[Stage], unit: Unit, times: int, at: int, fold: bool) -> int:
    """Append the stages of a unit that starts at stage `at`; the number of the one it ends at."""
    shape = made[at].shape
    first = unit[0]
    if isinstance(first, Graph) and times == 1:
        at = _graph(made, first, at, fold)
        for layer in unit[1:]:
            made[at].more.append(short(layer, len(made[at].shape) - 1))
            made[at].add(trace(layer, made[at].shape))
        return at
    traced = trace(chain(*unit) if times == 1 else Repeat(times, chain(*unit)), shape)
    inside = [part for layer in unit for part in parts(layer)]
    main = next((part for part in inside if not is_between(part)), inside[0])
    lines: list[str] = []
    more: list[str] = []
    before: list[str] = []
    here: Shape = shape
    sized = [part for part in inside if not is_between(part)]
    for part in inside:
        if isinstance(part, Residual) and len(sized) > 1:
            lines.append(f"residual({' > '.join(block(part, here))})")
        elif isinstance(part, Network):
            lines += block(part, here)
        elif part is main or not is_between(part):
            lines.append(short(part, len(here) - 1))
        else:  # what comes before a layer stands above it, what comes after it below the arrow
            (more if lines else before).append(short(part, len(here) - 1))
        here = part.shape(here)
    lines = [*([", ".join(before)] if before else []), *lines]
    residual = sized[0] if len(sized) == 1 and isinstance(sized[0], Residual) else None
    around = "" if residual is None else shortcut(residual, shape)
    out = wholes(traced.output)
    made.append(Stage(out, lines, _kind(main, out), (at,), times, residual is not None, 0, more, around))
    made[-1].add(traced)
    return len(made) - 1


def _graph(made: list[Stage], net: Graph, at: int, fold: bool) -> int:
    """Every node of a graph is a stage; what merges several has arcs to all of them."""

    start: tuple[Shape, int] = (made[at].shape, at)

    def visit(layer: Layer, v: tuple[Shape, int]) -> tuple[Shape, int]:
        i = _row(made, layer, v[1], fold)
        return made[i].shape, i

    def merged(how: Merge, net: Network, vs: list[tuple[Shape, int]]) -> tuple[Shape, int]:
        shape = how.shape([v[0] for v in vs], net.name)
        xs = [v[0] for v in vs]
        params = sum(whole(product(weight)) for weight in how.weights(xs).values())
        stage = Stage(wholes(shape), [how.name], "other", tuple(v[1] for v in vs), params=params)
        stage.macs = whole(how.macs(xs, shape))
        made.append(stage)
        return made[-1].shape, len(made) - 1

    return drive(net, start, visit, merged)[1]


def _kind(layer: Layer, y: Shape) -> str:
    if layer.name in ("conv", "convt"):
        return "conv"
    if "pool" in layer.name or layer.name in ("gap", "adaptivemax", "adaptiveavg"):
        return "pool"
    if isinstance(layer, Network):
        return "conv"
    return "dense" if len(y) == 1 else "other"


def _shortened(made: list[Stage]) -> list[Stage]:
    """The first and the last stages of a very long network, with a gap that says how many are left out."""
    if len(made) <= MOST_STAGES:
        return made
    head, tail = MOST_STAGES // 2, MOST_STAGES - MOST_STAGES // 2
    left_out = len(made) - head - tail
    moved = left_out - 1  # the gap takes the place of one stage
    kept = made[:head]
    gap = Stage(made[-tail - 1].shape, [], "gap", (head - 1,), left_out=left_out)
    for stage in made[head:-tail]:
        gap.params, gap.macs, gap.memory = gap.params + stage.params, gap.macs + stage.macs, gap.memory + stage.memory
    end = []
    for stage in made[-tail:]:
        sources = tuple(s if s < head else head if s < len(made) - tail else s - moved for s in stage.sources)
        stage.sources = sources
        end.append(stage)
    return [*kept, gap, *end]
