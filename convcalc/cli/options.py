"""Options that several commands share, and reading what they name."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from convcalc.errors import ConvcalcError, MissingError
from convcalc.words import default_language, pick

HELP = default_language()


class Lang(StrEnum):
    """The languages of every sentence."""

    vi = "vi"
    en = "en"


class Device(StrEnum):
    """Where torch runs."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


LangOption = Annotated[
    Lang | None,
    typer.Option(
        "--lang",
        help=pick(
            HELP,
            "Language of every sentence; from the locale if not given.",
            "Ngôn ngữ của mọi câu; mặc định theo locale.",
        ),
    ),
]
DeviceOption = Annotated[
    Device,
    typer.Option("--device", help=pick(HELP, "Where torch runs the check.", "Thiết bị để torch chạy kiểm tra.")),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help=pick(HELP, "Print JSON for other programs.", "In JSON cho chương trình khác."))
]


def language(option: Lang | None) -> str:
    """The language of an answer: the option's, else the locale's."""
    return default_language() if option is None else option.value


def read_text(path: str) -> str:
    """The text of a file, or of standard input for "-"."""
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise MissingError("no_file", path=path, reason=error.strerror or str(error)) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConvcalcError("not_text", path=path) from None


def is_file(text: str) -> bool:
    """Whether a SPEC argument names a file; a text that is too long or odd to be a path is none."""
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False


def dump(value: dict[str, Any]) -> str:
    """One line of JSON, with letters of any language as they are."""
    import json

    return json.dumps(value, ensure_ascii=False)
