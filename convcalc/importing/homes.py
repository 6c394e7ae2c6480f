"""Where torch keeps each function that has a rule: torch itself, torch.nn.functional, the methods of a tensor.

The lists are compared with torch in the tests. Code that asks torch.silu stops there, whatever F.silu can do.
"""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TORCH = _names(
    "adaptive_avg_pool1d adaptive_max_pool1d add alpha_dropout avg_pool1d cat clone concat concatenate detach dropout feature_dropout flatten"
    " layer_norm log_softmax max_pool1d max_pool2d max_pool3d mean mul multiply permute relu relu_ reshape sigmoid sigmoid_ softmax squeeze"
    " sub subtract swapaxes tanh tanh_ transpose unsqueeze"
)
_FUNCTIONAL = _names(
    "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d alpha_dropout"
    " avg_pool1d avg_pool2d avg_pool3d dropout dropout1d dropout2d dropout3d elu elu_ gelu hardsigmoid hardswish interpolate layer_norm"
    " leaky_relu leaky_relu_ log_softmax max_pool1d max_pool2d max_pool3d mish pad relu relu6 relu_ sigmoid silu softmax softplus tanh"
    " upsample"
)
_METHODS = _names(
    "add add_ clone contiguous detach double expand_as flatten float half log_softmax mean mul mul_ multiply permute relu relu_"
    " requires_grad_ reshape sigmoid sigmoid_ size softmax squeeze sub sub_ subtract swapaxes tanh tanh_ to transpose type_as unsqueeze"
    " view"
)

# The place as code writes it → the names there.
HOMES: dict[str, frozenset[str]] = {"torch": _TORCH, "torch.nn.functional": _FUNCTIONAL, "torch.Tensor": _METHODS}
_SHORT = {"torch": "torch.", "torch.nn.functional": "F.", "torch.Tensor": "x."}


def missing(home: str, name: str, known: bool) -> str | None:
    """What torch says of a name that it does not have there; None where it has it, or where nobody here knows."""
    if home not in HOMES or name in HOMES[home]:
        return None
    elsewhere = [_SHORT[other] + name for other, names in HOMES.items() if name in names]
    if not known or not elsewhere:
        return None
    owner = "'Tensor' object" if home == "torch.Tensor" else f"module '{home}'"
    return f"AttributeError: {owner} has no attribute '{name}'; there is {' and '.join(elsewhere)}"
