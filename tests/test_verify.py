"""Slide answers: every kind of claim right and wrong, causes, sheets that cannot be read, and the five decks."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import convcalc as cc
from convcalc.arithmetic import as_dim, read_formula, same
from convcalc.mistakes import BY_NAME, MISTAKES, applying
from convcalc.verify import judge_sheet, read_sheet
from convcalc.verify.amounts import read_amount
from convcalc.verify.starter import STARTER

ROOT = Path(__file__).parent.parent
SLIDES = sorted((ROOT / "quizzes" / "slides").glob("*.toml"))


def sheet(*claims: str) -> Any:
    entries = "\n".join(f"[[page.claim]]\n{claim}" for claim in claims)
    return read_sheet("t.toml", f"[[page]]\npage = 1\n{entries}\n")


def verdicts(*claims: str) -> list[Any]:
    return judge_sheet(sheet(*claims))


IMAGE = 'data = "3 2 1 0 0 3;0 3 3 1 1 0;3 1 4 1 1 0;2 4 1 1 0 4;1 0 3 0 3 0;3 4 4 3 3 4"'

# (claim, verdict, what is right, a part of the first cause)
CASES = [
    ('net = "conv 6@5x5"\ninput = "1,28,28"\nshape = "6,24,24"', "right", "(6, 24, 24)", ""),
    ('net = "conv 6@5x5"\ninput = "1,28,28"\nshape = "6,28,28"', "wrong", "(6, 24, 24)", "input of 32×32"),
    ('net = "conv 8@5x5"\ninput = "3,32,32"\norder = "HWC"\nshape = "28,28,8"', "right", "(28, 28, 8)", ""),
    ('net = "conv 8@5x5"\ninput = "3,32,32"\norder = "HWC"\nshape = "8,28,28"', "wrong", "(28, 28, 8)", ""),
    ('net = "flatten > linear 120"\ninput = "16,5,5"\nshape = "120,1"', "right", "(120,)", ""),
    ('net = "alexnet"\nafter = 1\nshape = "64,56,56"', "wrong", "(64, 55, 55)", "227×227"),
    ('net = "maxpool 3 s2"\ninput = "1,8,8"\nsize = "4x4"', "wrong", "3×3", "ceil"),
    ('net = "avgpool 3x2 s2"\ninput = "1,6,6"\nsize = "2x3"', "right", "2×3", ""),
    ('net = "conv 16@5x5"\ninput = "8,14,14"\nparams = 3216', "right", "3216", ""),
    ('net = "conv 16@5x5"\ninput = "8,14,14"\nparams = 3200', "wrong", "3216", "instead of"),
    ('net = "conv 16@5x5"\ninput = "8,14,14"\nparams = 416', "wrong", "3216", "input channel"),
    ('net = "lenet"\nparams = "61,760"', "wrong", "61706", ""),
    ('net = "lenet"\nparams = "61,760"', "wrong", "61706", ""),
    ('net = "vgg16"\nparams = "138 million"', "right", "138357544", ""),
    ('net = "vgg16"\nparams = "~140,000,000"', "right", "138357544", ""),
    ('net = "vgg16"\nparams = "140,000,000"', "wrong", "138357544", ""),
    ('net = "resnet152 classes=10"\nparams = "58,161,162"', "wrong", "58164298", "2 input channels"),
    ('net = "resnet50-v1"\nmacs = "3.8e9"', "wrong", "3.9", "cut off"),
    ('net = "resnet18"\nmacs = "1.8 x 10^9"', "right", "1814073344", ""),
    ('net = "resnet18"\nmacs = "3.6e9"', "wrong", "1814073344", "counted apart"),
    ('net = "conv 8@5x5"\ninput = "3,32,32"\nvalues = 6272', "right", "6272", ""),
    ('net = "lenet5"\nafter = 4\nparams = 1600', "wrong", "2416", "size of the output"),
    ('net = "lenet5"\nweight_layers = 5', "right", "5", ""),
    ('net = "conv 4@5x5"\ninput = "3,32,32"\nweight = "4,3,5,5"', "right", "(4, 3, 5, 5)", ""),
    ('net = "conv 3x2"\ninput = "1,9,9"\nweight = "3,2"', "right", "(3, 2)", ""),
    ('net = "conv 3x2"\ninput = "1,9,9"\nweight = "2,3"', "wrong", "(3, 2)", ""),
    ('net = "conv F@KxO sSxT pPxQ"\ninput = "C,M,N"\nformula = "⌊(M+2P−K)/S⌋ + 1; floor((N + 2*Q - O)/T + 1)"', "right", "", ""),
    ('net = "conv F@KxO sSxT pPxQ"\ninput = "C,M,N"\nformula = "ceil((M + 2P - K)/S + 1); ceil((N + 2Q - K)/T + 1)"', "wrong", "", "floor is right, not ceil"),
    ('net = "conv F@KxO"\ninput = "C,M,N"\nformula = "M - (K - 1); N - O"', "wrong", "", "the + 1 is missing"),
    ('net = "conv F@KxO pP"\ninput = "C,M,N"\nformula = "M + P - K + 1; N + P - O + 1"', "wrong", "", "2P is right"),
    ('net = "conv F@KxO"\ninput = "C,M,N"\nof = "params"\nformula = "(K*O*C + 1)F"', "right", "", ""),
    ('equation = "((5*5*3)+1)*8 = 608"', "right", "608", ""),
    ('equation = "5*5*3+1*8 = 608"', "wrong", "83", "not equal"),
    ('equation = "0×0.0 + 1×-0.1 = -0.1"', "right", "-0.1", ""),
    ('equation = "max(3, 2, 0) = 3 = 6/2"', "right", "3", ""),
    (f'net = "maxpool 2"\n{IMAGE}\noutput = "3 3 3; 4 4 4; 4 . ."', "right", "3 3 3; 4 4 4; 4 4 4", ""),
    (f'net = "avgpool 3x2 s2"\n{IMAGE}\noutput = "2.0 1.7 0.8; 1.8 1.6 1.3"', "wrong", "", "1.6667 was cut off to 1.6"),
    (f'net = "maxpool 2"\n{IMAGE}\noutput = "2 1 3; 3 3 1; 2 2 3"', "wrong", "", "cells differ"),
    (f'net = "maxpool 2 s1"\n{IMAGE}\noutput = "3 3 3; 4 4 4; 4 4 4"', "wrong", "", "maxpool 2 s2"),
    ('net = "conv 3x3 s2 p1"\ndata = "2 4 2; 3 3 4; 3 2 0; 4 0 4; 1 4 0"\nkernel = "1 0 1; 1 1 1; 0 1 0"\nbias = 2\noutput = "11 12; 14 11"', "wrong", "11 12; 14 11; 7 6", "the last row of windows is missing"),
    ('net = "conv 2x2"\ndata = "1 2 3; 4 5 6; 7 8 9"\nkernel = "1 2; 3 4"\noutput = "23 33; 53 63"', "wrong", "37 47; 67 77", "turned by 180°"),
    ('net = "conv 2x2"\ndata = "1 2 3; 4 5 6; 7 8 9"\nkernel = "1 2; 3 4"\nbias = 1\noutput = "37 47; 67 77"', "wrong", "38 48; 68 78", "bias was left out"),
    ('net = "conv 2x2"\ndata = "1 2 3; 4 5 6; 7 8 9"\nkernel = "1 2; 3 4"\noutput = "36 46; 66 76"', "wrong", "37 47; 67 77", "kernel"),
    ('net = "conv 32@3x3 > relu > maxpool 2"\ninput = "1,50,50"\nchoices = { a = "1,48,48", b = "1,24,24", c = "32,48,48", d = "32,24,24" }\nanswer = "d"', "right", "d) (32, 24, 24)", ""),
    ('net = "conv 32@3x3 > relu > maxpool 2"\ninput = "1,50,50"\nchoices = { a = "1,48,48", d = "32,24,24" }\nanswer = "a"', "wrong", "d) (32, 24, 24)", ""),
    ('net = "conv 32@3x3"\ninput = "1,50,50"\nchoices = { a = "1,48,48", b = "32,24,24", c = "none" }', "right", "c) none", ""),
    ('net = "conv 32@3x3"\ninput = "1,50,50"\nchoices = { a = "1,48,48", b = "32,24,24" }', "wrong", "—", ""),
    ('net = "conv 32@3x3 > conv 8@3x3 in_channels=1"\ninput = "1,50,50"\nchoices = { a = "32,46,46", d = "error" }\nanswer = "d"', "right", "d) error", ""),
    ('net = "nn.Flatten() > nn.Linear(784, 10)"\ninput = "1,28,28"\nworks = true', "right", "it works", ""),
    ('net = "nn.Flatten() > nn.Linear(780, 10)"\ninput = "1,28,28"\nworks = true', "wrong", "an error", ""),
    ('net = "nn.Flatten() > nn.Linear(780, 10)"\ninput = "1,28,28"\nworks = false', "right", "an error", ""),
    ('unclear = "the figure is lost"', "unclear", None, ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "expected", "right", "cause"), CASES, ids=[c[0].replace("\n", ", ")[:70] for c in CASES]
)
def test_claims(claim: str, expected: str, right: str | None, cause: str) -> None:
    (verdict,) = verdicts(claim)
    assert verdict.verdict == expected
    assert verdict.right is None if right is None else right in str(verdict.right)
    if cause:
        assert any(cause in en for en, _ in verdict.causes), verdict.causes
    assert all(en and vi for en, vi in verdict.causes)
    assert len(verdict.causes) <= 3


@pytest.mark.parametrize(
    ("claim", "expected", "right", "cause"), CASES, ids=[c[0].replace("\n", ", ")[:70] for c in CASES]
)
def test_torch_agrees_with_what_is_right(claim: str, expected: str, right: str | None, cause: str) -> None:
    from convcalc.torchside.confirm import confirm

    (verdict,) = verdicts(claim)
    confirm(verdict)


def test_a_table_and_a_summary_are_claims_of_their_own() -> None:
    found = verdicts(
        'net = "lenet classes=2"\nrows = [{layer = "conv", shape = "6,28,28", params = 156}, {layer = "conv", label = "second", shape = "16,10,11"}]',
        'net = "conv 6@5x5 > avgpool 2 > conv 16@5x5 > avgpool 2 > flatten > linear 120 > linear 84 > linear 2"\ninput = "1,32,32"\n'
        'memory = { input = "0.00", pass = "0.06", params = "0.23", total = "0.31" }',
    )
    assert [(v.claim.label, v.verdict) for v in found] == [
        ("conv (1): shape", "right"), ("conv (1): params", "right"), ("second: shape", "wrong"),
        ("input", "right"), ("pass", "right"), ("params", "right"), ("total", "wrong"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        (7, 7, 7), ("57,029,322", 57029322, 57029322), ("140,000,000", 140_000_000, 140_000_000),
        ("~140,000,000", 135_000_000, 145_000_000), ("138 million", 137_500_000, 138_500_000), ("138 triệu", 137_500_000, 138_500_000),
        ("1.8e9", 1_750_000_000, 1_850_000_000), ("11.3 × 10^9", 11_250_000_000, 11_350_000_000), ("about 60,000,000", 55_000_000, 65_000_000),
    ],
)  # fmt: skip
def test_amounts(text: object, low: int, high: int) -> None:
    amount = read_amount(text, "here")
    assert amount.fits(low)
    assert amount.fits(high)
    assert not amount.fits(low - 1)
    assert not amount.fits(high + 1)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2*3", 7), ("2(3 + 4)", 14), ("7//2", 3), ("7/2", Fraction(7, 2)), ("floor(7/2)", 3), ("ceil(7/2)", 4), ("-3", -3),
        ("⌊-7/2⌋", -4), ("0.1 + 0.2", Fraction(3, 10)), ("max(1, 2.5, 2)", Fraction(5, 2)), ("min(3, 2)", 2), ("((2))", 2), ("6×7", 42),
    ],
)  # fmt: skip
def test_arithmetic(text: str, value: object) -> None:
    assert as_dim(read_formula(text)) == value


@pytest.mark.parametrize(
    "text", ["", "1 +", "(1", "1/0", "a", "__import__('os')", "1;2", "max(M, 2)", "floor(1, 2)", "1" * 3000, "(" * 200]
)
def test_what_is_no_formula(text: str) -> None:
    with pytest.raises(cc.SpecError) as caught:
        read_formula(text)
    assert caught.value.kind == "bad_formula"


def test_formulas_are_equal_for_all_numbers_or_not_at_all() -> None:
    size = cc.trace("conv 3x3 s2 p1", "1,M,N").output[1]
    assert same(read_formula("floor((M - 1)/2) + 1"), size)
    assert same(read_formula("floor((M + 1)/2)"), size)
    assert same(read_formula("ceil(M/2)"), size)
    assert not same(read_formula("M/2"), size)


# -- mistakes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mistake", [m for m in MISTAKES if m.about in ("shape", "params", "macs")], ids=lambda m: m.name
)
def test_every_mistake_is_made_somewhere_and_never_right(mistake: Any) -> None:
    made = 0
    for spec, x in (
        ("conv 6@5x3 s2 p1 d2", "3,33,30"), ("conv 6@5x5 s3 p2 nobias", "3,31,31"), ("conv 6@3x3", "3,9,7"), ("maxpool 3 s2", "6,28,27"),
        ("avgpool 2", "6,28,27"), ("maxpool 3 s2 ceil", "6,28,28"), ("linear 10", "400"), ("flatten", "6,5,5"), ("convt 4@3x3 s2", "2,5,5"),
    ):  # fmt: skip
        layer, shape = cc.parse(spec), cc.as_shape(x)
        twin = mistake.twin(layer, shape)
        if twin is None:
            continue
        made += 1
        right = {"shape": layer.shape, "params": layer.params, "macs": layer.macs}[mistake.about](shape)
        wrong = {"shape": twin.shape, "params": twin.params, "macs": twin.macs}[mistake.about](shape)
        assert wrong != right
        assert str(twin) == str(layer)
    assert made
    assert mistake.en != mistake.vi
    assert BY_NAME[mistake.name] is mistake


def test_a_mistake_goes_on_through_the_network() -> None:
    layer = cc.parse("conv 6@5x5 s2")
    twins = {mistake.name: twin for mistake, twin in applying(layer, cc.as_shape("1,28,28"))}
    net = cc.Chain((twins["ceil_for_floor"], cc.parse("flatten > linear 10")))
    assert net.params("1,28,28") == 156 + 6 * 13 * 13 * 10 + 10


# -- sheets that cannot be read ---------------------------------------------------------------------------------

BAD = [
    ("[[page]\n", "bad_toml", "line 1"),
    ("[[pages]]\n", "sheet_unknown_key", "Did you mean page?"),
    ("[[page]]\npage = 1\ntitel = 'x'\n", "sheet_unknown_key", "line 3"),
    ("[[page]]\n[[page.claim]]\nlabel = 'x'\nshapes = '1,2'\n", "sheet_unknown_key", "line 4"),
    ("[[page]]\n[[page.claim]]\nlabel = 'x'\n", "sheet_one_kind", "line 2"),
    ("[[page]]\n[[page.claim]]\nshape = '1,2'\nparams = 3\n", "sheet_one_kind", "shape, params"),
    ("[[page]]\n[[page.claim]]\nshape = '1,2'\n", "sheet_missing_key", "'net'"),
    ("[[page]]\n[[page.claim]]\nnet = 'relu'\nshape = '1,2'\n", "sheet_missing_key", "'input'"),
    ("[[page]]\n[[page.claim]]\nnet = 'rlu'\ninput = '1,2'\nshape = '1,2'\n", "sheet_not_worked", "line 5"),
    ("[[page]]\n[[page.claim]]\nnet = 'conv 9x9'\ninput = '1,2,2'\nshape = '1,2,2'\n", "sheet_not_worked", "line 5"),
    ("[[page]]\n[[page.claim]]\nnet = 'relu'\ninput = '3'\nparams = 'many'\n", "sheet_bad_amount", "'many'"),
    ("[[page]]\n[[page.claim]]\nnet = 'relu'\ninput = '3'\nparams = true\n", "sheet_bad_amount", "line 5"),
    ("[[page]]\n[[page.claim]]\nnet = 'relu'\ninput = '3'\nafter = 2\nparams = 0\n", "sheet_bad_value", "1 to 1"),
    ("[[page]]\n[[page.claim]]\nnet = 'relu'\ninput = '3'\nworks = 'yes'\n", "sheet_bad_value", "true or false"),
    ("[[page]]\n[[page.claim]]\nequation = '3'\n", "sheet_bad_value", "equation"),
    ("[[page]]\n[[page.claim]]\nequation = '3 = x'\n", "sheet_not_worked", "'x'"),
    ("[[page]]\n[[page.claim]]\nnet='maxpool 2'\ndata = 'A'\noutput = '3'\n", "sheet_bad_value", "[numbers]"),
    ("[[page]]\n[[page.claim]]\nnet='maxpool 2'\noutput = '3'\n", "sheet_missing_key", "'data'"),
    ("[[page]]\n[[page.claim]]\nnet='relu'\ninput='3'\nchoices = {a = '1,2'}\n", "sheet_bad_value", "choices"),
    ("[[page]]\n[[page.claim]]\nnet='relu'\ninput='3'\nmemory = {inpt = '0.1'}\n", "sheet_bad_value", "input, pass"),
    ("[[page]]\n[[page.claim]]\nnet='relu'\ninput='3'\nrows = [{layer = 'conv'}]\n", "sheet_bad_value", "relu"),
    ("[[page]]\n[[page.claim]]\nunclear = ''\n", "sheet_bad_value", "reason"),
    ("[[page]]\npage = [1]\n[[page.claim]]\nunclear = 'x'\n", "sheet_bad_value", "a number or a text"),
    ("page = 3\n", "sheet_bad_value", "[[page]]"),
    ("source = 3\n", "sheet_bad_value", "source"),
    ("a = " + "[" * 3000 + "\n", "bad_toml", ""),
]


@pytest.mark.parametrize(("text", "kind", "part"), BAD, ids=[b[1] + "-" + b[0].replace("\n", " ")[-30:] for b in BAD])
def test_bad_sheets_name_the_line_and_the_key(text: str, kind: str, part: str) -> None:
    with pytest.raises(cc.ConvcalcError) as caught:
        judge_sheet(read_sheet("t.toml", text))
    assert caught.value.kind == kind
    assert part in str(caught.value)
    assert caught.value.message("vi")
    assert caught.value.exit_code == 2


# -- the command ------------------------------------------------------------------------------------------------


def test_the_starter_is_a_sheet(convcalc: Any, tmp_path: Path) -> None:
    for lang in ("en", "vi"):
        path = tmp_path / f"{lang}.toml"
        assert convcalc("verify", "--new", str(path), "--lang", lang).code == 0
        assert path.read_text(encoding="utf-8") == STARTER[lang]
        assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRUSR
        assert convcalc("verify", str(path), "--lang", lang).code == 0
        again = convcalc("verify", "--new", str(path))
        assert (again.code, "there already" in again.err) == (2, True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["en.toml", "vi.toml"]
    assert convcalc("verify", "--new", str(tmp_path / "no" / "x.toml"), "--json").code == 3


def test_the_command(convcalc: Any, tmp_path: Path) -> None:
    path = tmp_path / "deck.toml"
    path.write_text(
        'source = "lecture <3>.pdf"\ntitle = "T"\n[[page]]\npage = 4\ntitle = "<script>alert(1)</script>"\nnet = "conv 6@5x5"\ninput = "1,28,28"\n'
        '[[page.claim]]\nlabel = "a"\nshape = "6,24,24"\n[[page.claim]]\nlabel = "<b>"\nshape = "6,28,28"\n[[page.claim]]\nlabel = "c"\nunclear = "lost"\n'
    )
    ran = convcalc("verify", str(path))
    assert ran.code == 1
    assert "✗ <b>: (6, 28, 28)" in ran.out
    assert "1 right, 1 wrong, 1 unclear" in ran.out
    only = convcalc("verify", str(path), "--only", "wrong", "--lang", "vi")
    assert "✓" not in only.out
    assert "1 đúng, 1 sai, 1 không rõ" in only.out
    found = json.loads(convcalc("verify", str(path), "--json").out)
    assert found["summary"] == {"right": 1, "wrong": 1, "unclear": 1}
    assert set(found["claims"][0]) == {"deck", "page", "label", "claimed", "right", "verdict", "causes", "reason"}
    assert [c["verdict"] for c in found["claims"]] == ["right", "wrong", "unclear"]
    assert (found["claims"][1]["deck"], found["claims"][1]["page"]) == ("lecture <3>.pdf", 4)
    assert found["claims"][2]["reason"] == "lost"
    page = tmp_path / "page.html"
    assert convcalc("verify", str(path), "--html", str(page)).code == 1
    html = page.read_text(encoding="utf-8")
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert convcalc("verify", str(path), "--check").out.endswith(
        "torch worked out 2 of 3 claims itself, and agrees with what is right\n"
    )
    path.write_text("title = 'x'\n")
    assert json.loads(convcalc("verify", str(path), "--json").out)["error"]["kind"] == "no_claims"
    assert convcalc("verify").code == 2
    assert convcalc("verify", str(tmp_path / "none.toml")).code == 3


def test_a_page_that_cannot_be_written_leaves_nothing(convcalc: Any, tmp_path: Path) -> None:
    path = tmp_path / "deck.toml"
    path.write_text("[[page]]\n[[page.claim]]\nequation = '1 = 1'\n")
    folder = tmp_path / "shut"
    folder.mkdir()
    ran = convcalc("verify", str(path), "--html", str(folder))
    assert ran.code == 3
    assert "cannot be written" in ran.err
    assert not list(folder.iterdir())
    if os.geteuid() != 0:
        folder.chmod(0o500)
        assert convcalc("verify", str(path), "--html", str(folder / "a.html")).code == 3


# -- the five decks ---------------------------------------------------------------------------------------------


def wrong_ones(found: dict[str, Any]) -> str:
    lines = []
    for claim in found["claims"]:
        if claim["verdict"] == "wrong":
            causes = "".join(
                f"\n    {cause}" for cause in claim["causes"] + ([claim["reason"]] if claim["reason"] else [])
            )
            lines.append(
                f"{claim['deck']} {claim['page']}: {claim['label']}\n    {claim['claimed']}\n    right: {claim['right']}{causes}"
            )
    return "\n".join(lines) + "\n"


def test_the_wrong_claims_of_the_decks(convcalc: Any, golden: Any) -> None:
    """Golden: a change here is a change of what convcalc says of real lectures."""
    found = json.loads(convcalc("verify", *map(str, SLIDES), "--json").out)
    golden("wrong_claims.txt", wrong_ones(found))
    assert {c["deck"] for c in found["claims"]} == {p.stem + ".txt" for p in SLIDES}
    assert len(SLIDES) == 5


@pytest.mark.parametrize("path", SLIDES, ids=lambda p: p.stem[:3])
def test_torch_confirms_the_decks(path: Path) -> None:
    from convcalc.torchside.confirm import confirm

    found = judge_sheet(read_sheet(path.name, path.read_text(encoding="utf-8")))
    asked = sum(confirm(verdict) for verdict in found)
    clear = [v for v in found if v.verdict != "unclear" and v.claim.kind != "equation"]
    assert asked >= 0.9 * len(clear)


def test_the_decks_are_verified_without_torch() -> None:
    code = (
        "import sys; from convcalc.cli import main; sys.argv[1:] = ['verify', *sys.argv[1:], '--json']\n"
        "try: main()\n"
        "finally: print([m for m in ('torch', 'sympy', 'numpy') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code, *map(str, SLIDES)], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stdout.splitlines()[-1] == "[]"


def test_the_errata_are_those_of_the_run(convcalc: Any, tmp_path: Path) -> None:
    page = tmp_path / "errata.md"
    assert convcalc("verify", *map(str, SLIDES), "--markdown", str(page)).code == 1
    assert page.read_text(encoding="utf-8") == (ROOT / "docs" / "errata.md").read_text(encoding="utf-8")
