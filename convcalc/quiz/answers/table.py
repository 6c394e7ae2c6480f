"""Tables: several answers by name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from convcalc.quiz.answers.base import Answer
from convcalc.quiz.reading import Two, Unreadable, clean

# How a cell of a table is left open.
BLANK = ("", "?", "-", ".")


@dataclass(frozen=True)
class TableAnswer(Answer):
    """Several answers by name; each is a part of the mark."""

    cells: tuple[tuple[Two, Answer], ...]
    form = "table"

    @property
    def value(self) -> list[Any]:
        """What is right, cell by cell."""
        return [cell.value for _, cell in self.cells]

    def read(self, text: str) -> list[Any]:
        parts = [part.strip() for part in re.split(r"[;\n]", clean(text).removesuffix(";"))]
        if len(parts) != len(self.cells):
            count = len(self.cells)
            raise Unreadable(
                f"write {count} answers in order, with ; between them",
                f"viết {count} đáp án theo thứ tự, cách nhau bằng dấu ;",
            )
        values = [self.read_cell(i, part.partition("=")[2].strip() or part) for i, part in enumerate(parts)]
        if all(value is None for value in values):
            raise Unreadable("every cell is empty", "mọi ô đều trống")
        return values

    def read_cell(self, place: int, text: str) -> Any:
        """One cell; None where it is left open."""
        return None if text.strip() in BLANK else self.cells[place][1].read(text)

    def score(self, given: list[Any]) -> Fraction:
        return 1 - Fraction(len(self.wrong_cells(given)), len(self.cells))

    def wrong_cells(self, given: list[Any]) -> list[int]:
        """The places of the cells that are not right."""
        pairs = zip(given, self.cells, strict=True)
        return [i for i, (value, (_, cell)) in enumerate(pairs) if value is None or not cell.equal(value, cell.value)]

    def same(self, wrong: Any) -> bool:
        """A mistake changes one cell: (its place, the wrong value)."""
        place, value = wrong
        return bool(self.cells[place][1].same(value))

    def show(self, value: list[Any], lang: str) -> str:
        which = 1 if lang == "vi" else 0
        pairs = zip(value, self.cells, strict=True)
        return "; ".join(f"{name[which]} = {'?' if v is None else cell.show(v, lang)}" for v, (name, cell) in pairs)

    def plain(self) -> list[Any]:
        return [cell.plain() for _, cell in self.cells]
