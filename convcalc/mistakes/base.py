"""What a mistake is: a name, a sentence in both languages, and the wrong formula, which makes of a layer its wrong twin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from convcalc.errors import ConvcalcError
from convcalc.formula import Dim
from convcalc.layers import Layer
from convcalc.shape import Shape

if TYPE_CHECKING:
    from torch import nn


class Wrong(Layer):
    """A layer worked out with a mistake: its shape, its parameters or its multiply-adds are what the mistake makes of them."""

    layer: Layer
    mistake: Mistake

    def __init__(self, layer: Layer, mistake: Mistake) -> None:
        self.__dict__.update(layer=layer, mistake=mistake, name=layer.name)

    def _wrong(self, about: str, x: Shape) -> Any:
        return self.mistake.wrong(self.layer, x) if self.mistake.about == about else None

    def shape(self, x: Shape) -> Shape:
        found: Shape | None = self._wrong("shape", x)
        return self.layer.shape(x) if found is None else found

    def weights(self, x: Shape) -> dict[str, Shape]:
        found = self._wrong("params", x)
        return self.layer.weights(x) if found is None else {"wrong": (found,)}

    def macs(self, x: Shape, y: Shape | None = None) -> Dim:
        found: Dim | None = self._wrong("macs", x)
        return self.layer.macs(x) if found is None else found

    def __str__(self) -> str:
        return str(self.layer)

    def module(self, x: Shape) -> nn.Module:
        raise NotImplementedError("a mistake has no module")


WrongFormula: TypeAlias = Callable[[Any, Shape], Any]


@dataclass(frozen=True)
class Mistake:
    """One misconception. `wrong(layer, x)` is what it gives for an input of shape x, or None where it cannot be made.

    `about` says what goes wrong: the shape, the params or the macs. `en` and `vi` say what was done and what is right.
    """

    name: str
    about: str
    en: str
    vi: str
    wrong: WrongFormula
    likely: int = 2  # 1 for what is seen all the time, 3 for what is rare
    since: int = 1  # the edition of the questions that begins to use it: older ones are drawn as they were

    def says(self, lang: str) -> str:
        return self.vi if lang == "vi" else self.en

    def instead(self, layer: Layer, x: Shape, right: Any) -> Any:
        """What the mistake gives in place of what is right; None where it changes nothing for this input."""
        try:
            found = self.wrong(layer, x)
        except (ConvcalcError, ZeroDivisionError):
            return None
        return None if found is None or found == right or _impossible(found) else found

    def twin(self, layer: Layer, x: Shape) -> Wrong | None:
        """The layer with this mistake in it; None where it changes nothing for this input."""
        right = {"shape": layer.shape, "params": layer.params, "macs": layer.macs}[self.about](x)
        return None if self.instead(layer, x, right) is None else Wrong(layer, self)


def _impossible(found: Any) -> bool:
    sizes = found if isinstance(found, tuple) else (found,)
    return any(isinstance(size, int) and size < 1 for size in sizes)


def told(name: str, about: str, en: str, vi: str, likely: int = 2) -> Mistake:
    """A mistake that is no wrong formula of one layer; whoever asks the question works out what it gives."""
    return Mistake(name, about, en, vi, lambda layer, x: None, likely)
