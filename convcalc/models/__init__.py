"""The reference models: every network of the course's slides, and the classics they speak of.

A family is one file with a tuple `MODELS`; a new model is one `Model(...)` in it.
"""

from __future__ import annotations

from convcalc.models import alexnet, alphago, cnn, densenet, detection, fcn, lenet, mlp, resnet, textcnn, vgg
from convcalc.models.base import Count, Model

__all__ = ["MODELS", "Count", "Model", "find"]

_FAMILIES = (mlp, cnn, lenet, textcnn, alexnet, vgg, resnet, densenet, alphago, fcn, detection)

MODELS: dict[str, Model] = {model.name: model for family in _FAMILIES for model in family.MODELS}
_BY_NAME = MODELS | {alias: model for model in MODELS.values() for alias in model.aliases}


def find(name: str) -> Model | None:
    """The model of that name or alias, however it is written: ResNet-50, resnet50, VGG16."""
    return _BY_NAME.get(name) or _PLAIN.get(_plain(name))


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


_PLAIN = {_plain(name): model for name, model in _BY_NAME.items()}
NAMES = tuple(_BY_NAME)
