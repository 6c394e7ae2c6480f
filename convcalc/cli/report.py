"""convcalc report: the pictures and report.md of a run, drawn again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from convcalc.cli.options import HELP, JsonOption, LangOption, dump, language
from convcalc.cli.train import RunsOption
from convcalc.words import pick


def report(
    run: Annotated[str, typer.Argument(help=pick(HELP, "The run's name or folder.", "Tên hoặc thư mục của run."))],
    runs: RunsOption = "runs",
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Draw the pictures of a run again and write its report.md."""
    speech = language(lang)
    from convcalc.train.finding import run_of
    from convcalc.train.report import written

    found = run_of(run, Path(runs))
    from rich.text import Text

    from convcalc.render import console

    names = written(found, speech, lambda text: console(stderr=True).print(Text(text, style="yellow")))
    if json:
        print(dump({"run": found.name, "files": names}))
        return
    for name in names:
        console().print(str(found.folder / name))


report.__doc__ = pick(HELP, report.__doc__ or "", "Vẽ lại các hình của một run và ghi report.md.")
