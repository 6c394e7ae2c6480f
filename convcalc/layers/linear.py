"""Fully connected layers, embeddings and a bias of its own for each position."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.errors import Lazy
from convcalc.field import Field
from convcalc.formula import Dim
from convcalc.layers.base import ANY, Layer, check_count, layer, token
from convcalc.notation import show
from convcalc.shape import Shape, product, require

if TYPE_CHECKING:
    from torch import nn


@layer("linear", torch="Linear", args="in_features out_features bias", ignored={"device": None, "dtype": None})
class Linear(Layer):
    """A fully connected layer on the last axis: (N,) → (F,), with N·F weights and F biases."""

    out_features: Dim = token("dim", place="plain", least=1, letters="F")
    bias: bool = token("flag", True, words={"nobias": False})
    in_features: Dim | None = token("dim", None, least=1)

    examples = (("linear 10", "400"), ("linear 3 nobias", "5"), ("linear 4", "2,3,6"))

    def shape(self, x: Shape) -> Shape:
        check_count(self, x, self.in_features, x[-1], "feature")
        return (*x[:-1], self.out_features)

    def weights(self, x: Shape) -> dict[str, Shape]:
        weight: Shape = (self.out_features, x[-1])
        return {"weight": weight, "bias": (self.out_features,)} if self.bias else {"weight": weight}

    def macs(self, x: Shape, y: Shape | None = None) -> Dim:
        return self.out_features * x[-1] * product(x[:-1])

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        return f.whole(x, [len(x) - 1])

    def module(self, x: Shape) -> nn.Module:
        return self.torch_module(x, in_features=self.in_features or x[-1])


@layer(
    "embedding",
    torch="Embedding",
    ignored={
        "max_norm": None,
        "norm_type": ANY,
        "scale_grad_by_freq": ANY,
        "sparse": ANY,
        "device": None,
        "dtype": None,
    },
)
class Embedding(Layer):
    """A table of V vectors of D numbers, looked up by index: (L,) → (L, D). A look-up multiplies nothing."""

    num_embeddings: Dim = token("dim", place="plain", least=1, letters="V")
    embedding_dim: Dim = token("dim", place="plain", least=1, letters="D")
    padding_idx: int | None = token("int", None)

    examples = (("embedding 50 8", "7"), ("embedding 50 8 padding_idx=0", "7"))

    takes_indices = True
    output_axes = ("length", "features")

    def shape(self, x: Shape) -> Shape:
        if self.padding_idx is not None:
            require(
                self.num_embeddings, ">=", self.padding_idx + 1, "index_too_large", layer_name=self.name,
                index=self.padding_idx, count=Lazy(show, self.num_embeddings), last=Lazy(show, self.num_embeddings - 1),
            )  # fmt: skip
        return (*x, self.embedding_dim)

    def weights(self, x: Shape) -> dict[str, Shape]:
        return {"weight": (self.num_embeddings, self.embedding_dim)}

    def field(self, f: Field, x: Shape, y: Shape) -> Field:
        return f.reordered([*range(len(x)), None])


@layer("bias")
class Bias(Layer):
    """A learned bias of its own for every position, as AlphaGo's policy network has before its softmax."""

    keeps = "nothing"
    examples = (("bias", "1,19,19"), ("bias", "10"))

    def weights(self, x: Shape) -> dict[str, Shape]:
        return {"bias": x}

    def module(self, x: Shape) -> nn.Module:
        from convcalc.torchside.modules import BiasPerPosition

        return BiasPerPosition(x)
