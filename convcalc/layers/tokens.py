"""Fields of layers: how they stand in a spec, and what they may be."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeAlias

from convcalc.errors import SpecError
from convcalc.formula import Dim, Formula
from convcalc.notation import Written, show
from convcalc.shape import LARGEST_NUMBER

Axes: TypeAlias = "Dim | tuple[Dim, ...]"
ANY = object()


class Token:
    """How a field stands in a spec, and what it may be.

    `kind`: dim, axes, int (no letters), flag, choice, or one of the decimal kinds real, share, scale. `prefix`: "s" for s2x1. `place`: count (64@), size (3x3), plain (linear 10) or none.
    `words`: words that set the field by themselves ({"same": "same"}). `least`: the smallest number. `letters`: its letters in
    formulas, one for each axis. `options`: what a choice is among.
    """

    __slots__ = ("kind", "least", "letters", "options", "place", "prefix", "words")

    def __init__(
        self, kind: str, *, prefix: str = "", place: str = "", words: dict[str, Any] | None = None, least: int = 0,
        letters: str = "", options: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.kind, self.prefix, self.place, self.words = kind, prefix, place, words or {}
        self.least, self.letters, self.options = least, letters, options


def token(kind: str, default: Any = dataclasses.MISSING, **how: Any) -> Any:
    """A dataclass field that is written in a spec as `Token(kind, **how)` says."""
    return dataclasses.field(default=default, metadata={"token": Token(kind, **how)})


def show_value(value: Any) -> str:
    """A value as it is written in a spec: 3, K, 3x3, (5,), (2*F)."""
    if isinstance(value, tuple):
        # One value for exactly one axis is written as Python writes it: nn.Conv1d(…, 5) is conv (5,).
        return f"({show_value(value[0])},)" if len(value) == 1 else "x".join(show_value(v) for v in value)
    if isinstance(value, Formula):
        text = show(value, "python")
        return text if text.isalnum() else f"({text})"
    return str(value)


def show_token(name: str, how: Token, value: Any) -> str:
    """A field as it is written in a spec: a word, s2x1 or name=value."""
    for word, meaning in how.words.items():
        if meaning == value and type(meaning) is type(value):
            return word
    if how.prefix:
        return how.prefix + show_value(value)
    return f"{name}={show_value(value)}"


# Kinds of decimal numbers: the least and the largest, and how that is said.
_REALS = {
    "real": (-1e30, 1e30, "a number", "một số"),
    "share": (0.0, 1.0, "a number from 0 to 1", "một số từ 0 đến 1"),
    "scale": (
        1e-6,
        1e6,
        "a scale from 0.000001 to 1000000, such as 2 or 0.5",
        "một tỉ lệ từ 0.000001 đến 1000000, ví dụ 2 hoặc 0.5",
    ),
}


def checked(layer_name: str, name: str, how: Token, value: Any) -> Any:
    """The value of a field, or a `SpecError` that says what it must be."""

    def wrong(expected: str, expected_vi: str) -> SpecError:
        shown = show_value(value) if isinstance(value, tuple | Formula) else repr(value)
        return SpecError(
            "bad_value", layer_name=layer_name, field=name, value=shown, expected=expected, expected_vi=expected_vi
        )

    if how.words and any(value == w and type(value) is type(w) for w in how.words.values()):
        return value
    if how.kind == "flag":
        if isinstance(value, bool):
            return value
        raise wrong("True or False", "True hoặc False")
    if how.kind == "choice":
        if value in how.options:
            return value
        options = ", ".join(how.options or how.words)
        raise wrong(f"one of {options}", f"một trong {options}")
    if how.kind in _REALS:
        low, high, expected, expected_vi = _REALS[how.kind]
        several = value if isinstance(value, tuple) and how.kind == "scale" and value else (value,)
        if all(isinstance(v, int | float) and not isinstance(v, bool) and low <= v <= high for v in several):
            return value
        raise wrong(expected, expected_vi)
    many = value if isinstance(value, tuple) and how.kind == "axes" else (value,)
    for v in many:
        if isinstance(v, Formula | Written) and how.kind != "int":
            continue
        if not isinstance(v, int) or isinstance(v, bool) or not many or v < how.least:
            raise wrong(f"a whole number, at least {how.least}", f"số nguyên từ {how.least} trở lên")
        if v > LARGEST_NUMBER:
            raise SpecError("number_too_large", value=str(v)[:30], limit=LARGEST_NUMBER)
    if not many:
        raise wrong(f"a whole number, at least {how.least}", f"số nguyên từ {how.least} trở lên")
    return value
