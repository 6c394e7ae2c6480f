"""The formulas themselves, to choose or to write in the slides' letters; what is written is compared for all numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache

from convcalc.arithmetic import Ratio, read_formula
from convcalc.formula import Dim
from convcalc.mistakes import BY_NAME, Mistake
from convcalc.quiz.answers import FormulaAnswer, TextAnswer
from convcalc.quiz.question import Draft, Wrong
from convcalc.quiz.reading import Two
from convcalc.quiz.registry import kind
from convcalc.quiz.stream import Draws
from convcalc.spec import parse
from convcalc.tracing import trace

HINT: Two = (
    "Try it with small numbers that you can count on paper.",
    "Thử với các số nhỏ mà đếm được trên giấy.",
)


@dataclass(frozen=True)
class Asked:
    """A formula: the layers and input that it is worked out from, how it is usually written, and wrong ones with their mistakes."""

    said: Two
    net: str
    input: str
    of: str  # height, width, features, params or macs
    right: str
    wrong: tuple[tuple[str, str], ...]
    letters: dict[int, int] = field(default_factory=dict)  # for those of the first axis, in the mistakes' sentences too

    def mistake(self, name: str) -> Mistake:
        """The mistake, said in this question's letters."""
        found = BY_NAME[name]
        alone = re.compile(r"(?<![^\W\d])[A-Z](?![^\W\d])")
        en, vi = (alone.sub(lambda letter: letter[0].translate(self.letters), text) for text in (found.en, found.vi))
        return replace(found, en=en, vi=vi) if self.letters else found

    @property
    def value(self) -> Dim:
        """The formula as the layers give it."""
        return _worked(self.net, self.input, self.of)


_OTHER_AXIS = str.maketrans("MNKOSTPQDE", "NMOKTSQPED")


def across(asked: Asked) -> Asked:
    """The same question of the width: every letter becomes the one of the other axis, where there is another."""
    letters = _OTHER_AXIS if "x" in asked.net and "KxK" not in asked.net else str.maketrans("MN", "NM")
    en, vi = asked.said
    return Asked(
        (en.replace("the height", "the width"), vi.replace("chiều cao", "chiều rộng")), asked.net, asked.input, "width",
        asked.right.translate(letters), tuple((text.translate(letters), name) for text, name in asked.wrong), letters,
    )  # fmt: skip


_HEIGHTS: dict[str, tuple[Asked, ...]] = {
    "easy": (
        Asked(
            ("the height of the output of a K×O convolution on an M×N input, stride 1, no padding", "chiều cao output của tích chập K×O trên input M×N, stride 1, không padding"),
            "conv F@KxO", "C,M,N", "height", "M − K + 1",
            (("M − K", "formula_no_one"), ("M + K − 1", "formula_kernel_added"), ("M − K − 1", "formula_one_subtracted"), ("M − 2K + 1", "formula_kernel_twice")),
        ),
        Asked(
            ("the number of parameters of a layer with F kernels of K×O on C channels, with the bias", "số tham số của lớp tích chập có F kernel K×O trên input C channel, tính cả bias"),
            "conv F@KxO", "C,M,N", "params", "(K·O·C + 1)·F",
            (("K·O·C·F + 1", "formula_bias_once"), ("K·O·C·F", "formula_no_bias"), ("(K·O + 1)·F", "formula_no_channels"), ("(K·O + 1)·C·F", "formula_bias_per_channel")),
        ),
        Asked(
            ("the number of parameters of a fully connected layer from D inputs to F outputs, with the bias", "số tham số của lớp fully connected từ D input sang F output, tính cả bias"),
            "linear F", "D", "params", "(D + 1)·F",
            (("D·F + 1", "formula_bias_each_output"), ("D·F", "formula_no_bias"), ("D·F + D", "formula_bias_at_the_input"), ("D + F", "formula_sum_for_product")),
        ),
        Asked(
            ("the number of features after flattening C channels of M×N", "số feature sau khi flatten C channel kích thước M×N"),
            "flatten", "C,M,N", "features", "C·M·N",
            (("M·N", "formula_flat_channels"), ("C + M·N", "formula_sum_for_product"), ("C·(M + N)", "formula_sum_for_product"), ("C·M·N + 1", "formula_flat_bias")),
        ),
    ),
    "medium": (
        Asked(
            ("the height of the output of a convolution with kernel K×O, stride S×T and padding P×Q on an M×N input", "chiều cao output của tích chập kernel K×O, stride S×T, padding P×Q trên input M×N"),
            "conv F@KxO sSxT pPxQ", "C,M,N", "height", "⌊(M + 2P − K)/S⌋ + 1",
            (("⌈(M + 2P − K)/S⌉ + 1", "formula_ceil"), ("⌊(M + P − K)/S⌋ + 1", "formula_one_padding"), ("⌊(M + 2P − K)/S⌋", "formula_no_one"), ("⌊(M + 2P)/S⌋ + 1", "formula_no_kernel"), ("⌊(M + 2P − K + 1)/S⌋ + 1", "formula_one_inside_twice"), ("(M + 2P − K)/S + 1", "formula_no_floor")),
        ),
        Asked(
            ("the height of the output of a pooling with window K×O and stride S×T on an M×N input, no padding", "chiều cao output của pooling cửa sổ K×O, stride S×T trên input M×N, không padding"),
            "maxpool KxO sSxT", "C,M,N", "height", "⌊(M − K)/S⌋ + 1",
            (("⌈(M − K)/S⌉ + 1", "formula_ceil"), ("⌊M/S⌋ + 1", "formula_no_kernel"), ("⌊(M − K)/S⌋", "formula_no_one"), ("⌊(M − K + 1)/S⌋ + 1", "formula_one_inside_twice"), ("(M − K)/S + 1", "formula_no_floor")),
        ),
        Asked(
            ("the height of the output of a transposed convolution with kernel K×O, stride S×T and padding P×Q on an M×N input", "chiều cao output của tích chập chuyển vị kernel K×O, stride S×T, padding P×Q trên input M×N"),
            "convt F@KxO sSxT pPxQ", "C,M,N", "height", "(M − 1)·S − 2P + K",
            (("⌊(M + 2P − K)/S⌋ + 1", "formula_not_transposed"), ("M·S − 2P + K", "formula_m_minus_one"), ("(M − 1)·S + 2P + K", "formula_padding_added"), ("(M − 1)·S − P + K", "formula_one_padding"), ("(M − 1)·S − 2P", "formula_kernel_not_added")),
        ),
        Asked(
            ("the number of multiply-adds of F kernels of K×O on C channels of M×N, stride 1, no padding", "số phép nhân-cộng của F kernel K×O trên input C channel kích thước M×N, stride 1, không padding"),
            "conv F@KxO", "C,M,N", "macs", "C·F·K·O·(M − K + 1)·(N − O + 1)",
            (("C·F·K·O·M·N", "macs_at_the_input"), ("F·K·O·(M − K + 1)·(N − O + 1)", "channels_left_out_of_macs"), ("(C·K·O + 1)·F·(M − K + 1)·(N − O + 1)", "bias_in_macs"), ("C·F·K·O", "positions_left_out")),
        ),
    ),
    "hard": (
        Asked(
            ("the height of the output of a convolution with kernel K×O, stride S×T, padding P×Q and dilation D×E on an M×N input", "chiều cao output của tích chập kernel K×O, stride S×T, padding P×Q, dilation D×E trên input M×N"),
            "conv F@KxO sSxT pPxQ dDxE", "C,M,N", "height", "⌊(M + 2P − D(K − 1) − 1)/S⌋ + 1",
            (("⌊(M + 2P − D·K)/S⌋ + 1", "dilation_times_kernel"), ("⌊(M + 2P − K)/S⌋ + 1", "dilation_ignored"), ("⌊(M + P − D(K − 1) − 1)/S⌋ + 1", "formula_one_padding"), ("⌈(M + 2P − D(K − 1) − 1)/S⌉ + 1", "formula_ceil"), ("⌊(M + 2P − D(K − 1) − 1)/S⌋", "formula_no_one"), ("(M + 2P − D(K − 1) − 1)/S + 1", "formula_no_floor")),
        ),
        Asked(
            ("the height of the output of two 2×2 poolings (stride 2, no padding) in a row on an M×N input", "chiều cao output khi input M×N đi qua hai lớp pooling 2×2 liên tiếp (stride 2, không padding)"),
            "maxpool 2 > maxpool 2", "C,M,N", "height", "⌊M/4⌋",
            (("⌊M/2⌋", "formula_one_pool"), ("⌈M/4⌉", "formula_ceil"), ("⌊M/4⌋ + 1", "formula_one_too_many"), ("⌊(M − 4)/2⌋ + 1", "formula_strides_added"), ("M/4", "formula_no_floor")),
        ),
        Asked(
            ("the number of weights, without biases, of a depthwise convolution K×O on C channels followed by a 1×1 convolution to F channels", "số trọng số (không tính bias) của một lớp depthwise K×O trên C channel, tiếp theo là tích chập 1×1 ra F channel"),
            "conv KxO depthwise nobias > conv F@1x1 nobias", "C,M,N", "params", "C·K·O + C·F",
            (("C·F·K·O", "groups_ignored"), ("C·K·O·F + C·F", "groups_ignored"), ("K·O + C·F", "formula_depthwise_channels"), ("C·K·O + F", "formula_pointwise_channels")),
        ),
        Asked(
            ("the height of the output of two K×K convolutions (stride S, no padding) in a row on an M×N input", "chiều cao output khi input M×N đi qua hai lớp tích chập K×K liên tiếp (stride S, không padding)"),
            "conv F@KxK sS > conv F@KxK sS", "C,M,N", "height", "⌊(M − K − (K − 1)·S)/(S·S)⌋ + 1",
            (("⌊(M − 2K)/(S·S)⌋ + 1", "formula_kernels_added"), ("⌊(M − K)/S⌋ + 1", "formula_one_conv"), ("⌊(M − K − (K − 1)·S)/(2S)⌋ + 1", "formula_strides_added"), ("⌊(M − K)/(S·S)⌋ + 1", "formula_second_kernel")),
        ),
    ),
}  # fmt: skip


ASKED = {level: (*asked, *(across(one) for one in asked if one.of == "height")) for level, asked in _HEIGHTS.items()}


@kind("formula", "the formula in letters", "công thức tổng quát")
def formula(level: str, s: Draws) -> Draft | None:
    """The formula is chosen at half of the seeds, and written at the others."""
    asked = s.pick(ASKED[level])

    def steps() -> list[Two]:
        return [*_tried(asked), (asked.right, asked.right)]

    said = asked.said
    if s.steady.chance(2):
        text = (f"Which formula gives {said[0]}?", f"Công thức nào tính {said[1]}?")
        wrongs: list[Wrong] = [(shown, asked.mistake(name)) for shown, name in asked.wrong]
        return Draft(text, TextAnswer(asked.right), wrongs, steps, HINT)
    rounded = "⌊" in asked.right
    text = (
        f"Write the formula for {said[0]}." + (" floor(a/b) stands for ⌊a/b⌋." if rounded else ""),
        f"Viết công thức tính {said[1]}." + (" Dùng floor(a/b) cho ⌊a/b⌋." if rounded else ""),
    )
    wrongs = [(_read(shown), asked.mistake(name)) for shown, name in asked.wrong]
    return Draft(text, FormulaAnswer(asked.value, asked.right), wrongs, steps, HINT, choices=False)


# Small numbers for every letter.
_SMALL = {"C": 3, "M": 11, "N": 9, "F": 4, "K": 3, "O": 2, "S": 2, "T": 1, "P": 1, "Q": 0, "D": 2, "E": 1}


def _tried(asked: Asked) -> list[Two]:
    """The answer for small numbers, as the layers give it."""
    input_letters = asked.input.replace(",", " ").split()
    used = [letter for letter in _SMALL if letter in asked.right]
    given = _SMALL | ({"D": 20} if asked.input == "D" else {})
    net = re.sub(r"[A-Z]", lambda letter: str(given[letter[0]]), asked.net)
    value = _worked(net, ",".join(str(given[letter]) for letter in input_letters), asked.of)
    numbers = ", ".join(f"{letter} = {given[letter]}" for letter in used)
    return [(f"for example, {numbers}: {value}", f"ví dụ {numbers}: {value}")]


@cache
def _read(text: str) -> Ratio:
    return read_formula(text)


@cache
def _worked(net: str, x: str, of: str) -> Dim:
    traced = trace(parse(net), x)
    if of in ("height", "width"):
        return traced.output[1 if of == "height" else 2]
    return traced.output[0] if of == "features" else traced.params if of == "params" else traced.macs
