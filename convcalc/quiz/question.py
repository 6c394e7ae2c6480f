"""What a question is, the table of kinds, and how one is made again from its name.

A kind is one function `draw(level, stream) -> Draft` with `@kind(...)`. What makes a question fair is decided here, for all kinds: the
wrong choices differ from the key and from each other and are of its size, and each letter is the key equally often.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from importlib import import_module
from typing import Any, TypeAlias

from convcalc.errors import ConvcalcError
from convcalc.mistakes import Mistake
from convcalc.quiz.answers import Answer
from convcalc.quiz.reading import Two
from convcalc.quiz.stream import Draws

LEVELS = ("easy", "medium", "hard")
LEVELS_VI = {"easy": "dễ", "medium": "trung bình", "hard": "khó"}
CHOICES = 4
# So often numbers are drawn again until they make a fair question.
TRIES = 200
_ID = re.compile(
    r"(?P<kind>[a-z][a-z-]*)\.(?P<level>easy|medium|hard)\.(?P<seed>[0-9]{1,15})\.v(?P<version>[0-9]{1,3})"
)

Wrong: TypeAlias = "tuple[Any, Mistake]"
# What the mistakes give, as a list, or worked out one after the other, the likeliest first, for a stream that decides among equals.
Wrongs: TypeAlias = "Sequence[Wrong] | Callable[[Draws], Iterable[Wrong]]"


@dataclass
class Draft:
    """What a kind draws: the text, what is right, and what the mistakes make of the same numbers.

    `choices` says whether the question is asked with choices; `last` is a choice that stays last (its text), with the mistake of
    who takes it, or None where it is the key.
    """

    text: Two
    answer: Answer
    wrongs: Wrongs
    steps: Callable[[], list[Two]]  # worked out when they are shown
    hint: Two
    code: str | None = None
    figure: Two | None = None
    choices: bool = True
    last: tuple[Two, Mistake | None] | None = None
    always: int = 0  # so many of the first wrongs are choices in any case

    def ways(self, order: Draws) -> Iterator[Wrong]:
        """What the mistakes give, each value once and never the right one, the likeliest mistakes first."""
        found = self.wrongs(order) if callable(self.wrongs) else sorted(order.shuffled(self.wrongs), key=lambda wrong: wrong[1].likely)  # fmt: skip
        seen: list[Any] = []
        for value, mistake in found:
            if not self.answer.same(value) and value not in seen:
                seen.append(value)
                yield value, mistake


@dataclass(frozen=True)
class Choice:
    """One choice: its text in both languages, and the mistake of who takes it; None for the key."""

    text: Two
    mistake: Mistake | None
    value: Any = None


@dataclass(frozen=True)
class Question:
    """A question that is asked: everything of its draft, with the choices in order."""

    kind: str
    level: str
    seed: int
    version: int
    text: Two
    answer: Answer
    explain: Callable[[], list[Two]] = field(repr=False, compare=False)
    hint: Two
    code: str | None
    figure: Two | None
    choices: tuple[Choice, ...] | None
    key: int | None  # the index of the right choice
    all_wrongs: Callable[[], Iterable[Wrong]] = field(repr=False, compare=False)

    label: str | None = None  # of a question with a teacher's own numbers

    @property
    def wrongs(self) -> list[Wrong]:
        """Every wrong value that a mistake gives, with the mistake: the choices' and others."""
        own = [(c.value, c.mistake) for c in self.choices or () if c.mistake is not None and c.value is not None]
        return own + [wrong for wrong in self.all_wrongs() if all(wrong[0] != value for value, _ in own)]

    @property
    def id(self) -> str:
        return self.label or f"{self.kind}.{self.level}.{self.seed}.v{self.version}"

    def right(self, lang: str) -> str:
        """What is right: the text of the right choice, or the answer."""
        if self.choices is None or self.key is None:
            return self.answer.right(lang)
        return self.choices[self.key].text[1 if lang == "vi" else 0]

    @property
    def steps(self) -> list[Two]:
        """How the key is worked out, line by line."""
        return self.explain()


Drawer: TypeAlias = Callable[[str, Draws], "Draft | None"]


@dataclass(frozen=True)
class Kind:
    """A kind of question: its name, its topic, what it is called, and how one is drawn in each version.

    Who changes what a kind draws keeps the old function under its version, so that old names of questions stay good.
    """

    name: str
    topic: str
    title: Two
    versions: dict[int, Drawer]

    @property
    def version(self) -> int:
        return max(self.versions)


_KINDS: dict[str, Kind] = {}
_IN_ORDER: dict[str, Kind] = {}
TOPICS = ("weights", "lines", "shapes", "faults", "branches", "cells", "tables", "backwards", "costs", "formulas")


def kind(name: str, en: str, vi: str, version: int = 1) -> Callable[[Drawer], Drawer]:
    """Make a function a kind of question; its file's name is the topic."""

    def register(draw: Drawer) -> Drawer:
        made = _KINDS.setdefault(name, Kind(name, draw.__module__.rpartition(".")[2], (en, vi), {}))
        made.versions[version] = draw
        return draw

    return register


def kinds() -> dict[str, Kind]:
    """All kinds by name, in the order of the topics; their files are loaded when they are first asked for."""
    if not _IN_ORDER:
        for topic in TOPICS:
            import_module(f"convcalc.quiz.{topic}")
        # whichever file was loaded first: papers draw from this order
        _IN_ORDER.update(sorted(_KINDS.items(), key=lambda item: TOPICS.index(item[1].topic)))
    return _IN_ORDER


def choose_kinds(text: str) -> list[str]:
    """The kinds that a list of kinds and topics names; `all` is all of them."""
    known = kinds()
    found: list[str] = []
    for word in filter(None, (word.strip() for word in text.split(","))):
        chosen = [name for name, one in known.items() if word in ("all", name, one.topic)]
        if not chosen:
            raise ConvcalcError("unknown_topic", name=word, topics=", ".join(TOPICS), known=", ".join(known))
        found += chosen
    return list(dict.fromkeys(found)) or list(known)


def make(name: str, level: str, seed: int, version: int | None = None) -> Question:
    """The question of that name: always the same numbers, and the same order of choices in both languages."""
    found = kinds().get(name)
    if found is None:
        raise ConvcalcError("unknown_kind", name=name, known=", ".join(kinds()))
    if level not in LEVELS:
        raise ConvcalcError("unknown_level", name=level, known=", ".join(LEVELS))
    version = found.version if version is None else version
    if version not in found.versions:
        raise ConvcalcError("other_version", kind=name, version=version, known=", ".join(map(str, found.versions)))
    for attempt in range(TRIES):
        draft = found.versions[version](level, Draws(name, level, seed, version, attempt))
        question = None if draft is None else question_of(draft, name, level, seed, version)
        if question is not None:
            return question
    raise ConvcalcError("no_question", name=name, level=level, seed=seed)


def again(text: str) -> Question:
    """The question with an id, such as output-shape.easy.42.v1."""
    found = _ID.fullmatch(text.strip())
    if found is None:
        raise ConvcalcError("bad_question_id", text=text[:60])
    return make(found["kind"], found["level"], int(found["seed"]), int(found["version"]))


def question_of(
    draft: Draft, name: str, level: str, seed: int, version: int, label: str | None = None
) -> Question | None:
    """The draft with its choices in order; None where it does not make a fair question. `label` is a name of its own."""
    choices = None
    if draft.choices:
        choices = _choices(draft, Draws(name, level, seed, version, "order"))
        if choices is None:
            return None
    key = None if choices is None else next(i for i, choice in enumerate(choices) if choice.mistake is None)
    return Question(
        name, level, seed, version, draft.text, draft.answer, draft.steps, draft.hint, draft.code, draft.figure, choices, key,
        lambda: draft.ways(Draws(name, level, seed, version, "all")), label,
    )  # fmt: skip


def _choices(draft: Draft, order: Draws) -> tuple[Choice, ...] | None:
    key_is_last = draft.last is not None and draft.last[1] is None
    wanted = CHOICES - 1 - (draft.last is not None and not key_is_last)
    near: list[Wrong] = []
    for wrong in draft.ways(order):
        if _near(draft.answer, wrong[0]):
            near.append(wrong)
        # Somewhat more than are needed, so that the same mistakes are not always there.
        if len(near) == wanted + 2:
            break
    if len(near) < wanted:
        return None

    def text(value: Any) -> Two:
        return draft.answer.show(value, "en"), draft.answer.show(value, "vi")

    choices = [
        Choice(text(value), mistake, value)
        for value, mistake in [*near[: draft.always], *order.shuffled(near[draft.always :])][:wanted]
    ]
    if not key_is_last:
        choices.append(Choice(text(draft.answer.value), None, draft.answer.value))
    choices = order.shuffled(choices)
    if draft.last is not None:
        choices.append(Choice(draft.last[0], draft.last[1]))
    return tuple(choices) if len({choice.text for choice in choices}) == len(choices) else None


def _near(answer: Answer, value: Any) -> bool:
    right = getattr(answer, "value", None)
    if isinstance(right, int | Fraction) and isinstance(value, int | Fraction):
        return right == 0 or (value != 0 and Fraction(1, 30) <= Fraction(value) / Fraction(right) <= 30)
    if isinstance(right, tuple) and isinstance(value, tuple):
        return all(size > 0 for size in value)
    return True
