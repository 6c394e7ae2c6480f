"""Layers that act on each value by itself: activations, dropout, identity; and softmax, which acts along one axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.errors import ShapeError
from convcalc.field import Field
from convcalc.formula import Dim
from convcalc.layers.base import ANY, Layer, check_count, layer, token
from convcalc.shape import Shape, show_shape

if TYPE_CHECKING:
    from torch import nn

_INPLACE = {"inplace": ANY}


def _on_maps(spec: str) -> tuple[tuple[str, str], ...]:
    """The same spec on a map, a sequence and a flat input."""
    return tuple((spec, x) for x in ("3,4,5", "3,7", "6"))


@layer("relu", torch="ReLU", args="inplace", ignored=_INPLACE)
class ReLU(Layer):
    """max(0, x)."""

    keeps = "output"
    examples = _on_maps("relu")


@layer("sigmoid", torch="Sigmoid")
class Sigmoid(Layer):
    """1/(1 + e^−x)."""

    keeps = "output"
    examples = _on_maps("sigmoid")


@layer("tanh", torch="Tanh")
class Tanh(Layer):
    """The hyperbolic tangent."""

    keeps = "output"
    examples = _on_maps("tanh")


@layer("gelu", torch="GELU")
class GELU(Layer):
    """x·Φ(x), Φ the distribution function of the normal distribution."""

    approximate: str = token("choice", "none", options=("none", "tanh"), words={"tanh": "tanh"})

    examples = (*_on_maps("gelu"), ("gelu tanh", "3,4,4"))


@layer("silu", torch="SiLU", args="inplace", ignored=_INPLACE)
class SiLU(Layer):
    """x·sigmoid(x), also called swish."""

    examples = _on_maps("silu")


@layer("leakyrelu", torch="LeakyReLU", args="negative_slope inplace", ignored=_INPLACE)
class LeakyReLU(Layer):
    """x where positive, slope·x elsewhere."""

    negative_slope: float = token("real", 0.01, place="plain")

    examples = (*_on_maps("leakyrelu"), ("leakyrelu 0.2", "3,4,4"))


@layer("relu6", torch="ReLU6", args="inplace", ignored=_INPLACE)
class ReLU6(Layer):
    """min(max(0, x), 6)."""

    examples = _on_maps("relu6")


@layer("prelu", torch="PReLU", args="num_parameters init", ignored={"init": ANY, "device": None, "dtype": None})
class PReLU(Layer):
    """x where positive, a learned slope times x elsewhere; one slope, or one for each channel."""

    num_parameters: Dim = token("dim", 1, place="plain", least=1)

    examples = (*_on_maps("prelu"), ("prelu 3", "3,4,4"))

    def shape(self, x: Shape) -> Shape:
        if not (isinstance(self.num_parameters, int) and self.num_parameters == 1):
            check_count(self, x, self.num_parameters, x[0], "channel")
        return x

    def weights(self, x: Shape) -> dict[str, Shape]:
        return {"weight": (self.num_parameters,)}

    def module(self, x: Shape) -> nn.Module:
        return self.torch_module(x)


@layer("elu", torch="ELU", args="alpha inplace", ignored=_INPLACE)
class ELU(Layer):
    """x where positive, α(e^x − 1) elsewhere."""

    alpha: float = token("real", 1.0, place="plain")

    examples = (*_on_maps("elu"), ("elu 0.5", "3,4,4"))


@layer("hardswish", torch="Hardswish", args="inplace", ignored=_INPLACE)
class Hardswish(Layer):
    """x·min(max(0, x + 3), 6)/6."""

    examples = _on_maps("hardswish")


@layer("hardsigmoid", torch="Hardsigmoid", args="inplace", ignored=_INPLACE)
class Hardsigmoid(Layer):
    """min(max(0, x + 3), 6)/6."""

    examples = _on_maps("hardsigmoid")


@layer("softplus", torch="Softplus", args="beta threshold", ignored={"beta": ANY, "threshold": ANY})
class Softplus(Layer):
    """ln(1 + e^x)."""

    examples = _on_maps("softplus")


@layer("mish", torch="Mish", args="inplace", ignored=_INPLACE)
class Mish(Layer):
    """x·tanh(ln(1 + e^x))."""

    examples = _on_maps("mish")


@layer("softmax", torch="Softmax")
class Softmax(Layer):
    """e^x / Σ e^x along one axis, counted as in torch (the batch axis is 0): 1, the channels, if not given."""

    keeps = "output"
    dim: int = token("int", 1, least=-8)

    examples = (*_on_maps("softmax"), ("softmax dim=-1", "3,4,5"))

    def _axis(self, x: Shape) -> int:
        """The axis, counted without the batch axis."""
        axis = self.dim - 1 if self.dim >= 0 else len(x) + self.dim
        if axis == -1:
            raise ShapeError("over_batch", layer_name=self.name, dim=self.dim)
        if not 0 <= axis < len(x):
            raise ShapeError("no_such_axis", layer_name=self.name, axis=self.dim, shape=show_shape(x), count=len(x))
        return axis

    def shape(self, x: Shape) -> Shape:
        self._axis(x)
        return x

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        return f.whole(x, [self._axis(x)])


@layer("logsoftmax", torch="LogSoftmax")
class LogSoftmax(Softmax):
    """The logarithm of softmax."""

    dim: int = token("int", 1, least=-8)

    examples = (*_on_maps("logsoftmax"), ("logsoftmax dim=-1", "3,4,5"))


@layer("dropout", torch="Dropout Dropout1d Dropout2d Dropout3d", args="p inplace", ignored=_INPLACE)
class Dropout(Layer):
    """In training, zeros a share p of the values; afterwards, nothing."""

    keeps = "mask"
    p: float = token("share", 0.5, place="plain")

    moves_only = True
    examples = (*_on_maps("dropout"), ("dropout 0.25", "3,4,4"))


@layer("identity", torch="Identity")
class Identity(Layer):
    """Nothing: the input as it is."""

    keeps = "view"
    moves_only = True
    examples = _on_maps("identity")
