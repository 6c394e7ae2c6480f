"""The result of grading a class: tables for the terminal, CSV for a spreadsheet, objects for other programs."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from convcalc.mistakes import BY_NAME
from convcalc.quiz.marking import Item, Sheet
from convcalc.words import decimal, pick

# So many mistakes are named in the terminal, for the class and for a question.
NAMED = 8


def as_object(sheets: Sequence[Sheet], items: Sequence[Item], lang: str) -> dict[str, Any]:
    """The object that `convcalc quiz grade --json` prints."""
    which = 1 if lang == "vi" else 0
    return {
        "students": [
            {
                "id": sheet.id, "name": sheet.name, "points": round(sheet.points, 6), "of": sheet.most,
                "questions": [
                    {
                        "number": one.number, "answer": one.text, "score": one.score, "marks": round((one.score or 0) * sheet.marks[one.number], 6),
                        "mistakes": list(one.mistakes), "unreadable": None if one.unreadable is None else one.unreadable[which], "line": one.line,
                    }
                    for _, one in sorted(sheet.answers.items())
                ],
            }
            for sheet in sheets
        ],
        "questions": [
            {
                "number": item.number, "answers": item.answers, "difficulty": item.difficulty,
                "discrimination": item.discrimination, "mistakes": item.mistakes, "choices": item.choices,
            }
            for item in items
        ],
    }  # fmt: skip


def as_csv(sheets: Sequence[Sheet]) -> str:
    """A line a student: the points, and the marks of each question; what a person has to read is marked with a ?."""
    numbers = sorted({number for sheet in sheets for number in sheet.marks})
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "name", "points", "of", *numbers])
    for sheet in sheets:
        cells: list[str] = []
        for number in numbers:
            one = sheet.answers.get(number)
            cells.append("" if one is None else "?" if one.score is None else f"{one.score * sheet.marks[number]:g}")
        writer.writerow([_harmless(sheet.id), _harmless(sheet.name), f"{sheet.points:g}", f"{sheet.most:g}", *cells])
    return "\ufeff" + out.getvalue()  # by which spreadsheets know that it is UTF-8


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t")) else text


def report(sheets: Sequence[Sheet], items: Sequence[Item], lang: str) -> RenderableType:
    """The points of each student, each question's figures, the class's mistakes, and what a person has to read."""
    parts: list[RenderableType] = [_students(sheets, lang), Text(), _items(items, lang)]
    total = Counter(name for sheet in sheets for one in sheet.answers.values() for name in one.mistakes)
    if total:
        table = _table(pick(lang, "common mistakes,times", "lỗi hay gặp,số lần"), 1)
        for name, count in total.most_common(NAMED):
            table.add_row(_said(name, lang), str(count))
        parts += [Text(), table]
    unread = [(sheet, one) for sheet in sheets for one in sheet.answers.values() if one.unreadable is not None]
    if unread:
        parts += [Text(), Text(pick(lang, "To be read by a person (no marks yet):", "Cần người chấm đọc lại (chưa có điểm):"), style="yellow")]  # fmt: skip
        for sheet, one in unread:
            why = one.unreadable[1 if lang == "vi" else 0] if one.unreadable else ""
            place = pick(
                lang,
                f"line {one.line}, {sheet.id}, question {one.number}",
                f"dòng {one.line}, {sheet.id}, câu {one.number}",
            )
            parts.append(Text(f"  {place}: {why}"))
    return Group(*parts)


def _table(heads: str, *right: int) -> Table:
    table = Table(box=None, pad_edge=False)
    for i, title in enumerate(heads.split(",")):
        table.add_column(title, header_style="bold", justify="right" if i in right else "left")
    return table


def _students(sheets: Sequence[Sheet], lang: str) -> Table:
    table = _table(pick(lang, "student,name,points,of,answered", "mã,họ tên,điểm,trên,số câu làm"), 2, 3, 4)
    for sheet in sheets:
        table.add_row(
            Text(sheet.id), Text(sheet.name), decimal(f"{sheet.points:.4g}", lang), decimal(f"{sheet.most:g}", lang), str(len(sheet.answers))
        )  # fmt: skip
    return table


def _items(items: Sequence[Item], lang: str) -> Table:
    table = _table(pick(lang, "question,answers,mean score,discrimination,wrong because", "câu,số bài,điểm trung bình,độ phân biệt,sai vì"), 0, 1, 2, 3)  # fmt: skip
    for item in items:
        difficulty = "–" if item.difficulty is None else f"{item.difficulty:.0%}"
        apart = "–" if item.discrimination is None else decimal(f"{item.discrimination:.2f}", lang)
        wrong = "; ".join(
            f"{_said(name, lang).partition(': ')[2] or name} ({count}×)"
            for name, count in list(item.mistakes.items())[:3]
        )
        table.add_row(str(item.number), str(item.answers), difficulty, apart, Text(wrong))
    return table


def _said(name: str, lang: str) -> str:
    return f"{name}: {BY_NAME[name].says(lang)}" if name in BY_NAME else name
