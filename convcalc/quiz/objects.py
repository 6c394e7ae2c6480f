"""Questions and graded answers for other programs: plain objects, ready for JSON."""

from __future__ import annotations

from typing import Any

from convcalc.quiz.grading import LETTERS, Graded, sentence
from convcalc.quiz.question import Question
from convcalc.quiz.registry import Kind


def question_object(question: Question, lang: str) -> dict[str, Any]:
    """The object that `convcalc quiz sample --json` prints: the text has the figure in it, and `figure` has it alone.

    `feedback` says what is behind each choice, or, where the answer is free, what a mistake would give.
    """
    which = 1 if lang == "vi" else 0
    text = question.text[which]
    figure = None if question.figure is None else question.figure[which]
    choices = question.choices
    if choices is not None:
        feedback = [None if c.mistake is None else sentence(c.mistake)[which] for c in choices]
    else:
        feedback = [f"{_value(question, value, lang)}: {m.says(lang)}" for value, m in question.wrongs]
    return {
        "id": question.id,
        "kind": question.kind,
        "level": question.level,
        "lang": lang,
        "text": text if figure is None else f"{text}\n\n{figure}",
        "figure": figure,
        "code": question.code,
        "form": "choice" if choices is not None else question.answer.form,
        "choices": None if choices is None else [choice.text[which] for choice in choices],
        "key": question.answer.plain() if choices is None else question.key,
        "mistakes": None if choices is None else [None if c.mistake is None else c.mistake.name for c in choices],
        "hint": question.hint[which],
        "steps": [step[which] for step in question.steps],
        "feedback": feedback,
    }


def _value(question: Question, value: Any, lang: str) -> str:
    from convcalc.quiz.answers import TableAnswer

    answer = question.answer
    if isinstance(answer, TableAnswer):
        place, wrong = value
        name, cell = answer.cells[place]
        return f"{name[1 if lang == 'vi' else 0]} = {cell.show(wrong, lang)}"
    return answer.show(value, lang)


def graded_object(graded: Graded, lang: str) -> dict[str, Any]:
    """The object that `convcalc quiz answer --json` prints."""
    which = 1 if lang == "vi" else 0
    return {
        "correct": graded.correct,
        "score": float(graded.score),
        "read_as": graded.read_as[which],
        "mistake": None if graded.mistake is None else graded.mistake.name,
        "feedback": " ".join(line[which] + ("" if line[which].endswith(".") else ".") for line in graded.feedback),
    }


def kind_object(kind: Kind, lang: str) -> dict[str, Any]:
    """The object of a kind that `convcalc quiz kinds --json` prints."""
    return {
        "name": kind.name,
        "topic": kind.topic,
        "title": kind.title[1 if lang == "vi" else 0],
        "version": kind.version,
    }


def lettered(question: Question, lang: str) -> list[str]:
    """The choices as they stand under a question: a) …, b) …."""
    which = 1 if lang == "vi" else 0
    return [f"{LETTERS[i]}) {choice.text[which]}" for i, choice in enumerate(question.choices or ())]
