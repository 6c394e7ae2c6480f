"""Normalisation: batch, layer, group, instance and local response norm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.errors import Lazy, ShapeError
from convcalc.field import Field
from convcalc.formula import Dim
from convcalc.layers.base import Axes, Layer, channels_and_sizes, check_count, layer, token
from convcalc.notation import show
from convcalc.shape import Shape, product, require, show_shape, show_sizes

if TYPE_CHECKING:
    from torch import nn

_AXES = {"1d": 1, "2d": 2, "3d": 3}
_BATCH_NORM_AXES = {1: (0, 1), 2: (2,), 3: (3,)}


def _scale_and_shift(affine: bool, count: Shape) -> dict[str, Shape]:
    return {"weight": count, "bias": count} if affine else {}


@layer(
    "bn",
    torch="BatchNorm1d BatchNorm2d BatchNorm3d",
    args="num_features eps momentum affine track_running_stats",
    ignored={"track_running_stats": True, "device": None, "dtype": None},
)
class BatchNorm(Layer):
    """Batch normalisation: each channel by its mean and variance over the batch; a scale and a shift are learned.

    The receptive field is that of a trained network, whose mean and variance are fixed numbers.
    """

    num_features: Dim | None = token("dim", None, least=1)
    eps: float = token("real", 1e-5)
    momentum: float | None = token("real", 0.1, words={"None": None})
    affine: bool = token("flag", True, words={"noaffine": False})
    dims: int | None = token("choice", None, words=_AXES)

    examples = (("bn", "6,8,8"), ("bn 2d", "6,8,8"), ("bn noaffine", "6,8"), ("bn", "10"), ("bn", "2,3,4,5"))

    def shape(self, x: Shape) -> Shape:
        if len(x) > 4 or (self.dims is not None and len(x) - 1 not in _BATCH_NORM_AXES[self.dims]):
            expected = {
                None: "(C,), (C, L), (C, H, W), (C, D, H, W)",
                1: "(C,), (C, L)",
                2: "(C, H, W)",
                3: "(C, D, H, W)",
            }
            raise ShapeError("wrong_axes", layer_name=self.name, shape=show_shape(x), expected=expected[self.dims])
        check_count(self, x, self.num_features, x[0], "channel")
        return x

    def weights(self, x: Shape) -> dict[str, Shape]:
        return _scale_and_shift(self.affine, (x[0],))

    def module(self, x: Shape) -> nn.Module:
        # torch's BatchNorm1d takes flat inputs too
        return self.torch_module(x if len(x) > 1 else (*x, 1), num_features=self.num_features or x[0])


@layer(
    "ln",
    torch="LayerNorm",
    args="normalized_shape eps elementwise_affine bias",
    ignored={"device": None, "dtype": None},
)
class LayerNorm(Layer):
    """Layer normalisation over the last axes; over all of them if none are given. Every value sees the whole of them."""

    normalized_shape: Axes | None = token("axes", None, place="size", least=1)
    eps: float = token("real", 1e-5)
    elementwise_affine: bool = token("flag", True, words={"noaffine": False})
    bias: bool = token("flag", True, words={"nobias": False})

    examples = (("ln", "4,6,6"), ("ln 6", "4,6,6"), ("ln 6x5 nobias", "4,6,5"), ("ln noaffine", "10"))

    def _over(self, x: Shape) -> Shape:
        if self.normalized_shape is None:
            return x
        return self.normalized_shape if isinstance(self.normalized_shape, tuple) else (self.normalized_shape,)

    def shape(self, x: Shape) -> Shape:
        over = self._over(x)
        last = x[len(x) - len(over) :] if len(over) <= len(x) else ()
        for given, has in zip(over, last or (0,) * len(over), strict=True):
            require(
                given,
                "==",
                has,
                "other_last_sizes",
                layer_name=self.name,
                given=Lazy(show_shape, over),
                shape=Lazy(show_shape, x),
            )
        return x

    def weights(self, x: Shape) -> dict[str, Shape]:
        weights = _scale_and_shift(self.elementwise_affine, self._over(x))
        return weights if self.bias else {k: v for k, v in weights.items() if k != "bias"}

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        return f.whole(x, range(len(x) - len(self._over(x)), len(x)))

    def module(self, x: Shape) -> nn.Module:
        return self.torch_module(x, normalized_shape=self._over(x))


@layer("gn", torch="GroupNorm", args="num_groups num_channels eps affine", ignored={"device": None, "dtype": None})
class GroupNorm(Layer):
    """Group normalisation: the channels in groups, each over its whole map; every value sees all of the map."""

    num_groups: Dim = token("dim", place="plain", least=1)
    num_channels: Dim | None = token("dim", None, least=1)
    eps: float = token("real", 1e-5)
    affine: bool = token("flag", True, words={"noaffine": False})

    examples = (("gn 4", "8,6,6"), ("gn 2 noaffine", "8,5"), ("gn 1", "3,2,2,2"))

    def shape(self, x: Shape) -> Shape:
        if self.affine:  # without weights torch does not look at the number of channels
            check_count(self, x, self.num_channels, x[0], "channel")
        for count in (x[0], self.num_channels or x[0]):
            require(
                self.num_groups, "divides", count, "groups_do_not_divide", layer_name=self.name,
                groups=Lazy(show, self.num_groups), count=Lazy(show, count), what="channels", what_vi="channel",
            )  # fmt: skip
        return x

    def weights(self, x: Shape) -> dict[str, Shape]:
        return _scale_and_shift(self.affine, (x[0],))

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        return f.over_channels(x, self.num_groups).whole(x, range(1, len(x)))

    def module(self, x: Shape) -> nn.Module:
        return self.torch_module(x, num_channels=self.num_channels or x[0])


@layer(
    "in",
    torch="InstanceNorm1d InstanceNorm2d InstanceNorm3d",
    args="num_features eps momentum affine track_running_stats",
    ignored={"track_running_stats": False, "device": None, "dtype": None},
)
class InstanceNorm(Layer):
    """Instance normalisation: each channel over its own map; nothing is learned unless `affine`."""

    num_features: Dim | None = token("dim", None, least=1)
    eps: float = token("real", 1e-5)
    momentum: float = token("real", 0.1)
    affine: bool = token("flag", False, words={"affine": True})
    dims: int | None = token("choice", None, words=_AXES)

    examples = (("in", "6,8,8"), ("in affine", "6,8"), ("in affine 3d", "2,3,4,5"))

    def shape(self, x: Shape) -> Shape:
        if self.dims not in (None, len(x) - 1):
            expected = {1: "(C, L)", 2: "(C, H, W)", 3: "(C, D, H, W)"}[self.dims or 1]
            raise ShapeError("other_dims", layer_name=self.name, shape=show_shape(x), expected=expected)
        channels_and_sizes(self, x)
        if self.affine:  # without weights torch does not look at the number of channels
            check_count(self, x, self.num_features, x[0], "channel")
        require(product(x[1:]), ">=", 2, "one_value", layer_name=self.name, sizes=Lazy(show_sizes, x[1:]))
        return x

    def weights(self, x: Shape) -> dict[str, Shape]:
        return _scale_and_shift(self.affine, (x[0],))

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        return f.whole(x, range(1, len(x)))

    def module(self, x: Shape) -> nn.Module:
        return self.torch_module(x, num_features=self.num_features or x[0])


@layer("lrn", torch="LocalResponseNorm", args="size alpha beta k")
class LocalResponseNorm(Layer):
    """Local response normalisation across `size` neighbouring channels (Krizhevsky et al. 2012, section 3.3)."""

    size: Dim = token("dim", 5, place="plain", least=1)
    alpha: float = token("real", 1e-4)
    beta: float = token("real", 0.75)
    k: float = token("real", 1.0)

    examples = (("lrn 5", "8,6,6"), ("lrn", "8,7"))

    def keeps_also(self, x: Shape, y: Shape) -> Dim:
        # the squares with zeros around the channels, the denominators, and those to the power of beta
        return (x[0] + self.size - 1) * product(x[1:]) + 2 * product(x)

    def shape(self, x: Shape) -> Shape:
        if len(x) < 2:
            raise ShapeError(
                "wrong_axes", layer_name=self.name, shape=show_shape(x), expected="(C, L), (C, H, W), (C, D, H, W)"
            )
        return x

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        return f.forget([0])
