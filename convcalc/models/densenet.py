"""DenseNet: every layer of a block sees all that came before it in the block."""

from __future__ import annotations

from convcalc.models.base import Count, Model

_SOURCE = "Huang et al. 2017, Densely connected convolutional networks, table 1"
# name → layers in each block, growth, channels of the stem, torchvision's number of parameters
_TABLE = {
    "densenet121": ((6, 12, 24, 16), 32, 64, 7_978_856),
    "densenet169": ((6, 12, 32, 32), 32, 64, 14_149_480),
    "densenet201": ((6, 12, 48, 32), 32, 64, 20_013_928),
    "densenet161": ((6, 12, 36, 24), 48, 96, 28_681_000),
}


def _model(name: str) -> Model:
    blocks, growth, channels, params = _TABLE[name]
    parts = [f"conv {channels}@7x7 s2 p3 nobias > bn > relu > maxpool 3 s2 p1"]
    layer = f"concat(identity | bn > relu > conv {4 * growth}@1x1 nobias > bn > relu > conv {growth}@3x3 p1 nobias)"
    for i, count in enumerate(blocks):
        parts.append(f"{count} * {layer}")
        channels += count * growth
        if i < len(blocks) - 1:  # a transition halves channels and sizes
            channels //= 2
            parts.append(f"bn > relu > conv {channels}@1x1 nobias > avgpool 2")
    parts.append("bn > relu > gap > flatten > linear {classes}")
    counts = (Count(params, "torchvision"),)
    return Model(name, "densenet", " > ".join(parts), "3,224,224", _SOURCE, {"classes": 1000}, counts)


MODELS = tuple(map(_model, _TABLE))
