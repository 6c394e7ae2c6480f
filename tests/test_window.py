"""The window formula against counting windows one by one, and against torch's pools."""

import itertools

import pytest
import torch
from torch.nn import functional as F

from convcalc.scan import as_shape
from convcalc.shape import same_padding, window


def count_windows(m: int, k: int, s: int, p: int, d: int, ceil: bool) -> int:
    """How many places a window can stand, by trying every one."""
    places = 0
    for start in itertools.count(-p, s):
        fits = start + d * (k - 1) <= m + p - 1
        # With ceil a window may hang over the end, if it starts inside the input or the left padding.
        hangs = ceil and start < m and start - s + d * (k - 1) < m + p - 1
        if not fits and not hangs:
            return places
        places += 1


@pytest.mark.parametrize("ceil", [False, True])
def test_window_counts_windows(ceil: bool) -> None:
    for m, k, s, d in itertools.product(range(1, 14), range(1, 6), range(1, 6), range(1, 4)):
        for p in range(k // 2 + 1):
            if m + 2 * p >= d * (k - 1) + 1:
                assert window(m, k, s, p, d, ceil) == count_windows(m, k, s, p, d, ceil), (m, k, s, p, d)


def test_ceil_is_torchs_ceil_and_a_plain_ceil_is_not() -> None:
    plain_wrong = total = 0
    for m, k, s in itertools.product(range(3, 20), range(1, 5), range(1, 5)):
        for p in range(k // 2 + 1):
            if window(m, k, s, p, ceil=True) < 1:
                continue
            torchs = F.max_pool1d(torch.zeros(1, 1, m), k, s, p, ceil_mode=True).shape[-1]
            assert window(m, k, s, p, ceil=True) == torchs
            total += 1
            plain_wrong += -((m + 2 * p - k) // -s) + 1 != torchs
    assert plain_wrong > 0.05 * total


def test_same_padding_puts_the_odd_cell_at_the_end() -> None:
    assert same_padding(3, 1) == (1, 1)
    assert same_padding(4, 1) == (1, 2)
    assert same_padding(3, 2) == (2, 2)


@pytest.mark.parametrize("text", ["1,28,28", "1x28x28", "(1, 28, 28)", "[1,28,28]", " 1 , 28,28 ", "( 1,28,28 )"])
def test_shapes_are_read_in_any_usual_form(text: str) -> None:
    assert as_shape(text) == (1, 28, 28)


def test_shapes_of_other_kinds() -> None:
    assert as_shape("10") == (10,)
    assert as_shape("(10,)") == (10,)
    assert [str(size) for size in as_shape("C,M,N")] == ["C", "M", "N"]
    assert [str(size) for size in as_shape("CxM1x(2*N+1)")] == ["C", "M1", "2*N + 1"]
    assert as_shape([1, "M", 3])[0] == 1
    assert as_shape(torch.zeros(3, 4).shape) == (3, 4)
