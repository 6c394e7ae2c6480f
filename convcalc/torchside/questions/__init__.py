"""The keys of questions by a second route: torch works them out from what the student reads, the English text and the code.

Only code that `quiz.pytorch` has written is run here.
"""

from __future__ import annotations

import torch

from convcalc.quiz.question import Question
from convcalc.torchside.questions import cells, layers, sizes, tables  # each adds its routes
from convcalc.torchside.questions.route import ROUTES

__all__ = ["ROUTES", "cells", "confirm", "layers", "sizes", "tables"]


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
