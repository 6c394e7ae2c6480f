"""Formulas: their normal form, their text, and their values against plain integers and sympy."""

import itertools
import math
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from convcalc.bounds import larger, never_negative, smaller
from convcalc.formula import Dim, Formula, symbol
from convcalc.notation import show
from convcalc.shape import Condition, simplify
from convcalc.symbolic import equal, from_sympy, to_sympy

M, N, K, S, P, C, F = map(symbol, "MNKSPCF")


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (M - M + 3, "3"),
        ((M + 2 * P - K) // S + 1, "(M + 2*P - K)//S + 1"),
        ((M + 2 - 3) // 2 + 1, "(M + 1)//2"),
        ((M - 5) // 2 + 1, "(M - 3)//2"),
        ((M // 2) // 3, "M//6"),
        (((M - 1) // 2 + 1) // 2, "(M + 1)//4"),
        ((2 * M + 1) // 2, "M"),
        ((4 * M + 7) // 6, "(2*M + 3)//3"),
        (((M // S) + 1) // 2, "(M + S)//(2*S)"),
        ((M * S + K) // S, "M + K//S"),
        (F * C * K + F, "F*(C*K + 1)"),
        (10 * F + 10, "10*(F + 1)"),
        ((M - 1) * S - 2 * P + K, "S*(M - 1) + K - 2*P"),
        ((M - 2) * (N - 2) * 6, "6*(M - 2)*(N - 2)"),
        (2 * (M // 2), "2*(M//2)"),
        (-((-M) // 2), "M - M//2"),
        (smaller(K, S), "min(K, S)"),
        (3 // S, "3//S"),
    ],
)
def test_normal_form(formula: Dim, text: str) -> None:
    assert str(formula) == text


def test_a_chain_of_windows_is_one_floor() -> None:
    x: Dim = M
    for _ in range(5):
        x = (x + 2 - 3) // 2 + 1
    assert str(x) == "(M + 31)//32"
    assert show(x) == "⌊(M + 31)/32⌋"
    assert show(x, "latex") == r"\left\lfloor \frac{M + 31}{32} \right\rfloor"


def test_groups_are_equal_to_what_they_multiply_out_to() -> None:
    assert (M - 1) * (N + 2) == M * N + 2 * M - N - 2
    assert hash((M - 1) * (N + 2)) == hash(M * N + 2 * M - N - 2)
    assert M + 1 != M
    assert M != 3


# A random calculation, as Python text over letters: each is computed with ints, formulas and sympy.
numbers = st.integers(1, 9).map(str)
letters = st.sampled_from(["M", "N", "K"])
expressions = st.recursive(
    numbers | letters,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, st.integers(1, 7)).map(lambda t: f"({t[0]} // {t[1]})"),
        st.tuples(inner, letters).map(lambda t: f"({t[0]} // {t[1]})"),
    ),
    max_leaves=8,
)


def compute(text: str, values: dict[str, Any]) -> Any:
    return eval(text, {"__builtins__": {}}, values)  # the text is this test's own, from the strategy above


@given(expressions, st.tuples(*[st.integers(1, 40)] * 3))
@settings(max_examples=400)
def test_a_formula_has_the_value_of_the_same_calculation(text: str, numbers: tuple[int, int, int]) -> None:
    values = dict(zip("MNK", numbers, strict=True))
    formula = compute(text, {"M": M, "N": N, "K": K})
    expected = compute(text, values)
    assert (formula.at(values) if isinstance(formula, Formula) else formula) == expected
    if isinstance(formula, Formula):
        # The printed text is Python with the same value.
        assert compute(str(formula), values | {"min": min, "max": max}) == expected


@given(expressions)
@settings(max_examples=60)
def test_sympy_takes_and_gives_back_the_same_value(text: str) -> None:
    formula = compute(text, {"M": M, "N": N, "K": K})
    expression = to_sympy(formula)
    for numbers in ((1, 2, 3), (7, 5, 2), (30, 11, 4)):
        values = dict(zip("MNK", numbers, strict=True))
        ours = formula.at(values) if isinstance(formula, Formula) else formula
        theirs = expression.subs({sympy.Symbol(n, integer=True, positive=True): v for n, v in values.items()})
        assert theirs == ours
    back = from_sympy(expression)
    assert equal(back, formula) in (True, None)


def test_sympy_symbols_are_sizes() -> None:
    import convcalc as cc

    m = sympy.Symbol("M", integer=True, positive=True)
    traced = cc.trace(cc.parse("conv 3x3 s2 p1"), (1, m, 28))
    assert [str(size) for size in traced.output] == ["1", "(M + 1)//2", "14"]
    with pytest.raises(ValueError, match="whole-number"):
        from_sympy(m / 2)


def test_equal() -> None:
    assert equal((M + 1) // 2, M // 2 + M - 2 * (M // 2)) in (True, None)
    assert equal((M + 1) // 2, M // 2) is False
    assert equal((M - K) // S + 1, (M - K + S) // S) is True
    assert equal(M + 1, M) is False


@given(expressions)
@settings(max_examples=200)
def test_a_shown_sign_is_right(text: str) -> None:
    formula = compute(text, {"M": M, "N": N, "K": K})
    shown = never_negative(formula)
    for numbers in itertools.product((1, 2, 3, 10), repeat=3):
        value = formula.at(dict(zip("MNK", numbers, strict=True))) if isinstance(formula, Formula) else formula
        assert shown is None or (value >= 0) == shown


def test_smaller_and_larger_are_decided_where_the_sign_is_known() -> None:
    assert smaller(M, M + 1) == M
    assert larger(M, 2 * ((M - 1) // 2) + 2) == 2 * ((M - 1) // 2) + 2
    assert smaller(3, 5) == 3
    low: Dim = smaller(K, S)
    assert isinstance(low, Formula)
    assert low.at({"K": 2, "S": 3}) == 2


@pytest.mark.parametrize(
    ("conditions", "left"),
    [
        ([Condition(M + 2 * P, ">=", K)], ["M + 2*P >= K"]),
        ([Condition(M, ">=", 5), Condition((M - 1) // 2, ">=", 5)], ["M >= 11"]),
        ([Condition(M + 2, ">=", 3)], []),
        ([Condition(M, ">=", 32), Condition(M + N, ">=", 20)], ["M >= 32"]),
        ([Condition(2 * (M // 3) - 7, ">=", 0)], ["2*(M//3) >= 7"]),
        ([Condition(S, "divides", C)], ["C % S == 0"]),
        ([Condition((M + 1) // 2, "==", M // 2)], ["(M + 1)//2 == M//2"]),
    ],
)
def test_conditions_are_simplified(conditions: list[Condition], left: list[str]) -> None:
    assert [c.text() for c in simplify(conditions)] == left


@given(st.integers(1, 60), st.integers(1, 5), st.integers(1, 4), st.integers(0, 2))
def test_simplified_conditions_hold_where_the_full_ones_do(m: int, k: int, s: int, p: int) -> None:
    inner = (M + 2 * p - k) // s + 1
    full = [Condition(M + 2 * p, ">=", k), Condition(inner, ">=", 3)]
    assert all(c.holds({"M": m}) for c in full) == all(c.holds({"M": m}) for c in simplify(full))


@pytest.mark.parametrize(
    "condition",
    [
        Condition(2 * F, "divides", C + 1),
        Condition(S, "divides", C),
        Condition(M + 2 * P, ">=", K),
        Condition(9, ">=", K),
        Condition(M // 2, "==", N),
    ],
)
def test_a_condition_reads_as_python(condition: Condition) -> None:
    for numbers in itertools.product((1, 2, 3, 5, 8), repeat=3):
        values = {
            "M": numbers[0],
            "N": numbers[1],
            "K": numbers[2],
            "P": numbers[0],
            "C": numbers[1],
            "S": numbers[2],
            "F": numbers[0],
        }
        assert compute(condition.text(), values) == condition.holds(values)


@given(st.integers(-9, 9), st.integers(-9, 9), st.integers(1, 9), st.integers(1, 9))
def test_divisors_of_any_sign(a: int, b: int, m: int, p: int) -> None:
    formula = ((a - M) // P) // (b * P + 1 - 3 * P)
    divisor = b * p + 1 - 3 * p
    if divisor and isinstance(formula, Formula):
        assert formula.at({"M": m, "P": p}) == ((a - m) // p) // divisor


def test_math_is_exact_for_large_numbers() -> None:
    big = (M * M + 7) // 3
    assert isinstance(big, Formula)
    assert big.at({"M": 10**30}) == (10**60 + 7) // 3
    assert math.isqrt(10**60) == 10**30
