"""What a reference model is: a spec with a few numbers left open, its usual input, and the counts that others published."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from convcalc.layers.base import Layer
from convcalc.spec import parse


class Count(NamedTuple):
    """A number of parameters that somebody published, for some choice of the open numbers and some input."""

    params: int
    source: str
    input: str | None = None  # the model's usual input, if None
    given: tuple[tuple[str, int], ...] = ()  # the open numbers that differ from the usual ones


@dataclass(frozen=True)
class Model:
    """A named network.

    `spec` may hold `{classes}` and the like, which `numbers` gives usual values for; `input` is the usual input shape. Channels
    are not stated in a spec, so every model takes inputs of any number of channels.
    """

    name: str
    family: str
    spec: str
    input: str
    source: str
    numbers: dict[str, int] = field(default_factory=lambda: {"classes": 10})
    counts: tuple[Count, ...] = ()
    aliases: tuple[str, ...] = ()

    def text(self, **given: object) -> str:
        """The spec with its open numbers filled in."""
        return self.spec.format(**self.numbers | given)

    def layer(self, **given: object) -> Layer:
        """The network, with the usual numbers where none are given."""
        return parse(self.text(**given))

    @property
    def published(self) -> int | None:
        """The published number of parameters for the usual input and numbers, if there is one."""
        return next((c.params for c in self.counts if c.input is None and not c.given), None)

    @property
    def counted_by(self) -> str | None:
        """Who published it."""
        return next((c.source for c in self.counts if c.input is None and not c.given), None)
