"""The network of a training: the layer, its torch module, and the first values of its weights."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from convcalc.errors import ConvcalcError
from convcalc.layers import Layer
from convcalc.shape import Shape
from convcalc.tracing import Trace, trace
from convcalc.train.data import Dataset
from convcalc.train.recipes import Recipe


@dataclass(frozen=True)
class Built:
    """The network of a run as a layer and as a module, and what goes into it."""

    layer: Layer
    shape: Shape
    module: nn.Module
    traced: Trace


def input_of(recipe: Recipe, data: Dataset) -> tuple[int, ...]:
    """The shape that the network takes: the recipe's, for texts the longest."""
    if data.kind == "texts":
        return (int(recipe.input),)
    return tuple(map(int, recipe.input.split(",")))


def build(recipe: Recipe, data: Dataset, classes: int, seed: int) -> Built:
    """The network, its parameters drawn from the seed (He et al. 2015 before ReLU, Glorot and Bengio 2010 before sigmoids)."""
    shape = input_of(recipe, data)
    layer = recipe.layer(classes, len(data.words))
    traced = trace(layer, shape)
    torch.manual_seed(seed)
    module = layer.module(shape)
    initialise(module, glorot=any(isinstance(part, nn.Sigmoid | nn.Tanh) for part in module.modules()))
    counted = sum(p.numel() for p in module.parameters())
    if counted != traced.params:
        raise ConvcalcError("torch_differs", what="params", ours=str(traced.params), theirs=str(counted))
    return Built(layer, shape, module, traced)


def initialise(module: nn.Module, glorot: bool) -> None:
    """First values of the weights; biases begin at zero, as in the decks."""
    for part in module.modules():
        if isinstance(part, nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.ConvTranspose2d | nn.Linear):
            if glorot:
                nn.init.xavier_uniform_(part.weight)
            else:
                nn.init.kaiming_uniform_(part.weight, nonlinearity="relu")
            if part.bias is not None:
                nn.init.zeros_(part.bias)
        elif isinstance(part, nn.Embedding):
            nn.init.normal_(part.weight, std=0.1)
