"""How each reference model is trained: one table. `slide` is the deck's way, `fast` the best of the same architecture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from convcalc.errors import ConvcalcError
from convcalc.layers import Layer
from convcalc.models import find

FLAVOURS = ("slide", "fast")


@dataclass(frozen=True)
class Setup:
    """The numbers of a training. `augment` names what is done to pictures and how much (see augment.py)."""

    epochs: int
    batch: int
    lr: float  # the highest of the schedule
    optimiser: str = "adam"  # adam, adamw, or sgd with Nesterov momentum of 0.9
    schedule: str = "constant"  # constant or onecycle
    weight_decay: float = 0.0
    smoothing: float = 0.0  # of the labels
    augment: tuple[tuple[str, float], ...] = ()
    validation: float = 0.1  # the share of the training set that is held out, where the set has no validation part
    clip: float = 0.0  # the largest norm of the gradient; 0 for none

    def as_object(self) -> dict[str, Any]:
        """For config.json."""
        return asdict(self) | {"augment": [list(one) for one in self.augment]}


@dataclass(frozen=True)
class Recipe:
    """A model with its data, its two ways to be trained, and what others reached."""

    name: str
    model: str
    input: str
    data: str
    slide: Setup
    fast: Setup
    published: float | None = None  # test accuracy, or mean IoU for masks
    source: str = ""
    normalise: str = (
        "data"  # by the training set's mean and deviation per channel, or "half": 0.5 and 0.5, as in the deck
    )
    numbers: dict[str, int] = field(default_factory=dict)

    def setup(self, flavour: str) -> Setup:
        return self.fast if flavour == "fast" else self.slide

    def layer(self, classes: int, words: int = 0) -> Layer:
        """The network for so many classes (and words, for texts)."""
        model = find(self.model)
        assert model is not None
        given = {"classes": classes} | ({"words": words} if words else {})
        return model.layer(**self.numbers | given)


_MLP_DECK = "From MLP to CNN"
_SHIFT = ("shift", 2.0)
_DENSE = Setup(60, 1024, 1e-3, schedule="onecycle")
_CIFAR_DENSE = Setup(30, 1024, 1e-3, schedule="onecycle")
_DENSE_FAST = Setup(60, 512, 3e-3, "adamw", "onecycle", 0.1, 0.05, (("flip", 0.5),), 0.02)
_SMALL = Setup(12, 256, 2e-3, schedule="onecycle")
_DOWN = Setup(
    20, 256, 2e-3, "adamw", "onecycle", 0.3, 0.05, (("flip", 0.5),)
)  # the deck has Adam at 1e-5, which takes hundreds of epochs; docs/train.md lists what departs from it
_DOWN_FAST = Setup(30, 256, 2e-3, "adamw", "onecycle", 0.1, 0.05, (("shift", 1.0), ("flip", 0.5)), 0.02)
_SEVENS = Setup(8, 256, 1e-3, "adamw", "onecycle", 0.3, 0.1, (("flip", 0.5),))  # likewise not the deck's
_LENET = Setup(15, 128, 3e-3, schedule="onecycle")
_LENET_FAST = Setup(30, 128, 6e-3, "adamw", "onecycle", 0.02, 0.0, (_SHIFT, ("turn", 8.0)), 0.02)
_CIFAR_FAST = Setup(12, 256, 1e-3, "adamw", "onecycle", 0.3, 0.1, (("shift", 4.0), ("flip", 0.5)), 0.02)
# He et al. 2016, section 4.2: SGD with momentum, shifts of 4 and flips
_DEEP = Setup(30, 128, 0.1, "sgd", "onecycle", 5e-4, 0.0, (("shift", 4.0), ("flip", 0.5)))
_DEEP_FAST = Setup(40, 512, 0.4, "sgd", "onecycle", 5e-4, 0.1, (("shift", 4.0), ("flip", 0.5)), 0.02)
_VGG = replace(_DEEP, lr=0.02, clip=5.0)
_VGG_FAST = replace(_DEEP_FAST, lr=0.05, clip=5.0)
_FCN = Setup(25, 16, 3e-3, "adamw", "onecycle", 0.01)


def _deep(names: Iterable[str], slide: Setup, fast: Setup, image: str = "3,224,224") -> list[Recipe]:
    return [Recipe(name, name, image, "cifar10", slide, fast) for name in names]


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in [
        Recipe("mlp-fashion", "mlp-fashion", "1,28,28", "fashion-mnist", _DENSE, _DENSE_FAST, 0.89, _MLP_DECK, "half"),
        Recipe("mlp-cifar", "mlp-cifar10", "3,32,32", "cifar10", _CIFAR_DENSE, _DENSE_FAST, 0.53, _MLP_DECK, "half"),
        Recipe("mlp-cifar-2", "mlp-cifar10-2", "3,32,32", "cifar10", _CIFAR_DENSE, _DENSE_FAST, None, _MLP_DECK + ': "poorly"', "half"),
        Recipe("mlp-cifar-3", "mlp-cifar10-3", "3,32,32", "cifar10", _CIFAR_DENSE, _DENSE_FAST, None, _MLP_DECK + ': "even worse"', "half"),
        Recipe("cnn-fashion", "cnn-fashion-2", "1,28,28", "fashion-mnist", _SEVENS, replace(_CIFAR_FAST, augment=_DOWN_FAST.augment), None, _MLP_DECK, "half"),
        *(
            Recipe(name, name, "1,28,28", "fashion-mnist", _DOWN, _DOWN_FAST, None, _MLP_DECK, "half")
            for name in ("down-max", "down-average", "down-interpolation", "down-stride")
        ),
        Recipe("cnn-cifar", "cnn-cifar10", "3,32,32", "cifar10", _SEVENS, _CIFAR_FAST, 0.69, _MLP_DECK, "half"),
        Recipe("lenet", "lenet", "1,28,28", "mnist", _LENET, _LENET_FAST, 0.984, "Exercise Convolutional Neural Network"),
        Recipe("lenet5", "lenet5", "1,32,32", "mnist", Setup(20, 128, 8e-3, schedule="onecycle"), replace(_LENET_FAST, lr=1e-2, weight_decay=1e-3), 0.984, "Exercise Convolutional Neural Network"),
        Recipe("lenet-cassava", "lenet-same", "3,150,150", "", _SMALL, replace(_SMALL, augment=(("shift", 8.0), ("flip", 0.5)))),
        Recipe("textcnn", "textcnn", "60", "ntc-scv", Setup(6, 50, 1e-3, schedule="onecycle"), Setup(4, 64, 2e-3, "adamw", "onecycle", 0.05), 0.8878, "Exercise Convolutional Neural Network"),
        Recipe("digits20", "cnn-digits", "1,20,20", "ex7data", Setup(30, 64, 3e-3, schedule="onecycle", augment=(("shift", 1.0), ("turn", 10.0))), Setup(40, 64, 4e-3, "adamw", "onecycle", 0.05, 0.05, (("shift", 1.0), ("turn", 10.0)))),
        Recipe("fcn", "fcn-small", "3,64,64", "shapes", _FCN, replace(_FCN, epochs=50, lr=2e-2)),
        Recipe("resnet18-small", "resnet18-small", "3,32,32", "cifar10", _DEEP, _DEEP_FAST),
        *_deep(("alexnet",), _VGG, _VGG_FAST),
        *_deep((f"vgg-{kind}" for kind in ("a", "a-bn", "b", "b-bn", "c", "c-bn", "d", "d-bn", "e", "e-bn")), _VGG, _VGG_FAST),
        *_deep((f"resnet{depth}" for depth in (18, 34, 50, 101, 152)), _DEEP, _DEEP_FAST),
        *_deep(("densenet121",), _DEEP, _DEEP_FAST),
    ]
}  # fmt: skip


def recipe_of(name: str) -> Recipe:
    """The recipe of that name; names of models that have one are understood too (vgg16, ResNet-50)."""
    model = find(name)
    found = RECIPES.get(name) or (RECIPES.get(model.name) if model is not None else None)
    if found is None:
        from difflib import get_close_matches

        near = ", ".join(get_close_matches(name, RECIPES, 3, 0.5))
        perhaps = (f"Perhaps: {near}. ", f"Có thể là: {near}. ") if near else ("", "")
        raise ConvcalcError("unknown_recipe", name=name, perhaps=perhaps[0], perhaps_vi=perhaps[1])
    return found
