"""Layers and networks of a size for paper, and what is worked out of them for a question: wrong values, steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from convcalc.errors import ConvcalcError
from convcalc.explain import steps
from convcalc.layers import AvgPool, Conv, GlobalAvg, Layer, MaxPool, ReLU
from convcalc.mistakes import MISTAKES, Mistake
from convcalc.notation import show
from convcalc.quiz.question import Wrong
from convcalc.quiz.reading import Two
from convcalc.quiz.stream import Draws, Stream
from convcalc.shape import Shape, show_shape, whole, wholes
from convcalc.spec import parse
from convcalc.tracing import Row
from convcalc.words import say

SIZES = (16, 20, 24, 28, 32, 36, 48, 50, 56, 64)
KERNELS = (8, 10, 12, 16, 20, 24, 32, 64)


def conv(s: Stream, level: str, exact: bool = True) -> Conv:
    """A convolution; at level easy with nothing but a kernel and perhaps a stride or a padding."""
    k = s.pick((3, 5, 7)) if level != "hard" else s.pick((2, 3, 4, 5, 7))
    values: dict[str, Any] = {"out_channels": s.pick(KERNELS), "kernel_size": k}
    if level == "easy":
        what = s.below(3)
        if what == 1:
            values["padding"] = k // 2
        elif what == 2:
            values["stride"], values["padding"] = 2, s.pick((0, k // 2))
    elif level == "medium":
        values["stride"], values["padding"] = s.pick((1, 2, 3)), s.pick(range(k // 2 + 1))
        if s.chance(3):
            values["kernel_size"] = (k, s.pick((1, 2, 3, 5)))
    else:
        values["stride"], values["padding"] = s.pick((1, 2, 2, 3)), s.pick(range(k // 2 + 1))
        if s.chance(2):
            values["dilation"] = s.pick((2, 3))
        elif s.chance(2):
            values["kernel_size"] = (k, s.pick((1, 2, 3, 5)))
    return Conv(**values)


def pool(s: Stream, level: str) -> Layer:
    """A pool, mostly of 2 by 2."""
    cls = MaxPool if s.below(3) else AvgPool
    if level == "easy":
        return cls(kernel_size=2)  # type: ignore[call-arg]
    if level == "medium":
        return cls(kernel_size=s.pick((2, 3)), stride=s.pick((None, 2)))  # type: ignore[call-arg]
    values: dict[str, Any] = {"kernel_size": s.pick((2, 3)), "stride": s.pick((None, 2))}
    if s.chance(2):
        values["ceil_mode"] = True
    elif values["kernel_size"] == 3:
        values["padding"] = 1
    return cls(**values)


def image(s: Stream, level: str) -> Shape:
    """The shape of an input: (C, M, N), square where it is easy."""
    channels = s.pick((1, 3)) if level == "easy" else s.pick((1, 3, 4, 8))
    m = s.pick(SIZES)
    n = m if level == "easy" or s.below(3) else s.pick(SIZES)
    return (channels, m, n)


def fitting(s: Stream, x: Shape, draw: Callable[[], Layer], least: int) -> Layer | None:
    """A layer that leaves maps of at least so many cells a side."""
    for _ in range(8):
        layer = draw()
        try:
            if min(map(whole, layer.shape(x)[1:])) >= least:
                return layer
        except ConvcalcError:
            continue
    return None


def network(s: Stream, level: str, x: Shape) -> list[Layer]:
    """Layers in a row as a student's model has them: convolutions with ReLU and pools; fewer where the maps become too small."""
    count = {"easy": 1, "medium": 2, "hard": 3}[level]
    found: list[Layer] = []
    for i in range(count):
        hardest = "easy" if level == "easy" else "medium" if level == "medium" or i else "hard"
        drawn = fitting(s, x, lambda: conv(s, hardest), 4 if i < count - 1 else 3)  # noqa: B023
        if drawn is None:
            break
        found += [drawn, ReLU()]
        x = drawn.shape(x)
        if i < count - 1 or s.chance(2):
            pooled = fitting(s, x, lambda: pool(s, level), 3 if i < count - 1 else 2)
            if pooled is not None:
                found.append(pooled)
                x = pooled.shape(x)
    return found


def classifier(s: Stream, level: str, x: Shape) -> list[Layer]:
    """A small model to the end: convolutions, flatten, fully connected layers."""
    layers = network(s, "easy" if level == "easy" else "medium", x)
    if level == "hard" and s.chance(3):
        return [*layers, GlobalAvg(), *parse_layers("flatten > linear 10")]
    dense = "" if level == "easy" else f"linear {s.pick((32, 64, 100, 128))} > relu > "
    return [*layers, *parse_layers(f"flatten > {dense}linear {s.pick((2, 5, 10, 20))}")]


def parse_layers(text: str) -> tuple[Layer, ...]:
    """The layers of a spec in a row."""
    net = parse(text)
    return net.children() or (net,)


def fits(layers: Sequence[Layer], x: Shape, least: int = 2) -> bool:
    """Whether the layers take the input and leave maps of at least so many cells a side."""
    for layer in layers:
        try:
            x = layer.shape(x)
        except ConvcalcError:
            return False
        if len(x) > 1 and not isinstance(layer, GlobalAvg) and min(map(whole, x[1:])) < least:
            return False
    return True


def shapes_of(layers: Sequence[Layer], x: Shape) -> list[tuple[int, ...]]:
    """The shape that goes in, and what comes out of each layer in a row."""
    shapes = [wholes(x)]
    for layer in layers:
        shapes.append(wholes(layer.shape(shapes[-1])))
    return shapes


def _pairs(layers: Sequence[Layer], about: str, order: Draws) -> Iterator[tuple[int, Mistake]]:
    """Layers with the mistakes that could be made in them, the likeliest first and equals in any order."""
    possible = [m for m in MISTAKES if m.about == about and m.since <= order.edition]
    places = [i for i, layer in enumerate(layers) if not isinstance(layer, ReLU)]
    for likely in sorted({m.likely for m in possible}):
        yield from order.shuffled([(i, m) for m in possible if m.likely == likely for i in places])


def _at(mistake: Mistake, place: str) -> Mistake:
    """The mistake with the layer in which it was made."""
    return replace(mistake, en=f"{place}: {mistake.en}", vi=f"{place}: {mistake.vi}")


def wrong_shapes(layers: Sequence[Layer], x: Shape, called: Sequence[str] = ()) -> Callable[[Draws], Iterator[Wrong]]:
    """The output's shape as each mistake in each layer makes it, the layers after it being worked out rightly.

    `called` are the names of the layers in the question's code.
    """

    def ways(order: Draws) -> Iterator[Wrong]:
        shapes = shapes_of(layers, x)
        rest = [(j, layer) for j, layer in enumerate(layers) if not isinstance(layer, ReLU)]  # it changes no shape
        for i, mistake in _pairs(layers, "shape", order):
            value = mistake.instead(layers[i], shapes[i], shapes[i + 1])
            if value is None:
                continue
            try:
                for j, layer in rest:
                    if j > i:
                        value = layer.shape(value)
                        if value == shapes[j + 1]:  # the rounding makes it right again
                            value = shapes[-1]
                            break
            except ConvcalcError:
                continue
            if value != shapes[-1]:
                yield value, _at(mistake, called[i]) if called else mistake

    return ways


def wrong_totals(
    layers: Sequence[Layer], x: Shape, about: str, of: Callable[[Layer, Shape], int], called: Sequence[str] = ()
) -> Callable[[Draws], Iterator[Wrong]]:
    """The sum over all layers of their parameters or multiply-adds, with each mistake in one of them."""

    def ways(order: Draws) -> Iterator[Wrong]:
        shapes = shapes_of(layers, x)
        right = [of(layer, shape) for layer, shape in zip(layers, shapes, strict=False)]
        for i, mistake in _pairs(layers, about, order):
            value = mistake.instead(layers[i], shapes[i], right[i])
            if value is not None:
                yield sum(right) - right[i] + value, _at(mistake, called[i]) if called else mistake

    return ways


def worked(rows: Sequence[Row], which: Sequence[str] | None = None, called: Sequence[str] = ()) -> list[Two]:
    """The steps of a trace, in both languages; `which` keeps only steps about these (height, params, …).

    `called` are the names of the rows in the question's code.
    """
    found: list[Two] = []
    for i, row in enumerate(rows):
        said = [step for step in steps(row) if which is None or step.what in which]
        if not said:
            continue
        into = ", ".join(map(show_shape, row.inputs))
        head = f"{called[i] if called else row.text}: {into} → {show_shape(row.output)}"
        headed = which is None or any(w not in ("params", "macs") for w in which) or len(rows) > 1
        if headed:
            found.append((head, head))
        for step in said:
            en = " = ".join(step.stages("text", "en"))
            vi = en if "." not in en else " = ".join(step.stages("text", "vi"))  # nothing but the decimal mark differs
            name = "step." + step.what
            left = "  " if headed else ""
            found.append((f"{left}{say(name, 'en')}: {en}", f"{left}{say(name, 'vi')}: {vi}"))
    return found


SPATIAL = ("channels", "length", "height", "width", "depth", "features", "size")


def total(rows: Sequence[Row], what: str) -> Two:
    """The sum of the rows' parameters or multiply-adds, written out."""
    parts = [show(getattr(row, what)) for row in rows if getattr(row, what)]
    result = show(sum(int(str(getattr(row, what))) for row in rows))
    text = " + ".join(parts) + f" = {result}" if len(parts) > 1 else result
    return f"total: {text}", f"tổng: {text}"
