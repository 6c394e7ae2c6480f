"""How an answer is worked out, as on the slides: the formula, the numbers put in, the floor, the result.

Nothing is computed here a second time: a layer's own `shape`, `weights` and `macs` run once more on numbers that remember the
calculation they come from, with the slides' letters for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from convcalc.formula import Dim
from convcalc.layers.base import ANY, Layer, Token
from convcalc.layers.merge import MERGES
from convcalc.layers.shared import Measured, Shared
from convcalc.notation import Node, Style, Written, as_node, letter, number, put_in, show, value_of
from convcalc.shape import Shape, product
from convcalc.tracing import Row
from convcalc.words import decimal

# The slides' letters of an input: C channels, M×N cells; a flat input has N features.
_INPUT = {1: "N", 2: "CM", 3: "CMN", 4: "CMNR"}
AXES = {
    1: ("features",),
    2: ("channels", "length"),
    3: ("channels", "height", "width"),
    4: ("channels", "depth", "height", "width"),
}


@dataclass(frozen=True)
class Step:
    """One line of a calculation: what it gives, and the stages from the formula to the result."""

    what: str  # channels, length, height, width, depth, features, params or macs
    tree: Node
    value: Dim

    def stages(self, style: Style = "text", lang: str = "en") -> list[str]:
        """The formula, the numbers put in, the floors as decimals, the result; equal neighbours once."""
        # With letters a count of multiply-adds ends in its formula at once: the sizes in it have been worked out above.
        numbers = None if self.what == "macs" and not isinstance(self.value, int) else put_in(self.tree)
        rounded = _rounded(numbers, style, lang) if numbers is not None and isinstance(self.value, int) else None
        stages = [show(tree, style) for tree in (self.tree, numbers, rounded) if tree is not None]
        return list(dict.fromkeys([*stages, show(self.value, style)]))


def steps(row: Row) -> list[Step]:
    """The steps of one row; none for what neither changes the shape nor has parameters."""
    if not isinstance(row.layer, Layer):
        return _joined(row)
    layer, x = written(_once(row.layer), row.input)
    found: list[Step] = []
    output = layer.shape(x)
    names = layer.output_axes or AXES.get(len(output), ("size",) * len(output))
    names = names if len(names) == len(output) else ("size",) * len(output)
    moved = [_is_new(size, axis, row) for axis, size in enumerate(output)]
    for axis, size in enumerate(output if layer.output_axes != () else ()):
        # Where a kernel is involved, the sizes that stay are said too.
        kernel = row.weights and any(moved) and len(output) == len(row.input)
        if moved[axis] or (kernel and isinstance(size, Written)):
            found.append(Step(names[axis], as_node(size), row.output[axis]))
    if row.weights:
        found.append(Step("params", _params(layer.weights(x)), row.params))
    if row.macs != 0:
        macs = layer.macs(x, _primed(row.output))
        found.append(Step("macs", as_node(macs), row.macs))
    return found


def _once(layer: Layer) -> Layer:
    """A layer that is used again is worked out as it was the first time."""
    return layer.layer if isinstance(layer, Shared) else layer


def _is_new(size: Any, axis: int, row: Row) -> bool:
    """Whether an output's size is another than the input's at that place."""
    letters = _names(len(row.input))
    if not isinstance(size, Written):
        return bool(row.output[axis] != _at(row.input, axis))
    return size.tree.kind != "letter" or axis >= len(letters) or size.tree.args[0] != letters[axis]


def _joined(row: Row) -> list[Step]:
    """The channels of a concatenation; a sum and a product have the shape of their parts."""
    if row.layer is not MERGES["cat"]:
        return []
    parts = tuple((1, as_node(x[0])) for x in row.inputs)
    return [Step("channels", Node("sum", parts), row.output[0])]


def formula(row: Row, style: Style = "python") -> str:
    """The layer's own formula for its output in the slides' letters, such as (F, (M + 2*P - K)//S + 1, …)."""
    if isinstance(row.layer, Measured):
        return "unknown"
    if not isinstance(row.layer, Layer):
        return row.layer.name
    key = _form(_once(row.layer), style, len(row.input))
    known = _formulas.get(key)
    if known is None:
        layer, x = written(_once(row.layer), row.input)
        inside = ", ".join(show(as_node(size), style) for size in layer.shape(x))
        if len(_formulas) >= 4096:
            _formulas.clear()
        known = _formulas[key] = f"({inside},)" if len(row.output) == 1 else f"({inside})"
    return known


# A dilation and a number of groups of 1 are left out of the formula, as on the slides.
_LEFT_OUT = ("DEI", "G")
# A formula in letters is the same for all numbers that have letters; many specs in a batch share one.
_formulas: dict[tuple[Any, ...], str] = {}


def _form(layer: Layer, style: Style, axes: int) -> tuple[Any, ...]:
    """What the formula depends on: the fields that are not as usual, those with letters without their numbers."""
    tokens, defaults = layer.tokens, layer.defaults
    given = [(n, _letters_or_value(tokens[n], v)) for n, v in layer.__dict__.items() if v is not defaults.get(n, ANY)]
    return (type(layer), style, axes, *given)


def _letters_or_value(how: Token, value: Any) -> Any:
    """A mark for a value that has a letter; else the value itself, which the formula shows."""
    if how.letters in _LEFT_OUT:
        ones = tuple(v == 1 for v in value) if isinstance(value, tuple) else value == 1
        return how, ones, isinstance(value, str)
    return how if _has_letters(how, value) else (type(value), value)


def _has_letters(how: Token, value: Any) -> bool:
    if not how.letters or value is None or isinstance(value, str):
        return False
    return how.letters not in _LEFT_OUT or value != 1


def written(layer: Layer, x: Shape) -> tuple[Layer, Shape]:
    """The layer and its input with every number that has a letter replaced by one that remembers it."""
    twin = object.__new__(type(layer))
    for name, how in layer.tokens.items():
        value = getattr(layer, name)
        if _has_letters(how, value):
            value = _with_letters(value, how.letters, len(x) - 1)
        object.__setattr__(twin, name, value)
    names = _names(len(x))
    sizes: list[Any] = [Written(size, letter(name, size)) for name, size in zip(names, x, strict=True)]
    return twin, tuple(sizes)


def _with_letters(value: Any, letters: str, axes: int) -> Any:
    if len(letters) == 1:
        return Written(value, letter(letters, value))
    values: Sequence[Dim] = value if isinstance(value, tuple) else (value,) * axes
    left_out = letters in _LEFT_OUT
    pairs = zip(letters, values, strict=False)
    return tuple(v if left_out and v == 1 else Written(v, letter(name, v)) for name, v in pairs)


def _names(axes: int) -> Sequence[str]:
    """The letters of an input with so many axes."""
    return _INPUT.get(axes) or [f"X{i}" for i in range(1, axes + 1)]


def _primed(output: Shape) -> Shape:
    """The output's sizes as M′, N′, so that a count of multiply-adds names them instead of their formulas."""
    names = _names(len(output))
    sizes: list[Any] = [Written(size, letter(name + "'", size)) for name, size in zip(names, output, strict=True)]
    return tuple(sizes)


def _params(weights: dict[str, Shape]) -> Node:
    """(K·O·C + 1)·F where a bias goes with every kernel, else the sum of the products."""
    shapes = list(weights.values())
    if len(shapes) == 2 and len(shapes[1]) == 1 and len(shapes[0]) > 1 and _same(shapes[0][0], shapes[1][0]):
        _, channels, *kernel = shapes[0]
        inside = Node("sum", ((1, _product_node([*kernel, channels])), (1, number(1))))
        return Node("product", (inside, as_node(shapes[0][0])))
    parts = [_product_node([*shape[2:], *shape[1::-1]]) for shape in shapes]
    return parts[0] if len(parts) == 1 else Node("sum", tuple((1, part) for part in parts))


def _same(a: Any, b: Any) -> bool:
    return show(a) == show(b) and bool(value_of(a) == value_of(b))


def _product_node(sizes: Sequence[Any]) -> Node:
    return as_node(sizes[0]) if len(sizes) == 1 else Node("product", tuple(as_node(s) for s in sizes))


def _at(shape: Shape, axis: int) -> Dim | None:
    return shape[axis] if axis < len(shape) else None


def _rounded(node: Node, style: Style, lang: str) -> Node | None:
    """The tree with every ⌊a/b⌋ of numbers as a floored decimal, ⌊13.5⌋; None where there is none."""
    if node.kind == "floor":
        over, under = _evaluate(node.args[0]), _evaluate(node.args[1])
        if over is None or not under:
            return None
        return letter(_floored(over, under, style, lang))
    if node.kind != "sum":
        return None
    parts = [(sign, part, _rounded(part, style, lang)) for sign, part in node.args]
    if all(new is None for _, _, new in parts):
        return None
    return Node("sum", tuple((sign, new or part) for sign, part, new in parts))


def _floored(over: int, under: int, style: Style, lang: str) -> str:
    whole, rest = divmod(over, under)
    if rest:
        hundredths = abs(over) * 100 // under
        exact = abs(over) * 100 % under == 0
        text = f"{hundredths // 100}.{hundredths % 100:02d}"
        text = ("-" if over < 0 else "") + (text.rstrip("0") if exact else text + "…")
    else:
        text = str(whole)
    text = decimal(text, lang) if style != "python" else text
    if style == "latex":
        text = text.replace("…", r" \ldots").replace(",", "{,}")
        return rf"\left\lfloor {text} \right\rfloor"
    return f"floor({text})" if style == "python" else f"⌊{text.replace('-', '−')}⌋"


def _evaluate(node: Node) -> int | None:
    """The value of a tree of numbers; None if a letter is left."""
    if node.kind == "number":
        return int(node.args[0])
    if node.kind == "letter":
        return None
    if node.kind == "sum":
        parts = [(sign, _evaluate(part)) for sign, part in node.args]
        return None if any(v is None for _, v in parts) else sum(sign * v for sign, v in parts if v is not None)
    values = [_evaluate(part) for part in node.args]
    known = [v for v in values if v is not None]
    if len(known) < len(values):
        return None
    if node.kind == "product":
        return int(str(product(tuple(known))))
    return {
        "floor": lambda: known[0] // known[1],
        "ratio": lambda: known[0] // known[1],
        "min": lambda: min(known),
        "max": lambda: max(known),
    }[node.kind]()
