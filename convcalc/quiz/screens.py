"""The two ways to take a quiz: plain numbered lines, for pipes and screen readers, and a terminal with arrow keys."""

from __future__ import annotations

import os
import sys
from typing import Any

from rich.text import Text

from convcalc.errors import ConvcalcError
from convcalc.quiz.answers import TableAnswer
from convcalc.quiz.grading import LETTERS, Graded, passed
from convcalc.quiz.objects import lettered
from convcalc.quiz.question import Question
from convcalc.quiz.reading import Unreadable
from convcalc.quiz.showing import head, shown, verdict
from convcalc.quiz.sitting import Word
from convcalc.render import console
from convcalc.words import pick

HINT, SKIP = "?", "."


def plain_wanted() -> bool:
    """Whether arrow keys and colours are no use here."""
    return (
        any(os.environ.get(name) for name in ("ACCESSIBLE", "NO_COLOR"))
        or os.environ.get("TERM") == "dumb"
        or not (sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty())
    )


class PlainScreen:
    """Every question as numbered lines; an answer is a line."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.out = console()

    def begin(self, total: int, seconds: float | None) -> None:
        """Say what can be typed."""
        count = pick(self.lang, f"{total} questions" if total > 1 else "1 question", f"{total} câu")
        time = "" if seconds is None else ", " + clock(seconds, self.lang)
        self.out.print(f"{count}{time}", markup=False, highlight=False)
        self.out.print(self._keys(), markup=False, highlight=False, style="dim")

    def _keys(self) -> str:
        return pick(
            self.lang,
            f"{HINT} gives a hint (the question then counts half), {SKIP} passes it over, Ctrl-C ends.",
            f"{HINT} để xem gợi ý (câu đó chỉ còn nửa điểm), {SKIP} để bỏ qua, Ctrl-C để dừng.",
        )

    def question(self, number: int, total: int, question: Question, left: float | None) -> None:
        """Show a question, and the time that is left."""
        time = "" if left is None else " · " + pick(self.lang, "left: ", "còn ") + clock(left, self.lang)
        self.out.print()
        title = pick(self.lang, f"Question {number} of {total}", f"Câu {number}/{total}")
        self.out.print(Text.assemble((title, "bold"), (f"  {head(question, self.lang)}{time}", "dim")))
        self.out.print(shown(question, self.lang, choices=self.choices_shown))
        self.out.print()

    choices_shown = True

    def _line(self, prompt: str) -> str | Word:
        self.out.print(prompt, end=" ", markup=False, highlight=False)
        self.out.file.flush()
        line = sys.stdin.readline() if sys.stdin is not None else ""
        if not line:
            self.out.print()
            raise EOFError
        if not sys.stdin.isatty():  # what came through a pipe is shown, so that the lines can be followed
            self.out.print(line.rstrip("\n"), markup=False, highlight=False)
        text = line.strip().removeprefix("\ufeff").strip()
        return {HINT: Word.hint, SKIP: Word.skip}.get(text, text)

    @property
    def patient(self) -> bool:
        """In a terminal; a file of answers has one line for each question."""
        return sys.stdin is not None and sys.stdin.isatty()

    def answer(self, question: Question) -> str | Word:
        """Get a line."""
        if question.choices is not None:
            said = self._line(pick(self.lang, "Your choice:", "Bạn chọn:"))
            return {"h": Word.hint, "s": Word.skip}.get(str(said), said)  # as in the menu
        return self._line(pick(self.lang, "Your answer:", "Trả lời:"))

    def cell(self, question: Question, place: int) -> str | Word:
        """Get a line for a cell of a table."""
        return self._line(cell_prompt(question, place, self.lang))

    def unreadable(self, error: Unreadable) -> None:
        """Say why; it is not counted as wrong."""
        said = error.said[1 if self.lang == "vi" else 0]
        self.out.print(f"{said[:1].upper()}{said[1:]}.", style="yellow", markup=False, highlight=False)

    def hint(self, question: Question) -> None:
        """Show the hint."""
        said = question.hint[1 if self.lang == "vi" else 0]
        self.out.print(pick(self.lang, "Hint: ", "Gợi ý: ") + said, style="yellow", markup=False, highlight=False)

    def verdict(self, question: Question, graded: Graded, points: float) -> None:
        """Say what is right."""
        self.out.print(verdict(question, graded, self.lang, points))

    def late(self, question: Question) -> None:
        """Say that the time is up, and what would have been right."""
        said = pick(self.lang, "Time is up: this answer does not count.", "Hết giờ: câu này không được tính.")
        self.out.print(said, style="red")
        self.out.print(verdict(question, passed(question), self.lang, 0.0))

    def unsaved(self, error: ConvcalcError) -> None:
        """Say that it could not be kept, and that it is tried again."""
        again = pick(self.lang, "It is tried again after the next answer.", "Sẽ thử lưu lại sau câu tiếp theo.")
        self.out.print(f"{error.message(self.lang)}. {again}", style="red", markup=False, highlight=False)


class KeyScreen(PlainScreen):
    """Arrow keys or letters for choices, a line with editing for the rest."""

    choices_shown = False

    def _keys(self) -> str:
        return pick(self.lang, "Ctrl-C ends; what is answered is kept.", "Ctrl-C để dừng; câu đã làm vẫn được lưu.")

    def answer(self, question: Question) -> str | Word:
        """Let the student pick a choice, or type."""
        import questionary

        if question.choices is None:
            return self._typed(pick(self.lang, "Your answer:", "Trả lời:"))
        which = 1 if self.lang == "vi" else 0
        items = [
            questionary.Choice(choice.text[which], value=LETTERS[i], shortcut_key=LETTERS[i])
            for i, choice in enumerate(question.choices)
        ]
        items.append(questionary.Choice(pick(self.lang, "hint (counts half)", "gợi ý (còn nửa điểm)"), value=HINT, shortcut_key="h"))  # fmt: skip
        items.append(questionary.Choice(pick(self.lang, "pass over", "bỏ qua"), value=SKIP, shortcut_key="s"))
        said = questionary.select(
            pick(self.lang, "Your choice:", "Bạn chọn:"), choices=items, use_shortcuts=True, use_indicator=False,
            instruction=pick(self.lang, "(↑ ↓ or a letter, then Enter)", "(↑ ↓ hoặc chữ cái, rồi Enter)"),
        ).unsafe_ask()  # fmt: skip
        return self._word(said)

    def verdict(self, question: Question, graded: Graded, points: float) -> None:
        """The choices again, since the menu is gone, and what is right."""
        if question.choices is not None:
            for line in lettered(question, self.lang):
                self.out.print(f"  {line}", style="dim", markup=False, highlight=False)
        super().verdict(question, graded, points)

    def cell(self, question: Question, place: int) -> str | Word:
        """Let the student type one cell."""
        return self._typed(cell_prompt(question, place, self.lang))

    def _typed(self, prompt: str) -> str | Word:
        import questionary

        note = pick(self.lang, f"({HINT} hint, {SKIP} pass over)", f"({HINT} gợi ý, {SKIP} bỏ qua)")
        return self._word(questionary.text(prompt, instruction=note + " ").unsafe_ask())

    def _word(self, said: Any) -> str | Word:
        text = str(said).strip()
        return {HINT: Word.hint, SKIP: Word.skip}.get(text, text)


def cell_prompt(question: Question, place: int, lang: str) -> str:
    """The name of a cell of a table, and its place."""
    answer = question.answer
    assert isinstance(answer, TableAnswer)
    name = answer.cells[place][0][1 if lang == "vi" else 0]
    return f"[{place + 1}/{len(answer.cells)}] {name}:"


def clock(seconds: float, lang: str) -> str:
    """A time as minutes and seconds."""
    whole = max(0, round(seconds))
    return pick(lang, f"{whole // 60} min {whole % 60:02d} s", f"{whole // 60} phút {whole % 60:02d} giây")
