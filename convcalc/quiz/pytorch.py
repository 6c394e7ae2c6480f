"""Layers as the PyTorch code that a question shows; `importing.source` reads it back, which the tests make use of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convcalc.layers import (
    AvgPool,
    BatchNorm,
    Conv,
    ConvT,
    Dropout,
    Flatten,
    GlobalAvg,
    Layer,
    Linear,
    MaxPool,
    ReLU,
    Sigmoid,
    Tanh,
)
from convcalc.shape import Shape


def line(layer: Layer, x: Shape) -> str:
    """nn.Conv2d(3, 16, kernel_size=5, stride=2, padding=2), for an input of shape x."""
    axes = len(x) - 1
    if isinstance(layer, Conv | ConvT):
        groups = x[0] if layer.groups == "depthwise" else layer.groups
        kernels = layer.out_channels or (x[0] if layer.groups == "depthwise" else 1)
        name = "Conv" if isinstance(layer, Conv) else "ConvTranspose"
        words = [str(x[0]), str(kernels), f"kernel_size={_value(layer.kernel_size)}"]
        for field, usual in (("stride", 1), ("padding", 0), ("output_padding", 0), ("dilation", 1)):
            value = getattr(layer, field, usual)
            if value != usual:
                words.append(f"{field}={_value(value)}")
        if groups != 1:
            words.append(f"groups={groups}")
        if not layer.bias:
            words.append("bias=False")
        return f"nn.{name}{axes}d({', '.join(words)})"
    if isinstance(layer, MaxPool | AvgPool):
        name = "MaxPool" if isinstance(layer, MaxPool) else "AvgPool"
        words = [f"kernel_size={_value(layer.kernel_size)}"]
        if layer.stride not in (None, layer.kernel_size):
            words.append(f"stride={_value(layer.stride)}")
        if layer.padding != 0:
            words.append(f"padding={_value(layer.padding)}")
        if layer.ceil_mode:
            words.append("ceil_mode=True")
        return f"nn.{name}{axes}d({', '.join(words)})"
    if isinstance(layer, Linear):
        return f"nn.Linear({x[-1]}, {layer.out_features}" + ("" if layer.bias else ", bias=False") + ")"
    if isinstance(layer, BatchNorm):
        return f"nn.BatchNorm{max(axes, 1)}d({x[0]})"
    if isinstance(layer, GlobalAvg):
        return f"nn.AdaptiveAvgPool{axes}d(1)"
    return {
        ReLU: "nn.ReLU()",
        Flatten: "nn.Flatten()",
        Sigmoid: "nn.Sigmoid()",
        Tanh: "nn.Tanh()",
        Dropout: "nn.Dropout()",
    }[type(layer)]


def _value(value: Any) -> str:
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, tuple) and len(set(value)) == 1:
        return str(value[0])
    return str(value)


def names(layers: Sequence[Layer]) -> list[str]:
    """conv1, pool1, relu, fc1, …: one name for each layer; layers without weights or numbers share theirs."""
    bases = {Conv: "conv", ConvT: "up", MaxPool: "pool", AvgPool: "pool", Linear: "fc", BatchNorm: "bn"}
    found = []
    counts: dict[str, int] = {}
    totals = [bases.get(type(layer)) for layer in layers]
    for base in totals:
        if base is None:
            found.append("")
            continue
        counts[base] = counts.get(base, 0) + 1
        found.append(base if totals.count(base) == 1 else f"{base}{counts[base]}")
    plain = {ReLU: "relu", Flatten: "flatten", GlobalAvg: "gap", Sigmoid: "sigmoid", Tanh: "tanh", Dropout: "dropout"}
    return [name or plain[type(layer)] for name, layer in zip(found, layers, strict=True)]


def model(layers: Sequence[Layer], x: Shape, lines: dict[int, str] | None = None) -> str:
    """A class of the layers in a row, for an input of shape x; `lines` are lines of the code that are given, right or wrong."""
    shapes = [x]
    for layer in layers[:-1]:
        shapes.append(layer.shape(shapes[-1]))
    called = names(layers)
    made: dict[str, str] = {}
    for i, (name, layer, shape) in enumerate(zip(called, layers, shapes, strict=True)):
        made.setdefault(name, (lines or {}).get(i) or line(layer, shape))
    forward: list[str] = []
    for name, layer in zip(called, layers, strict=True):
        if isinstance(layer, ReLU) and forward:
            forward[-1] = forward[-1].replace("x = ", f"x = self.{name}(", 1) + ")"
        else:
            forward.append(f"x = self.{name}(x)")
    return custom_model(list(made.items()), [*forward, "return x"], x)


def custom_model(made: Sequence[tuple[str, str]], forward: Sequence[str], x: Shape) -> str:
    """A class that makes layers, by name and code, and the lines of its forward; then its summary for an input of shape x."""
    body = "\n".join(f"        self.{name} = {text}" for name, text in made)
    steps = "\n".join(f"        {step}" for step in forward)
    return (
        "class CustomModel(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        f"{body}\n\n"
        "    def forward(self, x):\n"
        f"{steps}\n\n"
        "model = CustomModel()\n"
        f"summary(model, {_tuple(x)})"
    )


def _tuple(x: Shape) -> str:
    return "(" + ", ".join(map(str, x)) + (",)" if len(x) == 1 else ")")
