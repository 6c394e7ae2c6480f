"""convcalc compute: the numbers of an exercise, worked out cell by cell."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from convcalc.cli.options import HELP, JsonOption, LangOption, dump, language, read_bytes
from convcalc.errors import ConvcalcError
from convcalc.numbers import Array, read_array, read_file
from convcalc.spec import parse
from convcalc.words import pick

_NUMBERS = pick(
    HELP,
    'numbers as text ("0 3; 1 2", channels by |, kernels by ||), or a .json, .csv or .npy file',
    'các số dạng chữ ("0 3; 1 2", channel cách bằng |, kernel bằng ||), hoặc file .json, .csv, .npy',
)


def compute(
    spec: Annotated[str, typer.Argument(help=pick(HELP, "Layers, such as conv 3x3 s2 p1 or maxpool 2.", "Các layer, ví dụ conv 3x3 s2 p1 hoặc maxpool 2."), show_default=False)],
    data: Annotated[str | None, typer.Option("--data", "-d", help=pick(HELP, "The input: ", "Input: ") + _NUMBERS + ".", show_default=False)] = None,
    kernel: Annotated[str | None, typer.Option("--kernel", "-k", help=pick(HELP, "The weights, in the same way.", "Trọng số, viết tương tự."), show_default=False)] = None,
    bias: Annotated[str | None, typer.Option("--bias", "-b", help=pick(HELP, "One number for each kernel, or one for all.", "Mỗi kernel một số, hoặc một số chung."), show_default=False)] = None,
    explain: Annotated[bool, typer.Option("--explain", help=pick(HELP, "Show the products of every cell.", "Viết ra các tích của từng ô."))] = False,
    cell: Annotated[str | None, typer.Option("--cell", help=pick(HELP, "Show one output cell, such as 1,0 (row, column).", "Trình bày một ô của output, ví dụ 1,0 (hàng, cột)."), show_default=False)] = None,
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """Work out a convolution or a pool on given numbers, exactly."""
    speech = language(lang)
    net = parse(spec)
    if data is None:
        raise ConvcalcError("missing_data")
    from convcalc.compute import compute as work_out
    from convcalc.results import worked_object
    from convcalc.worked import chosen

    worked = work_out(
        net,
        read_numbers(data, "data"),
        None if kernel is None else read_numbers(kernel, "kernel"),
        None if bias is None else read_numbers(bias, "bias"),
    )
    cells = chosen(worked, cell) if cell is not None else worked.cells if explain else []
    if json:
        print(dump(worked_object(worked, cells if explain or cell is not None else None)))
        return
    from convcalc.render import console
    from convcalc.worked import lines

    out = console()
    for line in lines(worked, cells, speech, one=cell is not None):
        out.print(line, soft_wrap=False)


compute.__doc__ = pick(HELP, compute.__doc__ or "", "Tính chính xác tích chập hoặc pooling trên các con số cho trước.")

_FILES = (".json", ".csv", ".npy", ".txt")


def read_numbers(given: str, what: str) -> Array:
    """Numbers as they are written, or from the file that is named."""
    if given == "-" or given.lower().endswith(_FILES):
        return read_file(Path(given).name, read_bytes(given), what)
    return read_array(given, what)
