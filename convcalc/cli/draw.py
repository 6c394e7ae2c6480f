"""convcalc draw: a network, a window at work, a receptive field or the costs, as a picture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from convcalc.cli.compute import read_numbers
from convcalc.cli.options import HELP, LangOption, Look, ThemeOption, free_name, language, read_network
from convcalc.errors import ConvcalcError, SpecError
from convcalc.scan import as_shape
from convcalc.words import pick, say

if TYPE_CHECKING:
    from convcalc.layers.base import Layer
    from convcalc.shape import Shape


def draw(
    spec: Annotated[str, typer.Argument(help=pick(HELP, "Layers joined by '>', a model's name, or FILE.py:CLASS.", "Các layer nối bằng '>', tên model, hoặc FILE.py:CLASS."), show_default=False)],
    input_: Annotated[str | None, typer.Option("--input", "-i", help=pick(HELP, "Shape of the input: 1,28,28.", "Shape của input: 1,28,28."), show_default=False)] = None,
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help=pick(HELP, "The picture: .svg, .png or .pdf, with --steps also .gif.", "File ảnh: .svg, .png hoặc .pdf, với --steps còn có .gif."), show_default=False)] = None,
    steps: Annotated[bool, typer.Option("--steps", help=pick(HELP, "The window at work, one frame a cell; in .png, .svg and .pdf side by side.", "Cửa sổ trượt từng bước, mỗi ô một khung hình; với .png, .svg, .pdf thì xếp cạnh nhau."))] = False,
    field: Annotated[bool, typer.Option("--field", help=pick(HELP, "What one cell of each layer sees of the input.", "Một ô của từng layer nhìn thấy phần nào của input."))] = False,
    cost: Annotated[bool, typer.Option("--cost", help=pick(HELP, "Parameters, multiply-adds and activations of each layer as bars.", "Số tham số, số MAC và activation của từng layer dạng thanh."))] = False,
    data: Annotated[str | None, typer.Option("--data", "-d", help=pick(HELP, "With --steps: the numbers of the input, as in convcalc compute.", "Với --steps: các số của input, viết như trong convcalc compute."), show_default=False)] = None,
    kernel: Annotated[str | None, typer.Option("--kernel", "-k", help=pick(HELP, "With --steps: the weights.", "Với --steps: trọng số."), show_default=False)] = None,
    bias: Annotated[str | None, typer.Option("--bias", "-b", help=pick(HELP, "With --steps: the bias.", "Với --steps: bias."), show_default=False)] = None,
    theme: ThemeOption = Look.light,
    title: Annotated[str | None, typer.Option("--title", help=pick(HELP, "A title above the picture.", "Tiêu đề phía trên hình."), show_default=False)] = None,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """Draw a network, a convolution step by step, a receptive field or the costs, for a slide."""
    speech = language(lang)
    if steps + field + cost > 1:
        raise ConvcalcError(
            "bad_option", command="convcalc draw", problem="--steps, --field and --cost are pictures of their own",
            problem_vi="--steps, --field và --cost là các hình riêng, chỉ chọn một",
        )  # fmt: skip
    if steps and title is not None:
        raise ConvcalcError(
            "bad_option", command="convcalc draw", problem="--steps has no title", problem_vi="--steps không có tiêu đề"
        )
    if not steps and (data or kernel or bias):
        raise ConvcalcError(
            "bad_option", command="convcalc draw", problem="--data, --kernel and --bias go with --steps",
            problem_vi="--data, --kernel và --bias đi cùng --steps",
        )  # fmt: skip
    what = "steps" if steps else "field" if field else "cost" if cost else ""
    path = output or free_name("-".join(filter(None, (_slug(spec), what))), "gif" if steps else "svg")
    from convcalc.figures.style import checked_title, format_of, write

    kind = format_of(path, moving=steps)
    checked_title(title)
    net, usual = read_network(spec)
    if steps:
        _write_steps(path, kind, net, input_, data, kernel, bias, speech, theme.value)
    else:
        given = input_ if input_ is not None else usual
        if given is None:
            raise SpecError("picture_input")
        write(_figure(what, net, as_shape(given), speech, theme.value, title), path, overwrite=output is not None)
    print(say("figure.written", speech, path=path))


draw.__doc__ = pick(
    HELP, draw.__doc__ or "", "Vẽ một mạng, một lớp tích chập từng bước, receptive field hoặc chi phí, dùng cho slide."
)


def _figure(what: str, net: Layer, x: Shape, lang: str, theme: str, title: str | None):  # type: ignore[no-untyped-def]
    if what == "field":
        from convcalc.figures.field import field

        return field(net, x, lang, theme, title)
    if what == "cost":
        from convcalc.figures.cost import cost

        return cost(net, x, lang, theme, title)
    from convcalc.figures.network import network

    return network(net, x, lang, theme, title)


def _write_steps(
    path: str, kind: str, net: Layer, input_: str | None, data: str | None, kernel: str | None, bias: str | None, lang: str, theme: str
) -> None:  # fmt: skip
    from convcalc.compute import compute
    from convcalc.figures.example import example_data, example_kernel
    from convcalc.figures.steps import Scene, along, animation, one_window, strip, window_of
    from convcalc.figures.style import write
    from convcalc.files import write_bytes
    from convcalc.layers import Conv
    from convcalc.shape import is_symbolic, show_shape, wholes

    net = along(one_window(net), len(as_shape(input_)) - 1) if input_ is not None else one_window(net)
    if data is None and input_ is None:
        raise SpecError("picture_input")
    x = None if input_ is None else as_shape(input_)
    if x is not None and is_symbolic(x):
        raise ConvcalcError(
            "picture_letters", what=f"the input is {show_shape(x)}", what_vi=f"input là {show_shape(x)}"
        )
    numbers = example_data(wholes(x or ())) if data is None else read_numbers(data, "data")
    if x is not None and data is not None and numbers.shape not in (x, x[1:]):
        raise ConvcalcError("data_other_shape", shape=show_shape(x), found=show_shape(numbers.shape))
    weights = None if kernel is None else read_numbers(kernel, "kernel")
    if weights is None and isinstance(net, Conv) and x is not None:
        net.shape(x)  # its own complaints come first
        weights = example_kernel(wholes(net.weights(x)["weight"]))
    worked = compute(net, numbers, weights, None if bias is None else read_numbers(bias, "bias"))
    scene = Scene(window_of(worked, numbers), lang)
    if kind == "gif":
        write_bytes(path, animation(scene, theme))
    else:
        write(strip(scene, theme), path)


def _slug(spec: str) -> str:
    name = re.split(r"[/\\]", spec)[-1]
    return re.sub(r"[^\w]+", "-", name).strip("-")[:40].strip("-") or "drawing"
