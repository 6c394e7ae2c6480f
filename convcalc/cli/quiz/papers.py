"""convcalc quiz make and grade: papers for a class, and its marks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from convcalc.cli.options import HELP, JsonOption, LangOption, dump, in_range
from convcalc.cli.quiz.samples import SeedOption, seeded
from convcalc.errors import ConvcalcError
from convcalc.words import many, pick

EncodingOption = Annotated[
    str, typer.Option("--encoding", help=pick(HELP, "Encoding of the CSV file.", "Bảng mã của file CSV."))
]


def make(
    paper: Annotated[str, typer.Argument(help=pick(HELP, "The paper (TOML).", "File đề (TOML)."))],
    out: Annotated[str, typer.Option("--out", metavar="DIR", help=pick(HELP, "The folder to make; it must not be there yet.", "Thư mục sẽ tạo; chưa được tồn tại."))],
    students: Annotated[str | None, typer.Option("--students", metavar="CSV", help=pick(HELP, "A roster with the columns id and name.", "Danh sách lớp có cột mã và họ tên."), show_default=False)] = None,
    copies: Annotated[int | None, typer.Option("--copies", help=pick(HELP, "So many papers without names.", "Số đề không ghi tên."), show_default=False)] = None,
    seed: SeedOption = None,
    encoding: EncodingOption = "utf-8",
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """Make a paper of its own for each student, and the key."""
    from convcalc.quiz.giving import copies as numbered
    from convcalc.quiz.giving import give, read_roster
    from convcalc.quiz.paper import read_paper

    if (students is None) == (copies is None):
        raise ConvcalcError("one_roster")
    chosen = seeded(seed)  # whoever knows the seed and the paper can make the keys: it is a secret, kept in key.json
    in_range("--copies", 1 if copies is None else copies, 1, 10_000)
    read = read_paper(paper)
    found = read_roster(students, encoding) if students is not None else numbered(copies or 1)
    speech = lang.value if lang else read.languages[0]
    if speech not in read.languages:
        raise ConvcalcError("paper_language", path=read.name, lang=speech, known=", ".join(read.languages))
    count = give(read, found, chosen, speech, out)
    if json:
        print(dump({"papers": count, "out": out, "seed": chosen, "lang": speech}))
        return
    from convcalc.render import console

    said = pick(
        speech,
        f"{many(count, 'paper')} in {out}/papers, the answers in {out}/keys and {out}/key.json.",
        f"Đã tạo {count} đề trong {out}/papers, đáp án trong {out}/keys và {out}/key.json.",
    )
    console().print(said, markup=False, highlight=False)


def grade(
    key: Annotated[str, typer.Argument(help=pick(HELP, "key.json of the papers.", "File key.json của bộ đề."))],
    answers: Annotated[str, typer.Argument(help=pick(HELP, "The answers (CSV): student, question, answer; or student, 1, 2, 3, …", "Câu trả lời (CSV): mã, câu, trả lời; hoặc mã, 1, 2, 3, …"))],
    csv: Annotated[str | None, typer.Option("--csv", metavar="FILE", help=pick(HELP, "Write the marks as CSV.", "Ghi điểm ra CSV."), show_default=False)] = None,
    encoding: EncodingOption = "utf-8",
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """Grade a class: the marks, the mistakes behind them, and how good each question is."""
    from convcalc.cli.options import language
    from convcalc.quiz.marking import items, mark, read_key

    if csv is not None and any(
        Path(csv).exists() and Path(csv).samefile(one) for one in (key, answers) if Path(one).exists()
    ):
        raise ConvcalcError("same_file", path=csv)
    found = read_key(key)
    speech = lang.value if lang else str(found.get("lang")) if found.get("lang") in ("vi", "en") else language(None)
    sheets = mark(found, answers, encoding)
    figures = items(sheets)
    if csv is not None:
        from convcalc.files import write_text
        from convcalc.quiz.marks import as_csv

        write_text(csv, as_csv(sheets))
    if json:
        from convcalc.quiz.marks import as_object

        print(dump(as_object(sheets, figures, speech)))
        return
    from convcalc.quiz.marks import report
    from convcalc.render import console

    console().print(report(sheets, figures, speech))


for _command, _said in (
    (make, "Tạo cho mỗi sinh viên một đề riêng, kèm đáp án."),
    (grade, "Chấm cả lớp: điểm, lỗi đằng sau mỗi câu sai, và chất lượng từng câu hỏi."),
):
    _command.__doc__ = pick(HELP, _command.__doc__ or "", _said)
