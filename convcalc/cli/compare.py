"""convcalc compare: models side by side, as a table and as a picture."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from convcalc.cli.options import (
    HELP,
    JsonOption,
    LangOption,
    Look,
    ThemeOption,
    dump,
    free_name,
    language,
    read_network,
)
from convcalc.errors import SpecError
from convcalc.scan import as_shape
from convcalc.words import pick, say


def compare(
    models: Annotated[list[str], typer.Argument(help=pick(HELP, "Names of models, specs or FILE.py:CLASS.", "Tên các model, spec hoặc FILE.py:CLASS."), show_default=False)],
    input_: Annotated[str | None, typer.Option("--input", "-i", help=pick(HELP, "Shape of the input for all; each model's usual one if not given.", "Shape của input cho mọi model; mặc định là input thường dùng của từng model."), show_default=False)] = None,
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help=pick(HELP, "The picture: .svg, .png or .pdf; compare.svg if not given.", "File ảnh: .svg, .png hoặc .pdf; mặc định là compare.svg."), show_default=False)] = None,
    theme: ThemeOption = Look.light,
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """Compare models: parameters, multiply-adds, memory and depth, in a table and a picture."""
    speech = language(lang)
    from convcalc.figures.compare import compared
    from convcalc.figures.style import format_of

    if output is not None:
        format_of(output)
    found = []
    for name in models:
        net, usual = read_network(name)
        given = input_ if input_ is not None else usual
        if given is None:
            raise SpecError("picture_input")
        found.append(compared(name if len(name) <= 40 else name[:39] + "…", net, as_shape(given)))
    if json:
        print(dump([asdict(one) for one in found]))
    else:
        from convcalc.figures.screen import compared_table
        from convcalc.render import console

        console().print(compared_table(found, speech))
    if output is None and json:
        return
    path = output or free_name("compare", "svg")
    from convcalc.figures.compare import compare as drawn
    from convcalc.figures.style import write

    write(drawn(found, speech, theme.value), path, overwrite=output is not None)
    if not json:
        print(say("figure.written", speech, path=path))


compare.__doc__ = pick(
    HELP, compare.__doc__ or "", "So sánh các model: số tham số, số MAC, bộ nhớ và độ sâu, bằng bảng và hình."
)
