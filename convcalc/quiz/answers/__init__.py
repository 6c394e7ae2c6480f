"""Answers: what is right, how a text is read, and how much of it is right. One file a form."""

from __future__ import annotations

from convcalc.quiz.answers.base import Answer, TextAnswer
from convcalc.quiz.answers.formula import FormulaAnswer
from convcalc.quiz.answers.matrix import MatrixAnswer
from convcalc.quiz.answers.sizes import NumberAnswer, ShapeAnswer, SizesAnswer
from convcalc.quiz.answers.table import TableAnswer

__all__ = [
    "Answer", "FormulaAnswer", "MatrixAnswer", "NumberAnswer", "ShapeAnswer", "SizesAnswer", "TableAnswer", "TextAnswer",
]  # fmt: skip
