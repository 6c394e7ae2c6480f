"""Small numbers for a picture where none are given: the same for the same shape, easy to follow by eye."""

from __future__ import annotations

from math import prod

from convcalc.numbers import Array


def example_data(shape: tuple[int, ...]) -> Array:
    """Whole numbers from 0 to 4, without a pattern that the eye takes for a rule."""
    return Array(shape, [(7 * i * i + 3 * i + i // 5) % 11 % 5 for i in range(prod(shape))])


def example_kernel(shape: tuple[int, ...]) -> Array:
    """1 in the first column, −1 in the last, 0 between: vertical edges, as on the slides; 1 where there is one column."""
    columns = shape[-1]
    return Array(
        shape, [1 if i % columns == 0 else -1 if i % columns == columns - 1 else 0 for i in range(prod(shape))]
    )
