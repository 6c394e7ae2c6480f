"""CSV files from registrars and forms: rosters and answers, with the line of whatever is wrong in them."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from convcalc.errors import ConvcalcError
from convcalc.files import read_bytes


@dataclass(frozen=True)
class Table:
    """The rows of a CSV file, each with its line and its cells by column."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def column(self, names: Sequence[str], needed: bool = True) -> int | None:
        """The place of the column that has one of these names, however it is capitalised or accented."""
        known = {_folded(name) for name in names}
        found = [i for i, column in enumerate(self.columns) if _folded(column) in known]
        if len(found) > 1:
            raise ConvcalcError("table_columns_twice", where=f"{self.name}, line 1", name=self.columns[found[0]])
        if not found and needed:
            raise ConvcalcError("table_column_missing", where=f"{self.name}, line 1", name=names[0], known=", ".join(self.columns))  # fmt: skip
        return found[0] if found else None


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.strip().casefold().replace("đ", "d"))
    return "".join(c for c in plain if c.isalnum())


def read_table(path: str, encoding: str = "utf-8") -> Table:
    """The table in a CSV file with commas, semicolons or tabs; raises `ConvcalcError` with the line."""
    name, content = Path(path).name, read_bytes(path)
    text = _decoded(name, content, encoding)
    lines = text.splitlines()
    if not lines or not lines[0].strip():
        raise ConvcalcError("table_empty", path=name)
    mark = max(",;\t", key=lines[0].count)
    found = list(_rows(name, text, mark))
    (_, columns), rows = found[0], found[1:]
    for line, cells in rows:
        if len(cells) != len(columns):
            raise ConvcalcError("table_ragged", where=f"{name}, line {line}", has=len(cells), wants=len(columns))
    return Table(name, columns, tuple(rows))


def _rows(name: str, text: str, mark: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows with the lines they begin at; blank lines are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield line, tuple(cell.strip() for cell in row)
            line = reader.line_num + 1
    except csv.Error as error:
        raise ConvcalcError("table_broken", where=f"{name}, line {line}", reason=str(error)) from None


def _decoded(name: str, content: bytes, encoding: str) -> str:
    try:
        codec = "utf-8-sig" if encoding.lower().replace("-", "") == "utf8" else encoding
        # cp1258 writes most tones as marks of their own; a name is the same however it is written
        return unicodedata.normalize("NFC", content.decode(codec))
    except LookupError:
        raise ConvcalcError("no_encoding", name=encoding) from None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        likely = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1258"
        raise ConvcalcError("table_encoding", where=f"{name}, line {line}", encoding=encoding, likely=likely) from None
