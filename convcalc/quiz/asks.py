"""What can be asked with a teacher's own numbers: one `@ask(...)` function each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convcalc.compute import compute
from convcalc.errors import ConvcalcError
from convcalc.importing.source import read_model
from convcalc.layers import AvgPool, Conv, Layer, Linear, MaxPool, chain
from convcalc.numbers import read_array
from convcalc.quiz.answers import MatrixAnswer, NumberAnswer, ShapeAnswer
from convcalc.quiz.drawing import SPATIAL, total, worked, wrong_shapes, wrong_totals
from convcalc.quiz.kinds.cells import WHOLE, conv_draft
from convcalc.quiz.kinds.costs import MACS_COUNTED, MACS_HINT, Window, field_draft
from convcalc.quiz.kinds.faults import runs_draft
from convcalc.quiz.kinds.lines import line_draft
from convcalc.quiz.kinds.weights import HINT as PARAMS_HINT
from convcalc.quiz.kinds.weights import kernel_draft
from convcalc.quiz.own import (
    ASKS,
    KEYS,
    Given,
    Unfit,
    are_plain,
    ask,
    called_in,
    capital,
    in_numbers,
    layers_of,
    network_of,
    said_as,
    subject_of,
)
from convcalc.quiz.question import Draft, Wrongs
from convcalc.quiz.reading import Two
from convcalc.quiz.stream import Draws
from convcalc.scan import as_shape
from convcalc.shape import Shape, show_shape, whole, wholes
from convcalc.spec import parse
from convcalc.tracing import trace

__all__ = ["ASKS", "KEYS"]


@ask("shape")
def _shape(given: Given) -> Draft:
    net, x, code = network_of(given)
    traced = in_numbers(trace(net, x))
    wrongs: Wrongs = wrong_shapes(layers_of(net), x, called_in(given, net, x, code)) if are_plain(net) else []
    text = (
        f"The model's input has shape {show_shape(x)}. What is the shape of its output, leaving out the batch size?"
        if code
        else f"An input of shape {show_shape(x)} goes through {said_as(net, x)}. What is the output's shape, leaving out the batch size?",
        f"Input của model có shape {show_shape(x)}. Output có shape nào? (không tính batch size)"
        if code
        else f"Input có shape {show_shape(x)}, đi qua {said_as(net, x)}. Output có shape nào? (không tính batch size)",
    )
    hint = ("Follow the shape from layer to layer.", "Theo dõi shape qua từng layer.")
    return Draft(
        text,
        ShapeAnswer(wholes(traced.output)),
        wrongs,
        lambda: worked(traced.rows, SPATIAL, called_in(given, net, x, code)),
        hint,
        code=code,
    )


def _counted(given: Given, what: str, en: str, vi: str, hint: Two) -> Draft:
    net, x, code = network_of(given)
    of, of_vi = subject_of(code, net, x)
    text = (en.format(of=of, x=show_shape(x)), vi.format(of=capital(of_vi), x=show_shape(x)))
    traced = in_numbers(trace(net, x))
    count: Callable[[Layer, Shape], int] = lambda layer, shape: whole(getattr(layer, what)(shape))  # noqa: E731
    wrongs: Wrongs = (
        wrong_totals(layers_of(net), x, what, count, called_in(given, net, x, code)) if are_plain(net) else []
    )

    def steps() -> list[Two]:
        found = worked(traced.rows, (what,), called_in(given, net, x, code))
        return [*found, total(traced.rows, what)] if len(found) > 1 else found

    return Draft(text, NumberAnswer(whole(getattr(traced, what))), wrongs, steps, hint, code=code)


@ask("params")
def _params(given: Given) -> Draft:
    return _counted(
        given, "params", "How many parameters does {of} have in all, for an input of shape {x}?", "{of} có tổng cộng bao nhiêu tham số? Input có shape {x}.",
        PARAMS_HINT,
    )  # fmt: skip


@ask("macs")
def _macs(given: Given) -> Draft:
    return _counted(
        given, "macs", f"How many multiply-adds does {{of}} take for an input of shape {{x}} ({MACS_COUNTED[0]})?",
        f"{{of}} cần bao nhiêu phép nhân-cộng với input có shape {{x}} ({MACS_COUNTED[1]})?", MACS_HINT,
    )  # fmt: skip


def _one_conv(given: Given) -> tuple[Conv, Shape]:
    net, x, _ = network_of(given)
    if not isinstance(net, Conv):
        raise Unfit("net", "a single convolution", "một lớp tích chập")
    in_numbers(trace(net, x))
    return net, x


@ask("weight", "order")
def _weight(given: Given) -> Draft:
    layer, x = _one_conv(given)
    kernels, each, *size = wholes(layer.weights(x)["weight"])
    order = given.get("order", "torch")
    if order not in ("torch", "channels-last"):
        raise Unfit("order", '"torch" or "channels-last"', '"torch" hoặc "channels-last"')
    return kernel_draft(whole(x[0]), kernels, tuple(size), whole(x[0]) // each, order == "channels-last")


@ask("line")
def _line(given: Given) -> Draft:
    layer, x = _one_conv(given)
    plain = (layer.kernel_size, layer.padding, layer.stride, layer.dilation)
    if len(x) != 3 or not all(isinstance(n, int) for n in plain) or layer.groups != 1 or layer.out_channels is None:
        raise Unfit(
            "net",
            "a convolution with square kernels and without groups",
            "một lớp tích chập có kernel vuông, không có groups",
        )
    return line_draft(layer, x)


@ask("runs")
def _runs(given: Given) -> Draft:
    if "code" not in given or "input" not in given:
        raise Unfit("ask", "with code and input", "kèm code và input")
    model, x, code = read_model(given["code"]), as_shape(given["input"]), given["code"].strip("\n")
    layers = layers_of(model.layer)
    called = [
        model.parts[id(layer)].name.removeprefix("self.") if id(layer) in model.parts else layer.name
        for layer in layers
    ]
    try:
        trace(model.layer, x)
        return runs_draft(layers, x, code, None, called)
    except ConvcalcError as error:
        said = model.locate(error)
        place = (error.layer or 1) - 1
    fitting = [_fitting(layer) for layer in layers]
    return runs_draft(fitting, x, code, (place, (said.message("en"), said.message("vi"))), called)


def _fitting(layer: Layer) -> Layer:
    """The layer for whatever channels or features come in."""
    made_for = {"in_channels", "in_features", "num_features"} & set(layer.__dict__)
    return type(layer)(**layer.__dict__ | dict.fromkeys(made_for)) if made_for else layer


@ask("compute", "data", "kernel", "bias")
def _compute(given: Given) -> Draft:
    if "net" not in given or "data" not in given:
        raise Unfit("ask", "with net and data", "kèm net và data")
    net = parse(given["net"])
    data = read_array(str(given["data"]), "data")
    plain = isinstance(net, Conv) and isinstance(net.stride, int) and isinstance(net.padding, int)
    if (
        not isinstance(net, Conv)
        or not plain
        or net.dilation != 1
        or net.groups != 1
        or net.out_channels not in (None, 1)
    ):
        raise Unfit(
            "net",
            "one kernel, with a stride and a padding in numbers at most",
            "một kernel, chỉ có stride và padding bằng số",
        )
    if "kernel" not in given:
        raise Unfit("ask", "with kernel, the kernel's numbers", "kèm kernel, các số của kernel")
    kernel = read_array(str(given["kernel"]), "kernel")
    bias = read_array(str(given["bias"]), "bias") if "bias" in given else None
    found = compute(net, data, kernel, bias)
    return conv_draft(
        (kernel.shape[-2], kernel.shape[-1]), int(str(net.stride)), int(str(net.padding)), data, kernel, bias, found,
        (MatrixAnswer(found.output), WHOLE, None),
    )  # fmt: skip


@ask("features")
def _features(given: Given) -> Draft:
    """What belongs in nn.Linear(?, …) after a flatten: the last layer of the net is the linear one."""
    net, x, code = network_of(given)
    layers = layers_of(net)
    if not isinstance(layers[-1], Linear) or len(layers) < 2 or not are_plain(net):
        raise Unfit("net", "layers in a row that end with linear", "các layer nối tiếp, cuối cùng là linear")
    before = layers[:-1]
    traced = in_numbers(trace(chain(*before), x))
    if len(traced.output) != 1:
        raise Unfit("net", "flat before its last linear layer", "phẳng trước layer linear cuối")
    ways = wrong_shapes(before, x, called_in(given, net, x, code)[: len(before)])

    def wrongs(order: Draws) -> Any:
        return ((whole(value[0]), mistake) for value, mistake in ways(order) if len(value) == 1)

    text = (
        f"The model's input has shape {show_shape(x)}. Which number belongs in place of the question mark?",
        f"Input của model có shape {show_shape(x)}. Dấu hỏi phải thay bằng số nào?",
    )
    if code is not None:
        before_it, _, after = code.rpartition(f"nn.Linear({traced.output[0]}, ")
        code = f"{before_it}nn.Linear(?, {after}"
    if code is None or "?" not in code:
        raise Unfit("net", "layers that PyTorch has by these names", "các layer có sẵn trong PyTorch")
    hint = (
        "flatten multiplies the sizes, the channels too.",
        "flatten nhân các kích thước lại, kể cả số channel.",
    )
    return Draft(
        text,
        NumberAnswer(whole(traced.output[0])),
        wrongs,
        lambda: worked(traced.rows, SPATIAL, called_in(given, net, x, code)),
        hint,
        code=code,
    )


@ask("field")
def _field(given: Given) -> Draft:
    """The receptive field after windows in a row; other layers that keep the size may stand between them."""
    net, x, code = network_of(given)
    of, of_vi = subject_of(code, net, x)
    text = (
        f"How many cells wide is the receptive field of one cell of the output of {of}, on the input?",
        f"Receptive field (vùng nhìn) của một ô output của {of_vi} rộng bao nhiêu ô trên input?",
    )
    in_numbers(trace(net, x))
    layers = layers_of(net)
    called = called_in(given, net, x, code) or [
        said_as(layer, row.input) for layer, row in zip(layers, trace(net, x), strict=False)
    ]
    windows = [(one, name) for layer, name in zip(layers, called, strict=True) if (one := _window(layer)) is not None]
    axes = trace(net, x).rows[-1].receptive_field
    if len({axis and axis.size for axis in axes}) > 1:
        raise Unfit("net", "windows that are square", "các cửa sổ vuông")
    axis = axes[0]
    made = (
        field_draft([one for one, _ in windows], [(name, name) for _, name in windows], text, code) if windows else None
    )
    if made is None or axis is None or axis.size != made.answer.value:
        raise Unfit("net", "windows in a row, such as conv 3 > maxpool 2", "các cửa sổ nối tiếp, như conv 3 > maxpool 2")  # fmt: skip
    return made


def _window(layer: Layer) -> Window | None:
    """Kernel size, stride and dilation down the height; None for a layer without a window."""
    if not isinstance(layer, Conv | MaxPool | AvgPool):
        return None

    def first(value: Any) -> int:
        return int(str(value[0] if isinstance(value, tuple) else value))

    kernel = first(layer.kernel_size)
    return kernel, first(layer.stride or kernel), first(getattr(layer, "dilation", 1))
