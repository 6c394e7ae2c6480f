"""How a calculation looks: one small expression tree, printed as plain text, LaTeX or Python.

Two things make such trees: a `Formula` (in its normal form) and a `Written` number, which remembers how it was worked
out. A layer's own `shape`, run on `Written` numbers, therefore yields the very line that was computed, as text.
"""

from __future__ import annotations

from typing import Any, Literal

Style = Literal["text", "latex", "python"]


class Node:
    """An expression: `kind` is letter, number, sum, product, floor, ratio (a division that comes out even), power, or the name
    of a function."""

    __slots__ = ("args", "kind")

    def __init__(self, kind: str, args: tuple[Any, ...]) -> None:
        self.kind = kind
        self.args = args


def letter(name: str, value: Any = None) -> Node:
    """A letter of a formula; `value` is what stands in its place when the numbers are put in."""
    return Node("letter", (name, value))


def number(value: int) -> Node:
    """A number as it is."""
    return Node("number", (value,))


def as_node(value: Any) -> Node:
    """The tree of an int, a `Formula` or a `Written` number."""
    if isinstance(value, Node):
        return value
    if isinstance(value, int):
        return number(value)
    node = value.node() if hasattr(value, "node") else None
    return node if isinstance(node, Node) else letter(str(value))


def put_in(node: Node) -> Node:
    """The same tree with the values in place of the letters: M + 2P becomes 28 + 2·1."""
    if node.kind == "letter":
        return node if node.args[1] is None else as_node(node.args[1])
    if node.kind == "number":
        return node
    if node.kind == "sum":
        return Node("sum", tuple((sign, put_in(part)) for sign, part in node.args))
    return Node(node.kind, tuple(put_in(part) for part in node.args))


def show(value: Any, style: Style = "text") -> str:
    """`value` (int, `Formula`, `Written` or tree) as text, LaTeX or Python; Python's `//` is the floored division."""
    return _show(as_node(value), style)[0]


def show_factor(value: Any, style: Style = "text") -> str:
    """As `show`, in brackets where it is a sum: a side of (K + S)×(O + T)."""
    return _brackets(_show(as_node(value), style), _PRODUCT, style)


# Binding strengths: what stands inside something that binds tighter is put in brackets.
_SUM, _PRODUCT, _ATOM = 1, 2, 3


def _brackets(shown: tuple[str, int], at_least: int, style: Style) -> str:
    text, strength = shown
    if strength >= at_least:
        return text
    return rf"\left({text}\right)" if style == "latex" else f"({text})"


def _show(node: Node, style: Style) -> tuple[str, int]:
    kind, args = node.kind, node.args
    if kind == "letter":
        return str(args[0]), _ATOM
    if kind == "number":
        text = str(args[0])
        return (text, _ATOM) if args[0] >= 0 else (text.replace("-", "−") if style == "text" else text, _SUM)
    if kind == "sum":
        return _show_sum(args, style), _SUM
    if kind == "product":
        return _show_product(args, style), _PRODUCT
    if kind in ("floor", "ratio"):
        return _show_quotient(kind, args[0], args[1], style)
    if kind == "power":
        return _show_power(args[0], args[1].args[0], style)
    inside = ", ".join(_show(part, style)[0] for part in args)
    return (rf"\{kind}\left({inside}\right)" if style == "latex" else f"{kind}({inside})"), _ATOM


def _show_sum(parts: tuple[tuple[int, Node], ...], style: Style) -> str:
    minus = "−" if style == "text" else "-"
    out = ""
    for sign, part in parts:
        # In Python -M//2 would be (−M)//2.
        tight = style == "python" and sign < 0 and not out and part.kind in ("floor", "ratio")
        text = _brackets(_show(part, style), _ATOM if tight else _PRODUCT, style)
        out += (f" {minus} " if sign < 0 else " + ") + text if out else (minus if sign < 0 else "") + text
    return out


def _show_product(parts: tuple[Node, ...], style: Style) -> str:
    if style == "python":
        # In Python `2*M//2` would be read from the left, so a floor that is a factor keeps its brackets.
        return "*".join(_brackets(_show(p, style), _ATOM, style) for p in parts)
    first, *rest = parts
    if first.kind == "number" and len(rest) == 1 and rest[0].kind == "letter":
        return _show(first, style)[0] + _show(rest[0], style)[0]  # 2P, as on the slides
    dot = r" \cdot " if style == "latex" else "·"
    return dot.join(_brackets(_show(p, style), _ATOM, style) for p in parts)


def _show_quotient(kind: str, over: Node, under: Node, style: Style) -> tuple[str, int]:
    top, bottom = _show(over, style), _show(under, style)
    if style == "latex":
        fraction = rf"\frac{{{top[0]}}}{{{bottom[0]}}}"
        return (rf"\left\lfloor {fraction} \right\rfloor", _ATOM) if kind == "floor" else (fraction, _ATOM)
    sides = _brackets(top, _PRODUCT, style), _brackets(bottom, _ATOM, style)
    if style == "python":
        return "//".join(sides), _PRODUCT
    return ("⌊{}/{}⌋".format(*sides), _ATOM) if kind == "floor" else ("/".join(sides), _PRODUCT)


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def raised(exponent: int) -> str:
    """An exponent as it stands after its base: ⁻⁵."""
    return str(exponent).translate(_RAISED)


def _show_power(base: Node, exponent: int, style: Style) -> tuple[str, int]:
    text = _brackets(_show(base, style), _ATOM, style)
    if style == "python":
        return f"{text}**{exponent}", _ATOM
    return (f"{text}^{{{exponent}}}" if style == "latex" else text + raised(exponent)), _ATOM


class Written:
    """A number that remembers the calculation it came from; only `+ - * //` act on it, as in every `shape`."""

    __slots__ = ("tree", "value")

    def __init__(self, value: Any, tree: Node) -> None:
        self.value = value
        self.tree = tree

    def node(self) -> Node:
        return self.tree

    def __repr__(self) -> str:
        return f"{show(self)} = {self.value}"

    def _sum(self, left: Any, right: Any, sign: int) -> Written:
        value = value_of(left) + sign * value_of(right)
        if isinstance(right, int) and right == 0:
            return Written(value, as_node(left))
        if isinstance(left, int) and left == 0 and sign > 0:
            return Written(value, as_node(right))
        a, b = as_node(left), as_node(right)
        head = a.args if a.kind == "sum" else ((1, a),)
        if b.kind == "number" and b.args[0] < 0:
            b, sign = number(-b.args[0]), -sign
        tail = b.args if b.kind == "sum" and sign > 0 else ((sign, b),)
        return Written(value, Node("sum", (*head, *tail)))

    def __add__(self, other: Any) -> Written:
        return self._sum(self, other, 1)

    def __radd__(self, other: Any) -> Written:
        return self._sum(other, self, 1)

    def __sub__(self, other: Any) -> Written:
        return self._sum(self, other, -1)

    def __rsub__(self, other: Any) -> Written:
        return self._sum(other, self, -1)

    def _product(self, left: Any, right: Any) -> Written:
        value = value_of(left) * value_of(right)
        factors: tuple[Node, ...] = ()
        for side in (left, right):
            if isinstance(side, int) and side == 1:
                continue
            node = as_node(side)
            factors += node.args if node.kind == "product" else (node,)
        return Written(value, factors[0] if len(factors) == 1 else Node("product", factors))

    def __mul__(self, other: Any) -> Written:
        return self._product(self, other)

    def __rmul__(self, other: Any) -> Written:
        return self._product(other, self)

    def __floordiv__(self, other: Any) -> Written:
        return Written(value_of(self) // value_of(other), Node("floor", (as_node(self), as_node(other))))

    def __rfloordiv__(self, other: Any) -> Written:
        return Written(value_of(other) // value_of(self), Node("floor", (as_node(other), as_node(self))))

    def __neg__(self) -> Written:
        return self._sum(0, self, -1)


def divided(a: Any, b: Any) -> Any:
    """a // b where b is known to divide a: written a/b, without a floor."""
    if isinstance(a, Written) or isinstance(b, Written):
        return Written(value_of(a) // value_of(b), Node("ratio", (as_node(a), as_node(b))))
    return a // b


def value_of(number_or_written: Any) -> Any:
    """The plain int or `Formula` behind a `Written` number."""
    return number_or_written.value if isinstance(number_or_written, Written) else number_or_written
