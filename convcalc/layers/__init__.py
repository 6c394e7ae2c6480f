"""All layers; importing this package fills the tables LAYERS and TORCH_NAMES."""

from convcalc.layers.axes import Flatten, Permute, Reshape, Squeeze, Transpose, Unsqueeze
from convcalc.layers.base import LAYERS, TORCH_NAMES, Layer
from convcalc.layers.combine import Chain, Concat, Network, Repeat, Residual, chain
from convcalc.layers.conv import Conv, ConvT
from convcalc.layers.graph import Graph, GraphNode
from convcalc.layers.linear import Bias, Embedding, Linear
from convcalc.layers.merge import Add, Cat, Merge, Mul
from convcalc.layers.norm import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, LocalResponseNorm
from convcalc.layers.pointwise import (
    ELU,
    GELU,
    Dropout,
    Hardsigmoid,
    Hardswish,
    Identity,
    LeakyReLU,
    LogSoftmax,
    Mish,
    PReLU,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from convcalc.layers.pool import AdaptiveAvg, AdaptiveMax, AvgPool, GlobalAvg, MaxPool, MinPool, Unpool
from convcalc.layers.resize import Pad, Upsample
from convcalc.layers.shared import Measured, Shared

__all__ = [
    "ELU",
    "GELU",
    "LAYERS",
    "TORCH_NAMES",
    "AdaptiveAvg",
    "AdaptiveMax",
    "Add",
    "AvgPool",
    "BatchNorm",
    "Bias",
    "Cat",
    "Chain",
    "Concat",
    "Conv",
    "ConvT",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAvg",
    "Graph",
    "GraphNode",
    "GroupNorm",
    "Hardsigmoid",
    "Hardswish",
    "Identity",
    "InstanceNorm",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LocalResponseNorm",
    "LogSoftmax",
    "MaxPool",
    "Measured",
    "Merge",
    "MinPool",
    "Mish",
    "Mul",
    "Network",
    "PReLU",
    "Pad",
    "Permute",
    "ReLU",
    "ReLU6",
    "Repeat",
    "Reshape",
    "Residual",
    "Shared",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Squeeze",
    "Tanh",
    "Transpose",
    "Unpool",
    "Unsqueeze",
    "Upsample",
    "chain",
]
