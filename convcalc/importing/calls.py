"""Calls in Python code: modules on tensors, classes and functions of the file, methods."""

from __future__ import annotations

import ast
from typing import Any

from convcalc.errors import ConvcalcError
from convcalc.importing.build import Value, has_weights
from convcalc.importing.plain import METHODS
from convcalc.importing.reading import DEEPEST, Reading
from convcalc.importing.statements import Return
from convcalc.importing.things import (
    Container,
    Dotted,
    Instance,
    Leaf,
    Method,
    Opaque,
    Scope,
    Super,
    Unread,
    UserClass,
    UserFunction,
    cannot,
    leaves,
    mistaken,
    name_parts,
    stops,
)


class Calls(Reading):
    """What each kind of call gives."""

    def of_call(self, e: ast.Call, scope: Scope) -> Any:
        function = self.eval(e.func, scope) if not _is_super(e.func) else Dotted("builtins.super")
        if isinstance(function, Dotted) and function.path == "builtins.super":
            return Super(scope["self"], scope["__class__"]) if isinstance(scope.get("self"), Instance) else Opaque()
        args = self.several(e.args, scope)
        named: dict[str, Any] = {}
        for keyword in e.keywords:
            value = self.eval(keyword.value, scope)
            if keyword.arg is None:
                if not isinstance(value, dict):
                    raise cannot(e, "'**' of something that is not a dict")
                named |= value
            else:
                named[keyword.arg] = value
        return self.call(e, function, args, named)

    def call(self, e: ast.AST, f: Any, args: list[Any], named: dict[str, Any]) -> Any:
        if isinstance(f, Leaf | Container | Instance):
            return self.apply(e, f, args, named)
        if isinstance(f, UserClass):
            return self.construct(e, f, args, named)
        if isinstance(f, UserFunction):
            return self.function(e, f, args, named)
        if isinstance(f, Method):
            return self.method(e, f, args, named)
        if isinstance(f, Dotted):
            return self.library(e, f, args, named)
        if isinstance(f, Opaque):
            return f
        raise cannot(e, f"'{ast.unparse(e)[:60]}'")

    def apply(self, e: ast.AST, module: Any, args: list[Any], named: dict[str, Any]) -> Any:
        """A module on a tensor."""
        if isinstance(module, Instance):
            found = module.cls.method("forward")
            if module.cls.method("__call__") is not None:
                raise cannot(e, "a module with a __call__ of its own", "module tự định nghĩa __call__")
            if found is None and module.sequence is not None:
                return self.apply(e, module.sequence, args, named)
            if found is None and module.cls.torch_base is not None:
                raise cannot(
                    e, f"a class made from nn.{module.cls.torch_base}", f"class kế thừa nn.{module.cls.torch_base}"
                )
            if found is None:
                raise stops(e, f"{module.cls.node.name} has no forward")
            self.check_lists(module)
            self.in_forward += 1
            try:
                return self.body(e, found[0], found[1], [module, *args], named)
            finally:
                self.in_forward -= 1
        if isinstance(module, Container):
            if module.kind != "Sequential":
                raise stops(e, f"nn.{module.kind} cannot be called")
            value = args[0] if args else None
            for part in module.items.values():
                value = self.call(e, part, [value], {})
            return value
        if len(args) != 1 or not isinstance(args[0], Value) or named:
            raise cannot(e, f"'{ast.unparse(e)[:60]}'")
        self.called.add(id(module))
        return self.build.apply(module.layer, args[0], module.part, shared=True)

    def construct(self, e: ast.AST, cls: UserClass, args: list[Any], named: dict[str, Any]) -> Instance:
        made = Instance(cls)
        found = cls.method("__init__")
        made.ready = found is None
        if found is None and cls.torch_base == "Sequential":
            made.sequence = Container("Sequential", {str(i): part for i, part in enumerate(args)})
        if found is not None:
            self.body(e, found[0], found[1], [made, *args], named)
        return made

    def check_lists(self, module: Instance) -> None:
        """A plain list hides its layers from torch: their parameters are neither counted nor learned."""
        own = [v for v in module.attributes.values() if isinstance(v, Leaf | Container | Instance)]
        seen = {id(leaf) for part in own for leaf in leaves(part)}
        for name, value in module.attributes.items():
            if isinstance(value, list | tuple | dict):
                items = list(value.values()) if isinstance(value, dict) else list(value)
                hidden = next(
                    (leaf for leaf in leaves(items) if has_weights(leaf.layer) and id(leaf) not in seen), None
                )
                if hidden is not None:
                    line = ast.Pass(lineno=hidden.part.line or 0)
                    raise mistaken(
                        line, f"self.{name} is a plain {type(value).__name__}: torch does not see the parameters of the layers in it; use nn.ModuleList",
                        f"self.{name} là {type(value).__name__} thường: torch không thấy tham số của các layer bên trong; dùng nn.ModuleList",
                    )  # fmt: skip

    def function(self, e: ast.AST, f: UserFunction, args: list[Any], named: dict[str, Any]) -> Any:
        scope = dict(f.around) | self.arguments(e, f, args, named)
        if isinstance(f.node, ast.Lambda):
            return self.eval(f.node.body, scope)
        return self.inside(e, f.node, scope)

    def body(self, e: ast.AST, f: UserFunction, cls: UserClass, args: list[Any], named: dict[str, Any]) -> Any:
        """A method of a class in the code."""
        node = f.node
        scope = dict(self.globals) | self.arguments(e, f, args, named) | {"__class__": cls}
        if node.args.args and node.args.args[0].arg != "self":
            scope["self"] = args[0]
        return self.inside(e, node, scope)

    def inside(self, e: ast.AST, node: Any, scope: Scope) -> Any:
        self.depth += 25
        if self.depth > 25 * DEEPEST:
            raise cannot(e, "functions that call each other so deep", "các hàm gọi nhau quá sâu")
        try:
            self.run(node.body, scope)
        except Return as end:
            return end.value
        finally:
            self.depth -= 25
        return None

    def arguments(self, e: ast.AST, f: UserFunction, args: list[Any], named: dict[str, Any]) -> Scope:
        """The names that a call gives to the arguments of a function."""
        node: Any = f.node
        spec = node.args
        names = [a.arg for a in (*spec.posonlyargs, *spec.args)]
        name = getattr(node, "name", "lambda")
        scope: Scope = dict(zip(names, args, strict=False))
        if len(args) > len(names):
            if spec.vararg is None:
                raise stops(e, f"{name} takes {len(names)} arguments, but is given {len(args)}")
            scope[spec.vararg.arg] = tuple(args[len(names) :])
        elif spec.vararg is not None:
            scope[spec.vararg.arg] = ()
        keywords = names + [a.arg for a in spec.kwonlyargs]
        rest = {key: value for key, value in named.items() if key not in keywords}
        if rest and spec.kwarg is None:
            raise stops(e, f"{name} has no argument '{next(iter(rest))}'")
        if spec.kwarg is not None:
            scope[spec.kwarg.arg] = rest
        scope |= {key: value for key, value in named.items() if key in keywords}
        for key in keywords:
            if key in scope:
                continue
            if key not in f.defaults:
                owner = args[0].cls.node.name if args and isinstance(args[0], Instance) and name == "__init__" else name
                raise ConvcalcError("source_needs", line=node.lineno, name=owner, argument=key)
            default = f.defaults[key]
            if isinstance(default, Unread):
                raise default.error
            scope[key] = default
        return scope

    def method(self, e: ast.AST, m: Method, args: list[Any], named: dict[str, Any]) -> Any:
        owner, name = m.owner, m.name
        if isinstance(owner, Super):
            above = owner.instance.cls.method(name, after=owner.cls) if owner.cls in owner.instance.cls.mro else None
            if above is not None:
                return self.body(e, above[0], above[1], [owner.instance, *args], named)
            if name != "__init__":
                raise cannot(e, f"'{ast.unparse(e)[:60]}'")
            owner.instance.ready = True
            if owner.instance.cls.torch_base == "Sequential":
                owner.instance.sequence = Container("Sequential", {str(i): part for i, part in enumerate(args)})
            return None  # nn.Module's own
        if isinstance(owner, Instance):
            found = owner.cls.method(name)
            if found is not None:
                decorators = getattr(found[0].node, "decorator_list", [])
                static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in decorators)
                return self.body(e, found[0], found[1], args if static else [owner, *args], named)
            if name in ("add_module", "register_module") and len(args) == 2:
                owner.attributes[str(args[0])] = args[1]
                name_parts(args[1], str(args[0]))
                return None
            if name in ("children", "named_children", "modules"):
                own = {key: v for key, v in owner.attributes.items() if isinstance(v, Leaf | Container | Instance)}
                if name == "modules":
                    return [owner, *leaves(owner)]
                return list(own.items()) if name == "named_children" else list(own.values())
            if name in ("parameters", "named_parameters", "buffers"):
                return []
            if name == "named_modules":
                raise cannot(e, f"'{ast.unparse(e)[:60]}'")
            return Opaque()
        if isinstance(owner, Value):
            self.check_home(e, "torch.Tensor", name)
            return self.torch_call(e, name, [owner, *args], named)
        if isinstance(owner, Container):
            return self.of_container(e, owner, name, args)
        if isinstance(owner, list | dict | str | tuple) and name in METHODS.get(type(owner), ()):
            result = self.plain(e, getattr(owner, name), *args, **named)
            return list(result) if isinstance(owner, dict) and name in ("items", "keys", "values") else result
        if isinstance(owner, Leaf | Opaque):
            return Opaque()
        raise cannot(e, f"'{ast.unparse(e)[:60]}'")

    def of_container(self, e: ast.AST, owner: Container, name: str, args: list[Any]) -> Any:
        if name == "append" and len(args) == 1:
            owner.items[str(len(owner.items))] = args[0]
            return owner
        if name == "extend" and len(args) == 1 and isinstance(args[0], list | tuple | Container):
            for part in list(args[0]):
                owner.items[str(len(owner.items))] = part
            return owner
        if name == "add_module" and len(args) == 2:
            owner.items[str(args[0])] = args[1]
            return None
        if name in ("items", "values", "keys", "children", "named_children"):
            items = {
                "values": list(owner.items.values()),
                "children": list(owner.items.values()),
                "keys": list(owner.items),
            }
            return items.get(name, list(owner.items.items()))
        if name == "modules":
            return [owner, *leaves(owner)]
        if name in ("parameters", "apply", "named_parameters"):
            return []
        raise cannot(e, f"'{ast.unparse(e)[:60]}'")


def _is_super(f: ast.expr) -> bool:
    return isinstance(f, ast.Name) and f.id == "super"
