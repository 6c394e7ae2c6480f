"""What can be claimed. A new kind of claim is one class here.

A kind reads its claims (one entry may be several, as a table is), works out what is right, and says whether a claim fits it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any, ClassVar

from convcalc.errors import ConvcalcError
from convcalc.formula import Dim
from convcalc.layers import Layer, Linear, Merge, Network
from convcalc.layers.combine import drive
from convcalc.layers.conv import Conv, ConvT
from convcalc.notation import show
from convcalc.scan import read_shape
from convcalc.shape import Shape, product, show_shape, show_sizes, whole
from convcalc.spec import read_spec
from convcalc.tracing import Row, Trace, trace
from convcalc.verify.amounts import Amount, read_amount, scientific
from convcalc.verify.sheet import Claim

KINDS: dict[str, Kind] = {}


def kind(name: str) -> Callable[[type[Kind]], type[Kind]]:
    """Make a class the kind of claim of that name."""

    def register(cls: type[Kind]) -> type[Kind]:
        cls.name = name
        KINDS[name] = cls()
        return cls

    return register


class Kind:
    """One kind of claim."""

    name: ClassVar[str]

    def read(self, claim: Claim) -> list[Claim]:
        """The claims of one entry, with their values read; raises `ConvcalcError` where they cannot be."""
        return [claim]

    def right(self, claim: Claim) -> Any:
        """What is right."""
        raise NotImplementedError

    def fits(self, claim: Claim, right: Any) -> bool:
        return bool(claim.claimed == right)

    def show(self, claim: Claim, value: Any) -> str:
        return str(value)

    def show_claimed(self, claim: Claim) -> str:
        return self.show(claim, claim.claimed)


def wrong_value(claim: Claim, expected: str, expected_vi: str) -> ConvcalcError:
    """The complaint about a claim whose value is none of its kind's."""
    return ConvcalcError(
        "sheet_bad_value", where=claim.where, key=claim.kind, expected=expected, expected_vi=expected_vi
    )


def placed(claim: Claim, make: Callable[[], Any]) -> Any:
    """What `make` gives; an error in it gets the line of the claim."""
    try:
        return make()
    except ConvcalcError as error:
        if error.values.get("where"):
            raise
        raise ConvcalcError(
            "sheet_not_worked", where=claim.where, problem=error.message("en"), problem_vi=error.message("vi"),
            hint=error.hint("en") or "", hint_vi=error.hint("vi") or "",
        ) from None  # fmt: skip


# -- what a network on an input has -----------------------------------------------------------------------------


class Measured(Kind):
    """Something of a network on an input, which edits of both can be tried on."""

    def read(self, claim: Claim) -> list[Claim]:
        claim = replace(claim, claimed=placed(claim, lambda: self.value(claim)))
        net, x = placed(claim, lambda: subject(claim))
        return [replace(claim, given=claim.given | {"layer": net, "shape": x})]

    def value(self, claim: Claim) -> Any:
        return read_amount(claim.claimed, claim.where)

    def right(self, claim: Claim) -> Any:
        return placed(claim, lambda: self.measure(claim.given["layer"], claim.given["shape"], claim))

    def measure(self, net: Layer, x: Shape, claim: Claim) -> Any:
        """The value for any network and input."""
        traced = trace(net, x)
        return self.of(traced, claim)

    def of(self, traced: Trace, claim: Claim) -> Any:
        raise NotImplementedError


def subject(claim: Claim) -> tuple[Layer, Shape]:
    """The network and the input that a claim is about; a model's usual input where none is given."""
    if claim.given.get("order", "CHW") not in ("CHW", "HWC"):
        raise ConvcalcError(
            "sheet_bad_value", where=claim.where, key="order", expected='"CHW" or "HWC"', expected_vi='"CHW" hoặc "HWC"'
        )
    text = claim.needs("net")
    read = read_spec(text if isinstance(text, str) else str(text))
    given = claim.given.get("input", read.usual_input)
    if given is None:
        claim.needs("input")
    return read.layer, read_shape(str(given))


def row_of(traced: Trace, claim: Claim) -> Row:
    """The row that is meant: the one after which the claim is made, or the last."""
    after = claim.given.get("after")
    if after is None:
        return traced[-1]  # type: ignore[no-any-return]
    if not isinstance(after, int) or isinstance(after, bool) or not 1 <= after <= len(traced):
        raise ConvcalcError(
            "sheet_bad_value", where=claim.where, key="after",
            expected=f"the number of a layer, 1 to {len(traced)}", expected_vi=f"số thứ tự layer, từ 1 đến {len(traced)}",
        )  # fmt: skip
    return traced[after - 1]  # type: ignore[no-any-return]


@kind("shape")
class ShapeKind(Measured):
    """The output's shape; with `order = "HWC"` it is written channels last."""

    def value(self, claim: Claim) -> Shape:
        shape = read_shape(str(claim.claimed))
        if claim.given.get("order", "CHW") == "HWC" and len(shape) > 1:
            return (shape[-1], *shape[:-1])
        return shape

    def of(self, traced: Trace, claim: Claim) -> Shape:
        return row_of(traced, claim).output

    def fits(self, claim: Claim, right: Shape) -> bool:
        return bool(claim.claimed == right) or (
            len(right) == 1 and _without_ones(claim.claimed) == _without_ones(right)
        )

    def show(self, claim: Claim, value: Shape) -> str:
        if claim.given.get("order") == "HWC" and len(value) > 1:
            return show_shape((*value[1:], value[0]))
        return show_shape(value)


@kind("size")
class SizeKind(Measured):
    """The output's sizes without the channels: 2x3."""

    def value(self, claim: Claim) -> Shape:
        return read_shape(str(claim.claimed))

    def of(self, traced: Trace, claim: Claim) -> Shape:
        output = row_of(traced, claim).output
        return output[1:] if len(output) > 1 else output

    def fits(self, claim: Claim, right: Shape) -> bool:
        return bool(claim.claimed == right) or (
            len(right) == 1 and _without_ones(claim.claimed) == _without_ones(right)
        )

    def show(self, claim: Claim, value: Shape) -> str:
        return show_sizes(value)


def _without_ones(shape: Shape) -> Shape:
    """Flat values are also written as a column, (120, 1), or a row, 1 x 6."""
    return tuple(size for size in shape if size != 1) or (1,)


class Counted(Measured):
    """A number, exact or approximate."""

    def fits(self, claim: Claim, right: Any) -> bool:
        amount: Amount = claim.claimed
        if isinstance(right, str):  # a quantity that is said with two decimals
            return Fraction(right) == amount.value
        return isinstance(right, int) and amount.fits(right)

    def show(self, claim: Claim, value: Any) -> str:
        if isinstance(value, Amount):
            return value.text
        amount: Amount = claim.claimed
        if isinstance(value, int) and not amount.exact and abs(value) >= 10**6:
            return f"{value} ({_rounded(value, amount)})"
        return show(value) if not isinstance(value, str) else value


def _rounded(value: int, amount: Amount) -> str:
    """The right number to as many digits as the claim gave."""
    unit = amount.tolerance * 2
    return f"≈ {scientific(round(Fraction(value) / unit) * unit, unit)}"


@kind("params")
class ParamsKind(Counted):
    """The number of parameters: of the whole network, or with `after` of that layer."""

    def of(self, traced: Trace, claim: Claim) -> Dim:
        return traced.params if claim.given.get("after") is None else row_of(traced, claim).params


@kind("macs")
class MacsKind(Counted):
    """The number of multiply-adds."""

    def of(self, traced: Trace, claim: Claim) -> Dim:
        return traced.macs if claim.given.get("after") is None else row_of(traced, claim).macs


@kind("values")
class ValuesKind(Counted):
    """How many values the output holds (the "activation size" of some tables)."""

    def of(self, traced: Trace, claim: Claim) -> Dim:
        return product(row_of(traced, claim).output)


@kind("weight_layers")
class WeightLayersKind(Counted):
    """How many layers with weights lie on the longest way through, as in "16 weight layers" or "ResNet-50".

    Convolutions and fully connected layers count; those on a shorter way beside, such as projections, do not.
    """

    def of(self, traced: Trace, claim: Claim) -> int:
        def visit(layer: Layer, depth: int) -> int:
            if isinstance(layer, Network):
                return drive(layer, depth, visit, merged)
            return depth + isinstance(layer, Conv | ConvT | Linear)

        def merged(_how: Merge, _net: Network, depths: list[int]) -> int:
            return max(depths)

        return visit(traced.net, 0)


@kind("weight")
class WeightKind(Measured):
    """The shape of a layer's weight tensor, kernels first: 4,3,5,5; sizes of 1 in front may be left out: 3,3."""

    def value(self, claim: Claim) -> Shape:
        return read_shape(str(claim.claimed))

    def of(self, traced: Trace, claim: Claim) -> Shape:
        rows = [row for row in traced if row.weights] if claim.given.get("after") is None else [row_of(traced, claim)]
        found: Shape = next((row.weights["weight"] for row in rows if "weight" in row.weights), ())
        while len(found) > len(claim.claimed) and found[0] == 1:  # a single kernel, a single channel
            found = found[1:]
        return found

    def show(self, claim: Claim, value: Shape) -> str:
        return show_shape(value)


MEMORY = ("input", "pass", "params", "total")


@kind("memory")
class MemoryKind(Counted):
    """torchsummary's lines in MB: {input = "0.00", pass = "0.06", params = "0.23", total = "0.30"}."""

    def read(self, claim: Claim) -> list[Claim]:
        table = claim.claimed
        if not isinstance(table, dict) or not table or not set(table) <= set(MEMORY):
            known = ", ".join(MEMORY)
            raise wrong_value(claim, f"a table with {known}", f"một bảng gồm {known}")
        parts = []
        for part, value in table.items():
            label = f"{claim.label}: {part}" if claim.label else part
            one = replace(claim, label=label, claimed=value, given=claim.given | {"of": part})
            parts += super().read(one)
        return parts

    def of(self, traced: Trace, claim: Claim) -> str:
        memory = traced.memory
        sizes = {"input": memory.input, "pass": 2 * memory.activations, "params": memory.params}
        sizes["total"] = sizes["input"] + sizes["pass"] + sizes["params"]
        return f"{whole(sizes[claim.given['of']]) / 2**20:.2f}"


ROW_KEYS = ("shape", "size", "params", "macs", "values", "weight")


@kind("rows")
class RowsKind(Kind):
    """A layer table: [{layer = "conv", shape = "6,28,28", params = 156}, …]; each is the next layer of that name."""

    def read(self, claim: Claim) -> list[Claim]:
        table = claim.claimed
        if not isinstance(table, list) or not all(isinstance(row, dict) and "layer" in row for row in table):
            raise wrong_value(claim, 'rows such as {layer = "conv", shape = "6,28,28"}', 'các dòng như {layer = "conv", shape = "6,28,28"}')  # fmt: skip
        net, x = placed(claim, lambda: subject(claim))
        names = [row.layer.name for row in placed(claim, lambda: trace(net, x))]
        found: list[Claim] = []
        at = 0
        for number, row in enumerate(table, 1):
            unknown = set(row) - {"layer", "label", *ROW_KEYS}
            name = row["layer"]
            if unknown or name not in names[at:]:
                keys, left = ", ".join(("layer", "label", *ROW_KEYS)), ", ".join(names[at:]) or "—"
                what = (
                    f"keys of {keys} in row {number}" if unknown else f"in row {number} one of the layers left: {left}"
                )
                what_vi = f"các khoá {keys} ở dòng {number}" if unknown else f"ở dòng {number} một trong các layer còn lại: {left}"  # fmt: skip
                raise wrong_value(claim, what, what_vi)
            at += names[at:].index(name) + 1
            label = row.get("label") or (f"{claim.label}: " if claim.label else "") + f"{name} ({at})"
            for key in ROW_KEYS:
                if key in row:
                    given = claim.given | {"after": at}
                    one = replace(claim, label=f"{label}: {key}", kind=key, claimed=row[key], given=given)
                    found += KINDS[key].read(one)
        if not found:
            raise wrong_value(
                claim, "rows that say something: shape, params, …", "các dòng có nội dung: shape, params, …"
            )
        return found
