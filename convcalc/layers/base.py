"""What a layer is: five questions about an input shape, answered by a small frozen dataclass.

A new layer is one class with `@layer(...)` in one file of this package. Its fields carry how they are written in a spec, so
reading, printing, PyTorch text, the differential test and the steps of a calculation need no further code.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, dataclass_transform

from convcalc.errors import Lazy, ShapeError
from convcalc.field import Field
from convcalc.formula import Dim, Formula
from convcalc.layers.tokens import ANY, Axes, Token, checked, show_token, show_value, token
from convcalc.notation import Written, show
from convcalc.scan import as_shape
from convcalc.shape import Shape, is_symbolic, product, require, show_shape

if TYPE_CHECKING:
    from torch import nn

T = TypeVar("T", bound="Layer")

__all__ = ["ANY", "Axes", "Layer", "Token", "layer", "token"]

# name → class, and torch's class name → (class, number of spatial axes or None)
LAYERS: dict[str, type[Layer]] = {}
TORCH_NAMES: dict[str, tuple[type[Layer], int | None]] = {}


class Layer:
    """A layer or a network: what it does to a shape, its weights, its cost, its field and its torch module.

    Subclasses define `shape`, and where they have them `weights`, `macs` and `field`, with `+ - * //` only, so that the
    same line computes with ints, with formulas and with numbers that remember how they were worked out.
    """

    name: ClassVar[str] = ""
    tokens: ClassVar[dict[str, Token]] = {}
    ignored: ClassVar[
        dict[str, Any]
    ] = {}  # arguments of torch's that are not fields: name → the only value read, or ANY
    aliases: ClassVar[dict[str, str]] = {}  # torch's name of an argument → the field's, where they differ
    torch_names: ClassVar[
        tuple[str, ...]
    ] = ()  # its classes in torch.nn, for one, two and three axes where they differ
    torch_args: ClassVar[tuple[str, ...]] = ()  # torch's positional order
    examples: ClassVar[tuple[tuple[str, str], ...]] = ()  # (spec, input shape): checked against torch, shown in docs
    output_axes: ClassVar[tuple[str, ...] | None] = None  # what its output's sizes are, where not channels and lengths
    probed: bool = True  # whether torch's values can show the receptive field (not where they depend on other values)
    takes_indices: bool = False  # whether its input is whole numbers that it looks up
    moves_only: bool = False  # whether its output is its input's own values, so that indices stay indices

    # what autograd keeps of it for the backward pass: "input", "output", "mask" (its own, of the output's size), "places" (the input and
    # an index for each output), "nothing", or "view" where the output is the input's memory
    keeps: ClassVar[str] = "input"

    names: ClassVar[tuple[str, ...]] = ()  # of the fields, in order
    defaults: ClassVar[dict[str, Any]] = {}

    # The methods that `dataclass` would generate for each class, once for all: a class is made in a twentieth of the time,
    # and only values that differ from the defaults are checked.

    def __init__(self, *args: Any, **values: Any) -> None:
        cls = type(self)
        if len(args) > len(cls.names):
            raise TypeError(f"{cls.__name__} has {len(cls.names)} fields, but is given {len(args)} values")
        if args:
            values = dict(zip(cls.names, args, strict=False)) | values
        fields = self.__dict__
        fields.update(cls.defaults)
        for name, value in values.items():
            how = cls.tokens.get(name)
            if how is not None and not (name in fields and value is fields[name]):
                checked(cls.name, name, how, value)
            fields[name] = value
        if fields.keys() != set(cls.names):
            wrong = ", ".join(fields.keys() ^ set(cls.names))
            raise TypeError(f"{cls.__name__} has the fields {', '.join(cls.names)}; missing or unknown: {wrong}")

    @classmethod
    def trusted(cls: type[T], values: dict[str, Any]) -> T:
        """A layer from values that have been checked one by one, with none missing."""
        made = object.__new__(cls)
        fields = made.__dict__
        fields.update(cls.defaults)
        fields.update(values)
        return made

    def __setattr__(self, name: str, value: Any) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot assign to field '{name}'")

    def __delattr__(self, name: str) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot delete field '{name}'")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), *map(self.__dict__.get, self.names)))

    # -- the five questions -------------------------------------------------------------------------------------

    def shape(self, x: Shape) -> Shape:
        """The shape of the output for an input of shape x; raises `ShapeError` where x does not fit."""
        return x

    def weights(self, x: Shape) -> dict[str, Shape]:
        """The learned tensors, by torch's names; running statistics are none."""
        return {}

    def macs(self, x: Shape, y: Shape | None = None) -> Dim:
        """Multiply-adds for one input of shape x; a multiply-add counts as one, everything else as none.

        y is the output's shape, where the caller has it already.
        """
        return 0

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        """The receptive field of the output, of shape y, where f is that of the input, of shape x."""
        return f

    def keeps_also(self, x: Shape, y: Shape) -> Dim:
        """How many numbers of its own torch keeps for the backward pass of one input, beside what `keeps` says."""
        return 0

    def module(self, x: Shape) -> nn.Module:
        """The torch module that does the same to an input of shape x (with a batch axis in front)."""
        return self.torch_module(x)

    def torch_module(self, x: Shape, **given: Any) -> nn.Module:
        """torch's class of this layer for the axes of x, with the fields that it takes, and `given` in place of some."""
        from torch import nn

        if is_symbolic(x):
            raise ShapeError("letters_left", layer_name=self.name, shape=show_shape(x))
        axes = getattr(self, "dims", None) or len(x) - 1
        if len(self.torch_names) == 3 and not 1 <= axes <= 3:
            raise NotImplementedError(f"torch has no {self.torch_names[0]} for {axes} axes")
        name = self.torch_names[axes - 1 if len(self.torch_names) == 3 else 0]
        values = {name: getattr(self, name) for name in self.names if name in self.torch_args}
        made: nn.Module = getattr(nn, name)(**values | given)
        return made

    # -- what follows from them ---------------------------------------------------------------------------------

    def params(self, x: Shape) -> Dim:
        """The number of learned parameters."""
        total: Dim = 0
        for shape in self.weights(x).values():
            total = total + product(shape)
        return total

    def children(self) -> tuple[Layer, ...]:
        """The layers inside, for those that have some."""
        return ()

    def __str__(self) -> str:
        """The spec that reads back as this layer."""
        return " ".join([self.name, *self._tokens()]) if self.tokens else self.name

    def __repr__(self) -> str:
        return f"parse({str(self)!r})"

    def _tokens(self) -> list[str]:
        count = size = ""
        plain, rest = [], []
        skipped = False
        values, defaults = self.__dict__, self.defaults
        for name, how in self.tokens.items():
            value = values[name]
            default = defaults.get(name, ANY)
            if value is default or (value == default and type(value) is type(default)):
                skipped = skipped or how.place == "plain"  # what stands without a name is read in order
                continue
            if how.place == "count":
                count = show_value(value) + "@"
            elif how.place == "size":
                size = show_value(value)
            elif how.place == "plain" and not skipped:
                plain.append(show_value(value))
            else:
                rest.append(show_token(name, how, value))
        return [count + size, *plain, *rest] if count or size else plain + rest


def _of_any_shape(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method of a layer, taking a shape in any form: a text, a list, letters; and refusing what is none."""

    @wraps(method)
    def public(self: Layer, x: Any, *rest: Any, **named: Any) -> Any:
        if type(x) is not tuple or not x:
            x = as_shape(x)
        for size in x:
            if (size < 1) if type(size) is int else not isinstance(size, Formula | Written):
                x = as_shape(x)
                break
        return method(self, x, *rest, **named)

    return public


for _name in ("shape", "weights", "params", "macs", "module"):
    setattr(Layer, _name, _of_any_shape(Layer.__dict__[_name]))


def of_a_shape(method: Callable[..., Any]) -> Callable[..., Any]:
    """The same method of a layer's class, for an x that is known to be a shape, without looking at it again."""
    inner: Callable[..., Any] = getattr(method, "__wrapped__", method)
    return inner


def fields_only(cls: type[T]) -> type[T]:
    """Make a class a dataclass whose methods are those of `Layer`: only its fields are read."""
    for name in ("shape", "weights", "params", "macs", "module"):
        if name in cls.__dict__:
            setattr(cls, name, _of_any_shape(cls.__dict__[name]))
    made = dataclass(init=False, repr=False, eq=False)(cls)
    fields = dataclasses.fields(made)  # type: ignore[arg-type]
    made.names = tuple(f.name for f in fields)
    made.defaults = {f.name: f.default for f in fields if f.default is not dataclasses.MISSING}
    made.tokens = {f.name: f.metadata["token"] for f in fields if "token" in f.metadata}
    return made


@dataclass_transform(frozen_default=True, field_specifiers=(token,))
def layer(
    name: str, torch: str = "", args: str = "", ignored: dict[str, Any] | None = None
) -> Callable[[type[T]], type[T]]:
    """Make a class a layer: a frozen dataclass, known by `name` in specs and by torch's names in PyTorch text.

    `torch` lists torch's class names; `args` its positional arguments (the fields in their order, if not given).
    """

    def register(cls: type[T]) -> type[T]:
        made = fields_only(cls)
        made.name = name
        made.torch_args = tuple(args.split()) or made.names
        made.ignored = ignored or {}
        LAYERS[name] = made
        made.torch_names = tuple(torch.split())
        for torch_name in made.torch_names:
            axes = int(torch_name[-2]) if torch_name[-2:] in ("1d", "2d", "3d") else None
            TORCH_NAMES[torch_name] = (made, axes)
        return made

    return register


# -- helpers for layers -----------------------------------------------------------------------------------------


def per_axis(self: Layer, name: str, x: Shape, count: int) -> tuple[Dim, ...]:
    """The field's value along each of `count` spatial axes."""
    value = self.__dict__[name]
    if value.__class__ is not tuple:
        return (value,) * count
    if len(value) != count:
        raise ShapeError(
            "axes_mismatch", layer_name=self.name, field=name, count=len(value), shape=show_shape(x), axes=count
        )
    return value


def channels_and_sizes(self: Layer, x: Shape) -> tuple[Dim, Shape]:
    """Split (C, …) into C and one to three spatial sizes."""
    if not 2 <= len(x) <= 4:
        raise ShapeError(
            "wrong_axes", layer_name=self.name, shape=show_shape(x), expected="(C, L), (C, H, W), (C, D, H, W)"
        )
    return x[0], x[1:]


def check_count(self: Layer, x: Shape, given: Dim | None, has: Dim, unit: str) -> None:
    """Check a number of channels or features that the text states against what the input has."""
    if given is not None:
        require(
            given, "==", has, "channel_mismatch", layer_name=self.name, shape=Lazy(show_shape, x),
            takes=Lazy(show, given), has=Lazy(show, has), unit=unit if given == 1 else unit + "s", unit_vi=unit,
        )  # fmt: skip
