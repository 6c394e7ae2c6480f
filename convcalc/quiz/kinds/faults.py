"""Code with a fault in it: does it run, where does it stop, and what does torch's message mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from convcalc.layers import Conv, Flatten, Layer, Linear, ReLU, chain
from convcalc.mistakes import BY_NAME
from convcalc.quiz.answers import ShapeAnswer, TextAnswer
from convcalc.quiz.drawing import SPATIAL, classifier, conv, fits, image, network, shapes_of, worked, wrong_shapes
from convcalc.quiz.pytorch import line, model, names
from convcalc.quiz.question import Draft, Wrong
from convcalc.quiz.reading import Two
from convcalc.quiz.registry import kind
from convcalc.quiz.stream import Draws, Stream
from convcalc.shape import Shape, show_shape, wholes
from convcalc.tracing import trace


@dataclass(frozen=True)
class Fault:
    """A layer made for other channels or features than come in."""

    place: int  # of the layer
    line: str  # its code
    why: Two
    message: str  # torch's


@kind("code-runs", "does this code run, and what comes out", "code có chạy được không, output có shape nào")
def code_runs(level: str, s: Draws) -> Draft | None:
    """A model that may take other channels or features than it is given; "the code has an error" is always the last choice."""
    x = image(s, level)
    broken, dense = s.steady.shuffled([(True, True), (True, False), (False, True), (False, False)])[0]
    layers = classifier(s, level, x) if dense else network(s, "medium" if level == "easy" else level, x)
    if sum(isinstance(layer, Conv) for layer in layers) < 2 and not dense:
        layers = [*layers, conv(s, "easy")]
    if not fits(layers, x):
        return None
    if not broken:
        return runs_draft(layers, x, model(layers, x), None, names(layers))
    found = broken_line(s, layers, shapes_of(layers, x))
    if found is None:
        return None
    code = model(layers, x, {found.place: found.line})
    return runs_draft(layers, x, code, (found.place, found.why), names(layers))


def runs_draft(
    layers: Sequence[Layer], x: Shape, code: str, stop: tuple[int, Two] | None, called: Sequence[str]
) -> Draft:
    """Whether code runs and what comes out: `layers` as they would fit, and where and why the code stops, if it does."""
    shapes = shapes_of(layers, x)
    output = shapes[-1]
    ways = wrong_shapes(layers, x, called)
    before = [shape for i, shape in enumerate(shapes) if i and not isinstance(layers[i - 1], ReLU)]

    def wrongs(order: Draws) -> Iterator[Wrong]:
        if stop is not None:
            yield output, BY_NAME["error_missed"]
        if isinstance(layers[-1], Linear):  # whatever comes before, it gives as many numbers as it has outputs
            yield from ((shape, BY_NAME["stopped_early"]) for shape in reversed(before))
        for value, mistake in ways(order):
            if stop is None:
                yield value, mistake
            else:
                there = called[stop[0]] if called else ""
                yield (
                    value,
                    replace(
                        mistake,
                        en=f"{mistake.en}; and the code stops at {there}",
                        vi=f"{mistake.vi}; ngoài ra code dừng ở {there}",
                    ),
                )

    def steps() -> list[Two]:
        rows = trace(chain(*layers), x).rows
        if stop is None:
            return worked(rows, SPATIAL, called)
        return [*worked(rows[: stop[0]], SPATIAL, called), stop[1]]

    text = (
        f"The model's input has shape {show_shape(x)}. What is the shape of its output, leaving out the batch size?",
        f"Input của model có shape {show_shape(x)}. Output có shape nào? (không tính batch size)",
    )
    hint = (
        "Follow the shape from layer to layer, and compare each layer's first number with what comes in.",
        "Theo dõi shape qua từng layer, và so số đầu tiên của mỗi layer với những gì đi vào nó.",
    )
    last = (("The code has an error", "Có lỗi"), None if stop is not None else BY_NAME["saw_an_error"])
    answer = ShapeAnswer(output if stop is None else (0,) * len(output))  # no output is right where there is none
    return Draft(text, answer, wrongs, steps, hint, code=code, last=last, always=int(stop is not None))


@kind("error-line", "the line that is wrong", "dòng gây lỗi")
def error_line(level: str, s: Draws) -> Draft | None:
    """A model that torch stops, with torch's message: which layer's line is it; at level easy with torch's message, later without."""
    x = image(s, "easy" if level == "easy" else "medium")
    layers = network(s, "easy", x) if level == "easy" else []
    layers = [
        *layers,
        *classifier(s, "medium" if level != "hard" else "hard", x if not layers else chain(*layers).shape(x)),
    ]
    if not fits(layers, x):
        return None
    shapes = shapes_of(layers, x)
    found = broken_line(s, layers, shapes)
    if found is None:
        return None
    called = names(layers)
    stated = {i: line(layer, shapes[i]) for i, layer in enumerate(layers)} | {found.place: found.line}
    weighty = [i for i, layer in enumerate(layers) if isinstance(layer, Conv | Linear)]
    if len(weighty) < {"easy": 2, "medium": 3, "hard": 4}[level]:
        return None

    def blamed(i: int) -> str:
        if i not in weighty:
            return "blamed_what_takes_all"
        return (
            "blamed_the_giver" if i == max((w for w in weighty if w < found.place), default=None) else "blamed_another"
        )

    wrongs: list[Wrong] = [
        (f"self.{called[i]} = {stated[i]}", BY_NAME[blamed(i)])
        for i, layer in enumerate(layers)
        if i != found.place and not isinstance(layer, ReLU)
    ]
    text = (
        f"The model is called on an input of shape {show_shape(x)} and stops with an error. At which layer's line?",
        f"Gọi model với input có shape {show_shape(x)} thì bị lỗi. Lỗi nằm ở dòng khai báo layer nào?",
    )
    if level == "easy":
        text = (
            f"The model is called on an input of shape {show_shape(x)}, and torch stops with\n\n{found.message}\n\nWhich layer does the message mean?",
            f"Gọi model với input có shape {show_shape(x)}, torch báo\n\n{found.message}\n\nThông báo này nói về layer nào?",
        )
    hint = (
        "Follow the shape from layer to layer, and compare each layer's first number with what comes in.",
        "Theo dõi shape qua từng layer, và so số đầu tiên của mỗi layer với những gì đi vào nó.",
    )

    def steps() -> list[Two]:
        rows = trace(chain(*layers), x).rows[: found.place]
        message = (f"torch says: {found.message}", f"torch báo: {found.message}")
        return [*worked(rows, SPATIAL, called), found.why, message]

    key = f"self.{called[found.place]} = {found.line}"
    return Draft(
        text,
        TextAnswer(key),
        wrongs,
        steps,
        hint,
        code=model(layers, x, {found.place: found.line}).rpartition("\nsummary(")[0],
    )


def broken_line(s: Stream, layers: list[Layer], shapes: list[tuple[int, ...]]) -> Fault | None:
    """A layer that is made for other channels or features; None where no layer can be."""
    places = [i for i, layer in enumerate(layers) if i and isinstance(layer, Conv | Linear)]
    if not places:
        return None
    place = s.pick(places)
    layer, right = layers[place], shapes[place]
    has = right[0] if len(right) > 1 else right[-1]
    if isinstance(layer, Linear):
        before = next((shapes[i] for i in range(place - 1, -1, -1) if isinstance(layers[i], Flatten)), None)
        others = (
            []
            if before is None or len(before) != 3
            else [before[0] * (before[1] + 1) * (before[2] + 1), before[1] * before[2]]
        )
        takes = s.pick([n for n in (*others, has // 2, has + has // 4) if n not in (has, 0)] or [has + 1])
        unit, unit_vi = "features", "feature"
    else:
        kernels = getattr(layer, "out_channels", None)
        others = [
            c for c in (1, 3, shapes[0][0], has * 2, has // 2, kernels) if isinstance(c, int) and c not in (has, 0)
        ]
        takes = s.pick(others)
        unit, unit_vi = "channels", "channel"
    made_for = (takes, *right[1:]) if len(right) > 1 else (takes,)
    text = line(layer, made_for)
    why = (
        f"{text} takes {takes} {unit if takes > 1 else unit[:-1]}, but {has} come in: torch stops there",
        f"{text} nhận {takes} {unit_vi}, nhưng đi vào là {has}: torch báo lỗi ở đây",
    )
    if isinstance(layer, Linear):
        said = f"mat1 and mat2 shapes cannot be multiplied (1x{has} and {takes}x{layer.out_features})"
    else:
        kernels, _, *cells = wholes(layer.weights(right)["weight"])
        weight = [kernels, takes, *cells]
        said = f"Given groups=1, weight of size {weight}, expected input[{', '.join(map(str, (1, *right)))}] to have {takes} channels, but got {has} channels instead"
    return Fault(place, text, why, f"RuntimeError: {said}")
