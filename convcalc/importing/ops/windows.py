"""Pools, up-sampling, padding."""

from __future__ import annotations

from typing import Any

from convcalc.importing.build import Size, Value
from convcalc.importing.ops.call import Call, Unreadable, rule, sizes


@rule("max_pool1d", "max_pool2d", "max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d")
def _pool(call: Call) -> Value:
    kind = "maxpool" if call.name.startswith("max") else "avgpool"
    axes = int(call.name[-2])
    kernel = call.get(1, "kernel_size")
    plain = call.get(2, "stride") in (None, [], ()) and call.get(3, "padding", 0) == 0
    if plain and _is_everything(kernel, axes, call.value()):
        return call.layer(f"adaptive{kind[:3]} {'(1,)' if axes == 1 else 'x'.join('1' * axes)}")
    kernel = kernel if not isinstance(kernel, int) else (kernel,) * axes
    text = f"{kind} {sizes(kernel, 'a kernel')}"
    stride = call.get(2, "stride")
    if stride not in (None, [], ()):
        text += f" stride={sizes(stride, 'a stride')}"
    text += f" padding={sizes(call.get(3, 'padding', 0), 'a padding')}"
    if kind == "maxpool":
        text += f" dilation={sizes(call.get(4, 'dilation', 1), 'a dilation')}"
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
    return call.layer(f"{kind} {sizes(size, 'an output size')}")


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
        text += f"size={sizes(size, 'a size')}"
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
