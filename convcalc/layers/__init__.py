"""All layers; importing this package fills the tables LAYERS and TORCH_NAMES."""

from convcalc.layers.base import LAYERS, TORCH_NAMES, Layer
from convcalc.layers.combine import Chain, Concat, Graph, GraphNode, Network, Repeat, Residual, chain
from convcalc.layers.conv import Conv, ConvT
from convcalc.layers.linear import Bias, Embedding, Linear
from convcalc.layers.merge import Add, Cat, Merge, Mul
from convcalc.layers.norm import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, LocalResponseNorm
from convcalc.layers.pointwise import GELU, Dropout, Identity, LeakyReLU, ReLU, Sigmoid, SiLU, Softmax, Tanh
from convcalc.layers.pool import AdaptiveAvg, AdaptiveMax, AvgPool, GlobalAvg, MaxPool, MinPool, Unpool
from convcalc.layers.resize import Flatten, Pad, Transpose, Upsample

__all__ = [
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
    "Identity",
    "InstanceNorm",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LocalResponseNorm",
    "MaxPool",
    "Merge",
    "MinPool",
    "Mul",
    "Network",
    "Pad",
    "ReLU",
    "Repeat",
    "Residual",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Transpose",
    "Unpool",
    "Upsample",
    "chain",
]
