"""What names in PyTorch code stand for while it is read: layers, containers, classes, functions, and what is not looked into."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from convcalc.errors import ConvcalcError
from convcalc.importing.build import Part
from convcalc.layers import Layer

Scope: TypeAlias = "dict[str, Any]"


class Opaque:
    """Something that is not looked into: a weight, a device, a data set. Whatever is done with it is opaque too."""


class Unknown:
    """A number that is only known when the code runs, such as a product of sizes."""


@dataclass(frozen=True)
class Dotted:
    """A name of torch's or another library's: torch.nn.Conv2d."""

    path: str

    @property
    def last(self) -> str:
        return self.path.rpartition(".")[2]


@dataclass(eq=False)
class Leaf:
    """A layer of torch.nn with its arguments."""

    layer: Layer
    part: Part
    torch_name: str
    named: bool = False


@dataclass(eq=False)
class Container:
    """nn.Sequential, nn.ModuleList or nn.ModuleDict: modules by name, in order."""

    kind: str
    items: dict[str, Any]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items if self.kind == "ModuleDict" else self.items.values())


@dataclass(eq=False)
class UserClass:
    """A class in the code."""

    node: ast.ClassDef
    bases: list[Any]
    functions: dict[str, UserFunction] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)  # what the class itself holds, such as expansion = 4

    def __post_init__(self) -> None:
        self.mro = _linear(self)

    def method(self, name: str, after: UserClass | None = None) -> tuple[UserFunction, UserClass] | None:
        """The method of that name, and the class that has it; with `after`, only of the classes after that one (super())."""
        mro = self.mro if after is None else self.mro[self.mro.index(after) + 1 :]
        return next(((cls.functions[name], cls) for cls in mro if name in cls.functions), None)

    @property
    def torch_base(self) -> str | None:
        """The class of torch.nn that it is made from, other than nn.Module."""
        bases = [b for cls in self.mro for b in cls.bases if isinstance(b, Dotted)]
        return next((b.last for b in bases if b.path.startswith("torch.nn.") and b.last != "Module"), None)


@dataclass(eq=False)
class UserFunction:
    """A function in the code, with the names around it and the defaults of its arguments, worked out where it is defined."""

    node: ast.FunctionDef | ast.Lambda
    around: Scope
    defaults: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Unread:
    """A name whose value could not be read; whoever uses it is told why."""

    error: ConvcalcError


@dataclass(eq=False)
class Instance:
    """An object of a class in the code, and what `self.` names."""

    cls: UserClass
    attributes: dict[str, Any] = field(default_factory=dict)
    ready: bool = False  # whether nn.Module.__init__ has been called
    sequence: Container | None = None  # what a class made from nn.Sequential holds


@dataclass(frozen=True, eq=False)
class Method:
    """A method of an instance, a tensor, a list or a container."""

    owner: Any
    name: str


@dataclass(frozen=True, eq=False)
class Super:
    """super() in a method of a class."""

    instance: Instance
    cls: UserClass


def _linear(cls: UserClass) -> list[UserClass]:
    """The order in which Python looks for methods (C3); the plain order of the bases where there is none."""
    lines = [list(b.mro) for b in cls.bases if isinstance(b, UserClass)] + [
        [b for b in cls.bases if isinstance(b, UserClass)]
    ]
    found = [cls]
    while any(lines):
        lines = [line for line in lines if line]
        heads = [line[0] for line in lines if not any(line[0] in other[1:] for other in lines)]
        head = heads[0] if heads else lines[0][0]
        found.append(head)
        lines = [[c for c in line if c is not head] for line in lines]
    return found


def truth(value: Any) -> bool:
    """Whether Python takes a value for true; an empty container of modules is false."""
    return bool(value.items) if isinstance(value, Container) else bool(value)


def cannot(node: ast.AST, what: str, what_vi: str = "") -> ConvcalcError:
    """The complaint about code that cannot be read without running it."""
    return ConvcalcError("source_unreadable", line=getattr(node, "lineno", 0), what=what, what_vi=what_vi or what)


def mistaken(node: ast.AST, en: str, vi: str) -> ConvcalcError:
    """The complaint about code that torch would run, or stop at, for a reason that beginners meet."""
    return ConvcalcError("source_mistake", line=getattr(node, "lineno", 0), what=en, what_vi=vi)


def stops(node: ast.AST, reason: str) -> ConvcalcError:
    """The complaint about code at which Python itself would stop."""
    return ConvcalcError("source_python", line=getattr(node, "lineno", 0), reason=reason)


def leaves(thing: Any, seen: set[int] | None = None) -> Iterator[Leaf]:
    """All layers that an instance or container holds."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, Leaf):
        yield thing
    parts: list[Any] = []
    if isinstance(thing, Instance):
        parts = [*thing.attributes.values(), thing.sequence]
    elif isinstance(thing, Container):
        parts = list(thing.items.values())
    elif isinstance(thing, list | tuple):
        parts = list(thing)
    for part in parts:
        yield from leaves(part, seen)


def name_parts(thing: Any, name: str, seen: set[int] | None = None) -> None:
    """Give the layers that become self.NAME the name by which the code calls them."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, Leaf) and not thing.named:
        thing.part.name, thing.named = name, True
    elif isinstance(thing, Container):
        for key, part in thing.items.items():
            name_parts(part, f"{name}.{key}" if thing.kind == "ModuleDict" else f"{name}[{key}]", seen)
    elif isinstance(thing, Instance):
        for leaf in leaves(thing):
            if "." not in leaf.part.name:
                leaf.part.name = f"{name}.{leaf.part.name}"
