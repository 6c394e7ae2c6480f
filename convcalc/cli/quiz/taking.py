"""convcalc quiz, quiz review and quiz stats: a student's own commands."""

from __future__ import annotations

from contextlib import closing, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from convcalc.cli.options import HELP, JsonOption, LangOption, dump, in_range, language
from convcalc.cli.quiz.samples import Level, SeedOption, seeded
from convcalc.errors import ConvcalcError
from convcalc.words import pick

if TYPE_CHECKING:
    from collections.abc import Callable

    from convcalc.quiz.progress import Answered
    from convcalc.quiz.question import Question

PlainOption = Annotated[
    bool,
    typer.Option(
        "--plain",
        help=pick(
            HELP,
            "Numbered lines without keys or colours, as in a pipe.",
            "Từng dòng đánh số, không dùng phím mũi tên hay màu.",
        ),
    ),
]
CountOption = Annotated[int, typer.Option("-n", help=pick(HELP, "How many questions.", "Số câu hỏi."))]
SaveOption = Annotated[
    bool,
    typer.Option(
        "--save/--no-save",
        help=pick(HELP, "Keep the answers for review and stats.", "Lưu câu trả lời để ôn lại và thống kê."),
    ),
]
TimedOption = Annotated[
    bool,
    typer.Option(
        "--timed",
        help=pick(HELP, "With a clock: one to three minutes a question.", "Tính giờ: mỗi câu từ một đến ba phút."),
    ),
]


def take(
    context: typer.Context,
    topic: Annotated[str | None, typer.Option("--topic", help=pick(HELP, "Topics or kinds, with commas (see convcalc quiz kinds).", "Các chủ đề hoặc loại câu hỏi, cách nhau bằng dấu phẩy (xem convcalc quiz kinds)."), show_default=False)] = None,
    level: Annotated[Level | None, typer.Option("--level", help=pick(HELP, "Only this level.", "Chỉ mức này."), show_default=False)] = None,
    count: CountOption = 10,
    seed: SeedOption = None,
    paper: Annotated[str | None, typer.Option("--paper", metavar="FILE", help=pick(HELP, "Take the questions of a paper.", "Làm đề trong file này."), show_default=False)] = None,
    timed: TimedOption = False,
    plain: PlainOption = False,
    save: SaveOption = True,
    lang: LangOption = None,
) -> int:  # fmt: skip
    """Take ten mixed questions; each is graded at once."""
    if context.invoked_subcommand is not None:
        return 0
    speech = language(lang)
    in_range("-n", count, 1, 1000)
    if paper is not None:
        from convcalc.quiz.paper import read_paper

        questions = read_paper(paper).draw(seeded(seed))
    else:
        from convcalc.quiz.sitting import chosen

        questions = chosen(topic, level.value if level else None, count, seeded(seed))
    return _sit(questions, speech, timed, plain, save)


def review(count: CountOption = 10, plain: PlainOption = False, lang: LangOption = None) -> int:
    """Ask again what is due: fresh questions on what went wrong."""
    speech = language(lang)
    in_range("-n", count, 1, 1000)
    from convcalc.quiz.progress import Progress, place
    from convcalc.quiz.reviews import asked_before, fresh, schedule
    from convcalc.render import console

    with closing(Progress(place())) as progress:
        answers = progress.answers()
    now = datetime.now(UTC)
    cards = schedule(answers, now)
    due = [card for card in cards if card.at <= now]
    if not due:
        console().print(_nothing_due(cards[0].at if cards else None, speech), markup=False, highlight=False)
        return 0
    seed = seeded(None)
    questions: list[Question] = []
    for i, card in enumerate(due[:count]):
        questions.append(fresh(card, seed + i, [*asked_before(answers, card.kind), *questions]))
    return _sit(questions, speech, False, plain, True)


def _nothing_due(at: datetime | None, lang: str) -> str:
    if at is None:
        return pick(lang, "There is nothing to review yet: take a quiz first (convcalc quiz).", "Chưa có gì để ôn: hãy làm bài trước (convcalc quiz).")  # fmt: skip
    day = at.astimezone().strftime("%Y-%m-%d" if lang == "en" else "%d/%m/%Y")
    return pick(lang, f"Nothing is due; the next review is on {day}.", f"Chưa đến lúc ôn; lần ôn tiếp theo là {day}.")


def stats(json: JsonOption = False, lang: LangOption = None) -> None:
    """How it went, by kind, by mistake and over time."""
    speech = language(lang)
    from convcalc.quiz.progress import Progress, place
    from convcalc.quiz.stats import as_object, report

    with closing(Progress(place())) as progress:
        answers = progress.answers()
    if json:
        print(dump(as_object(answers)))
        return
    from convcalc.render import console

    console().print(report(answers, speech))


def _sit(questions: list[Question], lang: str, timed: bool, plain: bool, save: bool) -> int:
    """Ask, keep what is answered, and sum up."""
    from convcalc.quiz.progress import Progress, place
    from convcalc.quiz.screens import KeyScreen, PlainScreen, plain_wanted
    from convcalc.quiz.sitting import SECONDS, Sitting

    with closing(Progress(place())) if save else nullcontext() as progress:
        keep: Callable[[Answered], None] = progress.add if progress is not None else (lambda one: None)
        screen = PlainScreen(lang) if plain or plain_wanted() else KeyScreen(lang)
        sitting = Sitting(questions, screen, keep, timed)
        screen.begin(len(questions), float(sum(SECONDS[q.level] for q in questions)) if timed else None)
        sitting.run()
        from convcalc.quiz.stats import summary

        screen.out.print(summary(sitting, lang, save))
    if sitting.unkept:
        lost = "; ".join(f"{one.question} {one.given!r}" for one in sitting.unkept)
        raise ConvcalcError("answers_unkept", count=len(sitting.unkept), lost=lost)
    return 130 if sitting.ended == "interrupted" else 0


for _command, _said in (
    (take, "Làm mười câu hỏi tổng hợp; chấm ngay từng câu."),
    (review, "Hỏi lại những gì đến hạn ôn: câu mới cho đúng chỗ đã sai."),
    (stats, "Kết quả theo loại câu hỏi, theo lỗi sai và theo thời gian."),
):
    _command.__doc__ = pick(HELP, _command.__doc__ or "", _said)
