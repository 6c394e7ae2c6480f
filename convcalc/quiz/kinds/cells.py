"""Worked numbers: a cell, a row or the whole output of a convolution, a pool or a flatten, small enough for paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from convcalc.compute import Worked, compute
from convcalc.errors import ConvcalcError
from convcalc.mistakes import BY_NAME
from convcalc.numbers import Array, Number, show_rows, simple
from convcalc.quiz.answers import Answer, MatrixAnswer, NumberAnswer
from convcalc.quiz.question import Draft, Picture, Wrong
from convcalc.quiz.reading import Two
from convcalc.quiz.registry import kind
from convcalc.quiz.stream import Draws, Stream
from convcalc.shape import show_sizes
from convcalc.spec import parse
from convcalc.worked import products

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def _matrix(s: Stream, shape: tuple[int, ...], low: int, high: int) -> Array:
    count = 1
    for size in shape:
        count *= size
    return Array(shape, [s.between(low, high) for _ in range(count)])


def _shown(name: str, array: Array) -> Two:
    """A matrix under its name, with a blank line between channels."""
    sizes = show_sizes(array.shape[-2:]) if len(array.shape) > 1 else str(array.shape[0])
    rows = "\n".join("  " + row if row else "" for row in show_rows(array))
    count = array.shape[-3] if len(array.shape) > 2 else 1
    en, vi = (f", {count} channels", f", {count} channel") if count > 1 else ("", "")
    return f"{name}{en} ({sizes}):\n{rows}", f"{name}{vi} ({sizes}):\n{rows}"


def _figure(*named: tuple[str, Array]) -> tuple[Two, Picture]:
    """Matrices one below the other as text, and side by side as a picture."""
    shown = [_shown(name, array) for name, array in named]

    def picture(_lang: str) -> Figure:
        from convcalc.figures.question import matrices

        return matrices(named)

    return ("\n\n".join(one[0] for one in shown), "\n\n".join(one[1] for one in shown)), picture


# What is asked for: one cell, a row, or all of it; in words; the index of its first cell, or None for all.
Asked: TypeAlias = "tuple[Answer, Two, int | None]"
# A mistake, and what it makes of the numbers.
Tried: TypeAlias = "tuple[str, Callable[[], Worked | None] | None]"
WHOLE: Two = ("the whole output", "toàn bộ output")


def _asked(s: Draws, level: str, worked: Worked) -> Asked:
    """A part of the output that the level can bear."""
    output = worked.output
    shape = output.shape
    if len(shape) == 1 or len(shape) > 2:
        return MatrixAnswer(output), WHOLE, None
    rows, columns = shape
    what = s.below(3) if level == "medium" else 0 if level == "easy" and s.below(2) else 2
    if what == 0 or rows * columns == 1:
        r, c = s.below(rows), s.below(columns)
        at = r * columns + c
        return NumberAnswer(output.values[at]), (f"the output's cell in row {r + 1}, column {c + 1}", f"ô ở hàng {r + 1}, cột {c + 1} của output"), at  # fmt: skip
    if what == 1:
        r = s.below(rows)
        row = Array((1, columns), output.values[r * columns : (r + 1) * columns])
        return MatrixAnswer(row), (f"row {r + 1} of the output", f"hàng {r + 1} của output"), r * columns
    return MatrixAnswer(output), WHOLE, None


def _of(answer: Answer, at: int | None, width: int, output: Array) -> Number | Array | None:
    """The part of another output that the question asks for (the cell or row where `at` is in one that is so wide); None where it has none."""
    if at is None:
        return output
    (rows, columns), (r, c) = output.shape[-2:], divmod(at, width)
    if isinstance(answer, NumberAnswer):
        return output.values[r * columns + c] if r < rows and c < columns else None
    assert isinstance(answer, MatrixAnswer)
    return Array((1, columns), output.values[r * columns : (r + 1) * columns]) if r < rows else None


def _draft(
    asked: Asked, worked: Worked, figure: tuple[Two, Picture], said: Two, tries: Sequence[Tried], hint: Two
) -> Draft:
    answer, what, at = asked

    def wrongs(order: Draws) -> Iterator[Wrong]:
        for name, tried in sorted(tries, key=lambda one: BY_NAME[one[0]].likely):
            other = None if tried is None else tried()
            value = None if other is None else _of(answer, at, worked.output.shape[-1], other.output)
            if value is not None:
                yield value, BY_NAME[name]

    text = (f"{said[0]} What is {what[0]}?", f"{said[1]} Tính {what[1]}.")
    if isinstance(answer, MatrixAnswer) and answer.rows > 1:
        text = (text[0] + " Write the rows with ; between them.", text[1] + " Viết các hàng cách nhau bằng dấu ;.")

    def steps() -> list[Two]:
        chosen = worked.cells if at is None else [worked.cells[at]] if isinstance(answer, NumberAnswer) else worked.cells[at : at + worked.output.shape[-1]]  # fmt: skip
        found = []
        for cell in chosen:
            place = ", ".join(str(i + 1) for i in cell.index[-2:])
            found.append((f"({place}): {products(cell, 'en')}", f"({place}): {products(cell, 'vi')}"))
        return found

    return Draft(text, answer, wrongs, steps, hint, figure=figure[0], choices=False, picture=figure[1])


def _try(spec: str, data: Array, kernel: Array | None = None, bias: Array | None = None) -> Callable[[], Worked | None]:
    """Other layers on the numbers, worked out when they are asked for; None where they do not fit."""

    def work() -> Worked | None:
        try:
            return compute(parse(spec), data, kernel, bias)
        except ConvcalcError:
            return None

    return work


@kind("compute-conv", "a convolution, worked out", "tính tay một phép tích chập")
def compute_conv(level: str, s: Draws) -> Draft | None:
    """With a bias; then with padding and stride; then with two channels."""
    channels = 2 if level == "hard" else 1
    k, o = s.pick(((2, 2), (3, 3), (2, 3))) if level != "easy" else s.pick(((2, 2), (3, 3)))
    m, n = s.between(k + 1, 4 if level == "hard" else 5), s.between(o + 1, 4 if level == "hard" else 5)
    stride = 1 if level == "easy" else s.pick((1, 2))
    padding = 0 if level == "easy" else s.pick((0, 1))
    data = _matrix(s, (channels, m, n) if channels > 1 else (m, n), 0, 4)
    kernel = (
        _matrix(s, (1, channels, k, o) if channels > 1 else (k, o), 0, 1)
        if s.below(3)
        else _matrix(s, (1, channels, k, o) if channels > 1 else (k, o), -1, 1)
    )
    if len(set(kernel.values)) == 1:
        return None
    bias = Array((1,), [s.between(1, 3)]) if s.below(4) or level == "hard" else None
    spec = f"conv {k}x{o} s{stride} p{padding}"
    worked = compute(parse(spec), data, kernel, bias)
    if not 1 <= len(worked.output.values) <= 16:
        return None
    return conv_draft((k, o), stride, padding, data, kernel, bias, worked, _asked(s, level, worked))


def conv_draft(
    window: tuple[int, int],
    stride: int,
    padding: int,
    data: Array,
    kernel: Array,
    bias: Array | None,
    worked: Worked,
    asked: Asked,
) -> Draft:
    """A part of the output of a convolution with a kernel, and what the mistakes make of the same numbers."""
    k, o = window
    channels = data.shape[0] if len(data.shape) == 3 else 1
    m, n = data.shape[-2:]
    spec = f"conv {k}x{o} s{stride} p{padding}"
    size = k * o
    turned = Array(
        kernel.shape, [v for i in range(0, len(kernel.values), size) for v in kernel.values[i : i + size][::-1]]
    )
    crossed = None
    if k == o:
        crossed = Array(
            kernel.shape,
            [kernel.values[c * size + j * o + i] for c in range(channels) for i in range(k) for j in range(o)],
        )
    first = Array((m, n), data.values[: m * n])
    tries: list[Tried] = [
        ("kernel_turned", _try(spec, data, turned, bias)),
        ("bias_not_added", _try(spec, data, kernel, None) if bias is not None else None),
        ("kernel_transposed", _try(spec, data, crossed, bias) if crossed is not None else None),
        ("stride_one", _try(f"conv {k}x{o} p{padding}", data, kernel, bias) if stride > 1 else None),
        ("padding_not_added", _try(f"conv {k}x{o} s{stride}", data, kernel, bias) if padding else None),
        (
            "second_channel_left_out",
            _try(spec, first, Array((k, o), kernel.values[:size]), bias) if channels > 1 else None,
        ),
    ]
    settings = ", ".join([*([f"stride {stride}"] if stride > 1 else []), *([f"padding {padding}"] if padding else []), *([f"bias {bias.values[0]}"] if bias else [])])  # fmt: skip
    none = "" if bias is not None else ", no bias"
    none_vi = "" if bias is not None else ", không có bias"
    figure = _figure(("input", data), ("kernel", kernel))
    said = (
        "A convolution as PyTorch works it out (the kernel is not turned)"
        + (f", with {settings}{none}." if settings else ", stride 1, no bias."),
        "Tính tích chập như PyTorch (không xoay kernel)"
        + (f", với {settings}{none_vi}." if settings else ", stride 1, không có bias."),
    )
    hint = (
        "Lay the kernel on the window, multiply cell by cell, add everything up, and then the bias.",
        "Đặt kernel lên cửa sổ, nhân từng ô, cộng tất cả lại rồi cộng bias.",
    )
    return _draft(asked, worked, figure, said, tries, hint)


@kind("compute-pool", "a pooling, worked out", "tính tay một phép pooling")
def compute_pool(level: str, s: Draws) -> Draft | None:
    """Max, average and min pooling in two dimensions, at level hard also along the rows."""
    name = s.pick(("maxpool", "maxpool", "avgpool", "minpool"))
    row_wise = level == "hard" and s.chance(2)
    k, o = (2, 2) if level == "easy" else s.pick(((2, 2), (3, 2), (2, 3), (3, 3)))
    stride = s.pick((None, 1, 2)) if level != "easy" else None
    m, n = s.between(4, 6), s.between(4, 6)
    if level == "easy":
        m, n = 4, s.pick((4, 6))
    data = _matrix(s, (m, n), 0, 9)
    if name == "avgpool":  # means that paper can bear
        data = Array(data.shape, [int(v) for v in data.values])
    if row_wise:
        k = s.pick((2, 3))
        spec, axes = f"({k},)", f"{k}"
    else:
        spec, axes = f"{k}x{o}", f"{k}×{o}"
    move = "" if stride is None else f" s{stride}"
    worked = compute(parse(f"{name} {spec}{move}"), data)
    if not 1 <= len(worked.output.values) <= 12:
        return None
    if name == "avgpool" and any(not isinstance(v, int) and v.denominator not in (2, 4) for v in worked.output.values):
        return None
    other = {"maxpool": ("avgpool", "mean_for_largest"), "avgpool": ("maxpool", "largest_for_mean"), "minpool": ("maxpool", "largest_for_mean")}[name]  # fmt: skip
    tries: list[Tried] = [
        (other[1], _try(f"{other[0]} {spec}{move}", data) if name != "minpool" else None),
        ("smallest_for_largest", _try(f"minpool {spec}{move}", data) if name == "maxpool" else None),
        ("stride_one", _try(f"{name} {spec} s1", data) if stride != 1 else None),
    ]
    if name == "avgpool":
        cells = k if row_wise else k * o
        summed = Array(worked.output.shape, [simple(Fraction(v * cells)) for v in worked.output.values])
        tries.append(("sum_for_mean", lambda: Worked(worked.net, worked.input_shape, summed, None)))
    called = {"maxpool": "Max pooling", "avgpool": "Average pooling", "minpool": "Min pooling"}[name]
    steps_en = "stride as large as the window" if stride is None else f"stride {stride}"
    steps_vi = "stride bằng kích thước cửa sổ" if stride is None else f"stride {stride}"
    along, along_vi = (" along every row", " theo từng hàng") if row_wise else ("", "")
    said = (
        f"{called}{along} with a window of {axes}, {steps_en}.",
        f"{called}{along_vi} với cửa sổ {axes}, {steps_vi}.",
    )
    hint = (
        "Look at one window after the other: where does the next one begin?",
        "Xét lần lượt từng cửa sổ: cửa sổ tiếp theo bắt đầu ở đâu?",
    )
    figure = _figure(("input", data))
    return _draft(_asked(s, level, worked), worked, figure, said, tries, hint)


@kind("compute-flatten", "a flatten, worked out", "flatten một feature map")
def compute_flatten(level: str, s: Draws) -> Draft | None:
    """The order of the values; at level hard after a pooling."""
    channels = {"easy": 1, "medium": 2, "hard": 2}[level]
    m, n = s.pick(((2, 3), (3, 2), (2, 2))) if level != "hard" else (2, 4)
    if level == "easy":
        m, n = s.pick(((3, 2), (2, 3), (3, 3), (2, 4)))
    data = _matrix(s, (channels, m, n), 0, 9)
    net = parse("maxpool 2 > flatten" if level == "hard" else "flatten")
    values = compute(net, data).output.values
    answer = MatrixAnswer(Array((1, len(values)), values))
    before = compute(parse("maxpool 2"), data).output if level == "hard" else data
    full = before.reshaped((channels, *before.shape[-2:])) if len(before.shape) == 2 else before
    _, h, w = full.shape
    columns = [full.at((c, i, j)) for c in range(channels) for j in range(w) for i in range(h)]
    across = [full.at((c, i, j)) for i in range(h) for j in range(w) for c in range(channels)]
    wrongs: list[Wrong] = [
        (Array((1, len(values)), columns), BY_NAME["columns_first"]),
        (Array((1, len(values)), across), BY_NAME["channels_interleaved"]),
    ]
    after, after_vi = (" after a 2×2 max pooling", " sau max pooling 2×2") if level == "hard" else ("", "")
    text = (
        f"Write the output of `nn.Flatten()`{after} as one row.",
        f"Viết output của `nn.Flatten()`{after_vi} thành một hàng.",
    )
    figure, picture = _figure(("input", data if channels > 1 else data.reshaped((m, n))))

    def steps() -> list[Two]:
        row = " ".join(str(v) for v in values)
        half = len(values) // channels
        parts = "; ".join(" ".join(str(v) for v in values[i : i + half]) for i in range(0, len(values), half))
        first = (
            [(f"after the pooling, channel by channel: {parts}", f"sau pooling, từng channel: {parts}")]
            if level == "hard"
            else []
        )
        return [*first, (f"channel by channel, row by row: {row}", f"từng channel, từng hàng: {row}")]

    hint = (
        "Channel by channel, row by row, from left to right.",
        "Lần lượt từng channel, từng hàng, từ trái sang phải.",
    )
    return Draft(text, answer, wrongs, steps, hint, figure=figure, choices=False, picture=picture)
