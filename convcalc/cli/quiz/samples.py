"""convcalc quiz sample, answer, kinds and stress: questions one by one, and thousands at once."""

from __future__ import annotations

import secrets
from enum import StrEnum
from typing import Annotated

import typer

from convcalc.cli.options import HELP, JsonOption, LangOption, dump, in_range, language
from convcalc.errors import ConvcalcError
from convcalc.words import pick

MOST = 1_000_000


class Level(StrEnum):
    """How hard a question is."""

    easy = "easy"
    medium = "medium"
    hard = "hard"


SeedOption = Annotated[
    int | None,
    typer.Option("--seed", help=pick(HELP, "The same seed gives the same questions.", "Cùng seed thì cùng câu hỏi."), show_default=False),
]  # fmt: skip


def seeded(seed: int | None) -> int:
    """The seed that is asked for, or a fresh one."""
    return secrets.randbelow(10**6) if seed is None else in_range("--seed", seed, 0, 10**14)


def sample(
    kind: Annotated[str | None, typer.Option("--kind", help=pick(HELP, "Only this kind (see convcalc quiz kinds).", "Chỉ loại này (xem convcalc quiz kinds)."), show_default=False)] = None,
    level: Annotated[Level | None, typer.Option("--level", help=pick(HELP, "Only this level.", "Chỉ mức này."), show_default=False)] = None,
    seed: SeedOption = None,
    count: Annotated[int, typer.Option("-n", help=pick(HELP, "How many.", "Số câu."))] = 1,
    json: JsonOption = False,
    markdown: Annotated[str | None, typer.Option("--markdown", metavar="FILE", help=pick(HELP, "Write a page of them, in both languages.", "Ghi thành một trang, cả hai ngôn ngữ."), show_default=False)] = None,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """Show questions with their answers; with --json one object a line."""
    speech = language(lang)
    in_range("-n", count, 1, MOST)
    first = seeded(seed)
    from convcalc.quiz.making import make
    from convcalc.quiz.question import LEVELS
    from convcalc.quiz.registry import kinds

    names = [kind] if kind is not None else list(kinds())
    questions = (
        make(
            names[i % len(names)],
            level.value if level else LEVELS[(i + i // len(names)) % 3],
            first + i // (len(names) if level else 1),
        )
        for i in range(count)
    )
    if markdown is not None:
        from convcalc.files import write_text
        from convcalc.quiz.markdown import sample_page

        write_text(markdown, sample_page(list(questions)))
    elif json:
        from convcalc.quiz.objects import question_object

        for question in questions:
            print(dump(question_object(question, speech)))
    else:
        from convcalc.quiz.showing import solution
        from convcalc.render import console

        for question in questions:
            console().print(solution(question, speech))


def answer(
    name: Annotated[str, typer.Argument(metavar="ID", help=pick(HELP, "The question's name, such as params.easy.42.v1.", "Tên câu hỏi, ví dụ params.easy.42.v1."))],
    text: Annotated[str, typer.Argument(metavar="ANSWER", help=pick(HELP, "A letter or a value.", "Một chữ cái hoặc một giá trị."))],
    json: JsonOption = False,
    lang: LangOption = None,
) -> int:  # fmt: skip
    """Grade one answer; 1 if it is wrong, 2 if it cannot be read."""
    speech = language(lang)
    from convcalc.quiz.grading import grade
    from convcalc.quiz.making import again
    from convcalc.quiz.reading import Unreadable

    question = again(name)
    try:
        graded = grade(question, text)
    except Unreadable as error:
        raise ConvcalcError("unreadable_answer", why=error.said[0], why_vi=error.said[1]) from None
    if json:
        from convcalc.quiz.objects import graded_object

        print(dump(graded_object(graded, speech)))
    else:
        from convcalc.quiz.showing import verdict
        from convcalc.render import console

        out = console()
        out.print(pick(speech, f"read as {graded.read_as[0]}", f"đọc là {graded.read_as[1]}"), markup=False)
        out.print(verdict(question, graded, speech, float(graded.score)))
    return 0 if graded.correct else 1


def kinds(json: JsonOption = False, lang: LangOption = None) -> None:
    """List the kinds of questions."""
    speech = language(lang)
    from convcalc.quiz.registry import kinds as known

    if json:
        from convcalc.quiz.objects import kind_object

        print(dump([kind_object(kind, speech) for kind in known().values()]))
        return
    from rich.table import Table
    from rich.text import Text

    from convcalc.render import console

    table = Table(box=None, pad_edge=False)
    for title in pick(speech, "kind,topic,asks for", "loại,chủ đề,hỏi về").split(","):
        table.add_column(title, header_style="bold")
    for kind in known().values():
        table.add_row(kind.name, kind.topic, Text(kind.title[1 if speech == "vi" else 0]))
    console().print(table)


def stress(
    names: Annotated[str, typer.Option("--kinds", help=pick(HELP, "Kinds or topics, with commas; all by default.", "Các loại hoặc chủ đề, cách nhau bằng dấu phẩy; mặc định là tất cả."))] = "all",
    count: Annotated[int, typer.Option("-n", help=pick(HELP, "Variants in all.", "Tổng số biến thể."))] = 10_000,
    seed: SeedOption = 0,
    second: Annotated[bool, typer.Option("--torch/--no-torch", help=pick(HELP, "Confirm the keys with torch too (slower).", "Đối chiếu thêm đáp án với torch (chậm hơn)."))] = False,
    json: JsonOption = False,
    lang: LangOption = None,
) -> int:  # fmt: skip
    """Check thousands of variants against every rule of a fair question; 1 if one breaks."""
    speech = language(lang)
    in_range("-n", count, 1, MOST)
    from convcalc.quiz.registry import choose_kinds
    from convcalc.quiz.stress import report, stressed

    found = stressed(choose_kinds(names), count, seeded(seed), second)
    if json:
        print(dump(found.as_object()))
    else:
        from convcalc.render import console

        console().print(report(found, speech))
    return 1 if found.faults else 0


for _command, _said in (
    (sample, "Xem câu hỏi kèm đáp án; với --json mỗi dòng là một object."),
    (answer, "Chấm một câu trả lời; mã thoát 1 nếu sai, 2 nếu không đọc được."),
    (kinds, "Liệt kê các loại câu hỏi."),
    (stress, "Kiểm tra hàng nghìn biến thể theo mọi quy tắc của câu hỏi công bằng; mã thoát 1 nếu có lỗi."),
):
    _command.__doc__ = pick(HELP, _command.__doc__ or "", _said)
