"""Fully convolutional networks: VGG-16 whose classes are given for every pixel, by transposed convolutions.

The paper pads its input by 100 and crops the result. Here the 7×7 convolution is padded by 3 and every transposed one so that it
multiplies sizes exactly, so that for inputs that are multiples of 32 the output has the input's size.
"""

from __future__ import annotations

from convcalc.models.base import Model
from convcalc.models.vgg import features

_SOURCE = "Long, Shelhamer, Darrell 2015, Fully convolutional networks for semantic segmentation"
_HEAD = "conv 4096@7x7 p3 > relu > dropout > conv 4096@1x1 > relu > dropout > conv {classes}@1x1"
_BLOCKS = features("d")

_8S = "; ".join(
    (
        f"pool3: {' > '.join(_BLOCKS[:3])}",
        f"pool4: {_BLOCKS[3]}",
        f"score: {_BLOCKS[4]} > {_HEAD}",
        "up2: convt {classes}@4x4 s2 p1 nobias < score",
        "score4: conv {classes}@1x1 < pool4",
        "fuse4: add < up2, score4",
        "up4: convt {classes}@4x4 s2 p1 nobias < fuse4",
        "score3: conv {classes}@1x1 < pool3",
        "fuse3: add < up4, score3",
        "up8: convt {classes}@16x16 s8 p4 nobias < fuse3",
    )
)

# Down twice and up twice; what is fine goes across, as in FCN-8s and U-Net.
_SMALL = (
    "conv 16@3x3 p1 > relu > concat(identity | maxpool 2 > conv 32@3x3 p1 > relu"
    " > concat(identity | maxpool 2 > conv 64@3x3 p1 > relu > conv 64@3x3 p2 d2 > relu > conv 64@3x3 p4 d4 > relu > convt 32@2x2 s2 > relu)"
    " > conv 32@3x3 p1 > relu > convt 16@2x2 s2 > relu) > conv 16@3x3 p1 > relu > conv {classes}@1x1"
)

MODELS = (
    Model(
        "fcn32s", "fcn", " > ".join([*_BLOCKS, _HEAD, "convt {classes}@64x64 s32 p16 nobias"]), "3,224,224", _SOURCE,
        {"classes": 21},
    ),
    Model("fcn8s", "fcn", f"graph({_8S})", "3,224,224", _SOURCE, {"classes": 21}),
    Model("fcn-small", "fcn", _SMALL, "3,64,64", "down- and up-sampling as in the deck, small enough for a laptop", {"classes": 4}),
)  # fmt: skip
