"""convcalc models: the reference models, with what they cost and who published it."""

from __future__ import annotations

from typing import Annotated

import typer

from convcalc.cli.options import HELP, JsonOption, LangOption, dump, language
from convcalc.errors import ConvcalcError
from convcalc.words import pick


def models(
    family: Annotated[
        str | None,
        typer.Argument(help=pick(HELP, "Only this family, such as vgg.", "Chỉ liệt kê họ này, ví dụ vgg."), show_default=False),
    ] = None,
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """List the reference models; each is a spec by its name."""
    speech = language(lang)
    from convcalc.models import MODELS, find

    families = list(dict.fromkeys(model.family for model in MODELS.values()))
    one = None if family is None or family.lower() in families else find(family)
    family = family if family is None or one is not None else family.lower()
    if family is not None and one is None and family not in families:
        raise ConvcalcError("unknown_family", name=family, known=", ".join(families))
    from convcalc.results import model_object

    chosen = [one] if one is not None else [m for m in MODELS.values() if family in (None, m.family)]
    found = [model_object(model) for model in chosen]
    if json:
        print(dump(found))
        return
    from convcalc.render import console, models_table

    out = console()
    out.print(models_table(found, speech, out.width))


models.__doc__ = pick(HELP, models.__doc__ or "", "Liệt kê các model tham khảo; tên model dùng được như một spec.")
