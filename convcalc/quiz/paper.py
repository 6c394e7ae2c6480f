"""A paper: sections of questions that are drawn anew for each student, or fixed, as a TOML file.

title = { en = "Midterm", vi = "Kiểm tra giữa kỳ" }     or one text for both
languages = ["vi", "en"]                                 the first is what it is made in, unless --lang says otherwise

[[section]]
title = { en = "Shapes", vi = "Shape" }

[[section.question]]                                     drawn: so many of these kinds and levels
kind = "output-shape"                                    or a list of kinds or topics
level = "easy"                                           or a list
count = 2
marks = 1                                                for each

[[section.question]]                                     a variant by its name
id = "params.easy.42.v1"

[[section.question]]                                     a question with your own numbers (see quiz/own.py)
ask = "shape"
net = "conv 16@5 s2 p2"
input = "3,64,64"
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convcalc.errors import ConvcalcError
from convcalc.files import read_text
from convcalc.quiz.asks import ASKS, KEYS
from convcalc.quiz.making import again, make
from convcalc.quiz.own import Given, Unfit, own_question
from convcalc.quiz.question import LEVELS, Question
from convcalc.quiz.reading import Two
from convcalc.quiz.registry import choose_kinds
from convcalc.quiz.stream import Stream
from convcalc.tomlfile import Lines, Place, load

TOP = ("title", "languages", "note", "section")
TRIES = 30  # variants that are drawn for one that is not there yet
SECTION = ("title", "note", "question")
DRAWN = ("kind", "level", "count", "marks")
FIXED = ("id", "marks")
MOST = 500
# Names of questions with own numbers begin so, and no kind does.
OWN = "own:"


@dataclass(frozen=True)
class Item:
    """An entry of a section: kinds and levels to draw from, or one question that is fixed."""

    kinds: tuple[str, ...]
    levels: tuple[str, ...]
    count: int
    marks: float
    fixed: Callable[[int], Question] | None = None  # the seed decides nothing but the order of the choices


@dataclass(frozen=True)
class Section:
    """A part of a paper."""

    title: Two
    note: Two
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Asked:
    """A question as it stands in one student's paper."""

    number: int
    section: int
    marks: float
    question: Question


@dataclass(frozen=True)
class Paper:
    """Everything a paper file says."""

    name: str
    title: Two
    note: Two
    languages: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def marks(self) -> float:
        return sum(item.marks * item.count for section in self.sections for item in section.items)

    def asked(self, seed: int, student: str = "") -> list[Asked]:
        """A student's questions: the same kinds and levels for everyone at each place, with numbers of their own."""
        found: list[Asked] = []
        seen: set[object] = set()  # no student gets the same question twice, as far as a kind has others
        for i, section in enumerate(self.sections):
            for j, item in enumerate(section.items):
                common = Stream("paper", seed, i, j)  # what everybody shares
                names = list(item.kinds)
                order = [name for _ in range(-(-item.count // max(1, len(names)))) for name in common.shuffled(names)]
                levels = [common.pick(item.levels) for _ in range(item.count)] if item.levels else []
                own = Stream("paper", seed, i, j, student)
                for k in range(item.count):
                    question = None
                    for _ in range(TRIES):
                        number = own.below(10**9)
                        question = item.fixed(number) if item.fixed else make(order[k], levels[k], number)
                        if item.fixed or question.looks not in seen:
                            break
                    assert question is not None
                    seen.add(question.looks)
                    found.append(Asked(len(found) + 1, i, item.marks, question))
        return found

    def draw(self, seed: int) -> list[Question]:
        """The questions of one paper, to be taken at once."""
        return [asked.question for asked in self.asked(seed)]


def read_paper(path: str) -> Paper:
    """The paper in a file; raises `ConvcalcError` with the line and the key of what is wrong."""
    name, text = Path(path).name, read_text(path)
    found = load(name, text, "bad_paper")
    lines = Lines(name, text, "section", "question")
    lines.known_keys(found, TOP, "")
    sections = []
    for i, table in enumerate(lines.tables(found.get("section", []), "section", (0, 0), "[[section]]"), 1):
        lines.known_keys(table, SECTION, "[[section]]", (i, 0))
        entries = lines.tables(table.get("question", []), "question", (i, 0), "[[section.question]]")
        items = tuple(_item(entry, lines, (i, j)) for j, entry in enumerate(entries, 1))
        sections.append(Section(_two(table.get("title", ""), lines, "title", (i, 0)), _two(table.get("note", ""), lines, "note", (i, 0)), items))  # fmt: skip
    languages = found.get("languages", ["vi", "en"])
    if not isinstance(languages, list) or not languages or any(one not in ("vi", "en") for one in languages):
        raise lines.wrong("languages", (0, 0), 'a list of "vi" and "en"', 'danh sách gồm "vi" và "en"')
    count = sum(item.count for section in sections for item in section.items)
    if not 1 <= count <= MOST:
        raise ConvcalcError("paper_empty" if not count else "paper_too_long", path=name, count=count, limit=MOST)
    title = _two(found.get("title", Path(path).stem), lines, "title", (0, 0))
    return Paper(name, title, _two(found.get("note", ""), lines, "note", (0, 0)), tuple(languages), tuple(sections))


def _two(value: Any, lines: Lines, key: str, place: Place) -> Two:
    """A text for both languages, or { en = …, vi = … }."""
    if isinstance(value, dict):
        if set(value) != {"en", "vi"} or not all(isinstance(one, str) for one in value.values()):
            raise lines.wrong(key, place, "{ en = …, vi = … } with both texts", "{ en = …, vi = … } với cả hai")
        return value["en"], value["vi"]
    text = lines.text(value, key, place)
    return text, text


def _item(entry: dict[str, Any], lines: Lines, place: Place) -> Item:
    what = [key for key in ("kind", "id", "ask") if key in entry]
    if len(what) != 1:
        raise ConvcalcError("paper_one_of", where=lines.where(None, place), found=", ".join(what) or "—")
    if what[0] == "ask" and entry["ask"] not in ASKS:
        raise lines.wrong("ask", place, f"one of {', '.join(ASKS)}", f"một trong {', '.join(ASKS)}")
    known = {"kind": DRAWN, "id": FIXED, "ask": KEYS.get(entry.get("ask", ""), ())}[what[0]]
    lines.known_keys(entry, known, "[[section.question]]", place)
    marks = entry.get("marks", 1)
    if isinstance(marks, bool) or not isinstance(marks, int | float) or not 0 < marks <= 1000:
        raise lines.wrong("marks", place, "a number above 0", "một số lớn hơn 0")
    if what[0] == "kind":
        kinds = [name for text in _texts(entry["kind"], lines, "kind", place) for name in _known(text, lines, place)]
        levels = _texts(entry.get("level", list(LEVELS)), lines, "level", place)
        if any(level not in LEVELS for level in levels):
            raise lines.wrong("level", place, f"one of {', '.join(LEVELS)}", f"một trong {', '.join(LEVELS)}")
        count = entry.get("count", 1)
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST:
            raise lines.wrong("count", place, f"a whole number from 1 to {MOST}", f"số nguyên từ 1 đến {MOST}")
        return Item(tuple(kinds), tuple(levels), count, float(marks))
    try:
        fixed = _named(lines.text(entry["id"], "id", place)) if what[0] == "id" else _own(entry, lines, place)
    except Unfit as error:
        raise lines.wrong(error.key, place, *error.said) from None
    except ConvcalcError as error:
        if error.kind.startswith("sheet_"):
            raise
        key = (
            what[0]
            if what[0] == "id"
            else "input"
            if error.kind == "bad_shape"
            else "net"
            if "net" in entry
            else "code"
        )
        where = lines.where(key, place)
        raise ConvcalcError(
            "paper_question", where=where, problem=error.message("en"), problem_vi=error.message("vi"),
            hint=error.hint("en") or "", hint_vi=error.hint("vi") or "",
        ) from None  # fmt: skip
    return Item((), (), 1, float(marks), fixed)


def _texts(value: Any, lines: Lines, key: str, place: Place) -> list[str]:
    values = value if isinstance(value, list) and value else [value]
    return [lines.text(one, key, place) for one in values]


def _known(text: str, lines: Lines, place: Place) -> list[str]:
    try:
        return choose_kinds(text)
    except ConvcalcError as error:
        problem, problem_vi = error.message("en"), error.message("vi")
        hint, hint_vi = error.hint("en"), error.hint("vi")
        raise ConvcalcError(
            "paper_question", where=lines.where("kind", place), problem=problem, problem_vi=problem_vi, hint=hint, hint_vi=hint_vi
        ) from None  # fmt: skip


def _named(name: str) -> Callable[[int], Question]:
    question = again(name)
    return lambda seed: question


def _own(entry: dict[str, Any], lines: Lines, place: Place) -> Callable[[int], Question]:
    given: Given = dict(entry)
    for key in ("net", "code", "input", "data", "kernel", "order"):
        if key in given and not (key in ("data", "kernel") and isinstance(given[key], int | float)):
            lines.text(given[key], key, place)
    for key in ("text", "figure"):
        if key in given:
            en, vi = _two(given[key], lines, key, place)
            given[key] = {"en": en, "vi": vi}
    if not isinstance(given.get("choices", True), bool):
        raise lines.wrong("choices", place, "true or false", "true hoặc false")
    label = f"{OWN}{Path(lines.name).stem}.{place[0]}.{place[1]}"
    own_question(given, label)  # what is wrong with it is said now
    return lambda seed: own_question(given, label, seed)
