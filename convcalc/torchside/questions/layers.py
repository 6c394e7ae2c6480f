"""What layers and networks make: shapes, parameters, multiply-adds, memory."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from convcalc.quiz.question import Question
from convcalc.torchside.questions.route import input_of, lines, made, model_of, number, numbers, output_of, route


@route("output-shape")
def _layer_output(question: Question) -> Any:
    return output_of(made(lines(question)[0]), input_of(question))


@route("model-shape", "branches")
def _model_output(question: Question) -> Any:
    return output_of(model_of(question), input_of(question))


@route("code-runs")
def _runs(question: Question) -> Any:
    try:
        return output_of(model_of(question), input_of(question))
    except RuntimeError:
        return None  # the choice without a value is the error


@route("error-line")
def _stops(question: Question) -> Any:
    """The line of the layer in which torch stops, and whose message it is."""
    model = model_of(question)
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
        model(torch.zeros(1, *input_of(question)))
    except RuntimeError:
        said = " ".join(step[0] for step in question.steps)
        if stopped[1] not in said:
            return f"torch says: {stopped[1]}"
        return next(line.strip() for line in (question.code or "").splitlines() if f"self.{stopped[0]} =" in line)
    return "nothing stops"


@route("params")
def _params(question: Question) -> Any:
    if "fully connected layer need" in question.text[0]:
        into, out = input_of(question, 1), input_of(question, 0)
        layer = made(lines(question)[0])
        assert output_of(layer, into) == out
        return nn.Linear(torch.zeros(into).numel(), torch.zeros(out).numel(), bias=False).weight.numel()
    module = model_of(question) if question.code else made(lines(question)[0])
    return sum(p.numel() for p in module.parameters())


@route("kernel-shape")
def _weight(question: Question) -> Any:
    text = question.text[0]
    channels, kernels = numbers(r"has (\d+) channels?\. .* has (\d+) kernels", text)
    groups = number(r"groups=(\d+)", text, 1)
    if "of length" in text:
        made: nn.Module = nn.Conv1d(channels, kernels, number(r"of length (\d+)", text, 0), groups=groups)
    else:
        made = nn.Conv2d(channels, kernels, tuple(numbers(r"height (\d+) and width (\d+)", text)), groups=groups)  # type: ignore[arg-type]
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
            if output_of(made(choice.text[0]), x) == y:
                fitting.append(choice.value)
        except RuntimeError:
            continue
    return fitting[0] if len(fitting) == 1 else f"{len(fitting)} lines fit"


@route("linear-in")
def _features(question: Question) -> Any:
    code = (question.code or "").replace("nn.Linear(?, 10)", "nn.Identity()")
    return output_of(model_of(question, code), input_of(question))[0]


@route("macs")
def _macs(question: Question) -> Any:
    net = nn.Sequential(*map(made, lines(question)))
    with FlopCounterMode(display=False) as counter:
        net(torch.zeros(1, *input_of(question)))
    return counter.get_total_flops() // 2


@route("memory")
def _memory(question: Question) -> Any:
    batch = number(r"a batch of (\d+)", question.text[0], 1)
    y = made(lines(question)[0])(torch.zeros(batch, *input_of(question)))
    return y.numel() * y.element_size()
