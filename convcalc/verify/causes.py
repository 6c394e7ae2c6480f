"""Why a claim is wrong: the single changes that would make it right, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convcalc.arithmetic import same
from convcalc.layers import BatchNorm
from convcalc.shape import product, whole
from convcalc.tracing import trace
from convcalc.verify.amounts import Amount, scientific
from convcalc.verify.edits import fitting
from convcalc.verify.formula_causes import formula_causes
from convcalc.verify.kinds import KINDS, Measured
from convcalc.verify.matrix_causes import output_causes
from convcalc.verify.sheet import Cause, Claim

MOST = 3


def causes(claim: Claim, right: Any) -> list[Cause]:
    """The likeliest few causes of a wrong claim; none where no single change explains it."""
    kind = KINDS[claim.kind]
    if isinstance(kind, Measured):
        digits = list(_digits(claim, right))
        approximate = isinstance(claim.claimed, Amount) and not claim.claimed.exact
        # Nearly any change brings an approximate number into reach: where rounding explains it, nothing else is said.
        found = [*_counting(claim, right), *digits]
        if not approximate:
            found = [*_arranged(claim, right), *_counting(claim, right), *_edited(claim, kind), *digits]
    elif claim.kind == "formula":
        found = list(formula_causes(claim, right))
    elif claim.kind == "output":
        found = list(output_causes(claim, right))
    elif claim.kind == "equation":
        found = list(_equation(claim))
    else:
        found = []
    return list(dict.fromkeys(found))[:MOST]


def _edited(claim: Claim, kind: Measured) -> Iterator[Cause]:
    net, x = claim.given["layer"], claim.given["shape"]
    for edit in fitting(net, x, lambda n, s: kind.fits(claim, kind.measure(n, s, claim))):
        yield edit.en, edit.vi


def _digits(claim: Claim, right: Any) -> Iterator[Cause]:
    """Cut off and not rounded; two digits swapped; one digit wrong."""
    amount = claim.claimed
    if not isinstance(amount, Amount) or not isinstance(right, int):
        return
    if amount.tolerance and (right // (2 * amount.tolerance)) * 2 * amount.tolerance == amount.value:
        unit = 2 * amount.tolerance
        up = scientific(amount.value + unit, unit)
        yield f"{right} was cut off and not rounded; rounded it is {up}", f"{right} bị cắt bớt chữ số thay vì làm tròn; làm tròn được {up}"  # fmt: skip
    if not amount.tolerance:
        yield from _slip(str(amount.value), str(right))


def _arranged(claim: Claim, right: Any) -> Iterator[Cause]:
    """The right sizes in another order, or with the batch."""
    claimed = claim.claimed
    if not isinstance(claimed, tuple) or not isinstance(right, tuple) or len(right) < 2:
        return
    if claim.kind == "shape" and claimed == (*right[1:], right[0]):
        yield "the channels are written last", "viết số channel ở cuối"
    if claim.kind == "shape" and len(claimed) == len(right) + 1 and claimed[1:] == right:
        yield "the batch size is written too", "ghi cả batch size"
    if (
        claim.kind == "weight"
        and len(claimed) == len(right)
        and claimed[:2] == right[1::-1]
        and claimed[2:] == right[2:]
    ):
        yield "the number of kernels and the channels are swapped", "đổi chỗ số kernel và số channel"
    if claim.kind == "weight" and claimed == (*right[2:], right[1], right[0]):
        yield "the order is height, width, channels, kernels", "viết theo thứ tự cao, rộng, channel, số kernel"


def _slip(claimed: str, right: str) -> Iterator[Cause]:
    if len(claimed) != len(right) or len(right) < 3:
        return
    places = [i for i, (a, b) in enumerate(zip(claimed, right, strict=True)) if a != b]
    if len(places) == 1:
        yield "one digit is wrong", "sai một chữ số"
    elif len(places) == 2 and sorted(claimed) == sorted(right):
        yield "two digits are swapped", "hai chữ số bị đổi chỗ"


def _counting(claim: Claim, right: Any) -> Iterator[Cause]:
    """Other ways to count parameters and multiply-adds."""
    amount = claim.claimed
    if not isinstance(amount, Amount) or not isinstance(right, int) or claim.kind not in ("params", "macs", "values"):
        return
    traced = trace(claim.given["layer"], claim.given["shape"])
    if claim.kind == "macs" and amount.fits(2 * right):
        yield "multiplications and additions were counted apart: two for each multiply-add", "đếm riêng phép nhân và phép cộng: mỗi MAC tính thành hai"  # fmt: skip
    if claim.kind == "params":
        running = sum(2 * whole(row.output[0]) for row in traced if isinstance(row.layer, BatchNorm))
        if running and amount.fits(right + running):
            yield "the running statistics of batch norm were counted", "tính cả running statistics của batch norm"
        without = sum(whole(row.params) for row in traced if isinstance(row.layer, BatchNorm))
        if without and amount.fits(right - without):
            yield "the batch norms were left out", "bỏ sót tham số của batch norm"
        biases = sum(whole(shape[0]) for row in traced for name, shape in row.weights.items() if name == "bias")
        if biases and amount.fits(right - biases):
            yield "all biases were left out", "bỏ sót mọi bias"
    after = claim.given.get("after")
    for row in traced if claim.kind != "values" else ():
        count = whole(row.params if claim.kind == "params" else row.macs)
        if not count:
            continue
        name = f"layer {row.index} ({row.text})"
        alone = after is None and len(traced) > 1 and amount.exact
        if alone and amount.fits(right - count):
            yield f"{name} was left out", f"bỏ sót {name}"
        elif alone and amount.fits(right + count):
            yield f"{name} was counted twice", f"tính {name} hai lần"
        elif after not in (None, row.index) and amount.value and amount.fits(count):
            yield f"that is the number of {name}", f"đó là con số của {name}"
    if claim.kind == "params" and after is not None and amount.fits(whole(product(traced[after - 1].output))):
        yield "that is the size of the output, not the number of parameters", "đó là kích thước của output, không phải số tham số"  # fmt: skip


def _equation(claim: Claim) -> Iterator[Cause]:
    (first, value), *rest = claim.claimed.parts
    for text, other in rest:
        if not same(value, other):
            yield f"{first} and {text} are not equal", f"{first} và {text} không bằng nhau"
