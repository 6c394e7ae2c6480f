"""Sizes and shapes: reading and printing them, the window formula, and what must hold for a formula to be true.

A `Dim` is an int or a `Formula`; a `Shape` is a tuple of them, channels first, without the batch axis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from functools import reduce
from math import gcd
from typing import Any, Literal, NamedTuple, TypeAlias

from convcalc.bounds import never_negative, smaller
from convcalc.errors import ShapeError
from convcalc.formula import Dim, Formula, floor_part, symbol
from convcalc.notation import Node, Style, Written, as_node, show, value_of

Shape: TypeAlias = "tuple[Dim, ...]"
Relation = Literal[">=", "==", "divides"]

# Larger numbers than this in a spec are typing mistakes; torch's own tensors end at 2^63 − 1 bytes of float32.
LARGEST_NUMBER = 10**9
LARGEST_TENSOR = (2**63 - 1) // 4


# -- what must hold ---------------------------------------------------------------------------------------------


class Condition(NamedTuple):
    """`left relation right`, needed for a symbolic answer to be true: M + 2P ≥ K, or G divides C."""

    left: Dim
    relation: Relation
    right: Dim

    def holds(self, values: Mapping[str, int]) -> bool:
        """Whether it holds with numbers put in for all letters."""
        left, right = (dim.at(values) if isinstance(dim, Formula) else dim for dim in (self.left, self.right))
        return _RELATIONS[self.relation](whole(left), whole(right))

    def text(self, style: Style = "python") -> str:
        left, right = show(self.left, style), show(self.right, style)
        if self.relation == ">=" and isinstance(self.left, int):  # K ≤ 8 rather than 8 ≥ K
            return f"{right} {_SIGNS[style, '<=']} {left}"
        if self.relation == "divides":
            if style == "python":
                return " % ".join(text if text.isalnum() else f"({text})" for text in (right, left)) + " == 0"
            return f"{left} | {right}" if style == "text" else rf"{left} \mid {right}"
        return f"{left} {_SIGNS[style, self.relation]} {right}"


_SIGNS = {
    ("python", "<="): "<=", ("text", "<="): "≤", ("latex", "<="): r"\le",
    ("python", ">="): ">=", ("text", ">="): "≥", ("latex", ">="): r"\ge",
    ("python", "=="): "==", ("text", "=="): "=", ("latex", "=="): "=",
}  # fmt: skip


_RELATIONS: dict[Relation, Callable[[int, int], bool]] = {
    ">=": lambda left, right: left >= right,
    "==": lambda left, right: left == right,
    "divides": lambda left, right: left > 0 and right % left == 0,
}

_conditions: ContextVar[list[Condition] | None] = ContextVar("conditions", default=None)


class collecting:
    """Collect the conditions that symbolic sizes must meet while layers are asked for their shapes: `with collecting() as found`."""

    def __enter__(self) -> list[Condition]:
        found: list[Condition] = []
        self.token = _conditions.set(found)
        return found

    def __exit__(self, *_: object) -> None:
        _conditions.reset(self.token)


def require(
    left: Any,
    relation: Relation,
    right: Any,
    kind: str,
    said: Callable[[], dict[str, Any]] | None = None,
    /,
    **values: Any,
) -> None:
    """Raise `ShapeError(kind, **values)` unless the relation holds; with letters in it, note it as a condition.

    The one place where a limit is both an error (for numbers) and a range of validity (for formulas). `said` gives more values of
    the message, and is only called for it.
    """
    if relation == ">=" and type(left) is int and type(right) is int and left >= right:
        return  # by far the most frequent
    left, right = value_of(left), value_of(right)
    if isinstance(left, int) and isinstance(right, int):
        if not _RELATIONS[relation](left, right):
            raise ShapeError(kind, **values, **(said() if said else {}))
        return
    if not isinstance(left, int | Formula) or not isinstance(right, int | Formula):
        return  # another library's numbers: nothing is known of them here
    if left == right or (relation == "divides" and left == 1):
        return
    if relation != "divides":
        known = never_negative(left - right)
        if known is False or (relation == "==" and never_negative(left - right - 1)):
            raise ShapeError(kind, **values, **(said() if said else {}))
        if known is True and relation == ">=":
            return
    found = _conditions.get()
    if found is not None:
        found.append(Condition(left, relation, right))


def simplify(conditions: Iterable[Condition]) -> list[Condition]:
    """The conditions without those that others imply, each with its positive terms on the left."""
    lower: dict[str, int] = {}
    others: dict[Condition, None] = {}
    for condition in conditions:
        if condition.relation == "==":
            difference = condition.left - condition.right
            others[_sides(difference, "==") if isinstance(difference, Formula) else condition] = None
            continue
        if condition.relation != ">=":
            others[condition] = None
            continue
        difference = _open_floors(condition.left - condition.right)
        if never_negative(difference):
            continue
        bound = _single_letter_bound(difference)
        if bound is not None:
            name, least = bound
            lower[name] = max(lower.get(name, 1), least)
        else:
            assert isinstance(difference, Formula)
            others[_sides(difference)] = None
    simple = [Condition(symbol(name), ">=", least) for name, least in sorted(lower.items()) if least > 1]
    return simple + [c for c in others if not _implied(c, simple)]


def _open_floors(difference: Dim) -> Dim:
    """⌊a/b⌋ + r ≥ 0 means a + b·r ≥ 0 when r and b are integers, so the floors can be taken away one by one."""
    while isinstance(difference, Formula):
        parts = floor_part(difference)
        if parts is None:
            return difference
        over, under, rest = parts
        if not never_negative(under - 1):
            return difference
        difference = over + under * rest
    return difference


def _single_letter_bound(difference: Dim) -> tuple[str, int] | None:
    if not isinstance(difference, Formula):
        return None
    terms = dict(difference.expanded)
    constant = terms.pop((), 0)
    if len(terms) != 1:
        return None
    ((monomial, factor),) = terms.items()
    if factor < 0 or len(monomial) != 1 or monomial[0].kind != "letter":
        return None
    return monomial[0].key, -(constant // factor)


def _sides(difference: Formula, relation: Relation = ">=") -> Condition:
    """The condition that `difference` is ≥ 0 or 0, with positive terms left and right, and letters on the left."""
    terms = difference.expanded
    common = reduce(gcd, terms.values(), 0)
    left: Dim = Formula({m: c // common for m, c in terms.items() if c > 0}) + 0
    right: Dim = Formula({m: -c // common for m, c in terms.items() if c < 0}) + 0
    if relation == "==" and isinstance(left, int):
        left, right = right, left
    return Condition(left, relation, right)


def _implied(condition: Condition, bounds: list[Condition]) -> bool:
    if condition.relation != ">=":
        return False
    shifted = {str(b.left): b.left + b.right - 1 for b in bounds}
    difference = condition.left - condition.right
    return isinstance(difference, Formula) and bool(never_negative(difference.at(shifted)))


# -- reading and printing ---------------------------------------------------------------------------------------


def show_shape(shape: Sequence[Any], style: Style = "text") -> str:
    """(1, 28, 28); a flat shape is (10,) as in Python."""
    inside = ", ".join(show(size, style) for size in shape)
    return f"({inside},)" if len(shape) == 1 else f"({inside})"


def show_sizes(sizes: Sequence[Any]) -> str:
    """5×5, as sizes are spoken of."""
    return "×".join(show(value_of(s)) for s in sizes)


def is_symbolic(shape: Iterable[Any]) -> bool:
    """Whether any size has letters."""
    return any(not isinstance(value_of(size), int) for size in shape)


def whole(dim: Dim) -> int:
    """A size that is known to be a number."""
    if not isinstance(dim, int):
        raise TypeError(f"{dim} has letters in it")
    return dim


def wholes(shape: Iterable[Dim]) -> tuple[int, ...]:
    """A shape that is known to hold numbers only."""
    return tuple(map(whole, shape))


def product(dims: Iterable[Dim]) -> Dim:
    """The product of sizes; 1 for none."""
    total: Dim = 1
    for dim in dims:
        total = total * dim if not isinstance(total, int) or total != 1 else dim
    return total


def check_numel(shape: Shape) -> None:
    """Refuse tensors whose bytes torch could not count."""
    total = 1
    for size in shape:
        if isinstance(size, int):
            total *= size
    if total > LARGEST_TENSOR:
        raise ShapeError("tensor_too_large", shape=short(show_shape(shape)))


def short(text: str, limit: int = 60) -> str:
    """A text that is no longer than a message can bear."""
    return text if len(text) <= limit else text[:limit] + "…"


# -- the window -------------------------------------------------------------------------------------------------


def extent(k: Dim, d: Dim) -> Dim:
    """The cells that a kernel of size K with dilation D spans: D·(K − 1) + 1, which is K when D is 1."""
    one = d == 1 if type(d) is int else isinstance(value_of(d), int) and value_of(d) == 1
    return k if one else d * (k - 1) + 1


def window(m: Dim, k: Dim, s: Dim, p: Dim, d: Dim = 1, ceil: bool = False) -> Dim:
    """How many windows of size K, stride S, padding P on both sides and dilation D fit on M cells.

    ⌊(M + 2P − E)/S⌋ + 1 with E = D·(K − 1) + 1 (Dumoulin and Visin, "A guide to convolution arithmetic", relationship 15).
    With `ceil` a last, incomplete window counts when it starts inside the input or the left padding, as torch has it:
    the numerator grows by S − 1 but by no more than E − 1 − P.
    """
    e = extent(k, d)
    over: Any = m + 2 * p - e
    if ceil:
        over = over + ceil_slack(s, p, e)
    count: Dim = over // s + 1
    return count


def window_fix(axes: Sequence[tuple[Any, Any, Any, Any, Any]], lang: str) -> str:
    """What would make windows fit: the least padding, or the largest kernel; `axes` are (M, K, S, P, D)."""
    values = [tuple(map(value_of, axis)) for axis in axes]
    if any(not isinstance(v, int) for axis in values for v in axis):
        return "M + 2P ≥ D·(K − 1) + 1."
    padding = max(-((m - extent(k, d)) // 2) for m, k, _, _, d in values)
    kernel = min((m + 2 * p - 1) // d + 1 for m, _, _, p, d in values)
    if padding <= min(
        k // 2 for _, k, *_ in values
    ):  # more than half of the kernel is never sensible, in a pool not allowed
        en, vi = (
            f"Use padding ≥ {padding} or a kernel ≤ {kernel}.",
            f"Thêm padding ≥ {padding} hoặc dùng kernel ≤ {kernel}.",
        )
    else:
        en, vi = f"Use a kernel ≤ {kernel} or a larger input.", f"Dùng kernel ≤ {kernel} hoặc input lớn hơn."
    return vi if lang == "vi" else en


def ceil_slack(s: Dim, p: Dim, e: Dim) -> Dim:
    """What rounding up adds to the numerator: S − 1, but at most E − 1 − P, so that the last window starts on the input."""
    slack: Dim = _smaller(s - 1, e - 1 - p)
    return slack


def _smaller(a: Any, b: Any) -> Any:
    if not isinstance(a, Written) and not isinstance(b, Written):
        return smaller(a, b)
    value = smaller(value_of(a), value_of(b))
    return Written(value, Node("min", (as_node(a), as_node(b))))


def same_padding(k: Dim, d: Dim) -> tuple[Dim, Dim]:
    """(before, after) for 'same' with stride 1: D·(K − 1) in all, the odd cell at the end, as torch puts it."""
    total = extent(k, d) - 1
    before = total // 2
    return before, total - before
