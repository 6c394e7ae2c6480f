"""A module of torch.nn → its layer, from the module's attributes."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from convcalc.importing.ops import Unreadable
from convcalc.layers import TORCH_NAMES, Layer
from convcalc.layers.base import ANY
from convcalc.layers.tokens import checked

# The fields whose number of values says for how many axes a layer is.
SIZES = ("kernel_size", "output_size", "normalized_shape", "sides")


def layer_of(module: nn.Module) -> Layer:
    """The layer of a module that `TORCH_NAMES` knows; raises `Unreadable` where an argument has no equal here."""
    name = type(module).__name__
    cls, axes = TORCH_NAMES[name]
    for argument, allowed in cls.ignored.items():
        value = getattr(module, argument, allowed)
        if allowed is not ANY and value != allowed and argument not in ("device", "dtype"):
            raise Unreadable(f"{name} with {argument}={value}")
    values: dict[str, Any] = {}
    for field in cls.names:
        argument = next(
            (torch for torch, ours in cls.aliases.items() if ours == field and hasattr(module, torch)), field
        )
        if field not in cls.torch_args and argument not in cls.torch_args:
            continue
        if not hasattr(module, argument):
            continue
        value = getattr(module, argument)
        if field in ("bias", "affine"):
            value = value is not None and value is not False
        if isinstance(value, Tensor):
            raise Unreadable(f"{name} with {argument} as a tensor")
        if isinstance(value, list):
            value = tuple(value)
        if value is None and field in cls.defaults and cls.defaults[field] is not None and None not in cls.tokens[field].words.values():  # fmt: skip
            continue
        if (
            isinstance(value, tuple)
            and field not in SIZES
            and len(set(value)) == 1
            and cls.tokens[field].kind == "axes"
        ):
            value = value[0]  # (1, 1) says no more than 1
        if field in cls.tokens and value is not None:
            checked(cls.name, field, cls.tokens[field], value)
        values[field] = value
    if axes is not None and "dims" in cls.tokens:
        values["dims"] = axes
    elif axes is not None:
        for field in SIZES:
            if isinstance(values.get(field), int):
                values[field] = (values[field],) * axes
    return cls(**values)
