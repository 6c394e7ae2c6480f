"""VGG: only 3×3 (and in C some 1×1) convolutions, configurations A to E of the paper's table 1."""

from __future__ import annotations

from convcalc.models.base import Count, Model

_SOURCE = "Simonyan and Zisserman 2015, Very deep convolutional networks, table 1"
# name → the kernels of every block, (torchvision's name, its counts without and with batch norm); 1x1 where marked.
_TABLE: dict[str, tuple[tuple[str, ...], tuple[str, int, int] | None]] = {
    "a": (("64", "128", "256 256", "512 512", "512 512"), ("vgg11", 132_863_336, 132_868_840)),
    "a-lrn": (("64 lrn", "128", "256 256", "512 512", "512 512"), None),
    "b": (("64 64", "128 128", "256 256", "512 512", "512 512"), ("vgg13", 133_047_848, 133_053_736)),
    "c": (("64 64", "128 128", "256 256 1x1", "512 512 1x1", "512 512 1x1"), None),
    "d": (("64 64", "128 128", "256 256 256", "512 512 512", "512 512 512"), ("vgg16", 138_357_544, 138_365_992)),
    "e": (("64 64", "128 128", "256 256 256 256", "512 512 512 512", "512 512 512 512"), ("vgg19", 143_667_240, 143_678_248)),
}  # fmt: skip
_CLASSIFIER = " > flatten > linear 4096 > relu > dropout > linear 4096 > relu > dropout > linear {classes}"


def features(config: str, norm: bool = False) -> list[str]:
    """The specs of the five blocks, each with its pool at the end."""
    blocks = []
    for block in _TABLE[config][0]:
        parts, kernels = [], ""
        for word in block.split():
            if word == "lrn":
                parts.append("lrn")
                continue
            size = word if word == "1x1" else "3x3 p1"
            kernels = kernels if word == "1x1" else word
            parts += [f"conv {kernels}@{size}", *(["bn"] if norm else []), "relu"]
        blocks.append(" > ".join([*parts, "maxpool 2"]))
    return blocks


def _models() -> list[Model]:
    found = []
    for config, (_, torchvision) in _TABLE.items():
        for norm in (False, True) if config != "a-lrn" else (False,):
            tail = "-bn" if norm else ""
            counts: tuple[Count, ...] = ()
            aliases: tuple[str, ...] = ()
            if torchvision is not None:
                short, plain, normed = torchvision
                counts, aliases = (Count(normed if norm else plain, "torchvision"),), (short + tail,)
            spec = " > ".join(features(config, norm)) + _CLASSIFIER
            name = f"vgg-{config}{tail}"
            found.append(Model(name, "vgg", spec, "3,224,224", _SOURCE, {"classes": 1000}, counts, aliases))
    return found


MODELS = tuple(_models())
