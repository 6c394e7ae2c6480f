"""Questions in the terminal: the same words with colours, or as plain lines."""

from __future__ import annotations

import re

from rich.console import Group, RenderableType
from rich.text import Text

from convcalc.quiz.grading import LETTERS, Graded
from convcalc.quiz.objects import lettered
from convcalc.quiz.question import LEVELS_VI, Question
from convcalc.quiz.registry import kinds
from convcalc.words import pick


def head(question: Question, lang: str) -> str:
    """What a question is about, and how hard it is; nothing for one with a teacher's own numbers."""
    known = kinds().get(question.kind)
    if known is None:
        return ""
    title = known.title[1 if lang == "vi" else 0]
    return f"{title} · {pick(lang, question.level, LEVELS_VI[question.level])}"


def shown(question: Question, lang: str, choices: bool = True) -> RenderableType:
    """The question with its figure, its code and its choices."""
    which = 1 if lang == "vi" else 0
    parts: list[RenderableType] = [sentence_with_code(question.text[which])]
    if question.figure is not None:
        parts += [Text(), *_lines(question.figure[which])]
    if question.code is not None:
        parts += [Text(), *_lines(question.code, "cyan")]
    if choices and question.choices is not None:
        parts += [Text(), *(Text(f"  {line}") for line in lettered(question, lang))]
    return Group(*parts)


def _lines(text: str, style: str = "") -> list[Text]:
    """Lines that are never folded, set in by two."""
    return [Text(f"  {line}", style=style, no_wrap=True, overflow="ignore") for line in text.split("\n")]


def sentence_with_code(text: str) -> Text:
    """A text whose `code` is set off by a colour instead of the marks."""
    made = Text()
    for i, part in enumerate(re.split(r"`([^`]*)`", text)):
        made.append(part, style="cyan" if i % 2 else "")
    return made


def verdict(question: Question, graded: Graded, lang: str, points: float) -> RenderableType:
    """Right or wrong, the mistake, and how it is worked out."""
    which = 1 if lang == "vi" else 0
    if not graded.read_as[0]:
        first = Text(pick(lang, "– Passed over", "– Bỏ qua"), style="yellow")
    elif graded.correct:
        first = Text(pick(lang, "✓ Right", "✓ Đúng"), style="green")
    elif graded.score > 0:
        share = f"{float(graded.score):.0%}"
        first = Text(pick(lang, f"◐ Partly right ({share})", f"◐ Đúng một phần ({share})"), style="yellow")
    else:
        first = Text(pick(lang, "✗ Wrong", "✗ Sai"), style="red")
    first.append(
        pick(lang, f", {round(points, 2):g} points", f", {round(points, 2):g} điểm".replace(".", ","))
        if graded.score and points != graded.score
        else ""
    )
    lines: list[RenderableType] = [first]
    lines += [Text(f"  {line[which]}") for line in graded.feedback]
    if not graded.correct:
        lines.append(steps(question, lang))
    return Group(*lines)


def steps(question: Question, lang: str) -> RenderableType:
    """How the key is worked out."""
    which = 1 if lang == "vi" else 0
    title = Text(pick(lang, "  Steps:", "  Các bước:"), style="dim")
    return Group(title, *(Text(f"    {line[which]}") for line in question.steps))


def solution(question: Question, lang: str) -> RenderableType:
    """The question with its answer, as a teacher looks at it."""
    right = Text(pick(lang, "Answer: ", "Đáp án: "), style="bold")
    letter = "" if question.key is None else f"{LETTERS[question.key]}) "
    right.append(letter + question.right(lang), style="green")
    wrong = [
        Text(f"  {LETTERS[i]}) {choice.mistake.says(lang)}", style="dim")
        for i, choice in enumerate(question.choices or ())
        if choice.mistake is not None
    ]
    return Group(
        Text(f"{question.id}  {head(question, lang)}", style="bold"), shown(question, lang), Text(), right, *wrong,
        steps(question, lang), Text(),
    )  # fmt: skip
