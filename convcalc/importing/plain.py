"""Python's own functions and methods that code may use on plain values while it is read; nothing else is ever called."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

# A list longer, or a number larger, than any model needs.
LONGEST = 20_000
LARGEST = 10**18


class Beyond(Exception):
    """What Python would do, but is not followed here."""


def _range(*args: int) -> range:
    made = range(*args)
    if len(made) > LONGEST:
        raise Beyond("so long a range is not followed")
    return made


def _text(value: Any = "") -> str:
    if not isinstance(value, int | float | str | bool | None):
        raise Beyond("only numbers and texts are made texts of")
    return str(value)[:1000]


def _round(value: float, places: int | None = None) -> Any:
    if places is not None and abs(places) > 20:
        raise Beyond("so many places are not followed")
    return round(value, places)


def _sum(items: Any, start: Any = 0) -> Any:
    return sum(items, start)


def checked_size(value: Any) -> Any:
    """A value that is not absurdly large."""
    if (isinstance(value, int) and abs(value) > LARGEST) or (
        isinstance(value, list | tuple | str) and len(value) > LONGEST
    ):
        raise Beyond("so large a value is not followed")
    return value


BUILTINS: dict[str, Callable[..., Any]] = {
    "range": _range, "len": len, "list": lambda *a: list(*a), "tuple": lambda *a: tuple(*a), "dict": lambda *a, **k: dict(*a, **k),
    "enumerate": lambda *a, **k: list(enumerate(*a, **k)), "zip": lambda *a, **k: list(zip(*a, strict=k.get("strict", False))), "reversed": lambda a: list(reversed(a)),
    "sorted": lambda a, reverse=False: sorted(a, reverse=reverse), "int": int, "float": float, "str": _text, "bool": bool, "max": max, "min": min,
    "sum": _sum, "abs": abs, "round": _round, "any": any, "all": all, "set": lambda *a: sorted(set(*a)),
}  # fmt: skip

MATH: dict[str, Callable[..., Any]] = {
    name: getattr(math, name) for name in ("sqrt", "floor", "ceil", "log2", "log", "prod", "gcd", "pow", "isqrt")
}  # fmt: skip

METHODS: dict[type, tuple[str, ...]] = {
    list: ("append", "extend", "insert", "pop", "copy", "reverse", "index", "count"),
    tuple: ("index", "count"),
    dict: ("items", "keys", "values", "get", "copy", "update", "pop"),
    str: ("lower", "upper", "startswith", "endswith", "strip", "replace"),
}
