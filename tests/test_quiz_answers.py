"""The reader of answers: every sensible form is understood, what could mean two things is asked about, nothing else is taken."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcalc.arithmetic import as_dim, read_formula
from convcalc.formula import Dim
from convcalc.numbers import Array
from convcalc.quiz.answers import (
    Answer,
    FormulaAnswer,
    MatrixAnswer,
    NumberAnswer,
    ShapeAnswer,
    SizesAnswer,
    TableAnswer,
    TextAnswer,
)
from convcalc.quiz.grading import grade, read_choice
from convcalc.quiz.kinds.formulas import ASKED
from convcalc.quiz.making import make
from convcalc.quiz.question import Choice
from convcalc.quiz.reading import Unreadable, read_number


def _value(text: str) -> Dim:
    found = as_dim(read_formula(text))
    assert not isinstance(found, Fraction)
    return found


NUMBERS: list[tuple[str, Any]] = [
    ("1216", 1216),
    (" 1216 ", 1216),
    ("-3", -3),
    ("−3", -3),
    ("+4", 4),
    ("1.5", Fraction(3, 2)),
    ("0,25", Fraction(1, 4)),
    (".25", Fraction(1, 4)),
    ("0.125", Fraction(1, 8)),
    ("0,125", Fraction(1, 8)),
    ("5/2", Fraction(5, 2)),
    ("1,234,567", 1234567),
    ("1.234.567", 1234567),
    ("1 234 567", 1234567),
    ("1.234,5", Fraction(2469, 2)),
    ("1,234.5", Fraction(2469, 2)),
    ("12345,678", Fraction(12345678, 1000)),
    ("3*3*16 + 16", 160),
    ("3·3·16", 144),
    ("(5*5*6 + 1)*16", 2416),
    ("= 42", 42),
    ("42 tham số", 42),
    ("42 params", 42),
    ("42 bytes", 42),
]


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_numbers(text: str, value: Any) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize("text", ["1,216", "1.216", "12.345", "-1,216"])
def test_a_mark_that_could_mean_two_things_is_asked_about(text: str) -> None:
    with pytest.raises(Unreadable) as error:
        read_number(text)
    whole = text.replace(",", "").replace(".", "").lstrip("-")
    assert all(whole in said for said in error.value.said)


@pytest.mark.parametrize("text", ["", "a", "1,2.3,4", "1..2", "1e3", "12 34", "1,23,456", "1.2.3", "5/0", "2**99999999", "9**9**9**9", "x+1", "0x10", "١٢", "nan", "inf"])  # fmt: skip
def test_no_numbers(text: str) -> None:
    with pytest.raises(Unreadable):
        read_number(text)


SHAPES = [
    "(32, 24, 24)", "[32, 24, 24]", "32x24x24", "32 24 24", "32,24,24", "32×24×24", "32*24*24", "torch.Size([32, 24, 24])",
    "(32; 24; 24)", " 32 x 24 x 24 ", "[-1, 32, 24, 24]", "(-1, 32, 24, 24)", "32, 24, 24.", "shape (32, 24, 24)", "shape = 32x24x24",
]  # fmt: skip


@pytest.mark.parametrize("text", SHAPES)
def test_shapes(text: str) -> None:
    answer = ShapeAnswer((32, 24, 24))
    assert answer.read(text) == answer.value


def test_a_shape_of_another_length_is_wrong_not_unreadable() -> None:
    answer = ShapeAnswer((32, 24, 24))
    assert answer.score(answer.read("(32, 24)")) == 0
    assert answer.score(answer.read("(1, 32, 24, 24)")) == 0


@pytest.mark.parametrize("text", ["29, 30", "29 30", "29 và 30", "29 and 30", "{29, 30}", "29 đến 30", "29-30", "29..30", "từ 29 đến 30", "30, 29"])  # fmt: skip
def test_sizes(text: str) -> None:
    assert SizesAnswer(frozenset({29, 30})).read(text) == {29, 30}


@pytest.mark.parametrize("text", ["1 2; 3 4", "[[1, 2], [3, 4]]", "1, 2; 3, 4", "1 2\n3 4", "[1 2] [3 4]", "1.0 2.0; 3 4", "1,0 2,0; 3,0 4,0"])  # fmt: skip
def test_matrices(text: str) -> None:
    answer = MatrixAnswer(Array((2, 2), [1, 2, 3, 4]))
    assert answer.score(answer.read(text)) == 1


def test_a_matrix_with_one_wrong_cell_is_partly_right() -> None:
    answer = MatrixAnswer(Array((2, 2), [1, 2, 3, 4]))
    assert answer.score(answer.read("1 2; 3 5")) == Fraction(3, 4)
    assert answer.score(answer.read("1 2 3 4")) == 0


FORMULAS = [
    ("easy", 0, ["M-K+1", "M − K + 1", "1 + M - K", "(M - K) + 1", "H_out = M - K + 1", "floor(M - K) + 1", "m-k+1"]),
    ("easy", 1, ["(K*O*C+1)*F", "K*O*C*F + F", "F(1 + KOC)", "F·K·O·C + F"]),
    ("medium", 0, ["floor((M+2P-K)/S)+1", "⌊(M + 2P − K)/S⌋ + 1", "floor((M + 2*P - K + S)/S)", "(M+2P-K)//S + 1"]),
    ("hard", 1, ["floor(M/4)", "floor(floor(M/2)/2)", "M//4", "M//2//2"]),
    ("hard", 3, ["⌊(⌊(M−K)/S⌋ + 1 − K)/S⌋ + 1", "floor((M-K-(K-1)*S)/S^2)+1", "⌊(M − K − (K − 1)S)/S²⌋ + 1"]),
]


@pytest.mark.parametrize(("level", "place", "texts"), FORMULAS)
def test_formulas_by_equality(level: str, place: int, texts: list[str]) -> None:
    asked = ASKED[level][place]
    answer = FormulaAnswer(asked.value)
    for text in texts:
        assert answer.score(answer.read(text)) == 1, text
    for wrong, _ in asked.wrong:
        assert answer.score(answer.read(wrong)) == 0, wrong


def test_a_formula_is_never_run() -> None:
    answer = FormulaAnswer(_value("M"))
    for text in [
        "__import__('os').system('x')",
        "M.__class__",
        "lambda: 1",
        "'M'",
        "M if M else M",
        "9**9**9**9",
    ]:
        with pytest.raises(Unreadable):
            answer.read(text)


def test_tables() -> None:
    answer = TableAnswer(((("a", "a"), ShapeAnswer((6, 24, 24))), (("b", "b"), NumberAnswer(156))))
    assert answer.score(answer.read("(6, 24, 24); 156")) == 1
    assert answer.score(answer.read("a = 6x24x24; b = 156")) == 1
    assert answer.score(answer.read("6 24 24\n157")) == Fraction(1, 2)
    for text in ["(6, 24, 24)", "(6, 24, 24); 156; 7", "(6, 24, 24); many"]:
        with pytest.raises(Unreadable):
            answer.read(text)


def test_choices_by_letter_number_or_text() -> None:
    question = make("output-shape", "easy", 5)
    assert question.choices is not None
    for i, choice in enumerate(question.choices):
        for text in (
            "abcd"[i],
            "ABCD"[i],
            f"{'abcd'[i]})",
            f"({'abcd'[i]})",
            f"{'abcd'[i]}.",
            str(i + 1),
            choice.text[0],
        ):
            assert read_choice(question, text) == i
        assert read_choice(question, " ".join(map(str, choice.value))) == i
    with pytest.raises(Unreadable):
        read_choice(question, "(1, 2, 3)")


def test_a_number_that_could_be_a_value_or_a_place_is_asked_about() -> None:
    """With the choices 3, 6, 2, 1 the answer 3 could be the value or the third; 4 is no value, and may have been meant as one."""
    base = make("linear-in", "easy", 1)
    assert base.choices is not None
    wrong = next(c.mistake for c in base.choices if c.mistake is not None)
    choices = tuple(Choice((str(v), str(v)), None if v == 3 else wrong, v) for v in (3, 6, 2, 1))
    question = replace(base, choices=choices, key=0, answer=NumberAnswer(3))
    for text in ("1", "2", "3", "4"):
        with pytest.raises(Unreadable, match="could"):
            read_choice(question, text)
    assert read_choice(question, "6") == 1
    assert read_choice(question, "b) 6") == 1
    with pytest.raises(Unreadable, match="something else"):
        read_choice(question, "a) 6")


READ_WITH_CARE = [
    (NumberAnswer(1216), "(1,216)"),
    (NumberAnswer(1216), "1,216*1"),
    (NumberAnswer(1232), "1,216 + 16"),
    (ShapeAnswer((3136,)), "3,136"),
    (SizesAnswer(frozenset({53, 54, 55, 56})), "[53, 56]"),
    (SizesAnswer(frozenset({29, 30})), "30 to 29"),
    (MatrixAnswer(Array((1, 2), [Fraction(3, 2), Fraction(5, 2)])), "1,5; 2,5"),
    (FormulaAnswer(_value("(K·O·C + 1)·F")), "(K*O*C1+1)*F"),
    (FormulaAnswer(_value("(K·O·C + 1)·F")), "K2"),
    (FormulaAnswer(_value("M")), "((((9^9)^9)^9)^9)"),
    (NumberAnswer(3), "((((9^9)^9)^9)^9)"),
]


@pytest.mark.parametrize(("answer", "text"), READ_WITH_CARE)
def test_it_is_asked_about_rather_than_guessed(answer: Answer, text: str) -> None:
    with pytest.raises(Unreadable):
        answer.read(text)


def test_what_a_student_typed_moves_no_cursor() -> None:
    with pytest.raises(Unreadable) as error:
        read_number("\x1b]0;x\x07\x1b[2J")
    assert "\x1b" not in "".join(error.value.said)


def test_a_formula_beyond_all_bounds_is_refused_at_once() -> None:
    question = make("formula", "easy", 1)
    for seed in range(20):
        question = make("formula", "hard", seed)
        if question.choices is None:
            break
    for text in ("(C+D+E+F+K+M)^9", "(C+D+E+F+K+M)^9 + (C+D+E+F+K+M)^8", "M^9*M^9*M^9*M^9*M^9*M^9*M^9*M^9"):
        with pytest.raises(Unreadable):
            grade(question, text)


# --- whatever is written ----------------------------------------------------------------------------------------------

ANSWERS: list[Answer] = [
    NumberAnswer(12),
    ShapeAnswer((3, 4, 5)),
    SizesAnswer(frozenset({3, 4})),
    MatrixAnswer(Array((2, 2), [1, 2, 3, 4])),
    FormulaAnswer(_value("M − K + 1")),
    TextAnswer("nn.ReLU()"),
    TableAnswer(((("a", "a"), NumberAnswer(1)), (("b", "b"), NumberAnswer(2)))),
]
WRITTEN = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789 .,;()[]+-*/x×−MKSP=", max_size=30),
    st.from_regex(r"[\d.,]{1,12}", fullmatch=True),
    st.text(alphabet="0123456789^*()CDFKM+x", max_size=30),
)


@given(WRITTEN)
def test_a_text_is_read_or_refused(text: str) -> None:
    """Nothing but `Unreadable` is ever raised; what is read can be graded and shown in both languages."""
    for answer in ANSWERS:
        try:
            value = answer.read(text)
        except Unreadable as error:
            assert all(error.said)
            continue
        assert 0 <= answer.score(value) <= 1
        assert answer.show(value, "en")
        assert answer.show(value, "vi")


@given(WRITTEN)
def test_a_choice_is_read_or_refused(text: str) -> None:
    for kind in ("output-shape", "params", "which-line", "code-runs", "formula"):
        question = make(kind, "easy", 7)
        try:
            assert grade(question, text).score in (0, 1)
        except Unreadable as error:
            assert all(error.said)


@given(st.integers(-(10**9), 10**9), st.sampled_from(["{}", " {} ", "= {}", "{} tham số"]))
def test_whole_numbers(number: int, form: str) -> None:
    assert read_number(form.format(number)) == number


@given(st.integers(10**3, 10**12), st.sampled_from(",. "))
def test_thousands(number: int, mark: str) -> None:
    text = f"{number:,}".replace(",", mark)
    if text.count(mark) == 1 and mark != " ":
        with pytest.raises(Unreadable):
            read_number(text)
    else:
        assert read_number(text) == number


@given(st.integers(-(10**6), 10**6), st.integers(1, 6), st.sampled_from(",."))
def test_decimals(number: int, places: int, mark: str) -> None:
    """A decimal with a comma or a point, unless it could be thousands."""
    value = Fraction(number, 10**places)
    digits = str(abs(number)).rjust(places + 1, "0")
    whole, decimals = digits[:-places], digits[-places:]
    text = ("-" if number < 0 else "") + whole + mark + decimals
    if places == 3 and whole != "0" and len(whole) <= 3:
        with pytest.raises(Unreadable):
            read_number(text)
    else:
        assert read_number(text) == value


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=5), st.sampled_from(["({})", "[{}]", "{}", "torch.Size([{}])"]), st.sampled_from([", ", ",", " ", "x", "×", ";"]))  # fmt: skip
def test_any_shape(sizes: list[int], form: str, between: str) -> None:
    answer = ShapeAnswer(tuple(sizes))
    assert answer.read(form.format(between.join(map(str, sizes)))) == tuple(sizes)


@given(st.integers(1, 3), st.integers(1, 4), st.data())
def test_any_matrix(rows: int, columns: int, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.integers(-99, 99), min_size=rows * columns, max_size=rows * columns))
    answer = MatrixAnswer(Array((rows, columns), list(values)))
    assert answer.score(answer.read(answer.right("en"))) == 1
    nested = "[" + ", ".join(str(values[i * columns : (i + 1) * columns]) for i in range(rows)) + "]"
    assert answer.score(answer.read(nested)) == 1
