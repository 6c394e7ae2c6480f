"""typer's own words of a help page in the language that was asked for."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup

from convcalc.words import asked_language

TITLES = {
    "ARGUMENTS_PANEL_TITLE": "Đối số",
    "OPTIONS_PANEL_TITLE": "Tuỳ chọn",
    "COMMANDS_PANEL_TITLE": "Lệnh",
    "DEFAULT_STRING": "[mặc định: {}]",
    "REQUIRED_LONG_STRING": "[bắt buộc]",
}
USAGE = {"Usage:": "Cách dùng:", "[OPTIONS]": "[TUỲ CHỌN]", "COMMAND [ARGS]...": "LỆNH [ĐỐI SỐ]..."}


class _Spoken:
    """The last line, the usage, and the titles of typer's frames, which it has as names of a module."""

    def get_help_option(self, ctx: Any) -> Any:
        found = super().get_help_option(ctx)  # type: ignore[misc]
        if found is not None and asked_language() == "vi":
            found.help = "Hiện trợ giúp này."
        return found

    def get_usage(self, ctx: Any) -> str:
        said = str(super().get_usage(ctx))  # type: ignore[misc]
        for words, spoken in USAGE.items() if asked_language() == "vi" else ():
            said = said.replace(words, spoken, 1)
        return said

    def format_help(self, ctx: Any, formatter: Any) -> None:
        if asked_language() == "vi":
            from typer import rich_utils

            for name, words in TITLES.items():
                setattr(rich_utils, name, words)
        super().format_help(ctx, formatter)  # type: ignore[misc]


class Command(_Spoken, TyperCommand):
    """A command."""


class Group(_Spoken, TyperGroup):
    """A command with commands of its own."""
