"""Claims that are written out: formulas, sums, and matrices cell by cell."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from convcalc.arithmetic import Ratio, as_dim, read_formula, same, sides
from convcalc.compute import Worked, compute
from convcalc.errors import SpecError
from convcalc.formula import Dim
from convcalc.layers import Conv, Linear
from convcalc.numbers import Array, Number, number, read_array, show_number
from convcalc.shape import product, show_sizes
from convcalc.tracing import trace
from convcalc.verify.kinds import Kind, kind, placed, subject, wrong_value
from convcalc.verify.sheet import Claim


class Formulas(NamedTuple):
    """One formula, or one for each axis, as they are written and read."""

    text: str
    parts: tuple[tuple[str, Ratio], ...]


@kind("formula")
class FormulaKind(Kind):
    """A formula in the slides' letters for `of` = size (the usual), params, macs or values of `net`; one for each axis, by ;."""

    def read(self, claim: Claim) -> list[Claim]:
        if not isinstance(claim.claimed, str):
            raise wrong_value(claim, "a formula in quotes", "một công thức trong dấu nháy")
        of = claim.given.get("of", "size")
        if of not in ("size", "params", "macs", "values"):
            raise wrong_value(claim, "of = size, params, macs or values", "of = size, params, macs hoặc values")
        texts = [part.strip() for part in claim.claimed.split(";")]
        parts = tuple((text, placed(claim, partial(read_formula, text))) for text in texts)
        net, x = placed(claim, lambda: subject(claim))
        given = claim.given | {"layer": net, "shape": x, "of": of}
        return [replace(claim, claimed=Formulas(claim.claimed, parts), given=given)]

    def right(self, claim: Claim) -> tuple[Dim, ...]:
        traced = placed(claim, lambda: trace(claim.given["layer"], claim.given["shape"]))
        of = claim.given["of"]
        sizes = traced.output[1:] if len(traced.output) > 1 else traced.output
        if of == "size":
            found: tuple[Dim, ...] = sizes
        else:
            found = ({"params": traced.params, "macs": traced.macs, "values": product(traced.output)}[of],)
        if len(found) != len(claim.claimed.parts):
            raise wrong_value(claim, f"{len(found)} formulas, with ; between them", f"{len(found)} công thức, cách nhau bằng ;")  # fmt: skip
        return found

    def fits(self, claim: Claim, right: tuple[Dim, ...]) -> bool:
        return all(same(value, dim) for (_, value), dim in zip(claim.claimed.parts, right, strict=True))

    def show(self, claim: Claim, value: Any) -> str:
        if isinstance(value, Formulas):
            return value.text
        from convcalc.notation import show

        return "; ".join(show(dim) for dim in value)


@kind("equation")
class EquationKind(Kind):
    """A sum that is written out: "((5*5*3) + 1)*8 = 608"; every side must be equal."""

    def read(self, claim: Claim) -> list[Claim]:
        if not isinstance(claim.claimed, str) or "=" not in claim.claimed:
            raise wrong_value(claim, 'an equation such as "2*3 = 6"', 'một đẳng thức như "2*3 = 6"')
        parts = placed(claim, lambda: sides(claim.claimed))
        return [replace(claim, claimed=Formulas(claim.claimed, tuple(parts)))]

    def right(self, claim: Claim) -> Dim | Fraction:
        return as_dim(claim.claimed.parts[0][1])

    def fits(self, claim: Claim, right: Any) -> bool:
        (_, first), *rest = claim.claimed.parts
        return all(same(first, value) for _, value in rest)

    def show(self, claim: Claim, value: Any) -> str:
        if isinstance(value, Formulas):
            return value.text
        return show_number(value) if isinstance(value, int | Fraction) else str(value)


class Shown(NamedTuple):
    """A matrix as it is shown, with blanks, and by how much each number may have been rounded."""

    shape: tuple[int, ...]
    values: list[Number | None]
    tolerances: list[Fraction]
    texts: list[str]


@kind("output")
class OutputKind(Kind):
    """What `net` makes of `data` with `kernel` and `bias`: "9 13; 14 11", a dot for a cell that is not shown.

    A number with decimals may be rounded to as many as it has.
    """

    def read(self, claim: Claim) -> list[Claim]:
        if isinstance(claim.claimed, bool) or not isinstance(claim.claimed, str | int | float):
            raise wrong_value(claim, 'a matrix such as "9 13; 14 11"', 'một ma trận như "9 13; 14 11"')
        shown = placed(claim, lambda: read_shown(str(claim.claimed)))
        net, _ = placed(claim, lambda: subject(replace(claim, given=claim.given | {"input": "1"})))
        claim.needs("data")
        known = dict(claim.given)
        if not any(isinstance(layer, Conv | Linear) for layer in (net, *net.children())):
            # What a page says for its convolutions is not meant for a pool or a padding there.
            for key in known.pop("inherited", ()):
                if key in ("kernel", "bias"):
                    del known[key]
        arrays = {key: read_array(str(known[key]), key) for key in ("data", "kernel", "bias") if key in known}
        return [replace(claim, claimed=shown, given=known | arrays | {"layer": net})]

    def right(self, claim: Claim) -> Worked:
        given = claim.given
        worked: Worked = placed(
            claim, lambda: compute(given["layer"], given["data"], given.get("kernel"), given.get("bias"))
        )
        return worked

    def fits(self, claim: Claim, right: Worked) -> bool:
        return not differing(claim.claimed, right.output)

    def show(self, claim: Claim, value: Any) -> str:
        if isinstance(value, Worked):
            return _in_a_line(list(map(show_number, value.output.values)), value.output.shape)
        return _in_a_line(value.texts, value.shape)


def _in_a_line(texts: list[str], shape: tuple[int, ...]) -> str:
    """9 13; 14 11 | 1 2; 3 4"""
    columns, rows = shape[-1], shape[-2] if len(shape) > 1 else 1
    found = [" ".join(texts[i : i + columns]) for i in range(0, len(texts), columns)]
    return " | ".join("; ".join(found[i : i + rows]) for i in range(0, len(found), rows))


def read_shown(text: str) -> Shown:
    """The matrix in a text, where a dot alone is a cell that is not shown."""
    words = text.replace("\n", ";").replace(";", " ; ").replace("|", " | ").split()
    texts = [word for word in words if word not in (";", "|")]
    blanks = " ".join("0" if word == "." else word for word in words)
    array = read_array(blanks, "output")
    values: list[Number | None] = [None if word == "." else number(word, "output") for word in texts]
    tolerances = [_rounding(word) for word in texts]
    if len(values) != len(array.values):
        raise SpecError("bad_shape", text=text[:60])
    return Shown(array.shape, values, tolerances, texts)


def _rounding(word: str) -> Fraction:
    if "." not in word or word == ".":
        return Fraction(0)
    exponent = Decimal(word.replace("−", "-")).as_tuple().exponent
    assert isinstance(exponent, int)
    return Fraction(10) ** exponent / 2


def squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape without axes of size 1 in front."""
    while len(shape) > 1 and shape[0] == 1:
        shape = shape[1:]
    return shape


def differing(shown: Shown, output: Array) -> list[tuple[int, ...]] | None:
    """The places of the cells that differ; every place where the shapes do."""
    if squeezed(shown.shape) != squeezed(output.shape):
        return [()]
    shape = squeezed(output.shape)
    found = []
    for i, (claimed, right) in enumerate(zip(shown.values, output.values, strict=True)):
        if claimed is not None and abs(Fraction(claimed) - Fraction(right)) > shown.tolerances[i]:
            place = []
            for size in reversed(shape):
                i, at = divmod(i, size)
                place.append(at)
            found.append(tuple(reversed(place)))
    return found


def sizes_of(shape: tuple[int, ...]) -> str:
    """2×3, without axes of size 1 in front."""
    return show_sizes(squeezed(shape))
