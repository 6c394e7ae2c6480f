"""convcalc solve: the numbers for the letters of a layer, or of its input, that give an output."""

from __future__ import annotations

from typing import Annotated

import typer

from convcalc.cli.options import HELP, JsonOption, LangOption, dump, in_range, language
from convcalc.cli.shape import NAMED, report_error, spec_text
from convcalc.errors import ConvcalcError
from convcalc.layers.base import Layer
from convcalc.scan import as_shape
from convcalc.spec import as_layer
from convcalc.words import pick


def solve(
    spec: Annotated[
        str,
        typer.Argument(help=pick(HELP, "Layers with letters or ? to find, such as conv KxK sS pP; with --for also a model's name or FILE.py:CLASS.", "Các layer với chữ hoặc ? cần tìm, ví dụ conv KxK sS pP; với --for có thể là tên model hoặc FILE.py:CLASS."), show_default=False),
    ],
    input_: Annotated[str | None, typer.Option("--input", "-i", help=pick(HELP, "Shape of the input; its letters stand for every size.", "Shape của input; chữ trong đó là kích thước bất kỳ."), show_default=False)] = None,
    output: Annotated[str | None, typer.Option("--output", "-o", help=pick(HELP, "Shape that must come out: 8,14,14, or the sizes alone: 14,14; 2*M where the input has M.", "Shape cần đạt: 8,14,14, hoặc chỉ kích thước: 14,14; 2*M khi input có M."), show_default=False)] = None,
    find: Annotated[str | None, typer.Option("--for", metavar="WHAT", help=pick(HELP, "Find input, in_features, kernel, stride, padding, dilation or kernels; padding without --output is 'same'.", "Tìm input, in_features, kernel, stride, padding, dilation hoặc kernels; padding không kèm --output nghĩa là 'same'."), show_default=False)] = None,
    params: Annotated[int | None, typer.Option("--params", help=pick(HELP, "At most so many parameters.", "Nhiều nhất bấy nhiêu tham số."), show_default=False)] = None,
    macs: Annotated[int | None, typer.Option("--macs", help=pick(HELP, "At most so many multiply-adds.", "Nhiều nhất bấy nhiêu phép nhân-cộng."), show_default=False)] = None,
    field: Annotated[int | None, typer.Option("--field", help=pick(HELP, "A receptive field of at least so many cells; N * (conv 3x3) finds the fewest layers.", "Receptive field rộng ít nhất bấy nhiêu ô; N * (conv 3x3) tìm số layer ít nhất."), show_default=False)] = None,
    everything: Annotated[bool, typer.Option("--all", help=pick(HELP, "All solutions, not only the best.", "Mọi đáp án, không chỉ các đáp án tốt nhất."))] = False,
    most: Annotated[int, typer.Option("--most", help=pick(HELP, "How far letters are tried.", "Thử các chữ đến bao nhiêu."))] = 16,
    json: JsonOption = False,
    lang: LangOption = None,
) -> int:  # fmt: skip
    """Find the numbers for the letters (or ?) of layers that give an output: best first, each checked."""
    speech = language(lang)
    in_range("--most", most, 1, 1000)
    for name, number, largest in (("--params", params, 10**18), ("--macs", macs, 10**18), ("--field", field, 10**6)):
        if number is not None:
            in_range(name, number, 1, largest)
    from convcalc.solving.asking import in_features
    from convcalc.solving.asking import solve as find_all

    text: str | None = None
    try:
        code = NAMED.fullmatch(spec)
        net: Layer | str
        if code is None:
            net = text = spec_text(spec)
        else:
            from convcalc.cli.code import read_code

            net, named, marked = read_code(code)
            if marked and find is None and output is None:
                find = "in_features"  # what is asked is marked in the file
        if code is not None and find == "in_features" and input_ is not None:
            answer = in_features(as_layer(net), as_shape(input_), named)
        else:
            answer = find_all(
                net, input_, output, find, params=params, macs=macs, field=field, everything=everything, most=most
            )
    except ConvcalcError as error:
        return report_error(error, text, [], json, speech)
    if json:
        from convcalc.results import answer_object

        print(dump(answer_object(answer, speech)))
    else:
        from convcalc.render import console
        from convcalc.solving.screen import answer_text

        out = console()
        out.print(answer_text(answer, speech, out.width))
    return 0


solve.__doc__ = pick(
    HELP,
    solve.__doc__ or "",
    "Tìm các số thay cho chữ (hoặc ?) trong các layer để được output cho trước: đáp án tốt nhất đứng đầu, đều đã kiểm tra.",
)
