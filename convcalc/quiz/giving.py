"""Papers for a class: one for each student, and apart from them the key and a list of what was made."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from convcalc import __version__
from convcalc.errors import ConvcalcError
from convcalc.files import beside, replace
from convcalc.quiz.key import key_object
from convcalc.quiz.markdown import key_text, paper_text
from convcalc.quiz.objects import question_object
from convcalc.quiz.paper import Asked, Paper
from convcalc.quiz.tablefile import read_table
from convcalc.reasons import of_system

# An id becomes the name of a file.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
ID_NAMES = ("id", "student", "student id", "mssv", "mã số", "mã sinh viên", "mã số sinh viên", "mã sv")
FAMILY_NAMES = ("family name", "last name", "surname", "họ", "họ đệm", "họ và tên đệm", "họ lót")
NAME_NAMES = ("name", "full name", "họ tên", "họ và tên", "tên")


@dataclass(frozen=True)
class Student:
    """Who gets a paper."""

    id: str
    name: str = ""


def read_roster(path: str, encoding: str = "utf-8") -> list[Student]:
    """The students of a CSV file with the columns id and name; raises `ConvcalcError` with the line of what is wrong."""
    table = read_table(path, encoding)
    place, family = table.column(ID_NAMES), table.column(FAMILY_NAMES, False)
    named = [column for column in (family, table.column(NAME_NAMES)) if column is not None]
    assert place is not None
    lines: dict[str, int] = {}
    students = []
    for line, cells in table.rows:
        where = f"{table.name}, line {line}"
        if _ID.fullmatch(cells[place]) is None:
            raise ConvcalcError("bad_student_id", where=where, text=cells[place][:40])
        folded = cells[place].casefold()  # some file systems take A and a for one name
        if folded in lines:
            raise ConvcalcError("student_twice", where=where, id=cells[place], line=lines[folded])
        lines[folded] = line
        students.append(Student(cells[place], " ".join(cells[column] for column in named).strip()))
    if not students:
        raise ConvcalcError("table_empty", path=table.name)
    return students


def copies(count: int) -> list[Student]:
    """Papers without names, by number."""
    width = max(3, len(str(count)))
    return [Student(f"{i:0{width}d}") for i in range(1, count + 1)]


def give(paper: Paper, students: Sequence[Student], seed: int, lang: str, out: str) -> int:
    """Write every paper under out/papers, and out/key.json, out/keys and out/manifest.json; returns how many there are.

    The folder is made whole under another name and renamed; it must not be there yet.
    """
    target = Path(out)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ConvcalcError("exists", path=out)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        building = beside(target)
        building.mkdir()
    except OSError as error:
        raise ConvcalcError("cannot_write", path=out, **of_system(error)) from None
    try:
        _write(building, paper, students, seed, lang)
        if target.exists():
            target.rmdir()
        replace(building, target)
    except OSError as error:
        raise ConvcalcError("cannot_write", path=out, **of_system(error)) from None
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return len(students)


def _write(folder: Path, paper: Paper, students: Sequence[Student], seed: int, lang: str) -> None:
    for name in ("papers", "keys"):
        (folder / name).mkdir()
    which = 1 if lang == "vi" else 0
    keys: dict[str, Any] = {}
    listed = []
    drawn: dict[str, bytes] = {}
    for student in students:
        asked = paper.asked(seed, student.id)
        pictures = _pictures(folder / "papers", asked, student, lang, drawn)
        text = paper_text(paper, asked, lang, student.id, student.name, pictures)
        (folder / "papers" / f"{student.id}.md").write_bytes(text.encode())
        made = _json(_paper_object(paper, asked, student, lang, pictures))
        (folder / "papers" / f"{student.id}.json").write_bytes(made.encode())
        (folder / "keys" / f"{student.id}.md").write_bytes(key_text(paper, asked, lang, student.id).encode())
        keys[student.id] = {"name": student.name, "questions": [key_object(one) for one in asked]}
        one_paper: dict[str, Any] = {
            "id": student.id,
            "name": student.name,
            "questions": [one.question.id for one in asked],
        }
        one_paper["sha256"] = sha256(text.encode()).hexdigest()
        if pictures:
            one_paper["figures"] = {
                name: sha256((folder / "papers" / name).read_bytes()).hexdigest() for name in pictures.values()
            }
        listed.append(one_paper)
    head = {"paper": paper.name, "title": paper.title[which], "seed": seed, "lang": lang, "convcalc": __version__}
    sections = [section.title[which] for section in paper.sections]
    (folder / "key.json").write_bytes(_json({**head, "sections": sections, "students": keys}, 0).encode())
    (folder / "manifest.json").write_bytes(_json({**head, "students": listed}).encode())


def _pictures(
    folder: Path, asked: Sequence[Asked], student: Student, lang: str, drawn: dict[str, bytes]
) -> dict[int, str]:
    """The figures of a student's paper as files, by the number of the question; their names give no question away."""
    from convcalc.figures.style import content

    names: dict[int, str] = {}
    for one in asked:
        if one.question.picture is None:
            continue
        if one.question.id not in drawn:
            drawn[one.question.id] = content(one.question.picture(lang), "svg")
        names[one.number] = f"figures/{student.id}-{one.number}.svg"
        (folder / "figures").mkdir(exist_ok=True)
        (folder / names[one.number]).write_bytes(drawn[one.question.id])
    return names


def _paper_object(
    paper: Paper, asked: Sequence[Asked], student: Student, lang: str, pictures: Mapping[int, str]
) -> dict[str, Any]:
    """The paper without anything that gives an answer away."""
    secret = {"key", "mistakes", "steps", "feedback", "hint", "id"}
    questions = [
        {"number": one.number, "section": one.section + 1, "marks": one.marks}
        | {key: value for key, value in question_object(one.question, lang).items() if key not in secret}
        | ({"picture": pictures[one.number]} if one.number in pictures else {})
        for one in asked
    ]
    title = paper.title[1 if lang == "vi" else 0]
    return {"paper": paper.name, "title": title, "student": student.id, "name": student.name, "questions": questions}


def _json(value: Any, indent: int | None = 1) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent) + "\n"
