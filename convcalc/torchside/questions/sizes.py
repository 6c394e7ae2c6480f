"""What fits along one axis: receptive fields, paddings, settings and inputs that were asked for."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch.nn import functional as F

from convcalc.quiz.question import Question
from convcalc.torchside.questions.route import number, numbers, route


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
    k, m = numbers(r"kernels of (\d+)×\d+.* input of (\d+)×", question.text[0])
    d = number(r"dilation (\d+)", question.text[0], 1)
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
        "kernel": number(r"kernel (\d+)×", text, 0), "stride": number(r"stride (\d+)", text, 0),
        "padding": number(r"padding (\d+)", text, -1),
    }  # fmt: skip
    m, out = numbers(r"turns an input of (\d+)×\d+ into (\d+)×", text)
    d = number(r"dilation (\d+)", text, 1)
    asked = {"W": "stride", "k": "kernel", "p": "padding"}
    name = next(n for n in asked.values() if f"Which {n}" in text)
    tried = range(13) if name == "padding" else range(1, 13)
    fitting = [
        v for v in tried if (n := known | {name: v}) and _row(m, n["kernel"], n["stride"], n["padding"], d) == out
    ]
    return fitting[0] if len(fitting) == 1 else f"{fitting} fit"


@route("which-inputs")
def _inputs(question: Question) -> Any:
    k, s, p = numbers(r"kernel (\d+), stride (\d+), padding (\d+)", question.text[0])
    out = number(r"the output is (\d+)×", question.text[0], 0)

    def size(m: int) -> int:
        row = _row(m, k, s, p, 1)
        if "max pooling" not in question.text[0]:
            return row
        return F.max_pool1d(torch.zeros(1, 1, row), 2).shape[-1] if row > 1 else 0

    return frozenset(m for m in range(1, 200) if size(m) == out)
