"""The key of a paper: everything that grading needs, as plain objects, whatever the version that made it draws today."""

from __future__ import annotations

import re
from fractions import Fraction
from math import prod
from typing import Any

from convcalc.arithmetic import as_dim, read_formula
from convcalc.errors import ConvcalcError
from convcalc.mistakes import BY_NAME, Mistake, named
from convcalc.numbers import Array, Number, simple
from convcalc.quiz.answers import (
    Answer,
    FormulaAnswer,
    MatrixAnswer,
    NumberAnswer,
    ShapeAnswer,
    SizesAnswer,
    TableAnswer,
    TextAnswer,
)
from convcalc.quiz.grading import LETTERS
from convcalc.quiz.paper import Asked
from convcalc.quiz.question import Choice, Question

_EXACT = re.compile(r"-?[0-9]{1,60}(?:/[0-9]{1,30})?")
FORMS: dict[str, type[Any]] = {
    one.form: one for one in (NumberAnswer, ShapeAnswer, SizesAnswer, MatrixAnswer, FormulaAnswer, TextAnswer)
}


def key_object(asked: Asked) -> dict[str, Any]:
    """What is right in one question of a paper, and what the mistakes give."""
    question = asked.question
    found: dict[str, Any] = {
        "number": asked.number,
        "id": question.id,
        "marks": asked.marks,
        **_answer(question.answer),
    }
    if question.choices is not None:
        found["right"] = question.key
        found["choices"] = [
            {"text": list(c.text), "value": _value(question.answer, c.value), "mistake": c.mistake and c.mistake.name}
            for c in question.choices
        ]
    elif isinstance(question.answer, TableAnswer):
        cells = question.answer.cells
        found["wrong"] = [[[i, _value(cells[i][1], value)], m.name] for (i, value), m in question.wrongs]
    else:
        found["wrong"] = [[_value(question.answer, value), m.name] for value, m in question.wrongs]
    return found


def _answer(answer: Answer) -> dict[str, Any]:
    if isinstance(answer, TableAnswer):
        return {"form": "table", "cells": [{"name": list(name), **_answer(cell)} for name, cell in answer.cells]}
    found = {"form": answer.form, "key": _value(answer, answer.value)}
    return found | {"written": answer.written} if isinstance(answer, FormulaAnswer) else found


def _number(value: Any) -> int | str:
    return value if isinstance(value, int) else str(value)


def _value(answer: Answer, value: Any) -> Any:
    """A value without loss: fractions as text."""
    if value is None:
        return None
    if isinstance(answer, NumberAnswer):
        return _number(value)
    if isinstance(answer, ShapeAnswer):
        return list(value)
    if isinstance(answer, SizesAnswer):
        return sorted(value)
    if isinstance(answer, MatrixAnswer):
        return {"shape": list(value.shape), "values": [_number(v) for v in value.values]}
    if isinstance(answer, FormulaAnswer):
        return answer.show(value, "en")
    return value


def _number_of(value: Any) -> Number:
    """A number of a key: whole, or a fraction as text; no longer than anyone needs."""
    if isinstance(value, bool) or _EXACT.fullmatch(str(value)) is None:
        raise ValueError(f"{str(value)[:20]} is no number")
    return simple(Fraction(str(value)))


def _sizes(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(type(n) is int and abs(n) < 10**15 for n in value):
        raise ValueError("no sizes")
    return tuple(value)


def _read(form: str, value: Any) -> Any:
    if value is None:
        return None
    if form == "number":
        return _number_of(value)
    if form == "shape":
        return _sizes(value)
    if form == "sizes":
        return frozenset(_sizes(value))
    if form == "matrix":
        shape, values = _sizes(value["shape"]), [_number_of(v) for v in value["values"]]
        if not shape or prod(shape) != len(values) or not values:
            raise ValueError("the matrix has another size")
        return Array(shape, values)
    if form == "formula":
        return read_formula(value)
    return str(value)


def _read_answer(found: dict[str, Any]) -> Answer:
    if found["form"] == "table":
        if any(cell["form"] == "table" for cell in found["cells"]):
            raise ValueError("a table in a table")
        return TableAnswer(tuple(((str(c["name"][0]), str(c["name"][1])), _read_answer(c)) for c in found["cells"]))
    value = _read(found["form"], found["key"])
    if found["form"] == "formula":
        whole = as_dim(value)
        if isinstance(whole, Fraction):
            raise ValueError("no formula")
        return FormulaAnswer(whole, str(found["written"]))
    made: Answer = FORMS[found["form"]](value)
    return made


def _mistake(name: str) -> Mistake:
    if not isinstance(name, str) or len(name) > 80:
        raise ValueError("no mistake")
    return BY_NAME.get(name) or named(name)


def question_of_key(found: dict[str, Any]) -> Question:
    """The question of a key's entry, good for grading; raises `ConvcalcError` where it is no such entry."""
    try:
        answer = _read_answer(found)
        choices, right = None, None
        if "choices" in found:
            choices = tuple(
                Choice((str(c["text"][0]), str(c["text"][1])), None if c["mistake"] is None else _mistake(c["mistake"]), _read(found["form"], c["value"]))
                for c in found["choices"]
            )  # fmt: skip
            right = found["right"]
            if type(right) is not int or not 0 <= right < len(choices) <= len(LETTERS):
                raise ValueError("no such choice")
            if choices[right].mistake is not None:
                raise ValueError("the right choice has a mistake")
        if isinstance(answer, TableAnswer):
            cells = answer.cells
            wrongs = [((i, _read(cells[i][1].form, value)), _mistake(name)) for (i, value), name in found["wrong"]]
        else:
            wrongs = [(_read(found["form"], value), _mistake(name)) for value, name in found.get("wrong", ())]
        return Question(
            str(found["id"]).split(".")[0], "", 0, 0, ("", ""), answer, lambda: [], ("", ""), None, None, choices, right,
            lambda: wrongs, str(found["id"]),
        )  # fmt: skip
    except (
        KeyError,
        TypeError,
        ValueError,
        IndexError,
        ArithmeticError,
        AttributeError,
        RecursionError,
        ConvcalcError,
    ) as error:
        raise ConvcalcError("bad_key_entry", reason=f"{type(error).__name__}: {str(error)[:80]}") from None
