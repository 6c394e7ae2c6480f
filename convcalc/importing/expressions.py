"""Expressions of Python code, and what they stand for."""

from __future__ import annotations

import ast
import builtins
import operator
from collections.abc import Callable, Sequence
from typing import Any

from convcalc.importing.build import Product, Size, Sizes, Value
from convcalc.importing.plain import checked_size
from convcalc.importing.reading import DEEPEST, Reading
from convcalc.importing.things import (
    Container,
    Dotted,
    Instance,
    Leaf,
    Method,
    Opaque,
    Scope,
    Unknown,
    Unread,
    UserClass,
    UserFunction,
    cannot,
    stops,
    truth,
)
from convcalc.layers.graph import INPUT

# Names that mean torch's even where the imports are not shown, as on slides.
USUAL = {
    "torch": Dotted("torch"), "nn": Dotted("torch.nn"), "F": Dotted("torch.nn.functional"),
    "OrderedDict": Dotted("collections.OrderedDict"),
}  # fmt: skip

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
}  # fmt: skip
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip
# What every nn.Module has of its own; none of it makes a tensor of a tensor.
MODULE_METHODS = (
    "add_module", "register_module", "register_buffer", "register_parameter", "modules", "parameters", "named_parameters",
    "named_modules", "children", "named_children", "buffers", "apply", "to", "cuda", "cpu", "eval", "train", "half", "float",
    "double", "requires_grad_", "state_dict", "load_state_dict", "zero_grad", "forward",
)  # fmt: skip
PLAIN = (int, float, str, bool, type(None), list, tuple, dict, range)


class Expressions(Reading):
    """What each kind of expression stands for."""

    def eval(self, e: ast.expr, scope: Scope) -> Any:
        self.step(e)
        self.depth += 1
        if self.depth > 25 * DEEPEST:
            raise cannot(e, "code nested so deep", "code lồng quá sâu")
        try:
            method = getattr(self, f"of_{type(e).__name__.lower()}", None)
            if method is None:
                raise cannot(e, f"'{ast.unparse(e)[:60]}'")
            return method(e, scope)
        finally:
            self.depth -= 1

    def of_constant(self, e: ast.Constant, scope: Scope) -> Any:
        return e.value

    def of_name(self, e: ast.Name, scope: Scope) -> Any:
        if e.id in scope:
            found = scope[e.id]
            if isinstance(found, Unread):
                raise found.error
            return found
        if e.id in USUAL and not self.imports:
            return USUAL[e.id]
        if hasattr(builtins, e.id):
            return Dotted(f"builtins.{e.id}")
        raise stops(e, f"name '{e.id}' is not defined")

    def of_tuple(self, e: ast.Tuple, scope: Scope) -> tuple[Any, ...]:
        return tuple(self.several(e.elts, scope))

    def of_list(self, e: ast.List, scope: Scope) -> list[Any]:
        return self.several(e.elts, scope)

    def several(self, elements: Sequence[ast.expr], scope: Scope) -> list[Any]:
        found: list[Any] = []
        for element in elements:
            if isinstance(element, ast.Starred):
                items = self.eval(element.value, scope)
                if not isinstance(items, list | tuple | range | Container):
                    raise cannot(element, f"'*{ast.unparse(element.value)[:40]}'")
                found += list(items)
            else:
                found.append(self.eval(element, scope))
        return found

    def of_dict(self, e: ast.Dict, scope: Scope) -> dict[Any, Any]:
        if any(key is None for key in e.keys):
            raise cannot(e, "'{**…}'")
        return {self.eval(key, scope): self.eval(value, scope) for key, value in zip(e.keys, e.values, strict=True) if key is not None}  # fmt: skip

    def of_joinedstr(self, e: ast.JoinedStr, scope: Scope) -> str:
        said = []
        for part in e.values:
            if not isinstance(part, ast.FormattedValue):
                said.append(str(self.eval(part, scope)))
                continue
            value = self.eval(part.value, scope)
            how = "" if part.format_spec is None else str(self.eval(part.format_spec, scope))
            if not isinstance(value, int | float | str) or len(how) > 10 or part.conversion != -1:
                return str(self.refuse(e))
            said.append(str(self.plain(e, format, value, how)))
        return "".join(said)[:1000]

    def of_unaryop(self, e: ast.UnaryOp, scope: Scope) -> Any:
        value = self.eval(e.operand, scope)
        if isinstance(e.op, ast.Not) and not isinstance(value, Value | Opaque | Unknown):
            return not truth(value)
        if isinstance(value, Value):
            return value if isinstance(e.op, ast.USub | ast.UAdd) else self.refuse(e)
        if isinstance(value, int | float) and isinstance(e.op, ast.USub):
            return -value
        return value if isinstance(value, int | float | Opaque | Unknown) else self.refuse(e)

    def of_binop(self, e: ast.BinOp, scope: Scope) -> Any:
        a, b = self.eval(e.left, scope), self.eval(e.right, scope)
        if isinstance(a, Value) or isinstance(b, Value):
            names = {ast.Add: "add", ast.Mult: "mul", ast.Sub: "sub"}
            numbers = [v for v in (a, b) if isinstance(v, int | float) and not isinstance(v, bool)]
            if numbers and not isinstance(e.op, ast.MatMult):
                return a if isinstance(a, Value) else b  # shifted or scaled by a number: nothing changes here
            if type(e.op) not in names:
                return self.refuse(e)
            return self.torch_call(e, names[type(e.op)], [a, b], {})
        product = _product(a, b) if isinstance(e.op, ast.Mult) else None
        if product is not None:
            return product
        for one in (a, b):
            if isinstance(one, Product):
                return Unknown()
            if isinstance(one, Opaque | Unknown | Size | Sizes):
                return Unknown() if not isinstance(one, Opaque) else one
        if isinstance(e.op, ast.Pow):
            if not isinstance(a, int | float) or not isinstance(b, int) or abs(b) > 64 or abs(a) > 10**9:
                return self.refuse(e)
            return self.plain(e, lambda x, y: checked_size(x**y) if y >= 0 else float(x) ** y, a, b)
        how = _BINARY.get(type(e.op))
        if how is None or not isinstance(a, PLAIN) or not isinstance(b, PLAIN) or (isinstance(a, str) and isinstance(e.op, ast.Mod)):  # fmt: skip
            return self.refuse(e)
        if isinstance(e.op, ast.Mult) and (isinstance(a, str | list | tuple) or isinstance(b, str | list | tuple)):
            count, items = (a, b) if isinstance(a, int) else (b, a)
            if not isinstance(count, int) or not isinstance(items, str | list | tuple) or count * len(items) > 10_000:
                return self.refuse(e)
        return self.plain(e, lambda x, y: checked_size(how(x, y)), a, b)

    def of_boolop(self, e: ast.BoolOp, scope: Scope) -> Any:
        value: Any = None
        for one in e.values:
            value = self.eval(one, scope)
            if isinstance(value, Value | Opaque | Unknown):
                return value
            if truth(value) != isinstance(e.op, ast.And):
                return value
        return value

    def of_compare(self, e: ast.Compare, scope: Scope) -> Any:
        left = self.eval(e.left, scope)
        for op, right_node in zip(e.ops, e.comparators, strict=True):
            right = self.eval(right_node, scope)
            about_none = right is None and isinstance(op, ast.Is | ast.IsNot | ast.Eq | ast.NotEq)
            if not about_none and any(isinstance(v, Value | Opaque | Unknown | Size | Sizes) for v in (left, right)):
                return Unknown()
            if isinstance(right, Container):
                right = list(right.items)
            if not (_small(left) and _small(right)):
                return self.refuse(e)
            if not self.plain(e, _COMPARE[type(op)], left, right):
                return False
            left = right
        return True

    def of_ifexp(self, e: ast.IfExp, scope: Scope) -> Any:
        test = self.eval(e.test, scope)
        if isinstance(test, Value | Opaque | Unknown | Size | Sizes):
            return self.refuse(e.test)
        return self.eval(e.body if truth(test) else e.orelse, scope)

    def of_lambda(self, e: ast.Lambda, scope: Scope) -> UserFunction:
        return self.function_of(e, scope)

    def of_listcomp(self, e: ast.ListComp | ast.GeneratorExp, scope: Scope) -> list[Any]:
        found: list[Any] = []
        self.comprehend(e, list(e.generators), dict(scope), found)
        return found

    of_generatorexp = of_listcomp

    def comprehend(self, e: Any, generators: list[ast.comprehension], scope: Scope, found: list[Any]) -> None:
        if not generators:
            found.append(self.eval(e.elt, scope))
            return
        first, *rest = generators
        items = self.eval(first.iter, scope)
        if not isinstance(items, list | tuple | range | dict | Container):
            raise cannot(first.iter, f"a loop over '{ast.unparse(first.iter)[:40]}'", f"vòng lặp trên '{ast.unparse(first.iter)[:40]}'")  # fmt: skip
        for item in list(items):
            self.step(first.iter)
            self.store(first.target, item, scope)
            if all(truth(self.eval(test, scope)) for test in first.ifs):
                self.comprehend(e, rest, scope, found)

    def of_slice(self, e: ast.Slice, scope: Scope) -> slice:
        parts = [None if p is None else self.eval(p, scope) for p in (e.lower, e.upper, e.step)]
        if not all(p is None or isinstance(p, int) for p in parts):
            raise cannot(e, f"'{ast.unparse(e)[:60]}'")
        return slice(*parts)

    def of_subscript(self, e: ast.Subscript, scope: Scope) -> Any:
        owner, key = self.eval(e.value, scope), self.eval(e.slice, scope)
        if isinstance(owner, Opaque):
            return owner
        if isinstance(owner, Sizes):
            if isinstance(key, int):
                return Size(owner.value, key)
            if isinstance(key, slice) and key.step is None and key.stop is None and key.start in (2, -1, -2):
                # x.shape[2:] is all of a feature map; how many axes that is, the function it goes to knows.
                return [Size(owner.value, axis) for axis in ((2, 3) if key.start == 2 else range(key.start, 0))]
            return self.refuse(e)
        if isinstance(owner, Container):
            if owner.kind == "ModuleDict":
                return self.plain(e, operator.getitem, owner.items, key)
            found = self.plain(e, operator.getitem, list(owner.items.values()), key)
            return Container(owner.kind, {str(i): m for i, m in enumerate(found)}) if isinstance(key, slice) else found
        if not isinstance(owner, list | tuple | dict | str | range):
            return self.refuse(e)
        return self.plain(e, operator.getitem, owner, key)

    def of_class(self, cls: UserClass, name: str) -> Any:
        """What a class itself holds under a name; None where it holds nothing."""
        for one in cls.mro:
            if name in one.values:
                value = one.values[name]
                if isinstance(value, Unread):
                    raise value.error
                return value
        return None

    def of_attribute(self, e: ast.Attribute, scope: Scope) -> Any:
        owner, name = self.eval(e.value, scope), e.attr
        if isinstance(owner, Dotted):
            return Dotted(f"{owner.path}.{name}")
        if isinstance(owner, Instance):
            if name in owner.attributes:
                return owner.attributes[name]
            value = self.of_class(owner.cls, name)
            if value is not None:
                return value
            if name == "training":
                return False
            if owner.cls.method(name) is None and name not in MODULE_METHODS:
                raise stops(e, f"'{owner.cls.node.name}' object has no attribute '{name}'")
            return Method(owner, name)
        if isinstance(owner, UserClass):
            value = self.of_class(owner, name)
            if value is not None:
                return value
            if owner.method(name) is not None or name.startswith("__"):
                return self.refuse(e)
            raise stops(e, f"type object '{owner.node.name}' has no attribute '{name}'")
        if isinstance(owner, Value):
            if name == "shape":
                return Sizes(owner)
            if name in ("T", "mT"):
                if owner.node != INPUT or name == "mT":
                    return self.refuse(e)
                self.swapped = e
                self.note("the batch and the length of the input are swapped in the code; one input at a time has no batch",
                          "code đổi chỗ batch và độ dài của input; ở đây chỉ xét một input, không có batch")  # fmt: skip
                return owner
            if name in ("dtype", "device", "data", "ndim", "requires_grad"):
                return owner if name == "data" else Opaque()
            return Method(owner, name)
        if isinstance(owner, Leaf):
            value = owner.layer.__dict__.get(
                {"in_features": "in_features", "num_features": "num_features"}.get(name, name)
            )
            return Opaque() if value is None else value
        if isinstance(owner, Opaque):
            return owner
        return Method(owner, name)


def _product(a: Any, b: Any) -> Product | None:
    """The product of sizes of one tensor."""
    parts = [Product(v.value, frozenset((v.axis,))) if isinstance(v, Size) and v.number is None else v for v in (a, b)]
    if (
        all(isinstance(p, Product) for p in parts)
        and parts[0].value == parts[1].value
        and not parts[0].axes & parts[1].axes
    ):
        return Product(parts[0].value, parts[0].axes | parts[1].axes)
    return None


def _small(value: Any, most: int = 1000) -> bool:
    """Whether a value has no more than so many parts, however deep; lists within lists can hold each other many times."""
    left = [value]
    count = 0
    while left:
        one = left.pop()
        count += 1
        if count > most:
            return False
        if isinstance(one, list | tuple):
            left += one
        elif isinstance(one, dict):
            left += one.values()
    return True
