"""The command line: one small file per command; every error becomes one sentence and an exit code here."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Annotated, Any

import typer

from convcalc import __version__
from convcalc.cli.options import LangOption
from convcalc.cli.spoken import Command, Group
from convcalc.errors import ConvcalcError, MissingError, internal
from convcalc.process import begin, end, nowhere, unread
from convcalc.reasons import of_system
from convcalc.words import LANGUAGES, asked_language, asked_options, pick

# In the order of the help; each is the function of that name in the module of that name.
COMMANDS = (
    "shape",
    "solve",
    "draw",
    "compare",
    "check",
    "models",
    "compute",
    "verify",
    "quiz",
    "train",
    "runs",
    "report",
    "predict",
)


def app_for(words: Sequence[str]) -> typer.Typer:
    """The program with the one command that is asked for, since every other would take time to load; else with all."""
    lang = asked_language()
    app = typer.Typer(
        name="convcalc",
        cls=Group,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help=pick(
            lang,
            "Shapes, parameters and costs of convolutional networks: exact, explained, and checked against torch.",
            "Tính shape, số tham số và chi phí của mạng tích chập: chính xác, có giải thích, đối chiếu với torch.",
        ),
    )
    app.callback()(_convcalc)
    asked = next((word for word in words if not word.startswith("-") and word not in LANGUAGES), None)
    for name in (asked,) if asked in COMMANDS else COMMANDS:
        found = getattr(import_module(f"convcalc.cli.{name}"), str(name))
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name, cls=Command)(found)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        print(f"convcalc {__version__}")
        raise typer.Exit


def _convcalc(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_version,
            is_eager=True,
            help=pick(asked_language(), "Print the version.", "In phiên bản."),
        ),
    ] = False,
    lang: LangOption = None,
) -> None: ...


def main() -> None:
    """Run the command line and exit: 0 fine, 1 something is wrong with an answer, 2 with the input, 3 something is missing."""
    begin()  # for those who call this themselves; the program has begun before its imports (__main__.py)
    try:
        code = _run()
        sys.stdout.flush()
    except OSError as error:
        nowhere(sys.stdout.fileno())  # what is still in the buffer has nowhere to go
        code = 0
        if not unread(error):  # as head leaves, which has seen enough
            full = ConvcalcError("no_output", **of_system(error))
            code = full.exit_code
            with suppress(OSError):  # standard error may be as full
                _report(full, json=False)
    sys.exit(end(code))


def _run() -> int:
    try:
        code = app_for(sys.argv[1:])(standalone_mode=False)
    except ConvcalcError as error:
        code = _report(error)
    except KeyboardInterrupt:
        code = 130
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):  # click's own way to end then, with exit code 1
            raise stop.__context__ from None
        raise
    except Exception as error:
        kind = type(error).__name__
        if kind == "NoArgsIsHelpError":
            print(error.format_message())  # type: ignore[attr-defined]
            return 0
        if kind == "Abort":
            return 130
        if isinstance(error, MemoryError):
            return _report(MissingError("no_memory"))
        if isinstance(error, ImportError) and (error.name or "").partition(".")[0] == "torch":
            return _report(MissingError("torch_needed", reason=str(error)))
        if isinstance(error, OSError):
            # Python's own words, and matplotlib's
            if any(words in str(error) for words in ("temporary directory", "writable cache directory")):
                return _report(MissingError("no_temporary"))
            if error.filename is None:
                raise  # the output cannot be written
            return _report(ConvcalcError("no_access", path=shortened(error.filename), **of_system(error)))
        if os.environ.get("CONVCALC_TRACEBACK"):
            raise
        code = _report(_usage_error(error) if hasattr(error, "format_message") else internal(error))
    return code if isinstance(code, int) else 0


def _usage_error(error: Any) -> ConvcalcError:
    """typer's own complaint about options, in both languages."""
    message = error.format_message().strip().rstrip(".")
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", "convcalc") if context is not None else "convcalc"
    option = getattr(error, "option_name", None)
    param = getattr(error, "param", None)
    name = max(getattr(param, "opts", None) or [""], key=len)
    kind = type(error).__name__
    if kind == "NoSuchOption":
        near = sorted(getattr(error, "possibilities", None) or [])
        said = f"không có tuỳ chọn {option}" + (f" (có thể là: {', '.join(near)})" if near else "")
    elif kind == "BadOptionUsage" and "requires" in message:
        said = f"{option} cần một giá trị"
    elif kind == "BadOptionUsage" and "does not take" in message:
        said = f"{option} không nhận giá trị"
    elif kind == "MissingParameter":
        said = f"thiếu {name if name.startswith('-') else f'đối số {name}'}"
    elif param is not None and name:
        words = asked_options()
        given = next((words[i + 1] for i, word in enumerate(words[:-1]) if word in param.opts), "")
        choices = getattr(param.type, "choices", None)
        said = f"giá trị '{given}' của {name} không hợp lệ" + (
            f", phải là một trong các giá trị: {', '.join(choices)}" if choices else ""
        )
    elif message.startswith("Got unexpected extra argument"):
        said = f"thừa đối số {message.partition('(')[2].partition('(')[2].rstrip(')')}"
    elif message.startswith("No such command"):
        asked, _, near = message.removeprefix("No such command ").partition(". Did you mean ")
        said = f"không có lệnh {asked}" + (f". Có phải ý là {near.replace(', ', ' hoặc ')}" if near else "")
    else:
        said = f"dòng lệnh không đúng ({message})"
    return ConvcalcError("bad_option", problem=message, problem_vi=said, command=command)


def shortened(path: object) -> str:
    """A path to be shown; one of hundreds of characters is none that anybody reads."""
    text = os.fsdecode(path) if isinstance(path, bytes) else str(path)
    return text if len(text) <= 120 else f"{text[:120]}…"


def _report(error: ConvcalcError, json: bool = True) -> int:
    """Say it: as JSON on standard output where that was asked for, else in words on standard error."""
    lang = asked_language()
    if json and "--json" in asked_options():
        from convcalc.cli.options import dump
        from convcalc.results import error_object

        print(dump(error_object(error, lang)))
        return error.exit_code
    from convcalc.render import console, error_text

    console(stderr=True).print(error_text(error, None, lang))
    return error.exit_code
