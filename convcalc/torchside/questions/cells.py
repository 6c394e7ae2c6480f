"""Numbers worked out by hand, by torch."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from convcalc.quiz.question import Question
from convcalc.torchside.questions.route import number, numbers, route


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
        given["input"][None], given["kernel"][None], torch.tensor([float(number(r"bias (\d+)", text, 0))], dtype=torch.float64),
        stride=number(r"stride (\d+)", text, 1), padding=number(r"padding (\d+)", text, 0),
    )  # fmt: skip
    return _asked(question, y[0, 0])


@route("compute-pool")
def _pooled(question: Question) -> Any:
    text, x = question.text[0], _matrices(question)["input"]
    flat = "along every row" in text
    k, o = numbers(r"a window of (\d+)(?:×(\d+))?", text)
    window = (1, k) if flat else (k, o)
    step = number(r"stride (\d+)", text, 0)
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
