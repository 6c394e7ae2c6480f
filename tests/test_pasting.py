"""What is to be pasted: LaTeX that a real LaTeX sets, CSV and Markdown whose counts add up."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran

from convcalc.scan import as_shape
from convcalc.spec import read_spec
from convcalc.tables import COLUMNS, as_csv, as_markdown, as_tabular
from convcalc.tracing import trace

NETS = [
    ("lenet", "1,32,32"),
    ("resnet18", "3,224,224"),
    ("fcn8s", "3,64,64"),
    ("conv F@KxO sSxT pPxQ dDxE gG > relu", "C,M,N"),
    ("conv 8@3x3 > maxpool 3 s2 ceil > flatten > linear 10", "3,M,N"),
    ("concat(identity | conv 3@1x1) > upsample 0.5 bilinear > softmax", "3,32,32"),
    ("embedding 100 8 > transpose > conv 4@3 > adaptivemax 1", "20"),
]

needs_latex = pytest.mark.skipif(
    shutil.which("pdflatex") is None and not os.environ.get("CI"), reason="no pdflatex here; CI has one"
)


def test_ci_has_a_latex() -> None:
    assert not os.environ.get("CI") or shutil.which("pdflatex")


def compiled(text: str, folder: Path) -> str:
    """What the page says, set by a real LaTeX without an error."""
    (folder / "page.tex").write_text(text, encoding="utf-8")
    words = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    ran = subprocess.run(words, cwd=folder, capture_output=True, check=False)
    log = (folder / "page.log").read_text(encoding="latin-1")
    assert ran.returncode == 0, log[-2000:]
    assert "Missing character" not in log
    assert "LaTeX Warning: Reference" not in log
    assert (folder / "page.pdf").read_bytes().startswith(b"%PDF")
    if shutil.which("pdftotext") is None:
        return ""
    return subprocess.run(["pdftotext", "page.pdf", "-"], cwd=folder, capture_output=True, text=True, check=True).stdout


@needs_latex
@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize("form", [["--explain", "--latex"], ["--latex"], ["--tabular"]])
@pytest.mark.parametrize(("spec", "x"), NETS)
def test_latex_compiles(
    spec: str, x: str, form: list[str], lang: str, convcalc: Callable[..., Ran], tmp_path: Path
) -> None:
    ran = convcalc("shape", spec, "-i", x, *form, "--document", "--no-check", "--lang", lang)
    assert (ran.code, ran.err) == (0, "")
    said = compiled(ran.out, tmp_path)
    traced = trace(read_spec(spec).layer, as_shape(x))
    if said and isinstance(traced.params, int):
        assert str(traced.params) in said


@needs_latex
@pytest.mark.parametrize("lang", ["en", "vi"])
def test_a_block_compiles_where_it_is_pasted(lang: str, convcalc: Callable[..., Ran], tmp_path: Path) -> None:
    block = convcalc("shape", "lenet", "--explain", "--latex", "--no-check", "--lang", lang).out
    table = convcalc("shape", "lenet", "--tabular", "--no-check", "--lang", lang).out
    fonts = "\\usepackage[T5]{fontenc}" if lang == "vi" else ""
    page = f"\\documentclass{{article}}\n\\usepackage{{amsmath}}{fonts}\n\\begin{{document}}\n{block}\n\n{table}\n\\end{{document}}"
    compiled(page, tmp_path)


def test_a_network_is_one_align_block(convcalc: Callable[..., Ran]) -> None:
    text = convcalc("shape", "resnet18", "--explain", "--latex", "--no-check").out
    assert text.count("\\begin{align*}") == text.count("\\end{align*}") == 1
    assert text.startswith("{\\allowdisplaybreaks\n")


@pytest.mark.parametrize(("spec", "x"), NETS)
def test_csv_has_every_layer_and_adds_up(spec: str, x: str) -> None:
    traced = trace(read_spec(spec).layer, as_shape(x))
    head, *rows = csv.reader(io.StringIO(as_csv(traced)))
    assert tuple(head) == COLUMNS
    assert [row[1] for row in rows] == [row.text for row in traced]
    assert [row[3] for row in rows] == [str(row.output).replace("'", "") for row in traced]
    if isinstance(traced.params, int) and isinstance(traced.macs, int):
        assert sum(int(row[4]) for row in rows) == traced.params
        assert sum(int(row[5]) for row in rows) == traced.macs


@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize(("spec", "x"), NETS)
def test_tables_have_the_same_number_of_cells_in_every_line(spec: str, x: str, lang: str) -> None:
    traced = trace(read_spec(spec).layer, as_shape(x))
    lines = [line for line in as_tabular(traced, lang).splitlines() if line.endswith(r"\\")]
    assert {len(re.findall(r"(?<!\\)&", line)) for line in lines} == {5}
    assert len(lines) == len(traced) + 2
    table = as_markdown(traced, lang).splitlines()
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {7}
    if isinstance(traced.params, int) and len(traced) > 1:
        assert f"**{traced.params}**" in table[-1]
        assert f"${traced.params}$" in lines[-1]


def test_markdown_steps(convcalc: Callable[..., Ran], golden: Callable[[str, str], None]) -> None:
    for lang in ("en", "vi"):
        ran = convcalc(
            "shape", "conv 6@5x5 s2 p1 > relu", "-i", "3,32,32", "--markdown", "--explain", "--no-check", "--lang", lang
        )
        golden(f"markdown.{lang}.txt", ran.out)


def test_the_check_is_said_beside_what_is_pasted(convcalc: Callable[..., Ran]) -> None:
    ran = convcalc("shape", "conv 3x3", "-i", "1,9,9", "--csv")
    assert ran.out.count("\n") == 2
    assert "agrees" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--csv", "--json"], "one"),
        (["--latex", "--markdown"], "--latex and --markdown"),
        (["--document"], "--document goes with"),
        (["--document", "--csv"], "--document goes with"),
    ],
)
def test_forms_that_do_not_go_together(words: list[str], said: str, convcalc: Callable[..., Ran]) -> None:
    ran = convcalc("shape", "relu", "-i", "3", "--no-check", *words)
    assert ran.code == 2
    assert said in (ran.err or json.loads(ran.out)["error"]["message"])
