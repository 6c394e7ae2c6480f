"""Papers for a class and the grading of its answers, through the command line."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convcalc.quiz.grading import LETTERS, grade
from convcalc.quiz.key import key_object, question_of_key
from convcalc.quiz.making import make
from convcalc.quiz.paper import Asked, read_paper
from convcalc.quiz.registry import kinds

Run = Callable[..., Any]

PAPER = """
title = { en = "Test", vi = "Bài thử" }

[[section]]
title = "A"

[[section.question]]
kind = "shapes"
level = ["easy", "medium"]
count = 2

[[section.question]]
kind = ["fill-table"]
level = "medium"
marks = 3

[[section.question]]
id = "output-shape.easy.42.v1"

[[section.question]]
ask = "shape"
net = "conv 16@5 s2 p2 > relu > maxpool 2"
input = "3,64,64"
"""
ROSTER = "id,name\ns1,Nguyễn An\ns2,Trần Bình\ns3,Lê Chi\n"


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.toml"
    path.write_text(PAPER, encoding="utf-8")
    return path


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER, encoding="utf-8")
    return path


def given(convcalc: Run, paper: Path, roster: Path, out: Path, seed: int = 5, lang: str = "vi") -> dict[str, Any]:
    ran = convcalc(
        "quiz", "make", str(paper), "--students", str(roster), "--seed", str(seed), "--out", str(out), "--lang", lang
    )
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads((out / "key.json").read_text(encoding="utf-8"))
    return found


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def right_answer(entry: dict[str, Any]) -> str:
    """The right answer to a key's entry, as a student would write it."""
    if "right" in entry:
        return LETTERS[entry["right"]]
    return question_of_key(entry).answer.right("en")


# --- making -----------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes(convcalc: Run, paper: Path, roster: Path, tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in ("one", "two", "three"))
    given(convcalc, paper, roster, first)
    given(convcalc, paper, roster, second)
    given(convcalc, paper, roster, third, seed=6)
    assert everything(first) == everything(second)
    assert everything(first) != everything(third)
    assert sorted(everything(first)) == sorted(
        ["key.json", "manifest.json"]
        + [f"papers/{s}.{end}" for s in ("s1", "s2", "s3") for end in ("md", "json")]
        + [f"keys/{s}.md" for s in ("s1", "s2", "s3")]
    )


def test_students_get_the_same_kinds_with_other_numbers(
    convcalc: Run, paper: Path, roster: Path, tmp_path: Path
) -> None:
    key = given(convcalc, paper, roster, tmp_path / "out")
    ids = {student: [one["id"] for one in found["questions"]] for student, found in key["students"].items()}
    forms = {student: [".".join(one.split(".")[:2]) for one in found] for student, found in ids.items()}
    assert forms["s1"] == forms["s2"] == forms["s3"]
    assert ids["s1"][0] != ids["s2"][0]
    assert ids["s1"][3] == ids["s2"][3] == "output-shape.easy.42.v1"
    assert len(ids["s1"]) == 5


def test_a_student_is_not_told_the_key(convcalc: Run, paper: Path, roster: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    given(convcalc, paper, roster, out)
    for path in (out / "papers").iterdir():
        text = path.read_text(encoding="utf-8")
        assert re.search(r"\.\d+\.v1", text) is None  # an id would make the question again, with its answer
        if path.suffix == ".json":
            for question in json.loads(text)["questions"]:
                assert not {"key", "mistakes", "steps", "feedback", "hint", "id"} & set(question)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert [one["id"] for one in manifest["students"]] == ["s1", "s2", "s3"]


def test_a_name_cannot_change_the_page(convcalc: Run, paper: Path, tmp_path: Path) -> None:
    roster = tmp_path / "r.csv"
    roster.write_text('id,name\ns1,"<script>x</script> **A** `b`"\n', encoding="utf-8")
    out = tmp_path / "out"
    given(convcalc, paper, roster, out)
    text = (out / "papers" / "s1.md").read_text(encoding="utf-8")
    assert "<script" not in text
    assert r"\*\*A\*\* \`b\`" in text


def test_copies_without_a_roster(convcalc: Run, paper: Path, tmp_path: Path) -> None:
    ran = convcalc("quiz", "make", str(paper), "--copies", "3", "--out", str(tmp_path / "out"), "--json")
    assert ran.code == 0
    assert json.loads(ran.out)["papers"] == 3
    assert sorted(p.name for p in (tmp_path / "out" / "papers").glob("*.md")) == ["001.md", "002.md", "003.md"]


def test_a_folder_with_something_in_it_stays_as_it_is(convcalc: Run, paper: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("x")
    ran = convcalc("quiz", "make", str(paper), "--copies", "2", "--out", str(out))
    assert ran.code == 2
    assert list(everything(out)) == ["mine.txt"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1258", "utf-16"])
def test_rosters_from_spreadsheets(convcalc: Run, paper: Path, tmp_path: Path, encoding: str) -> None:
    """With a byte order mark, in an old Vietnamese encoding, with semicolons and headers in Vietnamese."""
    roster, name = tmp_path / "r.csv", "Nguyễn Thị Ánh"
    text = f"Mã SV;Họ và tên\r\ns1;{name}\r\n"
    if encoding == "cp1258":  # which writes most tones as marks of their own
        tones = "\u0300\u0301\u0303\u0309\u0323"
        text = "".join(
            unicodedata.normalize("NFC", "".join(m for m in parts if m not in tones))
            + "".join(m for m in parts if m in tones)
            for parts in (unicodedata.normalize("NFD", c) for c in text)
        )
    roster.write_bytes(text.encode(encoding))
    words = ("--encoding", encoding) if encoding != "utf-8-sig" else ()
    ran = convcalc("quiz", "make", str(paper), "--students", str(roster), "--out", str(tmp_path / "o"), *words)
    assert ran.code == 0, ran.err
    key = json.loads((tmp_path / "o" / "key.json").read_text(encoding="utf-8"))
    assert key["students"]["s1"]["name"] == name


# (kind of error, the roster as bytes or text, a part of the message)
ROSTERS: list[tuple[str, str | bytes, str]] = [
    ("table_empty", "", "no rows"),
    ("table_empty", "id,name\n", "no rows"),
    ("table_column_missing", "number,name\n1,A\n", "no column 'id'"),
    ("table_column_missing", "id,class\n1,A\n", "no column 'name'"),
    ("table_columns_twice", "id,MSSV,name\n1,2,A\n", "line 1"),
    ("table_ragged", "id,name\ns1,A\ns2,B,C\n", "line 3: 3 cells"),
    ("table_broken", 'id,name\ns1,A\ns2,"B\n', "line 3"),
    ("table_encoding", "id,name\ns1,A\ns2,Nguyên\n".encode("cp1258"), "line 3"),
    ("table_encoding", "id,name\ns1,A\n".encode("utf-16"), "utf-16"),
    ("bad_student_id", "id,name\n../s1,A\n", "line 2"),
    ("bad_student_id", "id,name\ns1,A\n,B\n", "line 3"),
    ("student_twice", "id,name\ns1,A\ns2,B\nS1,C\n", "line 4: the id S1 is already on line 2"),
]


@pytest.mark.parametrize(("kind", "roster", "said"), ROSTERS, ids=[f"{i}-{r[0]}" for i, r in enumerate(ROSTERS)])
def test_a_bad_roster(convcalc: Run, paper: Path, tmp_path: Path, kind: str, roster: str | bytes, said: str) -> None:
    from convcalc.errors import ConvcalcError
    from convcalc.quiz.giving import read_roster

    path = tmp_path / "r.csv"
    path.write_bytes(roster.encode() if isinstance(roster, str) else roster)
    with pytest.raises(ConvcalcError) as error:
        read_roster(str(path))
    assert error.value.kind == kind
    ran = convcalc("quiz", "make", str(paper), "--students", str(path), "--out", str(tmp_path / "out"))
    assert ran.code == 2
    assert said in ran.err
    assert not (tmp_path / "out").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["paper.toml", "r.csv"]


def test_an_unknown_encoding(convcalc: Run, paper: Path, roster: Path, tmp_path: Path) -> None:
    words = ("--students", str(roster), "--out", str(tmp_path / "out"), "--encoding", "klingon")
    ran = convcalc("quiz", "make", str(paper), *words)
    assert (ran.code, "'klingon'" in ran.err) == (2, True)


@pytest.mark.parametrize("words", [(), ("--copies", "2", "--students", "r.csv")])
def test_for_whom(convcalc: Run, paper: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = convcalc("quiz", "make", str(paper), "--out", str(tmp_path / "out"), *words)
    assert (ran.code, "--copies" in ran.err) == (2, True)


# (kind of error, the paper, a part of the message)
PAPERS = [
    ("bad_paper", "title = ", "not a paper"),
    ("paper_empty", 'title = "x"', "no questions"),
    ("paper_too_long", '[[section]]\n[[section.question]]\nkind = "all"\ncount = 500\n[[section.question]]\nkind = "all"', "501"),
    ("sheet_unknown_key", '[[section]]\n[[section.question]]\nkind = "params"\nlevle = "easy"', "line 4"),
    ("sheet_unknown_key", 'titel = "x"', "Did you mean title?"),
    ("sheet_bad_value", '[[section]]\n[[section.question]]\nkind = "params"\nlevel = "simple"', "line 4"),
    ("sheet_bad_value", '[[section]]\n[[section.question]]\nkind = "params"\ncount = 0', "line 4"),
    ("sheet_bad_value", '[[section]]\n[[section.question]]\nkind = "params"\nmarks = -1', "line 4"),
    ("sheet_bad_value", 'languages = ["fr"]', "languages"),
    ("sheet_bad_value", '[[section]]\n[[section.question]]\nask = "size"', "line 3"),
    ("sheet_bad_value", '[[section]]\n[[section.question]]\nask = "shape"\nnet = "relu"', "input"),
    ("sheet_bad_value", '[[section]]\n[[section.question]]\nask = "line"\nnet = "relu"\ninput = "3,9,9"', "line 4"),
    ("paper_one_of", '[[section]]\n[[section.question]]\nlevel = "easy"', "line 2"),
    ("paper_one_of", '[[section]]\n[[section.question]]\nkind = "params"\nid = "params.easy.1.v1"', "kind, id"),
    ("paper_question", '[[section]]\n[[section.question]]\nid = "params.easy.1"', "line 3"),
    ("paper_question", '[[section]]\n[[section.question]]\nkind = "parms"', "line 3"),
    ("paper_question", '[[section]]\n[[section.question]]\nask = "shape"\nnet = "conv 9x9"\ninput = "1,5,5"', "larger than"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "said"), PAPERS, ids=[f"{i}-{p[0]}" for i, p in enumerate(PAPERS)])
def test_a_bad_paper(convcalc: Run, tmp_path: Path, kind: str, text: str, said: str) -> None:
    from convcalc.errors import ConvcalcError

    path = tmp_path / "paper.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConvcalcError) as error:
        read_paper(str(path))
    assert error.value.kind == kind
    for lang in ("en", "vi"):
        ran = convcalc("quiz", "make", str(path), "--copies", "2", "--out", str(tmp_path / "out"), "--lang", lang)
        assert ran.code == 2
        assert "Traceback" not in ran.err
        assert lang == "vi" or said in ran.err
    assert not (tmp_path / "out").exists()


# --- a teacher's own questions ----------------------------------------------------------------------------------------

CODE = '''"""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d({into}, 16, 5)

    def forward(self, x):
        return self.conv2(self.conv1(x))
"""'''
OWN = [
    ('ask = "shape"\nnet = "conv 16@5 s2 p2"\ninput = "3,64,64"', "(16, 32, 32)"),
    ('ask = "params"\nnet = "conv 6@5 > relu > conv 16@5"\ninput = "1,28,28"', "2572"),
    ('ask = "macs"\nnet = "conv 6@5"\ninput = "1,28,28"', "86400"),
    ('ask = "weight"\nnet = "conv 9@7"\ninput = "4,28,28"', "(9, 4, 7, 7)"),
    ('ask = "weight"\nnet = "conv 9@7"\ninput = "4,28,28"\norder = "channels-last"', "(7, 7, 4, 9)"),
    ('ask = "line"\nnet = "conv 9@7"\ninput = "4,28,28"', "nn.Conv2d(4, 9, kernel_size=7)"),
    ('ask = "features"\nnet = "conv 6@5 > maxpool 2 > flatten > linear 10"\ninput = "1,28,28"', "864"),
    ('ask = "field"\nnet = "conv 6@5 > maxpool 2 > conv 16@5"\ninput = "1,28,28"', "14"),
    ('ask = "compute"\nnet = "conv 2x2"\ninput = "1,3,3"\ndata = "1 2 3; 4 5 6; 7 8 9"\nkernel = "1 0; 0 -1"', "-4 -4; -4 -4"),
    (f"ask = \"runs\"\ncode = {CODE.format(into=6)}\ninput = '1,28,28'", "(16, 20, 20)"),
    (f"ask = \"runs\"\ncode = {CODE.format(into=1)}\ninput = '1,28,28'", "The code has an error"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "right"), OWN, ids=[o[0].splitlines()[0] for o in OWN])
def test_own_numbers(tmp_path: Path, text: str, right: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(f"[[section]]\n[[section.question]]\n{text}\n", encoding="utf-8")
    question = read_paper(str(path)).draw(1)[0]
    assert question.right("en") == right
    assert grade(question, right if question.choices is None else LETTERS[question.key or 0]).correct
    if question.choices is not None:
        assert [c.mistake is None for c in question.choices].count(True) == 1
    assert question.steps or text.startswith('ask = "field"')


def test_ones_own_words_and_no_choices(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        '[[section]]\n[[section.question]]\nask = "shape"\nnet = "conv 2@3"\ninput = "1,9,9"\nchoices = false\n'
        'text = { en = "Which shape?", vi = "Shape nào?" }\nfigure = "▢→▢"\n',
        encoding="utf-8",
    )
    question = read_paper(str(path)).draw(1)[0]
    assert question.text == ("Which shape?", "Shape nào?")
    assert (question.figure, question.choices) == (("▢→▢", "▢→▢"), None)


# --- the key and grading ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(kinds()))
def test_the_key_grades_like_the_question(name: str) -> None:
    """What is written and read again grades every choice, value and mistake the same."""
    for level in ("easy", "medium", "hard"):
        for seed in range(12):
            question = make(name, level, seed)
            again = question_of_key(json.loads(json.dumps(key_object(Asked(1, 0, 1.0, question)))))
            texts = list(LETTERS[:4]) if question.choices else [question.right("en"), question.right("vi")]
            if question.choices is None and name != "fill-table":
                texts += [question.answer.show(value, "en") for value, _ in question.wrongs]
            for text in texts:
                first, second = grade(question, text), grade(again, text)
                assert (first.score, [m.name for m in first.mistakes]) == (
                    second.score,
                    [m.name for m in second.mistakes],
                )


def answers_file(path: Path, rows: list[list[str]], head: str = "student,question,answer") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head.split(","))
        writer.writerows(rows)
    return path


def test_a_class_is_graded(convcalc: Run, paper: Path, roster: Path, tmp_path: Path) -> None:
    key = given(convcalc, paper, roster, tmp_path / "out")
    rows = []
    for student, found in key["students"].items():
        for entry in found["questions"]:
            text = right_answer(entry)
            if student == "s2" and "right" in entry:  # always a wrong letter
                text = LETTERS[(entry["right"] + 1) % 4]
            if student == "s2" and entry["form"] == "table":  # all but the first cell
                cells = text.split("; ")
                text = "; ".join([cells[0].partition("=")[0] + "= (1, 1, 1)", *cells[1:]])
            if student == "s3" and entry["number"] > 1:
                text = "" if entry["number"] == 2 else "???"
            rows.append([student, f"Câu {entry['number']}", text])
    answers = answers_file(tmp_path / "a.csv", rows)
    ran = convcalc("quiz", "grade", str(tmp_path / "out" / "key.json"), str(answers), "--json")
    assert ran.code == 0, ran.err
    graded = json.loads(ran.out)
    students = {one["id"]: one for one in graded["students"]}
    assert students["s1"]["points"] == students["s1"]["of"] == 7
    cells = next(len(e["cells"]) for e in key["students"]["s2"]["questions"] if e["form"] == "table")
    assert students["s2"]["points"] == pytest.approx(3 * (cells - 1) / cells)
    second = {one["number"]: one for one in students["s2"]["questions"]}
    assert second[1]["mistakes"] == [
        key["students"]["s2"]["questions"][0]["choices"][(key["students"]["s2"]["questions"][0]["right"] + 1) % 4][
            "mistake"
        ]
    ]
    third = {one["number"]: one for one in students["s3"]["questions"]}
    assert (third[1]["score"], third[3]["score"]) == (1, None)
    assert third[3]["unreadable"]
    first = graded["questions"][0]
    assert first["difficulty"] == pytest.approx(2 / 3)
    assert sum(first["choices"].values()) == 3
    for lang in ("en", "vi"):
        shown = convcalc("quiz", "grade", str(tmp_path / "out" / "key.json"), str(answers), "--lang", lang)
        assert "s2" in shown.out
        assert ("line " if lang == "en" else "dòng ") in shown.out


def test_a_row_for_each_student(convcalc: Run, paper: Path, roster: Path, tmp_path: Path) -> None:
    """The other form of a CSV: a column for each question, as forms give it."""
    key = given(convcalc, paper, roster, tmp_path / "out")
    rows = [[s, *(right_answer(entry) for entry in found["questions"])] for s, found in key["students"].items()]
    answers = answers_file(tmp_path / "a.csv", rows, "MSSV,1,2,3,4,5")
    marks = tmp_path / "marks.csv"
    ran = convcalc("quiz", "grade", str(tmp_path / "out" / "key.json"), str(answers), "--csv", str(marks))
    assert ran.code == 0, ran.err
    with marks.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert len(found) == 3
    assert all(float(row["points"]) == 7 for row in found)


def test_discrimination_is_the_correlation_with_the_rest() -> None:
    """Against numpy: the score of a question and the points of all others."""
    import numpy as np

    from convcalc.quiz.marking import Marked, Sheet, items

    rng = np.random.default_rng(3)
    scores = rng.integers(0, 2, (40, 6)).astype(float)
    marks = {i + 1: float(i + 1) for i in range(6)}
    sheets = [
        Sheet(f"s{i}", "", marks, {j + 1: Marked(j + 1, "x", float(v)) for j, v in enumerate(row)})
        for i, row in enumerate(scores)
    ]
    found = items(sheets)
    weighted = scores * np.array(list(marks.values()))
    for j, item in enumerate(found):
        rest = weighted.sum(axis=1) - weighted[:, j]
        assert item.discrimination == pytest.approx(float(np.corrcoef(scores[:, j], rest)[0, 1]))
        assert item.difficulty == pytest.approx(float(scores[:, j].mean()))


# (kind of error, the answers, a part of the message)
ANSWERS = [
    ("unknown_student", "student,question,answer\nzz,1,a\n", "line 2"),
    ("unknown_question", "student,question,answer\ns1,99,a\n", "line 2"),
    ("unknown_question", "student,question,answer\ns1,first,a\n", "line 2"),
    ("answered_twice", "student,question,answer\ns1,1,a\nS1,Câu 1,b\n", "line 3"),
    ("table_column_missing", "student,what\ns1,a\n", "line 1"),
]


@pytest.mark.parametrize(("kind", "text", "said"), ANSWERS, ids=[f"{i}-{a[0]}" for i, a in enumerate(ANSWERS)])
def test_bad_answers(convcalc: Run, paper: Path, roster: Path, tmp_path: Path, kind: str, text: str, said: str) -> None:
    from convcalc.errors import ConvcalcError
    from convcalc.quiz.marking import mark

    key = given(convcalc, paper, roster, tmp_path / "out")
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConvcalcError) as error:
        mark(key, str(path))
    assert error.value.kind == kind
    out = tmp_path / "marks.csv"
    ran = convcalc("quiz", "grade", str(tmp_path / "out" / "key.json"), str(path), "--csv", str(out))
    assert (ran.code, said in ran.err, out.exists()) == (2, True, False)


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("bad_key", "no json"),
        ("bad_key", "[]"),
        ("bad_key", '{"students": 3}'),
        ("bad_key_entry", '{"students": {"s1": {"questions": [{"number": "x"}]}}}'),
        ("bad_key_entry", '{"students": {"s1": {"questions": [{"number": 1, "marks": 1, "form": "shape", "id": "a.b"}]}}}'),
        ("bad_key_entry", '{"students": {"s1": {"questions": [{"number": 1, "marks": 1, "form": "number", "key": "1/0", "id": "a.b"}]}}}'),
    ],
)  # fmt: skip
def test_a_key_that_is_none(convcalc: Run, tmp_path: Path, kind: str, key: str) -> None:
    path, answers = tmp_path / "key.json", tmp_path / "a.csv"
    path.write_text(key, encoding="utf-8")
    answers.write_text("student,question,answer\ns1,1,5\n", encoding="utf-8")
    ran = convcalc("quiz", "grade", str(path), str(answers))
    assert ran.code == 2
    assert "key" in ran.err
    assert "Traceback" not in ran.err


def test_no_cell_of_the_marks_is_a_formula(convcalc: Run, paper: Path, tmp_path: Path) -> None:
    roster = tmp_path / "r.csv"
    roster.write_text("id,name\ns1,=HYPERLINK(1)\n", encoding="utf-8")
    given(convcalc, paper, roster, tmp_path / "out")
    answers = answers_file(tmp_path / "a.csv", [["s1", "1", "=1+1"]])
    marks = tmp_path / "marks.csv"
    assert convcalc("quiz", "grade", str(tmp_path / "out" / "key.json"), str(answers), "--csv", str(marks)).code == 0
    with marks.open(encoding="utf-8-sig", newline="") as file:
        assert not any(cell.startswith(("=", "+", "@")) for row in csv.reader(file) for cell in row)


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/dev/full").exists(), reason="needs a folder that takes nothing")
def test_a_folder_that_cannot_be_made(convcalc: Run, paper: Path) -> None:
    ran = convcalc("quiz", "make", str(paper), "--copies", "1", "--out", "/proc/nowhere/out")
    assert ran.code in (2, 3)
    assert "Traceback" not in ran.err


# --- the papers that come with convcalc -------------------------------------------------------------------------------

QUIZZES = Path(__file__).parent.parent / "quizzes"
SHIPPED = sorted(path.stem for path in QUIZZES.glob("*.toml"))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_paper_is_fair(name: str) -> None:
    from convcalc.quiz.stress import rules

    paper = read_paper(str(QUIZZES / f"{name}.toml"))
    for seed in range(5):
        for question in paper.draw(seed):
            assert rules(question) == [], question.id


def test_the_exercise_set() -> None:
    """The six questions with the answers that the course gives (the first and third restated with their figures)."""
    questions = read_paper(str(QUIZZES / "exercise-set.toml")).draw(1)
    assert [question.right("vi") for question in questions] == [
        "(3, 3, 6, 10)", "20", "nn.Conv2d(10, 5, kernel_size=3)", "(32, 24, 24)", "(32, 10, 10)", "Có lỗi",
    ]  # fmt: skip
    assert [question.choices is not None for question in questions] == [True] * 6


def test_there_is_a_paper_for_each_deck_and_a_midterm() -> None:
    assert len(SHIPPED) >= 7
    assert {"midterm", "exercise-set"} <= set(SHIPPED)


def test_fixed_numbers_come_in_another_order_for_each_student(tmp_path: Path) -> None:
    paper = read_paper(str(QUIZZES / "exercise-set.toml"))
    orders = {
        tuple(choice.text for asked in paper.asked(1, student) for choice in asked.question.choices or ())
        for student in "abcdefgh"
    }
    assert len(orders) == 8
    assert {asked.question.key for student in "abcdefgh" for asked in paper.asked(1, student)[5:]} == {3}  # "Có lỗi"


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_shipped_paper_can_be_taken(
    convcalc: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, lang: str
) -> None:
    monkeypatch.setenv("CONVCALC_PROGRESS", str(tmp_path / "p.sqlite"))
    paper = str(QUIZZES / f"{name}.toml")
    questions = read_paper(paper).draw(3)
    lines = "".join((LETTERS[q.key] if q.key is not None else q.right(lang)) + "\n" for q in questions)
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    ran = convcalc("quiz", "--paper", paper, "--seed", "3", "--lang", lang)
    assert ran.code == 0, ran.err
    count = len(questions)
    assert (f"{count} of {count} points" if lang == "en" else f"{count}/{count} điểm") in ran.out
    # a teacher's own questions move no card
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert convcalc("quiz", "review").code == 0
    assert convcalc("quiz", "stats").code == 0


def test_papers_without_a_seed_are_secret(convcalc: Run, paper: Path, tmp_path: Path) -> None:
    """Who has the paper and a guess at the seed could make the keys."""
    seeds = set()
    for name in ("a", "b", "c"):
        out = tmp_path / name
        assert convcalc("quiz", "make", str(paper), "--copies", "1", "--out", str(out)).code == 0
        seeds.add(json.loads((out / "key.json").read_text(encoding="utf-8"))["seed"])
    assert len(seeds) == 3


def test_a_language_that_a_paper_does_not_have(convcalc: Run, tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text('languages = ["vi"]\n' + PAPER, encoding="utf-8")
    ran = convcalc("quiz", "make", str(path), "--copies", "1", "--out", str(tmp_path / "o"), "--lang", "en")
    assert (ran.code, "Its languages: vi" in ran.err) == (2, True)


def test_the_answers_are_never_written_over(convcalc: Run, paper: Path, roster: Path, tmp_path: Path) -> None:
    given(convcalc, paper, roster, tmp_path / "out")
    answers = answers_file(tmp_path / "a.csv", [["s1", "1", "a"]])
    before = answers.read_bytes()
    key = str(tmp_path / "out" / "key.json")
    ran = convcalc("quiz", "grade", key, str(answers), "--csv", str(answers))
    assert (ran.code, answers.read_bytes() == before) == (2, True)
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "real.csv")
    assert convcalc("quiz", "grade", key, str(answers), "--csv", str(link)).code == 0
    assert link.is_symlink()
    assert (tmp_path / "real.csv").read_bytes()


# (the question's keys, a part of what is said)
UNFIT = [
    ('ask = "field"\nnet = "conv 3x5"\ninput = "1,9,9"', "square"),
    ('ask = "compute"\nnet = "conv 2 d2"\ndata = "1 2 3; 4 5 6; 7 8 9"\nkernel = "1 0; 0 1"', "one kernel"),
    ('ask = "compute"\nnet = "conv 2@2"\ndata = "1 2 3; 4 5 6; 7 8 9"\nkernel = "1 0; 0 1"', "one kernel"),
    ('ask = "line"\nnet = "conv 8@3 groups=2"\ninput = "4,8,8"', "without groups"),
    ('ask = "shape"\nnet = "conv 8@3"\ninput = "3,M,N"', "numbers"),
    ('ask = "macs"\nnet = "conv F@3"\ninput = "3,9,9"', "numbers"),
    ('ask = "weight"\nnet = "conv F@3"\ninput = "3,9,9"', "numbers"),
    ('ask = "line"\nnet = "conv F@3"\ninput = "3,9,9"', "numbers"),
    ('ask = "params"\nnet = "conv 8@3"\ninput = "C,9,9"', "numbers"),
    ('ask = "field"\nnet = "conv K"\ninput = "3,9,9"', "line"),
    ('ask = "shape"\nnet = "conv 8@3"\ninput = "3,9,9"\norder = "x"', "order"),
    ('ask = "shape"\nnet = "cnv 8@3"\ninput = "3,9,9"', "line 4"),
    ('ask = "shape"\nnet = "conv 8@3"\ninput = "3,,9"', "line 5"),
]


@pytest.mark.parametrize(("keys", "said"), UNFIT, ids=[u[0].splitlines()[1] for u in UNFIT])
def test_own_numbers_that_make_no_question(convcalc: Run, tmp_path: Path, keys: str, said: str) -> None:
    path = tmp_path / "p.toml"
    path.write_text(f"[[section]]\n[[section.question]]\n{keys}\n", encoding="utf-8")
    for lang in ("en", "vi"):
        ran = convcalc("quiz", "make", str(path), "--copies", "1", "--out", str(tmp_path / "o"), "--lang", lang)
        assert ran.code == 2
        assert "convcalc itself" not in ran.err
        assert "chính convcalc" not in ran.err
        assert lang == "vi" or said in ran.err.replace("\n", " ")
        assert lang == "en" or ", line " not in ran.err


def test_features_does_not_show_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    keys = 'ask = "features"\nnet = "conv 8@3 > relu > maxpool 2 > flatten > linear 10"\ninput = "3,32,32"'
    path.write_text(f"[[section]]\n[[section.question]]\n{keys}\n", encoding="utf-8")
    question = read_paper(str(path)).draw(1)[0]
    assert question.right("en") == "1800"
    assert "1800" not in (question.code or "")
    assert "nn.Linear(?, 10)" in (question.code or "")


HOSTILE = [
    '"form": "number", "key": "1e200000000"',
    '"form": "number", "key": Infinity',
    '"form": "shape", "key": [Infinity]',
    '"form": "matrix", "key": {"shape": [], "values": []}',
    '"form": "matrix", "key": {"shape": [0], "values": []}',
    '"form": "table", "cells": [{"name": ["a", "b"], "form": "table", "cells": []}]',
    '"form": "formula", "key": "((((9^9)^9)^9)^9)", "written": ""',
    '"form": "number", "key": 1, "right": 0, "choices": [' + ", ".join(['{"text": ["a", "b"], "value": 1, "mistake": null}'] * 12) + "]",
    '"form": "number", "key": 1, "wrong": [[2, 7]]',
]  # fmt: skip


@pytest.mark.parametrize("entry", HOSTILE)
def test_a_key_from_elsewhere(convcalc: Run, tmp_path: Path, entry: str) -> None:
    path, answers = tmp_path / "key.json", tmp_path / "a.csv"
    path.write_text(
        f'{{"students": {{"s1": {{"questions": [{{"number": 1, "marks": 1, "id": "a.b", {entry}}}]}}}}}}',
        encoding="utf-8",
    )
    answers.write_text("student,question,answer\ns1,1,5\n", encoding="utf-8")
    ran = convcalc("quiz", "grade", str(path), str(answers))
    assert (ran.code, "the key has an entry" in ran.err) == (2, True)


@pytest.mark.parametrize("marks", ["NaN", "Infinity", "-1", "1e9", "null"])
def test_marks_that_are_none(convcalc: Run, tmp_path: Path, marks: str) -> None:
    path, answers = tmp_path / "key.json", tmp_path / "a.csv"
    path.write_text(
        f'{{"students": {{"s1": {{"questions": [{{"number": 1, "marks": {marks}, "id": "a.b", "form": "number", "key": 1}}]}}}}}}'
    )
    answers.write_text("student,question,answer\ns1,1,1\n")
    assert convcalc("quiz", "grade", str(path), str(answers)).code == 2


def test_names_in_two_columns(tmp_path: Path) -> None:
    from convcalc.quiz.giving import read_roster

    path = tmp_path / "r.csv"
    path.write_text("Mã số sinh viên,Họ,Tên\ns1,Nguyễn Văn,An\n", encoding="utf-8")
    assert [student.name for student in read_roster(str(path))] == ["Nguyễn Văn An"]
