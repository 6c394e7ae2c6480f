"""convcalc shape FILE.py:CLASS: a network from PyTorch code, read or, with --trace, run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from convcalc.cli.options import read_text
from convcalc.errors import ConvcalcError, SpecError
from convcalc.importing.build import Imported
from convcalc.importing.source import read_model, written_arguments
from convcalc.layers import Layer
from convcalc.rebuild import changed
from convcalc.scan import as_shape
from convcalc.shape import LARGEST_NUMBER
from convcalc.tracing import PartialTrace, Row, trace_rows

if TYPE_CHECKING:
    from convcalc.cli.shape import Form


def shape_of_code(
    named: re.Match[str], given: str | None, run: bool, *, how: Form, check: bool, device: str, lang: str
) -> int:  # fmt: skip
    """The same answer as for a spec; notes on what the code leaves unused come first."""
    from convcalc.cli.shape import report, report_error

    rows: list[Row] = []
    imported: Imported | None = None
    try:
        text = read_text(named["path"])
        arguments = written_arguments(named["arguments"])
        if given is None:
            raise SpecError("missing_input")
        x = as_shape(given)
        if run:
            from convcalc.cli.running import run_and_trace

            imported = run_and_trace(named["path"], named["name"], arguments, x)
        else:
            imported = read_model(text, named["name"], written=arguments if named["arguments"] else None)
        traced = trace_rows(imported.layer, x)
    except PartialTrace as stop:
        assert imported is not None
        rows = stop.rows
        error = imported.locate(stop.error)
    except ConvcalcError as found:
        error = found
    else:
        _say(imported, lang, how.form == "json")
        return report(traced, how=how, check=check, device=device, lang=lang)
    return report_error(error, None, rows, how.form == "json", lang)


def read_code(named: re.Match[str]) -> tuple[Layer, dict[int, str], bool]:
    """The network of a file that is read, the names of its layers by id, and whether there is a ? in it: nn.Linear(?, 10).

    Only what the input decides may be a ?; raises `ConvcalcError` for another.
    """
    text = _UNKNOWN.sub(rf"\g<1>{UNKNOWN}", read_text(named["path"]))
    arguments = written_arguments(named["arguments"])
    imported = read_model(text, named["name"], written=arguments if named["arguments"] else None)
    names: dict[int, str] = {}
    marked = False

    def open_again(layer: Layer) -> Layer:
        nonlocal marked
        part = imported.parts.get(id(layer))
        name = layer.name if part is None else part.name.removeprefix("self.")
        for field, value in layer.__dict__.items():
            if UNKNOWN not in (value if isinstance(value, tuple) else (value,)):
                continue
            if field not in ("in_features", "in_channels"):
                raise ConvcalcError("mark_in_code", layer_name=name, field=field)
            marked = True
            layer = type(layer)(**layer.__dict__ | {field: None})
        if part is not None:
            names[id(layer)] = name
        return layer

    return changed(imported.layer, open_again), names, marked


# What a ? in code is read as, and no layer takes: so many features.
UNKNOWN = LARGEST_NUMBER - 1
# A question mark in place of a number: after a bracket, a comma or an equals sign.
_UNKNOWN = re.compile(r"([(,=]\s*)\?(?=\s*[,)])")


def _say(imported: Imported, lang: str, json: bool) -> None:
    """The notes, on standard error, so that the answer stays what it is."""
    if not imported.notes or json:
        return
    from convcalc.render import console

    out = console(stderr=True)
    for en, vi in imported.notes:
        out.print(vi if lang == "vi" else en, style="dim")
