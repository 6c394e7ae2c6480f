"""Fill in the table: the activation's shape, its size and the parameters of every layer, a mark for each cell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convcalc.layers import Conv, Flatten, Layer, Linear, ReLU
from convcalc.mistakes import Mistake, wrong_ways
from convcalc.quiz.answers import Answer, NumberAnswer, ShapeAnswer, TableAnswer
from convcalc.quiz.drawing import SPATIAL, classifier, fits, image, worked
from convcalc.quiz.question import Draft, Wrong
from convcalc.quiz.reading import Two
from convcalc.quiz.registry import kind
from convcalc.quiz.stream import Draws
from convcalc.shape import product, show_shape, whole, wholes
from convcalc.spec import parse
from convcalc.tracing import Row, trace


@kind("fill-table", "fill in a layer table", "điền bảng các layer")
def fill_table(level: str, s: Draws) -> Draft | None:
    """Shapes, sizes and parameters; at level easy one column, at level hard all three."""
    x = image(s, "easy" if level != "hard" else "medium")
    layers: list[Layer] = [
        layer for layer in classifier(s, "easy" if level == "easy" else "medium", x) if not isinstance(layer, ReLU)
    ]
    if not fits(layers, x):
        return None
    traced = trace(parse(" > ".join(map(str, layers))), x)
    columns = {"easy": ("shape",), "medium": ("shape", "params"), "hard": ("shape", "values", "params")}[level]
    asked = [
        (row, column) for row in traced for column in columns if column != "params" or row.weights
    ]  # what has no weights shows its 0
    cells = tuple((_name(row, column), _answer(row, column)) for row, column in asked)
    if not 3 <= len(cells) <= 16:
        return None
    lines, lines_vi = _table(list(traced), columns, show_shape(x))
    text = (
        "Fill in the question marks, row by row from left to right, with ; between the answers (shapes without the batch size"
        + ("; values: how many the output has)." if "values" in columns else ")."),
        "Điền các ô dấu hỏi, theo từng hàng từ trái sang phải, các đáp án cách nhau bằng dấu ; (shape không tính batch size"
        + ("; số giá trị: output có bao nhiêu giá trị)." if "values" in columns else ")."),
    )
    hint = (
        "Each layer's input is the output of the one above it; only layers with weights have parameters.",
        "Input của mỗi layer là output của layer ở trên; chỉ layer có trọng số mới có tham số.",
    )

    def wrongs(order: Draws) -> Iterator[Wrong]:
        found: dict[tuple[int, str], list[tuple[Mistake, Any]]] = {}
        for i, (row, column) in enumerate(asked):
            assert isinstance(row.layer, Layer)
            about = "params" if column == "params" else "shape"
            if (row.index, about) not in found:
                found[row.index, about] = wrong_ways(row.layer, row.input, about, order.edition)
            for mistake, value in found[row.index, about]:
                yield (i, whole(product(value)) if column == "values" else value), mistake

    def steps() -> list[Two]:
        called = [f"{row.index}. {_said(row.layer)}" for row in traced]  # type: ignore[arg-type]
        return worked(traced.rows, (*SPATIAL, *(["params"] if "params" in columns else [])), called)

    return Draft(text, TableAnswer(cells), wrongs, steps, hint, figure=(lines, lines_vi), choices=False)


def _name(row: Row, column: str) -> Two:
    names = {"shape": ("shape", "shape"), "values": ("values", "số giá trị"), "params": ("params", "số tham số")}[
        column
    ]
    return f"{row.index}. {names[0]}", f"{row.index}. {names[1]}"


def _answer(row: Row, column: str) -> Answer:
    if column == "shape":
        return ShapeAnswer(wholes(row.output))
    return NumberAnswer(whole(product(row.output)) if column == "values" else whole(row.params))


def _said(layer: Layer) -> str:
    if isinstance(layer, Conv):
        k = (
            "×".join(map(str, layer.kernel_size))
            if isinstance(layer.kernel_size, tuple)
            else f"{layer.kernel_size}×{layer.kernel_size}"
        )
        rest = (f", s={layer.stride}" if layer.stride != 1 else "") + (
            f", p={layer.padding}" if layer.padding != 0 else ""
        )
        return f"Conv {layer.out_channels} kernel {k}{rest}"
    if isinstance(layer, Linear):
        return f"Linear {layer.out_features}"
    if isinstance(layer, Flatten):
        return "Flatten"
    names = {"maxpool": "MaxPool", "avgpool": "AvgPool", "gap": "GlobalAvgPool"}
    size = getattr(layer, "kernel_size", "")
    stride = getattr(layer, "stride", None)
    return f"{names[layer.name]} {f'{size}×{size}' if size else ''}{f', s={stride}' if stride else ''}".strip()


def _table(rows: list[Row], columns: tuple[str, ...], x: str) -> Two:
    """The table with question marks, in both languages."""
    made = []
    for heads in ({"": "layer", "shape": "shape", "values": "values", "params": "params"}, {"": "layer", "shape": "shape", "values": "số giá trị", "params": "số tham số"}):  # fmt: skip
        table = [["", heads[""], *(heads[c] for c in columns)], ["", "input", x, *["" for _ in columns[1:]]]]
        for row in rows:
            assert isinstance(row.layer, Layer)
            marks = ["0" if c == "params" and not row.weights else "?" for c in columns]
            table.append([str(row.index), _said(row.layer), *marks])
        widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
        made.append(
            "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in table)
        )
    return made[0], made[1]
