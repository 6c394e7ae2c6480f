"""What the parts of the code reader share: how far it has come, and what each part asks of the others."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from convcalc.errors import ConvcalcError
from convcalc.importing.build import Builder
from convcalc.importing.plain import Beyond
from convcalc.importing.things import Scope, Unread, UserFunction, cannot, stops

MOST_STEPS = 300_000
# Items of one list or text, and of all that are made.
MOST_ITEMS = 20_000
MOST_SPENT = 3_000_000
DEEPEST = 60


class Reading:
    """Follows code; calls of layers on tensors go to `build`."""

    def __init__(self) -> None:
        self.build = Builder()
        self.steps = 0
        self.depth = 0
        self.called: set[int] = set()  # id of the leaves that were applied
        self.globals: Scope = {}  # the names of the file
        self.imports = False  # whether the file imports anything: then it must import torch itself
        self.in_forward = 0
        self.line = 1  # that was read last
        self.spent = 0
        self.swapped: ast.AST | None = None  # where the input's batch and length are swapped (x.T)

    def run(self, statements: Sequence[ast.stmt], scope: Scope) -> None:
        """Follow statements."""
        raise NotImplementedError

    def eval(self, e: ast.expr, scope: Scope) -> Any:
        """What an expression stands for."""
        raise NotImplementedError

    def several(self, elements: Sequence[ast.expr], scope: Scope) -> list[Any]:
        """What several expressions stand for, with *starred ones taken apart."""
        raise NotImplementedError

    def store(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Give a value a name."""
        raise NotImplementedError

    def call(self, e: ast.AST, f: Any, args: list[Any], named: dict[str, Any]) -> Any:
        """Call a function, class or module of the code, or one of torch's."""
        raise NotImplementedError

    def library(self, e: ast.AST, f: Any, args: list[Any], named: dict[str, Any]) -> Any:
        """Call a function or class of torch's or Python's."""
        raise NotImplementedError

    def torch_call(self, e: ast.AST, name: str, args: list[Any], named: dict[str, Any]) -> Any:
        """Call a function or method of torch's on tensors."""
        raise NotImplementedError

    def function_of(self, node: Any, scope: Scope) -> UserFunction:
        """A function with its defaults, which Python works out where it is defined."""
        made = UserFunction(node, scope)
        spec = node.args
        names = [a.arg for a in (*spec.posonlyargs, *spec.args)]
        pairs = [*zip(names[len(names) - len(spec.defaults) :], spec.defaults, strict=True)]
        pairs += [(a.arg, d) for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None]
        for name, default in pairs:
            try:
                made.defaults[name] = self.eval(default, scope)
            except ConvcalcError as error:
                made.defaults[name] = Unread(error)
        return made

    def spend(self, node: ast.AST, value: Any) -> None:
        """Count what a value takes; code that makes too much is not followed."""
        size = len(value) if isinstance(value, list | tuple | str | dict) else 0
        self.spent += size
        if size > MOST_ITEMS or self.spent > MOST_SPENT:
            raise cannot(node, "code that makes so large lists", "code tạo danh sách quá lớn")

    def step(self, node: ast.AST) -> None:
        """Count a step; code that takes too many is not followed."""
        self.steps += 1
        self.line = getattr(node, "lineno", self.line)
        if self.steps > MOST_STEPS:
            raise cannot(node, "code with so many steps", "code có quá nhiều bước")

    def plain(self, e: ast.AST, f: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """A call of Python's own on plain values; its error is what Python would stop with."""
        try:
            made = f(*args, **named)
        except Beyond:
            raise cannot(e, f"'{ast.unparse(e)[:60]}', whose value is too large or of no plain kind,", f"'{ast.unparse(e)[:60]}'") from None  # fmt: skip
        except (TypeError, ValueError, IndexError, KeyError, ZeroDivisionError, AttributeError, OverflowError) as error:
            raise stops(e, f"{type(error).__name__}: {str(error)[:100]}") from None
        self.spend(e, made)
        for one in args:
            self.spend(e, one)
        return made

    def check_home(self, e: ast.AST, home: str, name: str) -> None:
        raise NotImplementedError

    def refuse(self, e: ast.AST) -> Any:
        raise cannot(e, f"'{ast.unparse(e)[:60]}'")

    def note(self, en: str, vi: str) -> None:
        if (en, vi) not in self.build.notes:
            self.build.notes.append((en, vi))
