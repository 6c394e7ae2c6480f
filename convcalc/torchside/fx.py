"""A torch module → a network: torch.fx follows its steps, and each becomes a layer, or is run and measured.

Every step is run once on shapes alone (fake tensors), so a rule that would give another shape than torch does is not used.
"""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import torch
from torch import fx, nn

from convcalc.errors import ConvcalcError
from convcalc.importing.build import Imported
from convcalc.layers import Layer
from convcalc.scan import as_shape
from convcalc.shape import is_symbolic, short, show_shape, wholes
from convcalc.torchside.importer import Importer


def from_torch(module: nn.Module, input_shape: Any) -> Layer:
    """The network that a module is, for inputs of the shape (without the batch axis).

    What has no rule is run once and marked measured: its counts are real, its formula is unknown. Weights that are used twice
    count once. Raises `ConvcalcError` where torch.fx cannot follow the module, or the input does not fit.
    """
    return import_module(module, input_shape).layer


def import_module(module: nn.Module, input_shape: Any) -> Imported:
    """As `from_torch`, with notes on what is measured and what is never called."""
    if not isinstance(module, nn.Module):
        raise ConvcalcError("not_a_module", what=short(repr(module)))
    shape = as_shape(input_shape)
    if is_symbolic(shape):
        raise ConvcalcError("trace_letters", shape=show_shape(shape))
    if any(has_uninitialized(part) for part in module.modules()):
        raise ConvcalcError("trace_failed", reason="a lazy layer has no weights yet; run the module once before")
    x = wholes(shape)
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            traced = _traced(module)
            return Importer(traced, module).run(x)
    finally:
        for part, mode in modes.items():
            part.training = mode


def _traced(module: nn.Module) -> fx.GraphModule:
    try:
        if _is_leaf(module):
            return fx.symbolic_trace(nn.Sequential(module))
        # Arguments with defaults, such as mask=None, keep them, so that `if mask is not None` can be followed.
        given = list(inspect.signature(module.forward).parameters.values())[1:]
        usual = {p.name: p.default for p in given if p.default is not p.empty and p.kind is not p.VAR_KEYWORD}
        return fx.symbolic_trace(module, concrete_args=usual or None)
    except Exception as error:
        raise ConvcalcError("trace_failed", reason=short(f"{type(error).__name__}: {error}", 160)) from None


def has_uninitialized(part: nn.Module) -> bool:
    """Whether a lazy layer has not seen its input yet."""
    return any(isinstance(p, nn.parameter.UninitializedParameter) for p in part.parameters(recurse=False))


def _is_leaf(module: nn.Module) -> bool:
    return type(module).__module__.startswith("torch.nn") and not isinstance(module, nn.Sequential)
