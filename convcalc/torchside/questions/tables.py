"""Tables of a network, and formulas."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import nn

from convcalc.quiz.answers import TableAnswer
from convcalc.quiz.question import Question
from convcalc.torchside.questions.route import SHAPE, number, numbers, route


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
    found = SHAPE.search(line)
    assert found is not None
    return tuple(map(int, found[1].split(", ")))


def _layer(said: str, x: torch.Tensor) -> nn.Module:
    """Conv 8 kernel 3×3, s=2, p=1; MaxPool 2×2; Flatten; Linear 10."""
    stride, padding = number(r"s=(\d+)", said, 0), number(r"p=(\d+)", said, 0)
    if said.startswith("Conv"):
        kernels, k, o = numbers(r"Conv (\d+) kernel (\d+)×(\d+)", said)
        return nn.Conv2d(x.shape[1], kernels, (k, o), stride or 1, padding)
    if said.startswith("Linear"):
        return nn.Linear(x.shape[1], number(r"Linear (\d+)", said, 0))
    if said == "Flatten":
        return nn.Flatten()
    if said == "GlobalAvgPool":
        return nn.AdaptiveAvgPool2d(1)
    size = number(r"Pool (\d+)×", said, 0)
    made = nn.MaxPool2d if said.startswith("Max") else nn.AvgPool2d
    return made(size, stride or None)


@route("formula")
def _formula(question: Question) -> Any:
    """Checked against torch at many numbers; where it holds at all of them, the key is taken as confirmed."""
    from convcalc.torchside.formulas import holds

    key = question.choices[question.key or 0].value if question.choices else question.answer.value
    return key if holds(question, key) else "a number for which it does not hold"
