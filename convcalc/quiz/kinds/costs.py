"""What a network costs and sees: multiply-adds, memory of the activations, receptive fields."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, TypeAlias

from convcalc.layers import Conv, Layer, MaxPool
from convcalc.mistakes import BY_NAME
from convcalc.quiz.answers import NumberAnswer
from convcalc.quiz.drawing import SPATIAL, conv, fits, image, total, worked, wrong_totals
from convcalc.quiz.pytorch import line
from convcalc.quiz.question import Draft, Wrong
from convcalc.quiz.reading import Two
from convcalc.quiz.registry import kind
from convcalc.quiz.stream import Draws
from convcalc.shape import Shape, product, show_shape, whole, wholes
from convcalc.spec import parse
from convcalc.tracing import trace

# More is no fun to multiply by hand.
MOST = 5_000_000


MACS_COUNTED: Two = (
    "one for each product and the addition after it; biases count none",
    "một phép nhân kèm một phép cộng tính là một, không tính bias",
)
MACS_HINT: Two = (
    "Each output cell takes as many products as one kernel has weights.",
    "Mỗi ô output cần số phép nhân bằng số trọng số của một kernel.",
)


def _macs(layer: Layer, x: Shape) -> int:
    return whole(layer.macs(x))


@kind("macs", "the number of multiply-adds", "số phép nhân-cộng (MAC)")
def macs(level: str, s: Draws) -> Draft | None:
    """Of one convolution, or of two in a row."""
    x: Shape = (s.pick((1, 2, 3)), *(s.pick((6, 8, 10, 12)),) * 2) if level == "easy" else image(s, "easy")
    layers: list[Layer] = [conv(s, "easy" if level == "easy" else "medium") for _ in range(2 if level == "hard" else 1)]
    if level == "easy":
        first = layers[0]
        layers = [Conv(**dict(first.__dict__) | {"out_channels": s.pick((2, 4, 5, 8)), "kernel_size": 3})]
    if not fits(layers, x):
        return None
    shown, shown_vi = (
        " > ".join(f"`{line(layer, shape)}`" for layer, shape in zip(layers, _inputs(layers, x), strict=True)),
        "",
    )
    shown, shown_vi = shown.replace(" > ", " and then "), shown.replace(" > ", " rồi qua ")
    text = (
        f"An input of shape {show_shape(x)} goes through {shown}. How many multiply-adds does that take ({MACS_COUNTED[0]})?",
        f"Input có shape {show_shape(x)} đi qua {shown_vi}. Cần bao nhiêu phép nhân-cộng ({MACS_COUNTED[1]})?",
    )
    traced = trace(layers[0] if len(layers) == 1 else parse(" > ".join(map(str, layers))), x)
    if whole(traced.macs) > MOST:
        return None
    wrongs = wrong_totals(layers, x, "macs", _macs, ["layer 1", "layer 2"] if len(layers) > 1 else ())

    def steps() -> list[Two]:
        called = [line(layer, shape) for layer, shape in zip(layers, _inputs(layers, x), strict=True)]
        found = worked(traced.rows, (*SPATIAL, "macs"), called)
        return [*found, total(traced.rows, "macs")] if len(layers) > 1 else found

    return Draft(text, NumberAnswer(whole(traced.macs)), wrongs, steps, MACS_HINT)


def _inputs(layers: list[Layer], x: Shape) -> list[Shape]:
    shapes = [x]
    for layer in layers[:-1]:
        shapes.append(layer.shape(shapes[-1]))
    return shapes


@kind("receptive-field", "the receptive field", "receptive field (vùng nhìn)")
def receptive_field(level: str, s: Draws) -> Draft | None:
    """After two to four layers: convolutions in a row, then with strides and pools, then with dilation."""
    count = s.pick({"easy": (2, 3), "medium": (3, 4), "hard": (4, 5)}[level])
    layers: list[Layer] = []
    for _ in range(count):
        if level != "easy" and s.chance(3):
            layers.append(MaxPool(kernel_size=2))  # type: ignore[call-arg]
            continue
        values: dict[str, Any] = {
            "kernel_size": s.pick((2, 3, 5, 7) if level == "easy" else (2, 3, 4, 5)),
            "out_channels": 8,
        }
        if level != "easy" and s.chance(2):
            values["stride"] = 2
        elif level == "hard" and s.chance(3):
            values["dilation"] = 2
        layers.append(Conv(**values))
    if not any(isinstance(layer, Conv) for layer in layers):
        return None
    windows = [_window(layer) for layer in layers]
    jumps = prod(stride for _, stride, _ in windows)
    if level != "easy" and jumps == 1:
        return None
    text_layers = "; ".join(_said(w) for w in windows)
    text_layers_vi = "; ".join(_said_vi(w) for w in windows)
    text = (
        f"The layers of a network are, in order: {text_layers}. How many cells wide is the receptive field of one cell of the last feature map, on the input?",
        f"Mạng gồm lần lượt các layer: {text_layers_vi}. Receptive field (vùng nhìn) của một ô ở feature map cuối rộng bao nhiêu ô trên input?",
    )  # fmt: skip
    called = [(_said(w), _said_vi(w)) for w in windows]
    found = field_draft(windows, called, text)
    assert isinstance(found.answer, NumberAnswer)
    return found if found.answer.value <= 200 else None


# kernel size, stride and dilation
Window: TypeAlias = tuple[int, int, int]


def field_draft(windows: Sequence[Window], called: Sequence[Two], text: Two, code: str | None = None) -> Draft:
    """How many cells wide the receptive field is after windows in a row, which are called so in the steps."""
    size, jump, lines = 1, 1, []
    for k, stride, dilation in windows:
        spread = dilation * (k - 1) + 1
        lines.append((size, spread, jump))
        size, jump = size + (spread - 1) * jump, jump * stride
    plain = 1 + sum(d * (k - 1) for k, _, d in windows)
    own, grown = 1, 1
    for k, stride, d in windows:
        grown *= stride
        own += d * (k - 1) * grown
    without, step = 1, 1
    for k, stride, _ in windows:
        without, step = without + (k - 1) * step, step * stride
    wrongs: list[Wrong] = [
        (sum(d * (k - 1) + 1 for k, _, d in windows), BY_NAME["kernels_added"]),
        (plain, BY_NAME["jump_ignored"]),
        (windows[-1][2] * (windows[-1][0] - 1) + 1, BY_NAME["last_kernel_alone"]),
        (without, BY_NAME["dilation_left_out_of_field"]),
        (own, BY_NAME["stride_of_own_layer"]),
        (size - 1, BY_NAME["field_from_zero"]),
        (size + (windows[-1][1] - 1) * jump // windows[-1][1], BY_NAME["stride_of_own_layer"]),
    ]

    def steps() -> list[Two]:
        found = []
        for (before, spread, jumped), (en, vi) in zip(lines, called, strict=True):
            line = f"{before} + ({spread} − 1)·{jumped} = {before + (spread - 1) * jumped}"
            found.append((f"{en}: {line}", f"{vi}: {line}"))
        return found

    hint = (
        "Begin with 1; each layer adds (K − 1) times the product of all strides before it.",
        "Bắt đầu từ 1; mỗi layer thêm (K − 1) nhân với tích các stride của những layer trước.",
    )
    return Draft(text, NumberAnswer(size), wrongs, steps, hint, code=code)


def _window(layer: Layer) -> Window:
    if isinstance(layer, MaxPool):
        return 2, 2, 1
    assert isinstance(layer, Conv)
    return int(str(layer.kernel_size)), int(str(layer.stride)), int(str(layer.dilation))


def _said(window: Window) -> str:
    k, s, d = window
    return f"a window of {k}×{k}, stride {s}" + (f", dilation {d}" if d > 1 else "")


def _said_vi(window: Window) -> str:
    k, s, d = window
    return f"cửa sổ {k}×{k}, stride {s}" + (f", dilation {d}" if d > 1 else "")


@kind("memory", "the memory of the activations", "bộ nhớ của activation")
def memory(level: str, s: Draws) -> Draft | None:
    """Bytes of the output of a layer as float32; of a batch at level hard."""
    x = image(s, level)
    layer = conv(s, level)
    if not fits([layer], x):
        return None
    y = wholes(layer.shape(x))
    batch = 1 if level == "easy" else s.pick((2, 4, 8)) if level == "medium" else s.pick((16, 32, 64))
    values = whole(product(y)) * batch
    if 4 * values > MOST:
        return None
    of, of_vi = (
        ("one input", "một input") if batch == 1 else (f"a batch of {batch} inputs", f"một batch gồm {batch} input")
    )
    text = (
        f"`{line(layer, x)}` gets {of} of shape {show_shape(x)} each. How many bytes does its output take as float32?",
        f"`{line(layer, x)}` nhận {of_vi}, mỗi input có shape {show_shape(x)}. Output chiếm bao nhiêu byte nếu lưu bằng float32?",
    )
    if batch == 1:
        text = (text[0].replace(" each", ""), text[1].replace(", mỗi input có shape", " có shape"))
    wrongs: list[Wrong] = [
        (values, BY_NAME["values_not_bytes"]),
        (values * 8, BY_NAME["float64"]),
        (4 * batch * whole(product(x)), BY_NAME["input_memory"]),
        (4 * values // y[0], BY_NAME["channels_left_out_of_memory"]),
        (4 * batch * whole(x[0]) * y[1] * y[2], BY_NAME["channels_stay"]),
    ]

    def steps() -> list[Two]:
        many = f"{batch}·" if batch > 1 else ""
        inside = f"{many}{y[0]}·{y[1]}·{y[2]}"
        return [
            *worked(trace(layer, x).rows, SPATIAL, [line(layer, x)]),
            (f"values: {inside} = {values}", f"số giá trị: {inside} = {values}"),
            (f"bytes: 4·{values} = {4 * values}", f"số byte: 4·{values} = {4 * values}"),
        ]

    hint = (
        "First the output's shape; a float32 takes 4 bytes.",
        "Tìm shape của output trước; mỗi float32 chiếm 4 byte.",
    )
    return Draft(text, NumberAnswer(4 * values), wrongs, steps, hint)
