"""What leaves every cell where it is: activations, dropout, normalising."""

from __future__ import annotations

from typing import Any

from convcalc.importing.build import Value
from convcalc.importing.ops.call import RULES, Call, Unreadable, rule, sizes

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


@rule("layer_norm")
def _layer_norm(call: Call) -> Value:
    if call.get(2, "weight") is not None or call.get(3, "bias") is not None:
        raise Unreadable("layer_norm with weights of its own")
    return call.layer(f"ln {sizes(call.get(1, 'normalized_shape'), 'a shape')} noaffine")
