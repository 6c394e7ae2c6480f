"""TOML files that people write: where a key stands, and what is said of one that is wrong."""

from __future__ import annotations

import re
import tomllib
from typing import Any, TypeAlias

from convcalc.errors import ConvcalcError
from convcalc.shape import short

# The n-th outer table and its m-th inner one; 0 for what stands before the first.
Place: TypeAlias = "tuple[int, int]"


def load(name: str, text: str, kind: str) -> dict[str, Any]:
    """The tables of a TOML text; an error of that kind where it is none."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConvcalcError(kind, path=name, reason=short(str(error), 200)) from None


class Lines:
    """Where the keys of the n-th [[outer]] and its m-th [[outer.inner]] stand in the text."""

    def __init__(self, name: str, text: str, outer: str, inner: str) -> None:
        self.name = name
        self.found: dict[tuple[int, int, str | None], int] = {}
        n = m = 0
        for number, line in enumerate(text.splitlines(), 1):
            header = line.strip().replace(" ", "")
            if header.startswith(f"[[{outer}]]"):
                n, m = n + 1, 0
                self.found[n, 0, None] = number
            elif header.startswith(f"[[{outer}.{inner}]]"):
                m += 1
                self.found[n, m, None] = number
            key = re.match(r"\s*([A-Za-z_][\w-]*)\s*=", line)
            if key is not None:
                self.found.setdefault((n, m, key.group(1)), number)

    def where(self, key: str | None, place: Place = (0, 0)) -> str:
        """The file and the line of a key, or of the table it should stand in."""
        line = self.found.get((*place, key)) or self.found.get((*place, None))
        return f"{self.name}, line {line}" if line else self.name

    def wrong(self, key: str, place: Place, expected: str, expected_vi: str) -> ConvcalcError:
        """The complaint about a value."""
        return ConvcalcError(
            "sheet_bad_value", where=self.where(key, place), key=key, expected=expected, expected_vi=expected_vi
        )

    def text(self, value: Any, key: str, place: Place = (0, 0)) -> str:
        """The value, which must be a text."""
        if not isinstance(value, str):
            raise self.wrong(key, place, "a text in quotes", "một chuỗi trong dấu nháy")
        return value

    def tables(self, value: Any, key: str, place: Place, written: str) -> list[dict[str, Any]]:
        """The value, which must be an array of tables."""
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.wrong(key, place, f"tables: {written}", f"các bảng: {written}")
        return value

    def known_keys(self, table: dict[str, Any], known: tuple[str, ...], what: str, place: Place = (0, 0)) -> None:
        """Complain of a key that nothing is known of, with the one that may be meant."""
        for key in table:
            if key not in known:
                from difflib import get_close_matches

                near = get_close_matches(key, known, 1, 0.6)
                raise ConvcalcError(
                    "sheet_unknown_key", where=self.where(key, place), key=key, table=what or "the file", table_vi=what or "file",
                    near=f"Did you mean {near[0]}?" if near else f"Known keys: {', '.join(known)}.",
                    near_vi=f"Có phải ý là {near[0]}?" if near else f"Các khoá hợp lệ: {', '.join(known)}.",
                )  # fmt: skip
