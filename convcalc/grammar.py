"""How the tokens of a layer are written, from the fields of its class; and what was probably meant."""

from __future__ import annotations

from typing import Any, NamedTuple

from convcalc.layers.base import Layer


class Grammar(NamedTuple):
    """How one class's tokens are written."""

    words: dict[str, tuple[str, Any]]
    prefixes: dict[str, str]
    counted: str | None
    size: str | None
    plain: tuple[str, ...]
    seen: dict[str, dict[str, Any]]  # tokens read before, with what they set


_grammars: dict[str, Grammar] = {}


def grammar(cls: type[Layer]) -> Grammar:
    """How the tokens of a class are written, from its fields."""
    known = _grammars.get(cls.name)
    if known is None:
        known = _grammars[cls.name] = _read_fields(cls)
    return known


def _read_fields(cls: type[Layer]) -> Grammar:
    words = {word: (name, value) for name, how in cls.tokens.items() for word, value in how.words.items()}
    prefixes = {how.prefix: name for name, how in cls.tokens.items() if how.prefix}

    def placed(place: str) -> list[str]:
        return [name for name, how in cls.tokens.items() if how.place == place]

    count, size = next(iter(placed("count")), None), next(iter(placed("size")), None)
    return Grammar(words, prefixes, count, size, tuple(placed("plain")), {})


def usage(cls: type[Layer]) -> str:
    """The tokens of a layer in a line: "KxO kernel_size, s stride, same, nobias"."""
    g = grammar(cls)
    parts = ["F@ " + g.counted] if g.counted else []
    parts += ["KxO " + g.size] if g.size else []
    parts += [name.upper() for name in g.plain]
    parts += [f"{prefix} {name}" for prefix, name in g.prefixes.items()]
    parts += list(g.words)
    named = {g.counted, g.size, *g.plain, *g.prefixes.values(), *(name for name, _ in g.words.values())}
    parts += [f"{name}=" for name in cls.tokens if name not in named]
    return ", ".join(parts) or "nothing"


def did_you_mean(name: str, known: list[str]) -> dict[str, str]:
    """The values `near` and `near_vi` of an error: the closest known name, if one is close."""
    from difflib import get_close_matches

    near = get_close_matches(name.lower()[:40], known, 1, 0.6)
    return (
        {"near": f"Did you mean {near[0]}?", "near_vi": f"Có phải ý là {near[0]}?"}
        if near
        else {"near": "", "near_vi": ""}
    )
