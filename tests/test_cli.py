"""The command line: answers, errors, JSON, batches and exit codes, as another program or a person meets them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GOLDEN = [
    ("conv", ["conv 3x3 s2 p1", "-i", "1,28,28"]),
    ("conv-explain", ["conv 3x3 s2 p1", "-i", "1,28,28", "--explain"]),
    ("conv-letters", ["conv F@KxO sSxT pPxQ", "-i", "C,M,N"]),
    ("conv-letters-explain", ["conv F@KxO sSxT pPxQ", "-i", "C,M,N", "--explain"]),
    ("lenet", ["conv 6@5x5 > avgpool 2 > relu > conv 16@5x5 > avgpool 2 > relu > flatten > linear 120 > linear 84 > linear 10", "-i", "1,32,32"]),
    ("residual", ["2 * (residual(conv 8@3x3 p1 nobias > bn | conv 8@1x1) > relu) > gap > flatten > linear 10", "-i", "3,32,32"]),
    ("residual-letters", ["residual(conv 8@3x3 s2 p1 > bn | maxpool 2 > conv 8@1x1) > flatten > linear 10", "-i", "3,M,N"]),
    ("torch-text", ["nn.Sequential(nn.Conv2d(1, 32, kernel_size=3), nn.ReLU(), nn.MaxPool2d(2, 2))", "-i", "1,50,50"]),
    ("upsampling", ["convt 4@2 s2 > upsample 2 > conv 3x3 p1 > pad 1x2", "-i", "8,7,7"]),
    ("text", ["embedding 100 8 > transpose > conv 16@3 > maxpool 2", "-i", "20"]),
    ("error-window", ["conv 6@5x5 > relu > maxpool 2 > conv 16@9x9", "-i", "1,16,16"]),
    ("error-name", ["conv 6@5x5 > relu > avgpol 2", "-i", "1,32,32"]),
    ("latex", ["conv 3x3 s2 p1 > relu", "-i", "1,28,28", "--latex", "--explain"]),
]  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize(("name", "words"), GOLDEN, ids=[name for name, _ in GOLDEN])
def test_golden(
    convcalc: Callable[..., Any], golden: Callable[[str, str], None], name: str, words: list[str], lang: str
) -> None:
    ran = convcalc("shape", *words, "--lang", lang, "--device", "cpu", "--no-check")
    golden(f"{name}.{lang}.txt", f"{ran.out}{ran.err}exit code {ran.code}\n")


def test_printed_columns_add_up(convcalc: Callable[..., Any]) -> None:
    out = convcalc("shape", *GOLDEN[4][1], "--no-check").out
    lines = [line.split() for line in out.splitlines()]
    rows = [line for line in lines if line and line[0].isdigit()]
    total = next(line for line in lines if line and line[0] == "total")
    assert len(rows) == 10
    assert sum(int(row[-3]) for row in rows) == int(total[1]) == 61_706
    assert sum(int(row[-2]) for row in rows) == int(total[2])


def test_the_check_follows_the_answer(convcalc: Callable[..., Any]) -> None:
    ran = convcalc("shape", "conv 3x3 s2 p1", "--input", "1,28,28", "--device", "cpu")
    assert ran.code == 0
    assert "(1, 14, 14)" in ran.out
    last = ran.out.splitlines()[-2:]
    assert last[0].startswith("✓ torch.nn.Conv2d (torch 2.")
    assert "receptive field" in " ".join(last)
    vi = convcalc("shape", "conv 3x3 s2 p1", "--input", "1,28,28", "--device", "cpu", "--lang", "vi")
    assert "cho kết quả giống hệt" in vi.out


def test_a_disagreement_is_exit_code_1(convcalc: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from convcalc.layers import Conv

    right = Conv.shape
    monkeypatch.setattr(Conv, "shape", lambda self, x: (*right(self, x)[:2], 99))
    ran = convcalc("shape", "conv 3x3", "-i", "1,9,9", "--device", "cpu")
    assert ran.code == 1
    assert "✗ torch.nn.Conv2d" in ran.out
    assert "output: convcalc (1, 7, 99), torch (1, 7, 7)" in ran.out
    as_json = convcalc("shape", "conv 3x3", "-i", "1,9,9", "--device", "cpu", "--json")
    assert as_json.code == 1
    assert json.loads(as_json.out)["check"]["agrees"] is False


@pytest.mark.parametrize("words", [["--no-check"], []])
def test_the_check_can_be_left_out(
    convcalc: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    if not words:
        monkeypatch.setenv("CONVCALC_CHECK", "0")
    ran = convcalc("shape", "relu", "-i", "3", *words)
    assert "torch" not in ran.out


# -- JSON -------------------------------------------------------------------------------------------------------


def test_json_contract(convcalc: Callable[..., Any]) -> None:
    ran = convcalc("shape", "conv 6@5x5 > relu", "--input", "1,32,32", "--json", "--device", "cpu")
    assert ran.code == 0
    (line,) = ran.out.splitlines()
    found = json.loads(line)
    field = [{"size": 5, "jump": 1, "start": 0}] * 2
    assert found.pop("check") == {
        "device": "cpu",
        "torch": __import__("torch").__version__,
        "agrees": True,
        "compared": ["output", "weights", "params", "macs", "receptive field"],
        "differences": [],
    }
    assert found == {
        "spec": "conv 6@5x5 > relu",
        "input": [1, 32, 32],
        "output": [6, 28, 28],
        "params": 156,
        "macs": 117600,
        "receptive_field": field,
        "memory": {"input": 4096, "activations": 37632, "params": 624},
        "layers": [
            {"index": 1, "layer": "conv 6@5x5", "input": [1, 32, 32], "output": [6, 28, 28], "params": 156, "macs": 117600,
             "receptive_field": field, "formula": "(F, (M + 2*P - K)//S + 1, (N + 2*Q - O)//T + 1)"},
            {"index": 2, "layer": "relu", "input": [6, 28, 28], "output": [6, 28, 28], "params": 0, "macs": 0,
             "receptive_field": field, "formula": "(C, M, N)"},
        ],
        "valid_when": [],
    }  # fmt: skip


def test_json_with_letters(convcalc: Callable[..., Any]) -> None:
    found = json.loads(convcalc("shape", "conv F@K sS", "--input", "C,M,N", "--json", "--no-check").out)
    assert found["input"] == ["C", "M", "N"]
    assert found["output"] == ["F", "(M - K)//S + 1", "(N - K)//S + 1"]
    assert found["params"] == "F*(C*K**2 + 1)"
    assert found["valid_when"] == ["M >= K", "N >= K"]
    assert found["receptive_field"][0] == {"size": "K", "jump": "S", "start": 0}
    assert found["check"] is None
    values = {"C": 3, "M": 20, "N": 15, "F": 4, "K": 3, "S": 2}
    assert [eval(str(size), {"__builtins__": {}}, values) for size in found["output"]] == [4, 9, 7]


@pytest.mark.parametrize(
    ("words", "kind", "layer", "column"),
    [
        (["conv 3x3 > avgpol 2", "-i", "1,9,9"], "unknown_layer", None, 12),
        (["conv 3x3 > conv 9x9", "-i", "1,9,9"], "window_too_large", 2, 12),
        (["conv 3x3", "-i", "1,0"], "bad_shape", None, None),
        (["conv 3x3"], "missing_input", None, None),
        ([], "empty_spec", None, None),
    ],
)
def test_json_errors(
    convcalc: Callable[..., Any], words: list[str], kind: str, layer: int | None, column: int | None
) -> None:
    ran = convcalc("shape", *words, "--json", "--lang", "vi")
    assert ran.code == 2
    assert ran.err == ""
    error = json.loads(ran.out)["error"]
    assert set(error) == {"kind", "message", "hint", "layer", "column"}
    assert (error["kind"], error["layer"], error["column"]) == (kind, layer, column)


# -- where the spec comes from ------------------------------------------------------------------------------------


def test_a_spec_from_a_file_or_standard_input(
    convcalc: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "net.txt"
    path.write_text("# LeNet begins\nconv 6@5x5 >\nrelu\n", encoding="utf-8")
    ran = convcalc("shape", str(path), "-i", "1,32,32", "--no-check")
    assert "(6, 28, 28)" in ran.out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"conv 6@5x5")))
    assert "(6, 28, 28)" in convcalc("shape", "-", "-i", "1,32,32", "--no-check").out


def test_a_file_that_is_not_text(convcalc: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "net.txt"
    path.write_bytes(b"\xff\xfe\x00relu")
    ran = convcalc("shape", str(path), "-i", "1,32,32")
    assert (ran.code, "UTF-8" in ran.err) == (2, True)


def test_after_two_dashes_nothing_is_an_option(convcalc: Callable[..., Any]) -> None:
    ran = convcalc("shape", "-i", "3", "--no-check", "--", "--explain")
    assert ran.code == 2
    assert "expected a layer, found '-'" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["shape", "relu", "--foo"], "--foo"),
        (["shape", "relu", "-i", "3", "--lang", "fr"], "fr"),
        (["shape", "relu", "-i", "3", "--device", "tpu"], "tpu"),
        (["shape", "relu", "relu"], "relu"),
        (["shap", "relu"], "shap"),
        (["check", "--samples", "0"], "--samples"),
        (["check", "--samples", "many"], "--samples"),
        (["shape", "relu", "--batch", "x"], "--batch"),
    ],
)
def test_options_that_are_wrong(convcalc: Callable[..., Any], words: list[str], said: str) -> None:
    for lang in ("en", "vi"):
        ran = convcalc(*words, *([] if "--lang" in words or words[0] == "shap" else ["--lang", lang]))
        assert ran.code == 2
        assert said in ran.err
        assert "--help" in ran.err
        assert ran.out == ""


def test_wrong_options_are_told_in_vietnamese_words(convcalc: Callable[..., Any]) -> None:
    for words, said in (
        (["train", "lenet", "more"], "thừa đối số more"),
        (["predict"], "thiếu đối số run"),
        (["train", "--recipe", "slow"], "giá trị 'slow' của --recipe không hợp lệ, phải là một trong các giá trị: slide, fast"),
        (["shape", "relu", "--foo"], "không có tuỳ chọn --foo"),
        (["shape", "relu", "--batch"], "--batch cần một giá trị"),
        (["shape", "relu", "--json=3"], "--json không nhận giá trị"),
        (["shape", "relu", "--inputs", "3"], "không có tuỳ chọn --inputs (có thể là: --input)"),
        (["shap"], "không có lệnh 'shap'. Có phải ý là 'shape'?"),
        (["quiz", "papr"], "không có lệnh 'papr'"),
    ):  # fmt: skip
        ran = convcalc("--lang=vi", *words)
        assert (ran.code, said in " ".join(ran.err.split())) == (2, True), ran.err


def test_a_help_page_is_in_one_language() -> None:
    pairs = [
        ("Usage:", "Cách dùng:"), ("Options", "Tuỳ chọn"), ("Show this message", "Hiện trợ giúp này"), ("[default:", "[mặc định:"),
        ("[required]", "[bắt buộc]"), ("Arguments", "Đối số"), ("Commands", "Lệnh"), ("[OPTIONS]", "[TUỲ CHỌN]"), ("COMMAND [ARGS]...", "LỆNH [ĐỐI SỐ]..."),
    ]  # fmt: skip
    seen = set()
    for words in ([], ["train"], ["quiz"], ["predict"]):
        pages = [
            subprocess.run(
                [sys.executable, "-m", "convcalc", *words, "--help", "--lang", lang], capture_output=True, text=True, check=True, env=os.environ | {"COLUMNS": "100"}
            ).stdout
            for lang in ("en", "vi")
        ]  # fmt: skip
        for pair in pairs:
            there = [[text in page for text in pair] for page in pages]
            assert there in ([[True, False], [False, True]], [[False, False], [False, False]]), (words, pair)
            seen |= {pair} if there[0][0] else set()
    assert seen == set(pairs)


def test_help_names_every_option(convcalc: Callable[..., Any]) -> None:
    ran = convcalc("shape", "--help")
    assert ran.code == 0
    for option in ("--input", "--explain", "--latex", "--json", "--batch", "--no-check", "--device", "--lang"):
        assert option in ran.out


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "vi_VN.UTF-8"}, "en"),
        ({"CONVCALC_LANG": "vi", "LC_ALL": "C"}, "vi"),
        ({}, "en"),
        ({"system": "Vietnamese_Vietnam"}, "vi"),
        ({"system": "vi_VN"}, "vi"),
        ({"system": "English_United States"}, "en"),
        ({"system": "vi_VN", "CONVCALC_LANG": "en"}, "en"),
    ],
)
def test_the_language_follows_the_locale(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], lang: str
) -> None:
    from convcalc.words import default_language

    monkeypatch.delenv("LANG")
    named = environment.get("system")  # what Windows has without a variable
    monkeypatch.setattr("locale.getlocale", lambda: (named, None))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert default_language() == lang


# -- batches ------------------------------------------------------------------------------------------------------


def test_batch(convcalc: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "batch.tsv"
    path.write_text("conv 3x3\t1,5,5\nbad\t1,2\r\nconv 3x3 1,5,5\n\nconv 9x9\t1,5,5\nrelu\t3", encoding="utf-8")
    ran = convcalc("shape", "--batch", str(path))
    assert ran.code == 2
    found = [json.loads(line) for line in ran.out.splitlines()]
    kinds = [one["error"]["kind"] if "error" in one else one["output"] for one in found]
    assert kinds == [[1, 3, 3], "unknown_layer", "bad_batch_line", "window_too_large", [3]]
    assert found[0] == json.loads(convcalc("shape", "conv 3x3", "-i", "1,5,5", "--json", "--no-check").out)
    assert found[3]["error"]["column"] == 1


def test_a_long_batch_keeps_its_order(convcalc: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "batch.tsv"
    path.write_text("".join(f"linear {n}\t7\n" for n in range(1, 6002)), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "convcalc", "shape", "--batch", str(path)], capture_output=True, text=True, check=True
    )
    assert [json.loads(line)["output"] for line in ran.stdout.splitlines()] == [[n] for n in range(1, 6002)]


def test_an_empty_batch_and_a_missing_one(convcalc: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    assert convcalc("shape", "--batch", str(tmp_path / "empty")).code == 0
    ran = convcalc("shape", "--batch", str(tmp_path / "none"))
    assert ran.code == 3
    assert "No such file" in ran.err


def test_a_path_that_cannot_be_used_is_named(convcalc: Callable[..., Any]) -> None:
    """What nobody has caught is not the fault of the output."""
    for lang, reason in (("en", "File name too long"), ("vi", "tên quá dài")):
        ran = convcalc("train", "lenet", "--data", "a" * 300, "--lang", lang)
        said = " ".join(ran.err.split())
        assert (ran.code, reason in said, "aaaa…'" in said) == (3, True, True), ran.err
        assert len(said) < 250


def test_output_that_is_closed(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "convcalc", "shape", "relu", "-i", "3", "--no-check"]
    ran = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *words], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_reasons_of_the_system_in_vietnamese(convcalc: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for words, reason in (
        (["shape", "--batch", str(tmp_path / "none")], "không tìm thấy"),
        (["shape", "--batch", str(tmp_path)], "đó là thư mục"),
        (["draw", "lenet", "--output", str(tmp_path / "none" / "x.svg")], "không tìm thấy"),
        (["draw", "lenet", "--output", str(tmp_path / "file" / "x.svg")], "đường dẫn đi qua một file"),
    ):
        ran = convcalc(*words, "--lang", "vi")
        assert (ran.code, reason in " ".join(ran.err.split())) == (3, True), ran.err


# -- processes ----------------------------------------------------------------------------------------------------

LOADED = "import sys, runpy; sys.argv = {argv!r}\ntry: runpy.run_module('convcalc', run_name='__main__')\nexcept SystemExit as e: code = e.code\nprint(sorted(set(sys.modules) & {{'torch', 'sympy', 'numpy', 'matplotlib'}}), code, file=sys.stderr)"


@pytest.mark.parametrize(
    "words",
    [
        ["shape", "conv 3x3 s2 p1", "--input", "1,28,28", "--no-check"],
        ["shape", "conv F@K sS", "--input", "C,M,N", "--no-check"],
        ["shape", "residual(conv 3x3 p1)", "--input", "1,28,28", "--no-check", "--explain", "--lang", "vi"],
        ["shape", "conv 3x3", "--input", "1,1,1", "--json"],
        ["shape", "--help"],
        ["solve", "conv KxK sS pP", "-i", "1,28,28", "-o", "1,14,14"],
        ["solve", "conv 3x3 s2 > conv 3x3 s2", "--for", "input", "-o", "8,5,5", "--json"],
        ["check", "--help"],
    ],
)
def test_nothing_heavy_is_loaded(words: list[str]) -> None:
    code = LOADED.format(argv=["convcalc", *words])
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr.splitlines()[-1].startswith("[] ")


def test_import_convcalc_loads_nothing_heavy() -> None:
    code = "import sys, convcalc.cli, convcalc as cc; cc.parse('relu'); print(sorted(set(sys.modules) & {'torch', 'sympy', 'numpy', 'matplotlib'}))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_a_reader_that_stops_early() -> None:
    command = f"({sys.executable} -m convcalc shape '2000 * (conv 3x3 p1)' -i 1,9,9 --no-check; echo $? >&2) | head -1"
    ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert ran.stderr == "0\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("words", ["shape relu -i 3 --no-check", "shape relu -i 3 --no-check --json"])
def test_a_full_disk(words: str) -> None:
    command = f"{sys.executable} -m convcalc {words} > /dev/full"
    ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (ran.returncode, "Traceback" in ran.stderr) == (3, False)
    assert "No space left" in ran.stderr


def test_json_errors_of_options_and_devices(convcalc: Callable[..., Any]) -> None:
    import torch

    cases = [["shape", "relu", "-i", "3", "--lang", "fr", "--json"], ["check", "--samples", "0", "--json"]]
    if not torch.cuda.is_available():
        cases += [["shape", "relu", "-i", "3", "--device", "cuda", "--json"], ["check", "--device", "cuda", "--json"]]
    for words in cases:
        ran = convcalc(*words)
        assert (ran.code in (2, 3), ran.err) == (True, "")
        assert set(json.loads(ran.out)["error"]) == {"kind", "message", "hint", "layer", "column"}


def test_a_missing_file_is_said(convcalc: Callable[..., Any]) -> None:
    for name in ("net.txt", "/nowhere/net", "./net"):
        ran = convcalc("shape", name, "-i", "3", "--lang", "vi")
        assert (ran.code, "không tìm thấy" in ran.err) == (3, True)


def test_version_and_no_arguments(convcalc: Callable[..., Any]) -> None:
    assert convcalc("--version").out.startswith("convcalc 0.")
    ran = convcalc()
    assert (ran.code, ran.err) == (0, "")
    assert "shape" in ran.out


def test_a_batch_line_that_is_not_text(convcalc: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "batch.tsv"
    path.write_bytes(b"\xef\xbb\xbfrelu\t3\n\xff\xfe\t3\nrelu\t4\n")
    ran = convcalc("shape", "--batch", str(path))
    kinds = [one.get("output") or one["error"]["kind"] for one in map(json.loads, ran.out.splitlines())]
    assert (ran.code, kinds) == (2, [[3], "not_text", [4]])


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    environment = os.environ | {"COLUMNS": str(columns), "CONVCALC_CHECK": "0"}
    for _, words in GOLDEN:
        if "--latex" in words:
            continue
        ran = subprocess.run(
            [sys.executable, "-m", "convcalc", "shape", *words],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        assert max(map(len, ran.stdout.splitlines()), default=0) <= columns


def test_a_terminal_without_unicode() -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    words = ["shape", "conv 3x3 s2", "-i", "1,M,N", "--no-check"]
    ran = subprocess.run([sys.executable, "-m", "convcalc", *words], capture_output=True, check=False, env=environment)
    assert ran.returncode == 0
    assert b"Traceback" not in ran.stderr


def test_check_command(convcalc: Callable[..., Any]) -> None:
    ran = convcalc("check", "--samples", "100", "--seed", "3", "--device", "cpu")
    assert ran.code == 0
    assert ran.out.startswith("100 samples in ")
    assert ran.out.endswith("no mismatch\n")
    found = json.loads(convcalc("check", "--samples", "100", "--seed", "3", "--device", "cpu", "--json").out)
    assert (found["compared"], found["mismatches"], found["seed"]) == (100, [], 3)


def test_check_command_on_a_mismatch(convcalc: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from convcalc.layers import ReLU

    monkeypatch.setattr(ReLU, "shape", lambda self, x: (*x[:-1], 1))
    ran = convcalc("check", "--samples", "300", "--seed", "3", "--device", "cpu", "--lang", "vi")
    assert ran.code == 1
    assert "sai khác: relu với input (" in ran.out
