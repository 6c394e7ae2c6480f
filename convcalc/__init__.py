"""convcalc: shapes, parameters and costs of convolutional networks, exact, explained, and checked against torch.

import convcalc as cc
net = cc.parse("conv 6@5x5 > relu")
net.shape((1, 28, 28)), net.params((1, 28, 28)), net.macs((1, 28, 28))
cc.trace(net, (1, 28, 28)); cc.check(net, (1, 28, 28), device="cpu")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convcalc.errors import ConvcalcError, MissingError, ShapeError, SpecError
    from convcalc.formula import Dim, Formula, symbol
    from convcalc.importing.source import read_source
    from convcalc.layers import LAYERS, Chain, Concat, Graph, Layer, Repeat, Residual
    from convcalc.scan import as_shape
    from convcalc.shape import Shape
    from convcalc.solving.asking import solve
    from convcalc.spec import parse
    from convcalc.torchside.check import Check, check
    from convcalc.torchside.fx import from_torch
    from convcalc.tracing import Row, Trace, trace

__version__ = "0.1.0"

# Where each public name lives; a module is imported when its name is first used, so `import convcalc` loads nothing heavy.
_HOMES = {
    "errors": ("ConvcalcError", "MissingError", "ShapeError", "SpecError"),
    "formula": ("Dim", "Formula", "symbol"),
    "importing.source": ("read_source",),
    "layers": ("LAYERS", "Chain", "Concat", "Graph", "Layer", "Repeat", "Residual"),
    "scan": ("as_shape",),
    "shape": ("Shape",),
    "solving.asking": ("solve",),
    "spec": ("parse",),
    "torchside.check": ("Check", "check"),
    "torchside.fx": ("from_torch",),
    "tracing": ("Row", "Trace", "trace"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "LAYERS",
    "Chain",
    "Check",
    "Concat",
    "ConvcalcError",
    "Dim",
    "Formula",
    "Graph",
    "Layer",
    "MissingError",
    "Repeat",
    "Residual",
    "Row",
    "Shape",
    "ShapeError",
    "SpecError",
    "Trace",
    "as_shape",
    "check",
    "from_torch",
    "parse",
    "read_source",
    "solve",
    "symbol",
    "trace",
]


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'convcalc' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module(f"convcalc.{_HOME[name]}"), name)
    globals()[name] = value
    return value
