"""Kernels and parameters: what shape the weights have, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

from convcalc.layers import Conv, Layer, Linear
from convcalc.mistakes import BY_NAME
from convcalc.quiz.answers import NumberAnswer, ShapeAnswer
from convcalc.quiz.drawing import classifier, conv, fits, image, total, worked, wrong_totals
from convcalc.quiz.pytorch import line, model, names
from convcalc.quiz.question import Draft, Wrong
from convcalc.quiz.reading import Two
from convcalc.quiz.registry import kind
from convcalc.quiz.stream import Draws, Stream
from convcalc.shape import Shape, product, show_shape, whole, wholes
from convcalc.spec import parse
from convcalc.tracing import trace
from convcalc.words import many

HINT: Two = (
    "Every kernel has one weight for each of its cells and each channel of the input, and one bias.",
    "Mỗi kernel có một trọng số cho từng ô và từng channel của input, cộng thêm một bias.",
)


@kind("kernel-shape", "the shape of the kernels", "shape của kernel")
def kernel_shape(level: str, s: Draws) -> Draft | None:
    """The weight tensor, in PyTorch's order or channels last; at level hard with groups or in one dimension."""
    channels, kernels = s.pick((1, 3, 4, 6, 8, 10, 12, 16, 32)), s.pick((5, 6, 7, 9, 14, 16, 20, 24, 32, 64))
    if channels == kernels:
        return None
    k = s.pick((3, 4, 5, 7))
    o = k if level == "easy" else s.pick((1, 2, 3, 5))
    groups, flat = 1, False
    if level == "hard":
        flat = s.chance(3)
        if not flat:
            groups = s.pick((2, 4))
            channels, kernels = groups * s.pick((2, 3, 4)), groups * s.pick((2, 3, 5))
    last = level != "easy" and groups == 1 and not flat and s.chance(2)
    return kernel_draft(channels, kernels, (k,) if flat else (k, o), groups, last)


def kernel_draft(channels: int, kernels: int, size: tuple[int, ...], groups: int = 1, last: bool = False) -> Draft:
    """The shape of so many kernels of a size; `last` asks for the channels last instead of PyTorch's order."""
    each = channels // groups

    def written(out: int, into: int, sides: tuple[int, ...], channels_last: bool) -> tuple[int, ...]:
        return (*sides, into, out) if channels_last else (out, into, *sides)

    right: Weight = (kernels, each, size, last)
    answer = ShapeAnswer(written(*right))
    # what each mistake makes of (kernels, channels, sides, order)
    mistakes: list[tuple[str, Callable[[Weight], Weight]]] = [
        ("other_order", lambda w: (w[0], w[1], w[2], not w[3])),
        ("kernels_and_channels_swapped", lambda w: (w[1], w[0], w[2], w[3])),
    ]
    if groups > 1:
        mistakes.append(("groups_ignored", lambda w: (w[0], channels, w[2], w[3])))
    elif each > 1:
        mistakes.append(("kernel_without_channels", lambda w: (w[0], 1, w[2], w[3])))
    if len(set(size)) > 1:
        mistakes.append(("kernel_sides_swapped", lambda w: (w[0], w[1], w[2][::-1], w[3])))

    def wrongs(order: Draws) -> Iterator[Wrong]:
        """Two mistakes crossed: each, and both together; then the others."""
        (one, first), (two, second), *rest = order.shuffled(mistakes)
        a, b = BY_NAME[one], BY_NAME[two]
        yield written(*first(right)), a
        yield written(*second(right)), b
        yield written(*second(first(right))), replace(a, en=f"{a.en}; and {b.en}", vi=f"{a.vi}; và {b.vi}")
        for name, wrong in rest:
            yield written(*wrong(right)), BY_NAME[name]
        yield written(1, each, size, last), BY_NAME["one_kernel_alone"]

    length, length_vi = (
        (f"of length {size[0]}", f"dài {size[0]}")
        if len(size) == 1
        else (f"of height {size[0]} and width {size[1]}", f"cao {size[0]}, rộng {size[1]}")
    )
    grouped, grouped_vi = (
        ("", "")
        if groups == 1
        else (f" in {groups} groups (groups={groups})", f", chia thành {groups} nhóm (groups={groups})")
    )
    if last:
        order = "in the order (height, width, channels of the input, number of kernels)"
        order_vi = "theo thứ tự (cao, rộng, số channel của input, số kernel)"
    else:
        order = "in PyTorch's order (the number of kernels first)"
        order_vi = "theo thứ tự của PyTorch (số kernel đứng đầu)"
    text = (
        f"The input has {many(channels, 'channel')}. A convolutional layer has {many(kernels, 'kernel')} {length}{grouped}. What is the shape of its weight tensor, {order}?",
        f"Input có {channels} channel. Lớp tích chập dùng {kernels} kernel {length_vi}{grouped_vi}. Tensor weight của lớp này có shape nào, {order_vi}?",
    )  # fmt: skip

    def steps() -> list[Two]:
        inside = f"{channels}/{groups} = {each}" if groups > 1 else f"{each}"
        return [
            (f"each kernel has {inside} channels, as many as it gets, and the size {'×'.join(map(str, size))}",
             f"mỗi kernel có {inside} channel, đúng bằng số channel mà nó nhận, và kích thước {'×'.join(map(str, size))}"),
            (f"{kernels} of them: {answer.right('en')}", f"có {kernels} kernel: {answer.right('vi')}"),
        ]  # fmt: skip

    hint = (
        "A kernel has as many channels as it gets from the input.",
        "Kernel có số channel bằng số channel mà nó nhận từ input.",
    )
    return Draft(text, answer, wrongs, steps, hint, always=3)


# kernels, channels of each, their sides, and whether the channels stand last
Weight: TypeAlias = tuple[int, int, tuple[int, ...], bool]
# More is no fun to add up by hand.
MOST_PARAMS = 1_000_000


def _count(layer: Layer, x: Shape) -> int:
    return whole(layer.params(x))


@kind("params", "the number of parameters", "số tham số")
def params(level: str, s: Draws) -> Draft | None:
    """Of a layer with or without a bias; with groups, in one dimension, of a whole model."""
    x = image(s, "easy" if level == "easy" else level)
    if level == "hard":
        return _of_model(s, x)
    layers: list[Layer]
    if level == "easy":
        layer: Layer = conv(s, "easy") if s.below(3) else parse(f"linear {s.pick((10, 64, 100, 128))}")
        if isinstance(layer, Linear):
            x = (s.pick((84, 120, 256, 400, 784)),)
        bias = s.below(3) > 0
    else:
        layer, bias = conv(s, "medium"), s.chance(2)
        if s.chance(3):
            groups = s.pick((2, 4))
            x = (groups * s.pick((2, 4, 8)), *x[1:])
            layer = Conv(**dict(layer.__dict__) | {"groups": groups, "out_channels": groups * s.pick((2, 4, 8))})
        elif s.chance(3):
            x = (whole(x[0]) * 4, 50)
            layer = parse(f"conv {s.pick((8, 16, 32))}@{s.pick((3, 5))}")
    if not bias:
        layer = type(layer)(**dict(layer.__dict__) | {"bias": False})
    layers = [layer]
    if not isinstance(layer, Linear) and not fits(layers, x):
        return None
    counted, counted_vi = ("with the bias", "tính cả bias") if bias else ("the bias is left out", "layer không có bias")
    text = (
        f"How many parameters does `{line(layer, x)}` have ({counted})?",
        f"`{line(layer, x)}` có bao nhiêu tham số ({counted_vi})?",
    )
    answer = NumberAnswer(_count(layer, x))
    wrongs = wrong_totals(layers, x, "params", _count)
    return Draft(text, answer, wrongs, lambda: worked(trace(layer, x).rows, ("params",)), HINT)


def _of_model(s: Draws, x: Shape) -> Draft | None:
    if s.steady.chance(3):
        return _against_dense(s)
    layers = classifier(s, "medium", x)
    if not fits(layers, x):
        return None
    net = parse(" > ".join(map(str, layers)))
    traced = trace(net, x)
    text = (
        f"How many parameters does the model have in all, for an input of shape {show_shape(x)}?",
        f"Model có tổng cộng bao nhiêu tham số? Input có shape {show_shape(x)}.",
    )
    if whole(traced.params) > MOST_PARAMS:
        return None
    answer = NumberAnswer(whole(traced.params))
    wrongs = wrong_totals(layers, x, "params", _count, names(layers))

    def steps() -> list[Two]:
        return [*worked(traced.rows, ("params",), names(layers)), total(traced.rows, "params")]

    return Draft(text, answer, wrongs, steps, HINT, code=model(layers, x))


def _against_dense(s: Stream) -> Draft | None:
    """The same map by a fully connected layer: how many weights that would take."""
    channels, m, k, kernels = s.pick((1, 3)), s.pick((8, 12, 16, 28)), s.pick((3, 5)), s.pick((4, 6, 8))
    x: Shape = (channels, m, m)
    layer = parse(f"conv {kernels}@{k} nobias")
    y = wholes(layer.shape(x))
    into, out = whole(product(x)), whole(product(y))
    text = (
        f"`{line(layer, x)}` makes {show_shape(y)} of an input {show_shape(x)}. How many weights, without biases, would a fully connected layer need for the same map, from all input values to all output values?",
        f"`{line(layer, x)}` biến input {show_shape(x)} thành output {show_shape(y)}. Nếu dùng một lớp fully connected nối mọi giá trị của input với mọi giá trị của output thì cần bao nhiêu trọng số (không tính bias)?",
    )
    answer = NumberAnswer(into * out)
    wrongs: list[tuple[Any, Any]] = [
        (into * out + out, BY_NAME["bias_counted"]),
        (m * m * out, BY_NAME["channels_left_out"]),
        (into * out // kernels, BY_NAME["one_kernel"]),
        (into * whole(product(y[1:])) * channels, BY_NAME["channels_stay"]),
        (into * kernels * m * m, BY_NAME["sizes_kept"]),
    ]

    def steps() -> list[Two]:
        return [
            (f"values of the input: {channels}·{m}·{m} = {into}", f"số giá trị của input: {channels}·{m}·{m} = {into}"),
            (f"values of the output: {y[0]}·{y[1]}·{y[2]} = {out}", f"số giá trị của output: {y[0]}·{y[1]}·{y[2]} = {out}"),
            (f"{into}·{out} = {into * out}; the convolution needs {whole(layer.params(x))}", f"{into}·{out} = {into * out}; lớp tích chập chỉ cần {whole(layer.params(x))}"),
        ]  # fmt: skip

    hint = (
        "Every output value has a weight for every input value.",
        "Mỗi giá trị output có một trọng số cho từng giá trị input.",
    )
    return Draft(text, answer, wrongs, steps, hint)
