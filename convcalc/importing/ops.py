"""What PyTorch's functions and tensor methods are in layers: one table for both ways to import.

A rule gets the builder, the values and arguments of a call, and returns a value; it raises `Unreadable` where it cannot say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convcalc.errors import SpecError
from convcalc.importing.build import Builder, Part, Product, Size, Sizes, Value
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


for _name in ("relu", "sigmoid", "tanh", "silu", "mish", "relu6", "hardswish", "hardsigmoid", "softplus"):
    RULES[_name] = RULES[_name + "_"] = lambda call, name=_name: call.layer(name)  # type: ignore[misc]


def _share(value: Any) -> str:
    """A small number such as a slope."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 100:
        raise Unreadable("a number that is not known")
    return f"{float(value):.12f}"


@rule("gelu")
def _gelu(call: Call) -> Value:
    return call.layer("gelu tanh" if call.get(1, "approximate", "none") == "tanh" else "gelu")


@rule("leaky_relu", "leaky_relu_")
def _leaky(call: Call) -> Value:
    return call.layer(f"leakyrelu {_share(call.get(1, 'negative_slope', 0.01))}")


@rule("elu", "elu_")
def _elu(call: Call) -> Value:
    return call.layer(f"elu {_share(call.get(1, 'alpha', 1.0))}")


@rule("dropout", "dropout1d", "dropout2d", "dropout3d", "feature_dropout", "alpha_dropout")
def _dropout(call: Call) -> Value:
    return call.layer(f"dropout {_share(call.get(1, 'p', 0.5))}")


@rule("stochastic_depth", "contiguous", "clone", "detach", "float", "to", "type_as", "requires_grad_", "double", "half")
def _same(call: Call) -> Value:
    return call.value()


@rule("softmax", "log_softmax")
def _softmax(call: Call) -> Value:
    dim = call.get(1, "dim")
    name = "softmax" if call.name == "softmax" else "logsoftmax"
    if dim is not None and (not isinstance(dim, int) or isinstance(dim, bool)):
        raise Unreadable("an axis that is not known")
    return call.layer(f"{name} dim={1 if dim is None else dim}")


# -- pools ------------------------------------------------------------------------------------------------------


def _sizes(value: Any, what: str) -> str:
    """A number or a tuple of numbers as it is written in a spec."""
    if isinstance(value, bool) or not isinstance(value, int | tuple | list):
        raise Unreadable(f"{what} that is not a number")
    if isinstance(value, int):
        return str(value)
    if not value or not all(isinstance(v, int) and not isinstance(v, bool) for v in value):
        raise Unreadable(f"{what} that is not made of numbers")
    return f"({value[0]},)" if len(value) == 1 else "x".join(map(str, value))


@rule("max_pool1d", "max_pool2d", "max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d")
def _pool(call: Call) -> Value:
    kind = "maxpool" if call.name.startswith("max") else "avgpool"
    axes = int(call.name[-2])
    kernel = call.get(1, "kernel_size")
    plain = call.get(2, "stride") in (None, [], ()) and call.get(3, "padding", 0) == 0
    if plain and _is_everything(kernel, axes, call.value()):
        return call.layer(f"adaptive{kind[:3]} {'(1,)' if axes == 1 else 'x'.join('1' * axes)}")
    kernel = kernel if not isinstance(kernel, int) else (kernel,) * axes
    text = f"{kind} {_sizes(kernel, 'a kernel')}"
    stride = call.get(2, "stride")
    if stride not in (None, [], ()):
        text += f" stride={_sizes(stride, 'a stride')}"
    text += f" padding={_sizes(call.get(3, 'padding', 0), 'a padding')}"
    if kind == "maxpool":
        text += f" dilation={_sizes(call.get(4, 'dilation', 1), 'a dilation')}"
        ceil = call.get(5, "ceil_mode", False)
        if call.get(6, "return_indices", False):
            raise Unreadable("return_indices")
    else:
        ceil = call.get(4, "ceil_mode", False)
        if not call.get(5, "count_include_pad", True):
            text += " count_include_pad=False"
        if call.get(6, "divisor_override") is not None:
            raise Unreadable("divisor_override")
    return call.layer(text + (" ceil" if ceil else ""))


def _is_everything(kernel: Any, axes: int, x: Value) -> bool:
    """A window over all of the tensor: c.size(-1), x.shape[2:], (x.size(2), x.size(3))."""
    sizes = kernel if isinstance(kernel, tuple | list) else [kernel]
    if any(isinstance(size, Size) and size.value != x for size in sizes):
        return False
    if isinstance(kernel, Size):
        return axes == 1 and kernel.axis in (-1, 2) and kernel.number is None
    if isinstance(kernel, tuple | list) and kernel and all(isinstance(k, Size) and k.number is None for k in kernel):
        return [k.axis for k in kernel] in ([-axes + i for i in range(axes)], [2 + i for i in range(axes)])
    return False


@rule(
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
)
def _adaptive(call: Call) -> Value:
    size = call.get(1, "output_size")
    axes = int(call.name[-2])
    size = size if not isinstance(size, int) else (size,) * axes
    kind = "adaptiveavg" if "avg" in call.name else "adaptivemax"
    return call.layer(f"{kind} {_sizes(size, 'an output size')}")


def _decimal(value: float) -> str:
    """A number as a spec writes it, with all its digits and no exponent."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1e-6 <= abs(value) <= 1e6:
        raise Unreadable("a number that is out of reach")
    return f"{value:.17f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


@rule("interpolate", "upsample")
def _interpolate(call: Call) -> Value:
    size, scale, mode = call.get(1, "size"), call.get(2, "scale_factor"), call.get(3, "mode", "nearest")
    align = call.get(4, "align_corners")
    text = "upsample "
    if size is not None:
        text += f"size={_sizes(size, 'a size')}"
    elif isinstance(scale, int | float) and not isinstance(scale, bool):
        text += _decimal(scale)
    elif isinstance(scale, tuple | list) and scale and all(isinstance(s, int | float) for s in scale):
        text += "x".join(map(_decimal, scale))
    else:
        raise Unreadable("interpolate without a size or a scale")
    if mode not in ("nearest", "linear", "bilinear", "trilinear"):
        raise Unreadable("another way to interpolate")
    if mode != "nearest":
        text += f" mode={mode}"
    return call.layer(text + (" align_corners=True" if align else ""))


@rule("pad")
def _pad(call: Call) -> Value:
    sides, mode, fill = call.get(1, "pad"), call.get(2, "mode", "constant"), call.get(3, "value", 0)
    if mode != "constant" or fill not in (None, 0) or not isinstance(sides, tuple | list):
        raise Unreadable("padding with something else than zeros")
    if len(sides) % 2 or not all(isinstance(side, int) and not isinstance(side, bool) for side in sides):
        raise Unreadable("padding by numbers that are not known")
    return call.layer("pad sides=" + "x".join(str(int(s)) for s in sides))


@rule("mean")
def _mean(call: Call) -> Value:
    dims = call.get(1, "dim")
    keep = call.get(2, "keepdim", False)
    dims = [dims] if isinstance(dims, int) else list(dims) if isinstance(dims, tuple | list) else []
    if not all(isinstance(d, int) for d in dims):
        raise Unreadable("a mean over axes that are not known")
    if sorted(dims) in ([2, 3], [-2, -1]):
        return call.layer("adaptiveavg 1x1" if keep else "adaptiveavg 1x1 > flatten")
    if dims in ([2], [-1]):
        return call.layer("adaptiveavg (1,)" if keep else "adaptiveavg (1,) > flatten")
    raise Unreadable("a mean over other axes")


@rule("layer_norm")
def _layer_norm(call: Call) -> Value:
    if call.get(2, "weight") is not None or call.get(3, "bias") is not None:
        raise Unreadable("layer_norm with weights of its own")
    return call.layer(f"ln {_sizes(call.get(1, 'normalized_shape'), 'a shape')} noaffine")


# -- shapes -----------------------------------------------------------------------------------------------------


@rule("flatten")
def _flatten(call: Call) -> Value:
    start, end = call.get(1, "start_dim", 0), call.get(2, "end_dim", -1)
    if start == 0 and end == -1:
        raise Mistaken(
            "flatten joins the batch with the rest here; write flatten(1)",
            "flatten ở đây gộp cả batch; hãy viết flatten(1)",
        )
    if not isinstance(start, int) or not isinstance(end, int) or start < 1:
        raise Unreadable("flattening the batch")
    return call.layer(
        "flatten" + (f" start_dim={start}" if start != 1 else "") + (f" end_dim={end}" if end != -1 else "")
    )


def _dims(call: Call) -> list[Any]:
    rest = call.args[1:] or [call.named.get("size", call.named.get("shape"))]
    return list(rest[0]) if len(rest) == 1 and isinstance(rest[0], tuple | list) else rest


@rule("view", "reshape")
def _view(call: Call) -> Value:
    x = call.value()
    dims = _dims(call)
    if len(dims) == 1 and isinstance(dims[0], int) and dims[0] != -1:
        raise Mistaken(
            f"this view has no place for the batch; write view(-1, {dims[0]})",
            f"view này thiếu chiều batch; hãy viết view(-1, {dims[0]})",
        )
    if len(dims) < 2 or not (dims[0] == -1 or is_batch(dims[0])):
        raise Unreadable("a view that mixes the batch with other axes")
    rest = dims[1:]
    if rest == [-1] or (
        len(rest) == 1 and isinstance(rest[0], Product) and rest[0].value == x and min(rest[0].axes) == 1
    ):
        return call.layer("flatten")
    if len(rest) == 1 and isinstance(rest[0], Size) and rest[0].axis == 1 and rest[0].number is None:
        return call.layer("squeeze > squeeze")  # (C, 1, 1), as global pooling leaves it
    if rest[-1] == -1 and all(isinstance(d, Size) and d.value == x and d.axis == i for i, d in enumerate(rest[:-1], 1)):
        return call.layer(f"flatten start_dim={len(rest)}")
    if isinstance(rest[0], Size) and rest[0].number is None and rest[1:] == [1] * (len(rest) - 1):
        return call.layer(" > ".join(["unsqueeze dim=-1"] * (len(rest) - 1)))  # (C,) as a gate per channel
    numbers = [d.number if isinstance(d, Size) else d for d in rest]
    if all(isinstance(d, int) and not isinstance(d, bool) and d > 0 for d in numbers):
        return call.layer("reshape " + ("x".join(map(str, numbers)) if len(numbers) > 1 else f"{numbers[0]}"))
    raise Unreadable("a view with sizes that are not known")


def is_batch(dim: Any) -> bool:
    """Whether a size in the code is the batch's."""
    return isinstance(dim, Size) and dim.axis == 0


@rule("squeeze")
def _squeeze(call: Call) -> Value:
    dim = call.get(1, "dim")
    if not isinstance(dim, int):
        raise Unreadable("squeezing every axis of size 1, the batch too")
    if dim == 0:
        raise Unreadable("squeezing the batch")
    return call.layer(f"squeeze dim={dim}")


@rule("unsqueeze")
def _unsqueeze(call: Call) -> Value:
    dim = call.get(1, "dim")
    if not isinstance(dim, int) or dim == 0:
        raise Unreadable("an axis in front of the batch")
    return call.layer(f"unsqueeze dim={dim}")


@rule("expand_as")
def _expand_as(call: Call) -> Value:
    return call.value()  # what it is multiplied with stretches it


@rule("transpose", "swapaxes")
def _transpose(call: Call) -> Value:
    a, b = call.get(1, "dim0"), call.get(2, "dim1")
    if not isinstance(a, int) or not isinstance(b, int) or min(a, b) < 1:
        raise Unreadable("swapping the batch, or axes counted from the end")
    return call.layer(f"transpose {a} {b}")


@rule("permute")
def _permute(call: Call) -> Value:
    dims = _dims(call)
    if len(dims) < 2 or dims[0] != 0 or not all(isinstance(d, int) and d > 0 for d in dims[1:]):
        raise Unreadable("moving the batch, or axes counted from the end")
    return call.layer("permute " + ("x".join(map(str, dims[1:])) if len(dims) > 2 else f"({dims[1]},)"))


@rule("size")
def _size(call: Call) -> Any:
    x, dim = call.value(), call.get(1, "dim")
    if dim is None:
        return Sizes(x)
    if not isinstance(dim, int):
        raise Unreadable("a size along an axis that is not known")
    return Size(x, dim)


# -- branches ---------------------------------------------------------------------------------------------------


def _merged(how: str) -> Rule:
    def made(call: Call) -> Value:
        a, b = call.get(0, "input"), call.get(1, "other")
        if not (isinstance(a, Value) and isinstance(b, Value)) or call.named.get("alpha", 1) != 1:
            if how == "mul" and any(isinstance(v, int | float) and not isinstance(v, bool) for v in (a, b)):
                return a if isinstance(a, Value) else b  # scaled by a number: nothing changes here
            raise Unreadable(f"{call.name} with something that is not a tensor")
        return call.build.merge(how, [a, b], how, call.line)

    return made


for _name in ("add", "add_", "__add__", "iadd"):
    RULES[_name] = _merged("add")
for _name in ("sub", "sub_", "subtract", "__sub__", "isub"):
    RULES[_name] = _merged("add")  # a difference has the shape and the cost of a sum
for _name in ("mul", "mul_", "multiply", "__mul__", "imul"):
    RULES[_name] = _merged("mul")


@rule("cat", "concat", "concatenate")
def _cat(call: Call) -> Value:
    tensors, dim = call.get(0, "tensors"), call.get(1, "dim", 0)
    if not isinstance(tensors, tuple | list) or not all(isinstance(t, Value) for t in tensors) or dim != 1:
        raise Unreadable("a concatenation that is not along the channels (dim=1)")
    return call.build.merge("cat", list(tensors), "cat", call.line) if len(tensors) > 1 else tensors[0]
