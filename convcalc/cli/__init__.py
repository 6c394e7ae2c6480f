"""The command line: one small file per command; every error becomes one sentence and an exit code here."""

from __future__ import annotations

import sys

import typer

from convcalc.cli.check import check
from convcalc.cli.shape import shape
from convcalc.errors import ConvcalcError
from convcalc.words import default_language, pick

app = typer.Typer(
    name="convcalc",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=pick(
        default_language(),
        "Shapes, parameters and costs of convolutional networks: exact, explained, and checked against torch.",
        "Tính shape, số tham số và chi phí của mạng tích chập: chính xác, có giải thích, đối chiếu với torch.",
    ),
)
app.command()(shape)
app.command()(check)


@app.callback()
def _convcalc() -> None: ...


def main() -> None:
    """Run the command line and exit: 0 fine, 1 something is wrong with an answer, 2 with the input, 3 something is missing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show ⌊ shows ? and goes on
    try:
        code = app(standalone_mode=False)
    except ConvcalcError as error:
        code = _report(error, _language())
    except BrokenPipeError:
        # The reader, such as head, has seen enough.
        sys.stderr.close()
        code = 0
    except KeyboardInterrupt:
        code = 130
    except Exception as error:
        if not hasattr(error, "format_message"):
            if type(error).__name__ == "Abort":
                sys.exit(130)
            raise
        code = _report(_usage_error(error), _language())
    sys.exit(code if isinstance(code, int) else 0)


def _language() -> str:
    """The language asked for, also where the options could not be read."""
    words = sys.argv[1:]
    for i, word in enumerate(words):
        value = word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        value = words[i + 1] if word == "--lang" and i + 1 < len(words) else value
        if value in ("vi", "en"):
            return value
    return default_language()


def _usage_error(error: Exception) -> ConvcalcError:
    message = error.format_message().strip().rstrip(".")  # type: ignore[attr-defined]
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", "convcalc") if context is not None else "convcalc"
    return ConvcalcError("bad_option", problem=message, problem_vi=f"tuỳ chọn không đúng: {message}", command=command)


def _report(error: ConvcalcError, lang: str) -> int:
    from convcalc.render import console, error_text

    console(stderr=True).print(error_text(error, None, lang))
    return error.exit_code
