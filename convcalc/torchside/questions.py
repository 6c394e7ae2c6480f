"""The keys of questions by a second route: torch works them out from what the student reads, the English text and the code.

Only code that `quiz.pytorch` has written is run here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from convcalc.quiz.answers import TableAnswer
from convcalc.quiz.question import Question

_SHAPE = re.compile(r"\((\d+(?:, ?\d+)*),?\)")
ROUTES: dict[str, Callable[[Question], Any]] = {}


def route(*kinds: str) -> Callable[[Callable[[Question], Any]], Callable[[Question], Any]]:
    """Make a function the second route of these kinds: what the answer's value should be."""

    def register(made: Callable[[Question], Any]) -> Callable[[Question], Any]:
        ROUTES.update(dict.fromkeys(kinds, made))
        return made

    return register


def confirm(question: Question) -> str | None:
    """None where torch agrees with the key; else what it says. Raises `ValueError` for a question with somebody's own code."""
    if question.label is not None:
        raise ValueError("only what convcalc has drawn is run")
    with torch.no_grad():
        found = ROUTES[question.kind](question)
    if question.choices is not None:
        value = question.choices[question.key or 0].value
        agrees = question.answer.equal(found, value) if value is not None and found is not None else value is found
        others = [c for i, c in enumerate(question.choices) if i != question.key and c.value is not None]
        if found is not None and any(question.answer.equal(found, c.value) for c in others):
            return f"{found} is another choice"
        return None if agrees else f"{found}, not {value}"
    return None if question.answer.score(found) == 1 else f"{found}, not {question.answer.right('en')}"


def _lines(question: Question) -> list[str]:
    return [part for part in re.findall(r"`([^`]+)`", question.text[0]) if part.startswith("nn.")]


def _made(line: str) -> nn.Module:
    module: nn.Module = eval(line, {"nn": nn, "__builtins__": {}})
    return module.eval()


def _input(question: Question, place: int = 0) -> tuple[int, ...]:
    """The shape that stands in the sentence, not in a line of code."""
    text = re.sub(r"`[^`]*`", "", question.text[0])
    return tuple(map(int, _SHAPE.findall(text)[place].split(", ")))


def _model(question: Question, code: str | None = None) -> nn.Module:
    names: dict[str, Any] = {"nn": nn, "torch": torch, "summary": lambda *_: None}
    exec(code or question.code or "", names)
    model: nn.Module = names["model"]
    return model.eval()


def _output(module: nn.Module, x: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(module(torch.zeros(1, *x)).shape[1:])


def _numbers(pattern: str, text: str) -> list[int]:
    found = re.search(pattern, text)
    assert found is not None, (pattern, text)
    return [int(group) for group in found.groups(default="1")]


def _number(pattern: str, text: str, otherwise: int) -> int:
    found = re.search(pattern, text)
    return otherwise if found is None else int(found.group(1))


@route("output-shape")
def _layer_output(question: Question) -> Any:
    return _output(_made(_lines(question)[0]), _input(question))


@route("model-shape", "branches")
def _model_output(question: Question) -> Any:
    return _output(_model(question), _input(question))


@route("code-runs")
def _runs(question: Question) -> Any:
    try:
        return _output(_model(question), _input(question))
    except RuntimeError:
        return None  # the choice without a value is the error


@route("error-line")
def _stops(question: Question) -> Any:
    """The line of the layer in which torch stops, and whose message it is."""
    model = _model(question)
    stopped: list[str] = []

    def watched(name: str, forward: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def call(x: Any) -> Any:
            try:
                return forward(x)
            except RuntimeError as error:
                stopped[:] = [name, str(error)]
                raise

        return call

    for name, module in model.named_children():
        module.forward = watched(name, module.forward)
    try:
        model(torch.zeros(1, *_input(question)))
    except RuntimeError:
        said = " ".join(step[0] for step in question.steps)
        if stopped[1] not in said:
            return f"torch says: {stopped[1]}"
        return next(line.strip() for line in (question.code or "").splitlines() if f"self.{stopped[0]} =" in line)
    return "nothing stops"


@route("params")
def _params(question: Question) -> Any:
    if "fully connected layer need" in question.text[0]:
        into, out = _input(question, 1), _input(question, 0)
        layer = _made(_lines(question)[0])
        assert _output(layer, into) == out
        return nn.Linear(torch.zeros(into).numel(), torch.zeros(out).numel(), bias=False).weight.numel()
    module = _model(question) if question.code else _made(_lines(question)[0])
    return sum(p.numel() for p in module.parameters())


@route("kernel-shape")
def _weight(question: Question) -> Any:
    text = question.text[0]
    channels, kernels = _numbers(r"has (\d+) channels?\. .* has (\d+) kernels", text)
    groups = _number(r"groups=(\d+)", text, 1)
    if "of length" in text:
        made: nn.Module = nn.Conv1d(channels, kernels, _number(r"of length (\d+)", text, 0), groups=groups)
    else:
        made = nn.Conv2d(channels, kernels, tuple(_numbers(r"height (\d+) and width (\d+)", text)), groups=groups)  # type: ignore[arg-type]
    shape = tuple(made.weight.shape)  # type: ignore[arg-type]
    return shape if "PyTorch's order" in text else (*shape[2:], shape[1], shape[0])


@route("which-line")
def _fits(question: Question) -> Any:
    """The one line of the four that makes the figure's output, with as many kernels of its size."""
    figure = question.figure[0] if question.figure else ""
    x, y = ((int(a), int(b), int(c)) for a, b, c in re.findall(r"│ (\d+)×(\d+)×(\d+) │", figure))
    fitting = []
    for choice in question.choices or ():
        try:
            if _output(_made(choice.text[0]), x) == y:
                fitting.append(choice.value)
        except RuntimeError:
            continue
    return fitting[0] if len(fitting) == 1 else f"{len(fitting)} lines fit"


@route("linear-in")
def _features(question: Question) -> Any:
    code = (question.code or "").replace("nn.Linear(?, 10)", "nn.Identity()")
    return _output(_model(question, code), _input(question))[0]


@route("macs")
def _macs(question: Question) -> Any:
    net = nn.Sequential(*map(_made, _lines(question)))
    with FlopCounterMode(display=False) as counter:
        net(torch.zeros(1, *_input(question)))
    return counter.get_total_flops() // 2


@route("memory")
def _memory(question: Question) -> Any:
    batch = _number(r"a batch of (\d+)", question.text[0], 1)
    y = _made(_lines(question)[0])(torch.zeros(batch, *_input(question)))
    return y.numel() * y.element_size()


@route("receptive-field")
def _field(question: Question) -> Any:
    """How many cells of a row matter to one cell of the output: those whose change changes it."""
    windows = re.findall(r"a window of (\d+)×\d+(?:, stride (\d+))?(?:, dilation (\d+))?", question.text[0])
    x = torch.zeros(1, 1, 1200, dtype=torch.float64, requires_grad=True)
    with torch.enable_grad():
        y: Any = x
        for k, s, d in windows:
            y = F.conv1d(y, torch.ones(1, 1, int(k), dtype=torch.float64), stride=int(s or 1), dilation=int(d or 1))
        y[0, 0, y.shape[-1] // 2].backward()
    cells = x.grad[0, 0].nonzero().flatten()  # type: ignore[index]
    return int(cells[-1] - cells[0]) + 1


@route("same-padding")
def _same(question: Question) -> Any:
    k, m = _numbers(r"kernels of (\d+)×\d+.* input of (\d+)×", question.text[0])
    d = _number(r"dilation (\d+)", question.text[0], 1)
    fitting = [p for p in range(40) if m + 2 * p > d * (k - 1) and _row(m, k, 1, p, d) == m]
    return fitting[0] if len(fitting) == 1 else f"{fitting} fit"


def _row(m: int, k: int, s: int, p: int, d: int) -> int:
    """The cells that torch makes of a row; 0 where it refuses."""
    try:
        return F.conv1d(torch.zeros(1, 1, m), torch.zeros(1, 1, k), stride=s, padding=p, dilation=d).shape[-1]
    except RuntimeError:
        return 0


@route("which-setting")
def _setting(question: Question) -> Any:
    text = question.text[0]
    known = {
        "kernel": _number(r"kernel (\d+)×", text, 0), "stride": _number(r"stride (\d+)", text, 0),
        "padding": _number(r"padding (\d+)", text, -1),
    }  # fmt: skip
    m, out = _numbers(r"turns an input of (\d+)×\d+ into (\d+)×", text)
    d = _number(r"dilation (\d+)", text, 1)
    asked = {"W": "stride", "k": "kernel", "p": "padding"}
    name = next(n for n in asked.values() if f"Which {n}" in text)
    tried = range(13) if name == "padding" else range(1, 13)
    fitting = [
        v for v in tried if (n := known | {name: v}) and _row(m, n["kernel"], n["stride"], n["padding"], d) == out
    ]
    return fitting[0] if len(fitting) == 1 else f"{fitting} fit"


@route("which-inputs")
def _inputs(question: Question) -> Any:
    k, s, p = _numbers(r"kernel (\d+), stride (\d+), padding (\d+)", question.text[0])
    out = _number(r"the output is (\d+)×", question.text[0], 0)

    def size(m: int) -> int:
        row = _row(m, k, s, p, 1)
        if "max pooling" not in question.text[0]:
            return row
        return F.max_pool1d(torch.zeros(1, 1, row), 2).shape[-1] if row > 1 else 0

    return frozenset(m for m in range(1, 200) if size(m) == out)


def _matrices(question: Question) -> dict[str, torch.Tensor]:
    """The matrices of the figure by name: (channels, rows, columns)."""
    found = {}
    for block in re.split(r"\n\n(?=\w)", question.figure[0] if question.figure else ""):
        head, _, body = block.partition(":\n")
        parts = [
            [[float(Fraction(v)) for v in row.split()] for row in part.splitlines()] for part in body.split("\n\n")
        ]
        found[head.split()[0].rstrip(",")] = torch.tensor(parts, dtype=torch.float64)
    return found


def _asked(question: Question, y: torch.Tensor) -> Any:
    """The part of an output (rows, columns) that the text asks for, exactly."""
    from convcalc.numbers import Array, simple

    text = question.text[0]
    exact = [[simple(Fraction(v).limit_denominator(1000)) for v in row] for row in y.tolist()]
    cell = re.search(r"cell in row (\d+), column (\d+)", text)
    if cell is not None:
        return exact[int(cell[1]) - 1][int(cell[2]) - 1]
    row = re.search(r"row (\d+) of the output", text)
    rows = [exact[int(row[1]) - 1]] if row is not None else exact
    return Array((len(rows), len(rows[0])), [v for r in rows for v in r])


@route("compute-conv")
def _convolved(question: Question) -> Any:
    text, given = question.text[0], _matrices(question)
    y = F.conv2d(
        given["input"][None], given["kernel"][None], torch.tensor([float(_number(r"bias (\d+)", text, 0))], dtype=torch.float64),
        stride=_number(r"stride (\d+)", text, 1), padding=_number(r"padding (\d+)", text, 0),
    )  # fmt: skip
    return _asked(question, y[0, 0])


@route("compute-pool")
def _pooled(question: Question) -> Any:
    text, x = question.text[0], _matrices(question)["input"]
    flat = "along every row" in text
    k, o = _numbers(r"a window of (\d+)(?:×(\d+))?", text)
    window = (1, k) if flat else (k, o)
    step = _number(r"stride (\d+)", text, 0)
    stride = window if step == 0 else (1, step) if flat else (step, step)
    if text.startswith("Average"):
        y = F.avg_pool2d(x, window, stride)
    elif text.startswith("Min"):
        y = -F.max_pool2d(-x, window, stride)
    else:
        y = F.max_pool2d(x, window, stride)
    return _asked(question, y[0])


@route("compute-flatten")
def _flattened(question: Question) -> Any:
    x = _matrices(question)["input"]
    if "max pooling" in question.text[0]:
        x = F.max_pool2d(x, 2)
    return _asked(question, nn.Flatten()(x[None]))


@route("fill-table")
def _table(question: Question) -> Any:
    """The layers of the figure, made by torch one after the other."""
    assert isinstance(question.answer, TableAnswer)
    lines = question.figure[0].splitlines() if question.figure else []
    columns = re.split(r"\s{2,}", lines[0].strip())[1:]
    x = torch.zeros(1, *_shape_in(lines[1]))
    found: list[Any] = []
    for line in lines[2:]:
        said, *cells = re.split(r"\s{2,}", re.sub(r"^\s*\d+\s+", "", line.strip()))
        module = _layer(said, x)
        x = module(x)
        values = {
            "shape": tuple(x.shape[1:]), "values": x.numel(), "params": sum(p.numel() for p in module.parameters()),
        }  # fmt: skip
        found += [values[column] for column, cell in zip(columns, cells, strict=True) if cell == "?"]
    return found


def _shape_in(line: str) -> tuple[int, ...]:
    found = _SHAPE.search(line)
    assert found is not None
    return tuple(map(int, found[1].split(", ")))


def _layer(said: str, x: torch.Tensor) -> nn.Module:
    """Conv 8 kernel 3×3, s=2, p=1; MaxPool 2×2; Flatten; Linear 10."""
    stride, padding = _number(r"s=(\d+)", said, 0), _number(r"p=(\d+)", said, 0)
    if said.startswith("Conv"):
        kernels, k, o = _numbers(r"Conv (\d+) kernel (\d+)×(\d+)", said)
        return nn.Conv2d(x.shape[1], kernels, (k, o), stride or 1, padding)
    if said.startswith("Linear"):
        return nn.Linear(x.shape[1], _number(r"Linear (\d+)", said, 0))
    if said == "Flatten":
        return nn.Flatten()
    if said == "GlobalAvgPool":
        return nn.AdaptiveAvgPool2d(1)
    size = _number(r"Pool (\d+)×", said, 0)
    made = nn.MaxPool2d if said.startswith("Max") else nn.AvgPool2d
    return made(size, stride or None)


@route("formula")
def _formula(question: Question) -> Any:
    """Checked against torch at many numbers; where it holds at all of them, the key is taken as confirmed."""
    from convcalc.torchside.formulas import holds

    key = question.choices[question.key or 0].value if question.choices else question.answer.value
    return key if holds(question, key) else "a number for which it does not hold"
