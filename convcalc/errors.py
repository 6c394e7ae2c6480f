"""Errors: raised with a kind of `messages.KINDS` and the values that its sentence names.

Which language an error is said in is decided where it is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convcalc.messages import Kind

# What convcalc refuses by rules of its own, where torch would go on: unequal summands, which torch may stretch; a softmax over
# the batch; word indices that are also taken for numbers; sizes beyond 64 bits;
# a crop that leaves only padding; a tuple of the wrong length, which torch's padding modes overlook.
OWN_RULES = frozenset(
    {"axes_mismatch", "branches_differ", "nothing_left", "over_batch", "not_indices", "other_dims", "tensor_too_large"}
)


class ConvcalcError(Exception):
    """Something is wrong with what was given, said in one sentence.

    `kind` is a key of `KINDS`; `column` the 1-based place in the spec and `end` where it ends; `layer` the 1-based number of
    the layer (or None) and `layer_name` its name.
    """

    def __init__(self, kind: str, /, *, column: int | None = None, end: int | None = None, **values: Any) -> None:
        super().__init__(kind)
        self.kind = kind
        self.values = values
        self.column = column
        self.end = end
        self.layer: int | None = None
        self.subject: object = None  # the layer that refused, and what it was given
        self.given: Any = None

    @property
    def said(self) -> Kind:
        """What is said of this kind of error; the table is loaded when the first error is shown."""
        from convcalc.messages import KINDS

        return KINDS[self.kind]

    @property
    def exit_code(self) -> int:
        return self.said.exit_code

    def message(self, lang: str = "en") -> str:
        """One sentence, with the layer in front where there is one: "layer 2 (conv): the window 7×7 is …"."""
        values = self.values
        if lang == "vi" and "where" in values:  # a file and a line
            values = values | {"where": str(values["where"]).replace(", line ", ", dòng ")}
        text = getattr(self.said, lang).format_map(_Values(values))
        if self.layer is None:
            return str(text)
        name = self.values.get("layer_name") or getattr(self.subject, "name", "?")
        return f"layer {self.layer} ({name}): {text}"

    def hint(self, lang: str = "en") -> str | None:
        """What would be right, or None where nothing can be said."""
        text = (self.said.hint_vi if lang == "vi" else self.said.hint_en).format_map(_Values(self.values))
        return text.strip() or None

    def __str__(self) -> str:
        hint = self.hint()
        return self.message() + (f". {hint}" if hint else "")


class _Values(dict[str, Any]):
    """A missing `{name_vi}` falls back to `{name}`; nothing is ever left as braces."""

    def __missing__(self, key: str) -> Any:
        return self.get(key.removesuffix("_vi"), "") if key.endswith("_vi") else ""


class Lazy:
    """A value of a message that is only worked out when the message is shown; checks that hold cost nothing."""

    __slots__ = ("args", "make")

    def __init__(self, make: Callable[..., object], *args: object) -> None:
        self.make, self.args = make, args

    def __str__(self) -> str:
        return str(self.make(*self.args))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def internal(error: Exception) -> ConvcalcError:
    """A fault of convcalc's own, said in a sentence."""
    return ConvcalcError("internal", what=f"{type(error).__name__}: {str(error)[:200]}")


class SpecError(ConvcalcError):
    """The text of a spec cannot be read."""


class ShapeError(ConvcalcError):
    """Sizes, channels or settings do not fit together."""


class MissingError(ConvcalcError):
    """Something outside is missing: torch, a device, a file."""
