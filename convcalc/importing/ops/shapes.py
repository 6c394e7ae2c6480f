"""What gives a tensor another shape, or says its shape."""

from __future__ import annotations

from typing import Any

from convcalc.importing.build import Product, Size, Sizes, Value
from convcalc.importing.ops.call import Call, Mistaken, Unreadable, rule


def _dims(call: Call) -> list[Any]:
    rest = call.args[1:] or [call.named.get("size", call.named.get("shape"))]
    return list(rest[0]) if len(rest) == 1 and isinstance(rest[0], tuple | list) else rest


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
