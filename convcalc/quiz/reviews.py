"""What to review, and when: a card for each skill and for each mistake that was made in it, by the FSRS scheduler."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from convcalc.errors import ConvcalcError
from convcalc.quiz.making import again, make
from convcalc.quiz.progress import Answered
from convcalc.quiz.question import Question
from convcalc.quiz.registry import kinds
from convcalc.quiz.stream import Stream

if TYPE_CHECKING:
    from fsrs import Card

# So many variants are looked at for one with the trap of a mistake in it.
LOOKED_AT = 60
# So many of the questions of a kind that were asked before are not asked again.
REMEMBERED = 40


@dataclass(frozen=True)
class Due:
    """A skill (a kind of question), and the mistake to try again (empty for none), with when it is due."""

    kind: str
    level: str
    mistake: str
    at: datetime


def schedule(answers: Iterable[Answered], now: datetime | None = None) -> list[Due]:
    """Every card, the first due one first. An answer of a clock that ran ahead of `now` counts as one of now.

    A wrong answer with a known mistake sets back the card of that mistake; any other answer moves the card of the skill.
    A right answer also moves on the cards of the mistakes whose traps the question laid.
    """
    from fsrs import Card, Rating, Scheduler

    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    cards: dict[tuple[str, str], Card] = {}
    levels: dict[tuple[str, str], str] = {}
    known = kinds()

    def moved(key: tuple[str, str], rating: Rating, one: Answered) -> None:
        at = one.at if now is None else min(one.at, now)
        card = cards.get(key) or Card(card_id=len(cards) + 1, due=at)
        cards[key], _ = scheduler.review_card(card, rating, at)
        levels[key] = one.level

    for one in answers:
        if one.kind not in known:
            continue  # of another version of convcalc
        if one.score < 1:
            moved((one.kind, one.mistake), Rating.Again, one)
            continue
        rating = Rating.Hard if one.hinted else Rating.Good
        moved((one.kind, ""), rating, one)
        for trap in one.traps:
            if (one.kind, trap) in cards:
                moved((one.kind, trap), rating, one)
    found = [Due(kind, levels[kind, mistake], mistake, card.due) for (kind, mistake), card in cards.items()]
    return sorted(found, key=lambda due: (due.at, due.kind, due.mistake))


def fresh(due: Due, seed: int, seen: Iterable[Question] = ()) -> Question:
    """A variant that does not look like one that was asked, with the trap of the mistake in it where there is one."""
    stream = Stream("review", due.kind, due.mistake, seed)
    asked = {question.looks for question in seen}
    second = None
    for _ in range(LOOKED_AT):
        question = make(due.kind, due.level, stream.below(10**6))
        if not due.mistake or due.mistake in traps(question):
            if question.looks not in asked:
                return question
            second = question
        second = second or question
    assert second is not None
    return second


def asked_before(answers: Iterable[Answered], kind: str) -> list[Question]:
    """The last questions of a kind that were asked, as far as this version of convcalc makes them."""
    found = []
    for one in [one for one in answers if one.kind == kind][-REMEMBERED:]:
        with suppress(ConvcalcError):
            found.append(again(one.question))
    return found


def traps(question: Question) -> tuple[str, ...]:
    """The mistakes for which a question lays traps: those behind its choices, or behind values that it knows to be wrong."""
    if question.choices is not None:
        return tuple(dict.fromkeys(c.mistake.name for c in question.choices if c.mistake is not None))
    return tuple(dict.fromkeys(mistake.name for _, mistake in question.wrongs))
