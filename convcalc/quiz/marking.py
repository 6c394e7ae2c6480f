"""Grading a class: every answer against its key, and what the answers say of the questions."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from typing import Any

from convcalc.errors import ConvcalcError
from convcalc.files import read_text
from convcalc.quiz.giving import ID_NAMES
from convcalc.quiz.grading import grade, grade_choice, read_choice
from convcalc.quiz.key import question_of_key
from convcalc.quiz.question import Question
from convcalc.quiz.reading import Two, Unreadable
from convcalc.quiz.tablefile import Table, read_table

MOST_MARKS = 1000
QUESTION_NAMES = ("question", "number", "câu", "câu hỏi")
ANSWER_NAMES = ("answer", "đáp án", "trả lời", "câu trả lời")
_NUMBERED = re.compile(r"(?:q|question|câu|cau)?\s*([0-9]{1,3})\.?", re.IGNORECASE)


@dataclass(frozen=True)
class Marked:
    """One answer: its part of the marks from 0 to 1, or None where a person has to read it."""

    number: int
    text: str
    score: float | None
    mistakes: tuple[str, ...] = ()
    chosen: str = ""  # the text of the choice, and of the right one "✓" first
    question: str = ""  # its name
    unreadable: Two | None = None
    line: int = 0


@dataclass
class Sheet:
    """A student's answers."""

    id: str
    name: str
    marks: dict[int, float]  # of each question
    answers: dict[int, Marked] = field(default_factory=dict)

    @property
    def points(self) -> float:
        return sum((one.score or 0) * self.marks[one.number] for one in self.answers.values())

    @property
    def most(self) -> float:
        return sum(self.marks.values())


@dataclass(frozen=True)
class Item:
    """What the answers say of a question: how many got it, and whether those who know more got it more often."""

    number: int
    answers: int
    difficulty: float | None  # the mean score: 1 is easy
    discrimination: float | None  # the correlation with the rest of the paper
    mistakes: dict[str, int]
    choices: dict[
        str, int
    ]  # how often each was taken: by its text where all have the same, else by the mistake behind it


def read_key(path: str) -> dict[str, Any]:
    """The key that `convcalc quiz make` wrote; raises `ConvcalcError` where it is none."""
    try:
        found = json.loads(read_text(path))
        students = found["students"]
        if not isinstance(students, dict) or not all(isinstance(s["questions"], list) for s in students.values()):
            raise ValueError("students")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ConvcalcError(
            "bad_key", path=Path(path).name, reason=f"{type(error).__name__}: {str(error)[:80]}"
        ) from None
    return dict(found)


def mark(key: dict[str, Any], path: str, encoding: str = "utf-8") -> list[Sheet]:
    """Every student of the key with the answers of a CSV file: columns student, question, answer, or student, 1, 2, 3, …"""
    table = read_table(path, encoding)
    sheets: dict[str, Sheet] = {}
    entries: dict[str, dict[int, dict[str, Any]]] = {}
    for student, found in key["students"].items():
        try:
            questions = {int(one["number"]): one for one in found["questions"]}
            marks = {number: float(one["marks"]) for number, one in questions.items()}
            if not all(0 < mark <= MOST_MARKS for mark in marks.values()):
                raise ValueError("marks")
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ConvcalcError("bad_key_entry", reason=f"{type(error).__name__}: {str(error)[:80]}") from None
        sheets[student] = Sheet(student, str(found.get("name", "")), marks)
        entries[student] = questions
    folded = {student.casefold(): student for student in sheets}
    for line, given, number, text in _answers(table):
        where = f"{table.name}, line {line}"
        student = folded.get(given.casefold(), "")
        if not student:
            raise ConvcalcError("unknown_student", where=where, id=given[:40])
        sheet = sheets[student]
        if number not in sheet.marks:
            raise ConvcalcError("unknown_question", where=where, number=number, count=max(sheet.marks, default=0))
        if number in sheet.answers:
            raise ConvcalcError(
                "answered_twice", where=where, number=number, id=student, line=sheet.answers[number].line
            )
        if not text:
            continue
        sheet.answers[number] = _marked(question_of_key(entries[student][number]), number, text, line)
    return list(sheets.values())


def _answers(table: Table) -> list[tuple[int, str, int, str]]:
    """(line, student, question, text) of every cell that is an answer."""
    student = table.column(ID_NAMES)
    question, answer = table.column(QUESTION_NAMES, False), table.column(ANSWER_NAMES, False)
    assert student is not None
    found = []
    if question is not None and answer is not None:
        for line, cells in table.rows:
            number = _NUMBERED.fullmatch(cells[question])
            if number is None:
                raise ConvcalcError("unknown_question", where=f"{table.name}, line {line}", number=cells[question][:20] or "''", count="…")  # fmt: skip
            found.append((line, cells[student], int(number[1]), cells[answer]))
        return found
    columns = {i: int(m[1]) for i, c in enumerate(table.columns) if i != student and (m := _NUMBERED.fullmatch(c))}
    if not columns:
        raise ConvcalcError("table_column_missing", where=f"{table.name}, line 1", name="question, answer / 1, 2, 3, …", known=", ".join(table.columns))  # fmt: skip
    return [(line, cells[student], number, cells[i]) for line, cells in table.rows for i, number in columns.items()]


def _marked(question: Question, number: int, text: str, line: int) -> Marked:
    try:
        place = None if question.choices is None else read_choice(question, text)
        graded = grade(question, text) if place is None else grade_choice(question, place)
    except Unreadable as error:
        return Marked(number, text, None, (), "", question.id, error.said, line)
    chosen = (
        ""
        if place is None or question.choices is None
        else ("✓ " if graded.correct else "") + question.choices[place].text[0]
    )
    names = tuple(m.name for m in graded.mistakes)
    return Marked(number, text, float(graded.score), names, chosen, question.id, None, line)


def items(sheets: Sequence[Sheet]) -> list[Item]:
    """Every question as the whole class answered it; what is left empty counts as not known, what cannot be read yet not at all."""
    numbers = sorted({number for sheet in sheets for number in sheet.marks})
    taken = [sheet for sheet in sheets if sheet.answers]
    points = {id(sheet): sheet.points for sheet in taken}
    found = []
    for number in numbers:
        having = [sheet for sheet in taken if number in sheet.marks]
        answers = [sheet.answers[number] for sheet in having if number in sheet.answers]
        having = [sheet for sheet in having if number not in sheet.answers or sheet.answers[number].score is not None]
        own = [(sheet.answers[number].score or 0.0) if number in sheet.answers else 0.0 for sheet in having]
        rest = [points[id(sheet)] - score * sheet.marks[number] for sheet, score in zip(having, own, strict=True)]
        found.append(
            Item(
                number, len(answers), sum(own) / len(own) if own else None, _correlation(own, rest),
                dict(Counter(name for one in answers for name in one.mistakes).most_common()),
                _taken(answers),
            )
        )  # fmt: skip
    return found


def _taken(answers: Sequence[Marked]) -> dict[str, int]:
    """How often each choice was taken; papers with numbers of their own have the mistakes in common."""
    chosen = [one for one in answers if one.chosen]
    if len({one.question for one in chosen}) <= 1:
        return dict(Counter(one.chosen for one in chosen).most_common())
    return dict(Counter(one.mistakes[0] if one.mistakes else "✓" for one in chosen).most_common())


def _correlation(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Pearson's; None where one of the two never changes or there are fewer than three."""
    if len(a) < 3:
        return None
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    along = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    spread = sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))
    return along / spread if spread > 1e-12 else None
