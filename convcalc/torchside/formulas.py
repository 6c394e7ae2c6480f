"""The formulas of the quiz against torch: at many numbers, the modules themselves."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from convcalc.arithmetic import Ratio, read_formula
from convcalc.errors import ConvcalcError
from convcalc.formula import Formula
from convcalc.quiz.kinds.formulas import ASKED, Asked
from convcalc.quiz.question import Question
from convcalc.quiz.stream import Stream
from convcalc.rebuild import letters_of, put_in
from convcalc.scan import as_shape
from convcalc.shape import Shape
from convcalc.spec import parse

# So many choices of numbers are tried for each formula.
TRIED = 12


def holds(question: Question, formula: Any) -> bool:
    """Whether a formula, a text or a value, gives what torch gives for the layers that the question describes."""
    asked = next(one for level in ASKED.values() for one in level if one.said[0] in question.text[0])
    if isinstance(formula, str):
        formula = read_formula(formula)
    over, under = formula if isinstance(formula, Ratio) else (formula, 1)
    seen = 0
    for attempt in range(200):
        s = Stream("formula", asked.net, attempt)
        net, x = parse(asked.net), as_shape(asked.input)
        values = {letter: s.between(1, 4) for letter in sorted(letters_of(net) | letters_of(x))}
        values |= {name: s.between(9, 24) for name in "MN" if name in values}
        found = _of_torch(asked, values)
        if found is None:  # these numbers make no layer
            continue
        top, bottom = (n.at(values) if isinstance(n, Formula) else n for n in (over, under))
        if top != found * bottom:
            return False
        seen += 1
        if seen == TRIED:
            return True
    return False


def _of_torch(asked: Asked, values: dict[str, int]) -> int | None:
    net = put_in(parse(asked.net), values)
    x: Shape = tuple(size if isinstance(size, int) else size.at(values) for size in as_shape(asked.input))
    try:
        module = net.module(x).eval()
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            y = module(torch.zeros(1, *map(int, map(str, x))))
    except (ConvcalcError, RuntimeError, ValueError):
        return None
    if asked.of == "params":
        return sum(p.numel() for p in module.parameters())
    if asked.of == "macs":
        return int(counter.get_total_flops()) // 2
    return int(y.shape[{"height": 2, "width": 3}.get(asked.of, 1)])
