"""ResNet: blocks with a shortcut. `-v1` has the stride on the first 1×1 as in the paper; without it, on the 3×3 as today."""

from __future__ import annotations

from convcalc.models.base import Count, Model

_SOURCE = "He et al. 2016, Deep residual learning for image recognition, table 1"
# name → blocks in each stage, whether they are bottlenecks, torchvision's number of parameters
_TABLE = {
    "resnet18": ((2, 2, 2, 2), False, 11_689_512),
    "resnet34": ((3, 4, 6, 3), False, 21_797_672),
    "resnet50": ((3, 4, 6, 3), True, 25_557_032),
    "resnet101": ((3, 4, 23, 3), True, 44_549_160),
    "resnet152": ((3, 8, 36, 3), True, 60_192_808),
}
_SMALL_STEM = "conv 64@3x3 p1 nobias > bn > relu"
STEM = "conv 64@7x7 s2 p3 nobias > bn > relu > maxpool 3 s2 p1"


def _body(width: int, stride: int, bottleneck: bool, paper: bool) -> str:
    s = f" s{stride}" if stride > 1 else ""
    if not bottleneck:
        return f"conv {width}@3x3{s} p1 nobias > bn > relu > conv {width}@3x3 p1 nobias > bn"
    first, second = (s, "") if paper else ("", s)
    return (
        f"conv {width}@1x1{first} nobias > bn > relu > conv {width}@3x3{second} p1 nobias > bn > relu"
        f" > conv {4 * width}@1x1 nobias > bn"
    )


def stages(name: str, paper: bool = False) -> list[str]:
    """The specs of the four stages; the first block of a stage has a projection wherever the shape changes."""
    blocks, bottleneck, _ = _TABLE[name]
    found = []
    for i, count in enumerate(blocks):
        width, stride = 64 * 2**i, 1 if i == 0 else 2
        out = 4 * width if bottleneck else width
        first, rest = _body(width, stride, bottleneck, paper), _body(width, 1, bottleneck, paper)
        s = f" s{stride}" if stride > 1 else ""
        if i == 0 and not bottleneck:  # nothing changes here
            found.append(f"{count} * (residual({rest}) > relu)")
            continue
        found.append(
            f"residual({first} | conv {out}@1x1{s} nobias > bn) > relu > {count - 1} * (residual({rest}) > relu)"
        )
    return found


def _model(name: str, paper: bool) -> Model:
    spec = " > ".join([STEM, *stages(name, paper), "gap", "flatten", "linear {classes}"])
    count = Count(_TABLE[name][2], "torchvision")
    return Model(name + ("-v1" if paper else ""), "resnet", spec, "3,224,224", _SOURCE, {"classes": 1000}, (count,))


MODELS = (
    *(_model(name, False) for name in _TABLE),
    *(_model(name, True) for name, (_, bottleneck, _) in _TABLE.items() if bottleneck),
    Model("resnet18-small", "resnet", " > ".join([_SMALL_STEM, *stages("resnet18"), "gap", "flatten", "linear {classes}"]), "3,32,32", "ResNet-18 with a 3×3 stem, as is usual for pictures of 32×32"),
)  # fmt: skip
