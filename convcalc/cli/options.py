"""Options that several commands share, and reading what they name."""

from __future__ import annotations

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from convcalc.errors import ConvcalcError
from convcalc.files import read_bytes, read_text
from convcalc.words import asked_language, pick

if TYPE_CHECKING:
    from convcalc.layers.base import Layer

__all__ = [
    "HELP",
    "Device",
    "DeviceOption",
    "JsonOption",
    "Lang",
    "LangOption",
    "Look",
    "ThemeOption",
    "dump",
    "free_name",
    "in_range",
    "is_file",
    "language",
    "read_bytes",
    "read_network",
    "read_text",
]

HELP = asked_language()


class Lang(StrEnum):
    """The languages of every sentence."""

    vi = "vi"
    en = "en"


class Device(StrEnum):
    """Where torch runs."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


class Look(StrEnum):
    """Dark ink on white paper, or light ink on a dark slide."""

    light = "light"
    dark = "dark"


LangOption = Annotated[
    Lang | None,
    typer.Option(
        "--lang",
        help=pick(
            HELP,
            "Language of the output; from the locale if not given.",
            "Ngôn ngữ hiển thị; mặc định theo locale.",
        ),
    ),
]
DeviceOption = Annotated[
    Device,
    typer.Option("--device", help=pick(HELP, "Where torch runs.", "Thiết bị để torch chạy.")),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help=pick(HELP, "Print JSON for other programs.", "In JSON cho chương trình khác."))
]


ThemeOption = Annotated[
    Look, typer.Option("--theme", help=pick(HELP, "Colours for light or dark slides.", "Màu cho slide sáng hay tối."))
]


def free_name(base: str, ending: str) -> str:
    """A file's name that is not taken yet in the folder where one is."""
    number = 1
    while True:
        path = f"{base}{'' if number == 1 else f'-{number}'}.{ending}"
        if not Path(path).exists():
            return path
        number += 1


def language(option: Lang | None) -> str:
    """The language of an answer: the option's, else that of --lang before the command, else the locale's."""
    return asked_language() if option is None else option.value


def is_file(text: str) -> bool:
    """Whether a SPEC argument names a file; a text that is too long or odd to be a path is none."""
    try:
        path = Path(text)
        return (bool(text.strip()) and path.exists() and not path.is_dir()) or _LOOKS_LIKE_A_PATH.fullmatch(
            text
        ) is not None
    except (OSError, ValueError):
        return False


# A spec is never written like this, so a file that is not there is what is wrong.
_LOOKS_LIKE_A_PATH = re.compile(r"(?:~|\.{0,2})/[^\s>|()]+|[^\s>|()]+\.(?:txt|spec|net|py|json|toml|md)")


def dump(value: dict[str, Any] | list[dict[str, Any]]) -> str:
    """One line of JSON, with letters of any language as they are where the output can have them."""
    import json

    unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    return json.dumps(value, ensure_ascii=not unicode)


def read_network(spec: str) -> tuple[Layer, str | None]:
    """The network of a spec, a model's name, a file of layers or FILE.py:CLASS, and its usual input where it has one."""
    from convcalc.cli.shape import NAMED, spec_text
    from convcalc.spec import read_spec

    code = NAMED.fullmatch(spec)
    if code is not None:
        from convcalc.cli.code import read_code

        return read_code(code)[0], None
    read = read_spec(spec_text(spec))
    return read.layer, read.usual_input


def in_range(option: str, value: int, low: int, high: int) -> int:
    """The value, which must be from low to high."""
    if not low <= value <= high:
        raise ConvcalcError("out_of_range", option=option, value=value, low=low, high=high)
    return value
