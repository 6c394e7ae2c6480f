"""A call of PyTorch's, and the table of rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convcalc.errors import SpecError
from convcalc.importing.build import Builder, Part, Value
from convcalc.spec import parse


class Unreadable(Exception):
    """A call that has no rule, or not with these arguments."""


class Mistaken(Exception):
    """A call that does not do what its author means, said in both languages."""

    def __init__(self, en: str, vi: str) -> None:
        super().__init__(en)
        self.said = (en, vi)


class Call:
    """A call: its tensors and arguments by name, with the defaults of torch."""

    def __init__(self, build: Builder, name: str, args: Sequence[Any], named: dict[str, Any], line: int | None) -> None:
        self.build, self.name, self.args, self.named, self.line = build, name, list(args), dict(named), line

    def value(self, place: int = 0, name: str = "input") -> Value:
        found = self.args[place] if place < len(self.args) else self.named.get(name)
        if not isinstance(found, Value):
            raise Unreadable(f"{self.name} of something that is not a tensor")
        return found

    def get(self, place: int, name: str, default: Any = None) -> Any:
        return self.args[place] if place < len(self.args) else self.named.get(name, default)

    def layer(self, text: str) -> Value:
        """The spec on the first tensor."""
        try:
            layer = parse(text)
        except SpecError as error:
            raise Unreadable(error.message()) from None
        return self.build.apply(layer, self.value(), Part(self.name, self.line))


Rule = Callable[[Call], Any]
RULES: dict[str, Rule] = {}


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Make a function the rule of calls of these names."""

    def register(made: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, made))
        return made

    return register


def sizes(value: Any, what: str) -> str:
    """A number or a tuple of numbers as it is written in a spec."""
    if isinstance(value, bool) or not isinstance(value, int | tuple | list):
        raise Unreadable(f"{what} that is not a number")
    if isinstance(value, int):
        return str(value)
    if not value or not all(isinstance(v, int) and not isinstance(v, bool) for v in value):
        raise Unreadable(f"{what} that is not made of numbers")
    return f"({value[0]},)" if len(value) == 1 else "x".join(map(str, value))
