"""Statements of Python code, followed one by one."""

from __future__ import annotations

import ast
import operator
from collections.abc import Sequence
from typing import Any

from convcalc.errors import ConvcalcError
from convcalc.importing.build import Size, Sizes, Value
from convcalc.importing.reading import Reading
from convcalc.importing.things import (
    Container,
    Dotted,
    Instance,
    Leaf,
    Opaque,
    Scope,
    Unknown,
    Unread,
    UserClass,
    cannot,
    name_parts,
    stops,
    truth,
)
from convcalc.layers import TORCH_NAMES


class Return(Exception):
    """A return statement, on its way out of the function."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class LoopEnd(Exception):
    """A break or continue, on its way out of the loop's body."""

    def __init__(self, again: bool) -> None:
        super().__init__()
        self.again = again


class Statements(Reading):
    """What each kind of statement does."""

    def run(self, statements: Sequence[ast.stmt], scope: Scope) -> None:
        for statement in statements:
            self.step(statement)
            method = getattr(self, f"do_{type(statement).__name__.lower()}", None)
            if method is None:
                raise cannot(statement, f"'{ast.unparse(statement).splitlines()[0][:60]}'")
            method(statement, scope)

    def do_assign(self, s: ast.Assign, scope: Scope) -> None:
        value = self.eval(s.value, scope)
        for target in s.targets:
            self.store(target, value, scope)

    def do_annassign(self, s: ast.AnnAssign, scope: Scope) -> None:
        if s.value is not None:
            self.store(s.target, self.eval(s.value, scope), scope)

    def do_augassign(self, s: ast.AugAssign, scope: Scope) -> None:
        before = self.eval(_load(s.target), scope)
        if isinstance(before, list) and isinstance(s.op, ast.Add):  # the list itself grows, whoever else holds it
            more = self.eval(s.value, scope)
            if not isinstance(more, list | tuple | range | Container):
                raise cannot(s, f"'{ast.unparse(s)[:60]}'")
            before.extend(more)
            self.spend(s, before)
            return
        load = ast.copy_location(ast.BinOp(left=_load(s.target), op=s.op, right=s.value), s)
        self.store(s.target, self.eval(load, scope), scope)

    def do_expr(self, s: ast.Expr, scope: Scope) -> None:
        if isinstance(s.value, ast.Constant):
            return
        value = self.eval(s.value, scope)
        call = s.value
        if (
            isinstance(value, Value)
            and isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr.endswith("_")
        ):
            raise cannot(
                s,
                f"'{ast.unparse(s)[:60]}', which changes a tensor in place,",
                f"'{ast.unparse(s)[:60]}' (sửa tensor tại chỗ)",
            )

    def do_return(self, s: ast.Return, scope: Scope) -> None:
        raise Return(None if s.value is None else self.eval(s.value, scope))

    def do_pass(self, s: ast.Pass, scope: Scope) -> None:
        pass

    def do_while(self, s: ast.While, scope: Scope) -> None:
        while True:
            self.step(s)
            test = self.eval(s.test, scope)
            if isinstance(test, Opaque | Unknown | Value | Size | Sizes):
                raise cannot(
                    s.test,
                    f"a condition on '{ast.unparse(s.test)[:40]}'",
                    f"điều kiện trên '{ast.unparse(s.test)[:40]}'",
                )
            if not truth(test):
                return
            try:
                self.run(s.body, scope)
            except LoopEnd as end:
                if not end.again:
                    return

    do_assert = do_pass

    def do_break(self, s: ast.Break, scope: Scope) -> None:
        raise LoopEnd(again=False)

    def do_continue(self, s: ast.Continue, scope: Scope) -> None:
        raise LoopEnd(again=True)

    def do_if(self, s: ast.If, scope: Scope) -> None:
        test = self.eval(s.test, scope)
        if isinstance(test, Opaque | Unknown | Value | Size | Sizes):
            raise cannot(
                s.test, f"a condition on '{ast.unparse(s.test)[:40]}'", f"điều kiện trên '{ast.unparse(s.test)[:40]}'"
            )
        self.run(s.body if truth(test) else s.orelse, scope)

    def do_for(self, s: ast.For, scope: Scope) -> None:
        items = self.eval(s.iter, scope)
        if not isinstance(items, list | tuple | range | dict | Container | str):
            raise cannot(
                s.iter, f"a loop over '{ast.unparse(s.iter)[:40]}'", f"vòng lặp trên '{ast.unparse(s.iter)[:40]}'"
            )
        for item in list(items):
            self.step(s)
            self.store(s.target, item, scope)
            try:
                self.run(s.body, scope)
            except LoopEnd as end:
                if not end.again:
                    return
        self.run(s.orelse, scope)

    def do_with(self, s: ast.With, scope: Scope) -> None:
        for item in s.items:
            self.eval(item.context_expr, scope)
        self.run(s.body, scope)

    def do_raise(self, s: ast.Raise, scope: Scope) -> None:
        raise stops(s, ast.unparse(s)[:80])

    def do_functiondef(self, s: ast.FunctionDef, scope: Scope) -> None:
        scope[s.name] = self.function_of(s, scope)

    def do_classdef(self, s: ast.ClassDef, scope: Scope) -> None:
        made = UserClass(s, [self.eval(base, scope) for base in s.bases])
        inside = dict(scope)
        for statement in s.body:
            if isinstance(statement, ast.FunctionDef):
                made.functions[statement.name] = self.function_of(statement, scope)
                continue
            targets = getattr(statement, "targets", [getattr(statement, "target", None)])
            names = [t.id for t in targets if isinstance(t, ast.Name)]
            try:
                self.run([statement], inside)
            except ConvcalcError as error:
                inside.update(dict.fromkeys(names, Unread(error)))
            made.values.update({name: inside[name] for name in names if name in inside})
        scope[s.name] = made

    def do_import(self, s: ast.Import, scope: Scope) -> None:
        for name in s.names:
            scope[name.asname or name.name.partition(".")[0]] = Dotted(name.name if name.asname else name.name.partition(".")[0])  # fmt: skip

    def do_importfrom(self, s: ast.ImportFrom, scope: Scope) -> None:
        for name in s.names:
            if name.name == "*" and s.module == "torch.nn":
                scope.update(
                    {
                        layer: Dotted(f"torch.nn.{layer}")
                        for layer in (*TORCH_NAMES, "Module", "Sequential", "ModuleList", "ModuleDict")
                    }
                )
                continue
            scope[name.asname or name.name] = Dotted(f"{s.module or ''}.{name.name}")

    def store(self, target: ast.expr, value: Any, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            scope[target.id] = value
        elif isinstance(target, ast.Attribute):
            owner = self.eval(target.value, scope)
            if isinstance(owner, Instance):
                if isinstance(value, Leaf | Container | Instance) and not owner.ready:
                    raise stops(target, "AttributeError: cannot assign module before Module.__init__() call (super().__init__() is missing)")  # fmt: skip
                owner.attributes[target.attr] = value
                name_parts(value, target.attr)
            elif not isinstance(owner, Opaque | Dotted):
                raise cannot(target, f"'{ast.unparse(target)[:40]} = …'")
        elif isinstance(target, ast.Tuple | ast.List):
            if isinstance(value, Sizes):
                value = [Size(value.value, i) for i in range(len(target.elts))]
            if isinstance(value, Opaque):
                value = [value] * len(target.elts)
            if not isinstance(value, list | tuple) or len(value) != len(target.elts):
                raise stops(target, "the number of values to unpack is another")
            for one, part in zip(target.elts, value, strict=True):
                self.store(one, part, scope)
        elif isinstance(target, ast.Subscript):
            owner, key = self.eval(target.value, scope), self.eval(target.slice, scope)
            if isinstance(owner, dict | list):
                self.plain(target, operator.setitem, owner, key, value)
            elif isinstance(owner, Container):
                owner.items[str(key)] = value
            elif not isinstance(owner, Opaque):
                raise cannot(target, f"'{ast.unparse(target)[:40]} = …'")
        else:
            raise cannot(target, f"'{ast.unparse(target)[:40]} = …'")


def _load(target: ast.expr) -> ast.expr:
    copy = ast.parse(ast.unparse(target), mode="eval").body
    return ast.copy_location(copy, target)
