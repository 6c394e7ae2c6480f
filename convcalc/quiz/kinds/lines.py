"""Which line of PyTorch fits a figure of input, kernels and output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from convcalc.layers import Conv
from convcalc.mistakes import BY_NAME
from convcalc.quiz.answers import TextAnswer
from convcalc.quiz.drawing import fits
from convcalc.quiz.pytorch import line
from convcalc.quiz.question import Draft, Wrong
from convcalc.quiz.reading import Two
from convcalc.quiz.registry import kind
from convcalc.quiz.stream import Draws
from convcalc.shape import Shape, show_sizes, wholes
from convcalc.words import many

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@kind("which-line", "the line of code that fits a figure", "dòng code đúng với hình")
def which_line(level: str, s: Draws) -> Draft | None:
    """A figure of the feature maps before and after, and four lines of code."""
    channels, kernels = s.pick((1, 3, 5, 6, 10)), s.pick((4, 5, 8, 10, 16))
    if channels == kernels:
        return None
    k = s.pick((3, 5, 7))
    stride = 1 if level == "easy" else s.pick((1, 2))
    padding = 0 if level == "easy" else s.pick((0, k // 2))
    dilation = s.pick((1, 2)) if level == "hard" else 1
    m = s.pick((20, 24, 28, 32, 36))
    x: Shape = (channels, m, m)
    layer = Conv(out_channels=kernels, kernel_size=k, stride=stride, padding=padding, dilation=dilation)  # type: ignore[call-arg]
    return line_draft(layer, x) if fits([layer], x) else None


def line_draft(layer: Conv, x: Shape) -> Draft:
    """Which line makes this convolution, with square kernels and padding in numbers, of an input of shape x."""
    right = dict(layer.__dict__)
    channels, m, n = wholes(x)
    kernels, k, stride, padding, dilation = (
        int(str(right[name])) for name in ("out_channels", "kernel_size", "stride", "padding", "dilation")
    )
    y = wholes(layer.shape(x))
    answer = TextAnswer(line(layer, x))

    def other(**values: Any) -> str | None:
        """The line with other numbers; None where it would fit the figure too."""
        changed = Conv(**right | values)
        return None if not fits([changed], x, 1) or changed.shape(x) == y else line(changed, x)

    def turned(text: str) -> str:
        """The line with in_channels and out_channels exchanged."""
        return text.replace(f"({channels}, {kernels},", f"({kernels}, {channels},")

    swapped = turned(answer.value)
    both_in = line(Conv(**right | {"out_channels": channels}), x)
    both_out = line(layer, (kernels, m, n))
    others = [
        (other(kernel_size=k + 2), "other_kernel"),
        (other(kernel_size=k - 1), "other_kernel"),
        (other(stride=3 - stride), "other_stride"),
        (other(padding=padding + 1), "other_padding"),
    ]

    def wrongs(order: Draws) -> Iterator[Wrong]:
        """Two numbers crossed, so that no line has more in common with the others than the right one."""
        windows = order.shuffled([(text, BY_NAME[name]) for text, name in others if text is not None])
        pairs = [
            (both_in, BY_NAME["out_is_in"]),
            (both_out, BY_NAME["in_is_out"]),
            (swapped, BY_NAME["in_and_out_swapped"]),
        ]
        if not windows or order.chance(2):
            yield from pairs
            yield from windows
            return
        window, why = windows[0]
        yield pairs[2]
        yield window, why
        yield turned(window), replace(why, en=f"{pairs[2][1].en}; and {why.en}", vi=f"{pairs[2][1].vi}; và {why.vi}")
        yield from windows[1:]
        yield from pairs[:2]

    extra = (f", stride {stride}" if stride > 1 else "") + (f", dilation {dilation}" if dilation > 1 else "")
    drawn = [
        _drawn(show_sizes(x), f"{said}, {channels}×{k}×{k}{extra}", show_sizes(y))
        for said in (many(kernels, "kernel"), f"{kernels} kernel")
    ]
    text = (
        "Which line of code fits the figure? Sizes are channels × height × width.",
        "Dòng code nào đúng với hình? Kích thước ghi theo thứ tự channel × cao × rộng.",
    )

    def steps() -> list[Two]:
        return [
            (f"in_channels = {channels}, the channels of the input; out_channels = {kernels}, the number of kernels",
             f"in_channels = {channels}, số channel của input; out_channels = {kernels}, số kernel"),
            (f"size: ⌊({m} + 2·{padding} − {dilation * (k - 1) + 1})/{stride}⌋ + 1 = {y[1]}",
             f"kích thước: ⌊({m} + 2·{padding} − {dilation * (k - 1) + 1})/{stride}⌋ + 1 = {y[1]}"),
        ]  # fmt: skip

    hint = ("First the channels on both sides, then the size.", "Xem số channel hai bên trước, rồi đến kích thước.")

    def picture(lang: str) -> Figure:
        from convcalc.figures.question import before_and_after

        said = many(kernels, "kernel") if lang == "en" else f"{kernels} kernel"
        return before_and_after(
            (channels, m, n), (kernels, channels, k, k), [f"{said}, {channels}×{k}×{k}", *extra.split(", ")[1:]], y
        )

    return Draft(text, answer, wrongs, steps, hint, figure=(drawn[0], drawn[1]), always=3, picture=picture)


def _drawn(left: str, middle: str, right: str) -> str:
    """Two boxes with an arrow that says what is between them."""

    def box(text: str) -> list[str]:
        return ["┌" + "─" * (len(text) + 2) + "┐", f"│ {text} │", "└" + "─" * (len(text) + 2) + "┘"]

    a, b = box(left), box(right)
    arrow = f"──[ {middle} ]─▶"
    space = " " * (len(arrow) + 2)
    return f"{a[0]}{space}{b[0]}\n{a[1]} {arrow} {b[1]}\n{a[2]}{space}{b[2]}"
