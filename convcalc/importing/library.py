"""Calls of torch's and Python's own functions and classes in code that is read."""

from __future__ import annotations

import ast
from typing import Any

from convcalc.errors import ConvcalcError, SpecError
from convcalc.importing.build import Part, Size, Sizes, Value, has_weights
from convcalc.importing.homes import missing
from convcalc.importing.ops import RULES, Call, Mistaken, Unreadable
from convcalc.importing.plain import BUILTINS, MATH
from convcalc.importing.reading import Reading
from convcalc.importing.things import (
    Container,
    Dotted,
    Instance,
    Leaf,
    Opaque,
    Unknown,
    cannot,
    mistaken,
    name_parts,
    stops,
)
from convcalc.layers import TORCH_NAMES
from convcalc.spec import parse


class Library(Reading):
    """What torch's layers, torch's functions and Python's own functions give."""

    def library(self, e: ast.AST, f: Dotted, args: list[Any], named: dict[str, Any]) -> Any:
        path, last = f.path, f.last
        if path.startswith("builtins."):
            return self.builtin(e, last, args, named)
        if path == "torch.nn.Module.__init__" and args and isinstance(args[0], Instance):
            args[0].ready = True
            return None
        if path.startswith("math.") and last in MATH and all(isinstance(a, int | float) for a in args):
            return self.plain(e, MATH[last], *args)
        if path == "collections.OrderedDict":
            return self.plain(e, dict, args[0]) if args and isinstance(args[0], list | tuple | dict) else {}
        if path.startswith(("torch.nn.init", "torch.manual_seed")):
            return None
        if path.startswith("torch.nn.") and not path.startswith("torch.nn.functional"):
            return self.make(e, last, args, named)
        tensors = [a for a in (*args, *named.values()) if isinstance(a, Value) or (isinstance(a, list | tuple) and any(isinstance(v, Value) for v in a))]  # fmt: skip
        if tensors and not path.startswith("torch"):
            raise cannot(e, f"'{path}', which is another library's,", f"'{path}' của thư viện khác")
        if tensors:
            self.check_home(e, path.rpartition(".")[0], last)
            return self.torch_call(e, last, args, named)
        return Opaque()

    def check_home(self, e: ast.AST, home: str, name: str) -> None:
        """Complain of a function that torch has, but not there."""
        said = missing(home, name, name in RULES)
        if said is not None:
            raise stops(e, said)

    def make(self, e: ast.AST, name: str, args: list[Any], named: dict[str, Any]) -> Any:
        """A layer or container of torch.nn."""
        line = getattr(e, "lineno", 0)
        if name in ("Sequential", "ModuleList", "ModuleDict"):
            if name != "Sequential" and args and not isinstance(args[0], list | tuple | dict | Container):
                raise cannot(e, f"what nn.{name} is given", f"đối số của nn.{name}")
            if len(args) == 1 and isinstance(args[0], dict):
                items = {str(key): value for key, value in args[0].items()}
            else:
                parts = list(args[0]) if name == "ModuleList" and args else args
                items = {str(i): part for i, part in enumerate(parts)}
            for part in items.values():
                if isinstance(part, Opaque | Unknown):
                    raise cannot(e, f"a part of nn.{name}", f"một phần của nn.{name}")
                if not isinstance(part, Leaf | Container | Instance):
                    raise stops(e, f"nn.{name} takes modules only")
            made = Container(name, items)
            return made
        if name in ("Module", "Parameter"):
            return Opaque()
        if name.endswith("Loss"):
            return Opaque()
        if name not in TORCH_NAMES:
            raise cannot(e, f"nn.{name}, which convcalc has no rule for,", f"nn.{name} (convcalc chưa có quy tắc)")
        if any(isinstance(a, Value) for a in args):
            raise mistaken(
                e, f"nn.{name} makes a layer and takes no tensor; call the layer, or use the function of torch.nn.functional",
                f"nn.{name} chỉ tạo layer, không nhận tensor; hãy gọi layer đó, hoặc dùng hàm trong torch.nn.functional",
            )  # fmt: skip
        words = [*map(_literal, args), *(f"{key}={_literal(value)}" for key, value in named.items())]
        if None in words or any(
            word.endswith("=None")
            for word, v in zip(words[len(args) :], named.values(), strict=True)
            if word and v is not None
        ):
            raise cannot(e, f"an argument of nn.{name}", f"một đối số của nn.{name}")
        try:
            layer = parse(f"nn.{name}({', '.join(word for word in words if word)})")
        except SpecError as error:
            error.column = None
            raise ConvcalcError(
                "source_layer", name=f"nn.{name}", line=f" (line {line})", line_vi=f" (dòng {line})", problem=error.message("en"),
                problem_vi=error.message("vi"), hint=error.hint("en") or "", hint_vi=error.hint("vi") or "",
            ) from None  # fmt: skip
        if self.in_forward and has_weights(layer):
            raise mistaken(
                e, f"nn.{name} is made in forward: its weights are new at every call and never learned; make it in __init__",
                f"nn.{name} được tạo trong forward: mỗi lần gọi lại có trọng số mới, không học được; hãy tạo trong __init__",
            )  # fmt: skip
        return Leaf(layer, Part(f"nn.{name}", line), name)

    def torch_call(self, e: ast.AST, name: str, args: list[Any], named: dict[str, Any]) -> Any:
        """A function or method of torch's on tensors."""
        made = RULES.get(name)
        try:
            if made is None:
                raise Unreadable(f"'{name}' on a tensor")
            return made(Call(self.build, name, args, named, getattr(e, "lineno", None)))
        except Mistaken as error:
            raise mistaken(e, *error.said) from None
        except Unreadable as error:
            code = ast.unparse(e)[:60]
            raise cannot(e, f"'{code}' ({error})", f"'{code}'") from None

    def builtin(self, e: ast.AST, name: str, args: list[Any], named: dict[str, Any]) -> Any:
        if name == "print":
            return None
        if name in ("isinstance", "getattr", "hasattr", "setattr") and len(args) < (3 if name == "setattr" else 2):
            raise stops(e, f"TypeError: {name} needs more arguments")
        if name == "isinstance":
            kinds = args[1] if isinstance(args[1], tuple) else (args[1],)
            if isinstance(args[0], Leaf):
                return any(isinstance(kind, Dotted) and kind.last == args[0].torch_name for kind in kinds)
            if isinstance(args[0], Instance):
                return args[0].cls in kinds
            return any(isinstance(args[0], {"int": int, "str": str, "list": list, "tuple": tuple, "float": float}.get(getattr(kind, "last", ""), Opaque)) for kind in kinds)  # fmt: skip
        if name in ("getattr", "hasattr", "setattr"):
            owner, attribute, *rest = args
            if not isinstance(owner, Instance) or not isinstance(attribute, str):
                return Opaque() if name != "hasattr" else False
            if name == "setattr":
                owner.attributes[attribute] = rest[0]
                name_parts(rest[0], attribute)
                return None
            known = attribute in owner.attributes
            if name == "hasattr":
                return known
            if not known and not rest:
                raise stops(e, f"no attribute '{attribute}'")
            return owner.attributes[attribute] if known else rest[0]
        if name not in BUILTINS or set(named) - {"start", "strict", "reverse"}:
            raise cannot(e, f"'{ast.unparse(e)[:60]}'")
        if any(isinstance(a, Opaque) for a in args):
            return Opaque()
        if name in ("int", "float") and args and isinstance(args[0], Size | Unknown):
            return args[0]
        if name == "sum" and args and isinstance(args[0], list | tuple) and any(isinstance(v, Value) for v in args[0]):
            total = args[0][0]
            for one in args[0][1:]:
                total = self.torch_call(e, "add", [total, one], {})
            return total
        plain = [list(a) if isinstance(a, Container) else a for a in args]
        if any(isinstance(a, Size | Sizes | Unknown | Value) for a in plain):
            return Unknown() if name != "len" else self.refuse(e)
        return self.plain(e, BUILTINS[name], *plain, **named)


def _literal(value: Any) -> str | None:
    """A value as it is written in PyTorch text; None where it cannot be."""
    if isinstance(value, bool | int | float | str | type(None)):
        return repr(value)
    if isinstance(value, tuple | list) and value:
        parts = [_literal(v) for v in value]
        if None in parts:
            return None
        inside = ", ".join(part for part in parts if part)
        return f"({inside},)" if len(parts) == 1 else f"({inside})"
    return None
