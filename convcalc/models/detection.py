"""What R-CNNs look at: a ResNet-50 whose four stages feed a feature pyramid of 256 channels.

The output is all levels P2 to P5 in one row, so that every layer of the pyramid counts.
"""

from __future__ import annotations

from convcalc.models.base import Model
from convcalc.models.resnet import STEM, stages

_C2, _C3, _C4, _C5 = stages("resnet50")
_PYRAMID = "; ".join(
    (
        f"c2: {STEM} > {_C2}", f"c3: {_C3}", f"c4: {_C4}", f"c5: {_C5}",
        "m5: conv {channels}@1x1 < c5",
        *(
            f"l{i}: conv {{channels}}@1x1 < c{i}; u{i}: upsample 2 < m{i + 1}; m{i}: add < l{i}, u{i}"
            for i in (4, 3, 2)
        ),
        *(f"p{i}: conv {{channels}}@3x3 p1 > flatten < m{i}" for i in (2, 3, 4, 5)),
        "cat < p2, p3, p4, p5",
    )
)  # fmt: skip

MODELS = (
    Model(
        "rcnn-fpn", "detection", f"graph({_PYRAMID})", "3,224,224",
        "Lin et al. 2017, Feature pyramid networks for object detection", {"channels": 256},
    ),
)  # fmt: skip
