"""Taking a quiz: hints, passing over, time, interruptions, pipes, and a real pseudo-terminal with its keys."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

from convcalc.errors import ConvcalcError
from convcalc.quiz.grading import LETTERS, Graded
from convcalc.quiz.making import again, make
from convcalc.quiz.progress import Answered, Progress
from convcalc.quiz.question import Question
from convcalc.quiz.reading import Unreadable
from convcalc.quiz.registry import kinds
from convcalc.quiz.sitting import SECONDS, Sitting, Word, chosen

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "progress.sqlite"
    monkeypatch.setenv("CONVCALC_PROGRESS", str(path))
    return path


def kept(path: Path) -> list[Answered]:
    progress = Progress(path)
    found = progress.answers()
    progress.close()
    return found


def letter(question: Question, right: bool = True) -> str:
    assert question.key is not None
    return LETTERS[question.key if right else (question.key + 1) % 4]


class Script:
    """A screen whose answers are given beforehand; what is shown is noted."""

    patient = True

    def __init__(self, *said: Any) -> None:
        self.said = list(said)
        self.shown: list[str] = []

    def _next(self) -> Any:
        if not self.said:
            raise EOFError
        said = self.said.pop(0)
        if isinstance(said, BaseException):
            raise said
        return said() if callable(said) else said

    def question(self, number: int, total: int, question: Question, left: float | None) -> None:
        self.shown.append(f"question {number}/{total} {left}")

    def answer(self, question: Question) -> Any:
        return self._next()

    def cell(self, question: Question, place: int) -> Any:
        self.shown.append(f"cell {place}")
        return self._next()

    def unreadable(self, error: Unreadable) -> None:
        self.shown.append("unreadable")

    def hint(self, question: Question) -> None:
        self.shown.append("hint")

    def verdict(self, question: Question, graded: Graded, points: float) -> None:
        self.shown.append(f"verdict {points:g}")

    def late(self, question: Question) -> None:
        self.shown.append("late")

    def unsaved(self, error: ConvcalcError) -> None:
        self.shown.append(f"unsaved {error.kind}")


def sit(questions: list[Question], *said: Any, **values: Any) -> tuple[Sitting, list[str], list[Answered]]:
    taken: list[Answered] = []
    screen = Script(*said)
    sitting = Sitting(questions, screen, values.pop("keep", taken.append), **values)
    sitting.run()
    return sitting, screen.shown, taken


QUESTIONS = [make("output-shape", "easy", 1), make("output-shape", "easy", 2)]
TABLE = make("fill-table", "easy", 1)


def test_right_and_wrong_and_the_mistake() -> None:
    first, second = QUESTIONS
    sitting, shown, taken = sit(QUESTIONS, letter(first), letter(second, False))
    assert shown[1::2] == ["verdict 1", "verdict 0"]
    assert [one.score for one in taken] == [1, 0]
    assert second.choices is not None
    wrong = second.choices[LETTERS.index(letter(second, False))].mistake
    assert wrong is not None
    assert taken[1].mistake == wrong.name
    assert (sitting.points, sitting.ended) == (1, "")


def test_a_hint_costs_half_of_one_question() -> None:
    first, second = QUESTIONS
    _, shown, taken = sit(QUESTIONS, Word.hint, Word.hint, letter(first), letter(second))
    assert [one.points for one in taken] == [0.5, 1]
    assert shown.count("hint") == 2


def test_what_cannot_be_read_is_asked_again_and_nothing_lost() -> None:
    first, _ = QUESTIONS
    _, shown, taken = sit(QUESTIONS[:1], "what?", "", "  ", letter(first))
    assert shown == ["question 1/1 None", "unreadable", "verdict 1"]
    assert [one.score for one in taken] == [1]


def test_passing_over_is_no_mistake() -> None:
    _, _, taken = sit(QUESTIONS, Word.skip, Word.skip)
    assert [(one.given, one.score, one.mistake) for one in taken] == [("", 0, "")] * 2


def test_a_table_cell_by_cell_and_at_once() -> None:
    cells = TABLE.right("en").split("; ")
    values = [cell.partition("= ")[2] for cell in cells]
    _, shown, taken = sit([TABLE], *values)
    assert [one.score for one in taken] == [1]
    assert shown.count("cell 0") == 1
    _, _, taken = sit([TABLE], TABLE.right("en"))
    assert [one.score for one in taken] == [1]
    _, shown, taken = sit([TABLE], "(1, 1, 1)", "x", Word.hint, *values[1:])
    assert [one.points for one in taken] == [pytest.approx((len(cells) - 1) / len(cells) / 2)]
    assert "unreadable" in shown


def test_a_clock() -> None:
    """Each question has its seconds; an answer that comes too late does not count, and those before it do."""
    now = [0.0]
    first, second = QUESTIONS

    def at(time: float, text: str) -> Callable[[], str]:
        def say() -> str:
            now[0] = time
            return text

        return say

    allowed = float(2 * SECONDS["easy"])
    said = (at(50.0, letter(first)), at(allowed + 1, letter(second)))
    sitting, shown, taken = sit(QUESTIONS, *said, timed=True, clock=lambda: now[0])
    assert shown == [f"question 1/2 {allowed}", "verdict 1", f"question 2/2 {allowed - 50}", "late"]
    assert (len(taken), sitting.ended, taken[0].seconds) == (1, "late", 50)


@pytest.mark.parametrize(("end", "ended"), [(KeyboardInterrupt(), "interrupted"), (EOFError(), "end")])
def test_an_end_before_the_end_keeps_what_was_answered(end: BaseException, ended: str) -> None:
    sitting, _, taken = sit(QUESTIONS, letter(QUESTIONS[0]), end)
    assert ([one.score for one in taken], sitting.ended) == ([1], ended)


def test_an_answer_that_cannot_be_kept_is_kept_later() -> None:
    taken: list[Answered] = []
    full = [True, True, False]

    def keep(one: Answered) -> None:
        if full and full.pop(0):
            raise ConvcalcError("progress_unwritable", path="x", reason="full")
        taken.append(one)

    first, second = QUESTIONS
    sitting, shown, _ = sit(QUESTIONS, letter(first), letter(second), keep=keep)
    assert shown.count("unsaved progress_unwritable") == 2
    assert [one.question for one in taken] == [first.id, second.id]
    assert sitting.unkept == []


def test_mixed_questions_take_every_kind_before_any_comes_again() -> None:
    names = list(kinds())
    questions = chosen(None, None, 2 * len(names), 4)
    assert sorted(q.kind for q in questions) == sorted(names * 2)
    levels = [("easy", "medium", "hard").index(q.level) for q in questions]
    assert levels == sorted(levels)
    assert [q.id for q in chosen("costs", "hard", 5, 4)] == [q.id for q in chosen("costs", "hard", 5, 4)]
    assert {q.kind for q in chosen("costs", "hard", 9, 4)} == {"macs", "memory", "receptive-field"}


# --- through a pipe ---------------------------------------------------------------------------------------------------


def piped(convcalc: Run, monkeypatch: pytest.MonkeyPatch, lines: str, *words: str) -> Any:
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    return convcalc("quiz", *words)


def test_a_whole_quiz_through_a_pipe(convcalc: Run, monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    questions = chosen(None, None, 10, 7)
    lines = [letter(q) if q.choices else q.right("en") for q in questions]
    ran = piped(convcalc, monkeypatch, "\n".join(lines) + "\n", "--plain", "--seed", "7")
    assert ran.code == 0
    assert "10 of 10 points" in ran.out
    assert [one.question for one in kept(place)] == [q.id for q in questions]
    assert "\x1b" not in ran.out


def test_in_vietnamese(convcalc: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = chosen("kernel-shape", "easy", 2, 3)
    lines = f"?\n{letter(questions[0])}\n{letter(questions[1], False)}\n"
    ran = piped(convcalc, monkeypatch, lines, "--topic", "kernel-shape", "--level", "easy", "-n", "2", "--seed", "3", "--lang", "vi")  # fmt: skip
    assert ran.code == 0
    for said in ("Câu 1/2", "Gợi ý:", "✓ Đúng, 0,5 điểm", "✗ Sai", "Các bước:", "0,5/2 điểm"):
        assert said in ran.out


def test_answers_that_end_early(convcalc: Run, monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    ran = piped(convcalc, monkeypatch, ".\n.\n", "--seed", "7")
    assert (ran.code, "2 of 10 questions answered" in ran.out) == (0, True)
    assert len(kept(place)) == 2


def test_nothing_is_kept_where_that_is_asked_for(convcalc: Run, monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    assert piped(convcalc, monkeypatch, ".\n", "--no-save", "-n", "1").code == 0
    assert not place.exists()


def test_a_paper(convcalc: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    paper = tmp_path / "p.toml"
    paper.write_text('[[section]]\n[[section.question]]\nid = "output-shape.easy.42.v1"\n')
    ran = piped(convcalc, monkeypatch, letter(again("output-shape.easy.42.v1")) + "\n", "--paper", str(paper))
    assert (ran.code, "1 of 1 points" in ran.out) == (0, True)


def test_what_could_not_be_kept_is_said_at_the_end(convcalc: Run, monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    def refuse(self: Progress, one: Answered) -> None:
        raise ConvcalcError("progress_unwritable", path=place, reason="database or disk is full")

    monkeypatch.setattr(Progress, "add", refuse)
    ran = piped(convcalc, monkeypatch, "b\n", "--topic", "output-shape", "-n", "1", "--seed", "1", "--level", "easy")
    assert ran.code == 3
    assert "output-shape.easy." in ran.err.replace("\n", "")
    assert "'b'" in ran.err


# --- a real terminal --------------------------------------------------------------------------------------------------


def terminal(place: Path, *words: str, **environment: str) -> Any:
    """convcalc in a pseudo-terminal of 80 by 40."""
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "ACCESSIBLE", "CI")}
    env |= {"TERM": "xterm", "CONVCALC_PROGRESS": str(place), "PROMPT_TOOLKIT_NO_CPR": "1"} | environment
    return pexpect.spawn(
        sys.executable, ["-m", "convcalc", *words], env=env, encoding="utf-8", dimensions=(40, 80), timeout=60
    )


def test_letters_and_arrows_in_a_terminal(place: Path) -> None:
    questions = chosen("output-shape", "easy", 2, 5)
    child = terminal(
        place, "quiz", "--topic", "output-shape", "--level", "easy", "-n", "2", "--seed", "5", "--lang", "vi"
    )
    child.expect("Câu 1/2")
    child.expect("bỏ qua")
    child.send(letter(questions[0]))  # a letter, then Enter
    child.send("\r")
    child.expect("Đúng")
    child.expect("Câu 2/2")
    child.expect("bỏ qua")
    assert questions[1].key is not None
    child.send("\x1b[B" * ((questions[1].key + 1) % 4))  # down to a wrong choice
    child.send("\r")
    child.expect("Sai")
    child.expect("1/2 điểm")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0
    assert [one.score for one in kept(place)] == [1, 0]


def test_a_hint_and_an_answer_typed_in_a_terminal(place: Path) -> None:
    question = chosen("compute-flatten", "easy", 1, 5)[0]
    child = terminal(place, "quiz", "--topic", "compute-flatten", "--level", "easy", "-n", "1", "--seed", "5")
    child.expect("Your answer:")
    child.send("?\r")
    child.expect("Hint:")
    child.expect("Your answer:")
    child.send("not numbers\r")
    child.expect("is not a number")
    child.expect("Your answer:")
    child.send(question.right("en") + "\r")
    child.expect("Right, 0.5 points")
    child.expect(pexpect.EOF)
    child.wait()
    assert [(one.points, one.hinted) for one in kept(place)] == [(0.5, True)]


def test_ctrl_c_keeps_what_was_answered(place: Path) -> None:
    question = chosen("output-shape", "easy", 3, 5)[0]
    child = terminal(place, "quiz", "--topic", "output-shape", "--level", "easy", "-n", "3", "--seed", "5")
    child.expect("pass over")
    child.send(letter(question) + "\r")
    child.expect("Question 2 of 3")
    child.expect("pass over")
    child.sendintr()
    child.expect("1 of 3 questions answered")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 130
    assert [one.score for one in kept(place)] == [1]


@pytest.mark.parametrize("name", ["ACCESSIBLE", "NO_COLOR"])
def test_plain_lines_in_a_terminal_where_they_are_asked_for(place: Path, name: str) -> None:
    question = chosen("output-shape", "easy", 1, 5)[0]
    child = terminal(
        place, "quiz", "--topic", "output-shape", "--level", "easy", "-n", "1", "--seed", "5", **{name: "1"}
    )
    child.expect("Your choice:")
    assert re.search(r"\x1b\[\d*[ABCDHJ]", child.before) is None  # no cursor is moved
    child.sendline(letter(question))
    child.expect("1 of 1 points")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0


def test_a_pipe_without_the_option(place: Path) -> None:
    """`convcalc quiz < answers.txt` in a process of its own."""
    env = os.environ | {"CONVCALC_PROGRESS": str(place)}
    command = [sys.executable, "-m", "convcalc", "quiz", "-n", "2", "--seed", "5"]
    ran = subprocess.run(command, input=".\n.\n", capture_output=True, text=True, env=env, timeout=60)
    assert (ran.returncode, "0 of 2 points" in ran.stdout, ran.stderr) == (0, True, "")


# --- a file of answers has one line a question ------------------------------------------------------------------------


@pytest.mark.parametrize("third", ["không biết", ""])
def test_a_line_that_cannot_be_read_does_not_shift_the_others(
    convcalc: Run, monkeypatch: pytest.MonkeyPatch, place: Path, third: str
) -> None:
    questions = chosen(None, None, 10, 7)
    lines = [letter(q) if q.choices else q.right("en") for q in questions]
    lines[2] = third
    ran = piped(convcalc, monkeypatch, "\ufeff" + "\n".join(lines) + "\n", "--plain", "--seed", "7")
    assert ran.code == 0
    if third:
        assert "9 of 9 points" in ran.out
        assert "1 answer could not be read" in ran.out
    else:
        assert "9 of 10 points" in ran.out  # passed over


def test_a_cell_that_is_passed_over_leaves_the_others() -> None:
    cells = TABLE.right("en").split("; ")
    values: list[Any] = [cell.partition("= ")[2] for cell in cells]
    _, _, taken = sit([TABLE], *values[:-1], Word.skip)
    assert taken[0].score == pytest.approx((len(cells) - 1) / len(cells))
    _, _, taken = sit([TABLE], Word.skip)
    assert (taken[0].score, taken[0].given) == (0, "")
