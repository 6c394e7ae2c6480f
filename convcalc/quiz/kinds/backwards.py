"""Backwards: which padding, stride, kernel or input gives an output that is known."""

from __future__ import annotations

from collections.abc import Iterator

from convcalc.errors import ShapeError
from convcalc.layers import AvgPool, Flatten, Layer, Linear, MaxPool, ReLU, chain
from convcalc.mistakes import BY_NAME
from convcalc.quiz.answers import NumberAnswer, SizesAnswer
from convcalc.quiz.drawing import SPATIAL, fits, image, network, shapes_of, worked, wrong_shapes
from convcalc.quiz.pytorch import model, names
from convcalc.quiz.question import Draft, Wrong
from convcalc.quiz.reading import Two
from convcalc.quiz.registry import kind
from convcalc.quiz.stream import Draws
from convcalc.shape import product, show_shape, whole, window
from convcalc.spec import parse
from convcalc.tracing import trace

HINT: Two = (
    "Write ⌊(M + 2P − K)/S⌋ + 1 with the numbers that are known, and solve for the one that is not.",
    "Viết ⌊(M + 2P − K)/S⌋ + 1 với các số đã biết, rồi tìm số còn thiếu.",
)


@kind("same-padding", "the padding that keeps the size", "padding giữ nguyên kích thước")
def same_padding(level: str, s: Draws) -> Draft | None:
    """With stride 1; at level hard with dilation."""
    k = s.pick((3, 5, 7, 9, 11))
    d = 1 if level == "easy" else s.pick((2, 3)) if level == "hard" else s.pick((1, 2))
    m, padding = s.between(k + 4, 96), d * (k - 1) // 2
    dilated, dilated_vi = ("", "") if d == 1 else (f" and dilation {d}", f", dilation {d}")
    text = (
        f"A convolutional layer has kernels of {k}×{k}, stride 1{dilated}. Which padding keeps an input of {m}×{m} at {m}×{m}?",
        f"Lớp tích chập có kernel {k}×{k}, stride bằng 1{dilated_vi}. Padding bằng bao nhiêu ở mỗi cạnh để input {m}×{m} vẫn cho output {m}×{m}?",
    )
    wrongs: list[Wrong] = [
        (d * (k - 1), BY_NAME["twice_the_padding"]),
        (k, BY_NAME["padding_is_the_kernel"]),
        ((k - 1) // 2, BY_NAME["dilation_left_out_of_padding"]),
        ((k + 1) // 2, BY_NAME["half_of_the_kernel_up"])
        if d == 1
        else (d * k // 2, BY_NAME["padding_by_dilated_kernel"]),
    ]

    def steps() -> list[Two]:
        spread = f"{d}·({k} − 1) + 1 = {d * (k - 1) + 1}"
        first = (f"the kernel spans {spread} cells", f"kernel trải rộng {spread} ô")
        line = f"{m} + 2P − {d * (k - 1) + 1} + 1 = {m}  ⇒  2P = {d * (k - 1)}  ⇒  P = {padding}"
        return [first, (line, line)] if d > 1 else [(line, line)]

    return Draft(text, NumberAnswer(padding), wrongs, steps, HINT, choices=False)


@kind("which-setting", "the stride or kernel that gives an output", "stride hoặc kernel cho ra output")
def which_setting(level: str, s: Draws) -> Draft | None:
    """The only stride, kernel or padding of a few that gives the output; written, not chosen."""
    m, k, stride, padding = (
        s.pick((16, 20, 28, 32, 64)),
        s.pick((2, 3, 4, 5, 7)),
        s.pick((1, 2, 3, 4)),
        s.pick((0, 1, 2)),
    )
    if padding > k // 2 or (level == "easy" and padding):
        return None
    dilation = s.pick((2, 3)) if level == "hard" else 1
    out = window(m, k, stride, padding, dilation)
    if not isinstance(out, int) or out < 2:
        return None
    asked = s.pick(("stride",) if level == "easy" else ("stride", "kernel", "padding"))
    values = {"stride": stride, "kernel": k, "padding": padding}
    fitting = []
    for value in range(0 if asked == "padding" else 1, 13):
        other = values | {asked: value}
        spread = dilation * (other["kernel"] - 1) + 1
        if (
            m + 2 * other["padding"] >= spread
            and window(m, other["kernel"], other["stride"], other["padding"], dilation) == out
        ):
            fitting.append(value)
    if fitting != [values[asked]]:
        return None  # more than one would be right
    known = {
        "stride": (f"kernel {k}×{k}, padding {padding}", f"kernel {k}×{k}, padding {padding}"),
        "kernel": (f"stride {stride}, padding {padding}", f"stride {stride}, padding {padding}"),
        "padding": (f"kernel {k}×{k}, stride {stride}", f"kernel {k}×{k}, stride {stride}"),
    }[asked]
    if dilation > 1:
        known = (f"{known[0]}, dilation {dilation}", f"{known[1]}, dilation {dilation}")
    names = {"stride": ("Which stride", "Stride bằng bao nhiêu"), "kernel": ("Which kernel size K (K×K)", "Kernel K×K có K bằng bao nhiêu"), "padding": ("Which padding", "Padding bằng bao nhiêu ở mỗi cạnh")}[asked]  # fmt: skip
    text = (
        f"A convolutional layer with {known[0]} turns an input of {m}×{m} into {out}×{out}. {names[0]} does it have?",
        f"Lớp tích chập với {known[1]} biến input {m}×{m} thành output {out}×{out}. {names[1]}?",
    )

    def steps() -> list[Two]:
        spread = dilation * (k - 1) + 1
        left = {"stride": f"⌊({m} + 2·{padding} − {spread})/S⌋ + 1", "kernel": f"⌊({m} + 2·{padding} − {'K' if dilation == 1 else f'({dilation}·(K − 1) + 1)'})/{stride}⌋ + 1", "padding": f"⌊({m} + 2P − {spread})/{stride}⌋ + 1"}[asked]  # fmt: skip
        letter = {"stride": "S", "kernel": "K", "padding": "P"}[asked]
        tried = [v for v in (values[asked] - 1, values[asked], values[asked] + 1) if v >= (asked == "padding") ^ 1]
        lines = []
        for value in tried:
            other = values | {asked: value}
            made = window(m, other["kernel"], other["stride"], other["padding"], dilation)
            lines.append(f"{letter} = {value}: {made}")
        first = f"{left} = {out}"
        return [(first, first), ("; ".join(lines), "; ".join(lines)), (f"{letter} = {values[asked]}",) * 2]

    return Draft(text, NumberAnswer(values[asked]), [], steps, HINT, choices=False)


@kind("which-inputs", "the input sizes that give an output", "các kích thước input cho ra cùng output")
def which_inputs(level: str, s: Draws) -> Draft | None:
    """All M that give an output of so many cells; one or two layers."""
    k, stride = s.pick((2, 3, 4, 5, 7)), s.pick((2, 3) if level != "hard" else (2, 3, 4))
    padding = 0 if level == "easy" else s.pick((0, 1))
    if padding > k // 2:
        return None
    spec = f"conv 8@{k} s{stride}" + (f" p{padding}" if padding else "")
    if level == "hard":
        spec += " > maxpool 2"
    out = s.between(4, 24)
    net = parse(spec)
    low, high = inputs(out, 2, 2, 0) if level == "hard" else (out, out)
    low, high = inputs(low, k, stride, padding)[0], inputs(high, k, stride, padding)[1]
    if low < k:
        return None
    said = f"a convolution with kernel {k}, stride {stride}, padding {padding}" + (
        " and a 2×2 max pooling" if level == "hard" else ""
    )
    said_vi = f"lớp tích chập kernel {k}, stride {stride}, padding {padding}" + (
        " rồi max pooling 2×2" if level == "hard" else ""
    )
    text = (
        f"Inputs of M×M go through {said}; the output is {out}×{out}. Which M are possible?",
        f"Input M×M đi qua {said_vi}, output là {out}×{out}. M có thể là những số nào?",
    )

    def steps() -> list[Two]:
        top = f"(M + {2 * padding} − {k})" if padding else f"(M − {k})"
        first, last = (2 * out - 1, 2 * out) if level == "hard" else (out - 1, out - 1)
        found = []
        if level == "hard":
            line = f"⌊M'/2⌋ = {out}  ⇒  {2 * out} ≤ M' ≤ {2 * out + 1}"
            found.append((f"before the pooling: {line}", f"trước pooling: {line}"))
        line = f"{first} ≤ {top}/{stride} < {last + 1}  ⇒  {low} ≤ M ≤ {high}"
        lines = "; ".join(f"M = {m}: {_size(net, m)}" for m in (low - 1, low, high, high + 1))
        return [*found, (line, line), (lines, lines)]

    return Draft(text, SizesAnswer(frozenset(range(low, high + 1))), [], steps, HINT, choices=False)


def inputs(size: int, k: int, stride: int, padding: int) -> tuple[int, int]:
    """The smallest and the largest input of which a window makes so many cells: ⌊(M + 2P − K)/S⌋ = size − 1 solved for M."""
    least = (size - 1) * stride + k - 2 * padding
    return least, least + stride - 1


def _size(net: Layer, m: int) -> int:
    try:
        return whole(trace(net, (1, m, m)).output[-1])
    except ShapeError:  # too small an input
        return 0


@kind("linear-in", "the first number of nn.Linear", "số đầu tiên của nn.Linear")
def linear_in(level: str, s: Draws) -> Draft | None:
    """What belongs in nn.Linear(?, 10) after a flatten."""
    x = image(s, level)
    layers = [*network(s, level, x), Flatten(start_dim=1, end_dim=-1)]
    if not any(isinstance(layer, MaxPool | AvgPool) for layer in layers) and level == "easy":
        layers.insert(2, MaxPool(kernel_size=2))  # type: ignore[call-arg]
    if not fits(layers, x):
        return None
    shapes = shapes_of(layers, x)
    count = shapes[-1][0]
    ways = wrong_shapes(layers, x, names(layers))
    dense = parse("linear 10")
    assert isinstance(dense, Linear)
    code = model([*layers, dense], x).replace(f"nn.Linear({count}, 10)", "nn.Linear(?, 10)")
    text = (
        f"The model's input has shape {show_shape(x)}. Which number belongs in place of the question mark?",
        f"Input của model có shape {show_shape(x)}. Dấu hỏi phải thay bằng số nào?",
    )

    def steps() -> list[Two]:
        before = shapes[-2]
        traced = trace(chain(*layers), x)
        line = f"{'·'.join(map(str, before))} = {count}"
        kept = [
            (row, name)
            for row, name in zip(traced, names(layers), strict=True)
            if not isinstance(row.layer, ReLU | Flatten)
        ]
        return [*worked([row for row, _ in kept], SPATIAL, [name for _, name in kept]), (line, line)]

    hint = (
        "Follow the shape up to flatten; flatten multiplies its sizes, the channels too.",
        "Theo dõi shape đến trước flatten; flatten nhân các kích thước lại, kể cả số channel.",
    )

    def wrongs(order: Draws) -> Iterator[Wrong]:
        return ((whole(product(value)), mistake) for value, mistake in ways(order))

    return Draft(text, NumberAnswer(count), wrongs, steps, hint, code=code)
