"""convcalc predict: what a trained network says of pictures or texts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from convcalc.cli.options import HELP, JsonOption, LangOption, dump, in_range, language
from convcalc.cli.train import RunsOption
from convcalc.errors import ConvcalcError, MissingError
from convcalc.reasons import of_system
from convcalc.words import decimal, pick


def predict(
    run: Annotated[str, typer.Argument(help=pick(HELP, "The run's name or folder.", "Tên hoặc thư mục của run."))],
    files: Annotated[list[str], typer.Argument(help=pick(HELP, "Pictures (a network trained on MNIST expects white digits on black); for a network on texts, text files or texts in quotes.", "Ảnh (mạng học từ MNIST cần chữ số trắng trên nền đen); với mạng học từ văn bản: file văn bản hoặc văn bản đặt trong ngoặc kép."))],
    top: Annotated[int, typer.Option("--top", help=pick(HELP, "So many classes.", "Số lớp hiển thị."))] = 3,
    runs: RunsOption = "runs",
    json: JsonOption = False,
    lang: LangOption = None,
) -> int:  # fmt: skip
    """Print the likeliest classes of pictures or texts, with their probabilities."""
    speech = language(lang)
    in_range("--top", top, 1, 1000)
    from rich.text import Text

    from convcalc.render import console
    from convcalc.results import error_object
    from convcalc.train.finding import run_of
    from convcalc.train.predict import predicted
    from convcalc.train.report import opened

    found = opened(run_of(run, Path(runs)))
    for note in found.notes(speech):
        console(stderr=True).print(Text(note, style="yellow"))
    failed = 0
    for file in files:
        try:
            classes = predicted(found, file, top)
        except (ConvcalcError, OSError) as stop:
            error = stop if isinstance(stop, ConvcalcError) else MissingError("no_access", path=file, **of_system(stop))
            if len(files) == 1:
                raise error from None
            failed = failed or error.exit_code
            if json:  # a line for every file
                print(dump({"file": file, **error_object(error, speech)}))
            else:
                console(stderr=True).print(Text(error.message(speech), style="yellow"))
            continue
        if json:
            print(dump({"file": file, "classes": [{"name": name, "probability": round(p, 6)} for name, p in classes]}))
        else:
            said = "; ".join(f"{name} ({decimal(f'{p * 100:.1f}', speech)} %)" for name, p in classes)
            console().print(Text(f"{file}  {said}"))
    return failed


predict.__doc__ = pick(
    HELP, predict.__doc__ or "", "In các lớp có xác suất cao nhất của ảnh hoặc văn bản, kèm xác suất."
)
