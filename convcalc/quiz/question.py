"""What a question is: what a kind draws, and what is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from convcalc.mistakes import Mistake
from convcalc.quiz.answers import Answer
from convcalc.quiz.reading import Two
from convcalc.quiz.stream import Draws

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEVELS = ("easy", "medium", "hard")
LEVELS_VI = {"easy": "dễ", "medium": "trung bình", "hard": "khó"}

# Draws a figure in a language; papers have it in place of its text.
Picture: TypeAlias = "Callable[[str], Figure]"
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
    picture: Picture | None = None  # the figure drawn

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
    picture: Picture | None = field(default=None, repr=False, compare=False)

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
    def looks(self) -> object:
        """What a student would know it by: questions that look alike are the same to them."""
        return self.text, self.code, self.figure

    @property
    def steps(self) -> list[Two]:
        """How the key is worked out, line by line."""
        return self.explain()
