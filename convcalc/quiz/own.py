"""Questions with a teacher's own numbers: what is asked is named, and the key is worked out like any other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from convcalc.compute import compute
from convcalc.errors import ConvcalcError
from convcalc.formula import Formula
from convcalc.importing.source import read_model, read_source
from convcalc.layers import AvgPool, Conv, Layer, Linear, MaxPool, chain
from convcalc.numbers import read_array
from convcalc.quiz.answers import MatrixAnswer, NumberAnswer, ShapeAnswer
from convcalc.quiz.drawing import SPATIAL, total, worked, wrong_shapes, wrong_totals
from convcalc.quiz.kinds.cells import WHOLE, conv_draft
from convcalc.quiz.kinds.costs import Window, field_draft
from convcalc.quiz.kinds.faults import runs_draft
from convcalc.quiz.kinds.lines import line_draft
from convcalc.quiz.kinds.weights import kernel_draft
from convcalc.quiz.making import question_of
from convcalc.quiz.pytorch import line, model, names
from convcalc.quiz.question import Draft, Question, Wrongs
from convcalc.quiz.reading import Two
from convcalc.quiz.stream import Draws
from convcalc.scan import as_shape
from convcalc.shape import Shape, show_shape, whole, wholes
from convcalc.spec import parse
from convcalc.tracing import Trace, trace

Given: TypeAlias = "dict[str, Any]"
ALWAYS = ("ask", "net", "code", "input", "text", "figure", "choices", "marks")

ASKS: dict[str, Callable[[Given], Draft]] = {}
KEYS: dict[str, tuple[str, ...]] = {}


class Unfit(Exception):
    """A key whose value does not fit what is asked: the key, what is wrong in both languages."""

    def __init__(self, key: str, en: str, vi: str) -> None:
        super().__init__(en)
        self.key, self.said = key, (en, vi)


def ask(name: str, *keys: str) -> Callable[[Callable[[Given], Draft]], Callable[[Given], Draft]]:
    """Make a function what `ask = "name"` stands for; `keys` are its own beside those of all."""

    def register(made: Callable[[Given], Draft]) -> Callable[[Given], Draft]:
        ASKS[name], KEYS[name] = made, (*ALWAYS, *keys)
        return made

    return register


def own_question(given: Given, label: str, seed: int = 0) -> Question:
    """The question of a table of keys, its choices in an order of the seed's; raises `Unfit` and `ConvcalcError`."""
    made = ASKS[given["ask"]](given)
    for key in ("text", "figure"):
        if key in given:
            value = given[key]
            setattr(made, key, (value["en"], value["vi"]) if isinstance(value, dict) else (value, value))
    made.choices = bool(given.get("choices", made.choices))
    found = question_of(made, label, "easy", seed, 1, label)
    if found is None and "choices" not in given and made.last is None and made.answer.form != "text":
        made.choices = False  # too few mistakes lead anywhere with these numbers: it is asked without choices
        found = question_of(made, label, "easy", seed, 1, label)
    if found is None:
        raise Unfit(
            "choices", "false: these numbers give too few wrong choices", "false: các số này không đủ đáp án sai"
        )
    return found


def _network(given: Given) -> tuple[Layer, Shape, str | None]:
    """The network, its input and the code to show: the teacher's, or PyTorch's for layers in a row."""
    if ("net" in given) == ("code" in given):
        raise Unfit(
            "net" if "net" in given else "ask", "with net or with code, one of them", "kèm net hoặc code, một trong hai"
        )
    if "input" not in given:
        raise Unfit("ask", "with input, the shape that goes in", "kèm input, shape đi vào")
    x = as_shape(given["input"])
    if "code" in given:
        return read_source(given["code"]), x, given["code"].strip("\n")
    net = parse(given["net"])
    layers = _layers(net)
    if len(layers) == 1:
        return net, x, None
    try:
        return net, x, model(layers, x)
    except KeyError:  # no line of code is known for one of them
        return net, x, None


def _whole(trace: Trace) -> Trace:
    """The trace, which must be of numbers."""
    if any(isinstance(n, Formula) for row in trace for n in (*row.input, *row.output, row.params, row.macs)):
        raise Unfit(
            "input",
            "numbers, and numbers in the net too: letters have no answer to type",
            "số cụ thể, trong net cũng vậy: ký hiệu chữ không có đáp án để nhập",
        )
    return trace


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _layers(net: Layer) -> list[Layer]:
    return list(net.children()) if net.name == "chain" else [net]


def _plain_layers(net: Layer) -> bool:
    return all(not layer.children() for layer in _layers(net))


def _of(code: str | None, net: Layer, x: Shape) -> Two:
    """What the question is about: the model of the code, or the layers by name."""
    if code is not None:
        return "the model", "model"
    said = _said(net, x)
    return said, said


def _said(net: Layer, x: Shape) -> str:
    """A layer as its line of PyTorch, or as a spec where there is none."""
    try:
        return f"`{line(net, x)}`"
    except KeyError:
        return f"`{net}`"


def _called(given: Given, net: Layer, x: Shape, code: str | None) -> list[str]:
    """The names of the layers in the code, or of the single layer its line of code."""
    if len(_layers(net)) == 1:
        return [_said(net, x).strip("`")]
    return names(_layers(net)) if code is not None and "net" in given else []


@ask("shape")
def _shape(given: Given) -> Draft:
    net, x, code = _network(given)
    traced = _whole(trace(net, x))
    wrongs: Wrongs = wrong_shapes(_layers(net), x, _called(given, net, x, code)) if _plain_layers(net) else []
    text = (
        f"The model's input has shape {show_shape(x)}. What is the shape of its output, leaving out the batch size?"
        if code
        else f"An input of shape {show_shape(x)} goes through {_said(net, x)}. What is the output's shape, leaving out the batch size?",
        f"Input của model có shape {show_shape(x)}. Output có shape nào? (không tính batch size)"
        if code
        else f"Input có shape {show_shape(x)}, đi qua {_said(net, x)}. Output có shape nào? (không tính batch size)",
    )
    hint = ("Follow the shape from layer to layer.", "Theo dõi shape qua từng layer.")
    return Draft(
        text,
        ShapeAnswer(wholes(traced.output)),
        wrongs,
        lambda: worked(traced.rows, SPATIAL, _called(given, net, x, code)),
        hint,
        code=code,
    )


def _counted(given: Given, what: str, text: Two, hint: Two) -> Draft:
    net, x, code = _network(given)
    traced = _whole(trace(net, x))
    count: Callable[[Layer, Shape], int] = lambda layer, shape: whole(getattr(layer, what)(shape))  # noqa: E731
    wrongs: Wrongs = (
        wrong_totals(_layers(net), x, what, count, _called(given, net, x, code)) if _plain_layers(net) else []
    )

    def steps() -> list[Two]:
        found = worked(traced.rows, (what,), _called(given, net, x, code))
        return [*found, total(traced.rows, what)] if len(found) > 1 else found

    return Draft(text, NumberAnswer(whole(getattr(traced, what))), wrongs, steps, hint, code=code)


@ask("params")
def _params(given: Given) -> Draft:
    net, x, code = _network(given)
    of, of_vi = _of(code, net, x)
    return _counted(
        given, "params",
        (f"How many parameters does {of} have in all, for an input of shape {show_shape(x)}?", f"{_capital(of_vi)} có tổng cộng bao nhiêu tham số? Input có shape {show_shape(x)}."),
        ("Every kernel has one weight for each of its cells and each channel of the input, and one bias.", "Mỗi kernel có một trọng số cho từng ô và từng channel của input, cộng thêm một bias."),
    )  # fmt: skip


@ask("macs")
def _macs(given: Given) -> Draft:
    net, x, code = _network(given)
    of, of_vi = _of(code, net, x)
    return _counted(
        given, "macs",
        (f"How many multiply-adds does {of} take for an input of shape {show_shape(x)} (one for each product; biases count none)?", f"{_capital(of_vi)} cần bao nhiêu phép nhân-cộng với input có shape {show_shape(x)} (mỗi tích tính một, không tính bias)?"),
        ("Each output cell takes as many products as one kernel has weights.", "Mỗi ô output cần số phép nhân bằng số trọng số của một kernel."),
    )  # fmt: skip


def _one_conv(given: Given) -> tuple[Conv, Shape]:
    net, x, _ = _network(given)
    if not isinstance(net, Conv):
        raise Unfit("net", "a single convolution", "một lớp tích chập")
    _whole(trace(net, x))
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
    layers = _layers(model.layer)
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
    net, x, code = _network(given)
    layers = _layers(net)
    if not isinstance(layers[-1], Linear) or len(layers) < 2 or not _plain_layers(net):
        raise Unfit("net", "layers in a row that end with linear", "các layer nối tiếp, cuối cùng là linear")
    before = layers[:-1]
    traced = _whole(trace(chain(*before), x))
    if len(traced.output) != 1:
        raise Unfit("net", "flat before its last linear layer", "phẳng trước layer linear cuối")
    ways = wrong_shapes(before, x, _called(given, net, x, code)[: len(before)])

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
        lambda: worked(traced.rows, SPATIAL, _called(given, net, x, code)),
        hint,
        code=code,
    )


@ask("field")
def _field(given: Given) -> Draft:
    """The receptive field after windows in a row; other layers that keep the size may stand between them."""
    net, x, code = _network(given)
    of, of_vi = _of(code, net, x)
    text = (
        f"How many cells wide is the receptive field of one cell of the output of {of}, on the input?",
        f"Receptive field (vùng nhìn) của một ô output của {of_vi} rộng bao nhiêu ô trên input?",
    )
    _whole(trace(net, x))
    layers = _layers(net)
    called = _called(given, net, x, code) or [
        _said(layer, row.input) for layer, row in zip(layers, trace(net, x), strict=False)
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
