"""convcalc shape: the output of every layer, what it costs, why, and whether torch agrees."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from convcalc.cli.options import (
    HELP,
    Device,
    DeviceOption,
    JsonOption,
    LangOption,
    dump,
    is_file,
    language,
    read_bytes,
    read_text,
)
from convcalc.errors import ConvcalcError, SpecError
from convcalc.layers.base import LAYERS
from convcalc.scan import as_shape
from convcalc.spec import Spec, read_spec
from convcalc.tracing import PartialTrace, Row, Trace, trace_rows
from convcalc.words import pick, say

if TYPE_CHECKING:
    from convcalc.torchside.check import Check


def shape(
    spec: Annotated[
        str | None,
        typer.Argument(
            help=pick(HELP, "Layers joined by '>', a model's name, FILE.py:CLASS, a file of layers, or - for standard input.", "Các layer nối bằng '>', tên model, FILE.py:CLASS, một file layer, hoặc - để đọc từ stdin."),
            show_default=False,
        ),
    ] = None,
    input_: Annotated[
        str | None,
        typer.Option(
            "--input", "-i",
            help=pick(HELP, "Shape of the input, channels first, no batch size: 1,28,28; letters give formulas: C,M,N.", "Shape của input, channel đứng đầu, không tính batch size: 1,28,28; dùng chữ để ra công thức: C,M,N."),
            show_default=False,
        ),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help=pick(HELP, "Show how each number is worked out.", "Trình bày từng bước tính."))] = False,
    latex: Annotated[bool, typer.Option("--latex", help=pick(HELP, "Print the answer in LaTeX.", "In kết quả bằng LaTeX."))] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help=pick(HELP, "Print the answer in Markdown.", "In kết quả bằng Markdown."))] = False,
    tabular: Annotated[bool, typer.Option("--tabular", help=pick(HELP, "Print the layer table as a LaTeX tabular.", "In bảng các layer dạng tabular của LaTeX."))] = False,
    csv: Annotated[bool, typer.Option("--csv", help=pick(HELP, "Print the layer table as CSV.", "In bảng các layer dạng CSV."))] = False,
    document: Annotated[bool, typer.Option("--document", help=pick(HELP, "With --latex or --tabular: a whole document.", "Với --latex hoặc --tabular: in cả một tài liệu LaTeX."))] = False,
    json: JsonOption = False,
    batch: Annotated[
        str | None,
        typer.Option(
            "--batch", metavar="FILE",
            help=pick(HELP, "Read lines of SPEC, tab, SHAPE from a file or -; print one JSON object for each, unchecked.", "Đọc các dòng SPEC, tab, SHAPE từ file hoặc -; in mỗi dòng một JSON, không đối chiếu với torch."),
            show_default=False,
        ),
    ] = None,
    trace: Annotated[
        bool,
        typer.Option("--trace", help=pick(HELP, "For FILE.py:CLASS: run the code and trace the module; only for code you trust.", "Với FILE.py:CLASS: chạy code rồi trace module; chỉ dùng với code tin cậy.")),
    ] = False,
    check: Annotated[
        bool,
        typer.Option("--check/--no-check", envvar="CONVCALC_CHECK", help=pick(HELP, "Compare with real torch modules afterwards.", "Đối chiếu với module thật của torch sau khi in.")),
    ] = True,
    device: DeviceOption = Device.auto,
    lang: LangOption = None,
) -> int:  # fmt: skip
    """Work out shapes, parameters, multiply-adds and receptive fields, layer by layer."""
    speech = language(lang)
    how = _form({"json": json, "latex": latex, "markdown": markdown, "tabular": tabular, "csv": csv}, explain, document)
    if batch is not None:
        if spec is not None or input_ is not None or explain or how.form not in ("screen", "json"):
            raise ConvcalcError(
                "bad_option", command="convcalc shape",
                problem="--batch reads specs and inputs from its file and prints JSON; leave out SPEC, --input, --explain and other forms",
                problem_vi="--batch đọc spec và input từ file rồi in JSON; bỏ SPEC, --input, --explain và các dạng in khác",
            )  # fmt: skip
        from convcalc.cli.batch import run_batch

        return run_batch(read_bytes(batch), speech)
    from_code = None if spec is None else NAMED.fullmatch(spec)
    if from_code is not None:
        from convcalc.cli.code import shape_of_code

        return shape_of_code(from_code, input_, trace, how=how, check=check, device=device.value, lang=speech)
    if trace:
        raise ConvcalcError(
            "bad_option", command="convcalc shape", problem="--trace is for a file of code: FILE.py:CLASS",
            problem_vi="--trace chỉ dùng với file code: FILE.py:CLASS",
        )  # fmt: skip
    text: str | None = None
    read: Spec | None = None
    rows: list[Row] = []
    try:
        text = spec_text(spec)
        read = read_spec(text)
        given = input_ if input_ is not None else read.usual_input
        if given is None:
            raise SpecError("missing_input")
        traced = trace_rows(read.layer, as_shape(given))
    except PartialTrace as stop:
        assert read is not None
        error = read.locate(stop.error)
        rows = stop.rows
    except ConvcalcError as found:
        error = found
    else:
        return report(traced, how=how, check=check, device=device.value, lang=speech)
    return report_error(error, text, rows, json, speech)


shape.__doc__ = pick(HELP, shape.__doc__ or "", "Tính shape, số tham số, số MAC và receptive field của từng layer.")


# FILE.py, FILE.py:CLASS, FILE.py:CLASS(num_classes=10)
NAMED = re.compile(
    r"(?P<path>(?:[A-Za-z]:[\\/])?[^:>|]+\.py)(?::(?P<name>[A-Za-z_]\w*)(?:\((?P<arguments>.*)\))?)?", re.DOTALL
)


def spec_text(spec: str | None) -> str:
    """The spec itself, or what the file of that name or standard input holds."""
    if spec is None:
        raise SpecError("empty_spec")
    if spec == "-" or (spec not in LAYERS and is_file(spec)):
        return read_text(spec)
    return spec


class Form(NamedTuple):
    """How an answer is printed: "screen", or one of the forms for other programs and texts."""

    form: str
    explain: bool
    document: bool


def _form(asked: dict[str, bool], explain: bool, document: bool) -> Form:
    forms = [name for name, wanted in asked.items() if wanted]
    if len(forms) > 1:
        both = " and ".join(f"--{name}" for name in forms)
        raise ConvcalcError(
            "bad_option", command="convcalc shape", problem=f"{both} are forms of their own; ask for one",
            problem_vi=f"{both.replace(' and ', ' và ')} là các dạng in riêng; chỉ chọn một",
        )  # fmt: skip
    if document and forms not in (["latex"], ["tabular"]):
        raise ConvcalcError(
            "bad_option", command="convcalc shape", problem="--document goes with --latex or --tabular",
            problem_vi="--document đi cùng --latex hoặc --tabular",
        )  # fmt: skip
    return Form(forms[0] if forms else "screen", explain, document)


def report(traced: Trace, *, how: Form, check: bool, device: str, lang: str) -> int:
    """Print the answer, then what torch says of it; 1 if it disagrees."""
    if how.form == "json":
        from convcalc.results import trace_object

        result = run_check(traced, device) if check else None
        print(dump(trace_object(traced, result)))
        return 0 if result is None or result.agrees else 1
    if how.form == "screen":
        from convcalc.render import answer, console, explained

        out = console()
        if how.explain:
            out.print(explained(traced, lang))
        out.print(answer(traced, lang, out.width))
    else:
        print(_pasted(traced, how, lang))
    if not check:
        return 0
    sys.stdout.flush()
    return show_check(traced, device, lang, to_stderr=how.form != "screen")


def _pasted(traced: Trace, how: Form, lang: str) -> str:
    """The answer as text for other documents."""
    if how.form == "csv":
        from convcalc.tables import as_csv

        return as_csv(traced).rstrip("\n")
    if how.form == "markdown":
        from convcalc.markdown import answer

        return answer(traced, how.explain, lang)
    from convcalc.latex import derivation, document
    from convcalc.tables import as_tabular

    body = derivation(traced, how.explain, lang) if how.form == "latex" else as_tabular(traced, lang)
    return document(body, lang) if how.document else body


def show_check(traced: Trace, device: str, lang: str, to_stderr: bool) -> int:
    """The line that says whether torch agrees, below the answer (beside it, on standard error, where that is to be pasted)."""
    from convcalc.render import check_lines, console

    out = console(stderr=to_stderr)
    if out.is_terminal:
        with out.status(say("checking", lang)):
            result = run_check(traced, device)
    else:
        result = run_check(traced, device)
    out.print(check_lines(result, traced, lang))
    return 0 if result.agrees else 1


def run_check(traced: Trace, device: str) -> Check:
    """What torch says of it; raises `ConvcalcError` where torch is missing."""
    try:
        from convcalc.torchside.check import check
    except ImportError as error:
        raise ConvcalcError("no_torch", reason=str(error)) from None
    return check(traced.net, traced.input, device)


def report_error(error: ConvcalcError, text: str | None, rows: list[Row], json: bool, lang: str) -> int:
    """The error as JSON on standard output, or in words on standard error, with the rows before the layer that does not fit."""
    if json:
        from convcalc.results import error_object

        print(dump(error_object(error, lang)))
        return error.exit_code
    from convcalc.render import console, error_text, table

    if rows:
        out = console()
        out.print(table(rows, lang, None, out.width))
        sys.stdout.flush()
    console(stderr=True).print(error_text(error, text, lang))
    return error.exit_code
