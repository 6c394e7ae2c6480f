"""Taking questions one after the other: what is asked, graded, kept and added up, whatever the screen looks like."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Protocol

from convcalc.errors import ConvcalcError
from convcalc.quiz.answers import TableAnswer
from convcalc.quiz.grading import Graded, grade, grade_value, passed
from convcalc.quiz.making import make
from convcalc.quiz.progress import Answered
from convcalc.quiz.question import LEVELS, Question
from convcalc.quiz.reading import Unreadable
from convcalc.quiz.registry import choose_kinds
from convcalc.quiz.reviews import traps
from convcalc.quiz.stream import Stream

# So often another variant is drawn where the same one is there already.
TRIES = 30
# What a question of a level is given in a timed quiz.
SECONDS = {"easy": 60, "medium": 120, "hard": 180}


class Word(Enum):
    """What a student may say instead of an answer."""

    hint = "hint"
    skip = "skip"


class Screen(Protocol):
    """What shows questions and gets answers."""

    def question(self, number: int, total: int, question: Question, left: float | None) -> None:
        """Show a question, and the seconds that are left."""

    @property
    def patient(self) -> bool:
        """Whether an answer that cannot be read is asked for again; a file of answers has one line a question."""

    def answer(self, question: Question) -> str | Word:
        """Get the answer to it; raises EOFError or KeyboardInterrupt at the end."""

    def cell(self, question: Question, place: int) -> str | Word:
        """Get one cell of a table; a text with ; in it is the whole table."""

    def unreadable(self, error: Unreadable) -> None:
        """Say that an answer cannot be read."""

    def hint(self, question: Question) -> None:
        """Show the hint."""

    def verdict(self, question: Question, graded: Graded, points: float) -> None:
        """Say what is right."""

    def late(self, question: Question) -> None:
        """Say that the time is up, and what would have been right."""

    def unsaved(self, error: ConvcalcError) -> None:
        """Say that an answer could not be kept."""


def chosen(topic: str | None, level: str | None, count: int, seed: int) -> list[Question]:
    """So many questions of a topic (or of all, each kind once before any comes again), the easy ones first."""
    order = Stream("quiz", topic, level, count, seed)
    names = choose_kinds(topic or "all")
    seen: set[object] = set()

    def fresh(name: str, level: str) -> Question:
        """One that is not there yet, as far as the kind has others."""
        for _ in range(TRIES):
            question = make(name, level, order.below(10**6))
            if question.looks not in seen:
                break
        seen.add(question.looks)
        return question

    picked: list[str] = []
    while len(picked) < count:
        picked += order.shuffled(names)
    levels = [level or order.pick(("easy", "easy", "medium", "medium", "hard")) for _ in range(count)]
    levels.sort(key=LEVELS.index)
    return [fresh(name, one) for name, one in zip(picked[:count], levels, strict=True)]


@dataclass
class Sitting:
    """A run of questions: `run` asks them; what was answered stays in `answered`."""

    questions: Sequence[Question]
    screen: Screen
    keep: Callable[[Answered], None]
    timed: bool = False
    answered: list[tuple[Question, Graded, Answered]] = field(default_factory=list)
    unkept: list[Answered] = field(default_factory=list)
    hinted: bool = False  # the question that is being asked
    unread: int = 0  # answers that could not be read, where they could not be asked for again
    ended: str = ""  # why it ended early: "late", "end" or "interrupted"
    clock: Callable[[], float] = time.monotonic

    def run(self) -> None:
        """Ask the questions until they end, the time is up, or the student has enough."""
        begun = self.clock()
        allowed = float(sum(SECONDS[q.level] for q in self.questions))
        try:
            for number, question in enumerate(self.questions, 1):
                left = allowed - (self.clock() - begun) if self.timed else None
                self.screen.question(number, len(self.questions), question, left)
                since = self.clock()
                asked = self._ask(question)
                now = self.clock()
                if asked is None:
                    self.unread += 1
                    continue
                given, graded = asked
                if self.timed and now - begun > allowed:
                    self.screen.late(question)
                    self.ended = "late"
                    return
                self._take(question, given, graded, now - since)
        except EOFError:
            self.ended = "end"
        except KeyboardInterrupt:
            self.ended = "interrupted"
        finally:
            self._again()

    def _ask(self, question: Question) -> tuple[str, Graded] | None:
        """The first answer that can be read, with its text (empty where the student passes over the question); None if there is none."""
        self.hinted = False
        while True:
            try:
                if isinstance(question.answer, TableAnswer) and self.screen.patient:
                    return self._table(question, question.answer)
                text = self._text(question, lambda: self.screen.answer(question))
                return (text, grade(question, text)) if text else ("", passed(question))
            except Unreadable as error:
                self.screen.unreadable(error)
                if not self.screen.patient:
                    return None

    def _text(self, question: Question, ask: Callable[[], str | Word]) -> str:
        """What the student says at last, hints apart; empty for passing over."""
        while True:
            said = ask()
            if said is Word.hint:
                self.hinted = True
                self.screen.hint(question)
            elif isinstance(said, Word):
                return ""
            elif said.strip() or not self.screen.patient:
                return said.strip()

    def _table(self, question: Question, answer: TableAnswer) -> tuple[str, Graded]:
        """Cell by cell; a cell that cannot be read is asked for again, one that is passed over stays open."""
        values: list[Any] = []
        texts: list[str] = []
        while len(values) < len(answer.cells):
            text = self._text(question, lambda: self.screen.cell(question, len(values)))
            if not text and not values:
                return "", passed(question)
            try:
                if ";" in text and not values:
                    return text, grade(question, text)
                values.append(answer.read_cell(len(values), text))
                texts.append(text)
            except Unreadable as error:
                self.screen.unreadable(error)
        return "; ".join(texts), grade_value(question, values)

    def _take(self, question: Question, given: str, graded: Graded, seconds: float) -> None:
        mistake = "" if graded.mistake is None else graded.mistake.name
        one = Answered(
            datetime.now(UTC), question.id, given, float(graded.score), mistake, traps(question), self.hinted, seconds
        )
        self.answered.append((question, graded, one))
        self.unkept.append(one)
        self._again(say=True)
        self.screen.verdict(question, graded, one.points)

    def _again(self, say: bool = False) -> None:
        """Keep what is not kept yet, in its order; the disk may have room again."""
        while self.unkept:
            try:
                self.keep(self.unkept[0])
            except ConvcalcError as error:
                if say:
                    self.screen.unsaved(error)
                return
            self.unkept.pop(0)

    @property
    def points(self) -> float:
        return sum(one.points for _, _, one in self.answered)
