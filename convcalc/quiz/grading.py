"""One answer: how it is read, how much of it is right, and which mistake is behind what is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from convcalc.errors import ConvcalcError
from convcalc.mistakes import Mistake
from convcalc.quiz.answers import TableAnswer
from convcalc.quiz.question import Question
from convcalc.quiz.reading import Two, Unreadable, clean

LETTERS = "abcdefgh"
_LETTER = re.compile(r"\(?([a-h])(?:[).:]|$)", re.IGNORECASE)
_LETTERED = re.compile(r"\(?([a-h])[).:]\s*(\S.*)", re.IGNORECASE | re.DOTALL)
_PLACE = re.compile(r"\(?([1-8])[).]?")


@dataclass(frozen=True)
class Graded:
    """A graded answer; `read_as` is how the text was understood."""

    score: Fraction
    read_as: Two
    mistakes: tuple[Mistake, ...]
    feedback: tuple[Two, ...]  # what was done, and what is right

    @property
    def correct(self) -> bool:
        return self.score == 1

    @property
    def mistake(self) -> Mistake | None:
        return self.mistakes[0] if self.mistakes else None


def grade(question: Question, text: str) -> Graded:
    """The answer as it stands in a text; raises `Unreadable`, which is not wrong."""
    if question.choices is not None:
        return grade_choice(question, read_choice(question, text))
    try:
        return grade_value(question, question.answer.read(text))
    except (ConvcalcError, ValueError, OverflowError):  # numbers or formulas that nobody meant
        raise Unreadable("the answer is too large", "câu trả lời quá lớn") from None


def read_choice(question: Question, text: str) -> int:
    """The choice that a text means: its letter, its number in the list, or what it says."""
    choices = question.choices or ()
    last = LETTERS[len(choices) - 1]
    plain = clean(text)
    letter = _LETTER.fullmatch(plain)
    if letter is not None and LETTERS.index(letter[1].lower()) < len(choices):
        return LETTERS.index(letter[1].lower())
    both = _LETTERED.fullmatch(plain)
    if both is not None and LETTERS.index(both[1].lower()) < len(choices):  # b) 400, as it is written in the question
        index = LETTERS.index(both[1].lower())
        meant = _values_meant(question, both[2])[0]
        if meant == {index}:
            return index
        raise Unreadable(
            f"'{plain[:40]}' says {LETTERS[index]} and something else: write the letter",
            f"'{plain[:40]}' vừa là {LETTERS[index]} vừa là giá trị khác: hãy viết chữ cái", True,
        )  # fmt: skip
    meant, asked_about = _values_meant(question, plain)
    place = _PLACE.fullmatch(plain)
    if place is not None and int(place[1]) <= len(choices):
        number = int(place[1]) - 1
        if question.answer.form == "number" and number not in meant:
            # the third, or a 3 that is no choice
            raise Unreadable(
                f"'{plain}' could be choice {LETTERS[number]} or a number: write the letter",
                f"'{plain}' có thể là lựa chọn {LETTERS[number]} hoặc một số: hãy viết chữ cái", True,
            )  # fmt: skip
        meant.add(number)
    if len(meant) > 1:
        letters = ", ".join(LETTERS[i] for i in sorted(meant))
        raise Unreadable(
            f"'{plain[:40]}' could mean {letters}: write the letter",
            f"'{plain[:40]}' có thể là {letters}: hãy viết chữ cái", True,
        )  # fmt: skip
    if not meant:
        if asked_about is not None:
            raise asked_about
        raise Unreadable(
            f"'{plain[:40]}' is none of the choices: write a letter from a to {last}",
            f"'{plain[:40]}' không phải là lựa chọn nào: viết một chữ cái từ a đến {last}",
        )
    return meant.pop()


def _values_meant(question: Question, plain: str) -> tuple[set[int], Unreadable | None]:
    """The choices that say this, and why it could not be read where it could mean two things."""
    choices = question.choices or ()
    meant = {i for i, c in enumerate(choices) if plain.casefold() in (clean(t).casefold() for t in c.text)}
    try:
        value = question.answer.read(plain)
    except Unreadable as error:
        return meant, error if error.ambiguous else None
    except (ConvcalcError, ValueError, OverflowError):
        return meant, None
    return meant | {
        i for i, c in enumerate(choices) if c.value is not None and question.answer.equal(value, c.value)
    }, None


def grade_choice(question: Question, index: int) -> Graded:
    """The answer that is a choice."""
    assert question.choices is not None
    choice = question.choices[index]
    read_as = (f"{LETTERS[index]}) {choice.text[0]}", f"{LETTERS[index]}) {choice.text[1]}")
    if choice.mistake is None:
        return Graded(Fraction(1), read_as, (), ())
    return Graded(Fraction(0), read_as, (choice.mistake,), (sentence(choice.mistake), _right(question)))


def grade_value(question: Question, value: Any) -> Graded:
    """The answer that is a value."""
    answer = question.answer
    read_as = (answer.show(value, "en"), answer.show(value, "vi"))
    score = answer.score(value)
    if score == 1:
        return Graded(score, read_as, (), ())
    if isinstance(answer, TableAnswer):
        return _grade_table(question, answer, value, score, read_as)
    found = [mistake for wrong, mistake in question.wrongs if answer.meant(value, wrong)][:1]
    return Graded(score, read_as, tuple(found), (*map(sentence, found), _right(question)))


def passed(question: Question) -> Graded:
    """No answer: nothing is read, and what is right is said."""
    return Graded(Fraction(0), ("", ""), (), (_right(question),))


def _grade_table(question: Question, answer: TableAnswer, given: list[Any], score: Fraction, read_as: Two) -> Graded:
    """Every wrong cell with what is right there, and the mistake where one explains it."""
    ways: dict[int, list[tuple[Any, Mistake]]] = {}
    for (place, value), mistake in question.wrongs:
        ways.setdefault(place, []).append((value, mistake))
    feedback, mistakes = [], []
    for place in answer.wrong_cells(given):
        name, cell = answer.cells[place]
        found = None
        if given[place] is not None:
            found = next((m for value, m in ways.get(place, ()) if cell.meant(given[place], value)), None)
        why = ("", "")
        if found is not None:
            mistakes.append(found)
            why = (f" ({found.en})", f" ({found.vi})")
        feedback.append((f"{name[0]}: {cell.right('en')}{why[0]}", f"{name[1]}: {cell.right('vi')}{why[1]}"))
    return Graded(score, read_as, tuple(mistakes), tuple(feedback))


def sentence(mistake: Mistake) -> Two:
    """What was done and what is right, as a sentence."""
    return _capital(mistake.en), _capital(mistake.vi)


def _capital(text: str) -> str:
    # "conv1: …" and "in_channels …" begin with a name in code, which keeps its letters
    named = re.match(r"[a-z_0-9]+: |[a-z]+_[a-z]+", text)
    return (text if named else text[:1].upper() + text[1:]) + ("" if text.endswith(".") else ".")


def _right(question: Question) -> Two:
    if question.choices is not None and question.key is not None:
        letter = LETTERS[question.key]
        return (f"Right: {letter}) {question.right('en')}", f"Đáp án đúng: {letter}) {question.right('vi')}")
    return f"Right: {question.right('en')}", f"Đáp án đúng: {question.right('vi')}"
