"""How an error is said."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """What is said of one kind of error; `{name}` stands for a value given where it is raised."""

    en: str
    vi: str
    hint_en: str = ""
    hint_vi: str = ""
    exit_code: int = 2
