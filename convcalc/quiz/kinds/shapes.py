"""Output shapes, of a layer and of a model given as code."""

from __future__ import annotations

from typing import Any

from convcalc.layers import Layer, chain
from convcalc.quiz.answers import ShapeAnswer
from convcalc.quiz.drawing import SPATIAL, conv, fits, image, network, pool, shapes_of, worked, wrong_shapes
from convcalc.quiz.pytorch import line, model, names
from convcalc.quiz.question import Draft
from convcalc.quiz.reading import Two
from convcalc.quiz.registry import kind
from convcalc.quiz.stream import Draws
from convcalc.shape import Shape, show_shape
from convcalc.spec import parse
from convcalc.tracing import trace

HINT: Two = (
    "For each axis: add the padding on both sides, subtract the kernel, divide by the stride, round down, add 1.",
    "Với mỗi chiều: cộng padding hai phía, trừ kernel, chia cho stride, làm tròn xuống, rồi cộng 1.",
)
HINT_UP: Two = (
    "A transposed convolution goes backwards: (M − 1)·S − 2P + K.",
    "Tích chập chuyển vị đi ngược lại: (M − 1)·S − 2P + K.",
)


def _shape_draft(layers: list[Layer], x: Shape, text: Two, code: str | None, hint: Two = HINT) -> Draft | None:
    if not fits(layers, x):
        return None
    called = names(layers) if code else ()
    wrongs = wrong_shapes(layers, x, called)
    answer = ShapeAnswer(shapes_of(layers, x)[-1])
    return Draft(
        text,
        answer,
        wrongs,
        lambda: worked(trace(chain(*layers), x).rows, SPATIAL, called or [line(layers[0], x)]),
        hint,
        code=code,
    )


@kind("output-shape", "the output shape of a layer", "shape của output qua một layer")
def output_shape(level: str, s: Draws) -> Draft | None:
    """One layer: a convolution or a pool, at level hard with dilation, ceil or a transposed convolution."""
    x = image(s, level)
    layer: Any
    hint = HINT
    what = s.below(4)
    if what == 0:
        layer = pool(s, level)
    elif what == 1 and level == "hard":
        kernel, kernels, padding = s.pick((2, 3, 4)), s.pick((8, 16)), s.pick((0, 1))
        layer, hint = parse(f"convt {kernels}@{kernel} s2 p{padding}"), HINT_UP
    else:
        layer = conv(s, level)
    if level == "hard" and not (
        hint is HINT_UP
        or getattr(layer, "dilation", 1) != 1
        or getattr(layer, "ceil_mode", False)
        or isinstance(layer.kernel_size, tuple)
    ):
        return None  # nothing about it is hard
    code = f"`{line(layer, x)}`"
    text = (
        f"An input of shape {show_shape(x)} goes through {code}. What is the output's shape, leaving out the batch size?",
        f"Input có shape {show_shape(x)}, đi qua {code}. Output có shape nào? (không tính batch size)",
    )
    return _shape_draft([layer], x, text, None, hint)


@kind("model-shape", "the output shape of a model given as code", "shape của output của một model cho bằng code")
def model_shape(level: str, s: Draws) -> Draft | None:
    """A model of convolutions and pools, as `summary` would show it."""
    x = image(s, level)
    layers = network(s, level, x)
    if level == "easy" and len(layers) == 2:
        layers = [*layers, pool(s, "easy")]
    text = (
        f"The model's input has shape {show_shape(x)}. What is the shape of its output, leaving out the batch size?",
        f"Input của model có shape {show_shape(x)}. Output có shape nào? (không tính batch size)",
    )
    if not fits(layers, x):
        return None
    return _shape_draft(layers, x, text, model(layers, x))
