"""convcalc quiz: take questions, review them, make papers of them and grade them."""

from __future__ import annotations

import typer

from convcalc.cli.options import HELP
from convcalc.cli.quiz.papers import grade, make
from convcalc.cli.quiz.samples import answer, kinds, sample, stress
from convcalc.cli.quiz.taking import review, stats, take
from convcalc.cli.spoken import Command, Group
from convcalc.words import pick

quiz = typer.Typer(
    cls=Group,
    invoke_without_command=True,
    help=pick(
        HELP,
        "Questions on convolutional networks: take them, review what went wrong, make papers and grade them.",
        "Câu hỏi về mạng tích chập: làm bài, ôn lại chỗ sai, ra đề và chấm bài.",
    ),
)
quiz.callback()(take)
for _command in (review, stats, sample, answer, kinds, make, grade, stress):
    quiz.command(_command.__name__, cls=Command)(_command)
